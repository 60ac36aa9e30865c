"""``edgebox audit``: who did what, from where."""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from rich.markup import escape

from edgebox.errors import EdgeBoxError, UsageError
from edgebox.store.acts import Action
from edgebox.store.audit import AuditRow
from edgebox.system.times import rfc3339
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson, Limit, moment
from edgebox_cli.common.output import (
    FOLD,
    WHOLE,
    counted,
    json_line,
    local_time,
    note,
    print_json,
    print_line,
    table,
)
from edgebox_cli.common.store import opened_store
from edgebox_cli.common.who import at_the_shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

app = typer.Typer(
    help="The audit: who did what, from where. List, export, verify.", no_args_is_help=True
)


@app.command("list")
def list_acts(
    *,
    client: Annotated[str | None, typer.Option(help="Only what concerns this client.")] = None,
    action: Annotated[
        str | None, typer.Option(help="Only this action, such as keys.create, or all of keys.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Only later ones: 2h, 3d, or 2026-11-22 09:30."),
    ] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show the newest acts: when, who, from where, what."""
    with opened_store() as store:
        began = 0.0 if since is None else moment(since, time.time())
        rows = store.audit.list(client=client, action=action, since=began, limit=limit)
        if not rows:  # a filter that can match nothing would look like nothing done
            if client is not None:
                store.clients.known(client)
            if action is not None:
                _check_action(action)
    if as_json:
        print_json({"audit": [_described(row) for row in rows]})
        return
    table(
        "Audit",
        [("at", WHOLE), ("who", FOLD), ("from", FOLD), ("action", WHOLE), ("what", FOLD)],
        [
            [
                local_time(row.at),
                escape(row.operator or row.client_id or "edgebox"),
                escape(row.address or "-"),
                row.action,
                escape(_what(row)),
            ]
            for row in rows
        ],
    )


def _check_action(action: str) -> None:
    """Raise UsageError if there is neither this action nor one that begins so."""
    actions = get_args(Action)
    kinds = sorted({one.partition(".")[0] for one in actions})
    if action not in (*actions, *kinds):
        of = [one for one in actions if one.startswith(action.partition(".")[0] + ".")]
        raise UsageError(f"There is no action '{action}'. There are: {', '.join(of or kinds)}.")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; - is standard output.")],
) -> None:
    """Write every row into a file, one JSON object a line, the oldest first. Mode 0600."""
    count = 0
    # The file first: root may give itself up to open the store.
    with reported(), _written(file) as out, opened_store() as store:
        store.audit.note(at_the_shell(), "audit.export", subject=str(file))
        for row in store.audit.rows():
            out.write(json_line(_described(row), shown=out is sys.stdout))
            count += 1
    note(f"Written: {counted(count, 'row')} of the audit.")


def _hash(noted: str) -> str:
    """Return a hash that was noted down; raise UsageError if it is no whole one."""
    digits = noted.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise UsageError("--hash is no hash of the audit. Give all its 64 digits, from 0 to f.")
    return digits


@app.command()
def verify(
    *,
    holds: Annotated[
        str | None,
        typer.Option("--hash", metavar="HASH", help="Also look for this one, noted down earlier."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that no row was changed, removed or put in; exit 1 if one was."""
    with reported():
        noted = None if holds is None else _hash(holds)
    with opened_store() as store:
        found = store.audit.verify()
        fault = found.fault
        if fault is None and noted is not None and not store.audit.holds(noted):
            fault = "No row has that hash: rows were removed, or all were written anew."
    if as_json:
        print_json({**asdict(found), "fault": fault, "ok": fault is None})
    elif fault is not None:
        print_line(f"The audit is not as it was written. {fault}")
    elif found.last is None:
        print_line("There are no rows yet.")
    else:
        print_line(
            f"{counted(found.rows, 'row')}, {found.first} to {found.last}: as they were written."
        )
        print_line(f"The hash of the last one: {found.last_hash}")
    if fault is not None:
        raise typer.Exit(1)


@contextmanager
def _written(file: Path) -> Iterator[TextIO]:
    """Open a new file that only its owner can read; remove it if the block fails.

    Raises:
        EdgeBoxError: it exists, or cannot be written.
    """
    if str(file) == "-":
        yield sys.stdout
        return
    file = file.absolute()
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise EdgeBoxError(f"{file} exists. Name another file.") from None
    except OSError as error:
        raise EdgeBoxError(f"Cannot write {file}: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            yield out
    except BaseException as error:
        with suppress(OSError):
            file.unlink()
        if isinstance(error, OSError):
            raise EdgeBoxError(f"Cannot write {file}: {error.strerror}.") from None
        raise


def _described(row: AuditRow) -> dict[str, Any]:
    return {**asdict(row), "at": rfc3339(row.at), "unix": row.at}


def _what(row: AuditRow) -> str:
    """Return what an act was done to; behind it how often, or that it failed."""
    what = row.subject or (row.client_id if row.operator else None) or ""
    if row.detail.get("count", 1) > 1:
        what += f" x{row.detail['count']}"
    return f"{what} (failed)" if row.detail.get("failed") else what.strip()
