import json
import os
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from edgebox.errors import BoxBusy, BoxNotRunning, RateLimited
from edgebox_cli.commands import analyze
from edgebox_cli.common import patience
from edgebox_cli.common.box import Box
from edgebox_cli.common.observe import worker_running
from edgebox_cli.main import app
from support.polling import PATIENCE

TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지하고 재발급을 접수해 드렸습니다.\n"


def run(*words):
    return CliRunner().invoke(app, ["analyze", *words])


@pytest.fixture
def talks(tmp_path):
    paths = [tmp_path / "a" / "call.txt", tmp_path / "b" / "call.txt"]
    for path in paths:
        path.parent.mkdir()
        path.write_text(TALK, encoding="utf-8")
    return [str(path) for path in paths]


@pytest.fixture
def worker(live):
    """The real worker, in its own process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "edgebox_cli", "worker"], stderr=subprocess.PIPE, text=True
    )
    for line in process.stderr:
        if "worker ready" in line:
            break
    yield process
    process.terminate()
    process.communicate(timeout=30)


def test_files_are_analysed_at_once_and_shown(live, worker, talks):
    first = run(*talks)
    assert first.exit_code == 0, first.stderr
    for shown in ("call", "call-2", "재발급이 접수됐습니다.", "카드_분실_재발급", "grounding"):
        assert shown in first.stdout
    # The run just before would make a single one wait for a quarter of an hour.
    second = run(talks[0], "--json")
    batch = json.loads(second.stdout)
    assert batch["state"] == "completed"
    [result] = batch["results"]
    assert result["titles"]["keyword"] == "카드_분실_재발급"
    assert [each.trigger for each in live.store.runs.recent(1)] == ["asked"]


def test_what_is_printed_as_json_can_be_scored(live, worker, talks, tmp_path):
    batch = tmp_path / "batch.json"
    batch.write_text(run(talks[0], "--call-date", "2025-09-13", "--json").stdout)
    stored = json.loads(batch.read_text())["results"][0]
    scored = CliRunner().invoke(app, ["score", talks[0], str(batch), "--json"])
    assert scored.exit_code == 0, scored.stderr
    assert json.loads(scored.stdout)["quality_score"] == stored["quality_score"]


def test_a_call_in_which_nothing_was_said_is_shown_as_one(live, worker, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("상담사: 여보세요\n상담사: 여보세요\n", encoding="utf-8")
    result = run(str(path))
    assert result.exit_code == 0, result.stderr
    assert "Nothing was said in this call" in result.stdout


def test_a_wrong_day_of_the_call_is_wrong_usage_without_a_box_too(talks, tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(tmp_path / "none"))
    result = run(*talks, "--call-date", "내일")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "edgebox: --call-date is no date. Write it as 2025-09-13.\n"


def test_a_consultation_that_fails_is_reported_with_exit_1(live, worker, talks):
    live.engine.answers["mlm"] = ("이것은 JSON이 아닙니다.",)
    result = run(talks[0])
    assert result.exit_code == 1
    assert "failed" in result.stdout
    assert "Traceback" not in result.stderr


def test_ctrl_c_leaves_the_batch_and_says_how_to_look_at_it(live, worker, talks):
    live.engine.pause = 60.0
    command = [sys.executable, "-m", "edgebox_cli", "analyze", talks[0]]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as waiting:
        deadline = time.monotonic() + PATIENCE
        while not live.engine.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        waiting.send_signal(signal.SIGINT)
        _, errors = waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode == 1
    [line] = errors.splitlines()
    assert "edgebox batches show BATCH-" in line
    [batch], _ = live.store.batches.page()
    assert batch.state == "running"
    worker.kill()  # it would wait for the analysis to end


@pytest.fixture
def looks(monkeypatch):
    """What looks at a batch raise, the next one last; empty: the box answers."""
    real, faults = Box.get, []

    def get(self, path):
        if faults and "/batches/" in path:
            raise faults.pop()
        return real(self, path)

    monkeypatch.setattr(Box, "get", get)
    return faults


def test_a_box_that_is_away_or_busy_meanwhile_is_waited_for(live, worker, talks, looks):
    looks += [
        BoxNotRunning("EdgeBox is not running."),
        BoxBusy("Too many requests.", retry_after=1),
        RateLimited("This client sends more than 600 requests a minute.", retry_after=1),
    ]
    result = run(talks[0])
    assert result.exit_code == 0, result.stderr
    assert "재발급이 접수됐습니다." in result.stdout


def test_a_box_that_stays_away_keeps_the_batch_and_says_how_to_look_at_it(
    live, talks, looks, monkeypatch
):
    monkeypatch.setattr(analyze, "worker_running", lambda _: True)
    monkeypatch.setattr(patience, "SECONDS", 0.0)
    looks += [BoxNotRunning("EdgeBox is not running.")] * 3
    result = run(talks[0])
    assert (result.exit_code, result.stdout) == (3, "")
    [batch], _ = live.store.batches.page()
    line = f"edgebox: EdgeBox is not running. Later, see: edgebox batches show {batch.batch_id}\n"
    assert result.stderr == line


def test_without_a_worker_nothing_is_submitted(live, talks):
    result = run(*talks)
    assert result.exit_code == 3
    assert "The worker is not running. Start it with: edgebox up" in result.stderr
    assert live.store.batches.page() == ([], None)


def test_the_worker_is_seen_while_it_runs_and_not_after_it_was_killed(live, worker):
    assert worker_running(live.settings.state_dir)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert not worker_running(live.settings.state_dir)
