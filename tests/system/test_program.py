import subprocess
import sys

from edgebox.system.program import command


def test_the_program_starts_itself_as_the_package_that_runs(monkeypatch, tmp_path):
    (tmp_path / "edgebox_cli.py").write_text("raise SystemExit('not this one')")
    ended = subprocess.run(
        command("--version"), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.stdout.startswith("edgebox ")


def test_the_frozen_program_starts_itself_without_python(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command("engine") == [sys.executable, "engine"]
