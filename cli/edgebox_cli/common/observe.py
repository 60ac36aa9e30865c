"""The state of the box as seen from outside: its processes, and the API's own figures.

A process that is down is a result here, not an error.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from edgebox.contract.paths import Paths
from edgebox.engine_client.local import LocalEngine
from edgebox.errors import EngineError
from edgebox.system import worker_lock
from edgebox.system.listeners import foreign_listener
from edgebox.system.tls import client_context, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Settings

_LEARNED = ("edgebox_remote_concurrency", "edgebox_remote_in_flight")

FEW = 10
"""Below this many samples, do not interpolate within a bucket; report its upper bound."""


def worker_running(state_dir: Path) -> bool:
    """Return whether a worker holds the state folder's lock."""
    return worker_lock.is_held(state_dir)


def ask_engine(settings: Settings, *, timeout: float) -> EngineHealth:
    """Ask the engine for its health.

    Raises:
        EngineError: it does not answer within ``timeout`` seconds.
    """

    async def ask() -> EngineHealth:
        engine = LocalEngine(settings)  # the key of another server is not needed for it
        try:
            return await engine.health(timeout)
        finally:
            await engine.http.aclose()

    return asyncio.run(ask())


def engine_health(settings: Settings) -> EngineHealth | None:
    """Return the engine's health, or None when it does not answer."""
    try:
        return ask_engine(settings, timeout=2.0)
    except EngineError:
        return None


def readiness(settings: Settings) -> dict[str, Any] | None:
    """Ask the API's ``/readyz`` for the states of its parts, {"store": ..., "engine": ...}.

    Returns:
        None when nothing answers on the API's port; an empty mapping when another program, or
        another user's, answers; {"certificate": reason} when the answer comes with another
        certificate than the configured one.

    Raises:
        ConfigError: the configured certificate cannot be read.
    """
    if foreign_listener(settings.api.local_url, settings.state_dir) is not None:
        return {}
    verify = client_context(settings.api.tls_cert)
    url = f"{settings.api.local_url}{Paths.READY}"
    try:
        answer = httpx.get(url, timeout=3.0, trust_env=False, verify=verify)
    except httpx.ConnectError as error:
        reason = refusal(error)
        return {"certificate": reason} if reason else None
    except httpx.RemoteProtocolError:
        return {}  # another protocol, such as TLS where the settings have none
    except httpx.HTTPError:
        return None
    try:
        parts = answer.json()["parts"]
    except (ValueError, KeyError, TypeError):
        return {}
    return parts if isinstance(parts, dict) else {}


@dataclass(frozen=True)
class Quantile:
    """A quantile read from a histogram, in seconds.

    Attributes:
        seconds: the value, or the upper bound of its bucket (infinite above the last one).
        exact: False where ``seconds`` is only a bound.
    """

    seconds: float
    exact: bool

    def __str__(self) -> str:
        if math.isinf(self.seconds):
            return "over the last bucket"
        return f"{self.seconds:.2f} s" if self.exact else f"≤ {self.seconds:g} s"


@dataclass(frozen=True)
class QuickFigures:
    """The quick summaries since the API started, and what the worker learned of other servers.

    Attributes:
        remote: by role, the analyses that another server is sent at once and those under way.
    """

    count: int
    p50: Quantile | None
    p95: Quantile | None
    statuses: dict[str, int]
    api_rss_bytes: int | None
    remote: dict[str, tuple[int, int]] = field(default_factory=dict)


def quick_figures(exposition: str) -> QuickFigures:
    """Read the figures from the text of the API's ``/metrics``."""
    buckets: list[tuple[float, float]] = []
    statuses: dict[str, int] = {}
    rss = None
    learned: dict[str, dict[str, int]] = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            if sample.name == "slm_response_time_bucket":  # over all statuses
                buckets.append((float(sample.labels["le"]), sample.value))
            elif sample.name == "edgebox_quick_summaries_total" and sample.value:
                statuses[sample.labels["status"]] = int(sample.value)
            elif sample.name == "process_resident_memory_bytes":
                rss = int(sample.value)
            elif sample.name in _LEARNED:
                learned.setdefault(sample.labels["role"], {})[sample.name] = int(sample.value)
    buckets.sort()
    count = int(buckets[-1][1]) if buckets else 0
    p50, p95 = quantile(buckets, 0.5), quantile(buckets, 0.95)
    limit, under_way = _LEARNED
    remote = {
        role: (found[limit], found.get(under_way, 0))
        for role, found in learned.items()
        if limit in found
    }
    return QuickFigures(count, p50, p95, statuses, rss, remote)


def quantile(buckets: Iterable[tuple[float, float]], q: float) -> Quantile | None:
    """Return the quantile ``q`` (0 to 1) of a histogram, or None when it has no samples.

    The value is interpolated within its bucket as Prometheus does.

    Args:
        buckets: (upper bound in seconds, samples up to it), ascending, the last infinite.
    """
    ordered = list(buckets)
    if not ordered or ordered[-1][1] <= 0:
        return None
    rank = q * ordered[-1][1]
    lower = below = 0.0
    for edge, upto in ordered:
        if upto >= rank and upto > below:
            inside = upto - below
            if math.isinf(edge) or inside < FEW:
                return Quantile(edge, exact=False)
            return Quantile(lower + (edge - lower) * (rank - below) / inside, exact=True)
        lower, below = edge, upto
    return None
