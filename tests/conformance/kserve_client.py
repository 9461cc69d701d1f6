"""One question of KServe's own client to a server, as a program: its messages have the names of Triton's, and one
process takes only one of the two.

    kserve_client.py ADDRESS QUESTION   prints the answer as JSON
"""
import asyncio
import importlib.util
import json
import pathlib
import sys
import types

import numpy as np

MODEL = "identity_fp32"
ROW = np.array([[1, 2, 3]], np.float32)

# the client's modules, without those of the server and of Kubernetes that the package imports with them
package = types.ModuleType("kserve")
package.__path__ = [str(pathlib.Path(importlib.util.find_spec("kserve").origin).parent)]
sys.modules["kserve"] = package

from kserve.inference_client import InferenceGRPCClient, InferenceRESTClient, RESTConfig  # noqa: E402
from kserve.protocol.infer_type import InferInput, InferRequest  # noqa: E402


def request(binary: bool) -> InferRequest:
    tensor = InferInput("x", [1, 3], "FP32")
    tensor.set_data_from_numpy(ROW, binary_data=binary)
    return InferRequest(model_name=MODEL, infer_inputs=[tensor], request_id="7")


def document(answer) -> dict:
    (output,) = answer.outputs
    return {"id": answer.id, "name": output.name, "values": output.as_numpy().tolist()}


async def rest(address: str, question: str):
    async with InferenceRESTClient(RESTConfig(protocol="v1" if question.endswith("v1") else "v2")) as client:
        if question in ("live", "live_v1"):
            return await client.is_server_live(address)
        if question == "ready":
            return await client.is_server_ready(address)
        if question in ("model_ready_v1", "model_ready_v2"):
            return await client.is_model_ready(address, MODEL)
        if question == "infer_v1":
            return await client.infer(address, {"instances": ROW.tolist()}, model_name=MODEL)
        return document(await client.infer(address, request(question == "infer_binary"), model_name=MODEL))


async def grpc(address: str, question: str):
    async with InferenceGRPCClient(address) as client:
        if question == "grpc_model_ready":
            return await client.is_model_ready(MODEL)
        return document(await client.infer(request(True)))


if __name__ == "__main__":
    _, address, question = sys.argv
    ask = grpc if question.startswith("grpc") else rest
    print(json.dumps(asyncio.run(ask(address, question))))
