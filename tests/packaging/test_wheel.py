"""What is installed on a box is this wheel, and nothing of the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(unpacked, *arguments):
    """The unpacked wheel with this environment's packages, away from the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EDGEBOX_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=unpacked,
        env={**kept, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def sources(*folders):
    return {
        str(path.relative_to(ROOT / base))
        for base, folder in folders
        for kind in ("*.py", "console/templates/**/*.html", "console/static/**/*.*")
        for path in (ROOT / base / folder).rglob(kind)
    }


def test_the_wheel_holds_both_packages_the_catalogue_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == sources((".", "edgebox"), ("cli", "edgebox_cli")) | {
        "edgebox/models/catalog.toml"
    }


def test_the_wheel_carries_the_whole_licence(unpacked):
    (licence,) = unpacked.glob("*.dist-info/licenses/LICENSE")
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in licence.read_text()


def test_the_wheel_needs_no_package_of_the_development_tools(unpacked):
    (metadata,) = unpacked.glob("*.dist-info/METADATA")
    needed = [
        line.split(":", 1)[1].strip()
        for line in metadata.read_text().splitlines()
        if line.startswith("Requires-Dist:") and "extra ==" not in line
    ]
    assert any(line.startswith("llama-cpp-python==") for line in needed)
    assert not [line for line in needed if line.startswith(("pytest", "ruff", "mypy", "hatchling"))]


def test_the_unpacked_wheel_tells_its_version_and_its_commands(unpacked):
    version = run(unpacked, "-m", "edgebox_cli", "--version")
    assert (version.returncode, version.stderr) == (0, "")
    assert version.stdout.startswith("edgebox ")
    help_text = run(unpacked, "-m", "edgebox_cli", "--help")
    assert help_text.returncode == 0
    assert "summarize" in help_text.stdout
    assert "demo" not in help_text.stdout  # for install.sh, not for people


def test_every_module_of_the_wheel_can_be_imported(unpacked):
    code = (
        "import importlib, pkgutil, edgebox, edgebox_cli\n"
        "for package in (edgebox, edgebox_cli):\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if module.name == 'edgebox_cli.__main__': continue\n"  # it runs the command
        "        print(importlib.import_module(module.name).__file__)\n"
    )
    said = run(unpacked, "-c", code)
    assert said.returncode == 0, said.stderr
    files = said.stdout.splitlines()
    assert len(files) > 50
    assert all(Path(file).is_relative_to(unpacked) for file in files)


def test_the_unpacked_wheel_reads_the_catalogue_it_carries(unpacked):
    code = (
        "from edgebox.models.catalog import Catalog\n"
        "print(*[entry.name for entry in Catalog.load().entries])\n"
    )
    said = run(unpacked, "-c", code)
    assert said.returncode == 0, said.stderr
    assert "qwen3-1.7b-q8_0" in said.stdout.split()
