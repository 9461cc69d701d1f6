"""The model behind bench/scale.py: the autoscaler's arithmetic, and queues that lose and invent nothing."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
from autoscaling import Autoscaler, Events, Fluid, desired_of_pods, desired_replicas, simulate


def test_the_formula_gives_what_kubernetes_documentation_gives():
    # https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details
    assert desired_replicas(3, 200, 100) == 6
    assert desired_replicas(4, 50, 100) == 2
    # https://kubernetes.io/blog/2025/04/28/kubernetes-v1-33-hpa-configurable-tolerance/
    assert desired_replicas(50, 90, 75) == 60
    assert desired_replicas(50, 82, 75) == 50, "within the tolerance"


def test_replicas_without_a_value_dampen_and_never_turn_the_direction():
    assert desired_of_pods(2, [100, 100], 50) == 4
    assert desired_of_pods(4, [100, 100], 50, unready=2) == 4, "two that start will be enough"
    assert desired_of_pods(11, [60] * 10, 50, unready=1) == 11, "with the one that starts it is within the tolerance"
    assert desired_of_pods(4, [10, 10], 50, missing=2) == 3, "those without a value count as the target"
    assert desired_of_pods(3, [60, 60], 50, unready=1) == 3, "would scale down with them"


def test_at_most_twice_as_many_or_four_more_in_15_seconds_and_down_after_five_minutes():
    scaler = Autoscaler({"queue": 1}, low=1, high=30)
    assert scaler.decide(0, 1, 1, {"queue": [100]}) == 5
    assert scaler.decide(15, 5, 5, {"queue": [100] * 5}) == 10
    assert scaler.decide(30, 10, 10, {"queue": [100] * 10}) == 20
    assert scaler.decide(45, 20, 20, {"queue": [100] * 20}) == 30
    for now in range(60, 345, 15):
        assert scaler.decide(now, 30, 30, {"queue": [0.1] * 30}) == 30
    assert scaler.decide(361, 30, 30, {"queue": [0.1] * 30}) == 3


@pytest.mark.parametrize("fleet", [Events(100, 50), Fluid(100, 50)], ids=["events", "fluid"])
def test_what_arrived_was_served_or_refused_or_waits(fleet):
    scaler = Autoscaler({"cpu": 0.7, "queue": 8})
    simulate(fleet, scaler, lambda t: 300 if t < 60 else 1500 if t < 300 else 200, 900, 6, begin_with=4)
    assert fleet.refused > 0 and fleet.served > 0
    assert fleet.arrived == pytest.approx(fleet.served + fleet.refused + fleet.waiting, rel=1e-9)


def test_a_queue_of_one_server_is_as_long_as_theory_says():
    rate, load, count = 10.0, 0.7, 40
    fleet = Events(rate, 10**9)
    fleet.add(count, 0)
    depth, latencies = [], []
    for second in range(900):
        fleet.advance(second, second + 1, load * rate * count)
        if second >= 100:
            depth.append(sum(fleet.depths(second + 1)) / count)
            latencies += fleet.latencies
    assert sum(latencies) / len(latencies) == pytest.approx(1 / (rate * (1 - load)), rel=0.05)
    assert sum(depth) / len(depth) == pytest.approx(load**2 / (1 - load), rel=0.08)


def test_single_requests_and_the_flow_of_many_tell_the_same():
    def run(fleet):
        return simulate(fleet, Autoscaler({"cpu": 0.7, "queue": 8}), lambda t: 350 if t < 150 else 700, 700, 6, begin_with=5)

    events, flow = Events(100, 100), Fluid(100, 100)
    single, many = run(events), run(flow)
    assert single.replica_s == pytest.approx(many.replica_s, rel=0.1)
    assert events.refused / events.arrived == pytest.approx(flow.refused / flow.arrived, abs=0.005)
    assert max(single.p99_s) == pytest.approx(max(many.p99_s), rel=0.3)
