"""What the server says of itself and of its models, through tritonclient and as any client would read it."""
import pytest

from http_call import call

SAMPLES = ["magika", "ocr-direction", "minilm"]


def test_live_and_ready(client):
    assert client.is_server_live()
    assert client.is_server_ready()


@pytest.mark.parametrize("path", ["/v2/health/live", "/v2/health/ready", "/v2/health/live/", "/v2/health/ready/"])
def test_health_says_both_in_json(server, path):
    answer = call(server.url + path)
    assert answer.status == 200
    assert answer.json == {"live": True, "ready": True}


@pytest.mark.parametrize("path", ["/v2", "/v2/"])
def test_server_metadata(server, path):
    document = call(server.url + path).json
    assert set(document) >= {"name", "version", "extensions"}
    assert "binary_tensor_data" in document["extensions"]
    assert "model_configuration" in document["extensions"]
    assert "statistics" in document["extensions"]


def test_no_extension_is_promised_that_is_not_served(server):
    """Of those that Triton knows, each that is listed has an endpoint that answers."""
    endpoint = {
        "model_configuration": "/v2/models/magika/config",
        "statistics": "/v2/models/magika/stats",
        "model_repository": "/v2/repository/index",
        "system_shared_memory": "/v2/systemsharedmemory/status",
        "cuda_shared_memory": "/v2/cudasharedmemory/status",
        "trace": "/v2/trace/setting",
        "logging": "/v2/logging",
    }
    for extension in call(server.url + "/v2").json["extensions"]:
        if extension in endpoint:
            method = "POST" if extension == "model_repository" else "GET"
            answer = call(server.url + endpoint[extension], body={} if method == "POST" else None, method=method)
            assert answer.status == 200, extension


@pytest.mark.parametrize("model", SAMPLES)
def test_model_is_ready(client, model):
    assert client.is_model_ready(model)
    assert client.is_model_ready(model, "1")
    assert not client.is_model_ready(model, "2")


@pytest.mark.parametrize("model", SAMPLES)
def test_metadata_is_that_of_the_model_file(client, session_of, model):
    document = client.get_model_metadata(model)
    assert document["name"] == model
    assert document["versions"] == ["1"]
    session = session_of(model)
    for declared, described in [
        (session.get_inputs(), document["inputs"]),
        (session.get_outputs(), document["outputs"]),
    ]:
        assert [tensor["name"] for tensor in described] == [tensor.name for tensor in declared]
        for mine, its in zip(described, declared):
            assert mine["shape"] == [size if isinstance(size, int) else -1 for size in its.shape]


def test_metadata_of_a_version(server):
    plain = call(server.url + "/v2/models/minilm").json
    assert call(server.url + "/v2/models/minilm/versions/1").json == plain
    assert call(server.url + "/v2/models/minilm/versions/1/").json == plain


@pytest.mark.parametrize("model", SAMPLES)
def test_config(client, model):
    config = client.get_model_config(model)
    metadata = client.get_model_metadata(model)
    assert config["name"] == model
    # Magika's rows are not apart by the trial; the others' are, and nobody said a size
    assert config["max_batch_size"] == (0 if model == "magika" else 16)
    assert [tensor["name"] for tensor in config["input"]] == [tensor["name"] for tensor in metadata["inputs"]]
    assert [tensor["name"] for tensor in config["output"]] == [tensor["name"] for tensor in metadata["outputs"]]
    for mine, its in zip(config["input"], metadata["inputs"]):
        # with batching on, the configuration leaves the batch dimension out and the metadata has it
        shape = its["shape"][1:] if config["max_batch_size"] > 0 else its["shape"]
        assert [int(size) for size in mine["dims"]] == shape
        assert mine["data_type"] == "TYPE_" + its["datatype"].replace("BYTES", "STRING")


def test_statistics_have_every_field_that_load_generators_read(client):
    statistics = client.get_inference_statistics("magika")
    (entry,) = statistics["model_stats"]
    assert entry["name"] == "magika"
    assert entry["version"] == "1"
    assert set(entry) >= {"last_inference", "inference_count", "execution_count", "inference_stats", "batch_stats"}
    parts = {"success", "fail", "queue", "compute_input", "compute_infer", "compute_output", "cache_hit", "cache_miss"}
    assert set(entry["inference_stats"]) >= parts
    for part in parts:
        assert set(entry["inference_stats"][part]) == {"count", "ns"}


def test_statistics_count_what_was_asked(server):
    def successes():
        (entry,) = call(server.url + "/v2/models/identity_fp32/stats").json["model_stats"]
        return int(entry["inference_stats"]["success"]["count"]), int(entry["inference_count"])

    before = successes()
    body = {"inputs": [{"name": "x", "shape": [2, 3], "datatype": "FP32", "data": [1, 2, 3, 4, 5, 6]}]}
    assert call(server.url + "/v2/models/identity_fp32/infer", body).status == 200
    after = successes()
    assert after[0] == before[0] + 1
    assert after[1] == before[1] + 2


def test_statistics_of_all_models(client):
    names = {entry["name"] for entry in client.get_inference_statistics()["model_stats"]}
    assert names >= set(SAMPLES)


def test_repository_index(client):
    index = {entry["name"]: entry for entry in client.get_model_repository_index()}
    for model in SAMPLES:
        assert index[model]["version"] == "1"
        assert index[model]["state"] == "READY"


def test_metrics_are_prometheus_text(server):
    answer = call(server.url + "/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    text = answer.body.decode()
    assert 'model="magika"' in text
    assert "# TYPE" in text


def test_browsers_are_sent_from_the_root_to_the_reference_page(server):
    assert call(server.url + "/").json == {"status": "alive"}
    answer = call(server.url + "/", headers={"Accept": "text/html,application/xhtml+xml"})
    assert b"<html" in answer.body.lower(), "the client has followed"


def test_the_reference_page_needs_no_other_host(server):
    answer = call(server.url + "/docs")
    assert answer.status == 200
    assert b"<html" in answer.body.lower()
    assert b'src="http' not in answer.body and b'href="http' not in answer.body
