"""The generate extension: values by the names of inputs in, values by the names of outputs out, also as an event."""
import json

import pytest

from http_call import call
from tiny_models import name_of


def event(body: bytes) -> dict:
    """The one event of a stream."""
    text = body.decode()
    assert text.startswith("data: ") and text.endswith("\n\n") and text.count("\n") == 2
    return json.loads(text.removeprefix("data: "))


@pytest.mark.parametrize("version", ["", "/versions/1"])
@pytest.mark.parametrize(
    "datatype,given", [("FP32", [0.5, -1, 3]), ("INT64", [1, 2, 3]), ("BOOL", [True, False, True]), ("BYTES", ["a", "é", "\n"])]
)
def test_lists_go_in_and_out(server, datatype, given, version):
    url = f"{server.url}/v2/models/{name_of(datatype)}{version}"
    answer = call(url + "/generate", {"x": given, "temperature": 0.5, "parameters": {"stream": False}, "id": "7"})
    assert answer.status == 200, answer.body
    expected = {"model_name": name_of(datatype), "model_version": "1", "id": "7", "y": given}
    assert answer.json == expected
    streamed = call(url + "/generate_stream", {"x": given, "id": "7"})
    assert streamed.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert event(streamed.body) == expected


def test_rows_are_one_flat_list(server):
    answer = call(server.url + "/v2/models/identity_fp32/generate", {"x": [[1, 2, 3], [4, 5, 6]]})
    assert answer.json["y"] == [1, 2, 3, 4, 5, 6]


def test_several_outputs_each_under_its_name(server):
    answer = call(server.url + "/v2/models/sum_and_difference/generate", {"a": [5, 5, 5], "b": [1, 2, 3]}).json
    assert answer["sum"] == [6, 7, 8] and answer["difference"] == [4, 3, 2]


@pytest.mark.parametrize("ending", ["generate", "generate_stream"])
@pytest.mark.parametrize(
    "body,words",
    [
        ({}, 'input "x" is missing'),
        ({"x": [1, 2]}, '"x" of model "identity_fp32": shape [1,2]'),
        ({"x": "text"}, 'input "x"'),
        ({"x": [1, 2, 3], "stop": ["a"]}, 'parameter "stop"'),
        ({"x": [1, 2, 3], "timeout": -1}, '"timeout"'),
        (b"{", "JSON"),
    ],
)
def test_what_is_wrong_is_an_error_before_any_event(server, ending, body, words):
    answer = call(f"{server.url}/v2/models/identity_fp32/{ending}", body, method="POST")
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert words in answer.error


@pytest.mark.parametrize("ending", ["generate", "generate_stream"])
def test_an_unknown_model_is_not_found(server, ending):
    assert call(f"{server.url}/v2/models/nothing/{ending}", {"x": 1}).status == 404


def test_the_extension_is_listed(server):
    assert "generate" in call(server.url + "/v2").json["extensions"]
