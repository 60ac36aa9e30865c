"""A run of ``edgebox eval`` that is broken off, and goes on."""

import fcntl
import json
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edgebox.lab.evaluation.cases import load_cases
from edgebox_cli.main import app
from support.polling import PATIENCE

FOLDER = Path(__file__).parents[1] / "data" / "transcripts"
CASES = load_cases(FOLDER)[:4]


def run(*words):
    return CliRunner().invoke(app, ["eval", *words])


def asked(engine):
    return sum(request["model"] == "mlm" for request in engine.requests)


@pytest.fixture
def part(box, state):
    """What a run of four analyses kept that was stopped after the first ones."""
    box.pause = 0.2
    command = [sys.executable, "-m", "edgebox_cli", "eval", str(FOLDER), "--limit", "4"]
    command += ["--no-quick", "--save", str(state / "run.json")]
    kept = state / "run.json.part"
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    ends = time.monotonic() + PATIENCE
    while not kept.exists() or not kept.read_bytes().count(b"\n"):
        assert time.monotonic() < ends
        assert running.poll() is None, running.communicate()
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, errors = running.communicate(timeout=PATIENCE)
    box.pause = 0
    assert running.returncode == 1, errors
    assert not (state / "run.json").exists()
    answers = kept.read_text("utf-8").splitlines()
    assert 0 < len(answers) < 4
    ending = f"{len(answers)} of 4 answers are kept: the same command with --resume goes on."
    assert errors.splitlines()[-1] == f"edgebox: Stopped. {ending}"
    assert "key facts found" in out, "what is known so far"
    return kept


def resumed(state, *words):
    save = str(state / "run.json")
    return run(str(FOLDER), "--limit", "4", "--no-quick", "--save", save, "--resume", *words)


def test_it_goes_on_where_it_was_broken_off_and_ends_as_one_that_was_not(box, state, part):
    kept = part.read_text("utf-8").splitlines()
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
    for case in CASES:
        assert not any(line in part.read_text("utf-8") for line in case.transcript.splitlines())
    before = asked(box)
    result = resumed(state, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["complete"] is True
    assert asked(box) == before + 4 - len(kept)
    assert not part.exists()
    whole = state / "whole.json"
    run(str(FOLDER), "--limit", "4", "--no-quick", "--save", str(whole))
    one, other = (json.loads(file.read_text())["passes"] for file in (state / "run.json", whole))
    for answer in (*one["analysis"]["answers"], *other["analysis"]["answers"]):
        answer.pop("seconds")
    assert one == other


def test_what_was_kept_is_not_lost_by_beginning_anew(box, state, part):
    content = part.read_bytes()
    result = run(str(FOLDER), "--limit", "4", "--save", str(state / "run.json"))
    assert result.exit_code == 2
    assert "--resume" in result.stderr
    assert part.read_bytes() == content


def test_a_line_that_was_broken_off_is_asked_for_again(box, state, part):
    lines = part.read_bytes().count(b"\n")
    with part.open("ab") as file:
        file.write(b'{"kind":"analysis","sou')
    before = asked(box)
    assert resumed(state).exit_code == 0
    assert asked(box) == before + 4 - lines


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--together", "2"], "together is 2 and was 1"),
        (["--quick", "--no-analysis"], "it has answers of analysis"),
    ],
)
def test_another_run_does_not_go_on_with_it(box, state, part, words, why):
    content = part.read_bytes()
    result = resumed(state, *words)
    assert result.exit_code == 1
    assert why in result.stderr
    assert result.stderr.count("\n") == 1
    assert part.read_bytes() == content


def test_other_calls_do_not_go_on_with_it(box, state, part):
    calls = state / "calls"
    calls.mkdir()
    words = (str(calls), "--no-quick", "--save", str(state / "run.json"), "--resume")
    first = json.loads(part.read_text("utf-8").splitlines()[0])["answer"]["id"]
    for case in CASES:
        changed = case.model_copy(update={"facts": case.facts[:1]})
        (calls / f"{case.id}.json").write_text(changed.model_dump_json(exclude_defaults=True))
    assert f"{first} is not as before" in run(*words).stderr
    (calls / f"{first}.json").unlink()
    assert f"{first} is left out" in run(*words).stderr
    assert part.exists()


def test_a_model_or_a_version_that_was_changed_does_not_go_on_with_it(box, state, part):
    text = part.read_text("utf-8")
    for name, value in (("model", "another"), ("edgebox", "0.0.1")):
        lines = [json.loads(line) for line in text.splitlines()]
        for line in lines:
            line["source"][name] = value
        part.write_text("".join(json.dumps(line) + "\n" for line in lines))
        result = resumed(state)
        assert result.exit_code == 1
        assert f"{name} is " in result.stderr
        assert f"was {value}" in result.stderr


def test_two_commands_do_not_write_one_run(box, state, part):
    with part.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        result = resumed(state)
    assert result.exit_code == 1
    assert "Another command is writing" in result.stderr
    assert part.read_bytes().count(b"\n") > 0


def test_there_has_to_be_a_run_to_go_on_with(box, state):
    assert "no run to go on with" in resumed(state).stderr
    result = run(str(FOLDER), "--resume")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "--save FILE" in result.stderr
    (state / "run.json.part").write_text("{}\n")
    result = resumed(state)
    assert result.exit_code == 1
    assert "is not what a run has kept" in result.stderr


def test_an_engine_that_ends_leaves_the_answers_so_far(box, state):
    box.pause = 0.2
    part = state / "run.json.part"

    def end():
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends and not (part.exists() and part.stat().st_size):
            time.sleep(0.01)
        box.end()

    ending = threading.Thread(target=end)
    ending.start()
    words = ("--no-quick", "--together", "2", "--save", str(state / "run.json"))
    result = run(str(FOLDER), *words)
    ending.join(PATIENCE)
    assert result.exit_code == 3, result.output
    assert "answers are kept: the same command with --resume goes on." in result.stderr
    assert part.read_bytes().count(b"\n") >= 1


def test_nothing_is_left_beside_a_run_that_was_saved(box, state):
    words = (str(FOLDER), "--limit", "1", "--save", str(state / "run.json"))
    assert run(*words).exit_code == 0
    assert not (state / "run.json.part").exists()
    assert run(*words).exit_code == 0
