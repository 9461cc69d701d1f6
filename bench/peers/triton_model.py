"""A model of Triton's Python backend: ONNX Runtime with one thread an instance; what Triton joined is run as one batch."""
import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import numpy
import onnxruntime
import triton_python_backend_utils as triton


class TritonPythonModel:
    def initialize(self, arguments):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
        self.inputs = [i.name for i in self.session.get_inputs()]
        self.outputs = [o.name for o in self.session.get_outputs()]

    def execute(self, requests):
        columns = [[triton.get_input_tensor_by_name(r, name).as_numpy() for r in requests] for name in self.inputs]
        feed = {name: c[0] if len(c) == 1 else numpy.concatenate(c) for name, c in zip(self.inputs, columns)}
        values = self.session.run(self.outputs, feed)
        answers, row = [], 0
        for rows in map(len, columns[0]):
            answers.append(triton.InferenceResponse([triton.Tensor(name, v[row:row + rows])
                                                     for name, v in zip(self.outputs, values)]))
            row += rows
        return answers
