"""``edgebox callbacks``: the outbox, callback by callback."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from edgebox.errors import NotFound, Removed, UsageError
from edgebox.store.db import Store
from edgebox.store.outbox import OutboxRow
from edgebox.system.times import rfc3339
from edgebox.worker.wakeups import WakeUps
from edgebox_cli.common.configuration import settings
from edgebox_cli.common.options import AsJson, Limit
from edgebox_cli.common.output import (
    FOLD,
    RIGHT,
    WHOLE,
    counted,
    local_time,
    note,
    print_json,
    table,
)
from edgebox_cli.common.store import opened_store
from edgebox_cli.common.who import at_the_shell

app = typer.Typer(help="Callbacks: list, send again.", no_args_is_help=True)

State = Literal["pending", "delivered", "dead"]
_ALL = 1_000_000


@app.command("list")
def list_callbacks(
    *,
    state: Annotated[State | None, typer.Option(help="Only callbacks in this state.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show the newest callbacks: state, attempts, the last answer and the next try."""
    with opened_store() as store:
        rows = store.outbox.list(state, limit)
    if as_json:
        print_json({"callbacks": [_described(row) for row in rows]})
        return
    table(
        "Callbacks",
        [
            ("id", RIGHT),
            ("batch", WHOLE),
            ("state", WHOLE),
            ("tries", RIGHT),
            ("when", WHOLE),
            ("last answer", FOLD),
        ],
        [
            [
                str(row.id),
                row.batch_id,
                row.state,
                str(row.attempts),
                _when(row),
                escape(row.last_error or (f"HTTP {row.last_status}" if row.last_status else "")),
            ]
            for row in rows
        ],
    )


@app.command()
def resend(
    what: Annotated[
        str | None, typer.Argument(metavar="BATCH_ID|ID", help="As in: edgebox callbacks list")
    ] = None,
    *,
    dead: Annotated[
        bool, typer.Option("--dead", help="All that were given up, as after an outage.")
    ] = False,
) -> None:
    """Send a callback again, now and with all its attempts, under the same webhook-id."""
    with opened_store() as store:
        if (what is None) != dead:
            raise UsageError("Name one callback (edgebox callbacks list), or all with --dead.")
        if what is None:
            done = _resend_dead(store)
        else:
            row = _found(store, what)
            store.outbox.resend(row.id, by=at_the_shell())
            done = f"The callback of {row.batch_id} is sent again."
    WakeUps(settings()).deliveries()
    note(f"{done} See: edgebox callbacks list")


def _resend_dead(store: Store) -> str:
    """Send every callback that was given up again; return the line that reports it."""
    sent = gone = 0
    for row in store.outbox.list("dead", _ALL):
        try:
            store.outbox.resend(row.id, by=at_the_shell())
        except NotFound:  # a retry of its batch has removed it since
            continue
        except Removed:
            gone += 1
        else:
            sent += 1
    left = f" Not {gone}: the time of the results was over, they were removed." if gone else ""
    return f"Sent again: {counted(sent, 'callback')}.{left}"


def _found(store: Store, what: str) -> OutboxRow:
    """Return the callback with a batch's id or with its own.

    Raises:
        NotFound: there is none.
    """
    for row in store.outbox.list(limit=_ALL):
        if what in (row.batch_id, str(row.id)):
            return row
    view = store.batches.get(what)
    if view is None:
        raise NotFound(f"There is no callback {what}. See: edgebox callbacks list")
    if view.callback_url is None:
        raise NotFound(f"{what} was submitted without a callback_url: nothing to send.")
    raise NotFound(f"{what} has not ended: its callback comes when it has.")


def _described(row: OutboxRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "batch_id": row.batch_id,
        "client_id": row.client_id,
        "webhook_id": row.webhook_id,
        "url": row.url,
        "state": row.state,
        "attempts": row.attempts,
        "last_status": row.last_status,
        "last_error": row.last_error,
        "created_at": rfc3339(row.created_at),
        "next_attempt_at": rfc3339(row.next_attempt_at) if row.state == "pending" else None,
        "delivered_at": None if row.delivered_at is None else rfc3339(row.delivered_at),
    }


def _when(row: OutboxRow) -> str:
    if row.state == "pending":
        return f"next {local_time(row.next_attempt_at)}"
    return "" if row.delivered_at is None else local_time(row.delivered_at)
