"""One of the box's processes, run by itself: by systemd, by ``edgebox up``, or in a terminal."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

import typer

from edgebox.errors import EdgeBoxError
from edgebox.system.logs import configure, in_journal
from edgebox.system.notifier import Notifier
from edgebox_cli.common.configuration import settings
from edgebox_cli.common.failure import reported

if TYPE_CHECKING:
    from edgebox.settings import Settings

log = logging.getLogger("edgebox.start")


class Process(Protocol):
    """The main function of a process."""

    def __call__(self, settings: Settings, /, notifier: Notifier) -> int:
        """Run until a signal ends it; return the exit code."""


def run_alone(process: Process, name: str) -> None:
    """Run one process and exit with its code. Ctrl-C is a request to stop, not a failure.

    Args:
        process: its main function.
        name: "engine", "api" or "worker".
    """
    notifier = Notifier.of_process()
    configure("info", name)  # an error in the settings is a record of the journal too
    with reported():
        try:
            found = settings()
            configure(found.log_level, name)
            code = process(found, notifier=notifier)
        except KeyboardInterrupt:
            code = 0
        except EdgeBoxError as error:
            notifier.status(error.detail)  # systemctl status then says why it does not start
            if not in_journal():
                raise
            log.critical("%s", error.detail)
            code = error.exit_code
    raise typer.Exit(code)
