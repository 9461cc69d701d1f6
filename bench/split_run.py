"""How bench/split.py runs its application: in containers that podman makes of images from a registry, or as processes."""
import itertools
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

from load import Failed
from servers import Server, free_port
from split_parts import CHANGES, PROGRAM, STAYS, repository

BOTH = "both"
PARTS = {"one": [BOTH], "two": [STAYS, CHANGES]}  # the programs of each shape
MODELS_OF = {BOTH: [STAYS, CHANGES], STAYS: [STAYS], CHANGES: [CHANGES]}
MEMORY = {BOTH: "768m", STAYS: "256m", CHANGES: "512m"}
CPUS = {BOTH: {"cpus": 2}, STAYS: {"cpus": 1}, CHANGES: {"cpus": 1}}  # together as many, of a machine with two
BACKEND = ["--backend", "onnxruntime"]
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
# crun refuses hybrid control groups, and a machine without CAP_SYS_RESOURCE grants no higher limits
PODMAN = ["podman", "--runtime", "/usr/sbin/runc"]
ULIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"]


def place(folder, part, version):
    """Where the models of a part lie with that version of the model that changes."""
    both = folder / f"v{version}" / BOTH
    return both if part == BOTH else both / part


def prepare(folder):
    for version in (1, 2):
        repository(place(folder, BOTH, version), {STAYS: 1, CHANGES: version})


def size_of(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


class Registry:
    """Debian's docker-registry on the loopback, whose log says what was moved."""

    def __init__(self, stack, folder):
        folder.mkdir()
        self.address = f"127.0.0.1:{free_port()}"
        self._blobs, self._log, self._read = folder / "store", folder / "log", 0
        settings = folder / "registry.yml"
        settings.write_text(f"version: 0.1\nhttp: {{addr: '{self.address}'}}\n"
                            f"storage: {{filesystem: {{rootdirectory: {self._blobs}}}}}\n")
        Server(["docker-registry", "serve", settings], f"http://{self.address}/v2/", folder, stack.callback)

    def moved(self):
        """The bytes of the blobs that it was sent, and that it sent, since this was asked last."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            text = log.read()
        self._read += len(text)
        stored = self._blobs / "docker/registry/v2/blobs/sha256"
        digests = [d.decode() for d in re.findall(rb'"PUT /v2/\S+digest=sha256%3A([0-9a-f]{64})\S* HTTP/1.1" 201', text)]
        taken = sum((stored / digest[:2] / digest / "data").stat().st_size for digest in digests)
        return taken, sum(int(size) for size in re.findall(rb'"GET /v2/\S+/blobs/\S+ HTTP/1.1" 200 (\d+)', text))

    def layers(self, name, version):
        """The layers' sizes by their digests."""
        request = urllib.request.Request(f"http://{self.address}/v2/{name}/manifests/{version}", headers={"Accept": MANIFEST})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return {layer["digest"]: layer["size"] for layer in json.load(answer)["layers"]}


class Pushed(NamedTuple):
    layers: dict
    moved: int
    seconds: float


class Images:
    """The image of each part before the change, and of those that change after it, packed and pushed."""

    def __init__(self, stack, folder):
        self.registry = Registry(stack, folder / "registry")
        self.pushed = {}
        for part, version in ((BOTH, 1), (STAYS, 1), (CHANGES, 1), (BOTH, 2), (CHANGES, 2)):
            begin = time.perf_counter()
            execute([PROGRAM, "pack", place(folder, part, version), "--push", "--insecure-registry",
                     "--image", self.name(part, version), *BACKEND])
            seconds = time.perf_counter() - begin
            self.pushed[part, version] = Pushed(self.registry.layers(part, version), self.registry.moved()[0], seconds)

    def name(self, part, version):
        return f"{self.registry.address}/{part}:{version}"


def execute(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command[:4]))}: {done.stderr.strip()}")
    return done.stdout


class Processes:
    """Each part a process of this machine, on the models' folders."""
    kind, limits_cpu = "processes", False

    def __init__(self, folder):
        self.folder = folder

    def fetch(self, part, version):
        """Brings a version of a part; the bytes that this moves. Here they lie in place, and are what a copy would move."""
        return size_of(place(self.folder, CHANGES, version) / str(version))

    def forget(self, part, version):
        pass

    def command(self, part, version, volume, cores, environment):
        """The command, and its environment."""
        pinned = ["taskset", "-c", cores["cpuset-cpus"]] if "cpuset-cpus" in cores else []
        return [*pinned, PROGRAM, "serve", volume or place(self.folder, part, version), *BACKEND], environment

    def pid(self, server):
        return server.process.pid


class Containers:
    """Each part a container of its image, on this machine's network, with memory and cores of its own."""
    kind, limits_cpu = "containers", True

    def __init__(self, stack, images):
        self._images, self._number, self._prefix = images, itertools.count(1), f"slipway-split-{os.getpid()}"
        execute([*PODMAN, "--version"])
        stack.callback(self._end)
        for part, version in images.pushed:
            if version == 1:
                self.fetch(part, version)
        execute([*PODMAN, "run", "--rm", "--network", "host", *ULIMITS, "--memory", "256m", "--cpus", "1", "--entrypoint",
                 "/usr/bin/slipway", images.name(STAYS, 1), "--version"])

    def _end(self):
        left = execute([*PODMAN, "ps", "-aq", "--filter", f"name={self._prefix}"]).split()
        names = [self._images.name(*image) for image in self._images.pushed]
        for command in (["rm", "-f", *left], ["rmi", "-f", *names]):
            subprocess.run([*PODMAN, *command], capture_output=True, timeout=300)

    def fetch(self, part, version):
        self._images.registry.moved()
        execute([*PODMAN, "pull", "-q", "--tls-verify=false", self._images.name(part, version)])
        return self._images.registry.moved()[1]

    def forget(self, part, version):
        execute([*PODMAN, "rmi", self._images.name(part, version)])

    def command(self, part, version, volume, cores, environment):
        name = f"{self._prefix}-{next(self._number)}"
        limits = {"memory": MEMORY[part]} | cores
        options = [*(f"--{key}={value}" for key, value in limits.items()),
                   *(f"--env={key}={value}" for key, value in environment.items())]
        served = []
        if volume:
            options.append(f"--volume={volume}:/srv/{volume.name}:ro")
            served = [f"/srv/{volume.name}", *BACKEND]
        return [*PODMAN, "run", "--rm", "--name", name, "--pull", "never", "--network", "host", *ULIMITS, "--read-only", "--cap-drop",
                "ALL", *options, self._images.name(part, version), *served], {}

    def pid(self, server):
        name = server.command[server.command.index("--name") + 1]
        return int(execute([*PODMAN, "inspect", "-f", "{{.State.Pid}}", name]))


def prepared(run, part, *, version=1, volume=None, cores=None, port=None, **environment):
    """The command that serves a part, its environment, and its two ports. A volume is a folder of models that are served instead of
    those of the image."""
    port, grpc_port = port or free_port(), free_port()
    environment |= {"SLIPWAY_HOST": "127.0.0.1", "SLIPWAY_HTTP_PORT": str(port), "SLIPWAY_GRPC_PORT": str(grpc_port),
                    "SLIPWAY_METRICS_PORT": "none"}
    command, environment = run.command(part, version, volume, CPUS[part] if cores is None else cores, environment)
    return [str(c) for c in command], environment, port, grpc_port


def serve(run, stack, part, **options):
    command, environment, port, grpc_port = prepared(run, part, **options)
    own = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    server = Server(command, f"http://127.0.0.1:{port}/v2/health/ready", own, stack.callback, environment)
    server.command, server.port, server.grpc_port = command, port, grpc_port
    return server
