"""`slipway deploy`: manifests that their readers take, and that run."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pytest
import yaml

import manifests
import tiny_models
from http_call import call
from program import PROGRAM, limit_files, run

IMAGE = "example.org/shop:3"
COMPOSE_PROGRAM = pathlib.Path(sys.executable).parent / "podman-compose"
SHA256 = "0123456789abcdef" * 4


def deploy(*arguments, **options) -> str:
    done = run("deploy", *arguments, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> pathlib.Path:
    """shop/ with two models, app.yaml with one."""
    folder = tmp_path_factory.mktemp("deploy")
    (folder / "made").mkdir()
    tiny_models.make_all(folder / "made")
    model = folder / "made" / "identity_fp32.onnx"
    for name, version in (("first", 1), ("first", 2), ("second", 7)):
        (folder / "shop" / name / str(version)).mkdir(parents=True)
        shutil.copy(model, folder / "shop" / name / str(version) / "model.onnx")
    shutil.copy(model, folder / "m.onnx")
    (folder / "app.yaml").write_text(
        "  \n# of März: \"two\"\nserver:\n  http_port: 9000\n  metrics_port: none\nmodels:\n  - path: m.onnx\n    name: asked\n\n"
    )
    return folder


KUBERNETES = {
    "plain": [],
    "namespace": ["--namespace", "prod", "--name", "true", "--replicas", "1"],
    "app": ["{folder}/app.yaml", "--service-monitor"],
    "hpa": ["--max-replicas", "9", "--min-replicas", "3", "--queue-target", "4"],
    "hpa on gpus": ["--max-replicas", "9", "--gpus", "2"],
    "keda": ["--max-replicas", "9", "--autoscaler", "keda", "--namespace", "prod", "--service-monitor"],
    "keda on gpus": ["--max-replicas", "9", "--autoscaler", "keda", "--gpus", "1", "--gpu-resource", "amd.com/gpu"],
    "volume": ["--model-volume", "models.of.march", "--backend", "onnxruntime"],
    "fetched": [
        "--model-url", "https://example.org/a.onnx", "--model-sha256", SHA256,
        "--model-url", 's3://bucket/b"\'{{}}: #.onnx'.replace(" ", "%20"), "--model-sha256", SHA256,
        "--model-secret", "store", "--model-endpoint", "http://minio.store:9000",
    ],
    "secrets": [
        "--secret-env", "TOKEN=tokens/shop.key", "--env", "SLIPWAY_LOG_LEVEL=debug", "--env", "ODD=a: \"b\" #c",
        "--image-pull-secret", "registry", "--allow-namespace", "web", "--allow-namespace", "batch",
    ],
    "resources": ["--cpu", "250m", "--cpu-limit", "none", "--memory", "1.5Gi", "--drain-delay", "1500ms", "--drain-timeout", "2m"],
    "open": ["--no-network-policy"],
}  # fmt: skip


def arguments_of(folder: pathlib.Path, extra: list[str]) -> list[str]:
    extra = [one.format(folder=folder) for one in extra]
    model = [] if extra and extra[0].startswith("/") else [folder / "shop"]
    return [*model, *extra, "--image", IMAGE]


@pytest.mark.parametrize("extra", KUBERNETES.values(), ids=KUBERNETES.keys())
def test_kubernetes_takes_every_object(made, extra):
    text = deploy(*arguments_of(made, extra), "--to", "kubernetes")
    documents = manifests.load_all(text)
    assert len(documents) >= 4
    for document in documents:
        manifests.check(document)
    assert text == deploy(*arguments_of(made, extra), "--to", "kubernetes")


def kustomize(folder: pathlib.Path) -> dict[str, dict]:
    """What a real Kustomize makes of an overlay."""
    if shutil.which("kustomize"):
        command = ["kustomize", "build", folder]
    elif shutil.which("kubectl"):
        command = ["kubectl", "kustomize", folder]
    else:
        pytest.skip("there is no kustomize and no kubectl")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return manifests.by_kind(done.stdout)


KUSTOMIZE = {
    "none": [],
    "hpa": ["--max-replicas", "9"],
    "keda": ["--max-replicas", "9", "--autoscaler", "keda"],
    "keda on gpus": ["--max-replicas", "9", "--autoscaler", "keda", "--gpus", "1"],
}


@pytest.mark.parametrize("scaling", KUSTOMIZE.values(), ids=KUSTOMIZE.keys())
def test_kustomize_builds_the_overlays(made, tmp_path, scaling):
    arguments = [made / "app.yaml", "--image", IMAGE, "--to", "kubernetes", "--service-monitor", "--env", "ODD=$(HOME)", *scaling]
    assert deploy(*arguments, "--kustomize", tmp_path / "k") == ""
    built = {name: kustomize(tmp_path / "k" / "overlays" / name) for name in ("staging", "production")}
    for name, objects in built.items():
        for document in objects.values():
            manifests.check(document)
            assert document["metadata"]["namespace"] == f"app-{name}"
        pod = objects["Deployment"]["spec"]["template"]
        (container,) = pod["spec"]["containers"]
        variables = {one["name"]: one["value"] for one in container["env"]}
        assert variables["SLIPWAY_DRAIN_DELAY"] == "5s" and variables["SLIPWAY_LOG_LEVEL"] == "info" and variables["ODD"] == "$$(HOME)"
        assert container["image"] == IMAGE and pod["metadata"]["labels"]["environment"] == name
        config = objects["ConfigMap"]
        assert config["metadata"]["name"].startswith("app-app-"), "with a hash"
        assert pod["spec"]["volumes"][0]["configMap"]["name"] == config["metadata"]["name"]
        assert config["data"]["app.yaml"] == (made / "app.yaml").read_text()
    fewest = {name: objects["Deployment"]["spec"].get("replicas") for name, objects in built.items()}
    assert fewest == ({"staging": None, "production": None} if scaling else {"staging": 1, "production": 2})
    if "keda" in scaling:
        # else the queue of one environment would scale the other
        for name, objects in built.items():
            queries = [one["metadata"]["query"] for one in objects["ScaledObject"]["spec"]["triggers"] if one["type"] == "prometheus"]
            assert len(queries) == (2 if "--gpus" in scaling else 1)
            assert all(f'service="app",namespace="app-{name}"}}' in query for query in queries), queries
    before = {path: path.read_bytes() for path in (tmp_path / "k").rglob("*.yaml")}
    deploy(*arguments, "--kustomize", tmp_path / "k")
    assert before == {path: path.read_bytes() for path in (tmp_path / "k").rglob("*.yaml")}


KSERVE = {
    "plain": [],
    "all": [
        "--max-replicas", "5", "--min-replicas", "1", "--gpus", "1", "--storage-uri", "s3://models/shop", "--backend", "onnxruntime",
        "--secret-env", "TOKEN=tokens/a", "--image-pull-secret", "registry", "--namespace", "prod", "--cpu-limit", "none",
    ],
}  # fmt: skip


@pytest.mark.parametrize("extra", KSERVE.values(), ids=KSERVE.keys())
def test_kserve_takes_runtime_and_service(made, extra):
    documents = manifests.load_all(deploy(*arguments_of(made, extra), "--to", "kserve"))
    assert [document["kind"] for document in documents] == ["ServingRuntime", "InferenceService"]
    for document in documents:
        manifests.check(document)


def test_what_is_not_known_would_be_found(made):
    runtime, service = manifests.load_all(deploy(made / "shop", "--image", IMAGE, "--to", "kserve"))
    service["spec"]["predictor"]["model"]["resources"]["limit"] = {}
    runtime["spec"]["containers"][0]["ports"][0]["containerPort"] = "http"
    options = ["--max-replicas", "5", "--autoscaler", "keda", "--service-monitor"]
    objects = manifests.by_kind(deploy(made / "shop", "--image", IMAGE, "--to", "kubernetes", *options))
    objects["ScaledObject"]["spec"]["triggers"][0]["limit"] = {}
    objects["ServiceMonitor"]["spec"]["endpoints"][0]["limit"] = {}
    for document in (runtime, service, objects["ScaledObject"], objects["ServiceMonitor"]):
        with pytest.raises(Exception, match="'limit' was unexpected|'http' is not of type"):
            manifests.check(document)


COMPOSE = {
    "plain": [],
    "app": ["{folder}/app.yaml", "--env", "A=${{HOME}}: 'b' #c", "--env", "B=yes"],
    "resources": ["--cpu", "250m", "--memory", "1.5Gi", "--gpus", "1", "--drain-delay", "300ms"],
}


@pytest.mark.parametrize("extra", COMPOSE.values(), ids=COMPOSE.keys())
def test_compose_takes_the_file(made, tmp_path, extra):
    text = deploy(*arguments_of(made, extra), "--to", "compose")
    (document,) = manifests.load_all(text)
    manifests.check_compose(document)
    file = tmp_path / "compose.yaml"
    file.write_text(text)
    done = subprocess.run([COMPOSE_PROGRAM, "-f", file, "config"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    (read,) = yaml.safe_load(done.stdout)["services"].values()
    asked = [name_and_value.format() for option, name_and_value in zip(extra, extra[1:]) if option == "--env"]
    assert read["environment"].items() >= dict(one.split("=", 1) for one in asked).items()


SYSTEMD = {
    "plain": [],
    "folder of a person": ["{folder}/app.yaml", "--backend", "onnxruntime"],
    "settings": ["--env", "A=50% of $x \"y\" 'z'", "--cpu", "1500m", "--memory", "1Gi", "--drain-delay", "300ms"],
    "no limit": ["--cpu-limit", "none"],
}
EXPOSURE_MAX = 2.0  # of 10; below 2 systemd calls a service OK


@pytest.mark.parametrize("extra", SYSTEMD.values(), ids=SYSTEMD.keys())
def test_systemd_takes_the_unit(made, tmp_path, extra):
    extra = [one.format(folder=made) for one in extra]
    model = [] if extra and extra[0].startswith("/") else [made / "shop"]
    unit = tmp_path / "shop.service"
    unit.write_text(deploy(*model, *extra, "--to", "systemd", "--program", PROGRAM))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    command = ["systemd-analyze", "security", "--offline=true", "--json=short", f"--threshold={EXPOSURE_MAX * 10:.0f}", unit]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_a_unit_shows_what_is_read_and_nothing_beside_it(made):
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        folder = pathlib.Path(home)
        (folder / "apps").mkdir()
        (folder / "secret.txt").write_text("")
        for name in ("m.onnx", "other.onnx"):
            shutil.copy(made / "m.onnx", folder / name)
        (folder / "labels.txt").write_text("a\nb\nc\n")
        (folder / "m.yaml").write_text("transforms:\n  output:\n    labels: {file: labels.txt}\n")
        (folder / "apps" / "app.yaml").write_text("models:\n  - path: ../m.onnx\n")
        read = {f"{home}/m.onnx", f"{home}/m.yaml", f"{home}/labels.txt"}
        for given, also in (("m.onnx", set()), ("apps/app.yaml", {f"{home}/apps/app.yaml"})):
            unit = deploy(folder / given, "--to", "systemd")
            assert set(re.findall("^BindReadOnlyPaths=(.*)$", unit, re.M)) == read | also


def test_what_refers_to_something_finds_it(made):
    text = deploy(made / "app.yaml", "--image", IMAGE, "--to", "kubernetes", "--service-monitor", "--max-replicas", "5")
    found = manifests.by_kind(text)
    pod = found["Deployment"]["spec"]["template"]
    labels = pod["metadata"]["labels"].items()
    (container,) = pod["spec"]["containers"]
    ports = {port["name"] for port in container["ports"]}
    selectors = [found["Deployment"]["spec"]["selector"]["matchLabels"], found["Service"]["spec"]["selector"]]
    selectors += [found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]]
    selectors += [found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]]
    selectors += [one["labelSelector"]["matchLabels"] for one in pod["spec"]["topologySpreadConstraints"]]
    for selector in selectors:
        assert selector.items() <= labels
    services = [found["Service"], found["Service-grpc"]]
    assert {port["targetPort"] for service in services for port in service["spec"]["ports"]} <= ports
    assert {port["port"] for rule in found["NetworkPolicy"]["spec"]["ingress"] for port in rule["ports"]} <= ports
    assert {container[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "readiness", "liveness")} <= ports
    assert found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == found["Deployment"]["metadata"]["name"]
    monitored = found["ServiceMonitor"]["spec"]["selector"]["matchLabels"].items()
    assert monitored <= found["Service"]["metadata"]["labels"].items()
    assert found["ServiceMonitor"]["spec"]["endpoints"][0]["port"] in {p["name"] for p in found["Service"]["spec"]["ports"]}
    (volume,) = pod["spec"]["volumes"]
    (mount,) = container["volumeMounts"]
    assert volume["configMap"]["name"] == found["ConfigMap"]["metadata"]["name"] and mount["name"] == volume["name"]
    assert mount["subPath"] in found["ConfigMap"]["data"]
    assert found["ConfigMap"]["data"]["app.yaml"].rstrip() == (made / "app.yaml").read_text().rstrip()


def test_the_metrics_that_scale_are_the_servers_own(made, server):
    text = deploy(made / "shop", "--image", IMAGE, "--to", "kubernetes", "--max-replicas", "5", "--gpus", "1")
    metrics = manifests.by_kind(text)["HorizontalPodAutoscaler"]["spec"]["metrics"]
    names = {metric["pods"]["metric"]["name"] for metric in metrics}
    told = call(server.url + "/metrics").body.decode()
    assert names == {"slipway_queue_depth", "slipway_instances_busy"}
    assert all(f"\n{name}{{" in told for name in names)


def test_a_file_is_written_and_written_again_as_it_was(made, tmp_path):
    file = tmp_path / "shop.yaml"
    assert deploy(made / "shop", "--image", IMAGE, "--to", "kubernetes", "-o", file) == ""
    first = file.read_text()
    deploy(made / "shop", "--image", IMAGE, "--to", "kubernetes", "-o", file)
    assert file.read_text() == first == deploy(made / "shop", "--image", IMAGE, "--to", "kubernetes")


def test_a_file_that_cannot_be_written_leaves_the_one_before(made, tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text("before")
    arguments = ["deploy", made / "shop", "--image", IMAGE, "--to", "kubernetes", "-o", file]
    done = run(*arguments, preexec_fn=lambda: limit_files(100), restore_signals=False)
    assert (done.returncode, done.stderr) == (1, f"slipway deploy: {file}: cannot be written: File too large\n")
    assert file.read_text() == "before" and list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("name", ["7b größe", "true", "x" * 80, "a\nb"])
def test_every_name_of_a_folder_makes_names_of_objects(made, tmp_path, name):
    folder = tmp_path / name
    shutil.copytree(made / "shop", folder)
    text = deploy(folder, "--to", "kubernetes", "--max-replicas", "3", "--service-monitor")
    documents = manifests.load_all(text)
    assert len(documents) == 7
    for document in documents:
        manifests.check(document)


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["{folder}/none.onnx"], "none.onnx: no such file"),
        (["{folder}/empty"], "empty: no models in it"),
        (["{folder}/broken.onnx"], "broken.onnx: no whole ONNX model"),
        (["{folder}/shop", "--to", "nomad"], "kubernetes, kserve, compose or systemd"),
        (["{folder}/shop", "--memory", "2GBB"], "--memory 2GBB"),
        (["{folder}/shop", "--replicas", "0"], "--replicas 0"),
        (["{folder}/shop", "--max-replicas", "1", "--min-replicas", "2"], "is below"),
        (["{folder}/shop", "--measure", "--memory", "1Gi"], "--measure with --memory"),
        (["{folder}/shop", "--kustomize", "{folder}/k", "-o", "x"], "--kustomize with --output"),
        (["{folder}/shop", "--drain-delay", "soon"], "--drain-delay"),
        (["{folder}/any-port.yaml"], "http_port 0"),
        (
            ["{folder}/shop", *("--model-url", "https://a/b%2Eonnx", "--model-url", "s3://c/d/b.onnx", *2 * ["--model-sha256", SHA256])],
            'two files are called "b.onnx"',
        ),
        (["{folder}/shop", "-o", "{folder}/none/x.yaml"], "none/x.yaml"),
        (["{folder}/m.onnx", "-o", "{folder}/m.onnx"], "would be overwritten"),
        (["{folder}/m.onnx", "-o", "{folder}/link.yaml"], "would be overwritten"),
        (["{folder}/shop", "-o", "{folder}/shop/first/1/model.onnx"], "would be overwritten"),
        (["{folder}/app.yaml", "-o", "{folder}/app.yaml"], "would be overwritten"),
        (["{folder}/below/app.yaml"], "must lie in one folder"),
        (["{folder}/m.onnx", "--env", "SLIPWAY_INSTANCES=many"], "SLIPWAY_INSTANCES"),
        (["{folder}/m.onnx", "--env", "SLIPWAY_LOG_LEVEL=nonsense"], 'SLIPWAY_LOG_LEVEL: log level "nonsense": trace, debug'),
        (["{folder}/m.onnx", "--env", "SLIPWAY_LOG_FORMAT=xml"], 'SLIPWAY_LOG_FORMAT: log format "xml": text or json'),
        (["{folder}/m.onnx", "--env", "SLIPWAY_NAME=a/b"], "SLIPWAY_NAME: --name a/b: "),
        (["{folder}/m.onnx", "--env", "SLIPWAY_HTPP_PORT=90"], "none that slipway serve knows; SLIPWAY_HTTP_PORT?"),
        (["{folder}/m.onnx", "--secret-env", "SLIPWAY_TOKEN=a/b"], "none that slipway serve knows"),
        (["{folder}/m.onnx", "--program", "/bin/slipway"], "--program: means nothing"),
        (["{folder}/m.onnx", "--to", "kserve", "--storage-uri", "ftp://a/b"], "what KServe takes"),
        ([""], "a model file, a folder"),
        (["{folder}/m.onnx", "-o", "{folder}/shop/../m.yaml"], "a server would read it as the configuration of m.onnx"),
    ],
)
def test_what_is_wrong_is_said(made, tmp_path, arguments, says):
    shutil.copytree(made / "shop", tmp_path / "shop")
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    shutil.copy(made / "m.onnx", tmp_path / "m.onnx")
    (tmp_path / "any-port.yaml").write_text("server:\n  http_port: 0\nmodels:\n  - path: m.onnx\n")
    (tmp_path / "app.yaml").write_text("models:\n  - path: m.onnx\n")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "app.yaml").write_text("models:\n  - path: ../m.onnx\n")
    (tmp_path / "link.yaml").symlink_to("m.onnx")
    before = (tmp_path / "m.onnx").read_bytes()
    arguments = [one.format(folder=tmp_path) for one in arguments]
    to = [] if "--to" in arguments else ["--to", "kubernetes"]
    done = run("deploy", *arguments, *to, "--image", IMAGE)
    assert done.returncode in (1, 2) and done.stdout == ""
    assert (tmp_path / "m.onnx").read_bytes() == before
    assert says in done.stderr and done.stderr.startswith("slipway deploy: ") and done.stderr.count("\n") == 1


def test_memory_is_measured_and_may_be_said_again(made):
    arguments = [made / "shop", "--image", IMAGE, "--to", "kubernetes"]
    done = run("deploy", *arguments, "--measure")
    assert done.returncode == 0, done.stderr
    for model in ("first", "second"):
        assert re.search(rf'model "{model}": \S+ requests a second, each \S+ ms of one core at most\n', done.stderr), done.stderr
    (again,) = re.findall(r"(--memory \S+ --memory-limit \S+) gives the same again", done.stderr)
    assert deploy(*arguments, *again.split()) == done.stdout
    most = int(re.search(r"at most (\d+)Mi of memory", done.stderr)[1])
    asked = manifests.by_kind(done.stdout)["Deployment"]["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["memory"]
    assert most < int(asked.removesuffix("Mi")) < 2 * most + 64


def test_a_device_that_is_not_here_is_noted(made, tmp_path):
    shutil.copy(made / "m.onnx", tmp_path / "m.onnx")
    (tmp_path / "m.yaml").write_text("device: gpu:0\n")
    arguments = [tmp_path / "m.onnx", "--to", "kubernetes", "--image", IMAGE, "--gpus", "1"]
    done = run("deploy", *arguments)
    assert done.returncode == 0 and "Deployment" in manifests.by_kind(done.stdout), done.stderr
    assert 'model "m", version 1: no backend here has its device gpu:0' in done.stderr
    assert "--gpus: the backends that come with this version compute on the CPU" in done.stderr
    (tmp_path / "m.yaml").write_text("device: gpu:0\nbackend: none\n")
    done = run("deploy", *arguments)
    assert done.returncode != 0 and 'no backend "none"' in done.stderr


def test_an_image_that_nobody_can_name_again_is_noted(made):
    done = run("deploy", made / "shop", "--to", "kubernetes", "--image", "example.org/shop")
    assert done.returncode == 0 and "no tag but latest" in done.stderr
