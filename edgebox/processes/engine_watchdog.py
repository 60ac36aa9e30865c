"""Watches the engine from outside its steps: loading, heartbeat, idle models, the supervisor."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from typing import TYPE_CHECKING

from edgebox.settings import ROLES
from edgebox.system.machine import built_for_gpu, gpus, thread_work

if TYPE_CHECKING:
    from edgebox.engine.role import ServedRole
    from edgebox.engine.service import Service
    from edgebox.engine.thread import DecodeThread
    from edgebox.settings import Settings
    from edgebox.system.http import Server
    from edgebox.system.notifier import Notifier

log = logging.getLogger("edgebox.engine")

WATCH_SECONDS = 0.5
PROBE_SECONDS = 60.0
"""Seconds of idleness after which the speeds are measured again (a second of work on two cores)."""
GPU_SECONDS = 30.0  # between two looks at the GPUs' memory
STALL_SECONDS = 180.0
"""Seconds without a heartbeat after which the engine ends itself, unless the supervisor's watchdog
does so earlier. Long, because on a GPU a heartbeat comes only at the end of a step."""
EXIT_STALLED = 70  # EX_SOFTWARE of sysexits.h
LOADING_SECONDS = 60.0
"""How much longer the supervisor is asked to wait while the models are being loaded."""


async def watch(
    settings: Settings, service: Service, thread: DecodeThread, server: Server, notifier: Notifier
) -> None:
    """Warm the shared prefixes up once loaded. Stop serving when the decode thread has ended.

    An engine that is not watched any more is of no use either: nothing would end it if it hung.
    """
    try:
        await _watch(settings, service, thread, notifier)
    finally:
        server.should_exit = True


async def _watch(
    settings: Settings, service: Service, thread: DecodeThread, notifier: Notifier
) -> None:
    await _until_loaded(settings, thread, notifier)
    if thread.failure is None:
        roles = list(service.roles.values())
        for role in roles:
            for sequence in role.warm_up():
                thread.submit(sequence)
            log.info(
                "%s ready: %s, prefill %.0f tok/s, decode %.1f tok/s",
                role.role,
                role.name,
                role.speed.prefill_tps,
                role.speed.decode_tps,
            )
        speeds = "; ".join(
            f"{role.role} {role.name} reads {role.speed.prefill_tps:.0f} "
            f"and writes {role.speed.decode_tps:.0f} tokens/s"
            for role in roles
        )
        notifier.ready(speeds or "no model here")
        idle_minutes = {
            role: minutes
            for role in roles
            if (minutes := settings.engines.role(role.role).unload_after_minutes)
        }
        resident = [role for role in roles if role not in idle_minutes]
        beside = [
            asyncio.create_task(_unload_idle(idle_minutes, thread)),
            asyncio.create_task(_look_at_gpus(service)),
        ]
        await _attend(resident, thread, notifier, speeds or "no model here")
        for task in beside:
            task.cancel()


async def _until_loaded(settings: Settings, thread: DecodeThread, notifier: Notifier) -> None:
    """Wait for the models. The supervisor is asked to wait too while loading makes progress."""
    roles = [settings.engines.role(role) for role in ROLES]
    names = sorted({options.model for options in roles if not options.url})
    notifier.status(f"Loading {' and '.join(names) or 'nothing: other servers have both roles'}")
    work, asked_at = -1, float("-inf")
    while not thread.loaded.is_set():
        now = time.monotonic()
        if (
            now - asked_at > LOADING_SECONDS / 10
            and (done := thread_work(thread.native_id)) != work
        ):
            work, asked_at = done, now
            notifier.extend(LOADING_SECONDS)
        await asyncio.sleep(0.05)


async def _attend(
    resident: list[ServedRole], thread: DecodeThread, notifier: Notifier, speeds: str
) -> None:
    """Feed the watchdog and measure idle roles, until the decode thread has ended.

    A slow spell lowers the measured speeds, and with a speed too low no request is
    admitted, so no step would ever raise it again: an idle engine measures itself.
    Only the end of the process ends a decode thread that hangs: without its heartbeat
    the supervisor's watchdog is not fed.
    """
    steps, idle_since, hangs = 0, time.monotonic(), False
    patience = notifier.watchdog_seconds / 2 or STALL_SECONDS
    while thread.is_alive():
        await asyncio.sleep(WATCH_SECONDS)
        now, seen = time.monotonic(), thread.snapshot
        silent = now - thread.heartbeat
        if silent > STALL_SECONDS:
            log.critical("the decode thread hangs: ending, to be started again")
            os._exit(EXIT_STALLED)
        if silent <= patience:
            hangs = False
            notifier.alive()
            notifier.status(f"{seen.running} running, {seen.waiting} waiting; {speeds}")
        elif not hangs:
            hangs = True
            log.critical("the decode thread has made no progress for %.0f s", silent)
            notifier.status("The decode thread hangs: the watchdog will end this process")
        if seen.steps != steps or seen.running + seen.waiting:
            steps, idle_since = seen.steps, now
        elif now - idle_since > PROBE_SECONDS:
            for role in resident:
                thread.submit(role.probe())


async def _unload_idle(idle_minutes: dict[ServedRole, float], thread: DecodeThread) -> None:
    """Unload idle models. Apart from the watch, because it waits for the decode thread."""
    while idle_minutes:
        await asyncio.sleep(WATCH_SECONDS)
        for role, minutes in idle_minutes.items():
            if await role.rest(thread, 60 * minutes):
                log.info("%s unloaded: idle for %g minutes", role.role, minutes)


async def _look_at_gpus(service: Service) -> None:
    """Keep the GPUs' memory for ``/health``: asking the driver takes too long for an answer."""
    while built_for_gpu():
        service.gpus = await asyncio.to_thread(gpus)
        await asyncio.sleep(GPU_SECONDS)
