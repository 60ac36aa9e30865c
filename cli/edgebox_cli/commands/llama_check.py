"""``edgebox llama-check``: whether llama.cpp loads on this machine."""

from __future__ import annotations

import typer

from edgebox_cli.common.failure import reported


def llama_check() -> None:
    """Load llama.cpp, print its version and whether it has a GPU: for ``edgebox doctor``."""
    from edgebox.processes.loading import llama_found  # noqa: PLC0415 - loads llama.cpp

    with reported():
        version, gpu = llama_found()
    typer.echo(f"{version} {gpu:d}")
