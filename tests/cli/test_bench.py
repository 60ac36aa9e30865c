import fcntl
import json
import os
import signal
import stat
import subprocess
import sys
import threading

import pytest
from typer.testing import CliRunner

from edgebox.lab.bench.capacity import OUTCOMES, Answer, Trial
from edgebox_cli.commands.bench import Verdicts
from edgebox_cli.main import app
from support.boxes.demo import demo_box

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


def test_no_word_of_the_widest_table_is_broken(live):
    result = run("--workload", "mixed-ask")
    kinds = {line.split()[0] for line in result.stdout.splitlines() if line.strip()}
    assert {"kind", "quick", "topic", "answer"} <= kinds, result.stdout


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


def asked(engine):
    return [request["messages"][-1] for request in engine.requests]


def test_a_session_goes_on_where_it_ended_with_the_same_texts(live, tmp_path):
    kept = tmp_path / "session.jsonl"
    socket = live.settings.socket
    words = ["--target", f"a=unix:{socket}", "--target", f"b=unix:{socket}", "--workload", "quick"]
    words += ["--json", "--into", str(kept)]
    first = run(*words)
    assert first.exit_code == 0, first.output
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    whole, before = kept.read_bytes(), len(asked(live.engine))
    assert "고객" not in whole.decode()
    kept.write_bytes(whole[:-20])  # the last one was being written
    again = json.loads(run(*words, "--rounds", "2").stdout)
    assert [r["target"] for r in again["runs"]] == ["a", "b", "b", "a"]
    assert again["runs"][0] == json.loads(first.stdout)["runs"][0], "not measured again"
    texts = asked(live.engine)
    assert texts[before + 2 : before + 4] == texts[before - 2 : before], "the session's salt"
    asked_for = len(texts)
    assert json.loads(run(*words, "--rounds", "2").stdout) == again
    assert len(asked(live.engine)) == asked_for, "nothing is left, nothing is asked"


def test_a_session_is_gone_on_with_by_the_same_command_alone(live, tmp_path):
    kept = tmp_path / "session.jsonl"
    assert run("--workload", "quick", "--into", str(kept)).exit_code == 0
    whole = kept.read_bytes()
    with kept.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        result = run("--workload", "quick", "--into", str(kept))
        assert (result.exit_code, "Another command is writing" in result.stderr) == (1, True)
    for words, shown in (
        (["--workload", "growing"], "workloads is growing and was quick"),
        (["--workload", "quick", "--quick", "3"], "quick is 3 and was 2"),
    ):
        result = run(*words, "--into", str(kept))
        assert (result.exit_code, shown in " ".join(result.stderr.split())) == (1, True)
    assert kept.read_bytes() == whole
    for path in (tmp_path, tmp_path / "missing" / "session.jsonl"):
        result = run("--workload", "quick", "--into", str(path))
        assert (result.exit_code, "cannot be written" in result.stderr) == (1, True)
    other = tmp_path / "other"
    for text in ("고객: 네\n", "고객: 네", '{"rows": []}'):
        other.write_text(text)
        result = run("--workload", "quick", "--into", str(other))
        assert "something else than measurements" in " ".join(result.stderr.split())
        assert other.read_text() == text


def test_no_measurement_begins_that_would_not_end_in_time(live, tmp_path):
    kept = tmp_path / "session.jsonl"
    live.engine.pause = 1.5
    words = ["--workload", "quick", "--rounds", "2", "--into", str(kept), "--minutes", "0.1"]
    result = run(*words)
    assert result.exit_code == 1
    assert "1 of 2 measurements are left. The same command goes on" in result.stderr
    live.engine.pause = 0
    result = run(*words)
    assert (result.exit_code, "left" in result.stderr) == (0, False)


def test_what_failed_is_measured_again(live, tmp_path):
    kept = tmp_path / "session.jsonl"
    live.engine.broken = True
    assert run("--workload", "quick", "--into", str(kept)).exit_code == 1
    live.engine.broken = False
    result = run("--workload", "quick", "--into", str(kept), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["rows"][0]["failed"] == 0


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


# Capacity ---------------------------------------------------------------------------------

SHORT = ["--minutes", "0.1", "--requests", "5", "--lines", "4"]


def capacity(*words):
    return CliRunner().invoke(app, ["bench", "capacity", *SHORT, *words])


def test_capacity_says_what_the_box_can_do_alone_and_beside_a_batch(live):
    live.engine.pause = 0.02
    result = capacity()
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    for words in ("within 3 s", "Tried alone", "Tried beside a batch", "not measured", "10 calls"):
        assert words in result.stdout
    assert all(outcome in result.stdout for outcome in OUTCOMES)
    assert "warming up" not in result.stdout
    assert "alone: " in result.stderr


def test_capacity_as_json_holds_every_answer_and_nothing_of_the_calls(live):
    result = capacity("--json", "--calls-an-hour", "6")
    found = json.loads(result.stdout)
    alone, beside = found["measured"]
    assert (alone["beside_batch"], beside["beside_batch"]) == (False, True)
    assert beside["analyses_per_minute"] > 0
    assert alone["agents"] == int(alone["per_minute"] * 10)
    for trial in alone["trials"]:
        assert sum(trial["counts"].values()) == trial["sent"] == len(trial["answers"])
        assert list(trial["counts"]) == list(OUTCOMES)
    assert [row["times"] for row in found["computed_not_measured"]] == [1, 2, 4, 8, 16]
    assert found["models"] == {"slm": "small", "mlm": "mid"}
    assert found["machine"]["processor"]
    assert found["machine"]["date"]
    assert found["complete"] is True
    assert "고객" not in result.stdout


def test_a_rate_is_judged_in_one_line_though_answers_come_in_after_it(capsys):
    verdicts = Verdicts()
    for rate in (4.0, 2.0):
        trial = Trial(rate, planned=5, share=0.95)
        for _ in range(3):
            trial.answers.append(Answer("refused", 0.1))
            verdicts.note("alone", trial)
    assert capsys.readouterr().err.splitlines() == [
        "alone: 4.0 a minute fails",
        "alone: 2.0 a minute fails",
    ]


def test_capacity_waits_until_the_models_are_loaded(live):
    live.engine.status = "starting"
    loading = threading.Timer(1.2, setattr, (live.engine, "status", "ready"))
    loading.start()
    try:
        found = json.loads(capacity("--json", "--no-batch").stdout)
    finally:
        loading.join()
    assert found["models"] == {"slm": "small", "mlm": "mid"}
    first = found["measured"][0]["trials"][0]
    assert first["answers"][0]["outcome"] == "success"


def test_capacity_without_a_model_is_none_and_says_so(live):
    live.engine.broken = True
    result = capacity("--no-batch")
    assert result.exit_code == 0, result.output
    assert "Not even 2.5 a minute hold alone" in result.stdout
    assert "fallback" in result.stdout
    assert "Faster machines" not in result.stdout, "the work of a summary is unknown"


def test_what_ctrl_c_stops_is_shown_as_far_as_it_is_known(live):
    live.engine.pause = 0.05
    command = [sys.executable, "-P", "-m", "edgebox_cli", "bench", "capacity", *SHORT]
    command += ["--minutes", "60", "--no-batch", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert "alone: " in process.stderr.readline()
    os.kill(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=25)
    assert process.returncode == 1
    found = json.loads(stdout)
    assert found["complete"] is False
    assert found["measured"][0]["trials"][0]["sent"] > 0
    assert "Stopped." in stderr
    assert "Traceback" not in stderr


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--json", "capacity"], "--json is not an option of capacity"),
        (["capacity", "--share", "0.2"], "--share"),
    ],
)
def test_options_of_capacity_are_checked(bare, words, shown):
    result = CliRunner().invoke(app, ["bench", *words])
    assert result.exit_code == 2
    assert shown in result.output


def test_capacity_of_a_box_that_does_not_run_is_exit_3(bare, free_port):
    assert CliRunner().invoke(app, ["init"]).exit_code == 0
    result = capacity()
    assert result.exit_code == 3
    assert "not running" in result.stderr


@pytest.mark.model
@pytest.mark.long
def test_capacity_is_measured_on_a_real_box(starter_models, bare):
    with demo_box(starter_models) as box:
        box.wait_until_ready(lambda: None)
        config = str(box.settings.state_dir / "edgebox.toml")
        result = CliRunner().invoke(
            app, ["--config", config, "bench", "capacity", *SHORT, "--minutes", "0.5", "--json"]
        )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    alone, beside = found["measured"]
    answers = [answer for trial in alone["trials"] for answer in trial["answers"]]
    assert any(answer["generated"] for answer in answers)
    assert beside["trials"]
    assert beside["failed_analyses"] == 0
    assert all(name.startswith("qwen2.5-coder") for name in found["models"].values())
