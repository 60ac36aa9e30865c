"""Process 1: loads both models, measures them, and serves them on the Unix socket."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

from edgebox.engine.background import probe, warm
from edgebox.engine.loop import DecodeLoop
from edgebox.engine.scheduler import Scheduler
from edgebox.engine.server import engine_app
from edgebox.engine.service import Served, Service
from edgebox.errors import BoxNotRunning, EdgeBoxError, where
from edgebox.processes.loading import load
from edgebox.settings import ROLES
from edgebox.system.http import Server
from edgebox.system.machine import built_for_gpu, gpus, thread_work
from edgebox.system.supervisor import Notifier

if TYPE_CHECKING:
    from pathlib import Path

    from edgebox.settings import Role, Settings

log = logging.getLogger("edgebox.engine")

WATCH_SECONDS = 0.5
PROBE_SECONDS = 60.0
"""Of idleness, after which the speeds are looked at again (a second of work on two cores)."""
CARD_SECONDS = 30.0  # between two looks at the GPUs' memory
STALL_SECONDS = 180.0
"""Without a heartbeat, where no watchdog is quicker: a GPU shows a step's end only."""
STALLED = 70  # EX_SOFTWARE of sysexits.h
LOADING_SECONDS = 60.0
"""How much longer the supervisor is asked to wait while the models are being loaded."""
STOP_SECONDS = 20.0


def run_engine(settings: Settings, notifier: Notifier | None = None) -> int:
    """Serve until SIGTERM or SIGINT.

    Args:
        settings: all of them.
        notifier: the supervisor.

    Returns:
        The exit code.

    Raises:
        EdgeBoxError: a model is missing, cannot be loaded, or another engine runs.
    """
    return asyncio.run(_serve(settings, notifier or Notifier()))


async def _serve(settings: Settings, notifier: Notifier) -> int:
    listener = _bind(settings.socket)
    inode = settings.socket.stat().st_ino
    try:
        served: dict[Role, Served] = {}
        loop = DecodeLoop(
            lambda: load(settings, served),
            Scheduler(batch_target=settings.engines.step_target_seconds),
            queue_limit=settings.engines.queue_limit,
        )
        service = Service(loop, served)
        server = Server(
            uvicorn.Config(
                engine_app(service),
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=5,
                timeout_keep_alive=60,
            )
        )

        def stop(number: int) -> None:
            notifier.stopping("Stopping", STOP_SECONDS)
            _stop(loop, server, number)

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
        loop.start()
        watch = asyncio.create_task(_watch(settings, service, loop, server, notifier))
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


async def _watch(
    settings: Settings, service: Service, loop: DecodeLoop, server: Server, notifier: Notifier
) -> None:
    """Warm the shared prefixes once loaded; stop serving when the decode thread is gone."""
    await _until_loaded(settings, loop, notifier)
    if loop.failure is None:
        for entry in service.entries:
            loop.submit(warm(entry))
            log.info(
                "%s ready: %s, prefill %.0f tok/s, decode %.1f tok/s",
                entry.role,
                entry.name,
                entry.engine.speed.prefill_tps,
                entry.engine.speed.decode_tps,
            )
        speeds = "; ".join(map(_speeds, service.entries)) or "no model here"
        notifier.ready(speeds)
        await _attend(settings, service, loop, notifier, speeds)
    server.should_exit = True


async def _until_loaded(settings: Settings, loop: DecodeLoop, notifier: Notifier) -> None:
    """Wait for the models. The supervisor waits with us for as long as their loading gets on."""
    roles = [settings.engines.role(role) for role in ROLES]
    names = sorted({options.model for options in roles if not options.url})
    notifier.status(f"Loading {' and '.join(names) or 'nothing: other servers have both roles'}")
    work, asked_at = -1, float("-inf")
    while not loop.loaded.is_set():
        now = time.monotonic()
        if now - asked_at > LOADING_SECONDS / 10 and (done := thread_work(loop.native_id)) != work:
            work, asked_at = done, now
            notifier.extend(LOADING_SECONDS)
        await asyncio.sleep(0.05)


def _speeds(entry: Served) -> str:
    speed = entry.engine.speed
    return (
        f"{entry.role} {entry.name} reads {speed.prefill_tps:.0f} "
        f"and writes {speed.decode_tps:.0f} tokens/s"
    )


async def _attend(
    settings: Settings, service: Service, loop: DecodeLoop, notifier: Notifier, speeds: str
) -> None:
    """What a running engine needs from outside its steps, until the decode thread has ended.

    A slow spell lowers the measured speeds, and a speed too low has nobody ask the
    model, so nothing would ever raise it again: an idle engine measures itself anew.
    A decode thread that hangs is not ended by anything but the end of the process: without
    its heartbeat the supervisor's watchdog hears nothing more.
    """
    steps, idle_since, hangs = 0, time.monotonic(), False
    patience = notifier.watchdog_seconds / 2 or STALL_SECONDS
    beside = [
        asyncio.create_task(_let_rest(settings, service)),
        asyncio.create_task(_look_at_cards(service)),
    ]
    roles = [(entry, settings.engines.role(entry.role)) for entry in service.entries]
    while loop.is_alive():
        await asyncio.sleep(WATCH_SECONDS)
        now, seen = time.monotonic(), loop.snapshot
        silent = now - loop.heartbeat
        if silent > STALL_SECONDS:
            log.critical("the decode thread hangs: ending, to be started again")
            os._exit(STALLED)
        if silent <= patience:
            hangs = False
            notifier.alive()
            notifier.status(f"{seen.running} running, {seen.waiting} waiting; {speeds}")
        elif not hangs:
            hangs = True
            log.critical("the decode thread has not been seen to get on for %.0f s", silent)
            notifier.status("The decode thread hangs: the watchdog will end this process")
        if seen.steps != steps or seen.running + seen.waiting:
            steps, idle_since = seen.steps, now
        elif now - idle_since > PROBE_SECONDS:
            for entry, options in roles:
                if not options.unload_after_minutes:
                    loop.submit(probe(entry))
    for task in beside:
        task.cancel()


async def _let_rest(settings: Settings, service: Service) -> None:
    """Unload what nobody has asked for; apart from the watch, because it waits for the thread."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        for entry in service.entries:
            minutes = settings.engines.role(entry.role).unload_after_minutes
            if minutes and await service.rest(entry, 60 * minutes):
                log.info("%s unloaded: nobody asked for %g minutes", entry.role, minutes)


async def _look_at_cards(service: Service) -> None:
    """Keep the GPUs' memory for ``/health``: asking the driver takes too long for an answer."""
    while built_for_gpu():
        service.cards = await asyncio.to_thread(gpus)
        await asyncio.sleep(CARD_SECONDS)


def _stop(loop: DecodeLoop, server: Server, number: int) -> None:
    """Answer what runs with "stopping" at once, then end: it is no death of the engine."""
    loop.stop()
    server.handle_exit(number, None)


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
