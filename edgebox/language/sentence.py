"""A sentence of a call and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from edgebox.language import acts
from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.reading.call import Utterance

EDGE: Final = 8_000
"""Characters looked at, at each end of a call: more would only cost time."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a call.

    Attributes:
        utterance: index of its utterance.
        start: offset in the utterance's text, behind fillers.
        end: offset behind its last character.
        text: what is between them.
    """

    utterance: int
    start: int
    end: int
    text: str


def sentences_of(utterances: Sequence[Utterance], *, backwards: bool = False) -> Iterator[Sentence]:
    """Yield the sentences of one end that say something, without leading fillers."""
    order = range(len(utterances))
    size = 0
    for index in reversed(order) if backwards else order:
        text = utterances[index].text
        size += len(text)
        if size > EDGE:
            return
        spans = split_sentences(text)
        for start, end in spans[::-1] if backwards else spans:
            if acts.is_substance(text[start:end]):
                said = acts.without_fillers(text[start:end])
                begin = text.rindex(said, start, end)
                yield Sentence(index, begin, begin + len(said), said)


def whole(utterances: Sequence[Utterance], place: int) -> Sentence:
    """Return an utterance as one sentence."""
    text = utterances[place].text
    return Sentence(place, 0, len(text), text)


def spanning(utterances: Sequence[Utterance], one: Sentence, other: Sentence) -> Sentence:
    """Return what stands from one sentence to another of the same utterance, inclusive."""
    start, end = min(one.start, other.start), max(one.end, other.end)
    return Sentence(one.utterance, start, end, utterances[one.utterance].text[start:end])


def last_said(utterances: Sequence[Utterance]) -> Sentence:
    """Return the last sentence that says something, else the last utterance."""
    last = next(sentences_of(utterances, backwards=True), None)
    return last or whole(utterances, len(utterances) - 1)
