#!/usr/bin/env python3
"""Where the time of one request goes: stages, allocations and system calls of a request to the MLP at one client, over each
protocol; then what a start and an idle server cost. Prints the tables of docs/performance.md.

    bench/stages.py [--seconds 2] [--starts 9]

`slipway bench` makes the load; each figure comes from a server of its own, so that no probe is in another's figure:

* the trace of one request in 50 gives the times of the server's own stages (medians);
* count_calls.c, preloaded, counts allocations and times the calls of the sockets;
* strace counts system calls, those that wait for the next request among them;
* callgrind counts the instructions of decoding and admission, which the traces have together with reading. They are
  given their share of that time at the mean time of an instruction of the whole server.

A stage that a missing tool would tell is "?" in the table.
"""
import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from load import Failed, Http
from servers import PYTHON, ROOT, Server, free_port, requests_total

PROGRAM = ROOT / "build/slipway"
PROTOCOLS = ["http-json", "http", "grpc"]
TRACE_RATE = 50


class Slipway:
    """A server of the MLP (or of `what`), with its process, and its ports."""

    def __init__(self, stack, what, options=(), before=(), env=None):
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.port, self.grpc_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [*before, PROGRAM, "serve", what, "--http-port", self.port, "--grpc-port", self.grpc_port,
                   "--metrics-port", "none", *options]
        self.server = Server(command, f"{self.url}/v2/health/live", self.folder, stack.callback, env)
        self.pid = self.server.process.pid

    def load(self, protocol, seconds):
        """What `slipway bench` saw with one client."""
        address = f"grpc://127.0.0.1:{self.grpc_port}" if protocol == "grpc" else self.url
        done = subprocess.run([str(PROGRAM), "bench", address, "--protocol", protocol, "-c", "1", "--json", "--warm-up", "0.5",
                               "--window", str(seconds / 3), "--max-windows", "3"],
                              capture_output=True, text=True, timeout=seconds * 20 + 60)
        if done.returncode:
            raise Failed(f"slipway bench: {done.stderr or done.stdout}")
        return json.loads(done.stdout)["points"][0]

    def requests(self):
        return requests_total(self.url)

    def cpu_seconds(self):
        """To the nanosecond, where utime and stime have hundredths."""
        return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{self.pid}/task").glob("*/schedstat")) / 1e9


def change(counted, run):
    """How much `counted` grew while `run` ran."""
    before = counted()
    run()
    return counted() - before


def traced(path, protocol, seconds):
    """Medians in µs of the stages that the traces tell, and of the whole as the client saw it."""
    with contextlib.ExitStack() as stack:
        traces = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        own = Slipway(stack, path, ["--backend", "onnxruntime", "--trace-dir", traces])
        plain_us = own.load(protocol, seconds)["latency_ms"]["p50"] * 1e3
        body = json.dumps({"trace_level": ["TIMESTAMPS"], "trace_rate": str(TRACE_RATE), "trace_count": "-1"}).encode()
        urllib.request.urlopen(f"{own.url}/v2/trace/setting", body, timeout=30).read()
        own.load(protocol, seconds)
        urllib.request.urlopen(f"{own.url}/v2/trace/setting", b'{"trace_level": ["OFF"]}', timeout=30).read()
        time.sleep(0.5)
        found = [{t["name"]: t["ns"] for t in trace["timestamps"]}
                 for file in traces.glob("trace.json*") for trace in json.loads(file.read_text())]
    if not found:
        raise Failed("no traces were written")

    def median(begin, end):
        return statistics.median(t[end] - t[begin] for t in found) / 1e3

    return {"before queue": median("REQUEST_START", "QUEUE_START"), "queue": median("QUEUE_START", "COMPUTE_START"),
            "compute": median("COMPUTE_START", "COMPUTE_END"), "encode": median("COMPUTE_END", "REQUEST_END"),
            "server": median("REQUEST_START", "REQUEST_END"), "client": plain_us, "traces": len(found)}


def counted(path, protocol, seconds, library):
    """Allocations a request and their bytes; how long a receive and a send take, in µs."""
    with contextlib.ExitStack() as stack:
        file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "counts"
        file.write_bytes(bytes(48))
        own = Slipway(stack, path, ["--backend", "onnxruntime"],
                      env={"LD_PRELOAD": str(library), "COUNT_CALLS_FILE": str(file)})
        own.load(protocol, 1)
        requests, before = own.requests(), struct.unpack("6Q", file.read_bytes())
        own.load(protocol, seconds)
        after = struct.unpack("6Q", file.read_bytes())
        requests = own.requests() - requests
    allocations, size, receives, receive_ns, sends, send_ns = (b - a for a, b in zip(before, after))
    return {"allocations": allocations / requests, "allocated bytes": size / requests,
            "receive": receive_ns / max(receives, 1) / 1e3, "send": send_ns / max(sends, 1) / 1e3,
            "receives": receives / requests, "sends": sends / requests}


def system_calls(path, protocol, seconds):
    """Calls a request by name. None where strace is missing or refused."""
    if not shutil.which("strace"):
        return None
    with contextlib.ExitStack() as stack:
        own = Slipway(stack, path, ["--backend", "onnxruntime"])
        own.load(protocol, 1)
        out = own.folder / "strace"
        tracer = subprocess.Popen(["strace", "-c", "-f", "-q", "-o", out, "-p", str(own.pid)], stderr=subprocess.PIPE)
        try:
            time.sleep(1)
            if tracer.poll() is not None:
                return None
            requests = change(own.requests, lambda: own.load(protocol, seconds))
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(20)
        rows = [line.split() for line in out.read_text().split("\n")[2:]]
    calls = {row[-1]: int(row[3]) / requests for row in rows if len(row) >= 5 and row[3].isdigit() and row[-1] != "total"}
    return {name: calls[name] for name in sorted(calls, key=calls.get, reverse=True) if calls[name] >= 0.05}


# The functions whose instructions are counted, with all that they call.
FUNCTIONS = {"decode": r"slipway::protocol::decode_infer(?:_message)?\(", "admission": r"slipway::admission::infer\(",
             "submit": r"slipway::scheduler::Scheduler::submit\("}


def instructions(path, protocol, seconds):
    """Instructions a request, of the functions and of everything. None without valgrind."""
    if not shutil.which("valgrind") or not shutil.which("callgrind_annotate"):
        return None
    with contextlib.ExitStack() as stack:
        own = Slipway(stack, path, ["--backend", "onnxruntime"], ["valgrind", "--tool=callgrind", "--callgrind-out-file=out"])
        own.load(protocol, 1)
        subprocess.run(["callgrind_control", "-z", str(own.pid)], check=True, capture_output=True, timeout=60)
        requests = change(own.requests, lambda: own.load(protocol, seconds))
        subprocess.run(["callgrind_control", "-d", str(own.pid)], check=True, capture_output=True, timeout=60)
        dump = max(own.folder.glob("out.*"), key=lambda file: file.stat().st_mtime)
        text = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(dump)],
                              capture_output=True, text=True, timeout=120, check=True).stdout

    def count(pattern):
        found = re.findall(rf"^\s*([\d,]+) \([^)]*\)\s+[^\s:]*:{pattern}", text, re.M)
        return max((int(n.replace(",", "")) for n in found), default=0) / requests

    total = int(re.search(r"^\s*([\d,]+) \([^)]*\)\s+PROGRAM TOTALS", text, re.M)[1].replace(",", "")) / requests
    return {"total": total, **{name: count(pattern) for name, pattern in FUNCTIONS.items()}}


def user_us(path, protocol, seconds):
    """User time a request, in µs, of the whole server."""
    with contextlib.ExitStack() as stack:
        own = Slipway(stack, path, ["--backend", "onnxruntime"])
        own.load(protocol, 1)
        stat, requests = Path(f"/proc/{own.pid}/stat"), own.requests()
        ticks = change(lambda: int(stat.read_text().rsplit(")", 1)[1].split()[11]), lambda: own.load(protocol, seconds))
        return ticks / os.sysconf("SC_CLK_TCK") / (own.requests() - requests) * 1e6


def stages(path, seconds, library):
    columns = {}
    for protocol in PROTOCOLS:
        print(f"· {protocol}", file=sys.stderr, flush=True)
        times, calls = traced(path, protocol, seconds), counted(path, protocol, seconds, library)
        column = {"queue": times["queue"], "compute": times["compute"], "encode": times["encode"], "write": calls["send"]}
        code = instructions(path, protocol, seconds)
        if code:
            us_an_instruction = user_us(path, protocol, seconds) / code["total"]
            column["decode"] = code["decode"] * us_an_instruction
            column["admit"] = max(code["admission"] - code["submit"], 0) * us_an_instruction
            column["read"] = max(times["before queue"] - column["decode"] - column["admit"], 0)
        else:
            column["read, decode, admit together"] = times["before queue"]
        column["the client, the kernel and waking up"] = max(times["client"] - times["server"] - calls["send"], 0)
        column["all, as the client sees it"] = times["client"]
        columns[protocol] = (column, calls, system_calls(path, protocol, seconds), times["traces"], code)
    return columns


def print_stages(columns):
    print("\n| µs | HTTP JSON | HTTP binary | gRPC |\n|---|---|---|---|")
    for row in ("read", "decode", "admit", "read, decode, admit together", "queue", "compute", "encode", "write",
                "the client, the kernel and waking up", "all, as the client sees it"):
        values = [column.get(row) for column, *_ in columns.values()]
        if any(v is not None for v in values):
            print(f"| {row} | " + " | ".join("?" if v is None else f"{v:.1f}" for v in values) + " |")
    print("| **a request** | | | |")
    for row, form in (("allocations", "{:.1f}"), ("allocated bytes", "{:,.0f}")):
        print(f"| {row} | " + " | ".join(form.format(calls[row]) for _, calls, *_ in columns.values()) + " |")
    traced_calls = [system for _, _, system, *_ in columns.values()]
    print("| system calls | " + " | ".join("?" if c is None else f"{sum(c.values()):.1f}" for c in traced_calls) + " |")
    print("| instructions | " + " | ".join("?" if code is None else f"{code['total']:,.0f}" for *_, code in columns.values()) + " |")
    for protocol, (_, calls, system, count, _) in columns.items():
        listed = ", ".join(f"{name} {times:.1f}" for name, times in (system or {}).items())
        print(f"{protocol}: {count} traces; receives {calls['receives']:.1f}, sends {calls['sends']:.1f}; {listed or 'no strace'}")


def answers_rightly(port, path, load, numbers):
    """Whether the server gives the right answer already."""
    import numpy
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", path, load.body, load.headers)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    if answer.status != 200:
        return False
    if not numpy.allclose(json.loads(body)["outputs"][0]["data"], numbers, rtol=1e-3, atol=1e-4):
        raise Failed("a wrong answer")
    return True


def cold_starts(path, starts, known, options=()):
    """Milliseconds from starting the process to its first right answer; the lowest, the median and the highest."""
    from compare import expected
    numbers, times = expected("mlp", path), []
    with tempfile.TemporaryDirectory() as folder:
        load = Http("", "mlp", Path(folder))
        cache = Path(folder) / "cache"
        for _ in range(starts + known):
            if not known:
                shutil.rmtree(cache, ignore_errors=True)
            port = free_port()
            begin = time.perf_counter()
            process = subprocess.Popen([str(a) for a in (PROGRAM, "serve", path, "--name", "mlp", "--http-port", port,
                                                         "--grpc-port", "none", "--metrics-port", "none", *options)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env={**os.environ, "SLIPWAY_CACHE_DIR": str(cache)})
            try:
                while not answers_rightly(port, "/v2/models/mlp/infer", load, numbers):
                    if process.poll() is not None or time.perf_counter() - begin > 30:
                        raise Failed("the server did not start")
                    time.sleep(0.001)
                times.append((time.perf_counter() - begin) * 1e3)
            finally:
                process.terminate()
                process.wait(30)
    times = sorted(times[1:] if known else times)  # the first one made the choice
    return times[0], statistics.median(times), times[-1]


def print_starts(path, starts):
    print("\n| process start to first right answer | lowest ms | median ms | highest ms |\n|---|---|---|---|")
    for name, known, options in (("`--backend onnxruntime`", False, ["--backend", "onnxruntime"]),
                                 ("`auto`, the choice known", True, []), ("`auto`, the choice to be measured", False, [])):
        lowest, median, highest = cold_starts(path, starts, known, options)
        print(f"| {name} | {lowest:.0f} | {median:.0f} | {highest:.0f} |")


def resident(pid):
    """Resident MB in all, what of it the process wrote, and the largest parts."""
    libraries, own, name = {}, 0, ""
    for line in Path(f"/proc/{pid}/smaps").read_text().split("\n"):
        head = re.match(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s*(.*)", line)
        if head:
            name = Path(head[1]).name or "no file"
        elif line.startswith("Rss:"):
            libraries[name] = libraries.get(name, 0) + int(line.split()[1]) / 1e3
        elif line.startswith("Private_Dirty:"):
            own += int(line.split()[1]) / 1e3
    largest = sorted(libraries.items(), key=lambda item: -item[1])[:6]
    return sum(libraries.values()), own, ", ".join(f"{name} {size:.1f}" for name, size in largest)


def print_idle(path, seconds=10):
    print("\n| idle | resident MB | of it written | threads | CPU ms in 10 s |\n|---|---|---|---|---|")
    notes = []
    with tempfile.TemporaryDirectory() as folder:
        for name, what, options in (("no model", folder, ["--watch"]), ("the MLP", path, ["--backend", "onnxruntime"])):
            with contextlib.ExitStack() as stack:
                own = Slipway(stack, what, options)
                time.sleep(2)
                cpu = change(own.cpu_seconds, lambda: time.sleep(seconds)) / seconds * 10
                whole, private, largest = resident(own.pid)
                threads = len(list(Path(f"/proc/{own.pid}/task").iterdir()))
            print(f"| {name} | {whole:.0f} | {private:.0f} | {threads} | {cpu * 1e3:.1f} |")
            notes.append(f"{name}: {largest}")
    print("\n".join(notes))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=2)
    arguments.add_argument("--starts", type=int, default=9)
    arguments.add_argument("--only", choices=["stages", "starts", "idle"])
    chosen = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are ended then too
    built = ROOT / "build/bench"
    built.mkdir(parents=True, exist_ok=True)
    path, library = built / "mlp.onnx", built / "count_calls.so"
    subprocess.run([str(PYTHON), str(ROOT / "bench/make_mlp.py"), str(path)], check=True)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(ROOT / "bench/count_calls.c"), "-ldl"], check=True)
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"{os.cpu_count()} cores, {cpu}; load average {os.getloadavg()[0]:.1f} at the start; one client, one row of the MLP")
    if chosen.only in (None, "stages"):
        print_stages(stages(path, chosen.seconds, library))
    if chosen.only in (None, "starts"):
        print_starts(path, chosen.starts)
    if chosen.only in (None, "idle"):
        print_idle(path)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"bench/stages.py: {failed}")
