"""A client's mistakes: the status says whose fault it is, the sentence what would have been right."""
import json

import pytest

from http_call import call

INFER = "/v2/models/identity_fp32/infer"


def request(**changes) -> dict:
    return {"inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3]} | changes]}


@pytest.mark.parametrize(
    "path,body",
    [
        ("/v2/models/nothing", None),
        ("/v2/models/nothing/config", None),
        ("/v2/models/nothing/stats", None),
        ("/v2/models/nothing/infer", request()),
        ("/v2/models/identity_fp32/versions/9/infer", request()),
        ("/v2/models/identity_fp32/versions/9", None),
        ("/services/nothing", {"input": [1]}),
        ("/nowhere", None),
    ],
)
def test_what_is_not_there_is_404(server, path, body):
    answer = call(server.url + path, body)
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.error


def test_an_unknown_model_is_named(server):
    assert "nothing" in call(server.url + "/v2/models/nothing").error
    assert "unknown model" in call(server.url + "/v2/models/nothing").error


@pytest.mark.parametrize(
    "body,words",
    [
        pytest.param(request(shape=[1, 4], data=[1, 2, 3, 4]), ["x", "[1,4]", "[-1,3]"], id="shape"),
        pytest.param(request(shape=[3]), ["x", "[3]"], id="rank"),
        pytest.param(request(shape=[1, -3]), ["x"], id="negative-dimension"),
        pytest.param(request(shape=[2**40, 2**40]), ["x"], id="shape-that-overflows"),
        pytest.param(request(data=[1, 2]), ["x", "2", "3"], id="too-few-values"),
        pytest.param(request(data=[1, 2, 3, 4]), ["x", "4", "3"], id="too-many-values"),
        pytest.param(request(data=[[1, 2], [3]]), ["x", "lists of 2 and of 1"], id="ragged"),
        pytest.param(request(data=["a", "b", "c"]), ["x"], id="words-for-numbers"),
        pytest.param(request(datatype="INT32"), ["x", "INT32", "FP32"], id="type"),
        pytest.param(request(datatype="FP31"), ["x", "FP31"], id="unknown-type"),
        pytest.param(request(name="z"), ["z", "x"], id="unknown-input"),
        pytest.param({"inputs": []}, ["x"], id="missing-input"),
        pytest.param({}, ["inputs"], id="no-inputs"),
        pytest.param([1, 2], [], id="not-an-object"),
        pytest.param({"inputs": request()["inputs"] * 2}, ["x"], id="input-given-twice"),
        pytest.param(request() | {"outputs": [{"name": "w"}]}, ["w", "y"], id="unknown-output"),
    ],
)
def test_a_wrong_request_is_400_and_says_what_was_wrong(server, body, words):
    answer = call(server.url + INFER, body)
    assert answer.status == 400, answer.body
    for word in words:
        assert word in answer.error


@pytest.mark.parametrize("text", [b"", b"{", b'{"inputs": [}', b"\xff\xfe", b'{"inputs": [{"name": "x", "data": [1, 2'])
def test_wrong_json_is_400(server, text):
    answer = call(server.url + INFER, text, headers={"Content-Type": "application/json"})
    assert answer.status == 400, answer.body
    assert answer.error


def test_wrong_json_names_the_byte(server):
    answer = call(server.url + INFER, b'{"inputs": [}', headers={"Content-Type": "application/json"})
    assert "byte" in answer.error


@pytest.mark.parametrize(
    "text",
    [
        '{"inputs": [INPUT], "outputs": [{"name": "y", "junk": tru}]}',
        '{"inputs": [INPUT], "outputs": [{"name": "y", "parameters": {"z": {"a" 1}}}]}',
        '{"inputs": [INPUT], "outputs": [{"name": "y", "parameters": "text"}]}',
        '{"inputs": [{"parameters": {"z": {"a" 1}}, "name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}]}',
    ],
)
def test_what_nobody_asked_for_must_be_json_too(server, text):
    text = text.replace("INPUT", json.dumps(request()["inputs"][0]))
    answer = call(server.url + INFER, text.encode(), headers={"Content-Type": "application/json"})
    assert answer.status == 400, answer.body
    assert "byte" in answer.error or "no object" in answer.error


@pytest.mark.parametrize("length", ["-1", "x", "99999", "1e3"])
def test_a_wrong_length_of_the_json_part_is_400(server, length):
    answer = call(server.url + INFER, b"{}", headers={"Inference-Header-Content-Length": length})
    assert answer.status == 400, answer.body


def test_binary_data_of_the_wrong_size_is_400(server):
    body = request()
    del body["inputs"][0]["data"]
    for size in (8, 16, 10**12):
        body["inputs"][0]["parameters"] = {"binary_data_size": size}
        text = json.dumps(body).encode()
        answer = call(
            server.url + INFER, text + bytes(12), headers={"Inference-Header-Content-Length": str(len(text))}
        )
        assert answer.status == 400, (size, answer.body)


@pytest.mark.parametrize(
    "method,path,allowed",
    [
        ("GET", INFER, "POST"),
        ("DELETE", INFER, "POST"),
        ("POST", "/v2/health/live", "GET"),
        ("PUT", "/v2", "GET"),
        ("GET", "/services/identity_fp32", "POST"),
    ],
)
def test_a_wrong_method_is_405_and_says_which_is_right(server, method, path, allowed):
    answer = call(server.url + path, method=method)
    assert answer.status == 405
    assert allowed in answer.headers["Allow"]


def test_head_answers_as_get_without_the_body(server):
    answer = call(server.url + "/v2/health/live", method="HEAD")
    assert answer.status == 200
    assert answer.body == b""


def test_an_unknown_encoding_is_415(server):
    answer = call(server.url + INFER, request(), headers={"Content-Encoding": "zstd"})
    assert answer.status == 415


def test_gzip_that_is_none_is_400(server):
    answer = call(server.url + INFER, b"not gzip", headers={"Content-Encoding": "gzip"})
    assert answer.status == 400


def test_a_friendly_request_with_a_wrong_name_lists_the_right_ones(server):
    answer = call(server.url + "/services/sum_and_difference", {"a": [[1, 2, 3]], "c": [[1, 2, 3]]})
    assert answer.status == 400
    assert "b" in answer.error and "c" in answer.error


def test_the_server_still_serves_after_all_that(server):
    assert call(server.url + INFER, request()).status == 200
