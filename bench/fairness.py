#!/usr/bin/env python3
"""What a flood on one model does to another's p99: three real models in one server, each flooded in turn by 32 clients while one
client asks another, and that client alone before. Prints a table of medians; "times" is that of each turn's own ratio.

    bench/fairness.py [--turns 5] [--seconds 2]

The load generator shares the machine, so a flood also is what its sender takes.
"""
import argparse
import contextlib
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from servers import PYTHON, ROOT, Server, free_port, requests_total

PROGRAM = ROOT / "build/slipway"
FLOODERS = 32


def bench(url, model, clients, *options):
    return [PROGRAM, "bench", url, "--model", model, "-c", str(clients), "--load-threads", "1", "--warm-up", "0.3", *options]


def p99_ms(url, model, seconds):
    done = subprocess.run(bench(url, model, 1, "--window", str(seconds), "--max-windows", "1", "--json"),
                          capture_output=True, text=True, timeout=20 * seconds + 60)
    if done.returncode:
        raise SystemExit(f"slipway bench: {done.stderr or done.stdout}")
    return json.loads(done.stdout)["points"][0]["latency_ms"]["p99"]


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
        print("| asked by one client | flooded | p99 ms alone | under the flood | times | spread | flood, requests/s |")
        print("|---|---|---|---|---|---|---|", flush=True)
        for asked in models:
            for flooded in models:
                if asked == flooded:
                    continue
                alone, under, rates = [], [], []
                for _ in range(arguments.turns):
                    alone.append(p99_ms(url, asked, arguments.seconds))
                    with flood(url, flooded) as rate:
                        under.append(p99_ms(url, asked, arguments.seconds))
                        rates.append(rate())
                times = sorted(u / a for a, u in zip(alone, under))
                print(f"| {asked} | {flooded} | {statistics.median(alone):.2f} | {statistics.median(under):.2f} | "
                      f"{statistics.median(times):.1f} | {times[0]:.1f} to {times[-1]:.1f} | {statistics.median(rates):,.0f} |",
                      flush=True)


if __name__ == "__main__":
    main()
