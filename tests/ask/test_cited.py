"""What is streamed is what stands there at the end, however it arrives in pieces."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.ask.cited import Cited, Numbering, cut
from edgebox.ask.ground import Grounds, Place
from edgebox.reading.call import read

CALL = read(
    "상담사: 안녕하세요 한빛카드 김서연입니다\n"
    "고객: 재발급은 얼마나 걸려요\n"
    "상담사: 영업일로 사흘 걸리고 수수료는 오천 원입니다\n"
    "고객: 환불은 언제까지 돼요\n"
    "상담사: 칠 일 안에 신청하시면 되고 적립금은 환불이 안 됩니다\n"
)
ANSWER = (
    "**재발급**은 영업일로 3일 걸립니다.\n\n"
    "- 수수료는 5,000원입니다.\n"
    "- 환불은 7일 안에 신청해야 합니다. 적립금은 환불되지 않습니다.\n"
)


def grounds():
    return Grounds([Place(number, one) for number, one in enumerate(CALL.utterances)])


def written(pieces, *, held=True, whole=True):
    cited = Cited(grounds(), Numbering(), held=held)
    shown = "".join(cited.feed(piece) for piece in pieces)
    shown += cited.finish(whole=whole)
    return shown, cited


def test_each_sentence_has_the_utterances_that_bear_it_out_behind_it():
    shown, cited = written([ANSWER])
    assert shown == cited.markdown
    assert shown.splitlines() == [
        "**재발급**은 영업일로 3일 걸립니다. [1][2]",
        "",
        "- 수수료는 5,000원입니다. [1]",
        "- 환불은 7일 안에 신청해야 합니다. [3] 적립금은 환불되지 않습니다. [3]",
    ]
    verdict = cited.verdict()
    assert (verdict.flags, verdict.unsupported) == ((), ())
    assert verdict.cited == (2, 1, 4)


@given(st.lists(st.integers(0, len(ANSWER)), max_size=12), st.booleans())
def test_it_does_not_matter_how_it_arrives(cuts, held):
    marks = [0, *sorted(cuts), len(ANSWER)]
    pieces = [ANSWER[a:b] for a, b in itertools.pairwise(marks)]
    shown, cited = written(pieces, held=held)
    assert shown == cited.markdown == written([ANSWER])[0]


def test_a_number_that_was_never_said_is_marked_where_it_stands():
    shown, cited = written(["재발급은 영업일로 3일 걸립니다. 수수료는 6,000원입니다."])
    verdict = cited.verdict()
    assert "ungrounded_number" in verdict.flags
    (span,) = [one for one in verdict.unsupported if one.kind == "number"]
    assert shown[span.start : span.end] == "6,000원"


def test_where_the_model_is_not_held_such_a_sentence_and_what_follows_is_not_shown():
    text = ["재발급은 영업일로 3일 걸립니다. ", "수수료는 6,000원입니다. ", "환불은 7일입니다."]
    shown, cited = written(text, held=False)
    assert cited.stopped
    assert shown == "재발급은 영업일로 3일 걸립니다. [1][2]"


def test_the_opposite_of_what_was_said_is_flagged():
    _, cited = written(["적립금도 환불됩니다."])
    assert "polarity" in cited.verdict().flags


def test_a_name_that_the_call_does_not_hold_is_flagged():
    shown, cited = written(["상담사 김서현이 재발급은 3일 걸린다고 안내했습니다."])
    verdict = cited.verdict()
    assert "wrong_name" in verdict.flags
    assert shown[verdict.unsupported[0].start : verdict.unsupported[0].end] == "김서현"


def test_a_loop_is_flagged():
    _, cited = written(["재발급은 영업일로 3일 걸립니다. " * 3])
    assert "repetition" in cited.verdict().flags


def test_what_the_model_writes_like_a_citation_is_no_number():
    _, cited = written(["재발급은 영업일로 3일 걸립니다 [12]."])
    assert "ungrounded_number" not in cited.verdict().flags


def test_a_cut_answer_ends_at_a_whole_line_or_sentence():
    assert cut("재발급은 사흘 걸립니다.\n- 수수료는 오") == "재발급은 사흘 걸립니다."
    assert cut("재발급은 사흘 걸립니다. 수수료는 오") == "재발급은 사흘 걸립니다."
    assert cut("재발급은") == ""
    shown, cited = written(["재발급은 사흘 걸립니다. 수수료는 오"], whole=False)
    assert cited.markdown.startswith("재발급은 사흘 걸립니다. [1]")
    assert "수수료" not in cited.markdown
    assert "수수료" in shown, "it was a draft"


UNPAID = """상담사: 안녕하세요 다온몰입니다
고객: 반품한 지 열흘인데 환불이 왜 안 되나요
상담사: 배송비 입금이 확인되지 않아서 환불이 어렵습니다
고객: 판매자한테 물어봐도 판매자 답변이 없어서요
상담사: 판매자 답변이 없으면 삼 일 뒤에 자동으로 취소됩니다
고객: 택배 기록은요
상담사: 택배 기록은 조회가 안 되고 있고 계약서에 명시되지 않은 위약금은 없습니다
고객: 담당 기사님은요
상담사: 담당 기사 배정 정보가 없습니다 방문 시간도 확인이 안 돼요"""


def gives_nothing(answer):
    call = read(UNPAID)
    grounds = Grounds([Place(number, one) for number, one in enumerate(call.utterances)])
    cited = Cited(grounds, Numbering(), held=True)
    cited.feed(answer)
    cited.finish(whole=True)
    return cited.gives_nothing, cited


@pytest.mark.parametrize(
    "answer",
    [
        "입금이 확인되지 않아 환불이 어렵다고 안내했습니다.",
        "**배송비 입금**이 확인되지 않았습니다.",
        "판매자 답변이 없어 3일 뒤에 자동 취소된다고 안내했습니다.",
        "판매자 답변이 없으면 3일 뒤 자동으로 취소됩니다.",
        "택배 기록은 조회되지 않아 확인할 수 없다고 했습니다.",
        "계약서에 명시되지 않은 위약금은 없다고 했습니다.",
        "담당 기사 배정 정보가 없습니다.",
        "방문 시간은 확인되지 않았습니다.",
        "3일 뒤에 자동으로 취소됩니다. 정확한 시각은 확인되지 않습니다.",
    ],
)
def test_what_people_looked_for_in_vain_is_an_answer(answer):
    nothing, cited = gives_nothing(answer)
    assert not nothing
    assert cited.verdict().cited
    assert cited.verdict().flags == ()


@pytest.mark.parametrize(
    "answer",
    [
        "상담 내용에서 찾지 못했습니다.",
        "배송비 금액은 확인되지 않습니다.",
        "배송비 금액은 확인되지 않은 상태입니다.",
        "환불 예정일은 확인되지 않습니다.",
        "환불 금액에 대한 정보가 없습니다.",
        "배송비가 얼마인지 알 수 없습니다.",
        "상담에서 배송비 입금 날짜는 확인되지 않았습니다.",
        "위 상담에는 위약금이 언급되지 않았습니다.",
        "판매자 연락처에 대한 정보가 없습니다.",
        "위약금 금액은 나오지 않습니다.",
        "기사 이름은 확인되지 않아 답할 수 없습니다.",
        "고객이 환불이 안 되는 이유를 문의했습니다. 환불 날짜는 언급되지 않았습니다.",
    ],
)
def test_what_the_model_does_not_find_in_the_call_is_none(answer):
    nothing, _ = gives_nothing(answer)
    assert nothing
