"""/v1/audio/transcriptions as OpenAI's own client asks."""
import re

import openai
import pytest

from program import SPEECH_MODEL
from recordings import BECKETT, check_words, in_container

NAME = SPEECH_MODEL.name


@pytest.fixture(scope="module")
def client(listener):
    with openai.OpenAI(base_url=listener.url + "/v1", api_key="none", max_retries=0, timeout=60) as connected:
        yield connected


@pytest.fixture(scope="module")
def transcribe(client):
    def ask(**options):
        return client.audio.transcriptions.create(file=BECKETT, model=NAME, **options)

    return ask


def test_json(transcribe):
    answer = transcribe()
    check_words(answer.text, BECKETT, "openai, json")
    assert answer.usage.seconds == 10


def test_text(transcribe):
    check_words(transcribe(response_format="text"), BECKETT, "openai, text")


def test_captions_follow_the_recording(transcribe):
    srt, vtt = transcribe(response_format="srt"), transcribe(response_format="vtt")
    times = re.findall(r"^(\d\d:\d\d:\d\d),(\d{3}) --> (\d\d:\d\d:\d\d),(\d{3})$", srt, re.MULTILINE)
    assert times and times == sorted(times)
    assert times[-1][2] <= "00:00:10"
    assert vtt.startswith("WEBVTT\n\n00:00:")
    spoken = [line for line in srt.splitlines() if not re.match(r"^\d", line)]
    check_words(" ".join(spoken), BECKETT, "openai, srt")


def test_segments_have_times(transcribe):
    answer = transcribe(response_format="verbose_json", timestamp_granularities=["segment"])
    assert 9.9 < answer.duration < 10
    assert answer.segments
    ends = [0.0]
    for segment in answer.segments:
        assert ends[-1] <= segment.start < segment.end <= answer.duration
        ends.append(segment.end)
    check_words(" ".join(segment.text for segment in answer.segments), BECKETT, "openai, verbose_json")


def test_a_stream_of_events(transcribe):
    *deltas, done = transcribe(stream=True)
    assert {event.type for event in deltas} == {"transcript.text.delta"} 
    assert done.type == "transcript.text.done"
    assert "".join(event.delta for event in deltas) == done.text
    check_words(done.text, BECKETT, "openai, stream")


def test_a_browsers_recording(client):
    answer = client.audio.transcriptions.create(file=("speech.webm", in_container(BECKETT, "webm", 48000)), model=NAME)
    check_words(answer.text, BECKETT, "openai, webm")


def test_models_are_listed(client):
    assert [model.id for model in client.models.list()] == [NAME]
    assert client.models.retrieve(NAME).id == NAME


@pytest.mark.parametrize(
    "options,words",
    [
        ({"file": ("a.wav", b"garbage")}, ["no form that is known"]),
        ({"response_format": "xml"}, ["xml", "verbose_json"]),
        ({"model": "whisper-1"}, ["whisper-1", NAME]),
        ({"extra_body": {"diarize": "true"}}, ["diarize"]),
    ],
    ids=["garbage", "format", "model", "field"],
)
def test_what_is_wrong_is_said(client, options, words):
    with pytest.raises(openai.APIStatusError) as refused:
        client.audio.transcriptions.create(**({"file": BECKETT, "model": NAME} | options))
    assert refused.value.status_code == (404 if "model" in options else 400)
    for word in words:
        assert word in str(refused.value)
