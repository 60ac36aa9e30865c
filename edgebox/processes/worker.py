"""Process 3: processes the backlog, delivers callbacks, removes what is old. A composition root."""

from __future__ import annotations

import logging
import select
import signal
import socket
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from edgebox.callbacks.delivery import Deliverer
from edgebox.callbacks.retry import delay_after_crash
from edgebox.callbacks.urls import own_ports
from edgebox.engine_client import Concurrency
from edgebox.errors import EdgeBoxError
from edgebox.exposition import Publisher
from edgebox.processes.ledger import LOOK, Ledger, of_engine, of_registry
from edgebox.store.db import Store
from edgebox.system import worker_lock
from edgebox.system.notifier import Notifier
from edgebox.worker.job import RUN, STALLED_SECONDS, TICK
from edgebox.worker.jobs import Backlog, Deliveries, Retention
from edgebox.worker.liveness import Liveness
from edgebox.worker.metrics import WorkerMetrics
from edgebox.worker.mid_model import MidModel
from edgebox.worker.retain import Retainer
from edgebox.worker.runner import Runner
from edgebox.worker.timing import Timing
from edgebox.worker.wakeups import WakeUps
from edgebox.worker.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgebox.settings import Settings

log = logging.getLogger("edgebox.worker")

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_CHECK_SECONDS = 1.0
_MARGIN_SECONDS = 5.0


def run_worker(
    settings: Settings, *, timing: Timing | None = None, notifier: Notifier | None = None
) -> int:
    """Work until SIGTERM or SIGINT; call it on the main thread.

    On the signal nothing new is started, what is running gets some seconds to end, and the
    rest goes back to the waiting.

    Args:
        settings: of the box.
        timing: the runs' waits and the grace at the end.
        notifier: the supervisor.

    Returns:
        The exit code.

    Raises:
        EdgeBoxError: another worker uses this state folder, or the database cannot be used.
    """
    notifier, timing = notifier or Notifier(), timing or Timing()
    stop_seconds = max(timing.grace, settings.callbacks.timeout_seconds) + _MARGIN_SECONDS
    with _only_worker(settings.state_dir), _stop_signals() as signals:
        store = Store(settings.database)
        store.migrate()
        analyses, callbacks = store.recover(delay_after_crash)
        if analyses or callbacks:
            log.warning(
                "the last worker ended in the middle of its work: %d analyses and %d callbacks "
                "continue now",
                analyses,
                callbacks,
            )
        liveness = Liveness(STALLED_SECONDS)
        metrics = WorkerMetrics()
        metrics.knows(client.client_id for client in store.clients.list())
        worker = _build(settings, store, timing, liveness, metrics)
        published = Publisher(settings.socket.parent, "worker", metrics.registry)
        log.info("worker ready")
        worker.start()
        published.start()
        ledgers = [
            Ledger(store.spending, "engine", of_engine(settings.socket.parent), look_every=LOOK),
            Ledger(store.spending, "worker", of_registry(metrics.registry.collect, time.time())),
        ]
        for ledger in ledgers:
            ledger.start()
        try:
            while not select.select([signals], [], [], _CHECK_SECONDS)[0]:
                worker.check()
                report(notifier, liveness)
        finally:
            log.info("stopping")
            notifier.stopping("Giving back what cannot end", stop_seconds + _MARGIN_SECONDS)
            ended = worker.stop(stop_seconds)
            for ledger in ledgers:
                ledger.stop()
            published.stop()
        if ended:
            store.close()
        else:
            log.warning("stopped before everything had ended; leases bring it back")
    return 0


def report(notifier: Notifier, liveness: Liveness) -> None:
    """Send the supervisor the worker's status, and a heartbeat if no job is stalled."""
    if not liveness.is_running(TICK):
        return  # before the first tick it is not ready
    if (stalled := liveness.stalled()) is not None:
        status = f"Nothing was seen of {stalled} for {STALLED_SECONDS[stalled]:.0f} s"
        if notifier.status(status):
            log.error(status)
        return
    running = liveness.is_running(RUN)
    status = "Working the backlog" if running else "Waiting for consultations and callbacks"
    notifier.ready(status)
    notifier.alive()
    notifier.status(status)


def _build(
    settings: Settings, store: Store, timing: Timing, liveness: Liveness, metrics: WorkerMetrics
) -> Worker:
    deliverer = Deliverer(
        store,
        own_ports=own_ports(settings),
        timeout=settings.callbacks.timeout_seconds,
        max_attempts=settings.callbacks.max_attempts,
        concurrency=settings.callbacks.concurrency,
        metrics=metrics.callbacks,
    )
    deliveries = Deliveries(store, deliverer, WakeUps(settings), liveness)
    concurrency = None
    if settings.engines.mlm.url:
        batch = settings.batch
        concurrency = Concurrency(batch.remote_concurrency_min, batch.remote_concurrency_max)
        metrics.sends("mlm", concurrency)
    model = MidModel(settings, concurrency)
    runner = Runner(
        store,
        model,
        settings.batch,
        callbacks=deliveries,
        timing=timing,
        metrics=metrics,
        places=model.places,
    )
    backlog = Backlog(store, settings.batch, runner, liveness)
    retention = Retention(Retainer(store, settings))
    return Worker(settings, [backlog, deliveries, retention], liveness)


@contextmanager
def _only_worker(state_dir: Path) -> Iterator[None]:
    """Hold the state folder's worker lock: with two workers a suspect would not run alone."""
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
def _stop_signals() -> Iterator[socket.socket]:
    """Yield a socket that becomes readable at the first stop signal.

    The interpreter's own C handler writes to it: no code of ours runs between two arbitrary
    lines, and it does not matter which thread the kernel picks. (A blocked signal and
    ``sigtimedwait`` would need every thread to block it, and numpy starts some when imported.)
    """
    ours, theirs = socket.socketpair()
    theirs.settimeout(0)
    before = {number: signal.signal(number, lambda *_: None) for number in _STOP_SIGNALS}
    wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    try:
        yield ours
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        ours.close()
        theirs.close()
