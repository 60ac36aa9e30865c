"""``edgebox batches``: the backlog, batch by batch."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from edgebox.contract.results import is_no_content
from edgebox.errors import NotFound
from edgebox.store.db import Store
from edgebox.store.views import BatchView, ConsultationRow
from edgebox.system.times import rfc3339
from edgebox.worker.wakeups import WakeUps
from edgebox_cli.common.configuration import settings
from edgebox_cli.common.options import AsJson, Limit
from edgebox_cli.common.output import (
    FOLD,
    RIGHT,
    WHOLE,
    console,
    local_time,
    note,
    print_json,
    print_line,
    table,
)
from edgebox_cli.common.store import opened_store
from edgebox_cli.common.who import at_the_shell

app = typer.Typer(help="Batches: list, show, retry.", no_args_is_help=True)

BatchId = Annotated[str, typer.Argument(metavar="BATCH_ID", help="As in: edgebox batches list")]
State = Literal["queued", "running", "completed", "failed"]
_PAGE = 200


@app.command("list")
def list_batches(
    *,
    state: Annotated[State | None, typer.Option(help="Only batches in this state.")] = None,
    with_failures: Annotated[
        bool, typer.Option("--with-failures", help="Only where a consultation failed.")
    ] = False,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show the newest batches: state, progress and callback."""
    with opened_store() as store:
        views = _newest(store, state, limit, with_failures=with_failures)
    if as_json:
        print_json({"batches": [_described(view) for view in views]})
        return
    table(
        "Batches",
        [
            ("batch", WHOLE),
            ("client", FOLD),
            ("state", WHOLE),
            ("done", RIGHT),
            ("failed", RIGHT),
            ("callback", WHOLE),
            ("at", WHOLE),  # the day is in the batch's id
        ],
        [
            [
                view.batch_id,
                escape(view.client_id),
                view.state,
                f"{view.done}/{view.total}",
                str(view.failed),
                view.callback_state or "none",
                local_time(view.created_at)[-5:],
            ]
            for view in views
        ],
    )


@app.command()
def show(batch_id: BatchId, *, as_json: AsJson = False) -> None:
    """Show one batch and what came of each of its consultations."""
    with opened_store() as store:
        view = store.batches.get(batch_id)
        if view is None:
            raise NotFound(f"There is no batch {batch_id}. See: edgebox batches list")
        rows = store.batches.consultations(batch_id)
    if as_json:
        results = []
        if view.results_removed_at is None:
            results = [
                row.entry() or {"consultation_id": row.consultation_id, "status": row.state}
                for row in rows
            ]
        print_json({**_described(view), "results": results})
        return
    _show_batch(view)
    table(
        "Consultations",
        [
            ("consultation", FOLD),
            ("state", WHOLE),
            ("tries", RIGHT),
            ("quality", RIGHT),
            ("evidence", RIGHT),
            ("seconds", RIGHT),
            ("title or error", FOLD),
        ],
        [
            [
                escape(row.consultation_id),
                row.state,
                str(row.attempts),
                _number(_quality(row), 2),
                _borne_out(row),
                _number(row.processing_time, 1),
                escape(_title_or_error(row)),
            ]
            for row in rows
        ],
    )


def _show_batch(view: BatchView) -> None:
    ended = "" if view.completed_at is None else f", ended {local_time(view.completed_at)}"
    console().print(
        f"{view.batch_id} of {view.client_id}: {view.state}, {view.done} of {view.total} done, "
        f"{view.failed} failed; submitted {local_time(view.created_at)}{ended}",
        markup=False,
    )
    if view.callback_url is not None:
        print_line(
            f"callback {view.callback_state}, {view.callback_attempts} attempts: "
            f"{view.callback_url}"
        )
    for what, when in _removed(view).items():
        if when is not None:
            print_line(f"{what} removed {local_time(when)}: retention time over")


@app.command()
def retry(batch_id: BatchId) -> None:
    """Analyse a batch's failed consultations again; the callback comes again after that."""
    with opened_store() as store:
        count = store.batches.retry(batch_id, by=at_the_shell())
    if not count:
        note(f"{batch_id} has no failed consultations: nothing to do.")
        return
    WakeUps(settings()).backlog()
    note(f"{count} of {batch_id} wait for analysis again. See: edgebox batches show {batch_id}")


def _newest(
    store: Store, state: State | None, limit: int, *, with_failures: bool
) -> list[BatchView]:
    views: list[BatchView] = []
    cursor = None
    while len(views) < limit:
        page, cursor = store.batches.page(
            state=state,
            limit=min(_PAGE, limit - len(views)),
            cursor=cursor,
            with_failures=with_failures,
        )
        views += page
        if cursor is None:
            break
    return views


def _described(view: BatchView) -> dict[str, Any]:
    removed = _removed(view)
    callback = None
    if view.callback_url is not None:
        callback = {
            "url": view.callback_url,
            "state": view.callback_state,
            "attempts": view.callback_attempts,
        }
    return {
        "batch_id": view.batch_id,
        "client_id": view.client_id,
        "state": view.state,
        "created_at": rfc3339(view.created_at),
        "completed_at": None if view.completed_at is None else rfc3339(view.completed_at),
        "counts": {
            "total": view.total,
            "pending": view.pending,
            "running": view.running,
            "done": view.done,
            "failed": view.failed,
        },
        "callback": callback,
        "removed": None
        if removed == {"transcripts": None, "results": None}
        else {what: when and rfc3339(when) for what, when in removed.items()},
    }


def _removed(view: BatchView) -> dict[str, float | None]:
    """Return when retention removed the batch's texts, by kind."""
    return {
        "transcripts": view.transcripts_removed_at,
        "results": view.results_removed_at,
    }


def _title_or_error(row: ConsultationRow) -> str:
    if row.state == "failed":
        return f"{row.error_code}: {row.error_detail}"
    if row.result is None:
        return ""
    if is_no_content(row.result):
        return "no content"
    return row.result.get("titles", {}).get("descriptive", "")


def _quality(row: ConsultationRow) -> float | None:
    if row.result is None or is_no_content(row.result):
        return None
    return row.result.get("quality_score")


def _borne_out(row: ConsultationRow) -> str:
    """Return how many of a summary's statements the call bears out, and how many there are."""
    if row.result is None or is_no_content(row.result) or "evidence" not in row.result:
        return ""
    evidence = row.result["evidence"]
    statements = [*evidence["customer"], *evidence["agent"], *evidence["result"]]
    return f"{sum(bool(one['utterances']) for one in statements)}/{len(statements)}"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
