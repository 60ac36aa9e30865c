"""What counters grew by is in the daily sums once, whoever starts again in between."""

import os
import time

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge

from edgebox.errors import StoreBusy
from edgebox.exposition import Publisher
from edgebox.processes.ledger import Ledger, Reading, of_engine, of_registry
from edgebox.store.spending import Item
from support.boxes.store import migrated

NOON = 1_795_316_400.0  # 2026-11-22 12:00 in Seoul
BUSY = Item("busy_seconds", "slm", "decode", "people")
READ = Item("tokens", "slm", "read", "people")
GPU = Item("joules", "gpu0", "nvml")
CPU = Item("joules", "cpu0", "rapl")


@pytest.fixture
def store(tmp_path):
    store = migrated(tmp_path / "edgebox.db")
    yield store
    store.close()


class Engine:
    """An engine's counters, published as an engine does."""

    def __init__(self, folder, started, gpu=0.0):
        self.registry = CollectorRegistry()
        labels = ("role", "phase", "class")
        self.busy = Counter(
            "edgebox_engine_busy_seconds", "x", labels, registry=self.registry
        ).labels("slm", "decode", "people")
        joules = Counter("edgebox_energy_joules", "x", ("device", "source"), registry=self.registry)
        self.joules = joules
        self.gpu, self.cpu = joules.labels("gpu0", "nvml"), joules.labels("cpu0", "rapl")
        start = Gauge(
            "edgebox_process_start_time_seconds", "x", ("process",), registry=self.registry
        )
        start.labels("engine").set(started)
        self.gpu.inc(gpu)
        self.published = Publisher(folder, "engine", self.registry)

    def work(self, seconds):
        self.busy.inc(seconds)
        self.gpu.inc(100 * seconds)
        self.cpu.inc(10 * seconds)
        self.published.write()


@pytest.fixture
def ledger(store, tmp_path):
    return lambda: Ledger(store.spending, "engine", of_engine(tmp_path), clock=lambda: NOON)


def sums(store):
    found = store.spending.sums("2000-01-01", "2099-01-01")
    return {item: amount for item, amount in found.items() if item.what != "on_seconds"}


def test_a_worker_that_starts_again_goes_on_where_it_was(store, tmp_path, ledger):
    engine = Engine(tmp_path, 1000.5)
    engine.work(2)
    first = ledger()
    first.enter()
    first.enter()
    engine.work(3)
    ledger().enter()  # another one
    assert sums(store)[BUSY] == 5


def test_an_engine_that_stops_loses_nothing(store, tmp_path, ledger):
    engine, book = Engine(tmp_path, 1000.5), ledger()
    engine.work(2)
    book.enter()
    engine.busy.inc(3)
    engine.published.stop()
    assert not (tmp_path / "engine.prom").exists()
    Engine(tmp_path, 2000.5).work(7)
    book.enter()
    book.enter()
    assert sums(store)[BUSY] == 12
    ledger().enter()
    assert sums(store)[BUSY] == 12


def test_an_engine_that_is_killed_loses_what_was_not_looked_at(store, tmp_path, ledger):
    engine, book = Engine(tmp_path, 1000.5), ledger()
    engine.work(2)
    book.look()
    engine.busy.inc(3)  # never written
    Engine(tmp_path, 2000.5).work(7)
    book.enter()
    assert sums(store)[BUSY] == 9


def test_a_clock_that_was_set_back_stops_nothing(store, tmp_path, ledger):
    Engine(tmp_path, 2000.5).work(2)
    book = ledger()
    book.enter()
    Engine(tmp_path, 1000.5).work(3)
    book.enter()
    book.enter()
    assert sums(store)[BUSY] == 5


def test_the_drivers_joules_count_from_when_they_were_first_seen(store, tmp_path, ledger):
    first, book = Engine(tmp_path, 1000.5, gpu=1e9), ledger()
    first.work(0)
    book.enter()
    first.work(2)
    book.enter()
    second = Engine(tmp_path, 2000.5, gpu=1e9 + 200 + 50)  # 50 J while no engine ran
    second.work(1)
    book.enter()
    assert sums(store)[GPU] == 350
    assert sums(store)[CPU] == 30, "those of the processor begin with the engine"
    Engine(tmp_path, 3000.5).work(1)  # the machine was started again
    book.enter()
    assert sums(store)[GPU] == 450


def test_the_time_of_an_engine_is_up_to_its_last_file(store, tmp_path, ledger):
    engine = Engine(tmp_path, NOON - 100)
    engine.work(1)
    os.utime(tmp_path / "engine.prom", (NOON - 40, NOON - 40))
    ledger().enter()
    assert store.spending.sums("2000-01-01", "2099-01-01")[Item("on_seconds")] == 60


BROKEN = """\
edgebox_process_start_time_seconds{process="engine"} 1
edgebox_engine_busy_seconds_total{role="slm"} 1
"""


@pytest.mark.parametrize("text", ["", "words", "edgebox_engine_steps_total 1\n", BROKEN])
def test_a_file_that_no_engine_wrote_is_nothing(store, tmp_path, ledger, text):
    (tmp_path / "engine.prom").write_text(text)
    ledger().enter()
    assert store.spending.read_of("engine") is None


def test_a_busy_store_is_told_and_entered_the_next_time(store, tmp_path, ledger, monkeypatch):
    Engine(tmp_path, 1000.5).work(2)
    book = ledger()
    with monkeypatch.context() as patch:
        patch.setattr(store.spending, "add", lambda *_, **__: (_ for _ in ()).throw(StoreBusy("x")))
        with pytest.raises(StoreBusy):
            book.enter()
    Engine(tmp_path, 2000.5).work(1)  # meanwhile another engine
    book.enter()
    assert sums(store)[BUSY] == 3


def test_what_a_process_counts_itself_is_entered_when_it_stops(store):
    registry = CollectorRegistry()
    answers = Counter("edgebox_quick_summaries", "x", ("status",), registry=registry)
    drafts = Counter("edgebox_live_drafts", "x", ("status",), registry=registry)
    asks = Counter("edgebox_asks", "x", ("status",), registry=registry)
    tokens = Counter("edgebox_client_tokens", "x", ("client", "work"), registry=registry)
    ledger = Ledger(store.spending, "api", of_registry(registry.collect, time.time()))
    ledger.start()
    for status in ("success", "partial", "fallback", "no_content", "refused", "abandoned"):
        answers.labels(status).inc()
    drafts.labels("partial").inc(3)
    asks.labels("no_evidence").inc()
    asks.labels("failed").inc()
    tokens.labels("center-1", "quick").inc(40)
    ledger.stop()
    assert sums(store) == {
        Item("summaries"): 7,
        Item("questions"): 1,
        Item("client_tokens", kind="quick", client="center-1"): 40,
    }


def test_two_processes_of_one_name_are_each_entered_once(store):
    """Two APIs on two ports use one database."""
    books = [
        Ledger(store.spending, "api", lambda at=at: [Reading(at, {READ: 5.0})], clock=lambda: NOON)
        for at in (1.0, 2.0)
    ]
    for book in books * 3:
        book.enter()
    assert sums(store) == {READ: 10}


def test_a_card_that_does_not_answer_for_a_moment_costs_nothing(store, tmp_path, ledger):
    """The drivers count since the machine started: what comes back is not new."""
    engine, book = Engine(tmp_path, 1000.5, gpu=1e9), ledger()
    other = engine.joules.labels("gpu1", "nvml")
    other.inc(5e8)
    engine.work(0)
    book.enter()
    engine.joules.remove("gpu1", "nvml")
    engine.work(1)
    book.enter()
    engine.joules.labels("gpu1", "nvml").inc(5e8 + 30)
    engine.work(1)
    book.enter()
    assert sum(amount for item, amount in sums(store).items() if item.kind == "nvml") == 230


def test_a_clock_that_was_set_makes_no_hours(store, tmp_path, ledger, monkeypatch):
    """A box whose clock has no battery starts years ago, and is then told the time."""
    monkeypatch.setattr(time, "clock_gettime", lambda _: 40.0)
    engine, book = Engine(tmp_path, 1000.5), ledger()
    for written in (1010.5, NOON, 1020.5, NOON + 5):
        engine.work(1)
        os.utime(tmp_path / "engine.prom", (written, written))
        book.enter()
    assert store.spending.sums("2000-01-01", "2099-01-01")[Item("on_seconds")] == 40


@pytest.mark.parametrize(
    "line",
    [
        'edgebox_analyses_total{result="done"} 5',
        'edgebox_engine_busy_seconds_total{role="slm",phase="decode",class="people"} +Inf',
        'edgebox_engine_busy_seconds_total{role="a b",phase="decode",class="people"} 1',
    ],
)
def test_an_engine_speaks_for_itself_only(store, tmp_path, ledger, line):
    engine, book = Engine(tmp_path, 1000.5), ledger()
    engine.work(1)
    path = tmp_path / "engine.prom"
    path.write_text(f"{path.read_text()}{line}\n")
    book.enter()
    engine.work(1)
    book.enter()
    assert sums(store) == {BUSY: 2, CPU: 20, GPU: 100}


def test_readings_are_added_on_the_day_of_the_entry(store):
    readings = [Reading(1.0, {READ: 5.0})]
    now = [NOON]
    ledger = Ledger(store.spending, "engine", lambda: readings, clock=lambda: now[0])
    ledger.enter()
    now[0] += 86_400
    readings[0] = Reading(1.0, {READ: 7.0})
    ledger.enter()
    first, second = store.spending.days("2000-01-01", "2099-01-01")
    assert store.spending.sums(first, first) == {READ: 5.0}
    assert store.spending.sums(second, second) == {READ: 2.0}
