"""When the backlog is processed, and how long until then."""

import pytest

from edgebox.schedule import WAKE_SECONDS, seconds_until_run, should_run
from edgebox.settings import BatchSettings
from support.boxes.store import NOW

TWENTY_OR_15_MINUTES = BatchSettings(min_pending=20, max_wait_seconds=900)


@pytest.mark.parametrize(
    ("pending", "oldest", "last_run", "expected"),
    [
        pytest.param(0, None, None, False, id="nothing waits"),
        pytest.param(0, None, 900, False, id="nothing waits, last run long ago"),
        pytest.param(20, 0, 1, True, id="twenty wait"),
        pytest.param(500, 0, 0, True, id="more wait"),
        pytest.param(19, 10, 899, False, id="nineteen wait, last run 14:59 ago"),
        pytest.param(19, 10, 900, True, id="nineteen wait, last run 15:00 ago"),
        pytest.param(1, 0, 5000, True, id="one arrives on an idle box"),
        pytest.param(1, 0, 10, False, id="one arrives just after a run"),
        pytest.param(1, 0, None, True, id="no run yet, or the last was cut short"),
        pytest.param(1, 10, -3600, True, id="the clock was set back an hour"),
        pytest.param(1, 900, 30, True, id="the oldest has waited 15:00, whatever ran"),
    ],
)
def test_the_backlog_runs_at_twenty_or_a_quarter_of_an_hour_after_the_last_run(
    pending, oldest, last_run, expected
):
    oldest_at = None if oldest is None else NOW - oldest
    last_at = None if last_run is None else NOW - last_run
    assert should_run(pending, oldest_at, last_at, NOW, TWENTY_OR_15_MINUTES) is expected


@pytest.mark.parametrize("waiting", [1, 19, 20, 21])
@pytest.mark.parametrize("oldest_age", [0, 100, 899, 901])
@pytest.mark.parametrize("last_run_age", [None, -50, 0, 100, 899, 901])
def test_the_wait_ends_when_the_worker_would_run(
    waiting: int, oldest_age: float, last_run_age: float | None
) -> None:
    """At that moment, and not a second before it."""
    settings, now = BatchSettings(), 1_757_770_125.0
    oldest = now - oldest_age
    last = None if last_run_age is None else now - last_run_age
    wait = seconds_until_run(waiting, oldest, last, now, settings) - WAKE_SECONDS
    assert wait >= 0
    assert should_run(waiting, oldest, last, now + wait, settings)
    if wait > 1:
        assert not should_run(waiting, oldest, last, now + wait - 1, settings)
