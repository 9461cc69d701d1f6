"""A model that shows what its server does with sequences, and how Triton would be told of them."""
import pathlib

from onnx import TensorProto, helper

import tiny_models


def save_running_total(folder: pathlib.Path) -> None:
    """With START the total begins anew: y = total_out = x + total * (1 - START); id = CORRID."""
    tensor = helper.make_tensor_value_info
    path = folder / "1/model.onnx"
    path.parent.mkdir(parents=True)
    one = helper.make_node("Constant", [], ["one"], value=helper.make_tensor("t", TensorProto.FLOAT, [1, 1], [1.0]))
    tiny_models.save(
        path,
        [
            one,
            helper.make_node("Sub", ["one", "START"], ["keep"]),
            helper.make_node("Mul", ["total", "keep"], ["kept"]),
            helper.make_node("Add", ["x", "kept"], ["total_out"]),
            helper.make_node("Identity", ["total_out"], ["y"]),
            helper.make_node("Identity", ["CORRID"], ["id"]),
        ],
        [tensor("x", TensorProto.FLOAT, ["n", 1]), tensor("total", TensorProto.FLOAT, ["n", 1]),
         tensor("START", TensorProto.FLOAT, ["n", 1]), tensor("CORRID", TensorProto.UINT64, ["n", 1])],
        [tensor("y", TensorProto.FLOAT, ["n", 1]), tensor("total_out", TensorProto.FLOAT, ["n", 1]),
         tensor("id", TensorProto.UINT64, ["n", 1])],
    )


CONFIG = """
backend: "onnxruntime"
max_batch_size: 8
input [ { name: "x" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }, { name: "id" data_type: TYPE_UINT64 dims: [ 1 ] } ]
sequence_batching {
  max_sequence_idle_microseconds: 60000000
  %s
  control_input [
    { name: "START" control [ { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } ] },
    { name: "CORRID" control [ { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } ] }
  ]
  state [ { input_name: "total" output_name: "total_out" data_type: TYPE_FP32 dims: [ 1 ]
            initial_state: { data_type: TYPE_FP32 dims: [ 1 ] zero_data: true name: "zero" } } ]
}
"""


def config(strategy: str) -> str:
    """A config.pbtxt of that model, "direct { }" or "oldest { … }"."""
    return CONFIG % strategy
