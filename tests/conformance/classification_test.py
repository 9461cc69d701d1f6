"""The classification extension: the best classes of an output in place of its scores, as Triton's clients ask for them."""
import grpc
import numpy as np
import pytest
import tritonclient.grpc
import tritonclient.http
from tritonclient.grpc import service_pb2, service_pb2_grpc

from http_call import call
from program import Server, fake_model
from tiny_models import name_of

SCORES = [[0.25, 3.5, -1], [2, 0.5, 2]]
FORMS = [(tritonclient.http, {"binary_data": True}), (tritonclient.http, {"binary_data": False}), (tritonclient.grpc, {})]


def ask(module, address: str, model: str, values: np.ndarray, datatype: str, count: int, **output):
    tensor = module.InferInput("x", list(values.shape), datatype)
    tensor.set_data_from_numpy(values)
    with module.InferenceServerClient(address) as client:
        return client.infer(model, [tensor], outputs=[module.InferRequestedOutput("y", class_count=count, **output)])


def texts(result, output: str = "y") -> list:
    """The strings of an answer; the client leaves those of JSON as text."""
    return [[cell.decode() if isinstance(cell, bytes) else str(cell) for cell in row] for row in result.as_numpy(output)]


def address_of(server, module) -> str:
    return server.address if module is tritonclient.http else server.grpc_address


@pytest.mark.parametrize("module,output", FORMS, ids=["http-binary", "http-json", "grpc"])
def test_the_best_classes_of_each_row(server, module, output):
    values = np.float32(SCORES)
    result = ask(module, address_of(server, module), name_of("FP32"), values, "FP32", 2, **output)
    assert texts(result) == [["3.500000:1", "0.250000:0"], ["2.000000:0", "2.000000:2"]]
    many = ask(module, address_of(server, module), name_of("FP32"), values, "FP32", 99, **output)
    assert many.as_numpy("y").shape == (2, 3)


@pytest.mark.parametrize("module,output", FORMS, ids=["http-binary", "http-json", "grpc"])
def test_labels_stand_behind_the_index(tmp_path, module, output):
    model = fake_model(tmp_path)
    (tmp_path / "m.yaml").write_text("transforms: {output: {labels: {labels: [ant, bee, cat, dog]}}}\n")
    with Server([model]) as server:
        values = np.float32([[1, 4, 3, 2]])
        result = ask(module, address_of(server, module), "m", values, "FP32", 2, **output)
        assert texts(result) == [["4.000000:1:bee", "3.000000:2:cat"]]


def test_integers_are_written_as_integers(server):
    values = np.array([[7, -(2**62), 2**62]], np.int64)
    result = ask(tritonclient.grpc, server.grpc_address, name_of("INT64"), values, "INT64", 3)
    assert texts(result) == [[f"{2**62}:2", "7:0", f"{-(2**62)}:1"]]


def test_only_the_output_that_asks_is_classified(server):
    data = {"datatype": "FP32", "shape": [1, 3], "data": [1, 2, 4]}
    wanted = [{"name": "sum", "parameters": {"classification": 1}}, {"name": "difference"}]
    body = {"inputs": [{"name": "a"} | data, {"name": "b"} | data], "outputs": wanted}
    first, second = call(server.url + "/v2/models/sum_and_difference/infer", body).json["outputs"]
    assert first == {"name": "sum", "datatype": "BYTES", "shape": [1, 1], "data": ["8.000000:2"]}
    assert second["data"] == [0, 0, 0] and second["datatype"] == "FP32"


@pytest.mark.parametrize("count", [-1, 1.5, "two", True])
def test_a_count_that_is_none_is_refused(server, count):
    body = {
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}],
        "outputs": [{"name": "y", "parameters": {"classification": count}}],
    }
    answer = call(server.url + "/v2/models/identity_fp32/infer", body)
    assert answer.status == 400
    assert 'output "y": "classification"' in answer.error


def test_strings_have_no_best_classes(server):
    request = service_pb2.ModelInferRequest(model_name=name_of("BYTES"))
    request.inputs.add(name="x", datatype="BYTES", shape=[1, 3], contents={"bytes_contents": [b"a", b"b", b"c"]})
    request.outputs.add(name="y").parameters["classification"].int64_param = 1
    with grpc.insecure_channel(server.grpc_address) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(request, timeout=20)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert 'output "y": BYTES' in refused.value.details()


def test_the_extension_is_listed(server):
    assert "classification" in call(server.url + "/v2").json["extensions"]
