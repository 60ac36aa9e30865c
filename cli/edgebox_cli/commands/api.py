"""``edgebox api``: the API process."""

from __future__ import annotations

from edgebox.processes.api import run_api
from edgebox_cli.common.process import run_alone


def api() -> None:
    """Run the API alone: HTTP for the centre's systems."""
    run_alone(run_api, "api")
