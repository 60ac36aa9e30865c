import shutil

import pytest

from edgebox.store.db import Store
from support.boxes.store import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A database with one client, made once: each test copies the file."""
    store = Store(tmp_path_factory.mktemp("migrated") / "edgebox.db", clock=Clock())
    store.migrate()
    store.clients.create("centerlink", allowed_callbacks=["centerlink.example:9000"])
    store.close()
    return store.path


@pytest.fixture
def store(tmp_path, clock, migrated):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    store = Store(shutil.copy(migrated, folder / "edgebox.db"), clock=clock)
    yield store
    store.close()
