import json
import sqlite3
import time

import pytest
from typer.testing import CliRunner

from edgebox_cli.commands import callbacks
from support.boxes.store import NOW, Box


@pytest.fixture
def box(database):
    box = Box(database)
    box.allow("center.test")
    yield box
    box.store.close()


def run(*words):
    return CliRunner().invoke(callbacks.app, words, env={"COLUMNS": "80", "TERM": "dumb"})


def three(box):
    """A delivered, a dead and a waiting callback, in this order."""
    ids = [box.finished_batch("http://center.test/hook") for _ in range(3)]
    sent, given_up, later = box.store.outbox.due(NOW, 3)
    box.store.outbox.delivered(sent, 204)
    box.store.outbox.dead(given_up, "410: the receiver wants no more of it", status=410)
    box.store.outbox.retry_at(later, NOW + 300, "HTTP 500", status=500)
    return ids


def test_list_shows_state_tries_and_the_last_answer_in_80_columns(box):
    three(box)
    result = run("list")
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines() if "BATCH-" in line]
    assert [row[1:4] for row in rows] == [
        ["BATCH-20250913-003", "pending", "1"],
        ["BATCH-20250913-002", "dead", "1"],
        ["BATCH-20250913-001", "delivered", "1"],
    ]
    assert rows[0][-2:] == ["HTTP", "500"]
    assert rows[2][-2:] == ["HTTP", "204"]
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_list_in_json_and_by_state(box):
    three(box)
    [dead] = json.loads(run("list", "--state", "dead", "--json").stdout)["callbacks"]
    assert dead["batch_id"] == "BATCH-20250913-002"
    assert (dead["last_status"], dead["next_attempt_at"]) == (410, None)
    [waiting] = json.loads(run("list", "--state", "pending", "--json").stdout)["callbacks"]
    assert waiting["next_attempt_at"] == "2025-09-13T08:05:00Z"
    assert run("list", "--state", "lost").exit_code == 2


@pytest.mark.parametrize("by", ["batch", "id"])
def test_resend_makes_it_due_now_with_all_its_attempts_and_the_same_webhook_id(box, by):
    batch = three(box)[1]
    [before] = box.store.outbox.list("dead")
    result = run("resend", batch if by == "batch" else str(before.id))
    assert result.exit_code == 0
    [delivery] = [d for d in box.store.outbox.due(time.time(), 10) if d.batch_id == batch]
    assert (delivery.attempts, delivery.webhook_id) == (1, before.webhook_id)


def test_after_an_outage_all_that_were_given_up_are_sent_again(box):
    three(box)
    for delivery in box.store.outbox.due(NOW + 400, 3):
        box.store.outbox.dead(delivery, "HTTP 500", status=500)
    gone = box.store.outbox.list("dead")[0].batch_id
    with sqlite3.connect(box.path) as db:
        db.execute("UPDATE batches SET results_removed_at = 1 WHERE batch_id = ?", (gone,))
    db.close()
    result = run("resend", "--dead")
    assert result.exit_code == 0
    assert "Sent again: 1 callback. Not 1: the time" in " ".join(result.stderr.split())
    assert [row.batch_id for row in box.store.outbox.list("dead")] == [gone]


@pytest.mark.parametrize("words", [(), ("1", "--dead")])
def test_one_callback_or_all_that_were_given_up(box, words):
    result = run("resend", *words)
    assert result.exit_code == 2
    assert "--dead" in result.stderr


@pytest.mark.parametrize(
    ("what", "hint"),
    [
        ("BATCH-20990101-001", "edgebox callbacks list"),
        ("99", "edgebox callbacks list"),
        ("waiting", "has not ended"),
        ("silent", "without a callback_url"),
    ],
)
def test_what_cannot_be_resent_is_one_line_that_says_why(box, what, hint):
    waiting = box.submit("a", callback_url="http://center.test/hook")
    silent = box.submit("b")
    result = run("resend", {"waiting": waiting, "silent": silent}.get(what, what))
    assert (result.exit_code, result.stdout) == (1, "")
    assert hint in result.stderr
    assert len(result.stderr.splitlines()) == 1
