"""Retention's pass at every tick: what is due is removed, in steps with pauses between them.

A pass first decides whether the clock can be believed, because a clock that jumps a year ahead
makes everything look old:

1. within ``limit`` of the last time that was believed: believed. ``limit`` is a week, or the
   shortest retention time where that is shorter, and at least a day.
2. otherwise it has jumped, or the box was off for long: nothing is removed.
3. back within ``limit`` of what was believed: believed.
4. steady at the new time for ``limit``, without another jump: believed from then on.

So a wrong clock has to stay wrong for a week, with the doctor saying so, before it removes
anything, and a smaller error costs at most that much of a retention time. A box that was off
for longer removes a week later. A new database starts from the newest time in its tables.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from edgebox.errors import StoreError
from edgebox.store.retention import Ages, Removals
from edgebox.system.times import in_zone, rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.settings import Settings
    from edgebox.store.db import Store
    from edgebox.store.retention import RetentionState

log = logging.getLogger("edgebox.retention")

DAY = 86_400.0
_LONGEST_LIMIT = 7 * DAY
_WRITE_EVERY = 3600.0  # a believed clock is written down once in this time, not at every tick
_LONGEST_PASS = 20.0  # seconds; what is left waits for the next tick
_SHORTEST_PAUSE = 0.05
_NIGHT_HOUR = 3  # local: compaction locks the database, and few customers call
_SHORTEST_WISH, _LONGEST_WISH = 3600.0, DAY


def ages_of(settings: Settings) -> Ages:
    """Return how long each kind is kept; 0 in the settings is for ever.

    Idempotency keys are kept for longer than the setting, by as much as a believed clock may be
    off: a key that is removed too early makes a second batch of a retry.
    """
    kept = settings.retention
    ages = Ages(
        transcripts=kept.transcript_days * DAY or None,
        results=kept.result_days * DAY or None,
        records=kept.record_days * DAY or None,
        keys=None,
        audit=kept.audit_days * DAY or None,
    )
    return replace(ages, keys=settings.api.idempotency_hours * 3600 + limit_of(ages))


def limit_of(ages: Ages) -> float:
    """Return how far the clock may move between two passes, in seconds."""
    kept = (ages.transcripts, ages.results, ages.records, ages.audit)
    times = [age for age in kept if age is not None]
    return max(DAY, min(_LONGEST_LIMIT, *times)) if times else _LONGEST_LIMIT


class Retainer:
    """Removes what is due.

    Args:
        store: the database.
        settings: how long things are kept.
        clock: Unix seconds.
        pause: waits for that many seconds between steps; True ends the pass.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self._retention = store.retention
        self._clock = clock
        self._stopping = threading.Event()
        self._pause = pause or self._stopping.wait
        self._ages = ages_of(settings)
        self._limit = limit_of(self._ages)
        self._log_dirty = True  # what an earlier worker left
        self._jump_reported = False

    def stop(self) -> None:
        """End the pass after the current step. Callable from any thread."""
        self._stopping.set()

    def run(self) -> Removals:
        """Remove what is due, and compact the database if that is wanted and it is night.

        Raises:
            StoreError: the database cannot be used; the next pass continues.
        """
        removed = Removals()
        if self._stopping.is_set() or not self._clock_believed():
            return removed
        began = time.monotonic()
        while True:
            step_began = time.monotonic()
            step = self._retention.step(self._clock(), self._ages)
            if not step:
                break
            removed += step
            self._log_dirty = True
            now = time.monotonic()
            # Other writers get at least as much time as this step took.
            if now - began > _LONGEST_PASS or self._pause(max(_SHORTEST_PAUSE, now - step_began)):
                break
        if removed:
            log.info("removed: %s", removed)
        if self._log_dirty:
            self._log_dirty = not self._retention.forget_log()
        self._compact_if_wanted()
        return removed

    def _clock_believed(self) -> bool:
        now, state, newest = self._clock(), self._retention.state(), None
        if state is None:
            newest = self._retention.newest_time()
        believed, trusted, steady = judge(
            now, state, now if newest is None else newest, self._limit
        )
        if not believed and not self._jump_reported:
            log.warning(
                "the clock went from %s to %s: nothing is removed until it has been steady for "
                "%.0f days. Is it right? See: edgebox doctor",
                rfc3339(trusted),
                rfc3339(now),
                self._limit / DAY,
            )
        self._jump_reported = not believed
        if (
            state is None
            or steady != state.steady_since
            or abs(now - state.seen_at) >= _WRITE_EVERY
        ):
            self._retention.remember(trusted_at=trusted, seen_at=now, steady_since=steady)
        return believed

    def _compact_if_wanted(self) -> None:
        state = self._retention.state()
        if state is None or state.compaction_wanted_at is None or self._stopping.is_set():
            return
        now = self._clock()
        waited = now - state.compaction_wanted_at
        hour = in_zone(now).hour
        night = hour == _NIGHT_HOUR and not 0 <= waited < _SHORTEST_WISH
        if not night and 0 <= waited < _LONGEST_WISH:
            return
        began = time.monotonic()
        try:
            self._retention.compact(self._clock)
        except StoreError as error:
            log.warning("%s", error.detail)
        else:
            log.info("compacted in %.1f s", time.monotonic() - began)


def judge(
    now: float, state: RetentionState | None, newest: float, limit: float
) -> tuple[bool, float, float | None]:
    """Decide whether the clock is believed; the numbers are those of the module's list.

    Args:
        now: what the clock says.
        state: what the last pass remembered; None the first time.
        newest: what to compare the clock with the first time.
        limit: how far it may be off.

    Returns:
        (believed, the last time that was believed, since when it has been steady).
    """
    trusted = newest if state is None else state.trusted_at
    if abs(now - trusted) <= limit:  # 1. and 3.
        return True, now, None
    if state is None or state.steady_since is None or abs(now - state.seen_at) > limit:
        return False, trusted, now  # 2.
    if now - state.steady_since >= limit:  # 4.
        return True, now, None
    return False, trusted, state.steady_since
