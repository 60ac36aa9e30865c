"""``edgebox ask``: the answer and its evidence, and how it came about."""

import json
import os
import pty
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from edgebox_cli.main import app

TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지하고 재발급을 접수해 드렸습니다.\n"
ANSWER = ("카드를 정지하고 ", "재발급을 접수했습니다.")
QUESTION = "카드 분실은 어떻게 처리했지?"


def run(*words, **more):
    return CliRunner().invoke(app, ["ask", *words], **more)


@pytest.fixture
def talk(live, tmp_path):
    live.engine.answers["mlm"] = ANSWER
    live.engine.pauses = {"mlm": 0.3}
    path = tmp_path / "상담 01.txt"
    path.write_text(TALK, encoding="utf-8")
    return str(path)


def test_the_answer_and_its_utterances_go_to_standard_output(live, talk):
    result = run(QUESTION, talk)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "카드를 정지하고 재발급을 접수했습니다. [1][2]",
        "[1] 고객: 카드를 잃어버렸어요.",
        "[2] 상담사: 바로 정지하고 재발급을 접수해 드렸습니다.",
    ]
    first, second = result.stderr.splitlines()
    assert first == "'카드 분실'을 찾아보고 있습니다."
    assert second.startswith("success · mid · first words ")


def test_json_is_the_answer_of_the_api(live, talk):
    answer = json.loads(run(QUESTION, talk, "--json").stdout)
    assert answer["status"] == "success"
    assert [one["utterance"] for one in answer["citations"]] == [0, 1]


def test_a_known_answer_says_so_and_can_be_refused(live, talk):
    run(QUESTION, talk)
    assert "known for" in run(QUESTION, talk).stderr
    assert "known for" not in run(QUESTION, talk, "--no-cache").stderr


def test_without_a_model_the_call_s_own_utterances_answer(live, talk):
    live.engine.broken = True
    result = run(QUESTION, talk, "--deadline", "3")
    assert result.exit_code == 0
    assert "- 고객: 카드를 잃어버렸어요. [1]" in result.stdout
    assert "edgebox status" in result.stderr


def test_a_question_that_nothing_could_answer_fails(live, talk):
    live.engine.broken = True
    result = run("우산 대여는?", talk, "--deadline", "3")
    assert result.exit_code == 1
    assert "No model answered" in result.stderr
    result = run("우산 대여는?", talk, "--deadline", "3", "--json")
    assert (result.exit_code, json.loads(result.stdout)["status"]) == (1, "failed")


@pytest.mark.parametrize("words", [[QUESTION], [QUESTION, "x.txt", "--id", "CL-1"]])
def test_the_call_is_a_file_or_a_consultation(words):
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("edgebox: Name a file")


def test_a_consultation_that_nobody_handed_in_is_one_line(live):
    result = run(QUESTION, "--id", "CL-404")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_on_a_terminal_the_words_come_as_they_are_written(live, talk):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "edgebox_cli", "ask", QUESTION, talk]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
    assert process.returncode == 0
    lines = shown.decode().replace("\r", "").splitlines()
    assert lines[0] == "카드를 정지하고 재발급을 접수했습니다. [1][2]"
    assert any(request.get("stream") for request in live.engine.requests)
