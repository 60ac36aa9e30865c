"""Both models on one question: what is said when, and who stands in for whom.

Four things run at the same time: the call is read and searched, the small model names the topic,
the large one writes the answer, and the clock. Each puts what happened into one queue, and this
module decides what of it the asker sees:

* what was found in the call, as soon as it is found;
* one acknowledgement, by the small model or, when its time is up, ours; never after the answer
  has begun;
* the answer, by the large model or, if that does not begin, by the small one; else the call's own
  utterances;
* the end, always, once.
"""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from edgebox.ask.acknowledge import BY_TEMPLATE, TEMPLATE, sentence_of
from edgebox.ask.cited import Cited, Numbering
from edgebox.ask.ending import Ending
from edgebox.ask.prompts import TOPIC_SCHEMA, topic_messages
from edgebox.ask.question import (
    Acknowledged,
    Answer,
    Evidence,
    Text,
    Timing,
    Usage,
)
from edgebox.ask.writing import Kit, Read, Writer
from edgebox.engine_client import Completion
from edgebox.errors import (
    BoxBusy,
    EdgeBoxError,
    EngineBusy,
    EngineError,
    EngineFault,
    EngineUnavailable,
    where,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Iterator

    from edgebox.ask.question import Event, Question
    from edgebox.settings import Role

log = logging.getLogger("edgebox.ask")

ACKNOWLEDGE_PRIORITY: Final = 15
"""Urgent, and behind every summary."""

MARGIN: Final = 0.3
"""Seconds before the deadline at which the answer is cut, to be checked and sent."""
ACKNOWLEDGE_MARGIN: Final = 0.2
"""The same for the acknowledgement, which needs no checking."""
EVIDENCE_SECONDS: Final = 0.15
"""For which the acknowledgement waits for what was found in the call."""
FIRST_TOKEN: Final = 0.6
"""Of the deadline: if the large model has not begun by then, the small one answers."""
TOPIC_TOKENS: Final = 48
TRY_AGAIN: Final = 4.0
"""Seconds that must be left for a second try."""
LONGEST_REST: Final = 2.0
"""Seconds for which a question waits where another server asked to be sent nothing: where that
asked for more, the small model answers at once."""


@dataclass(frozen=True, slots=True)
class _Topic:
    sentence: str | None


@dataclass(frozen=True, slots=True)
class _Piece:
    attempt: int
    text: str


@dataclass(frozen=True, slots=True)
class _Ended:
    """A generation ended, by itself or with an error; or no call could be read (attempt 0)."""

    attempt: int
    whole: bool
    error: EdgeBoxError | None = None


@dataclass(frozen=True, slots=True)
class _Hurried:
    """The end is nearer than it was."""


class Race:
    """One question. ``events`` is to be consumed once.

    Args:
        question: admitted.
        kit: what it is answered with.
    """

    def __init__(self, question: Question, kit: Kit) -> None:
        self._question = question
        self._kit = kit
        self._queue: asyncio.Queue[Read | _Topic | _Piece | _Ended | _Hurried] = asyncio.Queue()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._usage: dict[Role, Usage] = {}
        self._timing = Timing()
        self._numbering = Numbering()
        self._read: Read | None = None
        self._topic = ""  # our sentence about it, while it waits for the evidence
        self._acknowledged: Acknowledged | None = None
        self._answer: Answer | None = None
        self._attempt = 0  # of the answer, counted over both models
        self._role: Role = "mlm"
        self._cited: Cited | None = None
        self._retries = 0
        end = question.arrived + question.deadline - MARGIN
        self._end = end
        self._writer = Writer(question, kit, self._numbering, end)
        self._first_token_due = question.arrived + FIRST_TOKEN * question.deadline
        first = min(kit.settings.first_seconds, question.deadline) - ACKNOWLEDGE_MARGIN
        self._acknowledge_due = question.arrived + first

    async def events(self) -> AsyncGenerator[Event]:
        """Yield what the asker sees. The last one is an `Answer`, whatever happens.

        Closing it cancels what still runs.
        """
        try:
            self._start("read", self._read_call())
            self._start("topic", self._name_topic())
            while self._answer is None:
                for event in await self._next():
                    yield event
            yield self._answer
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def hurry(self, end: float) -> None:
        """End with what there is by then (monotonic seconds), if that is before the deadline."""
        self._end = min(self._end, end)
        self._queue.put_nowait(_Hurried())

    def _start(self, name: str, work: Coroutine[None, None, None]) -> None:
        self._tasks[name] = asyncio.create_task(work)

    def _since(self) -> float:
        return self._kit.clock() - self._question.arrived

    async def _next(self) -> list[Event]:
        """Wait for what happens next, and return what of it the asker sees."""
        due = min(self._timers())
        if self._kit.clock() >= due:
            return await self._on_time()
        try:
            async with asyncio.timeout(max(0.0, due - self._kit.clock())):
                happened = await self._queue.get()
        except TimeoutError:
            return await self._on_time()
        return await self._on(happened)

    async def _on(self, happened: Read | _Topic | _Piece | _Ended | _Hurried) -> list[Event]:
        match happened:
            case Read():
                return await self._on_read(happened)
            case _Topic(sentence) if sentence:
                self._topic = sentence
                waits = self._read is None and self._question.about_a_call
                return [] if waits and self._since() < EVIDENCE_SECONDS else self._name()
            case _Piece(attempt, text) if attempt == self._attempt:
                return await self._on_piece(text)
            case _Ended(attempt) if attempt == self._attempt:
                return await self._on_end(happened)
        return []

    def _timers(self) -> Iterator[float]:
        yield self._end
        if not self._acknowledged and not self._begun:
            yield self._acknowledge_due
            if self._topic:
                yield self._question.arrived + EVIDENCE_SECONDS
        if not self._begun and self._role == "mlm":
            yield self._first_token_due

    @property
    def _begun(self) -> bool:
        """Whether the asker has seen text of the answer."""
        return self._timing.answer_first is not None

    async def _on_time(self) -> list[Event]:
        now = self._kit.clock()
        if now >= self._end:
            await self._conclude(whole=False)
            return []
        if self._topic and not self._acknowledged and not self._begun:
            return self._name()
        if not self._acknowledged and not self._begun and now >= self._acknowledge_due:
            return self._acknowledge(TEMPLATE, BY_TEMPLATE)
        if not self._begun and self._role == "mlm" and now >= self._first_token_due:
            await self._stand_in()
        return []

    # What was found in the call

    async def _read_call(self) -> None:
        question = self._question
        if not question.about_a_call:
            if (rest := self._kit.monitor.rest("mlm")) <= LONGEST_REST:
                self._generate("mlm", None, pause=rest)
            else:
                error = EngineBusy("The other server asked for rest.")
                self._queue.put_nowait(_Ended(0, whole=False, error=error))
            return
        try:
            reading, findings = await self._kit.readings.read(
                question.client_id,
                question.consultation_id,
                question.transcript,
                question.text,
            )
        except Exception as error:  # noqa: BLE001 - of any text that people may say
            log.warning("A call cannot be read for a question: %s", where(error))
            self._queue.put_nowait(_Ended(0, whole=False))
        else:
            self._queue.put_nowait(Read(reading, findings))

    async def _on_read(self, read: Read) -> list[Event]:
        self._read = read
        self._timing.evidence = self._since()
        if read.reading.empty:
            self._answer = self._ending().no_content()
            return []
        rest = self._kit.monitor.rest("mlm")
        if self._kit.monitor.reachable("mlm") or 0 < rest <= LONGEST_REST:
            general = "general" in self._question.sources and not read.findings.best
            self._generate("mlm", None if general else read, pause=rest)
        else:
            await self._stand_in()
        places = read.reading.places
        found = tuple(self._numbering.cite(places[one.place]) for one in read.findings.best)
        late = self._acknowledged or self._begun
        evidence: list[Event] = [Evidence(found)] if found and not late else []
        return evidence + self._name()

    # The acknowledgement

    async def _name_topic(self) -> None:
        """Ask the small model what the question is about, if it has the time."""
        kit, question = self._kit, self._question
        if not kit.monitor.reachable("slm"):
            return
        try:
            ticket = kit.summaries.admit(question.text, "low", kit.clock(), question.client_id)
        except BoxBusy:
            return
        try:
            answer = await kit.client.complete(
                "slm",
                topic_messages(question.text),
                max_tokens=TOPIC_TOKENS,
                temperature=0.0,
                priority=ACKNOWLEDGE_PRIORITY,
                deadline=max(0.05, self._acknowledge_due - kit.clock()),
                json_schema=TOPIC_SCHEMA,
                cache_salt=kit.salts.of(question.client_id),
                retain=False,
            )
        except EngineError:
            return
        finally:
            ticket.release()
        self._spent("slm").add(answer)
        self._queue.put_nowait(_Topic(sentence_of(answer.text, question.text)))

    def _name(self) -> list[Event]:
        """Acknowledge with the topic, once it is known."""
        return self._acknowledge(self._topic, self._model("slm")) if self._topic else []

    def _acknowledge(self, sentence: str, by: str) -> list[Event]:
        """Say it, unless something was said already."""
        if self._acknowledged or self._begun:
            return []
        self._acknowledged = Acknowledged(sentence, by)
        if self._timing.first is None:
            self._timing.first = self._since()
        return [self._acknowledged]

    # The answer

    def _generate(self, role: Role, read: Read | None, *, pause: float = 0.0) -> None:
        """Start an answer. What an earlier attempt still says is not heard any more."""
        self._role = role
        self._attempt += 1
        self._cancel("answer")
        self._start("answer", self._attempted(self._attempt, role, read, pause))

    async def _attempted(self, attempt: int, role: Role, read: Read | None, pause: float) -> None:
        await asyncio.sleep(pause)
        try:
            whole = await self._write(attempt, role, read)
        except EngineError as error:
            self._queue.put_nowait(_Ended(attempt, whole=False, error=error))
        except Exception as error:  # noqa: BLE001 - whoever asked must not wait for ever
            fault = EngineFault(f"The answer could not be prepared: {where(error)}")
            self._queue.put_nowait(_Ended(attempt, whole=False, error=fault))
        else:
            self._queue.put_nowait(_Ended(attempt, whole=whole))

    async def _write(self, attempt: int, role: Role, read: Read | None) -> bool:
        """Let a model write. Returns whether it came to an end of its own."""
        prompt = await self._writer.prompt(role, read)
        self._cited = prompt.cited
        last = None
        async with aclosing(self._writer.write(role, prompt)) as pieces:
            async for piece in pieces:
                # At once: an answer is cut in the middle of a step, and costs what was done for it.
                self._spent(role).add(piece, since=last)
                last = piece
                if isinstance(piece, Completion):
                    return piece.finish_reason == "stop"
                if piece.text:
                    self._queue.put_nowait(_Piece(attempt, piece.text))
        return False

    async def _on_piece(self, text: str) -> list[Event]:
        cited = self._cited
        assert cited is not None  # noqa: S101 - a model writes only after it was made
        new = await self._kit.readings.work(lambda: cited.feed(text))
        if new and not self._begun:
            self._timing.answer_first = self._since()
            if self._timing.first is None:
                self._timing.first = self._timing.answer_first
            self._cancel("topic")
        if cited.stopped:
            await self._on_end(_Ended(self._attempt, whole=False))
        return [Text(new)] if new else []

    async def _on_end(self, ended: _Ended) -> list[Event]:
        if ended.error is None or self._begun:
            await self._conclude(whole=ended.whole)
            return []
        rest = self._kit.monitor.rest("mlm")
        again = isinstance(ended.error, EngineUnavailable | EngineBusy) and rest <= LONGEST_REST
        enough = self._end - self._kit.clock() - rest >= TRY_AGAIN
        if again and enough and self._role == "mlm" and not self._retries:
            self._retries = 1
            self._generate("mlm", self._read, pause=rest + random.uniform(0.2, 0.5))  # noqa: S311
        else:
            await self._stand_in(ended.error)
        return []

    async def _stand_in(self, error: EdgeBoxError | None = None) -> None:
        """Let the small model answer, or else the call itself."""
        can = self._role == "mlm" and self._read is not None
        if can and self._kit.monitor.reachable("slm"):
            self._generate("slm", self._read)
        elif self._read is None and error is None and self._question.about_a_call:
            self._role = "slm"  # the call is still being read: it is waited for
        else:
            self._answer = self._ending().without_model(error)

    async def _conclude(self, *, whole: bool) -> None:
        """End with what there is."""
        ending = self._ending()
        cited = self._cited
        if cited is None or not cited.written.strip():
            self._answer = ending.without_model(None)
            return
        name = self._model(self._role)
        fallback = self._role == "slm"
        self._answer = await self._kit.readings.work(
            lambda: ending.of_model(cited, name, whole=whole, fallback=fallback)
        )

    def _ending(self) -> Ending:
        self._timing.total = self._since()
        read = self._read
        return Ending(
            question=self._question,
            places=read.reading.places if read else (),
            found=tuple(one.place for one in read.findings.best) if read else (),
            unheard=read.findings.words - read.findings.held if read else frozenset(),
            numbering=self._numbering,
            acknowledged=self._acknowledged,
            timing=self._timing,
            usage={role: replace(spent) for role, spent in self._usage.items()},
            retries=self._retries,
        )

    def _model(self, role: Role) -> str:
        health = self._kit.monitor.role(role)
        return health.model if health else self._kit.client.model_name(role)

    def _spent(self, role: Role) -> Usage:
        return self._usage.setdefault(role, Usage())

    def _cancel(self, name: str) -> None:
        if task := self._tasks.get(name):
            task.cancel()
