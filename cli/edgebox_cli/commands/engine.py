"""``edgebox engine``: the engine process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from edgebox.models.installed import Installed
from edgebox.models.tuned import tuned_here
from edgebox_cli.common.process import run_alone

if TYPE_CHECKING:
    from edgebox.settings import Settings
    from edgebox.system.notifier import Notifier


def engine() -> None:
    """Run the engine alone: both models, on the Unix socket."""
    run_alone(_run, "engine")


def _run(settings: Settings, notifier: Notifier) -> int:
    spin = settings.engines.spin
    if not spin and (tuned := tuned_here(settings, Installed(settings.models_dir))):
        spin = tuned.spin
    if spin:
        os.environ["GOMP_SPINCOUNT"] = str(spin)  # libgomp reads it while it is loaded
    # After logging is set up: native code may end the process while it loads.
    from edgebox.processes.engine import run_engine  # noqa: PLC0415 - loads llama.cpp

    return run_engine(settings, notifier=notifier)
