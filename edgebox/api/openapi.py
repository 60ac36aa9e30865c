"""The interface as OpenAPI 3.1, generated from ``edgebox/contract/``."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from pydantic.json_schema import models_json_schema
from starlette.responses import Response

from edgebox import __version__
from edgebox.api.auth import HEADER
from edgebox.api.batches import DEFAULT_PAGE, IDEMPOTENCY_HEADER, LARGEST_PAGE
from edgebox.api.requests import limits_of
from edgebox.contract.answers import (
    Alive,
    BatchAccepted,
    BatchPage,
    BatchStatus,
    Problem,
    QuickSummaryAnswer,
    Ready,
)
from edgebox.contract.asks import AskAnswer, AskRequest, FeedbackRequest, event_schema
from edgebox.contract.limits import MAX_ID_CHARACTERS
from edgebox.contract.live import AcceptedRecord, LiveAppend, LiveEnd, LiveEnded, LiveReceived
from edgebox.contract.paths import Paths
from edgebox.contract.requests import BatchAnalysisRequest, QuickSummaryRequest
from edgebox.contract.results import BatchState
from edgebox.contract.texts import ID_PATTERN, Limits
from edgebox.settings import ApiSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode
    from starlette.requests import Request

_PROBLEMS = {
    "400": "Not JSON",
    "401": "The bound key is missing or not valid",
    "404": "Nothing here for this client",
    "409": "The same Idempotency-Key is being processed, the answer is being written, the "
    "transcript was removed, the append does not continue the call (`expected` says where it "
    "does), or the call has ended",
    "413": "The body, a transcript or the batch is over its limit",
    "415": "Not application/json in UTF-8",
    "422": "Fields are wrong; `errors` names each",
    "429": "This client's rate; see Retry-After",
    "503": "The box is full or starting; see Retry-After",
}
_KEY = "^[!-~]([ -~]*[!-~])?$"  # printable ASCII; HTTP removes spaces around a header's value
_SEGMENT = ID_PATTERN.replace("[^", "[^/", 1)
_REFERENCE = "#/components/schemas/{model}"


def openapi(*, asks: bool = True, api: ApiSettings | None = None) -> dict[str, Any]:
    """Return the whole document.

    Args:
        asks: there are questions (``[ask] enabled``).
        api: the administrator's limits; the defaults if None.
    """
    api = api or ApiSettings()
    of_asks: tuple[tuple[type[BaseModel], JsonSchemaMode], ...] = (
        (AskRequest, "validation"),
        (FeedbackRequest, "validation"),
        (AskAnswer, "serialization"),
    )
    _, definitions = models_json_schema(
        [
            (QuickSummaryRequest, "validation"),
            (BatchAnalysisRequest, "validation"),
            *(of_asks if asks else ()),
            (LiveAppend, "validation"),
            (LiveEnd, "validation"),
            (QuickSummaryAnswer, "serialization"),
            (BatchAccepted, "serialization"),
            (LiveReceived, "serialization"),
            (LiveEnded, "serialization"),
            (AcceptedRecord, "serialization"),
            (BatchStatus, "serialization"),
            (BatchPage, "serialization"),
            (Alive, "serialization"),
            (Ready, "serialization"),
            (Problem, "serialization"),
        ],
        ref_template=_REFERENCE,
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "EdgeBox",
            "version": __version__,
            "description": "Consultation summaries on one machine. Every error is an RFC 9457 "
            "problem; every answer carries X-Request-Id.",
        },
        "paths": _paths(asks=asks),
        "components": {
            "schemas": _limited(definitions["$defs"], limits_of(api)),
            "securitySchemes": {
                "boundKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": HEADER,
                    "description": "client_id:timestamp:hex(HMAC-SHA256(secret, "
                    "client_id:timestamp)); Unix seconds, "
                    f"{api.key_tolerance_seconds:g} s old to {api.key_future_seconds:g} s ahead. "
                    "A JSON body may carry it as bound_key instead. Or a v2 key, for one request: "
                    "docs/api.md.",
                }
            },
        },
    }


def _limited(schemas: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Return the schemas with this box's limits in the place of the defaults."""
    for name in ("QuickSummaryRequest", "ConsultationItem", "AskRequest"):
        if name in schemas:
            schemas[name]["properties"]["conversation_text"]["maxLength"] = limits.characters
    batch = schemas["BatchAnalysisRequest"]["properties"]["consultations"]
    batch["maxItems"] = limits.consultations
    return schemas


def _paths(*, asks: bool) -> dict[str, Any]:
    quick = _operation(
        "quickSummary",
        "A summary of one or two sentences, within the deadline",
        {"200": _json("QuickSummaryAnswer", "The summary")},
        body="QuickSummaryRequest",
        problems=("400", "401", "413", "415", "422", "429", "503"),
    )
    quick["responses"]["200"]["content"]["text/event-stream"] = {
        "schema": {"type": "string"},
        "example": 'event: delta\ndata: {"text": "…"}\n\nevent: done\ndata: {…}\n\n',
    }
    batch = _operation(
        "batchAnalysis",
        "Hand in consultations for detailed analysis",
        {"202": _json("BatchAccepted", "They are on disk and will be analysed")},
        body="BatchAnalysisRequest",
        problems=("400", "401", "409", "413", "415", "422", "429", "503"),
    )
    batch["parameters"] = [
        {
            "name": IDEMPOTENCY_HEADER,
            "in": "header",
            "schema": {"type": "string", "maxLength": 255, "pattern": _KEY},
            "description": "The same key and body give the same batch.",
        }
    ]
    page = _operation(
        "listBatches",
        "The caller's batches, newest first",
        {"200": _json("BatchPage", "One page")},
        problems=("401", "422", "429", "503"),
    )
    limits = {"minimum": 1, "maximum": LARGEST_PAGE, "default": DEFAULT_PAGE}
    page["parameters"] = [
        _query("state", {"type": "string", "enum": list(get_args(BatchState))}),
        _query("limit", {"type": "integer", **limits}),
        _query("cursor", {"type": "string", "pattern": "^[0-9]{1,18}$"}),
    ]
    one = _operation(
        "getBatch",
        "A batch's state, and the results there are",
        {"200": _json("BatchStatus", "The batch")},
        problems=("401", "404", "429", "503"),
    )
    one["parameters"] = [_in_path("batch_id")]
    return {
        Paths.QUICK_SUMMARY: {"post": quick},
        **(_asks() if asks else {}),
        Paths.BATCH_ANALYSIS: {"post": batch},
        **_live(),
        Paths.BATCHES: {"get": page},
        Paths.BATCH: {"get": one},
        Paths.ALIVE: {"get": _plain("alive", _json("Alive", "This process answers"))},
        Paths.READY: {
            "get": _plain("ready", _json("Ready", "The store and the engine are ready"), ("503",))
        },
        Paths.METRICS: {
            "get": _plain(
                "metrics",
                _content("text/plain", {"type": "string"}, "Prometheus metrics"),
                ("401", "429", "503"),
                key=True,
            )
        },
        Paths.OPENAPI: {
            "get": _plain(
                "openapi", _content("application/json", {"type": "object"}, "This document")
            )
        },
    }


def _asks() -> dict[str, Any]:
    ask = _operation(
        "ask",
        "A question about a call: evidence, an acknowledgement, an answer, by its deadline",
        {"200": _json("AskAnswer", "The end of the question")},
        body="AskRequest",
        problems=("400", "401", "404", "409", "413", "415", "422", "429", "503"),
    )
    ask["responses"]["200"]["content"]["text/event-stream"] = event_schema()
    asked = _operation(
        "getAsked",
        "The end of a question of the last two minutes",
        {"200": _json("AskAnswer", "The end of the question")},
        problems=("401", "404", "409", "429", "503"),
    )
    asked["parameters"] = [_in_path("ask_id")]
    feedback = _operation(
        "feedback",
        "What somebody says of an answer",
        {"204": {"description": "It is kept"}},
        body="FeedbackRequest",
        problems=("400", "401", "413", "415", "422", "429", "503"),
    )
    return {
        Paths.ASK: {"post": ask},
        Paths.ASKED: {"get": asked},
        Paths.FEEDBACK: {"post": feedback},
    }


def _live() -> dict[str, Any]:
    append = _operation(
        "appendToCall",
        "What was said in a call in progress since the last time",
        {"200": _json("LiveReceived", "It was received")},
        body="LiveAppend",
        problems=("400", "401", "409", "413", "415", "422", "429", "503"),
    )
    append["parameters"] = [_consultation_in_path()]
    forget = _operation(
        "forgetCall",
        "Forget a call in progress: nothing of it is kept, except what somebody accepted",
        {"204": {"description": "There is no such call, any more or at all"}},
        problems=("401", "422", "429", "503"),
    )
    forget["parameters"] = [_consultation_in_path()]
    end = _operation(
        "endCall",
        "The end of a call in progress: it is handed in, and analysed at once",
        {"202": _json("LiveEnded", "It is on disk; or it is not handed in, as was asked")},
        body="LiveEnd",
        problems=("400", "401", "409", "413", "415", "422", "429", "503"),
    )
    end["parameters"] = [_consultation_in_path()]
    record = _operation(
        "getRecord",
        "What somebody accepted of a consultation last",
        {"200": _json("AcceptedRecord", "The record, or else the summary")},
        problems=("401", "404", "409", "422", "429", "503"),
    )
    record["parameters"] = [_consultation_in_path()]
    return {
        Paths.LIVE: {"put": append, "delete": forget},
        Paths.LIVE_END: {"post": end},
        Paths.RECORD: {"get": record},
    }


def _operation(
    name: str,
    summary: str,
    answers: dict[str, Any],
    *,
    body: str | None = None,
    problems: tuple[str, ...],
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        # A body may carry the key instead.
        "security": [{"boundKey": []}, {}] if body else [{"boundKey": []}],
        "responses": answers | {status: _problem(status) for status in problems},
    }
    if body:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REFERENCE.format(model=body)}}},
        }
    return operation


def _plain(
    name: str, answer: dict[str, Any], problems: tuple[str, ...] = (), *, key: bool = False
) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": answer["description"],
        "security": [{"boundKey": []}] if key else [],
        "responses": {"200": answer} | {status: _problem(status) for status in problems},
    }


def _json(model: str, description: str) -> dict[str, Any]:
    return _content("application/json", {"$ref": _REFERENCE.format(model=model)}, description)


def _problem(status: str) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(model="Problem")}
    return _content("application/problem+json", schema, _PROBLEMS[status])


def _content(kind: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"description": description, "content": {kind: {"schema": schema}}}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _consultation_in_path() -> dict[str, Any]:
    schema = {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_ID_CHARACTERS,
        "pattern": _SEGMENT,
    }
    return _in_path("consultation_id") | {"schema": schema, "description": "Yours, without /."}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    # Empty is as left out: clients fill in ?state=&limit=&cursor=.
    return {"name": name, "in": "query", "schema": schema, "allowEmptyValue": True}


def get_openapi(*, asks: bool, api: ApiSettings) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint ``GET /openapi.json``. Arguments as in ``openapi``."""

    @cache
    def document() -> bytes:
        return json.dumps(openapi(asks=asks, api=api), ensure_ascii=False).encode()

    async def get(_request: Request) -> Response:
        return Response(document(), media_type="application/json")

    return get
