import json
import sqlite3

import pytest
from typer.testing import CliRunner

from edgebox.settings import Settings
from edgebox.worker.liveness import Liveness
from edgebox.worker.worker import Worker
from edgebox_cli.commands import batches
from support.boxes.store import RESULT, Box


@pytest.fixture
def box(database):
    box = Box(database)
    box.allow("center.test")
    yield box
    box.store.close()


def run(*words):
    return CliRunner().invoke(batches.app, words, env={"COLUMNS": "80", "TERM": "dumb"})


def half_failed(box):
    """A batch of two: one done, one failed; its callback is due."""
    batch = box.submit("a", "b", callback_url="http://center.test/hook")
    good, bad = box.store.consultations.claim(2, 600, 3)
    box.store.consultations.finish(good.row_id, good.lease_token, RESULT)
    box.store.consultations.fail(bad.row_id, bad.lease_token, "refused", "Too [bold]long.")
    return batch


def test_list_shows_the_newest_first_in_80_columns(box):
    half_failed(box)
    box.submit("c", "d", "e")
    result = run("list")
    assert result.exit_code == 0
    rows = [line for line in result.stdout.splitlines() if "BATCH-" in line]
    assert [row.split()[:4] for row in rows] == [
        ["BATCH-20250913-002", "center-1", "queued", "0/3"],
        ["BATCH-20250913-001", "center-1", "completed", "1/2"],
    ]
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_list_in_json_holds_everything_a_script_needs(box):
    half_failed(box)
    [batch] = json.loads(run("list", "--json").stdout)["batches"]
    assert batch["batch_id"] == "BATCH-20250913-001"
    assert batch["counts"] == {"total": 2, "pending": 0, "running": 0, "done": 1, "failed": 1}
    assert batch["callback"] == {
        "url": "http://center.test/hook",
        "state": "pending",
        "attempts": 0,
    }
    assert batch["created_at"] == batch["completed_at"] == "2025-09-13T08:00:00Z"


def test_list_filters_and_limits_over_several_pages(box, monkeypatch):
    monkeypatch.setattr(batches, "_PAGE", 2)
    half_failed(box)
    for _ in range(5):
        box.submit("x")
    ids = [b["batch_id"][-3:] for b in json.loads(run("list", "--json").stdout)["batches"]]
    assert ids == ["006", "005", "004", "003", "002", "001"]
    limited = json.loads(run("list", "--json", "--limit", "3").stdout)["batches"]
    assert len(limited) == 3
    queued = json.loads(run("list", "--json", "--state", "queued").stdout)["batches"]
    assert len(queued) == 5
    [partly] = json.loads(run("list", "--json", "--with-failures").stdout)["batches"]
    assert (partly["state"], partly["counts"]["failed"]) == ("completed", 1)
    assert run("list", "--state", "sleeping").exit_code == 2


def test_show_names_each_consultation_with_its_title_or_its_error(box):
    result = run("show", half_failed(box))
    assert result.exit_code == 0
    assert "1 of 2 done, 1 failed" in result.stdout
    assert "http://center.test/hook" in result.stdout
    assert "0.91" in result.stdout
    assert "Too [bold]long." in " ".join(result.stdout.split())
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize(("evidence", "shown"), [({}, ""), ({"evidence": None}, "2/3")])
def test_show_counts_the_statements_that_the_call_bears_out(box, evidence, shown):
    """A result that an older release stored has no evidence, and none is shown."""
    if evidence:
        found = {"text": "카드를 정지했습니다.", "utterances": [2], "support": 0.9}
        nothing = {"text": "안내했습니다.", "utterances": [], "support": 0.0}
        evidence = {"evidence": {"customer": [found], "agent": [found, nothing], "result": []}}
    box.submit("a")
    [one] = box.store.consultations.claim(1, 600, 3)
    box.store.consultations.finish(one.row_id, one.lease_token, RESULT | evidence)
    result = run("show", "BATCH-20250913-001")
    assert result.exit_code == 0
    assert ("2/3" in result.stdout) == bool(shown)
    assert "0.91" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_show_in_json_has_the_results_as_they_are_delivered(box):
    batch = half_failed(box)
    shown = json.loads(run("show", batch, "--json").stdout)
    assert shown["results"] == box.store.outbox.body(batch)["results"]
    waiting = json.loads(run("show", box.submit("c"), "--json").stdout)
    assert waiting["results"] == [{"consultation_id": "CL-0", "status": "pending"}]


def test_retry_puts_the_failed_ones_back_and_wakes_the_worker(box):
    batch = half_failed(box)
    Worker(Settings(), [], Liveness({}))
    result = run("retry", batch)
    assert result.exit_code == 0
    view = box.store.batches.get(batch)
    assert (view.state, view.done, view.pending) == ("running", 1, 1)
    with sqlite3.connect(Settings().huey_database) as db:
        assert db.execute("SELECT COUNT(*) FROM task").fetchone() == (1,)
    assert "nothing to do" in run("retry", batch).stderr


def test_retry_works_without_a_worker(box):
    assert run("retry", half_failed(box)).exit_code == 0
    assert not Settings().huey_database.exists()


@pytest.mark.parametrize("command", ["show", "retry"])
def test_an_unknown_batch_is_one_line_that_says_where_to_look(box, command):
    result = run(command, "BATCH-20990101-001")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "edgebox batches list" in result.stderr
    assert len(result.stderr.splitlines()) == 1
