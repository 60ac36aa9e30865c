"""Errors become RFC 9457 problems, here and nowhere else."""

from __future__ import annotations

import json
import logging
import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from edgebox.api.hangup import NoAnswer
from edgebox.errors import (
    BodyTooLarge,
    EdgeBoxError,
    EngineError,
    InvalidBoundKey,
    InvalidFields,
    MethodNotAllowed,
    NotFound,
    RequestError,
    StoreBusy,
    where,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

log = logging.getLogger("edgebox.api")

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:edgebox:problem:"
STORE_RETRY_AFTER = 2
ENGINE_RETRY_AFTER = 5


def problem_body(
    *,
    slug: str,
    title: str,
    status: int,
    detail: str,
    request_id: str,
    errors: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """The members of a problem, in the order people read them."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + slug,
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id,
    }
    if errors:
        body["errors"] = [{"pointer": pointer, "detail": text} for pointer, text in errors]
    return body


def problem_response(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A problem as an answer."""
    return Response(
        json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
        status_code=body["status"],
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def request_id_of(request: Request) -> str:
    """The id that the middleware gave this request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


async def on_edgebox_error(request: Request, error: Exception) -> Response:
    """Anything this program raises on purpose. Only refusals show their own words."""
    assert isinstance(error, EdgeBoxError)  # noqa: S101 - how Starlette looks handlers up
    request_id = request_id_of(request)
    if isinstance(error, RequestError):
        return _refusal(error, request_id)
    log.warning("%s: %s", request_id, where(error))
    if isinstance(error, StoreBusy):
        detail = "The box could not write it down just now; nothing was kept. Send it again."
        return _unavailable(request_id, detail, STORE_RETRY_AFTER)
    if isinstance(error, EngineError):
        detail = "The language model does not answer just now."
        return _unavailable(request_id, detail, ENGINE_RETRY_AFTER)
    return internal_error(request_id)


async def on_client_gone(_request: Request, _error: Exception) -> Response:
    """The client hung up: the log says so, and nothing is sent."""
    return NoAnswer()


def _refusal(error: RequestError, request_id: str) -> Response:
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    body = problem_body(
        slug=error.slug,
        title=error.title,
        status=error.http_status,
        detail=error.detail,
        request_id=request_id,
        errors=error.errors if isinstance(error, InvalidFields | BodyTooLarge) else (),
    )
    if isinstance(error, InvalidBoundKey):
        body["error"] = "Invalid bound key"
    return problem_response(body, headers)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What Starlette's router raises: 404 and 405."""
    assert isinstance(error, HTTPException)  # noqa: S101 - how Starlette looks handlers up
    request_id = request_id_of(request)
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
    body = problem_body(
        slug=slug, title=title, status=error.status_code, detail=detail, request_id=request_id
    )
    return problem_response(body, error.headers)


def internal_error(request_id: str) -> Response:
    """500: says nothing but the id to look for in the log."""
    return problem_response(
        problem_body(
            slug="internal-error",
            title="Internal error",
            status=500,
            detail="Something failed inside the box. Tell its administrator the request id.",
            request_id=request_id,
        )
    )


def _unavailable(request_id: str, detail: str, retry_after: int) -> Response:
    body = problem_body(
        slug="box-busy", title="Box busy", status=503, detail=detail, request_id=request_id
    )
    return problem_response(body, {"Retry-After": str(retry_after)})
