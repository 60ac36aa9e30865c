"""Comparing two runs, without the command."""

from datetime import UTC, datetime

import pytest

from edgebox.errors import RunInvalid
from edgebox.lab.evaluation.ask_judging import judge_ask
from edgebox.lab.evaluation.cases import Case
from edgebox.lab.evaluation.comparing import cautions, check_same, check_same_asked, compare
from edgebox.lab.evaluation.judging import judge_no_content, judge_summary
from edgebox.lab.evaluation.questions import Asked, Question
from edgebox.lab.evaluation.replies import Reply
from edgebox.lab.evaluation.runs import load_run, run_of, run_of_asks, save_run
from edgebox.lab.evaluation.totals import report

GOOD = "카드를 재발급했습니다."
POOR = "고객이 문의했습니다."
WRONG = "카드를 재발급했고 90,000원을 환급했습니다."


def case(number, **changes):
    facts = [
        {"fact": "재발급", "any": ["재발급"], "weight": 2},
        {"fact": "카드", "any": ["카드"], "weight": 1},
    ]
    given = {
        "id": f"c{number:02}",
        "transcript": f"고객: {number}번 카드 재발급이요",
        "facts": facts,
    }
    return Case.model_validate(given | {"outcome_kind": "완료"} | changes)


def made(*texts, kind="quick", cases=None):
    cases = cases or [case(number) for number, _ in enumerate(texts)]
    answers = [
        judge_summary(one, text, status="success", seconds=1.0, model="m", examples=())
        for one, text in zip(cases, texts, strict=True)
    ]
    return run_of(
        {kind: answers}, [report(kind, answers)], made_at=datetime(2026, 1, 2, tzinfo=UTC)
    )


def test_the_difference_is_paired_and_per_call():
    (one,) = compare(made(GOOD, GOOD, POOR, POOR), made(GOOD, POOR, POOR, POOR))
    assert (one.cases, one.with_facts) == (4, 4)
    assert (one.kept_before, one.kept_after, one.difference) == (0.5, 0.25, -0.25)
    assert (one.low, one.high) == (-0.75, 0.0)
    assert (one.outcomes, one.outcomes_before, one.outcomes_after) == (4, 2, 1)
    assert "a loss of 0.750 is not excluded" in one.refused


def test_a_run_that_keeps_the_same_is_not_refused():
    (one,) = compare(made(*[GOOD] * 8), made(*[GOOD] * 8))
    assert (one.difference, one.low, one.p, one.refused) == (0.0, 0.0, 1.0, "")


@pytest.mark.parametrize(("new", "refused"), [(5, False), (6, True)])
def test_more_critical_errors_are_refused_when_they_are_no_chance(new, refused):
    # 2 / 2**5 = 0.0625 and 2 / 2**6 = 0.031
    (one,) = compare(made(*[GOOD] * 10), made(*[WRONG] * new, *[GOOD] * (10 - new)))
    assert (one.only_before, one.only_after) == (0, new)
    assert one.faults_after["ungrounded_number"] == new
    assert ("critical errors are new in 6 calls" in one.refused) is refused


def test_fewer_critical_errors_are_never_refused():
    (one,) = compare(made(*[WRONG] * 8), made(*[GOOD] * 8))
    assert one.p < 0.05
    assert one.refused == ""


def test_calls_without_facts_count_for_errors_alone():
    cases = [case(0), case(1), case(2, facts=[], outcome_kind="내용 없음")]
    before = made(GOOD, GOOD, GOOD, cases=cases)
    answers = [judge_no_content(cases[2], seconds=0.1, model="none")]
    quiet = run_of(
        {"quick": answers}, [report("quick", answers)], made_at=datetime(2026, 1, 2, tzinfo=UTC)
    )
    after = made(GOOD, GOOD, cases=cases[:2])
    after.passes["quick"].answers += quiet.passes["quick"].answers
    (one,) = compare(before, after)
    assert (one.cases, one.with_facts, one.outcomes) == (3, 2, 2)
    assert (one.critical_before, one.critical_after) == (1, 0)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (made(GOOD, GOOD), made(GOOD, GOOD, GOOD), "c02 is in one of them alone"),
        (made(GOOD), made(*[GOOD] * 6), "c01, c02, c03 and 2 more are in one of them alone"),
        (
            made(GOOD, GOOD),
            made(GOOD, GOOD, cases=[case(0), case(1, must_not=["분실"])]),
            "c01 is not as before",
        ),
        (made(GOOD, GOOD), made(GOOD, GOOD, kind="full_text"), "no pass in common"),
        (made(GOOD), made(GOOD), "fewer than two calls"),
    ],
)
def test_runs_over_other_calls_are_not_compared(before, after, why):
    with pytest.raises(RunInvalid) as refused:
        compare(before, after)
    assert why in refused.value.detail


def test_what_a_comparison_leaves_open_is_said():
    before, after = made(GOOD, GOOD), made(GOOD, POOR)
    assert cautions(before, after) == []
    after.passes["analysis"] = after.passes["quick"].model_copy(deep=True)
    after.passes["quick"].answers[1].status = "failed"
    after.edgebox = "0.0.1"
    rules = "a difference may come from their rules. Compare models with runs of one version."
    assert cautions(before, after) == [
        "Not compared: analysis. Only one of the runs has it.",
        f"The runs were judged by EdgeBox {before.edgebox} and 0.0.1: {rules}",
        "quick: 1 of 2 without an answer in the second run. They count as if nothing was kept.",
    ]


def test_another_title_or_tag_leaves_a_case_the_same():
    check_same(made(GOOD), [case(0, title="새 제목", hard=["chat"], held_out=True)])
    with pytest.raises(RunInvalid):
        check_same(made(GOOD), [case(0, call_date="2026-01-02")])


def test_a_run_is_the_same_after_it_was_saved(tmp_path):
    run = made(GOOD, WRONG, POOR)
    save_run(run, tmp_path / "run.json")
    assert load_run(tmp_path / "run.json") == run


def test_a_run_that_cannot_be_written_says_why(tmp_path):
    with pytest.raises(RunInvalid, match="cannot be written: No such file"):
        save_run(made(GOOD), tmp_path / "none" / "run.json")


def question(number, **changes):
    given = {
        "id": f"q{number}",
        "call": "c.json",
        "question": "재발급했나",
        "facts": [{"fact": "재발급", "any": ["재발급"], "utterances": [0]}],
    }
    return Asked(question=Question.model_validate(given | changes), case=case(number))


def answered(*texts):
    asked = [question(number) for number, _ in enumerate(texts)]
    answers = [
        judge_ask(
            one,
            Reply.model_validate({"status": "success", "answer": {"markdown": text}}),
            seconds=1,
        )
        for one, text in zip(asked, texts, strict=True)
    ]
    return run_of_asks(answers, "m", made_at=datetime(2026, 1, 2, tzinfo=UTC))


def test_answers_to_questions_are_saved_and_compared_like_other_answers(tmp_path):
    save_run(answered(GOOD, GOOD, GOOD), tmp_path / "before.json")
    save_run(answered(GOOD, WRONG, POOR), tmp_path / "after.json")
    before, after = load_run(tmp_path / "before.json"), load_run(tmp_path / "after.json")
    (one,) = compare(before, after)
    assert (one.kind, one.cases, one.outcomes) == ("ask", 3, 0)
    assert (one.kept_before, one.kept_after) == (1.0, 0.6667)
    assert (one.critical_before, one.critical_after, one.only_after) == (0, 1, 1)
    assert one.faults_after["ungrounded_number"] == 1
    assert [answer.right for answer in after.passes["ask"].answers] == [True, False, False]
    assert "재발급" not in (tmp_path / "after.json").read_text(encoding="utf-8")


def test_questions_are_compared_only_with_the_same_ones():
    before = answered(GOOD, GOOD)
    check_same_asked(before, [question(0, hard=["typo"], why="다른 이유"), question(1)])
    with pytest.raises(RunInvalid, match="q1 is not as before"):
        check_same_asked(before, [question(0), question(1, question="다른 질문")])
    with pytest.raises(RunInvalid, match="The run has no questions, only: quick"):
        check_same_asked(made(GOOD, GOOD), [question(0)])
