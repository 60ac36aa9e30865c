"""``edgebox analyze``: detailed analyses from a shell, through the running box."""

from __future__ import annotations

import time
from pathlib import Path  # noqa: TC003 - Typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgebox_cli.common.box import ClientOption  # noqa: TC001 - likewise

if TYPE_CHECKING:
    from edgebox.settings import Settings
    from edgebox_cli.common.box import Box

SUBMIT = "/api/v1/consultation/batch-analysis"
BATCH = "/api/v1/batches/"

_POLL_SECONDS = 1.0
_ASK_AGAIN_SECONDS = 30.0


def analyze(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Transcripts, UTF-8 text; - is standard input.",
            show_default=False,
        ),
    ],
    *,
    client: ClientOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Analyse consultations in detail through the running box.

    They do not wait for a full batch, but behind what the box has accepted before. Exit 1 when
    one of them failed.
    """
    from edgebox.errors import BoxNotRunning
    from edgebox_cli.common.box import opened_box
    from edgebox_cli.common.observe import worker_running
    from edgebox_cli.common.output import print_error, print_json
    from edgebox_cli.common.systemd import to_start
    from edgebox_cli.common.transcripts import ids_of, read

    with opened_box(client) as (box, settings):
        consultations = [
            {"consultation_id": name, "conversation_text": read(file)}
            for name, file in zip(ids_of(files), files, strict=True)
        ]
        if not worker_running(settings.state_dir):
            raise BoxNotRunning(f"The worker does not run. Start it: {to_start('worker')}")
        batch_id = box.post(SUBMIT, {"consultations": consultations})["batch_id"]
        try:
            batch = _wait(box, settings, batch_id)
        except KeyboardInterrupt:
            print_error(
                f"{batch_id} goes on without this command. Look at it later: "
                f"edgebox batches show {batch_id}"
            )
            raise typer.Exit(1) from None
    if as_json:
        print_json(batch)
    else:
        for result in batch["results"]:
            _show(result)
    if batch["counts"]["failed"]:
        raise typer.Exit(1)


def _wait(box: Box, settings: Settings, batch_id: str) -> dict[str, Any]:
    """The batch once it has ended; a progress bar until then, where there is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from edgebox.worker.wakeups import WakeUps
    from edgebox_cli.common.observe import worker_running
    from edgebox_cli.common.output import err_console

    wakeups = WakeUps(settings)
    asked_at = float("-inf")
    screen = err_console()
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=screen,
        transient=True,
        expand=True,
        disable=not screen.is_terminal,
    ) as bars:
        task = bars.add_task(batch_id, total=None)
        while True:
            batch = box.get(f"{BATCH}{batch_id}")
            counts = batch["counts"]
            bars.update(
                task,
                total=batch["total_consultations"],
                completed=counts["done"] + counts["failed"],
                description=_doing(batch, worker=worker_running(settings.state_dir)),
            )
            if batch["completed_at"] is not None:
                return batch
            # Again and again while nothing of it runs: a run that was asked for while the
            # engine was away has ended without having begun.
            if not counts["running"] and time.monotonic() - asked_at > _ASK_AGAIN_SECONDS:
                wakeups.backlog(forced=True)
                asked_at = time.monotonic()
            time.sleep(_POLL_SECONDS)


def _doing(batch: dict[str, Any], *, worker: bool) -> str:
    if not worker:
        return f"{batch['batch_id']}: the worker has stopped, waiting for it"
    return f"{batch['batch_id']}: {'running' if batch['counts']['running'] else 'waiting'}"


def _show(result: dict[str, Any]) -> None:
    """One consultation's analysis, at most as wide as the terminal."""
    from rich.table import Table
    from rich.text import Text

    from edgebox_cli.common.output import console

    out = console()
    out.print()
    out.print(Text(result["consultation_id"], style="bold"))
    grid = Table.grid(padding=(0, 2, 0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in _rows(result):
        grid.add_row(label, Text(value))
    out.print(grid)


def _rows(result: dict[str, Any]) -> list[tuple[str, str]]:
    if result["status"] != "success":
        error = result["error"]
        return [("failed", f"{error['code']}: {error['detail']}")]
    summary, titles, quality = result["summary"], result["titles"], result["quality"]
    parts = ", ".join(f"{part} {quality[part]:.2f}" for part in ("grounding", "coverage", "form"))
    flags = f"; {' '.join(quality['flags'])}" if quality["flags"] else ""
    return [
        ("customer", summary["customer"]),
        ("agent", summary["agent"]),
        ("result", summary["result"]),
        ("keywords", ", ".join(result["keywords"])),
        ("title", titles["keyword"]),
        ("", titles["descriptive"]),
        ("quality", f"{result['quality_score']:.2f} ({parts}{flags})"),
        ("seconds", f"{result['processing_time']:.1f}"),
    ]
