"""What every request of the console is held against, before its endpoint sees it.

1. It came over TLS, or from this machine; otherwise one page says how to turn TLS on.
2. It was not sent by another site's page (``origin.py``).
3. It carries a session, unless the route is for everybody.
4. The session's password is not a one-time one, unless the route is for changing it.
5. The person's role is one of the route's.
6. The password was given in the last five minutes, where the route wants that.

Every answer gets the headers of ``headers.py``; an error becomes a page, or a problem for a script.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from edgebox.api.middleware import log_fault
from edgebox.api.problems import on_edgebox_error, on_http_exception, request_id_of
from edgebox.console.headers import secured
from edgebox.console.https import way_of
from edgebox.console.navigation import ACCOUNT
from edgebox.console.origin import SAFE_METHODS, may_change
from edgebox.errors import EdgeBoxError, Forbidden, LoginNeeded, RequestError, UnsupportedMediaType
from edgebox.system.addresses import peer_of
from edgebox.system.http import ClientGone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from edgebox.api.services import Services
    from edgebox.console.navigation import Navigation
    from edgebox.console.person import Person
    from edgebox.console.rendering import Templates
    from edgebox.console.sessions import Sessions
    from edgebox.store.operators import Role

    Endpoint = Callable[[Request], Awaitable[Response]]

LOGIN = "/login"
PROVE = "/prove"
LONGEST_SUBJECT = 200
"""Characters of a path in the audit."""
PROOF_SECONDS = 300.0
"""For which a password that was given counts."""

ALLOWED_BEFORE_CHANGE = frozenset({ACCOUNT, "/logout"})
"""Paths for a person whose password is a one-time one."""


@dataclass(frozen=True)
class Rule:
    """What a route is for.

    Attributes:
        method: GET or POST.
        path: of the route.
        roles: who may use it; empty for everybody, without a session.
        proved: the password has to have been given in the last PROOF_SECONDS.
        kind: ``page`` answers errors with pages, ``data`` with problems.
        by_itself: a page asks for it without its reader: it does not make the session last longer.
    """

    method: str
    path: str
    roles: frozenset[Role]
    proved: bool
    kind: Literal["page", "data"]
    by_itself: bool = False


class Guard:
    """Makes the console's routes.

    Args:
        services: the API's.
        sessions: who is logged in.
        templates: for the pages of errors.
        navigation: is told of each page.
    """

    def __init__(
        self,
        services: Services,
        sessions: Sessions,
        templates: Templates,
        navigation: Navigation,
    ) -> None:
        self._services = services
        self._sessions = sessions
        self._templates = templates
        self._navigation = navigation
        self._further = services.settings.console.further_origins
        self.rules: list[Rule] = []

    def page(
        self,
        method: str,
        path: str,
        endpoint: Endpoint,
        *roles: Role,
        proved: bool = False,
        by_itself: bool = False,
    ) -> Route:
        """Return the route of a page, or of a form that ends in a page.

        Args:
            method: GET or POST.
            path: of the route.
            endpoint: finds its person with ``person_of``.
            roles: who may use it; at least one.
            proved: only if the password was given in the last PROOF_SECONDS.
            by_itself: it is asked for by a script, again and again.
        """
        if method == "GET":
            self._navigation.add(path, frozenset(roles))
        rule = Rule(method, path, frozenset(roles), proved, "page", by_itself)
        return self._route(rule, endpoint)

    def data(
        self, method: str, path: str, endpoint: Endpoint, *roles: Role, proved: bool = False
    ) -> Route:
        """Return a route for scripts of pages: JSON, and problems. Arguments as in ``page``."""
        return self._route(Rule(method, path, frozenset(roles), proved, "data"), endpoint)

    def open(self, method: str, path: str, endpoint: Endpoint) -> Route:
        """Return the route of a page for everybody."""
        return self._route(Rule(method, path, frozenset(), proved=False, kind="page"), endpoint)

    async def error_page(self, request: Request, status: int, *, detail: str = "") -> Response:
        """Return the page of an error.

        Args:
            request: the one that failed.
            status: of the answer.
            detail: a key of ``words/`` that says more than the status does.
        """
        known = {403, 404, 405, 413, 429, 503}
        return self._templates.page(
            request,
            "error.html",
            status,
            title=f"error.{status if status in known else 'other'}",
            detail=detail,
            request_id=request_id_of(request),
        )

    def _route(self, rule: Rule, endpoint: Endpoint) -> Route:
        self.rules.append(rule)

        async def answer(request: Request) -> Response:
            request.state.person = None
            try:
                refused = await self._refused(request, rule)
                response = refused or await endpoint(request)
            except EdgeBoxError as error:
                if isinstance(error, Forbidden):
                    self._note_refusal(request)
                response = await self._failed(request, rule, error)
            except HTTPException as error:
                if rule.kind == "data":
                    response = await on_http_exception(request, error)
                else:
                    response = await self.error_page(request, error.status_code)
            except ClientGone:
                raise
            except Exception as error:
                if rule.kind == "data":
                    raise
                log_fault(request_id_of(request), error)
                response = await self.error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)
            return secured(response)

        route = Route(rule.path, answer, methods=[rule.method])
        route.methods = {rule.method}
        return route

    async def _refused(self, request: Request, rule: Rule) -> Response | None:
        """Return an answer instead of the endpoint's, or None.

        Raises:
            RequestError: the request is refused.
        """
        if way_of(request, self._further) == "plain":
            return self._templates.page(request, "plain.html", HTTPStatus.FORBIDDEN)
        if not may_change(request.method, request.headers, self._further):
            raise Forbidden("This request came from another site.")
        if rule.kind == "data" and request.method not in SAFE_METHODS and not _is_json(request):
            raise UnsupportedMediaType("Send Content-Type: application/json.")
        person = await self._sessions.person(request, touch=not rule.by_itself)
        request.state.person = person
        if not rule.roles:
            return None
        if person is not None and person.client_id is not None:
            request.state.client_id = person.client_id  # for the log's line
        if rule.kind == "data":
            self._hold_against(rule, person)
            return None
        return self._elsewhere(request, rule, person)

    def _note_refusal(self, request: Request) -> None:
        """Put into the audit that a person asked for what is not theirs."""
        if person := request.state.person:
            path = request.url.path[:LONGEST_SUBJECT]
            self._services.reads.note(
                "view.refused", person.client_id, peer_of(request.scope), path, person.name
            )

    def _hold_against(self, rule: Rule, person: Person | None) -> None:
        """Raise a RequestError unless a script may have what it asks for."""
        if person is None:
            raise LoginNeeded("There is no session, or it has ended. Log in again.")
        if person.must_change:
            raise Forbidden("Change the one-time password first.")
        if person.role not in rule.roles:
            raise Forbidden("This is for other people.")
        if rule.proved and not self._is_proved(person):
            raise Forbidden("Give your password again first.")

    def _elsewhere(self, request: Request, rule: Rule, person: Person | None) -> Response | None:
        """Return a redirect to the page that has to come first, or None.

        Raises:
            Forbidden: it is not for this person's role.
        """
        if person is None:
            wanted = request.url.path if request.method == "GET" else ""
            return _see_other(LOGIN, wanted, request.url.query)
        if person.must_change and rule.path not in ALLOWED_BEFORE_CHANGE:
            return _see_other(ACCOUNT)
        if person.role not in rule.roles:
            raise Forbidden("This page is for other people.")
        if rule.proved and not self._is_proved(person):
            return _see_other(PROVE, self._back_from(request), request.url.query)
        return None

    def _is_proved(self, person: Person) -> bool:
        return self._services.clock() - person.proved_at <= PROOF_SECONDS

    def _back_from(self, request: Request) -> str:
        """Return the page to go back to after the proof: a form's own page has its path."""
        pages = {rule.path for rule in self.rules if rule.method == "GET"}
        route = request.scope["route"].path
        return request.url.path if request.method == "GET" or route in pages else "/"

    async def _failed(self, request: Request, rule: Rule, error: EdgeBoxError) -> Response:
        problem = await on_edgebox_error(request, error)  # which says what may be shown
        if rule.kind == "data":
            return problem
        response = await self.error_page(request, problem.status_code)
        if isinstance(error, RequestError) and "retry-after" in problem.headers:
            response.headers["Retry-After"] = problem.headers["retry-after"]
        return response


def local_path(text: str) -> str:
    """Return a path of this box that a form names as the next page; ``/`` for anything else.

    Two slashes, or a slash and a backslash, begin a path with a host of its own to browsers.
    """
    plain = text.isascii() and text.isprintable() and " " not in text
    if plain and text.startswith("/") and not text.startswith(("//", "/\\")) and "\\" not in text:
        return text
    return "/"


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0]
    return kind.strip().lower() == "application/json"


def _see_other(path: str, then: str = "", query: str = "") -> Response:
    if then and then != "/":
        then = quote(then) + (f"?{query}" if query else "")
        path = f"{path}?{urlencode({'next': then})}"
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)
