"""What lies beside a database of another user's is not believed: root's commands open it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from edgebox.store.db import Store
from support.outside.journals import naming
from support.outside.python import for_everybody

KEYS_LIST = "import sys; from edgebox_cli.main import main; sys.argv[1:] = ['keys', 'list']; main()"
CRASH = """
import os, sqlite3, sys
conn = sqlite3.connect(sys.argv[1], isolation_level=None)
conn.execute("PRAGMA cache_size = 1")
conn.execute("BEGIN IMMEDIATE")
conn.execute("UPDATE clients SET client_id = 'torn'")
for n in range(2000):
    conn.execute("INSERT INTO counters VALUES (?, 1)", (f"torn{n}",))
os._exit(0)
"""

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away"),
    pytest.mark.skipif(
        os.geteuid() == 0 and for_everybody() is None, reason="other users have no such Python"
    ),
]


@pytest.fixture
def database():
    """A database with one client, in a folder of another user's."""
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name) / "edgebox.db")
        store.migrate()
        store.clients.create("centerlink")
        store.close()
        yield store.path


def give_away(database):
    for path in (database.parent, *database.parent.iterdir()):
        shutil.chown(path, "nobody")


def keys_list(database):
    known = {name: value for name, value in os.environ.items() if not name.startswith("EDGEBOX_")}
    folder = str(database.parent)
    python, variables = for_everybody()
    return subprocess.run(
        [python, "-c", KEYS_LIST],
        env=known | variables | {"EDGEBOX_STATE_DIR": folder, "XDG_CONFIG_HOME": folder + "/none"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_journal_that_names_a_file_of_roots_does_not_cost_it(database, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious\n")
    with sqlite3.connect(database) as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.close()
    journal = database.with_name("edgebox.db-journal")
    journal.write_bytes(naming(victim, pages))
    give_away(database)
    ended = keys_list(database)
    assert victim.read_text() == "precious\n"
    assert ended.returncode == 1
    assert "names another file" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_pipe_for_a_journal_holds_no_command_up(database):
    journal = database.with_name("edgebox.db-journal")
    journal.unlink(missing_ok=True)
    os.mkfifo(journal)
    give_away(database)
    ended = keys_list(database)
    assert ended.returncode == 1
    assert "is not a file" in ended.stderr


def test_what_a_crash_left_is_rolled_back_as_before(database):
    subprocess.run([sys.executable, "-c", CRASH, database], check=True, timeout=60)
    beside = (database.with_name(f"edgebox.db-{kind}") for kind in ("journal", "wal"))
    [journal] = (path for path in beside if path.exists() and path.stat().st_size > 512)
    give_away(database)
    ended = keys_list(database)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "centerlink" in ended.stdout
    assert not journal.exists() or journal.stat().st_size == 0
