"""What a box shows in five phases, for every alert: a day, a restart, a night, trouble, after it.

An alert has to be silent by day, over the restart and all night, to fire at the end of the trouble
and to be gone at the end. Times are minutes; a counter's values are its growth a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MISSING = "_"
ENDED = "stale"
"""As of a series that is no longer in the scrape."""
Value = float | str | Callable[[int], float]


@dataclass(frozen=True)
class Series:
    """The values of one series, phase by phase; the restart has 3 samples."""

    day: Value
    night: Value
    trouble: Value
    after: Value
    restart: Value = MISSING
    counts: bool = False


def gauge(usual: Value, trouble: Value, **other: Value) -> Series:
    return Series(**{"day": usual, "night": usual, "trouble": trouble, "after": usual} | other)


def counter(day: float, trouble: float, *, night: float = 0, after: float | None = None) -> Series:
    return Series(day, night, trouble, day if after is None else after, counts=True)


@dataclass(frozen=True)
class Case:
    """How one alert is brought about.

    Args:
        series: selectors without job and instance, and their values.
        step: minutes from one sample to the next.
        day, night, trouble, after: how long the phases are, in minutes.
        fires: false for a case in which the trouble must not raise the alarm.
    """

    alert: str
    series: dict[str, Series]
    step: int = 1
    day: int = 60
    night: int = 120
    trouble: int = 30
    after: int = 30
    fires: bool = True
    labels: dict[str, str] = field(default_factory=dict)

    def phases(self) -> list[tuple[str, int]]:
        lengths = [("day", self.day), ("night", self.night)]
        lengths += [("trouble", self.trouble), ("after", self.after)]
        steps = [(name, minutes // self.step) for name, minutes in lengths]
        return [steps[0], ("restart", 3), *steps[1:]]

    def values(self, series: Series) -> str:
        """Return the values of one series in promtool's notation."""
        told: list[str] = []
        total = 0.0
        for phase, steps in self.phases():
            value = getattr(series, phase)
            for step in range(steps):
                if phase == "restart":
                    total = 0
                if value in (MISSING, ENDED):
                    told.append(str(value))
                elif series.counts:
                    total += value * self.step
                    told.append(f"{total:.6f}")
                else:
                    told.append(f"{value(step) if callable(value) else value:.6f}")
        return " ".join(told)

    def moments(self, phase: str) -> range:
        """Return the minutes of a phase at which there is a sample."""
        first = 0
        for name, steps in self.phases():
            if name == phase:
                return range(first * self.step, (first + steps) * self.step, self.step)
            first += steps
        raise KeyError(phase)


UP = {"up": gauge(1, 1, restart=0)}
GAP = gauge(1, 1, night=0, restart=1)
UNREAD = gauge(40, 40, night=MISSING, restart=40)
GB = 1e9
DAY = 24 * 60
SUMMARIES = "edgebox_quick_summaries_total"
HTTP = 'edgebox_http_requests_total{method="POST",route="/api/v1/quick-summary",'


def quick(**trouble: float) -> dict[str, Series]:
    """Return the counters of quick summaries: 2 a minute by day, few at night."""
    series = {
        f'{SUMMARIES}{{status="{status}"}}': counter(
            2 if status == "success" else 0,
            trouble.get(status, 0),
            night=3 / 120 if status == "success" else 0,
        )
        for status in ("success", "partial", "fallback", "refused", "abandoned")
    }
    # Two late ones at night are a large share, and no reason to wake anybody.
    late = counter(0, trouble.get("late", 0), night=2 / 120)
    return series | {
        "edgebox_quick_late_total": late,
        "edgebox_quick_deadline_seconds": gauge(3, 3),
    }


def waiting(usual: float, trouble: float, *, longest: float = 900) -> dict[str, Series]:
    """Return how long the oldest consultation waits, and how long a run may be awaited."""
    return {
        "edgebox_oldest_pending_seconds": gauge(usual, trouble, after=0),
        "edgebox_batch_max_wait_seconds": gauge(longest, longest),
    }


def model(name: str, *, parallel: int = 8) -> str:
    """Return the selector of what is said of the small role's model."""
    of = f'role="slm",model="{name}",backend="cpu",context_tokens="8192",parallel="{parallel}"'
    return f"edgebox_model_info{{{of}}}"


def analyses(trouble: dict[str, float]) -> dict[str, Series]:
    return {
        f'edgebox_analyses_total{{result="{result}",code="{code}"}}': counter(
            usual, trouble.get(result, 0)
        )
        for result, code, usual in (
            ("done", "", 1),
            ("failed", "analysis_failed", 0.01),
            ("failed", "refused", 0),
            ("released", "", 0),
        )
    }


def born(value: float) -> Series:
    """Return a counter whose series is born with this value and then stands still."""
    return Series(MISSING, MISSING, value, value)


CASES = (
    Case("ApiDown", UP | {"up": gauge(1, 0, restart=lambda step: step == 2)}, trouble=10),
    Case("NotScraped", {"up": gauge(1, MISSING, restart=1)}),
    Case("EngineDown", {"edgebox_engine_up": gauge(1, 0, restart=0)}, trouble=10),
    Case("EngineDown", {"edgebox_engine_up": gauge(1, 0)}, trouble=2, fires=False),
    Case("WorkerDown", {"edgebox_worker_up": gauge(1, 0, restart=0)}, trouble=10),
    Case("StoreDown", {"edgebox_store_up": gauge(1, 0)}, trouble=10),
    Case(
        "Restarting",
        {
            'edgebox_process_start_time_seconds{process="api"}': Series(
                1, 2, lambda step: 3 + step // 5, 9, restart=MISSING
            )
        },
        after=120,
    ),
    Case(
        "QuickLate",
        quick(success=2, late=1)
        | {"edgebox_quick_late_total": counter(0, 1)},  # a night without any: one is one too many
    ),
    Case("QuickBudgetBurn", quick(success=1, late=1), after=60, step=2),
    Case("QuickBudgetBurn", quick(success=2, refused=1), after=60, step=2),
    Case("QuickBudgetBurn", quick(refused=2), after=60, step=2),  # nothing is answered at all
    Case("QuickBudgetBurn", quick(success=2, late=0.02), fires=False, step=2),
    Case(
        "QuickBudgetDrain",
        quick(success=2, late=0.05),
        step=10,
        day=2 * DAY,
        trouble=DAY,
        after=DAY,
    ),
    Case("NotFromTheModel", quick(success=1, fallback=1)),
    Case("NotFromTheModel", quick(fallback=2)),
    Case("QuickRefused", quick(success=1, refused=2)),
    Case("QuickAbandoned", quick(success=1, abandoned=1), after=60),
    Case(
        "InputShortened",
        quick(success=2) | {"edgebox_quick_truncated_total": counter(0.1, 1, night=0.005)},
        trouble=90,
        after=120,
    ),
    Case("AnalysesLate", waiting(900, 2000)),
    Case("AnalysesLate", waiting(20, 1000, longest=60), fires=False),
    Case("AnalysesLate", waiting(27_000, 29_000, longest=28_800), fires=False),  # a run a night
    Case("AnalysesLate", waiting(27_000, 30_000, longest=28_800)),
    Case("AnalysesStuck", waiting(1900, 8000)),
    Case("AnalysesStuck", waiting(27_000, 31_000, longest=28_800), fires=False),
    Case("AnalysesStuck", waiting(27_000, 36_000, longest=28_800)),
    Case(
        "QueueFilling",
        {
            "edgebox_consultations_pending": gauge(100, 12000),
            "edgebox_consultations_pending_limit": gauge(20000, 20000),
        },
    ),
    Case("AnalysesFail", analyses({"done": 1, "failed": 0.5}), after=120),
    Case("AnalysesFail", analyses({"failed": 1}), after=120),
    Case(
        "QualityFell",
        {
            "edgebox_analysis_quality_sum": counter(0.8, 0.5),
            "edgebox_analysis_quality_count": counter(1, 1),
        },
        step=60,
        day=14 * DAY,
        night=480,
        trouble=2 * DAY,
        after=4 * DAY,
    ),
    Case(
        "NothingArrives",
        {"edgebox_consultations_accepted_total": counter(1, 0)},
        day=150,
        night=90,
        trouble=180,
        after=60,
    ),
    Case(  # a box that nobody sends batches to
        "NothingArrives",
        {"edgebox_consultations_accepted_total": counter(0, 0)},
        day=150,
        trouble=300,
        fires=False,
    ),
    Case(
        "CallbacksDead",
        {'edgebox_callback_attempts_total{outcome="dead"}': counter(0, 0.1)},
        after=120,
    ),
    Case("CallbacksLate", {"edgebox_oldest_callback_seconds": gauge(0, 5000)}),
    Case("WrongKeys", UP | {HTTP + 'status="401"}': born(30)}, trouble=4),
    Case("WrongKeys", UP | {HTTP + 'status="401"}': counter(0.1, 10)}),
    # Prometheus could not read it for two hours, and then all that it had counted came back.
    Case("WrongKeys", {"up": GAP, HTTP + 'status="401"}': UNREAD}, trouble=4, fires=False),
    # The same, but it had been started again.
    Case(
        "WrongKeys",
        {
            "up": GAP,
            HTTP + 'status="401"}': Series(MISSING, MISSING, 40, 40),
            'edgebox_process_start_time_seconds{process="api"}': Series(
                0, MISSING, 183 * 60, 183 * 60, restart=0
            ),
        },
        trouble=4,
    ),
    Case("RateLimited", UP | {HTTP + 'status="429"}': counter(0, 10)}),
    Case("Fault", UP | {HTTP + 'status="500"}': born(1)}, trouble=12),
    Case("Fault", UP | {HTTP + 'status="504"}': counter(0, 0.3)}, after=40),
    Case("Fault", UP | {HTTP + 'status="503"}': counter(0, 10)}, fires=False),
    Case(
        "EngineMemory",
        {
            "edgebox_engine_rss_bytes": gauge(9 * GB, 15 * GB),
            "edgebox_machine_memory_bytes": gauge(16 * GB, 16 * GB),
        },
    ),
    Case(
        "GpuMemory",
        {
            'edgebox_engine_gpu_bytes{gpu="0",name="A",kind="used"}': gauge(9 * GB, 23.5 * GB),
            'edgebox_engine_gpu_bytes{gpu="0",name="A",kind="total"}': gauge(24 * GB, 24 * GB),
        },
    ),
    Case(
        "Slow",
        {
            'edgebox_engine_tokens_per_second{role="slm",kind="decode"}': gauge(36, 12),
            model("small"): gauge(1, 1),
        },
        trouble=90,
    ),
    Case(  # the role has got a larger model: its best is that model's own
        "Slow",
        {
            'edgebox_engine_tokens_per_second{role="slm",kind="decode"}': gauge(36, 12, after=12),
            model("small"): gauge(1, ENDED, after=ENDED),
            model("large"): gauge(MISSING, 1, after=1),
        },
        trouble=90,
        fires=False,
    ),
    Case(  # more answers at once, each of them slower
        "Slow",
        {
            'edgebox_engine_tokens_per_second{role="slm",kind="batch_decode"}': gauge(
                60, 25, after=25
            ),
            model("small", parallel=16): gauge(1, ENDED, after=ENDED),
            model("small", parallel=4): gauge(MISSING, 1, after=1),
        },
        trouble=90,
        fires=False,
    ),
    Case(
        "GpuHot",
        {
            'edgebox_gpu_throttled{gpu="0",reason="heat"}': gauge(0, 1),
            'edgebox_gpu_throttled{gpu="0",reason="power"}': gauge(1, 1),
        },
    ),
    Case("DiskFilling", {'edgebox_disk_free_bytes{folder="state"}': gauge(50 * GB, 1.5 * GB)}),
    Case(
        "DiskFilling",
        {
            'edgebox_disk_free_bytes{folder="state"}': gauge(
                15 * GB, lambda step: (15 - step * 0.02) * GB
            )
        },
        trouble=300,
        after=400,
    ),
    Case("DiskFull", {'edgebox_disk_free_bytes{folder="state"}': gauge(50 * GB, 0.2 * GB)}),
    Case(
        "CertificateExpires",
        {"edgebox_certificate_not_after_timestamp_seconds": gauge(300 * 86400, 13 * 86400)},
        trouble=90,
    ),
    Case("Clock", {"edgebox_clock_synchronised": gauge(1, 0)}, trouble=90),
    Case(
        "BackupOld",
        {"edgebox_backup_last_success_timestamp_seconds": gauge(0, -40 * 3600)},
        trouble=90,
    ),
    Case(  # there never was one
        "BackupOld",
        {
            "edgebox_store_up": gauge(1, 1),
            "edgebox_backup_last_success_timestamp_seconds": Series(
                MISSING, MISSING, MISSING, 50 * 3600
            ),
        },
        step=4,
        day=10 * 60,
        night=10 * 60,
        trouble=30 * 60,
        after=2 * 60,
    ),
    Case("LogsNotSent", {"edgebox_log_shipping_waiting_bytes": gauge(1e6, 100e6)}, trouble=90),
    Case(
        "LogsRefused",
        {"edgebox_log_shipping_refused_bytes": Series(0, 0, lambda minute: 500 * minute, 60_000)},
        after=120,
    ),
    Case("Doctor", {'edgebox_doctor_findings{level="warn"}': gauge(0, 2)}, trouble=90),
    Case(
        "AlertsNotSent",
        {
            'alertmanager_notifications_failed_total{integration="slack"}': counter(0, 1),
            'alertmanager_notifications_failed_total{integration="email"}': counter(0, 0),
        },
    ),
    Case(
        "RulesFail",
        {'prometheus_rule_evaluation_failures_total{rule_group="edgebox-box"}': counter(0, 1)},
    ),
    Case("NotReloaded", {"prometheus_config_last_reload_successful": gauge(1, 0)}),
    Case("NotReloaded", {"alertmanager_config_last_reload_successful": gauge(1, 0)}),
)
