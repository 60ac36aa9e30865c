"""Checks of how long data is kept, and of copies that retention does not remove."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

from edgebox.store.restore import kept_aside, upgrade_backups
from edgebox.worker.retain import ages_of, limit_of
from edgebox_cli.common.output import local_time
from edgebox_cli.doctor.check import Check, warn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgebox.settings import Settings
    from edgebox.store.db import Store

_NAME = "retention"


def retention(store: Store, settings: Settings, now: float) -> Iterator[Check]:
    """Check the clock and what is kept too long; one ok when nothing is wrong."""
    ages = ages_of(settings)
    wrong = [*clock(store, limit_of(ages)), *restore_copies(settings.database)]
    if ages.transcripts is not None:
        oldest = now - ages.transcripts
        wrong += disabled_clients(store, oldest)
        wrong += upgrade_copies(settings.database, oldest)
    if wrong:
        yield from wrong
        return
    kept = settings.retention
    yield Check(
        _NAME,
        "ok",
        f"transcripts {_days(kept.transcript_days)}, results {_days(kept.result_days)}, "
        f"records {_days(kept.record_days)}, audit {_days(kept.audit_days)}",
    )


def clock(store: Store, limit: float) -> Iterator[Check]:
    """Warn while retention waits because the clock jumped.

    Args:
        store: the box's.
        limit: seconds that retention waits after a jump.
    """
    state = store.retention.state()
    if state is not None and state.steady_since is not None:
        until = state.steady_since + limit
        yield warn(
            _NAME,
            "The clock jumped from {before} to {after}, "
            "or the box was off: nothing is removed until {until}.",
            "if the clock is wrong: timedatectl set-ntp false, then timedatectl set-time",
            before=_date(state.trusted_at),
            after=_date(state.steady_since),
            until=local_time(until),
        )


def disabled_clients(store: Store, oldest: float) -> Iterator[Check]:
    """Warn of batches that are kept because their callbacks wait for a disabled client.

    Args:
        store: the box's.
        oldest: Unix seconds; retention removes what is older.
    """
    for client, count in store.retention.held_by_disabled(oldest).items():
        yield warn(
            _NAME,
            "Old batches that are kept because their callbacks wait for {client}, which is "
            "disabled: {count}.",
            "edgebox keys enable {client}",
            count=count,
            client=shlex.quote(client),
        )


def restore_copies(database: Path) -> Iterator[Check]:
    """Warn of databases that a restore kept aside."""
    if aside := kept_aside(database):
        yield warn(
            _NAME,
            "Copies from before or during a restore that hold transcripts: {count}.",
            "rm {files}",
            count=len(aside),
            files=" ".join(f"{shlex.quote(str(path))}*" for path in aside),
        )


def upgrade_copies(database: Path, oldest: float) -> Iterator[Check]:
    """Warn of upgrades' backups that are older than ``oldest`` (Unix seconds)."""
    copies = upgrade_backups(database)
    if old := [str(copy) for copy in copies if copy.stat().st_mtime < oldest]:
        yield warn(
            _NAME,
            "Backups from before an upgrade that hold transcripts for longer than the box "
            "does: {count}. Without them --rollback --with-database is not possible.",
            "rm {files}",
            count=len(old),
            files=" ".join(map(shlex.quote, old)),
        )


def _days(days: float) -> str:
    return f"{days:g} days" if days else "for ever"


def _date(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
