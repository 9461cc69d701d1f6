"""Batches grow where they pay, stay small where they do not, and follow a model that changes: seen from outside."""
import threading
from collections.abc import Callable

import pytest

from http_call import call
from program import Server, fake_model, rows

pytestmark = pytest.mark.alone

CLIENTS = 8


def ask(server: Server, each: int) -> float:
    """Every client asks so many times, one after the other. The mean rows of the batches that answered them."""
    counted = [server.metric(f"slipway_batch_rows_{part}") for part in ("sum", "count")]
    failures: list[bytes] = []

    def client() -> None:
        for _ in range(each):
            answer = call(server.url + "/v2/models/m/infer", rows(1))
            if answer.status != 200:
                failures.append(answer.body)

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert not failures
    before_sum, before_count = counted
    return (server.metric("slipway_batch_rows_sum") - before_sum) / (
        server.metric("slipway_batch_rows_count") - before_count
    )


def settles(server: Server, is_right: Callable[[float], bool], rounds: int = 10) -> bool:
    """Whether the mean becomes right while the clients go on asking; noise of the machine may take it some rounds."""
    return any(is_right(ask(server, 20)) for _ in range(rounds))


PAYS = ["delay_us=6000"]
# long enough that what a sleep takes longer on a busy machine is nothing that joining could save
PAYS_NOT = ["delay_us_per_row=5000"]


def test_batches_grow_where_they_pay(tmp_path):
    with Server([fake_model(tmp_path, *PAYS), "--instances", "1"]) as server:
        assert settles(server, lambda mean: mean >= 3)
        assert server.metric("slipway_batch_cost_seconds", model="m", version="1", rows="8") >= 0.006


def test_requests_run_alone_where_batches_do_not_pay(tmp_path):
    with Server([fake_model(tmp_path, *PAYS_NOT), "--instances", "1"]) as server:
        assert settles(server, lambda mean: mean < 2)
        assert server.metric("slipway_batch_cost_seconds", model="m", version="1", rows="1") >= 0.005


def test_a_model_that_changes_is_noticed(tmp_path):
    change = 500
    lines = [*PAYS_NOT, f"then_after={change}", "then_delay_us=6000"]
    with Server([fake_model(tmp_path, *lines), "--instances", "1"]) as server:
        assert settles(server, lambda mean: mean < 2)
        while server.metric("slipway_batch_rows_count") < change:
            ask(server, 20)
        assert settles(server, lambda mean: mean >= 3, rounds=20)


def test_who_asks_for_batches_gets_them(tmp_path):
    arguments = [fake_model(tmp_path, *PAYS_NOT), "--instances", "1", "--max-delay-us", "20000", "--max-batch-size", "8"]
    with Server(arguments) as server:
        assert ask(server, 20) > 4
