import asyncio
import time

from edgebox.system.liveness import Pulse


def pulse(now, **limits):
    return Pulse(limits, clock=lambda: now[0])


def test_what_has_not_begun_or_has_ended_may_be_silent():
    now = [0.0]
    watched = pulse(now, tick=10)
    now[0] = 100
    assert watched.silent() is None
    watched.beat("tick")
    watched.end("tick")
    now[0] = 200
    assert watched.silent() is None
    assert not watched.goes_on("tick")


def test_the_piece_that_hangs_is_named():
    now = [0.0]
    watched = pulse(now, tick=10, run=5)
    watched.beat("tick")
    watched.beat("run")
    now[0] = 6
    assert watched.silent() == "run"
    watched.beat("run")
    assert watched.silent() is None
    now[0] = 10.5
    watched.beat("run")
    assert watched.silent() == "tick"


def test_a_loop_that_turns_beats_and_one_that_is_blocked_does_not(monkeypatch):
    monkeypatch.setattr("edgebox.system.liveness._BEAT_SECONDS", 0.01)
    watched = Pulse({"run": 0.2})

    async def scenario():
        async with watched.of_loop("run"):
            await asyncio.sleep(0.5)
            turning = watched.silent()
            time.sleep(0.5)  # noqa: ASYNC251 - a run that hangs
            return turning, watched.silent()

    assert asyncio.run(scenario()) == (None, "run")
    assert not watched.goes_on("run")
