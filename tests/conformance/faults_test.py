"""What goes wrong behind the door, made to happen by the fake backend: runs that fail, a full queue, time that is over,
clients that leave, an end in the middle. And what must go right meanwhile: everyone gets the answer to his own request.
"""
import contextlib
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from http_call import Answer, call
from program import Server, fake_model, rows

LIMIT_S = 60
# A request of LONG rows occupies the one instance for two seconds; others of one row are done at once.
SLOW = "delay_us_per_row=50000"
LONG = [0.0] * 40
ONE_BY_ONE = ["--instances", "1", "--max-batch-size", "0"]


def infer(server: Server, *values: float, **parameters) -> Answer:
    return call(server.url + "/v2/models/m/infer", rows(*values) | {"parameters": parameters})


def echoed(answer: Answer) -> list[float]:
    """The value of each row of an answer."""
    assert answer.status == 200, answer.body
    return answer.json["outputs"][0]["data"][::4]


@contextlib.contextmanager
def occupied(server: Server):
    """While a long request runs. It must still run at the end of the block, or the block has shown nothing."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(infer, server, *LONG)
        server.wait_for(1, "slipway_instances_busy")
        yield running
        assert not running.done(), "the machine was too slow for this test"


@pytest.mark.parametrize("how", ["fail", "throw"])
def test_a_run_that_fails_is_500_and_the_next_is_served(tmp_path, how):
    model = fake_model(tmp_path, f"{how}=the matrix is singular", "fail_every=2")
    with Server([model, *ONE_BY_ONE]) as server:
        answers = [infer(server, 7) for _ in range(6)]
        # which of two is the first depends on how often the model was tried when it was loaded
        assert {tuple(answer.status for answer in answers[i::2]) for i in (0, 1)} == {(200,) * 3, (500,) * 3}
        for answer in answers:
            if answer.status == 200:
                assert echoed(answer) == [7]
            else:
                assert "the matrix is singular" in answer.error
        assert server.metric("slipway_requests_total", model="m", outcome="internal") == 3
        assert server.metric("slipway_requests_total", model="m", outcome="success") == 3


def test_the_friendly_door_says_as_much_of_a_run_that_fails(tmp_path):
    with Server([fake_model(tmp_path, "throw=the matrix is singular"), *ONE_BY_ONE]) as server:
        answer = call(server.url + "/services/m", {"input": [[1, 2, 3, 4]]})
        assert answer.status == 500
        assert "the matrix is singular" in answer.error


def test_a_full_queue_refuses_the_surplus_and_answers_what_it_took(tmp_path):
    surplus = 8
    start = threading.Barrier(surplus)

    def together(server: Server) -> Answer:
        start.wait(LIMIT_S)
        return infer(server, 2)

    with Server([fake_model(tmp_path, SLOW), *ONE_BY_ONE, "--queue-limit", "1"]) as server:
        with ThreadPoolExecutor(surplus + 1) as pool:
            with occupied(server) as running:
                waiting = pool.submit(infer, server, 1)
                server.wait_for(1, "slipway_queue_depth")
                for answer in pool.map(together, [server] * surplus):
                    assert answer.status == 503, answer.body
                    assert int(answer.headers["Retry-After"]) >= 1
                    assert '"m"' in answer.error
            assert echoed(running.result(LIMIT_S)) == LONG
            assert echoed(waiting.result(LIMIT_S)) == [1]
        assert server.metric("slipway_requests_total", outcome="resource_exhausted") == surplus
        assert server.metric("slipway_requests_total", outcome="success") == 2
        assert echoed(infer(server, 3)) == [3]


@pytest.mark.parametrize(
    "yaml,parameters,status,limit",
    [
        # the request that occupies the instance must come to it within the model's time, on a busy machine too
        pytest.param("timeout_ms: 500", {}, 504, "500.0 ms", id="of-the-model"),
        pytest.param("", {"timeout": 50_000}, 504, "50.0 ms", id="of-the-request"),
        pytest.param("timeout_ms: 60000", {"timeout": 50_000}, 504, "50.0 ms", id="the-request-asks-for-less"),
        pytest.param("timeout_ms: 500", {"timeout": 60_000_000}, 504, "500.0 ms", id="the-request-cannot-ask-for-more"),
        pytest.param("timeout_ms: 60000", {"timeout": 60_000_000}, 200, None, id="long-enough"),
    ],
)
def test_a_request_whose_time_is_over_while_it_waits_is_504(tmp_path, yaml, parameters, status, limit):
    model = fake_model(tmp_path, SLOW)
    (tmp_path / "m.yaml").write_text(yaml + "\n")
    with Server([model, *ONE_BY_ONE]) as server, ThreadPoolExecutor(1) as pool:
        with occupied(server):
            waiting = pool.submit(infer, server, 5, **parameters)
            server.wait_for(1, "slipway_queue_depth")
        answer = waiting.result(LIMIT_S)
        assert answer.status == status, answer.body
        if status == 200:
            assert echoed(answer) == [5]
        else:
            assert f" {limit}" in answer.error
        assert server.metric("slipway_requests_total", outcome="deadline_exceeded") == (status == 504)
        assert server.metric("slipway_batch_rows_count") == (1 if status == 504 else 2), "it ran all the same"


@pytest.mark.parametrize("timeout", [-1, 10**12, 0.5, "soon", True])
def test_a_timeout_out_of_range_is_400(tmp_path, timeout):
    with Server([fake_model(tmp_path), *ONE_BY_ONE]) as server:
        answer = infer(server, 1, timeout=timeout)
        assert answer.status == 400, answer.body
        assert "timeout" in answer.error


def test_a_client_that_leaves_is_dropped_before_its_request_runs(tmp_path):
    body = json.dumps(rows(9)).encode()
    head = f"POST /v2/models/m/infer HTTP/1.1\r\nHost: m\r\nContent-Length: {len(body)}\r\n\r\n"
    with Server([fake_model(tmp_path, SLOW), *ONE_BY_ONE]) as server:
        host, port = server.address.split(":")
        with occupied(server) as running:
            with socket.create_connection((host, int(port)), timeout=LIMIT_S) as client:
                client.sendall(head.encode() + body)
                server.wait_for(1, "slipway_queue_depth")
        assert echoed(running.result(LIMIT_S)) == LONG
        server.wait_for(1, "slipway_requests_total", outcome="cancelled")
        assert server.metric("slipway_batch_rows_count") == 1, "it ran all the same"
        assert echoed(infer(server, 3)) == [3]


def test_what_was_accepted_is_answered_before_the_end(tmp_path):
    with Server([fake_model(tmp_path, SLOW), *ONE_BY_ONE]) as server, ThreadPoolExecutor(1) as pool:
        with occupied(server) as running:
            waiting = pool.submit(infer, server, 6)
            server.wait_for(1, "slipway_queue_depth")
            server.process.terminate()
        assert echoed(running.result(LIMIT_S)) == LONG
        assert echoed(waiting.result(LIMIT_S)) == [6]
        assert server.process.wait(LIMIT_S) == 0


@pytest.mark.alone
def test_a_long_request_to_a_quick_model_keeps_nobody_else_waiting(tmp_path):
    """Even on the only thread that reads, and although every request until then was done in no time."""
    model = fake_model(tmp_path, "delay_us_per_row=20")
    with Server([model, *ONE_BY_ONE, "--http-threads", "1"]) as server, ThreadPoolExecutor(1) as pool:
        for _ in range(20):
            assert echoed(infer(server, 1)) == [1]
        running = pool.submit(infer, server, *[0.0] * 100_000)  # two seconds
        slowest = 0.0
        while not running.done():
            begin = time.monotonic()
            assert call(server.url + "/v2/health/live").status == 200
            slowest = max(slowest, time.monotonic() - begin)
        assert running.result().status == 200
        assert slowest < 1


@pytest.mark.parametrize("most_rows", [1, 3])
def test_requests_are_joined_and_everyone_gets_his_own_rows(tmp_path, most_rows):
    clients, turns = 8, 5
    start = threading.Barrier(clients)

    def ask(server: Server, client: int) -> int:
        start.wait(LIMIT_S)
        sent = 0
        for turn in range(turns):
            values = [client * 100 + turn * 10 + row for row in range(1 + client % most_rows)]
            assert echoed(infer(server, *values)) == values
            sent += len(values)
        return sent

    with Server([fake_model(tmp_path, "delay_us=20000"), "--instances", "1"]) as server:
        with ThreadPoolExecutor(clients) as pool:
            sent = sum(pool.map(ask, [server] * clients, range(clients)))
        batches = server.metric("slipway_batch_rows_count")
        assert batches < clients * turns, "nothing was joined"
        assert server.metric("slipway_batch_rows_bucket", le="1") < batches
        assert server.metric("slipway_batch_rows_bucket", le="16") == batches
        assert server.metric("slipway_batch_rows_sum") == sent


def test_at_the_end_what_cannot_be_answered_in_time_is_dropped(tmp_path):
    """The process ends in order: what runs is answered, what waits is not run."""
    fake_model(tmp_path, "delay_us=700000")
    app = tmp_path / "app.yaml"
    app.write_text("server: {http_port: 0, grpc_port: 0, metrics_port: none, drain_timeout_ms: 1200}\n"
                   "models: [{path: m.fake, instances: 1, max_batch_size: 0}]\n")
    with Server([app], ports=[]) as server:
        with ThreadPoolExecutor(4) as clients:
            answers = [clients.submit(call, server.url + "/v2/models/m/infer", rows(1)) for _ in range(4)]
            server.wait_for(1, "slipway_instances_busy")
            server.wait_for(3, "slipway_queue_depth")
            begin = time.monotonic()
            assert server.stop() == 0
            took_s = time.monotonic() - begin
            outcomes = [answer.exception() or answer.result().status for answer in answers]
    assert took_s < 2.5  # one run of 0.7 s, not four
    assert outcomes.count(200) == 1, outcomes
    assert any("dropped" in line for line in server.log)
