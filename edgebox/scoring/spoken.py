"""A call's spoken clauses, with an index of where each word and number is."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.number import CODES, same_kind, supports
from edgebox.language.paraphrase import paraphrases
from edgebox.language.syllables import begun_like
from edgebox.language.words import squeeze
from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number
    from edgebox.reading.call import Call, Utterance
    from edgebox.scoring.evidence import Source


class Piece(NamedTuple):
    """A spoken clause.

    Attributes:
        utterance: its number among the utterances of people.
        start: of the clause in `Spoken.text`.
        end: behind it.
    """

    utterance: int
    start: int
    end: int


class Spoken:
    """A call's spoken clauses, with an index of where each word and number is.

    Args:
        source: the text of the call and its numbers.
        call: as it was read.
    """

    def __init__(self, source: Source, call: Call) -> None:
        self.places = [
            place for place, one in enumerate(call.utterances) if one.speaker != "system"
        ]
        self.utterances: list[Utterance] = call.said
        self.text = source.text
        self.pieces: list[Piece] = list(_pieces(self.text))
        self._starts = [piece.start for piece in self.pieces]
        of = [piece.utterance for piece in self.pieces]
        self._bounds = [bisect_left(of, number) for number in range(len(self.utterances) + 1)]
        squeezed = [squeeze(self.text[p.start : p.end]).casefold() for p in self.pieces]
        self.squeezed = squeezed
        self._joined = "\n".join(squeezed)
        self._offsets: list[int] = []
        at = 0
        for one in squeezed:
            self._offsets.append(at)
            at += len(one) + 1
        self.numbers: list[tuple[Number, int]] = [
            (number, self.piece_at(number.start)) for number in source.numbers
        ]
        self._kinds: dict[int, set[tuple[str, str]]] = {}
        for number, piece in self.numbers:
            self._kinds.setdefault(piece, set()).add((number.kind, number.value))
        self._numbers_in: dict[int, list[Number]] = {}
        for number, piece in self.numbers:
            self._numbers_in.setdefault(piece, []).append(number)
        self._numbers_of: dict[int, list[tuple[Number, int]]] = {}
        for number, piece in self.numbers:
            self._numbers_of.setdefault(of[piece], []).append((number, piece))
        self._providing: dict[str, list[int]] = {}
        for place, (number, _) in enumerate(self.numbers):
            for form in number.provides:
                self._providing.setdefault(form, []).append(place)
        self._found: dict[str, dict[int, float]] = {}

    def piece_at(self, offset: int) -> int:
        """Return the number of the clause at an offset of `text`."""
        return bisect_right(self._starts, offset) - 1

    def text_of(self, piece: int) -> str:
        """Return a clause as it was said."""
        _, start, end = self.pieces[piece]
        return self.text[start:end]

    def speaker_of(self, piece: int) -> str:
        """Return who said a clause."""
        return self.utterances[self.pieces[piece].utterance].speaker

    def where(self, word: str) -> dict[int, float]:
        """Return the clauses that hold a stem, with how surely: 1 as it is, less in other words."""
        found = self._found.get(word)
        if found is None:
            found = self._found[word] = self._search(word)
        return found

    def _search(self, word: str) -> dict[int, float]:
        found: dict[int, float] = {}
        for form, degree in _forms(word):
            at = self._joined.find(form)
            while at >= 0:
                piece = bisect_right(self._offsets, at) - 1
                found[piece] = max(degree, found.get(piece, 0.0))
                # One hit in a clause is enough.
                after = self._offsets[piece] + len(self.squeezed[piece])
                at = self._joined.find(form, after)
        known = max(found.values(), default=0.0) >= _CONJUGATED
        if (not known or _is_verb(word)) and (verb := _conjugated(word)):
            for match in verb.finditer(self._joined):
                piece = bisect_right(self._offsets, match.start()) - 1
                found[piece] = max(_CONJUGATED, found.get(piece, 0.0))
        return found

    def held_in(self, where: dict[int, float], utterance: int) -> float:
        """Return how surely an utterance holds what is in these clauses."""
        if not 0 <= utterance < len(self.utterances):
            return 0.0
        first, end = self._bounds[utterance], self._bounds[utterance + 1]
        return max((where.get(piece, 0.0) for piece in range(first, end)), default=0.0)

    def pieces_of(self, utterance: int) -> range:
        """Return the numbers of an utterance's clauses."""
        return range(self._bounds[utterance], self._bounds[utterance + 1])

    def follows(self, piece: int) -> bool:
        """Return whether another clause of the same utterance follows."""
        after = piece + 1
        return (
            after < len(self.pieces)
            and self.pieces[after].utterance == self.pieces[piece].utterance
        )

    def reach(self, piece: int) -> Iterator[tuple[int, float]]:
        """Yield the clauses that a clause's words also speak for, with how surely.

        They are its neighbours in the utterance and, after a question, the answer's first clause.
        """
        utterance = self.pieces[piece].utterance
        for beside in (piece - 1, piece + 1):
            if 0 <= beside < len(self.pieces) and self.pieces[beside].utterance == utterance:
                yield beside, 0.4
        answer = self._bounds[utterance + 1]
        for after in range(answer, min(answer + 2, len(self.pieces))):
            if self.pieces[after].utterance == utterance + 1:
                yield after, 0.5

    def with_number(self, number: Number) -> list[int]:
        """Return the clauses that hold a number, in order."""
        return [piece for _, piece in self.supporting(number)]

    def supporting(self, number: Number) -> list[tuple[Number, int]]:
        """Return the numbers of the call that support one, in order, with their clauses."""
        places = {place for form in number.requires for place in self._providing.get(form, ())}
        return [self.numbers[place] for place in sorted(places)]

    def numbers_in(self, piece: int) -> list[Number]:
        """Return the numbers of a clause."""
        return self._numbers_in.get(piece, [])

    def numbers_of(self, utterance: int) -> list[tuple[Number, int]]:
        """Return the numbers of an utterance with their clauses."""
        return self._numbers_of.get(utterance, [])

    def has_another(self, piece: int, than: Number) -> bool:
        """Return whether a clause has another number of the same kind."""
        return any(
            (kind == than.kind or {kind, than.kind} == CODES) and value != than.value
            for kind, value in self._kinds.get(piece, ())
        )

    def beside(self, word: str, piece: int, number: Number) -> bool:
        """Return whether a word of a clause stands with another number of the kind, not with this.

        A number belongs to the words before it, back to the last number of its kind, and what
        follows the last one belongs to that.
        """
        _, start, end = self.pieces[piece]
        at = self.text.find(word, start, end)
        if at < 0 or len(self._numbers_in[piece]) > MANY_NUMBERS:
            return False
        alike = [one for one in self._numbers_in[piece] if same_kind(one, number)]
        if any(0 <= at - one.end <= _RIGHT and supports(one.provides, number) for one in alike):
            return False  # 삼십일 공연 두 장
        after = [one for one in alike if one.start >= at]
        of = after[0] if after else alike[-1]
        return not supports(of.provides, number)

    def degree(self, word: str, last: int) -> float:
        """Return how surely the call holds a word behind an offset of `text`."""
        first = self.piece_at(last)
        return max((d for piece, d in self.where(word).items() if piece >= first), default=0.0)

    def rarity(self, word: str) -> float:
        """Return the weight of a word, 0 to 1: the fewer utterances hold it, the more it says."""
        holding = {self.pieces[piece].utterance for piece in self.where(word)}
        return 1 / (1 + math.log1p(len(holding)) / 2)


_RIGHT: Final = 1
"""Characters between a number and the noun that it stands before."""

MANY_NUMBERS: Final = 64
"""A clause with more is a list that is read out: its numbers belong to no word."""

_SPOKEN_CUT: Final = re.compile(
    r"(?:[,;]|(?<=[요다죠])~+|(?<=[가-힣][고며])(?<![다라자냐]고)(?<!그리고)(?<!최고)(?<!광고)(?<!신고)(?<!참고)(?<!사고)(?<!재고)(?<!창고)(?<!냉장고)(?<!중고)(?<!출고)(?<!입고)(?<!금고)"
    r"|(?<=[은는던인한운신]데)|(?<=면)(?<!화면)(?<!전면)(?<!측면)(?<!방면)(?<!감면)(?<!표면)(?<!정면)(?<!도면)(?<!벽면)|(?<=지만)(?<!까지만)|(?<=니까)|(?<=거라)"
    r"|(?<=[아어해여돼려와가라켜춰쳐져워러겨셔내]서)(?<!에서))\s+(?!싶|있[어으는습]|계[시신세]|[나말]|주세|주시)"
)
"""Where speech is cut between two clauses. Hundreds of 만 and nouns in 지 are no ends."""


def _pieces(text: str) -> Iterator[Piece]:
    start = 0
    for number, line in enumerate(text.split("\n")):
        for a, b in split_sentences(line):
            cuts = [a, *(match.end() for match in _SPOKEN_CUT.finditer(line, a, b)), b]
            for begin, end in pairwise(cuts):
                if line[begin:end].strip():
                    yield Piece(number, start + begin, start + end)
        start += len(line) + 1


def _forms(word: str) -> Iterator[tuple[str, float]]:
    """Yield what a word may look like in speech, with how sure each form is."""
    yield word, 1.0
    for other in paraphrases(word):
        yield other, 0.55 if _DENIAL.search(other) else 0.7
    if len(word) >= 3 and word[-1] in _GIVES:
        yield f"{word[:-1]}드", _CONJUGATED
    if len(word) >= 4 and not word.isascii():  # a compound, written apart or without its end
        half = len(word) // 2
        yield word[:half], 0.5
        yield word[half:], 0.5
    if len(word) == 3 and not word.isascii():
        yield word[:2], 0.5
    if len(word) == 2 and word[1] in _VERB_ENDS and word[0] not in _COMMON:
        yield word[0], 0.4


_GIVES: Final = "주줄준줬줘"
"""What an agent says as 드리다: 돌려주기로 is 돌려드릴게요."""

_CONJUGATED: Final = 0.9
"""How surely a verb in another form is the same word."""


def _conjugated(word: str) -> re.Pattern[str] | None:
    """Return a pattern of a stem with another vowel at its end: 바꾸 of 바꿔, 옮겨 of 옮기."""
    last = ord(word[-1]) - _FIRST_SYLLABLE
    if not 2 <= len(word) <= 4 or not 0 <= last < _SYLLABLES:
        return None
    if paraphrases(word) or last % _FINALS not in _OF_STEMS:
        return None  # a noun: 지급 is not said as 지금
    return re.compile(f"{re.escape(word[:-1])}{begun_like(word[-1])}")


def _is_verb(word: str) -> bool:
    """Return whether a stem ends like 옮길 or 옮겼, so that a call may well have another form."""
    last = ord(word[-1]) - _FIRST_SYLLABLE
    common = len(word) == 2 and word[0] in _COMMON
    return not common and 0 <= last < _SYLLABLES and last % _FINALS in _OF_VERBS


_FINALS: Final = 28
_OF_STEMS: Final = (0, 4, 8, 20)
"""No final consonant, ㄴ, ㄹ and ㅆ: how the stem of a verb in a record ends."""
_OF_VERBS: Final = (8, 20)
"""Final consonants ㄹ and ㅆ, by their place in Unicode's order."""

_FIRST_SYLLABLE: Final = 0xAC00
_SYLLABLES: Final = 11_172

_DENIAL: Final = re.compile("[안못없]")
"""In a paraphrase (무상이안 for 유상): its clause denies, and the word does not."""

_VERB_ENDS: Final = frozenset("지고어아다며기는은던")
_COMMON: Final = frozenset("가나다라마바사아자하이오보되있없주그저네예한두세시일안못더또")
"""Syllables of any sentence: as the stem of a verb they tell nothing."""
