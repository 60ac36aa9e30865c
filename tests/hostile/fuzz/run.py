"""Fuzz one target: `python -m hostile.fuzz.run TARGET SECONDS`, with tests/ on the path.

atheris makes inputs from what they reach in edgebox/. A failing input is written to the working
directory; give its bytes to the target's `check` to see it again.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

import atheris

from hostile.fuzz.mutation import bounded

LONGEST = 8192


def main(target: str, seconds: str) -> None:
    with atheris.instrument_imports(include=["edgebox", "edgebox_cli"]):
        module = importlib.import_module(f"hostile.fuzz.{target}")
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(module.seeds()):
            (corpus / f"seed-{number}").write_bytes(seed)
        words = Path(folder, "dictionary")
        words.write_text("".join(map(_quoted, module.TOKENS)))
        atheris.Setup(
            [
                sys.argv[0],
                *(str(corpus), f"-dict={words}", f"-max_total_time={seconds}"),
                *(f"-max_len={LONGEST}", "-timeout=60", "-rss_limit_mb=2048"),
                *("-print_final_stats=1", "-verbosity=1"),
            ],
            lambda data: bounded(module.check, data),
        )
        atheris.Fuzz()


def _quoted(token: bytes) -> str:
    """A line of libFuzzer's dictionary; it takes words of at most 64 bytes."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in token[:64]) + '"\n'


if __name__ == "__main__":
    main(*sys.argv[1:])
