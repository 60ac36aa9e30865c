"""A stage of the demo on the screen: a spinner on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from edgebox_cli.common.output import console, print_line

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_SECONDS = 15.0


class Stage:
    """A stage that is in progress.

    Args:
        title: what it does.
        bars: show it where the output is a terminal.
    """

    def __init__(self, title: str, bars: Progress) -> None:
        self._title = title
        self._bars = bars
        self._task = bars.add_task(title, total=None)
        self._began = self._printed = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._began

    def update(self, state: str = "") -> None:
        """Show how far the stage is; call it as often as you like."""
        text = f"{self._title}: {state}" if state else self._title
        self._bars.update(self._task, description=text)
        now = time.monotonic()
        if not console().is_terminal and now - self._printed >= LINE_SECONDS:
            self._printed = now
            print_line(f"  {self.seconds:.0f} s  {state}")


@contextmanager
def stage(title: str) -> Iterator[Stage]:
    """Show a stage during the block, and how long it took when it succeeds."""
    out = console()
    with Progress(
        SpinnerColumn("line"),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=out,
        transient=True,
        disable=not out.is_terminal,
    ) as bars:
        if not out.is_terminal:
            print_line(f"{title} ...")
        current = Stage(title, bars)
        yield current
    print_line(f"{title}: {current.seconds:.1f} s")
