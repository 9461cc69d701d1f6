"""A folder with a speech model is a model like others: inspected, served over V2, and refused in words when it is spoilt."""
import json
import os
import shutil

import numpy as np
import pytest
import tritonclient.http

import recordings
from http_call import call
from program import SPEECH_MODEL, run, run_serve


def test_inspect_tells_what_it_is():
    done = run("inspect", SPEECH_MODEL, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["format"], report["metadata"]["kind"], report["metadata"]["streaming"]) == ("speech", "moonshine", "false")
    assert [(tensor["name"], tensor["datatype"]) for tensor in report["inputs"]] == [("AUDIO", "FP32")]
    assert [backend["name"] for backend in report["backends"] if backend["runs"]] == ["speech"]


def infer(server, samples: np.ndarray) -> list[str]:
    with tritonclient.http.InferenceServerClient(server.address, network_timeout=60.0) as client:
        audio = tritonclient.http.InferInput("AUDIO", list(samples.shape), "FP32")
        audio.set_data_from_numpy(samples)
        answer = client.infer(SPEECH_MODEL.name, [audio])
        assert answer.as_numpy("TIMES").size == answer.as_numpy("LOG_PROBABILITIES").size == 0, "Moonshine gives none"
        assert answer.as_numpy("TOKENS").size > 0 or not answer.as_numpy("TEXT")[0]
        return [text.decode() for text in answer.as_numpy("TEXT")]


def test_it_hears_over_v2(listener):
    (text,) = infer(listener, recordings.samples_of(recordings.BECKETT, 16000)[:, 0])
    recordings.check_words(text, recordings.BECKETT, "V2")


@pytest.mark.parametrize("samples", [0, 1, 16000])
def test_silence_of_any_length_has_no_words(listener, samples):
    (text,) = infer(listener, np.zeros(samples, np.float32))
    assert recordings.words_of(text) == []


def test_more_than_it_takes_at_once_is_refused(listener):
    body = {"inputs": [{"name": "AUDIO", "datatype": "FP32", "shape": [4_800_001],
                        "parameters": {"binary_data_size": 4 * 4_800_001}}]}
    header = json.dumps(body).encode()
    answer = call(f"{listener.url}/v2/models/{SPEECH_MODEL.name}/infer", header + bytes(4 * 4_800_001),
                  headers={"Inference-Header-Content-Length": str(len(header))})
    assert answer.status == 400
    assert "4800000 (300 s)" in answer.error


@pytest.mark.parametrize(
    "file,text,words",
    [
        ("decoder_model_merged.onnx", None, ["decoder", "encoder_model.onnx"]),
        ("decoder_model_merged.onnx", "no model", ["sherpa-onnx"]),
        ("tokens.txt", "a\n", ["tokens.txt", "line 1"]),
        ("model.yaml", "backend_options: {kind: bat}\n", ["transducer, moonshine"]),
        ("model.yaml", "backend_options: {colour: red}\n", ['"colour"', "language"]),
    ],
    ids=["missing", "spoilt", "tokens", "kind", "option"],
)
def test_what_is_wrong_with_a_folder_is_said(tmp_path, file, text, words):
    folder = tmp_path / "spoilt"
    shutil.copytree(SPEECH_MODEL, folder, copy_function=os.symlink)  # 300 MB
    (folder / file).unlink(missing_ok=True)
    if text is not None:
        (folder / file).write_text(text)
    done = run_serve([folder])
    assert done.returncode == 2
    (sentence,) = done.stderr.splitlines()
    for word in ["spoilt", *words]:
        assert word in sentence
