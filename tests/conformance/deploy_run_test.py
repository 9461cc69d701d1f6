"""What `slipway deploy` writes, run by podman: from Kubernetes' objects, and from a Compose file."""
import concurrent.futures
import contextlib
import functools
import hashlib
import http.server
import json
import os
import pathlib
import sys
import threading

import pytest
import yaml

import manifests
import tiny_models
from containers import Podman
from http_call import call
from program import free_port, run, wait_until

COMPOSE = pathlib.Path(sys.executable).parent / "podman-compose"
IMAGE = f"localhost/slipway-deploy-{os.getpid()}:1"


@pytest.fixture(scope="module")
def podman(tmp_path_factory) -> Podman:
    found = Podman(tmp_path_factory.mktemp("podman"))
    if not found.takes_images():
        pytest.skip("podman takes no image here")
    return found


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("model")
    tiny_models.make_all(folder)
    return folder / "identity_fp32.onnx"


@pytest.fixture(scope="module")
def image(podman, model, tmp_path_factory):
    archive = tmp_path_factory.mktemp("image") / "image.tar"
    done = run("pack", model, "--image", IMAGE, "-o", archive)
    assert done.returncode == 0, done.stderr
    podman.right("load", "-i", archive)
    yield IMAGE
    podman("rmi", "-f", IMAGE)


@pytest.fixture(scope="module")
def pods(podman, image, tmp_path_factory) -> Podman:
    """Podman, where it plays a pod that is none of ours: what it then refuses is wrong in itself."""
    limits = {"limits": {"cpu": "1", "memory": "256Mi"}}
    container = {"name": "probe", "image": image, "command": ["/usr/bin/slipway", "--version"], "resources": limits}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"slipway-probe-{os.getpid()}"},
        "spec": {"restartPolicy": "Never", "containers": [container]},
    }
    file = tmp_path_factory.mktemp("probe") / "pod.yaml"
    file.write_text(yaml.safe_dump(pod))
    done = podman("kube", "play", "--network", "host", file)
    podman("kube", "down", file)
    if done.returncode != 0:
        pytest.skip(f"podman plays no pod here: {done.stderr[-300:]}")
    return podman


@pytest.fixture(scope="module")
def compose(podman, image, tmp_path_factory) -> Podman:
    """Podman, where podman-compose runs a file that is none of ours."""
    service = {
        "image": image,
        "ports": [f"127.0.0.1:{free_port()}:8000"],
        "deploy": {"resources": {"limits": {"cpus": "1", "memory": "256M"}}},
    }
    file = tmp_path_factory.mktemp("probe") / "compose.yaml"
    file.write_text(yaml.safe_dump({"name": f"slipway-probe-{os.getpid()}", "services": {"probe": service}}))
    up = podman("-f", file, "up", "-d", program=COMPOSE)
    podman("-f", file, "down", "-t", "1", program=COMPOSE)
    if up.returncode != 0:
        pytest.skip(f"podman-compose runs nothing here: {up.stderr[-300:]}")
    return podman


def ask(url: str) -> list:
    body = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}]})
    answer = call(f"{url}/v2/models/identity_fp32/infer", body.encode())
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["outputs"][0]["data"]


def ready(url: str) -> bool:
    try:
        return call(url + "/v2/health/ready").status == 200
    except OSError:
        return False


def on_the_hosts_network(deployment: dict, port: int) -> dict:
    """The deployment with a port of its own: others may have the usual ones, and podman publishes those that are named."""
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    del container["ports"]
    own = {"SLIPWAY_HTTP_PORT": str(port), "SLIPWAY_GRPC_PORT": "none", "SLIPWAY_METRICS_PORT": "none"}
    for variable in container["env"]:
        variable["value"] = own.pop(variable["name"], variable["value"])
    assert not own, "the manifest says every port"
    return deployment


@contextlib.contextmanager
def played(podman: Podman, document: dict, folder: pathlib.Path):
    file = folder / "objects.yaml"
    file.write_text(yaml.safe_dump(document))
    done = podman("kube", "play", "--network", "host", file)
    try:
        assert done.returncode == 0, done.stderr
        yield
    finally:
        made = podman("ps", "-aq", "--filter", f"name={document['metadata']['name']}").stdout.split()
        seen = json.loads(podman("inspect", *made).stdout) if made else []
        volumes = {mount["Name"] for one in seen for mount in one.get("Mounts", []) if mount["Type"] == "volume"}
        podman("kube", "down", file)
        podman("volume", "rm", *volumes)  # which it leaves


def deployment_of(model: pathlib.Path, *options) -> dict:
    done = run("deploy", model, "--to", "kubernetes", "--replicas", "1", *options)
    assert done.returncode == 0, done.stderr
    return manifests.by_kind(done.stdout)["Deployment"]


def test_podman_plays_the_deployment(pods, image, model, tmp_path):
    name, port = f"slipway-{os.getpid()}", free_port()
    url = f"http://127.0.0.1:{port}"
    deployment = on_the_hosts_network(deployment_of(model, "--image", image, "--name", name, "--drain-delay", "1s"), port)
    with played(pods, deployment, tmp_path):
        (started,) = pods.right("ps", "-q", "--filter", f"name={name}-pod-0-slipway").split()
        wait_until(lambda: ready(url), "ready")
        (seen,) = json.loads(pods.right("inspect", started))
        assert seen["HostConfig"]["ReadonlyRootfs"] and seen["EffectiveCaps"] in (None, [])
        assert seen["Config"]["User"] == "65532:65532"
        assert ask(url) == [1, 2, 3]
        grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            stopped = pool.submit(pods.right, "stop", "-t", grace, started)
            # told by its drain delay before it goes, and answering meanwhile
            wait_until(lambda: call(url + "/v2/health/ready").status == 503, "not ready")
            assert ask(url) == [1, 2, 3]
            stopped.result()
        (ended,) = json.loads(pods.right("inspect", started))
        assert ended["State"]["ExitCode"] == 0


def test_a_model_is_fetched_before_the_server_starts(pods, image, model, tmp_path):
    (tmp_path / "store").mkdir()
    data = model.read_bytes()
    (tmp_path / "store" / "fetched.onnx").write_bytes(data)
    name, port = f"slipway-fetch-{os.getpid()}", free_port()
    url = f"http://127.0.0.1:{port}"
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "store")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as store:
        threading.Thread(target=store.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{store.server_port}/fetched.onnx"
        options = ["--model-url", address, "--model-sha256", hashlib.sha256(data).hexdigest()]
        deployment = on_the_hosts_network(deployment_of(model, "--image", image, "--name", name, *options), port)
        # podman starts an init container again where the pod's policy is Always, which a Deployment's must be
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name},
            "spec": deployment["spec"]["template"]["spec"] | {"restartPolicy": "Never"},
        }
        with played(pods, pod, tmp_path):
            wait_until(lambda: ready(url), "ready")
            assert call(url + "/v2/models/fetched/ready").status == 200
            assert call(url + "/v2/models/identity_fp32").status == 404, "the image's own is not served"
        store.shutdown()


def test_podman_compose_runs_the_file(compose, image, model, tmp_path):
    name, port = f"slipway-{os.getpid()}", free_port()
    # ports that the image was not packed with, and others may have the usual ones
    app = model.with_name("app.yaml")
    app.write_text(f"server: {{http_port: {port}, grpc_port: none, metrics_port: none}}\nmodels:\n  - path: {model}\n")
    done = run("deploy", app, "--image", image, "--to", "compose", "--name", name)
    assert done.returncode == 0, done.stderr
    document = yaml.safe_load(done.stdout)
    file = tmp_path / "compose.yaml"
    file.write_text(done.stdout)
    up = compose("-f", file, "up", "-d", program=COMPOSE)
    try:
        assert up.returncode == 0, up.stderr
        url = f"http://127.0.0.1:{port}"
        (started,) = compose.right("ps", "-q", "--filter", f"name={name}").split()
        wait_until(lambda: ready(url), "ready")
        assert ask(url) == [1, 2, 3]
        # what its health check runs
        assert compose("exec", started, *document["services"][name]["healthcheck"]["test"][1:]).returncode == 0
        (seen,) = json.loads(compose.right("inspect", started))
        assert seen["HostConfig"]["ReadonlyRootfs"] and seen["EffectiveCaps"] in (None, [])
        assert seen["HostConfig"]["Memory"] > 0 and seen["HostConfig"]["NanoCpus"] == 1_000_000_000
        compose.right("-f", file, "stop", program=COMPOSE)
        (ended,) = json.loads(compose.right("inspect", started))
        assert ended["State"]["ExitCode"] == 0
    finally:
        compose("-f", file, "down", program=COMPOSE)
