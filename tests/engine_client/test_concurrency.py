"""What is learned of servers of every kind, simulated: their places and what sharing them costs."""

import random
from dataclasses import dataclass

import pytest

from edgebox.engine_client.concurrency import HOLD, Concurrency


@dataclass
class Server:
    """Takes requests in turn; those that it works on share its speed.

    Attributes:
        slots: requests that it works on at once; the others wait.
        cost: how much longer each one takes for every other one beside it: 0, others cost nothing;
            1, they are worth nothing.
        most: requests that it holds at all; it refuses more.
    """

    slots: int
    cost: float
    most: int = 10_000


class Simulated:
    """A worker that always has another call, and the clock of both."""

    def __init__(self, server: Server, *, least=1, most=64, seed=1):
        self.server = server
        self.now = 0.0
        self.done = 0.0
        self.ended = 0
        self.limits = []
        self._random = random.Random(seed)
        self._working, self._waiting = [], []
        self.places = Concurrency(least, most, clock=lambda: self.now)

    def run(self, calls):
        for _ in range(calls):
            self._step()
        return self

    def seconds(self, length):
        end = self.now + length
        while self.now < end:
            self._step()
        return self

    def throughput(self, calls):
        """What is done in a second, of calls that need 10 s alone."""
        done, now = self.done, self.now
        self.run(calls)
        return (self.done - done) * 10 / (self.now - now)

    def _step(self):
        while self.places.in_flight < self.places.limit:
            place = self.places.begin()
            if len(self._working) + len(self._waiting) >= self.server.most:
                self.places.refused(place)
                continue
            work = self._random.lognormvariate(0, 0.4)
            self._waiting.append([work * 10 * self._random.uniform(0.9, 1.1), work, place])
        while self._waiting and len(self._working) < self.server.slots:
            self._working.append(self._waiting.pop(0))
        speed = 1 / (1 + self.server.cost * (len(self._working) - 1))
        first = min(self._working, key=lambda one: one[0])
        left = first[0]
        self.now += left / speed
        for one in self._working:
            one[0] -= left
        self._working.remove(first)
        self.ended += 1
        self.done += first[1]
        self.places.answered(first[2], first[1])
        self.limits.append(self.places.limit)


def best(slots, cost):
    return slots / (1 + cost * (slots - 1))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("slots", "cost"), [(1, 0.0), (4, 0.2), (4, 0.4), (16, 0.03), (8, 1.0), (64, 0.03)]
)
def test_a_server_of_any_size_is_used_and_not_filled(slots, cost, seed):
    simulated = Simulated(Server(slots, cost), seed=seed).run(300)
    assert simulated.throughput(900) > 0.85 * best(slots, cost)
    sent = simulated.limits[300:]
    useful = 1 if cost == 1 else slots
    assert sum(sent) / len(sent) < 1.3 * useful + 1, "the further ones only wait there"


def test_a_server_that_refuses_is_sent_fewer_and_nearly_never_refuses_again():
    simulated = Simulated(Server(64, 0.03, most=9)).run(100)
    found = simulated.places.cuts["refused"]
    assert found in (1, 2)
    before = simulated.now
    simulated.run(2000)
    assert simulated.places.cuts["refused"] <= found + (simulated.now - before) / HOLD
    assert max(simulated.limits[100:]) <= 10


def test_refusals_of_one_moment_halve_it_once():
    places = Concurrency(1, 64)
    places.limit = 16
    together = [places.begin() for _ in range(16)]
    for place in together:
        places.refused(place)
    assert (places.limit, places.in_flight, places.cuts["refused"]) == (8, 0, 1)


def test_it_never_leaves_its_bounds():
    simulated = Simulated(Server(64, 0.0, most=5), least=3, most=7).run(500)
    assert set(simulated.limits) <= set(range(3, 8))
    assert Simulated(Server(64, 0.0), least=2, most=7).run(200).places.limit == 7


def test_a_server_that_became_smaller_is_sent_fewer():
    simulated = Simulated(Server(32, 0.03)).run(400)
    assert simulated.places.limit >= 16
    simulated.server = Server(4, 0.3)
    assert simulated.run(600).places.limit <= 8


def test_a_server_that_became_larger_is_sent_more_in_time():
    simulated = Simulated(Server(4, 0.3)).run(300)
    assert simulated.places.limit <= 8
    simulated.server = Server(32, 0.03)
    assert simulated.seconds(4 * HOLD).places.limit >= 10


def test_what_was_not_sent_while_little_waits_is_not_learned_from():
    now = 0.0
    places = Concurrency(4, 64, clock=lambda: now)
    for _ in range(100):
        place = places.begin()
        now += 1
        places.answered(place, 10.0)
    assert places.limit == 4


def test_an_end_that_says_nothing_changes_nothing():
    places = Concurrency(4, 64)
    for _ in range(100):
        places.dropped(places.begin())
    assert (places.limit, places.in_flight) == (4, 0)
