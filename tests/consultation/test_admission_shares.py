"""Several clients at one engine, simulated with a hand clock: one floods it, others ask quietly."""

import math
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgebox.consultation.admission import Admission
from edgebox.consultation.shares import KNOWN_SECONDS, MEMORY_SECONDS
from edgebox.consultation.ticket import BEYOND_SHARE, Priority, Ticket
from edgebox.engine_client import RoleHealth
from edgebox.errors import BoxBusy
from edgebox.settings import QuickSettings

CPU = RoleHealth("slm", "m", 16384, 1000.0, 80.0, 80.0, 1.0, 8, 1, 1)
GPU = RoleHealth("slm", "m", 16384, 8000.0, 800.0, 800.0, 1.0, 16, 1, 1)
FAST = RoleHealth("slm", "m", 16384, 80_000.0, 8000.0, 8000.0, 1.0, 16, 1, 1)
SLOW = RoleHealth("slm", "m", 16384, 165.0, 40.0, 40.0, 1.0, 8, 1, 1)
"""Too slow for two calls in one deadline."""
CALL = {CPU: 360, GPU: 160, FAST: 160, SLOW: 100}
"""Characters of a call that takes..."""
TAKES = {CPU: 1.2, GPU: 0.1, FAST: 0.01, SLOW: 2.38}
"""...so many seconds to read and to answer."""


@dataclass
class Client:
    """Asks every so many seconds, beginning at ``first``."""

    name: str
    every: float
    priority: Priority = "normal"
    first: float = 0.0
    characters: int | None = None


@dataclass
class Outcome:
    """What became of a client's requests."""

    refused: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    cut: int = 0

    def p95(self, skipped: int = 0) -> float:
        """The 95th percentile of the waits, without the first ones."""
        waited = sorted(self.waited[skipped:])
        return waited[int(0.95 * (len(waited) - 1))]


class Simulation:
    """One engine that does the work that was reserved.

    Args:
        role: its speed.
        clients: who asks.
        seconds: how long.
        order: what is done first; by default what is most urgent.
        gives_way: whether a ticket in progress gives way to a more urgent one.
        takes: the share of the reserved work that a ticket really needs.
        admission: what is tried.
    """

    def __init__(
        self, role, clients, seconds, *, order=None, gives_way=True, takes=None, admission=Admission
    ):
        self.now = 1000.0
        self.admission = admission(QuickSettings(), self, lambda: self.now)
        self.seen = {client.name: Outcome() for client in clients}
        self._role = role
        self._order = order or (lambda ticket: ticket.engine_priority)
        self._gives_way = gives_way
        self._takes = takes or (lambda: 1.0)
        self._queue: list[tuple[Ticket, list[float]]] = []
        asked = [
            (self.now + client.first + turn * client.every, number, client)
            for number, client in enumerate(clients)
            for turn in range(int((seconds - client.first) / client.every))
        ]
        for at, _, client in sorted(asked, key=lambda one: one[:2]):
            self._work_until(at)
            self._ask(client)
        self._work_until(math.inf)

    def role(self, _role):
        return self._role

    @property
    def idle(self) -> float:
        """The share of the time in which nothing was done."""
        return 1 - sum(sum(seen.work) for seen in self.seen.values()) / (self.now - 1000.0)

    def _ask(self, client):
        seen = self.seen[client.name]
        text = "가" * (client.characters or CALL[self._role])
        try:
            ticket = self.admission.admit(text, client.priority, self.now, client.name)
        except BoxBusy:
            seen.refused.append(self.now - 1000.0)
            return
        seen.work.append(ticket.work)
        for other, _ in self._queue:
            self.seen[other.client].cut += other.given_up
        self._queue = [one for one in self._queue if not one[0].given_up]
        self._queue.append((ticket, [ticket.work * self._takes()]))

    def _work_until(self, until):
        while self._queue:
            if self._gives_way:
                self._queue.sort(key=lambda one: self._order(one[0]))
            else:
                self._queue[1:] = sorted(self._queue[1:], key=lambda one: self._order(one[0]))
            ticket, left = self._queue[0]
            if self.now + left[0] > until + 1e-9:
                left[0] -= until - self.now
                break
            self.now += left[0]
            del self._queue[0]
            seen = self.seen[ticket.client]
            seen.waited.append(self.now - ticket.arrived)
            if self.now > ticket.arrived + self.admission.budget + 1e-6:
                seen.late.append(self.now)
            ticket.release()
        if until < math.inf:
            self.now = until


def flood(role: RoleHealth, first: float, name: str = "flood", **rest) -> Client:
    """Ten times what the engine can do, at ``high``."""
    return Client(name, TAKES[role] / 10, "high", first, **rest)


@pytest.mark.parametrize("gives_way", [True, False])
@pytest.mark.parametrize(
    ("role", "every"), [(CPU, 3.1), (CPU, 10.3), (GPU, 0.53), (GPU, 3.1), (FAST, 0.53)]
)
def test_a_quiet_client_is_served_beside_a_flood_as_if_it_were_alone(role, every, gives_way):
    quiet, seconds = Client("quiet", every), 30 + max(30.0, 60 * every)
    alone = Simulation(role, [quiet], seconds).seen["quiet"]
    both = Simulation(role, [quiet, flood(role, 30.0)], seconds, gives_way=gives_way)
    seen = both.seen["quiet"]
    assert alone.refused == seen.refused == []
    assert len(seen.waited) == len(alone.waited)
    in_progress = 0.0 if gives_way else TAKES[role]
    learned = int((30 + MEMORY_SECONDS) / every)
    assert seen.p95(learned) <= alone.p95() + in_progress + 0.001
    assert min(seen.work) == pytest.approx(TAKES[role])  # its calls are not shortened
    assert seen.late == both.seen["flood"].late == []
    # The flood has the rest.
    work = sum(both.seen["flood"].work)
    assert work > 0.95 * (both.now - 1030.0 - sum(seen.work) * (seconds - 30) / seconds)


@pytest.mark.parametrize("every", [5.3, 7.3])
@pytest.mark.parametrize("characters", [None, 5000])
def test_where_no_room_can_be_left_a_flood_is_cut_short(every, characters):
    quiet = Client("quiet", every)
    made = Simulation(SLOW, [quiet, flood(SLOW, 30.0, characters=characters)], 330)
    seen = made.seen["quiet"]
    assert seen.refused == []
    assert seen.p95() == pytest.approx(TAKES[SLOW], abs=0.01)
    assert min(seen.work) == pytest.approx(TAKES[SLOW], abs=0.01)
    assert seen.cut == 0
    assert seen.late == made.seen["flood"].late == []
    assert 10 < made.seen["flood"].cut <= len(seen.work)
    assert made.idle < 0.1 + TAKES[SLOW] / every  # of the first 30 s, and what the cut ones did


def flooded():
    """A slow box of which a flood has used more than its share."""
    box = Fixed(SLOW)
    box.ask("quiet").release()
    for _ in range(4):
        ticket = box.ask("flood", size=100)
        box.now += TAKES[SLOW]
        ticket.release()
    return box


def test_only_a_request_within_its_share_cuts_another_short():
    box = flooded()
    told = []
    beyond = box.ask("flood", size=100)
    beyond.on_given_up = lambda: told.append(box.now)
    box.now += 0.1
    with pytest.raises(BoxBusy):
        box.ask("flood")
    assert (beyond.is_beyond_share, told) == (True, [])
    kept = box.ask("quiet", size=100)
    assert (beyond.given_up, told) == (True, [box.now])
    for client in ("quiet", "flood"):
        with pytest.raises(BoxBusy):
            box.ask(client, size=100)
    assert (kept.is_beyond_share, kept.given_up) == (False, False)


def test_a_floods_first_request_is_cut_short_but_not_that_of_a_client_that_asks_as_little():
    box = Fixed(SLOW)
    box.ask("quiet").release()
    box.now += 7.7
    honest = box.ask("other", size=100)
    with pytest.raises(BoxBusy):
        box.ask("quiet", size=100)
    assert not honest.given_up
    honest.release()
    box.now += 7.7
    first = box.ask("flood", "high", size=5000)
    for _ in range(2):
        box.now += 0.5
        with pytest.raises(BoxBusy):
            box.ask("flood", "high", size=5000)
    assert not first.is_beyond_share
    assert not box.ask("quiet", size=100).given_up
    assert first.given_up


def test_a_client_that_tries_again_as_it_is_told_is_no_flood():
    box = Fixed(SLOW)
    box.ask("quiet").release()
    box.now += 10
    for holder in "abcd":
        kept = box.ask(holder, size=100)
        with pytest.raises(BoxBusy) as refused:
            box.ask("patient", size=100)
        assert refused.value.retry_after
        box.now += refused.value.retry_after
        kept.release()
    patient = box.ask("patient", size=100)
    box.now += 0.1
    with pytest.raises(BoxBusy):
        box.ask("other", size=100)
    assert (patient.is_beyond_share, patient.given_up) == (False, False)


def test_where_no_summary_is_done_in_time_a_flood_gives_way_all_the_same():
    box = Fixed(RoleHealth("slm", "m", 16384, 80.0, 15.0, 15.0, 1.0, 8, 1, 1))
    box.ask("quiet").release()
    beyond = [box.ask("flood", "high", size=5000)]
    for _ in range(4):
        box.now += 0.5
        with pytest.raises(BoxBusy):
            box.ask("flood", "high", size=5000)
    assert not box.ask("quiet", size=100).given_up
    assert beyond[0].given_up


def test_what_comes_too_late_for_its_own_deadline_takes_no_place():
    box = flooded()
    beyond = box.ask("flood", size=100)
    arrived = box.now - box.admission.budget + 0.2
    with pytest.raises(BoxBusy):
        box.admission.admit("가" * 100, "normal", arrived, "quiet")
    assert (beyond.is_beyond_share, beyond.given_up) == (True, False)


def test_a_flood_of_long_calls_leaves_room_too():
    seen = Simulation(CPU, [Client("quiet", 5.1), flood(CPU, 30.0, characters=5000)], 400).seen
    assert seen["quiet"].refused == []
    assert max(seen["flood"].work) > 2.7
    assert min(seen["flood"].work) == pytest.approx(1.4)


def test_a_client_that_comes_during_a_flood_is_served_at_once():
    for role, every in ((CPU, 3.1), (GPU, 1.1)):
        seen = Simulation(role, [flood(role, 0.0), Client("late", every, first=20)], 200).seen
        assert seen["late"].refused == []


@pytest.mark.parametrize("characters", [None, 5000])
def test_two_floods_are_cut_short_where_no_room_can_be_left(characters):
    floods = [flood(SLOW, 30.0, characters=characters)]
    floods.append(flood(SLOW, 40.0, name="other", characters=characters))
    seen = Simulation(SLOW, [Client("quiet", 7.3), *floods], 330).seen["quiet"]
    assert (seen.refused, seen.cut) == ([], 0)
    assert seen.p95() == pytest.approx(TAKES[SLOW], abs=0.01)


def test_two_floods_leave_room_on_a_gpu():
    floods = [flood(GPU, 30.0), Client("other", 0.017, first=30.0)]
    seen = Simulation(GPU, [Client("quiet", 1.1), *floods], 100).seen
    assert seen["quiet"].refused == []
    assert seen["quiet"].p95() < 2 * TAKES[GPU]


def test_two_floods_have_the_same_share():
    seen = Simulation(GPU, [flood(GPU, 0.0), Client("other", 0.05)], 100).seen
    assert sum(seen["other"].work) > 0.45 * 100
    assert sum(seen["flood"].work) > 0.45 * 100


@pytest.mark.parametrize("role", [CPU, GPU, FAST])
def test_a_client_alone_loses_nothing(role):
    class WithoutShares(Admission):
        def _is_within_share(self, _client, _now, *, queued):
            return True

    alone = [flood(role, 0.0), flood(role, 0.001, characters=1000)]
    made, before = (Simulation(role, alone, 20, admission=a) for a in (Admission, WithoutShares))
    assert made.seen == before.seen
    assert made.idle < 0.05


ORDERS = {
    "urgency": lambda ticket: ticket.engine_priority,
    "arrival": lambda ticket: ticket.arrived,
    "latest first": lambda ticket: -ticket.arrived,
    "length": lambda ticket: ticket.work,
}


@settings(max_examples=50, deadline=None)
@given(
    role=st.sampled_from([CPU, GPU]),
    clients=st.lists(
        st.builds(
            Client,
            name=st.sampled_from("abcd"),
            every=st.floats(0.05, 4),
            priority=st.sampled_from(["high", "normal", "low"]),
            first=st.floats(0, 5),
            characters=st.integers(1, 6000),
        ),
        min_size=1,
        max_size=5,
    ),
    order=st.sampled_from(list(ORDERS)),
    gives_way=st.booleans(),
    seed=st.integers(0, 99),
)
def test_whoever_is_admitted_is_answered_by_its_deadline(role, clients, order, gives_way, seed):
    chance = random.Random(seed)
    made = Simulation(
        role,
        clients,
        9,
        order=ORDERS[order],
        gives_way=gives_way,
        takes=lambda: chance.choice([1.0, chance.uniform(0.3, 1.0)]),
    )
    assert [seen.late for seen in made.seen.values()] == [[] for _ in made.seen]


class Fixed:
    """A hand clock, and a model of fixed speed."""

    def __init__(self, health: RoleHealth | None, **quick: int):
        self.now = 0.0
        self.health = health
        self.admission = Admission(QuickSettings(**quick), self, lambda: self.now)

    def role(self, _role):
        return self.health

    def ask(self, client: str, priority: Priority = "normal", size: int = 160) -> Ticket:
        return self.admission.admit("가" * size, priority, self.now, client)


def test_no_client_overtakes_another_by_its_own_word():
    box = Fixed(GPU)
    alone = [box.ask("a", priority).engine_priority for priority in ("high", "normal", "low")]
    assert alone == sorted(set(alone))
    first = box.ask("b", "low").engine_priority
    assert {box.ask("a", priority).engine_priority for priority in ("high", "low")} == {
        BEYOND_SHARE
    }
    assert first < 20


def test_places_are_kept_where_the_speed_is_not_known():
    box = Fixed(None, max_in_flight=4)
    box.ask("quiet").release()
    for _ in range(3):
        box.ask("flood", "high")
    with pytest.raises(BoxBusy):
        box.ask("flood", "high")
    box.ask("quiet", "low")


def test_a_client_that_is_silent_for_long_has_no_share():
    box = Fixed(CPU)
    box.ask("a").release()
    box.ask("b").release()
    box.ask("a")
    with pytest.raises(BoxBusy):
        box.ask("a")  # what is left is for b
    box.now += KNOWN_SECONDS + 1
    assert len([box.ask("a") for _ in range(2)]) == 2


def test_an_engine_for_one_at_a_time_keeps_nothing_free():
    box = Fixed(RoleHealth("slm", "m", 16384, 180.0, 40.0, 70.0, 0.6, 8, 1, 1))
    box.ask("quiet").release()
    whole = box.ask("flood", size=5000)
    assert whole.work == pytest.approx(box.admission.budget)
    whole.release()
    assert box.ask("flood", size=5000).work == pytest.approx(box.admission.budget)
