"""``edgebox engine``: the engine process."""

from __future__ import annotations

from edgebox.processes.engine import run_engine
from edgebox_cli.common.process import run_alone


def engine() -> None:
    """Run the engine alone: both models, on the Unix socket."""
    run_alone(run_engine)
