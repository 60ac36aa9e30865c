"""Whether a number of an answer is the one that a fact has: its value, unit and bound."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.number import lasting
from edgebox.language.numerals import MULTIPLIERS

if TYPE_CHECKING:
    from edgebox.language.number import Number

_BOUND: Final = re.compile(
    r" ?(?:(부터|까지|이내|이상|이하|미만|초과)|이?(전|후)(?=[에의인,. ]|까지|부터|쯤|$)|(뒤))"
)
_OPPOSITE: Final = {
    "부터": ["까지"], "까지": ["부터"], "전": ["후"], "이내": ["후"], "후": ["전", "이내"]
}  # fmt: skip
_LIMITS: Final = frozenset(["이상", "이하", "미만", "초과"])
_NTH_OR_ABOUT: Final = re.compile(r"(?: ?차|대)(?=[에의인로를은,. ]|$)")
"""4주차 is the fourth week and 3만 원대 from 30,000 to 39,999: neither is 4주 or 3만 원."""

_BARE: Final = frozenset("0123456789") | frozenset(MULTIPLIERS)
_FIGURE_OF: Final = frozenset({"amount", "count", "percent", "code", "phone", "plain"})
"""What figures without a unit may mean. A day or an hour is written with its unit."""

_UNIT_OF: Final = re.compile(r"[^\W\d_]+$")
_SAME_UNIT: Final = {
    "gb": "기가", "기가바이트": "기가", "gbps": "기가", "mb": "메가", "메가바이트": "메가",
    "mbps": "메가", "cm": "센티",
    "센티미터": "센티", "m": "미터", "kg": "킬로", "킬로그램": "킬로", "km": "킬로",
    "킬로미터": "킬로", "g": "그램", "살": "세", "명": "사람", "인": "사람", "분": "사람",
    "군데": "곳", "불": "달러", "회": "번", "차례": "번", "건": "개", "가지": "개", "박스": "상자",
}  # fmt: skip


def bears_out(text: str, stated: Number, form: str, wanted: Number) -> bool:
    """Return whether a stated number is the wanted one, or says more: 9월 20일 bears out 20일.

    Args:
        text: that states the number.
        stated: a number of the text.
        form: that has the wanted number.
        wanted: a number of the form.
    """
    return (
        _bounded_alike(_bound(text, stated), _bound(form, wanted))
        and _nth_or_about(text, stated) == _nth_or_about(form, wanted)
        and _same_value(text, stated, form, wanted)
    )


def _same_value(text: str, stated: Number, form: str, wanted: Number) -> bool:
    needed = {value for value in wanted.requires if not value.startswith("#")}
    exact = not needed.isdisjoint(stated.provides)
    if _bare(form, wanted):
        figure = f"#{wanted.value}" in stated.provides and stated.kind in _FIGURE_OF
        return (exact and stated.kind in _FIGURE_OF) or (figure and wanted.kind == "plain")
    if not exact:
        return False
    if stated.kind == wanted.kind:
        return _unit(text, stated) in {"", _unit(form, wanted)} or not _unit(form, wanted)
    if wanted.kind in {"phone", "code"} and text[: stated.end].endswith("번"):
        return True
    # A day of the month: the form has the day alone, or the answer has figures without a unit.
    return (stated.kind == "date" and wanted.value.endswith("d")) or _bare(text, stated)


def _bound(text: str, number: Number) -> str:
    """Return the word behind a number that makes a bound of it, or "": 까지, 이상."""
    match = _BOUND.match(text, number.end)
    if match is None:
        return ""
    return match[1] or match[2] or "후"  # 뒤


def _bounded_alike(stated: str, wanted: str) -> bool:
    """Whether a bound may stand for the wanted one: of 이상 only 이상, of 까지 all but 부터."""
    if wanted in _LIMITS:
        return stated == wanted
    return stated not in _OPPOSITE.get(wanted, [])


def _nth_or_about(text: str, number: Number) -> bool:
    if not (lasting(number) or number.kind == "amount"):
        return False
    end = number.end - text[: number.end].endswith("차")
    return _NTH_OR_ABOUT.match(text, end) is not None


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
