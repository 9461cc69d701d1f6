"""With --watch, what is copied into a repository is served beside the traffic, and what is broken is not."""
import shutil
import threading
import time

import pytest

import tiny_models
from http_call import call
from program import Server, fake_model, rows, run_serve, wait_until


def put(folder, version: int, lines=()) -> None:
    """A version as a copy would bring it: its folder under another name first."""
    place = folder / "m" / f".{version}"
    place.mkdir(parents=True)
    fake_model(place, *lines, name="model")
    place.rename(folder / "m" / str(version))


def version_of(server: Server) -> str:
    answer = call(server.url + "/v2/models/m/infer", rows(1))
    assert answer.status == 200, answer.body
    return answer.json["model_version"]


@pytest.fixture
def server(tmp_path):
    put(tmp_path, 1)
    with Server([tmp_path, "--watch", "--instances", "1"]) as running:
        yield running


def logged(server: Server, *words: str) -> bool:
    return any(all(word in line for word in words) for line in server.log)


def test_versions_come_and_go_under_load_and_no_request_fails(server, tmp_path):
    stop = threading.Event()
    seen: list[str] = []
    failed: list = []

    def ask() -> None:
        while not stop.is_set():
            try:
                version = version_of(server)
            except Exception as error:  # noqa: BLE001, whatever it is
                failed.append(error)
                return
            if not seen or seen[-1] != version:
                seen.append(version)

    clients = [threading.Thread(target=ask) for _ in range(2)]
    for client in clients:
        client.start()
    try:
        put(tmp_path, 2)
        wait_until(lambda: "2" in seen, "version 2 answers")
        put(tmp_path, 3, ["fail_load=the file is torn"])
        wait_until(lambda: logged(server, 'model "m" version 3 is not loaded, what was served stays: ', "the file is torn"), "the log says why")
        shutil.rmtree(tmp_path / "m" / "3")
        shutil.rmtree(tmp_path / "m" / "2")
        wait_until(lambda: seen[-1] == "1", "version 1 answers again")
        assert call(server.url + "/v2/health/ready").status == 200
    finally:
        stop.set()
        for client in clients:
            client.join()
    assert not failed
    assert "3" not in seen


def test_half_a_copy_is_not_served(server, tmp_path):
    whole = tiny_models.make_identity(tmp_path, "FP32")
    text = whole.read_bytes()
    whole.unlink()
    place = tmp_path / "other" / "1"
    place.mkdir(parents=True)
    with (place / "model.onnx").open("wb") as copy:
        copy.write(text[: len(text) // 2])
        copy.flush()
        wait_until(lambda: logged(server, 'model "other" version 1 is not loaded'), "the copy that waits was tried")
        assert call(server.url + "/v2/models/other").status == 404
        assert call(server.url + "/v2/health/ready").status == 200
        copy.write(text[len(text) // 2 :])
    wait_until(lambda: call(server.url + "/v2/models/other").status == 200, "the whole model is served")


def test_a_new_configuration_is_taken(server, tmp_path):
    (tmp_path / "m" / "model.yaml").write_text("thread: 2\n")
    wait_until(lambda: logged(server, "is not served as it lies there now", "unknown key"), "the log says why")
    assert version_of(server) == "1"
    (tmp_path / "m" / "model.yaml").write_text("max_batch_size: 3\n")
    wait_until(
        lambda: call(server.url + "/v2/models/m/config").json["max_batch_size"] == 3, "what it says is in force"
    )


def test_a_broken_version_holds_nobody_up_when_the_server_starts_again(tmp_path):
    put(tmp_path, 1)
    put(tmp_path, 2, ["fail_load=the file is torn"])
    with Server([tmp_path, "--watch"]) as server:
        assert call(server.url + "/v2/health/ready").status == 200
        assert version_of(server) == "1"


def test_what_requests_loaded_is_left_to_them(server, tmp_path):
    assert call(server.url + "/v2/repository/models/m/unload", {}).status == 200
    put(tmp_path, 2)
    wait_until(lambda: logged(server, "is left as requests loaded or unloaded it"), "the change is seen")
    assert call(server.url + "/v2/models/m/ready").status != 200


def test_the_end_does_not_wait_for_what_came_last(tmp_path):
    """Twelve models that are loaded one after the other, each of which takes a second or two to be tried."""
    put(tmp_path, 1)
    with Server([tmp_path, "--watch", "--drain-timeout", "4s"]) as server:
        for number in range(12):
            fake_model(tmp_path, "delay_us=500000", name=f"slow{number}")
        wait_until(lambda: logged(server, "loaded version"), "the first is loaded")
        begin = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begin < 8


def test_an_empty_repository_is_waited_at(tmp_path):
    with Server([tmp_path, "--watch"]) as server:
        assert call(server.url + "/v2/health/ready").status == 200
        put(tmp_path, 1)
        wait_until(lambda: call(server.url + "/v2/models/m").status == 200, "the first model is served")
    assert run_serve([tmp_path / "nowhere", "--watch"]).returncode == 2


def test_without_it_nothing_is_looked_at(tmp_path):
    put(tmp_path, 1)
    with Server([tmp_path]) as server, Server([tmp_path, "--watch"]) as watching:
        put(tmp_path, 2)
        wait_until(lambda: version_of(watching) == "2", "who watches has it")
        assert version_of(server) == "1"
