"""`slipway bench` as a user runs it: on running servers over each protocol, and on a model's file."""
import json
import pathlib
import re
import signal
import subprocess
from multiprocessing.shared_memory import SharedMemory

import pytest

from http_call import call
from program import PROGRAM, Server, fake_model, free_port, run

SHORT = ["--warm-up", "0.1", "--max-windows", "3"]
WINDOW = ["--window", "0.3"]
LONG_WINDOW = ["--window", "0.7"]
PERCENTILES = ["min", "p50", "p90", "p95", "p99", "p99.9", "max"]
DELAY_MS = 5


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A server whose one model takes DELAY_MS for a request, eight at a time."""
    path = fake_model(tmp_path_factory.mktemp("slow"), f"delay_us={DELAY_MS * 1000}")
    with Server([path, "--backend", "fake", "--max-batch-size", "0", "--instances", "8"]) as running:
        yield running


def bench(*arguments, code: int = 0, window: list = WINDOW) -> dict:
    done = run("bench", *arguments, *SHORT, *window, "--json")
    assert (done.returncode, done.stderr) == (code, ""), (done.returncode, done.stderr, done.stdout)
    return json.loads(done.stdout)


def check_point(point: dict) -> None:
    """The figures of one load agree with one another."""
    for kind in ("latency_ms", "service_ms"):
        values = [point[kind][name] for name in PERCENTILES]
        assert values == sorted(values) and values[0] > 0
        assert values[0] <= point[kind]["mean"] <= values[-1]
    assert point["throughput"] == pytest.approx(point["count"] / point["seconds"])
    judged = point["windows"][-point["judged_windows"] :]
    assert len(judged) >= min(3, len(point["windows"]))
    assert point["count"] == sum(window["count"] for window in judged)
    assert point["seconds"] == pytest.approx(sum(window["seconds"] for window in judged))
    # what is under way at once is what the clients have: Little's law
    assert point["throughput"] * point["service_ms"]["mean"] / 1000 <= point["clients"] * 1.1


def one_sentence(*arguments) -> str:
    done = run("bench", *arguments, *SHORT, *WINDOW)
    assert (done.returncode, done.stdout) == (2, ""), (done.returncode, done.stdout, done.stderr)
    (line,) = done.stderr.splitlines()
    assert line.startswith("slipway bench: ")
    return line


def address(server: Server, protocol: str) -> str:
    return f"grpc://{server.grpc_address}" if protocol == "grpc" else server.url


@pytest.mark.parametrize("protocol", ["http", "http-json", "grpc"])
def test_a_closed_loop_keeps_its_clients_busy(slow, protocol):
    document = bench(address(slow, protocol), "--protocol", protocol, "-c", "1,4")
    assert (document["model"], document["protocol"]) == ("m", protocol)
    assert document["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [1, 4]}]
    assert [point["clients"] for point in document["points"]] == [1, 4]
    for point in document["points"]:
        check_point(point)
        assert point["loop"] == "closed" and point["errors"] == 0 and not point["interrupted"]
        assert DELAY_MS <= point["latency_ms"]["p50"] < 3 * DELAY_MS
    one, four = (point["throughput"] for point in document["points"])
    assert four > 2 * one


@pytest.mark.parametrize("protocol", ["in-process", "http", "grpc"])
def test_a_models_file_is_loaded_and_asked(tmp_path, protocol):
    path = fake_model(tmp_path, f"delay_us={DELAY_MS * 1000}")
    document = bench(path, "--backend", "fake", "--protocol", protocol, "-c", "2", "--batch", "3")
    assert document["protocol"] == protocol
    assert document["inputs"][0]["shape"] == [3, 4]
    (point,) = document["points"]
    check_point(point)
    assert point["rows_per_second"] == pytest.approx(3 * point["throughput"])
    assert point["latency_ms"]["p50"] >= DELAY_MS


def test_in_process_is_what_a_file_gets_and_guesses_open_dimensions(made_models):
    assert bench(made_models / "sum_and_difference.onnx")["protocol"] == "in-process"


def test_open_dimensions_are_guessed_by_asking(server):
    document = bench(f"{server.url}/v2/models/minilm", "-c", "1")
    assert all(shape[0] == 1 and shape[1] > 0 for shape in (entry["shape"] for entry in document["inputs"]))
    assert document["points"][0]["errors"] == 0


@pytest.mark.parametrize("protocol", ["http", "grpc"])
@pytest.mark.alone
@pytest.mark.parametrize("loop", ["constant", "poisson"])
def test_an_open_loop_reaches_its_rate(slow, protocol, loop):
    arguments = ["--rate", "200", *(["--poisson"] if loop == "poisson" else [])]
    (point,) = bench(address(slow, protocol), *arguments, window=LONG_WINDOW)["points"]
    check_point(point)
    assert (point["loop"], point["rate"]) == (loop, 200)
    assert point["throughput"] == pytest.approx(200, rel=0.1 if loop == "constant" else 0.25), point
    # the machine may be busy with others' work, which delays the median a little
    assert DELAY_MS <= point["latency_ms"]["p50"] < 3 * DELAY_MS, point


@pytest.mark.alone
def test_an_open_loop_sees_the_queue_that_its_clients_hide(tmp_path):
    """One instance of 20 ms gets 100 requests a second, twice what it can: each client sees only its own 20 ms."""
    path = fake_model(tmp_path, "delay_us=20000")
    with Server([path, "--backend", "fake", "--max-batch-size", "0", "--instances", "1"]) as server:
        (point,) = bench(server.url, "--rate", "100", "-c", "1", window=LONG_WINDOW)["points"]
    assert point["service_ms"]["p99"] < 60
    assert point["latency_ms"]["p99"] > 500
    assert point["throughput"] < 55
    assert point["unfinished"]["count"] > 40
    assert any("does not keep up" in note for note in point["notes"])
    assert not point["stable"]


def test_failed_requests_are_counted_with_an_example(tmp_path):
    path = fake_model(tmp_path, "fail_every=3", "fail=no luck today", "delay_us=1000")
    arguments = [path, "--backend", "fake", "--max-batch-size", "0", "--instances", "1"]
    for protocol in ("http", "grpc"):
        with Server(arguments) as server:
            (point,) = bench(address(server, protocol), "-c", "1", code=1)["points"]
        assert point["count"] > point["errors"] > 0
        assert "no luck today" in point["error_example"]
    with Server(arguments) as server:
        done = run("bench", server.url, *SHORT, *WINDOW)
    assert done.returncode == 1
    assert re.search(r"1 client: \d+ requests failed in all, the first with: status 500: .*no luck today", done.stdout)


@pytest.mark.parametrize("protocol", ["http", "http-json", "grpc", "in-process"])
def test_a_first_request_that_fails_ends_it_with_the_servers_sentence(tmp_path, protocol):
    path = fake_model(tmp_path, "fail=no luck today")
    file = tmp_path / "row.json"
    file.write_text(json.dumps({"x": [[1, 2, 3, 4]]}))
    for arguments in ([], ["--input", file]):
        assert "no luck today" in one_sentence(path, "--backend", "fake", "--protocol", protocol, *arguments)


def test_the_table_and_the_page_show_what_was_measured(slow, tmp_path):
    page = tmp_path / "report.html"
    done = run("bench", slow.url, "-c", "1:4:*2", *SHORT, *WINDOW, "--html", page)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^load +requests/s .* p99.9 ms", done.stdout, re.MULTILINE)
    for load in ("1 client", "2 clients", "4 clients"):
        assert re.search(rf"^{load} +\d", done.stdout, re.MULTILINE), done.stdout
    text = page.read_text()
    assert text.count("<svg") == 2 and text.count("<polyline") == 5
    for load in ("1 client", "2 clients", "4 clients"):
        assert f"</span>{load}</li>" in text
    # addresses are there as text alone: nothing is fetched
    assert not re.search(r"(src|href)\s*=|url\(|@import|<script|<link", text)


def test_interrupting_gives_what_was_measured(slow):
    command = [PROGRAM, "bench", slow.url, "-c", "2", "--json", "--warm-up", "0", "--window", "0.2", "--stability", "0"]
    command += ["--max-windows", "1000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        before = slow.metric("slipway_requests_total", model="m")
        slow.wait_for(before + 200, "slipway_requests_total", model="m")
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (0, "")
    (point,) = json.loads(output)["points"]
    assert point["interrupted"] and point["count"] > 50
    check_point(point)


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_a_server_that_dies_in_the_middle_is_told(tmp_path, protocol):
    path = fake_model(tmp_path, "delay_us=1000")
    with Server([path, "--backend", "fake"]) as server:
        command = [PROGRAM, "bench", address(server, protocol), "-c", "2", "--json", "--window", "0.2"]
        command += ["--warm-up", "0", "--stability", "0", "--max-windows", "1000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            server.wait_for(200, "slipway_requests_total", model="m")
            server.process.kill()
            output, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (1, "")
    (point,) = json.loads(output)["points"]
    assert point["count"] > 50
    assert re.search("refused|reset", point["gone"])
    assert any("the server has gone in the middle" in note for note in point["notes"])


def test_what_cannot_be_reached_ends_with_a_sentence(slow):
    port = free_port()
    assert "Connection refused" in one_sentence(f"http://127.0.0.1:{port}")
    assert f"127.0.0.1:{port}" in one_sentence(f"grpc://127.0.0.1:{port}")
    assert "status 404" in one_sentence(f"{slow.url}/v2/models/nothing")
    assert "unknown model: 'nothing'" in one_sentence(f"grpc://{slow.grpc_address}/nothing")


def test_a_server_of_several_models_asks_for_one(server):
    for protocol in ("http", "grpc"):
        assert "name one" in one_sentence(address(server, protocol))
        document = bench(address(server, protocol), "--model", "identity_fp32")
        assert document["model"] == "identity_fp32"


@pytest.mark.parametrize(
    "arguments, part",
    [
        (["-c", "0"], "--concurrency"),
        (["-c", "1,2", "--rate", "10"], "one number beside --rate"),
        (["--poisson"], "--poisson: a rate expected"),
        (["--seed", "3", "--rate", "10"], "--seed: --poisson expected beside it"),
        (["--instances", "2"], "--instances: a model's file or folder expected beside it; http://127.0.0.1:"),
        (["--rate", "fast"], "--rate"),
        (["--shape", "y:1,4"], 'no input "y"'),
        (["--shape", "x:1,5"], "[-1,4] expected"),
        (["--protocol", "grpc"], "grpc://HOST:PORT"),
        (["--model", "other"], "404"),
        (["--input", "/no/such/file.json"], "/no/such/file.json"),
        (["--html", "/no/such/folder/x.html"], "--html /no/such/folder/x.html: cannot be written"),
    ],
)
def test_a_wrong_command_line_ends_with_a_sentence(slow, arguments, part):
    assert part in one_sentence(slow.url, *arguments)


@pytest.mark.parametrize(
    "arguments, part",
    [
        (["--warm-up", "nan"], '--warm-up: "nan" given; a time up to a day expected, as 5s'),
        (["--window", "1ms"], '--window: "1ms" given; 10ms or more expected'),
        (["--stability", "nan"], "--stability: nan given"),
    ],
)
def test_a_wrong_length_of_a_window_is_told(slow, arguments, part):
    done = run("bench", slow.url, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr


def test_a_name_is_sent_as_a_url_may_hold_it(tmp_path):
    path = fake_model(tmp_path, name="mein Modell ä")
    with Server([path]) as running:
        assert "/v2/models/mein%20Modell%20%C3%A4/infer" in "".join(running.log)
        for target in (running.url, f"{running.url}/v2/models/mein Modell ä"):
            assert bench(target)["points"][0]["errors"] == 0
        for protocol in ("http", "grpc"):
            document = bench(address(running, protocol), "--model", "mein Modell ä")
            assert (document["model"], document["points"][0]["errors"]) == ("mein Modell ä", 0)
        assert bench(f"grpc://{running.grpc_address}/mein Modell ä")["model"] == "mein Modell ä"
    assert bench(str(path), "--protocol", "http")["points"][0]["errors"] == 0


def regions(server: Server) -> list:
    return json.loads(call(f"{server.url}/v2/systemsharedmemory/status").body)


def objects_in_shared_memory() -> list:
    return list(pathlib.Path("/dev/shm").glob("slipway-bench-*"))


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_tensors_may_lie_in_shared_memory(slow, protocol):
    bytes_before = slow.metric("slipway_response_bytes_total", model="m")
    requests_before = slow.metric("slipway_requests_total", model="m", outcome="success")
    document = bench(address(slow, protocol), "--shared-memory", "-c", "1,4", "--load-threads", "2", "--batch", "500")
    assert (document["protocol"], document["shared_memory"]) == (protocol, True)
    assert document["inputs"][0]["shape"] == [500, 4]
    assert document["request_bytes"] < 1000
    for point in document["points"]:
        check_point(point)
        assert point["errors"] == 0 and point["latency_ms"]["p50"] >= DELAY_MS
    # 8000 bytes of output went over the socket once, to see how large it is
    requests = slow.metric("slipway_requests_total", model="m", outcome="success") - requests_before
    assert slow.metric("slipway_response_bytes_total", model="m") - bytes_before < 8000 + 1000 + 500 * requests
    assert (regions(slow), objects_in_shared_memory()) == ([], [])


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_interrupted_it_leaves_no_shared_memory(slow, protocol):
    command = [PROGRAM, "bench", address(slow, protocol), "--shared-memory", "-c", "2", "--json", "--warm-up", "0"]
    command += ["--window", "0.2", "--stability", "0", "--max-windows", "1000"]
    for number in (signal.SIGINT, signal.SIGTERM):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            before = slow.metric("slipway_requests_total", model="m")
            slow.wait_for(before + 100, "slipway_requests_total", model="m")
            assert 1 <= len(regions(slow)) <= 2 and objects_in_shared_memory() == []
            running.send_signal(number)
            output, errors = running.communicate(timeout=20)
        assert (running.returncode, errors) == (0, "")
        assert json.loads(output)["points"][0]["interrupted"]
        assert (regions(slow), objects_in_shared_memory()) == ([], [])


def test_shared_memory_finds_open_dimensions_and_serves_a_file(server, made_models):
    document = bench(f"{server.url}/v2/models/minilm", "--shared-memory")
    assert document["inputs"][0]["shape"][1] > 0 and document["points"][0]["errors"] == 0
    assert bench(made_models / "sum_and_difference.onnx", "--shared-memory", "--protocol", "http")["shared_memory"]


def test_shared_memory_that_a_server_has_not_is_told(tmp_path):
    with Server([fake_model(tmp_path), "--backend", "fake", "--no-shared-memory"]) as server:
        for protocol in ("http", "grpc"):
            line = one_sentence(address(server, protocol), "--shared-memory")
            assert f"--shared-memory: {address(server, protocol)} has none" in line
        assert "a server expected" in one_sentence(server.url, "--shared-memory", "--protocol", "http-json")
        assert "a server expected" in one_sentence(tmp_path / "m.fake", "--shared-memory")


def test_a_region_that_a_server_refuses_is_told(tmp_path):
    """As one does that runs in a container with a /dev/shm of its own: here it has too many regions already."""
    memory = SharedMemory(create=True, size=64)
    try:
        with Server([fake_model(tmp_path), "--backend", "fake"]) as server:
            body = {"key": memory.name, "offset": 0, "byte_size": 64}
            for i in range(1024):
                assert call(f"{server.url}/v2/systemsharedmemory/region/r{i}/register", body).status == 200
            for protocol in ("http", "grpc"):
                line = one_sentence(address(server, protocol), "--shared-memory")
                assert "refuses the region" in line and "1024 are registered" in line
            assert objects_in_shared_memory() == []
    finally:
        memory.close()
        memory.unlink()


def test_a_file_is_sent_as_it_is(slow, tmp_path):
    file = tmp_path / "rows.json"
    file.write_text(json.dumps({"x": [[1, 2, 3, 4], [5, 6, 7, 8]]}))
    document = bench(slow.url, "--input", file)
    assert document["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [2, 4]}]
    assert document["points"][0]["errors"] == 0
