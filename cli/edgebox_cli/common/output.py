"""How the command prints: tables for people, JSON for programs, one line for errors."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, RenderableType


@functools.cache
def console() -> Console:
    """Standard output. Rich honours NO_COLOR and measures Hangul as two columns."""
    from rich.console import Console

    return Console(highlight=False)


@functools.cache
def err_console() -> Console:
    """Standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on standard output, Hangul readable."""
    import sys

    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_error(message: str) -> None:
    """One line on standard error, never wrapped into several."""
    from rich.text import Text

    line = Text("edgebox: ", style="bold red")
    line.append(" ".join(message.split()), style="default")
    err_console().print(line, soft_wrap=True)


def table(
    title: str,
    columns: Sequence[str | tuple[str, dict[str, Any]]],
    rows: Iterable[Sequence[RenderableType]],
) -> None:
    """Print a table that fits the terminal (80 columns when there is none).

    Args:
        title: shown above.
        columns: a header each, or (header, keywords for rich's ``add_column``).
        rows: cells; ``[bold]``-like markup in strings is not interpreted by us.
    """
    from rich import box
    from rich.table import Table

    view = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        header, keywords = (column, {}) if isinstance(column, str) else column
        view.add_column(header, **keywords)
    for row in rows:
        view.add_row(*row)
    console().print(view)


def local_time(seconds: float) -> str:
    """Unix seconds as people here read a recent time: month, day and minute."""
    from datetime import datetime

    return datetime.fromtimestamp(seconds).astimezone().strftime("%m-%d %H:%M")
