"""The two sides of a score: a call as it was read and an analysis, with their numbers and words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.ages import ages_in
from edgebox.language.agreement import PEOPLE, agrees, counter_of
from edgebox.language.counters import LOOSE_COUNT
from edgebox.language.dates import is_placeholder
from edgebox.language.days import on_the_call
from edgebox.language.halves import with_halves
from edgebox.language.korean import numbers_in
from edgebox.language.landmarks import request, settlement
from edgebox.language.lettered import has_another_letter
from edgebox.language.number import provided, quantity
from edgebox.language.paraphrase import paraphrases
from edgebox.language.possible import possible_numbers
from edgebox.language.ratios import with_ratios
from edgebox.language.vocabulary import Vocabulary
from edgebox.language.words import bigrams, content_words, squeeze

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from edgebox.language.number import Number
    from edgebox.reading.call import Call
    from edgebox.scoring.types import Analysis

_TAIL: Final = 0.4
"""Of a transcript's characters, the last part, where the outcome is."""


_DIGIT: Final = re.compile(r"[0-9]")
_SOME_DAY: Final = re.compile(
    r".{0,3}?(?:(?:오늘|당일|이날) ?하루|하루 ?(?:전|종일|빨리|일찍|늦|앞두))"
)
"""출발 하루 전 may have been said as twenty-four hours, and 오늘 하루 is today."""

_MONTHS_WORTH: Final = re.compile(r" ?[치분](?![가-힣])")
"""한 달 치 may have been said as 2월분."""

_PARTICLE: Final = re.compile(
    r"(?:이?(?:고|며|라고|라며|라는|라|던|나|에요|었고|었던)|에서는?|까지는?|부터는?|으?로|[을를이가은는의에도만과와인대]"
    r"|씩|짜리|정도|쯤|입니다|예요)(?![가-힣])"
)
"""What is written to a number: no word of its own."""


_BUSINESS_DAYS: Final = re.compile(
    r"(?<![가-힣0-9.,])([0-9]{1,2}|[이삼사오육칠팔구]?십[일이삼사오육칠팔구]?|[일이삼사오육칠팔구])"
    r" ?(?:영업|근무)일"
)


_SLOTS: Final = re.compile(r"시간대$")
"""두 시간대: several times to choose from, and no two hours."""


class Text:
    """A text with its numbers, words and letters, each read once."""

    def __init__(self, text: str, on: dt.date | None = None) -> None:
        self.text = text
        self.on = on

    @cached_property
    def numbers(self) -> list[Number]:
        return numbers_in(self.text, self.on)

    @cached_property
    def claims(self) -> list[Number]:
        """The numbers that are specific enough to check."""
        business = business_days(self.text)
        figures = {one.start for one in business}
        single = [
            one
            for one in self.numbers
            if one.start not in figures and telling(one) and not is_loose(self.text, one)
        ]
        return with_ratios(self.text, sorted([*single, *business], key=lambda one: one.start))

    @cached_property
    def provides(self) -> frozenset[str]:
        return provided(self.said)

    @cached_property
    def said(self) -> list[Number]:
        """The numbers that the text bears out."""
        return self.numbers

    @cached_property
    def counters(self) -> dict[str, set[str]]:
        """The counters with which the text has each value, "" where it has none that is known."""
        found: dict[str, set[str]] = {}
        known: dict[tuple[str, int], str] = {}
        for number in self.said:
            counter = counter_of(self.text, number)
            for value in number.provides:
                # The same figures may be read once more, without their counter.
                place = (value, number.start)
                known[place] = known.get(place) or counter
        for (value, _), counter in known.items():
            found.setdefault(value, set()).add(counter)
        return found

    def bears_out(self, number: Number, text: str) -> bool:
        """Return whether the text supports a number of another text, its counter included."""
        values = number.requires & self.provides
        if number.kind == "code" and has_another_letter(number, self.said):
            return False
        written = counter_of(text, number)
        said = set().union(*(self.counters.get(value, ()) for value in values))
        return agrees(said, written) if values else self._are_people(number, written)

    def _are_people(self, number: Number, written: str) -> bool:
        """Return whether 12분 are people that the text names, and no minutes, or 12명 its 12분."""
        if written == "분":
            return not PEOPLE.isdisjoint(self.counters.get(number.value.removesuffix("min"), ()))
        return written in PEOPLE and "분" in self.counters.get(f"{number.value}min", ())

    @cached_property
    def words(self) -> Counter[str]:
        """Content words outside numbers."""
        parts, pos = [], 0
        for number in self.numbers:
            parts.append(self.text[pos : number.start])
            particle = _PARTICLE.match(self.text, number.end)
            pos = particle.end() if particle else number.end
        return Counter(content_words(" ".join([*parts, self.text[pos:]])))

    @cached_property
    def squeezed(self) -> str:
        return squeeze(self.text).casefold()

    @cached_property
    def bigrams(self) -> set[str]:
        return bigrams(self.text.casefold())

    def holds(self, word: str) -> float:
        """Return 1 if the text holds the word, else the share of its character pairs that it holds.

        Compounds are written together or apart at will (방문수리, 방문 수리), and endings differ.
        """
        if word in self.squeezed:
            return 1.0
        if len(word) < 2:
            return 0.0
        pairs = [word[i : i + 2] for i in range(len(word) - 1)]
        return sum(pair in self.bigrams for pair in pairs) / len(pairs)


class Heard(Text):
    """A text that was spoken: it bears out too what a word of it may be."""

    @cached_property
    def said(self) -> list[Number]:
        possible, business = possible_numbers(self.text), business_days(self.text)
        if self.on is None or is_placeholder(self.on):
            return with_halves(self.text, [*self.numbers, *possible, *business])
        dated = (on_the_call(self.text, one, self.on) for one in possible)
        found = with_halves(self.text, [*self.numbers, *dated, *business])
        return [*found, *ages_in(found, self.on.year)]


class Source(Heard):
    """What people said in a call: whole, by speaker, and its last part.

    Args:
        call: as it was read.
        on: the date of the call, with which 내일 is a date.
    """

    def __init__(self, call: Call, on: dt.date | None = None) -> None:
        self.call = call
        utterances = call.said
        lines = [unicodedata.normalize("NFKC", one.text) for one in utterances]
        super().__init__("\n".join(lines), on)
        by = {
            speaker: "\n".join(
                line for one, line in zip(utterances, lines, strict=True) if one.speaker == speaker
            )
            for speaker in ("customer", "agent")
        }
        self.attributed = bool(by["customer"] and by["agent"])
        self.customer, self.agent = Text(by["customer"], on), Text(by["agent"], on)
        least = min(len(self.text), max(120, int(len(self.text) * _TAIL)))
        self.tail = Text(self.text[len(self.text) - least :], on)
        asked = request(utterances)
        landmarks = (asked, settlement(utterances, asked))
        self.key = Text("\n".join(one.text for one in landmarks if one), on)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the call."""
        return Vocabulary(self.text, self.squeezed)


class Said:
    """An analysis, field by field. ``other_words`` are how a caller may have said its words."""

    def __init__(self, analysis: Analysis, on: dt.date | None = None) -> None:
        summary, titles = analysis.summary, analysis.titles
        self.customer, self.agent, self.result = (
            Text(unicodedata.normalize("NFKC", text), on)
            for text in (summary.customer, summary.agent, summary.result)
        )
        self.fields = (self.customer, self.agent, self.result)
        self.keywords = _uncut([unicodedata.normalize("NFKC", one) for one in analysis.keywords])
        self.title = unicodedata.normalize("NFKC", titles.keyword)
        self.descriptive = Text(unicodedata.normalize("NFKC", titles.descriptive), on)
        listed = (*self.keywords, self.title.replace("_", " "))
        self.texts = tuple(f.text for f in (*self.fields, self.descriptive)) + listed
        self.whole = Text("\n".join(self.texts), on)
        self.other_words = {
            form for word in self.whole.words for form in paraphrases(word) if len(form) > 1
        }
        self.prose = Text("\n".join(field.text for field in self.fields), on)


def _uncut(keywords: Sequence[str]) -> list[str]:
    """Return keywords with a figure whole that was cut at its comma: 출장비 11 and 000원."""
    found: list[str] = []
    for word in keywords:
        if found and _CUT.search(found[-1]) and _REST.match(word):
            found[-1] = f"{found[-1]},{word}"
        else:
            found.append(word)
    return found


_CUT: Final = re.compile(r"(?<![0-9])[0-9]{1,3}(?:,[0-9]{3})*$")
_REST: Final = re.compile(r"[0-9]{3}(?![0-9])")


def business_days(text: str) -> list[Number]:
    """Return 삼 영업일 as three days, which may also be told as 영업일 기준 3일."""
    return [
        quantity(numerals.stops(match[1], 0)[-1].value, "day", match.start(), match.end())
        for match in _BUSINESS_DAYS.finditer(text)
    ]


def telling(number: Number) -> bool:
    """Whether a number is specific enough to check: 0, 1 and bare single digits are not."""
    small = number.kind == "plain" and len(number.value) < 2
    return not small and number.value not in {"0", "1"}


def is_loose(text: str, number: Number) -> bool:
    """Whether a number is one of 두 사람, 3곳, 4가지: a summary counts what the call only names."""
    if LOOSE_COUNT.fullmatch(text, number.start, number.end) or _SLOTS.search(
        text, number.start, number.end + 1
    ):
        return True
    spelt = not _DIGIT.search(text, number.start, number.end)
    if spelt and number.value == "1m" and _MONTHS_WORTH.match(text, number.end):
        return True
    if spelt and number.value == "1d":
        return _SOME_DAY.match(text, max(0, number.start - 3)) is not None
    return spelt and number.kind == "count" and len(number.value) == 1


def mean(values: Iterable[float]) -> float:
    """Return the average, or 0 of no values."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
