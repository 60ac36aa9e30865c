"""When the backlog is processed: the one rule that the worker follows and the API and CLI announce.

1. Nothing waits: not at all.
2. ``min_pending`` or more consultations wait: now.
3. There was no run yet, or the last one was cut short: now. After a crash, and on a new box, the
   backlog does not wait for a quarter of an hour.
4. The last run started in the future, so the clock was set back: now.
5. Otherwise ``max_wait_seconds`` after the last run started, or after the oldest consultation was
   submitted, whichever comes first.

What somebody waits for (``consultations.wanted``) follows none of this: it is analysed at once. A
run for it alone is not written down, so the backlog's next run is no later for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgebox.settings import BatchSettings

WAKE_SECONDS = 2.0
"""From the wake-up to the first claim: the worker looks about once a second."""


def should_run(
    waiting: int,
    oldest_at: float | None,
    last_run_started_at: float | None,
    now: float,
    settings: BatchSettings,
) -> bool:
    """Return whether the backlog is to be processed now.

    Args:
        waiting: consultations that could be claimed now.
        oldest_at: when the oldest of them was submitted, Unix seconds.
        last_run_started_at: Unix seconds; None if there was no run, or if the last one has not
            finished (it is running or was cut short).
        now: Unix seconds.
        settings: ``min_pending`` and ``max_wait_seconds``.
    """
    return waiting > 0 and _remaining(waiting, oldest_at, last_run_started_at, now, settings) <= 0


def seconds_until_run(
    waiting: int,
    oldest_at: float | None,
    last_run_started_at: float | None,
    now: float,
    settings: BatchSettings,
) -> float:
    """Return the seconds until the first of the waiting consultations is claimed.

    Args:
        waiting: consultations that wait, new ones included; at least one.
        oldest_at: when the oldest of them was submitted, Unix seconds.
        last_run_started_at: as for ``should_run``.
        now: Unix seconds.
        settings: ``min_pending`` and ``max_wait_seconds``.
    """
    remaining = _remaining(waiting, oldest_at, last_run_started_at, now, settings)
    return max(0.0, remaining) + WAKE_SECONDS


def _remaining(
    waiting: int,
    oldest_at: float | None,
    last_run_started_at: float | None,
    now: float,
    settings: BatchSettings,
) -> float:
    """Return the seconds until rules 2 to 5 start a run; 0 or less is now."""
    if waiting >= settings.min_pending or last_run_started_at is None:
        return 0.0
    if last_run_started_at > now:
        return 0.0
    since = last_run_started_at if oldest_at is None else min(last_run_started_at, oldest_at)
    return since + settings.max_wait_seconds - now
