"""The daily sums."""

import pytest

from edgebox.store.retention import Ages
from edgebox.store.spending import Item

BUSY = Item("busy_seconds", "slm", "decode", "people")
DONE = Item("analyses")


def add(store, day, amounts, source="engine", started=1.0):
    store.spending.add(day, amounts, source=source, started=started, totals=amounts)


def test_amounts_of_a_day_are_added_up(store):
    add(store, "2026-11-01", {BUSY: 1.5, DONE: 1})
    add(store, "2026-11-01", {BUSY: 0.5})
    add(store, "2026-11-30", {BUSY: 10})
    add(store, "2026-12-01", {BUSY: 100})
    assert store.spending.sums("2026-11-01", "2026-11-30") == {BUSY: 12.0, DONE: 1.0}
    assert store.spending.days("2026-11-01", "2026-12-31") == [
        "2026-11-01", "2026-11-30", "2026-12-01",
    ]  # fmt: skip


def test_how_far_a_source_was_read_is_remembered_with_it(store):
    assert store.spending.read_of("engine") is None
    add(store, "2026-11-01", {BUSY: 1.5}, started=7.25)
    assert store.spending.read_of("engine") == (7.25, {BUSY: 1.5})
    assert store.spending.read_of("api") is None


def test_an_amount_below_zero_leaves_everything_as_it_was(store):
    add(store, "2026-11-01", {DONE: 1})
    with pytest.raises(Exception, match="CHECK"):
        store.spending.add(
            "2026-11-01", {BUSY: 1, DONE: -2}, source="engine", started=9.0, totals={}
        )
    assert store.spending.sums("2026-11-01", "2026-11-01") == {DONE: 1.0}
    assert store.spending.read_of("engine") == (1.0, {DONE: 1})


def test_old_days_go_with_the_records(store):
    now = 1_795_316_400.0  # 2026-11-22
    for day in ("2025-11-20", "2025-11-23", "2026-11-22"):
        add(store, day, {DONE: 1})
    ages = Ages(transcripts=None, results=None, records=365 * 86_400.0, keys=None)
    assert store.retention.step(now, ages).spending == 1
    assert store.spending.days("2000-01-01", "2099-01-01") == ["2025-11-23", "2026-11-22"]
    assert store.retention.step(now, ages).spending == 0
