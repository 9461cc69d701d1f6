"""KServe's own Python client, V1 and V2, over REST and gRPC."""
import json
import pathlib
import subprocess
import sys

import pytest

CLIENT = pathlib.Path(__file__).with_name("kserve_client.py")
ROW = [[1, 2, 3]]
ANSWER_LIMIT_S = 60


def ask(server, question: str):
    address = server.grpc_address if question.startswith("grpc") else server.url
    command = [sys.executable, CLIENT, address, question]
    done = subprocess.run(command, capture_output=True, text=True, timeout=ANSWER_LIMIT_S)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("question", ["live", "live_v1", "ready", "model_ready_v1", "model_ready_v2", "grpc_model_ready"])
def test_health(server, question):
    assert ask(server, question) is True


@pytest.mark.parametrize("question", ["infer_json", "infer_binary"])
def test_infer_v2(server, question):
    assert ask(server, question) == {"id": "7", "name": "y", "values": ROW}


def test_infer_v1(server):
    assert ask(server, "infer_v1") == {"predictions": ROW}


def test_grpc(server):
    answer = ask(server, "grpc_infer")
    assert answer["values"] == ROW
