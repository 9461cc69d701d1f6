"""`backend: auto` measures the backends that can run a model, once, and says what it found."""
import pathlib
import re
import subprocess

import pytest

import tiny_models
from http_call import call
from program import ROOT, Server, run

PLUG_IN = pathlib.Path(__file__).with_name("plug_in") / "negate.c"
BODY = {"inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3]}]}
MEASURED = re.compile(r'model "identity_fp32": onnxruntime \d+/s, openvino \d+/s; (\w+) is used \((.*)\)')


@pytest.fixture
def model(tmp_path) -> pathlib.Path:
    return tiny_models.make_identity(tmp_path, "FP32")


def started(model: pathlib.Path, cache: pathlib.Path, *arguments: str, **environment: str) -> str:
    """What a server writes that starts, answers rightly and ends."""
    with Server([model, *arguments], {"SLIPWAY_CACHE_DIR": str(cache)} | environment) as server:
        answer = call(server.url + "/v2/models/identity_fp32/infer", BODY)
        assert answer.status == 200 and answer.json["outputs"][0]["data"] == [1, 2, 3]
    return "".join(server.log)


def test_the_choice_is_measured_once_and_then_known(model, tmp_path):
    cache = tmp_path / "cache"
    used, when = MEASURED.search(started(model, cache)).groups()
    assert when == "measured now"
    for _ in range(2):
        assert MEASURED.search(started(model, cache)).groups() == (used, "known from before")
    # another number of instances is another question
    assert MEASURED.search(started(model, cache, "--instances", "1"))[2] == "measured now"
    assert len(list(cache.rglob("*.json"))) == 2


def test_a_model_that_changed_is_measured_again(model, tmp_path):
    started(model, tmp_path / "cache")
    model.write_bytes(model.read_bytes() + b"\x3a\x00")  # an empty graph to merge: the same model
    assert MEASURED.search(started(model, tmp_path / "cache"))[2] == "measured now"


@pytest.mark.parametrize("text", ["", "{", '{"backend": "rm -rf", "speeds": []}'])
def test_a_damaged_choice_is_a_warning_and_is_made_again(model, tmp_path, text):
    cache = tmp_path / "cache"
    started(model, cache)
    (file,) = cache.rglob("*.json")
    file.write_text(text)
    log = started(model, cache)
    assert "warning" in log and str(file) in log
    assert MEASURED.search(log)[2] == "measured now"
    assert MEASURED.search(started(model, cache))[2] == "known from before"


def test_a_folder_that_cannot_be_written_is_a_warning(model, tmp_path):
    (tmp_path / "file").write_text("no folder")
    log = started(model, tmp_path / "file")
    assert "SLIPWAY_CACHE_DIR" in log and MEASURED.search(log)[2] == "measured now"


def test_who_names_a_backend_or_the_first_waits_for_no_measuring(model, tmp_path):
    for backend, used in [("first", "onnxruntime"), ("onnxruntime", "onnxruntime"), ("openvino", "openvino")]:
        log = started(model, tmp_path / "cache", "--backend", backend)
        assert not MEASURED.search(log) and f"version 1 on {used}," in log
    (tmp_path / "x.json").write_text('{"x": [[1, 2, 3]]}')
    answer = run("infer", model, tmp_path / "x.json", env={"SLIPWAY_CACHE_DIR": str(tmp_path / "cache")})
    assert answer.returncode == 0, answer.stderr
    assert not (tmp_path / "cache").exists()


def test_a_backend_that_answers_otherwise_is_not_used_however_fast(model, tmp_path):
    backends = tmp_path / "backends"
    backends.mkdir()
    command = ["gcc", "-std=c11", "-shared", "-fPIC", "-fvisibility=hidden", "-I", ROOT / "include", PLUG_IN]
    subprocess.run([*command, "-o", backends / "libslipway_backend_negate.so"], check=True, timeout=60)
    log = started(model, tmp_path / "cache", SLIPWAY_BACKEND_PATH=str(backends))
    assert "negate (other answers)" in log


def test_the_backends_load_a_model_at_the_same_time(model, tmp_path):
    backends = tmp_path / "backends"
    backends.mkdir()
    names = ["onnxruntime", "openvino"]  # in place of the program's own
    for name, other in (names, reversed(names)):
        command = ["gcc", "-std=c11", "-shared", "-fPIC", "-fvisibility=hidden", "-I", ROOT / "include"]
        command += [f'-DNAME="{name}"', f'-DOTHER="{other}"', PLUG_IN.with_name("meeting.c")]
        subprocess.run([*command, "-o", backends / f"libslipway_backend_{name}.so"], check=True, timeout=60)
    environment = {"SLIPWAY_CACHE_DIR": str(tmp_path / "cache"), "SLIPWAY_BACKEND_PATH": str(backends)}
    with Server([model], environment) as server:
        assert call(server.url + "/v2/models/identity_fp32/infer", BODY).json["outputs"][0]["data"] == [-1, -2, -3]
    assert MEASURED.search("".join(server.log))
