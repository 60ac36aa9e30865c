"""Judging and adding up on the real cases with answers a person wrote; asking through a socket."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from edgebox.consultation.analysis import AnalysisInvalid
from edgebox.consultation.prompts import SUMMARY_EXAMPLES, example_texts
from edgebox.engine_client import EngineClient
from edgebox.errors import BoxNotRunning
from edgebox.lab.evaluation import asking
from edgebox.lab.evaluation.asking import Evaluator
from edgebox.lab.evaluation.cases import Case, load_cases
from edgebox.lab.evaluation.judging import (
    judge_analysis,
    judge_failure,
    judge_no_content,
    judge_summary,
)
from edgebox.lab.evaluation.outcomes import OUTCOMES
from edgebox.lab.evaluation.totals import percentile, report
from edgebox.reading.call import read
from edgebox.scoring.quality import score
from edgebox.scoring.types import Analysis
from edgebox.settings import Settings
from support.engines.fake import FakeEngine
from support.polling import eventually

FOLDER = Path(__file__).parents[1] / "data" / "transcripts"
CASES = {case.id: case for case in load_cases(FOLDER)}
LOST_CARD = CASES["CL-202509130001"]
PARCEL = CASES["CL-202509130009"]
EXAMPLES = example_texts()

GOOD = (
    "고객이 지갑을 잃어버려 카드 정지를 요청했고, 분실 신고와 재발급을 접수했습니다. "
    "재발급은 영업일 3~5일이 걸리며 마지막 12,000원은 본인이 쓴 것입니다."
)
ANALYSIS = {
    "summary": {
        "customer": "배송 완료로 떴지만 홍삼 세트를 받지 못했다고 문의했습니다.",
        "agent": "기사가 동·호수를 착각했다고 사과하고 회수를 안내했습니다.",
        "result": "오늘 저녁 8시까지 다시 배송하기로 했습니다.",
    },
    "keywords": ["택배", "미수령", "오배송"],
    "titles": {"keyword": "택배_미수령_재배송", "descriptive": "배송 완료로 뜬 택배 미수령"},
}


def summary(text, case=LOST_CARD, *, status="success", seconds=1.0, model="small"):
    return judge_summary(case, text, status=status, seconds=seconds, model=model, examples=EXAMPLES)


def analysis(content=ANALYSIS, case=PARCEL, *, seconds=1.0):
    made = Analysis.model_validate(content)
    quality = score(made, read(case.transcript), examples=EXAMPLES)
    return judge_analysis(
        case,
        made,
        flags=quality.flags,
        score=quality.score,
        seconds=seconds,
        model="mid",
        examples=EXAMPLES,
    )


class Counting(FakeEngine):
    """Knows how many requests it had at a time; answers none until it had ``wanted``."""

    most = 0
    wanted = 1

    async def _pieces(self, body):
        self.most = max(self.most, len(self.requests) - self.finished)
        await eventually(lambda: self.most >= self.wanted)
        async for piece in super()._pieces(body):
            yield piece


# Judging


def test_a_good_summary_finds_everything_and_has_no_fault():
    answer = summary(GOOD)
    assert answer.missing == []
    assert answer.faults == ()


def test_missing_facts_are_told_in_words():
    answer = summary("고객이 카드 분실을 신고했습니다.")
    assert answer.missing == [
        "카드 재발급 신청",
        "영업일 3~5일 소요",
        "마지막 사용 12,000원은 본인 사용",
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (SUMMARY_EXAMPLES[0][1], {"leaked", "ungrounded_number"}),
        ("카드 분실로 해지를 신청했습니다.", {"invented"}),
        ("재발급은 영업일 7일이 걸립니다.", {"ungrounded_number"}),
        ("마지막으로 쓰신 게 어제 저녁 편이점 만 이천 원 맞으세요?", {"copied"}),
        ("카드를 분실했습니다. 카드를 분실했습니다.", {"repetition"}),
        ("재발급 재발급 재발급 재발급", {"repetition"}),
        ("<think>카드가</think> 카드 분실 신고입니다.", {"think"}),
        ("1건의 분실 신고로 재발급을 접수했습니다.", set()),
    ],
)
def test_faults_are_named(text, faults):
    assert set(summary(text).faults) == faults


def test_inventions_are_quoted():
    assert summary("해지와 120,000원 사용").invented == ("120,000", "해지")


def test_labels_and_times_of_the_transcript_do_not_hide_a_copy():
    copied = "만약에 못 찾으면요? 못 찾으시면 분실 사고로 접수해서 물품 가액으로 보상해 드려요."
    assert "copied" in summary(copied, PARCEL).faults


def test_an_analysis_is_judged_over_all_its_fields():
    answer = analysis()
    assert answer.missing == ["못 찾으면 168,000원 보상"]
    assert answer.faults == ()
    assert 0 < answer.score <= 1


def test_an_analysis_takes_its_faults_from_its_quality():
    loop = {"customer": "환불 문의", "agent": "환불 문의", "result": "186,000원 환불"}
    answer = analysis(ANALYSIS | {"summary": loop})
    assert set(answer.faults) == {"invented", "repetition", "ungrounded_number"}
    assert answer.invented == ("186,000",)


def empty(**changes):
    return Case.model_validate(
        {"id": "e", "transcript": "상담사: 여보세요?", "facts": [], "outcome_kind": "내용 없음"}
        | changes
    )


def refused(**changes):
    facts = [{"fact": "환불 불가", "any": ["환불 불가"], "weight": 2}]
    text = "고객: 김민재인데요 내일까지 이만 칠천 원 환불돼요?\n상담사: 고객님, 환불은 안 됩니다."
    given = {"id": "r", "transcript": text, "facts": facts, "outcome_kind": "불가"}
    return Case.model_validate(given | changes)


@pytest.mark.parametrize(
    ("text", "stated", "faults"),
    [
        ("환불을 요청했으나 불가하다고 안내했습니다.", "불가", set()),
        ("27,000원 환불은 불가합니다.", "불가", set()),
        ("27,000원 환불이 완료됐습니다.", "완료", {"outcome_reversed"}),
        ("72,000원 환불은 불가합니다.", "불가", {"ungrounded_number"}),
        ("김민제 고객의 환불은 불가합니다.", "불가", {"wrong_name"}),
        ("박서준 고객님의 환불은 불가합니다.", "불가", {"wrong_name"}),
        ("김민재 고객님의 환불은 불가합니다.", "불가", set()),
        ("고객이 환불을 원했습니다.", None, set()),
    ],
)
def test_outcome_numbers_and_names_are_judged(text, stated, faults):
    answer = summary(text, refused(names=["김민재"]))
    assert answer.outcome == stated
    assert set(answer.faults) == faults


def test_a_date_that_the_call_said_in_other_words_is_borne_out():
    text = "9월 14일까지 환불은 불가합니다."
    assert summary(text, refused()).faults == ("ungrounded_number",)
    known = refused(call_date="2025-09-13", numbers=[{"said": "내일", "value": "2025-09-14"}])
    assert summary(text, known).faults == ()
    dated = refused(call_date="2025-09-13")
    assert summary(text, dated).faults == ()
    assert summary("9월 15일까지 환불은 불가합니다.", dated).faults == ("ungrounded_number",)


def test_a_call_without_content_is_right_without_an_answer_and_invented_with_one():
    right = judge_no_content(empty(), seconds=0.1, model="none")
    assert (right.faults, right.outcome, right.kept) == ((), "내용 없음", None)
    assert "invented_call" in summary("고객이 해지를 신청했습니다.", empty()).critical


def test_a_call_with_content_that_was_read_as_none_has_lost_all():
    answer = summary("통화 내용이 없습니다.", status="no_content")
    assert answer.faults == ("missed_content",)
    assert answer.kept == 0.0


def test_an_analysis_takes_unsupported_claims_from_its_quality():
    made = Analysis.model_validate(ANALYSIS)
    judged = judge_analysis(
        PARCEL, made, flags=["invented_claim"], score=0.6, seconds=1.0, model="m", examples=EXAMPLES
    )
    assert judged.critical == ("invented_claim",)


def test_the_share_of_facts_kept_is_by_weight():
    assert summary("카드 분실을 신고했습니다.").kept == pytest.approx(2 / 6)


# Adding up


def test_a_report_weighs_facts_and_counts_faults():
    # Found: 2 of 6 with weights 2+2+1+1, then all 6.
    answers = [
        summary("카드 분실 신고, 해지", status="partial", seconds=3.0),
        summary(GOOD, seconds=1.0),
    ]
    made = report("quick", answers)
    assert made.key_coverage == 0.75
    assert made.coverage == round(8 / 12, 4)
    assert made.statuses == {"partial": 1, "success": 1}
    assert made.faults == {"invented": 0.5}
    assert made.critical == 0.5
    assert (made.p50, made.p95) == (1.0, 3.0)
    assert made.score is None
    assert made.model == "small"


def test_a_failed_case_finds_nothing_and_has_no_faults():
    failed = judge_failure(PARCEL, AnalysisInvalid("not valid"), seconds=99.0, model="mid")
    made = report("analysis", [analysis(seconds=2.0), failed])
    assert (made.cases, made.failed, made.valid) == (2, 1, 0.5)
    assert made.coverage == round(6 / 14, 4)
    assert made.p95 == 2.0
    assert made.score == round(analysis().score, 4)


def test_a_pass_that_failed_altogether_can_be_reported():
    failed = judge_failure(PARCEL, AnalysisInvalid("not valid"), seconds=9.0, model="mid")
    made = report("analysis", [failed])
    assert (made.valid, made.coverage, made.faults, made.p50) == (0.0, 0.0, {}, 0.0)
    assert made.model == "mid"


def test_the_model_is_named_even_when_some_answers_were_extracted():
    answers = [summary(GOOD, status="fallback", model="extractive"), summary(GOOD)]
    assert report("quick", answers).model == "small"


def test_no_key_facts_is_no_coverage_rather_than_none():
    case = Case(id="a", transcript="고객: 네", facts=[{"fact": "긍정", "any": ["네"]}])
    made = report("quick", [summary("네", case)])
    assert made.key_coverage is None
    assert made.coverage == 1.0


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([], 95, 0.0), ([4.0], 50, 4.0), ([1.0, 2.0], 50, 1.0), (list(range(1, 101)), 95, 95)],
)
def test_percentiles_are_values_that_happened(values, percent, expected):
    assert percentile(values, percent) == expected


def test_a_report_counts_outcomes_by_what_was_expected():
    answers = [
        summary("환불은 불가합니다.", refused()),
        summary("환불이 완료됐습니다.", refused()),
        judge_failure(refused(), AnalysisInvalid("not valid"), seconds=1.0, model="small"),
        judge_no_content(empty(), seconds=0.1, model="none"),
    ]
    made = report("quick", answers)
    assert made.outcome_right == round(1 / 3, 4)
    assert made.outcomes["불가"] | {"불가": 0, "완료": 0} == dict.fromkeys([*OUTCOMES, "-"], 0)
    assert (made.outcomes["불가"]["불가"], made.outcomes["불가"]["완료"]) == (1, 1)
    assert made.outcomes["내용 없음"]["내용 없음"] == 1
    assert made.statuses == {"success": 2, "failed": 1, "no_content": 1}


def test_a_report_says_which_difference_so_many_calls_can_show():
    # Kept: 1 and 0. Their deviation is 0.7071, times the root of two for two runs: 1.
    made = report("quick", [summary("환불은 불가", refused()), summary("네", refused())])
    assert made.detectable == round((1.959964 + 0.841621) / 2**0.5, 4)
    assert report("quick", [summary(GOOD)]).detectable is None


# Asking


@pytest.fixture
def state():
    with tempfile.TemporaryDirectory(prefix="eb-") as folder:  # a socket's path is 107 bytes
        yield Path(folder)


def evaluate(state, engine, kind, cases, **more):
    async def asked():
        settings = Settings(state_dir=state)
        client = EngineClient(settings)
        try:
            async with engine.serve(settings.socket):
                return await Evaluator(client, settings, **more).run(kind, cases)
        finally:
            await client.aclose()

    return asyncio.run(asked())


@pytest.mark.parametrize("kind", ["quick", "full_text", "analysis"])
def test_every_pass_asks_for_every_case_and_judges_the_answers(state, kind):
    answers = evaluate(state, FakeEngine(), kind, [LOST_CARD, PARCEL])
    assert [answer.case for answer in answers] == [LOST_CARD, PARCEL]
    assert "지갑을 잃어버려 카드 분실 신고·정지" not in answers[0].missing
    assert answers[0].missing[-1] == "마지막 사용 12,000원은 본인 사용"
    assert {answer.status for answer in answers} == {"success"}


def test_the_full_text_pass_is_not_shortened_and_has_no_deadline(state):
    engine = FakeEngine()
    longest = CASES["CL-202509130024"]
    evaluate(state, engine, "full_text", [longest])
    (asked,) = engine.requests
    assert "deadline" not in asked
    assert len(asked["messages"][-1]["content"]) > 0.9 * len(longest.transcript)


def test_the_full_text_pass_ends_after_two_sentences(state):
    engine = FakeEngine(answers={"slm": ("하나입니다. ", "둘입니다. ", "셋입니다. ", "넷입니다.")})
    (answer,) = evaluate(state, engine, "full_text", [LOST_CARD])
    assert answer.text == "하나입니다. 둘입니다."


def test_an_answer_that_is_no_analysis_is_a_failed_case(state):
    engine = FakeEngine(answers={"mlm": ("{}",)})
    (answer,) = evaluate(state, engine, "analysis", [LOST_CARD])
    assert answer.status == "failed"
    assert answer.text == ""
    assert len(answer.missing) == len(LOST_CARD.facts)


def test_a_model_that_says_nothing_has_failed(state):
    (answer,) = evaluate(state, FakeEngine(answers={"slm": (" ",)}), "full_text", [LOST_CARD])
    assert answer.status == "failed"


@pytest.mark.parametrize("engine", [FakeEngine(status="starting"), FakeEngine(broken=True)])
def test_an_engine_that_cannot_answer_is_a_box_not_running(state, engine):
    with pytest.raises(BoxNotRunning):
        evaluate(state, engine, "analysis", [LOST_CARD])


def test_analyses_are_in_flight_together_and_their_answers_in_order(state):
    engine = Counting(pause=0.05)
    engine.wanted = 3
    cases = list(CASES.values())[:6]
    answers = evaluate(state, engine, "analysis", cases, together=3)
    assert [answer.case for answer in answers] == cases
    assert engine.most == 3


def test_summaries_are_asked_for_one_at_a_time(state):
    engine = Counting(pause=0.02)
    evaluate(state, engine, "full_text", list(CASES.values())[:3], together=3)
    assert engine.most == 1


def test_an_engine_that_stops_ends_all_that_is_in_flight(state):
    engine = FakeEngine(broken=True)
    with pytest.raises(BoxNotRunning):
        evaluate(state, engine, "analysis", list(CASES.values())[:6], together=3)


@pytest.mark.parametrize("kind", ["quick", "full_text", "analysis"])
def test_no_model_is_asked_about_a_call_without_content(state, kind):
    engine = FakeEngine()
    (answer,) = evaluate(state, engine, kind, [empty()])
    assert (answer.status, answer.faults) == ("no_content", ())
    assert engine.requests == []


class BusyOnce(FakeEngine):
    """Has no room for its first request."""

    refused = False

    async def _chat(self, request):
        if not self.refused:
            self.refused = True
            return JSONResponse({"error": {"message": "full", "code": "EngineBusy"}}, 429)
        return await super()._chat(request)


def test_an_analysis_waits_for_room_in_the_engines_queue(state, monkeypatch):
    monkeypatch.setattr(asking, "BUSY_PAUSE", 0.01)
    engine = BusyOnce()
    (answer,) = evaluate(state, engine, "analysis", [LOST_CARD])
    assert engine.refused
    assert answer.status == "success"


def test_a_hostile_answer_is_judged_all_the_same():
    # Quadratic patterns would not end.
    for unit in ("요청", "접수 ", "안 ", "철회를 ", "12만 ", "해지하지 ", "변경", "아무 말"):
        assert summary(unit * 20_000).case == LOST_CARD
