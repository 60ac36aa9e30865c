"""`edgebox tune`: tries the ways of running the models on this machine, and keeps the fastest.

Each trial is a process of its own (`trials.py`). The same trials are made forwards and backwards,
so that a machine that becomes slower or faster meanwhile favours none.

What is tried: rearranged weights or not, for each model; one thread for each core or for each
hardware thread, where these differ; how long threads spin for each other, with nothing else on the
machine and beside a process that keeps a core busy. Of spin counts the one is chosen whose worse
case is the best: spinning gains alone, and may lose most where another process takes a core.
"""

from __future__ import annotations

import os
import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from edgebox.engine.backends import VERSION
from edgebox.errors import ModelError, ModelsFolderError, UsageError
from edgebox.models.installed import Installed
from edgebox.models.tuned import (
    Timings,
    Trial,
    Tuned,
    TunedRole,
    Way,
    processor,
)
from edgebox.processes.loading import physical_cores, repacks
from edgebox.processes.trials import in_a_process
from edgebox.settings import ROLES, Role
from edgebox.system.machine import available_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from edgebox.settings import Settings

    Found = Mapping[Way, Timings]

SPINS: Final = (2_500, 20_000, 300_000)
"""The first is what is taken where nothing was measured, the last is libgomp's own."""

SPARE_BYTES: Final = 700_000_000
"""Beside a model's weights: its KV cells, buffers, Python."""

CLEARLY: Final = 0.97
"""What is not this much faster stays as it is without measuring: rearranging costs memory and
seconds at every start, hardware threads heat."""

_WORK: Final[dict[Role, tuple[int, int]]] = {"slm": (350, 56), "mlm": (600, 170)}
"""Tokens read and written for a summary alone, and for one analysis among four."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model of this engine.

    Attributes:
        path: of its file, which was checked.
        sha256: of the file.
        repack: whether it is rearranged where nothing was measured.
    """

    path: Path
    sha256: str
    repack: bool


class Tuning:
    """The trials.

    Args:
        models: by role.
        build: the version of llama-cpp-python.
        threads: candidates; the first is what is taken where nothing was measured.
        trial: makes one, of the model at a path.
        told: called with how many trials are done, of how many.
    """

    def __init__(
        self,
        models: Mapping[Role, Served],
        *,
        build: str,
        threads: Sequence[int],
        trial: Callable[[Path, Way], Timings],
        told: Callable[[int, int], None] = lambda *_: None,
    ) -> None:
        self._models = models
        self._build = build
        self._threads = list(dict.fromkeys(threads))
        self._trial = trial
        self._told = told
        self._done = 0

    @property
    def total(self) -> int:
        """How many trials there are."""
        more = len(self._threads) if len(self._threads) > 1 else 0
        return 2 * (2 * len(self._models) + more + 2 * len(SPINS))

    def run(self, at: float) -> Tuned:
        """Try everything, and return what is best.

        Args:
            at: Unix seconds, for the record.

        Raises:
            ModelError: a model cannot be loaded, or a trial took too long.
        """
        self._done = 0
        threads, spin = self._threads[0], SPINS[0]
        roles: dict[Role, TunedRole] = {}
        trials: list[Trial] = []  # one that was tried for two choices is in it twice
        for role, served in self._models.items():
            usual = _way(role, threads, spin, repack=served.repack)
            found = self._try(_changed(usual, repack=repack) for repack in (False, True))
            repack = _best(found, usual).repack
            roles[role] = TunedRole(sha256=served.sha256, repack=repack)
            trials += _trials(found)
        role = next(iter(self._models))
        way = _way(role, threads, spin, repack=roles[role].repack)
        if len(self._threads) > 1:
            found = self._try(_changed(way, threads=number) for number in self._threads)
            way = _best(found, way)
            trials += _trials(found)
        spins = [_changed(way, spin=spin) for spin in SPINS]
        found = self._try(_changed(one, busy=busy) for one in spins for busy in (False, True))
        trials += _trials(found)
        return Tuned(
            at=at,
            processor=processor(),
            build=self._build,
            threads=way.threads,
            spin=min(spins, key=lambda one: _regret(one, spins, found)).spin,
            roles=roles,
            trials=tuple(trials),
        )

    def _try(self, ways: Iterable[Way]) -> Found:
        """Try some ways, there and back; return the mean of each one's timings."""
        ways = list(ways)
        found: defaultdict[Way, list[Timings]] = defaultdict(list)
        for way in (*ways, *reversed(ways)):
            self._told(self._done, self.total)
            found[way].append(self._trial(self._models[way.role].path, way))
            self._done += 1
        self._told(self._done, self.total)
        return {way: _mean(timings) for way, timings in found.items()}


def served_here(settings: Settings) -> dict[Role, Served]:
    """Return the models that this engine serves, their files checked.

    Raises:
        UsageError: other servers answer for both roles.
        ModelError: a model is missing or may not be loaded.
    """
    installed, models = Installed(settings.models_dir), dict[Role, Served]()
    for role in ROLES:
        options = settings.engines.role(role)
        if not options.url:
            path, entry = installed.require(options.model), installed.get(options.model)
            sha256 = installed.records()[options.model].sha256
            models[role] = Served(path, sha256, repacks("auto", entry.quantization))
    if not models:
        raise UsageError("Other servers answer for both roles: there is nothing to tune here.")
    return models


def tune_here(
    settings: Settings,
    models: Mapping[Role, Served],
    *,
    at: float,
    told: Callable[[int, int], None],
) -> Tuned:
    """Try everything with the models, and return what is best.

    Args:
        settings: name the threads.
        models: of `served_here`.
        at: Unix seconds, for the record.
        told: see `Tuning`.

    Raises:
        ModelError: a model cannot be loaded, there is no memory for it, or a trial took too long.
    """
    _require_memory(models.values())
    tuning = Tuning(
        models, build=VERSION, threads=candidates(settings), trial=in_a_process, told=told
    )
    return tuning.run(at)


def require_writable(folder: Path) -> None:
    """Refuse before minutes of trials what could not be kept.

    Raises:
        ModelsFolderError: this user may not write the folder.
    """
    if not os.access(folder, os.W_OK):
        raise ModelsFolderError(f"Cannot write {folder}: run it as the folder's owner, or as root.")


def _require_memory(models: Iterable[Served]) -> None:
    """Refuse what would end the running engine."""
    needed = max(served.path.stat().st_size for served in models) + SPARE_BYTES
    if available_memory() < needed:
        raise ModelError(
            f"Trying a model takes {needed / 1e9:.1f} GB more than the engine that runs, and "
            f"{available_memory() / 1e9:.1f} GB are free. Stop the engine, and try again."
        )


def candidates(settings: Settings) -> list[int]:
    """Return the numbers of threads to try, the usual one first."""
    if settings.engines.threads:
        return [settings.engines.threads]
    return [physical_cores(), len(os.sched_getaffinity(0))]


def seconds(timings: Timings, role: Role) -> float:
    """Return the seconds of a role's usual work: a summary alone, or one analysis among four."""
    read, written = _WORK[role]
    each = timings.write if role == "slm" else timings.together
    return read * timings.read + written * each


def _way(role: Role, threads: int, spin: int, *, repack: bool) -> Way:
    return Way(role=role, repack=repack, threads=threads, spin=spin)


def _changed(way: Way, **changes: object) -> Way:
    return way.model_copy(update=changes)


def _mean(timings: Sequence[Timings]) -> Timings:
    kinds = Timings.model_fields
    return Timings(
        **{kind: statistics.fmean(getattr(one, kind) for one in timings) for kind in kinds}
    )


def _trials(found: Found) -> list[Trial]:
    return [Trial(way=way, timings=timings) for way, timings in found.items()]


def _best(found: Found, usual: Way) -> Way:
    """Return the fastest way, if it is clearly faster than the usual one."""
    best = min(found, key=lambda way: seconds(found[way], way.role))
    took, usually = (seconds(found[way], way.role) for way in (best, usual))
    return best if took < CLEARLY * usually else usual


def _regret(way: Way, ways: Sequence[Way], found: Found) -> float:
    """Return how many times the best one's seconds a spin count takes, in its worse case."""

    def of(one: Way, *, busy: bool) -> float:
        return seconds(found[_changed(one, busy=busy)], one.role)

    return max(
        of(way, busy=busy) / min(of(one, busy=busy) for one in ways) for busy in (False, True)
    )
