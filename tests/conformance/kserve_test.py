"""KServe's own Python client, V1 and V2, over REST and gRPC."""
import asyncio
import importlib.util
import pathlib
import sys
import types

import numpy as np
import pytest

ROW = np.array([[1, 2, 3]], np.float32)


@pytest.fixture(scope="module")
def kserve():
    """The client's modules, without those of the server and of Kubernetes that the package imports with them."""
    spec = importlib.util.find_spec("kserve")
    package = types.ModuleType("kserve")
    package.__path__ = [str(pathlib.Path(spec.origin).parent)]
    sys.modules["kserve"] = package
    from kserve import inference_client
    from kserve.protocol import infer_type

    yield types.SimpleNamespace(client=inference_client, types=infer_type)
    for name in [name for name in sys.modules if name == "kserve" or name.startswith("kserve.")]:
        del sys.modules[name]


def request(kserve, binary: bool):
    tensor = kserve.types.InferInput("x", [1, 3], "FP32")
    tensor.set_data_from_numpy(ROW, binary_data=binary)
    return kserve.types.InferRequest(model_name="identity_fp32", infer_inputs=[tensor], request_id="7")


def run(server, kserve, protocol, work):
    async def inside():
        config = kserve.client.RESTConfig(protocol=protocol)
        async with kserve.client.InferenceRESTClient(config) as client:
            return await work(client)

    return asyncio.run(inside())


@pytest.mark.parametrize("protocol", ["v1", "v2"])
def test_health(server, kserve, protocol):
    async def work(client):
        live = await client.is_server_live(server.url) if protocol == "v2" else True
        ready = await client.is_server_ready(server.url) if protocol == "v2" else True
        return live, ready, await client.is_model_ready(server.url, "identity_fp32")

    assert run(server, kserve, protocol, work) == (True, True, True)


@pytest.mark.parametrize("binary", [False, True])
def test_infer_v2(server, kserve, binary):
    answer = run(server, kserve, "v2", lambda client: client.infer(server.url, request(kserve, binary), model_name="identity_fp32"))
    (output,) = answer.outputs
    assert (answer.id, output.name) == ("7", "y")
    np.testing.assert_array_equal(output.as_numpy(), ROW)


def test_infer_v1(server, kserve):
    def work(client):
        return client.infer(server.url, {"instances": ROW.tolist()}, model_name="identity_fp32")

    assert run(server, kserve, "v1", work) == {"predictions": ROW.tolist()}


def test_grpc(server, kserve):
    async def inside():
        async with kserve.client.InferenceGRPCClient(server.grpc_address) as client:
            ready = await client.is_model_ready("identity_fp32")
            return ready, await client.infer(request(kserve, True))

    ready, answer = asyncio.run(inside())
    assert ready
    np.testing.assert_array_equal(answer.outputs[0].as_numpy(), ROW)
