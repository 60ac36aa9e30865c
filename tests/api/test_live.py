"""Calls in progress over HTTP: appends, the end, the record, and what screens are told."""

import asyncio
import json
import logging

import pytest

from edgebox.errors import RateLimited
from edgebox.store.acts import Actor
from edgebox.store.db import Store
from edgebox.store.operators import NewOperator
from edgebox.worker.jobs import Backlog
from edgebox.worker.liveness import Liveness
from edgebox.worker.mid_model import MidModel
from edgebox.worker.runner import Runner
from support.boxes.api import HOOK, ApiBox, api_box
from support.engines.fake import FakeEngine
from support.polling import eventually

pytestmark = pytest.mark.anyio

LINES = (
    "고객: 카드를 잃어버렸어요. 번호는 공일공 일이삼사 오육칠팔이에요.\n",
    "상담사: 바로 정지하고 재발급을 접수해 드렸습니다.\n",
    "고객: 며칠 걸려요?\n",
    "상담사: 사흘 걸립니다.\n",
)
TEXT = "".join(LINES)


class Screen:
    """What a screen was told, by type."""

    def __init__(self, box: ApiBox, operator: str = "kim", client: str = "center-1") -> None:
        self.told = []
        self.leave = box.services.live.hub.watch(client, operator, self.told.append)

    def of(self, kind: str) -> list[dict]:
        return [message for message in self.told if message["type"] == kind]

    def shown(self) -> list[dict]:
        """The utterances, put together as a screen does it."""
        utterances = []
        for message in self.of("call.text"):
            utterances = utterances[: message["from"]] + message["utterances"]
        return utterances


async def put(box: ApiBox, name: str = "CL-1", client: str = "center-1", **fields):
    path = f"/api/v1/live/{name}"
    return await box.http.put(path, json=fields, headers=box.headers(client))


async def end(box: ApiBox, name: str = "CL-1", client: str = "center-1", **fields):
    path = f"/api/v1/live/{name}/end"
    return await box.http.post(path, json=fields, headers=box.headers(client))


async def speak(box: ApiBox, lines=LINES, operator: str = "kim", name: str = "CL-1") -> None:
    at = 0
    for line in lines:
        answer = await put(box, name, operator=operator, offset=at, text=line)
        assert answer.status_code == 200, answer.text
        at = answer.json()["received"]


class _Callbacks:
    def wake_if_due(self) -> None:
        """Nobody is called."""


def analyse(box: ApiBox) -> None:
    """One look of the worker at the backlog."""
    model = MidModel(box.settings)
    runner = Runner(box.store, model, box.settings.batch, callbacks=_Callbacks())
    Backlog(box.store, box.settings.batch, runner, Liveness({})).run()


async def test_a_screen_sees_a_call_grow(box):
    screen, other = Screen(box), Screen(box, "lee")
    answer = await put(box, operator="kim", text=LINES[0], partial="바로")
    assert answer.json() == {"received": len(LINES[0]), "watching": 1}
    await eventually(screen.shown)
    [opened] = screen.of("call.opened")
    assert opened["call"]["consultation_id"] == "CL-1"
    assert screen.of("call.text")[-1]["partial"] == "바로"
    await put(box, offset=len(LINES[0]), text=LINES[1])
    await eventually(lambda: len(screen.shown()) == 2)
    assert [one["speaker"] for one in screen.shown()] == ["customer", "agent"]
    [mark] = screen.shown()[0]["marks"]
    assert mark["copy"] == "010-1234-5678"
    assert screen.of("call.text")[-1]["partial"] == ""
    assert other.told == []


async def test_what_nobody_watches_is_read_when_a_screen_comes(box):
    await speak(box)
    call = box.services.live.calls.get("center-1", "CL-1")
    await asyncio.sleep(0.05)
    assert call.utterances == []
    screen = Screen(box)
    await eventually(lambda: len(screen.shown()) == 4)


async def test_a_gap_is_answered_with_the_offset_to_send_from(box):
    await put(box, text="고객: 네")
    refused = await put(box, offset=9, text="그럼요")
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert (problem["type"], problem["expected"]) == ("urn:edgebox:problem:resync", 5)
    assert (await put(box, "CL-unknown", offset=9, text="x")).json()["expected"] == 0
    assert (await put(box, offset=0, text="고객: 네, 그럼요")).json()["received"] == 10


@pytest.mark.parametrize(
    ("fields", "pointer", "detail"),
    [
        ({"operator": "kim", "extension": "101"}, "/extension", "not both"),
        ({"offset": -1}, "/offset", "not be negative"),
        ({"offset": "1"}, "/offset", "a whole number"),
        ({"offset": 1.5}, "/offset", "a whole number"),
        ({"offset": True}, "/offset", "a whole number"),
        ({"text": ["네"]}, "/text", "a string"),
        ({"text": "\ud800"}, "/text", "Unicode"),
        ({"partial": "네" * 2001}, "/partial", "2000 characters"),
        ({"operator": "a\nb"}, "/operator", "control characters"),
    ],
)
async def test_a_wrong_field_is_named_and_what_it_has_to_be(box, fields, pointer, detail):
    body = json.dumps(fields).encode()
    headers = box.headers() | {"Content-Type": "application/json"}
    answer = await box.http.put("/api/v1/live/CL-1", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert detail in answer.json()["errors"][0]["detail"]
    assert len(box.services.live.calls) == 0


async def test_a_request_over_64_kib_is_refused(box):
    assert (await put(box, text="가" * 30_000)).status_code == 413
    assert (await put(box, text="가" * 20_000)).status_code == 200


async def test_appends_have_a_rate_of_their_own(tmp_path):
    async with api_box(tmp_path, api={"rate_per_minute": 3}) as box:
        await speak(box, LINES * 5)
        assert (await box.get("/api/v1/batches")).status_code == 200


async def test_appends_are_limited_by_the_calls_that_a_client_has(box):
    rate, calls = box.services.live.rate, box.services.live.calls

    def taken() -> int:
        for number in range(200_000):
            try:
                rate.take("center-1")
            except RateLimited:
                return number
        return -1

    assert taken() < 7_000, "a thousand a second would leave the event loop no time"
    for number in range(100):
        calls.append("center-1", f"C{number}", operator=None, offset=0, text="고객: 네\n")
    rate._buckets.clear()
    assert taken() >= 12_000


async def test_appends_are_no_lines_of_the_log_at_info(box, caplog):
    caplog.set_level(logging.DEBUG, "edgebox")
    await put(box, operator="kim", text=TEXT, partial="비밀")
    await put(box, offset=99, text="x")
    [quiet, loud] = [r for r in caplog.records if "/api/v1/live" in r.getMessage()]
    assert (quiet.levelname, loud.levelname) == ("DEBUG", "INFO")
    assert "카드" not in caplog.text
    assert "비밀" not in caplog.text


async def test_the_limits_of_the_settings_are_kept(tmp_path):
    sections = {"live": {"max_calls": 1}, "api": {"transcript_limit_characters": 10}}
    async with api_box(tmp_path, **sections) as box:
        assert (await put(box, text="가" * 11)).status_code == 413
        assert (await put(box, text="가" * 10)).status_code == 200
        full = await put(box, "CL-2", text="가")
        assert full.status_code == 503
        assert int(full.headers["Retry-After"]) > 0
        longer = await put(box, offset=10, text="가")
        assert (longer.status_code, longer.json()["errors"][0]["pointer"]) == (413, "/text")


async def test_a_forgotten_call_leaves_nothing(box):
    screen = Screen(box)
    await speak(box)
    for _ in range(2):
        answer = await box.http.delete("/api/v1/live/CL-1", headers=box.headers())
        assert answer.status_code == 204
    assert [one["consultation_id"] for one in screen.of("call.closed")] == ["CL-1"]
    assert len(box.services.live.calls) == box.services.live.calls.bytes == 0
    assert b"\xec\xb9\xb4\xeb\x93\x9c" not in box.settings.database.read_bytes()


async def test_the_engine_forgets_a_call_that_is_deleted(box):
    body = {"consultation_id": "CL-1", "conversation_text": TEXT}
    path = "/api/v1/consultation/quick-summary"
    for client in ("center-1", "center-2"):
        await box.http.post(path, json=body, headers=box.headers(client))
    one, other = (request["cache_tag"] for request in box.engine.requests)
    assert one != other
    assert not {"CL-1", "center-1", ""} & {one, other}
    assert len(box.services.quick._growing) == 2
    await box.http.delete("/api/v1/live/CL-1", headers=box.headers())
    await eventually(lambda: box.engine.forgotten)
    assert box.engine.forgotten == [one]
    assert len(box.services.quick._growing) == 1


async def test_an_engine_that_does_not_answer_keeps_no_call_from_being_deleted(box):
    await speak(box)
    box.engine.broken = True
    answer = await box.http.delete("/api/v1/live/CL-1", headers=box.headers())
    assert answer.status_code == 204
    await box.services.forgetting.close()
    assert box.services.live.calls.get("center-1", "CL-1") is None


async def test_a_client_has_no_right_to_anothers_call(box):
    await speak(box)
    assert (await put(box, client="center-2", offset=3, text="x")).json()["expected"] == 0
    assert (await end(box, client="center-2")).status_code == 409
    path = "/api/v1/live/CL-1"
    assert (await box.http.delete(path, headers=box.headers("center-2"))).status_code == 204
    assert box.services.live.calls.get("center-1", "CL-1") is not None


async def test_a_call_goes_to_another_operator(box):
    kim, lee = Screen(box), Screen(box, "lee")
    await speak(box, LINES[:1])
    await put(box, offset=len(LINES[0]), text=LINES[1], operator="lee")
    assert kim.of("call.closed")
    assert lee.of("call.opened")
    await eventually(lambda: len(lee.shown()) == 2)


async def test_an_extension_names_the_account_of_the_same_client(box):
    for client, name in (("center-1", "kim"), ("center-2", "park")):
        new = NewOperator(name, "agent", client, name.title(), "$argon2id$", "1042")
        box.store.operators.add(new)
    kim = Screen(box)
    assert (await put(box, extension="1042", text="고객: 네\n")).json()["watching"] == 1
    assert box.services.live.calls.get("center-1", "CL-1").operator == "kim"
    await put(box, "CL-2", extension="9999", text="고객: 네\n")
    assert box.services.live.calls.get("center-1", "CL-2").operator == ""
    assert [one["call"]["consultation_id"] for one in kim.of("call.opened")] == ["CL-1"]


async def test_the_end_is_a_batch_of_one_and_the_same_when_it_is_sent_twice(box):
    screen = Screen(box)
    await speak(box)
    first, second = await asyncio.gather(
        end(box, metadata={"번호": 7}, call_date="2025-09-13", received=len(TEXT)),
        end(box, metadata={"번호": 7}),
    )
    assert first.status_code == second.status_code == 202
    batch_id = first.json()["batch_id"]
    assert first.headers["Location"].endswith(batch_id)
    assert first.json() == second.json() == (await end(box)).json()
    assert (await box.get("/api/v1/batches")).json()["batches"][0]["batch_id"] == batch_id
    assert len((await box.get("/api/v1/batches")).json()["batches"]) == 1
    assert box.woken
    assert len(screen.of("call.ended")) == 1
    [row] = box.store.consultations.claim(9, 60, 3)
    assert (row.transcript, row.metadata, row.wanted) == (TEXT, {"번호": 7}, True)
    assert str(row.call_date) == "2025-09-13"
    acts = box.store.audit.list(limit=5)
    assert [one.action for one in acts].count("batches.submit") == 1


async def test_an_end_that_is_sent_again_after_a_restart_gives_the_same_batch(tmp_path):
    async with api_box(tmp_path) as box:
        await speak(box)
        batch_id = (await end(box)).json()["batch_id"]
        # A restart: what was in memory is gone.
        calls = box.services.live.calls
        calls.forget(calls.get("center-1", "CL-1"))
        assert (await end(box)).json()["batch_id"] == batch_id
        assert (await end(box, received=len(TEXT))).json()["batch_id"] == batch_id
        longer = await end(box, received=len(TEXT) + 1)
        assert (longer.status_code, longer.json()["expected"]) == (409, 0)
        # The whole call, sent again, is the same call; with one more line it is another.
        await put(box, text=TEXT)
        assert (await end(box)).json()["batch_id"] == batch_id
        calls.forget(calls.get("center-1", "CL-1"))
        await put(box, text=TEXT + "고객: 네\n")
        assert (await end(box)).json()["batch_id"] != batch_id


async def test_a_program_has_no_right_to_what_an_operator_pasted(box):
    live = box.services.live
    call = live.calls.paste("center-1", "CL-1", operator="kim", text=TEXT)
    for answer in (await put(box, text="고객"), await end(box)):
        assert answer.json()["type"].endswith("call-ended")
    await box.http.delete("/api/v1/live/CL-1", headers=box.headers())
    assert live.calls.get("center-1", "CL-1") is call
    assert "카드" not in repr(call)


async def test_an_unknown_call_cannot_be_ended(box):
    answer = await end(box)
    assert (answer.status_code, answer.json()["expected"]) == (409, 0)


async def test_an_end_names_what_was_not_received(box):
    await put(box, text=TEXT)
    answer = await end(box, received=len(TEXT) + 9)
    assert (answer.status_code, answer.json()["expected"]) == (409, len(TEXT))
    assert not box.services.live.calls.get("center-1", "CL-1").ended


async def test_what_no_batch_would_take_does_not_end_the_call(box):
    text = '{"turns": [{"speaker'
    await put(box, text=text)
    answer = await end(box)
    assert answer.status_code == 422
    assert "turns" not in answer.text.replace("or turns", "")
    assert (await put(box, offset=len(text), text="고객: 네\n")).status_code == 200


async def test_a_receiver_that_is_not_allowed_is_refused(box):
    await put(box, text=TEXT)
    answer = await end(box, callback_url="https://elsewhere.example/hook")
    assert answer.status_code == 422
    assert (await end(box, callback_url=HOOK)).status_code == 202
    assert box.store.batches.page()[0][0].callback_url == HOOK


async def test_a_full_backlog_refuses_the_end_and_the_call_goes_on(tmp_path):
    async with api_box(tmp_path, batch={"max_waiting": 1, "max_waiting_per_client": 1}) as box:
        await box.batch("고객: 하나")
        await put(box, text=TEXT)
        refused = await end(box)
        assert refused.status_code in {429, 503}
        assert int(refused.headers["Retry-After"]) > 0
        assert (await put(box, offset=len(TEXT), text="고객: 네\n")).status_code == 200


@pytest.mark.parametrize("text", ["", "\n", "\x00"])
async def test_a_call_in_which_nothing_was_said_ends_without_content(tmp_path, text):
    engine = FakeEngine()
    async with api_box(tmp_path) as box, engine.serve(box.settings.socket):
        await put(box, text=text, partial="여보세요")
        answer = await end(box, received=len(text))
        assert (answer.status_code, answer.json()["status"]) == (202, "queued")
        assert (await end(box, received=len(text))).json() == answer.json()
        await asyncio.to_thread(analyse, box)
        batch = await box.http.get(answer.headers["location"], headers=box.headers())
        assert [one["status"] for one in batch.json()["results"]] == ["no_content"]
        asked = {"question": "카드는요?", "consultation_id": "CL-1"}
        path = "/api/v1/consultation/ask"
        box.services.live.forget(box.services.live.calls.get("center-1", "CL-1"))
        said = await box.http.post(path, json=asked, headers=box.headers())
        assert said.json()["status"] == "no_content"


@pytest.mark.parametrize("path", ["", "/end", "/record"])
async def test_ids_of_another_encoding_are_refused_and_never_one(box, path):
    for name in ("%B0%A1", "%B3%AA", "%ED%A0%80"):  # 가 and 나 in EUC-KR; half a surrogate pair
        where = "consultations" if path == "/record" else "live"
        method = {"": "PUT", "/end": "POST", "/record": "GET"}[path]
        answer = await box.http.request(
            method,
            f"/api/v1/{where}/{name}{path}",
            json={} if path != "/record" else None,
            headers=box.headers(),
        )
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["pointer"] == "/consultation_id"
        assert "UTF-8" in error["detail"]
    assert not len(box.services.live.calls)
    assert (await put(box, "%EA%B0%80", text=TEXT)).status_code == 200


async def test_a_call_that_is_not_to_be_analysed_leaves_nothing_on_the_disk(box):
    screen = Screen(box)
    await speak(box)
    answer = await end(box, analyse=False)
    assert answer.json() == {"batch_id": None, "consultation_id": "CL-1", "status": "ended"}
    assert screen.of("call.ended")
    assert box.store.batches.page()[0] == []
    assert (await end(box, analyse=False)).status_code == 202
    assert (await end(box)).json()["type"].endswith("call-ended")
    assert b"\xec\xb9\xb4\xeb\x93\x9c" not in box.settings.database.read_bytes()


async def test_from_the_first_line_to_the_record_that_the_crm_reads(tmp_path):
    """The worker's own run analyses it; the screens are told, and what they accept is read."""
    engine = FakeEngine()
    async with api_box(tmp_path) as box, engine.serve(box.settings.socket):
        screen = Screen(box)
        await box.batch("고객: 기다릴 수 있는 상담")
        await speak(box)
        batch_id = (await end(box)).json()["batch_id"]
        await eventually(lambda: screen.of("summary.done"))
        reviews = box.store.reviews
        await eventually(lambda: reviews.latest("center-1", "CL-1"))
        await asyncio.to_thread(analyse, box)
        asked = {one["priority"]: one["messages"][-1]["content"] for one in engine.requests}
        assert set(asked) == {35, 100}
        assert "며칠 걸려요" in asked[35]
        await eventually(lambda: screen.of("record.done"))
        [record] = [message["draft"] for message in screen.of("record.done")]
        assert record["status"] == "success"
        assert record["fields"]["customer"]["text"] == "카드를 잃어버려 정지를 요청했습니다."
        [link] = record["fields"]["customer"]["links"]
        assert 0 in link["utterances"]
        assert box.store.batches.get(batch_id).state == "completed"

        summary = screen.of("summary.done")[-1]["draft"]
        written = "".join(one["text"] for one in screen.of("summary.delta"))
        assert summary["text"] == written.strip()
        assert summary["links"]
        path = "/api/v1/consultations/CL-1/record"
        assert (await box.get(path)).status_code == 404
        content = {name: record["fields"][name]["text"] for name in record["fields"]}
        box.store.reviews.accept(
            "center-1",
            record["draft_id"],
            content=content,
            changed=0.0,
            material=False,
            copied=True,
            seconds=3.0,
            by=Actor("kim", "10.0.0.9"),
        )
        accepted = (await box.get(path)).json()
        assert accepted["kind"] == "record"
        assert accepted["accepted_by"] == "kim"
        assert accepted["content"]["customer"] == content["customer"]
        assert (await box.get(path, "center-2")).status_code == 404
        await box.services.reads.write(everything=True)
        assert "records.read" in [one.action for one in box.store.audit.list(limit=9)]


async def test_the_draft_that_was_there_at_the_end_is_kept(tmp_path):
    async with api_box(tmp_path) as box:
        screen = Screen(box)
        await speak(box)
        await eventually(lambda: screen.of("summary.done"))
        box.engine.broken = True
        await end(box)
        draft_id = screen.of("summary.done")[0]["draft"]["draft_id"]
        await eventually(lambda: box.store.reviews.get("center-1", draft_id))


async def test_what_was_answered_with_202_is_analysed_after_a_crash(box):
    await speak(box)
    batch_id = (await end(box)).json()["batch_id"]
    other = Store(box.settings.database)  # as a process finds it after all others were killed
    assert other.consultations.wanted_count() == 1
    assert other.ended_calls.batch_of("center-1", "CL-1") == batch_id
    other.close()


async def test_a_summary_that_is_accepted_during_the_call_is_kept(tmp_path):
    async with api_box(tmp_path, live={"draft_seconds": 1}) as box:
        screen = Screen(box)
        await speak(box)
        await eventually(lambda: screen.of("summary.done"))
        draft = screen.of("summary.done")[0]["draft"]
        live = box.services.live
        call = live.calls.get("center-1", "CL-1")
        assert call.drafts() == [draft]
        assert box.store.reviews.get("center-1", draft["draft_id"]) is None
        await live.keep_draft(call, draft["draft_id"])
        await live.keep_draft(call, draft["draft_id"])
        kept = box.store.reviews.get("center-1", draft["draft_id"])
        assert (kept.texts(), kept.operator) == ({"text": draft["text"]}, "kim")


async def test_a_question_is_about_the_call_as_far_as_it_has_come(box):
    await speak(box, LINES[:2])
    body = {"question": "재발급은 접수했나요?", "consultation_id": "CL-1"}
    path = "/api/v1/consultation/ask"
    answer = await box.http.post(path, json=body, headers=box.headers())
    assert answer.status_code == 200
    assert any("재발급" in one["text"] for one in answer.json()["citations"])
    assert (
        await box.http.post(path, json=body, headers=box.headers("center-2"))
    ).status_code == 404
    box.services.live.calls.paste("center-1", "CL-2", operator="kim", text=TEXT)
    pasted = await box.http.post(
        path, json=body | {"consultation_id": "CL-2"}, headers=box.headers()
    )
    assert pasted.status_code == 404
