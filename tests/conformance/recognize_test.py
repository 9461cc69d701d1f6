"""POST /v1/recognize and jobs, as Watson's own client asks, in every container; what is wrong is said."""
import concurrent.futures
import io
import os
import re
import time
import uuid
import wave

import numpy as np
import pytest
from ibm_cloud_sdk_core.authenticators import NoAuthAuthenticator
from ibm_watson import SpeechToTextV1

import recordings
from http_call import Answer, call
from program import ROOT, SPEECH_MODEL, wait_until
from recordings import BECKETT, TWO_CITIES, check_words, in_container, pcm

NAME = SPEECH_MODEL.name


@pytest.fixture(scope="module")
def watson(listener):
    client = SpeechToTextV1(authenticator=NoAuthAuthenticator())
    client.set_service_url(listener.url)
    return client


def recognize(server, body: bytes, content_type: str = "", query: str = "") -> Answer:
    headers = {"Content-Type": content_type} if content_type else {"Content-Type": "application/octet-stream"}
    return call(f"{server.url}/v1/recognize{query}", body, headers=headers)


def text_of(document: dict) -> str:
    return "".join(result["alternatives"][0]["transcript"] for result in document["results"])


def silence(seconds: float, rate: int = 16000, noise: float = 0) -> bytes:
    samples = np.random.default_rng(1).normal(0, noise or 1e-9, int(seconds * rate)) * 32767
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


@pytest.mark.parametrize(
    "recording,container,rate,channels",
    [
        (TWO_CITIES, "wav", 48000, 1),
        (TWO_CITIES, "wav", 8000, 2),
        (TWO_CITIES, "webm", 48000, 1),
        (BECKETT, "wav", 8000, 1),
        (BECKETT, "wav", 44100, 2),
        (BECKETT, "flac", 44100, 1),
        (BECKETT, "ogg", 44100, 2),
        (BECKETT, "opus", 48000, 1),
        (BECKETT, "mp3", 44100, 2),
        (BECKETT, "webm", 48000, 2),
    ],
    ids=lambda value: getattr(value, "stem", str(value)),
)
def test_words_are_right_in_every_container(listener, recording, container, rate, channels):
    answer = recognize(listener, in_container(recording, container, rate, channels))
    assert answer.status == 200, answer.body
    check_words(text_of(answer.json), recording, f"{container}, {rate} Hz, {channels} channels")


@pytest.mark.parametrize("endianness", ["little-endian", "big-endian"])
def test_bare_samples_are_read_as_their_type_says(listener, endianness):
    sound = pcm(BECKETT, 44100, 2, endianness == "big-endian")
    answer = recognize(listener, sound, f"audio/l16;rate=44100;channels=2;endianness={endianness}")
    check_words(text_of(answer.json), BECKETT, f"audio/l16, {endianness}")


def test_the_sdk_recognises_a_file(watson):
    with BECKETT.open("rb") as file:
        answer = watson.recognize(audio=file, content_type="audio/wav", model=NAME, timestamps=True, max_alternatives=3,
                                  word_confidence=True, smart_formatting=True, split_transcript_at_phrase_end=True).get_result()
    check_words(text_of(answer), BECKETT, "ibm-watson")
    assert answer["result_index"] == 0
    assert all(result["final"] for result in answer["results"])
    assert answer["results"][-1]["end_of_utterance"] == "end_of_data"
    for word in ("timestamps", "word_confidence", "max_alternatives"):
        assert any(word in warning for warning in answer["warnings"]), word


def test_the_sdk_lists_models(watson, listener):
    (model,) = watson.list_models().get_result()["models"]
    assert (model["name"], model["rate"]) == (NAME, 16000)
    assert watson.get_model(NAME).get_result()["url"] == f"/v1/models/{NAME}"
    both = call(listener.url + "/v1/models").json
    assert [entry["id"] for entry in both["data"]] == [NAME], "as OpenAI's clients read it"


def test_the_sdks_jobs_are_completed_and_removed(watson):
    with BECKETT.open("rb") as file:
        job = watson.create_job(audio=file, content_type="audio/wav", model=NAME).get_result()
    done = {}

    def completed() -> bool:
        done.update(watson.check_job(job["id"]).get_result())
        assert done["status"] != "failed", done
        return done["status"] == "completed"

    wait_until(completed, "the job is completed")
    check_words(text_of(done["results"][0]), BECKETT, "a job")
    assert job["id"] in [entry["id"] for entry in watson.check_jobs().get_result()["recognitions"]]
    assert watson.delete_job(job["id"]).get_status_code() == 204
    assert job["id"] not in [entry["id"] for entry in watson.check_jobs().get_result()["recognitions"]]


def test_a_job_that_fails_says_why(listener):
    job = call(listener.url + "/v1/recognitions", b"RIFF    WAVEgarbage", headers={"Content-Type": "audio/wav"})
    assert job.status == 201
    status = {}
    wait_until(lambda: (status.update(call(listener.url + job.json["url"]).json) or status["status"]) == "failed", "it fails")
    assert "cannot be read" in status["details"][0]["error"]
    assert call(listener.url + "/v1/recognitions/nothing").status == 404


def test_a_form_has_the_recording_and_what_is_said_of_it(listener):
    boundary = uuid.uuid4().hex
    metadata = b'{"part_content_type": "audio/wav", "data_parts_count": 1, "split_transcript_at_phrase_end": true}'
    parts = [b'name="metadata"\r\nContent-Type: application/json\r\n\r\n' + metadata,
             b'name="upload"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n' + BECKETT.read_bytes()]
    body = b"".join(b"--%b\r\nContent-Disposition: form-data; %b\r\n" % (boundary.encode(), part) for part in parts)
    answer = recognize(listener, body + b"--%b--\r\n" % boundary.encode(), f"multipart/form-data; boundary={boundary}")
    assert answer.status == 200, answer.body
    assert answer.json["results"][-1]["end_of_utterance"] == "end_of_data"
    check_words(text_of(answer.json), BECKETT, "multipart")


@pytest.mark.parametrize("noise", [0, 0.01])
def test_silence_gives_no_words(listener, noise):
    answer = recognize(listener, silence(20, noise=noise), "audio/wav")
    assert (answer.status, answer.json["results"]) == (200, [])


@pytest.mark.parametrize(
    "body,content_type,query,status,words",
    [
        (b"", "audio/wav", "", 400, ["empty"]),
        (b"garbage " * 100, "audio/wav", "", 400, ["WAV, FLAC"]),
        (b"RIFF    WAVE" + b"garbage " * 100, "audio/wav", "", 400, ["cannot be read"]),
        (b"fLaC" + b"garbage " * 100, "audio/flac", "", 400, ["cannot be read"]),
        (b"\x1a\x45\xdf\xa3" + b"garbage " * 100, "audio/webm", "", 400, ["Opus"]),
        (b"\0" * 100, "audio/l16", "", 400, ["rate"]),
        (b"\0" * 100, "audio/l16;rate=96", "", 400, ["rate=96", "1000"]),
        (b"\0" * 14_410_000, "audio/l16;rate=1000", "", 400, ["longer than 7200 s"]),
        (b"hello", "text/plain", "", 400, ["text/plain"]),
        (b"\0" * 100, "audio/l16;rate=16000", "?model=nobody", 404, ["nobody", NAME]),
        (b"\0" * 100, "audio/l16;rate=16000", "?timestamps=maybe", 400, ["timestamps=maybe"]),
        (b"--b\r\n\r\n", "multipart/form-data; boundary=b", "", 400, ["the form"]),
    ],
    ids=["empty", "garbage", "wav", "flac", "webm", "no rate", "rate", "long", "text", "model", "value", "form"],
)
def test_what_is_wrong_is_said(listener, body, content_type, query, status, words):
    answer = recognize(listener, body, content_type, query)
    assert answer.status == status, answer.body
    for word in words:
        assert word in answer.error


def test_a_server_without_a_speech_model_says_so(server):
    answer = recognize(server, BECKETT.read_bytes(), "audio/wav")
    assert answer.status == 404
    assert "no speech model" in answer.error


def test_ten_at_once_use_every_instance(listener):
    sound = BECKETT.read_bytes()
    busy = 0.0
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(10) as clients:
        asked = [clients.submit(recognize, listener, sound, "audio/wav") for _ in range(10)]
        while not all(one.done() for one in asked):
            busy = max(busy, listener.metric("slipway_instances_busy"))
            concurrent.futures.wait(asked, timeout=0.05)
    print(f"ten recordings of 10 s at once: {time.monotonic() - begin:.1f} s, {busy:.0f} instances busy")
    for one in asked:
        check_words(text_of(one.result().json), BECKETT, "one of ten")
    assert busy == len(os.sched_getaffinity(0))


def test_metrics_are_those_that_the_document_promises(listener):
    recognize(listener, BECKETT.read_bytes(), "audio/wav")
    section = (ROOT / "docs/speech.md").read_text().split("## Metrics")[1]
    promised = set(re.findall(r"`(slipway_speech_[a-z_]+)`", section))
    text = call(listener.url + "/metrics").body.decode()
    there = set(re.findall(r"^# TYPE (slipway_speech_[a-z_]+)", text, re.MULTILINE))
    assert promised == there and len(there) == 6
    assert listener.metric("slipway_speech_words_total", model=NAME) >= 12
    assert listener.metric("slipway_speech_sound_seconds_total", model=NAME) >= 9.9
