"""The summary an agent waits for: an answer within the deadline, always.

The clock starts when the request arrives. The model gets what is left of the
deadline minus a margin; whatever it has said by then is cut at its last whole
sentence or clause (``partial``), and when that is nothing the transcript's own
sentences answer (``fallback``).
"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from edgebox.consultation.admission import ASK_TOKENS, Admission, Priority, Ticket
from edgebox.consultation.budget import GAP, Speeds, shorten
from edgebox.consultation.fallback import READ_CHARACTERS, extractive_summary
from edgebox.consultation.leak import leaks_example
from edgebox.consultation.prompts import example_texts, summary_messages
from edgebox.consultation.sentences import last_whole, sentence_ends
from edgebox.consultation.transcript import render, split_utterances
from edgebox.engine_client import Completion, EngineClient, EngineHealth
from edgebox.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from edgebox.engine_client import Delta, RoleHealth
    from edgebox.settings import QuickSettings

Status = Literal["success", "partial", "fallback"]

ENGINE_PRIORITY: dict[Priority, int] = {"high": -10, "normal": 0, "low": 10}
EXTRACTIVE = "extractive"
POLL_SECONDS = 0.5
MISSED_POLLS = 3
WORTH_TRYING = 96
"""Unread tokens of a short call: cutting it would save next to nothing."""
LEAST_WORTH = 24
"""Transcript tokens: with time for fewer the model is not asked while others wait for it."""
MAX_COUNTED_CHARACTERS = 24_000
"""Longer texts are not tokenised in a hurry: their length is estimated first."""
MAX_SENTENCES = 2
FREQUENCY_PENALTY = 0.2
"""Against loops; more of it changes the figures that a summary has to repeat."""
CAUTION = 0.9
"""Of the reading that would just fit: measured speed varies by about a tenth from call to call."""


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
        self._missed = 0
        self._admission = Admission(settings, self._role, clock)
        self._empty: dict[str, int] = {}
        self._examples = example_texts()

    @property
    def health(self) -> EngineHealth | None:
        """The engine's last account of itself; None when it did not answer."""
        return self._health

    @property
    def in_flight(self) -> int:
        """Summaries being made now."""
        return len(self._admission)

    async def watch(self) -> None:
        """Keep the engine's health at hand; runs until cancelled."""
        while True:
            await self.poll()
            await asyncio.sleep(POLL_SECONDS)

    async def poll(self) -> None:
        """Ask for the engine's health once."""
        try:
            self._health = await self._client.health()
            self._missed = 0
        except EngineError:
            # A busy engine may answer late; one that is gone refuses each request at once.
            self._missed += 1
            if self._missed >= MISSED_POLLS:
                self._health = None
        self._polled = True

    def admit(
        self, transcript: str, priority: Priority = "normal", *, arrived: float | None = None
    ) -> Ticket:
        """Reserve engine time, or refuse at once (see ``admission.py``).

        Args:
            transcript: the whole text.
            priority: ``low`` is refused sooner, ``high`` makes do with less.
            arrived: monotonic seconds; now when None.

        Raises:
            BoxBusy: no time is left for one more; says when there will be.
        """
        return self._admission.admit(
            transcript, priority, self._clock() if arrived is None else arrived
        )

    def _role(self) -> RoleHealth | None:
        """The small model as the engine last described it; None while unknown."""
        return self._health.roles.get("slm") if self._health and self._health.ready else None

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
        until = ticket.arrived + self._settings.deadline_seconds - self._settings.margin_seconds / 3
        try:
            # A wait of its own for every piece: a timeout around the yields would strike
            # in whoever consumes them.
            with suppress(TimeoutError):
                while piece := await asyncio.wait_for(queue.get(), until - self._clock()):
                    yield piece
        finally:
            work.cancel()
            ticket.release()
        yield self._conclude(ticket, run)

    async def _ask(self, ticket: Ticket, run: _Run, queue: asyncio.Queue[str | None]) -> None:
        try:
            if self._reachable and await self._prepare(ticket, run):
                await self._generate(ticket, run, queue)
        except EngineError:
            pass  # whatever came before is used, else the transcript's own sentences
        finally:
            queue.put_nowait(None)

    async def _prepare(self, ticket: Ticket, run: _Run) -> bool:
        """Build the prompt, shortened to what can be read in time; False when nothing can."""
        text = ticket.transcript
        utterances = await asyncio.to_thread(split_utterances, text)
        rendered = render(utterances)
        run.messages, run.characters_used = summary_messages(rendered), len(text)
        role = self._role()
        if role is None:
            return True
        speeds = Speeds.of(role)
        per_char = role.tokens_per_char
        empty = await self._empty_tokens(role.model)
        total = empty + int(len(rendered) * per_char)
        unread = total - empty + ASK_TOKENS
        if len(rendered) <= MAX_COUNTED_CHARACTERS and (
            count := await self._client.tokenize("slm", run.messages)
        ):
            total, unread = count.count, count.count - count.cached
            per_char = max(0.05, (total - empty) / max(1, len(rendered)))
        now = self._clock()
        left = ticket.arrived + self._admission.budget - now - max(0.0, ticket.started - now)
        expected = self._admission.expected_tokens
        answering = speeds.answering_seconds(expected, self.in_flight)
        own = CAUTION * (left - speeds.writing_seconds(expected, self.in_flight))
        # Not more than was reserved: the rest of the time is promised to others.
        readable = speeds.readable_tokens(min(own, max(0.0, ticket.work - answering)))
        room = role.context_tokens - self._settings.max_tokens
        alone = self.in_flight <= 1
        if total > room or unread > (max(readable, WORTH_TRYING) if alone else readable):
            known = max(0, min(total - unread, room) - empty)
            keep = min(readable - ASK_TOKENS, room - empty - known)
            if keep < LEAST_WORTH:
                if not alone:
                    return False
                # Nobody else waits: trying costs nothing, and a speed that was measured in a
                # bad moment can only be corrected by work.
                keep = LEAST_WORTH
            kept = shorten(utterances, len(text), int(keep / per_char), int(known / per_char))
            run.messages = summary_messages(kept.text)
            run.characters_used = kept.characters_used
            unread = keep + ASK_TOKENS
        self._admission.revise(ticket, answering + unread / speeds.prefill_tps)
        return True

    async def _empty_tokens(self, model: str) -> int:
        """Tokens of the prompt without a transcript; the same for as long as the model is."""
        if model not in self._empty:
            count = await self._client.tokenize("slm", summary_messages(""))
            self._empty = {model: count.count if count else 0}
        return self._empty[model]

    async def _generate(self, ticket: Ticket, run: _Run, queue: asyncio.Queue[str | None]) -> None:
        left = ticket.arrived + self._admission.budget - self._clock()
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
                frequency_penalty=FREQUENCY_PENALTY,
            )
        ) as pieces:
            async for piece in pieces:
                run.last = piece
                if isinstance(piece, Completion):
                    run.finish_reason = piece.finish_reason
                    break
                run.text += piece.text
                queue.put_nowait(piece.text)
                if len(sentence_ends(run.text)) >= MAX_SENTENCES:
                    run.finish_reason = "stop"
                    break
        if run.last and run.finish_reason == "stop":
            self._admission.answered(run.last.completion_tokens)

    def _conclude(self, ticket: Ticket, run: _Run) -> QuickResult:
        text = _tidy(run.text)
        status: Status = "success"
        ends = sentence_ends(text)
        if len(ends) >= MAX_SENTENCES:
            text = text[: ends[MAX_SENTENCES - 1]]
        elif run.finish_reason != "stop":
            text, status = last_whole(text), "partial"
        gap = GAP.strip("()")
        if (gap in text and gap not in ticket.transcript) or leaks_example(
            text, ticket.transcript, self._examples
        ):
            text = ""  # the prompt's own words, not the call's
        total = len(ticket.transcript)
        used, model = run.characters_used, self._model_name()
        if not text:
            text, status, model = extractive_summary(ticket.transcript), "fallback", EXTRACTIVE
            used = min(total, READ_CHARACTERS)
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
        role = self._role()
        return role.model if role else self._client.model_name("slm")


def _tidy(text: str) -> str:
    """One paragraph without wrapping quotes or a repeated label."""
    text = " ".join(text.replace(GAP, " ").split()).strip("\"'“”‘’` ")
    return re.sub(r"^(?:요약|상담 요약)\s*[::]\s*", "", text)
