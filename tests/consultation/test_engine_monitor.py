"""What is known of the engine: before it is asked, while it starts, and after it is gone."""

import asyncio

import pytest

from edgebox.consultation.engine_monitor import MISSED_POLLS, EngineMonitor
from edgebox.engine_client import EngineClient
from edgebox.settings import Settings
from support.engines.fake import FakeEngine


def watched(tmp_path, engine, look, **settings):
    """What is seen before the first poll, after it, and after each poll once the engine is gone."""

    async def whole():
        made = Settings(state_dir=tmp_path, **settings)
        client = EngineClient(made)
        monitor = EngineMonitor(client)
        seen = [look(monitor)]
        try:
            async with engine.serve(made.socket):
                await monitor.poll()
                seen.append(look(monitor))
            for _ in range(MISSED_POLLS):
                await monitor.poll()
                seen.append(look(monitor))
        finally:
            await client.aclose()
        return seen

    return asyncio.run(whole())


def test_a_model_is_asked_before_the_first_poll_and_not_after_the_engine_is_gone(tmp_path):
    reachable = watched(tmp_path, FakeEngine(), lambda monitor: monitor.reachable("slm"))
    assert reachable == [True] * (1 + MISSED_POLLS) + [False]


def test_speeds_are_known_while_the_engine_is_ready_and_survive_a_late_answer(tmp_path):
    known = watched(tmp_path, FakeEngine(), lambda monitor: monitor.role("slm") is not None)
    assert known == [False] + [True] * MISSED_POLLS + [False]


def test_an_engine_that_starts_has_health_and_no_speeds(tmp_path):
    def look(monitor):
        return monitor.health is not None, monitor.role("slm"), monitor.reachable("slm")

    assert watched(tmp_path, FakeEngine(status="starting"), look)[1] == (True, None, False)


@pytest.mark.parametrize("engine", [FakeEngine(), FakeEngine(status="starting")])
def test_another_server_is_reachable_whatever_our_engine_does(tmp_path, engine):
    elsewhere = {"slm": {"url": "http://127.0.0.1:9/v1", "url_model": "m"}}
    seen = watched(tmp_path, engine, lambda m: m.reachable("slm"), engines=elsewhere)
    assert all(seen)


def test_analyses_that_nobody_waits_for_are_known_while_the_engine_is_there(tmp_path):
    seen = watched(tmp_path, FakeEngine(analyses=2), lambda monitor: monitor.has_backlog)
    assert seen == [False] + [True] * MISSED_POLLS + [False]
    seen = watched(tmp_path, FakeEngine(), lambda monitor: monitor.has_backlog)
    assert not any(seen)
