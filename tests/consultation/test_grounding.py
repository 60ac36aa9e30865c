"""Text under a call's expression holds only figures that the call bears out, in usual spellings."""

import datetime as dt
import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from llguidance import LLMatcher

from edgebox.consultation.grounding import Figures
from edgebox.language import copies, spelling
from edgebox.language.korean import numbers_in
from edgebox.reading.call import read
from support.expressions import BYTES, lets_through

DATA = Path(__file__).parents[1] / "data"
ON = dt.date(2025, 9, 11)

CALL = """
    사십팔만 칠천 원이 구월 십삼일에 빠졌고요 오후 세 시 반에 기사님이 가세요
    이자는 사점오 퍼센트예요
    십사 일 안에 처리되고 통화는 세 시간 걸렸어요 제 번호는 공일공 일이삼사 오육칠팔이고 송장번호는
    A123456이요 이삼일 걸리고 두 명이 가고 십이만 구천 원은 따로예요 이십사 개월 약정이고
    데이터는 15GB고요 갤럭시 이십사예요 삼 킬로쯤 돼요
"""


@pytest.fixture(scope="module")
def figures():
    return Figures(CALL, ON)


SAID = """
487,000원이 · 487000 원 · 48만 7천 원 · 48만7천원 · 48만 7,000원 · 48.7만 원 · 금액 48만 7천
2025년 9월 13일에 · 9월 13일 · 9월13일 · 9/13 · 2025-09-13 · 2025.9.13 · 2025. 9. 13.
13일까지 · 9월
9/13 15:30에 · 2025-09-13 15:30 · 9/13 오후 3:30 · 2025-09-13 오후 3시 30분으로 · 09/13 15시 30분
오후 3시 30분 · 오후 3시 반에 · 3시 반 · 15:30 · 오후 3:30 · 15시 30분
4.5% · 4.5 % · 4.5퍼센트 · 4.5프로 · 14일 이내 · 2주 안에 · 3시간 · 180분 · 24개월 · 2년 약정
010-1234-5678 · 01012345678 · 뒷자리 5678
A123456 · A-123456 · 123456 · 2~3일 · 2일 · 129,000원 · 12만 9천 원 · 12만 9천원
15GB · 15 GB · 갤럭시 S24 · 3kg · 2명 · 3가지 · 5건 · 9개 · 1회 · 0원 · 한 번 · 2번째
3개 일정 · 9월 일정
487,000원과 129,000원 · 9월 13일 오후 3시 30분 · (48만 7천 원) · 숫자가 없습니다.
"""
INVENTED = """
487,001원 · 129,0000원 · 129,000,000원 · 48만 원 · 48만 7천 3백 원 · 487,000만 원 · 12만 9월
9월 15일 · 2024년 9월 13일 · 8월 · 9월 14일 · 오전 3시 30분 · 오전 03:30 · 3시 · 4시 반 · 15:31
9/13 15:31 · 9/14 15:30 · 9/13 오전 3시 30분 · 2025-09-13 15:300 · 9/13 15 · 9/13 15:30:20
2025-09-13 3시 · 9/13 15시 · 9/13 15:30 30분 · 9/13 13일 15:30원
4% · 5.5% · 0.4.5% · 14시 · 2주년 · 3년 · 3개월 · 13개월 · 30시간 · 24% · 5시간 반
010-1234-5679 · 1234-5679 · 뒷자리 5677 · A123457 · B12345 · 3~5일 · 4일
10개일 · 3개일 안에
20가지 · 11건 · 1달러 · 1원 · 0유로
3원이 아닌 30원 · 1만 원 · 1천 원 · 487,000.5원 · 4.8만 원 · 0.487
２개 · 3②개 · ①번 · 4²개 · 48만７천 원 · 9월 ١٣일 · ㏢ · 9㋈
1\u200b29,000원 · 48\u00a07,000원 · 5\tkm
"""


def rows(block):
    return [row.strip(" ") for line in block.strip("\n").split("\n") for row in line.split(" · ")]


def test_what_people_write_for_a_said_number_is_let_through(figures):
    listed = rows(SAID)
    passed = lets_through(figures.expression, *listed)
    assert [text for text, ok in zip(listed, passed, strict=True) if not ok] == []


def test_a_number_that_was_not_said_cannot_be_written(figures):
    listed = rows(INVENTED)
    passed = lets_through(figures.expression, *listed)
    assert [text for text, ok in zip(listed, passed, strict=True) if ok] == []


@pytest.mark.parametrize("said", ["٣박 ٢일", "٣달러 ٥٠센트", "٧ 대 ٣", "३박 २일", "٣월 말일"])
def test_digits_of_another_script_are_no_fault(said):
    assert Figures(f"고객: {said}이요 예약 취소해 주세요").bear_out("예약 취소를 요청했습니다.")


def test_minutes_before_a_noun_are_no_share():
    figures = Figures("고객: 십 분의 여유만 주세요 오 분의 지연이 있었어요 삼분의 일만 낼게요")
    texts = ["10분 여유", "5분 지연", "1/3 납부", "3분 대기"]
    assert lets_through(figures.expression, *texts) == [True, True, True, False]


def test_where_nothing_was_counted_up_to_nine_things_are():
    figures = Figures("고객: 카드를 정지해 주세요\n상담사: 재발급은 사흘 걸립니다")
    texts = ["9가지 서류", "9개의 날짜", "10개의 날짜", "10건", "카드 1달러"]
    passed = lets_through(figures.expression, *texts)
    assert passed == [True, True, False, False, False]
    assert [figures.bear_out(text) for text in texts[:4]] == passed[:4]


def test_an_answer_may_end_after_any_sentence_and_not_in_a_figure(figures):
    text = "고객이 487,000원 환불을 요청했습니다. 상담사가 접수했습니다."
    start = LLMatcher(BYTES, LLMatcher.grammar_from_regex(figures.expression), log_level=0)
    matcher, ends = start.deep_copy(), []
    for at, octet in enumerate(text.encode(), 1):
        assert matcher.try_consume_tokens([octet]) == 1
        if matcher.is_accepting():
            ends.append(at)
    for sentence in ("고객이 487,000원 환불을 요청했습니다.", text):
        assert len(sentence.encode()) in ends
    for broken in ("고객이 48", "고객이 487,", "고객이 487,00"):
        assert len(broken.encode()) not in ends


def test_small_counters_are_free_however_they_are_written():
    figures = Figures("고객: 카드를 잃어버렸어요")
    assert all(
        figures.bear_out(f"가족 {count}이 함께 씁니다") for count in ("3명", "세 명", "세명")
    )
    assert not any(figures.bear_out(text) for text in ("열두 명입니다", "삼만 원입니다", "12명"))


def test_a_call_without_numbers_leaves_the_small_counters():
    expression = Figures("네 알겠습니다").expression
    assert lets_through(expression, "2가지를 1회 안내했습니다.", "") == [True, True]
    assert lets_through(expression, "12가지", "3만 원", "5일", "010") == [False] * 4


# Each line: what was said, and what may be written of it.
COPIED_AND_WRITTEN = """
아이폰15프로 맥스 1TB 주세요 | 아이폰15프로 맥스 1TB로 · 아이폰15프로를
아이폰 십오 프로 맥스요 | 아이폰 15 프로 맥스 · 아이폰15 프로 · 아이폰15프로
Z플립6 256GB요 | Z플립6 256GB를
1~2월 요금이요 | 1~2월 요금
25년 9월분이요 | 25년 9월분 요금 · 2025년 9월분
차량 12만km예요 | 차량 12만km · 12만 km
혈압이 140/90이에요 | 혈압 140/90으로
3-4일 걸려요 | 3-4일 소요
10시-12시에 와요 | 10시-12시 방문 · 10시~12시
2025. 9. 20. 오후 5시까지요 | 2025. 9. 20. 오후 5시까지 · 9월 20일 17시
9.13(토)에요 | 9.13(토)에 · 9월 13일(토)
구월 십삼일이요 | 9.13(토) · 9.13.(토) · 2025년 9월 13일 · 25년 9월 13일
2만9천900원이요 | 2만9천900원 · 29,900원
이만 구천구백 원이요 | 2만9천900원 · 2만 9천 900원 · 2만 9천9백 원
35길 12-3이요 | 35길 12-3으로
배터리가 10,000mAh예요 | 10,000mAh · 10000mAh
일 년 반 됐어요 | 1년 반 · 1년 6개월 · 18개월
세 시 이십 분 전에요 | 3시 20분 전
1월 2일이요 | 2026년 1월 2일 · 2025년 1월 2일 · 1월 2일
백이십 기가요 | 120GB · 120 GB · 120기가
삼 킬로예요 | 3kg · 3km
오백 유로요 | 500유로
백이십이요 | 120원 · 120명 · 120
세 개에서 다섯 개요 | 3~5개
"""
ANOTHER_UNIT = """
백이십 기가요 | 120MB · 120원 · 120명 · 120메가
팔백삼 호요 | 803원 · 803달러
육백이십구 번 버스요 | 629원 · 629 원 · 629%
487,000원이요 | 487,000달러 · 487,000 개 · 487000명
오백 유로요 | 500원 · 500달러
비밀번호 일이삼사 번이요 | 1234원
세 개에서 다섯 개요 | 3~5원
혈압이 140/90이에요 | 140원/90 · 140/91
10시-12시에 와요 | 오전 10시-11시 · 10시-13시
오전 10시에 와요 | 오후 10시
10000이요 | 10000영업일 · 10000 영업일
1월 2일이요 | 2027년 1월 2일 · 2024년 1월 2일
"""


def calls_and_texts(block):
    for row in block.strip().split("\n"):
        call, texts = row.split(" | ")
        yield call, texts.split(" · ")


@pytest.mark.parametrize(("call", "texts"), [*calls_and_texts(COPIED_AND_WRITTEN)])
def test_a_figure_may_be_copied_as_the_call_has_it(call, texts):
    figures = Figures(call, dt.date(2025, 12, 11))
    passed = lets_through(figures.expression, *texts)
    assert [text for text, ok in zip(texts, passed, strict=True) if not ok] == []
    assert [text for text in texts if not figures.bear_out(text)] == []


@pytest.mark.parametrize(("call", "texts"), [*calls_and_texts(ANOTHER_UNIT)])
def test_a_figure_keeps_the_kind_of_unit_that_it_was_said_with(call, texts):
    expression = Figures(call, dt.date(2025, 12, 11)).expression
    passed = lets_through(expression, *texts)
    assert [text for text, ok in zip(texts, passed, strict=True) if ok] == []


# Each line: what was said, what may be written, and what a number word beside it makes another.
BESIDE_A_WORD = """
사십팔만 칠천 원이 빠졌어요 | 487,000원 · 고객님만 487,000원 · 하지만 487,000원 · 487,000원만 | \
    만 487,000원 · 천 487,000원 · 고객이 백  487,000원을 · 일억 487,000원 · (만 487,000원)
칠천 원에 이십만 원 더요 | 7천 원 · 20만 원 · 7천 원만 20만 원에서 · 20만 원 이만 종료 | \
    48만 7천 원 · 사십팔만 7천 원 · 사십팔 만 7천 원 · 백 20만 원 · 20만 천 원 · 20만 오천 원 · \
    20만 오 천 원 · 20만 삼백 원 · 20만 천 · 7천 오백 원 · 7천 이십 원
사흘 뒤에 와요 | 이 3일 · 약 3일 · 고객 3일 · 3일만 3일 · 상담만 3일 · 일 3번 · 3일 이상 · \
    각 조 3명 | \
    십 3일 · 이십 3일 · 결과는 십 3일 · 3일, 십 3일 · 3일 이십 3일 · 2번 십 3일
만 십구 세 이상이고 만 삼 년 됐어요 | 만 19세 · 만 19세 이상 · 만19세 · 만 19살 · \
    만 3년 · 고객은 만 19세 | 만 19원 · 만 19개 · 십 19세 · 천 19세
구월이고 세 시예요 | 9월 이월 데이터 · 9월 오일 교체 · 3시 오후 방문 · 3시 이후 | \
    9월 십 3일 · 9월 십삼일 · 9월십삼일 · 9월 이십오 일 · 9월 삼십일 · 3시 십 분 · 3시 이십오분 · \
    3시 오 분 · 오후 3시 삼십분 · 이십 3시
이천이십오년이요 | 2025년 · 2025년 일정 · 2025년 만기 | 2025년 구월 · 2025년 십이월 · 2025년 삼 월
한 달이요 세 시간이요 | 1개월 · 3시간 이상 · 3시간 이용 | 3시간 이십 분 · 3시간 삼십분
십오예요 | 15 백업 · 15 천안점 · 15 | \
    15 백 원 · 15 천 원 · 15 천원 · 15 천만 · 백 15 · 15 백
두 개에 스물네 살이요 | 24살 · 선물 2개 · 오른쪽 2개 · 모든 2개 · 초순 2개 | \
    스물 2개 · 서른 2개 · 예순 2개 · 여든 2개
"""


@pytest.mark.parametrize("row", BESIDE_A_WORD.replace("\\\n", "").strip().split("\n"))
def test_no_number_word_beside_a_figure_makes_another_number(row):
    said, may, may_not = row.split(" | ")
    expression = Figures(said, ON).expression
    for texts, right in ((rows(may), True), (rows(may_not), False)):
        listed = [form.format(text) for text in texts for form in ("{}", "고객이 {}", "{} 문의")]
        passed = lets_through(expression, *listed)
        assert [text for text, ok in zip(listed, passed, strict=True) if ok != right] == []


def test_of_too_many_numbers_the_first_may_be_written(monkeypatch):
    monkeypatch.setattr(spelling, "MAX_VALUES", 20)
    monkeypatch.setattr(copies, "MAX_COPIES", 20)
    expression = Figures(" ".join(f"{n}원" for n in range(1100, 1200))).expression
    assert lets_through(expression, "1,100원", "1,105원", "1,199원") == [True, True, False]


# ---- the good analyses of the test data ----


def good():
    """(name, what was said, date, texts) of every analysis that is not held out."""
    for case in json.loads((DATA / "analyses.json").read_text()):
        if not case["held_out"]:
            yield case["id"], case["transcript"], None, case["analysis"]
    for path in sorted((DATA / "golden").glob("*.json")):
        golden = json.loads(path.read_text())
        if not golden["held_out"]:
            call = json.loads((DATA / golden["call"]).read_text())
            on = dt.date.fromisoformat(call["call_date"]) if "call_date" in call else None
            yield path.stem, call["transcript"], on, golden["analysis"]


def texts_of(analysis):
    titles = analysis["titles"]
    words = [*analysis["keywords"], titles["keyword"], titles["descriptive"]]
    return [*analysis["summary"].values(), *words]


def said_in(transcript):
    return "\n".join(utterance.text for utterance in read(transcript).said)


def test_good_analyses_pass_their_own_calls_expression():
    stopped = []
    for name, transcript, on, analysis in good():
        texts = [t for t in texts_of(analysis) if re.search(r"\d", t)]
        expression = Figures(said_in(transcript), on).expression
        passed = lets_through(expression, *texts)
        stopped += [(name, t) for t, ok in zip(texts, passed, strict=True) if not ok]
    assert stopped == []


# ---- what is let through, the score accepts ----

WON = st.integers(1, 99_999).map(lambda n: f"{n * 100}원")
DAYS = st.tuples(st.integers(1, 12), st.integers(1, 28)).map(lambda d: f"{d[0]}월 {d[1]}일")
PARTS = st.sampled_from(["오전", "오후", ""])
HOURS = st.tuples(PARTS, st.integers(1, 12), st.integers(0, 59)).map(
    lambda t: f"{t[0]} {t[1]}시 {t[2]}분" if t[2] else f"{t[0]} {t[1]}시"
)
RATES = st.integers(1, 999).map(lambda n: f"{n / 10}%")
UNITS = st.sampled_from(["일", "주", "개월", "시간", "분", "명"])
SPANS = st.tuples(st.integers(1, 40), UNITS).map(lambda s: f"{s[0]}{s[1]} 동안")
_COPIED_LISTED = """
    {}-{}일 {}~{}월 폰{}프로 {}/{} {}길.{}-{} {}시-{}시 {}년.{}월분 {}만km {}.{}(토)
    {}만{}천{}원 {},000mAh
"""
COPIED = st.tuples(st.sampled_from(_COPIED_LISTED.split()), *[st.integers(1, 40)] * 3).map(
    lambda n: n[0].replace("길.", "길 ").replace("년.", "년 ").format(*n[1:])
)
CODES = st.from_regex(r"[A-Z]{0,2}[0-9]{5,11}", fullmatch=True)
NUMBERS = st.one_of(WON, DAYS, HOURS, RATES, SPANS, COPIED, CODES)
_GLUE_LISTED = """
    - ~ / : 원 .원 만 천 이. 에. 은. 을. 오전. 오후. 저녁에. 월 .월 일 시 .시 년 분 반 .반 간 개
    주 개월 % A GB ( ) 번 까지. 부터. 약. 총. 점. 영업일. 했습니다.
"""
# A point stands for a space there.
GLUE = st.sampled_from(
    ["", " ", ", ", ". ", *(word.replace(".", " ") for word in _GLUE_LISTED.split())]
)


def drawn_text(data, matcher, parts):
    """Put pieces together that the matcher takes, as far as it takes them."""
    text = ""
    for piece in data.draw(st.lists(parts, min_size=2, max_size=12)):
        octets = list(piece.encode())
        taken = matcher.try_consume_tokens(octets)
        if taken == len(octets):
            text += piece
        elif taken:
            matcher.rollback(taken)
    return text if matcher.is_accepting() else ""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(NUMBERS, min_size=1, max_size=5), st.data())
def test_whatever_is_let_through_the_call_bears_out(said, data):
    """Number words alone are not held; with digits they are.

    An expression takes a tenth of a second to compile, so many texts are tried against each.
    """
    figures = Figures(", ".join(said), ON)
    start = LLMatcher(BYTES, LLMatcher.grammar_from_regex(figures.expression), log_level=0)
    digits = st.from_regex(r"[0-9]{1,4}", fullmatch=True)
    parts = st.one_of(GLUE, st.sampled_from(said), digits)
    for _ in range(8):
        text = drawn_text(data, start.deep_copy(), parts)
        found = numbers_in(text, on=ON)
        held = [n for n in found if re.search("[0-9]", text[n.start : n.end])]
        wrong = [number for number in held if not figures.bears_out(text, number)]
        assert wrong == [], (said, text)


def test_no_sign_that_stands_for_a_digit_is_free(figures):
    signs = [
        char
        for char in map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x20000)])
        if re.search(r"[0-9]", unicodedata.normalize("NFKC", char))
        or unicodedata.category(char) in ("Nd", "No")
    ]
    assert len(signs) > 1000
    assert not any(lets_through(figures.expression, *signs))


@pytest.mark.parametrize(
    ("said", "may", "may_not"),
    [
        ("사점 오 퍼센트예요", "4.5% · 4.5퍼센트", "5% · 4%"),
        ("영 점 오 프로 할인이요", "0.5%", "5%"),
        ("삼 점 오 킬로예요", "3.5kg · 3.5킬로", "5kg · 5킬로"),
        ("일억 이천오백만 원 대출이요", "1억 2,500만 원 · 125,000,000원", "2,500만 원"),
        ("만 엔 환전이요", "1만 엔 · 10,000엔", "2만 엔"),
        ("천 마일 적립이요", "1,000마일", "100마일"),
        ("천 원짜리 백 장이요", "1,000원 · 100장", "100원"),
        ("천구백팔십오년생이요", "1985년생 · 85년생", "1958년생 · 58년생"),
        ("팔오년생이요", "1985년생 · 85년생", "1986년생"),
        ("85년생이에요", "1985년생 · 85년생", "1958년생"),
        ("이삼 주 걸려요", "2~3주 · 14~21일", "23주"),
        ("계좌 일일공에 이삼사에 오육칠팔구공", "110-234-567890 · 110234567890", "110-234-567891"),
        ("일일공에 이삼사에 오육칠팔구공이요", "110-234-567890", "110-234-567891"),
    ],
)  # fmt: skip
def test_what_may_be_written_of_a_number_is_what_was_said(said, may, may_not):
    figures = Figures(said, ON)
    for texts, right in ((may, True), (may_not, False)):
        lines = [f"고객이 {text} 안내를 요청했습니다." for text in texts.split(" · ")]
        assert lets_through(figures.expression, *lines) == [right] * len(lines)
    assert all(figures.bear_out(text) for text in may.split(" · "))
