"""Progress bars on standard error, so that standard output holds results alone."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rich.cells import set_cell_size
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

from edgebox_cli.common.output import err_console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.progress import ProgressColumn

    from edgebox.store import backup
    from edgebox.system import progress

_Item = TypeVar("_Item")
_WORDS = {"download": "Downloading", "copy": "Copying", "verify": "Checking"}
_LONGEST_TITLE = 24
_QUIET_SECONDS = 2.0


def bars(*columns: str | ProgressColumn, expand: bool = False) -> Progress:
    """Return bars that vanish when they end, and that only a terminal shows."""
    screen = err_console()
    return Progress(
        *columns, console=screen, transient=True, expand=expand, disable=not screen.is_terminal
    )


@contextmanager
def model_transfer(title: str) -> Iterator[progress.Progress]:
    """Show how far the download, copy or check of a model is.

    Args:
        title: the model's name or its file's.
    """
    label = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
    description = TextColumn("{task.description}", markup=False)
    columns = (description, BarColumn(bar_width=None), DownloadColumn(), TransferSpeedColumn())
    with bars(*columns, expand=True) as shown:
        task = shown.add_task(title, total=None)
        current = ""

        def report(phase: str, done: int, total: int | None) -> None:
            nonlocal current
            if phase != current:
                current = phase
                shown.reset(task, description=f"{_WORDS.get(phase, phase)} {label}")
            shown.update(task, completed=done, total=total)

        yield report


def one_by_one(items: Iterable[_Item], told: Callable[[_Item], str]) -> Iterator[_Item]:
    """Yield the items; a terminal shows how many there were and what the last one was.

    The line is written without a thread, because what makes the items may fork.

    Args:
        items: each may take a while.
        told: names an item.
    """
    screen = err_console()
    erase = "\r\x1b[2K" if screen.is_terminal and not screen.is_dumb_terminal else ""
    try:
        for n, item in enumerate(items, 1):
            if erase:
                line = set_cell_size(f"{n}: {told(item)} ...", screen.width - 1).rstrip()
                screen.file.write(erase + line)
                screen.file.flush()
            yield item
    finally:
        if erase:
            screen.file.write(erase)
            screen.file.flush()


@contextmanager
def database_copy() -> Iterator[backup.BackupProgress]:
    """Show how far the copy of a database is, once it takes longer than two seconds."""
    began = time.monotonic()
    shown = bars("{task.description}", BarColumn(), DownloadColumn(), TimeElapsedColumn())
    task = shown.add_task("copying", total=None)

    def report(phase: str, done: int, total: int) -> None:
        shown.update(task, description=phase, completed=done, total=total or None)
        if time.monotonic() - began >= _QUIET_SECONDS:
            shown.start()

    try:
        yield report
    finally:
        shown.stop()
