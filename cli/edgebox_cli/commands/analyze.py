"""``edgebox analyze``: detailed analyses from a shell, through the running box."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from edgebox.contract.paths import Paths
from edgebox.errors import BoxNotRunning, EdgeBoxError
from edgebox.settings import Settings
from edgebox.worker.wakeups import WakeUps
from edgebox_cli.common.box import Box, opened_box
from edgebox_cli.common.failure import reported
from edgebox_cli.common.observe import worker_running
from edgebox_cli.common.options import AsJson, CallDateOption, ClientOption, day_of
from edgebox_cli.common.output import console, print_error, print_json
from edgebox_cli.common.patience import AWAY, Patience
from edgebox_cli.common.progress import bars
from edgebox_cli.common.refused import WHOLE, said_of
from edgebox_cli.common.systemd import to_start
from edgebox_cli.common.transcripts import ids_of, name_of, read

if TYPE_CHECKING:
    from collections.abc import Callable

_POLL_SECONDS = 1.0, 5.0
"""Between two looks at a batch: at first, and later on. Each is a line in the box's log."""
_ASK_AGAIN_SECONDS = 30.0


def analyze(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Transcripts, UTF-8 text; - is standard input.",
            show_default=False,
        ),
    ],
    *,
    client: ClientOption = None,
    call_date: CallDateOption = None,
    as_json: AsJson = False,
) -> None:
    """Analyse consultations in detail through the running box.

    The worker begins at once; consultations that the box accepted earlier come first. Exit 1
    when an analysis failed.
    """
    with reported():
        day_of(call_date)
        consultations = [
            {
                "consultation_id": name,
                "conversation_text": read(file),
                "call_date": call_date,
            }
            for name, file in zip(ids_of(files), files, strict=True)
        ]
    with opened_box(client) as (box, settings):
        if not worker_running(settings.state_dir):
            raise BoxNotRunning(f"The worker is not running. Start it with: {to_start('worker')}")
        with said_of(_given(files)):
            batch_id = box.post(Paths.BATCH_ANALYSIS, {"consultations": consultations})["batch_id"]
        try:
            batch = _wait(box, settings, batch_id)
        except KeyboardInterrupt:
            print_error(
                f"The box continues to analyse {batch_id}. To see the results later, run: "
                f"edgebox batches show {batch_id}"
            )
            raise typer.Exit(1) from None
        except EdgeBoxError as error:
            error.detail += f" Later, see: edgebox batches show {batch_id}"
            raise
    if as_json:
        print_json(batch)
    else:
        for result in batch["results"]:
            _show(result)
    if batch["counts"]["failed"]:
        raise typer.Exit(1)


def _given(files: list[Path]) -> dict[str, str]:
    together = name_of(files[0]) if len(files) == 1 else "What the files hold together"
    each = {f"/consultations/{index}": name_of(file) for index, file in enumerate(files)}
    return {WHOLE: together, "/consultations": "FILE", **each}


def _wait(box: Box, settings: Settings, batch_id: str) -> dict[str, Any]:
    """Show the progress of a batch until it has ended; return it then."""
    wakeups = WakeUps(settings)
    asked_at, began = float("-inf"), time.monotonic()
    away = f"{batch_id}: the box does not answer now, waiting for it"
    description = TextColumn("{task.description}", markup=False)
    columns = (description, BarColumn(bar_width=None), MofNCompleteColumn(), TimeElapsedColumn())
    with bars(*columns, expand=True) as shown:
        task = shown.add_task(batch_id, total=None)
        while True:
            batch = _look(box, batch_id, lambda _: shown.update(task, description=away))
            counts = batch["counts"]
            state = "running" if counts["running"] else "waiting"
            if not worker_running(settings.state_dir):
                state = "the worker has stopped, waiting for it"
            shown.update(
                task,
                total=batch["total_consultations"],
                completed=counts["done"] + counts["failed"],
                description=f"{batch_id}: {state}",
            )
            if batch["completed_at"] is not None:
                return batch
            # A run that was requested while the engine was down ended without any work: request
            # runs until one of the batch's consultations is in work.
            if not counts["running"] and time.monotonic() - asked_at > _ASK_AGAIN_SECONDS:
                wakeups.backlog(forced=True)
                asked_at = time.monotonic()
            first, later = _POLL_SECONDS
            time.sleep(min(later, max(first, (time.monotonic() - began) / 10)))


def _look(box: Box, batch_id: str, away: Callable[[str], None]) -> dict[str, Any]:
    """Return a batch as it is now, also from a box that is started again meanwhile.

    Args:
        box: the running one.
        batch_id: of the batch.
        away: called with what happened if the box does not answer, or is busy.

    Raises:
        EdgeBoxError: it refuses to show the batch, or was away or busy for too long.
    """
    patience = Patience(away)
    while True:
        try:
            return box.get(Paths.BATCH.format(batch_id=batch_id))
        except AWAY as error:
            patience.wait(error)


def _show(result: dict[str, Any]) -> None:
    """Print one consultation's analysis, at most as wide as the terminal."""
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
    if result["status"] == "no_content":
        return [("no content", "Nothing was said in this call; no model was asked.")]
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
