"""/metrics is what docs/http.md promises: every family, in Prometheus' text format, counting exactly what was asked."""
import json
import re
import socket

import pytest

from http_call import Answer, call
from program import ROOT, Server, fake_model, free_port, rows, run, wait_until

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="[^"\\\n]*",?)*)\})? (\S+)')
DURATIONS = ["request", "queue", "batch_assembly", "compute", "encode"]
BAD = {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 5], "data": [0] * 5}]}


@pytest.fixture
def server(tmp_path):
    """One of its own, so that nobody else is counted."""
    with Server([fake_model(tmp_path), "--instances", "1"]) as running:
        yield running


def infer(server: Server, body: dict) -> Answer:
    return call(server.url + "/v2/models/m/infer", body)


def promised() -> tuple[set[str], set[str]]:
    """The families that docs/http.md names: those of a model, and those of the process."""
    section = (ROOT / "docs" / "http.md").read_text().split("## Metrics")[1]
    table, rest = section.split("And of the process")
    found = (re.findall(r"`((?:slipway|process)_[a-z_]+)`", text) for text in (table, rest))
    of_models, of_process = map(set, found)
    assert len(of_models) >= 11 and len(of_process) >= 5, "the section is written differently now"
    return of_models, of_process


def parse(text: str) -> dict[str, list[tuple[str, dict, float]]]:
    """The samples (name, labels, value) of each family. Fails where the text is not as Prometheus' format has it."""
    families: dict[str, list] = {}
    types: dict[str, str] = {}
    family = ""
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# "):
            _, kind, family, rest = line.split(" ", 3)
            assert kind in ("HELP", "TYPE"), line
            if kind == "TYPE":
                assert family not in types, f"{family} comes twice"
                types[family] = rest
                families[family] = []
            continue
        parts = SAMPLE.fullmatch(line)
        assert parts, f"no sample: {line}"
        name, labels, value = parts.groups()
        endings = ["_bucket", "_sum", "_count"] if types[family] == "histogram" else [""]
        assert name in [family + ending for ending in endings], f"{line} stands under {family}"
        families[family].append((name, dict(re.findall(r'(\w+)="([^"]*)"', labels or "")), float(value)))
    for family, samples in families.items():
        assert len({(name, *sorted(labels.items())) for name, labels, _ in samples}) == len(samples), family
        assert types[family] in ("counter", "gauge", "histogram")
        assert types[family] != "counter" or all(value >= 0 for _, _, value in samples)
    return families


def buckets_of(families: dict, name: str) -> list[tuple[float, float]]:
    """Upper bounds and counts of a histogram of the only model."""
    return [(float(labels["le"]), value) for sample, labels, value in families[name] if sample == name + "_bucket"]


def test_every_promised_family_is_there_with_its_labels(server):
    assert infer(server, rows(1)).status == 200
    families = parse(call(server.url + "/metrics").body.decode())
    of_models, of_process = promised()
    for family in of_models:
        assert families.get(family), family
        for _, labels, _ in families[family]:
            assert (labels["model"], labels["version"]) == ("m", "1"), family
    for family in of_process:
        assert len(families.get(family, [])) == 1, family
    assert set(families) == of_models | of_process, "some are not described in docs/http.md"
    ((_, labels, value),) = families["slipway_build_info"]
    assert f"slipway {labels['version']}" == run("--version").stdout.strip() and value == 1


def test_every_model_and_version_has_its_own_samples(tmp_path):
    for version in ("1", "2"):
        folder = tmp_path / "echo" / version
        folder.mkdir(parents=True)
        fake_model(folder, name="model")
    with Server([tmp_path / "echo", fake_model(tmp_path)]) as server:
        assert call(server.url + "/v2/models/echo/versions/1/infer", rows(1)).status == 200
        assert call(server.url + "/v2/models/echo/infer", rows(1, 2)).status == 200
        for model, version, expected in [("echo", "1", 1), ("echo", "2", 2), ("m", "1", 0)]:
            assert server.metric("slipway_batch_rows_sum", model=model, version=version) == expected
        parse(call(server.url + "/metrics").body.decode())


def test_histograms_are_cumulative_and_have_the_same_bounds_everywhere(server):
    for count in (1, 3, 16):
        assert infer(server, rows(*range(count))).status == 200
    families = parse(call(server.url + "/metrics").body.decode())
    bounds = [10e-6 * 2**i for i in range(22)] + [30, float("inf")]
    for part in DURATIONS:
        assert [le for le, _ in buckets_of(families, f"slipway_{part}_duration_seconds")] == pytest.approx(bounds)
    for family in [f"slipway_{part}_duration_seconds" for part in DURATIONS] + ["slipway_batch_rows"]:
        counts = [count for _, count in buckets_of(families, family)]
        assert counts == sorted(counts)
        assert counts[-1] == server.metric(family + "_count") == 3, family
        assert server.metric(family + "_sum") > 0, family
    counts = {le: count for le, count in buckets_of(families, "slipway_batch_rows")}
    assert (counts[1], counts[2], counts[4], counts[8], counts[16]) == (1, 1, 2, 2, 3)


def test_counters_go_up_by_exactly_what_was_asked(server):
    def counted() -> dict[str, float]:
        made = {f"{part} times": server.metric(f"slipway_{part}_duration_seconds_count") for part in DURATIONS[1:]}
        made |= {outcome: server.metric("slipway_requests_total", outcome=outcome) for outcome in outcomes}
        made |= {"all": server.metric("slipway_requests_total"), "rows": server.metric("slipway_batch_rows_sum")}
        made |= {way: server.metric(f"slipway_{way}_bytes_total") for way in ("request", "response")}
        return made

    outcomes = ("success", "invalid_argument")
    before = counted()
    good = [infer(server, rows(i, i)) for i in range(5)] + [call(server.url + "/services/m", {"input": [[1, 2, 3, 4]]})]
    sent = sum(len(json.dumps(rows(i, i))) for i in range(5)) + len(json.dumps({"input": [[1, 2, 3, 4]]}))
    assert {answer.status for answer in good} == {200}
    after = counted()
    expected = {f"{part} times": 6 for part in DURATIONS[1:]}
    expected |= {"success": 6, "invalid_argument": 0, "all": 6, "rows": 11}
    expected |= {"request": sent, "response": sum(len(answer.body) for answer in good)}
    assert {key: after[key] - before[key] for key in before} == expected
    bad = [infer(server, BAD), infer(server, {}), call(server.url + "/services/m", b"no JSON")]
    assert {answer.status for answer in bad} == {400}
    last = counted()
    assert {key: last[key] - after[key] for key in (*outcomes, "all", "rows")} == {
        "success": 0, "invalid_argument": 3, "all": 3, "rows": 0,
    }


def test_answers_that_are_errors_are_bytes_out_too(server):
    answer = infer(server, BAD)
    assert answer.status == 400
    assert server.metric("slipway_request_bytes_total") == len(json.dumps(BAD))
    assert server.metric("slipway_response_bytes_total") == len(answer.body)


def test_the_gauges_fall_back_to_zero(server):
    for _ in range(3):
        assert infer(server, rows(1)).status == 200
    for gauge in ("slipway_queue_depth", "slipway_instances_busy"):
        wait_until(lambda: server.metric(gauge) == 0, f"{gauge} is 0 again")


@pytest.mark.parametrize("port", ["free", "0"])
def test_metrics_have_a_port_of_their_own(tmp_path, port):
    given = str(free_port()) if port == "free" else port
    with Server([fake_model(tmp_path)], ports=["--http-port", "0", "--grpc-port", "none", "--metrics-port", given]) as server:
        (line,) = [line for line in server.log if "/metrics" in line]
        said = re.search(r"also on port (\d+)", line)
        assert said, line
        assert given in ("0", said[1])
        own = f"http://127.0.0.1:{said[1]}"
        assert infer(server, rows(1)).status == 200
        families = parse(call(own + "/metrics").body.decode())
        assert set(families) == set(parse(call(server.url + "/metrics").body.decode()))
        assert ("slipway_requests_total", {"model": "m", "version": "1", "outcome": "success"}, 1) in families[
            "slipway_requests_total"
        ]
        assert call(own + "/v2").status == 404, "the port for metrics is for metrics alone"


def test_a_metrics_port_that_is_taken_does_not_keep_the_models_from_being_served(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with Server([fake_model(tmp_path)], ports=["--http-port", "0", "--grpc-port", "none", "--metrics-port", port]) as server:
            assert infer(server, rows(1)).status == 200
            assert any("no extra port for metrics" in line and port in line for line in server.log)
            assert call(server.url + "/metrics").status == 200
