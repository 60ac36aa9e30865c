"""Checks of what is kept for how long, and of what retention does not reach."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from edgebox_cli.doctor.checks import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.settings import Settings
    from edgebox.store.db import Store

_DAY = 86_400.0


def retention(store: Store, settings: Settings, now: float | None = None) -> Iterator[Check]:
    """The clock is believed, nothing is kept for a disabled client, no old copy lies about."""
    from edgebox.store.restore import kept_aside, upgrade_backups
    from edgebox.worker.retain import ages_of, limit_of
    from edgebox_cli.common.output import local_time

    name = "retention"
    now = time.time() if now is None else now
    ages = ages_of(settings)
    problems = []
    state = store.retention.state()
    if state is not None and state.steady_since is not None:
        until = state.steady_since + limit_of(ages)
        problems.append(
            Check(
                name,
                "warn",
                f"The clock jumped from {_date(state.trusted_at)} to {_date(state.steady_since)}, "
                f"or the box was off: nothing is removed until {local_time(until)}.",
                "if the clock is wrong: timedatectl set-ntp false, then timedatectl set-time",
            )
        )
    if ages.transcripts is not None:
        for client, count in store.retention.held_by_disabled(now - ages.transcripts).items():
            problems.append(
                Check(
                    name,
                    "warn",
                    f"{count} old batches are kept because their callbacks wait for {client}, "
                    "which is disabled.",
                    f"edgebox keys enable {client}",
                )
            )
    if aside := kept_aside(settings.database):
        problems.append(
            Check(
                name,
                "warn",
                f"{len(aside)} copies from before or during a restore hold transcripts.",
                f"rm {aside[0]}*",
            )
        )
    if ages.transcripts is not None:
        oldest = now - ages.transcripts
        copies = upgrade_backups(settings.database)
        if old := [str(copy) for copy in copies if copy.stat().st_mtime < oldest]:
            problems.append(
                Check(
                    name,
                    "warn",
                    f"{len(old)} backups from before an upgrade hold transcripts for longer than "
                    "the box does. Without them --rollback --with-database is not possible.",
                    f"rm {' '.join(old)}",
                )
            )
    if problems:
        yield from problems
        return
    kept = settings.retention
    yield Check(
        name,
        "ok",
        f"transcripts {_days(kept.transcript_days)}, results {_days(kept.result_days)}, "
        f"records {_days(kept.record_days)}",
    )


def _days(days: float) -> str:
    return f"{days:g} days" if days else "for ever"


def _date(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
