import multiprocessing
import os
import resource
import sqlite3
import tempfile
import threading
from pathlib import Path

import pytest

from edgebox.errors import StoreBusy, StoreError, StoreUncertain
from edgebox.store.connection import Connections, translated, wal_is_safe
from edgebox.store.db import Store
from support.boxes.store import list_as_nobody, submit


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 9), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_only_on_versions_without_the_reset_bug(version, safe):
    assert wal_is_safe(version) is safe


def test_a_connection_is_durable_checks_references_and_uses_the_right_journal(store):
    with store._connections.transaction() as db:
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
        assert db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        assert db.execute("PRAGMA secure_delete").fetchone()[0] == 1
        expected = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "truncate"
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == expected


def test_only_the_owner_reads_the_file_its_journal_and_its_folder(tmp_path):
    store = Store(tmp_path / "state" / "edgebox.db")
    store.migrate()
    folder = store.path.parent
    with store._connections.transaction() as db:
        db.execute("INSERT INTO counters VALUES ('x', 1)")
        files = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert len(files) >= 2, "a journal is open"
    assert set(files.values()) == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    store.close()


def test_an_existing_file_is_not_replaced(store):
    before = submit(store)
    again = Store(store.path)
    assert again.migrate() == []
    assert again.batches.get(before.batch_id) is not None
    again.close()


def test_a_missing_database_is_named_and_not_created(tmp_path):
    store = Store(tmp_path / "none.db")
    with pytest.raises(StoreError, match="edgebox init"):
        store.clients.list()
    assert not store.path.exists()


@pytest.mark.parametrize("locked", ["folder", "file"])
def test_another_user_is_told_whom_to_be(locked):
    with tempfile.TemporaryDirectory() as name:  # not tmp_path: nobody else may enter that one
        store = Store(Path(name) / "edgebox.db")
        store.migrate()
        Path(name).chmod(0o000 if locked == "folder" else 0o711)
        if locked == "file":
            store.path.chmod(0o000)
        spawn = multiprocessing.get_context("spawn")
        here, there = spawn.Pipe()
        child = spawn.Process(target=list_as_nobody, args=(store.path, there))
        child.start()
        answer = here.recv()
        child.join()
        Path(name).chmod(0o700)
    assert "sudo -u edgebox" in answer


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="state_dir"):
        Store(tmp_path / "file" / "edgebox.db").migrate()


def test_a_locked_database_is_busy_and_nothing_is_written(store):
    impatient = Store(store.path, busy_timeout=0.05)
    with store._connections.transaction() as db:
        db.execute("INSERT INTO counters VALUES ('x', 1)")
        with pytest.raises(StoreBusy):
            submit(impatient)
    assert impatient.batches.page()[0] == []
    impatient.close()


def test_a_full_disk_is_busy_and_nothing_is_written(store):
    with store._connections.transaction() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    with store._connections.transaction() as db:
        db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreBusy, match="full"):
        submit(store, [f"CL-{n}" for n in range(400)])
    assert store.batches.page()[0] == []
    assert store.consultations.pending_count() == 0
    with store._connections.transaction() as db:
        db.execute("PRAGMA max_page_count = 1000000")
    assert submit(store).batch_id == "BATCH-20250913-001", "the failed one took no number"


def test_a_disk_that_fails_in_a_commit_leaves_it_unknown_what_was_kept(store):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    begun = store._connections.transaction()
    begun.__enter__().execute("INSERT INTO counters VALUES ('x', 1)")
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))  # no file takes another byte
    try:
        with pytest.raises(StoreUncertain, match="unknown"):
            begun.__exit__(None, None, None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert submit(store).batch_id == "BATCH-20250913-001"


def test_a_read_only_database_is_busy(store):
    with store._connections.transaction() as db:
        db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreBusy, match="read-only"):
        submit(store)


def test_a_connection_that_was_opened_for_reading_is_not_kept(store):
    """SQLite opens so, without a word, what it cannot open for writing for a moment."""
    with store._connections.transaction() as db:
        db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreBusy):
        submit(store)
    assert submit(store).batch_id == "BATCH-20250913-001"


def test_a_process_without_descriptors_is_busy_and_goes_on_when_it_has_some(store):
    submit(store)
    store.close()
    descriptor = os.open(store.path.parent, os.O_RDONLY)
    os.close(descriptor)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptor, hard))  # the next one is too many
    try:
        with pytest.raises(StoreBusy):
            store.clients.list()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert [client.client_id for client in store.clients.list()] == ["centerlink"]


def test_a_damaged_file_says_so_and_shows_no_content(tmp_path):
    path = tmp_path / "edgebox.db"
    path.write_bytes("고객: 주민등록번호".encode() * 500)
    with pytest.raises(StoreError, match="damaged") as caught:
        Store(path).clients.list()
    assert "고객" not in caught.value.detail
    assert not isinstance(caught.value, StoreBusy), "waiting does not repair it"


@pytest.mark.parametrize(
    "kind",
    [
        sqlite3.Error,
        sqlite3.DatabaseError,
        sqlite3.DataError,
        sqlite3.IntegrityError,
        sqlite3.InterfaceError,
        sqlite3.InternalError,
        sqlite3.NotSupportedError,
        sqlite3.OperationalError,
        sqlite3.ProgrammingError,
    ],
)
def test_every_sqlite_error_becomes_ours(kind):
    with pytest.raises(StoreError), translated():
        raise kind("x")


def test_a_transaction_that_fails_leaves_nothing(store):
    with pytest.raises(RuntimeError), store._connections.transaction():  # noqa: PT012 - the block is the subject
        submit(store)
        raise RuntimeError
    assert store.batches.page()[0] == []


def test_several_calls_in_a_transaction_are_kept_together(store):
    with store._connections.transaction():
        first, second = submit(store, ["a"]), submit(store, ["b"])
    assert {view.batch_id for view in store.batches.page()[0]} == {first.batch_id, second.batch_id}


def test_a_failed_call_within_a_transaction_undoes_only_itself(store):
    with store._connections.transaction():
        kept = submit(store, ["a"])
        with pytest.raises(StoreError):
            submit(store, ["b"], client="nobody")
    assert [view.batch_id for view in store.batches.page()[0]] == [kept.batch_id]


def test_a_snapshot_sees_one_state(store):
    connections = Connections(store.path, busy_timeout=5)
    sql = "SELECT COUNT(*) FROM batches"
    with connections.snapshot() as db:
        before = db.execute(sql).fetchone()
        writer = threading.Thread(target=submit, args=(store,))
        writer.start()  # waits in TRUNCATE mode, goes through in WAL mode
        writer.join(0.05)
        assert db.execute(sql).fetchone() == before
    writer.join()
    assert connections.rows("SELECT COUNT(*) AS n FROM batches") == [{"n": 1}]
    connections.close()


def test_each_thread_has_its_own_connection_and_close_closes_all(store):
    seen = []

    def use():
        with store._connections.transaction() as db:
            seen.append(db)

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    use()
    assert len({id(db) for db in seen}) == 4
    store.close()
    for db in seen:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            db.conn.execute("SELECT 1")
    assert [client.client_id for client in store.clients.list()] == ["centerlink"], "opens again"
