import asyncio
import sqlite3
import time
from datetime import UTC, datetime

import pytest

from edgebox.api.batches import page_arguments
from edgebox.errors import InvalidFields, StoreBusy
from edgebox.store.db import Store
from edgebox.store.retention import Ages
from support.boxes.api import BATCH, HOOK, TALK, ApiBox, api_box
from support.samples import RESULT

pytestmark = pytest.mark.anyio


def seconds_of(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def work(box: ApiBox, number: int = 100) -> int:
    """What the worker does: claim and finish."""
    claimed = box.store.consultations.claim(number, 600, 3)
    for one in claimed:
        box.store.consultations.finish(one.row_id, one.lease_token, RESULT)
    return len(claimed)


async def test_an_accepted_batch_is_on_disk_and_the_worker_is_woken(box: ApiBox) -> None:
    answer = await box.batch(TALK, "고객: 둘째", callback_url=HOOK)
    assert answer.status_code == 202
    body = answer.json()
    today = datetime.now().astimezone().strftime("%Y%m%d")
    assert body.pop("batch_id") == f"BATCH-{today}-001"
    assert seconds_of(body.pop("estimated_completion")) > time.time()
    assert body == {"total_consultations": 2, "status": "queued"}
    other = Store(box.settings.database)
    assert [row.characters for row in other.batches.consultations(f"BATCH-{today}-001")] == [
        len(TALK),
        6,
    ]
    other.close()
    assert len(box.woken) == 1


async def test_the_day_of_a_call_reaches_the_worker(box: ApiBox) -> None:
    days = [
        {"call_date": "2025-09-13"},
        {"metadata": {"call_date": "2025-09-14"}},
        {"metadata": {"call_date": "?"}},
    ]
    items = [
        {"consultation_id": f"CL-{n}", "conversation_text": TALK} | day
        for n, day in enumerate(days)
    ]
    answer = await box.http.post(BATCH, json={"consultations": items}, headers=box.headers())
    assert answer.status_code == 202
    claimed = box.store.consultations.claim(3, 600, 3)
    assert [str(one.call_date) for one in claimed] == ["2025-09-13", "2025-09-14", "None"]
    assert claimed[1].metadata == {"call_date": "2025-09-14"}, "it comes back unchanged"


async def test_where_to_look_is_in_the_answer(box: ApiBox) -> None:
    answer = await box.batch(TALK)
    assert (await box.get(answer.headers["location"])).json()["batch_id"] == answer.json()[
        "batch_id"
    ]


async def test_a_batch_through_its_life(box: ApiBox) -> None:
    metadata = {"call_date": "2025-09-13", "duration": 180, "비고": [1.5, None]}
    items = [
        {"consultation_id": "CL-1", "conversation_text": TALK, "metadata": metadata},
        {"consultation_id": "CL-2", "conversation_text": TALK},
    ]
    sent = {"consultations": items, "callback_url": HOOK}
    accepted = await box.http.post(BATCH, json=sent, headers=box.headers())
    url = f"/api/v1/batches/{accepted.json()['batch_id']}"

    first = (await box.get(url)).json()
    assert first["state"] == "queued"
    assert first["counts"] == {"pending": 2, "running": 0, "done": 0, "failed": 0}
    assert first["callback"] == {"state": "waiting", "attempts": 0}
    assert (first["results"], first["completed_at"]) == ([], None)

    work(box, 1)
    [claimed] = box.store.consultations.claim(1, 600, 3)
    second = (await box.get(url)).json()
    assert second["state"] == "running"
    assert second["counts"] == {"pending": 0, "running": 1, "done": 1, "failed": 0}
    assert seconds_of(second["estimated_completion"]) >= int(time.time())
    assert second["results"] == [
        {"consultation_id": "CL-1", **RESULT, "status": "success", "metadata": metadata}
    ]

    box.store.consultations.fail(claimed.row_id, claimed.lease_token, "refused", "Too long.")
    last = (await box.get(url)).json()
    assert (last["state"], last["estimated_completion"]) == ("completed", None)
    assert last["callback"] == {"state": "pending", "attempts": 0}
    assert abs(seconds_of(last["completed_at"]) - time.time()) < 60
    assert last["results"][1] == {
        "consultation_id": "CL-2",
        "status": "failed",
        "error": {"code": "refused", "detail": "Too long."},
        "metadata": {},
    }
    assert last["results"] == box.store.outbox.body(last["batch_id"])["results"]


async def test_a_batch_without_a_callback_has_none(box: ApiBox) -> None:
    batch_id = (await box.batch(TALK)).json()["batch_id"]
    assert (await box.get(f"/api/v1/batches/{batch_id}")).json()["callback"] is None


async def test_another_clients_batch_does_not_exist(box: ApiBox) -> None:
    batch_id = (await box.batch(TALK)).json()["batch_id"]
    theirs = await box.get(f"/api/v1/batches/{batch_id}", client="center-2")
    nobodys = await box.get("/api/v1/batches/BATCH-20250913-999", client="center-2")
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json()["detail"] == nobodys.json()["detail"]
    assert (await box.get("/api/v1/batches", client="center-2")).json()["batches"] == []


async def test_the_list_pages_through_the_callers_own_newest_first(box: ApiBox) -> None:
    made = [(await box.batch(TALK)).json()["batch_id"] for _ in range(3)]
    await box.batch(TALK, client="center-2")
    made += [(await box.batch(TALK)).json()["batch_id"] for _ in range(2)]
    seen, cursor = [], ""
    while cursor is not None:
        page = (await box.get(f"/api/v1/batches?limit=2&cursor={cursor}")).json()
        assert len(page["batches"]) <= 2
        seen += [batch["batch_id"] for batch in page["batches"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]


async def test_the_list_can_be_of_one_state(box: ApiBox) -> None:
    done = (await box.batch(TALK)).json()["batch_id"]
    work(box)
    queued = (await box.batch(TALK)).json()["batch_id"]

    async def listed(state: str) -> list[str]:
        page = (await box.get(f"/api/v1/batches?state={state}")).json()
        return [batch["batch_id"] for batch in page["batches"]]

    assert await listed("completed") == [done]
    assert await listed("queued") == [queued]
    assert await listed("failed") == []


@pytest.mark.parametrize(
    "query",
    [
        *("state=done", "limit=0", "limit=201", "limit=x", "limit=-1", "limit=٣", "cursor=x"),
        *("state=queued&state=running", "limit=2&limit=2"),
    ],
)
async def test_a_wrong_query_is_a_422_that_names_it(box: ApiBox, query: str) -> None:
    answer = await box.get(f"/api/v1/batches?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "9" * 30, "١"])
async def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        page_arguments(None, "50", cursor)
    assert caught.value.errors[0][0] == "/cursor"


async def test_a_bad_state_and_a_bad_limit_are_both_named() -> None:
    with pytest.raises(InvalidFields) as caught:
        page_arguments("done", "0", None)
    assert [pointer for pointer, _ in caught.value.errors] == ["/state", "/limit"]


@pytest.mark.parametrize("batch_id", ["x", "BATCH-20250913-001' OR 1=1", "%00", "가"])
async def test_any_other_batch_id_is_a_404(box: ApiBox, batch_id: str) -> None:
    assert (await box.get(f"/api/v1/batches/{batch_id}")).status_code == 404


# Idempotency -----------------------------------------------------------------------


async def test_the_same_key_and_body_give_the_same_batch(box: ApiBox) -> None:
    key = {"Idempotency-Key": "order 66"}
    first = await box.batch(TALK, headers=key)
    again = await box.batch(TALK, headers=key)
    assert first.status_code == again.status_code == 202
    assert first.json()["batch_id"] == again.json()["batch_id"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert box.store.consultations.pending_count() == 1
    assert len(box.woken) == 1


async def test_a_fresh_bound_key_in_the_body_does_not_make_it_another_body(box: ApiBox) -> None:
    async def send(at: float):
        items = [{"consultation_id": "CL-1", "conversation_text": TALK}]
        body = {"consultations": items, "bound_key": box.key(at=at)}
        return await box.http.post(BATCH, json=body, headers={"Idempotency-Key": "k"})

    now = time.time()
    assert (await send(now)).json()["batch_id"] == (await send(now - 9)).json()["batch_id"]


async def test_the_same_key_with_another_body_is_a_422(box: ApiBox) -> None:
    key = {"Idempotency-Key": "k"}
    await box.batch(TALK, headers=key)
    answer = await box.batch("고객: 다른 문의", headers=key)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("This Idempotency-Key was used with another body.")
    assert box.store.consultations.pending_count() == 1


async def test_a_replay_needs_no_receiver_that_is_still_allowed(tmp_path, anyio_backend) -> None:
    now = [1000.0]
    async with api_box(tmp_path, monotonic=lambda: now[0]) as box:
        key = {"Idempotency-Key": "k"}
        first = await box.batch(TALK, callback_url=HOOK, headers=key)
        box.store.clients.set_callbacks("center-1", ["erp.example"])
        now[0] += 2  # the API looks at the clients again
        again = await box.batch(TALK, callback_url=HOOK, headers=key)
        assert again.json()["batch_id"] == first.json()["batch_id"]
        assert again.headers["idempotency-replayed"] == "true"
        for other in ({}, {"Idempotency-Key": "new"}):
            refused = await box.batch(TALK, callback_url=HOOK, headers=other)
            assert refused.json()["errors"][0]["pointer"] == "/callback_url"
        refused = await box.batch("고객: 다른 문의", callback_url=HOOK, headers=key)
        assert "another body" in refused.json()["detail"]


async def test_two_clients_keys_do_not_meet(box: ApiBox) -> None:
    key = {"Idempotency-Key": "k"}
    one = (await box.batch(TALK, headers=key)).json()["batch_id"]
    other = (await box.batch(TALK, headers=key, client="center-2")).json()["batch_id"]
    assert one != other


async def test_a_replay_after_the_end_says_when_that_was(box: ApiBox) -> None:
    key = {"Idempotency-Key": "k"}
    batch_id = (await box.batch(TALK, headers=key)).json()["batch_id"]
    work(box)
    again = (await box.batch(TALK, headers=key)).json()
    status = (await box.get(f"/api/v1/batches/{batch_id}")).json()
    assert again["estimated_completion"] == status["completed_at"]


async def test_the_same_key_at_the_same_time_makes_one_batch(box: ApiBox) -> None:
    key = {"Idempotency-Key": "k"}
    answers = await asyncio.gather(*(box.batch(TALK, headers=key) for _ in range(5)))
    statuses = {answer.status_code for answer in answers}
    assert statuses == {202, 409}
    assert box.store.consultations.pending_count() == 1
    conflict = next(a for a in answers if a.status_code == 409)
    assert conflict.headers["retry-after"] == "1"


@pytest.mark.parametrize("key", ["", "x" * 256, "가".encode(), "a\tb"])
async def test_a_key_that_cannot_be_is_a_422(box: ApiBox, key: str) -> None:
    answer = await box.batch(TALK, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]


# Callbacks -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/hook",
        "https://centerlink.example:444/hook",
        "ftp://centerlink.example/hook",
        "http://169.254.169.254/latest",
        "http://127.0.0.1:8600/api",
        "/hook",
        "",
    ],
)
async def test_a_callback_that_is_not_allowed_is_refused_at_submission(
    box: ApiBox, url: str
) -> None:
    answer = await box.batch(TALK, callback_url=url)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/callback_url"
    assert box.store.consultations.pending_count() == 0


# The store -------------------------------------------------------------------------


async def test_a_locked_database_is_a_503_and_nothing_is_accepted(box: ApiBox) -> None:
    assert (await box.get("/api/v1/batches")).status_code == 200
    other = sqlite3.connect(box.settings.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = await box.batch(TALK)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "database" not in answer.text
    finally:
        other.close()
    assert box.store.consultations.pending_count() == 0
    assert (await box.batch(TALK)).status_code == 202


class ForgetfulStore(Store):
    """Takes a batch, and is too busy to be read right after."""

    def __init__(self, path) -> None:
        super().__init__(path)
        self.batches.get = self._get  # type: ignore[method-assign]

    def _get(self, *_: object) -> None:
        raise StoreBusy("locked")


async def test_what_is_on_disk_is_accepted_whatever_fails_after_that(
    tmp_path, anyio_backend
) -> None:
    store = ForgetfulStore(tmp_path / "edgebox.db")
    async with api_box(tmp_path, store=store) as box:
        object.__setattr__(box.services, "wake", lambda: 1 / 0)
        answer = await box.batch(TALK)
        assert answer.status_code == 202
        assert seconds_of(answer.json()["estimated_completion"]) > time.time()
        assert box.store.consultations.pending_count() == 1


async def test_a_full_queue_says_when_to_come_again_and_whose_fault_it_is(
    tmp_path, anyio_backend
) -> None:
    limits = {"max_waiting": 5, "max_waiting_per_client": 3}
    async with api_box(tmp_path, batch=limits) as box:
        assert (await box.batch(*[TALK] * 4)).status_code == 202, "an empty queue takes any batch"
        own = await box.batch(TALK)
        assert own.status_code == 429
        assert own.json()["type"].endswith("too-many-requests")
        assert "4 of your consultations wait" in own.json()["detail"]
        assert (await box.batch(TALK, client="center-2")).status_code == 202
        full = await box.batch(TALK, client="center-2")
        assert full.status_code == 503
        assert "5 consultations wait" in full.json()["detail"]
        for refused in (own, full):
            assert 1 <= int(refused.headers["retry-after"]) <= 3600
        assert box.store.consultations.pending_count() == 5


async def test_a_part_of_the_room_is_reserved_for_the_other_client(tmp_path, anyio_backend) -> None:
    async with api_box(tmp_path, batch={"max_waiting": 20}) as box:
        assert (await box.batch(*[TALK] * 10)).status_code == 202
        refused = await box.batch(*[TALK] * 9)
        assert refused.status_code == 503
        assert 1 <= int(refused.headers["retry-after"]) <= 3600
        assert "at most 8 of its consultations now" in refused.json()["detail"]
        assert (await box.batch(*[TALK] * 8)).status_code == 202
        assert (await box.batch(*[TALK] * 2, client="center-2")).status_code == 202


async def test_a_repeated_post_is_answered_though_the_queue_is_full(
    tmp_path, anyio_backend
) -> None:
    async with api_box(tmp_path, batch={"max_waiting": 1}) as box:
        first = await box.batch(TALK, headers={"Idempotency-Key": "K"})
        again = await box.batch(TALK, headers={"Idempotency-Key": "K"})
        assert (again.status_code, again.json()["batch_id"]) == (202, first.json()["batch_id"])


@pytest.mark.parametrize("zone", ["Asia/Seoul", "UTC"])
async def test_a_batch_is_named_after_the_day_where_the_box_stands(
    tmp_path, anyio_backend, monkeypatch, zone
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    offset = 9 * 3600 if zone == "Asia/Seoul" else 0
    midnight = 1_767_225_600.0 + 86_400 - offset  # 2 January 2026, 00:00 local time
    now = [midnight - 1]
    names = []
    try:
        async with api_box(tmp_path, clock=lambda: now[0]) as box:
            for seconds in (0, 2, -2, 3):
                now[0] += seconds
                sent = {"X-Bound-Key": box.key(at=now[0])}
                names.append((await box.batch(TALK, headers=sent)).json()["batch_id"])
    finally:
        monkeypatch.undo()
        time.tzset()
    assert names == [
        "BATCH-20260101-001",
        "BATCH-20260102-001",
        "BATCH-20260101-002",
        "BATCH-20260102-002",
    ]


# Estimates -------------------------------------------------------------------------


async def expected_in(box: ApiBox, *texts: str) -> float:
    return seconds_of((await box.batch(*texts)).json()["estimated_completion"]) - time.time()


async def test_more_work_ahead_is_expected_to_take_longer(box: ApiBox) -> None:
    texts = ["고객: 문의합니다. " * 1000] * 20
    first = await expected_in(box, *texts)
    second = await expected_in(box, *texts)
    assert first < second


async def test_a_client_with_little_work_is_not_expected_after_all_of_its_neighbours(
    box: ApiBox,
) -> None:
    texts = ["고객: 문의합니다. " * 1000] * 20
    first = await expected_in(box, *texts)
    quiet = await box.batch(texts[0], client="center-2")
    assert seconds_of(quiet.json()["estimated_completion"]) - time.time() < first / 2


@pytest.mark.parametrize("seconds", [1e12, 1e300, float("inf"), float("nan"), ZeroDivisionError])
async def test_no_estimate_turns_an_accepted_batch_into_an_error(
    box: ApiBox, monkeypatch: pytest.MonkeyPatch, seconds: float | type[Exception]
) -> None:
    def estimate(*_: object, **__: object) -> float:
        if isinstance(seconds, float):
            return seconds
        raise seconds

    monkeypatch.setattr("edgebox.api.batches.estimate_seconds", estimate)
    answer = await box.batch(TALK)
    assert answer.status_code == 202
    assert seconds_of(answer.json()["estimated_completion"]) > time.time()


async def test_a_backlog_that_runs_by_number_only_accepts_batches(tmp_path) -> None:
    async with api_box(tmp_path, batch={"max_wait_seconds": 366 * 86400}) as box:
        answer = await box.batch(TALK)
        assert answer.status_code == 202
        path = f"{BATCH.rpartition('/api')[0]}/api/v1/batches/{answer.json()['batch_id']}"
        assert (await box.get(path)).json()["estimated_completion"]


async def test_a_few_consultations_wait_for_the_next_run(box: ApiBox) -> None:
    run = box.store.runs.start("time", time.time())
    box.store.runs.finish(run, {})
    few = await expected_in(box, TALK)
    many = await expected_in(box, *[TALK] * 20)
    assert few > 800
    assert many < 300


async def test_accepted_consultations_are_counted_once(box: ApiBox) -> None:
    key = {"Idempotency-Key": "k"}
    await box.batch(TALK, TALK, headers=key)
    await box.batch(TALK, TALK, headers=key)
    text = box.services.metrics.render().decode()
    assert "edgebox_consultations_accepted_total 2.0" in text


async def test_what_retention_removed_is_told_and_not_an_error(box: ApiBox) -> None:
    batch_id = (await box.batch(TALK, TALK)).json()["batch_id"]
    work(box)
    url = f"/api/v1/batches/{batch_id}"
    shown = (await box.get(url)).json()
    assert shown["removed"] is None
    box.store.retention.remember(trusted_at=time.time(), seen_at=time.time(), steady_since=None)
    day = 86_400
    ages = Ages(transcripts=30 * day, results=90 * day, records=None, keys=None)
    for days, removed, results in [
        (31, {"transcripts": "2001-10-10T01:46:40Z", "results": None}, shown["results"]),
        (91, {"transcripts": "2001-10-10T01:46:40Z", "results": "2001-12-09T01:46:40Z"}, []),
    ]:
        with sqlite3.connect(box.settings.database) as db:
            db.execute("UPDATE batches SET completed_at = 1000000000")
        box.store.retention.step(1_000_000_000 + days * day, ages)
        told = await box.get(url)
        assert told.status_code == 200
        assert told.json()["removed"] == removed
        assert told.json()["results"] == results
        assert told.json()["counts"] == shown["counts"]
    [listed] = (await box.get("/api/v1/batches")).json()["batches"]
    assert listed["removed"] == removed
