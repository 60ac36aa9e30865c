"""Judging and adding up on the real cases with answers a person wrote; asking through a socket."""

import asyncio
import json
import tempfile
import threading
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from edgebox.consultation.analysis import AnalysisInvalid
from edgebox.consultation.prompts import SUMMARY_EXAMPLES, example_texts
from edgebox.consultation.quality import score
from edgebox.consultation.types import Analysis
from edgebox.engine_client import EngineClient
from edgebox.errors import BoxNotRunning, CaseInvalid
from edgebox.lab.evaluation.asking import Evaluator
from edgebox.lab.evaluation.cases import load_cases
from edgebox.lab.evaluation.judging import (
    judge_analysis,
    judge_failure,
    judge_summary,
    mentions,
)
from edgebox.lab.evaluation.totals import percentile, report
from edgebox.reading.call import read
from edgebox.settings import Settings
from edgebox_cli.common import context
from edgebox_cli.main import app
from support.engines.fake import FakeEngine

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


# The cases


def test_the_projects_own_cases_are_all_read_in_order_of_name():
    cases = load_cases(FOLDER)
    assert len(cases) == len(list(FOLDER.glob("*.json")))
    assert cases[0] == LOST_CARD
    assert [case.id for case in load_cases(FOLDER, 3)] == [case.id for case in cases[:3]]


def test_each_of_the_projects_cases_has_two_key_facts_and_an_outcome_without_inventions():
    for case in CASES.values():
        assert sum(fact.weight == 2 for fact in case.facts) == 2, case.id
        outcome = json.loads(
            next(FOLDER.glob(f"{case.id[-2:]}-*.json")).read_text(encoding="utf-8")
        )["outcome"]
        for form in case.must_not:
            assert not mentions([outcome], form), (case.id, form)


def write(folder, name, text):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def case_with(**changes):
    case = {"id": "a", "transcript": "고객: 네", "facts": [{"fact": "긍정", "any": ["네"]}]}
    merged = {key: value for key, value in (case | changes).items() if value is not None}
    return json.dumps(merged, ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "b.json: not JSON in UTF-8."),
        (case_with(title="요금").encode("cp949"), "b.json: not JSON in UTF-8."),
        ("[]", "b.json: Input should be an object"),
        (case_with(facts=None), "b.json: facts: Field required."),
        (case_with(facts=[]), "b.json: facts: List should have at least 1 item"),
        (case_with(transcript="  "), "b.json: transcript: String should have at least 1"),
        (case_with(facts=[{"fact": "긍정"}]), "b.json: facts.0.any: Field required."),
        (case_with(facts=[{"fact": "긍정", "any": []}]), "b.json: facts.0.any: List should"),
        (
            case_with(facts=[{"fact": "긍정", "any": ["네"], "field": "요약"}]),
            "b.json: facts.0.field: Input should be 'customer', 'agent', 'result' or 'any'.",
        ),
        (case_with(facts=None, transcript=None), "(and 1 more)."),
        (case_with(id="first"), "b.json: id: another file has the same"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path, text, complaint):
    write(tmp_path, "a.json", case_with(id="first"))
    write(tmp_path, "b.json", text)
    with pytest.raises(CaseInvalid) as refused:
        load_cases(tmp_path)
    assert complaint in refused.value.detail
    assert "\n" not in refused.value.detail


def test_an_error_quotes_nothing_of_the_file(tmp_path):
    write(tmp_path, "a.json", case_with(transcript=["고객: 비밀 이야기"]))
    with pytest.raises(CaseInvalid) as refused:
        load_cases(tmp_path)
    assert "비밀" not in refused.value.detail


def test_a_file_that_an_editor_gave_a_byte_order_mark_is_read(tmp_path):
    write(tmp_path, "a.json", b"\xef\xbb\xbf" + case_with().encode())
    assert load_cases(tmp_path)[0].id == "a"


def test_a_folder_without_cases_is_said_to_be_one(tmp_path):
    with pytest.raises(CaseInvalid, match=r"no \.json files"):
        load_cases(tmp_path)
    with pytest.raises(CaseInvalid, match="no folder"):
        load_cases(tmp_path / "none")


# Judging


@pytest.mark.parametrize(
    ("text", "form", "found"),
    [
        ("재 발급을 접수", "재발급", True),
        ("OTP 오류", "otp", True),
        ("십이만\n구천 원", "십이만구천", True),
        ("12,000원", "12000", False),
        ("분실", "분실 신고", False),
        ("재발급", "재발급", True),
    ],
)
def test_forms_are_found_whatever_the_spaces_and_case(text, form, found):
    assert mentions([text], form) is found


def test_a_form_is_not_put_together_from_two_fields():
    assert not mentions(["재", "발급"], "재발급")


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
    assert (made.invented, made.leaked, made.repetition) == (0.5, 0.0, 0.0)
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
    assert (made.valid, made.coverage, made.leaked, made.p50) == (0.0, 0.0, 0.0, 0.0)
    assert made.model == "mid"


def test_the_model_is_named_even_when_some_answers_were_extracted():
    answers = [summary(GOOD, status="fallback", model="extractive"), summary(GOOD)]
    assert report("quick", answers).model == "small"


def test_no_key_facts_is_no_coverage_rather_than_none(tmp_path):
    write(tmp_path, "a.json", case_with())
    made = report("quick", [summary("네", load_cases(tmp_path)[0])])
    assert made.key_coverage is None
    assert made.coverage == 1.0


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([], 95, 0.0), ([4.0], 50, 4.0), ([1.0, 2.0], 50, 1.0), (list(range(1, 101)), 95, 95)],
)
def test_percentiles_are_values_that_happened(values, percent, expected):
    assert percentile(values, percent) == expected


# Asking


@pytest.fixture
def state():
    with tempfile.TemporaryDirectory(prefix="eb-") as folder:  # a socket's path is 107 bytes
        yield Path(folder)


def evaluate(state, engine, kind, cases):
    async def asked():
        settings = Settings(state_dir=state)
        client = EngineClient(settings)
        try:
            async with engine.serve(settings.socket):
                return await Evaluator(client, settings).run(kind, cases)
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


# The command


@pytest.fixture
def box(state, monkeypatch):
    """The command line finds an engine that runs in a thread of its own."""
    monkeypatch.setattr(context, "_config", None)
    monkeypatch.delenv("EDGEBOX_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(state / "config"))
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(state))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    engine, loop = FakeEngine(), asyncio.new_event_loop()
    started, stop = threading.Event(), asyncio.Event()

    async def serve():
        async with engine.serve(state / "engine.sock"):
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert started.wait(10)
        yield engine
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def run(*words):
    return CliRunner().invoke(app, ["eval", *words])


def test_the_table_shows_all_passes_in_80_columns(box):
    result = run(str(FOLDER), "--limit", "2", "--details")
    assert result.exit_code == 0, result.output
    for word in ("quick (deadline)", "quick (full text)", "analysis", "key facts found", "mid"):
        assert word in result.stdout
    assert "missing: " in result.stdout
    assert max(cell_len(line.rstrip()) for line in result.stdout.splitlines()) <= 80


def test_json_holds_the_reports_and_the_answers_when_asked(box):
    words = (str(FOLDER), "--limit", "1", "--no-analysis", "--json")
    plain = json.loads(run(*words).stdout)
    assert [made["kind"] for made in plain["reports"]] == ["quick", "full_text"]
    assert "answers" not in plain
    detailed = json.loads(run(*words, "--details").stdout)
    (answer,) = detailed["answers"]["full_text"]
    assert answer["id"] == LOST_CARD.id
    assert answer["missing"] == ["영업일 3~5일 소요", "마지막 사용 12,000원은 본인 사용"]


def test_only_what_is_wanted_is_asked(box):
    assert run(str(FOLDER), "--limit", "1", "--no-quick").exit_code == 0
    assert {request["model"] for request in box.requests} == {"mlm"}
    assert run("--no-quick", "--no-analysis").exit_code == 2


def test_without_a_folder_the_checkouts_own_cases_are_used(box):
    result = run("--limit", "1", "--no-quick", "--details")
    assert LOST_CARD.id in result.stdout


def test_a_bad_folder_is_one_line(box, tmp_path):
    write(tmp_path, "a.json", "{")
    result = run(str(tmp_path))
    assert result.exit_code == 1
    assert result.stderr == "edgebox: a.json: not JSON in UTF-8.\n"


def test_without_an_engine_it_exits_with_3(state, monkeypatch):
    monkeypatch.setattr(context, "_config", None)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(state / "config"))
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(state))
    result = run(str(FOLDER), "--limit", "1")
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1
