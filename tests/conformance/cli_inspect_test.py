"""`slipway inspect` counts as the onnx package does, and says which backends run a model and why not."""
import json
import math
import pathlib
from collections import Counter

import onnx
import pytest

from program import SAMPLES, run

FILES = {name: SAMPLES / name / "1" / "model.onnx" for name in ("magika", "ocr-direction", "minilm")}
V2_NAMES = {"FLOAT": "FP32", "DOUBLE": "FP64", "FLOAT16": "FP16"}


def inspected(path: pathlib.Path) -> dict:
    done = run("inspect", path, "--json")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def tensors_of(values) -> list[tuple]:
    """Name, type and shape, -1 where dynamic."""
    tensors = []
    for value in values:
        type = value.type.tensor_type
        name = onnx.TensorProto.DataType.Name(type.elem_type)
        shape = [dim.dim_value if dim.HasField("dim_value") else -1 for dim in type.shape.dim]
        tensors.append((value.name, V2_NAMES.get(name, name), shape))
    return tensors


def weights_of(graph) -> tuple[int, int]:
    """Elements and bytes of the initializers and of the tensors that nodes carry, as Constant does."""
    attributes = [attribute for node in graph.node for attribute in node.attribute]
    assert not any(attribute.HasField("g") or attribute.graphs for attribute in attributes), "count nested graphs too"
    tensors = [*graph.initializer, *(attribute.t for attribute in attributes if attribute.HasField("t"))]
    counts = [math.prod(tensor.dims) for tensor in tensors]
    sizes = [onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize for tensor in tensors]
    return sum(counts), sum(count * size for count, size in zip(counts, sizes))


def operators_of(graph) -> dict[str, int]:
    return Counter(f"{node.domain}.{node.op_type}" if node.domain else node.op_type for node in graph.node)


@pytest.fixture(params=[*FILES, "iris_forest", "sum_and_difference"])
def path(request, made_models):
    return FILES.get(request.param, made_models / f"{request.param}.onnx")


def test_it_finds_what_the_onnx_package_finds(path):
    model = onnx.load(path)
    report = inspected(path)
    assert (report["format"], report["file_bytes"]) == ("onnx", path.stat().st_size)
    assert report["ir_version"] == model.ir_version
    assert report["opsets"] == {opset.domain or "ai.onnx": opset.version for opset in model.opset_import}
    assert report["producer"] == " ".join(filter(None, [model.producer_name, model.producer_version]))
    for key, values in (("inputs", model.graph.input), ("outputs", model.graph.output)):
        found = [(tensor["name"], tensor["datatype"], tensor["shape"]) for tensor in report[key]]
        assert found == tensors_of(values)
    assert report["operators"] == operators_of(model.graph)
    assert (report["parameters"], report["weight_bytes"]) == weights_of(model.graph)


def test_the_text_says_the_same(path):
    report = inspected(path)
    done = run("inspect", path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == str(path)
    assert f"format onnx ({report['file_bytes']} bytes)" in lines
    assert f"parameters {report['parameters']} in {report['weight_bytes']} bytes" in lines
    for domain, version in report["opsets"].items():
        assert f"opset {domain} {version}" in lines
    for operator, count in report["operators"].items():
        assert f"operator {operator} × {count}" in lines
    for kind in ("input", "output"):
        for tensor in report[kind + "s"]:
            assert any(line.startswith(f"{kind} {tensor['name']} {tensor['datatype']} [") for line in lines)
    for backend in report["backends"]:
        said = "runs it" if backend["runs"] else f"no: {backend['reason']}"
        assert f"backend {backend['name']}: {said}" in lines


@pytest.mark.parametrize("model", FILES)
def test_both_backends_run_the_samples(model):
    *both, speech = inspected(FILES[model])["backends"]
    assert both == [{"name": "onnxruntime", "runs": True}, {"name": "openvino", "runs": True}]
    assert (speech["name"], speech["runs"]) == ("speech", False)


@pytest.mark.parametrize("model", ["iris_forest", "diabetes_linear"])
def test_openvino_says_why_it_does_not_run_a_tree(made_models, model):
    report = inspected(made_models / f"{model}.onnx")
    onnxruntime, openvino, _ = report["backends"]
    assert onnxruntime == {"name": "onnxruntime", "runs": True}
    assert (openvino["name"], openvino["runs"]) == ("openvino", False)
    (operator,) = report["operators"]
    assert operator in openvino["reason"]


def test_a_models_folder_is_its_highest_version(tmp_path):
    for version, model in (("9", "magika"), ("10", "ocr-direction")):
        folder = tmp_path / "some" / version
        folder.mkdir(parents=True)
        (folder / "model.onnx").symlink_to(FILES[model])
    assert inspected(tmp_path / "some")["operators"] == inspected(FILES["ocr-direction"])["operators"]


def spoil(path: pathlib.Path, how: str) -> pathlib.Path:
    content = FILES["magika"].read_bytes()
    path.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "other": b"no model"}[how])
    return path


@pytest.mark.parametrize("how", ["missing", "empty", "cut", "other", "folder-without", "several"])
def test_what_is_no_model_is_said_in_one_sentence(tmp_path, how):
    path = tmp_path / "x.onnx"
    if how in ("empty", "cut", "other"):
        spoil(path, how)
    elif how != "missing":
        path = tmp_path if how == "folder-without" else SAMPLES
    done = run("inspect", path)
    assert (done.returncode, done.stdout) == (2, "")
    (sentence,) = done.stderr.splitlines()
    assert str(path) in sentence
