"""A box of real processes whose wall clock jumps.

What API and worker read of the wall clock is moved while they run
(``tests/crash/moved/sitecustomize.py``); the monotonic clock goes on as it is. libfaketime would
move it below Python, but made the API hang at random, before any jump.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from edgebox.signing import bound_key
from support.boxes.killed import CLIENT, TESTS, CrashBox

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600


class MovedBox(CrashBox):
    """A box whose wall clock can be moved."""

    hours = 0.0

    @classmethod
    def over(cls, folder: Path, receiver: str, **settings: str) -> MovedBox:
        moved = folder / "moved"
        moved.write_text("0")
        before = os.environ.get("PYTHONPATH", "")
        places = os.pathsep.join([str(TESTS / "crash" / "moved"), str(TESTS), before])
        more = settings | {"MOVED_CLOCK": str(moved), "PYTHONPATH": places}
        return cls(folder / "state", [receiver], more)

    def move(self, hours: float) -> None:
        """Set the clock that many hours from the true time."""
        self.hours = hours
        # In one step: a reader never sees half a number.
        file = self.folder.parent / "moved"
        new = file.with_suffix(".new")
        new.write_text(f"{hours * HOUR:.0f}")
        new.replace(file)

    def headers(self, **more: str) -> dict[str, str]:
        key = bound_key(CLIENT, self.secret, time.time() + self.hours * HOUR)
        return {"X-Bound-Key": key} | {k.replace("_", "-"): v for k, v in more.items()}
