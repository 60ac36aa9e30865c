"""A regular expression for text whose figures were all said in the call.

A language model under this expression writes what it likes, but a digit only as part of a form that
`spelling` gives for a number of the call. What stands around a figure is held too, because two
figures beside each other, or a figure and its next word, may read as a number that was never said:
129 and 000, 12만 and 9월, 3 and 시.

It is a regular expression without look-around, so that any server that takes one can keep to it. In
place of look-around, each figure is written with the text that may stand before it (a *gap*) and
with the character at which it is known to have ended (its *tail*). Number words are not held: they
cannot be told from other words letter by letter.
"""

from __future__ import annotations

import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Final

from edgebox.language.copies import copies
from edgebox.language.counters import LOOSE, MEASURE, MEASURE_BUT_OF_DATA, UNITS
from edgebox.language.form import Form, Forms
from edgebox.language.korean import numbers_in
from edgebox.language.number import provided, supports
from edgebox.language.possible import possible_numbers
from edgebox.language.spelling import forms
from edgebox.scoring.evidence import is_loose, telling

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from edgebox.language.number import Number

# Digits of every script, and the characters that NFKC turns into digits, or into spaces, points and
# letters beside digits: ² ① ４ ㏠ ㎏. The invisible ones would join two figures for the eye.
# Control characters, quotation marks and backslashes: so JSON can hold the text as it is.
_OUT: Final = (
    '0-9\\x00-\\x1f"\\\\\\x7f\u0080-\u00a0\u00ad\u00b2\u00b3\u00b9\u00bc-\u00be\u0660-\u11ff\u1369-\u1c59'
    "\u2000-\u200f\u2024\u2028-\u202f\u205f-\u2089\u2150-\u2189\u2460-\u24ff\u2776-\u2793\u2cfd\u3000"
    "\u3007\u3021-\u303a\u3192-\u3195\u3220-\u3229\u3248-\u325f\u3280-\u3289\u32b1-\u33ff"
    "\ua620-\uabf9\ufe10-\ufe6f\ufeff\uff01-\uff5e\U00010000-\U0001f16f\U0001fbf0-\U0001fbf9"
)
_FREE: Final = f"[^{_OUT}]"
# Letters and a hyphen make a code of the figure after them, 오만3천 is one number, and a date is
# none after a point.
_JOINS: Final = "A-Za-z.\\/\\-십백천만억조"
_BEFORE: Final = f"(?:{_FREE}*[^{_OUT}{_JOINS}])?"
# The last syllables of 오전, 오후, 새벽 …, which say which 3시 it is. They may stand there with 에.
_PARTS: Final = "전후벽침낮심녁밤"
_BEFORE_HOUR: Final = (
    f"(?: *|{_FREE}*[^{_OUT}{_PARTS}에 ] +|{_FREE}*[^{_OUT}{_PARTS}{_JOINS}: ]"
    f"|(?:{_FREE}*[^{_OUT}{_PARTS}])?에 +)"
)


def _apart(units: str) -> list[str]:
    """Return units as they stand after figures: joined to them, or after a space."""
    return [f"{gap}{unit}" for gap in ("", " ") for unit in units.split()]


_DIFFERENT: Final = ["년", "월", "일", "시", "분", "달", "주", "퍼센트", "프로", "%", "개월"]
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
_OPEN: Final = [*_ASIDE, *_SEPARATED, *_UNTIL, *"일이삼사오육륙칠팔구만천백십억조", " 만", " 억"]

_QUANTITY: Final = [*_OPEN, *_POINTS, _SLIP, *_apart(" ".join(_DIFFERENT))]

# What may not follow a form. Digits never may, except after what is closed.
_BLOCKED: Final[dict[Form, list[str]]] = {
    Form.QUANTITY: _QUANTITY,
    Form.MONEY: [*_QUANTITY, *_apart("달러 불 유로 엔 개 명 건 회 번")],
    Form.COUNTED: [*_QUANTITY, *_apart("원 달러 불 유로 엔")],
    Form.FIGURES: [*_OPEN, f" {_LETTER}", *_apart(" ".join(UNITS))],
    Form.CODE: [*_SEPARATED, "/"],
    Form.MEASURED: _JOINED,
    Form.SUFFIX: _JOINED,
    Form.COPIED: [*_ASIDE, "년", "러", "월", "간", "반", " 반"],
    Form.MONTH: [*_ASIDE, "년", "러", "월", "일", "반", " 반"],
    Form.HOURS: [*_ASIDE, "간", "반", " 반"],
    Form.BARE_HOUR: [*_ASIDE, "간", "반", " 반"],
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
        self._numbers = [*numbers_in(self._said, on=on), *possible_numbers(self._said)]

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
    opened: dict[str, list[tuple[str, Form]]] = {
        _BEFORE: [("[0-9]", Form.FIGURES), ("[0-9] ?개", Form.MONTH)],
        _BEFORE_HOUR: [],
    }
    for form in _BLOCKED:
        before = _BEFORE_HOUR if form in _AFTER_PART else _BEFORE
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
    return f"(?:{'|'.join([f'{_BEFORE}(?:{closed})', *on])})*(?:{'|'.join([f'{_FREE}*', *end])})"


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


def _tails(node: Trie) -> tuple[str, str]:
    """Return what may follow a form, given what may not: within a text, and at its end.

    The first reads on until no blocked word can follow. What joins with a figure after it (letters)
    is followed by more than that.
    """
    children = "".join(_literal(char) for char in node if char)
    joining = "".join(_literal(char) for char in [_LETTER, *"./-십백천만억조"] if char not in node)
    through, ends = [f"[^{_OUT}{_JOINS}{children}]"], [""]
    if joining:
        through.append(f"[{joining}]{_FREE}*[^{_OUT}{_JOINS}]")
        ends.append(f"[{joining}]{_FREE}*")
    for char in node:
        if char and "" not in node[char]:
            on, end = _tails(node[char])
            through.append(_literal(char) + on)
            ends.append(_literal(char) + end)
    return f"(?:{'|'.join(through)})", f"(?:{'|'.join(ends)})"
