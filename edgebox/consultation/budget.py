"""How much of a transcript fits into a deadline or into a context, and which part of it.

Every speed comes from the engine's own measurement; none is a constant here. What is read first is
the request and the settlement (`landmarks`): a summary of greetings alone is of no use.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.consultation import excerpts
from edgebox.consultation.excerpts import GAP
from edgebox.language import landmarks, sentence
from edgebox.reading.call import Utterance, render

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgebox.language.sentence import Sentence

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


@dataclass(frozen=True, slots=True)
class PromptLength:
    """The length of a prompt, in tokens.

    Attributes:
        empty: of the prompt without the transcript.
        total: of the whole prompt.
        unread: of the part that the engine does not hold.
        per_character: of the rendered transcript.
        exact: it was counted.
    """

    empty: int
    total: int
    unread: int
    per_character: float
    exact: bool = False


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


def plan_reading(
    length: PromptLength,
    readable: int,
    room: int,
    *,
    alone: bool,
    least: Callable[[int], int] | None = None,
) -> Reading | None:
    """Decide how much of a transcript to read, or return None if there is no time for enough of it.

    Args:
        length: of the prompt with the whole transcript.
        readable: tokens that can be read in time.
        room: tokens of prompt that the context can hold.
        alone: whether no other request waits.
        least: the characters without which a summary is of no use, from the characters that are
            known (`needed`).
    """
    enough = max(readable, WORTH_TRYING) if alone else readable
    if length.total <= room and length.unread <= enough:
        return Reading(length.unread)
    known = max(0, min(length.total - length.unread, room) - length.empty)
    worth = LEAST_WORTH
    if least is not None:
        # What is known may fill the context: it gives way to the ending.
        for _ in range(2):
            characters = least(int(known / length.per_character))
            tokens = math.ceil(characters * length.per_character)
            worth = max(LEAST_WORTH, min(tokens, length.total - length.empty))
            left = max(0, room - length.empty - worth)
            if known <= left:
                break
            known = left
    keep = min(readable - ASK_TOKENS, room - length.empty - known)
    if keep < worth:
        if not alone:
            return None
        # Trying costs nothing then, and a speed that was measured in a bad moment can only be
        # corrected by work.
        keep = worth
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
        ends: whether the request and the settlement are in it.
    """

    text: str
    characters_used: int
    ends: bool = True


def needed(utterances: Sequence[Utterance], known: int = 0) -> int:
    """Return the fewest characters with which `shorten` keeps the request and the settlement."""
    asked, settled = _ends(utterances)
    size = excerpts.least(utterances, settled)
    if asked.utterance >= excerpts.whole_within(utterances, known):
        size += excerpts.least(utterances, asked)
    return size + 2 * (len(GAP) + 1) + 1


def shorten(utterances: Sequence[Utterance], total: int, keep: int, known: int = 0) -> Shortened:
    """Keep the opening and the ending and drop the middle, at utterance boundaries.

    Where the opening does not reach the request, it begins with the request instead, and where the
    ending does not reach back to the settlement, it ends with the settlement: greetings, checks of
    identity and closing courtesies go before them, and what fits of the call's end comes after
    them. If not even their utterance fits, it is cut between words.

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
    asked, settled = _ends(utterances)
    head = excerpts.whole_within(utterances, known)
    chosen = [excerpts.excerpt(utterances, 0, head)] if head else []
    room = max(2, keep - (len(GAP) + 1) * (2 if head else 1) - 1)
    if not head and not asked.utterance:
        room += known  # what was read of the first utterance, which comes first again
    if asked.utterance >= head:
        least, own = (excerpts.least(utterances, end) for end in (settled, asked))
        if least + own > room:
            own = room // 2
        share = min(max(int(room * (1 - OPENING_SHARE)), least), room - own)
        begin = max(head, min(1, len(utterances) - 1))
        ending = excerpts.ending(utterances, begin, settled, share)
        chosen.append(excerpts.opening(utterances, head, ending.first, asked, room - ending.size))
    elif settled.utterance >= head:
        ending = excerpts.ending(utterances, head, settled, room)
    else:  # both were read before: whatever else of the ending fits
        fits = excerpts.whole_within(utterances[head:][::-1], room)
        ending = excerpts.excerpt(utterances, len(utterances) - fits, len(utterances))
    chosen.append(ending)
    chosen = [piece for piece in chosen if piece.text]
    # A settlement that comes early leaves room: the end of the call may tell of another matter.
    read = len(excerpts.joined(chosen, len(utterances))) - (chosen[0].size if head else 0)
    behind = utterances[chosen[-1].last if chosen else len(utterances) :]
    if fits := excerpts.whole_within(behind[::-1], keep - read - len(GAP) - 2):
        chosen.append(excerpts.excerpt(utterances, len(utterances) - fits, len(utterances)))
    held = [any(piece.holds(end) for piece in chosen) for end in (asked, settled)]
    return Shortened(
        excerpts.joined(chosen, len(utterances)),
        min(total, max(1, sum(piece.used for piece in chosen))),
        all(held),
    )


def _ends(utterances: Sequence[Utterance]) -> tuple[Sentence, Sentence]:
    """Return what must be read: the request, and the settlement or the last that was said."""
    last = len(utterances) - 1
    request = landmarks.request(utterances)
    asked = request or sentence.whole(utterances, 0)
    settled = landmarks.settlement(utterances, request)
    if settled is None or settled.utterance <= asked.utterance < last:
        settled = sentence.last_said(utterances)
    if settled.utterance < asked.utterance:
        settled = sentence.whole(utterances, last)
    if settled.utterance == asked.utterance:
        asked = settled = sentence.spanning(utterances, asked, settled)
    return asked, settled


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
        while end < len(utterances) and (
            end == start or used + excerpts.size(utterances[end]) <= size
        ):
            used += excerpts.size(utterances[end])
            end += 1
        found.append(render(utterances[start:end]))
        if end == len(utterances):
            break
        back, again = end, 0
        while back - 1 > start and again < overlap:
            back -= 1
            again += excerpts.size(utterances[back])
        start = back
    return found
