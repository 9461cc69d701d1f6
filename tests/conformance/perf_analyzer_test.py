"""NVIDIA's own load generator runs to its end."""
import os
import pathlib
import re
import subprocess

import nvidia.cuda_runtime
import pytest

from http_call import call
import sequence_models
from program import ROOT, Server

pytestmark = pytest.mark.alone

PERF_ANALYZER = ROOT / ".deps" / "perf_analyzer" / "perf_analyzer"
CUDA_RUNTIME = pathlib.Path(next(iter(nvidia.cuda_runtime.__path__))) / "lib"
SHAPES = {
    "ocr-direction": {"x": [3, 48, 192]},
    "minilm": {"input_ids": [32], "attention_mask": [32], "token_type_ids": [32]},
}


def run(command: list) -> None:
    done = subprocess.run(
        command,
        env=os.environ | {"LD_LIBRARY_PATH": str(CUDA_RUNTIME)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    throughput = re.search(r"Throughput: ([\d.]+) infer/sec", output)
    assert throughput and float(throughput[1]) > 0, output
    assert "Server:" in output, output


@pytest.mark.parametrize("memory", ["none", "system"])
@pytest.mark.parametrize("protocol", ["http", "grpc"])
@pytest.mark.parametrize("model", SHAPES)
def test_perf_analyzer_runs_to_its_end(server, model, protocol, memory):
    batches = call(f"{server.url}/v2/models/{model}/config").json["max_batch_size"] > 0
    shapes = []
    for name, shape in SHAPES[model].items():
        # where the model batches, the generator adds the batch dimension itself
        dims = shape if batches else [1, *shape]
        shapes += ["--shape", f"{name}:{','.join(map(str, dims))}"]
    address = server.address if protocol == "http" else server.grpc_address
    command = [PERF_ANALYZER, "-m", model, "-u", address, "-i", protocol, "--concurrency-range", "2"]
    # a short window, and none is too noisy: this is about the protocol, not about speed
    command += ["-p", "1000", "--max-trials", "3", "-s", "999", "--input-data", "zero", *shapes]
    command += ["--shared-memory", memory]
    run(command)


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_it_keeps_a_rate(server, protocol):
    address = server.address if protocol == "http" else server.grpc_address
    command = [PERF_ANALYZER, "-m", "identity_fp32", "-u", address, "-i", protocol, "--request-rate-range", "100:200:100"]
    run([*command, "-p", "1000", "--max-trials", "3", "-s", "999", "--shape", "x:3"])


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_it_sends_sequences(tmp_path, protocol):
    sequence_models.save_running_total(tmp_path / "total")
    (tmp_path / "total/config.pbtxt").write_text(sequence_models.config("direct { }"))
    with Server([tmp_path]) as running:
        address = running.address if protocol == "http" else running.grpc_address
        command = [PERF_ANALYZER, "-m", "total", "-u", address, "-i", protocol, "--concurrency-range", "4"]
        run([*command, "--sequence-length", "10", "-p", "1000", "--max-trials", "3", "-s", "999", "--input-data", "zero"])
        assert running.metric("slipway_requests_total", model="total", outcome="success") > 40
        assert running.metric("slipway_requests_total", model="total", outcome="invalid_argument") == 0
