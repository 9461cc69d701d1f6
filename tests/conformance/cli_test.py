"""`slipway infer` as a user runs it, on a model's file and on a running service."""
import json
import pathlib
import socket
import subprocess

import numpy as np
import pytest

from http_call import call
from program import ROOT, SAMPLES, Server, run
from tiny_models import ELEMENT_TYPES, name_of, rows

NPY_TYPES = [name for name in ELEMENT_TYPES if name not in ("BF16", "BYTES")]  # those that NumPy has
WAYS = ["{file}", "{url}/v2/models/{model}", "{url}/services/{model}", "{url}/v2/models/{model}/versions/1/"]
FRIENDLY = {"input": [[1, 2.5, -3], [4, 5, 6]]}
V2 = {"inputs": [{"name": "x", "datatype": "FP32", "shape": [2, 3], "data": [1, 2.5, -3, 4, 5, 6]}]}
PNG = next((ROOT / ".deps/python").glob("lib/python3*/site-packages/fastapi_swagger/resources/favicon-32x32.png"))


@pytest.fixture
def place(server, made_models):
    """Where a model is for `slipway infer`: one of WAYS filled in."""

    def fill(way: str, model: str) -> str:
        sample = SAMPLES / model
        file = sample if sample.exists() else made_models / f"{model}.onnx"
        return way.format(file=file, url=server.url, model=model)

    return fill


def saved(path: pathlib.Path, content) -> pathlib.Path:
    if isinstance(content, np.ndarray):
        np.save(path, content)
    else:
        path.write_text(json.dumps(content))
    return path


def answer_of(*arguments) -> dict:
    done = run("infer", *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def outputs_of(*arguments) -> dict[str, np.ndarray]:
    """The outputs of an answer in either form."""
    outputs = answer_of(*arguments)["outputs"]
    if isinstance(outputs, dict):
        return {name: np.array(values, object) for name, values in outputs.items()}
    return {output["name"]: np.array(output["data"], object).reshape(output["shape"]) for output in outputs}


def one_sentence(done: subprocess.CompletedProcess, code: int) -> str:
    assert (done.returncode, done.stdout) == (code, ""), (done.returncode, done.stdout, done.stderr)
    (line,) = done.stderr.splitlines()
    assert line.startswith("slipway ")
    return line


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "name,content", [("a.json", FRIENDLY), ("a.json", V2), ("a.npy", rows("FP32"))], ids=["friendly", "v2", "npy"]
)
def test_infer_takes_every_form_of_input(place, tmp_path, way, name, content):
    expected = content if isinstance(content, np.ndarray) else np.array(FRIENDLY["input"])
    outputs = outputs_of(place(way, "identity_fp32"), saved(tmp_path / name, content))
    assert list(outputs) == ["y"]
    assert (outputs["y"].astype(np.float32) == expected.astype(np.float32)).all()


@pytest.mark.parametrize("way", WAYS[:2])
@pytest.mark.parametrize("datatype", NPY_TYPES)
def test_infer_takes_npy_of_every_type(place, tmp_path, way, datatype):
    values = rows(datatype)
    outputs = outputs_of(place(way, name_of(datatype)), saved(tmp_path / "a.npy", values))
    assert (outputs["y"].astype(values.dtype) == values).all()


@pytest.mark.parametrize("way", WAYS)
def test_infer_takes_the_thing_itself_where_the_model_does(server, place, way):
    expected = call(server.url + "/services/magika", (ROOT / "README.md").read_bytes()).json
    assert answer_of(place(way, "magika"), ROOT / "README.md") == expected
    assert expected["labels"][0]["label"] == "markdown"


def test_infer_asks_the_only_model_of_a_server(made_models, tmp_path):
    model = made_models / "sum_and_difference.onnx"
    question = saved(tmp_path / "a.json", {"a": [[5, 5, 5]], "b": [[2, 1, 0]]})
    with Server([model]) as server:
        for place in (model, server.url, server.url + "/"):
            outputs = outputs_of(place, question)
            assert outputs["sum"].tolist() == [[7, 6, 5]] and outputs["difference"].tolist() == [[3, 4, 5]]


@pytest.mark.parametrize(
    "model,name,content",
    [
        pytest.param("identity_fp32", "a.json", FRIENDLY, id="outputs"),
        pytest.param("identity_fp32", "a.npy", np.float32([[1, np.nan, np.inf]]), id="not-finite"),
        pytest.param("ocr-direction", "a.npy", np.zeros((1, 3, 48, 192), np.float32), id="labels"),
    ],
)
def test_infer_answers_alike_from_a_file_and_a_service(place, tmp_path, model, name, content):
    question = saved(tmp_path / name, content)
    assert answer_of(place("{url}/services/{model}", model), question) == answer_of(place("{file}", model), question)


@pytest.mark.parametrize("way", WAYS[:2])
@pytest.mark.parametrize(
    "name,content,more,words",
    [
        pytest.param("none.json", None, [], ["none.json"], id="missing"),
        pytest.param("a.json", {"inputs": [V2["inputs"][0] | {"data": [7]}]}, [], ["x", "[2,3]", "6"], id="too-few"),
        pytest.param("a.json", {"z": [[1, 2, 3]]}, [], ['"z"', '"x"'], id="unknown-input"),
        pytest.param("a.json", V2 | {"outputs": [{"name": "w"}]}, [], ['"w"', '"y"'], id="unknown-output"),
        pytest.param("a.npy", np.zeros((1, 3)), [], ["x", "FP64", "FP32"], id="npy-type"),
        pytest.param("a.npy", np.zeros((1, 4), np.float32), [], ["x", "[1,4]", "[-1,3]"], id="npy-shape"),
        pytest.param("a.npy", np.zeros((3, 3), np.float32, order="F"), [], ["fortran_order"], id="npy-columns"),
        pytest.param("a.npy", np.zeros((1, 3), ">f4"), [], ["big-endian"], id="npy-endian"),
        pytest.param("a.npy", rows("FP32"), ["--input", "z"], ['"z"', "x"], id="npy-input"),
        pytest.param("a.npy", rows("FP32"), ["--version", "9"], ["version", "9"], id="version"),
    ],
)
def test_infer_says_what_is_wrong_with_the_input(place, tmp_path, way, name, content, more, words):
    question = tmp_path / name if content is None else saved(tmp_path / name, content)
    sentence = one_sentence(run("infer", place(way, "identity_fp32"), question, *more), 2)
    assert all(word in sentence for word in words), sentence


def test_infer_says_what_is_wrong_with_the_model(server, place, made_models, tmp_path):
    question = saved(tmp_path / "a.json", FRIENDLY)
    assert "transform" in one_sentence(run("infer", place("{file}", "identity_fp32"), PNG), 2)
    assert "JSON" in one_sentence(run("infer", place(WAYS[1], "identity_fp32"), PNG), 2)
    for way in WAYS[1:]:
        assert "nothing" in one_sentence(run("infer", place(way, "nothing"), question), 2)
    assert "nothing.onnx" in one_sentence(run("infer", tmp_path / "nothing.onnx", question), 2)
    assert "models are there" in one_sentence(run("infer", made_models, question), 2)
    assert "magika" in one_sentence(run("infer", server.url, question), 2)


def test_infer_says_that_nobody_listens(tmp_path):
    question = saved(tmp_path / "a.json", FRIENDLY)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # nobody else can listen there, and this test does not
        address = "127.0.0.1:%d" % silent.getsockname()[1]
        for path in ("", "/v2/models/x", "/services/x"):
            assert address in one_sentence(run("infer", f"http://{address}{path}", question), 1)
