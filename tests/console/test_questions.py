"""The questions of one operator, with events that come by hand."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from edgebox.console.questions import KEPT, Questions

pytestmark = pytest.mark.anyio


class Told:
    """What is told of a question, event by event; it notes when nobody listens any more."""

    def __init__(self) -> None:
        self.left = False
        self.queue: asyncio.Queue[tuple[str, dict[str, Any]] | None] = asyncio.Queue()
        self.queue.put_nowait(("start", {"ask_id": "ask_1", "deadline": 15, "cached": False}))

    async def events(self) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        try:
            while event := await self.queue.get():
                yield event
        finally:
            self.left = True


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_that_is_cancelled_at_once_has_nobody_who_listens() -> None:
    told, messages = Told(), []
    questions = Questions(messages.append)
    questions.begin("q1", "CL-1", "언제?", told)
    assert questions.cancel("q1")
    await turns()
    assert told.left, "or else it would be answered to its end, for nobody"
    assert questions.states() == []
    assert not questions.cancel("q1")


async def test_two_that_begin_at_once_leave_one() -> None:
    first, second, messages = Told(), Told(), []
    questions = Questions(messages.append)
    questions.begin("q1", "CL-1", "언제?", first)
    questions.begin("q2", "CL-1", "얼마?", second)
    first.queue.put_nowait(("delta", {"text": "오늘"}))
    second.queue.put_nowait(("delta", {"text": "만 원"}))
    await turns()
    assert first.left
    assert not second.left
    assert [one["ask_id"] for one in messages if one["type"] == "ask.delta"] == ["q2"]
    assert [one["ask_id"] for one in questions.states()] == ["q2"]
    assert questions.remembered.known_as("q2") == "ask_1"
    await questions.stop()
    assert second.left


async def test_what_was_asked_about_a_call_goes_with_it() -> None:
    questions = Questions(lambda _: None)
    for n in range(KEPT + 2):
        told = Told()
        told.queue.put_nowait(None)
        questions.begin(f"q{n}", "CL-1" if n % 2 else "CL-2", "언제?", told)
        await turns()
    assert len(questions.states()) == KEPT
    questions.forget("CL-1")
    assert {one["consultation_id"] for one in questions.states()} == {"CL-2"}
