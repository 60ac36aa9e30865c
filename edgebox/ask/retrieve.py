"""Finds the utterances of a call that a question is about, without a model.

BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009) over
the stems of each utterance and, because Korean is spaced and inflected at will, over its pairs of
characters. An answer rarely repeats the words of the question before it, so an utterance also
counts for its neighbours. What the question asks for (a sum, a day, a number to call) decides
between utterances about the same thing.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from edgebox.ask.wanted import question_words, said_as, wants
from edgebox.language.korean import numbers_in
from edgebox.language.number import provided, supports
from edgebox.language.words import content_words, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgebox.ask.wanted import Wanted
    from edgebox.language.number import Number
    from edgebox.reading.call import Utterance

MOST: Final = 5
"""Utterances that a person looks through."""

_K1: Final = 1.2
_B: Final = 0.75
"""The usual constants of BM25."""
_PAIRS: Final = 0.5
"""What a pair of characters counts beside a stem."""
_AROUND: Final = {-2: 0.1, -1: 0.25, 1: 0.5, 2: 0.3, 3: 0.2, 4: 0.1}
"""Of an utterance's score, what the ones before and behind it get: an answer follows its question,
and a topic that was named once is spoken of for a while."""
_CANDIDATES: Final = 40
"""Utterances whose numbers are read."""
_NUMBER: Final = 2.0
"""What a number of the question is worth in an utterance, in scores of the best word."""
_KIND: Final = 0.6
"""What a number of the kind that is asked for adds, as a share of the best score."""
_SPEAKER: Final = 0.2
"""What the speaker who is asked about adds, as a share."""
_WORTH: Final = 0.35
"""Of the best score, what another utterance needs to be shown."""


@dataclass(frozen=True, slots=True)
class Found:
    """An utterance that a question is about.

    Attributes:
        place: its number among the utterances that were searched.
        score: comparable only within one search.
    """

    place: int
    score: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, the best first.

    Attributes:
        best: at most `MOST` utterances; none if nothing that the question names is in the call.
        scores: of every utterance, to choose more of them by.
        words: the question's words that say something.
        held: those of them that the call holds, as they are or in other words.
    """

    best: tuple[Found, ...]
    scores: tuple[float, ...]
    words: frozenset[str]
    held: frozenset[str]


class Index:
    """The utterances of one call, to be searched.

    Args:
        said: the utterances of people, in order.
    """

    def __init__(self, said: Sequence[Utterance]) -> None:
        self.said = said
        self._squeezed = [squeeze(one.text).casefold() for one in said]
        self._stems = _Field([Counter(content_words(one.text)) for one in said])
        self._pairs = _Field([Counter(_pairs(text)) for text in self._squeezed])

    def search(self, question: str) -> Findings:
        """Return the utterances that a question is about."""
        words = question_words(question)
        base = [0.0] * len(self.said)
        held = set()
        for word in words:
            of_word = self._of_word([(word, 1.0), *said_as(word)])
            if of_word:
                held.add(word)
            for place, score in of_word.items():
                base[place] += score
        top = max(base, default=0.0)
        numbers = [n for n in numbers_in(question) if not n.relative]
        scores = self._with_neighbours(base)
        wanted = wants(question)
        self._weigh(wanted, numbers, scores, top or 1.0)
        best = heapq.nlargest(MOST, range(len(scores)), scores.__getitem__)
        # A question without a telling word (얼마래?) is about any sum.
        found = top > 0 or not words or any(self._is_meant(p, numbers, wanted) for p in best)
        least = _WORTH * scores[best[0]] if best else 0.0
        return Findings(
            tuple(Found(p, scores[p]) for p in best if found and scores[p] >= least > 0),
            tuple(scores),
            frozenset(words),
            frozenset(held),
        )

    def _of_word(self, forms: Iterable[tuple[str, float]]) -> dict[int, float]:
        """Return what each utterance scores for a word: by its best form, not by their sum."""
        best: dict[int, float] = {}
        for form, degree in forms:
            found = dict(self._stems.scores(form))
            for pair in _pairs(form):
                for place, score in self._pairs.scores(pair):
                    found[place] = found.get(place, 0.0) + _PAIRS * score
            for place, score in found.items():
                # Half of a word's pairs is chance: 환불 and 불편 share one.
                if form in self._squeezed[place] or self._stems.has(form, place):
                    best[place] = max(best.get(place, 0.0), degree * score)
        return best

    def _with_neighbours(self, base: list[float]) -> list[float]:
        scores = list(base)
        for place, score in enumerate(base):
            if score:
                for distance, share in _AROUND.items():
                    if 0 <= place + distance < len(base):
                        scores[place + distance] += share * score
        return scores

    def _weigh(
        self, wanted: Wanted, numbers: list[Number], scores: list[float], top: float
    ) -> None:
        """Add what the question asks for, of the utterances that may be meant."""
        for place in heapq.nlargest(_CANDIDATES, range(len(scores)), scores.__getitem__):
            one = self.said[place]
            score = scores[place]
            if wanted.kinds or numbers:
                read = numbers_in(one.text)
                if any(number.kind in wanted.kinds for number in read):
                    score += _KIND * top
                provides = provided(read)
                score += _NUMBER * top * sum(supports(provides, number) for number in numbers)
            if any(pattern.search(one.text) for pattern in wanted.patterns):
                score += _KIND * top
            if wanted.speaker == one.speaker:
                score += _SPEAKER * score
            scores[place] = score

    def _is_meant(self, place: int, numbers: list[Number], wanted: Wanted) -> bool:
        """Whether an utterance has a number of the question, or the address or name it asks for."""
        text = self.said[place].text
        if any(pattern.search(text) for pattern in wanted.patterns):
            return True
        provides = provided(numbers_in(text))
        return any(supports(provides, number) for number in numbers)


class _Field:
    """The terms of every utterance, for BM25."""

    def __init__(self, counts: list[Counter[str]]) -> None:
        self._lengths = [sum(count.values()) for count in counts]
        self._mean = max(1.0, sum(self._lengths) / max(1, len(counts)))
        self._where: dict[str, list[tuple[int, int]]] = {}
        for place, count in enumerate(counts):
            for term, times in count.items():
                self._where.setdefault(term, []).append((place, times))

    def has(self, term: str, place: int) -> bool:
        return any(place == where for where, _ in self._where.get(term, ()))

    def scores(self, term: str) -> list[tuple[int, float]]:
        where = self._where.get(term, [])
        total = len(self._lengths)
        rarity = math.log1p((total - len(where) + 0.5) / (len(where) + 0.5))
        return [
            (
                place,
                rarity
                * times
                * (_K1 + 1)
                / (times + _K1 * (1 - _B + _B * self._lengths[place] / self._mean)),
            )
            for place, times in where
        ]


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]
