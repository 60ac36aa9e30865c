"""Which questions are admitted: a place for each answer, and time to begin it.

An asker is a client's programs together, or the screen of one of its agents. Who has no answer in
progress must find room, however much the others ask:

* The last place is left free by a client that holds some, while another client holds none; and by
  a client's programs that hold some, while a screen of the client holds none.
* The engine takes a further question of a client after the first ones of the others, and so one
  whose reading takes longer than another could wait. It counts only against what comes after it.
"""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

from edgebox.ask.evidence import READING
from edgebox.ask.question import Turn
from edgebox.errors import BoxBusy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from edgebox.ask.question import Asker, Question
    from edgebox.consultation.engine_monitor import EngineMonitor
    from edgebox.settings import AskSettings

LATEST_START: Final = 0.4
"""Of the deadline: an answer that would begin later is refused at once."""


class Held(Protocol):
    """A place that is taken.

    Attributes:
        question: what is answered.
        began: monotonic seconds.
        seconds: that its reading was expected to take.
    """

    @property
    def question(self) -> Question: ...
    @property
    def began(self) -> float: ...
    @property
    def seconds(self) -> float: ...


class Shares:
    """Admits questions.

    Args:
        monitor: the large model's speeds.
        settings: how many places there are.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        monitor: EngineMonitor,
        settings: AskSettings,
        clock: Callable[[], float],
    ) -> None:
        self._monitor = monitor
        self._settings = settings
        self._askers: list[Callable[[], Iterable[Asker]]] = []
        self._clock = clock

    def leave_room_for(self, askers: Callable[[], Iterable[Asker]]) -> None:
        """Have room left for those who may ask: clients, and screens that are open."""
        self._askers.append(askers)

    def admit(self, question: Question, held: Collection[Held]) -> tuple[float, Turn]:
        """Return the seconds that reading is expected to take, and when the engine takes it.

        Args:
            question: a new one.
            held: the places that are taken.

        Raises:
            BoxBusy: too many questions, or the answer would begin too late.
        """
        free = self._settings.max_in_flight - len(held)
        if free <= 0 or (free == 1 and self._is_kept_from(question, held)):
            raise BoxBusy(
                "Too many questions at once. Try again.",
                retry_after=max(1, math.ceil(min(self._left(one) for one in held))),
            )
        seconds = self._reading(question)
        turn = self._turn(question, seconds, held)
        before = [self._left(one) for one in held if one.question.turn <= turn]
        if before and sum(before) > LATEST_START * question.deadline:
            raise BoxBusy(
                "The model has no time left to begin another answer soon. Try again.",
                retry_after=max(1, math.ceil(sum(before) - LATEST_START * question.deadline)),
            )
        return seconds, turn

    def _is_kept_from(self, question: Question, held: Collection[Held]) -> bool:
        """Whether the last place is for another asker, who holds none."""
        holding = {one.question.asker for one in held}
        clients = {client for client, _ in holding}
        mine, _ = question.asker
        for asker in chain.from_iterable(askers() for askers in self._askers):
            client, screen = asker
            if client != mine:
                if mine in clients and client not in clients:
                    return True
            elif screen and question.asker in holding and asker not in holding:
                return True
        return False

    def _turn(self, question: Question, seconds: float, held: Collection[Held]) -> Turn:
        if question.low:
            return Turn.LOW
        longest = LATEST_START * self._settings.deadline_seconds
        further = any(one.question.client_id == question.client_id for one in held)
        return Turn.FURTHER if further or seconds > longest else Turn.FIRST

    def _left(self, held: Held) -> float:
        """Return the seconds that reading still takes."""
        return max(0.0, held.seconds - (self._clock() - held.began))

    def _reading(self, question: Question) -> float:
        role = self._monitor.role("mlm")
        if role is None:
            return 0.0
        tokens = min(
            len(question.transcript) * role.tokens_per_char, self._settings.evidence_tokens
        )
        return min(tokens / role.prefill_tps, READING * question.deadline)
