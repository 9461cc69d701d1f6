"""Watson's WebSocket: text while somebody speaks, and soon after each phrase; time-outs; what is wrong is said."""
import json
import threading
import time

import numpy as np
import pytest
import websocket
from ibm_cloud_sdk_core.authenticators import NoAuthAuthenticator
from ibm_watson import SpeechToTextV1
from ibm_watson.websocket import AudioSource, RecognizeCallback

import recordings
from http_call import call
from program import SPEECH_MODEL, Server, wait_until
from recordings import BECKETT, TWO_CITIES, check_words

NAME = SPEECH_MODEL.name
LIMIT_S = 60
BLOCK_S = 0.05
INTERIM_EVERY_S = 0.5
FINAL_WITHIN_S = 0.7
SHORT_ERRORS_MAX = 0.2  # live phrases of two words are heard without what stands around them
LIVE_ERRORS_MAX = 0.15  # a phrase that does not pause is cut, perhaps within a word
BUSY_FACTOR = 0.1  # seconds for one of sound, which the model does not take where nothing else runs


class Stream:
    """One connection."""

    def __init__(self, server, query: str = ""):
        self.socket = websocket.create_connection(
            f"ws://{server.address}/v1/recognize{query}", timeout=LIMIT_S, enable_multithread=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, **message) -> None:
        self.socket.send(json.dumps(message))

    def start(self, rate: int = 48000, **options) -> None:
        self.say(action="start", **({"content-type": f"audio/l16;rate={rate};channels=1"} | options))
        assert self.next() == {"state": "listening"}

    def sound(self, data: bytes) -> None:
        self.socket.send_binary(data)

    def next(self) -> dict:
        return json.loads(self.socket.recv())

    def until_listening(self) -> list[dict]:
        messages = []
        while (message := self.next()) != {"state": "listening"}:
            assert "error" not in message, message
            messages.append(message)
        return messages


def finals(messages: list[dict]) -> list[str]:
    return [
        result["alternatives"][0]["transcript"] for message in messages for result in message["results"] if result["final"]
    ]


def voice_spans(sound: np.ndarray, rate: int, pause_s: float = 0.45) -> list[tuple[float, float]]:
    """Where somebody speaks, by loudness: stretches that are parted by pauses of so long."""
    frame = rate // 50
    frames = sound[: len(sound) // frame * frame].reshape(-1, frame)
    loud = np.flatnonzero(np.sqrt((frames**2).mean(axis=1)) > 0.01)
    breaks = np.flatnonzero(np.diff(loud) > pause_s * 50)
    begins = loud[np.concatenate([[0], breaks + 1])]
    ends = loud[np.concatenate([breaks, [len(loud) - 1]])] + 1
    return [(begin / 50, end / 50) for begin, end in zip(begins, ends)]


@pytest.mark.alone
def test_text_follows_the_voice(listener):
    """The whole of two_cities.wav, at the speed of speech."""
    sound = recordings.samples_of(TWO_CITIES, 48000)[:, 0]
    data = recordings.pcm(TWO_CITIES, 48000)
    before = {name: listener.metric(f"slipway_speech_{name}") for name in
              ("final_text_seconds_sum", "final_text_seconds_count", "real_time_factor_sum", "real_time_factor_count")}
    slow_before = before["final_text_seconds_count"] - listener.metric("slipway_speech_final_text_seconds_bucket", le="0.7")
    messages: list[tuple[float, dict]] = []
    with Stream(listener, f"?model={NAME}") as stream:
        stream.start(interim_results=True, inactivity_timeout=-1)
        begin = time.monotonic()

        def read() -> None:
            while (message := stream.next()) != {"state": "listening"}:
                messages.append((time.monotonic() - begin, message))

        reader = threading.Thread(target=read)
        reader.start()
        block = int(BLOCK_S * 48000) * 2
        for i, at in enumerate(range(0, len(data), block)):
            time.sleep(max(0, begin + i * BLOCK_S - time.monotonic()))  # the speed of speech is what is tested
            stream.sound(data[at : at + block])
        stream.say(action="stop")
        reader.join(LIMIT_S)
        assert not reader.is_alive()

    def since(name: str) -> float:
        return listener.metric(f"slipway_speech_{name}") - before[name]

    indexes = [message["result_index"] for _, message in messages]
    assert indexes == sorted(indexes), "a phrase's texts come before the next one's"
    factor = since("real_time_factor_sum") / since("real_time_factor_count")
    times = [at for at, _ in messages]
    gaps = []
    for start, end in voice_spans(sound, 48000):
        within = [at for at in times if start < at < end]
        gaps += list(np.diff([start + INTERIM_EVERY_S, *within])) if within else []
    slow = since("final_text_seconds_count") + before["final_text_seconds_count"] - listener.metric(
        "slipway_speech_final_text_seconds_bucket", le="0.7") - slow_before
    count = since("final_text_seconds_count")
    print(
        f"live, real-time factor {factor:.2f}: {len(messages)} texts, {count:.0f} of them final; between two texts while somebody "
        f"speaks {np.median(gaps):.2f} s (median), {np.percentile(gaps, 95):.2f} s (95 %), {max(gaps):.2f} s (most); from the "
        f"end of a phrase to its final text {since('final_text_seconds_sum') / count:.2f} s (mean), {slow:.0f} of {count:.0f} over {FINAL_WITHIN_S} s"
    )
    check_words("".join(finals([message for _, message in messages])), TWO_CITIES, "live", LIVE_ERRORS_MAX)
    if factor > BUSY_FACTOR:
        pytest.skip(f"the machine is busy (real-time factor {factor:.2f}): its latencies mean nothing")
    assert np.percentile(gaps, 95) <= INTERIM_EVERY_S
    assert slow == 0


class Kept(RecognizeCallback):
    def __init__(self):
        super().__init__()
        self.texts, self.errors, self.closed = [], [], threading.Event()

    def on_data(self, data):
        self.texts += [result["alternatives"][0]["transcript"] for result in data["results"] if result["final"]]

    def on_error(self, error):
        self.errors.append(error)

    def on_inactivity_timeout(self, error):
        self.errors.append(error)

    def on_close(self):
        self.closed.set()


@pytest.mark.parametrize("interim", [False, True])
def test_the_sdk_streams_a_file(listener, interim):
    client = SpeechToTextV1(authenticator=NoAuthAuthenticator())
    client.set_service_url(f"ws://{listener.address}")  # it turns https into wss, and nothing into ws
    kept = Kept()
    with BECKETT.open("rb") as file:
        client.recognize_using_websocket(audio=AudioSource(file), content_type="audio/wav", recognize_callback=kept,
                                         model=NAME, interim_results=interim)
    assert kept.closed.wait(LIMIT_S)
    assert kept.errors == []
    check_words("".join(kept.texts), BECKETT, f"ibm-watson, WebSocket, interim_results={interim}", SHORT_ERRORS_MAX)


def test_without_interim_results_all_comes_at_the_end(listener):
    with Stream(listener) as stream:
        stream.start(rate=16000)
        stream.sound(recordings.pcm(BECKETT, 16000))
        stream.sound(b"")  # as good as a stop
        (message,) = stream.until_listening()
        assert message["result_index"] == 0 and len(message["results"]) >= 3
        check_words("".join(finals([message])), BECKETT, "WebSocket, at the end", SHORT_ERRORS_MAX)


def test_a_connection_takes_one_stream_after_the_other(listener):
    data = recordings.pcm(BECKETT, 16000)
    half = len(data) // 2
    with Stream(listener) as stream:
        texts = []
        for part in (data[:half], data[half:]):
            stream.start(rate=16000, interim_results=True)
            for at in range(0, len(part), 4001):  # in the middle of samples too
                stream.sound(part[at : at + 4001])
            stream.say(action="stop")
            texts += finals(stream.until_listening())
    heard = set(recordings.words_of("".join(texts)))
    assert {"ever", "tried", "fail", "better"} <= heard


@pytest.mark.parametrize("container", ["webm", "opus", "mp3"])
def test_other_containers_are_heard_when_they_are_whole(listener, container):
    data = recordings.in_container(BECKETT, container, 48000)
    with Stream(listener) as stream:
        stream.start(**{"content-type": f"audio/{container}"})
        for at in range(0, len(data), 10000):
            stream.sound(data[at : at + 10000])
        stream.say(action="stop")
        check_words("".join(finals(stream.until_listening())), BECKETT, f"WebSocket, {container}")


def test_silence_ends_a_stream_when_it_lasts(listener):
    with Stream(listener) as stream:
        stream.start(rate=16000, inactivity_timeout=3)
        stream.sound(bytes(2 * 16000 * 4))
        assert stream.next() == {"error": "No speech detected for 3s."}
        code, reason = stream.socket.recv_data()
        assert code == websocket.ABNF.OPCODE_CLOSE and b"No speech" in reason


def test_silence_has_no_results(listener):
    with Stream(listener) as stream:
        stream.start(rate=16000, inactivity_timeout=-1)
        stream.sound(bytes(2 * 16000 * 4))
        stream.say(action="stop")
        assert stream.until_listening() == [{"result_index": 0, "results": []}]


@pytest.mark.parametrize(
    "send,words",
    [
        (lambda stream: stream.sound(bytes(100)), ["start"]),
        (lambda stream: stream.socket.send("hello"), ["JSON"]),
        (lambda stream: stream.say(action="jump"), ["jump", "stop"]),
        (lambda stream: stream.say(action="stop"), ["stop", "started"]),
        (lambda stream: stream.say(**{"action": "start", "content-type": "audio/l16"}), ["rate"]),
        (lambda stream: stream.say(action="start", timestamps="maybe"), ["maybe"]),
        (lambda stream: [stream.say(**{"action": "start"}), stream.next(), stream.sound(b"garbage" * 999),
                         stream.say(action="stop")], ["no form that is known"]),
    ],
    ids=["sound", "text", "action", "stop", "rate", "value", "garbage"],
)
def test_what_is_wrong_is_said_and_ends_the_connection(listener, send, words):
    with Stream(listener) as stream:
        send(stream)
        message = stream.next()
        for word in words:
            assert word in message["error"], message
        assert stream.socket.recv_data()[0] == websocket.ABNF.OPCODE_CLOSE


def test_a_model_that_is_not_served_is_refused_before_the_handshake(listener):
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        Stream(listener, "?model=nobody")
    assert refused.value.status_code == 404
    assert b"nobody" in refused.value.resp_body
    answer = call(listener.url + "/v1/recognize", method="GET")
    assert answer.status == 405, "without an upgrade it is an address that takes POST"


def test_a_page_of_another_site_is_refused(listener):
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        websocket.create_connection(f"ws://{listener.address}/v1/recognize", origin="http://elsewhere.example")
    assert refused.value.status_code == 403


def test_sessions_are_counted_while_they_are_open(listener):
    def are_open(sessions: int) -> bool:
        return listener.metric("slipway_speech_sessions_open") == sessions

    wait_until(lambda: are_open(0), "the sessions of other clients are closed")
    with Stream(listener) as stream:
        stream.start()
        assert are_open(1)
    wait_until(lambda: are_open(0), "the session is closed")


def test_the_server_ends_though_a_stream_is_open():
    """What came until then is heard and told, and then the end."""
    sound = recordings.pcm(BECKETT, 16000)[: 2 * 16000 * 3]
    with Server([SPEECH_MODEL]) as server, Stream(server) as stream, Stream(server) as idle:
        stream.start(16000)
        stream.sound(sound)
        server.wait_for(2.9, "slipway_speech_sound_seconds_total")
        server.process.terminate()
        messages = [stream.next(), stream.next()]
        assert finals(messages[:1])[0].strip(), "the words that were said"
        assert messages[1] == {"error": "the server ends; what had come until then was heard"}
        assert idle.socket.recv() == "", "nobody has to be told anything"
        assert server.process.wait(20) == 0
