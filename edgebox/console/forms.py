"""Forms as browsers send them."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from edgebox.api.requests import announces_body
from edgebox.errors import BodyTooLarge, MalformedRequest, RequestError, UnsupportedMediaType
from edgebox.system.http import ClientGone

LIMIT_BYTES = 64 * 1024
MOST_FIELDS = 64
PATIENCE = 10.0
"""Seconds that a form may take to arrive."""


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form; of several with one name, the last. No body is no fields.

    Raises:
        UnsupportedMediaType: the body is no form.
        BodyTooLarge: over LIMIT_BYTES.
        MalformedRequest: not UTF-8, or more than MOST_FIELDS.
        ClientGone: the client hung up.
    """
    if not announces_body(request):
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType("Send a form: application/x-www-form-urlencoded.")
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for part in request.stream():
                body += part
                if len(body) > LIMIT_BYTES:
                    raise BodyTooLarge(f"The form is over {LIMIT_BYTES} bytes.")
    except TimeoutError:
        raise RequestError("The form did not arrive in time.") from None
    except ClientDisconnect:
        raise ClientGone from None
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise MalformedRequest("The form cannot be read.") from None
    return dict(fields)
