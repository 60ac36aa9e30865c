"""``edgebox reviews``: what people say of the answers they get."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from edgebox.scoring.share import FEWEST, wilson
from edgebox.store.feedback import Counted
from edgebox.system.files import write_text
from edgebox.system.times import rfc3339
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import RIGHT, console, note, print_json, table
from edgebox_cli.common.store import opened_store

app = typer.Typer(help="What people say of answers: report, export.", no_args_is_help=True)

_DAY = 86_400
Days = Annotated[float, typer.Option(min=0, help="Of the last so many days; 0: all.")]


@app.command()
def report(*, days: Days = 30, as_json: AsJson = False) -> None:
    """Show how many answers were liked, of how many, with a 95 % interval."""
    since = _since(days)
    with opened_store() as store:
        counted, reasons = store.feedback.counted(since), store.feedback.reasons(since)
    if as_json:
        print_json({"satisfaction": [_share(one) for one in counted], "reasons": reasons})
        return
    table(
        "Satisfaction",
        ["what", ("liked", RIGHT), ("of", RIGHT), ("share", RIGHT), ("95 %", RIGHT)],
        [_row(_share(one)) for one in counted],
    )
    if reasons:
        table(
            "Why not",
            ["reason", ("answers", RIGHT)],
            [[reason, str(count)] for reason, count in reasons.items()],
        )
    if any(one.up + one.down < FEWEST for one in counted):
        text = f"Fewer than {FEWEST} thumbs say next to nothing: no share is shown."
        console().print(text, style="dim")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Written anew, one JSON object a line.")],
    *,
    days: Days = 0,
) -> None:
    """Write every thumb into a file: when, whose, of what, why. No text of a call is in it."""
    with opened_store() as store:
        rows = store.feedback.rows(_since(days))
    lines = [
        json.dumps(
            row | {"at": rfc3339(row["at"]), "liked": bool(row["liked"])}, ensure_ascii=False
        )
        for row in rows
    ]
    write_text(file, "".join(f"{line}\n" for line in lines), mode=0o600)
    note(f"{len(lines)} thumbs written to {file}.")


def _since(days: float) -> float:
    return time.time() - days * _DAY if days else 0.0


def _share(one: Counted) -> dict[str, Any]:
    total = one.up + one.down
    found: dict[str, Any] = {"what": one.what, "liked": one.up, "of": total}
    if total >= FEWEST:
        interval = wilson(one.up, total)
        found |= {"share": interval.mean, "low": interval.low, "high": interval.high}
    return found


def _row(share: dict[str, Any]) -> list[str]:
    shown = ["", ""]
    if "share" in share:
        shown = [f"{share['share']:.0%}", f"{share['low']:.0%} to {share['high']:.0%}"]
    return [share["what"], str(share["liked"]), str(share["of"]), *shown]
