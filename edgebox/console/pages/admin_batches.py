"""Batches and their callbacks: what became of them, sending again, analysing failures again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, get_args
from urllib.parse import quote, urlsplit

from starlette.responses import RedirectResponse

from edgebox.console.asked import Asked
from edgebox.console.findings import TRANSLATIONS
from edgebox.console.forms import form_of
from edgebox.console.guard import local_path
from edgebox.console.person import person_of
from edgebox.contract.results import BatchState
from edgebox.errors import NotFound, Removed
from edgebox.system.addresses import peer_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.api.services import Services
    from edgebox.console.services import ConsoleServices
    from edgebox.store.outbox import OutboxRow
    from edgebox.store.views import BatchView

PATH = "/admin/batches"
ROWS = 50
STATES: tuple[BatchState, ...] = get_args(BatchState)
DONE = ("resent", "retried", "nothing", "removed", "gone")
_POOL = "console"


def routes(services: Services, console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of this file."""
    pages, guard = BatchPages(services, console), console.guard
    return [
        guard.page("GET", PATH, pages.list, "admin"),
        guard.page("POST", PATH + "/{batch_id}/resend", pages.resend, "admin"),
        guard.page("POST", PATH + "/{batch_id}/retry", pages.retry, "admin"),
    ]


class BatchPages:
    """The endpoints."""

    def __init__(self, services: Services, console: ConsoleServices) -> None:
        self._services = services
        self._console = console

    async def list(self, request: Request) -> Response:
        """``GET /admin/batches``."""
        asked, store = Asked(request.query_params), self._services.store
        state, client = asked.choice("state", STATES), asked.text("client")
        failures = asked.choice("failures", ("on",)) == "on"
        before = asked.whole("before")

        def look() -> tuple[list[BatchView], int | None, dict[str, OutboxRow], list[str]]:
            views: list[BatchView] = []
            following = None
            if not asked.wrong:
                views, following = store.batches.page(
                    client, state, ROWS, before, with_failures=failures
                )
            outbox = store.outbox.of_batches([view.batch_id for view in views])
            return views, following, outbox, [one.client_id for one in store.clients.list()]

        views, following, outbox, clients = await self._services.threads.read(_POOL, look)
        person, peer = person_of(request), peer_of(request.scope)
        self._services.reads.note("view.batches", client, peer, None, person.name)
        return self._console.templates.page(
            request,
            "admin/batches.html",
            422 if asked.wrong else 200,
            asked=asked,
            states=STATES,
            clients=clients,
            told=TRANSLATIONS[self._console.templates.language].quoted,
            rows=[
                (view, outbox.get(view.batch_id), _receiver(view.callback_url)) for view in views
            ],
            here=asked.address(PATH, done=""),
            done=Asked(request.query_params).choice("done", DONE),
            first=asked.address(PATH, before="", done="") if before else None,
            following=asked.address(PATH, before=str(following), done="") if following else None,
        )

    async def resend(self, request: Request) -> Response:
        """``POST /admin/batches/{batch_id}/resend``."""
        store, by = self._services.store, person_of(request).actor
        batch_id, form = request.path_params["batch_id"], await form_of(request)

        def work() -> str:
            found = store.outbox.of_batches([batch_id])
            if batch_id not in found:
                return "gone"
            try:
                store.outbox.resend(found[batch_id].id, by=by)
            except NotFound:  # its batch is being analysed again
                return "gone"
            except Removed:
                return "removed"
            self._services.deliver()
            return "resent"

        done = await self._services.threads.write(_POOL, work)
        return _back(form, done)

    async def retry(self, request: Request) -> Response:
        """``POST /admin/batches/{batch_id}/retry``."""
        store, by = self._services.store, person_of(request).actor
        batch_id, form = request.path_params["batch_id"], await form_of(request)

        def work() -> str:
            try:
                count = store.batches.retry(batch_id, by=by)
            except NotFound:
                return "gone"
            except Removed:
                return "removed"
            if not count:
                return "nothing"
            self._services.wake()
            return "retried"

        done = await self._services.threads.write(_POOL, work)
        return _back(form, done)


def _back(form: dict[str, str], done: str) -> Response:
    """Go back to the list as it was."""
    here = local_path(form.get("here", PATH))
    if urlsplit(here).path != PATH:
        here = PATH
    joined = "&" if "?" in here else "?"
    return RedirectResponse(f"{here}{joined}done={quote(done)}", HTTPStatus.SEE_OTHER)


def _receiver(url: str | None) -> str | None:
    """Return where a callback goes, without what may be a secret in its address."""
    return None if url is None else urlsplit(url).netloc.rpartition("@")[2]
