"""The protocol over gRPC: tritonclient, gRPC's own health and reflection clients, and what a client may do wrong."""
import queue
import socket

import grpc
import numpy as np
import pytest
import tritonclient.grpc as triton
from google.protobuf import descriptor_pool, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException

from http_call import call
from program import Server, fake_model, wait_until
from tiny_models import ELEMENT_TYPES, name_of, rows

LIMIT_S = 20


@pytest.fixture(scope="module")
def client(server):
    with triton.InferenceServerClient(server.grpc_address) as connected:
        yield connected


@pytest.fixture(scope="module")
def stub(server):
    with grpc.insecure_channel(server.grpc_address) as channel:
        yield service_pb2_grpc.GRPCInferenceServiceStub(channel)


def tensor(name: str, values: np.ndarray, datatype: str) -> triton.InferInput:
    made = triton.InferInput(name, list(values.shape), datatype)
    made.set_data_from_numpy(values)
    return made


def contents_request(datatype: str, **contents) -> service_pb2.ModelInferRequest:
    """A request of three elements in the message's typed fields."""
    request = service_pb2.ModelInferRequest(model_name=name_of(datatype))
    request.inputs.add(name="x", datatype=datatype, shape=[1, 3], contents=contents)
    return request


@pytest.mark.parametrize("datatype", ELEMENT_TYPES)
def test_every_type_comes_back_as_it_went(client, datatype):
    values = rows(datatype)
    result = client.infer(name_of(datatype), [tensor("x", values, datatype)], request_id="42")
    assert result.get_response().id == "42"
    assert result.get_output("y").datatype == datatype
    assert (result.as_numpy("y") == values).all()


@pytest.mark.parametrize(
    "datatype,contents",
    [
        ("BOOL", {"bool_contents": [True, False, True]}),
        ("INT8", {"int_contents": [-128, 0, 127]}),
        ("UINT16", {"uint_contents": [0, 1, 65535]}),
        ("INT64", {"int64_contents": [-(2**63), 0, 2**63 - 1]}),
        ("UINT64", {"uint64_contents": [0, 1, 2**64 - 1]}),
        ("FP32", {"fp32_contents": [0.5, -1, 3]}),
        ("FP64", {"fp64_contents": [0.1, -1, 3]}),
        ("BYTES", {"bytes_contents": [b"a", b"", b"ccc"]}),
    ],
)
def test_typed_contents_are_taken(stub, datatype, contents):
    answer = stub.ModelInfer(contents_request(datatype, **contents), timeout=LIMIT_S)
    (raw,) = answer.raw_output_contents
    (values,) = contents.values()
    if datatype == "BYTES":
        assert raw == b"".join(len(value).to_bytes(4, "little") + value for value in values)
    else:
        assert np.frombuffer(raw, ELEMENT_TYPES[datatype][1]).tolist() == values


def test_answers_are_those_of_http(server, client):
    values = np.float32([[1, 2, 3], [4, 5, 6]])
    data = {"datatype": "FP32", "shape": [2, 3], "data": [1, 2, 3, 4, 5, 6]}
    body = {"inputs": [{"name": "a"} | data, {"name": "b"} | data]}
    over_http = call(server.url + "/v2/models/sum_and_difference/infer", body).json["outputs"]
    wanted = [triton.InferRequestedOutput("difference"), triton.InferRequestedOutput("sum")]
    result = client.infer(
        "sum_and_difference", [tensor("b", values, "FP32"), tensor("a", values, "FP32")], outputs=wanted
    )
    assert [output.name for output in result.get_response().outputs] == ["difference", "sum"]
    for output in over_http:
        assert result.as_numpy(output["name"]).ravel().tolist() == output["data"]


def test_documents_are_those_of_http(server, client):
    base = server.url + "/v2/models/magika"
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("magika")
    assert not client.is_model_ready("magika", "9") and not client.is_model_ready("nothing")
    http = call(server.url + "/v2").json
    assert {key: http[key] for key in ("name", "version", "extensions")} == client.get_server_metadata(as_json=True)
    metadata = client.get_model_metadata("magika")
    assert [list(tensor.shape) for tensor in metadata.inputs] == [t["shape"] for t in call(base).json["inputs"]]
    config = client.get_model_config("magika").config
    assert config.max_batch_size == call(base + "/config").json["max_batch_size"]
    assert config.instance_group[0].count == call(base + "/config").json["instance_group"][0]["count"]
    (stats,) = client.get_inference_statistics("magika").model_stats
    assert stats.inference_stats.success.count == call(base + "/stats").json["model_stats"][0]["inference_count"]
    index = {model.name: model.state for model in client.get_model_repository_index().models}
    assert index["magika"] == "READY"


def test_a_large_tensor_goes_both_ways(client):
    values = np.arange(9_000_000, dtype=np.float32).reshape(-1, 3)  # 36 MB, nine times gRPC's usual limit
    result = client.infer("identity_fp32", [tensor("x", values, "FP32")])
    assert (result.as_numpy("y") == values).all()


@pytest.mark.parametrize("algorithm", ["gzip", "deflate"])
def test_compressed_requests(client, algorithm):
    values = rows("FP32", 1000)
    result = client.infer("identity_fp32", [tensor("x", values, "FP32")], compression_algorithm=algorithm)
    assert (result.as_numpy("y") == values).all()


def wrong(model="identity_fp32", **changes) -> service_pb2.ModelInferRequest:
    request = service_pb2.ModelInferRequest(model_name=model, raw_input_contents=[bytes(12)])
    request.inputs.add(**{"name": "x", "datatype": "FP32", "shape": [1, 3]} | changes)
    return request


def without_data() -> service_pb2.ModelInferRequest:
    request = wrong()
    del request.raw_input_contents[:]
    return request


@pytest.mark.parametrize(
    "request_of,code,words",
    [
        (lambda: wrong(model="nothing"), grpc.StatusCode.NOT_FOUND, ["unknown model", "nothing"]),
        (lambda: wrong(shape=[1, 4]), grpc.StatusCode.INVALID_ARGUMENT, ['"x"', "12 bytes", "[1,4]"]),
        (lambda: wrong(shape=[3]), grpc.StatusCode.INVALID_ARGUMENT, ['"x"', "[3]", "[-1,3]"]),
        (lambda: wrong(shape=[-1, 3]), grpc.StatusCode.INVALID_ARGUMENT, ['"x"', "[-1,3]"]),
        (lambda: wrong(shape=[2**62, 2**62]), grpc.StatusCode.INVALID_ARGUMENT, ['"x"']),
        (lambda: wrong(datatype="INT32"), grpc.StatusCode.INVALID_ARGUMENT, ['"x"', "INT32", "FP32"]),
        (lambda: wrong(datatype="FP31"), grpc.StatusCode.INVALID_ARGUMENT, ['"x"', "FP31"]),
        (lambda: wrong(name="z"), grpc.StatusCode.INVALID_ARGUMENT, ['"z"', '"x"']),
        (without_data, grpc.StatusCode.INVALID_ARGUMENT, ['"x"', "0 bytes"]),
        (lambda: contents_request("INT8", int_contents=[1, 2, 300]), grpc.StatusCode.INVALID_ARGUMENT, ["300", "INT8"]),
        (lambda: contents_request("INT8", fp32_contents=[1]), grpc.StatusCode.INVALID_ARGUMENT, ["int_contents"]),
    ],
)
def test_a_wrong_request_says_what_was_wrong(stub, request_of, code, words):
    with pytest.raises(grpc.RpcError) as refused:
        stub.ModelInfer(request_of(), timeout=LIMIT_S)
    assert refused.value.code() == code
    for word in words:
        assert word in refused.value.details()


def test_bytes_that_are_no_message(server, client):
    with grpc.insecure_channel(server.grpc_address) as channel:
        infer = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
        for junk in (b"\xff" * 40, b"\x3a\xff\xff\xff\xff\x07"):
            with pytest.raises(grpc.RpcError) as refused:
                infer(junk, timeout=LIMIT_S)
            assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert client.is_server_live()


def test_a_stream_answers_in_order_and_outlives_errors(client):
    answers = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)))
    expected = []
    for number in range(200):
        values = np.full((1, 3), number, np.float32)
        client.async_stream_infer("identity_fp32", [tensor("x", values, "FP32")], request_id=str(number))
        expected.append(number)
        if number % 50 == 0:
            client.async_stream_infer("nothing", [tensor("x", values, "FP32")])
            expected.append(None)
    for number in expected:
        result, error = answers.get(timeout=LIMIT_S)
        if number is None:
            assert isinstance(error, InferenceServerException) and "unknown model" in error.message()
        else:
            assert error is None and result.get_response().id == str(number)
            assert result.get_response().parameters["triton_final_response"].bool_param
            assert result.as_numpy("y").tolist() == [[number] * 3]
    client.stop_stream()


def test_a_stream_may_end_by_its_first_error(client):
    answers = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)), headers={"triton_grpc_error": "true"})
    values = np.ones((1, 3), np.float32)
    client.async_stream_infer("identity_fp32", [tensor("x", values, "FP32")], request_id="1")
    client.async_stream_infer("nothing", [tensor("x", values, "FP32")])
    result, error = answers.get(timeout=LIMIT_S)
    assert error is None and result.get_response().id == "1"
    result, error = answers.get(timeout=LIMIT_S)
    assert error.status() == "StatusCode.NOT_FOUND" and "unknown model" in error.message()
    client.stop_stream()


def test_the_deadline_of_a_call_reaches_the_queue(tmp_path):
    """The second call waits behind the first, and is dropped, not run, when its client gives up."""
    with Server([fake_model(tmp_path, "delay_us=600000"), "--instances", "1"]) as server:
        with grpc.insecure_channel(server.grpc_address) as channel:
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            request = wrong(model="m", shape=[1, 4])
            request.raw_input_contents[0] = bytes(16)
            first = stub.ModelInfer.future(request, timeout=LIMIT_S)
            server.wait_for(1, "slipway_instances_busy")
            with pytest.raises(grpc.RpcError) as refused:
                stub.ModelInfer(request, timeout=0.1)
            assert refused.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
            assert len(first.result().raw_output_contents) == 1
        wait_until(lambda: server.metric("slipway_queue_depth") == 0, "nothing waits")
        assert call(server.url + "/v2/models/m/stats").json["model_stats"][0]["execution_count"] == 1


def test_health_and_reflection(server):
    with grpc.insecure_channel(server.grpc_address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for service in ("", "inference.GRPCInferenceService"):
            answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=LIMIT_S)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        unknown = health_pb2.HealthCheckRequest(service="another")
        with pytest.raises(grpc.RpcError) as refused:
            health.Check(unknown, timeout=LIMIT_S)
        assert refused.value.code() == grpc.StatusCode.NOT_FOUND
        assert next(health.Watch(unknown, timeout=LIMIT_S)).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


def test_a_client_learns_the_protocol_from_the_server(server):
    """With no generated code: from the descriptors that reflection gives to an answer."""
    with grpc.insecure_channel(server.grpc_address) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        assert {"inference.GRPCInferenceService", "grpc.health.v1.Health"} <= set(database.get_services())
        pool = descriptor_pool.DescriptorPool(database)
        method = pool.FindServiceByName("inference.GRPCInferenceService").FindMethodByName("ServerMetadata")
        messages = [message_factory.GetMessageClass(kind) for kind in (method.input_type, method.output_type)]
        call_it = channel.unary_unary(f"/{method.containing_service.full_name}/{method.name}",
                                      messages[0].SerializeToString, messages[1].FromString)
        assert call_it(messages[0](), timeout=LIMIT_S).name == "slipway"
        with pytest.raises(KeyError):
            pool.FindMessageTypeByName("no.such.Message")
        assert list(database.FindAllExtensionNumbers("inference.ModelInferRequest")) == []


def test_health_follows_the_models(tmp_path):
    fake_model(tmp_path, name="good")
    model = fake_model(tmp_path, "fail_load=no luck")
    with Server([tmp_path]) as running, grpc.insecure_channel(running.grpc_address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        ask = health_pb2.HealthCheckRequest()
        assert health.Check(ask, timeout=LIMIT_S).status == health_pb2.HealthCheckResponse.NOT_SERVING
        watched = health.Watch(ask, timeout=LIMIT_S)
        assert next(watched).status == health_pb2.HealthCheckResponse.NOT_SERVING
        fake_model(tmp_path)
        with triton.InferenceServerClient(running.grpc_address) as client:
            client.load_model(model.stem)
        assert next(watched).status == health_pb2.HealthCheckResponse.SERVING
        assert health.Check(ask, timeout=LIMIT_S).status == health_pb2.HealthCheckResponse.SERVING
        assert running.stop() == 0
        assert next(watched).status == health_pb2.HealthCheckResponse.NOT_SERVING
        with pytest.raises(grpc.RpcError) as ended:
            next(watched)
        assert ended.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_browser_is_told_what_the_port_speaks(server):
    with socket.create_connection(server.grpc_address.split(":"), timeout=LIMIT_S) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = client.makefile("rb").read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 505")
    assert body.startswith(b"This port speaks gRPC") and body.count(b"\n") == 1 and body.endswith(b".\n")


def test_a_client_that_breaks_http_2_is_left(server):
    """Also where it reads nothing of what was written to it."""
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    ping_of_one_byte = bytes([0, 0, 1, 6, 0, 0, 0, 0, 0, 0])
    with socket.create_connection(server.grpc_address.split(":"), timeout=LIMIT_S) as client:
        client.sendall(preface + ping_of_one_byte)
        assert client.makefile("rb").read()[-17:-13] == bytes([0, 0, 8, 7])  # GOAWAY, and the end


def test_a_watch_has_one_message(server):
    with grpc.insecure_channel(server.grpc_address) as channel:
        watch = channel.stream_stream("/grpc.health.v1.Health/Watch")
        with pytest.raises(grpc.RpcError) as refused:
            list(watch(iter([b"", b""]), timeout=LIMIT_S))
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_an_error_of_any_length_is_told(stub):
    request = service_pb2.ModelInferRequest(model_name="m" * 100_000)
    with pytest.raises(grpc.RpcError) as refused:
        stub.ModelInfer(request, timeout=LIMIT_S)
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND
    assert "unknown model" in refused.value.details()


def test_a_message_that_inflates_beyond_the_limit(tmp_path):
    with Server([fake_model(tmp_path), "--max-request-bytes", "100000"]) as running, grpc.insecure_channel(running.grpc_address) as channel:
        infer = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
        for compression, size in ((grpc.Compression.Gzip, 10_000_000), (grpc.Compression.NoCompression, 100_001)):
            with pytest.raises(grpc.RpcError) as refused:
                infer(bytes(size), timeout=LIMIT_S, compression=compression)
            assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
            assert "100000" in refused.value.details()


def test_many_calls_on_one_connection(client):
    values = [np.full((1, 3), number, np.float32) for number in range(500)]
    answers = queue.Queue()
    for number, value in enumerate(values):
        client.async_infer("identity_fp32", [tensor("x", value, "FP32")], request_id=str(number),
                           callback=lambda result, error: answers.put((result, error)))
    for _ in values:
        result, error = answers.get(timeout=LIMIT_S)
        assert error is None
        assert (result.as_numpy("y") == values[int(result.get_response().id)]).all()


def test_what_is_not_served_is_unimplemented(server):
    with grpc.insecure_channel(server.grpc_address) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            channel.unary_unary("/inference.GRPCInferenceService/OfALaterProtocol")(b"", timeout=LIMIT_S)
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
