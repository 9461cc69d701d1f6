"""`slipway pack --format tar`: one folder that runs where there is another C library than this program's, or none."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess

import pytest

import tiny_models
from packing import LIMIT_S, LONG_NAME, MB, ask, make_repository, pack, serving
from program import ROOT, run

BUSYBOX = pathlib.Path("/bin/busybox")
DEBIAN_11 = ROOT / ".deps" / "debian11"  # scripts/setup --tests


def unpack(archive: pathlib.Path, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True)
    subprocess.run(["tar", "-xf", archive, "-C", folder, "--no-same-owner"], check=True, timeout=LIMIT_S)


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("tar")
    done = pack(make_repository(folder / "shop", folder), "--format", "tar", "--image", "shop:3", cwd=folder)
    assert done.stdout.split()[-1] == str(folder / "shop.tar.gz")
    digest = hashlib.sha256((folder / "shop.tar.gz").read_bytes()).hexdigest()
    assert done.stdout.split()[-2] == f"sha256:{digest}"
    return folder / "shop.tar.gz"


def bare_root(folder: pathlib.Path) -> pathlib.Path:
    """A shell, and no C library at all."""
    (folder / "bin").mkdir(parents=True)
    shutil.copy(BUSYBOX, folder / "bin" / "busybox")
    for name in ("sh", "readlink", "dirname"):
        (folder / "bin" / name).symlink_to("busybox")
    return folder


def debian_11(folder: pathlib.Path) -> pathlib.Path:
    """glibc 2.31, where a program of this system does not start."""
    assert DEBIAN_11.is_dir(), "Debian 11 is missing: scripts/setup --tests"
    if not (DEBIAN_11 / "bin").exists():
        pytest.skip("no mirror of this machine has Debian 11")
    if os.geteuid() != 0:
        pytest.skip("a root of its own needs root")
    shutil.copytree(DEBIAN_11, folder, symlinks=True)
    plain = subprocess.run(["chroot", folder, "/bin/dash", "-c", "echo works"], capture_output=True, text=True, timeout=LIMIT_S)
    assert plain.stdout == "works\n", plain.stderr
    return folder


@pytest.mark.parametrize("system", [bare_root, debian_11])
def test_it_runs_on_another_system_from_any_place(archive, tmp_path, system):
    root = system(tmp_path / "root")
    unpack(archive, root / "opt" / "my shop")
    with serving(root, tmp_path, [], "\"/opt/my shop/shop-3/run\"") as server:
        assert ask(server, "second")["outputs"][0]["data"] == [1, 2, 3]
        mapped = pathlib.Path(f"/proc/{server.process.pid}/maps").read_text()
        # the maps of another root are told as seen from here
        assert not [line for line in mapped.splitlines() if ".so" in line and "/my shop/shop-3/" not in line]


def test_openvino_runs_there_too(tmp_path):
    tiny_models.make_all(tmp_path)
    pack(tmp_path / "identity_fp32.onnx", "--backend", "openvino", "--format", "tar", "-o", tmp_path / "x.tar.gz")
    root = bare_root(tmp_path / "root")
    unpack(tmp_path / "x.tar.gz", root / "x")
    with serving(root, tmp_path, [], "/x/identity-fp32/run") as server:
        assert ask(server, "identity_fp32")["outputs"][0]["data"] == [1, 2, 3]


def test_it_has_the_program_with_all_its_commands(archive, tmp_path):
    unpack(archive, tmp_path / "x")
    folder = tmp_path / "x" / "shop-3"
    assert "./run" in (folder / "README.txt").read_text()
    assert (folder / "models" / "shop" / "first" / "1" / LONG_NAME).is_file()
    assert (folder / "usr/share/doc/libc6/copyright").is_file() and not (folder / "etc").exists()
    (tmp_path / "slipway").symlink_to(folder / "slipway")
    done = run("doctor", "--json", program=tmp_path / "slipway", env={"PATH": "/usr/bin:/bin"})
    assert [(one["name"], one["works"]) for one in json.loads(done.stdout)["backends"]] == [("onnxruntime", True)]
    done = run("pack", folder / "models" / "shop", program=folder / "slipway", cwd=tmp_path)
    assert done.returncode == 2 and "runs from a folder that was packed" in done.stderr


def test_the_same_models_give_the_same_bytes(archive, tmp_path):
    pack(make_repository(tmp_path / "shop", tmp_path), "--format", "tar", "--image", "shop:3", "-o", tmp_path / "x.tar.gz")
    assert (tmp_path / "x.tar.gz").read_bytes() == archive.read_bytes()
    assert archive.stat().st_size < 40 * MB
