import os
import pathlib

# before any test loads the runtime
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
import pytest
import tritonclient.http

import tiny_models
import trees
from program import PROGRAM, SAMPLES, SPEECH_MODEL, Server



@pytest.fixture(scope="session")
def made_models(tmp_path_factory) -> pathlib.Path:
    """A folder of bare model files."""
    folder = tmp_path_factory.mktemp("models")
    tiny_models.make_all(folder)
    trees.make_all(folder)
    return folder


@pytest.fixture(scope="session")
def server(made_models):
    """The three sample models and those made here, behind one address for all tests."""
    assert PROGRAM.exists(), f"{PROGRAM} is missing: make build"
    with Server([SAMPLES, made_models, "--backend", "onnxruntime"]) as running:
        yield running


@pytest.fixture(scope="session")
def listener():
    """A speech model, and nothing said of it."""
    assert SPEECH_MODEL.exists(), f"{SPEECH_MODEL} is missing: make speech-models"
    with Server([SPEECH_MODEL]) as running:
        yield running


@pytest.fixture(scope="session")
def client(server):
    with tritonclient.http.InferenceServerClient(server.address, network_timeout=60.0) as connected:
        yield connected


@pytest.fixture(scope="session")
def session_of(made_models):
    """The runtime itself on the same file, one thread, for answers to compare with."""
    opened = {}

    def open_session(model: str) -> onnxruntime.InferenceSession:
        if model not in opened:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            sample = SAMPLES / model / "1" / "model.onnx"
            path = sample if sample.exists() else made_models / f"{model}.onnx"
            opened[model] = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return opened[model]

    return open_session
