"""Speaking instead of typing. The speech service is scripted, so that it can be killed in the middle of a word."""
import re

import pytest
from playwright.sync_api import expect

from browsing import PHONE
from crm import Crm, Client, wait_until

SPOKEN = ("name Maria Sousa", "company Acme", "phone five five five one two three four", "email maria at acme dot com",
          "note call back on Monday")


def box(page, name: str):
    return page.get_by_role("textbox", name=name, exact=True)


def test_a_customer_is_dictated_corrected_saved_and_found_again(pages, ana, speech):
    speech.script(*SPOKEN, pause_after=2)
    page = pages.open(ana, "customers", viewport=PHONE)
    page.get_by_role("link", name="New customer").first.click()
    page.get_by_role("button", name="Speak the whole record").click()

    # text appears while one speaks: half a phrase is there before the phrase is over
    expect(page.locator(".guess")).to_have_text("name Maria")
    speech.go_on()
    expect(page.locator(".transcript")).to_contain_text("call back on Monday")
    assert ana.get("customers?q=acme")["total"] == 0, "nothing is saved before the person pressed save"
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Check the text, then save.")).to_be_visible()
    expect(box(page, "Name")).to_have_value("Maria Sousa")
    expect(box(page, "Company")).to_have_value("Acme")
    expect(box(page, "Phone")).to_have_value(re.compile(r"^555 ?1234$"))
    expect(box(page, "E-mail")).to_have_value("maria@acme.com")
    expect(box(page, "Add a note")).to_have_value(re.compile("^call back on Monday"))
    assert ana.get("customers?q=acme")["total"] == 0

    box(page, "Name").fill("Maria Souza")
    page.get_by_label(re.compile("Keep the recording")).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Maria Souza")).to_be_visible()
    expect(page.get_by_text("call back on Monday")).to_be_visible()
    expect(page.locator("audio")).to_be_visible()

    page.get_by_role("link", name="Customers", exact=True).first.click()
    page.get_by_role("searchbox").fill("SOUZA")
    expect(page.get_by_role("link", name="Maria Souza")).to_be_visible()

    saved = ana.get("customers?q=souza")["items"][0]
    assert (saved["name"], saved["company"], saved["email"]) == ("Maria Souza", "Acme", "maria@acme.com")
    note = ana.get(f"notes?customer_id={saved['id']}")["items"][0]
    sound = ana.get(f"notes/{note['id']}/recording")
    assert sound[:4] == b"RIFF" and len(sound) > 16_000 * 2, "at least a second of sound at 16 kHz"


def test_words_appear_in_a_field_where_the_caret_is(pages, ana, speech):
    speech.script("prefers the blue one")
    page = pages.open(ana, "customers/new")
    note = box(page, "Add a note")
    note.fill("She. Call again.")
    note.evaluate("area => area.setSelectionRange(4, 4)")
    note.press("Control+.")
    expect(note).to_have_value("She. prefers the blue one Call again.")
    note.press("Escape")
    expect(page.get_by_role("button", name="Dictate: Add a note")).to_be_visible()
    expect(note).to_have_value("She. prefers the blue one Call again.")


def test_an_address_is_written_as_it_is_meant(pages, ana, speech):
    speech.script("jo at quinta dot com")
    page = pages.open(ana, "contacts/new")
    page.get_by_role("button", name="Dictate: E-mail").click()
    expect(box(page, "E-mail")).to_have_value(re.compile("quinta dot com"))
    page.get_by_role("button", name="Stop dictating: E-mail").click()
    expect(box(page, "E-mail")).to_have_value("jo@quinta.com")


def test_who_types_has_the_word(pages, ana, speech):
    speech.script("one two three four", pause_after=2)
    page = pages.open(ana, "customers/new")
    page.get_by_role("button", name="Dictate: Company").click()
    expect(box(page, "Company")).to_have_value("one two")
    box(page, "Company").fill("Typed")
    expect(page.get_by_role("button", name="Dictate: Company")).to_be_visible()
    expect(box(page, "Company")).to_have_value("Typed")


def test_saving_while_one_speaks_ends_the_dictation_and_does_not_save(pages, ana, speech):
    speech.script("Unseen", "words")
    page = pages.open(ana, "customers/new")
    page.get_by_role("button", name="Dictate: Name").click()
    expect(box(page, "Name")).to_have_value(re.compile("Unseen"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Dictation has ended. Check the text, then save.")).to_be_visible()
    assert ana.get("customers?q=unseen")["total"] == 0
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=re.compile("Unseen"))).to_be_visible()


def test_an_undone_dictation_leaves_what_was_there(pages, ana, speech):
    speech.script("company Elsewhere")
    page = pages.open(ana, "customers/new")
    box(page, "Company").fill("Here")
    page.get_by_role("button", name="Speak the whole record").click()
    expect(box(page, "Company")).to_have_value("Elsewhere")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Undo the dictation").click()
    expect(box(page, "Company")).to_have_value("Here")


def test_a_killed_speech_service_loses_no_words_and_comes_back(pages, ana, speech):
    speech.script("name Vera Cruz", "company Before the fall", "phone nine nine nine", pause_after=9)
    page = pages.open(ana, "customers/new")
    page.get_by_role("button", name="Speak the whole record").click()
    transcript = page.locator(".transcript")
    expect(page.locator(".guess")).to_have_text("phone nine")
    speech.stop()
    try:
        expect(page.get_by_text("Dictation is interrupted")).to_be_visible()
        expect(transcript).to_contain_text("company Before the fall phone nine")
        expect(box(page, "Name")).to_have_value("Vera Cruz")
        # the rest of the page works on
        box(page, "Address").fill("typed meanwhile")
    finally:
        speech.script("phone nine nine nine", "note and it came back")  # it hears again what was not final
        speech.start()
    expect(page.get_by_text("Listening")).to_be_visible(timeout=20_000)
    expect(transcript).to_contain_text("note and it came back")
    expect(transcript).to_have_text("name Vera Cruz company Before the fall phone nine nine nine note and it came back ")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(box(page, "Phone")).to_have_value("999")
    expect(box(page, "Add a note")).to_have_value(re.compile("and it came back"))
    expect(box(page, "Company")).to_have_value("Before the fall")
    expect(box(page, "Address")).to_have_value("typed meanwhile")


def test_tomorrow_is_the_day_after_the_person_s_own(pages, ana, speech):
    speech.script("task call Maria due tomorrow")
    page = pages.open(ana, "tasks", own=True, timezone_id="Pacific/Kiritimati")
    page.clock.set_fixed_time("2030-12-30T12:00:00Z")  # there it is the 31st, since two in the morning
    page.get_by_role("link", name="New task").first.click()
    page.get_by_role("button", name="Speak the whole record").click()
    expect(box(page, "Title")).to_have_value("Call Maria")
    expect(page.get_by_label("Due")).to_have_value("2031-01-01")
    page.get_by_role("button", name="Stop", exact=True).click()


def test_no_more_sound_is_kept_than_the_server_takes(pages, crm):
    page = pages.open(crm, "")
    kept = page.evaluate("""async () => {
        const {Recording} = await import('/dictation/recording.js');
        return [16000, 48000, 192000].map((rate) => {
            const recording = new Recording(rate);
            const frame = new Int16Array(rate);
            for (let second = 0; second < 700; second++) recording.add(frame);
            return [recording.bytes, recording.seconds, recording.full];
        });
    }""")
    assert kept == [[600 * 32000 + 44, 600, True], [600 * 96000 + 44, 600, True], [174 * 384000 + 44, 174, True]]
    assert all(size <= 64 << 20 for size, *_ in kept)


def test_a_lost_connection_to_the_server_is_said_and_made_again(pages, ana, speech):
    speech.script("name Before")
    page = pages.open(ana, "customers/new", own=True)
    sockets = []
    page.context.route_web_socket(re.compile("/api/dictation/stream"), lambda socket: sockets.append((socket, socket.connect_to_server())))
    page.get_by_role("button", name="Speak the whole record").click()
    expect(box(page, "Name")).to_have_value("Before")
    for end in sockets[0]:
        end.close()
    speech.script("company After")
    expect(box(page, "Company")).to_have_value("After")
    expect(page.locator(".transcript")).to_contain_text("name Before company After")


def test_a_crm_without_speech_says_so_and_works_by_keyboard(pages, tmp_path):
    with Crm(tmp_path) as alone:
        page = pages.open(Client(alone), "customers/new")
        expect(page.get_by_text("Dictation is off; everything works by keyboard.")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("Dictate: Name"))).to_have_attribute("aria-disabled", "true")
        box(page, "Name").fill("Typed Person")
        box(page, "Name").press("Control+Enter")
        expect(page.get_by_role("heading", name="Typed Person")).to_be_visible()


def test_dictation_that_was_off_comes_back_by_itself(pages, ana):
    page = pages.open(ana, "customers", own=True)
    page.clock.install()
    page.route(re.compile("/api/dictation$"), lambda route: route.fulfill(json={"available": False, "reason": "it is away"}))
    page.get_by_role("link", name="New customer").first.click()
    expect(page.get_by_text("Dictation is off; everything works by keyboard. (it is away)")).to_be_visible()
    page.unroute_all()
    page.clock.fast_forward(2500)
    expect(page.get_by_text("For example")).to_be_visible()
    expect(page.get_by_role("button", name="Dictate: Name")).to_have_attribute("aria-disabled", "false")


@pytest.mark.parametrize("name, words", [("NotAllowedError", "The browser may not use the microphone"), ("NotFoundError", "No microphone was found")])
def test_a_microphone_that_cannot_be_had_is_explained(pages, ana, name, words):
    page = pages.open(ana, "customers/new")
    page.evaluate("name => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name)) }", name)
    page.get_by_role("button", name="Dictate: Name").click()
    expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("button", name="Speak the whole record").click()
    expect(page.get_by_text(words)).to_be_visible()


def test_the_speech_service_is_told_what_comes(pages, ana, speech):
    speech.script("hello")
    speech.starts.clear()
    page = pages.open(ana, "notes/new")
    page.get_by_role("button", name="Dictate: Text").click()
    expect(box(page, "Text")).to_have_value("hello")
    wait_until(lambda: speech.starts, "a start at the speech service")
    assert speech.starts[0]["content-type"] == "audio/l16;rate=16000;channels=1"
    assert speech.starts[0]["interim_results"] is True
