"""The artifacts, made once, and a fresh machine for each file of tests."""

import tempfile
from pathlib import Path

import pytest

from support.appliance import Artifacts
from support.container import CACHE, Container


@pytest.fixture(scope="session")
def artifacts():
    with tempfile.TemporaryDirectory(dir=_cache()) as folder:
        yield Artifacts(Path(folder))


@pytest.fixture(scope="module")
def machine(artifacts):
    """A fresh machine for the tests of one file, which happen to it one after another."""
    with tempfile.TemporaryDirectory(dir=_cache()) as folder:
        box = Container(Path(folder), artifacts.folder)
        try:
            box.boot()
            yield box
        finally:
            box.close()


def _cache() -> Path:
    folder = CACHE / "appliance"  # models are too large for a /tmp in memory
    folder.mkdir(parents=True, exist_ok=True)
    return folder
