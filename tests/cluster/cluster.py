"""Replicas of the program, a real HAProxy before them, and clients that keep a ledger."""
import collections
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import threading

import numpy as np
from onnx import TensorProto, helper, numpy_helper

import tiny_models
from http_call import call
from program import ROOT, Server, wait_until

CONFIGURATION = ROOT / "samples" / "cluster" / "haproxy.cfg"
HAPROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"
DEPTH = 768


def make_version(folder: pathlib.Path, version: int) -> None:
    """x [batch, 4] -> y [batch, 4], `version` times x, after some work; moved into place when it is whole."""
    weights = np.random.default_rng(1).standard_normal((4, DEPTH)).astype(np.float32)
    square = np.random.default_rng(2).standard_normal((DEPTH, DEPTH)).astype(np.float32) / DEPTH
    constants = {"up": weights, "square": square, "zero": np.float32([0]), "factor": np.float32([version])}
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value))
        for name, value in constants.items()
    ]
    nodes += [
        helper.make_node("MatMul", ["x", "up"], ["wide"]),
        helper.make_node("MatMul", ["wide", "square"], ["mixed"]),
        helper.make_node("ReduceMean", ["mixed"], ["mean"], axes=[1]),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Mul", ["x", "factor"], ["times"]),
        helper.make_node("Add", ["times", "nothing"], ["y"]),
    ]
    place = folder / "m" / f".{version}"
    place.mkdir(parents=True)
    tiny_models.save(
        place / "model.onnx",
        nodes,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 4])],
    )
    place.rename(folder / "m" / str(version))


class Replica:
    """One server with a repository of its own, that may end and begin again at its address."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        make_version(folder, 1)
        self.http = self.grpc = "0"
        self.start()
        self.http = self.server.address.rsplit(":", 1)[1]
        self.grpc = self.server.grpc_address.rsplit(":", 1)[1]

    def start(self) -> None:
        ports = ["--http-port", self.http, "--grpc-port", self.grpc, "--metrics-port", "none"]
        options = ["--watch", "--drain-delay", "1s", "--backend", "onnxruntime"]
        self.server = Server([self.folder, *options], ports=ports)

    def kill(self) -> None:
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait(10)

    def drain(self) -> int:
        self.server.process.send_signal(signal.SIGTERM)
        return self.server.process.wait(30)

    def serves(self, version: int) -> bool:
        return call(f"{self.server.url}/v2/models/m/versions/{version}/ready").status == 200

    def stop(self) -> None:
        self.server.stop()


class Mortal:
    """In a replica's place: says that it is ready, and ends the connection within each inference: after the "head" of the
    request or all of it ("body"), by a "reset", as a process does that is killed before it has read all, or a "close".
    Without `after` it answers them. `ended` counts the ends."""

    def __init__(self, after: str = "", by: str = ""):
        self._after, self._by = after, by
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.server = self
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.ended = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=self._listener.accept()[:1], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError):
            while request := stream.readline():
                head = http.client.parse_headers(stream)
                ends = bool(self._after) and request.startswith(b"POST")
                if not (ends and self._after == "head"):
                    stream.read(int(head.get("Content-Length", 0)))
                if ends:
                    self.ended += 1
                    if self._by == "reset":
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # which wakes who waits for a connection
        self._listener.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Balancer:
    """HAProxy with the sample's configuration."""

    def __init__(self, folder: pathlib.Path, replicas: list[Replica]):
        self.port = free_port()
        self.socket = folder / "haproxy.sock"
        addresses = {f"REPLICA_{i}": r.server.address for i, r in enumerate(replicas, 1)}
        environment = os.environ | addresses | {"BIND": f"127.0.0.1:{self.port}", "SOCKET": str(self.socket)}
        self.log = (folder / "haproxy.log").open("w")
        self.process = subprocess.Popen(
            [HAPROXY, "-db", "-f", CONFIGURATION], env=environment, stdout=self.log, stderr=subprocess.STDOUT
        )
        wait_until(self._all_up, "the balancer has found its replicas")

    def _all_up(self) -> bool:
        assert self.process.poll() is None, (self.socket.parent / "haproxy.log").read_text()
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):  # it is there before it listens
            return self.states().count("UP") >= 3
        return False

    def command(self, line: str) -> str:
        with socket.socket(socket.AF_UNIX) as admin:
            admin.settimeout(10)
            admin.connect(str(self.socket))
            admin.sendall(line.encode() + b"\n")
            answer = b""
            while piece := admin.recv(1 << 16):
                answer += piece
        return answer.decode()

    def states(self) -> list[str]:
        rows = [line.split(",") for line in self.command("show stat").splitlines() if line.startswith("replicas,replica")]
        return [row[17] for row in rows]

    def add(self, replica: Replica) -> None:
        number = len(self.states()) + 1
        self.command(
            f"add server replicas/replica{number} {replica.server.address} check inter 200ms fastinter 100ms fall 1 rise 1"
        )
        self.command(f"enable health replicas/replica{number}")
        self.command(f"enable server replicas/replica{number}")
        wait_until(lambda: self.states()[number - 1] == "UP", "the added replica takes requests")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


class Ledger:
    """What became of each request, by the phase in which it was sent. Threads add to it."""

    COLUMNS = ("sent", "answered", "refused", "lost")

    def __init__(self):
        self._lock = threading.Lock()
        self.phase = "before"
        self.counts: dict[str, collections.Counter] = {}
        self.faults: list[str] = []

    def add(self, phase: str, outcome: str, fault: str = "") -> None:
        with self._lock:
            self.counts.setdefault(phase, collections.Counter()).update(["sent", outcome])
            if fault:
                self.faults.append(f"{phase}: {fault}")

    def total(self, column: str) -> int:
        return sum(count[column] for count in self.counts.values())

    def __str__(self) -> str:
        lines = [f"{'':32}" + "".join(f"{c:>10}" for c in self.COLUMNS)]
        for phase, count in self.counts.items():
            lines.append(f"{phase:32}" + "".join(f"{count[c]:>10}" for c in self.COLUMNS))
        lines.append(f"{'in all':32}" + "".join(f"{self.total(c):>10}" for c in self.COLUMNS))
        return "\n".join(lines)


class Load:
    """Clients that ask without a pause, each on one connection that it keeps, and check every number of every answer."""

    def __init__(self, ask, ledger: Ledger, clients: int = 6):
        self.ledger = ledger
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(ask, number)) for number in range(clients)]

    def _run(self, ask, number: int) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            phase = self.ledger.phase
            outcome, fault = ask(number, [number, count, -count, 0.5])
            self.ledger.add(phase, outcome, fault)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def phase(self, name: str, least: int = 300) -> None:
        """From now on requests count under this name; returns when there were some of it."""
        self.ledger.phase = name
        wait_until(lambda: self.ledger.counts.get(name, {}).get("sent", 0) >= least, f"{least} requests while {name}")


class HttpClients:
    """`ask` of Load over HTTP, through the balancer, without a retry of the client's own."""

    def __init__(self, port: int):
        self.port = port
        self.connections: dict[int, http.client.HTTPConnection] = {}

    def __call__(self, number: int, row: list) -> tuple[str, str]:
        connection = self.connections.setdefault(number, http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))
        body = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 4], "data": row}]})
        try:
            connection.request("POST", "/v2/models/m/infer", body)
            answer = connection.getresponse()
            text = answer.read()
        except OSError as error:
            connection.close()
            return "lost", repr(error)
        except http.client.HTTPException as error:
            connection.close()
            return "lost", repr(error)
        if answer.status in (429, 503) and b"haproxy" not in text.lower() and text.startswith(b"{"):
            return "refused", text.decode()
        if answer.status != 200:
            return "lost", f"{answer.status} {text[:200]!r}"
        return self.judged(json.loads(text), row)

    @staticmethod
    def judged(answer: dict, row: list) -> tuple[str, str]:
        expected = [int(answer["model_version"]) * value for value in row]
        given = answer["outputs"][0]["data"]
        return ("answered", "") if given == expected else ("lost", f"{given} given, {expected} expected")

