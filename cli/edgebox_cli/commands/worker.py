"""``edgebox worker``: the worker process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from edgebox_cli.common.process import run_alone

if TYPE_CHECKING:
    from edgebox.settings import Settings
    from edgebox.system.notifier import Notifier


def worker() -> None:
    """Run the worker alone: the analyses and the callbacks."""
    run_alone(_run, "worker")


def _run(settings: Settings, notifier: Notifier) -> int:
    # A compaction's temporary copy holds transcripts: it stays in our own folder. SQLite reads
    # the variable once, when Python's module of it is imported.
    os.environ["SQLITE_TMPDIR"] = str(settings.state_dir)
    from edgebox.processes.worker import run_worker  # noqa: PLC0415 - imports sqlite3

    return run_worker(settings, notifier=notifier)
