"""What the tests of `slipway pack` share: packing, images read by hand, a program in a root of its own."""
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tarfile

import pytest

import tiny_models
from http_call import call
from program import Server, run

LIMIT_S = 120
MB = 1_000_000
LONG_NAME = "onnx__MatMul_" + "x" * 150  # more than an entry of ustar has room for


def pack(*arguments, **options) -> subprocess.CompletedProcess:
    done = run("pack", *arguments, **({"timeout": LIMIT_S} | options))
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done


def make_repository(folder: pathlib.Path, made: pathlib.Path) -> pathlib.Path:
    """Two versions of one model, one of another, with what is said of them; `made` is for scratch."""
    tiny_models.make_all(made)
    for name, version in (("first", 1), ("first", 2), ("second", 7)):
        (folder / name / str(version)).mkdir(parents=True)
        shutil.copy(made / "identity_fp32.onnx", folder / name / str(version) / "model.onnx")
    (folder / "first" / "model.yaml").write_text("description: the first\n")
    (folder / "first" / "1" / LONG_NAME).write_text("as exporters of weights name them")
    return folder


class Image:
    """An OCI archive, read by hand."""

    def __init__(self, archive: pathlib.Path):
        with tarfile.open(archive) as tar:
            self.files = {member.name: tar.extractfile(member).read() for member in tar.getmembers() if member.isfile()}
        (entry,) = json.loads(self.files["index.json"])["manifests"]
        self.manifest = json.loads(self.blob(entry))
        self.config = json.loads(self.blob(self.manifest["config"]))

    def blob(self, descriptor: dict) -> bytes:
        data = self.files["blobs/sha256/" + descriptor["digest"].removeprefix("sha256:")]
        assert len(data) == descriptor["size"]
        assert hashlib.sha256(data).hexdigest() == descriptor["digest"].removeprefix("sha256:")
        return data

    def layers(self) -> dict[str, dict]:
        return {layer["annotations"]["org.opencontainers.image.title"]: layer for layer in self.manifest["layers"]}

    def unpack(self, folder: pathlib.Path) -> pathlib.Path:
        folder.mkdir()
        for number, layer in enumerate(self.manifest["layers"]):
            archive = folder.parent / f"{folder.name}-{number}.tar.gz"
            archive.write_bytes(self.blob(layer))
            subprocess.run(["tar", "-xzf", archive, "-C", folder, "--no-same-owner"], check=True, timeout=LIMIT_S)
        return folder


def works(command: list) -> bool:
    """Whether this machine grants what a command asks for. One that is not there is no such thing."""
    assert shutil.which(command[0]), f"{command[0]} is missing: scripts/setup --tests"
    return subprocess.run(command, capture_output=True, timeout=LIMIT_S).returncode == 0


def contained(root: pathlib.Path, folder: pathlib.Path, command: str = "/usr/bin/slipway", before: str = "") -> pathlib.Path:
    """A command of a root of its own, as another user, on a tree that it cannot write. `before` is for the shell that
    starts it."""
    (root / "proc").mkdir(exist_ok=True)  # which every container has
    proc = f"mount -t proc proc {root}/proc"
    if os.geteuid() != 0 or not works(["unshare", "--mount", *proc.split()]):
        pytest.skip("a root of its own needs root and mounts")
    for path in [root, *root.parents]:  # pytest's folders are its own; another user passes through
        if path.stat().st_uid == os.getuid() and path != pathlib.Path("/"):
            path.chmod(path.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    start = folder / "start"
    there = f"env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot --userspec=65532:65532 {root} {command}"
    start.write_text(f"#!/bin/sh\n{before}\nexec unshare --mount sh -c '{proc} && exec {there} \"$@\"' slipway \"$@\"\n")
    start.chmod(0o755)
    return start


@contextlib.contextmanager
def serving(root: pathlib.Path, folder: pathlib.Path, arguments: list[str], command: str = "/usr/bin/slipway serve"):
    """A command of a root of its own that serves."""
    # `serve`, which a server is started with, is said by the command
    with Server(arguments, program=contained(root, folder, command, "shift")) as server:
        yield server


def ask(server: Server, model: str) -> dict:
    body = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}]})
    answer = call(f"{server.url}/v2/models/{model}/infer", body.encode())
    assert answer.status == 200, answer.body
    return json.loads(answer.body)
