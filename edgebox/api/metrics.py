"""What the API counts.

A :class:`Metrics` owns its registry: the composition root builds one and passes
it on, so two boxes in one process (tests) never share a counter. What is looked up
at each scrape, and what other processes count, is in ``scrape.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    generate_latest,
)

from edgebox.api.refusals import KINDS
from edgebox.ask.acknowledge import BY_TEMPLATE
from edgebox.ask.question import Status as AskStatus
from edgebox.consultation.quick_result import FallbackReason
from edgebox.consultation.quick_result import Status as QuickStatus
from edgebox.contract.asks import Rated, Rating
from edgebox.contract.paths import Paths
from edgebox.counting import ClientNames, OwnProcess, ProcessOf, counter
from edgebox.settings import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgebox.ask.question import Answer
    from edgebox.consultation.quick_result import QuickResult

LATENCY_BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 5.0, 10.0)
"""Seconds. The deadline is always an edge too: a kept promise must differ from a broken one."""

FIRST_TEXT_BUCKETS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)

ASK_BUCKETS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 10.0, 15.0, 20.0, 30.0, 60.0)
"""Seconds, with edges at the promises for a first word and for the whole answer."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

PROBES = frozenset({Paths.ALIVE, Paths.READY, Paths.METRICS})
"""Routes of machines that ask every few seconds. They are counted apart: among the requests they
would dilute every share of errors."""

FIRST_STATUSES = (200, 401, 429, 500, 503)
"""Each route of the interface has these from the start; the others come when they occur."""

JOBS = ("quick", "batch", "ask")

REFUSED_CONNECTIONS = (
    "connections",
    "connections_per_peer",
    "silent",
    "slow_header",
    "not_http",
    "unwanted_body",
    "unread_answer",
    "empty_frames",
)

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
        llama_cpp: the version of its binding, for the same.
        deadline: seconds of a quick summary.
    """

    def __init__(self, version: str = "", *, llama_cpp: str = "", deadline: float = 3.0) -> None:
        self.registry = registry = CollectorRegistry()
        self._deadline = deadline
        latency = tuple(sorted({*LATENCY_BUCKETS, deadline}))
        OwnProcess(registry=registry)
        registry.register(ProcessOf("api"))
        Info("edgebox_build", "What runs here.", registry=registry).info(
            {"version": version, "llama_cpp": llama_cpp}
        )
        self.clients = ClientNames()
        self.http_requests = Counter(
            "edgebox_http_requests",
            "Answers, by method, route template and status, but those to probes.",
            ("method", "route", "status"),
            registry=registry,
        )
        self.http_seconds = Histogram(
            "edgebox_http_request_seconds",
            "From the request's headers to the answer's last byte, by route template.",
            ("route",),
            buckets=latency,
            registry=registry,
        )
        self.probes = counter(
            registry,
            "edgebox_probe_requests",
            "Answers to probes (/healthz, /readyz, /metrics), by route and status.",
            route=sorted(PROBES),
            status=("200", "503"),
        )
        self.success = counter(
            registry,
            "api_success_rate",
            "A name of the design: requests of the interface by result. success: 1xx to 3xx; "
            "failure: 5xx. Those of 4xx are the client's and in neither.",
            result=("success", "failure"),
        )
        self.auth_refused = counter(
            registry,
            "edgebox_auth_refused",
            "Requests that were refused for their key, by what was wrong with it.",
            reason=KINDS,
        )
        self.logins = counter(
            registry,
            "edgebox_logins",
            "Logins of people, by result. locked: too many wrong tries; busy: too many at once.",
            result=("success", "refused", "locked", "busy"),
        )
        self.client_requests = counter(
            registry,
            "edgebox_client_requests",
            "Requests that were read, by client (50 by name, then other) and work.",
            client=(),
            work=(),
        )
        self.client_tokens = counter(
            registry,
            "edgebox_client_tokens",
            "Tokens read and written for a client's work, cached ones included.",
            client=(),
            work=(),
        )
        self.http_in_flight = Gauge(
            "edgebox_http_in_flight", "Requests being answered now.", registry=registry
        )
        self.connections_refused = counter(
            registry,
            "edgebox_connections_refused",
            "Connections that were refused or given up, by reason: connections, "
            "connections_per_peer (no place), silent, slow_header, not_http, unwanted_body, "
            "unread_answer, empty_frames (of a WebSocket).",
            reason=REFUSED_CONNECTIONS,
        )
        self.sockets = Gauge("edgebox_sockets", "WebSockets that are open now.", registry=registry)
        self.socket_closes = counter(
            registry,
            "edgebox_socket_closes",
            "WebSockets that have ended, by the code of the close; 1006 without one.",
            code=(*map(str, sorted(CLOSE_CODES)), "other"),
        )
        self.quick_summaries = counter(
            registry,
            "edgebox_quick_summaries",
            "Quick summaries, by how they ended: success, partial, fallback, no_content (nothing "
            "was said in the call), refused (box full), abandoned (the client hung up).",
            status=(*get_args(QuickStatus), "refused", "abandoned"),
        )
        self.quick_seconds = Histogram(
            "edgebox_quick_seconds",
            "From the request's arrival to the whole summary, by how it ended.",
            ("status",),
            buckets=latency,
            registry=registry,
        )
        for status in get_args(QuickStatus):
            self.quick_seconds.labels(status)
        self.live_drafts = counter(
            registry,
            "edgebox_live_drafts",
            "Drafts of the summaries of calls in progress, by status: success, partial, fallback, "
            "no_content.",
            status=get_args(QuickStatus),
        )
        self.quick_late = counter(
            registry,
            "edgebox_quick_late",
            "Quick summaries whose last byte left after the deadline.",
        )
        self.quick_first_text = Histogram(
            "edgebox_quick_first_text_seconds",
            "From the request's arrival to the model's first text.",
            buckets=FIRST_TEXT_BUCKETS,
            registry=registry,
        )
        self.quick_fallbacks = counter(
            registry,
            "edgebox_quick_fallbacks",
            "Summaries that no model wrote, by reason: engine_down, no_time, no_text (it wrote "
            "nothing that says something), leak (the prompt's own words), number (never said), "
            "language (another than the call's), repetition.",
            reason=get_args(FallbackReason),
        )
        self.quick_truncated = counter(
            registry,
            "edgebox_quick_truncated",
            "Summaries of calls of which a part was left out.",
        )
        self.quick_characters = counter(
            registry,
            "edgebox_quick_characters",
            "Characters of calls that were summarised, by part: read, dropped.",
            part=("read", "dropped"),
        )
        self.quick_cached_tokens = Counter(
            "edgebox_quick_cached_tokens",
            "Prompt tokens that the engine had read before.",
            registry=registry,
        )
        self.quick_prompt_tokens = Counter(
            "edgebox_quick_prompt_tokens",
            "Prompt tokens of quick summaries.",
            registry=registry,
        )
        self.asks = counter(
            registry,
            "edgebox_asks",
            "Questions, by how they ended: success, partial, fallback, no_evidence, no_content, "
            "failed, refused (box full), abandoned (the client hung up).",
            status=(*get_args(AskStatus), "refused", "abandoned"),
        )
        self.ask_first_seconds = Histogram(
            "edgebox_ask_first_seconds",
            "From a question's arrival to the acknowledgement or the first text, by whom it was: "
            "model or template.",
            ("by",),
            buckets=ASK_BUCKETS,
            registry=registry,
        )
        for by in ("model", "template"):
            self.ask_first_seconds.labels(by)
        self.ask_answer_first_seconds = Histogram(
            "edgebox_ask_answer_first_seconds",
            "From a question's arrival to the first text of its answer.",
            buckets=ASK_BUCKETS,
            registry=registry,
        )
        self.ask_seconds = Histogram(
            "edgebox_ask_seconds",
            "From a question's arrival to the end of its answer.",
            buckets=ASK_BUCKETS,
            registry=registry,
        )
        self.ask_tokens = counter(
            registry,
            "edgebox_ask_tokens",
            "Tokens of questions, by role and kind: prompt, cached (of the prompts), completion.",
            role=ROLES,
            kind=("prompt", "cached", "completion"),
        )
        self.ask_engine_seconds = counter(
            registry,
            "edgebox_ask_engine_seconds",
            "The engine's seconds for questions, by role.",
            role=ROLES,
        )
        self.ask_cache = counter(
            registry,
            "edgebox_ask_cache",
            "Questions, by whether the answer was known: hit, miss.",
            result=("hit", "miss"),
        )
        self.ask_retries = Counter(
            "edgebox_ask_retries", "Answers that were begun again.", registry=registry
        )
        self.feedback = counter(
            registry,
            "edgebox_feedback",
            "What people said of answers, by what (ask, summary, record) and rating (up, down).",
            what=get_args(Rated),
            rating=get_args(Rating),
        )
        self.consultations_accepted = Counter(
            "edgebox_consultations_accepted",
            "Consultations put on disk for analysis.",
            registry=registry,
        )

    def knows_route(self, method: str, route: str) -> None:
        """Begin the counts of a route of the interface at 0; no alert waits for its times."""
        if route.startswith("/api/"):
            for status in FIRST_STATUSES:
                self.http_requests.labels(method, route, str(status))

    def knows_clients(self, clients: Iterable[str]) -> None:
        """Begin the series of these clients at 0."""
        for client in clients:
            for job in JOBS:
                self.client_requests.labels(self.clients.label(client), job)
                if job != "batch":  # the worker knows what an analysis took
                    self.client_tokens.labels(self.clients.label(client), job)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one HTTP answer; ``route`` is the template, never the path."""
        if route in PROBES:
            self.probes.labels(route, str(status)).inc()
            return
        label = method if method in METHODS else "other"
        self.http_requests.labels(label, route, str(status)).inc()
        self.http_seconds.labels(route).observe(seconds)
        if not route.startswith("/api/"):
            return
        if status < 400:
            self.success.labels("success").inc()
        elif status >= 500:
            self.success.labels("failure").inc()
        if route == Paths.QUICK_SUMMARY and status == 200 and seconds > self._deadline:
            self.quick_late.inc()

    def asked(self, client: str, job: str) -> None:
        """Count a request of a client that was read; ``job`` is one of JOBS."""
        self.client_requests.labels(self.clients.label(client), job).inc()

    def socket_closed(self, code: int) -> None:
        """Count a WebSocket that has ended."""
        self.socket_closes.labels(str(code) if code in CLOSE_CODES else "other").inc()

    def quick_done(self, result: QuickResult, client: str) -> None:
        """Count one quick summary that was made."""
        self.quick_summaries.labels(result.status).inc()
        self.quick_seconds.labels(result.status).observe(result.processing_time)
        self.quick_prompt_tokens.inc(result.prompt_tokens)
        self.quick_cached_tokens.inc(result.cached_tokens)
        self.quick_truncated.inc(result.truncated)
        self.quick_characters.labels("read").inc(result.characters_used)
        self.quick_characters.labels("dropped").inc(result.characters - result.characters_used)
        if result.first_text_seconds is not None:
            self.quick_first_text.observe(result.first_text_seconds)
        if result.fallback_reason is not None:
            self.quick_fallbacks.labels(result.fallback_reason).inc()
        self._used(client, "quick", result.prompt_tokens + result.completion_tokens)

    def draft_done(self, result: QuickResult, client: str) -> None:
        """Count one draft of a call in progress; nobody was promised it in time."""
        self.live_drafts.labels(result.status).inc()
        self._used(client, "quick", result.prompt_tokens + result.completion_tokens)

    def _used(self, client: str, work: str, tokens: int) -> None:
        self.client_tokens.labels(self.clients.label(client), work).inc(tokens)

    def render(self) -> bytes:
        """Return what this object counts, in the text format."""
        return generate_latest(self.registry)

    def ask_done(self, end: Answer, *, cached: bool, client: str) -> None:
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
            self._used(client, "ask", used.prompt_tokens + used.completion_tokens)
