"""The command line's table of contents. Every command imports what it needs when it runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from edgebox_cli.commands import (
    analyze,
    backup,
    batches,
    bench,
    callbacks,
    config,
    demo,
    doctor,
    evaluate,
    init,
    keys,
    logs,
    models,
    processes,
    status,
    summarize,
    support,
)
from edgebox_cli.common.context import fail, set_config

app = typer.Typer(
    help="EdgeBox: consultation summaries from two local language models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - Typer's signature
    if wanted:
        from edgebox import __version__

        typer.echo(f"edgebox {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Configuration file (TOML).")
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options before the command."""
    del version
    set_config(config)


app.command()(processes.up)
app.command()(processes.engine)
app.command()(processes.api)
app.command()(processes.worker)
app.command("init")(init.init)
app.add_typer(models.app, name="models")
app.add_typer(keys.app, name="keys")
app.command("summarize")(summarize.summarize)
app.command("analyze")(analyze.analyze)
app.add_typer(batches.app, name="batches")
app.add_typer(callbacks.app, name="callbacks")
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("support")(support.support)
app.command("logs")(logs.logs)
app.add_typer(config.app, name="config")
app.command("eval")(evaluate.evaluate)
app.command()(bench.bench)
app.command("demo", hidden=True)(demo.demo)
app.command("llama-check", hidden=True)(processes.llama_check)


def main() -> None:
    """Run; every error becomes one line and an exit code."""
    from edgebox.errors import EdgeBoxError, where

    try:
        app()
    except EdgeBoxError as error:
        try:
            fail(error)
        except typer.Exit as leaving:
            raise SystemExit(leaving.exit_code) from None
    except Exception as error:  # noqa: BLE001 - the last boundary: a message may quote a transcript
        from edgebox_cli.common.output import print_error

        if os.environ.get("EDGEBOX_LOG_LEVEL", "").lower() == "debug":
            import traceback

            traceback.print_tb(error.__traceback__)  # places and our own lines, no message
        hint = "set EDGEBOX_LOG_LEVEL=debug to see the way there"
        print_error(f"internal error: {where(error)} ({hint})")
        raise SystemExit(1) from None
