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
        self.closed = False
        self.queue: asyncio.Queue[tuple[str, dict[str, Any]] | None] = asyncio.Queue()
        self.queue.put_nowait(("start", {"ask_id": "ask_1", "deadline": 15, "cached": False}))

    def close(self) -> None:
        self.closed = True

    async def events(self) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        try:
            while event := await self.queue.get():
                yield event
        finally:
            self.left = True


class Messages(list[dict[str, Any]]):
    """What the screens of the operator are told."""

    def __call__(self, message: dict[str, Any], *, but: object = None) -> None:
        self.append(message)

    @property
    def cancelled(self) -> list[str]:
        return [one["ask_id"] for one in self if one.get("code") == "cancelled"]


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_that_is_cancelled_at_once_has_nobody_who_listens() -> None:
    told, messages = Told(), Messages()
    questions = Questions(messages)
    questions.begin("q1", "CL-1", "언제?", told)
    questions.cancel("q1")
    assert told.closed, "or else it would be answered to its end, for nobody"
    assert questions.states() == []
    assert not questions.running
    questions.cancel("q1")
    await turns()
    assert messages.cancelled == ["q1"]
    assert not [one for one in messages if one["type"] == "ask.start"]


async def test_whatever_ends_one_without_an_answer_says_so() -> None:
    messages = Messages()
    questions = Questions(messages)

    def begin(ask_id: str) -> Told:
        told = Told()
        questions.begin(ask_id, "CL-1", "언제?", told)
        return told

    begin("newer")
    begin("forgotten")
    questions.forget("CL-1")
    begin("stopped")
    await questions.stop()
    begin("failed").queue.put_nowait(("unknown", None))  # type: ignore[arg-type]
    await turns()
    begin("ended").queue.put_nowait(None)
    await turns()
    assert messages.cancelled == ["newer", "forgotten", "stopped", "failed", "ended"]
    assert questions.states() == []
    assert not questions.running


async def test_one_that_has_its_answer_is_not_cancelled_any_more() -> None:
    told, messages = Told(), Messages()
    questions = Questions(messages)
    questions.begin("q1", "CL-1", "언제?", told)
    told.queue.put_nowait(("done", {"done": {"status": "success"}}))
    await turns()
    assert questions.running == "q1", "its last generator still ends"
    questions.cancel("q1")
    assert told.closed, "its place is free"
    assert [one["state"] for one in questions.states()] == ["done"]
    assert messages.cancelled == []
    await turns()


async def test_every_screen_is_told_what_is_asked() -> None:
    told, messages = Told(), Messages()
    questions = Questions(messages)
    questions.begin("q1", "CL-1", "언제?", told)
    await turns()
    [start] = [one for one in messages if one["type"] == "ask.start"]
    assert (start["ask_id"], start["consultation_id"], start["question"]) == ("q1", "CL-1", "언제?")
    await questions.stop()


async def test_two_that_begin_at_once_leave_one() -> None:
    first, second, messages = Told(), Told(), Messages()
    questions = Questions(messages)
    questions.begin("q1", "CL-1", "언제?", first)
    questions.begin("q2", "CL-1", "얼마?", second)
    first.queue.put_nowait(("delta", {"text": "오늘"}))
    second.queue.put_nowait(("delta", {"text": "만 원"}))
    await turns()
    assert first.closed
    assert not second.closed
    assert [one["ask_id"] for one in messages if one["type"] == "ask.delta"] == ["q2"]
    assert [one["ask_id"] for one in questions.states()] == ["q2"]
    assert questions.remembered.known_as("q2") == "ask_1"
    await questions.stop()
    assert second.left


async def test_what_was_asked_about_a_call_goes_with_it() -> None:
    questions = Questions(Messages())
    for n in range(KEPT + 2):
        told = Told()
        told.queue.put_nowait(("done", {"done": {}}))
        told.queue.put_nowait(None)
        questions.begin(f"q{n}", "CL-1" if n % 2 else "CL-2", "언제?", told)
        await turns()
    assert len(questions.states()) == KEPT
    questions.forget("CL-1")
    assert {one["consultation_id"] for one in questions.states()} == {"CL-2"}
