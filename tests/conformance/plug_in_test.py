"""A backend built outside the tree, from the one public header, is served with by a program that was not rebuilt."""
import json
import pathlib
import subprocess

import tiny_models
from http_call import call
from program import ROOT, Server

SOURCE = pathlib.Path(__file__).with_name("plug_in") / "negate.c"


def test_a_backend_in_plain_c_is_found_and_runs(tmp_path):
    backends = tmp_path / "backends"
    backends.mkdir()
    library = backends / "libslipway_backend_negate.so"
    subprocess.run(
        ["gcc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden"]
        + ["-I", ROOT / "include", SOURCE, "-o", library],
        check=True,
        timeout=60,
    )
    model = tiny_models.make_identity(tmp_path, "FP32")
    body = {"inputs": [{"name": "x", "shape": [2, 3], "datatype": "FP32", "data": [1, 2, 3, -4, 5, 6]}]}
    with Server([model, "--backend", "negate"], {"SLIPWAY_BACKEND_PATH": str(backends)}) as server:
        answer = call(server.url + "/v2/models/identity_fp32/infer", body)
        assert answer.status == 200, answer.body
        assert answer.json["outputs"][0]["data"] == [-1, -2, -3, 4, -5, -6]
        config = call(server.url + "/v2/models/identity_fp32/config").json
        assert config["backend"] == "negate"
        given_back = {"parameters": {"config": json.dumps(config)}}
        answer = call(server.url + "/v2/repository/models/identity_fp32/load", given_back)
        assert answer.status == 200, answer.body
