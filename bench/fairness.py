#!/usr/bin/env python3
"""What a flood on one model does to another's latency: three real models in one server, each flooded in turn by 32 clients while one
client asks another, and that client alone before. Then what the cores take for as many requests that reach no model: `GET` with
400 bytes, at most as often as the flood was answered. Prints a table of medians; "times" is that of each turn's own ratio.

    bench/fairness.py [--turns 5] [--seconds 2]      needs wrk (scripts/setup --bench)

The load generators share the machine, so a flood also is what its sender takes.
"""
import argparse
import contextlib
import json
import math
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from servers import PYTHON, ROOT, Server, free_port, requests_total

PROGRAM = ROOT / "build/slipway"
FLOODERS = 32
HEAD = ["asked by one client", "flooded", "p50 ms alone", "under the flood", "p99 ms alone", "under the flood", "times", "spread",
        "under bytes alone", "flood, requests/s", "bytes alone, requests/s"]


def bench(url, model, clients, *options):
    return [PROGRAM, "bench", url, "--model", model, "-c", str(clients), "--load-threads", "1", "--warm-up", "0.3", *options]


def latency_ms(url, model, seconds):
    done = subprocess.run(bench(url, model, 1, "--window", str(seconds), "--max-windows", "1", "--json"),
                          capture_output=True, text=True, timeout=20 * seconds + 60)
    if done.returncode:
        raise SystemExit(f"slipway bench: {done.stderr or done.stdout}")
    return json.loads(done.stdout)["points"][0]["latency_ms"]


@contextlib.contextmanager
def flood(url, model):
    """Gives a function that tells the requests a second since it began, the refused ones among them."""
    process = subprocess.Popen(bench(url, model, FLOODERS, "--window", "1000"), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        before, limit = requests_total(url, model), time.monotonic() + 30
        while requests_total(url, model) - before < 10 * FLOODERS:
            if time.monotonic() > limit:
                raise SystemExit(f"no flood on {model}")
            time.sleep(0.05)
        begin, first = time.monotonic(), requests_total(url, model)
        yield lambda: (requests_total(url, model) - first) / (time.monotonic() - begin)
        if process.poll() is not None:
            raise SystemExit(f"the flood on {model} ended too early")
    finally:
        process.kill()
        process.wait(10)


def under_bytes(url, asked, rate, seconds, folder):
    """The latency while wrk asks at most `rate` times a second, and how often it did: each of its clients waits for whole
    milliseconds between two requests, one at least."""
    script = folder / "bytes.lua"
    pause_ms = max(1, math.ceil(1000 * FLOODERS / rate))
    script.write_text(f'wrk.body = string.rep("x", 400)\nfunction delay() return {pause_ms} end\n')
    with subprocess.Popen(["wrk", "-t1", f"-c{FLOODERS}", f"-d{math.ceil(seconds) + 2}s", "-s", script, f"{url}/v2/health/live"],
                          stdout=subprocess.PIPE, text=True) as sender:
        try:
            time.sleep(0.5)
            latency = latency_ms(url, asked, seconds)
            if sender.poll() is not None:
                raise SystemExit("the flood of bytes ended too early")
            return latency, float(re.search(r"Requests/sec:\s+([\d.]+)", sender.communicate(timeout=30)[0])[1])
        finally:
            sender.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        subprocess.run([PYTHON, ROOT / "bench/make_mlp.py", folder / "mlp.onnx"], check=True)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        Server([PROGRAM, "serve", folder / "mlp.onnx", ROOT / "build/models", "--backend", "onnxruntime", "--http-port", port,
                "--grpc-port", "none", "--metrics-port", "none"], f"{url}/v2/health/ready", folder, stack.callback)
        models = ["mlp", "ocr-direction", "minilm"]
        print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|", flush=True)
        for asked in models:
            for flooded in models:
                if asked != flooded:
                    print(row(url, folder, asked, flooded, arguments), flush=True)


def row(url, folder, asked, flooded, arguments):
    alone, under, by_bytes, rates, byte_rates = [], [], [], [], []
    for _ in range(arguments.turns):
        alone.append(latency_ms(url, asked, arguments.seconds))
        with flood(url, flooded) as rate:
            under.append(latency_ms(url, asked, arguments.seconds))
            rates.append(rate())
        latency, byte_rate = under_bytes(url, asked, rates[-1], arguments.seconds, folder)
        by_bytes.append(latency)
        byte_rates.append(byte_rate)
    times = sorted(u["p99"] / a["p99"] for a, u in zip(alone, under))

    def median(of, percentile):
        return statistics.median(one[percentile] for one in of)

    return (f"| {asked} | {flooded} | {median(alone, 'p50'):.2f} | {median(under, 'p50'):.2f} | {median(alone, 'p99'):.2f} | "
            f"{median(under, 'p99'):.2f} | {statistics.median(times):.1f} | {times[0]:.1f} to {times[-1]:.1f} | "
            f"{median(by_bytes, 'p99'):.2f} | {statistics.median(rates):,.0f} | {statistics.median(byte_rates):,.0f} |")


if __name__ == "__main__":
    main()
