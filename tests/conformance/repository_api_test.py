"""Models are loaded and unloaded by requests of Triton's clients, beside the traffic."""
import concurrent.futures
import json
import threading

import numpy as np
import pytest
import tritonclient.grpc
import tritonclient.http
from tritonclient.utils import InferenceServerException

import tiny_models
from http_call import call
from program import Server, wait_until

ROW = np.array([[1, 2, 3]], np.float32)
WAIT_S = 20


def make(folder, name, version, datatype="FP32"):
    place = folder / name / str(version)
    place.mkdir(parents=True, exist_ok=True)
    tiny_models.make_identity(place, datatype).rename(place / "model.onnx")


@pytest.fixture
def folder(tmp_path):
    make(tmp_path, "echo", 1)
    return tmp_path


@pytest.fixture
def server(folder):
    with Server([folder, "--backend", "onnxruntime", "--instances", "1"]) as running:
        yield running


@pytest.fixture(params=["http", "grpc"])
def client(server, request):
    kind = {"http": tritonclient.http, "grpc": tritonclient.grpc}[request.param]
    address = server.address if request.param == "http" else server.grpc_address
    with kind.InferenceServerClient(address) as connected:
        connected.kind = kind
        yield connected


def ask(client, name, version=""):
    tensor = client.kind.InferInput("x", [1, 3], "FP32")
    tensor.set_data_from_numpy(ROW)
    return client.infer(name, [tensor], model_version=version)


def states(client) -> dict:
    index = client.get_model_repository_index()
    if not isinstance(index, list):
        index = [{"name": m.name, "version": m.version, "state": m.state, "reason": m.reason} for m in index.models]
    return {(entry["name"], entry["version"]): (entry["state"], entry["reason"]) for entry in index}


def test_what_was_copied_in_is_served_when_it_is_asked_for(client, folder):
    make(folder, "late", 7)
    assert not client.is_model_ready("late")
    client.load_model("late")
    assert client.is_model_ready("late", "7")
    np.testing.assert_array_equal(ask(client, "late").as_numpy("y"), ROW)


def test_a_new_version_takes_over_and_an_old_one_goes(client, folder):
    make(folder, "echo", 2)
    client.load_model("echo", config=json.dumps({"version_policy": {"latest": {"num_versions": 1}}}))
    assert list(states(client)) == [("echo", "2")]
    ask(client, "echo", "2")
    with pytest.raises(InferenceServerException, match="version 1 is not found; versions served: 2"):
        ask(client, "echo", "1")


def test_an_unloaded_model_is_not_there_until_it_is_loaded(client):
    client.unload_model("echo")
    assert not client.is_model_ready("echo")
    assert client.is_server_ready()
    assert states(client) == {("echo", "1"): ("UNAVAILABLE", "unloaded")}
    with pytest.raises(InferenceServerException, match="unloaded"):
        ask(client, "echo")
    client.load_model("echo")
    np.testing.assert_array_equal(ask(client, "echo").as_numpy("y"), ROW)


def test_dependents_may_be_named(client):
    client.unload_model("echo", unload_dependents=True) if client.kind is tritonclient.http else client.unload_model("echo")
    assert not client.is_model_ready("echo")


def test_a_config_of_the_request_holds_until_the_next_load(client):
    def batch():
        config = client.get_model_config("echo")
        return config["max_batch_size"] if isinstance(config, dict) else config.config.max_batch_size

    client.load_model("echo", config=json.dumps({"max_batch_size": 5}))
    assert batch() == 5
    client.load_model("echo")
    assert batch() == 16


def test_files_of_the_request_are_served(client, folder):
    content = (folder / "echo/1/model.onnx").read_bytes()
    files = {"file:4/model.onnx": content}
    client.load_model("sent", config="{}", files=files)
    assert client.is_model_ready("sent", "4")
    np.testing.assert_array_equal(ask(client, "sent").as_numpy("y"), ROW)
    client.unload_model("sent")


@pytest.mark.parametrize(
    "name, arguments, words",
    [
        ("none", {}, "failed to load 'none': no model of that name in"),
        ("echo", {"config": "{"}, "the model's config"),
        ("echo", {"config": '{"max_batch": 1}'}, "max_batch"),
        ("echo", {"config": '{"input": [{"name": "z", "dims": [3]}]}'}, 'the input "z", the model has "x"'),
        ("sent", {"config": "{}", "files": {"file:../x.onnx": b"x"}}, "a place in the model's folder"),
        ("sent", {"config": "{}", "files": {"file:1/model.onnx\0x": b"x"}}, "a place in the model's folder"),
        ("sent", {"config": "{}", "files": {f"file:1/{'a' * 300}": b"x"}}, "names of up to 255 bytes"),
        ("sent", {"config": "{}", "files": {"file:1/model.onnx": b"no model"}}, "failed to load 'sent'"),
    ],
)
def test_a_load_that_fails_says_why_and_changes_nothing(client, name, arguments, words):
    with pytest.raises(InferenceServerException) as caught:
        client.load_model(name, **arguments)
    assert words in str(caught.value)
    np.testing.assert_array_equal(ask(client, "echo").as_numpy("y"), ROW)
    assert client.is_server_ready()


def test_a_broken_new_version_leaves_the_old_one_serving(client, folder):
    (folder / "echo/2").mkdir()
    (folder / "echo/2/model.onnx").write_bytes(b"half a mod")
    with pytest.raises(InferenceServerException, match="failed to load 'echo'"):
        client.load_model("echo")
    assert list(states(client)) == [("echo", "1")]
    np.testing.assert_array_equal(ask(client, "echo").as_numpy("y"), ROW)


def test_no_request_fails_while_models_are_swapped(server):
    stop = threading.Event()

    def ask_on(_):
        asked = 0
        with tritonclient.http.InferenceServerClient(server.address) as own:
            own.kind = tritonclient.http
            while not stop.is_set():
                np.testing.assert_array_equal(ask(own, "echo").as_numpy("y"), ROW)
                asked += 1
        return asked

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        askers = [pool.submit(ask_on, number) for number in range(3)]
        try:
            with tritonclient.http.InferenceServerClient(server.address, network_timeout=WAIT_S) as own:
                for _ in range(10):
                    own.load_model("echo")
        finally:
            stop.set()
        assert all(asker.result(timeout=WAIT_S) > 0 for asker in askers)


def test_memory_comes_back_when_a_model_is_unloaded(server, folder):
    """Each model takes 16 MB of weights; twenty loads and unloads must not add up."""
    weights = np.random.default_rng(1).standard_normal((2000, 2000), dtype=np.float32)
    place = folder / "large/1"
    place.mkdir(parents=True)
    tiny_models.make_matmul(place / "model.onnx", weights)

    def resident():
        return int(server.metric("process_resident_memory_bytes"))

    with tritonclient.http.InferenceServerClient(server.address) as own:
        for _ in range(3):
            own.load_model("large")
            own.unload_model("large")
        before = resident()
        for _ in range(20):
            own.load_model("large")
            own.unload_model("large")
        wait_until(lambda: resident() < before + 40e6, "the last one, destroyed beside the traffic, is gone too")


def test_wrong_bodies_are_told_apart(server):
    for path in ("load", "unload"):
        for body in (b"[", b"[]", b'{"parameters": 3}', b'{"parameters": {"other": true}}'):
            answer = call(server.url + f"/v2/repository/models/echo/{path}", body)
            assert answer.status == 400, (path, body)
            assert answer.json["error"]
    answer = call(server.url + "/v2/repository/models/none/unload", b"")
    assert answer.status == 404
    assert call(server.url + "/v2/repository/models/echo/load", method="GET").status == 405


def test_beyond_loopback_it_must_be_allowed(folder):
    with Server([folder, "--host", "0.0.0.0", "--backend", "onnxruntime"]) as running:
        answer = call(running.url.replace("0.0.0.0", "127.0.0.1") + "/v2/repository/models/echo/unload", b"")
        assert answer.status == 400
        assert "--model-control" in answer.json["error"]
    with Server([folder, "--host", "0.0.0.0", "--model-control", "--backend", "onnxruntime"]) as running:
        address = running.url.replace("0.0.0.0", "127.0.0.1")
        assert call(address + "/v2/repository/models/echo/unload", b"").status == 200


def test_loading_one_model_reads_and_warns_of_no_other(server, folder):
    make(folder, "other", 1)
    (folder / "other" / "config.pbtxt").write_text('metric_tags { key: "a" value: "b" }')
    for name in ("echo", "other"):
        assert call(f"{server.url}/v2/repository/models/{name}/load", {}).status == 200
    wait_until(lambda: any('"other" is loaded' in line for line in server.log), "the load is logged")
    warnings = [i for i, line in enumerate(server.log) if "metric_tags" in line]
    loaded = [i for i, line in enumerate(server.log) if '"echo" is loaded' in line]
    assert len(warnings) == 1 and warnings[0] > loaded[0]
