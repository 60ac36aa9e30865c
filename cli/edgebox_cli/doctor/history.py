"""Checks of the database's records: its schema, its times, failures, runs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from edgebox.errors import StoreError
from edgebox.store.survey import Survey, survey
from edgebox.system.times import rfc3339
from edgebox_cli.common.output import local_time, span
from edgebox_cli.doctor.check import Check, fail, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.settings import Settings

RECENT_DAYS = 7
_AHEAD_SECONDS = 300.0


def history(settings: Settings, now: float, *, worker: bool) -> Iterator[Check]:
    """Check the records; nothing when there is no database or it cannot be read.

    Args:
        settings: name the database.
        now: Unix seconds.
        worker: whether a worker is running.
    """
    if not settings.database.exists():
        return  # the check of the database reports it
    try:
        found = survey(settings.database, now - RECENT_DAYS * 86_400)
    except StoreError:
        return
    yield migrations(found)
    yield clock(found, now)
    yield failed_analyses(found)
    yield late_callbacks(found)
    yield runs(found, worker=worker)


def migrations(found: Survey) -> Check:
    """Check that the schema is this program's."""
    if found.pending and found.schema <= found.known_schema:
        names = ", ".join(found.pending)
        return fail("migrations", "Not applied yet: {names}.", "edgebox init", names=names)
    return Check("migrations", "ok", f"schema {found.schema}, {len(found.applied)} applied")


def clock(found: Survey, now: float) -> Check:
    """Check that the clock did not go back: keys would be refused and due work would be late."""
    name = "clock, by the records"
    ahead = (found.last_noted or 0.0) - now
    if ahead > _AHEAD_SECONDS:
        noted = local_time(found.last_noted or 0.0)
        return fail(
            name,
            "Something was recorded at {noted}, {ahead} from now: the clock went back.",
            'timedatectl set-ntp true (or: timedatectl set-time "YYYY-MM-DD HH:MM:SS")',
            noted=noted,
            ahead=span(ahead),
        )
    if found.backwards:
        return warn(
            name,
            "Runs of the last {days} days that ended before they began: {count}. The clock jumps.",
            "timedatectl status",
            count=found.backwards,
            days=RECENT_DAYS,
        )
    return Check(name, "ok", "it has not gone back")


def failed_analyses(found: Survey) -> Check:
    """Warn of analyses that failed in the last days."""
    name = "failed analyses"
    if not found.failed:
        return Check(name, "ok", f"none in the last {RECENT_DAYS} days")
    kinds = ", ".join(f"{one.count} {one.kind}" for one in found.failed)
    return warn(
        name,
        "In the last {days} days: {kinds}.",
        "edgebox batches retry {batch}",
        days=RECENT_DAYS,
        kinds=kinds,
        batch=shlex.quote(max(one.last_batch for one in found.failed)),
    )


def late_callbacks(found: Survey) -> Check:
    """Warn of callbacks that wait after an error."""
    name = "late callbacks"
    if not found.late:
        return Check(name, "ok", "none waits after an error")
    kinds = "; ".join(f"{one.count}: {one.kind}" for one in found.late[:3])
    return warn(
        name,
        "They wait to be sent again after an error. {kinds}.",
        "edgebox callbacks resend {batch}",
        kinds=kinds,
        batch=shlex.quote(found.late[0].last_batch),
    )


def runs(found: Survey, *, worker: bool) -> Check:
    """Warn of a run that never ended because its worker died."""
    died = found.open_runs[:-1] if worker else found.open_runs
    if died:
        run_id, began = died[-1]
        return warn(
            "runs",
            "Run {run} began at {began} and never ended: its worker died.",
            "edgebox logs --process worker --since {began}",
            run=run_id,
            began=rfc3339(began),
        )
    return Check(
        "runs", "ok", "every run has ended" if not found.open_runs else "one is in progress"
    )
