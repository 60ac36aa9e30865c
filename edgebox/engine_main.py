"""Process 1: loads both models, measures them, and serves them on the Unix socket."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from array import array
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from edgebox.config import ROLES, Role, RoleSettings, Settings
from edgebox.consultation.prompts import analysis_messages, summary_messages
from edgebox.engine.errands import probe, warm
from edgebox.engine.llama import LlamaModel, has_gpu
from edgebox.engine.loop import DecodeLoop, Engine
from edgebox.engine.measure import measure, read_by_probe
from edgebox.engine.pool import Pool
from edgebox.engine.scheduler import Scheduler
from edgebox.engine.server import engine_app
from edgebox.engine.service import Served, Service, grammars_of
from edgebox.errors import BoxNotRunning, EdgeBoxError, where
from edgebox.machine import available_memory, gpus
from edgebox.models.advice import layers_within, require_fit
from edgebox.models.installed import Installed
from edgebox.serving import Server

if TYPE_CHECKING:
    from edgebox.models.catalog import ModelEntry

log = logging.getLogger(__name__)

SHARED = {"slm": summary_messages, "mlm": analysis_messages}
"""What each role's requests begin with: read once at start and kept."""

PINNED = 1
WATCH_SECONDS = 0.5
PROBE_SECONDS = 60.0
"""Of idleness, after which the speeds are looked at again (a second of work on two cores)."""
STALL_SECONDS = 180.0
"""Without a step's end: several times the longest, 512 tokens of the mid model on a busy CPU."""
STALLED = 70  # EX_SOFTWARE of sysexits.h


def run_engine(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT.

    Returns:
        The exit code.

    Raises:
        EdgeBoxError: a model is missing, cannot be loaded, or another engine runs.
    """
    return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    listener = _bind(settings.socket)
    inode = settings.socket.stat().st_ino
    try:
        served: dict[Role, Served] = {}
        loop = DecodeLoop(
            lambda: _load(settings, served),
            Scheduler(batch_target=settings.engines.step_target_seconds),
            queue_limit=settings.engines.queue_limit,
        )
        server = Server(
            uvicorn.Config(
                engine_app(Service(loop, served)),
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=5,
                timeout_keep_alive=60,
            )
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, _stop, loop, server, number)
        loop.start()
        watch = asyncio.create_task(_watch(loop, served, server))
        await server.serve(sockets=[listener])
        watch.cancel()
        loop.stop()
        if loop.loaded.is_set():  # a thread that still loads cannot be stopped, only left
            await asyncio.to_thread(loop.join, 10)
    finally:
        listener.close()
        with suppress(OSError):  # a successor may already have its own socket there
            if settings.socket.stat().st_ino == inode:
                settings.socket.unlink()
    if isinstance(loop.failure, EdgeBoxError):
        raise loop.failure
    if loop.failure is not None:
        log.error("the engine ended: %s", where(loop.failure))
        return 1
    return 0


async def _watch(loop: DecodeLoop, served: dict[Role, Served], server: Server) -> None:
    """Warm the shared prefixes once loaded; stop serving when the decode thread is gone.

    A slow spell lowers the measured speeds, and a speed too low has nobody ask the
    model, so nothing would ever raise it again: an idle engine measures itself anew.
    A decode thread that hangs is not ended by anything but the end of the process.
    """
    while not loop.loaded.is_set():  # noqa: ASYNC110 - a thread's event, and the task must end on SIGTERM
        await asyncio.sleep(0.05)
    if loop.failure is None:
        for entry in served.values():
            loop.submit(warm(entry, SHARED[entry.role]))
            log.info(
                "%s ready: %s, prefill %.0f tok/s, decode %.1f tok/s",
                entry.role,
                entry.name,
                entry.engine.speed.prefill_tps,
                entry.engine.speed.decode_tps,
            )
        steps, idle_since = 0, time.monotonic()
        while loop.is_alive():
            await asyncio.sleep(WATCH_SECONDS)
            now, seen = time.monotonic(), loop.snapshot
            if now - seen.heartbeat > STALL_SECONDS:
                log.critical("the decode thread hangs: ending, to be started again")
                os._exit(STALLED)
            if seen.steps != steps or seen.running + seen.waiting:
                steps, idle_since = seen.steps, now
            elif now - idle_since > PROBE_SECONDS:
                for entry in served.values():
                    loop.submit(probe(entry, SHARED[entry.role]("")))
    server.should_exit = True


def _stop(loop: DecodeLoop, server: Server, number: int) -> None:
    """Answer what runs with "stopping" at once, then end: it is no death of the engine."""
    loop.stop()
    server.handle_exit(number, None)


def _load(settings: Settings, served: dict[Role, Served]) -> dict[Role, Engine]:
    """Load, compile and measure; runs on the decode thread."""
    installed = Installed(settings.models_dir)
    engines: dict[Role, Engine] = {}
    _require_room(settings, installed)
    for role in ROLES:
        options = settings.engines.role(role)
        if options.url:
            continue
        entry = installed.get(options.model)
        slots = Pool.slots_needed(options.parallel, options.retained, PINNED)
        model = LlamaModel(
            installed.require(options.model),
            context_tokens=options.context_tokens,
            slots=slots,
            outputs=slots,
            threads=settings.engines.threads or physical_cores(),
            gpu_layers=_gpu_layers(options, entry),
            repack=repacks(options.repack, entry.quantization),
            template_options=dict(entry.template_options),
        )
        sample = model.tokenize(model.render(SHARED[role]("")))
        speed = measure(model, options.parallel, sample)
        pool = Pool(model, parallel=options.parallel, retained=options.retained)
        # The sample is the beginning of the shared prefix: what was measured is also read.
        measured = array("i", sample[: read_by_probe(model, sample)])
        pool.adopt(0, measured, time.monotonic())
        engines[role] = Engine(model, pool, speed)
        served[role] = Served(
            role=role,
            name=options.model,
            model=model,
            engine=engines[role],
            tokens_per_char=len(sample) / len(model.render(SHARED[role](""))),
            grammars=grammars_of(model) if role == "mlm" else None,
        )
    return engines


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
        elif options.gpu_layers < 0 and options.gpu_memory_gib is None:
            gpu[role] = wanted
    require_fit(cpu, available_memory(), installed.entries())
    if gpu and (cards := gpus()):
        require_fit(gpu, sum(card.free for card in cards), installed.entries())


def _gpu_layers(options: RoleSettings, entry: ModelEntry) -> int:
    """The setting, within the role's GPU memory where one is set."""
    if options.gpu_memory_gib is None or options.gpu_layers == 0:
        return options.gpu_layers
    within = layers_within(entry, options.context_tokens, int(options.gpu_memory_gib * 2**30))
    if within < 0 or options.gpu_layers < 0:
        return max(within, options.gpu_layers)
    return min(within, options.gpu_layers)


def repacks(wanted: str, quantization: str) -> bool:
    """Whether to let llama.cpp rearrange a model's weights for the processor.

    For Q4_K it makes a generated token 5 to 15 % faster and reading a prompt 30 % slower,
    takes the weights' size once more in memory and seconds at every start: our work is
    mostly reading. For Q4_0 and Q8_0 it is the faster way at both (docs/performance.md).
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


def _bind(path: Path) -> socket.socket:
    """A listening socket that only this user can open."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        with socket.socket(socket.AF_UNIX) as other, suppress(OSError):
            other.connect(str(path))
            raise BoxNotRunning(f"An engine already listens on {path}. Stop it first.")
        path.unlink()
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(128)
    return listener
