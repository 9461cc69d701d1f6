"""A model that asks for the cache is run once for what is asked twice, and its answers stay what they were."""
import numpy as np
import pytest
import tritonclient.grpc
import tritonclient.http

from http_call import call
from program import Server


@pytest.fixture
def server(tmp_path):
    """Two models that are the same but for the cache; the statistics say how often each ran."""
    for name, settings in {"cached": "response_cache: true", "plain": ""}.items():
        (tmp_path / f"{name}.fake").write_text("input=x FP32 -1,4\noutput=y FP32 -1,4\n")
        (tmp_path / f"{name}.yaml").write_text(settings + "\n")
    with Server([tmp_path, "--server-name", "triton"]) as running:
        yield running


def ask(client, kind, model, values, **more):
    tensor = kind.InferInput("x", [1, 4], "FP32")
    tensor.set_data_from_numpy(np.array([values], np.float32))
    return client.infer(model, [tensor], **more)


def runs(server, model):
    (stats,) = call(server.url + f"/v2/models/{model}/stats").json["model_stats"]
    return stats


def test_the_configuration_tells_of_it(server):
    assert call(server.url + "/v2/models/cached/config").json["response_cache"] == {"enable": True}
    assert "response_cache" not in call(server.url + "/v2/models/plain/config").json


@pytest.mark.parametrize("kind", [tritonclient.http, tritonclient.grpc], ids=["http", "grpc"])
def test_what_is_asked_again_is_answered_from_the_cache(server, kind):
    address = server.address if kind is tritonclient.http else server.grpc_address
    with kind.InferenceServerClient(address) as client:
        for number, values in enumerate(([1, 2, 3, 4], [1, 2, 3, 4], [5, 6, 7, 8], [1, 2, 3, 4])):
            result = ask(client, kind, "cached", values, request_id=f"r{number}")
            assert result.as_numpy("y").tolist() == [values]
            response = result.get_response()
            assert (response["id"] if isinstance(response, dict) else response.id) == f"r{number}"
            ask(client, kind, "plain", values)
    cached, plain = runs(server, "cached"), runs(server, "plain")
    assert (cached["execution_count"], plain["execution_count"]) == (2, 4)
    assert cached["inference_stats"]["success"]["count"] == 4
    assert cached["inference_count"] == 2
    assert cached["inference_stats"]["compute_infer"]["count"] == 2
    assert cached["inference_stats"]["cache_hit"]["count"] == 2
    assert cached["inference_stats"]["cache_miss"]["count"] == 2
    assert cached["inference_stats"]["cache_hit"]["ns"] > 0
    assert plain["inference_stats"]["cache_miss"]["count"] == 0
    assert server.metric("slipway_cache_hits_total", model="cached") == 2
    assert server.metric("slipway_cache_misses_total", model="cached") == 2


def test_the_server_has_the_name_it_was_given(server):
    assert call(server.url + "/v2").json["name"] == "triton"
    with tritonclient.grpc.InferenceServerClient(server.grpc_address) as client:
        assert client.get_server_metadata().name == "triton"
