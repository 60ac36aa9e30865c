"""Excerpts of a transcript: neighbouring utterances, or a part of one that is cut between words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from edgebox.reading.call import Utterance, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.language.sentence import Sentence

LONGEST_CUT: Final = 160
"""Characters of a request or a settlement from which a part of it is enough."""

GAP: Final = "(중간 생략)"
"""Marks where utterances were left out, so that the model does not join the two ends."""

_WORD: Final = 20
"""Characters that a cut between words may lose."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Neighbouring utterances, or a part of one.

    Attributes:
        text: canonical form.
        used: characters of the original.
        first: index of the first utterance.
        last: index behind the last one.
        part: where it is a part of one utterance, the offsets in its text.
    """

    text: str
    used: int
    first: int
    last: int
    part: tuple[int, int] | None = None

    @property
    def size(self) -> int:
        return len(self.text) + 1 if self.text else 0

    def holds(self, sentence: Sentence) -> bool:
        """Return whether the sentence is in it, or as much of it as is enough."""
        if not self.first <= sentence.utterance < self.last:
            return False
        if self.part is None:
            return True
        start, end = self.part
        common = min(end, sentence.end) - max(start, sentence.start)
        return common >= min(sentence.end - sentence.start, LONGEST_CUT - _WORD)


def least(utterances: Sequence[Utterance], sentence: Sentence) -> int:
    """Return the characters that a sentence takes with its label."""
    label = size(utterances[sentence.utterance]) - len(utterances[sentence.utterance].text)
    return label + min(sentence.end - sentence.start, LONGEST_CUT)


def whole_within(utterances: Sequence[Utterance], known: int) -> int:
    """Return how many of the first utterances fit in ``known`` characters."""
    count = 0
    for utterance in utterances:
        known -= size(utterance)
        if known < 0:
            break
        count += 1
    return count


def opening(
    utterances: Sequence[Utterance], begin: int, end: int, asked: Sentence, room: int
) -> Excerpt:
    """Return the utterances from ``begin`` on that fit, or from the request on."""
    for first in dict.fromkeys((begin, asked.utterance)):
        last = first + whole_within(utterances[first:end], room)
        if last > asked.utterance:
            return excerpt(utterances, first, last)
    if asked.utterance >= end:
        return Excerpt("", 0, begin, begin)
    return _part(utterances, asked, room)


def ending(utterances: Sequence[Utterance], begin: int, settled: Sentence, room: int) -> Excerpt:
    """Return the last utterances that fit, or the last up to the settlement."""
    for last in dict.fromkeys((len(utterances), settled.utterance + 1)):
        first = last - whole_within(utterances[begin:last][::-1], room)
        if first <= settled.utterance < last:
            return excerpt(utterances, first, last)
    return _part(utterances, settled, room)


def excerpt(utterances: Sequence[Utterance], first: int, last: int) -> Excerpt:
    """Return the utterances from ``first`` to before ``last``."""
    following = utterances[last].start if last < len(utterances) else utterances[-1].end
    used = following - utterances[first].start if last > first else 0
    return Excerpt(render(utterances[first:last]), used, first, last)


def _part(utterances: Sequence[Utterance], sentence: Sentence, room: int) -> Excerpt:
    """Return as much of an utterance as fits, from the sentence on, cut between words."""
    utterance = utterances[sentence.utterance]
    label = render([utterance])[: -len(utterance.text)]
    room = max(1, room - len(label) - 1)
    start = sentence.start if sentence.end > room else 0
    end = min(len(utterance.text), start + room)
    if end < len(utterance.text) and not utterance.text[end].isspace():
        space = utterance.text.rfind(" ", start + 1, end)
        end = space if space > 0 else end
    text = utterance.text[start:end].strip()
    place = sentence.utterance
    return Excerpt(label + text, len(text), place, place + 1, (start, end))


def joined(excerpts: Sequence[Excerpt], count: int) -> str:
    """Return the excerpts one after the other, with GAP where something was left out."""
    lines = [excerpts[0].text] if excerpts else []
    for one, other in pairwise(excerpts):
        if one.last < other.first or one.part or other.part:
            lines.append(GAP)
        lines.append(other.text)
    if GAP not in lines:
        ends = excerpts and excerpts[-1].last == count and not excerpts[-1].part
        lines.insert(0 if ends else len(lines), GAP)
    return "\n".join(lines)


def size(utterance: Utterance) -> int:
    """Return the characters of an utterance's line in the canonical form, with the line's end."""
    return len(render([utterance])) + 1
