"""A problem (RFC 9457) as bytes, for what is refused before the application sees a request."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http import HTTPStatus

PROBLEM_TYPE = "urn:edgebox:problem:"
"""What the type of every problem begins with."""


def problem(status: HTTPStatus, detail: str) -> bytes:
    """Return a whole HTTP answer that ends the connection, with an id of its own."""
    request_id = uuid.uuid4().hex
    body = json.dumps(
        {
            "type": f"{PROBLEM_TYPE}{status.phrase.lower().replace(' ', '-')}",
            "title": status.phrase,
            "status": status.value,
            "detail": detail,
            "request_id": request_id,
        }
    ).encode()
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "content-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\n"
        f"x-request-id: {request_id}\r\n"
        "connection: close\r\n\r\n"
    ).encode("ascii") + body
