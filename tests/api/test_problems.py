import logging
import re
from dataclasses import replace

import httpx
import pytest

from edgebox.api.app import create_app
from edgebox.errors import StoreBusy, StoreUncertain
from support.boxes.api import BATCH, QUICK, TALK, ApiBox

pytestmark = pytest.mark.anyio


def problem(answer: httpx.Response, status: int) -> dict:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:edgebox:problem:")
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


class Faulty:
    """A part that fails with a message that quotes the client."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def admit(self, *_: object, **__: object) -> None:
        raise self.error


def faulty_http(box: ApiBox, error: Exception) -> httpx.AsyncClient:
    app = create_app(replace(box.services, quick=Faulty(error)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://box")


async def test_an_unknown_path_is_a_404_problem(box: ApiBox) -> None:
    assert problem(await box.get("/api/v2/anything"), 404)["type"].endswith(":not-found")


@pytest.mark.parametrize("path", ["/healthz/", "/api/v1/batches/", f"{QUICK}/"])
async def test_a_path_with_a_slash_too_many_does_not_exist(box: ApiBox, path: str) -> None:
    problem(await box.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", QUICK, "POST"),
        ("PUT", BATCH, "POST"),
        ("DELETE", "/api/v1/batches/BATCH-20250913-001", "GET"),
        ("OPTIONS", "/api/v1/batches", "GET"),
        ("OPTIONS", QUICK, "POST"),
    ],
)
async def test_another_method_is_a_405_problem_that_names_the_right_one(
    box: ApiBox, method: str, path: str, allowed: str
) -> None:
    answer = await box.http.request(method, path)
    assert answer.headers["allow"] == allowed
    assert allowed in problem(answer, 405)["detail"]


async def test_head_is_a_405_too(box: ApiBox) -> None:
    answer = await box.http.head("/openapi.json")  # whose body HTTP leaves out
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


async def test_a_missing_key_is_a_401_problem_with_the_contracts_error(box: ApiBox) -> None:
    answer = await box.quick(headers={})
    assert problem(answer, 401)["error"] == "Invalid bound key"


async def test_field_errors_are_listed_by_json_pointer(box: ApiBox) -> None:
    body = problem(await box.quick(consultation_id=7, priority="urgent"), 422)
    assert body["errors"] == [
        {"pointer": "/consultation_id", "detail": "Send a string."},
        {"pointer": "/priority", "detail": "Send one of: high, normal, low."},
    ]


async def test_a_sane_request_id_is_kept(box: ApiBox) -> None:
    answer = await box.http.get("/healthz", headers={"X-Request-Id": "call-7.A_b"})
    assert answer.headers["x-request-id"] == "call-7.A_b"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, 'a"b', "가".encode(), "a\tb", "../../x"])
async def test_any_other_request_id_is_replaced(box: ApiBox, sent: str) -> None:
    answer = await box.http.get("/healthz", headers={"X-Request-Id": sent})
    assert answer.headers["x-request-id"].isalnum()
    assert len(answer.headers["x-request-id"]) == 32


async def test_every_answer_says_that_it_is_not_to_be_kept(box: ApiBox) -> None:
    for answer in (await box.quick(), await box.get("/nowhere"), await box.get("/healthz")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_unexpected_error_is_a_500_without_any_of_it_in_answer_or_log(
    box: ApiBox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with faulty_http(box, RuntimeError(f"could not take {TALK}")) as http:
        answer = await http.post(
            QUICK,
            json={"consultation_id": "CL-1", "conversation_text": TALK},
            headers=box.headers(),
        )
    body = problem(answer, 500)
    assert "RuntimeError" not in answer.text
    assert "카드" not in answer.text
    assert "카드" not in caplog.text
    assert "Traceback" not in caplog.text
    [error] = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert error.ecs == {"event.action": "error", "error.type": "RuntimeError"}
    said = f"request {body['request_id']} failed: RuntimeError at edgebox.api."
    assert error.message.startswith(said)


async def test_a_busy_store_is_a_503_that_says_when_to_come_back(box: ApiBox) -> None:
    async with faulty_http(box, StoreBusy("/var/lib/edgebox.db is locked")) as http:
        answer = await http.post(
            QUICK,
            json={"consultation_id": "CL-1", "conversation_text": TALK},
            headers=box.headers(),
        )
    problem(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1
    assert "/var/lib" not in answer.text


async def test_an_uncertain_commit_is_a_503_that_promises_nothing(box: ApiBox) -> None:
    async with faulty_http(box, StoreUncertain("the disk failed")) as http:
        answer = await http.post(
            QUICK,
            json={"consultation_id": "CL-1", "conversation_text": TALK},
            headers=box.headers(),
        )
    detail = problem(answer, 503)["detail"]
    assert "Nothing was stored" not in detail
    assert "the same Idempotency-Key" in detail


async def test_each_request_is_one_log_record_by_route_template(
    box: ApiBox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "edgebox.api")
    await box.get("/api/v1/batches/BATCH-20250913-001?note=비밀")
    await box.quick(conversation_text="고객: 비밀번호를 잊었어요", consultation_id="CL-비밀")
    missing, good = [r.ecs for r in caplog.records]
    duration, request_id = good.pop("event.duration"), good.pop("http.request.id")
    assert isinstance(duration, int)
    assert 0 < duration < 60e9, "nanoseconds"
    assert good == {
        "event.action": "request",
        "event.outcome": "success",
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "source.ip": "127.0.0.1",
        "edgebox.route": QUICK,
        "edgebox.client_id": "center-1",
    }
    assert missing["edgebox.route"] == "/api/v1/batches/{batch_id}"
    assert (missing["http.response.status_code"], missing["event.outcome"]) == (404, "failure")
    message = caplog.records[1].message
    assert re.fullmatch(
        rf"POST {QUICK} 200 in \d\.\d{{3}} s, client center-1, from 127\.0\.0\.1, "
        rf"request {request_id}",
        message,
    )
    assert "비밀" not in caplog.text


async def test_the_log_of_an_unknown_path_does_not_repeat_it(
    box: ApiBox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "edgebox.api")
    await box.http.get("/비밀")
    assert caplog.records[-1].ecs["edgebox.route"] == "unmatched"
    assert "비밀" not in caplog.text
