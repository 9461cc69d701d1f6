"""How the program begins and ends."""
import ctypes
import os
import pathlib
import signal
import socket
import time

import pytest

import tiny_models
from http_call import call
from program import ANY_PORT, Server, fake_model, run, run_serve


@pytest.fixture
def model(tmp_path):
    return tiny_models.make_identity(tmp_path, "FP32")


def the_one_sentence(done) -> str:
    """What was written to stderr of a start that failed: exit code 2 and one line."""
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    return lines[0]


def cut_in_half(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def empty(path):
    path.write_bytes(b"")


def corrupt(path):
    path.write_bytes(b"\x93\x12 this is no model " * 20)


@pytest.mark.parametrize("spoil", [cut_in_half, empty, corrupt])
def test_a_spoilt_model_ends_serve_with_one_sentence(model, spoil):
    spoil(model)
    assert model.name in the_one_sentence(run_serve([model]))


def test_a_model_that_is_not_there(tmp_path):
    assert "missing.onnx" in the_one_sentence(run_serve([tmp_path / "missing.onnx"]))


def make_dead_link(path):
    path.symlink_to("gone.onnx")


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


@pytest.mark.parametrize(
    "make, says",
    [
        (os.mkfifo, "is a FIFO, a file or folder expected"),
        (make_dead_link, "is a link to gone.onnx, where nothing is"),
        (make_socket, "is a socket, a file or folder expected"),
    ],
)
def test_what_is_neither_file_nor_folder_is_told(model, tmp_path, make, says):
    odd = tmp_path / "odd.onnx"
    make(odd)
    for command in (["serve"], ["inspect"], ["pack"], ["deploy", "--to", "systemd"]):
        assert f"{odd}: {says}" in the_one_sentence(run(*command, odd, cwd=tmp_path))
    with Server([tmp_path]) as server:
        assert call(server.url + "/v2/health/ready").status == 200, "it is no model"
        assert sum(f"{odd}: {says}; it is not served" in line for line in server.log) == 1
    for command in (["pack", "-o", tmp_path / "image.tar"], ["deploy", "--to", "systemd"]):
        done = run(*command, tmp_path)
        assert done.returncode == 0 and f"{odd}: {says}; it is not served" in done.stderr


def keep_files_from_root():
    """For a process that is to be started: root without the capabilities by which it reads what it may not (prctl(2))."""
    drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2
    for capability in (dac_override, dac_read_search):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability)


def test_a_file_that_may_not_be_read_is_shown_to_no_backend(model, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    closed = folder / "closed.onnx"
    model.rename(closed)
    closed.chmod(0)
    before = {"preexec_fn": keep_files_from_root} if os.geteuid() == 0 else {}
    for command in (["serve", closed, *ANY_PORT], ["serve", folder, *ANY_PORT], ["inspect", closed], ["deploy", closed, "--to", "systemd"]):
        sentence = the_one_sentence(run(*command, cwd=folder, **before))
        assert sentence.endswith(f" {closed}: cannot be read: Permission denied")


def test_an_unknown_key_of_a_model_yaml_is_named_with_its_line(model, tmp_path):
    version = tmp_path / "repository" / "x" / "1"
    version.mkdir(parents=True)
    model.rename(version / "model.onnx")
    yaml = version.parent / "model.yaml"
    yaml.write_text("instances: 1\nmax_bach_size: 8\n")
    sentence = the_one_sentence(run_serve([version.parent]))
    assert f"{yaml}:2" in sentence
    assert "max_bach_size" in sentence


def test_an_unknown_key_of_an_app_file_is_named_with_its_line(model, tmp_path):
    app = tmp_path / "app.yaml"
    app.write_text(f"models:\n  - path: {model}\nservers: 3\n")
    sentence = the_one_sentence(run_serve([app]))
    assert f"{app}:3" in sentence
    assert "servers" in sentence


@pytest.mark.parametrize(
    "lines, line, key, words",
    [
        (["device: gpu:7"], 2, "device", 'no device "gpu:7", only cpu'),
        (["backend: onnxruntime", "backend_options:", "  graph_optimisation: all"], 4, "backend_options.graph_opt", "known"),
        (["backend: openvino", "backend_options: {precision: f8}"], 3, "backend_options.precision", "f32, bf16, f16"),
        (["backend: onxruntime"], 2, "backend", "there are: onnxruntime"),
        (["backend: fake"], 2, "backend", "runs .fake files alone"),
    ],
)
def test_a_value_that_only_a_backend_can_judge_is_named_with_its_line(model, tmp_path, lines, line, key, words):
    yaml = tmp_path / "identity_fp32.yaml"
    yaml.write_text("\n".join(["instances: 1", *lines]) + "\n")
    sentence = the_one_sentence(run_serve([model]))
    assert f"{yaml}:{line}: {key}" in sentence and words in sentence
    # the command line has no line, and is not blamed on the file
    yaml.write_text("device: cpu\n")
    assert str(yaml) not in the_one_sentence(run_serve([model, "--device", "gpu:7"]))


def test_two_models_of_one_name(model, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    twin = other / model.name
    twin.write_bytes(model.read_bytes())
    assert "identity_fp32" in the_one_sentence(run_serve([model, twin, "--backend", "onnxruntime"]))


def test_in_a_folder_the_others_are_served_and_ready_tells_the_truth(model, tmp_path):
    empty(tmp_path / "broken.onnx")
    with Server([tmp_path]) as server:
        assert call(server.url + "/v2/models/identity_fp32/ready").status == 200
        assert call(server.url + "/v2/models/broken/ready").status != 200
        ready = call(server.url + "/v2/health/ready")
        assert ready.status == 503
        assert ready.json == {"live": True, "ready": False}
        (broken,) = [entry for entry in call(server.url + "/v2/repository/index", {}).json if entry["name"] == "broken"]
        assert broken["state"] == "UNAVAILABLE"
        assert broken["reason"]


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="a core loads one model at a time")
def test_models_are_loaded_at_the_same_time(tmp_path):
    def start_s(folder, *names):
        folder.mkdir()
        for name in names:
            fake_model(folder, "delay_us=200000", name=name)  # a sleep in each run that is tried at a load
        begin = time.monotonic()
        with Server([folder]) as server:
            assert call(server.url + "/v2/health/ready").status == 200, "it listens when all are loaded"
            return time.monotonic() - begin

    one = start_s(tmp_path / "one", "a")
    two = start_s(tmp_path / "two", "a", "b")
    assert two < 1.5 * one, f"{one:.2f} s for one model, {two:.2f} s for two"


def test_two_files_of_one_name_in_a_folder_break_those_two(model, tmp_path):
    twins = [fake_model(tmp_path, name="a"), tmp_path / "a.tflite"]
    twins[1].write_bytes(b"not read")
    with Server([tmp_path]) as server:
        assert call(server.url + "/v2/models/identity_fp32/ready").status == 200
        assert call(server.url + "/v2/health/ready").status == 503
        (entry,) = [entry for entry in call(server.url + "/v2/repository/index", {}).json if entry["name"] == "a"]
        logged = "".join(server.log)
        assert entry["state"] == "UNAVAILABLE"
        assert 'model "a" version 1 is not served' in logged
        assert all(str(twin) in entry["reason"] and str(twin) in logged for twin in twins)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(model, signum):
    server = Server([model])
    try:
        assert call(server.url + "/v2/health/live").status == 200
        server.process.send_signal(signum)
        assert server.process.wait(20) == 0
    finally:
        server.stop()


def test_versions_are_numbers_and_the_highest_is_served(model, tmp_path):
    repository = tmp_path / "repository"
    for version in ("2", "10"):
        folder = repository / "x" / version
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(model.read_bytes())
    body = {"inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3]}]}
    with Server([repository]) as server:
        assert sorted(call(server.url + "/v2/models/x").json["versions"], key=int) == ["2", "10"]
        assert call(server.url + "/v2/models/x/infer", body).json["model_version"] == "10"
        assert call(server.url + "/v2/models/x/versions/2/infer", body).json["model_version"] == "2"
