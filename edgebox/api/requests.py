"""Reading a request's fields, and the wording of what is wrong with them.

No message ever repeats a value: it may be a piece of a transcript.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from edgebox.contract.requests import MISSING_TEXT, OWN_ERRORS, BatchAnalysisRequest, Request
from edgebox.contract.texts import TOO_LARGE, Limits
from edgebox.errors import BodyTooLarge, InvalidFields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails
    from starlette.requests import HTTPConnection
    from starlette.requests import Request as HttpRequest

    from edgebox.api.ratelimit import RateLimiter
    from edgebox.api.services import Services
    from edgebox.settings import ApiSettings
    from edgebox.store.clients import Client

MAX_ERRORS = 50

_TEXTS = {
    "missing": "Required.",
    MISSING_TEXT: "Required.",
    "greater_than_equal": "Must not be negative.",
    "int_type": "Send a whole number.",
    "float_type": "Send a number.",
    "float_parsing": "Send a number.",
    "bool_type": "Send true or false.",
    "bool_parsing": "Send true or false.",
    "finite_number": "Send a number.",
    "int_from_float": "Send a whole number.",
    "string_type": "Send a string.",
    "list_type": "Send an array.",
    "model_type": "Send an object.",
    "model_attributes_type": "Send an object.",
    "too_short": "Send at least one.",
}

Fields = TypeVar("Fields", bound=Request)


def announces_body(request: HTTPConnection) -> bool:
    """Return whether a request's headers announce a body."""
    headers = request.headers
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def limits_of(settings: ApiSettings) -> Limits:
    """The administrator's limits."""
    return Limits(settings.transcript_limit_characters, settings.batch_limit_consultations)


def read_fields(kind: type[Fields], fields: Mapping[str, Any], limits: Limits) -> Fields:
    """Return the request that a body's fields make.

    Raises:
        InvalidFields: one entry for each field that is wrong.
        BodyTooLarge: a transcript or the batch is over its limit.
    """
    try:
        request = kind.model_validate(fields, context=limits)
    except ValidationError as error:
        found = error.errors(include_url=False)
        errors = []
        for item in found:
            steps = (str(step).replace("~", "~0").replace("/", "~1") for step in item["loc"])
            pointer = "".join(f"/{step}" for step in steps)  # RFC 6901
            errors.append((pointer, _text_of(item)))
        if any(item["type"] == TOO_LARGE for item in found):
            raise BodyTooLarge(_summary(errors), errors=errors[:MAX_ERRORS]) from None
        raise InvalidFields(errors[:MAX_ERRORS], _summary(errors)) from None
    if isinstance(request, BatchAnalysisRequest):
        _no_duplicates(request)
    return request


def _text_of(error: ErrorDetails) -> str:
    """Return what is wrong. Pydantic's own messages may quote the value, ours do not."""
    kind = error["type"]
    if kind in OWN_ERRORS:
        return error["msg"]
    limits = error.get("ctx", {})
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", str(limits["expected"]))
        return f"Send one of: {', '.join(filter(None, words))}."
    if kind in {"greater_than_equal", "less_than_equal"} and limits.get("ge") != 0:
        side = "least" if "ge" in limits else "most"
        return f"Send a number of at {side} {limits.get('ge', limits.get('le')):g}."
    if kind in {"too_long", "string_too_long"}:
        unit = " characters" if isinstance(error["input"], str) else ""
        return f"Send at most {limits['max_length']}{unit}."
    return _TEXTS.get(kind, "Not valid.")


async def received(
    services: Services,
    request: HttpRequest,
    kind: type[Fields],
    *,
    most: int | None = None,
    rate: RateLimiter | None = None,
) -> tuple[Client, Fields]:
    """Read a request: its key first, then its body, then its fields.

    Args:
        services: of the API.
        request: not read yet.
        kind: what it is.
        most: bytes of its body, where fewer than of other bodies are taken.
        rate: counts it instead of the client's rate of all other requests.

    Raises:
        RequestError: the key, the body or a field is refused, or it is this client's rate.
        StoreBusy: keys cannot be checked.
    """
    sender = await services.gate.check_header(request)
    async with services.bodies.read(request, sender, most=most) as body:
        client = await services.gate.admit(request, body.fields, rate=rate)
        limits = limits_of(services.settings.api)
        fields = await services.bodies.work(body, lambda: read_fields(kind, body.fields, limits))
    return client, fields


def _no_duplicates(request: BatchAnalysisRequest) -> None:
    first: dict[str, int] = {}
    errors = []
    for index, item in enumerate(request.consultations):
        earlier = first.setdefault(item.consultation_id, index)
        if earlier != index:
            pointer = f"/consultations/{index}/consultation_id"
            errors.append((pointer, f"The same id as /consultations/{earlier}."))
    if errors:
        raise InvalidFields(errors[:MAX_ERRORS], _summary(errors))


def _summary(errors: list[tuple[str, str]]) -> str:
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{errors[0][0]}: {errors[0][1]}{more}"
