"""What schemathesis asks of each answer besides its own checks."""

import os

import schemathesis

BEYOND_A_SCHEMA = (
    ("", "Has no text."),
    ("", "Is JSON of no known recogniser."),
    ("", "Begins like JSON and is cut off"),
    ("", "Is what a program prints of its objects."),
    ("", "Lost its letters"),
    ("", "The same id as "),
    ("", "Must not be empty."),
    ("", "This Idempotency-Key was used with another body."),
    ("/metadata", "At most "),
    ("/callback_url", "callback_url "),
    ("/operator", "Must not be empty."),
    ("/extension", "Must not be empty."),
    ("/extension", "Send operator or extension, not both."),
    ("/consultation_id", "Must not be empty."),
    ("/call_date", "Send an RFC 3339 date or time"),
)
"""What JSON Schema cannot say: where (the pointer's end), and how the refusal begins."""


KNOWN = "CL-known"
"""A call in progress, and a consultation of which a summary was accepted."""


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Most valid bodies leave out what hardly ever passes: a key, and a receiver's URL.

    Half of the ids in paths are those of something.
    """
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive:
        return
    named = case.path_parameters.get("consultation_id") if case.path_parameters else None
    if named is not None and case.path.endswith(("/end", "/record")) and len(named) % 2:
        case.path_parameters["consultation_id"] = KNOWN
    asked = case.path_parameters.get("ask_id") if case.path_parameters else None
    if asked is not None and len(asked) % 2:
        case.path_parameters["ask_id"] = os.environ["KNOWN_ASK"]
    if not isinstance(case.body, dict):
        return
    case.body.pop("bound_key", None)
    if len(str(case.body.get("callback_url"))) % 4:
        case.body.pop("callback_url", None)


@schemathesis.check
def valid_data_is_refused_for_a_reason(ctx, response, case):
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive:
        return
    if response.status_code not in {400, 413, 415, 422}:
        return
    problem = response.json()
    faults = problem.get("errors") or [{"pointer": "", "detail": problem["detail"]}]
    for fault in faults:
        assert any(
            fault["pointer"].endswith(place) and fault["detail"].startswith(words)
            for place, words in BEYOND_A_SCHEMA
        ), f"refused although it is as described: {fault}"


@schemathesis.check
def every_answer_has_its_id(ctx, response, case):
    [request_id] = response.headers["x-request-id"]
    assert request_id
    if response.status_code >= 400 and case.method != "HEAD":
        problem = response.json()
        assert problem["request_id"] == request_id
        assert problem["status"] == response.status_code
