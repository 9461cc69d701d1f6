"""What the tests of the page share: the browser's processes, its windows, what the microphone hears."""
import math
import pathlib
import struct
import wave

from crm import Client

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
    """Opens the page as somebody. What the browser complains of (errors in scripts, blocked by the policy) fails the test."""

    def __init__(self, browser) -> None:
        self.browser = browser
        self.contexts = []
        self.complaints = []

    def open(self, who: Client, path: str, viewport=DESKTOP, locale="en-GB", **options):
        context = self.browser.new_context(viewport=viewport, locale=locale, permissions=["microphone"],
                                           reduced_motion="reduce", **options)
        self.contexts.append(context)
        if isinstance(who, Client):
            context.add_cookies([{"name": "crm_session", "value": who.cookie, "url": who.crm.address}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._hear(message))
        page.goto(f"{getattr(who, 'crm', who).address}/#/{path}")
        return page

    def _hear(self, message) -> None:
        # the browser logs each answer of 4xx itself, and each socket that is refused
        if message.type == "error" and "Failed to load resource" not in message.text and "WebSocket" not in message.text:
            self.complaints.append(message.text)
