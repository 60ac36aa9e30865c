"""From a chat request to a running sequence: models by name, prompts, counts, health."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from array import array
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edgebox.engine.background import warm
from edgebox.engine.constraint import Constraint, Grammars
from edgebox.engine.sampling import Sampler
from edgebox.engine.sequence import Event, Sequence
from edgebox.engine.text import TextStream
from edgebox.errors import EdgeBoxError, EngineRefused, EngineUnavailable
from edgebox.system.machine import rss_bytes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from edgebox.engine.llama import LlamaModel
    from edgebox.engine.loop import DecodeLoop, Engine
    from edgebox.engine.openai import ChatRequest
    from edgebox.settings import Role
    from edgebox.system.machine import Gpu

log = logging.getLogger("edgebox.engine")

DEFAULT_MAX_TOKENS = 1024
RELOAD_PAUSE = 5.0
"""Seconds after a model could not be loaded again in which nobody else tries."""
TOP_LOGPROBS_OFF = -1

Messages = list[dict[str, str]]


@dataclass(slots=True)
class Served:
    """One role as the façade sees it.

    Attributes:
        messages: the role's chat about a transcript; all of them begin the same way.
        reload: loads the model again after it was unloaded; called on any thread.
        awake: the model is in memory. While it is not, nothing may touch ``model``.
        users: requests between asking for the model and being handed to the loop.
        gate: held while that changes.
        waking: loads the model again.
        broken_until: monotonic seconds before which that is not tried again.
    """

    role: Role
    name: str
    model: LlamaModel
    engine: Engine
    tokens_per_char: float
    messages: Callable[[str], Messages]
    reload: Callable[[], tuple[LlamaModel, Engine]]
    grammars: Grammars | None = None
    awake: bool = True
    waking: asyncio.Task[None] | None = None
    broken_until: float = 0.0
    users: int = 0
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Ticket:
    """A submitted sequence and the queue its events arrive on."""

    sequence: Sequence
    events: asyncio.Queue[Event]
    name: str


class Service:
    """The engine without HTTP.

    Args:
        loop: the decode thread.
        served: the roles; filled when the models are loaded.
    """

    def __init__(self, loop: DecodeLoop, served: Mapping[Role, Served]) -> None:
        self.loop = loop
        self.cards: tuple[Gpu, ...] = ()
        """The GPUs as they were when last looked at; whoever runs the service looks."""
        self._served = served
        self._grammar_lock = threading.Lock()

    @property
    def ready(self) -> bool:
        """The models are loaded and measured."""
        return self.loop.loaded.is_set() and self.loop.failure is None and self.loop.is_alive()

    def served(self, model: str) -> Served:
        """The role that a request names, by role or by model name.

        Raises:
            EngineUnavailable: still loading.
            EngineRefused: nothing is served under this name.
        """
        if not self.ready:
            raise EngineUnavailable("The engine is loading its models. Try again in a few seconds.")
        for entry in self._served.values():
            if model in (entry.role, entry.name):
                return entry
        names = ", ".join(f"{e.role} ({e.name})" for e in self._served.values())
        raise EngineRefused(f"No model '{model}' here. Served: {names}.")

    @property
    def entries(self) -> list[Served]:
        """The roles, once they are loaded."""
        return list(self._served.values())

    async def count(self, model: str, messages: Messages) -> dict[str, int]:
        """A chat's length, and how many of its leading tokens are held now, in tokens.

        Raises:
            EngineUnavailable: still loading.
            EngineRefused: an unknown model, or messages that its template does not take.
        """
        entry = self.served(model)
        async with self._using(entry):
            prompt = await asyncio.to_thread(_tokens, entry, messages)
            return {
                "count": len(prompt),
                "cached": entry.engine.pool.peek(array("i", prompt)),
                "max_model_len": entry.model.context_tokens,
            }

    async def rest(self, entry: Served, seconds: float) -> bool:
        """Give a role's memory back when nobody has asked for so long; whether that was done."""
        if time.monotonic() - entry.engine.used < seconds:
            return False
        async with entry.gate:
            if not entry.awake or entry.users:
                return False
            if not await asyncio.wrap_future(self.loop.retire(entry.role, seconds)):
                return False
            entry.awake = False
            entry.grammars = None  # llguidance asks the vocabulary that went with the model
            return True

    @asynccontextmanager
    async def _using(self, entry: Served) -> AsyncIterator[None]:
        """In the block the model stays in memory; it is loaded when it is not there."""
        async with entry.gate:
            if not entry.awake:
                if entry.waking is None or entry.waking.done():
                    entry.waking = asyncio.create_task(self._wake(entry))
                await asyncio.shield(entry.waking)  # a caller who hangs up does not stop it
            entry.users += 1
        try:
            yield
        finally:
            entry.users -= 1

    async def _wake(self, entry: Served) -> None:
        failed = EngineUnavailable(f"{entry.name} could not be loaded again. Try again shortly.")
        if time.monotonic() < entry.broken_until:
            raise failed
        try:
            entry.model, entry.engine = await asyncio.to_thread(entry.reload)
        except EdgeBoxError as error:
            entry.broken_until = time.monotonic() + RELOAD_PAUSE
            log.error("%s cannot be loaded again: %s", entry.role, error.detail)  # noqa: TRY400 - ours
            raise failed from None
        await asyncio.wrap_future(self.loop.adopt(entry.role, entry.engine))
        entry.awake = True
        self.loop.submit(warm(entry))

    async def submit(self, request: ChatRequest, arrived: float) -> Ticket:
        """Start a request.

        Args:
            request: validated.
            arrived: monotonic seconds at which it came in.

        Raises:
            EngineRefused: unknown model, unusable schema, or longer than the context.
            EngineBusy: the queue is full.
            EngineUnavailable: loading or stopping.
        """
        entry = self.served(request.model)
        async with self._using(entry):
            return await self._submit(entry, request, arrived)

    async def _submit(self, entry: Served, request: ChatRequest, arrived: float) -> Ticket:
        messages = [message.plain() for message in request.messages]
        prompt = await asyncio.to_thread(_tokens, entry, messages)
        room = entry.model.context_tokens - len(prompt)
        wanted = request.limit or DEFAULT_MAX_TOKENS
        if room < min(wanted, 16):
            raise EngineRefused(
                f"The prompt has {len(prompt)} tokens and the context holds "
                f"{entry.model.context_tokens}. Shorten it or raise context_tokens."
            )
        constraint = await self._constraint(entry, request)
        events: asyncio.Queue[Event] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def emit(event: Event) -> None:
            with suppress(RuntimeError):  # the event loop closed: nobody listens any more
                loop.call_soon_threadsafe(events.put_nowait, event)

        sequence = Sequence.of(
            prompt,
            role=entry.role,
            max_tokens=min(wanted, room),
            arrived=arrived,
            emit=emit,
            text=TextStream(request.stops),
            sampler=Sampler(
                temperature=request.temperature,
                top_p=request.top_p,
                top_k=max(0, request.top_k),
                presence_penalty=request.presence_penalty,
                frequency_penalty=request.frequency_penalty,
                logprobs=request.top_logprobs if request.logprobs else TOP_LOGPROBS_OFF,
                seed=request.seed,
            ),
            priority=request.priority,
            deadline=arrived + request.deadline if request.deadline else None,
            constraint=constraint,
        )
        self.loop.submit(sequence)
        return Ticket(sequence, events, entry.name)

    async def _constraint(self, entry: Served, request: ChatRequest) -> Constraint | None:
        schema = request.response_format.schema_to_enforce() if request.response_format else None
        if schema is None:
            return None

        def compile_it() -> Constraint:
            with self._grammar_lock:
                if entry.grammars is None:
                    entry.grammars = grammars_of(entry.model)
            return entry.grammars.compile(schema)

        return await asyncio.to_thread(compile_it)

    def health(self) -> dict[str, Any]:
        """The state of everything, as ``GET /health`` gives it."""
        snapshot = self.loop.snapshot
        models = {
            entry.role: {
                "model": entry.name,
                "context_tokens": entry.model.context_tokens,
                "parallel": entry.engine.speed.parallel,
                "prefill_tps": round(entry.engine.speed.prefill_tps, 2),
                "decode_tps": round(entry.engine.speed.decode_tps, 2),
                "batch_decode_tps": round(entry.engine.speed.batch_decode_tps, 2),
                "tokens_per_char": round(entry.tokens_per_char, 4),
                "loaded": entry.awake,
                "weights_bytes": entry.model.weights_bytes if entry.awake else 0,
                "kv_bytes": entry.model.kv_bytes if entry.awake else 0,
                "kv_cells_used": snapshot.cells.get(entry.role, 0),
            }
            for entry in (self._served.values() if self.ready else ())
        }
        return {
            "status": "ready" if self.ready else "starting",
            "models": models,
            "waiting": snapshot.waiting,
            "running": snapshot.running,
            "interactive": snapshot.interactive,
            "steps": snapshot.steps,
            "aborted_steps": snapshot.aborted,
            "evicted_prefixes": snapshot.evicted,
            "heartbeat_age": round(max(0.0, time.monotonic() - self.loop.heartbeat), 3),
            "rss_bytes": rss_bytes("self"),
            "gpus": [
                {"name": card.name, "total_bytes": card.total, "used_bytes": card.total - card.free}
                for card in self.cards
            ],
        }


def _tokens(entry: Served, messages: Messages) -> list[int]:
    """Token ids of a chat. Takes a while for long texts: not for the event loop."""
    return entry.model.tokenize(entry.model.render(messages))


def grammars_of(model: LlamaModel) -> Grammars:
    """The schema compiler of a model."""
    return Grammars(model.vocab_pointer, model.vocabulary, model.end_tokens)
