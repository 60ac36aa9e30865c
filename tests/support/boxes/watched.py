"""What engine, worker and commands publish, by their own code, without models and processes."""

from __future__ import annotations

import os
import time
from array import array
from typing import TYPE_CHECKING, cast

from prometheus_client import CollectorRegistry

from edgebox.counting import ProcessOf
from edgebox.engine.metrics import Energy, EngineMetrics
from edgebox.engine.role import ServedRole
from edgebox.engine.service import Service
from edgebox.engine.thread import DecodeThread
from edgebox.engine_client import Concurrency
from edgebox.exposition import Publisher, leave
from edgebox.system.machine import Gpu
from edgebox.system.nvml import Card, Cards
from edgebox.system.rapl import Packages
from edgebox.worker.metrics import WorkerMetrics
from edgebox_cli.common.noted import backed_up, findings
from engine.asked import Asked, build, loaded, prompt
from engine.toy_model import ToyModel
from support.outcomes import OUTCOME

if TYPE_CHECKING:
    from pathlib import Path

    from edgebox.settings import Role


class SomeCards:
    """A GPU's figures, where no GPU is."""

    def read(self) -> tuple[Card, ...]:
        return (Card(5000.0, 61.5, 58.0, 0.4, hot=False, capped=True),)


class Measured(ToyModel):
    """A toy that says how large it is."""

    weights_bytes = 1_000_000
    kv_bytes = 500_000


class ToyEngine:
    """The engine's service over toys, its thread run by hand."""

    def __init__(self, rapl: Path) -> None:
        models: dict[Role, ToyModel] = {"slm": Measured(), "mlm": Measured()}
        self.core = build(models=models)
        self.thread = DecodeThread(self.core, cast("object", None))  # type: ignore[arg-type]
        self.thread.loaded.set()
        self.thread.is_alive = lambda: True  # type: ignore[method-assign]
        roles = {
            role: ServedRole(
                role,
                f"toy-{role}",
                loaded(model),
                cast("object", None),  # type: ignore[arg-type]
                prefixes=(),
                sample=array("i"),
                tokens_per_char=0.5,
            )
            for role, model in models.items()
        }
        self.service = Service(self.thread, roles)
        self.service.gpus = (Gpu("NVIDIA L4", 24 * 2**30, 18 * 2**30),)
        self.registry = CollectorRegistry()
        self.registry.register(EngineMetrics(self.core, self.service))
        self.registry.register(Energy(cast("Cards", SomeCards()), Packages(rapl)))
        self.registry.register(ProcessOf("engine"))

    def work(self) -> None:
        """Answer somebody, and analyse something."""
        Asked(self.thread.submit, prompt(1, 40), 5)
        Asked(self.thread.submit, prompt(2, 60), 8, role="mlm", priority=100)
        while self.thread.turn():
            pass


def rapl_of(folder: Path) -> Path:
    """Return the root of a powercap tree with one package."""
    zone = folder / "intel-rapl:0"
    zone.mkdir(parents=True)
    for name, value in (("name", "package-0"), ("energy_uj", 7), ("max_energy_range_uj", 10**9)):
        (zone / name).write_text(f"{value}\n")
    return folder


def publish_all(runtime: Path, state: Path) -> ToyEngine:
    """Publish once what the others of a box publish all the time."""
    engine = ToyEngine(rapl_of(state / "powercap"))
    engine.work()
    Publisher(runtime, "engine", engine.registry).write()
    worker = WorkerMetrics()
    worker.knows(["center-1", "center-2", "center-3"])
    worker.sends("mlm", Concurrency(1, 8))
    worker.began("size", 20)
    worker.done("center-1", OUTCOME, 700.0)
    worker.callbacks.sent(0.2)
    worker.callbacks.ended("delivered")
    Publisher(runtime, "worker", worker.registry).write()
    leave(state, "doctor", findings(failed=0, warned=1))
    leave(state, "backup", backed_up())
    return engine


def age(path: Path, seconds: float) -> None:
    """Make a file older."""
    when = time.time() - seconds
    os.utime(path, (when, when))
