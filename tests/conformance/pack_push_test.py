"""`slipway pack --push`: a real registry gets the image, and of the next version what it does not have."""
import base64
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import tiny_models
from http_call import call
from packing import LIMIT_S, make_repository
from program import run, wait_until

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Registry:
    """Debian's docker-registry on a free port of the loopback."""

    def __init__(self, folder: pathlib.Path, more: str = ""):
        config = folder / "registry.yml"
        config.write_text(
            "version: 0.1\nlog: {level: info}\nhttp: {addr: '127.0.0.1:0'}\n"
            f"storage: {{filesystem: {{rootdirectory: {folder / 'blobs'}}}}}\n{more}"
        )
        self._log = (folder / "registry.log").open("w+")
        self.process = subprocess.Popen(["docker-registry", "serve", config], stdout=self._log, stderr=self._log)
        try:
            wait_until(lambda: self.process.poll() is not None or "listening on" in self.log(), "the registry listens")
            self.address = re.search(r"listening on (127\.0\.0\.1:\d+)", self.log())[1]
        except BaseException:
            self.stop()
            raise

    def log(self) -> str:
        return pathlib.Path(self._log.name).read_text()

    def uploaded(self) -> set[str]:
        """The digests of all blobs that were sent to it so far."""
        return set(re.findall(r'"PUT /v2/\S+/blobs/uploads/\S+digest=sha256%3A([0-9a-f]{64})\S* HTTP/1.1" 201', self.log()))

    def manifest(self, name: str, tag: str) -> dict:
        answer = call(f"http://{self.address}/v2/{name}/manifests/{tag}", headers={"Accept": MANIFEST})
        assert answer.status == 200, answer.body
        return json.loads(answer.body) | {"digest": answer.headers["Docker-Content-Digest"]}

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(LIMIT_S)
        self._log.close()


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    assert shutil.which("docker-registry"), "docker-registry is missing: scripts/setup --tests"
    running = Registry(tmp_path_factory.mktemp("registry"))
    yield running
    running.stop()


def push(registry: Registry, models: pathlib.Path, image: str, *more, **options) -> subprocess.CompletedProcess:
    """What skopeo says stands in stderr, which `pack` of packing.py wants empty."""
    done = run("pack", models, "--push", "--insecure-registry", "--image", f"{registry.address}/{image}", *more, **options)
    assert done.returncode == 0, done.stderr
    return done


def test_a_registry_gets_the_image_and_then_what_is_new_of_it(registry, tmp_path):
    shop = make_repository(tmp_path / "shop", tmp_path)
    done = push(registry, shop, "team/shop:3", cwd=tmp_path)
    assert done.stdout.split()[-1] == "pushed"
    there = registry.manifest("team/shop", "3")
    assert there["digest"] == done.stdout.split()[-2]
    first = registry.uploaded()
    assert {layer["digest"].removeprefix("sha256:") for layer in there["layers"]} <= first

    (shop / "second" / "8").mkdir()
    shutil.copy(tmp_path / "identity_int8.onnx", shop / "second" / "8" / "model.onnx")
    push(registry, shop, "team/shop:4", cwd=tmp_path)
    titles = {layer["digest"].removeprefix("sha256:"): layer["annotations"]["org.opencontainers.image.title"]
              for layer in registry.manifest("team/shop", "4")["layers"]}
    sent = sorted(titles.get(digest, "the image's configuration") for digest in registry.uploaded() - first)
    assert sent == ["configuration of the models", "model second, version 8", "the image's configuration"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".tar" or path.name.startswith(".slipway-")) == []


def test_an_archive_is_kept_where_one_is_asked_for(registry, tmp_path):
    tiny_models.make_all(tmp_path)
    image = f"docker://{registry.address}/one:1"
    done = run("pack", tmp_path / "identity_int8.onnx", "--push", "--insecure-registry", "--image", image, "-o", tmp_path / "one.tar")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == str(tmp_path / "one.tar")
    inspected = subprocess.run(["skopeo", "inspect", f"oci-archive:{tmp_path}/one.tar"], capture_output=True, timeout=LIMIT_S)
    assert json.loads(inspected.stdout)["Digest"] == registry.manifest("one", "1")["digest"]


def test_what_is_pulled_is_served(registry, tmp_path):
    """What came back is unpacked by a program of the field, and its models are those that were given."""
    tiny_models.make_all(tmp_path)
    push(registry, tmp_path / "identity_fp32.onnx", "back:1")
    subprocess.run(
        ["skopeo", "copy", "--src-tls-verify=false", f"docker://{registry.address}/back:1", f"dir:{tmp_path}/back"],
        check=True, capture_output=True, timeout=LIMIT_S,
    )
    manifest = json.loads((tmp_path / "back" / "manifest.json").read_text())
    (tmp_path / "root").mkdir()
    for layer in manifest["layers"]:
        blob = tmp_path / "back" / layer["digest"].removeprefix("sha256:")
        subprocess.run(["tar", "-xzf", blob, "-C", tmp_path / "root", "--no-same-owner"], check=True, timeout=LIMIT_S)
    assert (tmp_path / "root/models/identity_fp32.onnx").read_bytes() == (tmp_path / "identity_fp32.onnx").read_bytes()


def test_what_cannot_be_pushed_is_said(registry, tmp_path):
    tiny_models.make_all(tmp_path)
    model = tmp_path / "identity_int8.onnx"
    image = f"{registry.address}/shop:3"
    # its certificate is asked for, since nothing was said
    done = run("pack", model, "--push", "--image", image, cwd=tmp_path)
    assert done.returncode == 1 and f"{image} was not pushed: skopeo" in done.stderr
    assert "server gave HTTP response to HTTPS client" in done.stderr
    done = run("pack", model, "--push", "--image", image, env=os.environ | {"PATH": str(tmp_path)})
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert 'skopeo, which pushes images, is not in PATH; it is the package "skopeo"' in done.stderr
    assert not list(tmp_path.glob(".slipway-*"))


def test_credentials_are_those_of_a_file(tmp_path):
    tiny_models.make_all(tmp_path)
    (tmp_path / "users").write_text("me:$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n")  # "secret"
    closed = Registry(tmp_path, f"auth: {{htpasswd: {{realm: here, path: {tmp_path / 'users'}}}}}\n")
    try:
        entry = {"auth": base64.b64encode(b"me:secret").decode()}
        (tmp_path / "auth.json").write_text(json.dumps({"auths": {closed.address: entry}}))
        command = ["pack", "identity_int8.onnx", "--push", "--insecure-registry", "--image", f"{closed.address}/shop:3"]
        done = run(*command, cwd=tmp_path)
        assert done.returncode == 1 and "authentication required" in done.stderr
        done = run(*command, "--authfile", "auth.json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    finally:
        closed.stop()
