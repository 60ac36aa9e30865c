import json

import pytest
from typer.testing import CliRunner

from edgebox_cli.main import app

FAST = ["--quick", "2", "--analyses", "2", "--rate", "600"]


def run(*words):
    return CliRunner().invoke(app, ["bench", *FAST, *words])


def test_tables_fit_eighty_columns(live):
    live.engine.pause = 0.05
    result = run("--rounds", "2")
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    for words in ("quick: summaries", "analysis: analyses", "growing: a call", "mixed: summaries"):
        assert words in result.stdout
    assert "grown / cold" in result.stdout
    assert "round 2 of 2: mixed, edgebox" in result.stderr


def test_json_holds_every_sample_and_nothing_of_the_calls(live):
    result = run("--workload", "quick", "--json")
    found = json.loads(result.stdout)
    assert [row["workload"] for row in found["rows"]] == ["quick"]
    assert len(found["runs"][0]["samples"]) == 2
    assert "고객" not in result.stdout


def test_targets_alternate_and_are_compared(live):
    socket = live.settings.socket
    words = ["--target", f"a=unix:{socket}", "--target", f"b=unix:{socket}", "--workload", "quick"]
    result = run(*words, "--rounds", "2", "--json")
    found = json.loads(result.stdout)
    assert [r["target"] for r in found["runs"]] == ["a", "b", "b", "a"]
    assert [r["pairs"] for r in found["ratios"]] == [4]


def test_answers_that_fail_fail_the_command(live):
    live.engine.broken = True
    result = run("--workload", "quick")
    assert result.exit_code == 1
    assert "2 answers failed" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "shown"),
    [
        (["--workload", "slow"], 2, "There is no workload 'slow'"),
        (["--target", "x"], 2, "A target is NAME=URL"),
        ([], 3, "edgebox doctor"),
    ],
)
def test_what_cannot_be_measured_says_what_to_do(bare, words, code, shown):
    result = run(*words)
    assert result.exit_code == code
    assert shown in result.stderr
