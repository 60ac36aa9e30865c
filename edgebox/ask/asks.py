"""Questions about calls: admission, answers that are known, and one generation for equal ones."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from edgebox.ask.cache import AnswerCache
from edgebox.ask.ends import Ends
from edgebox.ask.preparing import Preparing
from edgebox.ask.question import NO_MODEL, Answer, Text, Timing
from edgebox.ask.race import Race
from edgebox.ask.readings import Readings
from edgebox.ask.shares import Shares
from edgebox.ask.writing import Kit
from edgebox.consultation.salts import Salts
from edgebox.errors import EngineFault, NotFound, where
from edgebox.settings import ROLES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable
    from datetime import date

    from edgebox.ask.cache import Key
    from edgebox.ask.ends import Ended
    from edgebox.ask.question import Asker, Event, Question
    from edgebox.consultation.admission import Admission
    from edgebox.consultation.engine_monitor import EngineMonitor
    from edgebox.engine_client import EngineClient
    from edgebox.errors import EdgeBoxError
    from edgebox.settings import AskSettings

log = logging.getLogger("edgebox.ask")


@dataclass(slots=True)
class Asked:
    """A question that was admitted. To be closed by the caller, whatever was read of it.

    Attributes:
        id: names it to its client.
        cached: its answer was known.
    """

    id: str
    question: Question
    cached: bool
    _events: AsyncGenerator[Event]
    _held: ExitStack

    def events(self) -> AsyncGenerator[Event]:
        """Yield what the asker sees; the last one is an `Answer`. Closing it closes this."""
        return self._events

    def close(self) -> None:
        """Give up the place, also if no event was ever read. Closing twice is harmless."""
        self._held.close()


@dataclass(slots=True, eq=False)
class _Shared:
    """One generation and all who asked for it.

    Attributes:
        question: the first of the equal ones.
        seconds: that its reading was expected to take.
        forgotten: its call was, so nothing is answered.
        paid: somebody's answer has what the generation cost.
    """

    question: Question
    race: Race
    began: float
    seconds: float
    events: list[Event] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    listeners: int = 0
    forgotten: bool = False
    paid: bool = False
    task: asyncio.Task[None] | None = None

    def publish(self, event: Event) -> None:
        self.events.append(event)
        self.more.set()
        self.more = asyncio.Event()

    def end_for(self, question: Question, end: Answer) -> Answer:
        """Return the end as one of those who asked gets it: what it cost is counted once."""
        timing = end.timing.later(question.arrived - self.question.arrived)
        paid, self.paid = self.paid, True
        if paid:
            return replace(end, timing=timing, usage={}, retries=0)
        return replace(end, timing=timing)


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
        self._ends = Ends(clock)
        self._shares = Shares(monitor, settings, clock)

    @property
    def in_flight(self) -> int:
        """Answers being made now."""
        return len(self._running)

    def leave_room_for(self, askers: Callable[[], Iterable[Asker]]) -> None:
        """Have room left for those who may ask (`shares.py`)."""
        self._shares.leave_room_for(askers)

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
            return self._asked(question, key, self._again(known, question))
        if not question.cache:
            key = (question.client_id, secrets.token_bytes(16))  # shared with nobody
        shared = self._running.get(key) or self._begin(key, question)
        shared.listeners += 1
        return self._asked(question, key, self._listen(shared, question), shared)

    def prepare(
        self, client_id: str, consultation_id: str, transcript: str, on: date | None
    ) -> bool:
        """Read a call that will be asked about; return whether that was begun (`preparing.py`)."""
        return self._preparing.begin(client_id, consultation_id, transcript, on)

    def forget(self, client_id: str, consultation_id: str) -> None:
        """Keep nothing of what was asked about a client's call; what is being answered ends."""
        for key, shared in list(self._running.items()):
            if shared.question.is_about(client_id, consultation_id):
                shared.forgotten = True
                self._take_out(key, shared)  # who asks from now on is not told of the deletion
                if shared.task is not None:
                    shared.task.cancel()
        self._cache.forget(client_id, consultation_id)
        self._ends.forget(client_id, consultation_id)
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
        return self._ends.of(client_id, ask_id)

    def disliked(self, client_id: str, ask_id: str) -> None:
        """Give an answer that somebody found wrong to nobody again."""
        if (key := self._ends.key_of(client_id, ask_id)) is not None:
            self._cache.drop(key)

    def _begin(self, key: Key, question: Question) -> _Shared:
        seconds, turn = self._shares.admit(question, self._running.values())
        question = replace(question, turn=turn)
        shared = _Shared(question, Race(question, self._kit), self._clock(), seconds)
        self._running[key] = shared
        shared.task = asyncio.create_task(self._run(key, question, shared))
        shared.task.add_done_callback(lambda _: self._over(key, shared))  # begun or not
        return shared

    async def _run(self, key: Key, question: Question, shared: _Shared) -> None:
        try:
            async with aclosing(shared.race.events()) as events:
                async for event in events:
                    wanted = self._running.get(key) is shared  # or it was forgotten, or left
                    if question.cache and isinstance(event, Answer) and wanted:
                        self._cache.put(key, event, question.consultation_id)
                    shared.publish(event)
        except Exception as error:  # noqa: BLE001 - they must not wait for ever
            log.error("A question ended with a fault: %s", where(error))  # noqa: TRY400 - ours

    def _over(self, key: Key, shared: _Shared) -> None:
        self._take_out(key, shared)
        shared.more.set()

    def _take_out(self, key: Key, shared: _Shared) -> None:
        """Free the place of a generation. An equal question may have begun another one since."""
        if self._running.get(key) is shared:
            del self._running[key]

    def _leave(self, key: Key, shared: _Shared) -> None:
        """One listener leaves. The last one ends the generation."""
        shared.listeners -= 1
        if shared.listeners or shared.task is None:
            return
        self._take_out(key, shared)
        if not (shared.events and isinstance(shared.events[-1], Answer)):
            shared.task.cancel()

    async def _listen(self, shared: _Shared, question: Question) -> AsyncGenerator[Event]:
        """Yield the events from the first one on."""
        at = 0
        while True:
            more = shared.more
            while at < len(shared.events):
                event = shared.events[at]
                at += 1
                if isinstance(event, Answer):
                    yield shared.end_for(question, event)
                    return
                yield event
            if shared.task is not None and shared.task.done():
                yield Answer("failed", "", NO_MODEL, None, error=_why(shared))
                return
            await more.wait()

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
        self,
        question: Question,
        key: Key,
        events: AsyncGenerator[Event],
        shared: _Shared | None = None,
    ) -> Asked:
        """Return a question with what it holds; without a generation its answer was known."""
        ask_id = f"ask_{secrets.token_hex(12)}"
        began = self._ends.open(ask_id, question)
        held = ExitStack()
        held.callback(self._ends.drop, ask_id, began)
        if shared is not None:
            held.callback(self._leave, key, shared)

        async def told() -> AsyncGenerator[Event]:
            try:
                async with aclosing(events):
                    async for event in events:
                        if isinstance(event, Answer):
                            self._ends.end(ask_id, began, key, event)
                        yield event
            finally:
                held.close()
                if shared is not None and not shared.listeners and shared.task is not None:
                    with suppress(asyncio.CancelledError):
                        await shared.task

        return Asked(ask_id, question, shared is None, told(), held)

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
