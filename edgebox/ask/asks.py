"""Questions about calls: admission, answers that are known, and one generation for equal ones."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
import time
from collections import OrderedDict
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from edgebox.ask.cache import AnswerCache
from edgebox.ask.evidence import READING
from edgebox.ask.preparing import Preparing
from edgebox.ask.question import NO_MODEL, Answer, Text, Timing
from edgebox.ask.race import Race
from edgebox.ask.readings import Readings
from edgebox.ask.writing import Kit
from edgebox.consultation.salts import Salts
from edgebox.errors import BoxBusy, EngineFault, NotFound, where
from edgebox.settings import ROLES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from datetime import date

    from edgebox.ask.cache import Key
    from edgebox.ask.question import Event, Question
    from edgebox.consultation.admission import Admission
    from edgebox.consultation.engine_monitor import EngineMonitor
    from edgebox.engine_client import EngineClient
    from edgebox.errors import EdgeBoxError
    from edgebox.settings import AskSettings

log = logging.getLogger("edgebox.ask")

KEPT_SECONDS: Final = 120.0
"""For which a client can read the end of a question again, after its connection was lost."""

KEPT_ENDS: Final = 1000

_LATEST_START: Final = 0.4
"""Of the deadline: an answer that would begin later is refused at once."""


@dataclass(slots=True)
class Asked:
    """A question that was admitted.

    Attributes:
        id: names it to its client.
        cached: its answer was known.
    """

    id: str
    question: Question
    cached: bool
    _events: AsyncGenerator[Event]

    def events(self) -> AsyncGenerator[Event]:
        """Yield what the asker sees; the last one is an `Answer`. To be closed by the caller."""
        return self._events


@dataclass(slots=True)
class _Shared:
    """One generation and all who asked for it.

    Attributes:
        question: the first of the equal ones.
        seconds: that its reading was expected to take.
        forgotten: its call was, so nothing is answered.
    """

    question: Question
    race: Race
    began: float
    seconds: float
    events: list[Event] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    listeners: int = 0
    forgotten: bool = False
    task: asyncio.Task[None] | None = None

    def publish(self, event: Event) -> None:
        self.events.append(event)
        self.more.set()
        self.more = asyncio.Event()


@dataclass(frozen=True, slots=True)
class Ended:
    """A question with its end.

    Attributes:
        at: monotonic seconds.
    """

    question: Question
    at: float
    key: Key
    answer: Answer


@dataclass(slots=True)
class _Open:
    question: Question
    at: float
    forgotten: bool = False


class Asks:
    """Answers questions.

    Args:
        client: the engine.
        monitor: its health and speeds.
        summaries: admits what the small model does at once.
        settings: deadlines and limits.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        client: EngineClient,
        monitor: EngineMonitor,
        summaries: Admission,
        settings: AskSettings,
        *,
        salts: Salts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._monitor = monitor
        self._settings = settings
        self._clock = clock
        salts = salts or Salts()
        self._kit = Kit(client, monitor, summaries, settings, Readings(), clock, salts)
        self._preparing = Preparing(self._kit)
        self._cache = AnswerCache(settings.cache_entries, settings.cache_minutes * 60, clock)
        self._running: dict[Key, _Shared] = {}
        self._ends: OrderedDict[str, Ended | _Open] = OrderedDict()

    @property
    def in_flight(self) -> int:
        """Answers being made now."""
        return len(self._running)

    def ask(self, question: Question) -> Asked:
        """Admit a question, or refuse it at once.

        Args:
            question: of a client who may see the call: an answer that is known is given to it.

        Raises:
            BoxBusy: an answer could not begin in time. It says when one could.
        """
        key = self._cache.key(question, self._models())
        known = self._cache.get(key) if question.cache else None
        if known is not None:
            return self._asked(question, key, self._again(known, question), cached=True)
        if not question.cache:
            key = (question.client_id, secrets.token_bytes(16))  # shared with nobody
        shared = self._running.get(key)
        if shared is None:
            shared = self._begin(key, question)
        shared.listeners += 1
        return self._asked(question, key, self._listen(key, shared), cached=False)

    def prepare(
        self, client_id: str, consultation_id: str, transcript: str, on: date | None
    ) -> bool:
        """Read a call that will be asked about; return whether that was begun (`preparing.py`)."""
        return self._preparing.begin(client_id, consultation_id, transcript, on)

    def forget(self, client_id: str, consultation_id: str) -> None:
        """Keep nothing of what was asked about a client's call; what is being answered ends."""

        def about(question: Question) -> bool:
            return (question.client_id, question.consultation_id) == (client_id, consultation_id)

        for shared in [one for one in self._running.values() if about(one.question)]:
            shared.forgotten = True
            if shared.task is not None:
                shared.task.cancel()
        self._cache.forget(client_id, consultation_id)
        for ask_id, end in list(self._ends.items()):
            if about(end.question):
                if isinstance(end, _Open):
                    end.forgotten = True
                del self._ends[ask_id]
        self._kit.readings.forget(client_id, consultation_id)

    def hurry(self, seconds: float) -> None:
        """End what is open within seconds, with what there is: the box stops."""
        for shared in self._running.values():
            shared.race.hurry(self._clock() + seconds)

    async def close(self) -> None:
        """Stop reading ahead. Answers are cancelled by their askers."""
        await self._preparing.close()

    def end_of(self, client_id: str, ask_id: str) -> Ended | Literal["unknown", "running"]:
        """Return the end of one of a client's questions of the last two minutes."""
        end = self._ends.get(ask_id)
        if isinstance(end, _Open):
            return "running" if end.question.client_id == client_id else "unknown"
        if end is None or end.question.client_id != client_id:
            return "unknown"
        return end if self._clock() - end.at <= KEPT_SECONDS else "unknown"

    def disliked(self, client_id: str, ask_id: str) -> None:
        """Give an answer that somebody found wrong to nobody again."""
        end = self._ends.get(ask_id)
        if isinstance(end, Ended) and end.question.client_id == client_id:
            self._cache.drop(end.key)

    def _begin(self, key: Key, question: Question) -> _Shared:
        seconds = self._admitted(question)
        shared = _Shared(question, Race(question, self._kit), self._clock(), seconds)
        self._running[key] = shared
        shared.task = asyncio.create_task(self._run(key, question, shared))
        return shared

    async def _run(self, key: Key, question: Question, shared: _Shared) -> None:
        try:
            async with aclosing(shared.race.events()) as events:
                async for event in events:
                    if question.cache and isinstance(event, Answer):
                        self._cache.put(key, event, question.consultation_id)
                    shared.publish(event)
        except Exception as error:  # noqa: BLE001 - they must not wait for ever
            log.error("A question ended with a fault: %s", where(error))  # noqa: TRY400 - ours
        finally:
            self._running.pop(key, None)
            shared.more.set()

    async def _listen(self, key: Key, shared: _Shared) -> AsyncGenerator[Event]:
        """Yield the events from the first one on. The last listener who leaves ends it."""
        at = 0
        try:
            while True:
                more = shared.more
                while at < len(shared.events):
                    at += 1
                    yield shared.events[at - 1]
                    if isinstance(shared.events[at - 1], Answer):
                        return
                if shared.task is not None and shared.task.done():
                    yield Answer("failed", "", NO_MODEL, None, error=_why(shared))
                    return
                await more.wait()
        finally:
            shared.listeners -= 1
            if not shared.listeners and shared.task is not None:
                self._running.pop(key, None)
                if not (shared.events and isinstance(shared.events[-1], Answer)):
                    shared.task.cancel()
                with suppress(asyncio.CancelledError):
                    await shared.task

    async def _again(self, known: Answer, question: Question) -> AsyncGenerator[Event]:
        since = self._clock() - question.arrived
        timing = Timing(first=since, answer_first=since, total=since)
        yield Text(known.markdown)
        yield Answer(
            known.status,
            known.markdown,
            known.by,
            None,
            citations=known.citations,
            timing=timing,
            age=known.age,
        )

    def _asked(
        self, question: Question, key: Key, events: AsyncGenerator[Event], *, cached: bool
    ) -> Asked:
        ask_id = f"ask_{secrets.token_hex(12)}"
        self._forget_old()
        began = self._ends[ask_id] = _Open(question, self._clock())
        return Asked(ask_id, question, cached, self._ended(ask_id, key, began, events))

    async def _ended(
        self, ask_id: str, key: Key, began: _Open, events: AsyncGenerator[Event]
    ) -> AsyncGenerator[Event]:
        """Pass events on, and keep the end for a while."""
        answer = None
        try:
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Answer) and not began.forgotten:
                        answer = event
                        self._ends[ask_id] = Ended(began.question, self._clock(), key, event)
                    yield event
        finally:
            if answer is None:
                self._ends.pop(ask_id, None)

    def _forget_old(self) -> None:
        now = self._clock()
        for ask_id, end in list(self._ends.items()):
            if len(self._ends) < KEPT_ENDS and now - end.at <= KEPT_SECONDS + 60:
                break
            del self._ends[ask_id]

    def _admitted(self, question: Question) -> float:
        """Return the seconds that reading for a question is expected to take.

        Raises:
            BoxBusy: too many questions, or the answer would begin too late.
        """
        now = self._clock()
        waiting = [max(0.0, one.seconds - (now - one.began)) for one in self._running.values()]
        if len(waiting) >= self._settings.max_in_flight:
            raise BoxBusy(
                "Too many questions at once. Try again.",
                retry_after=max(1, math.ceil(min(waiting))),
            )
        if waiting and sum(waiting) > _LATEST_START * question.deadline:
            raise BoxBusy(
                "The model has no time left to begin another answer soon. Try again.",
                retry_after=max(1, math.ceil(sum(waiting) - _LATEST_START * question.deadline)),
            )
        role = self._monitor.role("mlm")
        if role is None:
            return 0.0
        tokens = min(
            len(question.transcript) * role.tokens_per_char, self._settings.evidence_tokens
        )
        return min(tokens / role.prefill_tps, READING * question.deadline)

    def _models(self) -> str:
        known = [self._monitor.role(role) for role in ROLES]
        return " ".join(
            f"{health.model}:{health.weights_bytes}" if health else self._client.model_name(role)
            for role, health in zip(ROLES, known, strict=True)
        )


def _why(shared: _Shared) -> EdgeBoxError:
    if shared.forgotten:
        return NotFound("The call was deleted while the question was answered.")
    return EngineFault("The question ended with a fault. Ask again.")
