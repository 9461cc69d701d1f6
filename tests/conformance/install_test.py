"""An installed tree works wherever it is copied to, with nothing of this checkout and nothing of the environment."""
import json
import pathlib
import shutil
import subprocess

import pytest

import tiny_models
from http_call import call
from program import ROOT, Server, run

INSTALL_LIMIT_S = 900  # it builds what is not built
BARE = {"env": {}, "cwd": "/"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """What `make install` lays out, copied; the place it was installed to is gone."""
    folder = tmp_path_factory.mktemp("install")
    prefix, copy = folder / "prefix", folder / "copied to"
    try:
        done = subprocess.run(
            ["make", "install", f"PREFIX={prefix}"], cwd=ROOT, capture_output=True, text=True, timeout=INSTALL_LIMIT_S
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        shutil.copytree(prefix, copy, symlinks=True)
        shutil.rmtree(prefix)
        yield copy
    finally:
        shutil.rmtree(folder)


def mapped(pid: int) -> set[pathlib.Path]:
    """The files that a process has mapped: the program and every library that was loaded."""
    lines = pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {pathlib.Path(line.split(maxsplit=5)[5]) for line in lines if "/" in line}


def test_it_has_what_the_layout_promises(tree):
    assert (tree / "bin" / "slipway").is_file()
    backends = {file.name for file in (tree / "lib" / "slipway" / "backends").iterdir()}
    assert backends >= {"libslipway_backend_onnxruntime.so", "libslipway_backend_openvino.so", "libslipway_backend_speech.so"}
    broken = [path for path in tree.rglob("*") if path.is_symlink() and not path.exists()]
    outward = [path for path in tree.rglob("*") if not path.resolve().is_relative_to(tree)]
    assert broken == outward == []


def test_doctor_finds_the_backends_within_the_tree(tree):
    done = run("doctor", "--json", program=tree / "bin" / "slipway", **BARE)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert [(backend["name"], backend["works"]) for backend in found["backends"]] == [
        ("onnxruntime", True),
        ("openvino", True),
        ("speech", True),
    ]
    for backend in found["backends"]:
        for key in ("library", "runtime_path"):
            assert pathlib.Path(backend[key]).resolve().is_relative_to(tree), backend
    assert found["missing"] == []


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_it_serves_a_model_with_nothing_from_outside(tree, tmp_path, backend):
    model = tiny_models.make_identity(tmp_path, "FP32")
    with Server([model, "--backend", backend], program=tree / "bin" / "slipway", **BARE) as server:
        answer = call(server.url + "/services/identity_fp32", {"input": [[1, 2.5, -3]]})
        assert answer.status == 200, answer.body
        assert answer.json["outputs"] == {"y": [[1, 2.5, -3]]}
        assert b"<html" in call(server.url + "/docs").body.lower()
        files = mapped(server.process.pid)
        assert tree / "bin" / "slipway" in files
        assert any(backend in file.name and file.is_relative_to(tree) for file in files)
        assert not [file for file in files if file.is_relative_to(ROOT)]
        assert server.stop() == 0


def test_infer_works_there_too(tree, tmp_path):
    model = tiny_models.make_identity(tmp_path, "FP32")
    question = tmp_path / "a.json"
    question.write_text(json.dumps({"input": [[1, 2, 3]]}))
    done = run("infer", model, question, program=tree / "bin" / "slipway", **BARE)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["outputs"] == {"y": [[1, 2, 3]]}
