"""Sends the callbacks of the outbox: every finished batch to its receiver.

::

    DNS or connection fails, timeout, 3xx, 4xx, 5xx        → sent again, by the schedule
    2xx                                                    → delivered
    410, no longer on the client's list, attempts used up  → dead: kept, can be sent again by hand
    not sent: worker stops, database busy, client disabled → sent again, does not count

Delivery is at least once: after a crash between the receiver's 2xx and our commit, the callback
is sent again with the same ``webhook-id``, by which the receiver recognises it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox import __version__
from edgebox.callbacks.metrics import CallbackMetrics
from edgebox.callbacks.post import Poster, SystemResolver
from edgebox.callbacks.retry import RETRY_DELAYS, Attempt, retry_delay
from edgebox.callbacks.urls import check_callback_url
from edgebox.errors import EdgeBoxError, InvalidFields, StoreError, where
from edgebox.signing import callback_key, webhook_headers
from edgebox.system.logs import about

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from edgebox.callbacks.post import NewTransport, Resolve
    from edgebox.store.db import Store
    from edgebox.store.outbox import Delivery

log = logging.getLogger("edgebox.callbacks")

_POLL_SECONDS = 0.5
_RECORD_TRIES = 5
_RECORD_SECONDS = 60.0  # for recording an outcome while the database is busy
_DISABLED_SECONDS = 300.0  # until a disabled client's callback is looked at again


@dataclass
class DeliveryCounts:
    """How the deliveries of one pass ended."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0

    def __str__(self) -> str:
        """Return what a line of the log says of it."""
        return f"{self.delivered} delivered, {self.retried} to be tried again, {self.dead} given up"


class Deliverer:
    """Sends the deliveries that are due.

    Args:
        store: outbox and clients.
        own_ports: TCP ports of this box, which callbacks must not reach.
        timeout: seconds that one attempt may take in total, from name resolution to status line.
        max_attempts: failed attempts after which a delivery is dead.
        concurrency: attempts at once. One receiver gets at most a quarter of them, so that
            one that hangs does not delay the others.
        clock: Unix seconds.
        rng: for the jitter.
        resolve: returns the addresses of host and port; the system's resolver when None.
        transport: makes the transport of one attempt; verified TLS with the system's
            certificate authorities when None.
        metrics: counts the attempts.
    """

    def __init__(
        self,
        store: Store,
        *,
        own_ports: Collection[int],
        timeout: float = 15.0,
        max_attempts: int = 10,
        concurrency: int = 8,
        clock: Callable[[], float] = time.time,
        rng: random.Random | None = None,
        resolve: Resolve | None = None,
        transport: NewTransport | None = None,
        metrics: CallbackMetrics | None = None,
    ) -> None:
        self._store = store
        self._own_ports = frozenset(own_ports)
        self._timeout = timeout
        self._poster = Poster(
            own_ports=own_ports,
            timeout=timeout,
            clock=clock,
            resolve=resolve or SystemResolver(concurrency),
            transport=transport,
        )
        self._max_attempts = max_attempts
        self._concurrency = concurrency
        self._clock = clock
        self._rng = rng or random.SystemRandom()
        self._metrics = metrics or CallbackMetrics()
        self._stopping = False

    def stop(self) -> None:
        """Start no more deliveries; those being sent are finished. Any thread may call this."""
        self._stopping = True

    async def deliver_due(self) -> DeliveryCounts:
        """Send everything that is due, and what becomes due meanwhile.

        Several calls may run at once, in one thread or in several: the outbox gives each
        delivery to one of them.

        Raises:
            StoreError: the outbox could not be read; nothing was lost.
        """
        counts = DeliveryCounts()
        running: dict[asyncio.Task[None], int] = {}
        try:
            while True:
                for delivery in self._claim(running.values()):
                    with about(batch_id=delivery.batch_id):
                        task = asyncio.create_task(self._deliver(delivery, counts))
                    running[task] = delivery.id
                if not running:
                    return counts
                ended, _ = await asyncio.wait(
                    running, timeout=_POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                for task in ended:
                    del running[task]
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _claim(self, sending: Collection[int]) -> list[Delivery]:
        """Claim as many deliveries as can be sent now, so that none waits while its lease runs."""
        room = self._concurrency - len(sending)
        if self._stopping or not room:
            return []
        try:
            return self._store.outbox.due(
                self._clock(),
                room,
                self._timeout + _RECORD_SECONDS,
                per_receiver=max(1, self._concurrency // 4),
                sending=sending,
            )
        except StoreError:
            if sending:  # a busy database must not end what is being sent
                return []
            raise

    async def _deliver(self, delivery: Delivery, counts: DeliveryCounts) -> None:
        try:
            if self._stopping:
                attempt = Attempt("unsent", error="the worker stopped before it was sent")
            else:
                attempt = await self.attempt(delivery)
        except EdgeBoxError as error:
            # After a retry of its batch the row is gone, and nothing is written below.
            attempt = Attempt("unsent", error=error.detail, retry_after=RETRY_DELAYS[0])
        except Exception as error:  # noqa: BLE001 - one delivery must not stop the others
            attempt = Attempt("retry", error=f"internal error ({type(error).__name__})")
            log.error("callback %s: %s", delivery.batch_id, where(error))  # noqa: TRY400
        await self._record(delivery, attempt, counts)

    async def attempt(self, delivery: Delivery) -> Attempt:
        """Send once and return how it ended. The outbox is not changed.

        Raises:
            EdgeBoxError: nothing was sent, because the database could not be read or there
                is nothing to send any more.
        """
        client = self._store.clients.get(delivery.client_id)
        if client is None:
            return Attempt("dead", error="the client no longer exists")
        if client.disabled:
            return Attempt(
                "unsent",
                error="the client is disabled: nothing is signed for it",
                retry_after=_DISABLED_SECONDS,
            )
        try:
            target = check_callback_url(delivery.url, client.allowed_callbacks, self._own_ports)
        except InvalidFields as refusal:
            return Attempt("dead", error=refusal.errors[0][1])
        body = json.dumps(
            self._store.outbox.body(delivery.batch_id), ensure_ascii=False, separators=(",", ":")
        ).encode("utf-8")
        now = self._clock()
        headers = {
            "User-Agent": f"edgebox/{__version__}",
            "Content-Type": "application/json",
            "X-Bound-Key": callback_key(delivery.client_id, client.secrets[0], now),
        } | webhook_headers(delivery.webhook_id, now, body, client.secrets)
        began = time.monotonic()
        attempt = await self._poster.post(target, headers, body)
        self._metrics.sent(time.monotonic() - began)
        return attempt

    async def _record(self, delivery: Delivery, attempt: Attempt, counts: DeliveryCounts) -> None:
        """Record the outcome; try again while the database is busy."""
        for left in reversed(range(_RECORD_TRIES)):
            try:
                self._write(delivery, attempt, counts)
            except StoreError as error:
                if left:
                    await asyncio.sleep(_POLL_SECONDS)
                else:
                    # Its lease runs out and it is sent again: delivery is at least once.
                    log.warning("callback %s: not recorded: %s", delivery.batch_id, error.detail)
            else:
                return

    def _write(self, delivery: Delivery, attempt: Attempt, counts: DeliveryCounts) -> None:
        outbox = self._store.outbox
        tries = f"attempt {delivery.attempts} of {self._max_attempts}"
        if attempt.kind == "delivered":
            kept = outbox.delivered(delivery, attempt.status or 200)
            counts.delivered += kept
            self._metrics.ended("delivered")
            log.info("callback %s: delivered, %s", delivery.batch_id, tries)
        elif attempt.kind == "unsent":
            wait = attempt.retry_after
            when = None if wait is None else self._clock() + wait
            kept = outbox.unclaim(delivery, attempt.error, when=when)
            counts.retried += kept
            self._metrics.ended("unsent")
            log.info("callback %s: not sent: %s", delivery.batch_id, attempt.error)
        elif attempt.kind == "dead" or delivery.attempts >= self._max_attempts:
            kept = outbox.dead(delivery, attempt.error, status=attempt.status)
            counts.dead += kept
            self._metrics.ended("dead" if kept else "retry")
            said = "dead, " if kept else ""
            log.warning("callback %s: %s%s: %s", delivery.batch_id, said, tries, attempt.error)
        else:
            delay = retry_delay(delivery.attempts, attempt.retry_after, self._rng)
            when = self._clock() + delay
            kept = outbox.retry_at(delivery, when, attempt.error, status=attempt.status)
            counts.retried += kept
            self._metrics.ended("retry")
            then = f"; again in {delay:.0f} s" if kept else ""
            log.info("callback %s: %s: %s%s", delivery.batch_id, tries, attempt.error, then)
        if not kept:
            log.info(
                "callback %s: that attempt no longer counts: it is sent again, was delivered "
                "meanwhile, or its batch is analysed again",
                delivery.batch_id,
            )
