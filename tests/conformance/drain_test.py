"""What an orchestrator's SIGTERM asks for: not ready at once, answering for a while, nothing accepted is lost."""
import http.client
import itertools
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
import tritonclient.grpc
import tritonclient.utils
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tritonclient.grpc import service_pb2, service_pb2_grpc

from http_call import call
from program import Server, fake_model, rows, wait_until


BODY = b'{"inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[1,2,3,4]}]}'


def ask_on(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
    connection.request("POST", "/v2/models/m/infer", BODY)
    answer = connection.getresponse()
    answer.read()
    return answer


def infer(server: Server, count: int = 1):
    return call(server.url + "/v2/models/m/infer", rows(*range(count)))


def outcome(server: Server) -> tuple[int, int]:
    """What the program says at its end: requests finished and refused since it was asked to end."""
    found = re.search(r"since it was asked to, (\d+) requests finished and (\d+) were refused", "".join(server.log))
    assert found, server.log
    return int(found[1]), int(found[2])


def test_it_is_not_ready_at_once_and_answers_for_the_delay(tmp_path):
    with Server([fake_model(tmp_path), "--drain-delay", "4s"]) as server:
        channel = grpc.insecure_channel(server.grpc_address)
        health = health_pb2_grpc.HealthStub(channel)
        kept = http.client.HTTPConnection(server.address, timeout=10)
        assert ask_on(kept).getheader("Connection") is None
        assert health.Check(health_pb2.HealthCheckRequest()).status == health_pb2.HealthCheckResponse.SERVING
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: call(server.url + "/v2/health/ready").status == 503, "it is not ready")
        assert time.monotonic() - begin < 2, "it is so at once, and not only when the delay is over"
        assert health.Check(health_pb2.HealthCheckRequest()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert call(server.url + "/v2/health/live").status == 200
        for _ in range(3):  # the first on the connection that was kept, the others on new ones
            answer = ask_on(kept)
            assert answer.status == 200
            assert answer.getheader("Connection") == "close", "clients shall look for another server"
        with tritonclient.grpc.InferenceServerClient(server.grpc_address) as client:
            tensor = tritonclient.grpc.InferInput("x", [1, 4], "FP32")
            tensor.set_data_from_numpy(np.ones((1, 4), np.float32))
            assert client.infer("m", [tensor]).as_numpy("y").tolist() == [[1] * 4]
        channel.close()
        assert server.process.wait(10) == 0
        assert time.monotonic() - begin >= 4
        assert outcome(server) == (4, 0)


def test_ctrl_c_does_not_wait(tmp_path):
    with Server([fake_model(tmp_path), "--drain-delay", "1h"]) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(10) == 0
        assert outcome(server) == (0, 0)


@pytest.mark.parametrize("delay", ["0", "300ms"])
def test_under_load_nothing_accepted_is_lost(tmp_path, delay):
    """Clients that keep their connections ask until nobody listens; each request sent on an open one is answered."""
    ended = threading.Event()
    answered = [0] * 8

    def ask(client: int, server: Server) -> str:
        connection = None
        while True:
            drains = ended.is_set()
            if connection is None:
                connection = http.client.HTTPConnection(server.address, timeout=30)
                try:
                    connection.connect()
                except ConnectionRefusedError:
                    return "nobody listens"
                except ConnectionResetError:
                    continue  # not accepted either
            answer = ask_on(connection)
            assert answer.status == 200
            answered[client] += 1
            if answer.getheader("Connection") == "close":
                connection.close()
                connection = None
            elif drains:
                raise AssertionError("an answer while it drains that keeps its connection")

    with Server([fake_model(tmp_path, "delay_us=3000"), "--instances", "1", "--drain-delay", delay]) as server:
        with ThreadPoolExecutor(8) as pool:
            clients = [pool.submit(ask, client, server) for client in range(8)]
            server.wait_for(200, "slipway_requests_total", outcome="success")
            server.process.send_signal(signal.SIGTERM)
            if delay != "0":
                wait_until(lambda: call(server.url + "/v2/health/ready").status == 503, "it is not ready")
                time.sleep(0.05)  # every thread of the server has been told by now
                ended.set()
            assert server.process.wait(20) == 0
            # a connection that was idle at the very end may be closed under the next request: it was not accepted
            lost = [client.exception() for client in clients if client.exception()]
            assert all(isinstance(e, (http.client.RemoteDisconnected, ConnectionError)) for e in lost), lost
            if delay != "0":
                assert not lost, lost
        finished, refused = outcome(server)
        assert refused == 0
        assert 0 < finished <= sum(answered)
        assert len(lost) <= 8, "at most the one request of each client that met the end"


def test_calls_that_come_too_late_may_be_sent_again_elsewhere(tmp_path):
    """Without a delay, too: each call is answered, or ends with the one code that service configs send again."""

    def ask(address: str) -> grpc.StatusCode:
        with tritonclient.grpc.InferenceServerClient(address) as client:
            tensor = tritonclient.grpc.InferInput("x", [1, 4], "FP32")
            tensor.set_data_from_numpy(np.ones((1, 4), np.float32))
            while True:
                try:
                    client.infer("m", [tensor], client_timeout=30)
                except tritonclient.utils.InferenceServerException as error:
                    return error.status()

    with Server([fake_model(tmp_path, "delay_us=2000")]) as server, ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(ask, server.grpc_address) for _ in range(8)]
        server.wait_for(100, "slipway_requests_total", outcome="success")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert {client.result(30) for client in clients} == {"StatusCode.UNAVAILABLE"}
        assert outcome(server)[1] <= 8  # most clients hear of the end before they ask again


def test_a_stream_that_is_never_idle_ends_too(tmp_path):
    request = service_pb2.ModelInferRequest(model_name="m", raw_input_contents=[bytes(16)])
    request.inputs.add(name="x", datatype="FP32", shape=[1, 4])
    with Server([fake_model(tmp_path, "delay_us=1000"), "--drain-timeout", "60s"]) as server:
        with grpc.insecure_channel(server.grpc_address) as channel:
            stream = service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelStreamInfer(itertools.repeat(request))
            next(stream)
            server.process.send_signal(signal.SIGTERM)
            with pytest.raises(grpc.RpcError) as ended:
                for _ in stream:
                    pass
            assert ended.value.code() == grpc.StatusCode.UNAVAILABLE
        assert server.process.wait(10) == 0


def test_a_second_signal_ends_it_at_once(tmp_path):
    with Server([fake_model(tmp_path), "--drain-delay", "1h"]) as server:
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: call(server.url + "/v2/health/ready").status == 503, "it drains")
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(10) == 128 + signal.SIGINT


def test_what_runs_too_long_is_given_up(tmp_path):
    with Server([fake_model(tmp_path, "delay_us_per_row=20000"), "--drain-timeout", "1s"]) as server:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(infer, server, 1000)
            server.wait_for(1, "slipway_instances_busy")
            begin = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(10) == 1, "whoever asked it to end is told that something was lost"
            assert time.monotonic() - begin < 3
            assert asked.exception() is not None
        assert any("given up" in line for line in server.log)
