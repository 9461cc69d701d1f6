"""What the tests of the page share: the browser's processes, its windows, what the microphone hears."""
import math
import pathlib
import struct
import wave

from crm import Client, Crm

CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


def hum(path: pathlib.Path, seconds: int = 20, rate: int = 48000) -> pathlib.Path:
    """Something to hear for a microphone: a tone that swells as speech does."""
    samples = (int(9000 * math.sin(k * 0.03) * abs(math.sin(k * 0.0003))) for k in range(seconds * rate))
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", "none"))
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


def launch(playwright, sound: pathlib.Path):
    """Debian's Chromium with a file for a microphone."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[
        "--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}"])


class Pages:
    """Opens the page as somebody. What the browser complains of (errors in scripts, blocked by the policy) fails the test.

    A window of the same kind is used again by the next test, which saves half of the time of opening one: it is empty then,
    and nobody is logged in. What stays with a window, such as its clock, is asked for with own=True: a window for this test alone.
    """

    def __init__(self, browser, kept: dict | None = None) -> None:
        self.browser = browser
        self.kept = {} if kept is None else kept  # windows that are free, by their kind
        self.open_windows = []
        self.complaints = []

    def open(self, who: Client | Crm, path: str, viewport=DESKTOP, locale="en-GB", own=False, **options):
        kind = None if own else repr((viewport, locale, sorted(options.items())))
        page = self.kept.pop(kind, None)
        if page is None:
            context = self.browser.new_context(viewport=viewport, locale=locale, permissions=["microphone"],
                                               reduced_motion="reduce", **options)
            page = context.new_page()
        self.open_windows.append((kind, page))
        if isinstance(who, Client):
            page.context.add_cookies([{"name": "crm_session", "value": who.cookie, "url": who.crm.url}])
        page.on("pageerror", self._fail)
        page.on("console", self._hear)
        page.goto(f"{getattr(who, 'crm', who).url}/#/{path}")
        return page

    def close(self) -> None:
        for kind, page in self.open_windows:
            if kind is None or kind in self.kept:
                page.context.close()
                continue
            page.unroute_all()
            page.evaluate("localStorage.clear()")
            page.goto("about:blank")
            page.context.clear_cookies()
            page.remove_listener("pageerror", self._fail)
            page.remove_listener("console", self._hear)
            self.kept[kind] = page
        self.open_windows = []

    def _fail(self, error) -> None:
        self.complaints.append(str(error))

    def _hear(self, message) -> None:
        # the browser logs each answer of 4xx itself, and each socket that is refused
        if message.type == "error" and "Failed to load resource" not in message.text and "WebSocket" not in message.text:
            self.complaints.append(message.text)
