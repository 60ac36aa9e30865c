"""Background requests: reading a role's shared prefix, and measuring the speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.engine.sampling import Sampler
from edgebox.engine.sequence import Sequence
from edgebox.engine.text import TextStream

if TYPE_CHECKING:
    from array import array

    from edgebox.settings import Role

LAST_PRIORITY = 99
PROBE_TOKENS = 64
PROBE_ANSWER = 6


def warm_up(role: Role, prefix: array[int]) -> Sequence:
    """Return a sequence that reads a prefix shared by a role's prompts, and pins it."""
    # The small model's prefixes are read before anything else: agents wait for them.
    sequence = _request(role, prefix, 0, 0 if role == "slm" else LAST_PRIORITY)
    sequence.pin = True
    return sequence


def probe(role: Role, sample: array[int]) -> Sequence:
    """Return a short sequence that measures a role's speed and gives way to every other.

    Args:
        role: whose model.
        sample: PROBE_TOKENS typical tokens.
    """
    sequence = _request(role, sample, PROBE_ANSWER, LAST_PRIORITY)
    sequence.keep = False  # the next probe has to read it again
    return sequence


def _request(role: Role, prompt: array[int], answer: int, priority: int) -> Sequence:
    return Sequence.of(
        prompt,
        role=role,
        max_tokens=answer,
        arrived=0.0,
        emit=lambda _event: None,  # it is for its effect, not for its text
        text=TextStream(),
        sampler=Sampler(temperature=0),
        priority=priority,
        own=True,
    )
