"""The summary an agent waits for: it is answered within the deadline, always.

The clock starts when the request arrives. The model gets what is left of the deadline minus a
margin. What it has written by then is cut at its last whole sentence or clause (``partial``). If
nothing is left of it, two of the transcript's own sentences are the answer (``fallback``): they are
chosen when the call is read (`call_reader`), before a model is asked.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing, suppress
from functools import partial
from typing import TYPE_CHECKING

from edgebox.consultation.admission import Admission
from edgebox.consultation.budget import needed, plan_reading, shorten
from edgebox.consultation.call_reader import CallReader, ReadCall
from edgebox.consultation.content import NO_CONTENT_SUMMARY
from edgebox.consultation.dated import with_dates
from edgebox.consultation.fitting import fitted, is_near
from edgebox.consultation.grounding import Figures
from edgebox.consultation.growing import GrowingCalls
from edgebox.consultation.prompt_meter import PromptMeter
from edgebox.consultation.prompts import example_texts, summary_messages
from edgebox.consultation.quick_draft import MAX_SENTENCES, Draft
from edgebox.consultation.quick_result import EXTRACTIVE, NO_MODEL, QuickResult
from edgebox.consultation.salts import Salts
from edgebox.engine_client import Completion, EngineClient
from edgebox.errors import EngineError, EngineRefused, where
from edgebox.reading.call import render
from edgebox.reading.sentences import sentence_ends

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from datetime import date

    from edgebox.consultation.budget import PromptLength, Reading
    from edgebox.consultation.engine_monitor import EngineMonitor
    from edgebox.consultation.ticket import Priority, Ticket
    from edgebox.settings import QuickSettings

log = logging.getLogger("edgebox.consultation")

FREQUENCY_PENALTY = 0.2
"""Against loops. More of it changes the figures that a summary has to repeat."""


class QuickSummaries:
    """Admission, and the race against the deadline.

    Args:
        client: the engine.
        monitor: the engine's health.
        settings: deadline, margin and limits.
        salts: of clients' prompts.
        clock: monotonic seconds.

    Attributes:
        admission: the queue of the small model's time.
    """

    def __init__(
        self,
        client: EngineClient,
        monitor: EngineMonitor,
        settings: QuickSettings,
        *,
        salts: Salts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._monitor = monitor
        self._settings = settings
        self._clock = clock
        self._reader = CallReader(settings.deadline_seconds, clock)
        self.admission = Admission(settings, monitor, clock)
        self._meter = PromptMeter(client)
        self._salts = salts or Salts()
        self._growing = GrowingCalls(clock)
        self._examples = example_texts()

    @property
    def in_flight(self) -> int:
        """Summaries being made now."""
        return len(self.admission)

    @property
    def beside_analyses(self) -> bool:
        """Whether what a summary takes of the engine is taken from analyses."""
        return self._monitor.has_backlog

    def admit(
        self,
        transcript: str,
        priority: Priority = "normal",
        *,
        arrived: float | None = None,
        call_date: date | None = None,
        client_id: str = "",
        consultation_id: str = "",
        grows: bool | None = None,
        gives_way: bool = False,
    ) -> Ticket:
        """Reserve engine time, or refuse at once (see ``admission.py``).

        Args:
            transcript: the whole text.
            priority: ``low`` is refused sooner, ``high`` accepts less time.
            arrived: monotonic seconds; now if None.
            call_date: the day of the call, if it is known.
            client_id: whose call it is, for its share of the engine's time. What the engine has
                read is not shared between clients: the number of cached tokens, or the time saved,
                would tell one client how far its guess of another's call is right.
            consultation_id: the client's own id of the call, if it has one.
            grows: whether it will be summarised again with more text; None: what was seen of it
                tells.
            gives_way: nobody asked for it, so everybody else comes first.

        Raises:
            BoxBusy: there is no time for one more summary. It says when there will be.
        """
        ticket = self.admission.admit(
            transcript,
            priority,
            self._clock() if arrived is None else arrived,
            client_id,
            gives_way=gives_way,
        )
        ticket.call_date = call_date
        if client_id:
            ticket.cache_salt = self._salts.of(client_id)
            ticket.cache_tag = self._salts.tag(client_id, consultation_id)
        seen = self._growing.grows(client_id, consultation_id, transcript)
        ticket.grows = seen if grows is None else grows
        return ticket

    def forget(self, client_id: str, consultation_id: str) -> None:
        """Remember nothing of a client's call."""
        self._growing.forget(client_id, consultation_id)

    async def summarise(self, ticket: Ticket) -> QuickResult:
        """Return the whole answer, within the deadline."""
        async with aclosing(self.stream(ticket)) as pieces:
            async for piece in pieces:
                if isinstance(piece, QuickResult):
                    return piece
        raise AssertionError("stream() always ends with a result")  # pragma: no cover

    async def stream(self, ticket: Ticket) -> AsyncGenerator[str | QuickResult]:
        """Yield the text as it is generated, then one QuickResult.

        Closing the generator cancels the generation.
        """
        draft = Draft()
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        if ticket.on_given_up is None:
            ticket.on_given_up = partial(queue.put_nowait, None)
        if ticket.given_up:
            queue.put_nowait(None)
        work = asyncio.create_task(self._ask(ticket, draft, queue))
        until = ticket.arrived + self._settings.deadline_seconds - self._settings.margin_seconds / 3
        try:
            # Each piece has its own timeout: one around the yields would strike in the consumer.
            with suppress(TimeoutError):
                while piece := await asyncio.wait_for(queue.get(), until - self._clock()):
                    if draft.first_text is None:
                        draft.first_text = self._clock() - ticket.arrived
                    yield piece
        finally:
            work.cancel()
            ticket.release()
        call = draft.call or await self._reader.last_resort(ticket.transcript)
        yield self._conclude(ticket, draft, call)

    async def _ask(self, ticket: Ticket, draft: Draft, queue: asyncio.Queue[str | None]) -> None:
        try:
            call = draft.call = await self._reader.read(ticket.transcript, ticket.arrived)
            if call.empty:
                return
            if not self._monitor.reachable("slm"):
                draft.without_model = "engine_down"
                return
            if await self._prepare(ticket, draft, call):
                await asyncio.to_thread(self._read_figures, ticket, draft, call)
                try:
                    await self._generate(ticket, draft, queue)
                except EngineRefused:
                    shorter = await self._shorten_for_other_server(ticket, draft, call)
                    if draft.regex is None and not shorter:
                        raise
                    draft.regex = None
                    await self._generate(ticket, draft, queue)
        except EngineError:
            # What came before it is used, else the transcript's own sentences.
            draft.without_model = "engine_down"
        finally:
            queue.put_nowait(None)

    async def _prepare(self, ticket: Ticket, draft: Draft, call: ReadCall) -> bool:
        """Build the prompt, shortened to what can be read in time; False if nothing can."""
        said = await asyncio.to_thread(with_dates, call.said, ticket.call_date)
        rendered = render(said)
        draft.messages = summary_messages(rendered)
        draft.characters_used = call.stands_for(call.length)
        draft.seen = rendered
        role = self._monitor.role("slm")
        if role is None:
            return True
        measure = partial(
            self._meter.measure, draft.messages, len(rendered), role, cache_salt=ticket.cache_salt
        )
        length = await measure()
        readable = self.admission.readable_tokens(ticket, role)
        room = role.context_tokens - self._settings.max_tokens

        def planned(length: PromptLength) -> Reading | None:
            alone, least = self.admission.is_alone(ticket), partial(needed, said)
            return plan_reading(length, readable, room, alone=alone, least=least)

        reading = await asyncio.to_thread(planned, length)
        if reading and not (reading.shortened or length.exact) and is_near(length.total, room):
            length = await measure(exact=True)
            reading = await asyncio.to_thread(planned, length)
        if reading is None:
            return False
        if reading.shortened:
            kept = await fitted(
                said, call.length, reading, length, room=room, count=self._meter.count
            )
            if not kept.ends:
                return False
            draft.shorten(kept, call)
        answering = self.admission.answering_seconds(role)
        self.admission.revise(ticket, answering + reading.tokens / role.prefill_tps)
        return True

    async def _shorten_for_other_server(self, ticket: Ticket, draft: Draft, call: ReadCall) -> bool:
        """Shorten a call that another server refused to that server's context.

        Its tokenizer is not known, so it is a token a character, which is no more than a model
        needs for Korean: too little to cut a call that it may take as it is.

        Returns:
            Whether the prompt is another now, and what must be read is in it.
        """
        if not self._client.is_remote("slm"):
            return False
        empty = sum(len(message["content"]) for message in summary_messages(""))
        keep = self._client.context_tokens("slm") - self._settings.max_tokens - empty
        if not 0 < keep < len(draft.seen):
            return False
        said = await asyncio.to_thread(with_dates, call.said, ticket.call_date)
        kept = await asyncio.to_thread(shorten, said, call.length, keep)
        if kept.ends:
            draft.shorten(kept, call)
        return kept.ends

    async def _generate(
        self, ticket: Ticket, draft: Draft, queue: asyncio.Queue[str | None]
    ) -> None:
        """Ask the model with what is left of the deadline, and stop it after enough sentences."""
        left = ticket.arrived + self.admission.budget - self._clock()
        if left <= 0:
            return
        async with aclosing(
            self._client.stream(
                "slm",
                draft.messages,
                max_tokens=self._settings.max_tokens,
                temperature=0.0,
                priority=ticket.engine_priority,
                deadline=left,
                frequency_penalty=FREQUENCY_PENALTY,
                regex=draft.regex,
                cache_salt=ticket.cache_salt,
                cache_tag=ticket.cache_tag,
                retain=ticket.grows,
            )
        ) as pieces:
            shown = 0
            async for piece in pieces:
                draft.last = piece
                if isinstance(piece, Completion):
                    draft.finish_reason = piece.finish_reason
                    break
                draft.text += piece.text
                ends = sentence_ends(draft.text, growing=True)
                # If the model is not held to the figures, a sentence is shown once it is checked.
                free = draft.regex or not draft.figures
                whole = len(draft.text) if free else max([0, *ends])
                if not draft.bears_out(draft.text[:whole]):
                    break
                if new := draft.text[shown:whole]:
                    queue.put_nowait(new)
                shown = max(shown, whole)
                if len(ends) >= MAX_SENTENCES and draft.has_enough():
                    draft.finish_reason = "stop"
                    break
        if draft.last and draft.finish_reason == "stop":
            self.admission.answered(draft.last.completion_tokens)

    def _read_figures(self, ticket: Ticket, draft: Draft, call: ReadCall) -> None:
        """Read the numbers of the call, and the expression that our engine is held to.

        If there is no expression, what the model wrote is checked afterwards. If the numbers cannot
        be read, none may be written.
        """
        if not self._client.grounds_numbers:
            return
        said = "\n".join(utterance.text for utterance in call.said)
        try:
            draft.figures = Figures(said, ticket.call_date)
            draft.regex = None if self._client.is_remote("slm") else draft.figures.expression
        except Exception as error:  # noqa: BLE001 - of any text that people may say
            draft.figures = draft.figures or Figures("")
            log.warning("A summary goes on without the call's figures: %s", where(error))

    def _conclude(self, ticket: Ticket, draft: Draft, call: ReadCall) -> QuickResult:
        text, status, lacks = draft.concluded(ticket.transcript, self._examples)
        total = len(ticket.transcript)
        role = self._monitor.role("slm")
        model = role.model if role else self._client.model_name("slm")
        used = draft.characters_used
        if call.empty:
            text, status, model = NO_CONTENT_SUMMARY, "no_content", NO_MODEL
            used = call.stands_for(call.length)
        elif not text:
            text, status, model = call.fallback, "fallback", EXTRACTIVE
            used = call.fallback_used
        return QuickResult(
            summary=text,
            processing_time=round(self._clock() - ticket.arrived, 3),
            model_used=model,
            status=status,
            characters=total,
            characters_used=used,
            truncated=used < total,
            prompt_tokens=draft.last.prompt_tokens if draft.last else 0,
            cached_tokens=draft.last.cached_tokens if draft.last else 0,
            completion_tokens=draft.last.completion_tokens if draft.last else 0,
            first_text_seconds=draft.first_text,
            fallback_reason=lacks if status == "fallback" else None,
        )
