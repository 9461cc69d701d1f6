#!/usr/bin/env python3
"""How fast an autoscaler follows the load by one signal or another, simulated with a service time measured here, and what a million
requests cost. Prints the tables of docs/scale.md and draws its plot.

    bench/scale.py [--rate 190] [--start 6] [--plot docs/images/scale.svg]     simulates; the same each time
    bench/scale.py --measure [--rounds 5] [--price 0.05]                       measures rate and processor time of the sample models

A replica is one core: measured with the server on one core and the load on another. `--start` is from the decision to add a replica
until it is ready; `--pull` is added to it where the image is not on the machine yet.
"""
import argparse
import contextlib
import json
import math
import os
import signal
import statistics
import subprocess
import sys
from pathlib import Path

from autoscaling import Autoscaler, Events, Fluid, simulate
from load import Failed
from plot import COLOURS, Panel, picture
from servers import ROOT

SIGNALS = {  # what is scaled on, and to which mean of a replica
    "CPU": {"cpu": 0.7},
    "queue": {"queue": 8},
    "queue and CPU": {"cpu": 0.7, "queue": 8},
}
# what `slipway deploy` writes beside them: how far at once, and the queue as the mean of a minute
DEPLOY = {"up_pods": 2, "up_policy_s": 30, "down_percent": 0, "down_pods": 1, "down_policy_s": 60}
DEPLOY_MEAN_S = 60
STEP_AT_S = 300
SLOW_S = 0.5


def step_run(chosen, targets, factor, *, seconds=1500, events=False, **options):
    """Load of 5 busy replicas, multiplied at once. Gives the fleet and what it went through."""
    queue_limit = options.pop("queue_limit", 1024)
    start_s = options.pop("start_s", chosen.start)
    scrape_s, mean_s = options.pop("scrape_s", 15.0), options.pop("mean_s", 0.0)
    low = 5 * chosen.rate
    fleet = (Events if events else Fluid)(chosen.rate, queue_limit)
    run = simulate(fleet, Autoscaler(dict(targets), **options), lambda t: low if t < STEP_AT_S else low * factor, seconds, start_s,
                   begin_with=math.ceil(5 / 0.7), scrape_s=scrape_s, mean_s=mean_s)
    return fleet, run


def row(name, fleet, run, rate):
    slow = sum(5 for at, p99 in zip(run.times, run.p99_s) if at > STEP_AT_S and p99 > SLOW_S)
    needed = fleet.arrived / rate / 0.7
    return (f"| {name} | {slow} | {max(run.p99_s):.1f} | {100 * fleet.refused / fleet.arrived:.2f} | {max(run.replicas)} "
            f"| {run.replica_s / needed:.2f} |")


def print_steps(chosen):
    runs = {}
    print(f"\n{chosen.rate:g} requests/s a replica, ready {chosen.start:g} s after the decision; every request followed")
    for factor in (2, 5):
        print(f"\n| load × {factor} at once | seconds with p99 over {SLOW_S} s | longest p99 s | refused % | most replicas "
              "| replica seconds, × what 70 % needs |")
        print("|---|---|---|---|---|---|")
        for name, targets in SIGNALS.items():
            runs[factor, name] = step_run(chosen, targets, factor, events=True)
            print(row(name, *runs[factor, name], chosen.rate), flush=True)
    print("\n| load × 5, queue and CPU, but | seconds | p99 s | refused % | most replicas | replica seconds |\n|---|---|---|---|---|---|")
    both, one_s = SIGNALS["queue and CPU"], round(chosen.rate)
    variants = [("as above", {}), (f"queue_limit {one_s}: one second's work", {"queue_limit": one_s}),
                ("queue_limit a tenth of that", {"queue_limit": one_s // 10}),
                ("scraped every 30 s", {"scrape_s": 30}), ("scraped every 60 s", {"scrape_s": 60}),
                (f"image pulled first, + {chosen.pull:g} s", {"start_s": chosen.start + chosen.pull}),
                ("ready after 60 s", {"start_s": 60}), ("synced every 5 s, scraped every 5 s", {"sync_s": 5, "scrape_s": 5}),
                ("four times as many, not twice, in 15 s", {"up_percent": 300}),
                ("the queue's mean of a minute", {"mean_s": DEPLOY_MEAN_S}), ("as slipway deploy writes it", {**DEPLOY, "mean_s": DEPLOY_MEAN_S})]
    for name, options in variants:
        print(row(name, *step_run(chosen, both, 5, events=True, **options), chosen.rate), flush=True)
    name = "queue alone, at most a tenth less a minute"
    print(row(name, *step_run(chosen, SIGNALS["queue"], 5, events=True, down_percent=10, down_policy_s=60), chosen.rate))
    return {name: runs[5, name][1] for name in SIGNALS}


def daily(peak):
    """A fifth of the peak at 4 o'clock, the peak at 16."""
    return lambda t: peak * (0.6 - 0.4 * math.cos(2 * math.pi * (t / 3600 - 4) / 24))


def day_run(chosen, name, targets, peak, mean_s=0.0, **options):
    """Simulates a day, and prints its row."""
    curve = daily(peak)
    fleet = Fluid(chosen.rate, 1024)
    run = simulate(fleet, Autoscaler(dict(targets), **options), curve, 86400, chosen.start, mean_s=mean_s, record_s=60,
                   begin_with=math.ceil(curve(0) / chosen.rate / 0.7))
    slow = sum(p99 > SLOW_S for p99 in run.p99_s)
    print(f"| {name} | {slow} | {100 * fleet.refused / fleet.arrived:.2f} | {max(run.replicas):,} "
          f"| {100 * fleet.served / chosen.rate / run.replica_s:.0f} | {cost(run.replica_s / fleet.served, 1, chosen.price):.3f} |", flush=True)
    return run


def print_day(chosen):
    peak = chosen.replicas * chosen.rate * 0.7
    runs = {}
    print(f"\n| a day, {peak:,.0f} requests/s at its peak | minutes with p99 over {SLOW_S} s | refused % | most replicas | mean load of a replica % "
          f"| per million requests at {chosen.price:g} a core-hour |\n|---|---|---|---|---|---|")
    for name, targets in SIGNALS.items():
        runs[name] = day_run(chosen, name, targets, peak)
    both = SIGNALS["queue and CPU"]
    day_run(chosen, "as slipway deploy writes it", both, peak, DEPLOY_MEAN_S, **DEPLOY)
    day_run(chosen, "the same, down by a tenth a minute", both, peak, DEPLOY_MEAN_S, **{**DEPLOY, "down_percent": 10})
    day_run(chosen, "as slipway deploy writes it, for a hundredth of the load", both, peak / 100, DEPLOY_MEAN_S, **DEPLOY)
    curve = daily(peak)
    all_day = chosen.replicas * 86400 / (sum(curve(t) for t in range(0, 86400, 60)) * 60)
    print(f"| {chosen.replicas:,} replicas all day | 0 | 0 | {chosen.replicas:,} | {100 / chosen.rate / all_day:.0f} "
          f"| {cost(all_day, 1, chosen.price):.3f} |")
    return runs


def cost(core_s, used, price):
    """Of a million requests, each of so many seconds of a core that is used to this share, at a price for a core-hour."""
    return core_s / used / 3600 * price * 1e6


def draw(steps, days, path):
    colours, panels = dict(zip(SIGNALS, COLOURS)), []
    ends = (240, 900)

    def add(row_number, column, title, y, **options):
        panel = Panel((64 + 362 * column, 66 + 168 * row_number), (316, 108), ends if column == 0 else (0, 24), y, title=title,
                      x_title=("seconds; load × 5 at 300" if column == 0 else "hours") if row_number == 2 else "", **options)
        for name, run in (steps if column == 0 else days).items():
            values = {0: run.replicas, 1: run.p99_s, 2: run.depth}[row_number]
            points = [(t if column == 0 else t / 3600, v) for t, v in zip(run.times, values)]
            panel.line([(t, v) for t, v in points if panel.x[0] <= t <= panel.x[1]][::1 if column == 0 else 4], colours[name])
        panels.append(panel)

    seconds = [(0.01, "0.01"), (0.1, "0.1"), (1, "1"), (10, "10")]
    depths = [(1, "1"), (10, "10"), (100, "100"), (1000, "1,000")]
    add(0, 0, "replicas", (0, 1.05 * max(max(r.replicas) for r in steps.values())))
    add(0, 1, "replicas, a day", (0, 1.05 * max(max(r.replicas) for r in days.values())))
    add(1, 0, "p99, s", (0.01, 10), log=True, y_ticks=seconds)
    add(1, 1, "p99, s", (0.01, 10), log=True, y_ticks=seconds)
    add(2, 0, "waiting, of each replica", (0.5, 1100), log=True, y_ticks=depths)
    add(2, 1, "waiting, of each replica", (0.5, 1100), log=True, y_ticks=depths)
    legend = [(f"scaled on {name}", colours[name], False) for name in SIGNALS]
    Path(path).write_text(picture(760, 560, panels, legend, (64, 24)))


# --- measuring

def bench(own, options, clients, seconds):
    """Requests a second and the median in ms, as clients on the other core see them, and µs of the processor a request."""
    command = ["taskset", "-c", "1", ROOT / "build/slipway", "bench", own.url, "--protocol", "http", "-c", clients, "--json",
               "--load-threads", 1, "--warm-up", 0.5, "--window", seconds / 3, "--max-windows", 3, *options]
    requests, cpu = own.requests(), own.cpu_seconds()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise Failed(f"slipway bench: {done.stderr or done.stdout}")
    cpu_us = (own.cpu_seconds() - cpu) / (own.requests() - requests) * 1e6
    point = json.loads(done.stdout)["points"][0]
    return point["throughput"], point["latency_ms"]["p50"], cpu_us


def print_measured(chosen):
    from stages import Slipway
    mlp = ROOT / "build/bench/mlp.onnx"
    mlp.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, str(ROOT / "bench/make_mlp.py"), str(mlp)], check=True)
    tokens = ["--shape", "input_ids:1,32", "attention_mask:1,32", "token_type_ids:1,32"]
    models = {"mlp": (mlp, []), "ocr-direction": (ROOT / "build/models/ocr-direction", []), "minilm": (ROOT / "build/models/minilm", tokens),
              "magika": (ROOT / "build/models/magika", [])}
    found = {}
    with contextlib.ExitStack() as stack:
        servers = {name: Slipway(stack, path, ["--backend", "onnxruntime", "--instances", "1", "--threads", "1"],
                                 ["taskset", "-c", "0"]) for name, (path, _) in models.items()}
        for _ in range(chosen.rounds):
            for name, (_, options) in models.items():
                for clients in (1, 8):
                    found.setdefault((name, clients), []).append(bench(servers[name], options, clients, 1.5))
    print(f"\n| one core | clients | requests/s | p50 ms | CPU µs a request | per million at {chosen.price:g} a core-hour, 70 % used |")
    print("|---|---|---|---|---|---|")
    for (name, clients), rows in found.items():
        rate, p50, cpu = (statistics.median(column) for column in zip(*rows))
        low, high = min(r[2] for r in rows), max(r[2] for r in rows)
        print(f"| {name} | {clients} | {rate:,.0f} | {p50:.2f} | {cpu:,.0f} ({low:,.0f} to {high:,.0f}) | {cost(cpu / 1e6, 0.7, chosen.price):.4f} |")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rate", type=float, default=190, help="requests a second that one replica serves")
    arguments.add_argument("--start", type=float, default=6, help="seconds until a new replica is ready")
    arguments.add_argument("--pull", type=float, default=10, help="seconds to pull an image")
    arguments.add_argument("--replicas", type=int, default=3000, help="at the day's peak")
    arguments.add_argument("--price", type=float, default=0.05, help="of a core for an hour")
    arguments.add_argument("--plot", help="where the plot goes")
    arguments.add_argument("--measure", action="store_true")
    arguments.add_argument("--rounds", type=int, default=5)
    chosen = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are ended then too
    if chosen.measure:
        print(f"{os.cpu_count()} cores; load average {os.getloadavg()[0]:.1f} at the start; {chosen.rounds} rounds")
        print_measured(chosen)
        return
    steps, days = print_steps(chosen), print_day(chosen)
    if chosen.plot:
        draw(steps, days, chosen.plot)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"bench/scale.py: {failed}")
