"""The engine without HTTP: models by name, prompts, counts, generations, health."""

from __future__ import annotations

import asyncio
import time
from array import array
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgebox.engine.sequence import Event, Sequence
from edgebox.engine.text import TextStream
from edgebox.errors import EngineRefused, EngineUnavailable
from edgebox.system.machine import available_memory, rss_bytes, total_memory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.engine.constraint import Constraint
    from edgebox.engine.model import Messages, Model
    from edgebox.engine.openai import ChatRequest
    from edgebox.engine.role import ServedRole
    from edgebox.engine.thread import DecodeThread
    from edgebox.settings import Role
    from edgebox.system.machine import Gpu

DEFAULT_MAX_TOKENS = 1024
_LOADING = "The engine is loading its models. Try again in a few seconds."


class Events(asyncio.Queue[Event]):
    """A sequence's events, on their way from the decode thread to the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self._reader = asyncio.get_running_loop()

    def emit(self, event: Event) -> None:
        """Add an event. Called on the decode thread."""
        with suppress(RuntimeError):  # the event loop closed: no client is left to read it
            self._reader.call_soon_threadsafe(self.put_nowait, event)


@dataclass(frozen=True, slots=True)
class Generation:
    """A submitted sequence, its events, and the name of its model."""

    sequence: Sequence
    events: Events
    model: str


class Service:
    """Serves the roles on a decode thread.

    Args:
        thread: runs the sequences.
        roles: filled when the models are loaded.

    Attributes:
        gpus: the GPUs as last looked at, for ``health``.
    """

    def __init__(self, thread: DecodeThread, roles: Mapping[Role, ServedRole]) -> None:
        self.roles = roles
        self.gpus: tuple[Gpu, ...] = ()
        self._thread = thread

    @property
    def ready(self) -> bool:
        """The models are loaded and measured."""
        thread = self._thread
        return thread.loaded.is_set() and thread.failure is None and thread.is_alive()

    async def count(self, model: str, messages: Messages, salt: str = "") -> dict[str, int]:
        """Return a chat's length, how much of it is in the cache, and the context, in tokens.

        Raises:
            EngineUnavailable: the models are still being loaded.
            EngineRefused: the model is unknown, or its template refuses the messages.
        """
        role = self._role(model)
        async with role.in_use(self._thread) as loaded:
            prompt = await asyncio.to_thread(_tokens, loaded.model, messages)
            return {
                "count": len(prompt),
                "cached": loaded.pool.peek(prompt, salt),
                "max_model_len": role.room(prompt),
            }

    async def submit(self, request: ChatRequest, arrived: float) -> Generation:
        """Start a generation.

        Args:
            request: validated.
            arrived: monotonic seconds at which it came in.

        Raises:
            EngineRefused: unknown model, unusable constraint, or longer than the context.
            EngineBusy: the queue is full.
            EngineUnavailable: loading or stopping.
        """
        role = self._role(request.model)
        async with role.in_use(self._thread) as loaded:
            model = loaded.model
            messages = [message.plain() for message in request.messages]
            prompt = await asyncio.to_thread(_tokens, model, messages)
            context = role.room(prompt)
            room = context - len(prompt)
            wanted = request.limit or DEFAULT_MAX_TOKENS
            if room < min(wanted, 16):
                raise EngineRefused(
                    f"The prompt has {len(prompt)} tokens and the context holds "
                    f"{context}. Shorten it or raise context_tokens."
                )
            constraint = await asyncio.to_thread(_constraint, role, model, request)
            events = Events()
            sequence = Sequence.of(
                prompt,
                role=role.role,
                max_tokens=min(wanted, room),
                arrived=arrived,
                emit=events.emit,
                text=TextStream(request.stops),
                sampler=request.sampler(),
                priority=request.priority,
                deadline=arrived + request.deadline if request.deadline else None,
                constraint=constraint,
                salt=request.cache_salt,
                tag=request.cache_tag,
                keep=request.retain,
            )
            self._thread.submit(sequence)
            return Generation(sequence, events, role.name)

    def cancel(self, generation: Generation) -> None:
        """End a generation whose client hung up, unless it has ended already."""
        if generation.sequence.finish is None:
            self._thread.cancel(generation.sequence)

    async def forget(self, tag: str) -> int:
        """Keep no cells of what a tag names. Returns how many retained prompts there were.

        Raises:
            EngineUnavailable: the models are still being loaded: there is nothing to forget.
        """
        if not self.ready:
            raise EngineUnavailable(_LOADING)
        return await asyncio.wrap_future(self._thread.forget(tag))

    def health(self) -> dict[str, Any]:
        """Return the body of ``GET /health``."""
        ready, snapshot = self.ready, self._thread.snapshot
        return {
            "status": "ready" if ready else "starting",
            "models": {
                name: role.health(snapshot.cells.get(name, 0))
                for name, role in (self.roles.items() if ready else ())
            },
            "waiting": snapshot.waiting,
            "running": snapshot.running,
            "interactive": snapshot.interactive,
            "steps": snapshot.steps,
            "aborted_steps": snapshot.aborted,
            "evicted_prefixes": snapshot.evicted,
            "heartbeat_age": round(max(0.0, time.monotonic() - self._thread.heartbeat), 3),
            "rss_bytes": rss_bytes("self"),
            "memory": {"available_bytes": available_memory(), "total_bytes": total_memory()},
            "gpus": [
                {"name": gpu.name, "total_bytes": gpu.total, "used_bytes": gpu.total - gpu.free}
                for gpu in self.gpus
            ],
        }

    def _role(self, model: str) -> ServedRole:
        """Return the role that a request names, by role or by model name."""
        if not self.ready:
            raise EngineUnavailable(_LOADING)
        for role in self.roles.values():
            if model in (role.role, role.name):
                return role
        names = ", ".join(f"{role.role} ({role.name})" for role in self.roles.values())
        raise EngineRefused(f"No model '{model}' here. Served: {names}.")


def _constraint(role: ServedRole, model: Model, request: ChatRequest) -> Constraint | None:
    """Return what holds the answer, or None for free text.

    Raises:
        EngineRefused: it cannot be enforced.
    """
    form, structured = request.response_format, request.structured_outputs
    if structured and structured.regex is not None:
        return role.grammars(model).compile_regex(structured.regex)
    if structured and structured.grammar is not None:
        return role.grammars(model).compile_grammar(structured.grammar)
    if form and (schema := form.schema_to_enforce()) is not None:
        return role.grammars(model).compile(schema)
    return None


def _tokens(model: Model, messages: Messages) -> array[int]:
    """Return the token ids of a chat. Takes a while for long texts: not for the event loop."""
    return array("i", model.tokenize(model.render(messages)))
