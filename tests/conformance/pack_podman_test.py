"""An image that `slipway pack` wrote, run by podman: what it may do, what it takes of the machine, how soon it answers."""
import contextlib
import json
import os
import pathlib
import subprocess
import tarfile
import time

import numpy
import onnx
import pytest

from http_call import call
from packing import LIMIT_S, make_repository, pack, works
from program import ANY_PORT, PROGRAM, wait_until

PODMAN = ["podman", "--runtime", "/usr/sbin/runc"]
# what a machine without CAP_SYS_RESOURCE can grant
LIMITS = ["--network", "host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"]
FREE_PORT = ["-e", "SLIPWAY_HTTP_PORT=0", "-e", "SLIPWAY_GRPC_PORT=none", "-e", "SLIPWAY_METRICS_PORT=none"]
MIB = 1 << 20


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> pathlib.Path:
    return make_repository(tmp_path_factory.mktemp("repository") / "shop", tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def image(shop, tmp_path_factory):
    """Its name in podman's store."""
    folder = tmp_path_factory.mktemp("image")
    # one that is none of ours tells whether podman can take any: it cannot in a chroot, whose root is no mount
    name = f"slipway-pack-{os.getpid()}"
    with tarfile.open(folder / "probe.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("a"))
    if not works([*PODMAN, "import", folder / "probe.tar", f"{name}-probe"]):
        pytest.skip("podman takes no image here")
    subprocess.run([*PODMAN, "rmi", "-f", f"{name}-probe"], capture_output=True, timeout=LIMIT_S)
    pack(shop, "--image", f"localhost/{name}:1", "-o", folder / "image.tar")
    loaded = subprocess.run([*PODMAN, "load", "-i", folder / "image.tar"], capture_output=True, text=True, timeout=LIMIT_S)
    assert loaded.returncode == 0, loaded.stderr
    yield loaded.stdout.split()[-1]
    subprocess.run([*PODMAN, "rmi", "-f", loaded.stdout.split()[-1]], capture_output=True, timeout=LIMIT_S)


@contextlib.contextmanager
def started(command: list):
    """A command that serves; its process and its address once it listens."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        log = []
        for line in process.stdout:
            log.append(line)
            if line.startswith("listening on "):
                break
        if not log or not log[-1].startswith("listening"):
            # what podman says of itself, and not of the program
            if process.wait(LIMIT_S) in (125, 126):
                pytest.skip(f"podman runs no container here: {''.join(log)[-300:]}")
            pytest.fail("".join(log))
        yield process, "http://127.0.0.1:" + log[-1].strip().rsplit(":", 1)[1]
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(LIMIT_S)
        process.stdout.close()


def in_podman(image: str, *options: str) -> list:
    return [*PODMAN, "run", "--rm", *LIMITS, "--read-only", "--cap-drop", "ALL", *options, image]


def test_it_runs_read_only_without_capabilities_and_drains(image):
    name = f"slipway-drain-{os.getpid()}"
    with started(in_podman(image, *FREE_PORT, "--name", name)) as (process, url):
        wait_until(lambda: call(url + "/v2/health/ready").status == 200, "ready")
        health = subprocess.run([*PODMAN, "exec", name, "/usr/bin/slipway", "health", url], capture_output=True, timeout=LIMIT_S)
        assert health.returncode == 0, health.stderr
        subprocess.run([*PODMAN, "stop", "-t", "20", name], check=True, capture_output=True, timeout=LIMIT_S)
        assert process.wait(LIMIT_S) == 0
        assert "finishing what was accepted" in process.stdout.read()


@pytest.mark.parametrize("options", [["--cpus=1"], ["--cpuset-cpus=0"], ["--memory=512m"], ["--cpus=1", "--memory=256m"]])
def test_it_takes_what_its_group_may(image, options):
    done = subprocess.run(
        [*PODMAN, "run", "--rm", *LIMITS, *options, "--entrypoint", "/usr/bin/slipway", image, "doctor", "--json"],
        capture_output=True, text=True, timeout=LIMIT_S,
    )
    if done.returncode in (125, 126, 127):
        pytest.skip(f"podman grants no limits here: {done.stderr[-300:]}")
    found = json.loads(done.stdout)
    cores = 1 if any("cpu" in option for option in options) else len(os.sched_getaffinity(0))
    assert found["cores"]["usable"] == cores
    limits = [int(option.removeprefix("--memory=").rstrip("m")) * MIB for option in options if "memory" in option]
    assert [found["memory"]["limit_bytes"]] == (limits or [None])


def first_answer_s(command: list) -> float:
    """From the start of a command to its first right answer."""
    begin = time.monotonic()
    body = {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}]}
    with started(command) as (_, url):
        answer = call(f"{url}/v2/models/second/infer", body)
        took = time.monotonic() - begin
        assert answer.json["outputs"][0]["data"] == [1, 2, 3]
    return took


@pytest.mark.alone
def test_a_container_answers_less_than_a_second_later(image, shop):
    outside = min(first_answer_s([PROGRAM, "serve", shop, *ANY_PORT]) for _ in range(3))
    within = min(first_answer_s(in_podman(image, *FREE_PORT)) for _ in range(3))
    print(f"first right answer: {outside:.2f} s outside, {within:.2f} s after podman run")
    assert within < outside + 1


@pytest.mark.alone
def test_a_model_of_100_mb_is_packed_in_ten_seconds(tmp_path):
    rows, columns = 5_000, 5_000  # 100 MB of float32 that nothing makes smaller
    weights = numpy.random.default_rng(1).standard_normal((rows, columns), dtype=numpy.float32)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("MatMul", ["x", "w"], ["y"])],
        "large",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["batch", rows])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["batch", columns])],
        [onnx.numpy_helper.from_array(weights, "w")],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, tmp_path / "large.onnx")
    for compression in ("gzip", "zstd"):
        begin = time.monotonic()
        pack(tmp_path / "large.onnx", "--compression", compression, "-o", tmp_path / "large.tar")
        took = time.monotonic() - begin
        print(f"{compression}: {took:.1f} s")
        assert took < 10
