"""Units and counters, and what may stand before and after them.

Sources: 표준어 규정 제17항 (한/두/세/네, 석/넉 before counters). The exceptions are words that
everyday call transcripts made this misread.
"""

from __future__ import annotations

import re
from typing import Final

from edgebox.language.syllables import ending_in

_COUNTERS: Final = """
    개 명 건 번 번째 회 차 대 장 병 잔 권 마리 가지 군데 곳 차례 배 통 켤레 벌 줄 박스 상자 봉지
    세트 팩 캔 종류 종 사람 인 인분 세 살 층 호 호선 학년 학기 주년 평 점 도 등 위 급 단계 초
    킬로 킬로그램 그램 미터 센티 리터 기가 메가 테라 달러 불 유로 엔 포인트 마일 매 부 편 좌 구좌
    계좌 회선 채널 박 칸 쌍 조각 끼 팀 판 해 째 동 교시 식구 가구 남매 자매 형제 분기
    키로 미리 밀리 밀리그램 밀리리터 센치 인치 씨씨 톤 와트 볼트 제곱미터 헤르츠 인승 인용 봉 컵
    그루 송이 과목 문제 문항 페이지 학점 좌석 정거장 코스 회차 킬로미터 센티미터 밀리미터 킬로와트
    파운드 위안 센트 데시벨 마력 칼로리 헥타르 인실 개소 제곱 헤베 밀리암페어
    길 번길 세제곱미터 세제곱 입방미터 루베 시시 평형 배속
    근 묶음 메가바이트 기가바이트 테라바이트 킬로바이트 미리암페어 호차 등급
"""
_MEASURES: Final = "[km]?g|[kmc]?m[23]?|m?[lL]|k?Wh?|m?Ah|[kMG]?Hz|dB|k?cal|bp|cc|mmHg|rpm|[VAKPpx]"
MEASURE: Final = f"(?:[KMGT]B|[MG]bps|[MG]|{_MEASURES})"
"""Units in letters, which stand after figures only."""

MEASURE_BUT_OF_DATA: Final = f"(?:{_MEASURES})"

LOOSE: Final = "(?:명|번|가지|건|곳|군데|차례|사람|번째|단계)"
"""Counters of what a summary counts by itself where the call only names it: 세 가지 서류."""

LOOSE_COUNT: Final = re.compile(f"[2-9] ?(?:{LOOSE}|개)")
"""A number with such a counter, which no call need have said."""

# Unit as written → unit as compared; "" is a plain counter.
UNITS: Final = dict.fromkeys(_COUNTERS.split(), "") | {
    "원": "won", "퍼센트": "percent", "프로": "percent", "%": "percent", "년": "year",
    "월": "month", "일": "day", "영업일": "day", "시": "hour", "시간": "hours", "분": "minute",
    "개월": "months", "달": "months", "주": "weeks", "주일": "weeks", "주간": "weeks",
    "주차": "weeks", "%p": "percent",
    "달러": "usd", "불": "usd", "유로": "eur", "엔": "jpy", "위안": "cny", "파운드": "gbp",
} | {
    f"{percent}{gap}포인트": "percent" for percent in ("퍼센트", "프로", "%") for gap in ("", " ")
}  # fmt: skip
_OWN: Final = """
    TB 테라 테라바이트 · GB G Gbps 기가 기가바이트 GHz · MB Mbps M 메가 메가바이트 · KB 킬로바이트
    · 달러 불 · 유로 · 엔 · 위안 · 파운드 · ㎡ m² m2 제곱미터 제곱 헤베
    · ㎥ m³ m3 세제곱미터 세제곱 입방미터 루베
"""
"""Counters that no other stands for, with those that mean the same."""

OWN_COUNTERS: Final = {word: words.split() for words in _OWN.split("·") for word in words.split()}

UNIT_WORD: Final = "|".join(sorted(UNITS, key=len, reverse=True))
UNIT: Final = re.compile(f" ?({UNIT_WORD})")
ABOUT: Final = re.compile(rf" ?[여몇] ?(?P<scale>[만억]?) ?(?P<unit>{UNIT_WORD})")
"""십여 개, 20여만 원, 이십몇만 원."""
# What may follow number words: the word's end or a particle. It keeps out 번호, 시스템, 분실,
# 주소, 대리 ….
NUMERAL_TAIL: Final = re.compile(
    r"$|[^가-힣]|은|는|이|가(?!입|능|족|격)|을|를|의(?!료|견|사|무|점)|에|로|으로|과(?!정)|와|만"
    r"|까[지진]|도(?!착|움)|부[터턴]|보다|씩|정도|쯤|경|간|동안|내|안(?!내)|뒤|후|전(?!화|체|자)|째|짜[리린립]|대"
    r"|입니|예요|요(?!금|청|일)|인(?!터|증|출|하|사|상|력)|였|나|밖|마다|당|치|분(?=[^가-힣]|이[요에]|[을은치]|$)|어치|반|중|하고"
    r"|랑|지[나만]|권|라(?:서|고|도|며|는|던|네|니까)|래(?:요|서|$|[^가-힣])|[랬랍]|더라|지요|세요|시(?:고|구|네|는|니|면|죠|지)|신(?:데|가|지)|[고구]요|네요"
    r"|부로|자로|거든|니까|죠|대(?=[^가-힣]|[의로에이인라]|$)|이라"
    r"|날(?=[^가-힣]|[에은이도로]|부터|까지|$)|식(?=[^가-힣]|[이으]|$)"
)
_OPEN_SYLLABLE: Final = ending_in(0)
TAIL: Final = re.compile(
    rf"{NUMERAL_TAIL.pattern}|(?<=[년월])제(?=[^가-힣]|[로가인는]|$)|(?<=[{_OPEN_SYLLABLE}])(?<!주)(?<!가지)(?<!해)(?<![가-힣]시)"
    r"(?:[고구면며니네라]|든지?|거나|여[서야]|야지?|셔서|시라|십니다|구나)(?![가-힣])"
)
"""What may follow their unit: 이다, too, has lost its 이 behind a vowel (십 프로면, 두 개고).
주고 and 가지고 are verbs, and 백이시면 is a hundred with an honorific."""
NOT_WON: Final = re.compile(r"원(?:인(?![데지가])|장|서)")
# Units that one syllable may stand before. Any other single syllable stays a word, unless the
# date or time around it needs a number there.
_ANY_DIGIT: Final = "일이삼사오육칠팔구십백"
SINGLES: Final = (
    dict.fromkeys(["퍼센트", "프로", "개월", "학년", "인분", "호선", "주년", "교시"], _ANY_DIGIT)
    | dict.fromkeys(["킬로", "키로", "톤", "메가", "미터", "센티", "그램", "년", "층"], _ANY_DIGIT)
    | dict.fromkeys(["남매", "자매", "형제"], "삼사오육")
    | dict.fromkeys(["명", "개", "건", "포인트", "달러"], "십백천만")
    | {
        "점": "십백천",  # 만점 is a full score
        "기가": "육칠팔십백",  # 사기가, 일기가, 이기가 are words
        "차": "일이삼사육칠팔",
        "인용": "일이삼사오육칠팔",
        "급": "일이삼사오육칠팔",
        "주일": "이삼사오육칠팔",
        "월": "일삼사오칠팔구",
        "일": "삼육칠팔",
        "원": "십백천만억",
    }
)
_APART: Final = "번 엔 유로 불 위안 파운드 마일 장 대 부 권 병 회 페이지 그루"
SPACED: Final = {" 기가": _ANY_DIGIT} | dict.fromkeys(
    [f" {unit}" for unit in _APART.split()], "십백천만"
)
"""Units before which a single syllable is a number only if it stands apart: 사 기가, not 사기가."""
# 사 일 이내, 오 분 정도: before these a single syllable with 일, 분, 주 is a duration.
SPAN: Final = re.compile(
    r" ?(?:이내|이상|이하|미만|초과|늦"
    r"|쯤|안에|안으로|뒤|후|정도|동안|간|걸|이면|만에|전에|에서)"
)
# 한 번, 한 분, 한 가지 … mean 'a' or 'just'.
ONE_IS_A: Final = frozenset(
    ["번", "분", "가지", "군데", "곳", "사람", "편", "판", "대", "해", "통", "벌", "줄", "주", "장"]
)
SINO_ONLY: Final = frozenset(["월", "일", "원", "년", "세", "인", "도", "위", "등", "호", "프로"])
NATIVE_WORDS: Final = re.compile(
    r"네 (?:주차|문제|과목|코스|페이지|좌석|학점|가구|형제|동)|[두세네]시[고구네는니면죠지]"
    r"|[두세네] ?미리|두통|두부|세대|세부|세장|세주|세점|네트|열차|열등|열통|한세"
)
