"""``edgebox support``: one file about this box for those who help, without customers' data."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from edgebox.errors import ConfigError
from edgebox_cli.common.configuration import settings, settings_as_root
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import err_console, note, print_json, print_line
from edgebox_cli.common.owner import apart, writes_as_root
from edgebox_cli.support.bundle import collect, new_file, write


def support(
    file: Annotated[Path, typer.Argument(metavar="FILE.tar.gz", help="A file that is not there.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write what helps to find a fault into one file, without transcripts or secrets."""
    with reported():
        root_writes = _root_writes(file.absolute())
        with new_file(file) as descriptor:
            if err_console().is_terminal:
                note("Looking at the whole box; it takes some seconds.")

            def made() -> tuple[int, list[str]]:
                parts = collect(time.time())
                return write(descriptor, parts), sorted(parts)

            size, names = apart(made) if root_writes else made()
    if as_json:
        print_json({"file": str(file), "bytes": size, "parts": names})
        return
    print_line(f"{file}: {size:,} bytes; only its owner may read it (mode 0600).")
    print_line(
        "It holds no transcript and no secret. It names clients, receivers and file paths: look "
        f"at it before you hand it on (tar -xzf {file} -O | less)."
    )


def _root_writes(file: Path) -> bool:
    """Return whether the file is root's and another user has to look at the box.

    If the file is in that user's folder too, the process is that user's from now on.
    """
    try:
        if writes_as_root(file, settings_as_root().state_dir):
            return True
        settings()
    except ConfigError:
        pass  # the bundle tells it, and then looks at no state
    return False
