"""TensorFlow Serving's REST API, which is also KServe's V1."""
import base64

import numpy as np
import pytest

from http_call import call
from program import Server, fake_model

ROWS = [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("version", ["", "/versions/1"])
@pytest.mark.parametrize(
    "body,expected",
    [
        ({"instances": ROWS}, {"predictions": ROWS}),
        ({"instances": [{"x": row} for row in ROWS]}, {"predictions": ROWS}),
        ({"signature_name": "serving_default", "inputs": ROWS}, {"outputs": ROWS}),
        ({"inputs": {"x": ROWS}}, {"outputs": ROWS}),
    ],
)
def test_rows_and_columns(server, version, body, expected):
    answer = call(f"{server.url}/v1/models/identity_fp32{version}:predict", body)
    assert answer.status == 200, answer.body
    assert answer.json == expected


def test_several_inputs_and_outputs(server):
    url = server.url + "/v1/models/sum_and_difference:predict"
    rows = [{"a": [5, 5, 5], "b": [1, 2, 3]}, {"a": [0, 0, 0], "b": [1, 1, 1]}]
    assert call(url, {"instances": rows}).json == {
        "predictions": [{"sum": [6, 7, 8], "difference": [4, 3, 2]}, {"sum": [1, 1, 1], "difference": [-1, -1, -1]}]
    }
    columns = {"a": [[5, 5, 5]], "b": [[1, 2, 3]]}
    assert call(url, {"inputs": columns}).json == {"outputs": {"sum": [[6, 7, 8]], "difference": [[4, 3, 2]]}}


def test_texts_and_base64(server):
    packed = {"b64": base64.b64encode("Grüße".encode()).decode()}
    body = {"instances": [["a", packed, ""]]}
    assert call(server.url + "/v1/models/identity_bytes:predict", body).json == {"predictions": [["a", "Grüße", ""]]}


def test_nan_and_infinities(server):
    rows = np.array([[np.nan, np.inf, -np.inf]], np.float32).tolist()
    got = call(server.url + "/v1/models/identity_fp32:predict", {"instances": rows}).json["predictions"]
    np.testing.assert_array_equal(got, rows)


def test_a_real_model_answers_as_over_v2(server, session_of):
    tokens = np.arange(1000, 1008, dtype=np.int64).reshape(1, 8)
    feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
    body = {"inputs": {name: values.tolist() for name, values in feed.items()}}
    got = call(server.url + "/v1/models/minilm:predict", body).json["outputs"]
    assert np.array_equal(np.float32(got), session_of("minilm").run(None, feed)[0])


def test_status_metadata_and_list(server):
    status = call(server.url + "/v1/models/magika").json
    assert status["model_version_status"] == [
        {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    ]
    assert (status["name"], status["ready"]) == ("magika", True)
    assert call(server.url + "/v1/models/magika/versions/1").json == status
    metadata = call(server.url + "/v1/models/magika/metadata").json
    assert metadata["model_spec"] == {"name": "magika", "signature_name": "", "version": "1"}
    signature = metadata["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert signature["inputs"]["bytes"]["dtype"] == "DT_INT32"
    assert [dim["size"] for dim in signature["inputs"]["bytes"]["tensor_shape"]["dim"]] == ["-1", "2048"]
    assert {"magika", "minilm", "ocr-direction"} <= set(call(server.url + "/v1/models").json["models"])


@pytest.mark.parametrize(
    "path,body,status,words",
    [
        ("nothing:predict", {"instances": ROWS}, 404, ["nothing"]),
        ("identity_fp32/versions/9:predict", {"instances": ROWS}, 404, ["9"]),
        ("nothing", None, 404, ["nothing"]),
        ("nothing/metadata", None, 404, ["nothing"]),
        ("identity_fp32:predict", {"instances": [[1, 2]]}, 400, ['"x"', "[1,2]", "[-1,3]"]),
        ("identity_fp32:predict", {"instances": [{"z": [1, 2, 3]}]}, 400, ['"z"', '"x"']),
        ("identity_fp32:predict", {"signature_name": "s", "instances": ROWS}, 400, ["signature_name"]),
        ("identity_fp32:predict", b'{"instances": [', 400, ["byte"]),
        ("identity_fp32:classify", {"examples": []}, 501, [":predict"]),
    ],
)
def test_mistakes(server, path, body, status, words):
    answer = call(f"{server.url}/v1/models/{path}", body)
    assert answer.status == status, answer.body
    for word in words:
        assert word in answer.error


def test_labels_name_versions(tmp_path):
    for version in (1, 2):
        folder = tmp_path / f"m/{version}"
        folder.mkdir(parents=True)
        fake_model(folder, name="model")
    (tmp_path / "m/model.yaml").write_text("version_labels: {stable: 1, canary: 2, gone: 7}\n")
    with Server([tmp_path]) as running:
        for label, version in (("stable", "1"), ("canary", "2")):
            address = f"{running.url}/v1/models/m/labels/{label}"
            assert call(address + ":predict", {"instances": [[1, 2, 3, 4]]}).json == {"predictions": [[1, 2, 3, 4]]}
            assert [row["version"] for row in call(address).json["model_version_status"]] == [version]
            assert call(address + "/metadata").json["model_spec"]["version"] == version
        for label, words in (("none", ["none", "stable, canary, gone"]), ("gone", ["7"])):
            refused = call(f"{running.url}/v1/models/m/labels/{label}:predict", {"instances": [[1, 2, 3, 4]]})
            assert refused.status == 404
            for word in words:
                assert word in refused.error
