import json

import pytest
from typer.testing import CliRunner

from edgebox_cli.main import app

CALL = (
    "상담사: 무엇을 도와드릴까요\n고객: 지하철에서 카드를 잃어버렸어요 정지해 주세요\n"
    "상담사: 네 정지했고 재발급 카드는 다음 주 화요일까지 보내 드립니다\n"
)
ANALYSIS = {
    "summary": {
        "customer": "지하철에서 카드를 잃어버려 정지를 요청했습니다.",
        "agent": "카드를 정지했다고 안내했습니다.",
        "result": "재발급 카드를 9월 16일까지 보내기로 했습니다.",
    },
    "keywords": ["카드", "재발급"],
    "titles": {"keyword": "카드_분실_재발급", "descriptive": "카드 분실과 재발급"},
}


@pytest.fixture
def call(tmp_path):
    path = tmp_path / "call.txt"
    path.write_text(CALL, encoding="utf-8")
    return str(path)


@pytest.fixture
def analysis(tmp_path):
    path = tmp_path / "analysis.json"
    path.write_text(json.dumps(ANALYSIS, ensure_ascii=False), encoding="utf-8")
    return str(path)


def run(*words, **more):
    return CliRunner().invoke(app, ["score", *words], **more)


def test_json_has_what_a_result_has(call, analysis):
    result = run(call, analysis, "--json", "--call-date", "2025-09-11")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert set(found) == {"quality_score", "quality", "evidence"}
    assert set(found["quality"]) == {"grounding", "coverage", "form", "flags", "caps"}
    assert found["quality"]["flags"] == []
    assert [one["utterances"] for one in found["evidence"]["customer"]] == [[1]]


def test_the_day_of_the_call_makes_dates(call, analysis):
    flags = [
        json.loads(run(call, analysis, "--json", *day).stdout)["quality"]["flags"]
        for day in ([], ["--call-date", "2025-09-11"])
    ]
    assert flags == [["ungrounded_number"], []]


@pytest.mark.parametrize(
    "stored", [lambda one: one, lambda one: {"results": [one]}, lambda one: [one]]
)
def test_a_result_brings_the_day_of_its_call(call, stored):
    result = {**ANALYSIS, "status": "success", "metadata": {"call_date": "2025-09-11"}}
    text = json.dumps(stored(result))
    found = json.loads(run(call, "-", "--json", input=text).stdout)
    assert found["quality"]["flags"] == []
    other = run(call, "-", "--json", "--call-date", "2025-09-20", input=text)
    assert json.loads(other.stdout)["quality"]["flags"] == ["ungrounded_number"]
    result["metadata"] = {"call_date": "목요일"}
    without = run(call, "-", "--json", input=json.dumps(stored(result)))
    assert json.loads(without.stdout)["quality"]["flags"] == ["ungrounded_number"]


def test_a_call_in_which_nothing_was_said_is_named(tmp_path, analysis):
    call = tmp_path / "empty.txt"
    call.write_text("상담사: 여보세요\n상담사: 여보세요\n", encoding="utf-8")
    result = run(str(call), analysis, "--json")
    assert result.exit_code == 0
    assert result.stderr.startswith("Nothing was said in this call")
    assert json.loads(result.stdout)["quality_score"] < 0.5


def test_a_whole_result_is_taken_and_a_call_as_turns(tmp_path, analysis):
    turns = {"turns": [{"speaker": "customer", "text": "카드 정지해 주세요"}]}
    call = tmp_path / "call.json"
    call.write_text(json.dumps(turns, ensure_ascii=False), encoding="utf-8")
    stored = {"consultation_id": "CL-1", **ANALYSIS, "status": "success", "quality_score": 0.1}
    result = run(str(call), "-", "--json", input=json.dumps(stored))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["evidence"]["customer"][0]["utterances"] == [0]


def test_the_screen_shows_statements_flags_and_utterances_in_80_columns(call, analysis):
    shown = run(call, analysis).stdout
    assert "Quality 0." in shown
    assert "ungrounded_number: limits the score to 0.50" in shown
    assert "1 지하철에서" in shown
    assert "customer" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("고객: 네\n", "is not JSON"),
        ("[1]", "it needs summary, keywords and titles"),
        ('{"order": 17}', "it needs summary, keywords and titles"),
        ('{"summary": {"customer": "x", "agent": "y"}}', "summary.result: Write one line of text"),
        (
            json.dumps(ANALYSIS | {"summary": "네"}),
            "summary: Write an object with customer, agent and result.",
        ),
        (json.dumps(ANALYSIS | {"keywords": []}), "keywords: Write a list of 1 to 8 words."),
        (json.dumps(ANALYSIS | {"keywords": ["카드", 3]}), "keywords.1: Write a word or two"),
        (json.dumps(ANALYSIS | {"titles": None}), "titles: Write an object with keyword and"),
        (
            json.dumps(ANALYSIS | {"titles": ANALYSIS["titles"] | {"short": "카드"}}),
            "titles.short: There is no such key.",
        ),
        ('{"consultation_id": "a", "status": "no_content", "metadata": {}}', "(no_content)"),
        ('{"status": "failed", "error": {"code": "poison"}}', "has no analysis (failed)"),
        (json.dumps([{"status": "no_content"}]), "This result has no analysis (no_content)."),
        (json.dumps({"results": [ANALYSIS, ANALYSIS]}), "2 results; give one: jq '.results[0]'"),
        (json.dumps([ANALYSIS, ANALYSIS, ANALYSIS]), "3 results; give one: jq '.[0]'"),
        ('{"results": []}', "no result yet"),
        ("[" * 100_000, "is not JSON"),
        (" ", "has no text"),
    ],
)
def test_no_analysis_is_one_line_that_says_what_is_needed(call, text, words):
    result = run(call, "-", input=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_wrong_usage_is_one_line(call, analysis, tmp_path):
    for words in (
        ["-", "-"],
        [str(tmp_path / "none.txt"), analysis],
        [call, analysis, "--call-date", "내일"],
    ):
        result = run(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert len(result.stderr.splitlines()) == 1
