"""``edgebox batches``: the backlog, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from edgebox_cli.commands.keys import opened_store, say

if TYPE_CHECKING:
    from edgebox.store.db import Store
    from edgebox.store.views import BatchView, ConsultationRow

app = typer.Typer(help="Batches: list, show, retry.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
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
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the newest batches: state, progress and callback."""
    from edgebox_cli.common.output import local_time, print_json, table

    with opened_store() as store:
        views = _newest(store, state, limit, with_failures=with_failures)
    if as_json:
        print_json({"batches": [_described(view) for view in views]})
        return
    from rich.markup import escape

    table(
        "Batches",
        [
            ("batch", {"no_wrap": True}),
            ("client", {"overflow": "fold"}),
            ("state", {"no_wrap": True}),
            ("done", {"justify": "right", "no_wrap": True}),
            ("failed", {"justify": "right", "no_wrap": True}),
            ("callback", {"no_wrap": True}),
            ("at", {"no_wrap": True}),  # the day is in the batch's id
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
    from edgebox.errors import NotFound
    from edgebox_cli.common.output import console, local_time, print_json, table

    with opened_store() as store:
        view = store.batches.get(batch_id)
        if view is None:
            raise NotFound(f"There is no batch {batch_id}. See: edgebox batches list")
        rows = store.batches.consultations(batch_id)
    if as_json:
        results = []
        if view.results_removed_at is None:
            results = [row.entry() or _waiting(row) for row in rows]
        print_json({**_described(view), "results": results})
        return
    from rich.markup import escape

    out = console()
    ended = "" if view.completed_at is None else f", ended {local_time(view.completed_at)}"
    out.print(
        f"{batch_id} of {view.client_id}: {view.state}, {view.done} of {view.total} done, "
        f"{view.failed} failed; submitted {local_time(view.created_at)}{ended}",
        markup=False,
    )
    if view.callback_url is not None:
        out.print(
            f"callback {view.callback_state}, {view.callback_attempts} attempts: "
            f"{view.callback_url}",
            markup=False,
            soft_wrap=True,
        )
    for what, when in _removed(view).items():
        if when is not None:
            out.print(f"{what} removed {local_time(when)}: retention time over", markup=False)
    table(
        "Consultations",
        [
            ("consultation", {"overflow": "fold"}),
            ("state", {"no_wrap": True}),
            ("tries", {"justify": "right", "no_wrap": True}),
            ("quality", {"justify": "right", "no_wrap": True}),
            ("seconds", {"justify": "right", "no_wrap": True}),
            ("title or error", {"overflow": "fold"}),
        ],
        [
            [
                escape(row.consultation_id),
                row.state,
                str(row.attempts),
                _number(row.result.get("quality_score") if row.result else None, 2),
                _number(row.processing_time, 1),
                escape(_outcome(row)),
            ]
            for row in rows
        ],
    )


@app.command()
def retry(batch_id: BatchId) -> None:
    """Analyse a batch's failed consultations again; the callback comes again after that."""
    from edgebox.worker.wakeups import make_wake
    from edgebox_cli.common.context import settings

    with opened_store() as store:
        count = store.batches.retry(batch_id)
    if not count:
        say(f"{batch_id} has no failed consultations: nothing to do.")
        return
    make_wake(settings())()
    say(f"{count} of {batch_id} wait for analysis again. See: edgebox batches show {batch_id}")


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
    from edgebox.system.times import rfc3339

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
    """When retention removed the batch's words."""
    return {
        "transcripts": view.transcripts_removed_at,
        "results": view.results_removed_at,
    }


def _waiting(row: ConsultationRow) -> dict[str, Any]:
    return {"consultation_id": row.consultation_id, "status": row.state}


def _outcome(row: ConsultationRow) -> str:
    if row.state == "failed":
        return f"{row.error_code}: {row.error_detail}"
    return row.result.get("titles", {}).get("descriptive", "") if row.result else ""


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
