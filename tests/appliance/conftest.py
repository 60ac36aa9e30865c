"""The artifacts, made once, and a fresh machine for each file of tests."""

import tempfile
from pathlib import Path

import pytest

from support.boxes.appliance import FIGURES, Artifacts
from support.boxes.container import CACHE, Container


def pytest_terminal_summary(terminalreporter):
    """Print sizes and times that no test asserts."""
    terminalreporter.section("figures")
    for line in FIGURES:
        terminalreporter.write_line(line)


def pytest_addoption(parser):
    parser.addoption(
        "--artifact",
        type=Path,
        help="what packaging/build --with-models made of this checkout and the starter models",
    )
    parser.addoption(
        "--before", default="HEAD~1", help="the commit of the release that is upgraded (HEAD~1)"
    )


@pytest.fixture(scope="session")
def artifacts(request):
    with tempfile.TemporaryDirectory(dir=_cache()) as folder:
        Path(folder).chmod(0o755)  # a stick that all users can read
        yield Artifacts(Path(folder), request.config.getoption("--artifact"))


@pytest.fixture(scope="module")
def machine(artifacts):
    """A fresh machine, shared by the tests of one file."""
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
