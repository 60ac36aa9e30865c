"""Whether a number of an answer is the one that a fact has: its value, unit and bound."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.number import lasting
from edgebox.language.numerals import MULTIPLIERS

if TYPE_CHECKING:
    from edgebox.language.number import Number

_BOUND: Final = re.compile(
    r"(?: ?\([^()]{1,20}\))? ?"
    r"(?:(?P<not_over>[을를이가]? ?(?:(?:초과하|넘기?)지(?!만)|안 ?넘))"
    r"|[을를이가]? ?(?P<over>초과|넘)|(?P<bound>부터|까지|이내|이상|이하|미만)"
    r"|(?P<side>이?[전후])(?=[에의인는로,. ]|으로|까지|부터|쯤|$)|(?P<after>뒤))"
)
_BOUND_BEFORE: Final = re.compile(
    r"(최소|최대|적어도)한? ?"
    r"(?:(?:주문|구매|결제|이용|대여|예약)? ?(?:금액|기간|수량|인원)[은는이가]? ?)?$"
)
_OPPOSITE: Final = {
    "부터": {"까지", "이전"}, "까지": {"부터", "이후"}, "이내": {"후", "이후"},
    "전": {"후", "이후"}, "후": {"전", "이전", "이내"},
    "이전": {"후", "이후", "부터"}, "이후": {"전", "이전", "이내", "까지"},
}  # fmt: skip
_LIMITS: Final = {
    "이상": {"이상", "부터", "최소", "적어도", "넘"},
    "이하": {"이하", "까지", "이내", "최대"},
    "미만": {"미만"},
    "초과": {"초과", "넘"},
}
"""In which words an amount has a limit. Without any it states none."""

_NTH_OR_ABOUT: Final = re.compile(
    r"차(?=[로를은는])|대(?=[로를은])"
    r"|(?:차|대|(?<![분간]) 차(?! (?:렌트|대여|빌)))(?=[에의인,. ]|$)"
)
"""4주차 is the fourth week and 3만 원대 from 30,000 to 39,999: neither is 4주 or 3만 원.

In 3일 차를 빌림 and 30분 차로 이동, 차 is a car.
"""

_RANGE: Final = re.compile(r"[~∼\-–—] ?$")

_BARE: Final = frozenset("0123456789") | frozenset(MULTIPLIERS)
_FIGURE_OF: Final = frozenset({"amount", "count", "percent", "code", "phone", "plain"})
"""What figures without a unit may mean. A day or an hour is written with its unit."""

_UNIT_OF: Final = re.compile(r"[^\W\d_]+$")
_SAME_UNIT: Final = {
    "기가바이트": "gb", "메가바이트": "mb", "cm": "센티", "센티미터": "센티", "m": "미터",
    "kg": "킬로", "킬로그램": "킬로", "km": "킬로", "킬로미터": "킬로", "g": "그램", "살": "세",
    "명": "사람", "인": "사람", "분": "사람", "군데": "곳", "불": "달러", "회": "번",
    "차례": "번", "건": "개", "가지": "개", "박스": "상자",
}  # fmt: skip
_SPOKEN_UNIT: Final = {"gb": "기가", "gbps": "기가", "mb": "메가", "mbps": "메가"}
"""What is said for a volume and for a speed, which are not the same."""


def bears_out(text: str, stated: Number, form: str, wanted: Number, *, sure: bool = False) -> bool:
    """Return whether a stated number is the wanted one, or says more: 9월 20일 bears out 20일.

    Args:
        text: that states the number.
        stated: a number of the text.
        form: that has the wanted number.
        wanted: a number of the form.
        sure: 10시, which may be either, bears out neither 오전 10시 nor 오후 10시, and a limit
            stands only for itself.
    """
    if sure and wanted.kind == "time" and not stated.requires <= wanted.requires:
        return False
    return (
        _bounded_alike(_bound(text, stated), _bound(form, wanted), sure=sure)
        and _counted_alike(text, stated, form, wanted)
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
        return _units_alike(_unit(text, stated), _unit(form, wanted))
    if wanted.kind in {"phone", "code"} and text[: stated.end].endswith("번"):
        return True
    # A day of the month: the form has the day alone, or the answer has figures without a unit.
    return (stated.kind == "date" and wanted.value.endswith("d")) or _bare(text, stated)


def _bound(text: str, number: Number) -> str:
    """Return the word that makes a bound of a number, or "": 까지, 이상, 최소."""
    match = _BOUND.match(text, number.end)
    if match is None:
        before = _BOUND_BEFORE.search(text[: number.start])
        return before[1] if before else ""
    if match["not_over"]:
        return "이하"
    return match["over"] or match["bound"] or match["side"] or "후"  # 뒤


def _bounded_alike(stated: str, wanted: str, *, sure: bool) -> bool:
    """Whether a bound may stand for the wanted one: of 이상 only its like, of 까지 all but 부터."""
    if sure and (wanted in _LIMITS or wanted in {"이전", "이후"}):
        return stated == wanted
    if wanted in _LIMITS:
        return stated in _LIMITS[wanted]
    return stated not in _OPPOSITE.get(wanted, ())


def _counted_alike(text: str, stated: Number, form: str, wanted: Number) -> bool:
    """Whether both numbers are nth or about, or neither. 4주째 may be either."""
    if text.startswith("째", stated.end) or form.startswith("째", wanted.end):
        return True
    return _nth_or_about(text, stated) == _nth_or_about(form, wanted)


def _nth_or_about(text: str, number: Number) -> bool:
    if not (lasting(number) or number.kind == "amount") or _RANGE.search(text[: number.start]):
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


def _units_alike(one: str, other: str) -> bool:
    """Whether units are the same. None is any, and 메가 is said for MB as for Mbps."""
    alike = {one, _SPOKEN_UNIT.get(one)} & {other, _SPOKEN_UNIT.get(other)}
    return not (one and other) or bool(alike & {one, other})
