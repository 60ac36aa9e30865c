import asyncio
import time

from edgebox.worker.liveness import Liveness


def liveness(now, **limits):
    return Liveness(limits, clock=lambda: now[0])


def test_what_has_not_begun_or_has_ended_owes_no_heartbeat():
    now = [0.0]
    watched = liveness(now, tick=10)
    now[0] = 100
    assert watched.stalled() is None
    watched.beat("tick")
    watched.end("tick")
    now[0] = 200
    assert watched.stalled() is None
    assert not watched.is_running("tick")


def test_the_stalled_job_is_named():
    now = [0.0]
    watched = liveness(now, tick=10, run=5)
    watched.beat("tick")
    watched.beat("run")
    now[0] = 6
    assert watched.stalled() == "run"
    watched.beat("run")
    assert watched.stalled() is None
    now[0] = 10.5
    watched.beat("run")
    assert watched.stalled() == "tick"


def test_a_loop_that_turns_beats_and_one_that_is_blocked_does_not(monkeypatch):
    monkeypatch.setattr("edgebox.worker.liveness._BEAT_SECONDS", 0.01)
    watched = Liveness({"run": 0.2})

    async def scenario():
        async with watched.beating("run"):
            await asyncio.sleep(0.5)
            turning = watched.stalled()
            time.sleep(0.5)  # noqa: ASYNC251 - a run that hangs
            return turning, watched.stalled()

    assert asyncio.run(scenario()) == (None, "run")
    assert not watched.is_running("run")
