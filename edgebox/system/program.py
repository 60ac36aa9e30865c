"""How this program starts itself again.

From a wheel or a checkout it is a module that Python runs; on an installed box it is a frozen
program, and there is no Python beside it.
"""

from __future__ import annotations

import sys


def frozen() -> bool:
    """Whether this is the appliance's program."""
    return bool(getattr(sys, "frozen", False))


def command(*arguments: str) -> list[str]:
    """The words that run ``edgebox`` with these arguments, as this process runs."""
    if frozen():
        return [sys.executable, *arguments]
    # -P: a file named edgebox_cli.py in the current folder is not what is meant.
    return [sys.executable, "-P", "-m", "edgebox_cli", *arguments]
