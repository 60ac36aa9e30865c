"""The queue of one socket against a model: what a screen knows in the end."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgebox.console import outbox
from edgebox.console.outbox import MOST_BYTES, MOST_MESSAGES, Outbox

CALLS = st.sampled_from(["CL-1", "CL-2"])
ASKS = st.sampled_from(["q1", "q2"])
WORDS = st.text("가나다 0", max_size=4)


def utterance(text: str) -> dict[str, Any]:
    return {"speaker": "customer", "text": text, "start_ms": None, "marks": []}


class Told:
    """Makes what a box tells of calls that grow: an append never leaves a gap."""

    def __init__(self) -> None:
        self.calls: dict[str, list[dict[str, Any]]] = {}

    def message(self, kind: str, call: str, ask: str, text: str, at: int) -> dict[str, Any] | None:  # noqa: C901, PLR0911 - one line a message
        if kind == "call.opened":
            self.calls[call] = [utterance(text)]
            shown = {"consultation_id": call, "utterances": self.calls[call], "partial": text}
            return {"type": kind, "call": shown}
        if kind == "call.text":
            if call not in self.calls:
                return None
            start = min(at, len(self.calls[call]))
            new = [utterance(text)] * (at % 3)
            self.calls[call] = [*self.calls[call][:start], *new]
            return {
                "type": kind, "consultation_id": call, "received": at, "from": start,
                "utterances": new, "partial": text,
            }  # fmt: skip
        if kind == "call.closed":
            self.calls.pop(call, None)
        if kind in {"call.ended", "call.closed"}:
            return {"type": kind, "consultation_id": call}
        if kind == "summary.delta":
            begins = at == 0
            return {"type": kind, "consultation_id": call, "text": text, "begins": begins}
        if kind in {"summary.done", "record.done"}:
            return {"type": kind, "draft": {"consultation_id": call, "text": text, "at": at}}
        if kind == "ask.delta":
            return {"type": kind, "ask_id": ask, "text": text}
        if kind == "ask.done":
            return {"type": kind, "ask_id": ask, "done": {"at": at}}
        if kind == "ask.ack":
            return {"type": kind, "ask_id": ask, "text": text, "by": "template"}
        return {"type": "beat", "at": at}


class Screen:
    """What a screen makes of the messages that it gets."""

    def __init__(self) -> None:
        self.calls: dict[str, dict[str, Any]] = {}
        self.drafts: dict[tuple[str, str], Any] = {}
        self.writing: dict[str, str] = {}
        self.asks: dict[str, dict[str, Any]] = {}
        self.beat = 0

    def get(self, message: dict[str, Any]) -> None:  # noqa: C901 - one line a message
        kind, call = message["type"], message.get("consultation_id", "")
        if kind == "call.opened":
            shown = message["call"]
            self.calls[shown["consultation_id"]] = {**shown, "ended": False}
        elif kind == "call.text" and call in self.calls:
            shown = self.calls[call]
            assert message["from"] <= len(shown["utterances"]), "a gap"
            kept = shown["utterances"][: message["from"]]
            shown["utterances"] = [*kept, *message["utterances"]]
            shown["partial"] = message["partial"]
        elif kind == "call.ended" and call in self.calls:
            self.calls[call]["ended"] = True
        elif kind == "call.closed":
            self.calls.pop(call, None)
        elif kind == "summary.delta":
            before = "" if message["begins"] else self.writing.get(call, "")
            self.writing[call] = before + message["text"]
        elif kind in {"summary.done", "record.done"}:
            draft = message["draft"]
            self.drafts[kind, draft["consultation_id"]] = draft
            if kind == "summary.done":
                self.writing.pop(draft["consultation_id"], None)
        elif kind == "beat":
            self.beat = message["at"]
        elif kind.startswith("ask."):
            shown = self.asks.setdefault(message["ask_id"], {"text": "", "ack": None, "done": None})
            if kind == "ask.delta" and shown["done"] is None:
                shown["text"] += message["text"]
            elif kind == "ask.ack":
                shown["ack"] = message["text"]
            elif kind == "ask.done":
                shown["done"], shown["text"] = message["done"], ""


KINDS = (
    "call.opened", "call.text", "call.text", "call.ended", "call.closed", "summary.delta",
    "summary.done", "record.done", "ask.delta", "ask.delta", "ask.ack", "ask.done", "beat", "take",
)  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), CALLS, ASKS, WORDS, st.integers(0, 5)))


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_a_late_reader_knows_in_the_end_what_a_quick_one_knows(steps: list[Any]) -> None:
    box, quick, late = Told(), Screen(), Screen()
    outbox = Outbox(lambda: None)

    async def play() -> None:
        for kind, call, ask, text, at in steps:
            if kind == "take":
                if len(outbox):
                    late.get(await outbox.take())
                continue
            message = box.message(kind, call, ask, text, at)
            if message is not None:
                before = repr(message)
                quick.get(message)
                outbox.put(message)
                assert repr(message) == before, "a message is given to other screens too"
            waiting = [entry.size for entry in outbox._entries]
            assert outbox.bytes == sum(waiting)
        while len(outbox):
            late.get(await outbox.take())

    asyncio.run(play())
    assert vars(late) == vars(quick)
    assert outbox.bytes == 0


@pytest.mark.anyio
async def test_a_reader_that_is_late_costs_little() -> None:
    full: list[None] = []
    outbox = Outbox(lambda: full.append(None))
    for n in range(2_000):
        outbox.put({"type": "ask.delta", "ask_id": "q1", "text": "말"})
        outbox.put({"type": "beat", "at": n})
        outbox.put(
            {
                "type": "call.text", "consultation_id": "CL-1", "received": n, "from": n // 100,
                "utterances": [utterance("네")], "partial": "",
            }
        )  # fmt: skip
    assert len(outbox) == 3
    assert not full
    assert (await outbox.take())["text"] == "말" * 2_000
    merged = await outbox.take()
    assert (merged["from"], len(merged["utterances"])) == (0, 20)


def test_a_line_is_measured_and_not_the_call_that_it_is_joined_to(monkeypatch) -> None:
    measured: list[int] = []
    encode = outbox.encoded

    def counted(message: dict[str, Any]) -> str:
        measured.append(len(encode(message)))
        return encode(message)

    monkeypatch.setattr(outbox, "encoded", counted)
    waiting = Outbox(lambda: None)
    text = {"type": "call.text", "consultation_id": "CL-1", "from": 0, "partial": "네"}
    waiting.put({**text, "utterances": ["고객: 네"] * 5_000})
    whole = measured[-1]
    for n in range(100):
        waiting.put({**text, "from": 4_998 + n, "utterances": ["상담사: 네", "고객: 아"]})
    assert sum(measured) < 2 * whole
    [entry] = waiting._entries
    assert abs(waiting.bytes - len(encode(entry.message).encode())) < 1_000


def test_one_message_may_be_as_large_as_the_call_that_it_shows() -> None:
    full: list[str] = []
    outbox = Outbox(lambda: full.append("full"))
    said = {"type": "call.text", "from": 0, "utterances": ["x" * (MOST_BYTES + 1)]}
    outbox.put({**said, "consultation_id": "CL-1"})
    outbox.put({"type": "beat", "at": 0.0})
    assert full == []
    outbox.put({**said, "consultation_id": "CL-2"})
    assert full == ["full"]


def test_more_than_may_wait_is_told_once() -> None:
    full: list[None] = []
    outbox = Outbox(lambda: full.append(None))
    for n in range(2 * MOST_MESSAGES):
        outbox.put({"type": "accepted", "consultation_id": "CL-1", "draft_id": str(n), "at": 0})
    assert full == [None]
    full.clear()
    outbox = Outbox(lambda: full.append(None))
    outbox.put({"type": "welcome", "calls": ["x" * MOST_BYTES]})
    assert not full, "a snapshot is as large as what it shows"
    for _ in range(3):
        outbox.put({"type": "ask.delta", "ask_id": "q1", "text": "x" * (MOST_BYTES // 2)})
    assert full == [None]


@pytest.mark.anyio
async def test_a_snapshot_makes_everything_before_it_needless() -> None:
    outbox = Outbox(lambda: None)
    outbox.put({"type": "beat", "at": 1})
    outbox.put({"type": "welcome"})
    assert (await outbox.take())["type"] == "welcome"
    assert not len(outbox)
