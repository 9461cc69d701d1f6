"""`slipway pack --containerfile`: an engine builds an image of the folder, which is like the one that is written without."""
import subprocess

import pytest

from packing import LIMIT_S, Image, ask, make_repository, pack, serving, works


def test_an_engine_builds_it(tmp_path):
    pack(make_repository(tmp_path / "shop", tmp_path), "--containerfile", "--image", "shop:3", "-o", tmp_path / "build", umask=0o077)
    # a store of its own, by copies, which takes no mount
    buildah = ["buildah", "--storage-driver", "vfs", "--root", tmp_path / "store", "--runroot", tmp_path / "run"]
    probe = tmp_path / "probe"
    probe.mkdir()
    (probe / "Containerfile").write_text("FROM scratch\nCOPY Containerfile /\n")
    if not works([*buildah, "bud", probe]):
        pytest.skip("buildah builds no image here")
    built = subprocess.run([*buildah, "bud", "--format", "docker", "-t", "shop:3", tmp_path / "build"], capture_output=True, text=True, timeout=LIMIT_S)
    assert built.returncode == 0, built.stderr
    subprocess.run([*buildah, "push", "shop:3", f"oci-archive:{tmp_path}/built.tar:shop:3"], check=True, capture_output=True, timeout=LIMIT_S)
    pack(tmp_path / "shop", "--image", "shop:3", "-o", tmp_path / "written.tar")
    built, written = Image(tmp_path / "built.tar"), Image(tmp_path / "written.tar")
    same = ["User", "ExposedPorts", "Entrypoint", "Cmd", "WorkingDir", "StopSignal"]
    assert {key: built.config["config"][key] for key in same} == {key: written.config["config"][key] for key in same}
    assert set(written.config["config"]["Env"]) <= set(built.config["config"]["Env"])
    assert written.config["config"]["Labels"].items() <= built.config["config"]["Labels"].items()
    root = built.unpack(tmp_path / "root")
    for path in written.unpack(tmp_path / "other").rglob("*"):
        there = root / path.relative_to(tmp_path / "other")
        assert there.lstat().st_mode == path.lstat().st_mode, there
        assert path.is_dir() or there.read_bytes() == path.read_bytes()
    with serving(root, tmp_path, built.config["config"]["Cmd"]) as server:
        assert ask(server, "second")["outputs"][0]["data"] == [1, 2, 3]
