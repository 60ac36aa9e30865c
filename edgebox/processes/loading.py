"""From settings to loaded models: what fits, how it is loaded, how fast it is."""

from __future__ import annotations

import os
import time
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

from edgebox.consultation.prompts import analysis_messages, summary_messages
from edgebox.engine.llama import VERSION, LlamaModel, has_gpu
from edgebox.engine.loop import Engine
from edgebox.engine.pool import Pool
from edgebox.engine.service import Served, grammars_of
from edgebox.engine.speed import Speed, measure, read_by_probe
from edgebox.models.advice import layers_within, require_fit
from edgebox.models.installed import Installed
from edgebox.settings import ROLES, Role, RoleSettings, Settings
from edgebox.system.machine import available_memory, gpus

if TYPE_CHECKING:
    from edgebox.models.catalog import ModelEntry

SHARED = {"slm": summary_messages, "mlm": analysis_messages}
"""What each role's requests begin with: read once at start and kept."""

PINNED = 1


def llama_found() -> tuple[str, bool]:
    """The version of llama-cpp-python, and whether it can use a GPU here; loads its libraries.

    Raises:
        EngineFault: its libraries do not run on this processor.
    """
    return VERSION, has_gpu()


def load(settings: Settings, served: dict[Role, Served]) -> dict[Role, Engine]:
    """Load, compile and measure; runs on the decode thread.

    Args:
        settings: of the box.
        served: filled with every role that this engine answers for.

    Raises:
        ModelError: a file is missing, cannot be loaded, or both do not fit in memory.
    """
    installed = Installed(settings.models_dir)
    engines: dict[Role, Engine] = {}
    _require_room(settings, installed)
    for role in ROLES:
        options = settings.engines.role(role)
        if options.url:
            continue
        model = _model(settings, installed, role)
        prompt = model.render(SHARED[role](""))
        sample = model.tokenize(prompt)
        speed = measure(model, options.parallel, sample)
        engines[role] = _engine(model, options, speed)
        # The sample is the beginning of the shared prefix: what was measured is also read.
        measured = array("i", sample[: read_by_probe(model, sample)])
        engines[role].pool.adopt(0, measured, time.monotonic())

        def reload(role: Role = role, speed: Speed = speed) -> tuple[LlamaModel, Engine]:
            fresh = _model(settings, installed, role)
            return fresh, _engine(fresh, settings.engines.role(role), speed)

        served[role] = Served(
            role=role,
            name=options.model,
            model=model,
            engine=engines[role],
            tokens_per_char=len(sample) / len(prompt),
            messages=SHARED[role],
            reload=reload,
            grammars=grammars_of(model) if role == "mlm" else None,
        )
    return engines


def _model(settings: Settings, installed: Installed, role: Role) -> LlamaModel:
    options = settings.engines.role(role)
    entry = installed.get(options.model)
    slots = Pool.slots_needed(options.parallel, options.retained, PINNED)
    return LlamaModel(
        installed.require(options.model),
        context_tokens=options.context_tokens,
        slots=slots,
        outputs=slots,
        threads=settings.engines.threads or physical_cores(),
        gpu_layers=_gpu_layers(options, entry),
        repack=repacks(options.repack, entry.quantization),
        template_options=dict(entry.template_options),
    )


def _engine(model: LlamaModel, options: RoleSettings, speed: Speed) -> Engine:
    return Engine(model, Pool(model, parallel=options.parallel, retained=options.retained), speed)


def _require_room(settings: Settings, installed: Installed) -> None:
    """Refuse a pair of models that cannot be in memory together, before loading either.

    A model that an administrator spread over GPU and processor is left to llama.cpp.
    """
    cpu: dict[Role, tuple[ModelEntry, int]] = {}
    gpu: dict[Role, tuple[ModelEntry, int]] = {}
    for role in ROLES:
        options = settings.engines.role(role)
        if options.url:
            continue
        wanted = (installed.get(options.model), options.context_tokens)
        if not has_gpu() or options.gpu_layers == 0:
            cpu[role] = wanted
        elif options.gpu_layers < 0 and not options.gpu_memory_gib:
            gpu[role] = wanted
    require_fit(cpu, available_memory(), installed.entries(), mapped=True)
    if gpu and (cards := gpus()):
        require_fit(gpu, sum(card.free for card in cards), installed.entries())


def _gpu_layers(options: RoleSettings, entry: ModelEntry) -> int:
    """The setting, within the role's GPU memory where one is set."""
    within = -1
    if options.gpu_memory_gib:
        budget = int(options.gpu_memory_gib * 2**30)
        within = layers_within(entry, options.context_tokens, budget)
    return min((layers for layers in (options.gpu_layers, within) if layers >= 0), default=-1)


def repacks(wanted: str, quantization: str) -> bool:
    """Whether to let llama.cpp rearrange a model's weights for the processor.

    For Q4_K it makes a generated token faster and reading a prompt slower, takes memory and
    seconds at every start (docs/performance.md): our work is mostly reading. Other types
    keep llama.cpp's default.
    """
    return wanted == "on" or (wanted == "auto" and not quantization.startswith("Q4_K"))


def physical_cores() -> int:
    """Cores this process may use, counting hyper-threads once: llama.cpp gains nothing from two."""
    cores = set()
    for cpu in os.sched_getaffinity(0):
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            cores.add(siblings.read_text(encoding="ascii").strip())
        except OSError:
            cores.add(str(cpu))
    return max(1, len(cores))
