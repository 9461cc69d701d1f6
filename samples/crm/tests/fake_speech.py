"""A speech service as Watson's WebSocket is, which a test drives by hand: it hears, and says what the test tells it to."""
import asyncio
import json
import queue
import threading

from aiohttp import WSMsgType, web

LIMIT_S = 30


class FakeSpeech:
    """`heard` is the sound of the connection that is open now, `starts` the start messages of all so far.

    with FakeSpeech() as speech:
        speech.say("hello", final=True)

    stop() ends it as a killed process does, start() brings it back on the same port.
    """

    def __init__(self):
        self.models = [{"name": "fake-en", "language": "en-US"}, {"name": "fake-pt", "language": "pt-BR"}]
        self.starts: list[dict] = []
        self.asked: list[str] = []
        self.heard = b""
        self.on_stop: list[tuple[str, bool]] = []  # what is said after the client's stop
        self.connected: queue.Queue = queue.Queue()
        self.port = 0
        self._socket = None
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(LIMIT_S)

    def start(self) -> None:
        self._do(self._start())

    def stop(self) -> None:
        self._do(self._stop())

    def say(self, text: str, *, final: bool = False) -> None:
        self._do(self._say(text, final))

    def refuse(self, error: str) -> None:
        """Sends an error and closes, as a service does that cannot go on."""

        async def send():
            await self._socket.send_json({"error": error})
            await self._socket.close()

        self._do(send())

    def wait_for_client(self) -> None:
        self.connected.get(timeout=LIMIT_S)

    async def _start(self) -> None:
        application = web.Application()
        application.router.add_get("/v1/models", self._models)
        application.router.add_get("/v1/recognize", self._recognize)
        self._runner = web.AppRunner(application, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        if self._socket is not None and self._socket._req is not None and self._socket._req.transport is not None:
            self._socket._req.transport.abort()
        await self._runner.cleanup()

    async def _models(self, _):
        return web.json_response({"models": self.models})

    async def _say(self, text: str, final: bool) -> None:
        result = {"final": final, "alternatives": [{"transcript": text + " "}]}
        await self._socket.send_json({"result_index": 0, "results": [result]})

    async def _recognize(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.asked.append(request.query.get("model", ""))
        async for message in socket:
            if message.type == WSMsgType.BINARY:
                self.heard += message.data
                continue
            if message.type != WSMsgType.TEXT:
                break
            action = json.loads(message.data)
            if action["action"] == "start":
                self.starts.append(action)
                self._socket = socket
                self.heard = b""
                await socket.send_json({"state": "listening"})
                self.connected.put(True)
            elif action["action"] == "stop":
                for text, final in self.on_stop:
                    await self._say(text, final)
                await socket.send_json({"state": "listening"})
        return socket

    def __enter__(self) -> "FakeSpeech":
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
