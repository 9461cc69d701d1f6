"""A flood on one model does not take another model's slow answers above twice their own.

The flood comes from a process of its own, so that this one measures the server and not Python's lock. Both models are
fakes that sleep, so what is measured is what the server does. On a slow machine the flood's bytes alone may keep the cores
from the other model's client: there the measure is what as many of them do that reach no model."""
import http.client
import json
import math
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from program import Server, fake_model, rows

pytestmark = pytest.mark.alone

REQUESTS = 150
TURNS = 5
FLOODERS = 32

# Keeps each connection's pipeline full, or nearly where there is a most of requests a second, and says "." when it has been answered for a while.
FLOOD = """
import selectors, socket, sys, time
host, port, connections, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
what, body = sys.argv[5].encode(), sys.argv[6].encode()
request = what + b" HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body
ready = selectors.DefaultSelector()
for _ in range(connections):
    one = socket.create_connection((host, port))
    ready.register(one, selectors.EVENT_READ)
    one.sendall(4 * request)
answers, begin = 0, time.perf_counter()
while True:
    for key, _ in ready.select():
        got = key.fileobj.recv(65536)
        if not got:
            sys.exit("a connection was closed")
        count = got.count(b"HTTP/1.1 ")
        if answers < 20 * connections <= answers + count:
            print(".", flush=True)
        answers += count
        time.sleep(max(0, begin + answers / most - time.perf_counter()))
        key.fileobj.sendall(count * request)
"""


FLOOD_OF_RUNS = "POST /v2/models/flooded/infer"
FLOOD_OF_BYTES = "GET /v2/health/live"  # with the same body, which it has no use for


@contextmanager
def flood(server: Server, what: str, most: float):
    host, port = server.address.split(":")
    arguments = [host, port, str(FLOODERS), str(most), what, json.dumps(rows(1))]
    process = subprocess.Popen([sys.executable, "-c", FLOOD, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.read(1) == ".", "the flood did not begin"
        yield
        assert process.poll() is None, "the flood ended too early"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def p99_s(server: Server) -> float:
    """Of one client that asks the other model, one request after the other."""
    host, port = server.address.split(":")
    body = json.dumps(rows(1))
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    times = []
    for _ in range(REQUESTS):
        begin = time.perf_counter()
        connection.request("POST", "/v2/models/steady/infer", body)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - begin)
        assert answer.status == 200
    connection.close()
    return sorted(times)[math.ceil(0.99 * len(times)) - 1]


def median_p99s(server: Server, what: str, most: float = math.inf) -> tuple[float, float, float]:
    """Alone and under the flood, in turns: a moment in which the machine was busy with something else does not count,
    nor one in which the flood happened to leave the other model alone. And the runs of the flooded model a second."""
    alone, flooded, rates = [], [], []
    for _ in range(TURNS):
        alone.append(p99_s(server))
        with flood(server, what, most):
            begin, before = time.perf_counter(), server.metric("slipway_requests_total", model="flooded")
            flooded.append(p99_s(server))
            runs = server.metric("slipway_requests_total", model="flooded") - before
            rates.append(runs / (time.perf_counter() - begin))
    return statistics.median(alone), statistics.median(flooded), statistics.median(rates)


# The second has an instance free whenever one of its requests is read, so that all of its runs could be where they are
# read; the third has its queue full; the runs of the fourth are joined.
FLOODED = {
    "runs on its instances": (["delay_us=4000"], ["--max-batch-size", "0"]),
    "is quick, with many instances": (["delay_us=100"], ["--instances", "8", "--max-batch-size", "0"]),
    "is quick, with few": (["delay_us=100"], ["--instances", "2", "--max-batch-size", "0"]),
    "is quick and joined": (["delay_us=100"], []),
}


@pytest.mark.parametrize("flooded", FLOODED)
@pytest.mark.parametrize("steady_us", [1000, 8000])
def test_a_flood_on_one_model_leaves_another_alone(tmp_path, flooded, steady_us):
    lines, arguments = FLOODED[flooded]
    fake_model(tmp_path, *lines, name="flooded")
    fake_model(tmp_path, f"delay_us={steady_us}", name="steady")
    with Server([tmp_path, *arguments]) as server:
        alone, under_flood, rate = median_p99s(server, FLOOD_OF_RUNS)
        if under_flood > 2 * alone:
            _, under_bytes, _ = median_p99s(server, FLOOD_OF_BYTES, most=rate)
            assert under_flood <= 2 * under_bytes, (
                f"{1e3 * alone:.1f} ms alone, {1e3 * under_flood:.1f} ms under the flood of {rate:.0f} runs/s, "
                f"{1e3 * under_bytes:.1f} ms under as many requests without runs"
            )
