"""Adds what the counters of a process grew by to the daily sums of the store.

The counters are those of the metrics, so that the sums and the dashboards are of one source. What
was read of them last is stored with the sums, in one transaction, so a process that starts again
continues where it was. The engine has no way to the store; the worker reads the file of its
metrics. So a restart of the worker and a stop of the engine lose nothing. An engine that is killed
loses the five seconds since its last file, an API or a worker what it counted in its last minute.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from prometheus_client.parser import text_string_to_metric_families

from edgebox.errors import EdgeBoxError, where
from edgebox.exposition import KINDS
from edgebox.store.spending import Item
from edgebox.system.files import open_file
from edgebox.system.times import in_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from prometheus_client.metrics_core import Metric

    from edgebox.store.spending import Spending

log = logging.getLogger("edgebox.ledger")

PERIOD = 60.0
"""Seconds between two entries."""
LOOK = 5.0
"""Seconds between two looks at the counters: as often as the engine writes them."""
LONGEST = 1_000_000
LAST = "engine.last"
"""The file that an engine leaves when it stops."""

_NOT_DONE = ("refused", "abandoned", "failed")
_MOST_ITEMS = 500
"""Of one process: an engine has some 60."""


@dataclass(frozen=True)
class Reading:
    """Totals of a process.

    Attributes:
        started: when it started, in Unix seconds: its name here, never compared in order, because
            a clock may have been set.
        totals: since then.
        ended: it runs no more.
    """

    started: float
    totals: Mapping[Item, float]
    ended: bool = False


class Source(Protocol):
    """Something that counts."""

    def __call__(self) -> Iterable[Reading]:
        """Return what it has now, a process that ended before its successor."""


def of_registry(collect: Callable[[], Iterable[Metric]], started: float) -> Source:
    """Return this process's own counters as a source."""
    return lambda: [Reading(started, _totals(collect()))]


def of_engine(folder: Path) -> Source:
    """Return the engine's counters as a source: of one that stopped, and of one that runs."""

    def read() -> Iterable[Reading]:
        found = (_of_file(folder / LAST, ended=True), _of_file(folder / "engine.prom"))
        return [reading for reading in found if reading is not None]

    return read


class Ledger:
    """Enters one source. Use it from one thread at a time.

    Args:
        spending: the sums.
        name: of the source.
        source: what it counts.
        look_every: seconds; the process may be gone at the next entry, with what it counted.
        clock: Unix seconds.
    """

    def __init__(
        self,
        spending: Spending,
        name: str,
        source: Source,
        *,
        look_every: float = PERIOD,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._spending = spending
        self._name = name
        self._source = source
        self._look_every = look_every
        self._clock = clock
        self._seen: dict[float, Reading] = {}
        self._entered: tuple[float, Mapping[Item, float]] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)

    def look(self) -> None:
        """Read the source, and keep it until the next entry."""
        for reading in self._source():
            # An engine that ended is entered once: as the one that was read last.
            if reading.ended and reading.started not in self._seen:
                before = self._spending.read_of(self._name)
                if before is None or before[0] != reading.started:
                    continue
            self._seen[reading.started] = reading

    def enter(self) -> None:
        """Add what was seen to the sums.

        Raises:
            EdgeBoxError: the store cannot be written; the next entry has it too.
        """
        self.look()
        day = in_zone(self._clock()).date().isoformat()
        for started, reading in list(self._seen.items()):  # in the order in which they were seen
            self._enter(day, reading)
            del self._seen[started]

    def _enter(self, day: str, reading: Reading) -> None:
        # Our own memory first: a second process of this name would have taken our place there.
        before = self._entered
        if before is None or before[0] != reading.started:
            before = self._spending.read_of(self._name)
        grown = _grown(reading, before)
        if not grown and before and before[0] == reading.started:
            return
        totals = _known(reading, before)
        self._spending.add(day, grown, source=self._name, started=reading.started, totals=totals)
        self._entered = (reading.started, totals)

    def start(self) -> None:
        """Look and enter from now on, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Enter what there is, and end."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        entered = time.monotonic()
        while not self._ended.wait(self._look_every):
            self._try(self.look)
            if time.monotonic() - entered >= PERIOD:
                entered = time.monotonic()
                self._try(self.enter)
        self._try(self.enter)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except EdgeBoxError as error:
            log.warning("what was spent is not entered yet: %s", error.detail)
        except Exception as error:  # noqa: BLE001 - counting must not fail what is counted
            log.error("what was spent is not entered: %s", where(error))  # noqa: TRY400


def _since_another(item: Item) -> bool:
    """Return whether it counts since the driver was loaded, not since the process started."""
    return item.what == "joules" and item.kind == "nvml"


def _known(
    reading: Reading, before: tuple[float, Mapping[Item, float]] | None
) -> dict[Item, float]:
    """Return what is to be remembered: also of a card that does not answer now.

    What fell although its process still runs was seen while the clock was another.
    """
    started, totals = before or (None, {})
    known = dict(reading.totals)
    for item, total in totals.items():
        if _since_another(item):
            known.setdefault(item, total)
        elif reading.started == started:
            known[item] = max(total, known.get(item, 0.0))
    return known


def _grown(
    reading: Reading, before: tuple[float, Mapping[Item, float]] | None
) -> dict[Item, float]:
    """Return what was not entered yet: all of a process that was not read before."""
    started, totals = before or (None, {})
    again = reading.started == started
    grown = {}
    for item, total in reading.totals.items():
        if _since_another(item):
            base = totals.get(item, total)  # the first time, nothing of it is ours
            base = base if base <= total else 0.0
        else:
            base = totals.get(item, 0.0) if again else 0.0
        if total > base:
            grown[item] = total - base
    return grown


def _totals(families: Iterable[Metric]) -> dict[Item, float]:
    found: dict[Item, float] = {}
    for family in families:
        for sample in family.samples:
            item = _item(sample.name, sample.labels)
            if item is not None and 0 < sample.value < math.inf:
                found[item] = found.get(item, 0.0) + sample.value
    return found


def _item(name: str, labels: Mapping[str, str]) -> Item | None:
    """Return what a sample counts, or None where it is not entered."""
    make = _ITEMS.get(name)
    item = None if make is None else make(labels)
    return None if item is None or not item.is_word else item


def _done(what: str) -> Callable[[Mapping[str, str]], Item | None]:
    return lambda labels: None if labels["status"] in _NOT_DONE else Item(what)


def _of_client(what: str) -> Callable[[Mapping[str, str]], Item | None]:
    return lambda labels: Item(what, kind=labels["work"], client=labels["client"])


_ITEMS: dict[str, Callable[[Mapping[str, str]], Item | None]] = {
    "edgebox_engine_busy_seconds_total": lambda of: Item(
        "busy_seconds", of["role"], of["phase"], of["class"]
    ),
    "edgebox_engine_tokens_total": lambda of: Item("tokens", of["role"], of["kind"], of["class"]),
    # What is assumed is computed when it is read, from the watts of that day.
    "edgebox_energy_joules_total": lambda of: (
        None if of["source"] == "assumed" else Item("joules", of["device"], of["source"])
    ),
    "edgebox_analyses_total": lambda of: Item("analyses") if of["result"] == "done" else None,
    "edgebox_quick_summaries_total": _done("summaries"),
    "edgebox_live_drafts_total": _done("summaries"),
    "edgebox_asks_total": _done("questions"),
    "edgebox_client_requests_total": _of_client("client_requests"),
    "edgebox_client_tokens_total": _of_client("client_tokens"),
}


def _of_file(path: Path, *, ended: bool = False) -> Reading | None:
    """Return what an engine has written, or None where it has not, or not as an engine does."""
    try:
        with os.fdopen(open_file(path), "rb") as file:
            text = file.read(LONGEST)
            written = os.fstat(file.fileno()).st_mtime
        families = [
            family
            for family in text_string_to_metric_families(text.decode())
            if family.name.startswith(KINDS["engine"].beginnings)
        ]
        [started] = [
            sample.value
            for family in families
            for sample in family.samples
            if sample.name == "edgebox_process_start_time_seconds"
        ]
        totals = _totals(families)
    except (OSError, ValueError, KeyError):
        return None
    if len(totals) > _MOST_ITEMS:
        return None
    # A clock that was set forward since it started, as on a box that boots in 1970, makes it old.
    uptime = time.clock_gettime(time.CLOCK_BOOTTIME)
    on = {Item("on_seconds"): max(0.0, min(written - started, uptime))}
    return Reading(started, totals | on, ended)
