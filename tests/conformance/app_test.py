"""Several models in one process: app files, several arguments, what the banner and the log say."""
import json
import pathlib
import re
import time
from datetime import datetime

import pytest

import tiny_models
from http_call import call
from program import Server, fake_model, free_port, rows, run_serve

IDENTITY = {"input": [[1, 2, 3]]}


def written(folder: pathlib.Path, text: str) -> pathlib.Path:
    path = folder / "app.yaml"
    path.write_text(text)
    return path


@pytest.fixture
def project(tmp_path) -> pathlib.Path:
    """An app file's folder with a model in it, and a model beside it."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    fake_model(folder / "models", name="echo")
    tiny_models.make_identity(tmp_path / "elsewhere", "FP32")
    return folder


MODELS = """
models:
  - path: models/echo.fake
    name: parrot
    instances: 3
    max_batch_size: 8
  - path: ../elsewhere/identity_fp32.onnx
    backend: openvino
    instances: 1
"""


def instances(server: Server, model: str) -> tuple[str, int]:
    """The backend and the number of instances that the banner names."""
    (line,) = [line for line in server.log if line.startswith(f"  {model} version 1 on ")]
    found = re.search(r"version 1 on (\w+), (\d+) instances?, ", line)
    return found[1], int(found[2])


def test_an_app_file_says_what_is_served_and_how(project):
    port, metrics_port = free_port(), free_port()
    app = written(
        project,
        f"server:\n  http_port: {port}\n  grpc_port: none\n  metrics_port: {metrics_port}\n  http_threads: 1\n"
        "  max_request_bytes: 1000\n  max_header_bytes: 500\n  cors_origin: 'https://app.example'\n" + MODELS,
    )
    with Server([app], ports=[], cwd="/") as server:
        assert server.url == f"http://127.0.0.1:{port}"
        answer = call(server.url + "/v2/models/parrot/infer", rows(7))
        assert answer.json["outputs"][0]["data"] == [7] * 4
        assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert call(server.url + "/services/identity_fp32", IDENTITY).json["outputs"] == {"y": [[1, 2, 3]]}
        assert call(server.url + "/v2/models/echo").status == 404, "it has another name"
        assert instances(server, "parrot") == ("fake", 3)
        assert instances(server, "identity_fp32") == ("openvino", 1)
        config = call(server.url + "/v2/models/parrot/config").json
        assert config["max_batch_size"] == 8
        assert sum(group.get("count", 1) for group in config["instance_group"]) == 3
        assert call(server.url + "/v2/models/parrot/infer", b" " * 1001).status == 413
        assert call(server.url + "/v2", headers={"X-Long": "a" * 600}).status == 431
        assert b"parrot" in call(f"http://127.0.0.1:{metrics_port}/metrics").body


def test_the_command_line_wins_over_the_app_file_and_that_over_model_yaml(project):
    (project / "models" / "echo.yaml").write_text("instances: 4\nmax_batch_size: 5\nqueue_limit: 6\n")
    app = written(project, "server: {http_port: 1, cors_origin: 'https://none.example'}" + MODELS)
    with Server([app, "--instances", "2", "--cors-origin", "*"]) as server:
        assert instances(server, "parrot") == ("fake", 2)
        assert instances(server, "identity_fp32") == ("openvino", 2)
        assert call(server.url + "/v2/models/parrot/config").json["max_batch_size"] == 8
        assert call(server.url + "/v2").headers.get_all("Access-Control-Allow-Origin") == ["*"]


def test_several_arguments_are_served_together(project, tmp_path):
    repository = tmp_path / "repository" / "third" / "3"
    repository.mkdir(parents=True)
    fake_model(repository, name="model")
    app = written(project, MODELS)
    with Server([app, tmp_path / "repository", fake_model(tmp_path)]) as server:
        index = call(server.url + "/v2/repository/index").json
        found = {(entry["name"], entry["version"], entry["state"]) for entry in index}
        assert found == {(name, "1", "READY") for name in ("parrot", "identity_fp32", "m")} | {("third", "3", "READY")}
        for name in ("parrot", "m", "third"):
            assert call(f"{server.url}/v2/models/{name}/infer", rows(7)).status == 200


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["app.yaml", "other.yaml"], ["other.yaml", "second app file"]),
        (["app.yaml", "--name", "both"], ["--name both", "2 models"]),
        (["app.yaml", "missing.fake"], ["missing.fake"]),
    ],
)
def test_what_does_not_go_together_is_said_in_one_sentence(project, arguments, words):
    written(project, MODELS)
    (project / "other.yaml").write_text(MODELS)
    done = run_serve([project / name if name.endswith(("yaml", "fake")) else name for name in arguments])
    assert (done.returncode, done.stdout) == (2, "")
    (sentence,) = done.stderr.splitlines()
    assert all(word in sentence for word in words), sentence


def test_the_banner_says_what_is_served_where(project):
    with Server([written(project, MODELS)]) as server:
        banner = "".join(line for line in server.log if " configuration" not in line)
        assert re.match(r"slipway \d+\.\d+\.\d+\n", banner)
        assert "in  x FP32 [-1,4]\n    out y FP32 [-1,4]" in banner and "in  x FP32 [-1,3]" in banner
        assert "parrot version 1 on fake, 3 instances, batches up to 8" in banner
        posts = re.findall(r"POST (\S+)", banner)
        assert {post.removeprefix(server.url) for post in posts} == {
            f"{path}{name}{end}"
            for name in ("parrot", "identity_fp32")
            for path, end in (("/v2/models/", "/infer"), ("/services/", ""))
        }
        for post in posts:
            width = 4 if "parrot" in post else 3
            tensor = {"name": "x", "datatype": "FP32", "shape": [1, width], "data": [1] * width}
            body = {"inputs": [tensor]} if post.endswith("/infer") else {"input": [1] * width}
            assert call(post, body).status == 200, post
        for page in ("documentation", "metrics"):
            assert call(re.search(page + r" (http\S+)", banner)[1]).status == 200
        assert banner.rstrip().endswith("listening on " + server.url)


@pytest.fixture
def json_log(tmp_path):
    """The log of a server with a model that cannot be loaded, from its start to its end."""
    folder = tmp_path / "models"
    folder.mkdir()
    fake_model(folder)
    fake_model(folder, 'fail_load=no "weights"\\ in Grüße', name="broken")
    begin = time.time()
    with open(tmp_path / "log", "w+") as log:
        with Server([folder, "--log-format", "json"], stderr=log) as server:
            assert call(server.url + "/v2/models/m/ready").status == 200
            assert server.stop() == 0
        log.seek(0)
        return begin, log.read().splitlines()


def test_log_lines_are_json(json_log):
    begin, lines = json_log
    (line,) = [line for line in lines if "broken" in line]
    entry = json.loads(line)
    assert set(entry) == {"time", "level", "message"}
    assert entry["level"] == "error"
    assert 'no "weights"\\ in Grüße' in entry["message"]
    assert begin - 1 <= datetime.fromisoformat(entry["time"]).timestamp() <= time.time()


def test_every_line_on_stderr_is_json(json_log):
    for line in json_log[1]:
        assert isinstance(json.loads(line), dict), line
