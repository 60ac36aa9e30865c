"""Python imports this at its start where its folder is on the path: a wall clock that is moved.

The file that MOVED_CLOCK names has the seconds by which ``time.time`` is ahead of the true time.
The monotonic clock goes on as it is.
"""

import os
import time
from pathlib import Path

_true, _true_ns, _file = time.time, time.time_ns, Path(os.environ["MOVED_CLOCK"])


def _ahead() -> int:
    return int(_file.read_text(encoding="ascii"))


time.time = lambda: _true() + _ahead()
time.time_ns = lambda: _true_ns() + _ahead() * 10**9
