"""Writes the small model of the benchmarks: an MLP 64 -> 256 -> 256 -> 10, float32, a dynamic batch. Seeded weights."""
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

rng = numpy.random.default_rng(7)
sizes = [64, 256, 256, 10]
nodes, weights, previous = [], [], "x"
for i, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
    w = (rng.standard_normal((rows, columns)) / numpy.sqrt(rows)).astype(numpy.float32)
    b = numpy.zeros(columns, numpy.float32)
    weights += [numpy_helper.from_array(w, f"w{i}"), numpy_helper.from_array(b, f"b{i}")]
    last = i == len(sizes) - 2
    nodes.append(helper.make_node("Gemm", [previous, f"w{i}", f"b{i}"], ["y" if last else f"g{i}"]))
    if not last:
        nodes.append(helper.make_node("Relu", [f"g{i}"], [f"r{i}"]))
        previous = f"r{i}"
graph = helper.make_graph(
    nodes, "mlp",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 64])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 10])], weights)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
model.ir_version = 8
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
