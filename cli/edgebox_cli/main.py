"""The command line's table of contents."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from edgebox import __version__
from edgebox_cli.common.context import set_config
from edgebox_cli.lazy import Entry, LazyGroup

# In the order of ``edgebox --help``.
COMMANDS = {
    "up": Entry(
        "commands.up:up",
        "Run the whole box in this terminal: engine, API and worker. Ctrl-C stops it.",
    ),
    "engine": Entry(
        "commands.engine:engine", "Run the engine alone: both models, on the Unix socket."
    ),
    "api": Entry("commands.api:api", "Run the API alone: HTTP for the centre's systems."),
    "worker": Entry(
        "commands.worker:worker", "Run the worker alone: the analyses and the callbacks."
    ),
    "cost": Entry(
        "commands.cost:cost",
        "Show what a month's interactions cost, and a cloud's price for the same tokens.",
    ),
    "init": Entry(
        "commands.init:init",
        "Write the configuration and the database, and create the first client.",
    ),
    "summarize": Entry(
        "commands.summarize:summarize", "Summarise one consultation through the running box."
    ),
    "analyze": Entry(
        "commands.analyze:analyze", "Analyse consultations in detail through the running box."
    ),
    "ask": Entry(
        "commands.ask:ask",
        "Ask a question about one call: the small model acknowledges, the large one answers.",
    ),
    "live": Entry(
        "commands.live:app", "Calls in progress: play a transcript as speech-to-text sends it."
    ),
    "transcript": Entry(
        "commands.transcript:transcript",
        "Show how a call is read: who said what, what was left out. Needs no running box.",
    ),
    "score": Entry(
        "commands.score:score",
        "Show the quality score of an analysis and what bears it out. Needs no running box.",
    ),
    "backup": Entry(
        "commands.backup:backup", "Write the database into one file, while the box runs or not."
    ),
    "restore": Entry(
        "commands.backup:restore",
        "Put a backup in the place of the database, which is kept aside.",
    ),
    "status": Entry(
        "commands.status:status", "Show processes, models, memory, queue, last run and latency."
    ),
    "doctor": Entry(
        "commands.doctor:doctor",
        "Check everything and say what to type next; exit 1 if a check fails.",
    ),
    "support": Entry(
        "commands.support:support",
        "Write what helps to find a fault into one file, without transcripts or secrets.",
    ),
    "logs": Entry(
        "commands.logs:logs", "Show the log of the box: the journal's, or that of edgebox up."
    ),
    "eval": Entry(
        "commands.evaluate:evaluate",
        "Measure the running models on consultations whose facts are known.",
    ),
    "bench": Entry(
        "commands.bench:app",
        "Measure how fast models answer here, with the load that EdgeBox has to carry.",
    ),
    "tune": Entry(
        "commands.tune:tune",
        "Try how this machine runs the models best, and keep it.",
    ),
    "tune-trial": Entry(
        "commands.tune:tune_trial",
        "Try one way of running a model, in a process of its own: for ``edgebox tune``.",
        hidden=True,
    ),
    "demo": Entry(
        "commands.demo:demo",
        "One summary, one question, one batch with its callback, on the starter models; then gone.",
        hidden=True,
    ),
    "llama-check": Entry(
        "commands.llama_check:llama_check",
        "Load llama.cpp, print its version and whether it has a GPU: for ``edgebox doctor``.",
        hidden=True,
    ),
    "models": Entry(
        "commands.models:app", "The language models: list, pull, import, verify, remove, use."
    ),
    "keys": Entry("commands.keys:app", "Clients and their secrets."),
    "operators": Entry(
        "commands.operators:app",
        "People who use the screen: add, list, import, change, disable, enable, reset.",
    ),
    "batches": Entry("commands.batches:app", "Batches: list, show, retry."),
    "callbacks": Entry("commands.callbacks:app", "Callbacks: list, send again."),
    "reviews": Entry(
        "commands.reviews:app",
        "What people say of answers and change in drafts: report, export.",
    ),
    "audit": Entry(
        "commands.audit:app", "The audit: who did what, from where. List, export, verify."
    ),
    "config": Entry("commands.config:app", "The configuration: check it, show it."),
}


class Commands(LazyGroup):
    """EdgeBox's commands."""

    table = COMMANDS


app = typer.Typer(
    cls=Commands,
    help="EdgeBox: consultation summaries from two local language models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - Typer's signature
    if wanted:
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


def main() -> None:
    """Run a command; every error becomes one line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that is not UTF-8 loses no result
            stream.reconfigure(errors="replace")
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last boundary: a message may quote a transcript
        # ``edgebox --help`` and ``--version`` are to cost Typer and no more, not Rich.
        from edgebox_cli.common.failure import exit_code_of  # noqa: PLC0415

        raise SystemExit(exit_code_of(error)) from None
