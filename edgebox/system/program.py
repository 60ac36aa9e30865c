"""The command that starts this program again.

From a wheel or a checkout, Python runs a module. On an installed box the program is frozen, and
there is no Python.
"""

from __future__ import annotations

import sys


def frozen() -> bool:
    """Whether this is the frozen program of an installed box."""
    return bool(getattr(sys, "frozen", False))


def command(*arguments: str) -> list[str]:
    """Return the command that runs ``edgebox`` with these arguments, as this process runs."""
    if frozen():
        return [sys.executable, *arguments]
    # -P: do not run a file named edgebox_cli.py in the current folder.
    return [sys.executable, "-P", "-m", "edgebox_cli", *arguments]
