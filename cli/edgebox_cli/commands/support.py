"""``edgebox support``: one file about this box for those who help, without customers' data."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import print_json, print_line
from edgebox_cli.support.bundle import collect, write


def support(
    file: Annotated[Path, typer.Argument(metavar="FILE.tar.gz", help="A file that is not there.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write what helps to find a fault into one file, without transcripts or secrets."""
    with reported():
        parts = collect(time.time())
        size = write(file, parts)
    if as_json:
        print_json({"file": str(file), "bytes": size, "parts": sorted(parts)})
        return
    print_line(f"{file}: {size:,} bytes; only its owner may read it (mode 0600).")
    print_line(
        "It holds no transcript and no secret. It names clients, receivers and file paths: look "
        f"at it before you hand it on (tar -xzf {file} -O | less)."
    )
