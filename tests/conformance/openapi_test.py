"""The OpenAPI document holds what it promises."""
import json
import pathlib
import re
import subprocess
import sys

import pytest

from http_call import call

EXAMPLES_MAX = 15


@pytest.fixture(scope="module")
def document(server):
    answer = call(server.url + "/openapi.json")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    return answer.json


def test_every_service_is_there(document):
    assert document["openapi"].startswith("3.1")
    for model in ("magika", "ocr-direction", "minilm", "identity_bytes", "iris_forest"):
        assert any(path.startswith(f"/v2/models/{model}/") for path in document["paths"]), model
        assert f"/services/{model}" in document["paths"]


def with_examples(path: str, item: dict) -> str:
    """The path with the example of each of its parameters in place."""
    for parameter in item.get("parameters", []):
        path = path.replace("{" + parameter["name"] + "}", parameter["example"])
    return path


def test_every_example_of_a_request_runs(server, document):
    ran = elsewhere = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                if "json" not in media_type:
                    continue
                addresses = [example["externalValue"] for example in content.get("examples", {}).values()]
                examples = [call(server.url + address).json for address in addresses]
                elsewhere += len(addresses)
                if "example" in content:
                    examples.append(content["example"])
                for example in examples:
                    answer = call(server.url + with_examples(path, methods), example, method=method.upper())
                    assert answer.status == 200, (path, example, answer.body)
                    ran += 1
    assert ran >= 20
    assert elsewhere == 6, "the three doors of picture_mean, each also by version"


def test_the_command_that_a_description_names_runs_its_example(server, document):
    description = document["paths"]["/v2/models/picture_mean/infer"]["post"]["description"]
    (command,) = re.findall("`(.+)`", description)
    done = subprocess.run(
        ["sh", "-c", command.replace("HOST:PORT", server.address)], capture_output=True, text=True, timeout=30
    )
    (mean,) = json.loads(done.stdout)["outputs"]
    assert mean["shape"] == [1, 3, 1, 1] and mean["data"] == [0.5] * 3


@pytest.mark.parametrize("path", ["nobody/infer", "picture_mean/window", "magika/ask"])
def test_an_example_that_there_is_not_is_not_found(server, path):
    answer = call(server.url + f"/openapi/examples/{path}")
    assert answer.status == 404
    assert path.split("/")[0] in answer.json["error"]


def test_schemathesis_finds_no_fault(server, tmp_path):
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    command = [program, "run", server.url + "/openapi.json", "--checks", "not_a_server_error,response_schema_conformance"]
    command += ["--max-examples", str(EXAMPLES_MAX), "--phases", "examples,fuzzing", "--seed", "2026"]
    command += ["--request-timeout", "30", "--no-color", "--generation-database", "none"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
