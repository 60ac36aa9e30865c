"""Whether a figure is written with a counter that agrees with the one it was said with.

34층 and 34번 have the same figures, and so do 100메가 and 100GB. Counters agree if they may stand
for each other. Where a counter was left out, is in no list or may count anything, nothing is known,
and it agrees with all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from edgebox.language.counters import TAIL
from edgebox.language.number import lasting, same_kind

if TYPE_CHECKING:
    from collections.abc import Collection

    from edgebox.language.number import Number

_ALIKE: Final = """
    명 사람 인 분 인분 식구 인용 인승 인실 남매 자매 형제 · 명 사람 인 장 매 석 자리 좌석 개석
    인분 그릇 접시 개 끼 식 · 석 자리 좌석 개석 장 매 개
    회 번 번째 차례 차 회차 건 통 판 편 강 코스 교시 끼 기 · 번 번째 번지 번길 길
    층 · 동 · 호 호실 호차 호기 · 호선 · 세대 가구 호 채 · 실 객실 방 호 칸 개 인실
    세 살 · 학년 · 학기 · 등 위 등급 급 단계 · 주년 · 분기 · 초 · 박
    장 매 부 쪽 페이지 면 통 개 건 · 병 개 통 · 캔 개 · 잔 컵 개 · 박스 상자 세트 팩 통 짝 개 건
    봉 봉지 포 포대 팩 자루 개 건 · 켤레 짝 쌍 족 벌 개 · 벌 점 세트 장 개
    권 부 개 · 대 기 면 회선 개 건
    마리 개 · 근 · 묶음 다발 개
    그루 송이 다발 개 · 조각 판 쪽 개 · 줄 열 개 · 알 정 캡슐 개
    곳 군데 개소 개 · 가지 종 종류 개 건 점 · 과목 문제 문항 코스 정거장 개 · 편 건 개 · 팀 개 곳
    좌 구좌 계좌 개 건 · 채널 회선 개 · 칸 개 · 해
    원 점 포인트 마일 · 학점 점 · 달러 불 · 유로 · 엔 · 위안 · 파운드 lb · 배 배속
    TB 테라 테라바이트 · GB G Gbps 기가 기가바이트 GHz · MB Mbps M 메가 메가바이트 MHz
    KB 킬로바이트 킬로 키로
    kg 킬로 키로 킬로그램 · g G 그램 · mg 밀리 미리 밀리그램
    t 톤 m3 루베 세제곱미터 세제곱 입방미터
    km 킬로 키로 킬로미터 · m M 미터 · cm 센티 센치 센티미터 · mm 밀리 미리 밀리미터 · 인치
    L l 리터 · ml mL 밀리 미리 밀리리터 cc 씨씨 시시
    m2 제곱미터 제곱 헤베 평방미터 · m3 세제곱미터 세제곱 입방미터 루베 · 평 평형 · 헥타르
    W Wh 와트 · kW kWh 킬로 키로 킬로와트 · V 볼트 · A Ah 암페어
    mAh 밀리 미리 밀리암페어 미리암페어
    Hz 헤르츠 · kHz 킬로 · dB 데시벨 · cal kcal 칼로리 킬로 · 마력 · 도 · bp · mmHg · rpm
"""
"""Counters and units that may stand for each other: 개 for anything, 킬로 for kg and km."""

_GROUPS: Final[dict[str, set[int]]] = defaultdict(set)
for _place, _group in enumerate(re.split("[·\n]", _ALIKE)):
    for _word in _group.split():
        _GROUPS[_word].add(_place)

PEOPLE: Final = frozenset(["명", "사람", "인", "분"])

_AMBIGUOUS: Final = frozenset(["번", "대", "도", "분"])
"""Said, they may count anything: a number, an order or times; cars, ages or a ratio."""

_WORDS: Final = "|".join(sorted(_GROUPS, key=len, reverse=True))
_COUNTER: Final = re.compile(f"(?:{_WORDS})")
_LAST: Final = re.compile(f"(?:{_WORDS})(?=이?$)")
_AFTER: Final = re.compile(rf" ?(?!정도)({_WORDS})(?={TAIL.pattern}|[^가-힣A-Za-z])")
_LONGEST: Final = max(map(len, _GROUPS))
_OF_COUNT: Final = re.compile(r" ?(?:[층동호국사점월년실반조주팀면]|학[기년]|업체|품목)")
"""After 개: 3개 층, 12개 동, which are floors and buildings."""
_COUNTED: Final = frozenset(["amount", "count", "plain", "code"])
_FIGURES: Final = re.compile(r"\d0(?=대)")


def counter_of(text: str, number: Number) -> str:
    """Return the counter or unit of a number of a text, or nothing if none is known."""
    if number.kind not in _COUNTED:
        return ""
    last = _LAST.search(text, max(number.start, number.end - _LONGEST), number.end)
    if last is None:
        after = _AFTER.match(text, number.end)
        return after[1] if after else ""
    longer = _COUNTER.match(text, last.start())
    word = longer[0] if longer else last[0]
    if word == "개" and _OF_COUNT.match(text, last.end()):
        return ""
    if word == "대" and _FIGURES.match(text, number.start):  # 40대 is an age too
        return ""
    return word


def counts_alike(one: Number, text: str, other: Number, source: str) -> bool:
    """Return whether two numbers, each of a text of its own, count the same: not 5분 and 39도.

    One duration may be taken for another, and what has no counter for any number of its kind.
    """
    lasts = bool(lasting(one))
    if not same_kind(one, other) or lasts != bool(lasting(other)):
        return False
    return lasts or agrees({counter_of(source, other)}, counter_of(text, one))


def agrees(said: Collection[str], written: str) -> bool:
    """Return whether a counter may stand for one of those with which its figures were said."""
    groups = _GROUPS.get(written)
    if not said or groups is None:
        return True
    return any(
        not (of := _GROUPS.get(one)) or one in _AMBIGUOUS or not of.isdisjoint(groups)
        for one in said
    )
