import pathlib
import sys

import pytest
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # under any of pytest's ways to import

from browsing import Pages, hum, launch  # noqa: E402
from crm import Client, Crm, user_of  # noqa: E402
from fake_speech import FakeSpeech  # noqa: E402

expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright, tmp_path_factory):
    browser = launch(playwright, hum(tmp_path_factory.mktemp("sound") / "hum.wav", seconds=8))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def speech():
    with FakeSpeech() as running:
        yield running


@pytest.fixture(scope="session")
def crm(tmp_path_factory, speech):
    with Crm(tmp_path_factory.mktemp("crm"), speech.url) as running:
        yield running


@pytest.fixture(scope="session")
def admin(crm):
    return Client(crm)


@pytest.fixture(scope="session")
def bruno(admin):
    """Somebody else of the sales people."""
    return user_of(admin, "sales", "Bruno Dias")


@pytest.fixture(scope="session")
def ana(admin):
    """The one who sits before the page in most tests."""
    return user_of(admin, "sales", "Ana Reis")


@pytest.fixture(scope="session")
def rita(admin):
    return user_of(admin, "reader", "Rita Gomes")


@pytest.fixture(scope="session")
def windows():
    """Those that a test has done with."""
    return {}


@pytest.fixture
def pages(browser, windows):
    opened = Pages(browser, windows)
    yield opened
    opened.close()
    assert not opened.complaints, opened.complaints


@pytest.fixture(autouse=True)
def silent(speech):
    """Each test says what is to be heard in it."""
    yield
    speech.script()
