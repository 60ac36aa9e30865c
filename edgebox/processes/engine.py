"""Process 1: loads both models, measures them, and serves them on the Unix socket."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

from edgebox.engine.core import EngineCore
from edgebox.engine.metrics import engine_registry
from edgebox.engine.scheduler import Scheduler
from edgebox.engine.server import engine_app
from edgebox.engine.service import Service
from edgebox.engine.thread import DecodeThread
from edgebox.errors import BoxNotRunning, ConfigError, EdgeBoxError, where
from edgebox.exposition import Publisher
from edgebox.processes.engine_watchdog import watch
from edgebox.processes.loading import Loader
from edgebox.system.http import Server
from edgebox.system.notifier import Notifier

if TYPE_CHECKING:
    from pathlib import Path

    from edgebox.settings import Settings

log = logging.getLogger("edgebox.engine")

STOP_SECONDS = 20.0


def run_engine(settings: Settings, notifier: Notifier | None = None) -> int:
    """Serve until SIGTERM or SIGINT.

    Returns:
        The exit code.

    Raises:
        EdgeBoxError: a model is missing, cannot be loaded, or another engine runs.
    """
    return asyncio.run(_serve(settings, notifier or Notifier()))


async def _serve(settings: Settings, notifier: Notifier) -> int:
    if problem := settings.socket_problem:
        raise ConfigError(f"{problem}. Set runtime_dir in edgebox.toml to a shorter folder.")
    listener = _bind(settings.socket)
    inode = settings.socket.stat().st_ino
    try:
        options = settings.engines
        loader = Loader(settings)
        core = EngineCore(Scheduler(background_target=options.step_target_seconds))
        thread = DecodeThread(core, loader, queue_limit=options.queue_limit)
        service = Service(thread, loader.roles)
        published = Publisher(
            settings.socket.parent,
            "engine",
            engine_registry(
                core,
                service,
                idle_watts=settings.cost.idle_watts,
                busy_watts=settings.cost.busy_watts,
            ),
        )
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
            thread.stop()  # what runs is answered with "stopping" at once, not with a dead engine
            server.handle_exit(number, None)

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
        published.start()
        thread.start()
        watching = asyncio.create_task(watch(settings, service, thread, server, notifier))
        await server.serve(sockets=[listener])
        watching.cancel()
        [watched] = await asyncio.gather(watching, return_exceptions=True)
        thread.stop()
        if thread.loaded.is_set():  # a thread that is still loading cannot be stopped, only left
            await asyncio.to_thread(thread.join, 10)
        published.stop()
    finally:
        listener.close()
        with suppress(OSError):  # a successor may already have its own socket there
            if settings.socket.stat().st_ino == inode:
                settings.socket.unlink()
    failure = thread.failure or (watched if isinstance(watched, Exception) else None)
    if isinstance(failure, EdgeBoxError):
        raise failure
    if failure is not None:
        log.error("the engine ended: %s", where(failure))
        return 1
    return 0


def _bind(path: Path) -> socket.socket:
    """Return a listening socket that only this user can open.

    Raises:
        BoxNotRunning: another engine has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        if _is_listened_on(path):
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


def _is_listened_on(path: Path) -> bool:
    """Return whether a process listens there, also one that hangs and accepts nothing."""
    with socket.socket(socket.AF_UNIX) as other:
        other.settimeout(0)  # a connection beyond those that wait would block
        try:
            other.connect(str(path))
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True
