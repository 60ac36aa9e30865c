"""How the metrics of all processes become the one answer of ``/metrics``.

Each process counts in a registry of its own and writes it into a file every few seconds. The API
adds the files that are young enough to its answer, so the series of a process that died go away
instead of keeping their last value. prometheus_client's multiprocess mode is not used: it has no
process metrics, no infos and no collectors. More ports are not possible: the engine has no network.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from edgebox.errors import where
from edgebox.system import worker_lock
from edgebox.system.files import leave_bytes, open_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from prometheus_client.registry import CollectorRegistry

log = logging.getLogger("edgebox")

PERIOD = 5.0
"""Seconds between two writes of a process that runs."""

FRESH = 30.0
"""Seconds after which the file of such a process is that of a dead one."""

LONGEST = 1_000_000
MOST_SAMPLES = 2000
"""Bytes and samples that are taken from a file."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TYPES = frozenset({"counter", "gauge", "histogram"})
_PROCESS = "edgebox_process_"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a process or a command publishes.

    Attributes:
        beginnings: of the names of its families. Others in its file are dropped, so that a process
            cannot speak for another: the engine reads files from outside.
        runs: whether it runs all the time. A command leaves its last file for ever.
    """

    beginnings: tuple[str, ...]
    runs: bool = True


KINDS = {
    "engine": Kind(
        ("edgebox_engine_", "edgebox_model_info", "edgebox_energy_", "edgebox_gpu_", _PROCESS)
    ),
    "worker": Kind(
        (
            "edgebox_analys",
            "edgebox_batch_",
            "edgebox_remote_",
            "edgebox_callback_",
            "edgebox_client_tokens",
            _PROCESS,
        )
    ),
    "doctor": Kind(("edgebox_doctor_",), runs=False),
    "backup": Kind(("edgebox_backup_",), runs=False),
}


class Publisher:
    """Writes a registry into a file, again and again.

    Args:
        folder: where the API looks for it.
        name: one of KINDS.
        registry: what to write.
    """

    def __init__(self, folder: Path, name: str, registry: Collector | CollectorRegistry) -> None:
        self._path = folder / f"{name}.prom"
        self._registry = registry
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
        self._failing = False

    def write(self) -> None:
        """Replace the file; a failure is logged once, and raises nothing."""
        try:
            leave_bytes(self._path, generate_latest(self._registry))
        except Exception as error:  # noqa: BLE001 - what is observed must not fail of it
            if not self._failing:
                log.warning("the metrics in %s are not written: %s", self._path.name, where(error))
            self._failing = True
        else:
            self._failing = False

    def start(self) -> None:
        """Write every PERIOD from now on, in a thread of its own."""
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._remove(f"{self._path.name}.*")  # what a killed process left half written
        self._thread.start()

    def stop(self) -> None:
        """Write no more and take the file away: the series of a process that ended go at once.

        What it was at the end stays as ``NAME.last``, for the daily sums.
        """
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(PERIOD)
        self.write()
        with suppress(OSError):
            self._path.replace(self._path.with_suffix(".last"))

    def _run(self) -> None:
        while True:
            self.write()
            if self._ended.wait(PERIOD):
                return

    def _remove(self, pattern: str) -> None:
        for path in self._path.parent.glob(pattern):
            path.unlink(missing_ok=True)


WorkerState = Literal["up", "starting", "stalled", "down"]


def worker_state(state_dir: Path, runtime_dir: Path, now: float) -> WorkerState:
    """Return how the worker is.

    One that was stopped, or hangs as a whole, keeps its lock but writes its metrics no more:
    ``stalled``.

    Args:
        state_dir: where its lock is.
        runtime_dir: where its metrics are, beside the engine's socket.
        now: Unix seconds.
    """
    if not worker_lock.is_held(state_dir):
        return "down"
    path = published_at("worker", state_dir, runtime_dir)
    if Published({"worker": path}, lambda: now).is_fresh("worker"):
        return "up"
    return "stalled" if path.exists() else "starting"


def published_at(name: str, state_dir: Path, runtime_dir: Path) -> Path:
    """Return where a process or command, one of KINDS, leaves its metrics.

    What a process writes all the time is in the runtime folder, which is emptied when the machine
    starts; what a command leaves is in the state folder.
    """
    return (runtime_dir if KINDS[name].runs else state_dir) / f"{name}.prom"


class Published:
    """The files of the other processes, as families.

    Args:
        files: by name, one of KINDS.
        clock: Unix seconds.
    """

    def __init__(self, files: Mapping[str, Path], clock: Callable[[], float]) -> None:
        self._files = files
        self._clock = clock
        self._read: dict[str, tuple[tuple[int, int, int], list[Metric]]] = {}

    def families(self) -> list[Metric]:
        """Return what the files hold now that are young enough. Callers must not change it."""
        return [family for name in self._files for family in self._of(name)]

    def is_fresh(self, name: str) -> bool:
        """Return whether a process writes its file: one that hangs as a whole does not."""
        try:
            descriptor = open_file(self._files[name])
        except OSError:
            return False
        with os.fdopen(descriptor, "rb"):
            return self._is_young(os.fstat(descriptor))

    def _of(self, name: str) -> list[Metric]:
        try:
            descriptor = open_file(self._files[name])
        except OSError:
            return []
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if KINDS[name].runs and not self._is_young(found):
                return []
            version = (found.st_ino, found.st_mtime_ns, found.st_size)
            if self._read.get(name, (None,))[0] != version:
                self._read[name] = (version, _parsed(name, file.read(LONGEST + 1)))
        return self._read[name][1]

    def _is_young(self, file: os.stat_result) -> bool:
        # Ahead of the clock is stale too: the clock was set back since it was written.
        return abs(self._clock() - file.st_mtime) <= FRESH


def _parsed(name: str, text: bytes) -> list[Metric]:
    """Return the families of a file that may be anything; none of a file that is broken."""
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")  # noqa: TRY301 - told with the others
        found = list(text_string_to_metric_families(text.decode()))
    except Exception as error:  # noqa: BLE001 - whatever it holds, the other series are answered
        log.warning("the metrics of %s are left out: %s", name, where(error))
        return []
    kept, room = [], MOST_SAMPLES
    for family in found:
        named = family.name.startswith(KINDS[name].beginnings) and _NAME.fullmatch(family.name)
        labels = {label for sample in family.samples for label in sample.labels if label != "le"}
        room -= len(family.samples)
        if named and family.type in _TYPES and all(map(_NAME.fullmatch, labels)) and room >= 0:
            kept.append(family)
    return kept


def merged(*sources: Iterable[Metric]) -> list[Metric]:
    """Return the families with those of the same name made one, as the format asks for.

    Of two samples with the same labels the first counts, and of two types the first.
    """
    families: dict[str, Metric] = {}
    seen: dict[str, set[tuple[str, tuple[tuple[str, str], ...]]]] = {}
    for family in (family for source in sources for family in source):
        known = families.get(family.name)
        if known is None:
            known = Metric(family.name, family.documentation, family.type)
            families[family.name], seen[family.name] = known, set()
        if known.type != family.type:
            continue
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            if key not in seen[family.name]:
                seen[family.name].add(key)
                known.samples.append(sample)
    return list(families.values())


class Families(Collector):
    """Families that are already made, for a function that takes a registry."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """Return them."""
        return self._families


def leave(folder: Path, name: str, families: Iterable[Metric]) -> None:
    """Leave the figures of a command in a file; a folder that cannot be written is no failure.

    Args:
        folder: the state folder.
        name: a command of KINDS.
        families: what it found.
    """
    with suppress(OSError):
        leave_bytes(folder / f"{name}.prom", generate_latest(Families(families)))
