"""An upgrade that changes the database: forward, back to the old release, and back by itself.

Every test continues where the previous one left the machine.
"""

import re
import sqlite3
from contextlib import closing

import pytest

from support.boxes.appliance import Centre, await_ready, is_ready

USB = "/media/usb"
TEXT = "15-travel-baggage-delay"


@pytest.fixture(scope="module")
def centre(machine):
    """The centre's system beside an installed box that works every batch at once."""
    ended = machine.run(f"sh {USB}/edgebox.run --callback 127.0.0.1:9900", timeout=600)
    assert ended.code == 0, ended.said
    box = Centre(machine, re.search(r"^    (\S+)$", ended.out, re.MULTILINE)[1])
    machine.out("sed -i 's/^# min_pending = .*/min_pending = 1/' /etc/edgebox/edgebox.toml")
    machine.out("systemctl restart edgebox-api edgebox-worker")
    await_ready(machine)
    yield box
    box.close()


@pytest.fixture(scope="module", autouse=True)
def releases(artifacts):
    """One that changes the database, and one that does so and then cannot run."""

    def good(tree):
        (tree / "VERSION").write_text("9.3.0\n")

    def broken(tree):
        (tree / "VERSION").write_text("9.4.0\n")
        (tree / "_internal" / "llama_cpp" / "lib" / "libggml-base.so.0").unlink()

    with artifacts.with_another_schema() as tree:
        artifacts.pack("schema.run", good, of=tree)
        artifacts.pack("schema-broken.run", broken, of=tree)


def schema(machine):
    with closing(sqlite3.connect(machine.folder / "var/lib/edgebox/edgebox.db")) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


def state_of(centre, batch):
    answer = centre.ask("GET", f"/api/v1/batches/{batch}")
    return answer.json()["state"] if answer.status_code == 200 else answer.status_code


@pytest.fixture(scope="module")
def old(machine, centre, korean):
    """A batch of before the upgrade, and the schema then."""
    batch = centre.submit(korean[TEXT]["transcript"])
    centre.await_callback(batch)
    return batch, schema(machine)


def test_a_release_that_cannot_run_gives_the_old_database_back(machine, artifacts, centre, old):
    batch, before = old
    ended = machine.run(f"sh {USB}/schema-broken.run --upgrade --wait 120", timeout=600)
    assert ended.code == 1
    assert "9.4.0 did not get ready" in ended.err
    assert machine.out("readlink /opt/edgebox/current") == f"releases/{artifacts.version}"
    assert schema(machine) == before
    assert is_ready(machine)
    assert state_of(centre, batch) == "completed"


def test_an_upgrade_goes_on_where_the_power_failed_and_keeps_what_is_there(
    machine, centre, old, korean
):
    batch, before = old
    switched = 'until [ "$(readlink /opt/edgebox/current)" = releases/9.3.0 ]; do sleep 0.05; done'
    machine.run(f"sh {USB}/schema.run --upgrade >/dev/null 2>&1 & {switched}", timeout=300)
    machine.cut_power()
    machine.boot()
    centre.listen()
    ended = machine.run(f"sh {USB}/schema.run --upgrade", timeout=600)
    assert ended.code == 0, ended.said
    assert "cut short; it continues" in ended.out
    assert is_ready(machine)
    again = machine.run(f"sh {USB}/schema.run --upgrade", timeout=600)
    assert "nothing was changed" in again.out
    assert schema(machine) == before + 1
    assert state_of(centre, batch) == "completed"
    later = centre.submit(korean[TEXT]["transcript"])
    centre.await_callback(later)


def test_back_goes_only_who_says_that_the_database_goes_back_too(machine, artifacts, centre, old):
    batch, before = old
    ended = machine.run("/opt/edgebox/current/install.sh --rollback", timeout=600)
    assert ended.code == 1
    assert "--rollback --with-database" in ended.err
    assert machine.out("readlink /opt/edgebox/current") == "releases/9.3.0"
    assert is_ready(machine)
    ended = machine.run("/opt/edgebox/current/install.sh --rollback --with-database", timeout=600)
    assert ended.code == 0, ended.said
    assert machine.out("readlink /opt/edgebox/current") == f"releases/{artifacts.version}"
    assert schema(machine) == before
    assert is_ready(machine)
    assert state_of(centre, batch) == "completed"
    aside = re.search(r"the replaced one is kept as (\S+)", ended.out)[1]
    with closing(sqlite3.connect(machine.folder / aside.lstrip("/"))) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == before + 1
        assert db.execute("SELECT COUNT(*) FROM batches").fetchone()[0] == 2
