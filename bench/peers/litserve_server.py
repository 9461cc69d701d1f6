"""LitServe with ONNX Runtime: JSON in and out, one worker of one thread a core, and as many processes that read HTTP."""
import argparse
import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import litserve
import numpy
import onnxruntime

TYPES = {"FP32": numpy.float32, "INT64": numpy.int64}


class Model(litserve.LitAPI):
    def setup(self, device):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
        self.names = [o.name for o in self.session.get_outputs()]

    def decode_request(self, request):
        return {i["name"]: numpy.array(i["data"], dtype=TYPES[i["datatype"]]).reshape(i["shape"]) for i in request["inputs"]}

    def predict(self, feed):
        return self.session.run(self.names, feed)

    def encode_response(self, values):
        return {"outputs": [{"name": n, "data": v.ravel().tolist()} for n, v in zip(self.names, values)]}


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, required=True)
    server = litserve.LitServer(Model(api_path="/infer"), accelerator="cpu", workers_per_device=os.cpu_count())
    server.run(host="127.0.0.1", port=arguments.parse_args().port, log_level="error", generate_client_file=False)
