"""The ends of questions, which a client can read again for a while."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.ask.cache import Key
    from edgebox.ask.question import Answer, Question

KEPT_SECONDS: Final = 120.0
"""For which a client can read the end of a question again, after its connection was lost."""

KEPT_ENDS: Final = 1000

KEPT_KEYS: Final = 10_000
"""Of answers that somebody may still find wrong: a known one is given for longer than its end is
kept, and people rate it after the call."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A question with its end.

    Attributes:
        question: without its call, which may be a megabyte, and without its history.
        at: monotonic seconds.
    """

    question: Question
    at: float
    answer: Answer


@dataclass(slots=True, eq=False)
class Open:
    """A question that is being answered.

    Attributes:
        at: monotonic seconds.
        forgotten: its call was, so its end is not kept.
    """

    question: Question
    at: float
    forgotten: bool = False


class Ends:
    """By the id of the question.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ends: OrderedDict[str, Ended | Open] = OrderedDict()
        self._keys: OrderedDict[str, Key] = OrderedDict()

    def open(self, ask_id: str, question: Question) -> Open:
        """Note a question that begins."""
        self._forget_old()
        began = self._ends[ask_id] = Open(question, self._clock())
        return began

    def end(self, ask_id: str, began: Open, key: Key, answer: Answer) -> None:
        """Keep the end of a question, unless its call was forgotten."""
        if not began.forgotten:
            asked = replace(began.question, transcript="", history=())
            self._ends[ask_id] = Ended(asked, self._clock(), answer)
            self._keys[ask_id] = key
            if len(self._keys) > KEPT_KEYS:
                self._keys.popitem(last=False)

    def drop(self, ask_id: str, began: Open) -> None:
        """Forget a question that has no end. Nothing happens if it has one."""
        if self._ends.get(ask_id) is began:
            del self._ends[ask_id]

    def of(self, client_id: str, ask_id: str) -> Ended | Literal["unknown", "running"]:
        """Return the end of one of a client's questions of the last two minutes."""
        end = self._ends.get(ask_id)
        if end is None or end.question.client_id != client_id:
            return "unknown"
        if isinstance(end, Open):
            return "running"
        return end if self._clock() - end.at <= KEPT_SECONDS else "unknown"

    def key_of(self, client_id: str, ask_id: str) -> Key | None:
        """Return the key of the answer to one of a client's latest questions, or None."""
        key = self._keys.get(ask_id)
        return key if key is not None and key[0] == client_id else None

    def forget(self, client_id: str, consultation_id: str) -> None:
        """Keep no end of a question about a client's call."""
        for ask_id, end in list(self._ends.items()):
            if end.question.is_about(client_id, consultation_id):
                if isinstance(end, Open):
                    end.forgotten = True
                del self._ends[ask_id]

    def _forget_old(self) -> None:
        now = self._clock()
        for ask_id, end in list(self._ends.items()):
            if len(self._ends) < KEPT_ENDS and now - end.at <= KEPT_SECONDS + 60:
                break
            del self._ends[ask_id]
