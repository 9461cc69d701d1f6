"""Starts the program as a user would, and ends it by its own pid."""
import os
import pathlib
import queue
import re
import resource
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable

from http_call import call

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "build" / "models"
SPEECH_MODEL = ROOT / "build" / "speech" / "moonshine-base-en"
PROGRAM = ROOT / "build" / "slipway"
START_LIMIT_S = 60
STOP_LIMIT_S = 20
WAIT_LIMIT_S = 20
WAIT_STEP_S = 0.005
# What is measured of backends is kept for the run of the tests and not in the user's home.
CACHE = tempfile.TemporaryDirectory(prefix="slipway_cache_")
os.environ["SLIPWAY_CACHE_DIR"] = CACHE.name
ANY_PORT = ["--http-port", "0", "--grpc-port", "0", "--metrics-port", "none"]


class Server:
    """One `slipway serve` on a free port of the loopback. `url` is its address, `log` what it wrote so far.

    with Server(["build/models"]) as server:
        requests.get(server.url + "/v2/health/ready")

    `ports=[]` leaves the ports to an app file; what else is named (`env`, `cwd`, `stderr`) is subprocess.Popen's.
    """

    def __init__(
        self, arguments: list, environment: dict | None = None, *, ports: list = ANY_PORT, program=PROGRAM, **popen
    ):
        self.log: list[str] = []
        self._lines: queue.Queue = queue.Queue()
        options = {"stderr": subprocess.STDOUT, "env": os.environ | (environment or {})} | popen
        self.process = subprocess.Popen(
            [program, "serve", *map(str, arguments), *map(str, ports)],
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
            **options,
        )
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.url = self._wait_for_address()
        except Exception:
            self.stop()
            raise
        self.address = self.url.removeprefix("http://")
        grpc = re.search(r"gRPC (\S+)", "".join(self.log))
        self.grpc_address = grpc[1] if grpc else None

    def _read(self) -> None:
        for line in self.process.stdout:
            self.log.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def _wait_for_address(self) -> str:
        end = time.monotonic() + START_LIMIT_S
        while (left := end - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                raise RuntimeError(f"the server ended with {self.process.wait()}:\n{''.join(self.log)}")
            if found := re.search(r"listening on (http://[^\s\"]+)", line):
                return found[1]
        raise RuntimeError(f"no address within {START_LIMIT_S} s:\n{''.join(self.log)}")

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that have these labels; 0 where there is none."""
        wanted = {f'{key}="{value}"' for key, value in labels.items()}
        total = 0.0
        for line in call(self.url + "/metrics").body.decode().splitlines():
            sample, _, value = line.rpartition(" ")
            found, _, has = sample.partition("{")
            if found == name and wanted <= set(has.rstrip("}").split(",")):
                total += float(value)
        return total

    def wait_for(self, least: float, name: str, **labels: str) -> None:
        """Until a metric is at least this: how a test knows that a request runs, waits or was dropped."""
        wait_until(lambda: self.metric(name, **labels) >= least, f"{name} {labels} is at least {least}")

    def stop(self) -> int:
        """Asks it to end, and gives its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.stop()


def run(*arguments, program=PROGRAM, **options) -> subprocess.CompletedProcess:
    """One command of the program, to its end. `options` are subprocess.run's."""
    command = [program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, **({"timeout": START_LIMIT_S} | options))


def limit_files(most_bytes: int) -> None:
    """Before a program begins, which takes restore_signals=False: it cannot write more, as where the disk is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


def run_serve(arguments: list) -> subprocess.CompletedProcess:
    """For command lines that must end by themselves."""
    return run("serve", *arguments, *ANY_PORT)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Asks until it is so, and fails after WAIT_LIMIT_S."""
    end = time.monotonic() + WAIT_LIMIT_S
    while not condition():
        assert time.monotonic() < end, f"not within {WAIT_LIMIT_S} s: {what}"
        time.sleep(WAIT_STEP_S)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def fake_model(folder: pathlib.Path, *lines: str, name: str = "m") -> pathlib.Path:
    """A model that gives x [batch,4] back as y and beyond that does as `lines` say (backends/fake/fake_model.hpp)."""
    path = folder / f"{name}.fake"
    path.write_text("\n".join(["input=x FP32 -1,4 batch,", "output=y FP32 -1,4 batch,", *lines]) + "\n")
    return path


def rows(*values: float) -> dict:
    """A request to such a model: a row of four for each value."""
    data = [[value] * 4 for value in values]
    return {"inputs": [{"name": "x", "datatype": "FP32", "shape": [len(values), 4], "data": data}]}
