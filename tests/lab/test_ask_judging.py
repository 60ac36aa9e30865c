"""Judging answers to questions, with answers made by hand."""

from pathlib import Path

import pytest

from edgebox.lab.evaluation.ask_judging import judge_ask, judge_ask_failure
from edgebox.lab.evaluation.ask_totals import ask_report
from edgebox.lab.evaluation.cases import Case
from edgebox.lab.evaluation.questions import Asked, Question, load_questions
from edgebox.lab.evaluation.replies import Reply, Wording

ASKS = Path(__file__).parents[1] / "data" / "asks"
OURS = {
    one.id: one
    for name in ("questions", "held_out")
    for one in load_questions(ASKS / f"{name}.jsonl")
}
NOT_FOUND = "상담 내용에서 찾지 못했습니다."

RIGHT = {
    "Q01": "결과는 **영업일 기준 7일** 정도 걸린다고 안내했습니다. [10]",
    "Q02": "아니요. 이의제기한 건은 청구가 보류되어 25일에는 **한 건만** 출금됩니다. [12]",
    "Q03": ("분실 사고로 접수해 **물품 가액 168,000원**을 보상합니다. [1]\n- 구매 영수증 필요 [2]"),
    "Q04": "고객 댁은 104동 802호입니다. [1]",
    "Q05": "CD는 **7월 21일(월)** 저녁에 찾으러 오기로 했습니다. [1]",
    "Q06": "감면 30%를 적용하면 **18만 2천 원**입니다. [12]",
    "Q07": "아니요, 부가세는 분납이 되지 않습니다. 카드 납부는 가능하고 수수료는 0.8%입니다. [1]",
    "Q08": "카드사에 따라 3~5일 정도 걸립니다. [1]",
    "Q09": "아니요, 수료증은 마이페이지에 그대로 남아 있습니다. 탈퇴하지 않으면 됩니다.",
    "Q10": "올해 4월 11일 마케팅 센터의 전화로 가입했습니다.",
    "Q11": "접수번호는 VOC-0913-407입니다.",
    "Q12": "아니요. 상담사는 환급을 약속할 권한이 없어 소비자보호팀에 검토를 올리기로 했습니다.",
    "Q13": "9월 20일(토) 오전 10시~12시에 방문합니다.",
    "Q14": "아니요, 어머님 댁으로 이전하면 위약금이 없습니다. 이전 설치비 27,500원만 나옵니다.",
    "Q15": ("- 어머님 신분증 사본\n- 가족관계증명서"),
    "Q16": (
        "남은 일은 다음과 같습니다.\n"
        "1. 냉장고: 9월 25일 목요일 새 제품 배송 [1]\n"
        "2. 마루: 고객이 사진을 보내고, 손해사정 담당자가 3일 안에 방문 날짜를 잡음 [2]\n"
        "3. 적립금 5만 원 지급"
    ),
    "Q17": "아니요. 120만 원은 장담할 수 없고, 35만 원 쪽으로 진행될 가능성이 높다고 했습니다.",
    "Q18": (
        "- 재계약서(확정일자)\n"
        "- 주민등록등본\n"
        "- 재직증명서\n"
        "- 근로소득 원천징수영수증(전 직장 포함)\n"
        "- 계약금 영수증 75만 원"
    ),
    "Q19": "급여이체가 빠지면 4.12%입니다.",
    "Q20": "오늘 밤 12시까지 취소해야 50% 환불됩니다.",
    "Q21": "57만 2천 원이 9월 17일 수요일까지 입금됩니다.",
    "Q22": "아니요. 금요일 오후 5시까지 답이 없으면 그대로 출발하고 10만 원 보상도 나갑니다.",
    "Q23": "아버지의 기왕증으로 보아 거절했으나, 어머니의 약 영수증을 잘못 본 것이었습니다.",
    "Q24": "18만 원이 아니라 절반인 9만 원만 내기로 했습니다.",
    "Q25": "아니요. 이미 낸 55만 원은 항변권으로는 돌려받을 수 없고 가맹점에 직접 청구해야 합니다.",
    "Q26": "네, 보류 중인 금액은 연체로 잡히지 않습니다.",
    "Q27": "받은 사람은 김민제(어이 제)입니다. 보내려던 사람은 김민재입니다.",
    "Q28": "예금보험공사의 착오송금 반환지원 제도를 신청할 수 있다고 안내했습니다.",
    "Q29": "돌아가신 것을 안 날부터 3개월 안, 4월 초까지입니다.",
    "Q30": "영사관 확인을 받은 위임장을, 인감이 없으면 서명인증서 원본을 우편으로 보내야 합니다.",
    "H01": "5월 7일 목요일 오전 10시입니다.",
    "H02": "뒷자리는 3359입니다. 3395는 남편 번호입니다.",
    "H03": "개봉 후 14일이 지나 반품이 되지 않습니다.",
    "H04": "아니요, 해지 신청은 넣지 않았습니다.",
    "H05": "선결제 50,000원이 취소됩니다.",
    "H06": "129만 5천 원입니다.",
    "H07": "아니요. 승인 후 30일 안에 실행해야 해서 지금 신청하는 것은 의미가 없습니다.",
    "H08": "등기권리증, 재직 서류, 두 분 신분증입니다.",
    "H09": "아니요, 220만 원이 아니라 280만 원입니다.",
    "H10": "네, 사진을 여러 장 찍었으면 치워도 됩니다. 다만 볼트 부분은 버리지 말라고 했습니다.",
    "H11": "하루 4만 1천 원 정도입니다.",
    "H12": "아니요, 된다고는 못 하겠다고 했고 확정되지 않았습니다.",
    "H13": "아니요, 200만 원이 그대로 넘어갑니다.",
    "H14": (
        "- 고객: 9월 30일까지 새 계약서에 모바일 서명\n"
        "- 우리: 새 담당자 문자 안내, 주유권 10만 원 확인"
    ),
    "H15": "12월 4일까지는 무료이고 그 뒤로 하루 2,000원씩 붙습니다.",
}
"""A right answer to each question that a call answers, as a model may word it."""

REVERSED = {
    "Q02": "네, 25일에 두 건 다 출금됩니다.",
    "Q07": "네, 분할 납부가 가능합니다.",
    "Q09": "네, 수료증은 사라집니다.",
    "Q12": "네, 환급을 약속했습니다.",
    "Q14": "네, 위약금은 156,000원 나옵니다.",
    "Q17": "네, 120만 원 전액 보상하기로 했습니다.",
    "Q22": "네, 답이 없으면 자동으로 취소됩니다.",
    "Q25": "네, 55만 원도 돌려받을 수 있습니다.",
    "Q26": "아니요, 연체로 처리됩니다.",
    "H04": "네, 해지를 접수했습니다.",
    "H07": "네, 8월에 실행할 수 있습니다.",
    "H09": "네, 220만 원입니다.",
    "H10": "아니요, 치우면 안 된다고 했습니다.",
    "H12": "네, 모레 옮길 수 있다고 안내했습니다.",
    "H13": "네, 다시 내야 합니다.",
    "H02": "뒷자리는 3395입니다.",
    "Q27": "받은 사람은 김민재입니다.",
}
"""Answers that say the opposite of what was said."""

CALL = Case(
    id="c",
    transcript=(
        "고객: 환불 되나요? 블로그에는 십사 일이라던데요.\n"
        "상담사: 칠 일 안에 신청하시면 됩니다.\n"
        "고객: 배송비 삼천 원은요?\n"
        "상담사: 배송비는 돌려드릴 수 없습니다.\n"
    ),
    facts=[{"fact": "7일", "any": ["7일"]}],
)
TERM = {
    "question": "환불 14일 맞지?",
    "facts": [{"fact": "7일", "any": ["7일"], "utterances": [1]}],
    "polarity": "no",
    "opposite": ["14일 안에", "14일 이내", "14일입니다", "환불 불가"],
}
FEE = {
    "question": "배송비도 돌려줌?",
    "facts": [
        {
            "fact": "돌려주지 않음",
            "any": ["돌려드릴 수 없", "돌려받을 수 없", "환불 대상이 아니"],
            "utterances": [3],
        }
    ],
    "polarity": "no",
    "opposite": ["배송비도 환불", "배송비도 돌려드립"],
}
UNSAID = {"question": "카드 말고 계좌로 받을 수 있어? 30만 원인데", "answerable": False}


def asked(question):
    given = {"id": "q", "call": "c.json", **question}
    return Asked(question=Question.model_validate(given), case=CALL)


def judged(question, text, **reply):
    one = question if isinstance(question, Asked) else asked(question)
    places = sorted(one.question.utterances)[:1]
    given = {
        "status": "success",
        "answer": {"markdown": text, "by": "m"},
        "citations": [{"n": 1, "source": "transcript", "utterance": place} for place in places],
    }
    return judge_ask(one, Reply.model_validate(given | reply), seconds=2.5)


@pytest.mark.parametrize("id_", [id_ for id_, one in OURS.items() if one.question.answerable])
def test_a_right_answer_to_each_of_our_questions_is_right(id_):
    answer = judged(OURS[id_], RIGHT[id_])
    assert (answer.missing, answer.faults, answer.cited) == ([], (), True)
    assert answer.right


@pytest.mark.parametrize("id_", REVERSED)
def test_the_opposite_answer_to_our_questions_is_reversed(id_):
    answer = judged(OURS[id_], REVERSED[id_])
    assert "polarity_reversed" in answer.faults
    assert not answer.right


@pytest.mark.parametrize("id_", [id_ for id_, one in OURS.items() if one.question.answerable])
def test_an_answer_that_nothing_was_found_is_wrong_where_the_call_answers(id_):
    answer = judged(OURS[id_], NOT_FOUND)
    assert answer.faults == ("wrongly_not_found",)
    assert not any(answer.held)


@pytest.mark.parametrize("id_", [id_ for id_, one in OURS.items() if not one.question.answerable])
def test_an_answer_that_nothing_was_found_is_right_where_the_call_does_not_answer(id_):
    assert judged(OURS[id_], NOT_FOUND).right
    invented = judged(OURS[id_], "네, 내일 오전에 확인됩니다.")
    assert (invented.right, invented.faults) == (False, ("answered_unsaid",))


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("**14일이 아니라 7일** 안에 신청해야 합니다. [2]", True),
        ("14일이 아니고 7일입니다.", True),
        ("14일 말고 7일입니다.", True),
        ("아니요, 14일이 아닙니다. 7일입니다.", True),
        ("7일이 아니라 14일입니다.", False),
        ("7일이 아닙니다.", False),
        ("7일이라는 내용은 없습니다.", False),
        ("17일입니다.", False),
        ("[7]", False),
    ],
)
def test_a_number_that_is_denied_is_not_stated(text, held):
    assert judged(TERM, text).held == (held,)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("아니요, 14일이 아니라 7일입니다.", False),
        ("네, 14일 이내입니다.", True),
        ("7일이 아니라 14일입니다.", True),
        ("7일 이내라도 환불 불가입니다.", True),  # the number is right, what is said of it is not
        ("네.", True),
        ("네, 7일입니다.", False),  # a sloppy word before the right answer
        ("14일 이내가 아니라 7일 이내입니다.", False),
        ("14일 안에 신청하면 된다는 안내는 없습니다.", False),
    ],
)
def test_an_answer_that_says_the_opposite_is_reversed(text, there):
    assert ("polarity_reversed" in judged(TERM, text).faults) is there


def test_the_opposite_that_is_negated_is_no_opposite():
    assert judged(FEE, "아니요, 배송비도 환불되지는 않아 돌려받을 수 없습니다.").right
    assert judged(FEE, "배송비는 환불 대상이 아닙니다.").right
    other = judged(FEE, "배송비를 환불하지는 않습니다.")  # the form's words in other endings
    assert "polarity_reversed" not in other.faults
    assert judged(FEE, "네, 배송비도 환불됩니다.").faults == ("polarity_reversed",)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("7일 안에 신청하면 3천 원을 뺀 금액을 받습니다. [1] [4]", False),
        ("칠 일입니다.", False),
        ("10일입니다.", True),
        ("7일이고 수수료는 5,000원입니다.", True),
        ("10일이 아니라 7일입니다.", False),
        ("1. 신청: 7일\n2. 배송비: 3,000원", False),
    ],
)
def test_a_number_that_was_never_said_is_a_fault(text, there):
    assert ("ungrounded_number" in judged(TERM, text).faults) is there


@pytest.mark.parametrize(
    ("day", "there"), [("9월 17일", False), ("9월 18일", True), ("8월 17일", True)]
)
def test_a_day_said_without_its_month_is_one_of_a_month_that_was_said(day, there):
    answer = judged(OURS["Q15"], f"{RIGHT['Q15']}\n{day}까지 연락을 주기로 했습니다.")
    assert ("ungrounded_number" in answer.faults) is there


def test_a_number_that_the_question_accepts_is_no_fault():
    answer = judged(OURS["H15"], "12월 5일부터 하루 2천 원씩 붙습니다.")
    assert (answer.right, answer.faults) == (True, ())


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("30만 원을 계좌로 받을 수 있는지 문의하셨지만 상담 내용에서 찾지 못했습니다.", False),
        ("질문하신 30만 원은 안내한 적이 없습니다.", False),
        ("30만 원을 계좌로 받을 수 있는지 문의하셨고, 카드로만 받을 수 있습니다.", False),
        ("네, 30만 원은 계좌로 받을 수 있습니다.", True),
    ],
)
def test_the_questions_own_number_may_be_quoted_and_not_asserted(text, there):
    assert ("ungrounded_number" in judged(UNSAID, text).faults) is there


@pytest.mark.parametrize(
    "text",
    [
        NOT_FOUND,
        "계좌로 받는 방법은 이 통화에서 언급되지 않았습니다.",
        "환불은 7일 안에 신청하면 됩니다. 계좌로 받는지는 **찾지 못했습니다**. [2]",
        "계좌 환불에 대한 안내는 없습니다.",
        "계좌 환불 여부는 확인할 수 없습니다.",
        "해당 내용은 상담에서 확인되지 않습니다.",
        "안내된 바 없습니다.",
        "계좌에 대한 언급이 없습니다.",
    ],
)
def test_an_answer_may_say_in_other_words_that_it_was_not_found(text):
    assert judged(UNSAID, text).not_found


@pytest.mark.parametrize(
    "text",
    [
        "네, 계좌로 받을 수 있습니다.",
        "카드로만 받을 수 있습니다. 그 외 내용은 찾지 못했습니다.",
        "배송비는 돌려드릴 수 없습니다.",
        "물건을 찾지 못하면 보상합니다.",
        "계좌를 찾을 수 없으면 다시 연락합니다.",
        "",
    ],
)
def test_an_answer_that_does_not_say_so_is_an_answer(text):
    assert judged(UNSAID, text).faults == ("answered_unsaid",)


def test_the_status_alone_says_that_nothing_was_found():
    near = "가까운 발화: 7일"
    assert judged(UNSAID, near, status="no_evidence").right
    answer = judged(TERM, near, status="no_evidence")
    assert (answer.held, answer.faults) == ((False,), ("wrongly_not_found",))


def test_a_part_that_was_not_found_beside_a_right_answer_is_no_fault():
    answer = judged(TERM, "7일입니다. 배송일은 찾지 못했습니다.")
    assert (answer.right, answer.faults) == (True, ())


@pytest.mark.parametrize(
    ("citations", "cited"),
    [
        ([{"source": "transcript", "utterance": 1}], True),
        ([{"source": "transcript", "utterance": 0}, {"utterance": 1}], True),
        ([{"source": "transcript", "utterance": 0}], False),
        ([{"source": "guide", "utterance": 1}], False),
        ([{"source": "guide", "section": "3.1"}], False),
        ([], False),
    ],
)
def test_an_answer_cites_an_utterance_that_answers(citations, cited):
    answer = judged(TERM, "7일입니다.", citations=citations)
    assert (answer.cited, "uncited" in answer.faults) == (cited, not cited)
    assert answer.right  # the text is right all the same


@pytest.mark.parametrize(
    ("evidence", "recall"),
    [
        (None, None),
        ([], 0.0),
        ([1], 1.0),
        ([{"utterance": 0}, {"source": "transcript", "utterance": 1}], 1.0),
        ([{"source": "guide"}, 0, 2, 3, 0, 1], 1.0),
        ([0, 2, 3, 4, 5, 1], 0.0),
    ],
)
def test_recall_looks_at_the_first_five_utterances_that_were_found(evidence, recall):
    assert judged(TERM, "7일입니다.", evidence=evidence).recall == recall


def test_recall_is_the_share_of_the_facts():
    two = {**TERM, "facts": [*TERM["facts"], *FEE["facts"]]}
    assert judged(two, "7일입니다.", evidence=[1]).recall == 0.5


def test_the_boxs_own_times_and_marks_are_taken():
    answer = judged(
        TERM,
        "7일입니다.",
        timing={"first": 0.7, "total": 6.8},
        grounding={"grounded": False, "unsupported": [{"start": 0, "end": 2, "kind": "number"}]},
    )
    assert (answer.first, answer.total, answer.flagged) == (0.7, 6.8, 1)
    assert judged(TERM, "7일입니다.").total == 2.5


def test_a_failure_is_not_right_even_where_nothing_is_to_be_found():
    failed = judge_ask_failure(asked(UNSAID), "box-busy", seconds=0.1)
    assert (failed.right, failed.faults, failed.kept) == (False, (), 0.0)
    assert judged(UNSAID, NOT_FOUND, status="failed").status == "failed"


def test_the_report_has_each_rate_over_the_questions_that_it_is_about():
    report = ask_report(
        [
            judged(TERM, "7일입니다.", timing={"first": 0.5, "total": 4.0}, evidence=[1]),
            judged(TERM, "14일입니다.", timing={"first": 1.5, "total": 8.0}, evidence=[0]),
            judged(TERM, NOT_FOUND, citations=[]),
            judged(UNSAID, NOT_FOUND),
            judge_ask_failure(asked(UNSAID), "box-busy", seconds=0.1),
        ]
    )
    rates = {
        name: (rate["hits"], rate["of"])
        for name, rate in report.as_dict().items()
        if isinstance(rate, dict) and "hits" in rate
    }
    assert rates == {
        "right": (2, 5),
        "facts_held": (1, 3),
        "cited": (2, 3),
        "not_found": (1, 2),
        "wrongly_not_found": (1, 3),
        "ungrounded_number": (0, 4),
        "polarity_reversed": (1, 3),
    }
    assert report.statuses == {"success": 4, "failed": 1}
    assert (report.recall, report.recall_of) == (0.5, 2)
    assert (report.first.of, report.first.p50, report.first.max) == (2, 0.5, 1.5)
    assert (report.total.of, report.total.p95) == (4, 8.0)
    assert report.right.low < 0.4 < report.right.high


def test_a_report_without_questions_of_a_kind_has_no_share():
    report = ask_report([judged(UNSAID, NOT_FOUND)])
    assert (report.cited.of, report.cited.share) == (0, None)
    assert (report.recall, report.first.of) == (None, 0)


@pytest.mark.parametrize(
    ("sentence", "asserted"),
    [
        ("9월 19일 오후 3시가 아니라 20일 오전 10시입니다.", "20일 오전 10시입니다."),
        ("25일에 두 건이 아니라 한 건만 출금됩니다.", "25일에 한 건만 출금됩니다."),
        ("해지가 아니라 명의 이전입니다.", "명의 이전입니다."),
        ("자동으로 취소되는 것이 아니라 그대로 진행됩니다.", "그대로 진행됩니다."),
        ("3-5일 걸립니다.", "3~5일 걸립니다."),
        ("아니요, 한 건입니다.", "아니요, 한 건입니다."),
        ("9만 원이고, 환불 대상이 아닙니다.", "9만 원이고,"),
        ("7일 아니면 14일입니다.", "7일 아니면 14일입니다."),
        ("어머니 것입니다.", "어머니 것입니다."),
    ],
)
def test_what_is_set_aside_is_cut_out_of_a_sentence(sentence, asserted):
    (only,) = Wording(sentence).sentences
    assert only.asserted == asserted


def test_who_acknowledged_a_question_is_told():
    said = {
        by: judged(UNSAID, "찾지 못했습니다.", acknowledgement=given).acknowledged
        for by, given in {
            "qwen": {"text": "환불을 찾고 있습니다.", "by": "qwen"},
            "template": {"text": "찾고 있습니다.", "by": "template"},
            "": None,
        }.items()
    }
    assert said == {"qwen": "model", "template": "template", "": "none"}
    answers = [
        judged(UNSAID, "찾지 못했습니다.", acknowledgement={"text": "네.", "by": "qwen"})
    ] * 2
    assert ask_report(answers).acknowledged == {"model": 2}
