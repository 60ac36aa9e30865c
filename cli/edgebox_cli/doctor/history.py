"""Checks of what the database remembers: its schema, the clock it was written by, failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox_cli.doctor.checks import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.settings import Settings
    from edgebox.store.survey import Survey

RECENT_DAYS = 7
_AHEAD_SECONDS = 300.0


def history(settings: Settings, now: float, *, worker: bool) -> Iterator[Check]:
    """Everything that can be said of the database's past; nothing where there is none.

    Args:
        settings: where it is.
        now: Unix seconds.
        worker: whether one runs.
    """
    from edgebox.errors import StoreError
    from edgebox.store.survey import survey

    if not settings.database.exists():
        return  # said already
    try:
        found = survey(settings.database, now - RECENT_DAYS * 86_400)
    except StoreError:
        return  # likewise
    yield _migrations(found)
    yield _clock(found, now)
    yield from _failures(found)
    yield _runs(found, worker=worker)


def _migrations(found: Survey) -> Check:
    if found.pending and found.schema <= found.known_schema:
        names = ", ".join(found.pending)
        return Check("migrations", "fail", f"Not applied yet: {names}.", "edgebox init")
    return Check("migrations", "ok", f"schema {found.schema}, {len(found.applied)} applied")


def _clock(found: Survey, now: float) -> Check:
    """A clock that went back: keys are refused, and what is due comes late."""
    from edgebox_cli.common.output import local_time
    from edgebox_cli.status.screen import span

    name = "clock, by the records"
    ahead = (found.last_noted or 0.0) - now
    if ahead > _AHEAD_SECONDS:
        noted = local_time(found.last_noted or 0.0)
        return Check(
            name,
            "fail",
            f"Something was recorded at {noted}, {span(ahead)} from now: the clock went back.",
            'timedatectl set-ntp true (or: timedatectl set-time "YYYY-MM-DD HH:MM:SS")',
        )
    if found.backwards:
        return Check(
            name,
            "warn",
            f"{found.backwards} runs of the last {RECENT_DAYS} days ended before they began: the "
            "clock jumps.",
            "timedatectl timesync-status",
        )
    return Check(name, "ok", "it has not gone back")


def _failures(found: Survey) -> Iterator[Check]:
    if found.failed:
        kinds = ", ".join(f"{one.count} {one.kind}" for one in found.failed)
        yield Check(
            "failed analyses",
            "warn",
            f"In the last {RECENT_DAYS} days: {kinds}.",
            f"edgebox batches retry {max(one.last_batch for one in found.failed)}",
        )
    else:
        yield Check("failed analyses", "ok", f"none in the last {RECENT_DAYS} days")
    if found.late:
        kinds = "; ".join(f"{one.count}: {one.kind}" for one in found.late[:3])
        yield Check(
            "late callbacks",
            "warn",
            f"They wait to be sent again after an error. {kinds}.",
            f"edgebox callbacks resend {found.late[0].last_batch}",
        )
    else:
        yield Check("late callbacks", "ok", "none waits after an error")


def _runs(found: Survey, *, worker: bool) -> Check:
    """A run that did not end: its worker died, or it goes on now."""
    from edgebox.system.times import rfc3339

    died = found.open_runs[:-1] if worker else found.open_runs
    if died:
        run_id, began = died[-1]
        return Check(
            "runs",
            "warn",
            f"Run {run_id} began at {rfc3339(began)} and never ended: its worker died.",
            f"edgebox logs --process worker --since {rfc3339(began)}",
        )
    return Check("runs", "ok", "every run has ended" if not found.open_runs else "one goes on")
