"""Inference through tritonclient and as plain JSON, for every element type."""
import asyncio
import gzip
import json
import zlib

import numpy as np
import pytest
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio

from tritonclient.utils import InferenceServerException

from http_call import call
from tiny_models import ELEMENT_TYPES, name_of, rows

# what the client itself refuses to write as JSON
BINARY_ONLY = {"FP16", "BF16"}
EVERY_FORM = [(d, b) for d in ELEMENT_TYPES for b in (True, False) if b or d not in BINARY_ONLY]


def tensor(name: str, values: np.ndarray, datatype: str, binary: bool = True) -> triton.InferInput:
    made = triton.InferInput(name, list(values.shape), datatype)
    made.set_data_from_numpy(values, binary_data=binary)
    return made


@pytest.mark.parametrize("answer_binary", [True, False], ids=["binary_answer", "json_answer"])
@pytest.mark.parametrize("datatype,binary", EVERY_FORM, ids=[f"{d}-{'binary' if b else 'json'}" for d, b in EVERY_FORM])
def test_every_type_comes_back_as_it_went(client, datatype, binary, answer_binary):
    if datatype in BINARY_ONLY and not answer_binary:
        pytest.skip("the client cannot read this type from JSON")
    values = rows(datatype)
    output = triton.InferRequestedOutput("y", binary_data=answer_binary)
    result = client.infer(name_of(datatype), [tensor("x", values, datatype, binary)], outputs=[output])
    described = result.get_output("y")
    assert described["datatype"] == datatype
    assert described["shape"] == list(values.shape)
    returned = result.as_numpy("y")
    if datatype == "BYTES" and not answer_binary:
        returned = np.array([[cell.encode() if isinstance(cell, str) else cell for cell in row] for row in returned])
        values = values.astype(returned.dtype) if returned.dtype != object else values
    assert (returned == values).all(), returned


def test_half_floats_as_json(server):
    body = {"inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP16", "data": [0.5, -2, 65504]}]}
    (output,) = call(server.url + "/v2/models/identity_fp16/infer", body).json["outputs"]
    assert output["data"] == [0.5, -2, 65504]


@pytest.mark.parametrize("answer_binary", [True, False], ids=["binary_answer", "json_answer"])
def test_nan_and_infinities_go_as_json(client, answer_binary):
    values = np.array([[np.nan, np.inf, -np.inf], [0, np.finfo(np.float32).max, np.finfo(np.float32).min]], np.float32)
    output = triton.InferRequestedOutput("y", binary_data=answer_binary)
    result = client.infer("identity_fp32", [tensor("x", values, "FP32", binary=False)], outputs=[output])
    np.testing.assert_array_equal(result.as_numpy("y"), values)


@pytest.mark.parametrize("content_type", ["text/plain;charset=UTF-8", "application/json", "application/anything"])
def test_the_body_counts_and_not_what_it_is_called(server, content_type):
    body = {"inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3]}]}
    answer = call(server.url + "/v2/models/identity_fp32/infer", body, headers={"Content-Type": content_type})
    assert answer.json["outputs"][0]["data"] == [1, 2, 3]


def test_documents_are_read_by_the_asyncio_client(server):
    """It says that it takes gzip, as its library does, and reads documents as they come."""

    async def documents() -> list:
        async with triton_aio.InferenceServerClient(server.address) as client:
            return [
                await client.get_inference_statistics(),
                await client.get_model_repository_index(),
                await client.get_model_config("identity_fp32"),
                await client.get_model_metadata("identity_fp32"),
                await client.get_trace_settings(),
            ]

    statistics, index, *_ = asyncio.run(documents())
    assert len(json.dumps(statistics)) > 1024 and len(json.dumps(index)) > 1024
    assert {entry["name"] for entry in index} >= {"identity_fp32", "minilm"}


def test_errors_are_read_by_the_asyncio_client(server):
    async def ask() -> None:
        async with triton_aio.InferenceServerClient(server.address) as client:
            await client.get_model_metadata("nothing" * 200)

    with pytest.raises(InferenceServerException, match="unknown model"):
        asyncio.run(ask())


def test_nested_and_flat_data_are_the_same(server):
    def outputs(data):
        body = {"inputs": [{"name": "x", "shape": [2, 3], "datatype": "FP32", "data": data}]}
        return call(server.url + "/v2/models/identity_fp32/infer", body).json["outputs"]

    assert outputs([[1, 2, 3], [4, 5, 6]]) == outputs([1, 2, 3, 4, 5, 6])


def test_answers_are_json_unless_asked_otherwise(server):
    body = {"id": "42", "inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3]}]}
    answer = call(server.url + "/v2/models/identity_fp32/infer", body)
    assert answer.headers["Content-Type"] == "application/json"
    document = answer.json
    assert document["id"] == "42"
    assert document["model_name"] == "identity_fp32"
    assert document["model_version"] == "1"
    assert document["outputs"] == [{"name": "y", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}]


def test_floats_are_written_to_read_back_as_they_were(server):
    values = np.random.default_rng(7).standard_normal(3000).astype(np.float32).reshape(1000, 3)
    body = {"inputs": [{"name": "x", "shape": [1000, 3], "datatype": "FP32", "data": values.ravel().tolist()}]}
    (output,) = call(server.url + "/v2/models/identity_fp32/infer", body).json["outputs"]
    assert np.array(output["data"], np.float32).tobytes() == values.tobytes()


def test_a_body_of_raw_bytes(server):
    values = rows("FP32", 4)
    answer = call(
        server.url + "/v2/models/identity_fp32/infer",
        values.tobytes(),
        headers={"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": "0"},
    )
    assert answer.status == 200, answer.body
    length = int(answer.headers.get("Inference-Header-Content-Length", len(answer.body)))
    (output,) = json.loads(answer.body[:length])["outputs"]
    assert output["shape"] == [4, 3]


def test_binary_by_default_when_the_request_says_so(server):
    body = {
        "inputs": [{"name": "x", "shape": [1, 3], "datatype": "INT32", "data": [1, 2, 3]}],
        "parameters": {"binary_data_output": True},
    }
    answer = call(server.url + "/v2/models/identity_int32/infer", body)
    length = int(answer.headers["Inference-Header-Content-Length"])
    (output,) = json.loads(answer.body[:length])["outputs"]
    assert output["parameters"]["binary_data_size"] == 12
    assert np.frombuffer(answer.body[length:], np.int32).tolist() == [1, 2, 3]


@pytest.mark.parametrize("wanted", [["sum"], ["difference"], ["difference", "sum"], None])
def test_requested_outputs(client, wanted):
    a, b = rows("FP32") * 0 + 5, rows("FP32") * 0 + 2
    result = client.infer(
        "sum_and_difference",
        [tensor("b", b, "FP32"), tensor("a", a, "FP32")],
        outputs=wanted and [triton.InferRequestedOutput(name) for name in wanted],
    )
    names = [output["name"] for output in result.get_response()["outputs"]]
    assert names == (wanted or ["sum", "difference"])
    for name in names:
        assert (result.as_numpy(name) == {"sum": 7, "difference": 3}[name]).all()


@pytest.mark.parametrize("algorithm", ["gzip", "deflate"])
def test_compressed_both_ways(client, algorithm):
    values = np.zeros((500, 3), np.float32)
    result = client.infer(
        "identity_fp32",
        [tensor("x", values, "FP32")],
        request_compression_algorithm=algorithm,
        response_compression_algorithm=algorithm,
    )
    assert (result.as_numpy("y") == values).all()


def test_the_answer_is_really_compressed(server):
    body = {"inputs": [{"name": "x", "shape": [500, 3], "datatype": "FP32", "data": [0.0] * 1500}]}
    url = server.url + "/v2/models/identity_fp32/infer"
    zipped = call(url, body, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    deflated = call(url, body, headers={"Accept-Encoding": "deflate"})
    assert deflated.headers["Content-Encoding"] == "deflate"
    assert gzip.decompress(zipped.body) == zlib.decompress(deflated.body) == call(url, body).body


def test_by_version(client):
    result = client.infer("identity_int8", [tensor("x", rows("INT8"), "INT8")], model_version="1")
    assert (result.as_numpy("y") == rows("INT8")).all()


def test_many_at_once_each_get_their_own_answer(client, server):
    with triton.InferenceServerClient(server.address, concurrency=8) as parallel:
        arrays = [np.full((1, 3), i, np.float32) for i in range(200)]
        waiting = [parallel.async_infer("identity_fp32", [tensor("x", array, "FP32")]) for array in arrays]
        for array, request in zip(arrays, waiting):
            assert (request.get_result(timeout=60).as_numpy("y") == array).all()


def test_the_friendly_door_of_a_model_without_transforms(server):
    answer = call(server.url + "/services/identity_fp32", {"input": [[1, 2, 3], [4, 5, 6]]})
    assert answer.status == 200, answer.body
    document = answer.json
    assert document["model"] == "identity_fp32"
    assert document["outputs"] == {"y": [[1, 2, 3], [4, 5, 6]]}
