"""The page, the CRM and Slipway's own speech service together: a real voice, and nothing scripted."""
import os
import pathlib
import re
import subprocess
import sysconfig
import threading

import pytest
from playwright.sync_api import expect

from browsing import Pages, launch
from crm import ROOT, Client, Crm

BUILD = pathlib.Path(os.environ.get("SLIPWAY_BUILD", ROOT / "build"))
MODEL = BUILD / "speech" / "moonshine-base-en"
BECKETT = pathlib.Path(sysconfig.get_path("purelib")) / "moonshine_voice" / "assets" / "beckett.wav"


@pytest.fixture
def slipway():
    """`slipway serve` with the speech model; its address."""
    for needed in (BUILD / "slipway", MODEL, BECKETT):
        if not needed.exists():
            pytest.skip(f"{needed} is missing: make speech-models")
    process = subprocess.Popen([BUILD / "slipway", "serve", MODEL, "--http-port", "0", "--grpc-port", "0", "--metrics-port", "none"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace")
    killer = threading.Timer(60, process.kill)
    killer.start()
    try:
        address = next((found[0] for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line))), None)
        assert address, "slipway ended before it said its address"
        killer.cancel()
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield address
    finally:
        killer.cancel()
        process.terminate()
        process.wait(20)


def test_a_real_voice_becomes_a_note(playwright, slipway, tmp_path):
    with Crm(tmp_path, slipway) as crm:
        browser = launch(playwright, pathlib.Path(f"{BECKETT}%noloop"))
        try:
            ana = Client(crm)
            customer = ana.post("customers", name="Samuel")
            pages = Pages(browser)
            page = pages.open(ana, f"notes/new?customer_id={customer['id']}")
            text = page.get_by_role("textbox", name="Text", exact=True)
            page.get_by_role("button", name="Dictate: Text").click()
            expect(text).to_have_value(re.compile(r"ever tried\W+ever failed", re.I), timeout=30_000)
            page.get_by_role("button", name="Stop dictating: Text").click()
            expect(page.get_by_role("button", name="Dictate: Text")).to_be_visible()
            page.get_by_label(re.compile("Keep the recording")).check()
            page.get_by_role("button", name="Save").click()
            expect(page.locator("audio")).to_be_visible()
            assert not pages.complaints
        finally:
            browser.close()
        note = ana.get(f"notes?customer_id={customer['id']}")["items"][0]
        assert re.search(r"ever tried\W+ever failed", note["text"], re.I)
        assert len(ana.get(f"notes/{note['id']}/recording")) > 2 * 16_000 * 2, "more than two seconds of sound"
