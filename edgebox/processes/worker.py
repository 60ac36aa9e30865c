"""Process 3: works the backlog and delivers callbacks. The composition root."""

from __future__ import annotations

import asyncio
import logging
import select
import signal
import socket
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from edgebox.callbacks.delivery import Deliverer
from edgebox.callbacks.retry import delay_after_crash
from edgebox.callbacks.urls import own_ports
from edgebox.consultation.analysis import Analyst
from edgebox.engine_client import EngineClient
from edgebox.errors import EdgeBoxError
from edgebox.store.db import Store
from edgebox.system import worker_lock
from edgebox.system.liveness import Pulse
from edgebox.system.supervisor import Notifier
from edgebox.worker.retain import Retainer
from edgebox.worker.runner import Runner, Timing
from edgebox.worker.tick import PERIOD, Ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edgebox.settings import Settings

log = logging.getLogger("edgebox.worker")

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_MARGIN_SECONDS = 5.0
_TICK, _RUN, _CALLBACKS = "the tick", "the run", "the callbacks"
_SILENCE = {_TICK: 2.5 * PERIOD, _RUN: 120.0, _CALLBACKS: 120.0}
"""Seconds after which each of them hangs: a long transcript is scored in one piece."""


def run_worker(
    settings: Settings, *, timing: Timing | None = None, notifier: Notifier | None = None
) -> int:
    """Work until SIGTERM or SIGINT; call it on the main thread.

    On the signal nothing new is begun, what is going on gets some seconds to end, and the
    rest goes back to the waiting.

    Args:
        settings: all of them.
        timing: the runs' waits and the grace at the end.
        notifier: the supervisor.

    Returns:
        The exit code.

    Raises:
        EdgeBoxError: another worker uses this state folder, or the database cannot be used.
    """
    for chatty in ("httpx", "httpcore", "huey"):  # they log URLs, headers and every tick
        logging.getLogger(chatty).setLevel(logging.WARNING)
    notifier = notifier or Notifier()
    pulse = Pulse(_SILENCE)
    with _only_worker(settings.state_dir), _signals() as stopped:
        store = Store(settings.database)
        store.migrate()
        analyses, callbacks = store.recover(delay_after_crash)
        if analyses or callbacks:
            log.warning(
                "the last worker ended in the middle of its work: %d analyses and %d callbacks "
                "go on now",
                analyses,
                callbacks,
            )
        deliverer = Deliverer(
            store,
            own_ports=own_ports(settings),
            timeout=settings.callbacks.timeout_seconds,
            max_attempts=settings.callbacks.max_attempts,
            concurrency=settings.callbacks.concurrency,
        )
        retainer = Retainer(store, settings)
        timing = timing or Timing()
        backlog = Backlog(settings, store, timing, pulse)
        stop_seconds = max(timing.grace, settings.callbacks.timeout_seconds) + _MARGIN_SECONDS
        ticker = Ticker(
            store,
            settings,
            run=lambda trigger: backlog.run(trigger, ticker.wake_deliveries_if_due),
            deliver=lambda: asyncio.run(_deliver(deliverer, pulse)),
            retain=retainer.run,
            on_tick=lambda: pulse.beat(_TICK),
        )

        def stop_work() -> None:
            log.info("stopping")
            notifier.stopping("Giving back what cannot end", stop_seconds + _MARGIN_SECONDS)
            backlog.stop()
            deliverer.stop()
            retainer.stop()

        log.info("worker ready")
        ended = ticker.consume(
            stopped,
            attend=lambda: _tell(notifier, pulse),
            stop_work=stop_work,
            shutdown_seconds=stop_seconds,
        )
        if ended:
            store.close()
        else:
            log.warning("stopped before everything had ended; leases bring it back")
    return 0


class Backlog:
    """Runs with the real engine, one at a time.

    Args:
        settings: all of them.
        store: the consultations.
        timing: the runs' waits.
        pulse: where a run shows that it gets on.
    """

    def __init__(self, settings: Settings, store: Store, timing: Timing, pulse: Pulse) -> None:
        self._settings = settings
        self._store = store
        self._timing = timing
        self._pulse = pulse
        self._runner: Runner | None = None
        self._stopping = False
        self._lock = threading.Lock()

    def run(self, trigger: str, on_ended: Callable[[], None]) -> None:
        """Work the backlog once, in a loop of its own on this thread.

        Args:
            trigger: what set it off.
            on_ended: called after consultations have ended.

        Raises:
            StoreError: the database cannot be used.
        """
        asyncio.run(self._run(trigger, on_ended))

    def stop(self) -> None:
        """Have the run end soon, and begin no other. Any thread."""
        with self._lock:
            self._stopping = True
            if self._runner is not None:
                self._runner.stop()

    async def _run(self, trigger: str, on_ended: Callable[[], None]) -> None:
        client = EngineClient(self._settings)
        try:
            runner = Runner(
                self._store,
                Analyst(client, self._settings).analyse,
                self._settings.batch,
                ready=lambda: client.ready("mlm"),
                on_ended=on_ended,
                timing=self._timing,
            )
            with self._lock:
                if self._stopping:
                    return
                self._runner = runner
            async with self._pulse.of_loop(_RUN):
                await runner.run(trigger)
        finally:
            with self._lock:
                self._runner = None
            await client.aclose()


def _tell(notifier: Notifier, pulse: Pulse) -> None:
    """Show the supervisor how the worker fares; without the watchdog's sign when a part hangs."""
    if not pulse.goes_on(_TICK):
        return  # Huey has not called yet
    working = pulse.goes_on(_RUN)
    status = "Working the backlog" if working else "Waiting for consultations and callbacks"
    if (hanging := pulse.silent()) is None:
        notifier.ready(status)
        notifier.alive()
    else:
        status = f"Nothing was seen of {hanging} for {_SILENCE[hanging]:.0f} s"
    if notifier.status(status) and hanging:
        log.error(status)


async def _deliver(deliverer: Deliverer, pulse: Pulse) -> None:
    async with pulse.of_loop(_CALLBACKS):
        counts = await deliverer.deliver_due()
    if counts.delivered or counts.retried or counts.dead:
        log.info("callbacks: %s", counts)


@contextmanager
def _only_worker(state_dir: Path) -> Iterator[None]:
    """Hold the state folder's worker lock: two would spoil "alone" in runs of suspects."""
    other = EdgeBoxError(f"A worker already uses {state_dir}. Stop it first.")
    with ExitStack() as held:
        try:
            state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            held.enter_context(worker_lock.hold(state_dir, other))
        except OSError as error:
            path = state_dir / worker_lock.NAME
            raise EdgeBoxError(
                f"Cannot write {path}: {error.strerror}. Check state_dir in edgebox.toml"
            ) from None
        yield


@contextmanager
def _signals() -> Iterator[Callable[[float], bool]]:
    """A wait that ends with the first stop signal.

    The interpreter's own C handler writes to a socket, and the wait reads it: no code of
    ours runs between two arbitrary lines, and it does not matter which thread the kernel
    picks for the signal.
    """
    ours, theirs = socket.socketpair()
    theirs.settimeout(0)
    before = {number: signal.signal(number, lambda *_: None) for number in _STOP_SIGNALS}
    wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    try:
        yield lambda seconds: bool(select.select([ours], [], [], seconds)[0])
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        ours.close()
        theirs.close()
