"""How a call ended, as an answer words it: taken in, done, refused, open or withdrawn.

Each clause of a text states at most one outcome: the first kind of `_CUES` that has a cue in it.
Clauses that report a request state none (고객이 해지를 요청했고). Of several outcomes the first in
the order of `_CUES` is the text's: a withdrawal or a refusal is named beside what was done instead
(환불은 불가, 자동결제만 해지), and what was taken in is often waited for (접수, 9일까지 연락).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from edgebox.reading.sentences import split_clauses

if TYPE_CHECKING:
    from collections.abc import Iterator

Outcome = Literal["접수", "완료", "불가", "보류", "철회", "내용 없음"]

OUTCOMES: Final[tuple[Outcome, ...]] = ("접수", "완료", "불가", "보류", "철회", "내용 없음")

_NOTHING: Final = re.compile(
    r"(?:통화|상담|대화) ?내용[이은]? ?없|상담 없이|잘못 걸(?:린|려|었)"
    r"|아무 ?(?:말|대화)\S{0,8} ?없"
)
# 청약 철회 is a request of its own.
_TAKEN_BACK: Final = re.compile(
    r"(?<!청약)(?<!청약 )철회(?! ?(?:접수|요청|신청|가능|불가|기간)|[을를] (?:접수|요청|신청))"
    r"|(?:요청|신청|변경|해지|신고|추가|예약|취소)\S{0,8} 거두|거둬들"
    r"|신청[은을이] ?\S{0,4} ?취소(?:했|됐|되었|하였|함|됨)|없(?:던|었던) ?(?:일|것|걸)로"
)
_REFUSED: Final = re.compile(
    r"불가(?!피)"
    r"|(?<!고객이 )(?<!고객은 )(?<!수신 )(?:거절|거부)(?!되면|하면|될|할|하고|했으나|하자|해)"
    r"|(?<!알)(?<!들을)(?<!잡을) 수(?:는|가|도)? ?없"
    r"|(?:[은는이가도]|으?로) ?(?:안 ?(?:된|되(?!면)|됨|됩|돼|됐)|못 ?(?:하|함|해|한|받|바꾸))"
    r"|[은는이가도기] (?:어렵|어려[우운웠워])"
    r"|(?<!정하)지 ?못(?:했|하[는였]|한다|함|합)"
    r"|(?<!확정)(?<!확인)(?<!결정)되지 ?않[고았]|받아들여지지|대상(?:이|은)? ?아니|대상에서 제외"
    r"|제한(?:됨|돼|됐|된다|됩|$)"
)
# What a customer leaves as it is. It is named after a refusal as well, so that is looked for first.
_LEFT: Final = re.compile(
    r"(?:변경|(?<!정)해지|추가|신청|취소|신고|접수|교체|가입|구매|주문|바꾸)"
    r"[은는을를]? ?(?:하지[는도]?|지[는도]?)? ?(?:안 ?[하바]|않)\S{0,3}"
    r"(?: ?(?:했|하기로|결정|그대로|유지)|[고음았기]|$)"
)
_TAKEN_IN: Final = re.compile(
    r"접수(?! ?(?:[한된] ?것|하지|[는은] ?하지|안|번호|증|불가|[가를은]? ?취소|기간|방법|창구|처)"
    r"|하도록|하면|해야|할|하라)"
    r"|(?:신청|등록|의뢰|주문)[을를이가]? ?(?:해 ?드렸|했|됐|되었|하였|완료|처리)"
    r"|(?:변경|교환|반품|해지|환불|가입|이전|발급|회수|출동|방문) ?신청$"
)
_WAITS_FOR_LISTED: Final = """
    정하 답하 답변하 알리 알려주 고르 선택하 생각해보 상의하 알아보 회신하 연락하 연락주 연락을주
    연락드리 회신드리 전화하 전화드리 통화하 확인하 확인해보 검토하 찾아보 찾아가 기다리 방문하
"""
_OPEN: Final = re.compile(
    r"보류|미정|정해지지|(?:확정|확인|결정)되지 ?않|정하지 ?못"
    r"|다시 ?(?:연락|전화|통화)(?!번호)|(?:절차|안내|설명)만"
    rf"|(?:{'|'.join(_WAITS_FOR_LISTED.split())})(?:기로|겠다|려고)"
    r"|(?:알려|연락|연락을|생각해|확인해) [주보]기로"
    r"|(?:회신|연락|답변|통화|전화|안내|결정|확인|검토)(?:할|될|드릴|해 ?드릴|해 ?줄)? ?예정"
    r"|(?:검토|확인|심사|조사|판독|논의|협의|대기) ?중|기다려야|아직"
)
_DONE_LISTED: Final = """
    완료 처리 변경 해제 초기화 적립 개통 환급 환불 지급 취소 정지 복구 등록 예약 발급 발송 해결 적용
    전달 설정 교체 가입 해지 연장 안내 확인 보내 배송 알려 결제 추가 차단 조정 설명 수리 이전 갱신
    배정 연결 납부 전환 입금 면제 감면 바꿔 바꾸 바뀌 받기로
"""
_DONE: Final = re.compile("|".join(_DONE_LISTED.split()))

_CUES: Final[tuple[tuple[Outcome, re.Pattern[str]], ...]] = (
    ("내용 없음", _NOTHING),
    ("철회", _TAKEN_BACK),
    ("불가", _REFUSED),
    ("철회", _LEFT),
    ("접수", _TAKEN_IN),
    ("보류", _OPEN),
    ("완료", _DONE),
)

_REQUEST: Final = re.compile(
    r"(?:요청|문의|희망|질문|부탁|호소|항의|요구)[을를]? ?(?:했|하[고며였]|함|해)"
    r"|싶[다어었]|[묻물][고었어]|원(?:했|하[고며였])|궁금|바란|바랐"
)
_JOINED: Final = re.compile(r"(?<=나) |(?<=지만) |(?<=는데) ")

_REVERSED: Final = frozenset(
    [(want, said) for want in ("불가", "철회") for said in ("접수", "완료")]
    + [(want, said) for want in ("접수", "완료") for said in ("불가", "철회")]
    + [("보류", "완료")]
)


def outcomes_in(text: str) -> list[Outcome]:
    """Return the outcomes that the clauses of a text state, the outcome of the text first."""
    ranks = sorted({rank for clause in _clauses(text) if (rank := _rank(clause)) is not None})
    return list(dict.fromkeys(_CUES[rank][0] for rank in ranks))


def _rank(clause: str) -> int | None:
    return next((rank for rank, (_, cue) in enumerate(_CUES) if cue.search(clause)), None)


def _clauses(text: str) -> Iterator[str]:
    for start, end in split_clauses(text):
        for clause in _JOINED.split(text[start:end]):
            if not _REQUEST.search(clause):
                yield clause.strip(" ,.")


def is_reversed(expected: Outcome, stated: list[Outcome]) -> bool:
    """Return whether a reader would act wrongly: refused or withdrawn told as done, or the reverse.

    A text that states the expected outcome as well is not reversed, and neither is a mix-up of
    접수 and 완료.
    """
    return bool(stated) and expected not in stated and (expected, stated[0]) in _REVERSED
