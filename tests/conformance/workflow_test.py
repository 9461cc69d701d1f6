"""samples/workflow: from a model that is trained to a service that is rolled forward and back, as its script does it."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

import manifests
from packing import Image
from program import PROGRAM, ROOT

SCRIPT = ROOT / "samples" / "workflow" / "run"
LIMIT_S = 180


def run(folder: pathlib.Path) -> subprocess.CompletedProcess:
    environment = os.environ | {"PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "PYTHON": sys.executable}
    return subprocess.run([SCRIPT, folder], capture_output=True, text=True, timeout=LIMIT_S, env=environment)


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> tuple[pathlib.Path, str]:
    """The folder that it worked in, and what it said."""
    folder = tmp_path_factory.mktemp("workflow")
    ended = run(folder)
    print(ended.stdout, ended.stderr)
    assert (ended.returncode, ended.stderr) == (0, "")
    return folder, ended.stdout


def test_it_goes_forward_and_back(done):
    answers = re.findall(r"^version (\d) is right in ([\d.]+)%$", done[1], re.M)
    assert [version for version, _ in answers] == ["1", "2", "1"]
    first, second, back = [float(right) for _, right in answers]
    assert 80 < first < second and back == first
    trained = re.findall(r"^version (\d): right in ([\d.]+)% of 360 images$", done[1], re.M)
    assert trained == answers[:2]
    assert "requests finished and 0 were refused" in done[1]


def test_what_a_cluster_is_told(done):
    folder, said = done
    for name in ("digits-1.yaml", "digits-2.yaml", "digits-back.yaml"):
        for document in manifests.load_all((folder / name).read_text()):
            manifests.check(document)
    first, second, back = [(folder / f"digits-{name}.yaml").read_text() for name in ("1", "2", "back")]
    assert first == back and "what the cluster is told is what it was told first" in said
    assert "example.org/digits:1" in first and "example.org/digits:2" in second
    assert f"{first.count(chr(10) + 'kind: ')} objects in digits-1.yaml" in said


def test_a_new_version_is_a_layer_of_its_own(done):
    first, second = [Image(done[0] / f"digits-{version}.tar").layers() for version in "12"]
    changed = {title for title, layer in second.items() if first.get(title, {}).get("digest") != layer["digest"]}
    assert changed == {"model digits, version 2", "configuration of the models"}
    assert first.keys() - second.keys() == set()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("mine")
    ended = run(tmp_path)
    assert (ended.returncode, ended.stderr) == (2, f"workflow: {tmp_path} is not empty\n")
    assert os.listdir(tmp_path) == ["mine"]
