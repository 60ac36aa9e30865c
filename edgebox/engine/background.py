"""Sequences of the engine's own: reading a role's shared prefix, and looking at the speed."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from edgebox.engine.prefix import common_length
from edgebox.engine.sampling import Sampler
from edgebox.engine.sequence import Event, Sequence
from edgebox.engine.text import TextStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.engine.llama import LlamaModel
    from edgebox.engine.service import Messages, Served

WARM_PRIORITY = 99
PROBE_TOKENS = 64
PROBE_ANSWER = 6


def shared_prefix(model: LlamaModel, messages: Callable[[str], Messages]) -> array[int]:
    """The tokens that every prompt of a role begins with.

    Args:
        model: whose template and tokens.
        messages: the role's chat about a transcript.
    """
    first, second = (
        array("i", model.tokenize(model.render(messages(text)))) for text in ("가", "A")
    )
    return first[: common_length(first, second, len(first))]


def warm(entry: Served) -> Sequence:
    """A sequence that only reads a role's shared prefix and pins it."""
    tokens = shared_prefix(entry.model, entry.messages)
    # The small model's prefix is read before anything else: agents wait for it.
    priority = 0 if entry.role == "slm" else WARM_PRIORITY
    sequence = _errand(entry, tokens, 0, priority)
    sequence.pin = True
    return sequence


def probe(entry: Served) -> Sequence:
    """A little work that says how fast this is now; it gives way to everything."""
    text = "".join(message["content"] for message in entry.messages(""))
    tokens = entry.model.tokenize(text)[PROBE_TOKENS : 2 * PROBE_TOKENS]
    sequence = _errand(entry, array("i", tokens), PROBE_ANSWER, WARM_PRIORITY)
    sequence.keep = False  # the next one has to read it again
    return sequence


def _errand(entry: Served, prompt: array[int], answer: int, priority: int) -> Sequence:
    return Sequence.of(
        prompt,
        role=entry.role,
        max_tokens=answer,
        arrived=0.0,
        emit=_ignore,
        text=TextStream(),
        sampler=Sampler(temperature=0),
        priority=priority,
    )


def _ignore(_event: Event) -> None:
    """Nobody waits for an errand."""
