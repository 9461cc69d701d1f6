"""A speech service whose words are known beforehand: it speaks Watson's WebSocket, and can be killed and started again.

    with ScriptedSpeech() as speech:
        speech.say("name Maria Souza", "company Acme", pause_after=2)   # the third word is not heard before
        speech.go_on()
        speech.kill()                                       # its sockets die in the middle of a word
        speech.start()                                      # at the same address; it goes on with what is left
"""
import asyncio
import json
import threading

import aiohttp
from aiohttp import web

WORD_BYTES = 1600  # of sound for each word: at 16 kHz, twenty words a second


class ScriptedSpeech:
    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.phrases: list[str] = []
        self.words_left: int | None = None
        self.starts: list[dict] = []
        self.models: list[str] = []
        self.sockets: set[web.WebSocketResponse] = set()
        self.port = 0
        self.runner: web.AppRunner | None = None

    def __enter__(self) -> "ScriptedSpeech":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.kill()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def say(self, *phrases: str, pause_after: int | None = None) -> None:
        """What will be heard from now on, in place of what was not said yet; after so many words, silence until go_on."""
        self.phrases = list(phrases)
        self.words_left = pause_after

    def go_on(self) -> None:
        self.words_left = None

    def start(self) -> None:
        self._run(self._start())

    def kill(self) -> None:
        if self.runner:
            self._run(self._kill())

    def _run(self, work) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def _start(self) -> None:
        app = web.Application()
        app.add_routes([web.get("/v1/models", self._list_models), web.get("/v1/recognize", self._recognize)])
        self.runner = web.AppRunner(app, shutdown_timeout=0)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self.runner.addresses[0][1]

    async def _kill(self) -> None:
        for socket in list(self.sockets):
            transport = socket._req.transport if socket._req else None
            if transport:
                transport.abort()  # as when the process dies: no closing handshake
        await self.runner.cleanup()
        self.runner = None

    async def _list_models(self, _request) -> web.Response:
        return web.json_response({"models": [{"name": "scripted", "language": "en-US", "rate": 16000, "url": "", "description": "",
                                              "supported_features": {}}]})

    async def _recognize(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.add(socket)
        self.models.append(request.query.get("model", ""))
        heard = bytes_heard = 0

        async def send(text: str, final: bool) -> None:
            await socket.send_json({"results": [{"alternatives": [{"transcript": text + " "}], "final": final}], "result_index": 0})

        try:
            async for message in socket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    said = json.loads(message.data)
                    if said["action"] == "start":
                        self.starts.append(said)
                    elif heard and self.phrases:
                        await send(" ".join(self.phrases.pop(0).split()[:heard]), final=True)
                    await socket.send_json({"state": "listening"})
                elif message.type == aiohttp.WSMsgType.BINARY:
                    bytes_heard += len(message.data)
                    while bytes_heard >= WORD_BYTES:
                        bytes_heard -= WORD_BYTES
                        if not self.phrases or self.words_left == 0:
                            continue
                        if self.words_left:
                            self.words_left -= 1
                        words = self.phrases[0].split()
                        heard += 1
                        await send(" ".join(words[:heard]), final=heard >= len(words))
                        if heard >= len(words):
                            self.phrases.pop(0)
                            heard = 0
        except ConnectionError:
            pass  # killed
        finally:
            self.sockets.discard(socket)
        return socket
