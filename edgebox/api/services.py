"""The objects that the endpoints share; the composition root builds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.system.log_shipping import LOGS, Places

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.api.auth import Gate
    from edgebox.api.body import BodyReader
    from edgebox.api.line_limit import LineLimit
    from edgebox.api.live_parts import LiveParts
    from edgebox.api.metrics import Metrics
    from edgebox.api.read_audit import ReadAudit
    from edgebox.api.refused_keys import RefusedKeys
    from edgebox.api.threads import Threads
    from edgebox.ask.asks import Asks
    from edgebox.consultation.engine_monitor import EngineMonitor
    from edgebox.consultation.forgetting import Forgetting
    from edgebox.consultation.quick import QuickSummaries
    from edgebox.settings import Settings
    from edgebox.store.db import Store


@dataclass(frozen=True, slots=True)
class Services:
    """All that an endpoint may need.

    Attributes:
        settings: the administrator's.
        store: blocking; only through ``threads``.
        monitor: the engine's health.
        quick: admission and the race against the deadline.
        asks: questions about calls.
        forgetting: has the engine forget calls.
        live: calls in progress.
        gate: keys and rates.
        refused: reports the keys that the gate refused.
        reads: writes into the audit who reads what.
        bodies: reads JSON bodies.
        threads: for what blocks.
        metrics: counters.
        lines: limits the log lines that anyone can cause.
        wake: wakes the worker; blocking.
        deliver: has the worker send callbacks that are due; blocking.
        own_ports: TCP ports that callbacks must not go to.
        clock: Unix seconds.
        monotonic: seconds that never jump.
        certificate_until: returns when the certificate that is served expires, in Unix seconds.
        logs: where rsyslog's queue is, if it sends records to a log server.
    """

    settings: Settings
    store: Store
    monitor: EngineMonitor
    quick: QuickSummaries
    asks: Asks
    forgetting: Forgetting
    live: LiveParts
    gate: Gate
    refused: RefusedKeys
    reads: ReadAudit
    bodies: BodyReader
    threads: Threads
    metrics: Metrics
    lines: LineLimit
    wake: Callable[[], None]
    deliver: Callable[[], None]
    own_ports: frozenset[int]
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    certificate_until: Callable[[], float | None]
    logs: Places = LOGS
