import errno
import fcntl
import multiprocessing
import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from edgebox.errors import BackupError, StoreBusy, StoreError
from edgebox.store.backup import check_whole, publishing, write_backup, write_backup_into
from edgebox.store.db import Store
from edgebox.store.disk import require_size
from edgebox.system import file_lock
from support.boxes.store import backup_with_little_room, submit, submit_forever


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_is_one_whole_file_that_only_its_owner_reads(store, tmp_path):
    submit(store, ["CL-1", "CL-2"])
    safe = tmp_path / "안전 #1"
    safe.mkdir()
    target = safe / "edgebox ?%20.db"
    contents = write_backup(store.path, target)
    assert contents.rows == {"clients": 1, "batches": 1, "consultations": 2, "outbox": 0}
    assert contents.size == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert left(safe) == [target.name]
    copy = Store(target)
    assert copy.migrate() == []
    assert copy.clients.list() == store.clients.list()
    assert [row.consultation_id for row in copy.batches.consultations("BATCH-20250913-001")] == [
        "CL-1",
        "CL-2",
    ]
    copy.close()


def test_a_folder_whose_name_is_in_another_encoding_takes_a_backup(store, tmp_path):
    submit(store)
    folder = tmp_path / os.fsdecode("백업".encode("euc-kr"))
    folder.mkdir()
    contents = write_backup(store.path, folder / "b.db")
    assert contents.rows["consultations"] == 1
    assert left(folder) == ["b.db"]


def test_what_was_removed_is_not_in_the_backup(store, tmp_path):
    submit(store, ["UNFORGOTTEN"])
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute("DELETE FROM consultations")
        raw.commit()
    write_backup(store.path, tmp_path / "b.db")
    assert b"UNFORGOTTEN" not in (tmp_path / "b.db").read_bytes()


def test_a_backup_while_another_process_submits_is_one_moment(store, tmp_path):
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=submit_forever, args=(store.path, there))
    process.start()
    try:
        accepted = [here.recv() for _ in range(5)]
        for n in range(2):
            contents = write_backup(store.path, tmp_path / f"{n}.db")
            assert contents.rows["consultations"] == 5 * contents.rows["batches"]
            with closing(sqlite3.connect(tmp_path / f"{n}.db")) as copy:
                ids = {row[0] for row in copy.execute("SELECT batch_id FROM batches")}
            assert set(accepted) <= ids, "everything accepted before it is in it"
            while here.poll():
                accepted.append(here.recv())
    finally:
        process.kill()
        process.join()


def test_an_existing_file_is_replaced_only_with_force(store, tmp_path):
    target = tmp_path / "b.db"
    target.write_text("mine")
    with pytest.raises(BackupError, match="--force"):
        write_backup(store.path, target)
    assert target.read_text() == "mine"
    write_backup(store.path, target, force=True)
    assert target.read_bytes().startswith(b"SQLite format 3")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_file_that_appears_meanwhile_is_not_replaced(store, tmp_path):
    target = tmp_path / "b.db"
    target.parent.joinpath("state").mkdir(exist_ok=True)

    def someone_else(phase, _done, _total):
        if phase == "checking":
            target.write_text("theirs")

    with store._connections.transaction():
        for n in range(400):
            submit(store, [f"{n}-{m}" for m in range(5)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edgebox.store.backup._POLL_SECONDS", 0.0001)
        with pytest.raises(BackupError, match="meanwhile"):
            write_backup(store.path, target, progress=someone_else)
    assert target.read_text() == "theirs"
    assert left(tmp_path) == ["b.db", "state"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("state", "is a folder"), ("no/b.db", "no folder"), ("state/edgebox.db", "database itself")],
)
def test_a_target_that_cannot_be_is_refused_before_anything_is_written(
    store, tmp_path, name, words
):
    with pytest.raises(BackupError, match=words):
        write_backup(store.path, tmp_path / name, force=True)
    assert left(tmp_path) == ["state"]


def test_a_box_without_a_database_says_so(tmp_path):
    with pytest.raises(StoreError, match="edgebox init"):
        write_backup(tmp_path / "edgebox.db", tmp_path / "b.db")
    assert left(tmp_path) == []


def test_a_damaged_database_is_told_and_no_backup_is_left(store, tmp_path):
    for n in range(20):
        submit(store, [f"{n}-{m}" for m in range(20)])
    store.close()
    with store.path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 40_000)
    with pytest.raises(StoreError, match="damaged"):
        write_backup(store.path, tmp_path / "b.db")
    assert left(tmp_path) == ["state"]


def test_a_row_that_refers_to_nothing_is_told(store, tmp_path):
    submit(store)
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("DELETE FROM clients")
        raw.commit()
    with pytest.raises(BackupError, match="refers to one that is not there"):
        write_backup(store.path, tmp_path / "b.db")
    assert left(tmp_path) == ["state"]


def test_a_disk_without_room_is_told_before_the_work(store, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1000}))
    with pytest.raises(BackupError, match=r"no room in .*: 0\.\d MB are needed, 0\.0 MB are free"):
        write_backup(store.path, tmp_path / "b.db")
    assert left(tmp_path) == ["state"]


def test_roots_backup_says_where_no_second_copy_is_needed(store, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1000}))
    words = "no room in .*state: .*in a folder of the user of the database"
    with (tmp_path / "b.db").open("wb") as file, pytest.raises(BackupError, match=words):
        write_backup_into(store.path, file.fileno())


def test_a_target_that_cannot_be_written_is_not_taken_for_the_databases_folder(store, tmp_path):
    with Path("/dev/full").open("wb") as full, pytest.raises(BackupError) as caught:
        write_backup_into(store.path, full.fileno())
    assert caught.value.detail == "Cannot write the backup: No space left on device."
    assert left(tmp_path / "state") == ["edgebox.db"]


def test_a_backup_larger_than_any_file_of_its_disk_is_told_before_the_work(tmp_path):
    with (tmp_path / "b.db").open("wb") as file:
        require_size(file.fileno(), 10**9)
        assert file.tell() == 0
        try:
            os.lseek(file.fileno(), 2**62, os.SEEK_SET)
        except OSError:
            pass
        else:
            pytest.skip("this disk takes files of any size")
        with pytest.raises(BackupError, match="FAT32 ends at 4 GB"):
            require_size(file.fileno(), 2**62)


def test_a_name_that_the_disk_refuses_is_one_line(store, tmp_path):
    with pytest.raises(BackupError, match=r"Cannot write in .*: File name too long"):
        write_backup(store.path, tmp_path / ("a" * 300))


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(store, tmp_path):
    with store._connections.transaction():
        for n in range(40):
            submit(store, [f"{n}-{m}" for m in range(20)])
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(
        target=backup_with_little_room, args=(store.path, tmp_path / "b.db", there)
    )
    process.start()
    assert "the disk is full or failing" in here.recv()
    process.join()
    assert left(tmp_path) == ["state"]


def test_a_folder_that_cannot_be_written_is_one_line(store, tmp_path):
    if os.geteuid() == 0:
        target = "/proc/b.db"
    else:
        (tmp_path / "shut").mkdir(mode=0o500)
        target = tmp_path / "shut" / "b.db"
    with pytest.raises(BackupError, match="Cannot write in"):
        write_backup(store.path, type(tmp_path)(target))


def test_a_database_that_somebody_keeps_locked_is_told(store, tmp_path, monkeypatch):
    monkeypatch.setattr("edgebox.store.backup._BUSY_SECONDS", 0.05)
    store.close()
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")  # in WAL, only this stops who reads
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy):
            write_backup(store.path, tmp_path / "b.db")
    assert left(tmp_path) == ["state"]


def test_an_interrupted_backup_leaves_nothing(store, tmp_path, monkeypatch):
    with store._connections.transaction():
        for n in range(200):
            submit(store, [f"{n}-{m}" for m in range(5)])
    monkeypatch.setattr("edgebox.store.backup._POLL_SECONDS", 0.0001)
    stopped = threading.Event()

    def check(*args, **options):  # where nobody was asked before, on a busy machine
        stopped.wait(60)
        return check_whole(*args, **options)

    def stop(*_):
        stopped.set()
        raise KeyboardInterrupt

    monkeypatch.setattr("edgebox.store.backup.check_whole", check)
    with pytest.raises(KeyboardInterrupt):
        write_backup(store.path, tmp_path / "b.db", progress=stop)
    assert left(tmp_path) == ["state"]
    assert store.batches.page()[0]


def test_what_a_killed_backup_left_goes_with_the_next_one(store, tmp_path):
    left = [tmp_path / f".edgebox-backup-old{suffix}" for suffix in ("", "-journal")]
    held, link = tmp_path / ".edgebox-backup-held", tmp_path / ".edgebox-backup-link"
    other = tmp_path / "other"
    for path in (*left, held, other):
        path.write_bytes(b"a transcript")
    link.symlink_to(other)
    with held.open("r+b") as at_work:  # another backup, which goes on
        file_lock.hold(at_work.fileno())
        write_backup(store.path, tmp_path / "b.db")
        assert not any(path.exists() for path in left)
        assert held.exists()
        assert link.is_symlink()
        assert other.read_bytes() == b"a transcript"
    assert not list(tmp_path.glob(".edgebox-backup-*-*"))


def test_a_copy_that_is_written_is_locked_for_nobody_who_writes_it(store, tmp_path):
    """On a share of the network, what flock holds cannot be written by another descriptor."""
    with (
        publishing(store.path, tmp_path / "b.db", force=False) as (fresh, _),
        fresh.open("wb") as other,
    ):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_share_without_locks_takes_a_backup(store, tmp_path, monkeypatch):
    def without(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    left = tmp_path / ".edgebox-backup-old"
    left.touch()
    monkeypatch.setattr(file_lock, "hold", without)
    monkeypatch.setattr(file_lock, "is_held", without)
    write_backup(store.path, tmp_path / "b.db")
    assert left.exists(), "another may be writing it"
