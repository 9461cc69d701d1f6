"""`slipway doctor` tells the truth about this machine, and what is missing and how to get it."""
import importlib.metadata
import json
import os
import pathlib
import shutil

import pytest

from program import PROGRAM, run

RUNTIMES = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "speech": "sherpa-onnx"}
PACKAGES = {"speech": "sherpa-onnx-core"}
FLAGS = {
    "AVX2": "avx2",
    "AVX-512": "avx512f",
    "AVX-512 VNNI": "avx512_vnni",
    "AVX VNNI": "avx_vnni",
    "AVX-512 BF16": "avx512_bf16",
    "AMX": "amx_tile",
    "F16C": "f16c",
    "NEON": "asimd",
    "NEON dot product": "asimddp",
    "NEON BF16": "bf16",
    "SVE": "sve",
}


def diagnosis(exit_code: int = 0, **options) -> dict:
    done = run("doctor", "--json", **options)
    assert (done.returncode, done.stderr) == (exit_code, "")
    return json.loads(done.stdout)


def cpuinfo(key: str) -> str:
    """A line of the first processor."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.split("\t")[0] == key), "")


@pytest.mark.parametrize("name", RUNTIMES)
def test_a_backend_is_of_the_version_that_was_installed(name):
    (backend,) = [backend for backend in diagnosis()["backends"] if backend["name"] == name]
    assert backend["works"] is True
    assert backend["runtime"] == RUNTIMES[name]
    assert backend["version"] == importlib.metadata.version(PACKAGES.get(name, name))
    assert ("speech" if name == "speech" else "onnx") in backend["formats"]
    assert [device["name"] for device in backend["devices"]] == ["cpu"]
    assert backend["devices"][0]["description"]
    for key in ("library", "runtime_path"):
        assert pathlib.Path(backend[key]).is_file()


def test_the_real_backends_and_no_other_are_listed():
    found = diagnosis()
    assert [backend["name"] for backend in found["backends"]] == list(RUNTIMES)
    assert found["healthy"] is True and found["missing"] == []
    assert f"slipway {found['version']}" == run("--version").stdout.strip()


def test_the_processor_is_this_one():
    processor = diagnosis()["cpu"]
    assert processor["model"] == (cpuinfo("model name") or "unknown")
    flags = (cpuinfo("flags") or cpuinfo("Features")).split()
    assert set(processor["features"]) == {name for name, flag in FLAGS.items() if flag in flags}


def test_memory_is_what_the_kernel_says():
    kibibytes = int(pathlib.Path("/proc/meminfo").read_text().split()[1])
    memory = diagnosis()["memory"]
    assert memory["machine_bytes"] == kibibytes * 1024
    assert memory["limit_bytes"] is None or memory["limit_bytes"] > 0


def test_the_usable_cores_are_those_that_the_process_may_use():
    everything = diagnosis()["cores"]
    assert everything["machine"] == os.cpu_count()
    assert 1 <= everything["usable"] <= len(os.sched_getaffinity(0))
    first = str(min(os.sched_getaffinity(0)))
    pinned = run("-c", first, PROGRAM, "doctor", "--json", program="taskset")
    assert json.loads(pinned.stdout)["cores"] == {"machine": os.cpu_count(), "usable": 1}
    assert f"1 usable of {os.cpu_count()}" in run("-c", first, PROGRAM, "doctor", program="taskset").stdout


def test_the_text_says_the_same():
    found = diagnosis()
    done = run("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert f"processor {found['cpu']['model']}" in lines
    assert f"cores {found['cores']['usable']} usable of {found['cores']['machine']}" in lines
    for backend in found["backends"]:
        assert f"backend {backend['name']}: {backend['runtime']} {backend['version']}" in lines
        assert f"formats {', '.join(backend['formats'])}" in lines
        for device in backend["devices"]:
            assert f"device {device['name']} {device['description']}" in lines
    assert not any("missing" in line for line in lines)


def test_a_runtime_that_is_not_there_is_missing_and_how_to_get_it_is_said():
    environment = os.environ | {"SLIPWAY_ONNXRUNTIME": "/nonexistent"}
    found = diagnosis(env=environment)
    (sentence,) = found["missing"]
    assert "onnxruntime" in sentence and "/nonexistent" in sentence and "pip install onnxruntime" in sentence
    works = {backend["name"]: backend["works"] for backend in found["backends"]}
    assert works == {"onnxruntime": False, "openvino": True, "speech": True}
    assert found["healthy"] is True, "one that works is enough"
    assert sentence in run("doctor", env=environment).stdout


def test_without_any_backend_it_is_not_healthy(tmp_path):
    alone = shutil.copy(PROGRAM, tmp_path / "slipway")
    found = diagnosis(exit_code=1, program=alone)
    assert found["healthy"] is False and found["backends"] == []
    for name in RUNTIMES:
        (sentence,) = [sentence for sentence in found["missing"] if f"backend {name}" in sentence]
        assert "SLIPWAY_BACKEND_PATH" in sentence and str(tmp_path) in sentence
    done = run("doctor", program=alone)
    assert done.returncode == 1
    assert all(sentence in done.stdout for sentence in found["missing"])


def test_in_a_folder_that_may_not_be_entered(tmp_path):
    """OpenVINO ends a process there, unless it is not asked."""
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    tmp_path.chmod(0o700)
    try:
        done = run("doctor", "--json", cwd=tmp_path, user=65534, group=65534, extra_groups=[])
    except PermissionError:
        pytest.skip("the program lies where another user may not go")
    works = {backend["name"]: backend["works"] for backend in json.loads(done.stdout)["backends"]}
    assert works == {"onnxruntime": True, "openvino": False, "speech": True}
    assert "may not be entered" in done.stdout
