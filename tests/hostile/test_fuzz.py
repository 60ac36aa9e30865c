"""The parsers of bytes from outside, with inputs that nobody wrote.

Here each runs for some seconds on mutations that are the same in every run. `tests/run --hostile`
sets HOSTILE_SECONDS: atheris then looks for inputs that reach new lines.
"""

import importlib
import os
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest

from hostile.fuzz.mutation import bounded, mutations

HERE = Path(__file__).parent
TARGETS = ("header", "body", "url", "call", "framing", "keys", "redaction")
SECONDS = os.environ.get("HOSTILE_SECONDS")
SHORT = 2
MOST = 100_000


@pytest.mark.parametrize("target", TARGETS)
def test_mutations(target: str) -> None:
    module = importlib.import_module(f"hostile.fuzz.{target}")
    ends, count = time.monotonic() + SHORT, 0
    for data in islice(mutations(module.seeds(), module.TOKENS, seed=1), MOST):
        try:
            bounded(module.check, data)
        except Exception as error:
            error.add_note(f"input {count}: {data!r}")
            raise
        count += 1
        if time.monotonic() > ends:
            break
    print(f"{target}: {count} inputs")
    assert count > len(module.seeds())


@pytest.mark.skipif(SECONDS is None, reason="tests/run --hostile")
@pytest.mark.parametrize("target", TARGETS)
def test_what_atheris_finds(target: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hostile.fuzz.run", target, str(SECONDS)]
    paths = [str(HERE.parent), *sys.path]
    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    print("\n".join(line for line in ended.stderr.splitlines() if line.startswith("stat::")))
    said = "\n".join(line for line in ended.stderr.splitlines() if not line.startswith("#"))
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert ended.returncode == 0, f"{said[-6000:]}\n{left}"
