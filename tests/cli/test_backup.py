import json
import os
import sqlite3
import stat
import tempfile
import time
from contextlib import closing

import pytest
from typer.testing import CliRunner

from edgebox.errors import EdgeBoxError
from edgebox.settings import Settings
from edgebox_cli.commands import backup
from edgebox_cli.common.owner import writes_as_root
from edgebox_cli.doctor.retention import retention
from edgebox_cli.main import app
from support.boxes.store import Box

SCORED = {"quality_score": 0.5, "quality": {"flags": []}}

DAY = 86_400


@pytest.fixture
def box(bare, monkeypatch, free_port):
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(bare / "box"))
    box = Box(Settings().database)
    box.allow("center.test")
    yield box
    box.store.close()


def run(*words):
    result = CliRunner().invoke(app, words, env={"COLUMNS": "80", "TERM": "dumb"})
    assert not isinstance(result.exception, EdgeBoxError), "the command reports it"
    return result


def test_of_the_backups_of_every_night_so_many_are_kept(box, bare):
    folder = bare / "of every night"
    assert "name an existing folder" in run("backup", "--keep", "2", str(folder)).stderr
    folder.mkdir()
    for _ in range(3):
        result = run("backup", "--keep", "2", str(folder), "--json")
    assert json.loads(result.stdout)["file"] == str(folder / "edgebox-backup-000003.db")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["edgebox-backup-000002.db", "edgebox-backup-000003.db"]
    assert run("backup", "--keep", "1", str(folder)).exit_code == 2
    assert run("backup", "--keep", "2", "--force", str(folder)).exit_code == 2


def test_a_backup_goes_into_another_box(box, bare, monkeypatch):
    box.finished_batch("http://center.test/hook")
    box.submit("고객: 안녕하세요")
    file = bare / "b.db"
    result = run("backup", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 client, 2 batches, 2 consultations, 1 callback; whole" in result.stderr
    assert "configuration is not in it" in result.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(bare / "other"))
    result = run("restore", str(file))
    assert result.exit_code == 0
    assert "Waiting: 1 consultation, 1 callback." in result.stderr
    assert "Its newest batch was accepted 09-13" in result.stderr
    shown = json.loads(run("batches", "list", "--json").stdout)["batches"]
    assert [(b["state"], b["removed"]) for b in shown] == [("queued", None), ("completed", None)]
    run("restore", str(file))
    earlier = bare / "other" / "edgebox.db.before-restore-20250101-000000"
    earlier.touch(0o600)
    doctor = json.loads(run("doctor", "--json").stdout)
    [check] = [c for c in doctor["checks"] if "a restore that hold" in c["detail"]]
    assert check["state"] == "warn"
    first, second = check["fix"].removeprefix("rm ").split(" ")
    assert first == f"{earlier}*"
    assert ".before-restore-" in second


def test_both_print_what_they_did_as_json(box, bare):
    box.submit("고객: 안녕하세요")
    file = bare / "b.db"
    shown = json.loads(run("backup", str(file), "--json").stdout)
    rows = {"clients": 1, "batches": 1, "consultations": 1, "outbox": 0}
    assert shown == {"file": str(file), "bytes": file.stat().st_size, "rows": rows}
    box.store.close()
    shown = json.loads(run("restore", str(file), "--json").stdout)
    assert shown["rows"] == rows
    assert shown["pending_consultations"] == 1
    assert shown["newest_batch_at"] == "2025-09-13T08:00:00Z"
    assert shown["kept_aside"].startswith(f"{box.path}.before-restore-")


def test_errors_are_one_line(box, bare):
    file = bare / "b.db"
    run("backup", str(file))
    for words in (("backup", str(file)), ("restore", str(bare / "none")), ("restore", str(bare))):
        result = run(*words)
        assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "--force" in run("backup", str(file)).stderr
    assert run("backup", str(file), "--force").exit_code == 0


def test_a_running_box_is_backed_up_but_not_restored(live, tmp_path):
    assert run("backup", str(tmp_path / "b.db")).exit_code == 0
    before = live.settings.database.read_bytes()
    result = run("restore", str(tmp_path / "b.db"))
    assert result.exit_code == 1
    assert "The box is running: its API answers" in result.stderr
    assert live.settings.database.read_bytes() == before


def removed(box, transcripts, results):
    """A delivered batch of two, one failed, after retention."""
    batch = box.submit("a", "b", callback_url="http://center.test/hook")
    good, bad = box.store.consultations.claim(2, 600, 3)
    box.store.consultations.finish(good.row_id, good.lease_token, SCORED)
    box.store.consultations.fail(bad.row_id, bad.lease_token, "refused", "Too long.")
    [delivery] = box.store.outbox.due(box.clock(), 1)
    box.store.outbox.delivered(delivery, 200)
    with sqlite3.connect(box.path) as db:
        db.execute(
            "UPDATE batches SET transcripts_removed_at = ?, results_removed_at = ?",
            [transcripts and box.clock() + transcripts, results and box.clock() + results],
        )
    return batch


def test_show_says_what_was_removed_and_when(box):
    batch = removed(box, 30 * DAY, None)
    shown = run("batches", "show", batch).stdout
    assert "transcripts removed 10-13 " in shown
    assert "results removed" not in shown
    shown = json.loads(run("batches", "show", batch, "--json").stdout)
    assert shown["removed"] == {"transcripts": "2025-10-13T08:00:00Z", "results": None}
    assert len(shown["results"]) == 2


def test_after_the_results_are_gone_it_refuses_in_one_clear_line(box):
    batch = removed(box, 30 * DAY, 90 * DAY)
    shown = run("batches", "show", batch)
    assert shown.exit_code == 0
    assert "1 of 2 done, 1 failed" in shown.stdout
    assert "results removed 12-12" in shown.stdout
    assert json.loads(run("batches", "show", batch, "--json").stdout)["results"] == []
    for words in (("callbacks", "resend", batch), ("batches", "retry", batch)):
        result = run(*words)
        assert result.exit_code == 1
        assert "were removed at 2025-1" in result.stderr
        assert len(result.stderr.splitlines()) == 1


def retention_checks(box, now):
    return list(retention(box.store, Settings(), now))


def test_the_doctor_tells_what_is_kept_and_when_the_clock_jumped(box):
    [check] = retention_checks(box, box.clock())
    assert check.detail == (
        "transcripts 30 days, results 90 days, records 365 days, audit 730 days"
    )
    now = box.clock()
    box.store.retention.remember(trusted_at=now, seen_at=now + DAY, steady_since=now + 365 * DAY)
    [check] = retention_checks(box, now + 366 * DAY)
    assert check.state == "warn"
    assert "jumped from 2025-09-13" in check.detail
    assert "to 2026-09-13" in check.detail
    assert "nothing is removed until 09-20" in check.detail


def test_the_doctor_tells_what_is_kept_for_a_disabled_client(box):
    box.finished_batch("http://center.test/hook")
    box.store.clients.disable(box.client)
    assert retention_checks(box, box.clock() + 29 * DAY)[0].state == "ok"
    [check] = retention_checks(box, box.clock() + 31 * DAY)
    assert (check.state, check.fix) == ("warn", f"edgebox keys enable {box.client}")


def test_the_doctor_leaves_what_an_upgrade_goes_back_to(box):
    kept = box.path.parent / "backups" / "before-0.2.0-20250913T000000Z.db"
    kept.parent.mkdir()
    kept.touch()
    now = kept.stat().st_mtime
    assert retention_checks(box, now + 29 * DAY)[0].state == "ok"
    [check] = retention_checks(box, now + 31 * DAY)
    assert (check.state, check.fix) == ("warn", f"rm {kept}")
    assert "--with-database is not possible" in check.detail


def test_a_backup_notes_its_success_for_the_metrics(box, bare):
    noted = bare / "box" / "backup.prom"
    assert run("backup", str(bare / "no" / "folder" / "b.db")).exit_code != 0
    assert not noted.exists()
    began = time.time()
    assert run("backup", str(bare / "b.db")).exit_code == 0
    [line] = [line for line in noted.read_text().splitlines() if not line.startswith("#")]
    name, when = line.split()
    assert name == "edgebox_backup_last_success_timestamp_seconds"
    assert began - 1 <= float(when) <= time.time()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
@pytest.mark.parametrize("words", [["--keep", "2", "{}"], ["{}/a.db"]], ids=["series", "file"])
def test_root_is_led_nowhere_by_the_owner_of_the_folder_around(box, bare, monkeypatch, words):
    """Between root's look at the folder and its writing, a link takes the place of the parent."""
    theirs, victim = bare / "home" / "theirs", bare / "victim"
    for folder in (theirs / "backups", victim / "backups"):
        folder.mkdir(parents=True)
    old = [victim / "backups" / f"edgebox-backup-00000{number}.db" for number in (1, 2)]
    for path in old:
        path.touch()
    os.chown(Settings().state_dir, 41_234, 41_234)
    for folder in (theirs.parent, theirs):
        os.chown(folder, 41_235, 41_235)

    def looked_before(*of):
        found = writes_as_root(*of)
        theirs.rename(bare / "moved")
        theirs.symlink_to(victim)
        os.chown(theirs, 41_235, 41_235, follow_symlinks=False)
        return found

    monkeypatch.setattr(backup, "writes_as_root", looked_before)
    result = run("backup", *(word.format(theirs / "backups") for word in words))
    assert sorted((victim / "backups").iterdir()) == old
    assert result.exit_code == 1
    assert "another user can turn" in " ".join(result.stderr.split())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
@pytest.mark.parametrize("owner", [0, 41_235])
def test_root_writes_onto_a_disk_whose_files_are_all_of_one_user(box, bare, monkeypatch, owner):
    """A stick of FAT, mounted for a user, and a share that makes root a nobody."""
    box.submit("고객: 안녕하세요")
    stick = bare / "a stick 백업"
    stick.mkdir()
    make = tempfile.mkstemp

    def of_the_user(**words):
        descriptor, name = make(**words)
        os.fchown(descriptor, owner, owner)
        return descriptor, name

    monkeypatch.setattr(tempfile, "mkstemp", of_the_user)
    monkeypatch.setattr(backup, "writes_as_root", lambda *_: True)
    monkeypatch.setattr(backup, "apart", lambda work: work())
    result = run("backup", str(stick / "a.db"))
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    with closing(sqlite3.connect(stick / "a.db")) as db:
        assert db.execute("SELECT COUNT(*) FROM consultations").fetchone() == (1,)
