"""TensorFlow's files without TensorFlow, which is 600 MB: the few messages that a small model needs, in Protocol
Buffers' wire format. A message is the concatenation of its fields: chunk(1, "x") + number(2, 7).
"""
import pathlib

import numpy as np

DT_FLOAT = 1
RELEASE, GRAPH_VERSION = "2.4.1", 561  # of one TensorFlow


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first. A negative number is written as its 64 bits."""
    value &= 2**64 - 1
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def number(field: int, value: int) -> bytes:
    """An integer, an enum or a bool."""
    return varint(field << 3) + varint(value)


def chunk(field: int, content: bytes | str) -> bytes:
    """A string, bytes or a message."""
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def entry(field: int, key: str, value: bytes) -> bytes:
    """One entry of a map from strings to messages."""
    return chunk(field, chunk(1, key) + chunk(2, value))


FLOAT = number(6, DT_FLOAT)  # an AttrValue
NO = number(5, 0)


def shape_proto(dims) -> bytes:
    return b"".join(chunk(2, number(1, size)) for size in dims)


def tensor_proto(array: np.ndarray) -> bytes:
    return number(1, DT_FLOAT) + chunk(2, shape_proto(array.shape)) + chunk(4, array.astype("<f4").tobytes())


def node(name: str, op: str, inputs=(), **attributes: bytes) -> bytes:
    """A NodeDef as a field of its GraphDef."""
    definition = chunk(1, name) + chunk(2, op) + b"".join(chunk(3, source) for source in inputs)
    return chunk(1, definition + b"".join(entry(5, key, value) for key, value in attributes.items()))


def constant(name: str, array: np.ndarray) -> bytes:
    return node(name, "Const", dtype=FLOAT, value=chunk(8, tensor_proto(array)))


def graph_def(x: str, y: str, weights: np.ndarray, bias: np.ndarray) -> bytes:
    """y = relu(x @ weights + bias), of nodes called `x` and `y`."""
    return (
        node(x, "Placeholder", dtype=FLOAT, shape=chunk(7, shape_proto([-1, len(weights)])))
        + constant("weights", weights)
        + constant("bias", bias)
        + node("product", "MatMul", [x, "weights"], T=FLOAT, transpose_a=NO, transpose_b=NO)
        + node("sum", "BiasAdd", ["product", "bias"], T=FLOAT)
        + node(y, "Relu", ["sum"], T=FLOAT)
        + chunk(4, number(1, GRAPH_VERSION))
    )


def save_graph(path: pathlib.Path, weights: np.ndarray, bias: np.ndarray) -> pathlib.Path:
    """A frozen graph, whose nodes are x and y."""
    path.write_bytes(graph_def("x", "y", weights, bias))
    return path


def tensor_info(name: str, dims) -> bytes:
    return chunk(1, name) + number(2, DT_FLOAT) + chunk(3, shape_proto(dims))


def save_saved_model(folder: pathlib.Path, weights: np.ndarray, bias: np.ndarray) -> pathlib.Path:
    """A SavedModel's folder: its signature calls x and y what the graph calls otherwise, as TensorFlow's do."""
    signature = (
        entry(1, "x", tensor_info("serving_default_x:0", [-1, len(weights)]))
        + entry(2, "y", tensor_info("PartitionedCall:0", [-1, len(bias)]))
        + chunk(3, "tensorflow/serving/predict")
    )
    meta_graph = (
        chunk(1, chunk(4, "serve") + chunk(5, RELEASE))
        + chunk(2, graph_def("serving_default_x", "PartitionedCall", weights, bias))
        + entry(5, "serving_default", signature)
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "saved_model.pb").write_bytes(number(1, 1) + chunk(2, meta_graph))
    return folder
