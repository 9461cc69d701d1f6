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


def config_of(client, name) -> dict:
    config = client.get_model_config(name, **({"as_json": True} if client.kind is tritonclient.grpc else {}))
    return config.get("config", config)


def test_a_config_of_the_request_stands_in_the_place_of_the_file(client, folder):
    config = json.dumps({"max_batch_size": 8, "dynamic_batching": {}})
    for text in ("response_cache { enable: true } parameters { key: \"a\" }", "sequence_batching { }", "no configuration"):
        (folder / "echo/config.pbtxt").write_text(text)
        client.load_model("echo", config=config)
        told = config_of(client, "echo")
        assert told["max_batch_size"] == 8
        assert "dynamic_batching" in told and "sequence_batching" not in told
        assert not told.get("response_cache", {}).get("enable", False)
        assert not told.get("parameters")
    with pytest.raises(InferenceServerException, match="config.pbtxt"):
        client.load_model("echo")


def test_instances_of_the_file_do_not_hold_for_a_config_of_the_request(tmp_path):
    make(tmp_path, "echo", 1)
    (tmp_path / "echo/config.pbtxt").write_text("instance_group [ { count: 7 } ]")
    with Server([tmp_path]) as running, tritonclient.http.InferenceServerClient(running.address) as own:
        count = lambda: sum(group["count"] for group in own.get_model_config("echo")["instance_group"])
        assert count() == 7
        own.load_model("echo", config="{}")
        assert count() != 7


def test_a_config_that_was_told_and_is_given_back_changes_nothing(client, folder):
    for version in (1, 2, 3):
        make(folder, "many", version)
    client.load_model("many")
    config = config_of(client, "many")
    assert config["version_policy"] == {"all": {}}
    client.load_model("many", config=json.dumps(config))
    assert [version for name, version in states(client) if name == "many"] == ["1", "2", "3"]
    assert config_of(client, "many") == config


def test_a_config_that_is_given_back_finds_versions_whose_files_have_different_names(client, folder):
    for version, filename in ((1, "a.onnx"), (2, "b.onnx")):
        make(folder, "odd", version)
        (folder / f"odd/{version}/model.onnx").rename(folder / f"odd/{version}/{filename}")
    client.load_model("odd")
    client.load_model("odd", config=json.dumps(config_of(client, "odd")))
    assert client.is_model_ready("odd", "1") and client.is_model_ready("odd", "2")


@pytest.mark.parametrize("places", [["one", "two"], ["two/pets"]], ids=["two repositories", "a model's folder"])
def test_files_that_a_config_names_lie_in_the_models_folder(tmp_path, places):
    make(tmp_path / "one", "other", 1)
    make(tmp_path / "two", "pets", 1)
    (tmp_path / "two/pets/labels.txt").write_text("cat\ndog\nemu\n")
    config = json.dumps({"max_batch_size": 4, "output": [{"name": "y", "label_filename": "labels.txt"}]})
    with Server([tmp_path / place for place in places]) as running:
        with tritonclient.http.InferenceServerClient(running.address) as own:
            own.load_model("pets", config=config)
            tensor = tritonclient.http.InferInput("x", [1, 3], "FP32")
            tensor.set_data_from_numpy(ROW)
            result = own.infer("pets", [tensor], outputs=[tritonclient.http.InferRequestedOutput("y", class_count=1)])
            assert result.as_numpy("y").tolist() == [[b"3.000000:2:emu"]]


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
