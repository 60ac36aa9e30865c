"""What the worker counts: runs, analyses, their quality and what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from edgebox.callbacks.metrics import CallbackMetrics
from edgebox.consultation.analysis import AnalysisOutcome
from edgebox.counting import ClientNames, ProcessOf, counter
from edgebox.scoring.quality import FLAGS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.metrics_core import Metric

    from edgebox.consultation.analysis import NothingToAnalyse
    from edgebox.engine_client import Concurrency
    from edgebox.settings import Role

SECONDS = (1, 2.5, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600)
TURNAROUND = (10, 60, 300, 900, 1800, 3600, 7200, 14400, 28800)
QUALITY = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
TRIGGERS = ("size", "time", "asked")
FAILURES = ("refused", "analysis_failed", "poison")
OTHER = "other"


class WorkerMetrics:
    """The worker's registry.

    Attributes:
        registry: everything, with the callbacks'.
        callbacks: what their delivery counts.
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        registry.register(ProcessOf("worker"))
        self.callbacks = CallbackMetrics(registry)
        self._clients = ClientNames()
        self._size = Gauge(
            "edgebox_batch_size",
            "Consultations that waited when the run in progress began; 0 between runs.",
            registry=registry,
        )
        self._runs = counter(
            registry,
            "edgebox_batch_runs",
            "Runs through the backlog, by what started them (size, time, asked).",
            trigger=TRIGGERS,
        )
        self._analyses = counter(
            registry,
            "edgebox_analyses",
            "Analyses that ended, by result (done, failed, released: it goes on later) and the "
            "code of a failure.",
            result=(),
            code=(),
        )
        for result, code in (("done", ""), ("released", ""), *(("failed", c) for c in FAILURES)):
            self._analyses.labels(result, code)
        self._seconds = Histogram(
            "edgebox_analysis_seconds",
            "Seconds that one analysis took.",
            buckets=SECONDS,
            registry=registry,
        )
        self._turnaround = Histogram(
            "edgebox_analysis_turnaround_seconds",
            "From the 202 until the result of a consultation was stored.",
            buckets=TURNAROUND,
            registry=registry,
        )
        self._quality = Histogram(
            "edgebox_analysis_quality",
            "Scores of analyses, 0 to 1.",
            buckets=QUALITY,
            registry=registry,
        )
        self._flags = counter(
            registry,
            "edgebox_analysis_flags",
            "Analyses that have a flag, by flag.",
            flag=(*FLAGS, OTHER),
        )
        self._tokens = counter(
            registry,
            "edgebox_client_tokens",
            "Tokens read and written for a client's work, cached ones included.",
            client=(),
            work=(),
        )

    def sends(self, role: Role, concurrency: Concurrency) -> None:
        """Publish what was learned of the server that answers for a role."""
        self.registry.register(_RemoteServer(role, concurrency))

    def knows(self, clients: Iterable[str]) -> None:
        """Begin the series of these clients at 0."""
        for client in clients:
            self._tokens.labels(self._clients.label(client), "batch")

    def began(self, trigger: str, waiting: int) -> None:
        """Count a run that begins with so many consultations."""
        if trigger in TRIGGERS:
            self._runs.labels(trigger).inc()
        self._size.set(waiting)

    def ended(self) -> None:
        """Note that no run is in progress."""
        self._size.set(0)

    def done(self, client: str, outcome: AnalysisOutcome | NothingToAnalyse, waited: float) -> None:
        """Count a result that was stored.

        Args:
            client: whose it is.
            outcome: the analysis.
            waited: seconds since the batch was accepted.
        """
        self._analyses.labels("done", "").inc()
        self._seconds.observe(outcome.processing_time)
        self._turnaround.observe(max(0.0, waited))
        if not isinstance(outcome, AnalysisOutcome):
            return
        self._quality.observe(outcome.quality.score)
        for flag in outcome.quality.flags:
            self._flags.labels(flag if flag in FLAGS else OTHER).inc()
        used = outcome.prompt_tokens + outcome.completion_tokens
        self._tokens.labels(self._clients.label(client), "batch").inc(used)

    def failed(self, code: str, number: int = 1) -> None:
        """Count consultations that failed for good, with one of FAILURES."""
        self._analyses.labels("failed", code).inc(number)

    def released(self) -> None:
        """Count an analysis that goes on later."""
        self._analyses.labels("released", "").inc()


class _RemoteServer(Collector):
    """The places at another server, looked up when they are written."""

    def __init__(self, role: Role, concurrency: Concurrency) -> None:
        self._role = role
        self._concurrency = concurrency

    def collect(self) -> Iterable[Metric]:
        """Yield the three families."""
        learned = self._concurrency
        for name, text, value in (
            (
                "edgebox_remote_concurrency",
                "Analyses that another server is sent at once: learned from its answers.",
                learned.limit,
            ),
            (
                "edgebox_remote_in_flight",
                "Analyses under way at another server.",
                learned.in_flight,
            ),
        ):
            gauge = GaugeMetricFamily(name, text, labels=("role",))
            gauge.add_metric((self._role,), value)
            yield gauge
        cuts = CounterMetricFamily(
            "edgebox_remote_concurrency_cuts",
            "How often another server was sent fewer at once: it refused or was silent (refused), "
            "or more of them did not end sooner (slower).",
            labels=("role", "reason"),
        )
        for reason, number in learned.cuts.items():
            cuts.add_metric((self._role, reason), number)
        yield cuts
