"""What ``--config`` named. It imports nothing: ``edgebox --help`` loads this module."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_config: Path | None = None


def set_config(path: Path | None) -> None:
    """Remember the global ``--config``, also for the child processes of ``edgebox up``."""
    global _config  # noqa: PLW0603 - Typer has one callback for global options and no other place
    _config = path
    if path is not None:
        os.environ["EDGEBOX_CONFIG"] = str(path.resolve())


def named_config() -> Path | None:
    """Return the file that ``--config`` named, or None."""
    return _config


def is_named() -> bool:
    """Return whether the user chose the configuration file, which then has to exist."""
    return _config is not None or "EDGEBOX_CONFIG" in os.environ
