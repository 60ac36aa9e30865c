"""The engine's metrics: made of what it counts anyway, when they are written."""

from __future__ import annotations

import time
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily as Counter
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import HistogramMetricFamily as Histogram
from prometheus_client.registry import Collector, CollectorRegistry

from edgebox.counting import ProcessOf
from edgebox.engine.tally import CLASSES, WAIT_BUCKETS, class_of
from edgebox.system.nvml import Cards
from edgebox.system.rapl import Packages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prometheus_client.metrics_core import Metric

    from edgebox.engine.core import EngineCore
    from edgebox.engine.service import Service
    from edgebox.engine.tally import Tally
    from edgebox.system.nvml import Card

_EDGES = (*(str(edge) for edge in WAIT_BUCKETS), "+Inf")


def engine_registry(
    core: EngineCore, service: Service, *, idle_watts: float = 0.0, busy_watts: float = 0.0
) -> CollectorRegistry:
    """Return everything that the engine publishes.

    Args:
        core: counts on the decode thread.
        service: the roles.
        idle_watts: of the machine, for when nothing measures its energy; 0: not known.
        busy_watts: of the machine while the engine steps.
    """
    registry = CollectorRegistry()
    registry.register(EngineMetrics(core, service))
    assumed = Assumed(core.tally, idle_watts, busy_watts) if busy_watts else None
    registry.register(Energy(Cards(), Packages(), assumed))
    registry.register(ProcessOf("engine"))
    return registry


class EngineMetrics(Collector):
    """Sequences, steps, tokens, seconds and memory.

    Args:
        core: counts on the decode thread; it is only read here.
        service: the roles and their speeds.
    """

    def __init__(self, core: EngineCore, service: Service) -> None:
        self._core = core
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """Yield the families."""
        yield from self._steps()
        yield from self._spent()
        yield from self._roles()

    def _steps(self) -> Iterator[Metric]:
        core, health = self._core, self._service.health()
        sequences = Gauge(
            "edgebox_engine_sequences",
            "Sequences in the engine, by state and for whom: people who wait, the backlog, its own "
            "warm-ups and probes.",
            labels=("state", "class"),
        )
        for state, listed in (("waiting", list(core.waiting)), ("running", list(core.running))):
            classes = [class_of(sequence) for sequence in listed]
            for name in CLASSES:
                sequences.add_metric((state, name), classes.count(name))
        yield sequences
        yield Counter("edgebox_engine_steps", "Steps of the engine.", core.steps)
        yield Counter(
            "edgebox_engine_aborted_steps",
            "Steps that were given up for a more urgent request.",
            core.aborted,
        )
        yield Counter(
            "edgebox_engine_evicted_prefixes",
            "Prefixes that were forgotten because the KV cache was full.",
            core.evicted,
        )
        yield Gauge(
            "edgebox_engine_heartbeat_age_seconds",
            "Since the decode thread's last sign of progress.",
            health["heartbeat_age"],
        )
        yield Gauge(
            "edgebox_engine_rss_bytes", "Resident memory of the engine.", health["rss_bytes"]
        )
        memory = Gauge(
            "edgebox_engine_gpu_bytes",
            "Memory of a GPU, by its place and name, and kind (total, used by any program).",
            labels=("gpu", "name", "kind"),
        )
        for place, card in enumerate(health["gpus"]):
            memory.add_metric((str(place), card["name"], "total"), card["total_bytes"])
            memory.add_metric((str(place), card["name"], "used"), card["used_bytes"])
        yield memory

    def _spent(self) -> Iterator[Metric]:
        tally = self._core.tally
        waits = Histogram(
            "edgebox_engine_queue_seconds",
            "From a sequence's arrival until it got a slot.",
            labels=("class",),
        )
        for name, waited in tally.waits.items():
            upto = list(zip(_EDGES, accumulate(list(waited.counts)), strict=True))
            waits.add_metric((name,), upto, waited.total)
        yield waits
        tokens = Counter(
            "edgebox_engine_tokens",
            "Tokens, by role, for whom, and kind: read, cached (of prompts, not read again), "
            "written. Their sum is all of them.",
            labels=("role", "kind", "class"),
        )
        drafts = Counter(
            "edgebox_engine_draft_tokens",
            "Tokens of drafts, by role and kind: drafted (guessed and read), accepted (written).",
            labels=("role", "kind"),
        )
        busy = Counter(
            "edgebox_engine_busy_seconds",
            "Seconds of steps, by role, phase and for whom; a step's time is split by its tokens. "
            "Their sum is the time in which the engine was busy.",
            labels=("role", "phase", "class"),
        )
        for role in sorted(self._service.roles):
            every = [tally.spent_on(role, name) for name in CLASSES]
            drafts.add_metric((role, "drafted"), sum(spent.drafted for spent in every))
            drafts.add_metric((role, "accepted"), sum(spent.accepted for spent in every))
            for name, spent in zip(CLASSES, every, strict=True):
                tokens.add_metric((role, "read", name), spent.read)
                tokens.add_metric((role, "cached", name), spent.cached)
                tokens.add_metric((role, "written", name), spent.written)
                busy.add_metric((role, "prefill", name), spent.prefill)
                busy.add_metric((role, "decode", name), spent.decode)
        yield from (tokens, drafts, busy)

    def _roles(self) -> Iterator[Metric]:
        info = Gauge(
            "edgebox_model_info",
            "1 for each role, with its model.",
            labels=("role", "model", "backend", "context_tokens", "parallel"),
        )
        speeds = Gauge(
            "edgebox_engine_tokens_per_second",
            "Speeds as the engine measures them, by role and kind.",
            labels=("role", "kind"),
        )
        memory = Gauge(
            "edgebox_engine_model_bytes",
            "Memory of a role's model, by part (weights, kv); 0 while it is unloaded.",
            labels=("role", "part"),
        )
        cells = Gauge(
            "edgebox_engine_kv_cells",
            "KV cells of a role, in tokens, by kind (used, total).",
            labels=("role", "kind"),
        )
        for role, now in self._service.health()["models"].items():
            context, parallel = now["context_tokens"], now["parallel"]
            info.add_metric((role, now["model"], now["backend"], str(context), str(parallel)), 1)
            speeds.add_metric((role, "prefill"), now["prefill_tps"])
            speeds.add_metric((role, "decode"), now["decode_tps"])
            speeds.add_metric((role, "batch_decode"), now["batch_decode_tps"])
            memory.add_metric((role, "weights"), now["weights_bytes"])
            memory.add_metric((role, "kv"), now["kv_bytes"])
            cells.add_metric((role, "used"), now["kv_cells_used"])
            cells.add_metric((role, "total"), context)
        yield from (info, speeds, memory, cells)


class Assumed:
    """The energy that the watts of the settings make of the engine's seconds.

    Args:
        tally: has the seconds of the steps.
        idle_watts: of the machine at rest.
        busy_watts: of the machine while the engine steps.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        tally: Tally,
        idle_watts: float,
        busy_watts: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tally = tally
        self._idle = idle_watts
        self._more = busy_watts - idle_watts
        self._clock = clock
        self._began = clock()

    def joules(self) -> float:
        """Return the joules since the engine started."""
        busy = sum(spent.prefill + spent.decode for spent in list(self._tally.spent.values()))
        return self._idle * (self._clock() - self._began) + self._more * busy


class Energy(Collector):
    """Joules, and what the GPUs say of themselves. Yields only what is known.

    Args:
        cards: NVIDIA's.
        packages: the processor's.
        assumed: for when nothing is measured.
    """

    def __init__(self, cards: Cards, packages: Packages, assumed: Assumed | None = None) -> None:
        self._cards = cards
        self._packages = packages
        self._assumed = assumed
        self._measured = False

    def collect(self) -> Iterable[Metric]:
        """Return the families that have a value."""
        return [family for family in self._all(self._cards.read()) if family.samples]

    def _all(self, cards: tuple[Card, ...]) -> Iterator[Metric]:
        joules = Counter(
            "edgebox_energy_joules",
            "Energy used, by device and source (nvml: since the driver was loaded; rapl: since the "
            "engine started; assumed: from [cost] idle_watts and busy_watts, nothing measures it).",
            labels=("device", "source"),
        )
        for package, used in self._packages.joules().items():
            joules.add_metric((package, "rapl"), used)
        watts = Gauge("edgebox_gpu_power_watts", "Power of a GPU now.", labels=("gpu",))
        celsius = Gauge("edgebox_gpu_temperature_celsius", "Heat of a GPU now.", labels=("gpu",))
        busy = Gauge(
            "edgebox_gpu_utilisation_ratio",
            "Share of the last moment in which a GPU computed.",
            labels=("gpu",),
        )
        slowed = Gauge(
            "edgebox_gpu_throttled",
            "1 while a GPU is slowed down, by reason (heat, power).",
            labels=("gpu", "reason"),
        )
        for place, card in enumerate(cards):
            gpu = str(place)
            for family, labels, value in (
                (joules, (f"gpu{gpu}", "nvml"), card.joules),
                (watts, (gpu,), card.watts),
                (celsius, (gpu,), card.celsius),
                (busy, (gpu,), card.busy),
                (slowed, (gpu, "heat"), card.hot),
                (slowed, (gpu, "power"), card.capped),
            ):
                if value is not None:
                    family.add_metric(labels, float(value))
        # A card that does not answer once must not be made up for: both would be added.
        self._measured = self._measured or bool(joules.samples)
        if self._assumed is not None and not self._measured:
            joules.add_metric(("machine", "assumed"), self._assumed.joules())
        yield from (joules, watts, celsius, busy, slowed)
