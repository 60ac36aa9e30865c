"""The metrics that commands leave for ``/metrics``, in files of the state folder."""

from __future__ import annotations

import time

from prometheus_client.core import GaugeMetricFamily as Gauge


def findings(*, failed: int, warned: int) -> list[Gauge]:
    """Return what the doctor found, and that it looked just now."""
    found = Gauge(
        "edgebox_doctor_findings",
        "What the doctor found when it ran last, by level (warn, fail).",
        labels=("level",),
    )
    found.add_metric(("warn",), warned)
    found.add_metric(("fail",), failed)
    when = Gauge(
        "edgebox_doctor_last_run_timestamp_seconds",
        "When the doctor ran last, in Unix seconds.",
        time.time(),
    )
    return [found, when]


def backed_up() -> list[Gauge]:
    """Return that a backup was written just now."""
    return [
        Gauge(
            "edgebox_backup_last_success_timestamp_seconds",
            "When a backup was last written, in Unix seconds.",
            time.time(),
        )
    ]
