"""Every model format that docs/backends.md promises is run, not only recognised: described as its file says, with
numbers that something else than the program computed too."""
import contextlib
import json
import math
import pathlib
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnx
import openvino
import pytest
import tritonclient.http as triton

import format_models
import tiny_models
from format_models import MADE, Made
from program import PROGRAM, START_LIMIT_S, Server, run, run_serve

BACKENDS = ["onnxruntime", "openvino", "speech"]
RUNS = [pytest.param(made, backend, id=f"{made.name}-{backend}") for made in MADE for backend in made.backends]
SERVING = sorted({backend for made in MADE for backend in made.backends})


@dataclass(frozen=True)
class Versions:
    """A model of a repository. Version n lies where `places` says, and its weights are n times those of version 1."""

    format: str
    make: Callable[..., pathlib.Path]
    places: dict[int, str]
    output: str


REPOSITORY = {
    "saved": Versions("tensorflow_saved_model", format_models.affine_saved_model, {1: "model.savedmodel", 2: "."}, "y"),
    "ir": Versions("openvino_ir", format_models.affine_ir, {1: "model.xml", 3: "model.xml"}, "y"),
    "graph": Versions("tensorflow_graph", format_models.affine_graph, {2: "model.pb", 10: "model.graphdef"}, "y:0"),
}


def tensors(shapes: dict[str, list[int]]) -> list[dict]:
    return [{"name": name, "datatype": "FP32", "shape": shape} for name, shape in shapes.items()]


def by_name(described: list[dict]) -> list[dict]:
    return sorted(described, key=lambda tensor: tensor["name"])


def without_names_of_dims(tensor: dict) -> dict:
    return {key: tensor[key] for key in ("name", "datatype", "shape")}


def ask(client: triton.InferenceServerClient, model: str, x: np.ndarray, version: str = "") -> triton.InferResult:
    (described,) = client.get_model_metadata(model, version)["inputs"]
    tensor = triton.InferInput(described["name"], list(x.shape), "FP32")
    tensor.set_data_from_numpy(x)
    return client.infer(model, [tensor], model_version=version)


def assert_answers(result: triton.InferResult, expected: dict[str, np.ndarray]) -> None:
    assert {output["name"] for output in result.get_response()["outputs"]} == set(expected)
    for name, array in expected.items():
        returned = result.as_numpy(name)
        assert returned.dtype == array.dtype and returned.shape == array.shape
        np.testing.assert_allclose(returned, array, rtol=0, atol=1e-5, err_msg=name)


@contextlib.contextmanager
def served(path: pathlib.Path, *options: str):
    """A client of a server that is one instance with one thread, so that many models start quickly."""
    with Server([path, "--instances", "1", "--threads", "1", *options]) as server:
        with triton.InferenceServerClient(server.address, network_timeout=60.0) as client:
            yield client


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, pathlib.Path]:
    """For each backend a folder of the bare models that it runs."""
    made = {backend: tmp_path_factory.mktemp(backend) for backend in SERVING}
    for model in MADE:
        for backend in model.backends:
            model.make(made[backend] / model.file)
    return made


@pytest.fixture(scope="module")
def clients(folders):
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(served(folders[name], "--backend", name)) for name in SERVING}


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A repository as Triton has them, whose models find their backend by themselves."""
    folder = tmp_path_factory.mktemp("repository")
    for name, versions in REPOSITORY.items():
        for version, place in versions.places.items():
            path = folder / name / str(version) / place
            path.parent.mkdir(parents=True, exist_ok=True)
            versions.make(path, scale=version)
    with served(folder) as client:
        yield client


@pytest.mark.parametrize("made, backend", RUNS)
def test_a_model_is_described_as_its_file_says(clients, made: Made, backend):
    document = clients[backend].get_model_metadata(made.name)
    assert document["platform"] == f"{backend}_{made.format}"
    assert document["versions"] == ["1"]
    assert document["inputs"] == tensors(made.subject.inputs)
    assert by_name(document["outputs"]) == by_name(tensors(made.subject.outputs))


@pytest.mark.parametrize("made, backend", RUNS)
def test_its_answers_are_those_of_another_program(clients, made: Made, backend):
    x = made.subject.sample()
    assert_answers(ask(clients[backend], made.name, x), made.subject.expected(x))


@pytest.mark.parametrize("backend", SERVING)
def test_nothing_else_in_the_folder_is_taken_for_a_model(clients, backend):
    index = clients[backend].get_model_repository_index()
    assert sorted(model["name"] for model in index) == sorted(made.name for made in MADE if backend in made.backends)
    assert clients[backend].is_server_ready()


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_inspect_names_the_format_and_who_runs_it(folders, made: Made):
    path = folders[made.backends[0]] / made.file
    done = subprocess.run([PROGRAM, "inspect", path, "--json"], capture_output=True, text=True, timeout=START_LIMIT_S)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["format"] == made.format
    assert [without_names_of_dims(tensor) for tensor in report["inputs"]] == tensors(made.subject.inputs)
    outputs = [without_names_of_dims(tensor) for tensor in report["outputs"]]
    assert by_name(outputs) == by_name(tensors(made.subject.outputs))
    assert [verdict["name"] for verdict in report["backends"]] == BACKENDS
    for verdict in report["backends"]:
        assert verdict["runs"] == (verdict["name"] in made.backends), verdict
        assert verdict["runs"] or made.format in verdict["reason"]


def counted_by_openvino(path: pathlib.Path) -> tuple[dict[str, int], int, int]:
    """Operators, elements and bytes of the constants, as OpenVINO's own package reads the file."""
    nodes = openvino.Core().read_model(path).get_ops()
    constants = [node for node in nodes if node.get_type_name() == "Constant"]
    operators = Counter(node.get_type_name() for node in nodes)
    for other in ("Constant", "Parameter", "Result"):
        del operators[other]
    sizes = [math.prod(node.get_output_shape(0)) for node in constants]
    return operators, sum(sizes), sum(node.get_byte_size() for node in constants)


@pytest.mark.parametrize("made", [made for made in MADE if made.backends == ["openvino"]], ids=lambda made: made.name)
def test_inspect_counts_the_graph_that_the_backend_reads(folders, made: Made):
    path = folders["openvino"] / made.file
    report = json.loads(run("inspect", path, "--json").stdout)
    model_file = next(path.glob("*.pdmodel")) if made.format == "paddle" and path.is_dir() else path
    operators, parameters, weight_bytes = counted_by_openvino(model_file)
    assert report["counted_by"] == "openvino"
    assert (report["operators"], report["parameters"], report["weight_bytes"]) == (operators, parameters, weight_bytes)
    text = [" ".join(line.split()) for line in run("inspect", path).stdout.splitlines()]
    assert f"parameters {parameters} in {weight_bytes} bytes, counted in the graph as openvino reads it" in text


def test_the_operators_of_an_ir_are_the_layers_of_its_xml(folders):
    (made,) = [made for made in MADE if made.format == "openvino_ir"]
    path = folders["openvino"] / made.file
    layers = Counter(layer.get("type").lower() for layer in ElementTree.parse(path).iter("layer"))
    for other in ("const", "parameter", "result"):
        del layers[other]
    counted = json.loads(run("inspect", path, "--json").stdout)["operators"]
    assert {name.lower(): count for name, count in counted.items()} == layers  # "ReLU" there is Relu here


def test_inspect_says_when_nobody_tells_the_graph(folders):
    (made,) = [made for made in MADE if made.format == "ort"]
    report = json.loads(run("inspect", folders["onnxruntime"] / made.file, "--json").stdout)
    assert "operators" not in report and "parameters" not in report
    text = run("inspect", folders["onnxruntime"] / made.file).stdout
    assert "not known: no backend here tells the graph of this format" in text


@pytest.mark.parametrize("name", REPOSITORY)
def test_versions_of_a_repository_are_served(repository, name):
    versions = REPOSITORY[name]
    document = repository.get_model_metadata(name)
    assert document["platform"] == f"openvino_{versions.format}"
    assert sorted(map(int, document["versions"])) == sorted(versions.places)
    x = format_models.affine_rows()
    for version in versions.places:
        result = ask(repository, name, x, str(version))
        assert result.get_response()["model_version"] == str(version)
        assert_answers(result, format_models.affine(x, version, versions.output))
    unasked = ask(repository, name, x)
    assert_answers(unasked, format_models.affine(x, max(versions.places), versions.output))


def test_a_folder_that_is_a_model_keeps_its_whole_name(tmp_path):
    with served(format_models.affine_saved_model(tmp_path / "affine.v1")) as client:
        assert [model["name"] for model in client.get_model_repository_index()] == ["affine.v1"]


def unranked_onnx(folder):
    """An input with a type and no shape at all, which ONNX Runtime describes as it does a scalar."""
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    x, y = (onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in "xy")
    tiny_models.save(folder / "unranked.onnx", [node], [x], [y])
    return folder / "unranked.onnx"


def damaged_graph(folder):
    path = format_models.affine_graph(folder / "graph.pb")
    path.write_bytes(path.read_bytes()[:60])
    return path


def nameless_tflite(folder):
    path = folder / "pitch.bin"
    path.write_bytes(b"\x1c\0\0\0TFL3" + bytes(64))
    return path


def newer_paddle(folder):
    (folder / "pir").mkdir()
    (folder / "pir" / "inference.json").write_text('{"base_code":{"magic":"pir"}}')
    return folder / "pir"


@pytest.mark.parametrize(
    "make,words",
    [(unranked_onnx, ["\"x\"", "number of dimensions"]), (damaged_graph, ["graph.pb", "damaged"]), (nameless_tflite, [".tflite"]), (newer_paddle, [".pdmodel"])],
)
def test_what_cannot_be_served_is_told_in_one_sentence(tmp_path, make, words):
    done = run_serve([make(tmp_path)])
    assert done.returncode == 2
    (sentence,) = done.stderr.strip().splitlines()
    for word in words:
        assert word in sentence
