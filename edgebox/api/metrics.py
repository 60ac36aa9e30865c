"""Every Prometheus object of the API process.

A :class:`Metrics` owns its registry: the composition root builds one and passes
it on, so two boxes in one process (tests) never share a counter. What other
processes change (the backlog, the outbox, the engine) is read from its source at
each scrape, and set as gauges here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

from edgebox.ask.acknowledge import BY_TEMPLATE

if TYPE_CHECKING:
    from edgebox.ask.question import Answer

# Seconds. The default deadline needs its own edge at 3.0: the library's default
# buckets jump from 2.5 to 5 and could not tell a kept promise from a broken one.
LATENCY_BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 5.0, 10.0)

ASK_BUCKETS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 10.0, 15.0, 20.0, 30.0, 60.0)
"""Seconds, with edges at the promises for a first word and for the whole answer."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
"""A client may send any word of any length as its method: these are counted and logged by name."""


CLOSE_CODES = frozenset(
    {1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013}
    | {4400, 4401, 4403, 4408, 4409, 4429}
)
"""A peer may close with any number of four digits: these are counted by themselves."""


class Metrics:
    """Counters, gauges and histograms with the names that dashboards use.

    Args:
        version: of ``edgebox_build_info``.
    """

    def __init__(self, version: str = "") -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        Info("edgebox_build", "What runs here.", registry=self.registry).info({"version": version})
        self.http_requests = Counter(
            "edgebox_http_requests",
            "Answers, by method, route template and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.http_seconds = Histogram(
            "edgebox_http_request_seconds",
            "From the request's headers to the answer's last byte, by route template.",
            ("route",),
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.http_in_flight = Gauge(
            "edgebox_http_in_flight", "Requests being answered now.", registry=self.registry
        )
        self.connections_refused = Counter(
            "edgebox_connections_refused",
            "Connections that were refused or given up, by reason: connections, "
            "connections_per_peer (no place), silent, slow_header, not_http, unwanted_body, "
            "unread_answer, empty_frames (of a WebSocket).",
            ("reason",),
            registry=self.registry,
        )
        self.sockets = Gauge(
            "edgebox_sockets", "WebSockets that are open now.", registry=self.registry
        )
        self.socket_closes = Counter(
            "edgebox_socket_closes",
            "WebSockets that have ended, by the code of the close; 1006 without one.",
            ("code",),
            registry=self.registry,
        )
        self.quick_summaries = Counter(
            "edgebox_quick_summaries",
            "Quick summaries, by how they ended: success, partial, fallback, refused (box full), "
            "abandoned (the client hung up).",
            ("status",),
            registry=self.registry,
        )
        self.quick_seconds = Histogram(
            "edgebox_quick_summary_seconds",
            "From the request's arrival to the whole summary.",
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.quick_in_flight = Gauge(
            "edgebox_quick_in_flight", "Quick summaries being written now.", registry=self.registry
        )
        self.quick_cached_tokens = Counter(
            "edgebox_quick_cached_tokens",
            "Prompt tokens that the engine had read before.",
            registry=self.registry,
        )
        self.quick_prompt_tokens = Counter(
            "edgebox_quick_prompt_tokens",
            "Prompt tokens of quick summaries.",
            registry=self.registry,
        )
        self.asks = Counter(
            "edgebox_asks",
            "Questions, by how they ended: success, partial, fallback, no_evidence, no_content, "
            "failed, refused (box full), abandoned (the client hung up).",
            ("status",),
            registry=self.registry,
        )
        self.ask_first_seconds = Histogram(
            "edgebox_ask_first_seconds",
            "From a question's arrival to the acknowledgement or the first text, by whom it was: "
            "model or template.",
            ("by",),
            buckets=ASK_BUCKETS,
            registry=self.registry,
        )
        self.ask_answer_first_seconds = Histogram(
            "edgebox_ask_answer_first_seconds",
            "From a question's arrival to the first text of its answer.",
            buckets=ASK_BUCKETS,
            registry=self.registry,
        )
        self.ask_seconds = Histogram(
            "edgebox_ask_seconds",
            "From a question's arrival to the end of its answer.",
            buckets=ASK_BUCKETS,
            registry=self.registry,
        )
        self.ask_tokens = Counter(
            "edgebox_ask_tokens",
            "Tokens of questions, by role and kind: prompt, cached, completion.",
            ("role", "kind"),
            registry=self.registry,
        )
        self.ask_engine_seconds = Counter(
            "edgebox_ask_engine_seconds",
            "The engine's seconds for questions, by role.",
            ("role",),
            registry=self.registry,
        )
        self.ask_cache = Counter(
            "edgebox_ask_cache",
            "Questions, by whether the answer was known: hit, miss.",
            ("result",),
            registry=self.registry,
        )
        self.ask_retries = Counter(
            "edgebox_ask_retries", "Answers that were begun again.", registry=self.registry
        )
        self.feedback = Counter(
            "edgebox_feedback",
            "What people said of answers, by what (ask, summary, record) and rating (up, down).",
            ("what", "rating"),
            registry=self.registry,
        )
        self.consultations_accepted = Counter(
            "edgebox_consultations_accepted",
            "Consultations put on disk for analysis.",
            registry=self.registry,
        )
        self.pending = Gauge(
            "edgebox_consultations_pending",
            "Consultations waiting for analysis.",
            registry=self.registry,
        )
        self.oldest_pending_seconds = Gauge(
            "edgebox_oldest_pending_seconds",
            "How long the oldest of them has waited; 0 when none does.",
            registry=self.registry,
        )
        self.callbacks = Gauge(
            "edgebox_callbacks",
            "Callbacks in the outbox, by state.",
            ("state",),
            registry=self.registry,
        )
        self.store_up = Gauge(
            "edgebox_store_up",
            "1 when the database answered this scrape.",
            registry=self.registry,
        )
        self.store_jobs_waiting = Gauge(
            "edgebox_store_jobs_waiting",
            "Requests waiting for a thread to use the database, by pool (read, write, box).",
            ("pool",),
            registry=self.registry,
        )
        self.engine_up = Gauge(
            "edgebox_engine_up",
            "1 when the engine is ready.",
            registry=self.registry,
        )
        self.engine_rss_bytes = Gauge(
            "edgebox_engine_rss_bytes",
            "Resident memory of the engine; 0 when unknown.",
            registry=self.registry,
        )
        self.engine_model_bytes = Gauge(
            "edgebox_engine_model_bytes",
            "Memory of a role's model, by part (weights, kv); 0 while it is unloaded.",
            ("role", "part"),
            registry=self.registry,
        )
        self.engine_gpu_bytes = Gauge(
            "edgebox_engine_gpu_bytes",
            "Memory of a GPU, by its place and name, and kind (total, used by whomever).",
            ("gpu", "name", "kind"),
            registry=self.registry,
        )
        self.engine_tokens_per_second = Gauge(
            "edgebox_engine_tokens_per_second",
            "Speeds that the engine measured at its start, by role and kind.",
            ("role", "kind"),
            registry=self.registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one HTTP answer; ``route`` is the template, never the path."""
        label = method if method in METHODS else "other"
        self.http_requests.labels(label, route, str(status)).inc()
        self.http_seconds.labels(route).observe(seconds)

    def socket_closed(self, code: int) -> None:
        """Count a WebSocket that has ended."""
        self.socket_closes.labels(str(code) if code in CLOSE_CODES else "other").inc()

    def quick_done(
        self, status: str, seconds: float, *, prompt_tokens: int, cached_tokens: int
    ) -> None:
        """Count one quick summary that was sent."""
        self.quick_summaries.labels(status).inc()
        self.quick_seconds.observe(seconds)
        self.quick_prompt_tokens.inc(prompt_tokens)
        self.quick_cached_tokens.inc(cached_tokens)

    def ask_done(self, end: Answer, *, cached: bool) -> None:
        """Count one question that was answered."""
        self.asks.labels(end.status).inc()
        self.ask_cache.labels("hit" if cached else "miss").inc()
        self.ask_retries.inc(end.retries)
        timing = end.timing
        if timing.first is not None:
            template = end.acknowledged is not None and end.acknowledged.by == BY_TEMPLATE
            self.ask_first_seconds.labels("template" if template else "model").observe(timing.first)
        if timing.answer_first is not None:
            self.ask_answer_first_seconds.observe(timing.answer_first)
        self.ask_seconds.observe(timing.total)
        for role, used in end.usage.items():
            self.ask_tokens.labels(role, "prompt").inc(used.prompt_tokens)
            self.ask_tokens.labels(role, "cached").inc(used.cached_tokens)
            self.ask_tokens.labels(role, "completion").inc(used.completion_tokens)
            self.ask_engine_seconds.labels(role).inc(used.engine_seconds)

    def render(self) -> bytes:
        """Return the text exposition format."""
        return generate_latest(self.registry)
