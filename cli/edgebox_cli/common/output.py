"""How a command prints: tables and lines for people, JSON for programs, one line for an error."""

from __future__ import annotations

import codecs
import functools
import json
import sys
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from edgebox.system.times import in_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import ConsoleOptions, RenderableType

# Columns of a table: numbers, words that are never broken, text that is broken anywhere.
RIGHT: dict[str, Any] = {"justify": "right", "no_wrap": True}
WHOLE: dict[str, Any] = {"no_wrap": True}
FOLD: dict[str, Any] = {"overflow": "fold"}
_COLUMNS = 80
"""What every table is made for."""


_CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {*map(ord, "\n\t")})


class _PlainTexts(Console):
    """Removes control characters from what is shown: root's terminal would obey them.

    Names of files and rows of the database are the service's, who may have been taken over.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else text.translate(_CONTROLS), style, control)


@functools.cache
def console() -> Console:
    """Return standard output. Rich honours NO_COLOR and measures Hangul as two columns."""
    return _PlainTexts(highlight=False)


@functools.cache
def err_console() -> Console:
    """Return standard error."""
    return _PlainTexts(stderr=True, highlight=False)


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Return JSON for standard output: Hangul readable, or escaped where it is not UTF-8.

    A terminal of another encoding would lose what that one lacks.
    """
    return json.dumps(value, ensure_ascii=not _writes_utf8(), indent=indent)


def json_line(value: Any, *, shown: bool) -> str:
    """Return one line of JSON: as it is for a file, as `json_text` where it is ``shown``."""
    return (json_text(value) if shown else json.dumps(value, ensure_ascii=False)) + "\n"


def print_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json_text(value, indent=2) + "\n")


def _writes_utf8() -> bool:
    try:
        return codecs.lookup(sys.stdout.encoding).name == "utf-8"
    except (LookupError, TypeError):  # a stream of a test's has none
        return True


def print_line(line: str) -> None:
    """Print a line on standard output as it is: not wrapped, not read as markup."""
    console().print(line, markup=False, soft_wrap=True)


def note(line: str) -> None:
    """Print a line for people on standard error, beside an output that programs read."""
    err_console().print(line, markup=False, soft_wrap=True)


def print_error(message: str) -> None:
    """Print one line on standard error, never wrapped into several."""
    line = Text("edgebox: ", style="bold red")
    line.append(" ".join(message.split()), style="default")
    err_console().print(line, soft_wrap=True)


def table(
    title: str,
    columns: Sequence[str | tuple[str, dict[str, Any]]],
    rows: Iterable[Sequence[RenderableType]],
) -> None:
    """Print a table that fits the terminal (80 columns when there is none).

    Where nothing can be listed, one line says so. In a terminal narrower than 80 columns a table
    that does not fit becomes a block of lines for each row: nothing is cut off.

    Args:
        title: shown above it.
        columns: a header each, or (header, keywords for rich's ``add_column``).
        rows: cells. Rich reads markup in a string: escape text that is not ours.
    """
    view = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        header, keywords = (column, {}) if isinstance(column, str) else column
        # By default, rich puts an ellipsis over a syllable where Hangul fills the line.
        view.add_column(header, **FOLD | keywords)
    all_rows = list(rows)
    if not all_rows:
        print_line(f"{title}: none.")
        return
    for row in all_rows:
        view.add_row(*row)
    out = console()
    if out.width < _COLUMNS and _least(view) > out.width:
        headers = [column if isinstance(column, str) else column[0] for column in columns]
        view = _stacked(title, headers, all_rows)
    out.print(view)


def _least(view: Table) -> int:
    """Return the columns that a table needs if no word of it is broken."""
    out = console()
    return Measurement.get(out, out.options.update(max_width=1000), view).minimum


def _stacked(title: str, headers: Sequence[str], rows: Sequence[Sequence[RenderableType]]) -> Table:
    """Return a table that has a line for each cell, with its header in front."""
    view = Table(
        title=title,
        title_justify="left",
        box=None,
        show_header=False,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    view.add_column(no_wrap=True, style="dim")
    view.add_column(overflow="fold")
    for row in rows:
        view.add_row()
        for header, cell in zip(headers, row, strict=False):
            view.add_row(header, cell)
    return view


def local_time(seconds: float) -> str:
    """Return Unix seconds as a recent time of this machine's zone: month, day and minute."""
    return in_zone(seconds).strftime("%m-%d %H:%M")


def size(count: int) -> str:
    """Return bytes in decimal units: 5.2 GB, 469 MB, 12 kB."""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 client, 2,000 rows, 3 batches (``many`` is given)."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def span(seconds: float) -> str:
    """Return a length of time as people say it: 42 s, 5 min, 3.2 h, 4 days."""
    seconds = max(0.0, seconds)
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 6000:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86_400:.0f} days"
