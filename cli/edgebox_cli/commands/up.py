"""``edgebox up``: the whole box in one terminal."""

from __future__ import annotations

import sys

import typer

from edgebox.errors import UsageError
from edgebox.processes.up import Up, children_of, require_free_port
from edgebox.settings import SYSTEM_CONFIG
from edgebox.system.log_file import NAME, LogFile, readable
from edgebox_cli.common.configuration import config_path, settings
from edgebox_cli.common.failure import reported
from edgebox_cli.common.output import console
from edgebox_cli.common.systemd import has_units


def up() -> None:
    """Run the whole box in this terminal: engine, API and worker. Ctrl-C stops it."""
    with reported():
        found = settings()
        if config_path() == SYSTEM_CONFIG and has_units():
            raise UsageError("systemd runs this box. Start it with: systemctl start edgebox.target")
        require_free_port(found)
    log = LogFile(found.state_dir / NAME)

    def write(line: str) -> None:
        log.write(line)
        sys.stdout.write(f"{readable(line)}\n")
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
