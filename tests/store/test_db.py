import multiprocessing
import sqlite3
from contextlib import closing

import pytest

from edgebox.errors import StoreError
from edgebox.store import migrations
from edgebox.store.db import Store
from support.boxes.store import migrate_together

STEPS = [step.name for step in migrations.migrations._migrations]


def test_migrating_again_changes_nothing(tmp_path):
    store = Store(tmp_path / "edgebox.db")
    assert store.migrate() == STEPS
    before = store.path.read_bytes()
    assert store.migrate() == []
    assert store.path.read_bytes() == before


def test_the_file_carries_the_number_of_migrations(tmp_path):
    store = Store(tmp_path / "edgebox.db")
    assert len(store.migrate()) == migrations.SCHEMA_VERSION
    with closing(sqlite3.connect(store.path)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (migrations.SCHEMA_VERSION,)


def test_a_migration_that_fails_leaves_no_trace(tmp_path, monkeypatch):
    broken = migrations.Migrations("edgebox")
    for step in migrations.migrations._migrations:
        broken(name=step.name)(step.fn)

    @broken(name="9999_broken")
    def _broken(db):
        db.execute("CREATE TABLE half (x)")
        db.execute("CREATE TABLE half (x)")

    store = Store(tmp_path / "edgebox.db")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "migrations", broken)
        with pytest.raises(StoreError, match="already exists"):
            store.migrate()
    with closing(sqlite3.connect(store.path)) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == []
    assert store.migrate() == STEPS, "and it can be done later"


def test_a_file_of_a_newer_edgebox_is_refused(tmp_path):
    store = Store(tmp_path / "edgebox.db")
    store.migrate()
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute(f"PRAGMA user_version = {migrations.SCHEMA_VERSION + 1}")
    for use in (store.migrate, store.clients.list):
        with pytest.raises(StoreError, match=r"newer EdgeBox.*[Uu]pgrade"):
            use()


def test_an_empty_file_wants_to_be_initialised(tmp_path):
    path = tmp_path / "edgebox.db"
    path.touch()
    with pytest.raises(StoreError, match="edgebox init"):
        Store(path).clients.list()


def test_processes_that_start_together_migrate_once(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    wires, processes = [], []
    for _ in range(3):
        here, there = spawn.Pipe()
        process = spawn.Process(target=migrate_together, args=(tmp_path / "edgebox.db", there))
        process.start()
        wires.append(here)
        processes.append(process)
    assert [wire.recv() for wire in wires] == ["ready"] * 3
    for wire in wires:
        wire.send("go")
    applied = [wire.recv() for wire in wires]
    for process in processes:
        process.join()
    assert sorted(applied) == [[], [], STEPS]


def test_a_path_with_odd_characters_works(tmp_path):
    store = Store(tmp_path / "상담 #1?%20" / "edge box.db")
    store.migrate()
    assert store.clients.list() == []
    assert store.path.exists()
    store.close()
