"""The WebSocket of dictation against a speech service that the test drives: what it says, when it dies, when it is back."""
import json

import pytest
import websocket

from crm_program import Crm, wait_until

LIMIT_S = 30
SOUND = bytes(range(256)) * 16


class Page:
    """The page's side: sends sound, gets messages."""

    def __init__(self, crm, user: str = "admin", *, language: str = "en", csrf: str | None = None, cookie: bool = True):
        person = crm.person(user)
        token = person.token if csrf is None else csrf
        url = crm.url.replace("http://", "ws://") + f"/api/dictation/stream?language={language}&csrf={token}"
        cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
        self.socket = websocket.create_connection(url, timeout=LIMIT_S, cookie=cookies if cookie else None)

    def send(self, **message) -> None:
        self.socket.send(json.dumps(message))

    def sound(self, sound: bytes = SOUND) -> None:
        self.socket.send_binary(sound)

    def next(self) -> dict:
        return json.loads(self.socket.recv())

    def until(self, kind: str) -> dict:
        while (message := self.next())["type"] != kind:
            pass
        return message

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


@pytest.fixture
def page(crm_with_speech, speech):
    """A page whose dictation has begun and is listened to."""
    with Page(crm_with_speech) as opened:
        opened.send(type="start", rate=48000)
        speech.wait_for_client()
        assert opened.next() == {"type": "state", "available": True}
        yield opened


def test_sound_goes_there_and_text_comes_back(page, speech):
    assert speech.starts == [
        {
            "action": "start",
            "content-type": "audio/l16;rate=48000;channels=1",
            "interim_results": True,
            "inactivity_timeout": -1,
        }
    ]
    page.sound()
    wait_until(lambda: speech.heard == SOUND, "the service hears the sound as it was sent")
    speech.say("name maria")
    assert page.next() == {"type": "interim", "text": "name maria"}
    speech.say("name maria souza", final=True)
    assert page.next() == {"type": "final", "text": "name maria souza"}
    speech.on_stop = [("company acme", True)]
    page.send(type="stop")
    assert page.next() == {"type": "final", "text": "company acme"}
    assert page.next() == {"type": "end"}


def test_one_socket_takes_one_dictation_after_the_other(page, speech):
    page.send(type="stop")
    assert page.next() == {"type": "end"}
    page.send(type="start", rate=16000)
    assert page.next() == {"type": "state", "available": True}
    assert speech.starts[-1]["content-type"] == "audio/l16;rate=16000;channels=1"


def test_the_model_is_that_of_the_language(crm_with_speech, speech):
    for language in ("en", "pt"):
        with Page(crm_with_speech, language=language) as page:
            page.send(type="start", rate=16000)
            assert page.next()["available"] is True
    assert speech.asked == ["fake-en", "fake-pt"]


def test_a_language_without_a_model_is_said(crm_with_speech, speech):
    del speech.models[1]
    with Page(crm_with_speech, language="pt") as page:
        page.send(type="start", rate=16000)
        said = page.next()
        assert said["available"] is False and "no model for the language pt" in said["reason"]


def test_the_service_dies_and_comes_back_and_no_word_is_lost(page, speech, crm_with_speech):
    speech.say("name maria souza", final=True)
    assert page.next()["text"] == "name maria souza"
    page.sound()
    wait_until(lambda: speech.heard == SOUND, "the service hears the sound")
    speech.say("company")
    assert page.next() == {"type": "interim", "text": "company"}
    speech.stop()
    told = page.next()
    assert told["type"] == "state" and told["available"] is False and speech.url.removeprefix("http://") in told["reason"]
    page.sound(SOUND[::-1])  # somebody speaks on
    person = crm_with_speech.person("admin")
    assert person.create("customers", name="Still works")["version"] == 1
    wait_until(lambda: person.get("/api/dictation").json()["available"] is False, "the program says that dictation is off")
    assert person.get("/health").json() == {"status": "ok", "dictation": False}
    speech.start()
    assert page.next() == {"type": "state", "available": True}
    # what was heard but never became final is heard again, and then what was said in between
    wait_until(lambda: speech.heard == SOUND + SOUND[::-1], "nothing of the sound is lost")
    speech.say("company acme", final=True)
    assert page.next() == {"type": "final", "text": "company acme"}
    page.send(type="stop")
    assert page.next() == {"type": "end"}
    wait_until(lambda: person.get("/api/dictation").json()["available"] is True, "and that it is on again")


def test_an_error_of_the_service_is_passed_on_and_tried_again(page, speech):
    speech.refuse("Session timed out.")
    told = page.next()
    assert told["available"] is False and "Session timed out." in told["reason"]
    assert page.next() == {"type": "state", "available": True}
    assert len(speech.starts) == 2


def test_without_a_service_the_program_says_that_dictation_is_off(crm_with_speech, speech, tmp_path):
    with Crm(f"sqlite:{tmp_path}/alone.db", tmp_path) as alone:
        told = alone.person("admin").get("/api/dictation").json()
        assert told["available"] is False and "--speech" in told["reason"]
        with Page(alone) as page:
            page.send(type="start", rate=16000)
            assert page.next()["available"] is False
            page.send(type="stop")
            assert page.next() == {"type": "end"}


def test_only_who_may_write_may_dictate(crm_with_speech):
    admin = crm_with_speech.person("admin")
    admin.post("/api/users", json={"user": "eva", "name": "Eva", "role": "reader", "password": "correct horse"})
    for options, status in (({"csrf": "x"}, 403), ({"cookie": False}, 401), ({"user": "eva"}, 403), ({"language": "fr"}, 400)):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            Page(crm_with_speech, **options)
        assert refused.value.status_code == status, options


def test_a_page_that_makes_no_sense_is_told_so(crm_with_speech):
    with Page(crm_with_speech) as page:
        page.sound()  # before any start: nobody listens
        for message in ("{", "[]", '{"type":3}', '{"type":"sing"}', '{"type":"start"}', '{"type":"start","rate":1}'):
            page.socket.send(message)
            assert page.next()["type"] == "error", message


def test_a_page_that_goes_leaves_nothing_behind(crm_with_speech, speech):
    page = Page(crm_with_speech)
    page.send(type="start", rate=16000)
    speech.wait_for_client()
    page.socket.shutdown()
    wait_until(lambda: speech.clients == 0, "the connection to the service is closed too")


def test_the_program_ends_in_the_middle_of_a_dictation(page, crm_with_speech):
    assert crm_with_speech.stop() == 0
