"""scripts/fold_weights on a small model in ONNX Runtime's own format, as set-up runs it on the speech model."""
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from program import ROOT

RNG = np.random.default_rng(1)
STORED = {  # as the speech model has them: w = float(q) * scale + zero, and v = its transpose, in both branches
    "q": RNG.integers(-128, 128, (3, 4)).astype(np.int8),
    "scale": np.array([0.1], np.float32),
    "zero": np.array([-0.3], np.float32),
    "u": RNG.normal(size=(3, 3)).astype(np.float32),
    "dequantized": RNG.integers(-128, 128, (3, 3)).astype(np.int8),
    "step": np.array(0.02, np.float32),
}
SCALED = STORED["q"].astype(np.float32) * STORED["scale"] + STORED["zero"]


def branch(name: str, square: str) -> onnx.GraphProto:
    nodes = [
        helper.make_node("MatMul", ["x", square], [f"{name}_h"]),
        helper.make_node("MatMul", [f"{name}_h", "w"], [f"{name}_g"]),
        helper.make_node("Transpose", ["w"], [f"{name}_v"], perm=[1, 0]),
        helper.make_node("MatMul", [f"{name}_g", f"{name}_v"], [f"{name}_y"]),
    ]
    return helper.make_graph(nodes, name, [], [helper.make_tensor_value_info(f"{name}_y", TensorProto.FLOAT, ["n", 3])])


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> pathlib.Path:
    """A model with int8 weights in the format that the runtime takes as it is."""
    folder = tmp_path_factory.mktemp("fold")
    nodes = [
        helper.make_node("Cast", ["q"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["f", "scale"], ["s"]),
        helper.make_node("Add", ["s", "zero"], ["w"]),
        helper.make_node("DequantizeLinear", ["dequantized", "step"], ["d"]),
        helper.make_node("If", ["use_u"], ["y"], then_branch=branch("then", "u"), else_branch=branch("else", "d")),
        helper.make_node("Cast", ["q"], ["constant"], to=TensorProto.FLOAT),
    ]
    inputs = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3]),
        helper.make_tensor_value_info("use_u", TensorProto.BOOL, [1]),
    ]
    outputs = [
        helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3]),
        helper.make_tensor_value_info("constant", TensorProto.FLOAT, [3, 4]),
    ]
    weights = [numpy_helper.from_array(value, name) for name, value in STORED.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.optimized_model_filepath = str(folder / "model.ort")
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return folder / "model.ort"


def fold(*words) -> subprocess.CompletedProcess:
    command = [sys.executable, ROOT / "scripts/fold_weights", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def folded(stored) -> pathlib.Path:
    path = stored.with_name("folded.onnx")
    done = fold(stored, path)
    assert done.returncode == 0, done.stderr
    return path


def test_what_was_scaled_is_a_weight_once(folded):
    model = onnx.load(folded)
    onnx.checker.check_model(model)
    nodes = {node.op_type: node for node in model.graph.node}
    assert set(nodes) == {"If", "Cast"}, "what is an output of the model is left to its node"
    for attribute in nodes["If"].attribute:
        assert [node.op_type for node in attribute.g.node] == ["MatMul", "MatMul", "MatMul"]
        assert not attribute.g.initializer
    weights = [(tensor.name.split(":")[0], numpy_helper.to_array(tensor)) for tensor in model.graph.initializer]
    assert len(weights) == 5, "one transpose for both branches"
    assert {name for name, _ in weights} - {"then_v", "else_v"} == {"q", "u", "w", "d"}
    np.testing.assert_array_equal(dict(weights)["w"], SCALED)


@pytest.mark.parametrize("use_u", [True, False])
def test_answers_are_the_same(stored, folded, use_u):
    given = {"x": RNG.normal(size=(2, 3)).astype(np.float32), "use_u": np.array([use_u])}
    answers = [
        onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, given) for path in (stored, folded)
    ]
    for before, after in zip(*answers, strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-5)


def test_the_same_model_gives_the_same_bytes(stored, folded):
    again = stored.with_name("again.onnx")
    assert fold(stored, again).returncode == 0
    assert again.read_bytes() == folded.read_bytes()


def test_what_is_no_model_is_said(tmp_path):
    text = tmp_path / "notes.onnx"
    text.write_text("no model")
    done = fold(text, tmp_path / "folded.onnx")
    assert done.returncode == 1
    assert str(text) in done.stderr and "ONNX or ORT format expected" in done.stderr
    assert not (tmp_path / "folded.onnx").exists()


def test_two_paths_are_asked_for():
    done = fold()
    assert done.returncode == 2
    assert "usage: scripts/fold_weights" in done.stderr
