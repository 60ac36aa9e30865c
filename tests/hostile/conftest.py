"""What the tests of broken networks share."""

import tempfile
from pathlib import Path

import pytest

from support.outside.network import network


@pytest.fixture
def link():
    """A network of this test's own; the test is on the near machine."""
    with network() as made:
        yield made


@pytest.fixture
def folder():
    """A short path, because a Unix socket is in it."""
    with tempfile.TemporaryDirectory(prefix="eb-") as made:
        yield Path(made)
