"""What the worker counts of runs and callbacks, with real ones."""

import asyncio
import dataclasses
import random

import pytest
from prometheus_client import generate_latest

from edgebox.callbacks.delivery import Deliverer
from edgebox.scoring.quality import Quality
from edgebox.worker.metrics import WorkerMetrics
from support.engines import analysing as runs
from support.outcomes import OUTCOME
from support.outside.receiver import answer, receiving


@pytest.fixture
def metrics():
    return WorkerMetrics()


def values(metrics):
    lines = generate_latest(metrics.registry).decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
    return {name: float(value) for name, value in pairs}


def counted(metrics, name):
    return {key: value for key, value in values(metrics).items() if key.startswith(name) and value}


def test_before_the_first_event_every_series_is_zero(metrics):
    metrics.knows(["center-1"])
    found = values(metrics)
    for name in (
        'edgebox_analyses_total{code="poison",result="failed"}',
        'edgebox_batch_runs_total{trigger="time"}',
        'edgebox_callback_attempts_total{outcome="dead"}',
        'edgebox_analysis_flags_total{flag="polarity"}',
        'edgebox_client_tokens_total{client="center-1",work="batch"}',
        "edgebox_analysis_seconds_count",
        "edgebox_batch_size",
    ):
        assert found[name] == 0


def test_a_run_is_counted_by_what_started_it_and_what_became_of_its_consultations(box, metrics):
    flagged = dataclasses.replace(
        OUTCOME, quality=Quality(0.5, 1.0, 0.8, 1.0, ("markup", "made_up"), {})
    )

    class Engine(runs.Engine):
        async def _answer(self, transcript, death):
            sizes.append(values(metrics)["edgebox_batch_size"])
            box.clock.now += 100
            await super()._answer(transcript, death)
            return flagged

    sizes = []
    box.submit("a", "b", "refuse it", "invalid")
    asyncio.run(
        runs.runner(box, Engine(), metrics=metrics, concurrency=1, max_attempts=1).run("size")
    )
    assert counted(metrics, "edgebox_analyses_total") == {
        'edgebox_analyses_total{code="",result="done"}': 2,
        'edgebox_analyses_total{code="refused",result="failed"}': 1,
        'edgebox_analyses_total{code="analysis_failed",result="failed"}': 1,
    }
    assert counted(metrics, "edgebox_batch_runs") == {'edgebox_batch_runs_total{trigger="size"}': 1}
    assert counted(metrics, "edgebox_analysis_flags") == {
        'edgebox_analysis_flags_total{flag="markup"}': 2,
        'edgebox_analysis_flags_total{flag="other"}': 2,
    }
    found = values(metrics)
    assert set(sizes) == {4}
    assert found["edgebox_batch_size"] == 0
    assert found['edgebox_analysis_seconds_bucket{le="2.5"}'] == 2
    assert found['edgebox_analysis_turnaround_seconds_bucket{le="60.0"}'] == 0
    assert found["edgebox_analysis_turnaround_seconds_count"] == 2
    assert found['edgebox_analysis_quality_bucket{le="0.5"}'] == 2
    assert counted(metrics, "edgebox_client_tokens") == {
        f'edgebox_client_tokens_total{{client="{box.client}",work="batch"}}': 26
    }


def test_poison_is_counted_where_the_claim_ends_it(box, metrics):
    box.submit("poison")
    for _ in range(4):
        asyncio.run(runs.runner(box, runs.Engine(), metrics=metrics, max_attempts=2).run("time"))
    assert values(metrics)['edgebox_analyses_total{code="poison",result="failed"}'] == 1
    assert values(metrics)['edgebox_analyses_total{code="",result="released"}'] == 2


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, "delivered"), (500, "retry"), (410, "dead"), (None, "unsent")]
)
def test_attempts_are_counted_by_their_outcome(box, metrics, status, outcome):
    async def scenario():
        async with receiving(*([answer(status)] if status else [])) as receiver:
            box.allow(f"127.0.0.1:{receiver.port}")
            box.finished_batch(f"http://127.0.0.1:{receiver.port}/hook")
            if status is None:
                box.store.clients.disable(box.client)
            await Deliverer(
                box.store,
                own_ports={8600},
                clock=box.clock,
                rng=random.Random(1),
                metrics=metrics.callbacks,
            ).deliver_due()

    asyncio.run(scenario())
    assert counted(metrics, "edgebox_callback_attempts") == {
        f'edgebox_callback_attempts_total{{outcome="{outcome}"}}': 1
    }
    sent = values(metrics)["edgebox_callback_seconds_count"]
    assert sent == (status is not None)
