"""One request's state: its tokens, how far the model has read them, and how it ends.

Policy lives in ``scheduler.py``, pointers in ``llama.py``; a sequence only
knows about itself.
"""

from __future__ import annotations

import itertools
from array import array
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence as SequenceOf

    from edgebox.engine.constraint import Constraint
    from edgebox.engine.sampling import Sampler, TokenLogprob
    from edgebox.engine.text import TextStream
    from edgebox.errors import EngineError
    from edgebox.settings import Role

INTERACTIVE_BELOW = 50
"""Priorities under this are people waiting; from here on it is the backlog."""

_ids = itertools.count(1)


class Finish(Enum):
    """Why a sequence ended."""

    STOP = "stop"  # end token, stop string, or the constraint is complete
    LENGTH = "length"  # max_tokens
    DEADLINE = "deadline"  # out of time: it ends with what it has
    CANCELLED = "cancelled"  # nobody listens any more
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Event:
    """What a step did to a sequence: new text, its end, or both."""

    text: str = ""
    logprobs: tuple[TokenLogprob, ...] = ()
    finish: Finish | None = None
    error: EngineError | None = None


@dataclass(slots=True, eq=False)
class Sequence:
    """A request on its way through the engine.

    Attributes:
        role: the model that answers.
        tokens: the prompt, then everything generated.
        prompt_length: how many of ``tokens`` are the prompt.
        position: how many of ``tokens`` are in the KV cache.
        slot: llama.cpp's sequence id while it holds cells, else None.
        priority: lower first, as vLLM has it.
        arrived: monotonic seconds.
        deadline: monotonic seconds at which it ends with what it has, or None.
        pin: keep its cells for good when it ends.
        keep: keep its cells at all.
        cached: prompt tokens that were already in the cache when it started.
        said: text that was generated and not told yet.
        told: monotonic seconds when text was last told; 0 before the first.
    """

    role: Role
    tokens: array[int]
    prompt_length: int
    max_tokens: int
    arrived: float
    emit: Callable[[Event], None]
    text: TextStream
    sampler: Sampler
    priority: int = 0
    deadline: float | None = None
    constraint: Constraint | None = None
    pin: bool = False
    keep: bool = True
    id: int = field(default_factory=lambda: next(_ids))
    slot: int | None = None
    position: int = 0
    cached: int = 0
    finish: Finish | None = None
    said: str = ""
    told: float = 0.0

    @classmethod
    def of(cls, prompt: SequenceOf[int], **rest: object) -> Sequence:
        """A sequence over a copy of ``prompt``."""
        return cls(tokens=array("i", prompt), prompt_length=len(prompt), **rest)  # type: ignore[arg-type]

    def say(self, now: float, logprobs: tuple[TokenLogprob, ...] = ()) -> None:
        """Tell what was generated since the last time."""
        text, self.said, self.told = self.said, "", now
        self.emit(Event(text=text, logprobs=logprobs))

    @property
    def interactive(self) -> bool:
        """Somebody is waiting for this one."""
        return self.priority < INTERACTIVE_BELOW

    @property
    def pending(self) -> int:
        """Tokens not yet in the cache; one of them is the next to sample from."""
        return len(self.tokens) - self.position

    @property
    def generated(self) -> int:
        """Tokens produced so far."""
        return len(self.tokens) - self.prompt_length

    @property
    def decoding(self) -> bool:
        """The prompt is read: each step gives a token."""
        return self.position >= self.prompt_length

    @property
    def need(self) -> int:
        """The most KV cells it can come to hold."""
        return self.prompt_length + self.max_tokens

    @property
    def urgency(self) -> tuple[int, float, int]:
        """Sort key: priority, then first come first served."""
        return (self.priority, self.arrived, self.id)
