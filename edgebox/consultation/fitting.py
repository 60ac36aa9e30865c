"""A call that is shortened to the model's context, as the engine counts it.

Parts of a call differ in their tokens for a character: where figures are read out, the ending has
twice as many as the rest. A part that is chosen by the mean of the call is refused by the engine as
too long, and its summary is lost.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from edgebox.consultation.budget import shorten

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from edgebox.consultation.budget import PromptLength, Reading, Shortened
    from edgebox.reading.call import Utterance

NEAR: Final = 0.8
"""Share of the room from which the engine is asked: what is estimated may be a quarter off."""

_TIMES: Final = 3
_BELOW: Final = 0.95
"""Of the room, what the next part is to take: it may be denser than the one that was counted."""


def is_near(tokens: float, room: int) -> bool:
    """Return whether a prompt of so many tokens, which were estimated, may exceed the room."""
    return tokens > NEAR * room


async def fitted(
    said: Sequence[Utterance],
    total: int,
    reading: Reading,
    length: PromptLength,
    *,
    room: int,
    count: Callable[[str], Awaitable[int | None]],
) -> Shortened:
    """Shorten a call to what is to be read of it, and further where that exceeds the room.

    Args:
        said: the utterances of the whole call.
        total: characters of the original.
        reading: what is to be read.
        length: of the prompt with the whole call.
        room: tokens of prompt that the context can hold.
        count: returns the tokens of the prompt with a text, None if nothing can count them.

    Raises:
        EngineError: the engine does not answer.
    """
    keep, known = reading.keep, reading.known
    kept = await asyncio.to_thread(shorten, said, total, keep, known)
    if not is_near(length.empty + (keep + known) * length.per_character, room):
        return kept
    for _ in range(_TIMES):
        counted = await count(kept.text)
        if counted is None or counted <= room:
            break
        share = _BELOW * max(0, room - length.empty) / max(1, counted - length.empty)
        keep, known = int(keep * share), int(known * share)
        kept = await asyncio.to_thread(shorten, said, total, keep, known)
    return kept
