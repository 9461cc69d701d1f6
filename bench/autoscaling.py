"""Replicas under load and the autoscaler that adds and removes them: the model behind bench/scale.py.

The autoscaler is Kubernetes' HorizontalPodAutoscaler as its documentation has it
(https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/). Replicas are simulated in one of two ways,
which a test holds against each other: `Events` follows every request, `Fluid` only how much waits, for thousands of replicas.
"""
import collections
import dataclasses
import math
import statistics

import numpy


def _up(count):
    """Rounded up, but not for what floating point added."""
    return math.ceil(count - 1e-9)


def desired_replicas(current, value, target, tolerance=0.1):
    """The formula: ceil(current * value / target), and no change within the tolerance."""
    ratio = value / target
    return current if abs(ratio - 1) <= tolerance else _up(current * ratio)


def desired_of_pods(current, values, target, tolerance=0.1, *, unready=0, missing=0):
    """The same from the values of single replicas. What is not ready counts as 0 where it would scale up; what has no value yet as 0
    there, and as the target where it would scale down. Where that turns the direction, nothing is done."""
    if not values:
        return current
    ratio, total, count = sum(values) / len(values) / target, sum(values), len(values)
    up = ratio > 1
    if missing:
        total, count = total + (0 if up else missing * target), count + missing
    if unready and up:
        count += unready
    counted = total / count / target
    if abs(counted - 1) <= tolerance or (counted > 1) != up:
        return current
    wanted = _up(counted * count)
    return max(current, wanted) if up else min(current, wanted)


@dataclasses.dataclass
class Autoscaler:
    """When it acts, and how far it may go at once. The defaults are Kubernetes'."""
    targets: dict  # of each metric; the largest of what they ask for holds
    low: int = 2
    high: int = 10_000
    sync_s: float = 15
    tolerance: float = 0.1
    down_window_s: float = 300
    up_percent: float = 100
    up_pods: int = 4
    down_percent: float = 100
    down_pods: int = 0
    up_policy_s: float = 15
    down_policy_s: float = 15

    def __post_init__(self):
        self._advice = collections.deque()
        self._sizes = collections.deque()

    def decide(self, now, current, ready, metrics):
        """How many there should be from now on. `metrics` has the values of replicas by name; `cpu` of a replica that has been ready
        for less than two scrapes is none, and such a replica counts as not ready."""
        asked = max(desired_of_pods(current, metrics[name], target, self.tolerance,
                                    unready=current - (len(metrics[name]) if name == "cpu" else ready),
                                    missing=0 if name == "cpu" else max(0, ready - len(metrics[name])))
                    for name, target in self.targets.items())
        self._advice.append((now, asked))
        while self._advice[0][0] < now - self.down_window_s:
            self._advice.popleft()
        self._sizes.append((now, current))
        while self._sizes[0][0] < now - max(self.up_policy_s, self.down_policy_s):
            self._sizes.popleft()
        if asked < current:  # the highest advice of the window, and never more than there are
            asked = min(current, max(advice for _, advice in self._advice))
            base = next(size for at, size in self._sizes if at > now - self.down_policy_s)
            asked = max(asked, min(current, math.ceil(base * (1 - self.down_percent / 100)), base - self.down_pods))
        else:
            base = next(size for at, size in self._sizes if at > now - self.up_policy_s)
            asked = min(asked, max(math.floor(base * (1 + self.up_percent / 100)), base + self.up_pods, current))
        return min(max(asked, self.low), self.high)


class Events:
    """Replicas that serve one request at a time, in order; each arrival goes to one of those that are ready, at random.

    Counts `arrived`, `served`, `refused` and `waiting`, which includes what runs."""

    def __init__(self, rate, queue_limit, seed=1, service="exponential"):
        self.rate, self.queue_limit, self.service = rate, queue_limit, service
        self.random = numpy.random.default_rng(seed)
        self.replicas, self.leaving, self.latencies = [], [], []
        self.arrived = self.served = self.refused = 0

    def add(self, count, ready_at):
        self.replicas += [{"ready": ready_at, "free": ready_at, "ends": collections.deque(), "busy": 0.0} for _ in range(count)]

    def remove(self, count):
        """The newest go first, and finish what they have."""
        for _ in range(count):
            self.leaving.append(self.replicas.pop())

    def ready(self, now):
        return [r for r in self.replicas if r["ready"] <= now]

    def _finish(self, replica, now):
        ends = replica["ends"]
        while ends and ends[0] <= now:
            ends.popleft()
            self.served += 1

    def advance(self, begin, end, arrivals_per_s):
        """Requests that arrive between the two times."""
        ready = self.ready(begin)
        count = self.random.poisson(arrivals_per_s * (end - begin))
        times = numpy.sort(self.random.uniform(begin, end, count)).tolist()
        chosen = self.random.integers(0, max(len(ready), 1), count).tolist()
        takes = (self.random.exponential(1 / self.rate, count) if self.service == "exponential"
                 else numpy.full(count, 1 / self.rate)).tolist()
        self.arrived += count
        self.latencies = []
        for at, number, take in zip(times, chosen, takes):
            if not ready:
                self.refused += 1
                continue
            replica = ready[number]
            self._finish(replica, at)
            if len(replica["ends"]) > self.queue_limit:
                self.refused += 1
                continue
            replica["free"] = max(at, replica["free"]) + take
            replica["busy"] += take
            replica["ends"].append(replica["free"])
            self.latencies.append(replica["free"] - at)
        for replica in self.replicas + self.leaving:
            self._finish(replica, end)
        self.leaving = [r for r in self.leaving if r["ends"]]

    @property
    def waiting(self):
        return sum(len(r["ends"]) for r in self.replicas + self.leaving)

    def depths(self, now):
        """Requests that wait in each ready replica, without the one that runs: slipway_queue_depth."""
        return [max(0, len(r["ends"]) - 1) for r in self.ready(now)]

    def busy_s(self, now):
        """Processor seconds that each ready replica has used so far."""
        return [r["busy"] - max(0.0, r["free"] - now) for r in self.ready(now)]

    def percentile(self, share):
        return float(numpy.percentile(self.latencies, share)) if self.latencies else 0.0


class Fluid:
    """The same without single requests: each ready replica gets its share, and what exceeds its rate waits. Where nothing piled
    up, queue and latency are those of M/M/1 at the load of the moment."""

    STEADY = 0.95  # beyond this load a queue takes longer to become what theory says than the load stays

    def __init__(self, rate, queue_limit):
        self.rate, self.queue_limit = rate, queue_limit
        self.ready_at = numpy.zeros(0)
        self.backlog, self.used = numpy.zeros(0), numpy.zeros(0)
        self.arrived = self.served = self.refused = self.moved = 0.0
        self.load = 0.0

    def add(self, count, ready_at):
        self.ready_at = numpy.concatenate([self.ready_at, numpy.full(count, float(ready_at))])
        self.backlog, self.used = (numpy.concatenate([a, numpy.zeros(count)]) for a in (self.backlog, self.used))

    def remove(self, count):
        keep = len(self.ready_at) - count
        self.served += self.backlog[keep:].sum()  # they finish what they have
        self.ready_at, self.backlog, self.used = self.ready_at[:keep], self.backlog[:keep], self.used[:keep]

    def advance(self, begin, end, arrivals_per_s):
        seconds, ready = end - begin, self.ready_at <= begin
        count, come = int(ready.sum()), arrivals_per_s * (end - begin)
        self.arrived += come
        if not count:
            self.refused += come
            return
        self.load = arrivals_per_s / count / self.rate
        work = self.backlog[ready] + come / count
        done = numpy.minimum(work, self.rate * seconds)
        left = work - done
        over = numpy.maximum(0, left - self.queue_limit)
        self.backlog[ready] = left - over
        self.used[ready] += done / self.rate
        self.served += done.sum()
        self.refused += over.sum()

    @property
    def waiting(self):
        return self.backlog.sum()

    def _steady(self):
        """Requests that wait in the mean where nothing piled up; bounded, as a queue that grows is in the backlog."""
        load = min(self.load, self.STEADY)
        return load * load / (1 - load)

    def depths(self, now):
        backlog = self.backlog[self.ready_at <= now]
        return numpy.where(backlog > 0, backlog, self._steady()).tolist()

    def busy_s(self, now):
        return self.used[self.ready_at <= now].tolist()

    def percentile(self, share):
        piled_up = numpy.percentile(self.backlog, share) / self.rate if len(self.backlog) else 0
        steady = -math.log(1 - share / 100) / (self.rate * (1 - min(self.load, self.STEADY)))
        return float(max(piled_up, steady if self.load < 1 else 0))


@dataclasses.dataclass
class Run:
    """What one simulation went through, a row for each `record_s`."""
    times: list = dataclasses.field(default_factory=list)
    replicas: list = dataclasses.field(default_factory=list)
    p99_s: list = dataclasses.field(default_factory=list)
    depth: list = dataclasses.field(default_factory=list)
    replica_s: float = 0.0


def simulate(fleet, autoscaler, arrivals_per_s, seconds, start_s, *, begin_with, scrape_s=15.0, mean_s=0.0, tick_s=1.0, record_s=5.0):
    """Runs a fleet for so long. `arrivals_per_s` is a function of the time; `start_s` is from the decision to add a replica until
    it is ready. CPU is what was used between the last two scrapes, the queue what it was at the last one, or the mean of those within
    `mean_s`."""
    fleet.add(begin_with, 0)
    run, scraped, used_before, current = Run(), None, None, begin_with
    scrapes = collections.deque(maxlen=max(1, round(mean_s / scrape_s)))
    for tick in range(round(seconds / tick_s)):
        now = tick * tick_s
        fleet.advance(now, now + tick_s, arrivals_per_s(now))
        now += tick_s
        run.replica_s += current * tick_s
        if now % scrape_s < tick_s / 2:
            used = fleet.busy_s(now)
            scrapes.append(fleet.depths(now))
            depths = [statistics.fmean(d[i] for d in scrapes if i < len(d)) for i in range(len(scrapes[-1]))]
            if used_before is not None:  # of those that were there at the scrape before, as a rate needs two
                both = min(len(used), len(used_before))
                cpu = [(a - b) / scrape_s for a, b in zip(used[:both], used_before[:both])]
                scraped = {"cpu": cpu, "queue": depths}
            used_before = used
        if (now - autoscaler.sync_s / 2) % autoscaler.sync_s < tick_s / 2 + 1e-9 and scraped:  # half a period after the scrape
            ready = len(fleet.busy_s(now))
            known = {name: values[:current] for name, values in scraped.items()}  # some may have gone since
            wanted = autoscaler.decide(now, current, ready, known)
            if wanted > current:
                fleet.add(wanted - current, now + start_s)
            elif wanted < current:
                fleet.remove(current - wanted)
                used_before = used_before[:wanted] if used_before else used_before
            current = wanted
        if now % record_s < tick_s / 2:
            depths = fleet.depths(now)
            run.times.append(now)
            run.replicas.append(current)
            run.p99_s.append(fleet.percentile(99))
            run.depth.append(sum(depths) / max(1, len(depths)))
    return run
