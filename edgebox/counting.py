"""What the processes count with: counters that begin at 0, bounded labels, their own resources."""

from __future__ import annotations

import time
from itertools import product
from typing import TYPE_CHECKING

from prometheus_client import Counter, ProcessCollector, disable_created_metrics
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.registry import CollectorRegistry

# A third of all series, and the text format has no use for them.
disable_created_metrics()  # type: ignore[no-untyped-call]


class OwnProcess(ProcessCollector):
    """The standard metrics of this process, with a start that is right in a sandbox too.

    The library reads the boot's time from ``/proc/stat``, which ``ProcSubset=pid`` hides: the
    start would be seconds since the boot.
    """

    def _boot_time(self) -> float:
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


class ProcessOf(Collector):
    """Processor time, memory and start of this process, under names that all processes share.

    Args:
        process: api, engine or worker.
    """

    _KEPT = ("process_cpu_seconds", "process_resident_memory_bytes", "process_start_time_seconds")
    _HELP = (
        "Processor seconds of a process of the box.",
        "Resident memory of a process of the box.",
        "When a process of the box started, in Unix seconds.",
    )

    def __init__(self, process: str) -> None:
        self._labels = {"process": process}
        self._own = OwnProcess(registry=None)

    def collect(self) -> Iterable[Metric]:
        """Yield the three families."""
        helps = dict(zip(self._KEPT, self._HELP, strict=True))
        for family in self._own.collect():
            if family.name in helps:
                shared = Metric(f"edgebox_{family.name}", helps[family.name], family.type)
                for sample in family.samples:
                    shared.add_sample(f"edgebox_{sample.name}", self._labels, sample.value)
                yield shared


def counter(registry: CollectorRegistry, name: str, text: str, **labels: Iterable[str]) -> Counter:
    """Return a counter with a series of 0 for every combination of these label values.

    A series that is born at 1 has no increase: the first event after a start would not be seen.

    Args:
        registry: where it is.
        name: without ``_total``.
        text: its help.
        labels: the values of each label; empty where they are not known yet.
    """
    made = Counter(name, text, tuple(labels), registry=registry)
    for values in product(*labels.values()) if labels else ():
        made.labels(*values)
    return made


class ClientNames:
    """The labels of clients: each its own, up to a limit, then ``other``.

    Args:
        limit: how many have a label of their own: those that were met first.
    """

    OTHER = "other"

    def __init__(self, limit: int = 50) -> None:
        self._limit = limit
        self._known: set[str] = set()

    def label(self, client: str) -> str:
        """Return the label of a registered client."""
        if client not in self._known:
            if len(self._known) >= self._limit:
                return self.OTHER
            self._known.add(client)
        return client
