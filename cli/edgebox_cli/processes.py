"""``edgebox up``, and the three processes one by one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.config import Settings


def up() -> None:
    """Run the whole box in this terminal: engine, API and worker. Ctrl-C stops it."""
    from edgebox.up import Up, children_of, require_free_port
    from edgebox_cli.context import reported, settings
    from edgebox_cli.output import console

    with reported():
        found = settings()
        require_free_port(found)
    box = Up(
        children_of(found),
        # Port 0 is any free one: only the API's own log line knows which.
        url=found.api.local_url if found.api.port else None,
        write=_write,
        colour=console().is_terminal and not console().no_color,
    )
    raise typer.Exit(box.run())


def engine() -> None:
    """Run the engine alone: both models, on the Unix socket."""

    def run(settings: Settings) -> int:
        from edgebox.engine_main import run_engine

        return run_engine(settings)

    _alone(run)


def api() -> None:
    """Run the API alone: HTTP for the centre's systems."""

    def run(settings: Settings) -> int:
        from edgebox.api_main import run_api

        return run_api(settings)

    _alone(run)


def worker() -> None:
    """Run the worker alone: the analyses and the callbacks."""

    def run(settings: Settings) -> int:
        from edgebox.worker import run_worker

        return run_worker(settings)

    _alone(run)


def llama_check() -> None:
    """Load llama.cpp, print its version and whether it has a GPU: for ``edgebox doctor``."""
    from edgebox.engine_load import llama_found
    from edgebox_cli.context import reported

    with reported():
        version, gpu = llama_found()
    typer.echo(f"{version} {gpu:d}")


def _alone(run: Callable[[Settings], int]) -> None:
    """One process until it is told to stop; Ctrl-C is such a telling, not a failure."""
    from edgebox.logs import configure
    from edgebox_cli.context import reported, settings

    with reported():
        found = settings()
        configure(found.log_level)
        try:
            code = run(found)
        except KeyboardInterrupt:
            code = 0
    raise typer.Exit(code)


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
