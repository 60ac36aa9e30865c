"""Runs through the backlog with another server: it is full, it dies, it comes back."""

import asyncio
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest

from edgebox.engine_client import Concurrency
from edgebox.settings import BatchSettings, Settings
from edgebox.worker.mid_model import MidModel
from edgebox.worker.runner import Runner
from edgebox.worker.timing import Timing
from support.outside.far_server import MODEL, far_server
from support.polling import PATIENCE, eventually

QUICK = Timing(poll=0.01, patience=PATIENCE, busy=0.01, grace=0.05)
CALLS = 24


def worked(box, tmp_path, far, *, least=1, most=64, first=None, full_first=False):
    """The counts of a run, and what was learned; every call has some text of its own.

    With ``full_first`` the server answers only once the worker knows of a refusal.
    """
    batch = box.submit(
        *[f"고객: {n}번 카드를 잃어버렸어요.\n상담사: 정지했습니다." for n in range(CALLS)]
    )
    mlm = {"url": far.url, "url_model": MODEL}
    settings = Settings(state_dir=tmp_path, engines={"mlm": mlm})
    places = Concurrency(least, most)
    places.limit = first or places.limit
    if full_first:
        far.before = lambda: asyncio.run(eventually(lambda: places.cuts["refused"]))
    runner = Runner(
        box.store,
        MidModel(settings, places),
        BatchSettings(),
        callbacks=SimpleNamespace(wake_if_due=lambda: None),
        clock=box.clock,
        timing=QUICK,
        places=places,
    )
    counts = asyncio.run(asyncio.wait_for(runner.run("test"), 4 * PATIENCE))
    rows = box.store.batches.consultations(batch)
    assert {row.state for row in rows} == {"done"}, "nothing is lost"
    assert (counts.done, counts.failed) == (CALLS, 0)
    assert places.in_flight == 0
    return counts, places


def test_a_server_that_can_take_more_is_sent_more_than_the_settings_would(box, tmp_path):
    with far_server(seconds=0.2) as far:
        worked(box, tmp_path, far)
    assert 1 < far.most <= 64


def test_the_bounds_of_the_settings_hold(box, tmp_path):
    with far_server(seconds=0.1) as far:
        worked(box, tmp_path, far, least=2, most=3)
    assert far.most in (2, 3)


@pytest.mark.parametrize(("refusal", "in_stream"), [(429, False), (503, False), (503, True)])
def test_a_full_server_is_sent_fewer_and_no_analysis_is_lost(box, tmp_path, refusal, in_stream):
    full = {"room": 3, "refusal": refusal, "refuses_in_stream": in_stream}
    with far_server(**full) as far:
        counts, places = worked(box, tmp_path, far, first=4, full_first=True)
    assert places.cuts["refused"] >= 1
    assert counts.released >= 1, "what is too many goes back instead of being offered again"
    assert places.limit <= 4
    with closing(sqlite3.connect(box.path)) as database:
        [[attempts]] = database.execute("SELECT max(attempts) FROM consultations")
    assert attempts == 1, "want of room costs no attempt"


@pytest.mark.parametrize("refusal", [429, 503])
@pytest.mark.parametrize("at_once", [1, 4])
def test_a_full_server_rests_for_as_long_as_it_asks_for(box, tmp_path, refusal, at_once):
    with far_server(full_for=at_once, refusal=refusal, retry_after="1") as far:
        worked(box, tmp_path, far, least=1, most=at_once, first=at_once)
    refused, others = far.arrivals[:at_once], far.arrivals[at_once:]
    assert min(others) - max(refused) >= 0.99


def test_a_server_that_dies_within_answers_costs_an_attempt_and_no_analysis(box, tmp_path):
    with far_server(seconds=0.01, deaths=2) as far:
        counts, places = worked(box, tmp_path, far, least=4, most=4)
    assert counts.released >= 2
    assert places.cuts["refused"] == 0, "a death says nothing about its room"
