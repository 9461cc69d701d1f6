"""Three replicas behind a real balancer, under load: one is killed, one drained, one added, and each gets a new version
of its model, one by one. Prints what became of every request."""
import contextlib
import http.client
import json

import numpy as np
import pytest
import tritonclient.grpc
from tritonclient.utils import InferenceServerException

from cluster import Balancer, HttpClients, Ledger, Load, Mortal, Replica, make_version
from program import ROOT, wait_until

LEDGERS = ROOT / "build" / "ledgers"


@pytest.fixture
def replicas(tmp_path):
    running = []
    try:
        for number in range(3):
            running.append(Replica(tmp_path / f"replica{number}"))
        yield running
    finally:
        for replica in running:
            replica.stop()


def replace_versions(load: Load, replicas: list[Replica]) -> None:
    for number, replica in enumerate(replicas, 1):
        make_version(replica.folder, 2)
        wait_until(lambda: replica.serves(2), f"replica {number} serves version 2")
        load.phase(f"version 2 on replica {number}")


def assert_none_is_lost(ledger: Ledger, title: str) -> None:
    # whoever runs all tests at once shows it behind them
    LEDGERS.mkdir(parents=True, exist_ok=True)
    (LEDGERS / f"{title}.txt").write_text(f"Requests, {title}\n{ledger}\n")
    print(ledger)
    assert ledger.total("lost") == 0, ledger.faults[:10]
    assert ledger.total("refused") == 0, ledger.faults[:10]
    assert ledger.total("answered") == ledger.total("sent") > 2000


def test_behind_haproxy_no_request_is_lost(tmp_path, replicas):
    ledger = Ledger()
    with Balancer(tmp_path, replicas) as balancer, Load(HttpClients(balancer.port), ledger) as load:
        load.phase("three replicas")
        replicas[0].kill()
        load.phase("the first is killed")
        replicas[0].start()
        wait_until(lambda: balancer.states() == ["UP"] * 3, "the first is back")
        load.phase("the first is back")
        ledger.phase = "the second drains"
        assert replicas[1].drain() == 0
        assert any("0 were refused" in line for line in replicas[1].server.log)
        load.phase("the second is gone")
        replicas.append(Replica(tmp_path / "replica3"))
        balancer.add(replicas[3])
        load.phase("a fourth is added")
        replicas[1].start()
        wait_until(lambda: balancer.states() == ["UP"] * 4, "the second is back")
        replace_versions(load, replicas)
        for replica in replicas:
            assert replica.serves(2)
    assert_none_is_lost(ledger, "three replicas behind HAProxy")


@pytest.mark.parametrize("after", ["head", "body"])
@pytest.mark.parametrize("by", ["reset", "close"])
def test_what_a_replica_took_and_did_not_answer_is_asked_of_another(tmp_path, after, by):
    replicas = [Mortal(after, by), Mortal(), Mortal()]
    try:
        with Balancer(tmp_path, replicas) as balancer:

            def ask_thrice_on_a_connection() -> bool:
                client = http.client.HTTPConnection("127.0.0.1", balancer.port, timeout=10)
                with contextlib.closing(client):
                    for _ in range(3):
                        client.request("POST", "/v2/models/m/infer", b"{}")
                        assert client.getresponse().read() == b"{}"
                return replicas[0].ended >= 10

            wait_until(ask_thrice_on_a_connection, "ten requests ended with their replica")
    finally:
        for replica in replicas:
            replica.stop()


class GrpcClients:
    """`ask` of Load over gRPC with balancing by the client, as with a headless Service: round robin over the addresses,
    gRPC's own health checks, and one more attempt where a replica was gone."""

    CONFIG = {
        "loadBalancingConfig": [{"round_robin": {}}],
        "healthCheckConfig": {"serviceName": ""},
        "methodConfig": [
            {
                "name": [{"service": "inference.GRPCInferenceService"}],
                "retryPolicy": {
                    "maxAttempts": 2,
                    "initialBackoff": "0.01s",
                    "maxBackoff": "0.1s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }

    def __init__(self, replicas: list[Replica], clients: int):
        target = "ipv4:" + ",".join(f"127.0.0.1:{replica.grpc}" for replica in replicas)
        options = [("grpc.service_config", json.dumps(self.CONFIG)), ("grpc.initial_reconnect_backoff_ms", 100)]
        # a pool of subchannels for each, or all clients would share one connection to a replica
        options.append(("grpc.use_local_subchannel_pool", 1))
        self.clients = [
            tritonclient.grpc.InferenceServerClient(target, channel_args=options) for _ in range(clients)
        ]

    def __call__(self, number: int, row: list) -> tuple[str, str]:
        tensor = tritonclient.grpc.InferInput("x", [1, 4], "FP32")
        tensor.set_data_from_numpy(np.array([row], np.float32))
        try:
            answer = self.clients[number].infer("m", [tensor], client_timeout=30)
        except InferenceServerException as error:
            return ("refused" if "RESOURCE_EXHAUSTED" in error.status() else "lost"), str(error)
        version, given = int(answer.get_response().model_version), answer.as_numpy("y")[0].tolist()
        expected = [version * value for value in row]
        return ("answered", "") if given == expected else ("lost", f"{given} given, {expected} expected")

    def close(self) -> None:
        for client in self.clients:
            client.close()


def test_balanced_by_grpc_clients_no_request_is_lost(replicas):
    ledger = Ledger()
    clients = GrpcClients(replicas, 4)
    with Load(clients, ledger, 4) as load:
        load.phase("three replicas")
        replicas[0].kill()
        load.phase("the first is killed")
        replicas[0].start()
        load.phase("the first is back")
        ledger.phase = "the second drains"
        assert replicas[1].drain() == 0
        load.phase("the second is gone")
        replicas[1].start()
        load.phase("the second is back")
        replace_versions(load, replicas)
    clients.close()
    assert_none_is_lost(ledger, "three replicas balanced by gRPC clients")
