"""Errors become RFC 9457 problems, here and nowhere else."""

from __future__ import annotations

import json
import logging
import math
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response

from edgebox.contract.answers import FieldProblem, Problem
from edgebox.errors import (
    BodyTooLarge,
    BoxBusy,
    EdgeBoxError,
    EngineError,
    InvalidBoundKey,
    InvalidFields,
    MethodNotAllowed,
    NotFound,
    RequestError,
    Resync,
    StoreBusy,
    StoreUncertain,
    where,
)
from edgebox.system.problem import PROBLEM_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import HTTPConnection, Request
    from starlette.types import Receive, Scope, Send

log = logging.getLogger("edgebox.api")

MEDIA_TYPE = "application/problem+json"
STORE_RETRY_AFTER = 2
ENGINE_RETRY_AFTER = 5


class NoAnswer(Response):
    """Sends nothing: the client has hung up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Return without sending."""


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem as an answer."""
    body = json.dumps(problem.model_dump(exclude_none=True), ensure_ascii=False)
    return Response(body.encode("utf-8", "replace"), problem.status, headers, media_type=MEDIA_TYPE)


def request_id_of(request: HTTPConnection) -> str:
    """Return the id that the middleware gave this request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


async def on_edgebox_error(request: Request, error: Exception) -> Response:
    """Answer what this program raised on purpose. Only a RequestError shows its own text."""
    assert isinstance(error, EdgeBoxError)  # noqa: S101 - how Starlette looks handlers up
    request_id = request_id_of(request)
    if not isinstance(error, RequestError):
        log.warning("%s: %s", request_id, where(error))
    refusal = _shown(error)
    return _refusal(refusal, request_id) if refusal else internal_error(request_id)


def problem_of(error: EdgeBoxError, request_id: str) -> Problem:
    """Return an error as a problem inside an answer."""
    refusal = _shown(error)
    return _problem(refusal, request_id) if refusal else _internal(request_id)


def _shown(error: EdgeBoxError) -> RequestError | None:
    """Return what a client may read of an error; None for a fault inside the box."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, StoreUncertain):
        detail = (
            "The box could not make sure that this request was saved: it may be stored or not. "
            "Send it again with the same Idempotency-Key."
        )
        return BoxBusy(detail, retry_after=STORE_RETRY_AFTER)
    if isinstance(error, StoreBusy):
        detail = "The box could not save this request. Nothing was stored. Send it again."
        return BoxBusy(detail, retry_after=STORE_RETRY_AFTER)
    if isinstance(error, EngineError):
        detail = "The language model does not answer just now."
        return BoxBusy(detail, retry_after=ENGINE_RETRY_AFTER)
    return None


async def on_client_gone(_request: Request, _error: Exception) -> Response:
    """The client hung up: the log says so, and nothing is sent."""
    return NoAnswer()


def _problem(error: RequestError, request_id: str) -> Problem:
    errors = error.errors if isinstance(error, InvalidFields | BodyTooLarge) else ()
    return Problem(
        type=PROBLEM_TYPE + error.slug,
        title=error.title,
        status=error.http_status,
        detail=error.detail,
        request_id=request_id,
        errors=[FieldProblem(pointer=at, detail=text) for at, text in errors] or None,
        error=error.title if isinstance(error, InvalidBoundKey) else None,
        expected=error.expected if isinstance(error, Resync) else None,
    )


def _refusal(error: RequestError, request_id: str) -> Response:
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    return problem_response(_problem(error, request_id), headers)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what Starlette's router raises: 404 and 405."""
    assert isinstance(error, HTTPException)  # noqa: S101 - how Starlette looks handlers up
    if error.status_code == 404:
        slug, title = NotFound.slug, NotFound.title
        detail = "There is nothing at this path. See /openapi.json for the paths there are."
    elif error.status_code == 405:
        slug, title = MethodNotAllowed.slug, MethodNotAllowed.title
        allowed = (error.headers or {}).get("Allow", "")
        detail = f"This path answers {allowed or 'other methods'} only."
    else:
        title = HTTPStatus(error.status_code).phrase
        slug = title.lower().replace(" ", "-")
        detail = title
    problem = Problem(
        type=PROBLEM_TYPE + slug,
        title=title,
        status=error.status_code,
        detail=detail,
        request_id=request_id_of(request),
    )
    return problem_response(problem, error.headers)


def internal_error(request_id: str) -> Response:
    """Return a 500 that says nothing but the id to look for in the log."""
    return problem_response(_internal(request_id))


def _internal(request_id: str) -> Problem:
    return Problem(
        type=PROBLEM_TYPE + "internal-error",
        title="Internal error",
        status=500,
        detail="Something failed inside the box. Tell its administrator the request id.",
        request_id=request_id,
    )
