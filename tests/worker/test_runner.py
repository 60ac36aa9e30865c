"""A run through the backlog, on a real store, with an engine that behaves as told."""

import asyncio
import dataclasses
import logging
import time
from collections import Counter
from datetime import date

from edgebox.callbacks.delivery import DeliveryCounts
from edgebox.consultation.analysis import NothingToAnalyse
from edgebox.errors import EngineBusy
from edgebox.settings import BatchSettings
from edgebox.store.batches import NewConsultation
from edgebox.worker.attempts import RunCounts
from edgebox.worker.job import STALLED_SECONDS
from edgebox.worker.jobs import Backlog
from edgebox.worker.liveness import Liveness
from edgebox.worker.timing import Timing
from support.boxes.store import NOW, Box
from support.engines.analysing import QUICK, Engine, runner, work
from support.outcomes import OUTCOME
from support.polling import PATIENCE, eventually


def states(box, batch):
    return [row.state for row in box.store.batches.consultations(batch)]


def test_an_analysis_knows_the_day_of_its_call(box):
    day = date(2025, 9, 13)
    box.store.batches.submit(
        box.client,
        [NewConsultation("CL-1", "a", {}, day), NewConsultation("CL-2", "b", {})],
        None,
        idempotency=None,
        local_date="20250913",
    )
    _, engine = work(box, concurrency=1)
    assert engine.days == [day, None]


def test_everything_that_waits_is_analysed_and_its_batch_completed(box):
    batch = box.submit("a", "b", "c", callback_url="http://center.test/")
    counts, engine = work(box)
    assert (counts.done, counts.failed, counts.drained) == (3, 0, True)
    assert Counter(engine.seen) == Counter("abc")
    assert box.store.batches.get(batch).state == "completed"
    assert [row.state for row in box.store.outbox.list()] == ["pending"]
    last = box.store.runs.last()
    assert (last.trigger, last.started_at, last.finished_at) == ("test", NOW, NOW)
    assert last.counts["done"] == 3


def test_the_result_is_the_contracts(box):
    batch = box.submit("a")
    work(box)
    [row] = box.store.batches.consultations(batch)
    assert row.entry() == {
        "consultation_id": "CL-0",
        "summary": {"customer": "카드 분실", "agent": "정지", "result": "재발급"},
        "keywords": ["카드"],
        "titles": {"keyword": "카드_분실", "descriptive": "분실 카드 정지"},
        "quality_score": 0.91,
        "quality": {
            "grounding": 1.0,
            "coverage": 0.8,
            "form": 1.0,
            "flags": ["short"],
            "caps": {"short": 0.95},
        },
        "evidence": {"customer": [], "agent": [], "result": []},
        "processing_time": 1.8,
        "model_used": "mid-model",
        "status": "success",
        "metadata": {"call_date": "2025-09-13", "n": 0},
    }


def test_a_call_in_which_nothing_was_said_has_a_result_without_invented_fields(box):
    async def nothing(*_):
        return NothingToAnalyse(0.001)

    batch = box.submit("a")
    engine = Engine()
    engine._answer = nothing
    work(box, engine=engine)
    [row] = box.store.batches.consultations(batch)
    assert row.entry() == {
        "consultation_id": "CL-0",
        "status": "no_content",
        "processing_time": 0.001,
        "metadata": {"call_date": "2025-09-13", "n": 0},
    }


def test_as_many_as_allowed_are_in_flight_and_never_more(box):
    box.submit(*[f"t{n}" for n in range(12)])
    counts, engine = work(box, concurrency=3)
    assert counts.done == 12
    assert engine.most_in_flight == 3


def test_what_is_submitted_during_a_run_is_part_of_it(box):
    box.submit("a")
    more = ["b", "c"]

    def submit_more():
        if more:
            box.submit(more.pop())

    counts, engine = work(box, on_ended=submit_more)
    assert counts.done == 3
    assert sorted(engine.seen) == ["a", "b", "c"]


def test_one_that_is_refused_or_never_valid_fails_and_the_others_go_on(box):
    batch = box.submit("refuse", "a", "invalid", "bug", "b")
    counts, engine = work(box)
    assert (counts.done, counts.failed) == (2, 3)
    rows = box.store.batches.consultations(batch)
    assert [row.state for row in rows] == ["failed", "done", "failed", "failed", "done"]
    assert [row.error_code for row in rows] == [
        "refused", None, "analysis_failed", "analysis_failed", None,
    ]  # fmt: skip
    tries = Counter(engine.seen)
    assert (tries["refuse"], tries["invalid"], tries["bug"]) == (1, 3, 3)
    assert box.store.batches.get(batch).state == "completed"


def test_a_result_that_cannot_be_stored_fails_and_the_others_go_on(box):
    batch = box.submit("a", "odd")
    engine = Engine()
    odd = dataclasses.replace(OUTCOME, model="\ud800")

    async def analyse(transcript, call_date, *, wanted):
        outcome = await Engine.analyse(engine, transcript, call_date, wanted=wanted)
        return odd if transcript == "odd" else outcome

    engine.analyse = analyse
    counts, _ = work(box, engine=engine)
    assert (counts.done, counts.failed, counts.drained) == (1, 1, True)
    assert box.store.batches.consultations(batch)[1].error_code == "analysis_failed"


def test_an_invalid_answer_does_not_cost_the_others_their_places(box):
    box.submit("invalid", *[f"t{n}" for n in range(9)])
    _, engine = work(box, concurrency=3)
    assert any(engine.beside["invalid"][1:])


def test_an_engine_that_stays_busy_ends_the_run_and_nothing_counts(box, caplog):
    class Full(Engine):
        async def _answer(self, transcript, death):
            raise EngineBusy("full")

    batch = box.submit("a", "b", "c")
    timing = dataclasses.replace(QUICK, busy_patience=0.05)
    counts, engine = work(box, engine=Full(), timing=timing, concurrency=2)
    assert (counts.done, counts.failed, counts.drained) == (0, 0, False)
    assert states(box, batch) == ["pending"] * 3
    assert [row.attempts for row in box.store.batches.consultations(batch)] == [0] * 3
    assert len(set(engine.seen)) == 2
    assert len([line for line in caplog.messages if "queue has been full" in line]) == 1
    assert box.store.runs.last().finished_at is None


def test_a_busy_engine_is_asked_again_and_nothing_counts(box):
    batch = box.submit("busy")
    counts, engine = work(box)
    assert (counts.done, counts.failed, counts.released) == (1, 0, 0)
    assert engine.seen == ["busy"] * 4
    assert box.store.batches.consultations(batch)[0].attempts == 1


def test_an_engine_that_is_not_there_costs_no_attempt_and_nobody_is_suspected(box):
    batch = box.submit("away", "a", "b")
    began = time.monotonic()
    counts, engine = work(box, concurrency=2)
    assert (counts.done, counts.failed, counts.drained) == (3, 0, True)
    assert engine.seen.count("away") == 6
    assert [row.attempts for row in box.store.batches.consultations(batch)] == [1, 1, 1]
    assert time.monotonic() - began > QUICK.poll * (4 + 8), "it was asked again without a pause"


def test_a_consultation_that_kills_the_engine_three_times_is_poison_and_the_rest_is_done(box):
    batch = box.submit("a", "b", "poison", "c", "d", "e")
    counts, engine = work(box, concurrency=4)
    rows = box.store.batches.consultations(batch)
    assert [row.state for row in rows] == ["done", "done", "failed", "done", "done", "done"]
    assert rows[2].error_code == "poison"
    assert engine.seen.count("poison") == 3
    assert counts.drained
    assert box.store.batches.get(batch).state == "completed"


def test_after_a_death_those_in_flight_run_alone(box):
    box.submit("a", "b", "poison", "c", "d", "e", "f")
    _, engine = work(box, concurrency=4)
    again = [beside[1:] for beside in engine.beside.values() if len(beside) > 1]
    assert again
    assert not any(map(any, again))
    assert engine.most_in_flight == 4


def test_two_poisonous_ones_do_not_take_their_neighbours_with_them(box):
    batch = box.submit("poison 1", "a", "poison 2", "b", "c", "d")
    work(box, concurrency=4)
    rows = box.store.batches.consultations(batch)
    assert [row.error_code for row in rows] == ["poison", None, "poison", None, None, None]


def crashed_with(box, *transcripts):
    """A batch whose last consultation was in a worker's hands when that crashed."""
    batch = box.submit(*transcripts)
    *others, _ = box.store.consultations.claim(len(transcripts), 600, 3)
    for row in others:
        box.store.consultations.release(row.row_id, row.lease_token, refund_attempt=True)
    box.clock.now += 601
    return batch


def test_what_a_crashed_worker_left_waits_for_the_others_and_runs_alone(box):
    crashed_with(box, "a", "b", "left")
    box.submit("c", "d")
    counts, engine = work(box, engine=Engine(seconds=0.05), concurrency=4)
    assert counts.done == 5
    assert engine.beside["left"] == [0]
    assert engine.most_in_flight == 2


def test_a_death_while_a_suspect_waits_for_its_turn_costs_it_nothing(box):
    batch = crashed_with(box, "poison", "a", "left")
    counts, engine = work(box, concurrency=4)
    assert counts.done == 2
    assert engine.seen.count("left") == 1
    assert box.store.batches.consultations(batch)[2].attempts == 2


def test_nothing_is_claimed_while_the_engine_is_not_ready(box):
    batch = box.submit("a")

    async def never():
        return False

    counts, engine = work(box, ready=never)
    assert engine.seen == []
    assert not counts.drained
    assert box.store.batches.consultations(batch)[0].attempts == 0
    assert box.store.runs.last() is None


def test_an_engine_that_stays_away_after_a_death_ends_the_run_unfinished(box):
    batch = box.submit("poison", "a")
    answers = iter([True])

    async def once():
        return next(answers, False)

    counts, _ = work(box, ready=once)
    assert not counts.drained
    assert set(states(box, batch)) == {"pending"}
    assert box.store.runs.last().finished_at is None


def stopped(box, engine, after, **options):
    """Run until ``after`` analyses have begun, then stop; counts and seconds to the end."""

    async def scenario():
        one = runner(box, engine, **options)
        run = asyncio.create_task(one.run("test"))
        while len(engine.seen) < after:  # noqa: ASYNC110 - the engine under test is the event
            await asyncio.sleep(0.001)
        began = time.monotonic()
        await asyncio.to_thread(one.stop)
        return await run, time.monotonic() - began

    return asyncio.run(asyncio.wait_for(scenario(), PATIENCE))


def test_stopping_gives_back_what_does_not_end_in_time_without_counting_it(box):
    batch = box.submit("a", "b", "c", "d", "e")
    engine = Engine(seconds=60)
    counts, seconds = stopped(box, engine, after=3, concurrency=3)
    assert seconds < 2
    assert states(box, batch) == ["pending"] * 5
    assert [row.attempts for row in box.store.batches.consultations(batch)] == [0] * 5
    assert counts.released == 3
    assert box.store.runs.last().finished_at is None


def test_stopping_lets_what_ends_in_time_end(box):
    batch = box.submit("a", "b", "c", "d")
    counts, _ = stopped(box, Engine(seconds=0.05), after=2, concurrency=2, timing=Timing(grace=5.0))
    assert counts.done == 2
    assert sorted(states(box, batch)) == ["done", "done", "pending", "pending"]


def test_an_engine_that_stops_with_the_worker_costs_no_attempt(box):
    batch = box.submit("a", "b")
    engine = Engine()
    engine.hold = asyncio.Event()

    async def scenario():
        one = runner(box, engine, timing=Timing(grace=5.0))
        run = asyncio.create_task(one.run("test"))
        while len(engine.seen) < 2:  # noqa: ASYNC110 - the engine under test is the event
            await asyncio.sleep(0.001)
        one.stop()
        engine.death.set()
        engine.hold.set()
        return await run

    asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert [row.attempts for row in box.store.batches.consultations(batch)] == [0, 0]


def test_leases_are_renewed_while_an_analysis_goes_on(tmp_path):
    box = Box(tmp_path / "edgebox.db", clock=time.time)
    batch = box.submit("a")

    async def scenario():
        run = asyncio.create_task(runner(box, Engine(seconds=1.0), lease_seconds=0.6).run("test"))
        await asyncio.sleep(0.1)
        for _ in range(8):
            await asyncio.sleep(0.1)
            assert box.store.consultations.claim(1, 600, 3) == []
        return await run

    counts = asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert (counts.done, counts.lost) == (1, 0)
    assert states(box, batch) == ["done"]
    box.store.close()


def test_a_result_whose_lease_was_lost_is_dropped(box):
    batch = box.submit("a")
    engine = Engine()

    async def scenario():
        engine.hold = asyncio.Event()
        run = asyncio.create_task(runner(box, engine, lease_seconds=600).run("test"))
        while not engine.seen:  # noqa: ASYNC110 - the engine under test is the event
            await asyncio.sleep(0.001)
        box.clock.now += 601
        [rival] = box.store.consultations.claim(1, 600, 3)
        engine.hold.set()
        counts = await run
        box.store.consultations.finish(rival.row_id, rival.lease_token, {"by": "rival"})
        return counts

    counts = asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert (counts.done, counts.lost) == (0, 1)
    [row] = box.store.batches.consultations(batch)
    assert row.result == {"by": "rival"}


def test_an_analysis_whose_lease_was_lost_is_cancelled(tmp_path):
    box = Box(tmp_path / "edgebox.db", clock=time.time)
    box.submit("a")
    engine = Engine(seconds=60)

    async def scenario():
        run = asyncio.create_task(runner(box, engine, lease_seconds=0.3).run("test"))
        while not engine.seen:  # noqa: ASYNC110 - the engine under test is the event
            await asyncio.sleep(0.001)
        with box.store._connections.transaction() as db:
            db.execute("UPDATE consultations SET lease_token = 'rival', lease_until = 1e12")
        return await run

    counts = asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert counts.lost == 1
    assert engine.going == []
    box.store.close()


def test_callbacks_are_woken_at_every_end_that_arms_one(box):
    box.submit("a", callback_url="http://center.test/")
    box.submit("poison", callback_url="http://center.test/")
    due = []
    work(box, on_ended=lambda: due.append(len(box.store.outbox.list("pending"))))
    assert due[-1] == 2
    assert 1 in due


def test_no_log_line_quotes_a_transcript_or_an_id(box, caplog):
    caplog.set_level(logging.DEBUG, logger="edgebox")
    box.submit("refuse 주민번호", "invalid 주민번호", "bug 주민번호", "poison 주민번호")
    work(box)
    assert "BATCH-20250913-001" in caplog.text
    assert "주민번호" not in caplog.text
    assert "CL-0" not in caplog.text


def end_call(box, name, text):
    """Put an ended call on disk, whose record somebody waits for."""
    call = NewConsultation(name, text, {}, operator="kim", wanted=True)
    return box.store.batches.submit(
        box.client, [call], None, idempotency=None, local_date="20250913"
    ).batch_id


def test_a_run_that_is_not_due_analyses_only_what_somebody_waits_for(box):
    batch = box.submit("a", "b")
    live = end_call(box, "live", "상담")

    async def scenario():
        engine = Engine()
        return await runner(box, engine).run("asked", lambda: ""), engine

    counts, engine = asyncio.run(scenario())
    assert (engine.seen, engine.wanted) == (["상담"], [True])
    assert counts.drained
    assert box.store.batches.get(live).state == "completed"
    assert box.store.batches.get(batch).state == "queued"
    assert box.store.runs.last() is None  # the backlog's next run is no later for it


def test_a_run_goes_on_with_the_backlog_once_that_is_due(box):
    box.submit("a", "b")
    end_call(box, "live", "상담")
    looks = iter(["", ""])

    async def scenario():
        engine = Engine()
        await runner(box, engine).run("asked", lambda: next(looks, "size"))
        return engine

    engine = asyncio.run(scenario())
    assert engine.seen == ["상담", "a", "b"]
    assert engine.wanted == [True, False, False]
    last = box.store.runs.last()
    assert last.finished_at is not None
    assert last.trigger == "size", "it was the backlog that was due"


def test_what_somebody_waits_for_does_not_wait_until_another_analysis_has_ended(box):
    box.submit("a", "b", "c")

    async def scenario():
        engine = Engine()
        engine.hold = asyncio.Event()
        used = runner(box, engine, concurrency=2)
        run = asyncio.create_task(used.run("test"))
        await eventually(lambda: len(engine.going) == 2)
        end_call(box, "live", "상담")
        used.look()
        await eventually(lambda: "상담" in engine.seen)
        assert engine.seen == ["a", "b", "상담"]
        engine.hold.set()
        await run
        return engine

    engine = asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert engine.seen == ["a", "b", "상담", "c"]
    assert engine.wanted[2]


def test_one_client_that_ends_calls_without_a_pause_does_not_starve_another(box):
    box.store.clients.create("other")
    waiting = [NewConsultation("CL-b", "batch", {})]
    box.store.batches.submit("other", waiting, None, idempotency=None, local_date="20250913")
    calls = iter(range(40))

    def one_more():
        if (number := next(calls, None)) is not None:
            end_call(box, f"live{number}", f"live {number}")

    for _ in range(8):
        one_more()
    _, engine = work(box, concurrency=2, on_ended=one_more)
    assert len(engine.seen) == 41
    assert engine.seen.index("batch") < 20


def test_a_run_that_was_asked_for_while_the_engine_was_away_is_made_when_it_is_back(box):
    """A command waits for it, which otherwise waits until the backlog is due."""
    batch = box.submit("a")
    box.store.runs.finish(box.store.runs.start("time", NOW), {})
    away = True

    async def ready():
        return not away

    made = runner(box, Engine(), ready=ready, timing=Timing(poll=0.001, patience=0.01))
    backlog = Backlog(box.store, BatchSettings(), made, Liveness(STALLED_SECONDS), clock=box.clock)
    backlog.run()
    assert box.store.runs.last().trigger == "time", "it is not due"
    backlog.run(forced=True)
    assert states(box, batch) == ["pending"]
    away = False
    backlog.run()
    assert states(box, batch) == ["done"]


def test_the_log_says_in_words_what_a_run_did():
    sent = str(DeliveryCounts(delivered=2, retried=1))
    assert sent == "2 delivered, 1 to be tried again, 0 given up"
    told = str(RunCounts(done=3, drained=True)), str(RunCounts(released=2, lost=1))
    assert told == (
        "3 done, 0 failed",
        "0 done, 0 failed, 2 given back, 1 taken over by another worker, stopped before the end",
    )
