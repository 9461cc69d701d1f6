"""Starts Slipway and the servers that it is compared with, each on free ports of its own."""
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from load import Failed, Grpc, Http

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".deps/python/bin/python"
PEERS = ROOT / "bench/peers"


class Server:
    """A server process of ours: ended by its own pid (and its group, for servers that fork)."""

    def __init__(self, command, ready, folder, at_end, env=None, limit=60):
        log = folder / "log"
        try:
            with log.open("wb") as out:
                self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                                env={**os.environ, **(env or {})}, cwd=folder, start_new_session=True)
        except OSError as error:
            raise Failed(str(error)) from None
        at_end(self.stop)
        self.wait_for(ready, log, limit)

    def wait_for(self, url, log, limit):
        end = time.monotonic() + limit
        while True:
            try:
                urllib.request.urlopen(url, timeout=1).read()
                return
            except (OSError, http.client.HTTPException):  # also an answer that says it is not ready yet
                pass
            exited, late = self.process.poll() is not None, time.monotonic() > end
            if exited or late:
                lines = log.read_text(errors="replace").split("\n")
                said = next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
                raise Failed(("it ended as it started" if exited else f"not ready within {limit} s") + f"; it said: {said}")
            time.sleep(0.05)

    def stop(self):
        """Ends the process, which ends its children if it is a good parent; then what of its group outlives it."""
        self.process.terminate()
        try:
            self.process.wait(40)  # Mosec waits 30 s for what wrk asked last and went away from; killed, it leaves files
        except subprocess.TimeoutExpired:
            pass
        for number, limit in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            end = time.monotonic() + limit
            if any(self.group()):
                os.killpg(self.process.pid, number)
            while any(self.group()) and time.monotonic() < end:
                self.process.poll()
                time.sleep(0.02)

    def group(self):
        """The stat fields, from the state on, and the folder in /proc of each living process of the group."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid and fields[0] != "Z":
                yield fields, folder

    def cpu_seconds(self):
        """User and system time of the group."""
        return sum(int(fields[11]) + int(fields[12]) for fields, _ in self.group()) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self):
        pages = 0
        for _, folder in self.group():
            try:
                pages += int((folder / "statm").read_text().split()[1])
            except OSError:
                continue
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def settle(self, limit=5):
        """Waits until what the load left behind is done, so that it takes no time from the server that is next."""
        end, before = time.monotonic() + limit, self.cpu_seconds()
        while time.monotonic() < end:
            time.sleep(0.1)
            now = self.cpu_seconds()
            if now - before < 0.02:
                return
            before = now


def requests_total(url, model='[^"]*'):
    """What a Slipway has counted since it started, of one model or of all."""
    text = urllib.request.urlopen(f"{url}/metrics", timeout=30).read().decode()
    return sum(float(v) for v in re.findall(rf'^slipway_requests_total\{{[^}}]*model="{model}"[^}}]*\}} (\S+)$', text, re.M))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def environment(name):
    """The Python environment of a peer whose packages contradict the other peers'; made when it is first asked for."""
    folder = ROOT / ".deps/peers" / name
    requirements = ROOT / f"requirements-bench-{name}.txt"
    stamp, wanted = folder / "made-from", hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"· packages of {name}: to {folder.relative_to(ROOT)} …", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        for command in (["/usr/bin/python3", "-m", "venv", folder],
                        [folder / "bin/python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
                         "--no-deps", "--require-hashes", "--only-binary", ":all:", "-q", "-r", requirements]):
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=900)
            except subprocess.TimeoutExpired:
                raise Failed("its packages could not be installed within 900 s") from None
            if done.returncode:
                lines = (done.stdout + done.stderr).strip().split("\n")
                raise Failed("its packages could not be installed: " +
                             next((line for line in lines if line.startswith("ERROR")), lines[-1]))
        stamp.write_text(wanted)
    return folder


# Each of these starts one server for one model and returns it with its rows of the table: names, and loads to put on it.
# The folder is empty and its own; at_end takes what is to be called at the end, the last thing first.


def slipway(backend):
    def start(model, path, folder, at_end):
        port, grpc_port = free_port(), free_port()
        base = f"http://127.0.0.1:{port}/v2"
        server = Server([ROOT / "build/slipway", "serve", path, "--name", model, "--backend", backend,
                         "--http-port", port, "--grpc-port", grpc_port, "--metrics-port", "none"],
                        f"{base}/health/ready", folder, at_end)
        infer = f"{base}/models/{model}/infer"
        return server, [Http(infer, model, folder), Http(infer, model, folder, binary=True), Grpc(grpc_port, model, folder)]
    return start


def fastapi(workers):
    def start(model, path, folder, at_end):
        port = free_port()
        # uvloop, for two workers above all: they share a socket that uvicorn made without naming its protocol, on which
        # asyncio does not set TCP_NODELAY. Head and body of an answer are two writes, so the second one waited for the
        # client's delayed acknowledgement: 44 ms an answer, with any client. uvloop sets it on every connection.
        server = Server([PYTHON, "-m", "uvicorn", "fastapi_server:app", "--app-dir", PEERS, "--port", port,
                         "--workers", workers, "--loop", "uvloop", "--http", "httptools", "--log-level", "error"],
                        f"http://127.0.0.1:{port}/ready", folder, at_end, {"MODEL": str(path)})
        return server, [Http(f"http://127.0.0.1:{port}/infer", model, folder)]
    return start


def mosec(model, path, folder, at_end):
    port = free_port()
    server = Server([PYTHON, PEERS / "mosec_server.py", "--port", port, "--timeout", "30000", "--log-level", "error"],
                    f"http://127.0.0.1:{port}/", folder, at_end, {"MODEL": str(path)})
    return server, [Http(f"http://127.0.0.1:{port}/inference", model, folder)]


def litserve(model, path, folder, at_end):
    port = free_port()
    server = Server([PYTHON, PEERS / "litserve_server.py", "--port", port], f"http://127.0.0.1:{port}/health", folder,
                    at_end, {"MODEL": str(path)})
    return server, [Http(f"http://127.0.0.1:{port}/infer", model, folder)]


def mlserver(model, path, folder, at_end):
    port, grpc_port = free_port(), free_port()
    # Whichever is the faster: to hand a request to a worker process costs several times what the MLP does.
    workers = 0 if model == "mlp" else os.cpu_count()
    (folder / "settings.json").write_text(json.dumps({
        "debug": False, "host": "127.0.0.1", "http_port": port, "grpc_port": grpc_port, "metrics_endpoint": None,
        "parallel_workers": workers}))
    (folder / "model-settings.json").write_text(json.dumps({"name": model, "implementation": "mlserver_runtime.Runtime"}))
    base = f"http://127.0.0.1:{port}/v2/models/{model}"
    server = Server([environment("mlserver") / "bin/mlserver", "start", folder], f"{base}/ready", folder, at_end,
                    {"MODEL": str(path), "PYTHONPATH": str(PEERS)})
    return server, [Http(f"{base}/infer", model, folder), Grpc(grpc_port, model, folder)]


def triton(model, path, folder, at_end):
    place = environment("triton")
    program = next(place.glob("lib/python3*/site-packages/pytriton")) / "tritonserver"
    # The stub that runs the model is linked with one Python's library; it finds the wheel's libraries from here only.
    stub = program / "backends/python/triton_python_backend_stub"
    shutil.copy(program / f"python_backend_stubs/3.{sys.version_info.minor}" / stub.name, stub)
    libraries = subprocess.run(["ldd", stub], capture_output=True, text=True, timeout=30).stdout
    missing = [line.split()[0] for line in libraries.split("\n") if "not found" in line]
    if missing:
        raise Failed(f"this machine has no {', '.join(missing)} (Debian's libpython3.{sys.version_info.minor})")

    (folder / model / "1").mkdir(parents=True)
    shutil.copy(PEERS / "triton_model.py", folder / model / "1/model.py")
    (folder / model / "config.pbtxt").write_text(triton_config(model, path))
    # Its shared memory has a name by which what a killed server leaves of it is found.
    prefix = f"slipway_bench_{os.getpid()}_{model}_"
    at_end(lambda: [left.unlink() for left in Path("/dev/shm").glob(f"{prefix}*")])
    port, grpc_port = free_port(), free_port()
    base = f"http://127.0.0.1:{port}/v2"
    # The stub ignores PYTHONPATH, and takes the environment whose python3 comes first in PATH.
    server = Server([program / "bin/tritonserver", f"--model-repository={folder}", "--backend-directory",
                     program / "backends", f"--backend-config=python,shm-region-prefix-name={prefix}",
                     "--http-address", "127.0.0.1", "--http-port", port, "--grpc-address", "127.0.0.1",
                     "--grpc-port", grpc_port, "--allow-metrics=false"],
                    f"{base}/health/ready", folder, at_end,
                    {"MODEL": str(path), "PATH": f"{place / 'bin'}:{os.environ['PATH']}"})
    return server, [Http(f"{base}/models/{model}/infer", model, folder), Grpc(grpc_port, model, folder)]


def triton_config(model, path):
    """An instance a core. Batches for the MLP, which they help; none for MiniLM, which is slower with them."""
    import onnxruntime
    batches = model == "mlp"
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    types = {"tensor(float)": "TYPE_FP32", "tensor(int64)": "TYPE_INT64"}
    lines = [f'name: "{model}"', 'backend: "python"', f"instance_group {{ count: {os.cpu_count()} kind: KIND_CPU }}"]
    if batches:
        lines += ["max_batch_size: 32", "dynamic_batching { }"]
    for kind, tensors in (("input", session.get_inputs()), ("output", session.get_outputs())):
        for t in tensors:
            shape = [d if isinstance(d, int) else -1 for d in t.shape][1 if batches else 0:]
            lines.append(f'{kind} {{ name: "{t.name}" data_type: {types[t.type]} dims: {shape} }}')
    return "\n".join(lines) + "\n"


# The rows of each server, and what starts it. The first one is ours.
SERVERS = [
    (["Slipway, JSON", "Slipway, binary", "Slipway, gRPC"], slipway("onnxruntime")),
    (["Slipway auto, JSON", "Slipway auto, binary", "Slipway auto, gRPC"], slipway("auto")),
    (["FastAPI, 1 worker"], fastapi(1)),
    (["FastAPI, 2 workers"], fastapi(2)),
    (["Mosec"], mosec),
    (["LitServe"], litserve),
    (["MLServer, JSON", "MLServer, gRPC"], mlserver),
    (["Triton, JSON", "Triton, gRPC"], triton),
]
