"""What the box refuses is said of the file or the argument that the user gave."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from edgebox_cli.main import app

TALK = "고객: 카드를 잃어버렸어요.\n상담사: 정지했습니다.\n"
FOREIGN = json.dumps({"rows": [{"a": 1}]})
CUT = '{"turns": [{"speaker": "agent", "text": "안녕'


def run(*words, **more):
    return CliRunner().invoke(app, words, **more)


@pytest.fixture
def folder(live, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "good.txt": TALK,
        "추출 1.json": FOREIGN,
        "cut.json": CUT,
        "long.txt": TALK * 10_000,
        "nothing.txt": "\u200b\u200b",
        "huge.txt": "가" * 6_000_000,
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("추출 1.json", "추출 1.json is JSON of no known recogniser."),
        ("cut.json", "cut.json begins like JSON and is cut off or damaged at character 41."),
        ("long.txt", "long.txt: At most 200000 characters."),
        ("nothing.txt", "nothing.txt has no text."),
        ("huge.txt", "huge.txt is too large for one request."),
    ],
)
@pytest.mark.parametrize("command", [("summarize",), ("analyze",), ("ask", "며칠 걸려?")])
def test_a_refused_file_is_named(folder, monkeypatch, command, file, words):
    monkeypatch.setattr("edgebox_cli.commands.analyze.worker_running", lambda _: True)
    result = run(*command, file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"edgebox: {words}")


def test_standard_input_is_named_too(folder):
    result = run("summarize", "-", "--json", input=CUT)
    assert result.stderr.startswith("edgebox: standard input begins like JSON and is cut off")


def test_of_several_files_the_first_has_a_reason_the_others_names(folder, monkeypatch, tmp_path):
    monkeypatch.setattr("edgebox_cli.commands.analyze.worker_running", lambda _: True)
    bad = ["추출 1.json", "cut.json", "nothing.txt", "cut.json", "long.txt"]
    result = run("analyze", "good.txt", *bad)
    assert result.exit_code == 2
    assert result.stderr == (
        "edgebox: 추출 1.json is JSON of no known recogniser. Send text, one utterance a line, or "
        "turns. Refused as well: cut.json, nothing.txt, long.txt.\n"
    )
    many = [f"{number}.json" for number in range(6)]
    for name in many:
        (tmp_path / name).write_text(FOREIGN, encoding="utf-8")
    assert run("analyze", *many).stderr.endswith(
        "Refused as well: 1.json, 2.json, 3.json and 2 more.\n"
    )


def test_files_that_are_too_many_or_too_large_together_are_told_of(folder, monkeypatch):
    monkeypatch.setattr("edgebox_cli.commands.analyze.worker_running", lambda _: True)
    result = run("analyze", *["good.txt"] * 501)
    assert result.exit_code == 2
    assert result.stderr.startswith("edgebox: FILE: At most 500 consultations a batch.")
    result = run("analyze", "good.txt", "huge.txt")
    assert result.exit_code == 2
    assert result.stderr.startswith("edgebox: What the files hold together is too large")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("ask", "", "good.txt"), "The question has no text."),
        (("ask", "가" * 2_001, "good.txt"), "The question: At most 2000 characters."),
        (("ask", "며칠\x01", "good.txt"), "The question must not contain control characters."),
        (("ask", "며칠?", "--id", "x" * 129), "--id: At most 128 characters."),
        (("ask", "며칠?", "--id", "a\tb"), "--id must not contain control characters."),
        (("live", "play", "good.txt", "--operator", "\x7f"), "--operator must not contain"),
        (("live", "play", "good.txt", "--extension", "1" * 129), "--extension: At most 128"),
        (("live", "play", "good.txt", "--id", "a\u202eb"), "--id must not contain"),
    ],
)
def test_a_refused_argument_is_named(folder, command, words):
    result = run(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"edgebox: {words}")


@pytest.mark.parametrize(
    "words",
    [
        ["ask", b"\xb8\xe7\xc4\xa5?", "good.txt"],
        ["ask", "며칠?", "--id", b"\xb0\xa1"],
        ["live", "play", "good.txt", "--id", b"\xb0\xa1"],
        ["live", "play", "good.txt", "--operator", b"\xb0\xa1"],
        ["summarize", "good.txt", "--client", b"\xb0\xa1"],
        ["batches", "show", b"\xb0\xa1"],
        ["callbacks", "resend", b"\xb0\xa1"],
        ["keys", "disable", b"\xb0\xa1"],
        ["operators", "disable", b"\xb0\xa1"],
    ],
)
def test_an_argument_in_another_encoding_is_wrong_usage(folder, words):
    made = subprocess.run(
        [sys.executable, "-m", "edgebox_cli", *words], capture_output=True, text=True, check=False
    )
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr.startswith("edgebox: An argument is not text in UTF-8.")
