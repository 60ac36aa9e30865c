"""``edgebox eval`` as an administrator types it, against an engine that runs."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from edgebox.lab.evaluation.cases import load_cases
from edgebox_cli.common import context
from edgebox_cli.main import app

FOLDER = Path(__file__).parents[1] / "data" / "transcripts"
LOST_CARD = load_cases(FOLDER)[0]


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
    (tmp_path / "a.json").write_text("{")
    result = run(str(tmp_path))
    assert result.exit_code == 1
    ended = "It ends before everything is closed."
    assert result.stderr == f"edgebox: a.json: not JSON in UTF-8: {ended}\n"


def test_without_an_engine_it_exits_with_3(state, monkeypatch):
    monkeypatch.setattr(context, "_config", None)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(state / "config"))
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(state))
    result = run(str(FOLDER), "--limit", "1")
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1


def test_all_mistakes_of_a_folder_are_shown_without_a_model(box, tmp_path):
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text(json.dumps({"id": "b", "transcript": "고객: 비밀"}))
    result = run("--check", str(tmp_path))
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "edgebox: a.json: not JSON in UTF-8: It ends before everything is closed.",
        "edgebox: b.json: facts: Missing. Write a list of objects with fact and any.",
    ]
    assert box.requests == []


def test_a_check_shows_what_looks_wrong_and_counts_one_call_as_one(box, tmp_path):
    case = {
        "id": "b",
        "transcript": "고객: 카드요",
        "names": ["하람"],
        "facts": [{"fact": "카드", "any": ["카드"]}],
    }
    (tmp_path / "b.json").write_text(json.dumps(case))
    result = run("--check", str(tmp_path))
    assert result.exit_code == 0
    assert result.stdout.startswith("1 call, 1 fact; 0 of the calls are held out.\n")
    warning = "b: names.0: The call does not hold this name."
    assert result.stderr == f"Warning: {warning}\n"
    assert json.loads(run("--check", str(tmp_path), "--json").stdout)["warnings"] == [warning]


@pytest.mark.parametrize("words", [("none",), ("--check", "none"), ("--against", "none.json")])
def test_a_folder_or_a_file_that_is_not_there_is_wrong_usage(box, words):
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("edgebox: There is no ")


def test_a_check_counts_the_calls_of_all_folders(box):
    result = run("--check")
    assert result.exit_code == 0
    assert result.stdout.startswith("164 calls, ")
    assert "40 of the calls are held out." in result.stdout
    assert box.requests == []
    assert json.loads(run("--check", "--held-out", "--json").stdout)["cases"] == 40
    assert json.loads(run("--check", "--hard", "chat", "--json").stdout)["cases"] == 6


@pytest.mark.parametrize(
    "words",
    [
        ("--held-out", "--all"),
        ("--gate",),
        ("--no-quick", "--no-analysis"),
        ("--save", "nowhere/run.json", "--limit", "1"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(box, words):
    result = run(str(FOLDER), *words)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert box.requests == []


def test_a_tag_that_no_call_has_is_an_error(box):
    result = run("--hard", "nonsense")
    assert result.exit_code == 1
    assert "There are: chat, " in result.stderr


def test_json_counts_the_analyses_that_were_in_flight_together(box):
    words = (str(FOLDER), "--limit", "4", "--no-quick", "--json", "--together", "4")
    (made,) = json.loads(run(*words).stdout)["reports"]
    assert (made["cases"], made["together"]) == (4, 4)


@pytest.fixture
def saved(box, tmp_path):
    """Two runs over the same calls. In the second the small model tells none of the facts."""
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    words = (str(FOLDER), "--limit", "4", "--no-analysis")
    box.answers["slm"] = tuple(good_answers())
    assert run(*words, "--save", str(before)).exit_code == 0
    box.answers["slm"] = ("고객이 날씨를 물었습니다.",)
    assert run(*words, "--save", str(after)).exit_code == 0
    box.requests.clear()
    return before, after


def good_answers():
    return ["고객이 카드 분실을 신고해 재발급을 접수했고, ", "배송과 요금을 변경했습니다."]


def test_a_saved_run_holds_no_word_of_a_call_or_an_answer(saved):
    text = saved[0].read_text(encoding="utf-8")
    held = json.loads(text)
    assert held["passes"]["full_text"]["model"] == "small"
    assert {one["id"] for one in held["passes"]["quick"]["answers"]} >= {LOST_CARD.id}
    words = {"고객", LOST_CARD.title, "카드", "재발급", LOST_CARD.facts[0].fact}
    assert [word for word in words if word in text] == []
    assert saved[0].stat().st_mode & 0o777 == 0o600


def test_a_run_that_lost_facts_is_refused_by_the_gate_in_one_line(saved):
    result = run("--runs", *map(str, saved), "--gate")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "Refused. quick (deadline): facts kept changed by -" in result.stderr
    assert max(cell_len(line.rstrip()) for line in result.stdout.splitlines()) <= 80


def test_without_the_gate_a_comparison_is_only_shown(saved):
    result = run("--runs", *map(str, saved))
    assert result.exit_code == 0
    for word in ("facts kept, before", "95 % interval", "p (McNemar)", "outcome right"):
        assert word in result.stdout
    assert "4 calls with facts show a difference of" in result.stdout
    assert "With fewer than 20 calls the interval is too narrow" in result.stdout


def test_a_run_against_itself_passes_the_gate_without_a_model(saved, box):
    before, _ = map(str, saved)
    result = run("--runs", before, before, "--gate", "--json")
    assert result.exit_code == 0
    compared = json.loads(result.stdout)["comparisons"]
    assert [one["kind"] for one in compared] == ["quick", "full_text"]
    assert {(one["difference"], one["p"], one["refused"]) for one in compared} == {(0.0, 1.0, "")}
    assert box.requests == []


def test_a_new_run_is_compared_with_a_saved_one(saved, box):
    words = (str(FOLDER), "--limit", "4", "--no-analysis", "--against", str(saved[0]), "--gate")
    worse = run(*words)
    assert worse.exit_code == 1
    assert "Refused." in worse.stderr
    box.answers["slm"] = tuple(good_answers())
    same = run(*words, "--json")
    assert same.exit_code == 0
    held = json.loads(same.stdout)
    assert [one["kind"] for one in held["comparisons"]] == [one["kind"] for one in held["reports"]]


def test_other_calls_are_refused_before_a_model_is_asked(saved, box):
    words = (str(FOLDER), "--no-analysis", "--against", str(saved[0]))
    result = run(*words, "--limit", "3")
    assert result.exit_code == 1
    assert "not over the same calls: CL-202509130004 is in one of them alone" in result.stderr
    assert box.requests == []


def test_a_run_is_saved_neither_over_the_one_to_compare_with_nor_in_a_folder(saved, box):
    words = (str(FOLDER), "--limit", "4", "--no-analysis", "--against", str(saved[0]))
    over = run(*words, "--save", str(saved[0]))
    assert "would replace the one to compare with" in over.stderr
    folder = run(*words, "--save", str(saved[0].parent))
    assert "is a folder. Name a file in it" in folder.stderr
    assert (over.exit_code, folder.exit_code, box.requests) == (2, 2, [])


def test_what_only_one_run_has_is_said_beside_the_comparison(saved):
    both = json.loads(saved[0].read_text())
    del both["passes"]["full_text"]
    less = saved[0].with_name("less.json")
    less.write_text(json.dumps(both))
    result = run("--runs", str(less), str(saved[0]), "--gate")
    assert result.exit_code == 0
    assert result.stderr == "Not compared: full_text. Only one of the runs has it.\n"
    assert "The difference is the same in all 4 calls with facts." in result.stdout


@pytest.mark.parametrize("content", [None, "{", '{"format": 2}'])
def test_a_file_that_is_no_run_is_one_line(box, tmp_path, content):
    path = tmp_path / "run.json"
    if content is not None:
        path.write_text(content)
    result = run("--runs", str(path), str(path))
    assert result.exit_code == (2 if content is None else 1)
    assert result.stderr.count("\n") == 1
    assert str(path) in result.stderr


def test_the_table_of_outcomes_is_aligned(box):
    result = run("--limit", "40", "--no-analysis", "--development")
    lines = result.stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Outcomes, quick (deadline)"))
    table = [line for line in lines[start + 1 :][:10] if line.strip()]
    assert len({cell_len(line) for line in table}) == 1
    assert all(cell_len(line) <= 80 for line in lines)
    assert "show a difference in facts kept of" in result.stdout
