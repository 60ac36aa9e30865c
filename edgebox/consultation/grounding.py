"""A regular expression for text whose figures were all said in the call.

A language model under this expression writes what it likes, but a digit only as part of a form that
`spelling` gives for a number of the call. What stands around a figure is held too, because two
figures beside each other, or a figure and its next word, may read as a number that was never said:
129 and 000, 12만 and 9월, 3 and 시.

It is a regular expression without look-around, so that any server that takes one can keep to it. In
place of look-around, each figure is written with the text that may stand before it (a *gap*) and
with the character at which it is known to have ended (its *tail*). Number words are held
only beside figures, where they would make another number of them (`gaps`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Final

from edgebox.consultation.gaps import (
    AFTER_CLOSED,
    BEFORE,
    BEFORE_AGE,
    BEFORE_HOUR,
    DIGITS,
    FREE,
    SIZES,
    joined,
    leaves,
)
from edgebox.language.copies import copies
from edgebox.language.counters import LOOSE, MEASURE, MEASURE_BUT_OF_DATA, UNITS
from edgebox.language.form import Form, Forms
from edgebox.language.halves import with_halves
from edgebox.language.korean import numbers_in
from edgebox.language.number import provided, supports
from edgebox.language.possible import possible_numbers
from edgebox.language.spelling import forms
from edgebox.scoring.evidence import is_loose, telling

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from edgebox.language.number import Number


def _apart(units: str) -> list[str]:
    """Return units as they stand after figures: joined to them, or after a space."""
    return [f"{gap}{unit}" for gap in ("", " ") for unit in units.split()]


_DIFFERENT: Final = [*"년월일시분달주", "퍼센트", "프로", "%", "개월", "영업일"]
"""Units that make another number of the same figures. Other counters do not."""
_SLIP: Final = "개일"
"""What small models write of days."""

_LETTER: Final = "\0"
"""Any of A to Z and a to z, in the words below."""
_ASIDE: Final = ["낮", "밤", "  ", " 낮", " 밤"]
_SPACED_SIGNS: Final = [" .0", " . 0", " -0", " - 0"]
_JOINED: Final = [".0", ". 0", ",0", ":0", "/0", "-0", f"-{_LETTER}", _LETTER]
_SEPARATED: Final = [*_JOINED, *_SPACED_SIGNS]
_POINTS: Final = [f"{a}{point}{b}0" for point in "점쩜" for a in ("", " ") for b in ("", " ")]
_UNTIL: Final = [f"{gap}{sign}" for sign in "~∼〜" for gap in ("", " ")]
"""In 3~5일 the unit of the second is that of the first: `spelling` gives the whole range."""
_END: Final = "\1"
"""The end of the text, in the words below."""
_GOES_ON: Final = [_END, *f" .,)!?원여개명건회번년월시분주달퍼프%가권대{SIZES}{DIGITS}"]
"""What makes a number word of 천, 백 and 십: 20만 천 원. Other words begin with them (15 백업)."""
_MORE: Final = [
    *[f" {size}{after}" for size in "천백십" for after in _GOES_ON],
    *[f" {digit}{size}" for digit in DIGITS for size in "십백천만억"],
    *[f" {digit} {size}{after}" for digit in DIGITS for size in "십백천" for after in " 원만\1"],
]
"""Number words that add to a figure or multiply it: 20만 오천, 15 백 원."""
_OPEN: Final = [*_ASIDE, *_SEPARATED, *_UNTIL, *DIGITS, *SIZES, " 만", " 억", *_MORE]

_QUANTITY: Final = [*_OPEN, *_POINTS, _SLIP, *_apart(" ".join(_DIFFERENT))]


def _next_part(tens: str, single: dict[str, str]) -> list[str]:
    """Return number words that would say the next part of a date or time: 9월 이십오일, 3시 십 분.

    Args:
        tens: of the numbers that are refused whatever follows.
        single: the figures up to nine that are refused, for each unit.
    """
    words = [
        *tens.split(),
        *[f"{d}{gap}{u}" for u, ds in single.items() for d in ds for gap in ("", " ")],
    ]
    return [f"{gap}{word}" for gap in ("", " ") for word in words]


_DAYS: Final = _next_part(
    "십 이십 삼십 유월 시월",
    {"일": "삼사육칠팔구", "월": "일삼사오칠팔구", "개월": DIGITS},
)
"""After a month or a year. Not 9월 일일 한도, 이 일, 오일 교체 and 데이터 이월."""
_MINUTES: Final = _next_part("십 이십 삼십 사십 오십", {"분": "일삼사오육칠팔구"})

# What may not follow a form. Digits never may, except after what is closed.
_BLOCKED: Final[dict[Form, list[str]]] = {
    Form.QUANTITY: _QUANTITY,
    Form.MONEY: [*_QUANTITY, *_apart("달러 불 유로 엔 개 명 건 회 번")],
    Form.COUNTED: [*_QUANTITY, *_apart("원 달러 불 유로 엔")],
    Form.FIGURES: [*_OPEN, f" {_LETTER}", *_apart(" ".join(UNITS))],
    Form.CODE: [*_SEPARATED, "/"],
    Form.MEASURED: _JOINED,
    Form.SUFFIX: _JOINED,
    Form.COPIED: [*_ASIDE, "오", "년", "러", "월", "간", "반", " 반"],
    Form.MONTH: [*_ASIDE, "년", "러", "월", "일", "반", " 반", *_DAYS],
    Form.HOURS: [*_ASIDE, "간", "반", " 반", *_MINUTES],
    Form.BARE_HOUR: [*_ASIDE, "간", "반", " 반", *_MINUTES],
    Form.BARE_CLOCK: _SEPARATED,
}
_AFTER_PART: Final = (Form.BARE_HOUR, Form.BARE_CLOCK)
"""They mean another time after 오전 or 오후."""

Trie = dict[str, "Trie"]


class Figures:
    """The numbers of one call, and what may be written with them.

    Args:
        said: what was said in the call.
        on: the date of the call.
    """

    def __init__(self, said: str, on: dt.date | None = None) -> None:
        self._on = on
        self._said = unicodedata.normalize("NFKC", said)
        numbers = [*numbers_in(self._said, on=on), *possible_numbers(self._said)]
        self._numbers = with_halves(self._said, numbers)

    @cached_property
    def expression(self) -> str:
        """The regular expression that a text about the call has to match as a whole."""
        found = forms(self._numbers, self._said, self._on)
        for form, copy in copies(self._numbers, self._said, self._provides):
            found[form].add(copy)
        return expression(found)

    @cached_property
    def _provides(self) -> frozenset[str]:
        return provided(self._numbers)

    def bear_out(self, text: str) -> bool:
        """Whether the call supports every number of a text, small counters excepted."""
        plain = unicodedata.normalize("NFKC", text)
        return all(self.bears_out(plain, number) for number in numbers_in(plain, on=self._on))

    def bears_out(self, text: str, number: Number) -> bool:
        """Whether the call supports a number of a text, or need not."""
        free = number.relative or not telling(number) or is_loose(text, number)
        return free or supports(self._provides, number)


def expression(found: Forms) -> str:
    """Return the expression for these forms.

    Free are a single digit without a unit, a few things counted (3가지), once and for nothing (1회,
    0원).
    """
    closed = "|".join([f"[0-9] ?{LOOSE}", "1 ?회", "0 ?원", *_words(found, Form.CLOSED)])
    closed = f"{BEFORE}(?:{closed}){AFTER_CLOSED}"
    opened: dict[str, list[tuple[str, Form]]] = {
        BEFORE: [("[0-9]", Form.FIGURES), ("[0-9] ?개", Form.MONTH)],
        BEFORE_HOUR: [],
    }
    for form in _BLOCKED:
        before = BEFORE_HOUR if form in _AFTER_PART else BEFORE
        opened[before] += [(body, form) for body in _words(found, form)]
    tails = {form: _tails(_trie(blocked)) for form, blocked in _BLOCKED.items()}
    measured, measured_last = tails[Form.MEASURED]
    measures = {Form.QUANTITY: MEASURE, Form.COUNTED: MEASURE_BUT_OF_DATA}
    for form, units in measures.items():
        through, last = tails[form]
        tails[form] = (
            f"(?:{through}| ?{units}{measured})",
            f"(?:{last}| ?{units}{measured_last})",
        )
    through, last = tails[Form.QUANTITY]
    tails[Form.QUANTITY] = (f"(?:{through}| ?달러)", last)
    on, end = (
        [
            f"{before}(?:{'|'.join(body + tails[form][last] for body, form in bodies)})"
            for before, bodies in opened.items()
            if bodies
        ]
        for last in (False, True)
    )
    if full := _words({Form.CLOSED: _full(found)}, Form.CLOSED):
        closed += f"|{BEFORE_AGE}{full[0]}"
    return f"(?:{'|'.join([closed, *on])})*(?:{'|'.join([f'{FREE}*', *end])})"


def _full(found: Forms) -> set[str]:
    """Return the ages and years before which 만 may stand: 만 19세, 만 3년."""
    bare = {form for kind in (Form.QUANTITY, Form.COUNTED) for form in found.get(kind, ())}
    ages = {figures for figures in bare if re.fullmatch(r"\d{1,3}", figures)}
    spans = {form for kind in (Form.MONTH, Form.CLOSED) for form in found.get(kind, ())}
    return {
        *[f"{age}{gap}{unit}" for age in ages for unit in ("세", "살") for gap in ("", " ")],
        *[span for span in spans if re.fullmatch(r"\d{1,2}(?:년|개월)", span)],
    }


def _words(found: Forms, form: Form) -> list[str]:
    """Return an expression for the forms of one kind, or nothing if there are none."""
    if not (words := found.get(form)):
        return []
    body = _written(_trie(sorted(words)))
    return [f"[A-Za-z]{{1,6}}-?{body}" if form is Form.SUFFIX else body]


def _literal(char: str) -> str:
    return {_LETTER: "A-Za-z"}.get(char) or (f"\\{char}" if char in ".-/()+" else char)


def _written(node: Trie) -> str:
    branches = [_literal(char) + _written(node[char]) for char in sorted(node) if char]
    whole = "(?:" + "|".join(branches) + ")" if len(branches) > 1 else "".join(branches)
    if "" in node and branches:
        return f"(?:{whole})?"
    return whole


def _trie(words: Iterable[str]) -> Trie:
    """Return a tree of characters. The key "" marks the end of a word."""
    root: Trie = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return root


def _tails(node: Trie, *, spaced: bool = False) -> tuple[str, str]:
    """Return what may follow a form, given what may not: within a text, and at its end.

    The first reads on until no blocked word can follow. What joins with a figure after it (letters)
    is followed by more than that.
    """
    children = "".join(_literal(char) for char in node if char and char != _END)
    joining = "".join(_literal(char) for char in [_LETTER, *"./-", *SIZES] if char not in node)
    through = leaves(children, spaced=spaced)
    ends = [] if _END in node else [""]
    if joining:
        through += joined(joining, spaced=spaced)
        ends.append(f"[{joining}]{FREE}*")
    alike: dict[tuple[str, str], str] = {}
    for char in node:
        if char and char != _END and "" not in node[char]:
            rest = _tails(node[char], spaced=spaced or char == " ")
            alike[rest] = alike.get(rest, "") + _literal(char)
    for (on, end), chars in alike.items():
        through.append(f"[{chars}]{on}")
        ends.append(f"[{chars}]{end}")
    return f"(?:{'|'.join(through)})", f"(?:{'|'.join(ends)})"
