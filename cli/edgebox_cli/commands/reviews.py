"""``edgebox reviews``: what people say of the answers they get, and what they change."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgebox.errors import EdgeBoxError
from edgebox.scoring.share import FEWEST, wilson
from edgebox.store.db import Store
from edgebox.store.figures import Acceptance
from edgebox.system.files import write_text
from edgebox.system.times import rfc3339
from edgebox_cli.common.configuration import settings, settings_as_root
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import RIGHT, console, counted, json_line, note, print_json, table
from edgebox_cli.common.owner import apart, writes_as_root
from edgebox_cli.common.store import opened_store
from edgebox_cli.common.who import noted

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

app = typer.Typer(
    help="What people say of answers and change in drafts: report, export.", no_args_is_help=True
)

_DAY = 86_400
Days = Annotated[float, typer.Option(min=0, help="Of the last so many days; 0: all.")]


@app.command()
def report(*, days: Days = 30, as_json: AsJson = False) -> None:
    """Show how many answers were liked, and how many drafts accepted without a material change.

    A change is material if a number, a date, an amount or a name is another one, or if 20 % of the
    characters are.
    """
    since = _since(days)
    with opened_store() as store:
        counted, reasons = store.feedback.counted(since), store.feedback.reasons(since)
        kinds = store.figures.by_kind(None, since)
        bands, flags = store.figures.by_score(None, since), store.figures.by_flag(None, since)
    thumbs = [_share(one.what, "liked", one.up, one.up + one.down) for one in counted]
    accepted = [_immaterial(one) for one in kinds]
    by_score, by_flag = [_material(one) for one in bands], [_material(one) for one in flags]
    if as_json:
        print_json(
            {
                "satisfaction": thumbs,
                "reasons": reasons,
                "accepted": accepted,
                "material_by_score": by_score,
                "material_by_flag": by_flag,
            }
        )
        return
    _show("Satisfaction", "what", "liked", thumbs)
    if reasons:
        table(
            "Why not",
            ["reason", ("answers", RIGHT)],
            [[reason, str(count)] for reason, count in reasons.items()],
        )
    _show("Accepted without a material change", "what", "immaterial", accepted)
    if by_score:
        _show("Changed materially, by score", "from score", "material", by_score)
        for one in by_flag:
            one["what"] = one["what"] or "(no flag)"
        _show("Changed materially, by flag", "flag", "material", by_flag)
    if any(one["of"] < FEWEST for one in (*thumbs, *accepted, *by_score, *by_flag)):
        text = f"Fewer than {FEWEST} say next to nothing: no share is shown."
        console().print(text, style="dim")


@app.command()
def export(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Written anew, one JSON object a line; - is standard output."
        ),
    ],
    *,
    days: Days = 0,
) -> None:
    """Write every thumb and every acceptance into a file. No text of a call, no person is in it.

    Accepted records with their calls are downloaded from the lead's pages, by a person.
    """
    since = _since(days)
    with reported():
        if str(file) == "-":
            rows = _rows(since)
            with _exported("-", rows):
                sys.stdout.write(_lines(rows, shown=True))
        else:
            rows = _write(file.absolute(), since)
    thumbs = _thumbs(rows)
    accepted = counted(len(rows) - thumbs, "acceptance")
    note(f"Written to {file}: {counted(thumbs, 'thumb')} and {accepted}.")


def _write(file: Path, since: float) -> list[dict[str, Any]]:
    """Write the rows into a file, and return them.

    Raises:
        EdgeBoxError: it cannot be written.
    """
    if file.is_dir():
        raise EdgeBoxError(f"{file} is a folder. Name a file in it.")
    if not file.parent.is_dir():
        raise EdgeBoxError(f"There is no folder {file.parent}. Make it first.")
    # The user that reads the database may not enter root's folder.
    as_root = writes_as_root(file, settings_as_root().state_dir)
    rows: list[dict[str, Any]] = apart(lambda: _rows(since)) if as_root else _rows(since)
    with _exported(str(file), rows):
        try:
            write_text(file, _lines(rows, shown=False), mode=0o600)
        except OSError as error:
            raise EdgeBoxError(f"Cannot write {file}: {error.strerror}.") from None
    return rows


def _exported(subject: str, rows: list[dict[str, Any]]) -> AbstractContextManager[None]:
    """Note the export in the audit before the block makes it, and again if it fails."""
    thumbs = _thumbs(rows)
    return noted("review.export", subject, thumbs=thumbs, accepted=len(rows) - thumbs)


def _thumbs(rows: list[dict[str, Any]]) -> int:
    return sum(row["row"] == "thumb" for row in rows)


def _rows(since: float) -> list[dict[str, Any]]:
    """Return the thumbs and the acceptances since then, as they are exported."""
    with closing(Store(settings().database)) as store:
        thumbs, accepted = store.feedback.rows(since), store.figures.rows(since)
    rows = [
        {"row": "thumb"} | row | {"at": rfc3339(row["at"]), "liked": bool(row["liked"])}
        for row in thumbs
    ]
    rows += [
        {"row": "accepted"}
        | row
        | {
            "at": rfc3339(row["at"]),
            "flags": json.loads(row["flags"]),
            "dropped": json.loads(row["dropped"]),
            "material": bool(row["material"]),
            "copied": bool(row["copied"]),
        }
        for row in accepted
    ]
    return rows


def _lines(rows: list[dict[str, Any]], *, shown: bool) -> str:
    return "".join(json_line(row, shown=shown) for row in rows)


def _since(days: float) -> float:
    return time.time() - days * _DAY if days else 0.0


def _share(what: str, name: str, hits: int, of: int) -> dict[str, Any]:
    found: dict[str, Any] = {"what": what, name: hits, "of": of}
    if of >= FEWEST:
        interval = wilson(hits, of)
        found |= {"share": interval.mean, "low": interval.low, "high": interval.high}
    return found


def _immaterial(one: Acceptance) -> dict[str, Any]:
    return _share(one.what, "immaterial", one.accepted - one.material, one.accepted)


def _material(one: Acceptance) -> dict[str, Any]:
    return _share(one.what, "material", one.material, one.accepted)


def _show(title: str, what: str, name: str, shares: list[dict[str, Any]]) -> None:
    table(
        title,
        [what, (name, RIGHT), ("of", RIGHT), ("share", RIGHT), ("95 %", RIGHT)],
        [_row(share, name) for share in shares],
    )


def _row(share: dict[str, Any], name: str) -> list[str]:
    shown = ["", ""]
    if "share" in share:
        shown = [f"{share['share']:.0%}", f"{share['low']:.0%} to {share['high']:.0%}"]
    return [share["what"], str(share[name]), str(share["of"]), *shown]
