#!/usr/bin/env python3
"""One application of two models, once as one program and once as two, and what a new version of one model costs in each.
Prints the tables of docs/monolith-or-microservices.md and draws its plot.

    bench/split.py [--run containers|processes] [--rounds 5] [--patience 300] [--only layers] [--plot docs/images/split.svg]

Each program is a container of an image that `slipway pack` made and a registry gave to podman, with memory and cores of its own;
or, where podman runs none or it is said, a process.

* layers: both are packed and pushed before and after the change; what the registry had not yet is what was moved;
* rest: start to first right answers, and memory;
* hop: a call to a model in the same process, and over the loopback;
* change: an open loop asks the model that stays (the OCR classifier, 100/s) and the one that changes (MiniLM, 20/s) through HAProxy
  with the configuration of samples/cluster, and every answer is compared with the runtime's. Latency counts from when a request was due;
* flood: the same while 16 clients ask MiniLM without a pause.

All ways take turns in every round, and before each the script looks at what else the machine does.
"""
import argparse
import contextlib
import http.client
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy

from load import Failed
from plot import COLOURS, Panel, picture
from servers import ROOT, free_port
from split_parts import CHANGES, MODELS, PROGRAM, STAYS, Load, Others, Question, balancer, memory_mb, percentile, ready, wait
from split_run import BOTH, MODELS_OF, PARTS, Containers, Images, Processes, place, prepare, prepared, serve, size_of

RATES = {STAYS: 100, CHANGES: 20}
BEFORE_S, AFTER_S = 4.0, 6.0
WAYS = {"one, in place": ("one", "watch"), "one, replaced": ("one", "replace"),
        "two, in place": ("two", "watch"), "two, replaced": ("two", "replace")}
FLOODS = {  # the parts, and which cores each may use
    "one program": {BOTH: {}},
    "two programs": {STAYS: {}, CHANGES: {}},
    "two programs, --cpus 1 each": {STAYS: {"cpus": 1}, CHANGES: {"cpus": 1}},
    "two programs, a core each": {STAYS: {"cpuset-cpus": 0}, CHANGES: {"cpuset-cpus": 1}},
}


def middle_of(values, form):
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


# --- layers

def print_layers(images):
    """What of each image is new after the change, by digest, and what its push moved to a registry that has the old one."""
    print(f"\n| new version of {CHANGES} | images | layers in all | images rebuilt | layers rebuilt | all, MB | moved to the registry, MB "
          "| pack and push, s |\n|" + "---|" * 8)
    for shape, parts in PARTS.items():
        old = {digest: size for part in parts for digest, size in images.pushed[part, 1].layers.items()}
        rebuilt = [images.pushed[part, 2] for part in parts if (part, 2) in images.pushed]
        new = {digest for pushed in rebuilt for digest in pushed.layers} - set(old)
        print(f"| {shape} | {len(parts)} | {len(old)} | {len(rebuilt)} | {len(new)} | {sum(old.values()) / 1e6:.1f} "
              f"| {sum(pushed.moved for pushed in rebuilt) / 1e6:.2f} | {sum(pushed.seconds for pushed in rebuilt):.1f} |")
    print("  (each image: " + ", ".join(f"{part} {sum(images.pushed[part, 1].layers.values()) / 1e6:.1f} MB" for part in MODELS_OF) + ")")


# --- at rest

def first_answers_ms(run, parts):
    """From starting the parts until every model of each gave a right answer."""
    questions = {name: Question(name) for name in (STAYS, CHANGES)}
    with contextlib.ExitStack() as stack:
        begin, waiting = time.perf_counter(), []
        for part in parts:
            command, environment, port, _ = prepared(run, part)
            process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
            waiting += [(port, name) for name in MODELS_OF[part]]
        while waiting:
            port, name = waiting[0]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                if not questions[name].ask(connection):
                    waiting.pop(0)
            except (OSError, http.client.HTTPException):
                time.sleep(0.001)
            finally:
                connection.close()
            if time.perf_counter() - begin > 30:
                raise Failed("the servers did not start")
        return (time.perf_counter() - begin) * 1e3


def print_rest(run, rounds, others):
    ways = {"one program": [BOTH], "two programs": [STAYS, CHANGES], f"{STAYS} alone": [STAYS], f"{CHANGES} alone": [CHANGES]}
    starts = {way: [] for way in ways}
    for _ in range(rounds):
        for way, parts in ways.items():
            others.look()
            starts[way].append(first_answers_ms(run, parts))
    print("\n| at rest | start to first right answers, ms | resident MB | proportional MB | private MB | threads |\n|---|---|---|---|---|---|")
    for way, parts in ways.items():
        with contextlib.ExitStack() as stack:
            servers = {part: serve(run, stack, part) for part in parts}
            for part, server in servers.items():
                for name in MODELS_OF[part]:
                    question, connection = Question(name), http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                    for _ in range(50):
                        if fault := question.ask(connection):
                            raise Failed(f"{name}: {fault}")
                    connection.close()
            pids = [run.pid(server) for server in servers.values()]
            sizes = [memory_mb(pid) for pid in pids]
            threads = sum(len(os.listdir(f"/proc/{pid}/task")) for pid in pids)
        total = {key: sum(size[key] for size in sizes) for key in sizes[0]}
        print(f"| {way} | {middle_of(starts[way], '.0f')} | {total['rss']:.0f} | {total['pss']:.0f} | {total['own']:.0f} | {threads} |")
    print(others.said())


# --- one hop

def bench_us(target, protocol, model=None):
    command = [PROGRAM, "bench", target, "--protocol", protocol, "-c", "1", "--json", "--warm-up", "0.3", "--window", "0.5",
               "--max-windows", "3", *(["--model", model] if model else []),
               *([] if "://" in str(target) else ["--backend", "onnxruntime"])]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise Failed(f"slipway bench: {done.stderr or done.stdout}")
    return json.loads(done.stdout)["points"][0]["latency_ms"]["p50"] * 1e3


def print_hop(run, folder, rounds, others):
    mlp = folder / "hop/mlp.onnx"
    mlp.parent.mkdir()
    subprocess.run([sys.executable, ROOT / "bench/make_mlp.py", mlp], check=True)
    print("\n| a call, µs at the median of one client | in the same process | HTTP, binary | HTTP, JSON | gRPC | a hop costs |")
    print("|---|---|---|---|---|---|")
    for name, path, volume in (("mlp", mlp, mlp.parent), (STAYS, MODELS / STAYS, None)):
        with contextlib.ExitStack() as stack:
            server = serve(run, stack, STAYS, volume=volume, cores={})
            url, grpc = f"http://127.0.0.1:{server.port}", f"grpc://127.0.0.1:{server.grpc_port}"
            targets = {"in": (path, "in-process"), "http": (url, "http"), "json": (url, "http-json"), "grpc": (grpc, "grpc")}
            found = {key: [] for key in targets}
            for _ in range(rounds):
                others.look()
                for key, (target, protocol) in targets.items():
                    found[key].append(bench_us(target, protocol, name if "://" in str(target) else None))
        hops = [statistics.median(a - b for a, b in zip(found[key], found["in"])) for key in ("http", "json", "grpc")]
        print(f"| {name} | " + " | ".join(middle_of(values, ",.0f") for values in found.values()) + " | "
              + ", ".join(f"{hop:+,.0f}" for hop in hops) + " |")
    print(others.said())


# --- the change, under load

class Changed:
    """One change in one way: each model's rows (seconds from the change, seconds taken, what was wrong), and what it took."""

    def __init__(self, run, folder, shape, how, questions):
        with contextlib.ExitStack() as stack:
            root = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
            changing, new_port = BOTH if shape == "one" else CHANGES, free_port()
            settings, volumes = {"SLIPWAY_DRAIN_DELAY": "1s"}, {}
            if how == "watch":
                settings["SLIPWAY_WATCH"] = "true"
                shutil.copytree(place(folder, BOTH, 1), root / BOTH)
                volumes = {BOTH: root / BOTH, STAYS: root / BOTH / STAYS, CHANGES: root / BOTH / CHANGES}
            servers = {part: serve(run, stack, part, volume=volumes.get(part), **settings) for part in PARTS[shape]}
            doors = {}
            for part, server in servers.items():
                doors |= dict.fromkeys(MODELS_OF[part], balancer(stack, [server.port], [new_port] if part == changing else []))
            loads = {name: Load(doors[name], questions[name], RATES[name], 4) for name in (STAYS, CHANGES)}
            time.sleep(1 + BEFORE_S)
            begin = time.perf_counter()
            if how == "watch":
                self._in_place(place(folder, CHANGES, 2) / "2", root / BOTH / CHANGES, servers[changing].port)
            else:
                self._replaced(run, stack, changing, servers[changing], new_port, settings)
            self.took = time.perf_counter() - begin
            versions = [ready(doors[CHANGES], f"/v2/models/{CHANGES}/versions/{version}/ready") for version in (1, 2)]
            if versions != [False, True]:
                raise Failed(f"after the change the versions 1 and 2 are ready: {versions}")
            time.sleep(max(0, AFTER_S + 0.2 - self.took))
            for load in loads.values():
                load.stop()
            self.ended = [part for part, server in servers.items() if server.process.poll() is not None]
        self.rows = {name: [(due - begin, seconds, fault) for due, seconds, fault in load.rows] for name, load in loads.items()}

    def _in_place(self, new, folder, port):
        shutil.copytree(new, folder / ".2")
        (folder / ".2").rename(folder / "2")
        self.moved = size_of(folder / "2")
        wait(lambda: ready(port, f"/v2/models/{CHANGES}/versions/2/ready"), "version 2 is ready")
        shutil.rmtree(folder / "1")
        wait(lambda: not ready(port, f"/v2/models/{CHANGES}/versions/1/ready"), "version 1 is gone")

    def _replaced(self, run, stack, part, old, port, settings):
        self.moved = run.fetch(part, 2)
        stack.callback(run.forget, part, 2)
        serve(run, stack, part, version=2, port=port, **settings)
        time.sleep(0.5)  # for the balancer to have seen it, five times a second
        old.process.send_signal(signal.SIGTERM)
        code = old.process.wait(30)
        if code != 0:
            raise Failed(f"the old server ended with {code}")


def window(rows, low, high):
    return [seconds * 1e3 for due, seconds, _ in rows if low <= due < high]


def print_changes(run, folder, rounds, others, plot):
    questions = {name: Question(name) for name in (STAYS, CHANGES)}
    found = {way: [] for way in WAYS}
    for number in range(rounds):
        for way, (shape, how) in WAYS.items():
            others.look()
            found[way].append(Changed(run, folder, shape, how, questions))
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    print(f"\n| {CHANGES} changes, {STAYS} is asked {RATES[STAYS]} times a second | moved to the machine, MB | {run.kind} ended "
          "| of them the other model's | takes s | before: p50 ms | p99 | changing: p50 ms | p99 | slowest | requests | wrong or failed |\n|"
          + "---|" * 12)
    for way, changes in found.items():
        cells = []
        for low, high, share in ((-BEFORE_S, 0, 50), (-BEFORE_S, 0, 99), (0, AFTER_S, 50), (0, AFTER_S, 99), (0, AFTER_S, 100)):
            # medians of the rounds, as other work on the machine spoils some
            cells.append(middle_of([percentile(window(c.rows[STAYS], low, high), share) for c in changes], ".1f"))
        every = [row for change in changes for rows in change.rows.values() for row in rows]
        ended = changes[0].ended
        print(f"| {way} | {statistics.median(c.moved for c in changes) / 1e6:.2f} | {len(ended)} "
              f"| {sum(STAYS in MODELS_OF[part] for part in ended)} | {middle_of([c.took for c in changes], '.1f')} | " + " | ".join(cells)
              + f" | {len(every):,} | {sum(bool(row[2]) for row in every)} |")
        for fault in sorted({row[2] for row in every if row[2]})[:3]:
            print(f"  ({fault})")
    print(others.said())
    if plot:
        draw(found, plot, rounds)


def draw(found, path, rounds):
    panels, step = [], 0.1
    for number, (way, changes) in enumerate(found.items()):
        rows = [change.rows[STAYS] for change in changes]
        bins = numpy.arange(-2, AFTER_S, step)
        panel = Panel((64 + 358 * (number % 2), 62 + 200 * (number // 2)), (310, 130), (-2, AFTER_S), (0.5, 300), log=True,
                      title=way, y_title="ms" if number % 2 == 0 else "",
                      x_title="seconds from the change of the other model" if number > 1 else "",
                      y_ticks=[(1, "1"), (10, "10"), (100, "100")])
        panel.band(0, statistics.median(change.took for change in changes), "#fff3bf")
        for share, colour in ((50, COLOURS[0]), (100, COLOURS[1])):
            panel.line([(b + step / 2, statistics.median(percentile(window(r, b, b + step), share) for r in rows)) for b in bins], colour)
        panels.append(panel)
    legend = [(f"{STAYS}: the middle request of each tenth of a second", COLOURS[0], False),
              (f"the slowest; medians of {rounds} changes", COLOURS[1], False)]
    Path(path).write_text(picture(760, 445, panels, legend))


def flooded(run, parts, questions):
    """One flood: the other model's median and 99th percentile, ms, the requests/s of the flood, and the other's wrong answers."""
    with contextlib.ExitStack() as stack:
        servers = [serve(run, stack, part, cores=cores) for part, cores in parts.items()]
        load = Load(servers[0].port, questions[STAYS], RATES[STAYS], 8)
        time.sleep(1)
        begin = time.perf_counter()
        done = subprocess.run([PROGRAM, "bench", f"http://127.0.0.1:{servers[-1].port}", "--model", CHANGES, "-c", "16", "--json",
                               "--warm-up", "0", "--window", "1", "--max-windows", "3", "--shape", "input_ids:1,8",
                               "attention_mask:1,8", "token_type_ids:1,8"], capture_output=True, text=True, timeout=60)
        end = time.perf_counter()
        load.stop()
    if done.returncode:
        raise Failed(done.stderr)
    times = window(load.rows, begin + 0.5, end - 0.2)
    return (percentile(times, 50), percentile(times, 99), json.loads(done.stdout)["points"][0]["throughput"],
            sum(bool(fault) for _, _, fault in load.rows))


def print_flood(run, rounds, others):
    """What one model's flood does to the other, with both in one program and in two."""
    questions = {name: Question(name) for name in (STAYS, CHANGES)}
    found = {way: [] for way, parts in FLOODS.items() if run.limits_cpu or not any("cpus" in cores for cores in parts.values())}
    for _ in range(rounds):
        for way, rows in found.items():
            others.look()
            rows.append(flooded(run, FLOODS[way], questions))
    print(f"\n| {CHANGES} is flooded by 16 clients | {STAYS} p50 ms | p99 ms | {CHANGES} requests/s | wrong or failed |\n|" + "---|" * 5)
    for way, rows in found.items():
        *figures, wrong = zip(*rows)
        print(f"| {way} | " + " | ".join(middle_of(values, ".1f") for values in figures) + f" | {sum(wrong)} |")
    print(others.said())


def runner(chosen, stack, folder, images):
    if chosen != "processes":
        try:
            return Containers(stack, images)
        except (Failed, OSError) as why:
            if chosen:
                raise Failed(str(why)) from None
            print(f"podman runs no containers here: {why}")
    return Processes(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", choices=["containers", "processes"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--patience", type=float, default=0, help="how many seconds in all to wait for other work to pause")
    parser.add_argument("--only", action="append", choices=["layers", "rest", "hop", "change", "flood"])
    parser.add_argument("--plot", help="where to write the picture of the change")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are ended then too
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        prepare(folder)
        images = Images(stack, folder)
        run = runner(chosen.run, stack, folder, images)
        print(f"{run.kind}; {os.cpu_count()} cores; {chosen.rounds} rounds")
        rounds, others = chosen.rounds, Others(chosen.patience)
        parts = {"layers": lambda: print_layers(images), "rest": lambda: print_rest(run, rounds, others),
                 "hop": lambda: print_hop(run, folder, rounds, others),
                 "change": lambda: print_changes(run, folder, rounds, others, chosen.plot),
                 "flood": lambda: print_flood(run, rounds, others)}
        for name, part in parts.items():
            if not chosen.only or name in chosen.only:
                part()
                sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"bench/split.py: {failed}")
