"""FastAPI with ONNX Runtime, as people write it: a V2-shaped JSON request in, numpy through one one-thread session."""
import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import numpy
import onnxruntime
from fastapi import FastAPI, Request

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
types = {"FP32": numpy.float32, "INT64": numpy.int64}
app = FastAPI()


@app.get("/ready")
def ready():
    return {"ready": True}


def run(body):
    feed = {i["name"]: numpy.array(i["data"], dtype=types[i["datatype"]]).reshape(i["shape"]) for i in body["inputs"]}
    names = [o.name for o in session.get_outputs()]
    return {
        "outputs": [
            {"name": name, "shape": list(value.shape), "datatype": "FP32", "data": value.ravel().tolist()}
            for name, value in zip(names, session.run(names, feed))
        ]
    }


@app.post("/infer")
async def infer(request: Request):
    return run(await request.json())
