"""The application of bench/split.py: its two models and their versions, requests with known answers, a balancer, loads."""
import http.client
import json
import os
import shutil
import socket
import statistics
import tempfile
import threading
import time
from pathlib import Path

import numpy

from load import Failed
from servers import ROOT, Server, free_port

PROGRAM = ROOT / "build/slipway"
MODELS = ROOT / "build/models"
HAPROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"
STAYS, CHANGES = "ocr-direction", "minilm"
LOOK_S = 0.5


def write_version(folder, name, version):
    """Version 2 has the weights of version 1 and other bytes, so that every answer can be checked."""
    import onnx
    place = folder / name / f".{version}"
    place.mkdir(parents=True)
    source = MODELS / name / "1" / "model.onnx"
    if version == 1:
        shutil.copy(source, place)
    else:
        model = onnx.load(str(source))
        model.metadata_props.add(key="version", value=str(version))
        onnx.save(model, str(place / "model.onnx"))
    for file in MODELS.glob(f"{name}/*.*"):
        if file.is_file():
            shutil.copy(file, folder / name)
    place.rename(folder / name / str(version))


def repository(folder, versions):
    for name, version in versions.items():
        write_version(folder, name, version)
    return folder


class Question:
    """A V2 request to a model, and the numbers that the runtime answers."""

    def __init__(self, name):
        import onnxruntime
        rng = numpy.random.default_rng(1)
        session = onnxruntime.InferenceSession(str(MODELS / name / "1/model.onnx"), providers=["CPUExecutionProvider"])
        if name == STAYS:
            tensors = {"x": rng.standard_normal((1, 3, 48, 192)).astype(numpy.float32)}
        else:
            ids = rng.integers(1000, 20000, (1, 8)).astype(numpy.int64)
            tensors = {"input_ids": ids, "attention_mask": numpy.ones_like(ids), "token_type_ids": numpy.zeros_like(ids)}
        types = {"float32": "FP32", "int64": "INT64"}
        head = json.dumps({"inputs": [{"name": n, "datatype": types[str(v.dtype)], "shape": list(v.shape),
                                       "parameters": {"binary_data_size": v.nbytes}} for n, v in tensors.items()],
                           "parameters": {"binary_data_output": True}}).encode()
        self.path, self.body = f"/v2/models/{name}/infer", head + b"".join(v.tobytes() for v in tensors.values())
        self.headers = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))}
        self.numbers = session.run(None, tensors)[0].ravel()

    def ask(self, connection):
        """What was wrong with the answer, or nothing. OSError and HTTPException are the caller's."""
        connection.request("POST", self.path, self.body, self.headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            return f"{answer.status} {body[:200]!r}"
        head = int(answer.headers["Inference-Header-Content-Length"])
        size = json.loads(body[:head])["outputs"][0]["parameters"]["binary_data_size"]
        given = numpy.frombuffer(body[head:head + size], numpy.float32)
        return "" if numpy.allclose(given, self.numbers, rtol=1e-2, atol=1e-2) else "wrong numbers"


class Load:
    """An open loop: requests are due at fixed times, whatever became of the ones before."""

    def __init__(self, port, question, rate, threads):
        self.port, self.question, self.rate = port, question, rate
        self.rows, self._next, self._lock, self._stop = [], 0, threading.Lock(), threading.Event()
        self.begin = time.perf_counter()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self._stop.is_set():
            with self._lock:
                due = self.begin + self._next / self.rate
                self._next += 1
            time.sleep(max(0, due - time.perf_counter()))
            try:
                fault = self.question.ask(connection)
            except (OSError, http.client.HTTPException) as error:
                fault = repr(error)
                connection.close()
            self.rows.append((due, time.perf_counter() - due, fault))
        connection.close()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)


def percentile(values, share):
    return float(numpy.percentile(values, share)) if len(values) else float("nan")


def ready(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait(condition, what, limit=30):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise Failed(f"not within {limit} s: {what}")
        time.sleep(0.01)


def balancer(stack, running, later=()):
    """HAProxy as samples/cluster has it, before the ports of what runs and what will."""
    port = free_port()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    places = [*running, *later, *(free_port() for _ in range(3 - len(running) - len(later)))]
    environment = {f"REPLICA_{i}": f"127.0.0.1:{p}" for i, p in enumerate(places, 1)}
    environment |= {"BIND": f"127.0.0.1:{port}", "SOCKET": str(folder / "socket")}
    Server([HAPROXY, "-db", "-f", ROOT / "samples/cluster/haproxy.cfg"], f"http://127.0.0.1:{port}/v2/health/live", folder, stack.callback,
           environment)
    wait(lambda: states(folder / "socket").count("UP") == len(running), "the balancer knows who is there")
    return port


def states(path):
    with socket.socket(socket.AF_UNIX) as admin:
        admin.settimeout(10)
        admin.connect(str(path))
        admin.sendall(b"show stat\n")
        answer = b""
        while piece := admin.recv(1 << 16):
            answer += piece
    return [line.split(",")[17] for line in answer.decode().split("\n") if line.startswith("replicas,replica")]


def memory_mb(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    rows = {line.split(":")[0]: int(line.split()[1]) / 1e3 for line in text.split("\n")[1:] if line.endswith("kB")}
    return {"rss": rows["Rss"], "pss": rows["Pss"], "own": rows["Private_Dirty"] + rows["Private_Clean"]}


class Others:
    """What else the machine does, looked at before each measurement, while nothing of ours runs. Waits for it to do little, but no
    longer than `patience` seconds in all."""

    def __init__(self, patience):
        self._patience, self._seen = patience, []

    def look(self):
        while (busy := busy_percent()) > 25 and self._patience > 0:
            self._patience -= LOOK_S
        self._seen.append((os.getloadavg()[0], busy))

    def said(self):
        """What was seen since this was asked last."""
        loads, busy = zip(*self._seen)
        self._seen = []
        return (f"other work before each of {len(busy)}: cores busy {statistics.median(busy):.0f} % ({min(busy):.0f} to {max(busy):.0f}); "
                f"load average, with ours, {min(loads):.1f} to {max(loads):.1f}")


def busy_percent():
    """Of all cores' time while it is looked at."""
    def times():
        return [int(t) for t in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    before = times()
    time.sleep(LOOK_S)
    spent = [after - was for was, after in zip(before, times())]
    return 100 * (1 - (spent[3] + spent[4]) / sum(spent))  # idle, and waiting for a disk
