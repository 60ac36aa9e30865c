"""What can be seen of the box from beside it: processes, and the API's own figures.

Nothing here raises because something is down; that is what it is there to tell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Settings

FEW = 10
"""With fewer samples in a bucket, a place inside it means nothing: its edge is told."""


def worker_running(state_dir: Path) -> bool:
    """Whether a worker holds the state folder's lock."""
    from edgebox.system import worker_lock

    return worker_lock.is_held(state_dir)


def engine_health(settings: Settings) -> EngineHealth | None:
    """The engine's own account of itself; None when it does not answer."""
    import asyncio

    from edgebox.engine_client import EngineClient
    from edgebox.errors import EngineError

    async def ask() -> EngineHealth | None:
        client = EngineClient(settings)
        try:
            return await client.health(timeout=2.0)
        except EngineError:
            return None
        finally:
            await client.aclose()

    return asyncio.run(ask())


def readiness(settings: Settings) -> dict[str, Any] | None:
    """What ``/readyz`` says: {"store", "engine"} and their states.

    Returns:
        None when nothing answers on the API's port; empty when something answers that is
        not EdgeBox; {"certificate": why} when what answers does not show the configured
        certificate.

    Raises:
        ConfigError: the configured certificate cannot be read.
    """
    import httpx

    from edgebox.system.tls import client_context, refusal

    verify = client_context(settings.api.tls_cert)
    url = f"{settings.api.local_url}/readyz"
    try:
        answer = httpx.get(url, timeout=3.0, trust_env=False, verify=verify)
    except httpx.ConnectError as error:
        reason = refusal(error)
        return {"certificate": reason} if reason else None
    except httpx.RemoteProtocolError:
        return {}  # it speaks something else, such as TLS where the settings have none
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

    ``exact`` is False where only a bound is known: the value is then the bucket's upper
    edge (infinite above the last one).
    """

    seconds: float
    exact: bool

    def __str__(self) -> str:
        if math.isinf(self.seconds):
            return "over the last bucket"
        return f"{self.seconds:.2f} s" if self.exact else f"≤ {self.seconds:g} s"


@dataclass(frozen=True)
class QuickFigures:
    """The quick summaries since the API started."""

    count: int
    p50: Quantile | None
    p95: Quantile | None
    statuses: dict[str, int]
    api_rss_bytes: int | None


def quick_figures(exposition: str) -> QuickFigures:
    """Read the API's ``/metrics``."""
    from prometheus_client.parser import text_string_to_metric_families

    buckets: list[tuple[float, float]] = []
    statuses: dict[str, int] = {}
    rss = None
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            if sample.name == "edgebox_quick_summary_seconds_bucket":
                buckets.append((float(sample.labels["le"]), sample.value))
            elif sample.name == "edgebox_quick_summaries_total":
                statuses[sample.labels["status"]] = int(sample.value)
            elif sample.name == "process_resident_memory_bytes":
                rss = int(sample.value)
    buckets.sort()
    count = int(buckets[-1][1]) if buckets else 0
    return QuickFigures(count, quantile(buckets, 0.5), quantile(buckets, 0.95), statuses, rss)


def quantile(buckets: Iterable[tuple[float, float]], q: float) -> Quantile | None:
    """A quantile of a histogram.

    Args:
        buckets: (upper edge in seconds, samples up to it), ascending, the last infinite.
        q: 0 to 1.

    Returns:
        Interpolated within its bucket as Prometheus does; None without samples.
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
