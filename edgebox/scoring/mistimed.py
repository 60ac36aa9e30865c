"""Dates on the wrong side of the call: 6월 26일에 본 시험 in a call of the tenth of June.

What happened has a day before the call or its own, and what is still to do has its own or one after
it. Two true dates that were exchanged are often seen by that, whatever the call says of them.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from edgebox.language.dates import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement

_NEAR: Final = 100
"""Days from the call within which a date without its year is that of this year. In June, 11월 may
be of the last one without anybody saying so."""

_DATE: Final = re.compile(r"(?:(\d{4})-)?(\d{1,2})(?:-(\d{1,2})|mo)")
_OF_OTHER_YEARS: Final = re.compile(
    r"매년|해마다|매해|작년|지난해|전년|재작년|이듬해|내년|다음 ?해|음력|학년"
)
"""Words with which nothing is known of a date's year."""

_OBJECT: Final = r"(?:[가-힣A-Za-z]{1,8}(?:[을를이가]|에서) )?"
_OF_LATER: Final = r"(?! ?(?:다|뒤|후|다음|이후|경우))"
"""도착한다 and 도착한 뒤 are of what is to come, 도착한 물건 is there."""

_NOUNS: Final = """
    결제 구매 구입 주문 가입 개통 발견 발생 이사 분실 출금 인출 이체 입금 송금 청구 납부 입원 퇴원
    도착 소멸 만료 사망
"""
_RELATIVE: Final = """
    돌아가신 태어난 산 본 받은 찍힌 끝난 없어진 사라진 빠져나간 나간 다녀온 온 다친 잃어버린 낸
"""
_FINITE: Final = """
    돌아가셨 태어났 샀 봤 받았 찍혔 끝났 없어졌 사라졌 빠져나갔 나갔 다녀왔 왔 다쳤 잃어버렸 냈
"""


def _any(words: str) -> str:
    return "|".join(words.split())


_HAPPENED: Final = re.compile(
    rf"(?:에는|에|자로|부로|자|쯤|경)? ?(?:이미 )?{_OBJECT}(?:"
    rf"(?:{_any(_NOUNS)})(?:[한된]{_OF_LATER}|했|됐|되었)"
    rf"|(?:{_any(_RELATIVE)})(?= ){_OF_LATER}"
    rf"|(?:{_any(_FINITE)})(?=[다고으지는]))"
)
"""A deed that is over, behind its date. What is arranged (예약한, 신청한, 접수된) is not one: its
date may be that of what is to come."""

_SINCE: Final = re.compile(
    r"(?: ?(?:초|중순|말))?부터 [^.\d]{0,16}"
    r"(?:지 않아|지 않는다|안 [나되돼와]|못 [쓰써하해]|끊[겨기]|아[파팠프픈]|새고|멈[춰췄]|고장"
    r"|느[려리렸])"
)
"""What a customer complains of."""

_TO_COME: Final = re.compile(
    rf"(?:에|부터|자로|부로)? ?{_OBJECT}"
    r"(?:빠져나갈|나갈|찾아갈|돌아올|방문할|도착할|배송될|출금될|인출될|결제될|청구될|입금될|환불될|시작될"
    r"|열릴)(?=[ 예])"
)

_VISITS: Final = """
    방문 배송 설치 회수 수거 점검 상담 수업 검사 진료 측정 면담 검침
"""
_BOOKED: Final = re.compile(
    r"[^.\d]{0,4}(?:\d[\d~:시분반 전후오]{0,14})?[^.\d]{0,14}"
    rf"(?:{_any(_VISITS)})[이을은]? ?(?:예약[이을]? ?)?"
    r"(?:잡[혔히았]|접수[됐되했하]|예약[됐되했하]|확정[됐되]|예정|하기로 (?:했습|했고|했으며|하고))"
)
_OFFERED: Final = re.compile(
    r"[^.\d]{0,6}(?:배송|방문|출발|설치|수업|진료)(?!비|료| ?지연)[^.]{0,18}제안"
)
_UNTIL: Final = re.compile(
    r"(?:에|(?: ?(?:초|중순|말))?까지)(?:는)? [^.\d]{0,24}?"
    r"(?:기로 (?:했습|했고|했으며|하고)|[해내려]야 한다|(?:올려|보내|알려|제출해|연락해) 달라고)"
    r"|(?: ?(?:초|중순|말))?까지 [^.\d]{0,12}(?:중지|유지|보류|연장|정지|제공)(?:되며|됩니다|되고)"
)
"""What somebody undertakes or is to do until then, and what is in force until then."""

_MISSED: Final = re.compile(
    r"지나|지났|넘[었겼겨]|늦[었게은]|놓[쳤쳐친]|마감|못[했한해]|했는데|했지만|했으나|했던"
)
"""Words of a line that tells of a day which is over."""


def mistimed(made: Sequence[Statement], on: dt.date | None) -> bool:
    """Return whether a date of the statements is on the wrong side of the call.

    Args:
        made: of a summary.
        on: the date of the call, without which nothing is known.
    """
    if on is None or is_placeholder(on):
        return False
    lines = {one.field: "" for one in made}
    for one in made:
        lines[one.field] += f"{one.text} "
    return any(
        _is_on_wrong_side(number, one, lines[one.field], on)
        for one in made
        for number in one.numbers
        if number.kind == "date" and not number.relative
    )


def _is_on_wrong_side(number: Number, one: Statement, line: str, on: dt.date) -> bool:
    side = _side(number, one.text, on)
    if side > 0:
        return any(told.match(one.text, number.end) for told in (_HAPPENED, _SINCE))
    if side == 0 or _MISSED.search(line):
        return False
    if _TO_COME.match(one.text, number.end):
        return True
    if one.field == "customer":  # who may tell of what was agreed before
        return False
    return any(told.match(one.text, number.end) for told in (_UNTIL, _BOOKED, _OFFERED))


def _side(number: Number, text: str, on: dt.date) -> int:
    """Return 1 for a date that is after a call, -1 for one before it, 0 where it is not known."""
    match = _DATE.fullmatch(number.value)
    if match is None or _OF_OTHER_YEARS.search(text):
        return 0
    year, month, day = (int(part) if part else 0 for part in match.groups())
    sides = {
        (first > on) - (last < on)
        for first, last in _spans(month, day, [year] if year else [on.year + n for n in (-1, 0, 1)])
        if year or min(abs((first - on).days), abs((last - on).days)) <= _NEAR
    }
    return sides.pop() if len(sides) == 1 else 0


def _spans(month: int, day: int, years: Sequence[int]) -> list[tuple[dt.date, dt.date]]:
    """Return the first and the last day of a date, or of a month, in each of the years."""
    found = []
    for year in years:
        if not 1 <= month <= 12:
            continue
        last = calendar.monthrange(year, month)[1]
        if day <= last:
            found.append((dt.date(year, month, day or 1), dt.date(year, month, day or last)))
    return found
