"""One generation's state: its tokens, how far the model has read them, and how it ends.

The policy is in ``scheduler.py``, pointers are in ``llama.py``; a sequence knows
only about itself.
"""

from __future__ import annotations

import itertools
from array import array
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence as SequenceOf

    from edgebox.engine.constraint import Constraint
    from edgebox.engine.lookup import Lookup
    from edgebox.engine.sampling import Sampler, TokenLogprob
    from edgebox.engine.spent import Spent
    from edgebox.engine.text import TextStream
    from edgebox.errors import EngineError
    from edgebox.settings import Role

PATIENT_FROM, BACKGROUND_FROM = 20, 50
"""The lowest priorities of patient and of background requests."""


class Rank(IntEnum):
    """The classes of requests. A more urgent one never waits for a step of a less urgent one.

    ``NOBODY`` is no class: it is what arrived when nothing did.
    """

    URGENT = 0  # an agent waits, and a deadline of seconds runs
    PATIENT = 1  # somebody waits, but not for seconds: a detailed answer
    BACKGROUND = 2  # nobody waits
    NOBODY = 3

    @classmethod
    def of(cls, priority: int) -> Rank:
        """Return the class of a request's priority."""
        if priority < PATIENT_FROM:
            return cls.URGENT
        return cls.PATIENT if priority < BACKGROUND_FROM else cls.BACKGROUND


_ids = itertools.count(1)


class Finish(Enum):
    """Why a sequence ended."""

    STOP = "stop"  # end token, stop string, or the constraint is complete
    LENGTH = "length"  # max_tokens
    DEADLINE = "deadline"  # out of time: it ends with what it has
    CANCELLED = "cancelled"  # the client hung up
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Event:
    """The result of a step for a sequence: new text, its end, or both."""

    text: str = ""
    logprobs: tuple[TokenLogprob, ...] = ()
    finish: Finish | None = None
    error: EngineError | None = None


@dataclass(slots=True, eq=False)
class Sequence:
    """A prompt and what the model generates after it.

    Attributes:
        role: the model that answers.
        tokens: the prompt, then everything generated.
        prompt_length: how many of ``tokens`` are the prompt.
        position: how many of ``tokens`` are in the KV cache.
        slot: llama.cpp's sequence id while it holds cells, else None.
        max_tokens: the most tokens to generate; 0 only reads the prompt.
        arrived: monotonic seconds.
        emit: receives every event, on the decode thread.
        priority: lower first, as in vLLM.
        deadline: monotonic seconds at which it ends with what it has, or None.
        pin: pin its prompt's cells when it ends.
        keep: whether its prompt's cells may be retained when it ends.
        salt: cells are shared only between sequences of the same salt, and from pinned prefixes.
        tag: names what the prompt is about, for ``forget``; empty: nothing.
        cached: prompt tokens that were already in the cache when it started.
        borrowed: as many of these are a pinned prefix's, whose cells count once.
        finish: why it ended, or None.
        pending_text: text that was generated and not emitted yet.
        emitted_at: monotonic seconds when text was last emitted; 0 before the first.
        seconds: its share of the steps that it was in, by tokens.
        own: it is the engine's own: a warm-up or a probe.
        spent: where the core counts what it costs; set when it is added.
        waited: its wait for a slot was counted.
        lookup: where its pairs of tokens are, once it was given a draft.
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
    salt: str = ""
    tag: str = ""
    id: int = field(default_factory=lambda: next(_ids))
    slot: int | None = None
    position: int = 0
    cached: int = 0
    borrowed: int = 0
    finish: Finish | None = None
    pending_text: str = ""
    emitted_at: float = 0.0
    seconds: float = 0.0
    own: bool = False
    spent: Spent | None = None
    waited: bool = False
    lookup: Lookup | None = None

    @classmethod
    def of(cls, prompt: SequenceOf[int], **rest: object) -> Sequence:
        """Return a sequence over a copy of ``prompt``."""
        return cls(tokens=array("i", prompt), prompt_length=len(prompt), **rest)  # type: ignore[arg-type]

    def flush(self, now: float, logprobs: tuple[TokenLogprob, ...] = ()) -> None:
        """Emit the pending text."""
        text, self.pending_text, self.emitted_at = self.pending_text, "", now
        self.emit(Event(text=text, logprobs=logprobs))

    @property
    def rank(self) -> Rank:
        """Its class."""
        return Rank.of(self.priority)

    @property
    def interactive(self) -> bool:
        """Somebody waits for this one."""
        return self.rank < Rank.BACKGROUND

    @property
    def pending(self) -> int:
        """Tokens not yet in the cache. The next token is sampled after the last of them."""
        return len(self.tokens) - self.position

    @property
    def generated(self) -> int:
        """Tokens produced so far."""
        return len(self.tokens) - self.prompt_length

    @property
    def decoding(self) -> bool:
        """The prompt is read: each step generates a token."""
        return self.position >= self.prompt_length

    @property
    def need(self) -> int:
        """The most KV cells it can hold."""
        return self.prompt_length + self.max_tokens

    @property
    def urgency(self) -> tuple[int, float, int]:
        """Sort key: by priority, then by arrival."""
        return (self.priority, self.arrived, self.id)
