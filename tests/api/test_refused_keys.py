"""Refused keys as the administrator meets them: lines in the log, and the file of the last ones."""

import hashlib
import hmac
import json
import logging
import stat
import time

import pytest

from edgebox.api import refused_keys as refused_keys_module
from edgebox.api.refused_keys import LINES, MOST_WAITING, NAME, REASONS, RefusedKey, refused_keys
from edgebox.errors import InvalidBoundKey
from support.boxes.api import QUICK, TALK, ApiBox, api_box
from support.polling import eventually

pytestmark = pytest.mark.anyio

BODY = {"consultation_id": "CL-1", "conversation_text": TALK}


def lines(caplog: pytest.LogCaptureFixture) -> list[dict]:
    found = [r for r in caplog.records if "refused" in r.message]
    assert {record.levelno for record in found} <= {logging.WARNING}
    return [record.ecs | {"message": record.message} for record in found]


def in_milliseconds(box: ApiBox, client: str = "center-1") -> str:
    signed = f"{client}:{time.time() * 1000:.0f}"
    secret = box.secrets.get(client, "").encode()
    return f"{signed}:{hmac.new(secret, signed.encode(), hashlib.sha256).hexdigest()}"


async def send(box: ApiBox, key: str | None = None, **more: object):
    headers = {} if key is None else {"X-Bound-Key": key}
    return await box.http.post(QUICK, json=BODY | more, headers=headers)


async def test_the_log_says_why_with_the_request_and_the_client(
    box: ApiBox, caplog: pytest.LogCaptureFixture
) -> None:
    key = in_milliseconds(box)
    answer = await send(box, key)
    assert answer.status_code == 401
    assert answer.json()["detail"] == InvalidBoundKey().detail
    await box.services.refused.report()
    assert lines(caplog) == [
        {
            "message": "key refused: timestamp has 13 digits: milliseconds, client center-1, "
            f"from 127.0.0.1, request {answer.headers['x-request-id']}",
            "event.action": "key_refused",
            "event.reason": "timestamp has 13 digits: milliseconds",
            "edgebox.client_id": "center-1",
        }
    ]
    for part in (key.split(":")[2], box.secrets["center-1"]):
        assert part not in caplog.text


@pytest.mark.parametrize(
    ("header", "inside", "client", "reason"),
    [
        (None, None, None, "no key was sent"),
        (None, "", None, "the key is empty"),
        ("good", "", "center-1", "bound_key in the body is empty beside the header X-Bound-Key"),
        ("good", "x", "center-1", "bound_key in the body differs from the header X-Bound-Key"),
        ("good", 7, "center-1", "bound_key in the body is not a string"),
        (None, ["x"], None, "bound_key in the body is not a string"),
        (None, "nobody:1757770125:" + "0" * 64, None, "unknown client; timestamp is "),
        ("", None, None, "the key is empty"),
    ],
)
async def test_what_is_wrong_with_how_the_key_was_sent(  # noqa: PLR0917 - fixtures and a row
    box: ApiBox, caplog: pytest.LogCaptureFixture, header, inside, client, reason
) -> None:
    more = {} if inside is None else {"bound_key": inside}
    answer = await send(box, box.key() if header == "good" else header, **more)
    assert answer.status_code == 401
    assert answer.json()["detail"] == InvalidBoundKey().detail
    await box.services.refused.report()
    [line] = lines(caplog)
    assert line.get("edgebox.client_id") == client
    assert line["event.reason"].startswith(reason)


@pytest.mark.parametrize(
    ("path", "sent", "reason"),
    [
        ("/api/v1/batches", "Bearer {key}", "but Authorization: the key belongs into the header"),
        ("/api/v1/batches", "{key}", "but Authorization: the key belongs into the header"),
        ("/metrics", "Bearer another-token-than-ours", "is not the token of metrics_token_file"),
        ("/metrics", "", "is not the token of metrics_token_file"),
    ],
)
async def test_what_was_sent_instead_of_a_key_is_said(
    box: ApiBox, caplog: pytest.LogCaptureFixture, path, sent, reason
) -> None:
    key = box.key()
    answer = await box.http.get(path, headers={"Authorization": sent.format(key=key)})
    assert answer.status_code == 401
    await box.services.refused.report()
    [line] = lines(caplog)
    assert line["event.reason"].startswith("no key was sent, ")
    assert reason in line["event.reason"]
    assert key not in caplog.text
    assert "another-token" not in caplog.text


async def test_two_headers_that_differ_are_said_to(
    box: ApiBox, caplog: pytest.LogCaptureFixture
) -> None:
    headers = [("X-Bound-Key", box.key()), ("X-Bound-Key", "x")]
    assert (await box.http.post(QUICK, json=BODY, headers=headers)).status_code == 401
    await box.services.refused.report()
    [line] = lines(caplog)
    assert line["event.reason"] == "there are 2 headers X-Bound-Key, and they differ"


async def test_a_line_comes_by_itself(
    box: ApiBox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_keys_module, "INTERVAL", 0.01)
    await send(box)
    await eventually(lambda: lines(caplog))
    await send(box)
    await eventually(lambda: len(lines(caplog)) == 2)


async def test_accepted_keys_are_not_mentioned(
    box: ApiBox, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await send(box, box.key())).status_code == 200
    await box.services.refused.report()
    assert lines(caplog) == []
    assert not (box.settings.state_dir / NAME).exists()


async def test_a_flood_is_counted_and_the_other_clients_are_still_shown(
    tmp_path, anyio_backend, caplog: pytest.LogCaptureFixture
) -> None:
    now = [100.0]
    async with api_box(tmp_path, monotonic=lambda: now[0]) as box:
        report, flood = box.services.refused.report, MOST_WAITING + 30
        for _ in range(flood):
            await send(box)
        await report()
        assert len(lines(caplog)) == LINES
        await send(box, in_milliseconds(box))
        await report()
        assert len(lines(caplog)) == LINES
        found = {one.client: one for one in refused_keys(tmp_path, 0)}
        assert found["center-1"].reason == "timestamp has 13 digits: milliseconds"
        assert found[None].count == MOST_WAITING
        now[0] += 60
        await report()
        assert lines(caplog)[-1]["edgebox.lines_left_out"] == flood + 1 - LINES
        await send(box)
        await report()
        assert lines(caplog)[-1]["event.action"] == "key_refused"


async def test_the_last_refusal_of_each_client_outlives_the_process(
    tmp_path, anyio_backend
) -> None:
    at = [1_800_000_000.0]
    for _ in range(2):
        async with api_box(tmp_path, clock=lambda: at[0]) as box:
            await send(box, box.key("center-2", at[0] - 400))
            at[0] += 10
            await send(box, box.key("center-1", at[0] + 500))
    assert refused_keys(tmp_path, 0) == [
        RefusedKey("center-1", "timestamp is 500 s ahead", 1_800_000_020, 2, 1_800_000_010),
        RefusedKey("center-2", "timestamp is 400 s old", 1_800_000_010, 2, 1_800_000_000),
    ]
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    for secret in box.secrets.values():
        assert secret not in (tmp_path / NAME).read_text()


async def test_the_last_reasons_of_a_client_are_kept_each_with_its_count(
    tmp_path, anyio_backend
) -> None:
    at = [1_800_000_000.0]
    async with api_box(tmp_path, clock=lambda: at[0]) as box:
        for off in (400, 401, 402):  # one reason, whatever its number
            await send(box, box.key(at=at[0] - off))
        for key in ("", "x", "x:y", "a:b:c", "a:b:c:d", "y" * 300):
            at[0] += 1
            await send(box, key)
        assert (await send(box, box.key(at=at[0]), bound_key="")).status_code == 401
    found = refused_keys(tmp_path, 0)
    own = [(one.reason, one.count) for one in found if one.client == "center-1"]
    assert own == [
        ("bound_key in the body is empty beside the header X-Bound-Key", 1),
        ("timestamp is 402 s old", 3),
    ]
    assert len([one for one in found if one.client is None]) == REASONS
    assert found[0].at >= found[-1].at
    assert {one.client for one in refused_keys(tmp_path, at[0] - 1)} == {"center-1", None}
    assert refused_keys(tmp_path, at[0] + 1) == []


async def test_a_day_without_refusals_begins_a_new_count(tmp_path, anyio_backend) -> None:
    at = [1_800_000_000.0]
    async with api_box(tmp_path, clock=lambda: at[0]) as box:
        for wait in (0, 3600, 86_401):
            at[0] += wait
            await send(box)
    [one] = refused_keys(tmp_path, 0)
    assert (one.count, one.since) == (1, at[0])


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"client": "x"}]', '{"a": 1}', "null"])
async def test_a_damaged_file_is_no_refusals(
    tmp_path, anyio_backend, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / NAME).write_text(content)
    assert refused_keys(tmp_path, 0) == []
    async with api_box(tmp_path) as box:
        await send(box)
    assert [one.reason for one in refused_keys(tmp_path, 0)] == ["no key was sent"]


async def test_a_file_that_cannot_be_written_costs_nothing_but_the_file(
    box: ApiBox, caplog: pytest.LogCaptureFixture
) -> None:
    (box.settings.state_dir / NAME).mkdir()
    await send(box)
    await box.services.refused.report()
    assert len(lines(caplog)) == 1
    assert (await send(box, box.key())).status_code == 200


WHOLE = {"client": "a", "reason": "r", "at": 1000.0, "count": 1, "since": 1000.0}


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{}x",
        "7",
        "[7]",
        "[" * 100_000,
        "\x00",
        '[{"client": null, "reason": null}]',
        *(
            json.dumps([WHOLE | wrong])
            for wrong in (
                {"client": ["x"]},
                {"client": 7},
                {"reason": None},
                {"at": "1000"},
                {"at": float("nan")},
                {"at": 1e300, "since": 1e300},
                {"since": None},
                {"count": "1"},
                {"other": 1},
            )
        ),
    ],
)
async def test_a_damaged_file_is_begun_anew_with_one_line(
    box: ApiBox, caplog: pytest.LogCaptureFixture, damaged: str
) -> None:
    file = box.settings.state_dir / NAME
    file.write_text(damaged, "utf-8")
    assert refused_keys(box.settings.state_dir, 0) == []
    for _ in range(2):
        await send(box)
        await box.services.refused.report()
    assert [line["event.action"] for line in lines(caplog)] == [
        "refused_keys_damaged", "key_refused", "key_refused",
    ]  # fmt: skip
    [kept] = refused_keys(box.settings.state_dir, 0)
    assert (kept.client, kept.reason, kept.count) == (None, "no key was sent", 2)
    await box.services.refused.close()
