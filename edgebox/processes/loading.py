"""From settings to loaded models: whether they fit, how they are loaded, how fast they are."""

from __future__ import annotations

import os
import time
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

from edgebox.ask.prompts import answer_messages, topic_messages
from edgebox.consultation.prompts import analysis_messages, summary_messages
from edgebox.engine.backends import VERSION, has_gpu
from edgebox.engine.background import PROBE_TOKENS
from edgebox.engine.constraint import Grammars
from edgebox.engine.drafts import Drafts
from edgebox.engine.llama import LlamaModel
from edgebox.engine.loaded import LoadedModel
from edgebox.engine.pool import Pool, common_length
from edgebox.engine.role import ServedRole
from edgebox.engine.speed import ROWS_PROBE, Speed, measure, read_by_probe
from edgebox.models.advice import layers_within, require_fit
from edgebox.models.installed import Installed
from edgebox.models.tuned import tuned_here
from edgebox.settings import ROLES, Role, RoleSettings, Settings
from edgebox.system.machine import available_memory, gpus

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.engine_client import Messages
    from edgebox.models.catalog import ModelEntry

TASKS: dict[Role, tuple[Callable[[str], Messages], ...]] = {
    "slm": (summary_messages, topic_messages),
    "mlm": (analysis_messages, answer_messages),
}
"""Each role's chats about a text, by task, the first one the role's main one. All chats of a task
begin the same way."""

PINNED = 2
"""Prefixes of a role that are never evicted, at most: one of each task."""

ANALYSIS_TOKENS = 900
"""Of a usual call and the longest answer about it: what an analysis has to have room for."""

ROWS = 7
"""llama.cpp 0.3.36's kernels for quantised weights: row by row up to here, in tiles from eight on,
of which few cost more than the rows (docs/performance.md)."""


def llama_found() -> tuple[str, bool]:
    """Load llama.cpp. Returns its binding's version, and whether it can use a GPU here.

    Raises:
        EngineFault: its libraries do not run on this processor.
    """
    return VERSION, has_gpu()


class Loader:
    """Loads the models of the roles that this engine serves.

    Attributes:
        roles: the roles; empty until ``load`` has loaded their models.
    """

    def __init__(self, settings: Settings) -> None:
        self.roles: dict[Role, ServedRole] = {}
        self._settings = settings
        self._installed = Installed(settings.models_dir)
        self._tuned = tuned_here(settings, self._installed, VERSION)

    def load(self) -> dict[Role, LoadedModel]:
        """Load, compile and measure. Runs on the decode thread.

        Raises:
            ModelError: a file is missing or cannot be loaded, or the models do not fit in memory.
        """
        require_room(self._settings, self._installed)
        loaded: dict[Role, LoadedModel] = {}
        for role in ROLES:
            options = self._settings.engines.role(role)
            if options.url:
                continue
            model = self._model(role)
            messages = TASKS[role][0]
            prompt = model.render(messages(""))
            tokens = model.tokenize(prompt)
            speed = measure(
                model,
                widths(role, options, len(tokens)),
                tokens,
                drafts=options.speculative == "auto" and model.rewinds,
            )
            loaded[role] = self._slots(role, model, speed)
            # It measured by reading the beginning of the shared prefix, which is kept.
            read = array("i", tokens[: read_by_probe(model, tokens)])
            loaded[role].pool.adopt(0, read, time.monotonic())
            typical = model.tokenize("".join(message["content"] for message in messages("")))
            self.roles[role] = ServedRole(
                role,
                options.model,
                loaded[role],
                self,
                prefixes=tuple(_prefix(model, task) for task in self._tasks(role)),
                sample=array("i", typical[PROBE_TOKENS : 2 * PROBE_TOKENS]),
                tokens_per_char=len(tokens) / len(prompt),
                grammars=Grammars(model) if self._holds(role) else None,
            )
        return loaded

    def _tasks(self, role: Role) -> tuple[Callable[[str], Messages], ...]:
        return TASKS[role] if self._settings.ask.enabled == "on" else TASKS[role][:1]

    def _holds(self, role: Role) -> bool:
        """Return whether a role's answers are held to something, from its first request on."""
        return role == "mlm" or self._settings.quality.ground_numbers == "on"

    def reload(self, role: Role, speed: Speed) -> LoadedModel:
        """Load a role's model again, with the speed that is known of it. Runs on any thread.

        Raises:
            ModelError: its file is missing or cannot be loaded.
        """
        return self._slots(role, self._model(role), speed)

    def _model(self, role: Role) -> LlamaModel:
        options = self._settings.engines.role(role)
        entry = self._installed.get(options.model)
        slots = Pool.slots_needed(options.parallel, options.retained, PINNED)
        return LlamaModel(
            self._installed.require(options.model),
            context_tokens=options.context_tokens,
            slots=slots,
            outputs=max(slots, ROWS_PROBE[-1]),
            threads=self._threads(),
            gpu_layers=gpu_layers_of(options, entry),
            repack=repacks(options.repack, entry.quantization, measured=self._tuned_role(role)),
            template_options=dict(entry.template_options),
        )

    def _threads(self) -> int:
        measured = self._tuned.threads if self._tuned else 0
        return self._settings.engines.threads or measured or physical_cores()

    def _tuned_role(self, role: Role) -> bool | None:
        return self._tuned.roles[role].repack if self._tuned else None

    def _slots(self, role: Role, model: LlamaModel, speed: Speed) -> LoadedModel:
        options = self._settings.engines.role(role)
        pool = Pool(model, parallel=speed.parallel, retained=options.retained)
        drafts = None
        if speed.by_rows:
            drafts = Drafts(speed, outputs=model.outputs, step_tokens=model.step_tokens)
        return LoadedModel(model, pool, speed, drafts)


def _prefix(model: LlamaModel, messages: Callable[[str], Messages]) -> array[int]:
    """Return the tokens that all chats of a task begin with."""
    first, second = (
        array("i", model.tokenize(model.render(messages(text)))) for text in ("가", "A")
    )
    return first[: common_length(first, second, len(first))]


def require_room(settings: Settings, installed: Installed) -> None:
    """Refuse a pair of models that cannot be in memory together, before loading either.

    A model that an administrator spread over GPU and processor is left to llama.cpp.

    Raises:
        ModelsTooLarge: with a pair that would fit.
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


def widths(role: Role, options: RoleSettings, prefix: int) -> tuple[int, ...]:
    """Return how many requests of a role may run at a time, ascending, to be measured.

    For people it is the setting. Analyses are as many as the context has room for, or the most
    that llama.cpp computes row by row: more gain nothing until they are many more.

    Args:
        prefix: tokens that all requests share.
    """
    if role != "mlm":
        return (options.parallel,)
    room = max(1, (options.context_tokens - prefix) // ANALYSIS_TOKENS)
    most = min(options.parallel, room)
    return tuple(sorted({min(ROWS, most), most}))


def gpu_layers_of(options: RoleSettings, entry: ModelEntry) -> int:
    """Return the layers to offload: the setting, within the role's GPU memory if that is set."""
    within = -1
    if options.gpu_memory_gib:
        budget = int(options.gpu_memory_gib * 2**30)
        within = layers_within(entry, options.context_tokens, budget)
    return min((layers for layers in (options.gpu_layers, within) if layers >= 0), default=-1)


def repacks(wanted: str, quantization: str, *, measured: bool | None = None) -> bool:
    """Whether to let llama.cpp rearrange a model's weights for the processor.

    Where nothing was measured: for Q4_K that makes a generated token faster and, on some
    processors, reading a prompt slower, and takes memory and seconds at every start
    (docs/performance.md): our work is mostly reading. Other types keep llama.cpp's default.

    Args:
        wanted: the setting.
        quantization: of the model's weights.
        measured: what `edgebox tune` found faster here; None: it did not run.
    """
    if wanted != "auto":
        return wanted == "on"
    return not quantization.startswith("Q4_K") if measured is None else measured


def physical_cores() -> int:
    """Return how many cores this process may use: llama.cpp gains nothing from hyper-threads."""
    cores = set()
    for cpu in os.sched_getaffinity(0):
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            cores.add(siblings.read_text(encoding="ascii").strip())
        except OSError:
            cores.add(str(cpu))
    return max(1, len(cores))
