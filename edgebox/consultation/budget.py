"""How much of a transcript fits into a deadline or into a context. Pure arithmetic.

Every speed comes from the engine's own measurement; none is a constant here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.reading.call import Utterance, render

if TYPE_CHECKING:
    from collections.abc import Sequence

ASK_TOKENS = 32
"""The instruction after the transcript and the turn markers: never cached."""

WORTH_TRYING = 96
"""Unread tokens of a short call: shortening it would save next to nothing."""

LEAST_WORTH = 24
"""If there is time to read fewer transcript tokens than this, the model is not asked while other
requests wait."""

OPENING_SHARE = 0.45
"""Share of what is kept that is the opening. It says why the customer called, the ending how it was
settled. The ending gets a little more, because closing courtesies take some of it."""

GAP = "(중간 생략)"
"""Marks where utterances were left out, so that the model does not join the two ends."""


@dataclass(frozen=True, slots=True)
class PromptLength:
    """The length of a prompt, in tokens.

    Attributes:
        empty: of the prompt without the transcript.
        total: of the whole prompt.
        unread: of the part that the engine does not hold.
        per_character: of the rendered transcript.
    """

    empty: int
    total: int
    unread: int
    per_character: float


@dataclass(frozen=True, slots=True)
class Reading:
    """How much of a prompt is read.

    Attributes:
        tokens: to read.
        shortened: whether the transcript is shortened; ``keep`` and ``known`` are for `shorten`.
        keep: characters of the transcript.
        known: characters of its beginning that the engine has read before.
    """

    tokens: int
    shortened: bool = False
    keep: int = 0
    known: int = 0


def plan_reading(length: PromptLength, readable: int, room: int, *, alone: bool) -> Reading | None:
    """Decide how much of a transcript to read, or return None if there is no time for any of it.

    Args:
        length: of the prompt with the whole transcript.
        readable: tokens that can be read in time.
        room: tokens of prompt that the context can hold.
        alone: whether no other request waits.
    """
    enough = max(readable, WORTH_TRYING) if alone else readable
    if length.total <= room and length.unread <= enough:
        return Reading(length.unread)
    known = max(0, min(length.total - length.unread, room) - length.empty)
    keep = min(readable - ASK_TOKENS, room - length.empty - known)
    if keep < LEAST_WORTH:
        if not alone:
            return None
        # Trying costs nothing then, and a speed that was measured in a bad moment can only be
        # corrected by work.
        keep = LEAST_WORTH
    return Reading(
        tokens=keep + ASK_TOKENS,
        shortened=True,
        keep=int(keep / length.per_character),
        known=int(known / length.per_character),
    )


@dataclass(frozen=True, slots=True)
class Shortened:
    """A transcript as the model will see it.

    Attributes:
        text: canonical form, with GAP where something was left out.
        characters_used: characters of the original that it represents.
    """

    text: str
    characters_used: int


def shorten(utterances: Sequence[Utterance], total: int, keep: int, known: int = 0) -> Shortened:
    """Keep the opening and the ending and drop the middle, at utterance boundaries.

    If not even one utterance of an end fits, it is cut inside: neither the reason for the call
    nor its outcome is lost completely.

    Args:
        utterances: of the whole transcript.
        total: characters of the original transcript.
        keep: characters of the canonical form that may remain.
        known: leading characters of it that the engine has read before. They cost nothing, so the
            opening keeps them all in addition to ``keep``.
    """
    whole = render(utterances)
    if len(whole) <= keep + known:
        return Shortened(whole, total)
    room = max(2, keep - len(GAP) - 2)
    if known:
        head, opening = _end(utterances, known, from_end=False)
        _, ending = _end(utterances[head:], room, from_end=True)
    else:
        rest = utterances[1:] or utterances
        tail, ending = _end(rest, int(room * (1 - OPENING_SHARE)), from_end=True)
        before = utterances[: len(utterances) - tail]
        _, opening = _end(before, room - ending.size, from_end=False)
    return Shortened(
        "\n".join(text for text in (opening.text, GAP, ending.text) if text),
        min(total, opening.used + ending.used),
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    used: int  # characters of the original

    @property
    def size(self) -> int:
        return len(self.text) + 1 if self.text else 0


def _end(utterances: Sequence[Utterance], room: int, *, from_end: bool) -> tuple[int, _Piece]:
    """Return how many utterances of one end fit, and their text.

    If none fits, it is 0 and a part of the outermost one.
    """
    ordered = utterances[::-1] if from_end else utterances
    count = 0
    for utterance in ordered:
        size = len(render([utterance])) + 1
        if size > room:
            break
        room -= size
        count += 1
    if count:
        taken = utterances[len(utterances) - count :] if from_end else utterances[: count + 1]
        reach = taken[-1].end if count == len(taken) else taken[-1].start
        return count, _Piece(render(taken[:count]), reach - taken[0].start)
    if not ordered or room <= 0:
        return 0, _Piece("", 0)
    line = render([ordered[0]])
    cut = line[-room:] if from_end else line[:room]
    return 0, _Piece(cut, min(len(cut), len(ordered[0].text)))


def parts(utterances: Sequence[Utterance], size: int, overlap: int) -> list[str]:
    """Cut a transcript into overlapping parts at utterance boundaries. Every utterance is in one.

    Args:
        utterances: of the whole transcript.
        size: characters of the canonical form in one part. A part holds at least one utterance,
            which has at most MAX_UTTERANCE_CHARACTERS.
        overlap: characters repeated from the previous part, at least one utterance.
    """
    found: list[str] = []
    start = 0
    while start < len(utterances):
        end, used = start, 0
        while end < len(utterances) and (end == start or used + _size(utterances[end]) <= size):
            used += _size(utterances[end])
            end += 1
        found.append(render(utterances[start:end]))
        if end == len(utterances):
            break
        back, again = end, 0
        while back - 1 > start and again < overlap:
            back -= 1
            again += _size(utterances[back])
        start = back
    return found


def _size(utterance: Utterance) -> int:
    return len(render([utterance])) + 1
