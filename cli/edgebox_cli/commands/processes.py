"""``edgebox up``, and the three processes one by one."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.settings import Settings
    from edgebox.system.supervisor import Notifier

log = logging.getLogger("edgebox.start")


def up() -> None:
    """Run the whole box in this terminal: engine, API and worker. Ctrl-C stops it."""
    from edgebox.errors import UsageError
    from edgebox.processes.up import Up, children_of, require_free_port
    from edgebox.settings import SYSTEM_CONFIG
    from edgebox.system.log_file import NAME, LogFile
    from edgebox_cli.common.context import config_path, reported, settings
    from edgebox_cli.common.output import console
    from edgebox_cli.common.systemd import has_units

    with reported():
        found = settings()
        if config_path() == SYSTEM_CONFIG and has_units():
            raise UsageError("systemd runs this box: systemctl start edgebox.target")
        require_free_port(found)
    log = LogFile(found.state_dir / NAME)

    def write(line: str) -> None:
        log.write(line)
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    box = Up(
        children_of(found),
        # Port 0 is any free one: only the API's own log line knows which.
        url=found.api.local_url if found.api.port else None,
        tls_cert=found.api.tls_cert,
        write=write,
        colour=console().is_terminal and not console().no_color,
    )
    raise typer.Exit(box.run())


def engine() -> None:
    """Run the engine alone: both models, on the Unix socket."""

    def run(settings: Settings, notifier: Notifier) -> int:
        from edgebox.processes.engine import run_engine

        return run_engine(settings, notifier)

    _alone(run)


def api() -> None:
    """Run the API alone: HTTP for the centre's systems."""

    def run(settings: Settings, notifier: Notifier) -> int:
        from edgebox.processes.api import run_api

        return run_api(settings, notifier)

    _alone(run)


def worker() -> None:
    """Run the worker alone: the analyses and the callbacks."""

    def run(settings: Settings, notifier: Notifier) -> int:
        # A compaction's temporary copy holds transcripts: it stays in our own folder. SQLite
        # reads this once, when Python's module of it is imported.
        os.environ["SQLITE_TMPDIR"] = str(settings.state_dir)
        from edgebox.processes.worker import run_worker

        return run_worker(settings, notifier=notifier)

    _alone(run)


def llama_check() -> None:
    """Load llama.cpp, print its version and whether it has a GPU: for ``edgebox doctor``."""
    from edgebox.processes.loading import llama_found
    from edgebox_cli.common.context import reported

    with reported():
        version, gpu = llama_found()
    typer.echo(f"{version} {gpu:d}")


def _alone(run: Callable[[Settings, Notifier], int]) -> None:
    """One process until it is told to stop; Ctrl-C is such a telling, not a failure."""
    from edgebox.errors import EdgeBoxError
    from edgebox.system.logs import configure, in_journal
    from edgebox.system.supervisor import Notifier
    from edgebox_cli.common.context import reported, settings

    notifier = Notifier.of_process()
    configure("info")  # what is wrong with the settings is a record of the journal too
    with reported():
        try:
            found = settings()
            configure(found.log_level)
            code = run(found, notifier)
        except KeyboardInterrupt:
            code = 0
        except EdgeBoxError as error:
            notifier.status(error.detail)  # systemctl status then says why it does not start
            if not in_journal():
                raise
            log.critical("%s", error.detail)
            code = error.exit_code
    raise typer.Exit(code)
