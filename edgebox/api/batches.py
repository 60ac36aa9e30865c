"""Batches over HTTP: submit, read, list."""

from __future__ import annotations

import logging
import math
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar, get_args

from edgebox.api.body import fingerprint
from edgebox.api.requests import announces_body, limits_of, read_fields
from edgebox.api.responses import json_response
from edgebox.callbacks.urls import check_callback_url
from edgebox.consultation.estimate import Workload, estimate_seconds
from edgebox.contract.answers import (
    BatchAccepted,
    BatchPage,
    BatchStatus,
    BatchSummary,
    CallbackStatus,
    Counts,
    RemovedWords,
)
from edgebox.contract.paths import Paths
from edgebox.contract.requests import BatchAnalysisRequest
from edgebox.contract.results import BatchState
from edgebox.errors import (
    ClientQueueFull,
    InvalidFields,
    NotFound,
    QueueFull,
    RequestConflict,
    StoreError,
    where,
)
from edgebox.schedule import seconds_until_run
from edgebox.store.acts import Actor
from edgebox.store.batches import NewConsultation
from edgebox.store.room import Room
from edgebox.system.addresses import peer_of
from edgebox.system.http import until_gone
from edgebox.system.times import in_zone, rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from edgebox.api.services import Services
    from edgebox.store.batches import Submitted
    from edgebox.store.clients import Client
    from edgebox.store.views import BatchView, ConsultationRow

T = TypeVar("T")

log = logging.getLogger("edgebox.api")

IDEMPOTENCY_HEADER = "Idempotency-Key"
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")
DEFAULT_PAGE = 50
LARGEST_PAGE = 200
_LONGEST_REFUSAL = 3600  # seconds; a client that is told to wait longer would not try again
_LONGEST_ESTIMATE = 10 * 366 * 86400.0  # seconds; more is a speed that was measured wrongly


class BatchEndpoints:
    """The endpoints of batches."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limits = limits_of(services.settings.api)
        self._in_flight: set[tuple[str, str]] = set()

    async def post(self, request: Request) -> Response:
        """``POST /api/v1/consultation/batch-analysis``: 202 once the rows are on disk."""
        services = self._services
        sender = await services.gate.check_header(request)
        async with services.bodies.read(request, sender) as body:
            client = await services.gate.admit(request, body.fields)
            key = idempotency_key(request)

            def check() -> tuple[BatchAnalysisRequest, tuple[str, str] | None]:
                asked = read_fields(BatchAnalysisRequest, body.fields, self._limits)
                return asked, (key, fingerprint(body.fields)) if key is not None else None

            asked, idempotency = await services.bodies.work(body, check)

            def accept() -> tuple[Submitted, str]:
                submitted, expected = self._submit(
                    client, asked, idempotency, peer_of(request.scope)
                )
                if not submitted.replayed:
                    try:
                        services.wake()
                    except Exception as error:  # noqa: BLE001 - accepted; the next tick finds it
                        log.warning("the worker was not woken: %s", where(error))
                return submitted, expected

            with self._only_one(client, key):
                submitted, expected = await services.threads.write(client.client_id, accept)
        headers = {"Location": Paths.BATCH.format(batch_id=submitted.batch_id)}
        if submitted.replayed:
            headers["Idempotency-Replayed"] = "true"
        else:
            services.metrics.consultations_accepted.inc(submitted.total)
        services.metrics.asked(client.client_id, "batch")
        answer = BatchAccepted(
            batch_id=submitted.batch_id,
            total_consultations=submitted.total,
            estimated_completion=expected,
        )
        return json_response(answer, 202, headers)

    async def get(self, request: Request) -> Response:
        """``GET /api/v1/batches/{batch_id}``: the state, and the results there are."""
        client = await self._services.gate.admit(request)
        batch_id: str = request.path_params["batch_id"]
        batches = self._services.store.batches

        def read() -> tuple[BatchView, list[ConsultationRow], float]:
            view = batches.get(batch_id, client.client_id)
            if view is None:
                raise NotFound("There is no such batch of yours.")
            return view, batches.consultations(batch_id), self._starts_in()

        view, rows, starts_in = await self._read(request, client, read)
        results = [entry for row in rows if (entry := row.entry()) is not None]
        if view.results_removed_at is not None:
            results = []  # only the states are left, and the counts have those
        if results:
            peer = peer_of(request.scope)
            self._services.reads.note("results.read", client.client_id, peer, batch_id)
        summary = self._summary(view, starts_in)
        # Not validated: results leave as they were stored.
        return json_response(BatchStatus.model_construct(**dict(summary), results=results))

    async def page(self, request: Request) -> Response:
        """``GET /api/v1/batches?state=&limit=&cursor=``: the caller's own, newest first."""
        services = self._services
        client = await services.gate.admit(request)
        asked = request.query_params
        twice = {name for name, _ in asked.multi_items() if len(asked.getlist(name)) > 1}
        if wrong := sorted(twice & {"state", "limit", "cursor"}):
            raise InvalidFields([(f"/{name}", "Send it once.") for name in wrong])
        state, limit, cursor = page_arguments(
            asked.get("state") or None,
            asked.get("limit") or str(DEFAULT_PAGE),
            asked.get("cursor") or None,
        )

        def read() -> tuple[list[BatchView], int | None, float]:
            views, following = services.store.batches.page(client.client_id, state, limit, cursor)
            return views, following, self._starts_in()

        views, following, starts_in = await self._read(request, client, read)
        services.reads.note("batches.list", client.client_id, peer_of(request.scope))
        batches = [self._summary(view, starts_in) for view in views]
        next_cursor = None if following is None else str(following)
        return json_response(BatchPage(batches=batches, next_cursor=next_cursor))

    async def _read(self, request: Request, client: Client, read: Callable[[], T]) -> T:
        """Read the store; a client that hangs up gives up its place in the queue."""
        reading = self._services.threads.read(client.client_id, read)
        if announces_body(request):
            return await reading  # to notice a hang-up, the whole body would have to be read
        return await until_gone(request.receive, reading)

    @contextmanager
    def _only_one(self, client: Client, key: str | None) -> Iterator[None]:
        """Refuse an Idempotency-Key while another request with it is being written.

        Raises:
            RequestConflict: 409; see Idempotency-Key in docs/api.md.
        """
        if key is None:
            yield
            return
        held = (client.client_id, key)
        if held in self._in_flight:
            raise RequestConflict(
                "A request with this Idempotency-Key is being processed. Try again in a moment.",
                retry_after=1,
            )
        self._in_flight.add(held)
        try:
            yield
        finally:
            self._in_flight.discard(held)

    # In a thread ----------------------------------------------------------------

    def _submit(
        self,
        client: Client,
        asked: BatchAnalysisRequest,
        idempotency: tuple[str, str] | None,
        peer: str,
    ) -> tuple[Submitted, str]:
        """Put the batch on disk.

        Returns:
            (the batch, when it is expected to be done as RFC 3339).
        """
        services = self._services
        own = Workload(
            len(asked.consultations), sum(len(c.transcript) for c in asked.consultations)
        )
        if asked.callback_url is not None:
            try:
                check_callback_url(asked.callback_url, client.allowed_callbacks, services.own_ports)
            except InvalidFields:  # the list may have changed since the batch was accepted
                batches = services.store.batches
                earlier = batches.earlier(client.client_id, *idempotency) if idempotency else None
                if earlier is None:
                    raise
                return earlier, self._expected(earlier, client, own)
        today = in_zone(services.clock())
        limits = services.settings.batch
        try:
            submitted = services.store.batches.submit(
                client.client_id,
                [
                    NewConsultation(
                        item.consultation_id, item.transcript, item.metadata, item.date_of_call
                    )
                    for item in asked.consultations
                ],
                asked.callback_url,
                idempotency=idempotency,
                local_date=f"{today:%Y%m%d}",
                room=Room(limits.max_waiting, limits.max_waiting_per_client),
                by=Actor(None, peer or None),
            )
        except (QueueFull, ClientQueueFull) as full:
            # There is room once as many consultations as this batch holds have been processed.
            full.retry_after = min(math.ceil(self._seconds(own, 0.0)), _LONGEST_REFUSAL)
            raise
        return submitted, self._expected(submitted, client, own)

    def _expected(self, submitted: Submitted, client: Client, own: Workload) -> str:
        """Return when an accepted batch is done: nothing may turn the 202 into an error."""
        services, waits = self._services, self._services.settings.batch.max_wait_seconds
        try:
            with suppress(StoreError):
                view = services.store.batches.get(submitted.batch_id, client.client_id)
                if view is not None and view.completed_at is not None:
                    return rfc3339(view.completed_at)
                if view is not None:
                    return self._completion(view, self._starts_in())
            return self._at(own, waits)
        except Exception as error:  # noqa: BLE001 - the batch is on disk
            log.error("the estimate of %s: %s", submitted.batch_id, where(error))  # noqa: TRY400
            return rfc3339(math.ceil(services.clock() + waits))

    def _starts_in(self) -> float:
        store, settings = self._services.store, self._services.settings.batch
        last = store.runs.last()
        return seconds_until_run(
            store.consultations.pending_count(),
            store.consultations.oldest_pending_at(),
            last.started_at if last and last.finished_at is not None else None,
            self._services.clock(),
            settings,
        )

    # Shapes ---------------------------------------------------------------------

    def _completion(self, view: BatchView, starts_in: float) -> str:
        """Return when an open batch is expected to be done."""
        work = Workload(
            view.ahead + view.remaining, view.ahead_characters + view.remaining_characters
        )
        # A batch that runs now continues; only a queued one waits for the next run.
        return self._at(work, starts_in if view.state == "queued" else 0.0)

    def _at(self, work: Workload, starts_in: float) -> str:
        return rfc3339(math.ceil(self._services.clock() + self._seconds(work, starts_in)))

    def _seconds(self, work: Workload, starts_in: float) -> float:
        health = self._services.monitor.health
        seconds = estimate_seconds(
            work,
            health.roles.get("mlm") if health else None,
            concurrency=self._services.settings.analyses_at_once,
            seconds_until_run=starts_in,
        )
        return min(_LONGEST_ESTIMATE, seconds)  # in this order also where it is nan

    def _summary(self, view: BatchView, starts_in: float) -> BatchSummary:
        callback = completed_at = expected = removed = None
        if view.completed_at is not None:
            completed_at = rfc3339(view.completed_at)
        else:
            expected = self._completion(view, starts_in)
        if view.transcripts_removed_at is not None or view.results_removed_at is not None:
            removed = RemovedWords(
                transcripts=_time(view.transcripts_removed_at),
                results=_time(view.results_removed_at),
            )
        if view.callback_state is not None:
            callback = CallbackStatus(state=view.callback_state, attempts=view.callback_attempts)
        return BatchSummary(
            batch_id=view.batch_id,
            state=view.state,
            total_consultations=view.total,
            counts=Counts(
                pending=view.pending, running=view.running, done=view.done, failed=view.failed
            ),
            created_at=rfc3339(view.created_at),
            completed_at=completed_at,
            estimated_completion=expected,
            callback=callback,
            removed=removed,
        )


def idempotency_key(request: Request) -> str | None:
    """Return the header's value, or None where there is none.

    Raises:
        InvalidFields: empty, too long, not printable ASCII, or sent twice.
    """
    sent = request.headers.getlist(IDEMPOTENCY_HEADER)
    if not sent:
        return None
    if len(sent) > 1 or not _PRINTABLE.fullmatch(sent[0]):
        raise InvalidFields(
            [("", f"{IDEMPOTENCY_HEADER}: send it once, 1 to 255 printable ASCII characters.")],
            f"{IDEMPOTENCY_HEADER}: send it once, 1 to 255 printable ASCII characters.",
        )
    return sent[0]


def page_arguments(
    state: str | None, limit: str, cursor: str | None
) -> tuple[BatchState | None, int, int | None]:
    """Return the arguments of ``store.batches.page`` from those of a query.

    Raises:
        InvalidFields: no such state, a limit out of range, or not a cursor of ours.
    """
    if not (limit.isascii() and limit.isdigit() and len(limit) < 10):
        raise InvalidFields([("/limit", "Send a whole number.")])
    states = {name: name for name in get_args(BatchState)}
    errors = []
    if state is not None and state not in states:
        errors.append(("/state", f"One of: {', '.join(states)}."))
    if not 1 <= int(limit) <= LARGEST_PAGE:
        errors.append(("/limit", f"From 1 to {LARGEST_PAGE}."))
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        errors.append(("/cursor", "Send the cursor of the page before, or none."))
    if errors:
        raise InvalidFields(errors)
    return states[state] if state else None, int(limit), int(cursor) if cursor else None


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)
