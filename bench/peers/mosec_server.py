"""Mosec with ONNX Runtime: JSON in and out, one worker of one thread a core."""
import os
import sys

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import numpy
import onnxruntime
from mosec import Server, Worker

TYPES = {"FP32": numpy.float32, "INT64": numpy.int64}


class Model(Worker):
    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
        self.names = [o.name for o in self.session.get_outputs()]

    def forward(self, data):
        feed = {i["name"]: numpy.array(i["data"], dtype=TYPES[i["datatype"]]).reshape(i["shape"]) for i in data["inputs"]}
        values = self.session.run(self.names, feed)
        return {"outputs": [{"name": n, "data": v.ravel().tolist()} for n, v in zip(self.names, values)]}


if __name__ == "__main__":
    server = Server()
    server.append_worker(Model, num=os.cpu_count())
    server.run()
