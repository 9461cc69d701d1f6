"""`slipway pack`: images that skopeo reads, that are the same each time, and that run with nothing but what is in them."""
import hashlib
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tarfile

import pytest

import tiny_models
from file_server import FileServer, certificate
from http_call import call
from packing import LIMIT_S, MB, Image, ask, contained, make_repository, pack, serving
from program import PROGRAM, SAMPLES, SPEECH_MODEL, limit_files, run, wait_until


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> pathlib.Path:
    return make_repository(tmp_path_factory.mktemp("repository") / "shop", tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def image(repository, tmp_path_factory) -> pathlib.Path:
    output = tmp_path_factory.mktemp("image") / "shop.tar"
    pack(repository, "--image", "example.org/shop:3", "-o", output)
    return output


def test_it_is_an_image_of_the_field(image):
    done = subprocess.run(["skopeo", "inspect", f"oci-archive:{image}"], capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert (seen["Architecture"], seen["Os"]) in {("amd64", "linux"), ("arm64", "linux")}
    assert len(seen["Labels"]["org.slipway.model.second.7.sha256"]) == 64
    config = Image(image).config["config"]
    assert config["User"] == "65532:65532"
    assert config["StopSignal"] == "SIGTERM"
    assert set(config["ExposedPorts"]) == {"8000/tcp", "8001/tcp", "8002/tcp"}
    assert config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/slipway", "health"]


def test_the_models_hashes_are_those_of_their_files(image, repository):
    labels = Image(image).config["config"]["Labels"]
    for name, version in (("first", "1"), ("first", "2"), ("second", "7")):
        data = (repository / name / version / "model.onnx").read_bytes()
        assert labels[f"org.slipway.model.{name}.{version}.sha256"] == hashlib.sha256(data).hexdigest()


def test_a_new_version_moves_one_layer(image, repository, tmp_path):
    copy = tmp_path / "shop"
    shutil.copytree(repository, copy)
    tiny_models.make_all(tmp_path)
    (copy / "second" / "8").mkdir()
    shutil.copy(tmp_path / "identity_int8.onnx", copy / "second" / "8" / "model.onnx")
    pack(copy, "--image", "example.org/shop:3", "-o", tmp_path / "next.tar")
    before, after = Image(image).layers(), Image(tmp_path / "next.tar").layers()
    changed = {title for title, layer in after.items() if before.get(title, {}).get("digest") != layer["digest"]}
    # the bill of materials lies with the configuration, a few kilobytes
    assert changed == {"model second, version 8", "configuration of the models"}
    assert after["configuration of the models"]["size"] < 20_000


@pytest.mark.parametrize("format", ["oci-archive", "docker-archive"])
def test_the_same_models_give_the_same_bytes(repository, tmp_path, format):
    written = []
    for place in ("here", "there"):
        copy = tmp_path / place / "shop"
        shutil.copytree(repository, copy)
        os.utime(copy / "first" / "1" / "model.onnx", (1, 1) if place == "here" else None)
        output = tmp_path / place / "image.tar"
        done = pack(copy, "--format", format, "-o", output, env={"HOME": str(tmp_path / place)}, cwd=tmp_path / place)
        written.append((hashlib.sha256(output.read_bytes()).hexdigest(), done.stdout.split()[-2]))
    assert written[0] == written[1]


def test_what_is_not_needed_is_not_in_it(image):
    layers = Image(image).layers()
    assert not [title for title in layers if "openvino" in title.lower() or "speech" in title]
    sizes = {title: layer["size"] for title, layer in layers.items()}
    models = sum(size for title, size in sizes.items() if title.startswith("model "))
    print({title: f"{size / MB:.1f} MB" for title, size in sizes.items()})
    assert sum(sizes.values()) - models < 40 * MB


@pytest.fixture(scope="module")
def unpacked(image, tmp_path_factory) -> pathlib.Path:
    return Image(image).unpack(tmp_path_factory.mktemp("unpacked") / "root")


def test_it_has_licences_certificates_and_a_bill_of_materials(unpacked):
    bill = json.loads((unpacked / "usr/share/sbom/slipway.spdx.json").read_text())
    assert bill["spdxVersion"] == "SPDX-2.3"
    names = {package["name"] for package in bill["packages"]}
    assert {"slipway", "ONNX Runtime", "libc6", "libstdc++6", "first", "second"} <= names
    for licence in ("slipway/LICENSE", "slipway/THIRD_PARTY.md", "onnxruntime/LICENSE", "libc6/copyright"):
        assert (unpacked / "usr/share/doc" / licence).stat().st_size > 0, licence
    assert b"BEGIN CERTIFICATE" in (unpacked / "etc/ssl/certs/ca-certificates.crt").read_bytes()
    assert not [path for path in unpacked.rglob("*") if path.name in ("sh", "bash")]


def test_it_runs_with_nothing_but_what_is_in_it(unpacked, tmp_path):
    with serving(unpacked, tmp_path, ["/models/shop"]) as server:
        assert call(server.url + "/v2/models/first/versions/2/ready").status == 200
        assert ask(server, "second")["outputs"][0]["data"] == [1, 2, 3]
        assert run("health", server.url).returncode == 0
    done = run("health", env={"SLIPWAY_HTTP_PORT": server.url.rsplit(":", 1)[1]})
    assert (done.returncode, done.stdout[:9]) == (1, "not ready")


def test_it_fetches_models_with_nothing_but_what_is_in_it(unpacked, tmp_path):
    """A host's name is found, a certificate is checked against those of the image, and archives are unpacked."""
    vouched = certificate(tmp_path, "DNS:models.internal")
    with open(unpacked / "etc/ssl/certs/ca-certificates.crt", "a") as certificates:
        certificates.write((tmp_path / "certificate.pem").read_text())
    (unpacked / "etc/hosts").write_text("127.0.0.1 models.internal\n")  # which every container has
    to = unpacked / "fetched"
    to.mkdir()
    os.chown(to, 65532, 65532)
    program = contained(unpacked, tmp_path)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(unpacked / "models" / "shop" / "second", "größe/second")
    with FileServer({"/shop.tar.gz": packed.getvalue()}, vouched) as server:
        done = run("fetch", server.url("/shop.tar.gz", "models.internal"), "--to", "/fetched", program=program)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert (to / "größe/second/7/model.onnx").read_bytes() == (unpacked / "models/shop/second/7/model.onnx").read_bytes()
    done = run("fetch", "http://none.internal/x", "--to", "/fetched", "--retries", "0", program=program)
    assert done.returncode == 1 and "Host not found" in done.stderr


def plain_folder(folder: pathlib.Path, model: pathlib.Path) -> pathlib.Path:
    (folder / "net").mkdir()
    shutil.copy(model, folder / "net" / "any.onnx")
    (folder / "net" / "model.yaml").write_text("name: asked\n")
    return folder / "net"


def link_of_a_hub(folder: pathlib.Path, model: pathlib.Path) -> pathlib.Path:
    (folder / "blobs").mkdir()
    (folder / "snapshot").mkdir()
    shutil.copy(model, folder / "blobs" / "0abc")
    (folder / "snapshot" / "asked.onnx").symlink_to("../blobs/0abc")
    return folder / "snapshot" / "asked.onnx"


def app_with_labels(folder: pathlib.Path, model: pathlib.Path) -> pathlib.Path:
    (folder / "labels").mkdir()
    (folder / "labels" / "names.txt").write_text("a\nb\nc\n")
    shutil.copy(model, folder / "real.onnx")
    (folder / "m.onnx").symlink_to("real.onnx")
    (folder / "app.yaml").write_text(
        "models:\n  - path: m.onnx\n    name: asked\n"
        "    transforms: {output: {labels: {file: labels/names.txt}}}\n"
    )
    return folder / "app.yaml"


def triton_with_a_warm_up(folder: pathlib.Path, model: pathlib.Path) -> pathlib.Path:
    (folder / "r" / "asked" / "1").mkdir(parents=True)
    (folder / "r" / "asked" / "warmup").mkdir()
    shutil.copy(model, folder / "r" / "asked" / "1" / "model.onnx")
    (folder / "r" / "asked" / "warmup" / "x.raw").write_bytes(bytes(12))
    (folder / "r" / "asked" / "secret.txt").write_text("not for others")
    (folder / "r" / "asked" / "config.pbtxt").write_text(
        'model_warmup [{name: "w", batch_size: 1, inputs {key: "x", value: {data_type: TYPE_FP32, dims: [3], '
        'input_data_file: "x.raw"}}}]\n'
    )
    return folder / "r"


@pytest.mark.parametrize("layout", [plain_folder, link_of_a_hub, app_with_labels, triton_with_a_warm_up])
def test_every_layout_is_served_from_its_image(tmp_path, layout):
    made = tmp_path / "made"
    given = tmp_path / "given"
    made.mkdir()
    given.mkdir()
    tiny_models.make_all(made)
    path = layout(given, made / "identity_fp32.onnx")
    pack(path, "-o", tmp_path / "image.tar")
    image = Image(tmp_path / "image.tar")
    root = image.unpack(tmp_path / "root")
    assert not list(root.rglob("secret.txt"))
    with serving(root, tmp_path, image.config["config"]["Cmd"]) as server:
        assert ask(server, "asked")["outputs"][0]["data"] == [1, 2, 3]


def test_the_backend_that_was_asked_for_is_the_one_that_serves(tmp_path):
    tiny_models.make_all(tmp_path)
    (tmp_path / "identity_fp32.yaml").write_text("backend: onnxruntime\n")
    pack(tmp_path / "identity_fp32.onnx", "--backend", "openvino", "-o", tmp_path / "image.tar")
    image = Image(tmp_path / "image.tar")
    assert [title.split(":")[0] for title in image.layers() if title.startswith("backend")] == ["backend openvino"]
    root = image.unpack(tmp_path / "root")
    assert not list(root.rglob("*onnxruntime*"))
    bill = json.loads((root / "usr/share/sbom/slipway.spdx.json").read_text())
    assert {"libtbb", "libhwloc", "OpenVINO"} <= {package["name"] for package in bill["packages"]}
    with serving(root, tmp_path, image.config["config"]["Cmd"]) as server:
        assert ask(server, "identity_fp32")["outputs"][0]["data"] == [1, 2, 3]


def test_an_image_does_not_hold_the_one_before(tmp_path):
    tiny_models.make_all(tmp_path)
    model = tmp_path / "identity_int8.onnx"
    digests = [pack(model, cwd=tmp_path).stdout.split()[-2] for _ in range(2)]
    assert (tmp_path / "identity-int8.tar").is_file()
    assert digests[0] == digests[1]


def test_a_speech_model_is_packed_with_what_tells_voices(tmp_path):
    pack(SPEECH_MODEL, "-o", tmp_path / "image.tar")
    image = Image(tmp_path / "image.tar")
    titles = list(image.layers())
    assert [title.split(":")[0] for title in titles if title.startswith("backend")] == ["backend onnxruntime", "backend speech"]
    (speech,) = [layer for title, layer in image.layers().items() if title.startswith("backend speech")]
    with tarfile.open(fileobj=io.BytesIO(image.blob(speech))) as tar:
        licences = {name.rsplit("/")[-1] for name in tar.getnames() if name.startswith("usr/share/doc/speech/")}
    assert licences == {"sherpa-onnx-LICENSE", "silero-vad-LICENSE", "onnxruntime-LICENSE", "onnxruntime-ThirdPartyNotices.txt"}


def test_an_app_file_goes_with_its_models(tmp_path):
    tiny_models.make_all(tmp_path)
    (tmp_path / "app.yaml").write_text(
        "server:\n  http_port: 9000\n  grpc_port: none\nmodels:\n  - path: identity_int8.onnx\n    name: kept\n"
    )
    pack(tmp_path / "app.yaml", "-o", tmp_path / "app.tar")
    image = Image(tmp_path / "app.tar")
    assert image.config["config"]["Cmd"] == ["/app/app.yaml"]
    assert set(image.config["config"]["ExposedPorts"]) == {"9000/tcp", "8002/tcp"}
    assert "SLIPWAY_HTTP_PORT=9000" in image.config["config"]["Env"]
    folder = image.unpack(tmp_path / "root")
    assert sorted(path.name for path in (folder / "app").iterdir()) == ["app.yaml", "identity_int8.onnx"]


def test_of_a_model_that_an_app_names_by_its_file_nothing_else_goes_along(tmp_path):
    (tmp_path / "work").mkdir()
    tiny_models.make_all(tmp_path)
    shutil.copy(tmp_path / "identity_int8.onnx", tmp_path / "work" / "model.onnx")
    (tmp_path / "work" / "id_rsa").write_text("not for others")
    (tmp_path / "app.yaml").write_text("models:\n  - path: work/model.onnx\n    name: m\n")
    done = pack(tmp_path / "app.yaml", "--explain", "--format", "containerfile", "-o", tmp_path / "build")
    assert "MB  /app/work/model.onnx\n" in done.stdout
    assert not list((tmp_path / "build").rglob("id_rsa"))


def test_explain_says_what_each_part_weighs(repository, tmp_path):
    for number in range(9):
        (repository / "first" / "1" / f"notes-{number}.txt").write_text("")
    done = pack(repository, "--explain", "--compression", "zstd", "-o", tmp_path / "image.tar")
    for number in range(9):
        (repository / "first" / "1" / f"notes-{number}.txt").unlink()
        assert f"/models/shop/first/1/notes-{number}.txt\n" in done.stdout
    assert "and 1 smaller files" not in done.stdout and " smaller files\n" in done.stdout
    assert "/usr/lib/slipway/onnxruntime/libonnxruntime.so.1" in done.stdout
    assert done.stdout.rstrip().endswith(str(tmp_path / "image.tar"))


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["{folder}/none.onnx"], "none.onnx"),
        (["{folder}/empty"], "empty"),
        (["{folder}/broken.onnx"], "broken.onnx"),
        (["{model}", "--format", "zip"], "oci-archive, oci-dir, docker-archive, tar, deb or containerfile"),
        (["{model}", "--compression", "bz2"], "gzip or zstd"),
        (["{model}", "--format", "docker-archive", "--compression", "zstd"], "gzip expected"),
        (["{model}", "-o", "{folder}"], "is there already"),
        (["{model}", "-o", "{folder}/none/x.tar"], "none/x.tar"),
        (["{folder}/outside/app.yaml"], "must lie in one folder"),
        (["{folder}/leading"], "lies outside"),
        (["{model}", "--image", "My Image:"], "example.org/shop:3"),
        (["{folder}/any-port.yaml"], "http_port 0"),
        (["{model}", "--push"], "--push needs --image"),
        (["{model}", "--push", "--image", "shop:3"], "--push needs --image"),
        (["{model}", "--push", "--format", "tar"], "--push takes an image"),
        (["{model}", "--authfile", "x"], "of --push"),
        (["{model}", "-o", "{model}"], "would be overwritten"),
        (["{model}", "--format", "oci-archive", "--containerfile"], "--format oci-archive with --containerfile"),
        (["{model}", "--backend", "nope"], "nope"),
        (["{folder}/identity_bytes.onnx", "--backend", "openvino"], "{folder}/identity_bytes.onnx"),
        ([""], "a model file, a folder"),
        (["https://example.org/a.onnx?sig=1"], "https://example.org/a.onnx: is an address"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, arguments, says):
    tiny_models.make_all(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "app.yaml").write_text("models:\n  - path: ../identity_int8.onnx\n")
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    (tmp_path / "leading" / "m" / "1").mkdir(parents=True)
    shutil.copy(tmp_path / "identity_int8.onnx", tmp_path / "leading" / "m" / "1" / "model.onnx")
    (tmp_path / "leading" / "m" / "1" / "more").symlink_to("/etc/hostname")
    (tmp_path / "any-port.yaml").write_text("server:\n  http_port: 0\nmodels:\n  - path: identity_int8.onnx\n")
    places = {"folder": tmp_path, "model": tmp_path / "identity_int8.onnx"}
    done = run("pack", *[argument.format(**places) for argument in arguments], cwd=tmp_path)
    assert done.returncode in (1, 2) and done.stdout == ""
    assert says.format(**places) in done.stderr
    assert done.stderr.startswith("slipway pack: ") and done.stderr.count("\n") == 1 and ".slipway-" not in done.stderr
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".slipway-") or path.suffix == ".tar"]


@pytest.mark.parametrize("form", [[], ["--containerfile"]])
def test_a_full_disk_is_said_of_the_output(tmp_path, form):
    tiny_models.make_all(tmp_path)
    output = tmp_path / "out"
    arguments = ["pack", tmp_path / "identity_int8.onnx", *form, "-o", output]
    done = run(*arguments, preexec_fn=lambda: limit_files(100_000), restore_signals=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"slipway pack: {output}: cannot be written") and "File too large" in done.stderr
    assert ".slipway-" not in done.stderr and not output.exists()


def test_the_time_of_files_may_be_said(tmp_path):
    tiny_models.make_all(tmp_path)
    model = tmp_path / "identity_int8.onnx"
    pack(model, "-o", tmp_path / "image.tar", env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000"})
    assert Image(tmp_path / "image.tar").config["created"] == "2023-11-14T22:13:20Z"
    done = run("pack", model, "-o", tmp_path / "x.tar", env=os.environ | {"SOURCE_DATE_EPOCH": "soon"})
    assert done.returncode == 2 and "SOURCE_DATE_EPOCH=soon" in done.stderr


def test_a_folder_may_be_read_by_whom_the_user_lets(tmp_path):
    tiny_models.make_all(tmp_path)
    pack(tmp_path / "identity_int8.onnx", "--format", "oci-dir", "-o", tmp_path / "image", umask=0o027)
    assert (tmp_path / "image").stat().st_mode & 0o777 == 0o750


def end_while_it_writes(model: pathlib.Path, out: pathlib.Path, ending: signal.Signals) -> None:
    """Has `slipway pack` end by a signal."""
    command = [PROGRAM, "pack", model, "-o", out / "image.tar"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_until(lambda: any(out.glob(".slipway-pack-*/image/blobs")), "layers are written")
    process.send_signal(ending)
    assert process.wait(LIMIT_S) == -ending
    assert process.stderr.read() == b"", "it did not fail"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_when_it_is_ended(tmp_path, ending):
    tiny_models.make_all(tmp_path)
    (tmp_path / "out").mkdir()
    end_while_it_writes(tmp_path / "identity_int8.onnx", tmp_path / "out", ending)
    assert not any((tmp_path / "out").iterdir())


def test_what_a_killed_one_left_is_swept_away(tmp_path):
    tiny_models.make_all(tmp_path)
    (tmp_path / "out").mkdir()
    end_while_it_writes(tmp_path / "identity_int8.onnx", tmp_path / "out", signal.SIGKILL)
    assert [path.name[:14] for path in (tmp_path / "out").iterdir()] == [".slipway-pack-"]
    pack(tmp_path / "identity_int8.onnx", "-o", tmp_path / "out" / "image.tar")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["image.tar"]


def test_the_samples_fit(tmp_path):
    done = pack(SAMPLES / "magika", "-o", tmp_path / "magika.tar")
    print(done.stdout)
    assert (tmp_path / "magika.tar").stat().st_size < 45 * MB
