"""The logging extension: what is logged can be asked for and changed while the server runs."""
import json
import re

import pytest
import tritonclient.grpc
import tritonclient.http
from tritonclient.utils import InferenceServerException

from http_call import call
from program import Server, fake_model

MODULES = {"http": tritonclient.http, "grpc": tritonclient.grpc}
AT_FIRST = {
    "log_file": "",
    "log_info": True,
    "log_warning": True,
    "log_error": True,
    "log_verbose_level": 0,
    "log_format": "default",
}


class Logs:
    """The settings through one of the clients, as plain values."""

    def __init__(self, door: str, server: Server):
        address = server.address if door == "http" else server.grpc_address
        self.client = MODULES[door].InferenceServerClient(address)

    @staticmethod
    def _plain(answer) -> dict:
        if isinstance(answer, dict):
            return answer
        return {name: getattr(value, value.WhichOneof("parameter_choice")) for name, value in answer.settings.items()}

    def get(self) -> dict:
        return self._plain(self.client.get_log_settings())

    def update(self, **changes) -> dict:
        return self._plain(self.client.update_log_settings(changes))


@pytest.fixture(params=MODULES)
def door(request):
    return request.param


def test_settings_are_changed_where_they_are_named(tmp_path, door):
    with Server([fake_model(tmp_path)]) as server:
        logs = Logs(door, server)
        assert logs.get() == AT_FIRST
        changed = logs.update(log_verbose_level=2, log_warning=False)
        assert changed == logs.get() == AT_FIRST | {"log_verbose_level": 2, "log_warning": False}
        assert call(server.url + "/v2/logging").json == changed


@pytest.mark.parametrize("info", [True, False])
def test_what_is_switched_off_is_not_logged(tmp_path, door, info):
    with Server([fake_model(tmp_path)]) as server:
        Logs(door, server).update(log_info=info, log_format="ISO8601")
        server.stop()
    ending = [line for line in server.log if "finishing what was accepted" in line]
    assert len(ending) == info
    for line in ending:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: ", line)


@pytest.mark.parametrize(
    "change,words",
    [
        ({"log_file": "/tmp/log"}, ["log_file", "stderr"]),
        ({"log_format": "xml"}, ["log_format", "ISO8601"]),
    ],
)
def test_what_cannot_be_set_says_why(server, door, change, words):
    logs = Logs(door, server)
    before = logs.get()
    with pytest.raises(InferenceServerException) as refused:
        logs.update(**change)
    for word in words:
        assert word in refused.value.message()
    assert logs.get() == before


@pytest.mark.parametrize("body", [b"", b"[]", b'{"log_infos":true}', b'{"log_info":"yes"}', b'{"log_verbose_level":-1}'])
def test_a_body_that_is_no_settings(server, body):
    answer = call(server.url + "/v2/logging", body, method="POST")
    assert answer.status == 400
    assert "log" in answer.error


def test_what_a_client_says_ends_no_line(tmp_path):
    with Server([fake_model(tmp_path), "--model-control"]) as server:
        name = "a%0a19:00:00.000%20error:%20FAKE%1b%c2%9b%5b31m"
        assert call(f"{server.url}/v2/repository/models/{name}/load", b"", method="POST").status >= 400
        server.process.terminate()
        server.process.wait(10)
        (line,) = [line for line in server.log if "FAKE" in line]
        assert 'model "a?19:00:00.000 error: FAKE??[31m" is not loaded' in line


def test_a_log_in_json_steers_no_terminal_either(tmp_path):
    with Server([fake_model(tmp_path), "--model-control", "--log-format", "json"]) as server:
        assert call(f"{server.url}/v2/repository/models/a%0a%1b%7f%c2%9bFAKE/load", b"", method="POST").status >= 400
        server.process.terminate()
        server.process.wait(10)
        (line,) = [line for line in server.log if "FAKE" in line]
        assert r"a\n\u001b\u007f\u009bFAKE" in line
        assert "a\n\x1b\x7f\x9bFAKE" in json.loads(line)["message"]


def test_the_extension_is_listed(server):
    assert "logging" in call(server.url + "/v2").json["extensions"]
