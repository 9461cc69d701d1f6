"""Small ONNX models, made where they are needed: one that gives back its input for each element type."""
import pathlib

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Open Inference Protocol name: (ONNX type, NumPy type of a client's array, values that go through unchanged)
ELEMENT_TYPES = {
    "BOOL": (TensorProto.BOOL, np.bool_, [True, False, True]),
    "UINT8": (TensorProto.UINT8, np.uint8, [0, 7, 255]),
    "UINT16": (TensorProto.UINT16, np.uint16, [0, 7, 65535]),
    "UINT32": (TensorProto.UINT32, np.uint32, [0, 7, 2**32 - 1]),
    "UINT64": (TensorProto.UINT64, np.uint64, [0, 7, 2**64 - 1]),
    "INT8": (TensorProto.INT8, np.int8, [-128, 0, 127]),
    "INT16": (TensorProto.INT16, np.int16, [-(2**15), 0, 2**15 - 1]),
    "INT32": (TensorProto.INT32, np.int32, [-(2**31), 0, 2**31 - 1]),
    "INT64": (TensorProto.INT64, np.int64, [-(2**63), 0, 2**63 - 1]),
    "FP16": (TensorProto.FLOAT16, np.float16, [-65504.0, 0.1, 6e-8]),
    "FP32": (TensorProto.FLOAT, np.float32, [-3.4028235e38, 0.1, 1e-45]),
    "FP64": (TensorProto.DOUBLE, np.float64, [-1.7976931348623157e308, 0.1, 5e-324]),
    "BF16": (TensorProto.BFLOAT16, ml_dtypes.bfloat16, [-2.5, 0.0, 1.00390625 * 2**10]),
    "BYTES": (TensorProto.STRING, np.object_, [b"", "Grüße, 世界".encode(), b"a" * 1000]),
}
WIDTH = 3


def name_of(datatype: str) -> str:
    return "identity_" + datatype.lower()


def rows(datatype: str, count: int = 2) -> np.ndarray:
    """A [count, 3] array of the type's border values."""
    _, numpy_type, values = ELEMENT_TYPES[datatype]
    return np.array([values] * count, dtype=numpy_type)


def save(path: pathlib.Path, nodes, inputs, outputs) -> None:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)


def make_identity(folder: pathlib.Path, datatype: str) -> pathlib.Path:
    """x [batch, 3] -> y [batch, 3], equal to x."""
    element = ELEMENT_TYPES[datatype][0]
    path = folder / f"{name_of(datatype)}.onnx"
    save(
        path,
        [helper.make_node("Identity", ["x"], ["y"])],
        [helper.make_tensor_value_info("x", element, ["batch", WIDTH])],
        [helper.make_tensor_value_info("y", element, ["batch", WIDTH])],
    )
    return path


def make_two_outputs(folder: pathlib.Path) -> pathlib.Path:
    """a, b [batch, 3] -> sum, difference."""
    path = folder / "sum_and_difference.onnx"

    def tensor(name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", WIDTH])

    save(
        path,
        [helper.make_node("Add", ["a", "b"], ["sum"]), helper.make_node("Sub", ["a", "b"], ["difference"])],
        [tensor("a"), tensor("b")],
        [tensor("sum"), tensor("difference")],
    )
    return path


def make_matmul(path: pathlib.Path, weights: np.ndarray) -> pathlib.Path:
    """x [batch, rows of weights] -> y [batch, columns]."""
    save(
        path,
        [
            helper.make_node("Constant", [], ["w"], value=numpy_helper.from_array(weights)),
            helper.make_node("MatMul", ["x", "w"], ["y"]),
        ],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", weights.shape[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", weights.shape[1]])],
    )
    return path


def make_picture_mean(folder: pathlib.Path) -> pathlib.Path:
    """picture [batch, 3, 64, 64], too large for a page to show -> mean [batch, 3, 1, 1]."""
    path = folder / "picture_mean.onnx"
    save(
        path,
        [helper.make_node("GlobalAveragePool", ["picture"], ["mean"])],
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["batch", 3, 64, 64])],
        [helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["batch", 3, 1, 1])],
    )
    return path


def make_all(folder: pathlib.Path) -> None:
    for datatype in ELEMENT_TYPES:
        make_identity(folder, datatype)
    make_two_outputs(folder)
    make_picture_mean(folder)
