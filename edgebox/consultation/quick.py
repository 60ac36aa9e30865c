"""The summary an agent waits for: an answer within the deadline, always.

The clock starts when the request arrives. The model gets what is left of the
deadline minus a margin; whatever it has said by then is cut at its last whole
sentence or clause (``partial``), and when that is nothing the transcript's own
sentences answer (``fallback``).
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from edgebox.consultation.budget import Speeds, shorten
from edgebox.consultation.fallback import extractive_summary
from edgebox.consultation.leak import leaks_example
from edgebox.consultation.prompts import example_texts, summary_messages
from edgebox.consultation.transcript import render, split_utterances
from edgebox.engine_client import Completion, EngineClient, EngineHealth
from edgebox.errors import BoxBusy, EngineError, EngineRefused

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from edgebox.config import QuickSettings
    from edgebox.engine_client import Delta

Priority = Literal["high", "normal", "low"]
Status = Literal["success", "partial", "fallback"]

ENGINE_PRIORITY: dict[Priority, int] = {"high": -10, "normal": 0, "low": 10}
LEAST_READING: dict[Priority, int] = {"high": 64, "normal": 128, "low": 256}
"""Prompt tokens below which a summary is not worth promising; over capacity sooner for ``low``."""

EXTRACTIVE = "extractive"
POLL_SECONDS = 0.5
ANSWER_TOKENS = 56
"""A two-sentence Korean summary in the models here, measured; adapted to what comes out."""
ASK_TOKENS = 32
"""The instruction after the transcript and the turn markers: never in the cache."""
MAX_COUNTED_CHARACTERS = 24_000
"""Longer texts are not tokenised in a hurry: their length is estimated first."""
MAX_SENTENCES = 2
CAUTION = 0.9
"""Of the reading that would just fit: measured speed varies by about a tenth from call to call."""

_SENTENCE = re.compile(r"[.!?。…](?=[\s\"'”’)]|$)|(?<=[다요죠음함됨])(?=\n)")
_CLAUSE = re.compile(r"[,;·](?=\s)|(?<=고|며|서|나|데)(?=,|\s)")


@dataclass(frozen=True, slots=True)
class QuickResult:
    """A finished quick summary, with what it cost and how much of the input it saw."""

    summary: str
    processing_time: float
    model_used: str
    status: Status
    characters: int
    characters_used: int
    truncated: bool
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


@dataclass(slots=True, eq=False)
class Ticket:
    """A place in the engine's next seconds.

    Attributes:
        arrived: monotonic seconds at which the request came in.
        work: engine seconds reserved for it.
    """

    owner: QuickSummaries
    transcript: str
    priority: Priority
    arrived: float
    work: float
    started: float

    def release(self) -> None:
        """Give the place back; harmless when done twice."""
        self.owner.release(self)


@dataclass(slots=True)
class _Run:
    """What one answer has become so far."""

    text: str = ""
    last: Delta | Completion | None = None  # the token counts so far
    finish_reason: str = ""
    characters_used: int = 0
    messages: list[dict[str, str]] = field(default_factory=list)


class QuickSummaries:
    """Admission and the race against the deadline.

    Args:
        client: the engine.
        settings: deadline, margin and limits.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        client: EngineClient,
        settings: QuickSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._settings = settings
        self._clock = clock
        self._health: EngineHealth | None = None
        self._polled = False
        self._tickets: list[Ticket] = []
        self._busy_until = 0.0
        self._answer_tokens = float(ANSWER_TOKENS)
        self._examples = example_texts()

    @property
    def health(self) -> EngineHealth | None:
        """The engine's last account of itself; None when it did not answer."""
        return self._health

    @property
    def in_flight(self) -> int:
        """Summaries being made now."""
        return len(self._tickets)

    async def watch(self) -> None:
        """Keep the engine's health at hand; runs until cancelled."""
        while True:
            try:
                self._health = await self._client.health()
            except EngineError:
                self._health = None
            self._polled = True
            await asyncio.sleep(POLL_SECONDS)

    # Admission ------------------------------------------------------------------

    def admit(
        self, transcript: str, priority: Priority = "normal", *, arrived: float | None = None
    ) -> Ticket:
        """Reserve engine time, or refuse at once.

        Nobody's place is taken: the newcomer's work must fit before its own
        deadline and into the slack of everybody already admitted.

        Args:
            transcript: the whole text.
            priority: ``low`` is refused sooner, ``high`` makes do with less.
            arrived: monotonic seconds; now when None.

        Raises:
            BoxBusy: no time is left for one more; says when there will be.
        """
        now = self._clock()
        arrived = now if arrived is None else arrived
        if len(self._tickets) >= self._settings.max_in_flight:
            raise BoxBusy("Too many summaries at once. Try again.", retry_after=1)
        speeds = self._speeds()
        work = 0.0
        if speeds is not None:
            answering = speeds.answering_seconds(self._expected, len(self._tickets) + 1)
            least = min(LEAST_READING[priority], len(transcript)) + ASK_TOKENS
            available = self._available(arrived, now)
            if self._tickets and answering + least / speeds.prefill_tps > available:
                wait = max(0.0, self._busy_until - now)
                raise BoxBusy(
                    "Every second of the model is taken. Try again, or send fewer at once.",
                    retry_after=max(1, math.ceil(wait)),
                )
            wanted = len(transcript) * self._tokens_per_char() + ASK_TOKENS
            reading = min(wanted / speeds.prefill_tps, max(0.0, available - answering))
            work = answering + reading
        start = max(now, self._busy_until)
        self._busy_until = start + work
        ticket = Ticket(self, transcript, priority, arrived, work, start)
        self._tickets.append(ticket)
        return ticket

    def release(self, ticket: Ticket) -> None:
        """A summary is done or given up; its unused time is free again."""
        if ticket in self._tickets:
            self._tickets.remove(ticket)
            now = self._clock()
            left = sum(t.work for t in self._tickets if t.started > now)
            left += sum(t.started + t.work - now for t in self._tickets if t.started <= now)
            self._busy_until = min(self._busy_until, now + max(0.0, left))

    def _available(self, arrived: float, now: float) -> float:
        """Engine seconds that a newcomer may use."""
        ahead = max(now, self._busy_until)
        deadlines = [t.arrived for t in self._tickets] + [arrived]
        return min(deadlines) + self._budget - ahead

    @property
    def _budget(self) -> float:
        return self._settings.deadline_seconds - self._settings.margin_seconds

    @property
    def _expected(self) -> int:
        return min(round(self._answer_tokens), self._settings.max_tokens)

    def _speeds(self) -> Speeds | None:
        role = self._health.roles.get("slm") if self._health and self._health.ready else None
        return Speeds.of(role) if role else None

    def _tokens_per_char(self) -> float:
        role = self._health.roles.get("slm") if self._health else None
        return role.tokens_per_char if role else 1.0

    @property
    def _reachable(self) -> bool:
        """Whether asking the model makes sense; before the first poll it is simply tried."""
        if self._client.is_remote("slm") or not self._polled:
            return True
        return self._health is not None and self._health.ready

    # The answer -----------------------------------------------------------------

    async def summarise(self, ticket: Ticket) -> QuickResult:
        """The whole answer, within the deadline."""
        async with aclosing(self.stream(ticket)) as pieces:
            async for piece in pieces:
                if isinstance(piece, QuickResult):
                    return piece
        raise AssertionError("stream() always ends with a result")  # pragma: no cover

    async def stream(self, ticket: Ticket) -> AsyncGenerator[str | QuickResult]:
        """Text as it comes, then one QuickResult. Closing it cancels the generation."""
        run = _Run()
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        work = asyncio.create_task(self._ask(ticket, run, queue))
        left = self._settings.deadline_seconds - self._settings.margin_seconds / 3
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(ticket.arrived + left - self._clock()):
                    while (piece := await queue.get()) is not None:
                        yield piece
        finally:
            work.cancel()
            ticket.release()
        yield self._conclude(ticket, run)

    async def _ask(self, ticket: Ticket, run: _Run, queue: asyncio.Queue[str | None]) -> None:
        try:
            if self._reachable:
                await self._prepare(ticket, run)
                await self._generate(ticket, run, queue)
        except EngineError:
            pass  # whatever came before is used, else the transcript's own sentences
        finally:
            queue.put_nowait(None)

    async def _prepare(self, ticket: Ticket, run: _Run) -> None:
        """Build the prompt, shortened to what can be read in time."""
        text = ticket.transcript
        utterances = await asyncio.to_thread(split_utterances, text)
        rendered = render(utterances)
        run.messages, run.characters_used = summary_messages(rendered), len(text)
        speeds = self._speeds()
        if speeds is None:
            return
        left = ticket.arrived + self._budget - self._clock()
        behind = max(0.0, ticket.started - self._clock())
        answering = speeds.answering_seconds(self._expected, len(self._tickets))
        readable = speeds.readable_tokens(CAUTION * (left - behind - answering))
        per_char = self._tokens_per_char()
        unread = len(rendered) * per_char + ASK_TOKENS
        if len(rendered) <= MAX_COUNTED_CHARACTERS:
            with suppress(EngineRefused):  # longer than the context: the estimate stands
                count = await self._client.tokenize("slm", run.messages)
                if count is not None:
                    unread = count.count - count.cached
                    empty = await self._empty_tokens()
                    per_char = max(0.05, (count.count - empty) / max(1, len(rendered)))
        readable = min(readable, self._context_room())
        if unread > readable:
            room = max(LEAST_READING["high"], readable - ASK_TOKENS)
            kept = shorten(utterances, len(text), int(room / per_char))
            run.messages = summary_messages(kept.text)
            run.characters_used = kept.characters_used

    async def _empty_tokens(self) -> int:
        count = await self._client.tokenize("slm", summary_messages(""))
        return count.count if count else 0

    def _context_room(self) -> int:
        role = self._health.roles.get("slm") if self._health else None
        shared = 2 * len("".join(self._examples))
        return max(0, role.context_tokens - self._settings.max_tokens - shared) if role else 0

    async def _generate(self, ticket: Ticket, run: _Run, queue: asyncio.Queue[str | None]) -> None:
        left = ticket.arrived + self._budget - self._clock()
        if left <= 0:
            return
        async with aclosing(
            self._client.stream(
                "slm",
                run.messages,
                max_tokens=self._settings.max_tokens,
                temperature=0.0,
                priority=ENGINE_PRIORITY[ticket.priority],
                deadline=left,
                frequency_penalty=0.2,
            )
        ) as pieces:
            async for piece in pieces:
                run.last = piece
                if isinstance(piece, Completion):
                    run.finish_reason = piece.finish_reason
                    break
                run.text += piece.text
                queue.put_nowait(piece.text)
                if len(_ends(run.text)) >= MAX_SENTENCES:
                    run.finish_reason = "stop"
                    break
        if run.last and run.finish_reason == "stop":
            self._answer_tokens += 0.1 * (run.last.completion_tokens - self._answer_tokens)

    def _conclude(self, ticket: Ticket, run: _Run) -> QuickResult:
        text = _tidy(run.text)
        status: Status = "success"
        ends = _ends(text)
        if len(ends) >= MAX_SENTENCES:
            text = text[: ends[MAX_SENTENCES - 1]]
        elif run.finish_reason != "stop":
            text, status = _last_whole(text), "partial"
        if text and leaks_example(text, ticket.transcript, self._examples):
            text = ""
        total = len(ticket.transcript)
        used, model = run.characters_used, self._model_name()
        if not text:
            text, status, model = extractive_summary(ticket.transcript), "fallback", EXTRACTIVE
            used = total
        return QuickResult(
            summary=text,
            processing_time=round(self._clock() - ticket.arrived, 3),
            model_used=model,
            status=status,
            characters=total,
            characters_used=used,
            truncated=used < total,
            prompt_tokens=run.last.prompt_tokens if run.last else 0,
            cached_tokens=run.last.cached_tokens if run.last else 0,
            completion_tokens=run.last.completion_tokens if run.last else 0,
        )

    def _model_name(self) -> str:
        role = self._health.roles.get("slm") if self._health else None
        return role.model if role else self._client.model_name("slm")


def _tidy(text: str) -> str:
    """One paragraph without wrapping quotes or a repeated label."""
    text = " ".join(text.split()).strip("\"'“”‘’` ")
    return re.sub(r"^(?:요약|상담 요약)\s*[::]\s*", "", text)


def _ends(text: str) -> list[int]:
    """Where sentences end; a point inside a number is no end."""
    return [match.end() for match in _SENTENCE.finditer(text)]


def _last_whole(text: str) -> str:
    """The text up to its last whole sentence, else its last clause, else nothing."""
    if ends := _ends(text):
        return text[: ends[-1]].strip()
    clauses = [match.start() for match in _CLAUSE.finditer(text)]
    return f"{text[: clauses[-1]].strip()}…" if clauses else ""
