"""The schedule policy extension and the knobs of dynamic batching, through Triton's own clients, on a model that takes a
while: who is taken first, who is refused and who only waits longer, and in which order answers leave.
"""
import contextlib
import os
import pathlib
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http
from tritonclient.utils import InferenceServerException

from http_call import call
from perf_analyzer_test import CUDA_RUNTIME, PERF_ANALYZER
from program import Server, fake_model, rows, run_serve

pytestmark = pytest.mark.alone

LIMIT_S = 60
# A request of LONG rows occupies an instance for two seconds; one row is done at once.
SLOW = "delay_us_per_row=50000"
LONG = 40
ONE_BY_ONE = ["--instances", "1", "--max-batch-size", "0"]
TRITON = """
backend: "fake"
default_model_filename: "model.fake"
max_batch_size: 0
input [ { name: "x" data_type: TYPE_FP32 dims: [ -1, 4 ] } ]
output [ { name: "y" data_type: TYPE_FP32 dims: [ -1, 4 ] } ]
instance_group [ { count: 1 } ]
"""


class Asker:
    """Sends requests at once, one a thread, and notes in which order they were answered and how."""

    def __init__(self, server: Server, protocol: str):
        self.answered: list[str] = []
        self.when_s: dict[str, float] = {}
        self.errors: dict[str, str] = {}
        self._server = server
        self._library = {"http": triton_http, "grpc": triton_grpc}[protocol]
        self._address = {"http": server.address, "grpc": server.grpc_address}[protocol]
        self._threads: list[threading.Thread] = []

    def send(self, name: str, count: int = 1, **arguments) -> None:
        """`count` rows; the arguments are those of infer() in tritonclient."""
        self._threads.append(threading.Thread(target=self._ask, args=(name, count, arguments)))
        self._threads[-1].start()

    def queue(self, name: str, waiting: int, **arguments) -> None:
        """The same, and returns when so many wait on the server."""
        self.send(name, **arguments)
        self._server.wait_for(waiting, "slipway_queue_depth")

    def _ask(self, name: str, count: int, arguments: dict) -> None:
        tensor = self._library.InferInput("x", [count, 4], "FP32")
        tensor.set_data_from_numpy(np.zeros((count, 4), np.float32))
        try:
            with self._library.InferenceServerClient(self._address) as client:
                client.infer("m", [tensor], **arguments)
        except InferenceServerException as error:
            self.errors[name] = f"{error.status()}: {error.message()}"
        self.when_s[name] = time.monotonic()
        self.answered.append(name)

    def finish(self) -> None:
        for thread in self._threads:
            thread.join(LIMIT_S)
            assert not thread.is_alive()


@contextlib.contextmanager
def asking(server: Server, protocol: str, rows_of_long: int = LONG) -> Iterator[Asker]:
    """While the one instance is busy. All is answered at the end of the block."""
    asker = Asker(server, protocol)
    asker.send("long", rows_of_long)
    server.wait_for(1, "slipway_instances_busy")
    yield asker
    assert "long" not in asker.answered, "the machine was too slow for this test"
    asker.finish()


@pytest.fixture(params=["http", "grpc"])
def protocol(request) -> str:
    return request.param


def configured(folder: pathlib.Path, yaml: str, *lines: str) -> pathlib.Path:
    (folder / "m.yaml").write_text(yaml)
    return fake_model(folder, *(lines or (SLOW,)))


def from_triton(folder: pathlib.Path, dynamic_batching: str) -> pathlib.Path:
    """A repository with the model "m"."""
    (folder / "m" / "1").mkdir(parents=True)
    fake_model(folder / "m" / "1", SLOW, name="model")
    (folder / "m" / "config.pbtxt").write_text(TRITON + f"dynamic_batching {{ {dynamic_batching} }}\n")
    return folder


def test_the_extension_is_listed(tmp_path):
    with Server([fake_model(tmp_path)]) as server:
        assert "schedule_policy" in call(server.url + "/v2").json["extensions"]
        with triton_grpc.InferenceServerClient(server.grpc_address) as client:
            assert "schedule_policy" in client.get_server_metadata().extensions


PRIORITIES = {
    "model.yaml": lambda folder: configured(folder, "priorities: {levels: 3, default: 2}\n"),
    "config.pbtxt": lambda folder: from_triton(folder, "priority_levels: 3 default_priority_level: 2"),
}


@pytest.mark.parametrize("make", PRIORITIES.values(), ids=PRIORITIES.keys())
def test_the_first_priority_is_answered_first(tmp_path, protocol, make: Callable):
    with Server([make(tmp_path), *ONE_BY_ONE]) as server, asking(server, protocol) as asker:
        for waiting, priority in enumerate([3, 0, 1, 2, 1, 7], start=1):
            asker.queue(f"{waiting}. of {priority}", waiting, priority=priority)
    assert asker.answered == ["long", "3. of 1", "5. of 1", "2. of 0", "4. of 2", "6. of 7", "1. of 3"]
    assert not asker.errors


def test_a_batch_is_led_by_the_first_priority(tmp_path):
    yaml = "priorities: {levels: 2, default: 2}\nmax_batch_size: 2\nmax_delay_us: 1\n"
    with Server([configured(tmp_path, yaml, "delay_us=1000000"), "--instances", "1"]) as server:
        with asking(server, "http", rows_of_long=1) as asker:
            for waiting, priority in enumerate([2, 2, 1], start=1):
                asker.queue(f"{waiting}. of {priority}", waiting, priority=priority)
        assert set(asker.answered[1:3]) == {"3. of 1", "1. of 2"}
        assert asker.answered[3] == "2. of 2"


def test_the_configuration_tells_them(tmp_path):
    yaml = "preferred_batch_sizes: [4]\npriorities: {levels: 2, default: 1, policies: {2: {max_queue_size: 3}}}\n"
    with Server([configured(tmp_path, yaml)]) as server:
        with triton_http.InferenceServerClient(server.address) as client:
            told = client.get_model_config("m")["dynamic_batching"]
    assert told["preferred_batch_size"] == [4]
    assert (told["priority_levels"], told["default_priority_level"]) == (2, 1)
    assert told["priority_queue_policy"]["2"]["max_queue_size"] == 3


def test_a_model_without_priorities_takes_them_and_keeps_the_order(tmp_path, protocol):
    with Server([configured(tmp_path, ""), *ONE_BY_ONE]) as server, asking(server, protocol) as asker:
        for waiting, priority in enumerate([3, 1], start=1):
            asker.queue(str(priority), waiting, priority=priority)
    assert asker.answered == ["long", "3", "1"]


@pytest.mark.parametrize("priority", [-1, 0.5, "high", True])
def test_a_priority_that_is_none_is_400(tmp_path, priority):
    with Server([fake_model(tmp_path)]) as server:
        answer = call(server.url + "/v2/models/m/infer", rows(1) | {"parameters": {"priority": priority}})
        assert answer.status == 400, answer.body
        assert 'parameter "priority": an integer expected' in answer.error


POLICY = "priorities: {{policies: {{default: {{{}}}}}}}\n"


def test_what_is_late_is_refused(tmp_path, protocol):
    model = configured(tmp_path, POLICY.format("timeout_action: reject, default_timeout_us: 50000"))
    with Server([model, *ONE_BY_ONE]) as server:
        with asking(server, protocol) as asker:
            asker.queue("late", 1)
        assert set(asker.errors) == {"late"}
        assert "the request was not run" in asker.errors["late"]
        assert ("504" in asker.errors["late"]) if protocol == "http" else ("DEADLINE_EXCEEDED" in asker.errors["late"])
        assert server.metric("slipway_requests_total", outcome="deadline_exceeded") == 1
        assert server.metric("slipway_batch_rows_count") == 1, "it ran all the same"


def test_what_is_late_runs_behind_the_others_of_its_level(tmp_path, protocol):
    policy = "timeout_action: DELAY default_timeout_microseconds: 10000000 allow_timeout_override: true"
    folder = from_triton(tmp_path, "priority_levels: 2 default_priority_level: 1 default_queue_policy { %s }" % policy)
    with Server([folder, *ONE_BY_ONE]) as server:
        with asking(server, protocol) as asker:
            asker.queue("of the second level", 1, priority=2)
            asker.queue("late", 2, timeout=50_000)
            asker.queue("on time", 3)
        assert asker.answered == ["long", "on time", "late", "of the second level"]
        assert not asker.errors


@pytest.mark.parametrize("allowed", [True, False])
def test_a_requests_own_timeout_holds_where_it_is_allowed(tmp_path, protocol, allowed):
    policy = f"default_timeout_us: 30000000, allow_timeout_override: {str(allowed).lower()}"
    with Server([configured(tmp_path, POLICY.format(policy)), *ONE_BY_ONE]) as server:
        with asking(server, protocol) as asker:
            asker.queue("impatient", 1, timeout=50_000)
        assert ("impatient" in asker.errors) == allowed


def test_the_deadline_of_a_grpc_call_holds_whatever_the_policy(tmp_path):
    with Server([configured(tmp_path, POLICY.format("timeout_action: delay")), *ONE_BY_ONE]) as server:
        with asking(server, "grpc") as asker:
            asker.queue("impatient", 1, client_timeout=0.3)
        assert "Deadline Exceeded" in asker.errors["impatient"] or "DEADLINE" in asker.errors["impatient"]
        assert server.metric("slipway_batch_rows_count") == 1, "it ran all the same"


def test_a_level_that_is_full_refuses_its_own_alone(tmp_path, protocol):
    yaml = "priorities: {levels: 2, default: 1, policies: {2: {max_queue_size: 1}}}\n"
    with Server([configured(tmp_path, yaml), *ONE_BY_ONE]) as server:
        with asking(server, protocol) as asker:
            asker.queue("low", 1, priority=2)
            asker.send("surplus", priority=2)
            server.wait_for(1, "slipway_requests_total", outcome="resource_exhausted")
            asker.queue("high", 2)
        assert asker.answered == ["surplus", "long", "high", "low"]
        assert '1 requests of priority 2 wait already, the max_queue_size' in asker.errors["surplus"]
        status = "503" if protocol == "http" else "RESOURCE_EXHAUSTED"
        assert status in asker.errors["surplus"]


@pytest.mark.parametrize("preserve", [True, False])
def test_answers_leave_in_the_order_of_their_requests_where_that_is_asked_for(tmp_path, protocol, preserve):
    """Two instances: one is held up by the first request while the other is done with all that follow."""
    model = configured(tmp_path, f"preserve_ordering: {str(preserve).lower()}\n")
    with Server([model, "--instances", "2", "--max-batch-size", "0"]) as server:
        asker = Asker(server, protocol)
        asker.send("long", LONG)
        server.wait_for(1, "slipway_instances_busy")
        for done in (1, 2):
            asker.send(f"{done}. short")
            server.wait_for(done, "slipway_requests_total", outcome="success")
        assert "long" not in asker.answered, "the machine was too slow for this test"
        asker.finish()
        assert not asker.errors
        # clients that are answered at the same time may notice in any order
        early_s = [asker.when_s["long"] - asker.when_s[f"{done}. short"] for done in (1, 2)]
        assert max(early_s) < 0.5 if preserve else min(early_s) > 0.5


def test_a_batch_of_a_preferred_size_does_not_wait(tmp_path):
    yaml = "max_batch_size: 8\nmax_delay_us: 20000000\npreferred_batch_sizes: [3]\n"
    with Server([configured(tmp_path, yaml, "delay_us=1"), "--instances", "1"]) as server:
        asker = Asker(server, "http")
        begin = time.monotonic()
        asker.queue("1", 1)
        asker.queue("2", 2)
        asker.send("3")
        asker.finish()
        assert time.monotonic() - begin < 15
        assert server.metric("slipway_batch_rows_count") == 1
        assert server.metric("slipway_batch_rows_sum") == 3


def test_perf_analyzer_at_a_rate_with_priorities(tmp_path):
    model = configured(tmp_path, "priorities: {levels: 2, default: 2}\n", "delay_us=2000")
    with Server([model, *ONE_BY_ONE]) as server:
        command = [PERF_ANALYZER, "-m", "m", "-u", server.grpc_address, "-i", "grpc", "--request-rate-range", "100"]
        command += ["-p", "1000", "--max-trials", "3", "-s", "999", "--shape", "x:1,4", "--input-data", "zero"]
        command += ["--request-parameter", "priority:1:int"]
        environment = os.environ | {"LD_LIBRARY_PATH": str(CUDA_RUNTIME)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        output = done.stdout + done.stderr
        assert done.returncode == 0, output
        assert float(re.search(r"Throughput: ([\d.]+) infer/sec", output)[1]) > 50, output


def test_an_order_that_cannot_be_kept_is_an_error_with_its_line(tmp_path):
    done = run_serve([from_triton(tmp_path, "\npreserve_ordering: true priority_levels: 2 default_priority_level: 1")])
    assert done.returncode == 2
    (sentence,) = done.stderr.strip().splitlines()
    assert "config.pbtxt:8: dynamic_batching: preserve_ordering with 2 priorities: " in sentence
