"""The artifact is made of the packages that packaging/*.lock name, and of no others."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def entries(name):
    """Return the requirements of a lock with the number of their hashes."""
    text = (PACKAGING / name).read_text().replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        requirement, *hashes = re.split(r"\s+--hash=sha256:", line.strip())
        assert all(re.fullmatch("[0-9a-f]{64}", each) for each in hashes), requirement
        found.setdefault(Requirement(requirement).name, []).append((requirement, len(hashes)))
    return found


LOCKED = entries("requirements.lock")


@pytest.mark.parametrize("name", ["requirements.lock", "llama.lock", "cuda.lock"])
def test_every_package_is_one_version_with_hashes(name):
    for package, versions in entries(name).items():
        for requirement, hashes in versions:
            [exact] = Requirement(requirement).specifier
            assert exact.operator == "==", package
            assert hashes, package


def wanted():
    lines = (PACKAGING / "requirements.txt").read_text().split()
    return [each for each in [*PROJECT["dependencies"], *lines] if "llama-cpp" not in each]


@pytest.mark.parametrize("dependency", wanted())
def test_a_dependency_is_locked_within_its_range(dependency):
    needed = Requirement(dependency)
    versions = [
        next(iter(one.specifier)).version
        for text, _ in LOCKED[needed.name]
        if (one := Requirement(text)).marker is None or one.marker.evaluate(default_environment())
    ]
    assert len(versions) == 1, "run packaging/lock, and commit what it writes"
    assert needed.specifier.contains(versions[0]), "run packaging/lock, and commit what it writes"


def test_llama_is_locked_as_source_at_the_version_of_the_project():
    [[(locked, hashes)]] = entries("llama.lock").values()
    assert locked in PROJECT["dependencies"]
    assert hashes == 1


def test_nvidias_libraries_are_locked_at_the_versions_that_are_named():
    named = set((PACKAGING / "cuda.txt").read_text().split())
    assert named == {text for [(text, _)] in entries("cuda.lock").values()}
    assert len(named) == 2


def test_a_file_with_another_hash_is_not_installed(tmp_path):
    package = tmp_path / "one-1.0.tar.gz"
    package.write_bytes(b"not what was locked")
    lock = tmp_path / "one.lock"
    lock.write_text("one==1.0 --hash=sha256:" + "0" * 64)
    options = re.search(
        r"pip install (--require-hashes --no-deps) \\\n\s+-r packaging/requirements.lock",
        (PACKAGING / "build").read_text(),
    )[1]
    places = ["--target", tmp_path / "there", "--no-index", "--find-links", tmp_path]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options.split(), *places, "-r", lock],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stdout + done.stderr
