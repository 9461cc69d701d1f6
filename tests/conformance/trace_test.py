"""The trace extension: settings through tritonclient, and files of traces in the folder that the server was given."""
import json

import numpy as np
import pytest
import tritonclient.grpc
import tritonclient.http
from tritonclient.utils import InferenceServerException

from http_call import call
from program import Server, fake_model, rows, run_serve

MODULES = {"http": tritonclient.http, "grpc": tritonclient.grpc}
AT_FIRST = {
    "trace_level": ["OFF"],
    "trace_rate": "1000",
    "trace_count": "-1",
    "log_frequency": "0",
    "trace_file": "trace.json",
    "trace_mode": "triton",
}
STAGES = [
    "REQUEST_START",
    "QUEUE_START",
    "COMPUTE_START",
    "COMPUTE_INPUT_END",
    "COMPUTE_OUTPUT_START",
    "COMPUTE_END",
    "REQUEST_END",
]


class Traces:
    """The settings through one of the clients, as the document of HTTP."""

    def __init__(self, door: str, server: Server):
        address = server.address if door == "http" else server.grpc_address
        self.client = MODULES[door].InferenceServerClient(address)

    @staticmethod
    def _plain(answer) -> dict:
        if isinstance(answer, dict):
            return answer
        values = {name: list(setting.value) for name, setting in answer.settings.items()}
        return {name: value if name == "trace_level" else value[0] for name, value in values.items()}

    def get(self, model: str | None = None) -> dict:
        return self._plain(self.client.get_trace_settings(model))

    def update(self, changes: dict, model: str | None = None) -> dict:
        return self._plain(self.client.update_trace_settings(model, changes))


@pytest.fixture(params=MODULES)
def door(request):
    return request.param


def ask(server: Server, door: str, model: str, times: int) -> None:
    module = MODULES[door]
    tensor = module.InferInput("x", [1, 4], "FP32")
    tensor.set_data_from_numpy(np.float32([[1, 2, 3, 4]]))
    with module.InferenceServerClient(server.address if door == "http" else server.grpc_address) as client:
        for _ in range(times):
            client.infer(model, [tensor])


def test_every_request_is_traced_when_asked(tmp_path, door):
    folder = tmp_path / "traces"
    folder.mkdir()
    with Server([fake_model(tmp_path, "delay_us=2000"), "--trace-dir", folder]) as server:
        traces = Traces(door, server)
        assert traces.get() == AT_FIRST
        changed = traces.update({"trace_level": ["TIMESTAMPS"], "trace_rate": "1", "trace_file": "mine"})
        assert changed == AT_FIRST | {"trace_level": ["TIMESTAMPS"], "trace_rate": "1", "trace_file": "mine"}
        ask(server, door, "m", 3)
        server.stop()
    found = json.loads((folder / "mine").read_text())
    assert [trace["id"] for trace in found] == [1, 2, 3]
    for trace in found:
        assert trace["model_name"] == "m" and trace["model_version"] == 1
        assert [stage["name"] for stage in trace["timestamps"]] == STAGES
        times = [stage["ns"] for stage in trace["timestamps"]]
        assert times == sorted(times)
        assert times[4] - times[3] >= 2_000_000, "the time in the runtime"


def test_some_of_one_model_in_files_of_two(tmp_path, door):
    folder = tmp_path / "traces"
    folder.mkdir()
    with Server([fake_model(tmp_path, name="m"), fake_model(tmp_path, name="other"), "--trace-dir", folder]) as server:
        traces = Traces(door, server)
        changes = {"trace_level": ["TIMESTAMPS"], "trace_rate": "2", "trace_count": "5", "log_frequency": "2"}
        traces.update(changes, "m")
        assert traces.get("m")["trace_rate"] == "2" and traces.get() == AT_FIRST
        ask(server, door, "m", 20)
        ask(server, door, "other", 4)
        assert traces.update({"trace_rate": None}, "m")["trace_rate"] == "1000"
        server.stop()
    files = {path.name: json.loads(path.read_text()) for path in folder.iterdir()}
    assert {name: len(found) for name, found in files.items()} == {"trace.json.0": 2, "trace.json.1": 2, "trace.json.2": 1}
    assert {trace["model_name"] for found in files.values() for trace in found} == {"m"}


def test_without_a_folder_there_are_settings_and_no_traces(server, door):
    traces = Traces(door, server)
    assert traces.update({"trace_count": "7"})["trace_count"] == "7"
    assert traces.update({"trace_count": None})["trace_count"] == "-1"
    with pytest.raises(InferenceServerException) as refused:
        traces.update({"trace_level": ["TIMESTAMPS"]})
    assert "--trace-dir" in refused.value.message()
    assert traces.get() == AT_FIRST
    assert "trace" not in call(server.url + "/v2").json["extensions"]


@pytest.mark.parametrize(
    "change", [{"trace_file": "../x"}, {"trace_rate": "0"}, {"trace_level": ["TENSORS"]}, {"trace_mode": "opentelemetry"}, {"x": "1"}]
)
def test_what_cannot_be_set_says_what_can(server, door, change):
    with pytest.raises(InferenceServerException) as refused:
        Traces(door, server).update(change)
    assert f'"{next(iter(change))}"' in refused.value.message()


def test_settings_of_a_model_that_there_is_not(server, door):
    with pytest.raises(InferenceServerException) as refused:
        Traces(door, server).get("nothing")
    assert "unknown model" in refused.value.message()


def test_other_doors_are_traced_too(tmp_path):
    with Server([fake_model(tmp_path), "--trace-dir", tmp_path]) as server:
        assert "trace" in call(server.url + "/v2").json["extensions"]
        call(server.url + "/v2/trace/setting", {"trace_level": ["TIMESTAMPS"], "trace_rate": 1})
        assert call(server.url + "/services/m", {"x": [1, 2, 3, 4]}).status == 200
        assert call(server.url + "/v2/models/m/infer", rows(1)).status == 200
        server.stop()
    assert len(json.loads((tmp_path / "trace.json").read_text())) == 2


def test_what_failed_is_traced_with_its_error(tmp_path, door):
    folder = tmp_path / "traces"
    folder.mkdir()
    with Server([fake_model(tmp_path, "fail=no luck"), "--trace-dir", folder]) as server:
        Traces(door, server).update({"trace_level": ["TIMESTAMPS"], "trace_rate": "1"})
        with pytest.raises(InferenceServerException):
            ask(server, door, "m", 1)
        if door == "http":
            assert call(server.url + "/v2/models/m/infer", {}).status == 400
        server.stop()
    found = json.loads((folder / "trace.json").read_text())
    words = ["no luck", "inputs"] if door == "http" else ["no luck"]
    assert len(found) == len(words) and all(word in trace["error"] for word, trace in zip(words, found))
    for trace in found:
        assert [stage["name"] for stage in trace["timestamps"]] == ["REQUEST_START", "REQUEST_END"]
        times = [stage["ns"] for stage in trace["timestamps"]]
        assert times == sorted(times)


def test_a_folder_that_is_none_is_refused_at_start(tmp_path):
    done = run_serve([fake_model(tmp_path), "--trace-dir", tmp_path / "nothing"])
    assert done.returncode == 2
    assert "trace folder" in done.stderr and "nothing" in done.stderr
