import asyncio
import json
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from edgebox.lab.bench.capacity import (
    OUTCOMES,
    PRECISION,
    SLOWEST,
    Answer,
    Found,
    RateSearch,
    Trial,
)
from edgebox.lab.bench.load import Load
from edgebox.lab.bench.machine import machine
from edgebox.lab.bench.projection import Speeds, Work, highest_rate
from support.boxes.served import running
from support.polling import eventually

SLOW = {"prefill_tps": 2e4, "decode_tps": 250.0, "batch_decode_tps": 300.0}
"""Speeds of a model of which admission refuses some hundreds of summaries a minute."""


@pytest.mark.parametrize("capacity", [SLOWEST, 7.0, 37.0, 400.0])
@pytest.mark.parametrize("first", [0.0, 10.0, 100.0, 5000.0])
def test_the_search_closes_in_on_the_capacity_from_wherever_it_begins(first, capacity):
    search, tried = RateSearch(first, 1000.0), []
    while rate := search.next():
        tried.append(rate)
        search.learn(rate, holds=rate <= capacity)
    assert search.held <= capacity < search.missed
    assert search.missed / search.held <= PRECISION
    assert len(tried) == len(set(tried)) < 25


@pytest.mark.parametrize(("holds", "end"), [(True, "held"), (False, "missed")])
def test_the_search_ends_at_its_limits(holds, end):
    search = RateSearch(20.0, 90.0)
    while rate := search.next():
        search.learn(rate, holds=holds)
    assert (search.held, search.missed) == ((90.0, None) if holds else (None, SLOWEST))


@pytest.mark.parametrize(
    ("outcomes", "lost", "holds"),
    [
        (["success"] * 20, False, True),
        (["success"] * 10 + ["partial"] * 9 + ["fallback"], False, True),
        (["success"] * 19, False, False),
        (["success"] * 18 + ["refused"] * 2, True, False),
        (["late", "failed"], True, False),
    ],
)
def test_a_rate_holds_if_enough_of_all_planned_requests_were_answered(outcomes, lost, holds):
    trial = Trial(60.0, 20, 0.95, [Answer(outcome, 1.0) for outcome in outcomes])
    assert (trial.lost, trial.holds) == (lost, holds)
    assert sum(trial.counts.values()) == len(outcomes)


def test_a_refusal_is_quick_and_no_answer():
    trial = Trial(60.0, 20, 0.95, [Answer("success", 2.0), Answer("refused", 0.01)])
    assert (trial.p50, trial.p95) == (2.0, 2.0)
    assert Trial(60.0, 20, 0.95, [Answer("refused", 0.01)]).p95 is None


def test_what_cannot_be_read_in_time_has_no_capacity():
    speeds = Speeds(reads=100.0, writes=20.0, writes_together=40.0)
    assert highest_rate(Work(350, 56), speeds, 2.8, 0.95) == 0.0
    assert highest_rate(Work(350, 56), speeds.times(4), 2.8, 0.95) > 0.0


def test_the_capacity_of_a_queue_that_may_wait_for_ever_is_the_engines_time():
    speeds = Speeds(reads=1000.0, writes=50.0, writes_together=50.0)
    work = Work(400, 30)  # a second in all
    assert highest_rate(work, speeds, 1e6, 1.0) == pytest.approx(60.0, rel=0.05)


def test_twice_as_fast_is_more_than_twice_as_many():
    """The time that may be spent waiting grows too."""
    speeds, work = Speeds(1000.0, 60.0, 120.0), Work(350, 56)
    rates = [highest_rate(work, speeds.times(n), 2.8, 0.95) for n in (1, 2, 4)]
    assert rates[1] > 2 * rates[0]
    assert rates[2] > 2 * rates[1]
    assert highest_rate(work, speeds, 2.8, 0.99) < rates[0]


def test_the_machine_is_named_on_any_processor(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nmodel name\t: EPYC\nflags : sse avx avx2 avx512f\n\n")
    assert machine(cpuinfo)["processor"].startswith("EPYC")
    assert machine(cpuinfo)["vectors"] == "AVX512"
    cpuinfo.write_text("processor : 0\nBogoMIPS : 50\nFeatures : asimd\n")
    assert machine(cpuinfo)["processor"]
    assert machine(cpuinfo)["vectors"] == ""


@asynccontextmanager
async def loaded(*, requests=6, share=0.95, deadline=3.0, signed=True, **sections):
    """A running API over a fake engine, and a load for it.

    Args:
        requests, share: of the load.
        deadline: that the load takes to be the box's.
        signed: whether its requests have a key.
        sections: of the box's settings.
    """
    sections = {"api": {"port": 0, "rate_per_minute": 100_000}} | sections
    with tempfile.TemporaryDirectory(prefix="eb-") as folder:
        async with running(Path(folder), **sections) as box:
            await box.until_ready()
            if signed:
                box.http.headers.update(box.headers())
            quick = box.settings.quick.model_copy(update={"deadline_seconds": deadline})
            settings = box.settings.model_copy(update={"quick": quick})
            load = Load(
                box.http,
                settings,
                lines=4,
                salt=1,
                share=share,
                requests=requests,
                told=lambda trial: None,
            )
            yield box, load


def ended(deadline=3.0, signed=True, quick=None, **script):
    """How one summary of a box ends whose fake engine has this script."""

    async def go():
        sections = {"quick": quick} if quick else {}
        async with loaded(deadline=deadline, signed=signed, **sections) as (box, load):
            for name, value in script.items():
                setattr(box.engine, name, value)
            return await load.ask(1)

    return asyncio.run(go())


def test_every_way_in_which_a_summary_can_end_is_counted_as_what_it_is():
    whole = ended()
    assert whole.outcome == "success"
    assert (whole.read, whole.prompt, whole.cached, whole.generated) == (1.0, 100, 60, 20)
    # The first sentence is there after a fifth of the time, the last piece would come after twice.
    short = {"deadline_seconds": 3.0, "margin_seconds": 0.5}
    cut = (
        "고객이 카드를 잃어버렸다고 했습니다. ",
        "상담사가 ",
        "바로 ",
        *9 * ["정말 "],
        "정지했습니다.",
    )
    assert ended(quick=short, pause=0.4, answers={"slm": cut}).outcome == "partial"
    assert ended(broken=True).outcome == "fallback"
    assert ended(deadline=0.01, pause=0.1).outcome == "late"
    assert ended(signed=False).outcome == "failed"


def test_a_box_that_is_gone_is_a_failed_request():
    async def go():
        async with loaded() as (box, load):
            box.http.base_url = "http://127.0.0.1:9"
            return await load.ask(1)

    assert asyncio.run(go()).outcome == "failed"


def test_requests_arrive_whether_or_not_earlier_ones_are_answered():
    async def go():
        quick = {"deadline_seconds": 60.0}
        async with loaded(requests=3, deadline=60.0, quick=quick) as (box, load):
            box.engine.pause = 50.0
            search = asyncio.create_task(load.search(Found(beside=False), 6000.0, 0.0))
            await eventually(lambda: len(box.engine.requests) == 3)
            assert box.engine.finished == 0
            search.cancel()
            await asyncio.gather(search, return_exceptions=True)

    asyncio.run(go())


def test_what_a_box_cannot_take_is_refused_and_ends_the_trial():
    async def go():
        async with loaded(requests=60) as (box, load):
            box.engine.pause = 0.2
            found = Found(beside=False)
            await load.search(found, 6000.0, 0.0)
            return found

    found = asyncio.run(go())
    [trial] = found.trials
    assert trial.counts["refused"] > 3
    assert trial.lost
    assert len(trial.answers) < trial.planned
    assert found.ended == "time", "the first rate is tried whatever time there is, and no other"
    assert (found.held, found.missed) == (None, 6000.0)


def test_a_box_is_searched_until_its_capacity_is_known():
    async def go():
        quick = {"deadline_seconds": 0.6, "margin_seconds": 0.1}
        async with loaded(requests=10, share=0.8, deadline=0.6, quick=quick) as (box, load):
            for role in box.engine.roles.values():
                role.update(SLOW)
            box.engine.pause = 0.05
            looked = box.engine.looked_at
            await eventually(lambda: box.engine.looked_at > looked + 1)
            found = Found(beside=False)
            await load.search(found, 1000.0, 600.0)
            return found

    found = asyncio.run(go())
    assert found.ended == "found"
    assert found.held < found.missed <= PRECISION * found.held
    assert found.at_its_rate.holds
    assert any(trial.missed for trial in found.trials)


def test_a_box_whose_model_answers_nothing_holds_no_rate():
    async def go():
        async with loaded() as (box, load):
            box.engine.broken = True
            found = Found(beside=False)
            await load.search(found, 30.0, 600.0)
            return found

    found = asyncio.run(go())
    assert (found.held, found.ended) == (None, "slowest")
    assert found.missed == SLOWEST
    assert {outcome for t in found.trials for outcome in OUTCOMES if t.counts[outcome]} == {
        "fallback"
    }


def test_a_batch_runs_during_the_block_and_leaves_nothing():
    async def go():
        async with loaded() as (box, load):
            box.engine.pauses["mlm"] = 0.05
            found = Found(beside=True)
            async with load.batch(found):
                await eventually(lambda: found.analyses > 4)
            sent = len(box.engine.requests)
            await eventually(lambda: box.engine.finished == sent)  # none is left in the engine
            await asyncio.sleep(0.3)
            assert len(box.engine.requests) == sent, "and no further one comes"
            return box.engine.requests, found

    requests, found = asyncio.run(go())
    assert {request["model"] for request in requests} == {"mlm"}
    assert all(request["priority"] >= 100 for request in requests)
    assert found.failed_analyses == 0


def test_analyses_that_fail_are_counted_and_tried_again():
    async def go():
        async with loaded() as (box, load):
            box.engine.failures["mlm"] = 2
            found = Found(beside=True)
            async with load.batch(found):
                await eventually(lambda: found.analyses > 0 and found.failed_analyses == 2)
            return found

    assert asyncio.run(go()).failed_analyses == 2


def test_no_call_is_sent_twice_in_a_session():
    async def go():
        async with loaded(requests=1) as (box, load):
            for _ in range(4):
                await load.search(Found(beside=False), 6000.0, 0.0)
            return [json.dumps(r["messages"], ensure_ascii=False) for r in box.engine.requests]

    asked = asyncio.run(go())
    assert len(asked) == len(set(asked)) == 4
