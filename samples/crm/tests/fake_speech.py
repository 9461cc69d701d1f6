"""A speech service that speaks Watson's WebSocket, and says what a test wants to be heard."""
import asyncio
import json
import queue
import threading

from aiohttp import WSMsgType, web

LIMIT_S = 30
WORD_BYTES = 1600  # of sound for each word of a script: at 16 kHz, twenty words a second


class FakeSpeech:
    """By hand, a word when the test says so, or by a script, a word for each twentieth of a second of sound:

        with FakeSpeech() as speech:
            speech.say("hello", final=True)

            speech.script("name Maria Souza", "company Acme", pause_after=2)    # the third word is not heard before
            speech.go_on()

    stop() ends it as a killed process does, in the middle of a word; start() brings it back on the same port, and it goes
    on with what is left of the script. `heard` is the sound of the connection that is open now.
    """

    def __init__(self):
        self.models = [{"name": "fake-en", "language": "en-US"}, {"name": "fake-pt", "language": "pt-BR"}]
        self.starts: list[dict] = []  # the start messages of all connections so far
        self.asked: list[str] = []  # and their models
        self.heard = b""
        self.on_stop: list[tuple[str, bool]] = []  # what is said after the client's stop
        self.connected: queue.Queue = queue.Queue()
        self.port = 0
        self._phrases: list[str] = []
        self._words_left: int | None = None
        self._sockets: list[web.WebSocketResponse] = []
        self._runner: web.AppRunner | None = None
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._do(self._start())

    def stop(self) -> None:
        if self._runner:
            self._do(self._stop())

    def say(self, text: str, *, final: bool = False) -> None:
        self._do(self._say(self._sockets[-1], text, final))

    def script(self, *phrases: str, pause_after: int | None = None) -> None:
        """What will be heard from now on, in place of what was not said yet; after so many words, silence until go_on."""
        self._phrases = list(phrases)
        self._words_left = pause_after

    def go_on(self) -> None:
        self._words_left = None

    def refuse(self, error: str) -> None:
        """Sends an error and closes, as a service does that cannot go on."""

        async def send():
            await self._sockets[-1].send_json({"error": error})
            await self._sockets[-1].close()

        self._do(send())

    def wait_for_client(self) -> None:
        self.connected.get(timeout=LIMIT_S)

    @property
    def clients(self) -> int:
        return len(self._sockets)

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT_S)

    async def _start(self) -> None:
        application = web.Application()
        application.add_routes([web.get("/v1/models", self._list_models), web.get("/v1/recognize", self._recognize)])
        self._runner = web.AppRunner(application, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        for socket in self._sockets:
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()  # as when the process dies: no closing handshake
        await self._runner.cleanup()
        self._runner = None

    async def _list_models(self, _):
        return web.json_response({"models": self.models})

    async def _say(self, socket, text: str, final: bool) -> None:
        result = {"final": final, "alternatives": [{"transcript": text + " "}]}
        await socket.send_json({"result_index": 0, "results": [result]})

    async def _recognize(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.asked.append(request.query.get("model", ""))
        self._sockets.append(socket)
        script = Script(self, socket)
        try:
            async for message in socket:
                if message.type == WSMsgType.BINARY:
                    self.heard += message.data
                    await script.hear(len(message.data))
                elif message.type != WSMsgType.TEXT:
                    break
                elif (action := json.loads(message.data))["action"] == "start":
                    self.starts.append(action)
                    self.heard = b""
                    await socket.send_json({"state": "listening"})
                    self.connected.put(True)
                else:
                    await script.end()
                    for text, final in self.on_stop:
                        await self._say(socket, text, final)
                    await socket.send_json({"state": "listening"})
        except ConnectionError:
            pass  # stopped
        finally:
            self._sockets.remove(socket)
        return socket

    def __enter__(self) -> "FakeSpeech":
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)


class Script:
    """How far one connection is in what is to be said."""

    def __init__(self, speech: FakeSpeech, socket: web.WebSocketResponse):
        self.speech = speech
        self.socket = socket
        self.bytes = self.words = 0

    async def hear(self, count: int) -> None:
        self.bytes += count
        speech = self.speech
        while self.bytes >= WORD_BYTES:
            self.bytes -= WORD_BYTES
            if not speech._phrases or speech._words_left == 0:
                continue
            if speech._words_left:
                speech._words_left -= 1
            words = speech._phrases[0].split()
            self.words += 1
            over = self.words >= len(words)
            await speech._say(self.socket, " ".join(words[: self.words]), over)
            if over:
                speech._phrases.pop(0)
                self.words = 0

    async def end(self) -> None:
        if self.words and self.speech._phrases:
            await self.speech._say(self.socket, " ".join(self.speech._phrases.pop(0).split()[: self.words]), True)
