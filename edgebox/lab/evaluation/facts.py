"""Whether an answer states a fact, in any of the forms that a case accepts.

Numbers, dates, times and codes are compared as values: 십이만 원 states 12만, and 15일 does not
state 5일. A form of several words is also stated by a sentence that holds its words, if both or
neither are negated. Every other form must be in the answer as it is written, white space and case
aside.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from edgebox.language.korean import numbers_in
from edgebox.language.numerals import MULTIPLIERS
from edgebox.language.words import content_words, squeeze
from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.language.number import Number

# What may stand beside the numbers of a form that is a value and nothing else.
_BESIDE_NUMBERS: Final = re.compile(
    r"(?:[\s~∼\-–—,.·:()/→]|에서|부터|까지|으로|로|에|쯤|경|이내|약|총|정도|전|뒤|후)*"
)
_DIGITS: Final = frozenset("0123456789")
_BARE: Final = _DIGITS | frozenset(MULTIPLIERS)
_FIGURE_OF: Final = frozenset({"amount", "count", "percent", "code", "phone", "plain"})
"""What figures without a unit may mean. A day or an hour is written with its unit."""

_UNIT_OF: Final = re.compile(r"[^\W\d_]+$")
_SAME_UNIT: Final = {
    "gb": "기가", "기가바이트": "기가", "mb": "메가", "메가바이트": "메가", "cm": "센티",
    "센티미터": "센티", "m": "미터", "kg": "킬로", "킬로그램": "킬로", "km": "킬로",
    "킬로미터": "킬로", "g": "그램", "살": "세", "명": "사람", "인": "사람", "군데": "곳",
    "회": "번", "차례": "번", "건": "개", "가지": "개", "박스": "상자",
}  # fmt: skip

# Between a word and its negation: 환불은 (하지) 않는다, 환불해 (드릴 수) 없다.
_BETWEEN_LISTED: Final = """
    하지 하지는 하지도 되지 되지는 되지도 해드리지 드리지 받지 할 될 해 줄 드릴 받을 수 수는 수가
    수도 처리 진행 신청
"""
_NOT_LISTED: Final = "되 돼 됨 됐 된 됩 될 하 해 한 함 합 했"
_BETWEEN: Final = "|".join(_BETWEEN_LISTED.split())
NEGATION: Final = (
    r"않|없(?!이는)|못|불가|어렵|어려[우운울워]|거절|거부|안(?= |$)"
    rf"|안 ?(?:{'|'.join(_NOT_LISTED.split())})"
)
_NEGATED: Final = re.compile(rf"[가-힣]{{0,4}}? ?(?:(?:{_BETWEEN}) ?){{0,4}}(?:{NEGATION})")
_NEGATED_BEFORE: Final = re.compile(r"(?:^|\s)(?:안|못) ?$")
_NEGATIVE_WORD: Final = re.compile(r"불가|거절|거부|못하|않|없|어렵|어려")


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer with its numbers, each read once."""

    text: str

    @cached_property
    def numbers(self) -> list[Number]:
        return numbers_in(self.text)

    @cached_property
    def lower(self) -> str:
        return self.text.lower()


class Answer:
    """An answer as facts are looked up in it.

    Args:
        pieces: its fields, one text each. No form is put together from two.
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        texts = [composed(piece) for piece in pieces]
        self._plain = [squeeze(text).lower() for text in texts]
        self._sentences = [Sentence(text[a:b]) for text in texts for a, b in split_sentences(text)]

    def states(self, form: str, *, reworded: bool = True) -> bool:
        """Return whether the answer states a form.

        Args:
            form: a value, a word or a few words.
            reworded: a sentence that holds the form's words in other endings is enough.
        """
        wanted = _form(composed(form))
        if wanted.is_value:
            return any(_states_numbers(one, wanted) for one in self._sentences)
        if any(_holds(text, wanted.plain) for text in self._plain):
            return True
        return reworded and any(_says(one, wanted) for one in self._sentences)


@dataclass(frozen=True)
class _Form:
    """A form of a fact, read once.

    Attributes:
        plain: without white space.
        words: its content words outside numbers, without those that negate.
        is_value: it is numbers and nothing else.
    """

    text: str
    plain: str
    numbers: tuple[Number, ...]
    words: tuple[str, ...]
    is_value: bool
    negated: bool


@lru_cache(maxsize=20_000)
def _form(text: str) -> _Form:
    numbers = tuple(numbers_in(text))
    rest, at = [], 0
    for number in numbers:
        rest.append(text[at : number.start])
        at = number.end
    outside = " ".join([*rest, text[at:]])
    words = tuple(word for word in content_words(outside) if not _NEGATIVE_WORD.match(word))
    return _Form(
        text=text,
        plain=squeeze(text).lower(),
        numbers=numbers,
        words=words,
        is_value=bool(numbers) and _BESIDE_NUMBERS.fullmatch(outside) is not None,
        negated=any(_is_negated(text.lower(), word) for word in words),
    )


def _holds(text: str, form: str) -> bool:
    """Whether a text holds a form that does not begin or end inside a number."""
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        inside = form[0] in _DIGITS and re.search(r"\d[.,]?$", text[max(0, at - 2) : at])
        inside = inside or (form[-1] in _DIGITS and re.match(r"[.,]?\d", text[end : end + 2]))
        if not inside:
            return True
        at = text.find(form, at + 1)
    return False


def _states_numbers(sentence: Sentence, form: _Form) -> bool:
    return all(
        any(_bears_out(sentence.text, one, form.text, wanted) for one in sentence.numbers)
        for wanted in form.numbers
    )


def _bears_out(text: str, stated: Number, form: str, wanted: Number) -> bool:
    """Whether a stated number is the wanted one, or says more: 9월 20일 bears out 20일."""
    needed = {value for value in wanted.requires if not value.startswith("#")}
    exact = not needed.isdisjoint(stated.provides)
    if _bare(form, wanted):
        figure = f"#{wanted.value}" in stated.provides and stated.kind in _FIGURE_OF
        return (exact and stated.kind in _FIGURE_OF) or (figure and wanted.kind == "plain")
    if not exact:
        return False
    if stated.kind == wanted.kind:
        return _unit(text, stated) in {"", _unit(form, wanted)} or not _unit(form, wanted)
    # A day of the month: the form has the day alone, or the answer has figures without a unit.
    return (stated.kind == "date" and wanted.value.endswith("d")) or _bare(text, stated)


def _bare(text: str, number: Number) -> bool:
    """Whether a number is written without a unit: 120,000 and 12만."""
    return number.kind in {"plain", "count"} and text[number.end - 1] in _BARE


def _unit(text: str, number: Number) -> str:
    """Return the unit of a plain count as it is compared, or "" where it is known or spoken."""
    if number.kind != "count" or not number.value.replace(".", "").isdigit():
        return ""
    match = _UNIT_OF.search(text[number.start : number.end].lower())
    unit = match[0].lstrip("".join(MULTIPLIERS)) if match else ""
    written = match is not None and match.start() > 0
    return _SAME_UNIT.get(unit, unit) if written else ""


def _says(sentence: Sentence, form: _Form) -> bool:
    """Whether a sentence holds all words and numbers of a form, and is negated as it is.

    One word alone says too little in another form: 위약금 is in every sentence about one.
    """
    if len(form.words) + len(form.numbers) + form.negated < 2 or not form.words:
        return False
    if not all(word in sentence.lower for word in form.words):
        return False
    if not _states_numbers(sentence, form):
        return False
    return any(_is_negated(sentence.lower, word) for word in form.words) is form.negated


def _is_negated(text: str, word: str) -> bool:
    """Whether one of the places of a word in a text is negated."""
    places = _places(text, word)
    return any(
        _NEGATED.match(text, at + len(word)) or _NEGATED_BEFORE.search(text[max(0, at - 4) : at])
        for at in places
    )


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def composed(text: str) -> str:
    """Return a text as it is compared: NFC, each run of white space one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())
