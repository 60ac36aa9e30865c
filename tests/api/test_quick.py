import asyncio
import json
import time

import httpx
import pytest

from support.boxes.api import BATCH, TALK, ApiBox, api_box
from support.engines.fake import role_health
from support.polling import eventually

pytestmark = pytest.mark.anyio


def events(text: str) -> list[tuple[str, dict]]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n", 1)
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_the_answer_has_the_contracts_fields(box: ApiBox) -> None:
    body = (await box.quick(consultation_id="CL-2025091301234", priority="high")).json()
    processing_time = body.pop("processing_time")
    assert 0 <= processing_time < 3
    assert body == {
        "consultation_id": "CL-2025091301234",
        "summary": "고객이 카드 분실을 신고했고, 상담사가 정지 후 재발급을 접수했습니다.",
        "model_used": "small",
        "status": "success",
        "input": {
            "characters": len(TALK),
            "characters_used": len(TALK),
            "truncated": False,
        },
        "usage": {"prompt_tokens": 100, "cached_tokens": 60, "completion_tokens": 20},
    }


async def test_hangul_stays_readable_on_the_wire(box: ApiBox) -> None:
    assert "재발급" in (await box.quick()).content.decode()


async def test_a_dead_engine_is_answered_from_the_transcript(tmp_path, anyio_backend) -> None:
    nobody = httpx.AsyncHTTPTransport(uds=str(tmp_path / "nobody.sock"))
    async with api_box(tmp_path, transport=nobody) as box:
        answer = await box.quick()
        assert answer.status_code == 200
        body = answer.json()
        assert (body["status"], body["model_used"]) == ("fallback", "extractive")
        assert body["summary"]


async def test_a_broken_engine_is_answered_from_the_transcript(box: ApiBox) -> None:
    box.engine.broken = True
    assert (await box.quick()).json()["status"] == "fallback"


async def test_an_answer_comes_within_the_deadline_however_slow_the_engine(
    tmp_path, anyio_backend
) -> None:
    quick = {"deadline_seconds": 0.4, "margin_seconds": 0.1}
    async with api_box(tmp_path, quick=quick) as box:
        box.engine.pause = 5
        started = time.monotonic()
        answer = await box.quick()
        assert answer.json()["status"] == "fallback"
        assert time.monotonic() - started < 2  # not 5: the deadline is what ended it


async def test_a_full_box_refuses_with_retry_after(tmp_path, anyio_backend) -> None:
    async with api_box(tmp_path, quick={"max_in_flight": 1}) as box:
        held = box.services.quick.admit(TALK)
        refused = await box.quick()
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["type"] == "urn:edgebox:problem:box-busy"
        assert not box.engine.requests
        held.release()
        assert (await box.quick()).status_code == 200


async def test_a_client_that_asks_for_more_leaves_room_for_the_others(
    tmp_path, anyio_backend
) -> None:
    async with api_box(tmp_path, quick={"max_in_flight": 2}) as box:
        assert (await box.quick(headers=box.headers("center-2"))).status_code == 200
        held = box.services.quick.admit(TALK, client_id="center-1")
        assert (await box.quick(priority="high")).status_code == 503
        assert (await box.quick(headers=box.headers("center-2"))).status_code == 200
        held.release()
        assert (await box.quick()).status_code == 200


async def test_a_place_is_given_back_after_every_answer(tmp_path, anyio_backend) -> None:
    async with api_box(tmp_path, quick={"max_in_flight": 1}) as box:
        for accept in ("application/json", "text/event-stream"):
            for _ in range(3):
                answer = await box.quick(headers=box.headers(Accept=accept))
                assert answer.status_code == 200
        assert box.services.quick.in_flight == 0


async def test_work_that_cannot_be_done_in_time_is_refused_and_not_queued(
    tmp_path, anyio_backend
) -> None:
    async with api_box(tmp_path) as box:
        box.engine.roles["slm"] = role_health(
            "small", prefill_tps=100, decode_tps=20, batch_decode_tps=25
        )
        await eventually(lambda: box.services.monitor.health.roles["slm"].prefill_tps == 100)
        box.engine.pause = 0.1
        long = {"conversation_text": "고객: 요금이 왜 이렇게 나왔나요. " * 100}
        answers = await asyncio.gather(*(box.quick(**long) for _ in range(6)))
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] == 200
        assert statuses[-1] == 503


async def test_a_streamed_answer_is_deltas_and_then_the_same_object(box: ApiBox) -> None:
    answer = await box.quick(headers=box.headers(Accept="text/event-stream"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert "content-length" not in answer.headers
    *deltas, (last, done) = events(answer.text)
    assert [name for name, _ in deltas] == ["delta"] * len(deltas)
    assert last == "done"
    assert "".join(data["text"] for _, data in deltas) == done["summary"]
    whole = (await box.quick()).json()
    assert done | {"processing_time": 0} == whole | {"processing_time": 0}


async def test_a_line_end_inside_a_delta_does_not_break_the_stream(box: ApiBox) -> None:
    box.engine.answers["slm"] = ("첫 줄\n\nevent: done\n", "둘째 줄입니다.")
    found = events((await box.quick(headers=box.headers(Accept="text/event-stream"))).text)
    assert [name for name, _ in found] == ["delta", "delta", "done"]
    assert found[0][1] == {"text": "첫 줄\n\nevent: done\n"}


async def test_refusals_of_a_stream_are_problems(box: ApiBox) -> None:
    headers = box.headers(Accept="text/event-stream")
    answer = await box.quick(headers=headers, conversation_text="")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("accept", "streams"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; charset=utf-8", True),
        ("application/json, text/event-stream", True),
        ("text/event-stream;q=0.5", True),
        ("text/event-stream; q=0", False),
        ("*/*", False),
        ("text/*", False),
        ("application/json", False),
        ("text/event-streams", False),
    ],
)
async def test_only_a_client_that_names_the_stream_gets_it(
    box: ApiBox, accept: str, streams: bool
) -> None:
    answer = await box.quick(headers=box.headers(Accept=accept))
    assert answer.headers["content-type"].startswith("text/event-stream") == streams


async def test_the_clients_priority_reaches_the_engine(box: ApiBox) -> None:
    for priority in ("high", "normal", "low"):
        await box.quick(priority=priority)
    sent = [request["priority"] for request in box.engine.requests]
    assert sent == sorted(sent)
    assert len(set(sent)) == 3


async def test_answers_are_counted_by_how_they_ended(box: ApiBox) -> None:
    await box.quick()
    box.engine.broken = True
    await box.quick()
    text = box.services.metrics.render().decode()
    assert 'edgebox_quick_summaries_total{status="success"} 1.0' in text
    assert 'edgebox_quick_summaries_total{status="fallback"} 1.0' in text
    assert 'edgebox_quick_seconds_count{status="success"} 1.0' in text
    assert "edgebox_quick_cached_tokens_total 60.0" in text


TURNS = [
    {"speaker": "agent", "text": "무엇을 도와드릴까요", "start_ms": 0},
    {"speaker": "홍길동", "text": "카드를 잃어버렸어요 정지해 주세요", "start_ms": 3000},
    {"speaker": "bot", "text": "1번을 눌러 주세요"},
]


async def test_turns_are_read_as_a_labelled_text_is(box: ApiBox) -> None:
    answer = await box.quick(conversation_text=None, turns=TURNS)
    assert answer.json()["status"] == "success"
    [asked] = [body for body in box.engine.requests if "고객: 카드를 잃어버렸어요" in str(body)]
    assert "상담사: 무엇을 도와드릴까요" in str(asked)
    assert "1번을" not in str(asked)


@pytest.mark.parametrize(
    ("fields", "pointer", "detail"),
    [
        ({"turns": TURNS}, "/conversation_text", "Send conversation_text or turns, not both."),
        ({"conversation_text": None}, "/conversation_text", "Required."),
        ({"conversation_text": None, "turns": []}, "/turns", "Send at least one."),
        ({"conversation_text": None, "turns": [{"speaker": "a"}]}, "/turns/0/text", "Required."),
        ({"conversation_text": None, "turns": [{"text": " "}]}, "/turns", "Has no text. "),
        ({"conversation_text": '{"order": 17}'}, "/conversation_text", "Is JSON of no known"),
    ],
)
async def test_one_of_text_and_turns_is_required(box: ApiBox, fields, pointer, detail) -> None:
    answer = await box.quick(**fields)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].startswith(detail)


@pytest.mark.parametrize(
    "wrong", ["inf", "-inf", "nan", "Infinity", "1e999", 10**399, -1, "-0.5", "", "2 s", [], {}]
)
async def test_a_time_that_json_cannot_hold_is_refused(box: ApiBox, wrong) -> None:
    turns = [{"text": "네", "start_ms": wrong}]
    for refused in (
        await box.quick(conversation_text=None, turns=turns),
        await box.http.post(
            BATCH,
            json={"consultations": [{"consultation_id": "CL-1", "turns": turns}]},
            headers=box.headers(),
        ),
    ):
        assert refused.status_code == 422
        [error] = refused.json()["errors"]
        assert error["pointer"].endswith("/turns/0/start_ms")
        assert error["detail"] in {"Send a number.", "Must not be negative."}


@pytest.mark.parametrize("right", [0, -0.0, 1e300, "3000", "3.5", None])
async def test_a_time_may_be_any_number(box: ApiBox, right) -> None:
    turns = [{**TURNS[0], "start_ms": right}]
    assert (await box.quick(conversation_text=None, turns=turns)).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "고객:\n상담사:\n고객:\n",
        "[00:00:01] [BLANK_AUDIO]\n[00:00:31] (무음)",
        "시청해 주셔서 감사합니다.\n" * 100,
        "상담사: 여보세요\n상담사: 여보세요 고객님 들리세요\n상담사: 전화가 끊긴 것 같습니다",
        '{"segments": []}',
    ],
)
async def test_a_call_in_which_nothing_was_said_asks_no_model(box: ApiBox, text: str) -> None:
    before = len(box.engine.requests)
    body = (await box.quick(conversation_text=text)).json()
    assert body["summary"] == "통화 내용이 없습니다."
    assert (body["status"], body["model_used"]) == ("no_content", "none")
    assert body["input"] == {
        "characters": len(text), "characters_used": len(text), "truncated": False,
    }  # fmt: skip
    assert body["usage"]["prompt_tokens"] == 0
    assert len(box.engine.requests) == before


async def test_no_event_holds_a_character_that_ends_a_line_for_some_clients(box: ApiBox) -> None:
    answer = await box.quick(
        headers=box.headers() | {"Accept": "text/event-stream"}, consultation_id="CL\u2028\u2029A"
    )
    assert len(answer.text.splitlines()) == answer.text.count("\n")
    assert events(answer.text)[-1][1]["consultation_id"] == "CL\u2028\u2029A"


@pytest.mark.parametrize("broken", [False, True])
async def test_a_resident_registration_number_reaches_neither_model_nor_answer(
    box: ApiBox, broken: bool
) -> None:
    box.engine.broken = broken
    text = "고객: 주민번호 800101-1234567 인데 카드를 정지해 주세요.\n상담사: 네 정지했습니다."
    answer = await box.quick(conversation_text=text)
    assert answer.json()["status"] == ("fallback" if broken else "success")
    assert "1234567" not in f"{answer.text} {box.engine.requests}"


async def test_what_was_read_is_kept_of_a_call_that_grows(box: ApiBox) -> None:
    call = "고객: 카드를 잃어버렸어요.\n상담사: 정지했습니다.\n"
    said = [call, f"{call}고객: 새 카드도 주세요.\n", call]
    for text in said:
        await box.quick(conversation_text=text)
    await box.quick(conversation_text=said[1], consultation_id="CL-OTHER")
    assert [request["retain"] for request in box.engine.requests] == [False, True, False, False]


async def test_what_was_read_is_shared_within_a_client_only(box: ApiBox) -> None:
    for client in ("center-1", "center-1", "center-2"):
        answer = await box.quick(headers=box.headers(client))
        assert answer.status_code == 200, answer.text
    first, again, other = (request["cache_salt"] for request in box.engine.requests)
    assert first == again
    assert first != other
    assert "center" not in first + other, "the salt does not name the client"
