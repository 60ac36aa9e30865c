"""What a model is given to answer a question, and what it writes.

A call is shortened to what the model can read in the time that is left. What it writes is held to
the figures of what it was shown.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from edgebox.ask.cited import Cited
from edgebox.ask.evidence import READING, answer_tokens, choose
from edgebox.ask.ground import Grounds
from edgebox.ask.prompts import answer_messages, general_messages

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from edgebox.ask.cited import Numbering
    from edgebox.ask.evidence import Shown
    from edgebox.ask.question import Question
    from edgebox.ask.readings import Reading, Readings
    from edgebox.ask.retrieve import Findings
    from edgebox.consultation.admission import Admission
    from edgebox.consultation.engine_monitor import EngineMonitor
    from edgebox.consultation.salts import Salts
    from edgebox.engine_client import Completion, Delta, EngineClient, Messages
    from edgebox.settings import AskSettings, Role

STAND_IN_TOKENS: Final = 120
"""Of an answer by the small model: it has what is left of the time."""
FITTINGS: Final = 2
"""Times that a call is shortened to what its model can read, counted by the engine: texts differ
in their tokens for a character by half."""
FREQUENCY_PENALTY: Final = 0.2
"""As of summaries: against loops."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What every question is answered with.

    Attributes:
        summaries: admits what the small model does at once, behind the summaries.
        clock: monotonic seconds.
        salts: of clients' prompts.
    """

    client: EngineClient
    monitor: EngineMonitor
    summaries: Admission
    settings: AskSettings
    readings: Readings
    clock: Callable[[], float]
    salts: Salts


@dataclass(frozen=True, slots=True)
class Read:
    """A call that was read, and what of it the question is about."""

    reading: Reading
    findings: Findings


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is given.

    Attributes:
        messages: the chat.
        cited: reads what the model writes.
        regex: what the answer has to match as a whole; None: anything.
        unread: tokens of it that the engine has to read.
    """

    messages: Messages
    cited: Cited
    regex: str | None
    unread: float


class Writer:
    """Lets models write about one question.

    Args:
        question: admitted.
        kit: what it is answered with.
        numbering: of the utterances that answers cite.
        end: when an answer is cut, monotonic seconds.
    """

    def __init__(self, question: Question, kit: Kit, numbering: Numbering, end: float) -> None:
        self._question = question
        self._kit = kit
        self._numbering = numbering
        self._end = end

    async def prompt(self, role: Role, read: Read | None) -> Prompt:
        """Return what a model is given; without a call (None) it says what it knows.

        Raises:
            EngineError: the engine cannot count tokens.
        """
        kit, question = self._kit, self._question
        if read is None:
            messages = general_messages(question.text, question.history)
            return Prompt(messages, Cited(None, self._numbering, held=True), None, 0.0)
        shown, unread = await self._fitting(role, read)
        held = kit.client.grounds_numbers and not kit.client.is_remote(role)
        grounds, regex = await kit.readings.work(lambda: self._ground(shown, held=held))
        return Prompt(
            answer_messages(shown.text, question.text, question.history),
            Cited(grounds, self._numbering, held=held or not kit.client.grounds_numbers),
            regex,
            unread,
        )

    async def write(self, role: Role, prompt: Prompt) -> AsyncGenerator[Delta | Completion]:
        """Yield what the model writes in the time that is left: nothing if there is none.

        Raises:
            EngineError: see the tree in ``errors.py``.
        """
        kit, question = self._kit, self._question
        left = self._end - kit.clock()
        if left <= 0:
            return
        most = kit.settings.max_tokens if role == "mlm" else STAND_IN_TOKENS
        pieces = kit.client.stream(
            role,
            prompt.messages,
            max_tokens=answer_tokens(kit.monitor.role(role), prompt.unread, left, most),
            temperature=0.0,
            priority=question.turn,
            deadline=left,
            frequency_penalty=FREQUENCY_PENALTY,
            regex=prompt.regex,
            cache_salt=kit.salts.of(question.client_id),
            cache_tag=kit.salts.tag(question.client_id, question.consultation_id),
        )
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece

    async def _fitting(self, role: Role, read: Read) -> tuple[Shown, float]:
        """Return what of the call the model can read in time, and how many tokens that takes."""
        kit, question = self._kit, self._question
        health = kit.monitor.role(role)
        per = health.tokens_per_char if health else 1.0
        most = int(kit.settings.evidence_tokens / per)
        on = question.call_date
        places, findings = read.reading.places, read.findings
        shown = await kit.readings.work(lambda: choose(places, findings, most, on))
        if health is None:
            return shown, 0.0
        unread = await self._unread(role, shown, per)
        readable = health.readable_tokens(READING * max(0.0, self._end - kit.clock()))
        for _ in range(FITTINGS):
            if unread <= readable:
                break
            # What is unread holds the question as well, so this is a little too careful.
            characters = int(len(shown.text) * readable / unread)
            shown = await kit.readings.work(partial(choose, places, findings, characters, on))
            unread = await self._unread(role, shown, per)
        return shown, unread

    async def _unread(self, role: Role, shown: Shown, per: float) -> float:
        question = self._question
        messages = answer_messages(shown.text, question.text, question.history)
        counted = await self._kit.client.tokenize(
            role, messages, cache_salt=self._kit.salts.of(question.client_id)
        )
        return counted.count - counted.cached if counted else per * len(shown.text)

    def _ground(self, shown: Shown, *, held: bool) -> tuple[Grounds, str | None]:
        grounds = Grounds(shown.places, self._question.call_date)
        if not held:
            return grounds, None
        line = grounds.figures.expression
        return grounds, f"(?:{line}\\n)*{line}"
