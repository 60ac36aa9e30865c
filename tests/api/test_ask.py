"""Questions over HTTP: JSON, events, who may ask about what, and what is said of answers."""

import asyncio
import json
import re
from contextlib import suppress

import pytest
from starlette.requests import ClientDisconnect

from edgebox.ask.prompts import NOT_FOUND
from support.boxes.api import TALK, ApiBox, api_box
from support.polling import eventually

pytestmark = pytest.mark.anyio

ASK = "/api/v1/consultation/ask"
ANSWER = ("카드를 잃어버려 정지하고 ", "재발급을 접수했습니다.")


async def ask(box: ApiBox, headers=None, client="center-1", **fields):
    box.engine.answers["mlm"] = box.engine.answers.pop("said", ANSWER)
    body = {"question": "카드 분실은 어떻게 처리했지?", "conversation_text": TALK} | fields
    body = {name: value for name, value in body.items() if value is not None}
    return await box.http.post(ASK, json=body, headers=box.headers(client) | (headers or {}))


def events(text: str) -> list[tuple[str, dict]]:
    found = []
    for block in text.strip().split("\n\n"):
        if block == ":":
            continue
        name, data = block.split("\n", 1)
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_the_answer_has_the_fields_of_the_interface(box: ApiBox) -> None:
    box.settings.cost.won_per_hour = 3600.0
    box.engine.pauses = {"mlm": 0.3}
    answer = await ask(box, consultation_id="CL-1")
    assert answer.status_code == 200
    body = answer.json()
    assert re.fullmatch("ask_[0-9a-f]{24}", body.pop("ask_id"))
    timing = body.pop("timing")
    assert timing["evidence"] <= timing["answer_first"] <= timing["total"] < 15
    assert body == {
        "consultation_id": "CL-1",
        "status": "success",
        "acknowledgement": {"text": "'카드 분실'을 찾아보고 있습니다.", "by": "small"},
        "answer": {
            "markdown": "카드를 잃어버려 정지하고 재발급을 접수했습니다. [1][2]",
            "by": "mid",
            "source": "transcript",
        },
        "citations": [
            {
                "n": 1,
                "source": "transcript",
                "utterance": 0,
                "start": 0,
                "end": TALK.index("\n"),
                "speaker": "customer",
                "text": "카드를 잃어버렸어요.",
            },
            {
                "n": 2,
                "source": "transcript",
                "utterance": 1,
                "start": TALK.index("상담사"),
                "end": len(TALK),
                "speaker": "agent",
                "text": "바로 정지하고 재발급을 접수해 드렸습니다.",
            },
        ],
        "grounding": {"grounded": True, "flags": [], "unsupported": []},
        "cached": False,
        "age_seconds": None,
        "usage": {
            role: {
                "prompt_tokens": 100,
                "cached_tokens": 60,
                "completion_tokens": 20,
                "engine_seconds": 0.0,
            }
            for role in ("slm", "mlm")
        },
        "cost": {"amount": 0.0, "currency": "KRW"},
        "error": None,
    }


async def test_the_events_come_in_order_and_end_with_the_same_object(box: ApiBox) -> None:
    box.engine.pauses = {"mlm": 0.3}
    answer = await ask(box, {"Accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    found = events(answer.text)
    names = [name for name, _ in found]
    assert names == ["start", "evidence", "ack", *["delta"] * (len(names) - 4), "done"]
    assert found[0][1]["deadline"] == 15.0
    assert found[0][1]["cached"] is False
    assert found[0][1]["ask_id"] == found[-1][1]["ask_id"]
    spelt = "".join(data["text"] for name, data in found if name == "delta")
    assert spelt == found[-1][1]["answer"]["markdown"]


async def test_turns_are_a_call_as_well(box: ApiBox) -> None:
    turns = [
        {"speaker": "customer", "text": "카드를 잃어버렸어요."},
        {"speaker": "agent", "text": "바로 정지하고 재발급을 접수해 드렸습니다."},
    ]
    body = (await ask(box, conversation_text=None, turns=turns)).json()
    assert (body["status"], len(body["citations"])) == ("success", 2)


async def test_a_consultation_that_was_handed_in_needs_no_text(box: ApiBox) -> None:
    await box.batch(TALK)
    body = (await ask(box, conversation_text=None, consultation_id="CL-0")).json()
    assert (body["status"], body["consultation_id"]) == ("success", "CL-0")


async def test_a_call_in_progress_in_which_nothing_was_said_yet_has_no_content(
    box: ApiBox,
) -> None:
    live = {"text": "", "partial": "여보세요"}
    await box.http.put("/api/v1/live/CL-7", json=live, headers=box.headers())
    body = (await ask(box, conversation_text=None, consultation_id="CL-7")).json()
    assert (body["status"], body["answer"]["by"]) == ("no_content", "none")


@pytest.mark.parametrize("text", [f"\x02\x1b{TALK[:9]}\x07{TALK[9:]}\x03", TALK])
async def test_offsets_are_those_of_the_text_that_was_sent(box: ApiBox, text: str) -> None:
    for sent in ({"conversation_text": text}, {"conversation_text": None, "consultation_id": "B"}):
        if "consultation_id" in sent:
            item = {"consultation_id": "B", "conversation_text": text}
            path = "/api/v1/consultation/batch-analysis"
            body = {"consultations": [item]}
            assert (await box.http.post(path, json=body, headers=box.headers())).is_success
        cited = (await ask(box, **sent)).json()["citations"]
        assert [text[one["start"] : one["end"]].count(one["text"][-5:]) for one in cited] == [1, 1]
        assert text[: cited[1]["start"]].endswith("\n")


async def test_only_a_question_about_a_stored_call_is_a_read_of_it(box: ApiBox) -> None:
    await ask(box, consultation_id="CL-0")
    await ask(box, client="center-2", conversation_text=None, consultation_id="CL-0")
    await box.batch(TALK)
    await ask(box, conversation_text=None, consultation_id="CL-0")
    await box.services.reads.write(everything=True)
    rows = box.store.audit.list(action="transcripts")
    assert [(row.client_id, row.address, row.subject) for row in rows] == [
        ("center-1", "127.0.0.1", "CL-0")
    ]


async def test_another_client_s_consultation_is_not_there(box: ApiBox) -> None:
    await box.batch(TALK)
    answer = await ask(box, client="center-2", conversation_text=None, consultation_id="CL-0")
    assert answer.status_code == 404


async def test_a_transcript_that_retention_removed_is_said_to_be_gone(box: ApiBox) -> None:
    await box.batch(TALK)
    with box.store._connections.transaction() as db:
        db.execute("UPDATE batches SET transcripts_removed_at = 1.0")
    answer = await ask(box, conversation_text=None, consultation_id="CL-0")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("transcript-removed")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"question": None}, "/question"),
        ({"question": " \n"}, "/question"),
        ({"question": "\u200b"}, "/question"),
        ({"question": "수수료\x00는?"}, "/question"),
        ({"history": [{"question": "수수\x1b료는?", "answer": "나"}]}, "/history/0/question"),
        ({"question": "가" * 2001}, "/question"),
        ({"question": "\ud800"}, "/question"),
        ({"question": 3}, "/question"),
        ({"conversation_text": None}, "/conversation_text"),
        ({"conversation_text": " "}, "/conversation_text"),
        ({"turns": [{"text": "네"}]}, "/conversation_text"),
        ({"sources": ["general"]}, "/sources"),
        ({"sources": ["web"]}, "/sources/0"),
        ({"sources": []}, "/sources"),
        ({"history": [{"question": "가"}]}, "/history/0/answer"),
        ({"history": [{"question": "가", "answer": "나"}] * 5}, "/history"),
        ({"history": [{"question": "가", "answer": "나" * 4000}]}, "/history"),
        ({"priority": "high"}, "/priority"),
        ({"deadline": 2}, "/deadline"),
        ({"deadline": 61}, "/deadline"),
        ({"deadline": "x"}, "/deadline"),
        ({"deadline": "nan"}, "/deadline"),
        ({"deadline": "inf"}, "/deadline"),
        ({"cache": "perhaps"}, "/cache"),
        ({"consultation_id": "a\nb"}, "/consultation_id"),
    ],
)
async def test_a_field_that_is_wrong_is_named_and_not_repeated(box, fields, pointer) -> None:
    body = {"question": "뭐였지?", "conversation_text": TALK} | fields
    body = {name: value for name, value in body.items() if value is not None}
    sent = json.dumps(body).encode()
    headers = box.headers() | {"Content-Type": "application/json"}
    answer = await box.http.post(ASK, content=sent, headers=headers)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].endswith(".")
    assert error["detail"] != "Not valid."
    assert not box.engine.requests


async def test_nobody_asks_without_a_key(box: ApiBox) -> None:
    answer = await box.http.post(ASK, json={"question": "뭐였지?", "conversation_text": TALK})
    assert answer.status_code == 401


async def test_a_box_without_questions_has_no_such_path(tmp_path, anyio_backend) -> None:
    async with api_box(tmp_path, ask={"enabled": "off"}) as box:
        assert (await ask(box)).status_code == 404


async def test_a_known_answer_costs_no_model_and_no_store_forbids_it(box: ApiBox) -> None:
    first = (await ask(box)).json()
    count = len(box.engine.requests)
    again = (await ask(box)).json()
    assert (again["cached"], again["usage"], again["answer"]) == (True, {}, first["answer"])
    assert again["timing"]["total"] <= 0.05
    assert again["ask_id"] != first["ask_id"]
    assert len(box.engine.requests) == count
    assert (await ask(box, {"Cache-Control": "no-store"})).json()["cached"] is False
    body = {"question": "카드 분실은 어떻게 처리했지?", "conversation_text": TALK}
    for last, cached in (("max-age=0", True), ("no-store", False)):
        twice = [("Cache-Control", "max-age=0"), ("Cache-Control", last)]
        headers = [*box.headers().items(), *twice]
        answer = await box.http.post(ASK, json=body, headers=headers)
        assert answer.json()["cached"] is cached
    assert (await ask(box, cache=False)).json()["cached"] is False
    assert (await ask(box, client="center-2")).json()["cached"] is False


async def test_the_end_of_a_question_can_be_read_again_for_a_while(tmp_path, anyio_backend):
    now = [1000.0]
    async with api_box(tmp_path, monotonic=lambda: now[0]) as box:
        body = (await ask(box)).json()
        path = f"/api/v1/asks/{body['ask_id']}"
        again = await box.get(path)
        assert again.json()["answer"] == body["answer"]
        assert (await box.get(path, "center-2")).status_code == 404
        now[0] += 121
        assert (await box.get(path)).status_code == 404


async def test_nothing_asked_about_a_call_outlives_its_deletion(box: ApiBox) -> None:
    call, headers = "/api/v1/live/CL-1", box.headers()
    text = TALK + "\n"
    told = {"offset": 0, "text": text}
    assert (await box.http.put(call, json=told, headers=headers)).status_code == 200
    about = {"consultation_id": "CL-1", "conversation_text": None}
    body = (await ask(box, **about)).json()
    assert (await ask(box, **about)).json()["cached"] is True
    other = (await ask(box, client="center-2", consultation_id="CL-1")).json()
    kept = (await ask(box, consultation_id="CL-2")).json()
    box.engine.pauses = {"mlm": 5.0}
    running = asyncio.create_task(ask(box, question="카드 재발급은?", **about))
    await eventually(lambda: box.services.asks.in_flight)
    assert (await box.http.delete(call, headers=box.headers())).status_code == 204
    end = (await asyncio.wait_for(running, 4)).json()
    assert (end["status"], end["error"]["status"]) == ("failed", 404)
    for ask_id in (body["ask_id"], end["ask_id"]):
        assert (await box.get(f"/api/v1/asks/{ask_id}")).status_code == 404
    assert (await box.get(f"/api/v1/asks/{other['ask_id']}", "center-2")).status_code == 200
    assert (await box.get(f"/api/v1/asks/{kept['ask_id']}")).status_code == 200
    readings = box.services.asks._kit.readings
    assert ("center-1", "CL-2") in [key[:2] for key in readings._kept]
    await eventually(lambda: ("center-1", "CL-1") not in [key[:2] for key in readings._kept])
    box.engine.pauses = {}
    await box.http.put(call, json=told, headers=box.headers())
    assert (await ask(box, **about)).json()["cached"] is False


async def test_a_deletion_after_a_restart_forgets_what_was_asked(box: ApiBox) -> None:
    body = (await ask(box, consultation_id="CL-1")).json()
    await box.http.delete("/api/v1/live/CL-1", headers=box.headers("center-2"))
    assert (await box.get(f"/api/v1/asks/{body['ask_id']}")).status_code == 200
    await box.http.delete("/api/v1/live/CL-1", headers=box.headers())
    assert (await box.get(f"/api/v1/asks/{body['ask_id']}")).status_code == 404
    assert (await ask(box, consultation_id="CL-1")).json()["cached"] is False


async def test_an_answer_that_is_being_written_says_so(box: ApiBox) -> None:
    box.engine.pauses = {"mlm": 1.0}
    running = asyncio.create_task(ask(box))
    await eventually(lambda: box.services.asks._ends._ends)
    (ask_id,) = box.services.asks._ends._ends
    answer = await box.get(f"/api/v1/asks/{ask_id}")
    assert (answer.status_code, answer.headers["retry-after"]) == (409, "1")
    await running


async def test_a_box_that_is_full_of_questions_refuses(tmp_path, anyio_backend) -> None:
    async with api_box(tmp_path, ask={"max_in_flight": 1}) as box:
        box.engine.pauses = {"mlm": 1.0}
        running = asyncio.create_task(ask(box))
        await eventually(lambda: box.services.asks.in_flight)
        refused = await ask(box, question="다른 질문은?")
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) >= 1
        assert (await running).status_code == 200
        text = (await box.http.get("/metrics", headers=box.headers())).text
        assert 'edgebox_asks_total{status="refused"} 1.0' in text


async def test_a_hang_up_ends_the_question(box: ApiBox) -> None:
    box.engine.pauses = {"mlm": 1.0}
    with pytest.raises((asyncio.CancelledError, ClientDisconnect, TimeoutError)):
        await asyncio.wait_for(ask(box), 0.4)
    await eventually(lambda: box.services.asks.in_flight == 0)
    await eventually(lambda: box.services.quick.in_flight == 0)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_a_hang_up_before_the_first_event_ends_the_question(box: ApiBox, accept) -> None:
    box.engine.pauses = {"mlm": 5.0}
    box.engine.answers["mlm"] = ANSWER
    body = json.dumps({"question": "분실은?", "conversation_text": TALK}).encode()
    received = [{"type": "http.request", "body": body, "more_body": False}]
    scope = {
        "type": "http",
        "method": "POST",
        "path": ASK,
        "raw_path": ASK.encode(),
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "server": ("box", 80),
        "scheme": "http",
        "headers": [
            (name.lower().encode(), value.encode())
            for name, value in (
                box.headers() | {"Accept": accept, "Content-Type": "application/json"}
            ).items()
        ],
    }

    async def receive():
        return received.pop() if received else {"type": "http.disconnect"}

    async def send(_message) -> None: ...

    assert box.app is not None
    with suppress(ClientDisconnect):
        await asyncio.wait_for(box.app(scope, receive, send), 4)
    assert box.services.asks.in_flight == 0
    assert not box.services.asks._ends._ends, "nobody is told that it is being written"
    assert box.services.metrics.asks.labels("abandoned")._value.get() == 1
    await eventually(lambda: box.services.quick.in_flight == 0)


async def test_one_client_leaves_a_place_for_every_other(box: ApiBox) -> None:
    box.engine.pauses = {"mlm": 2.0}
    texts = [f"카드 분실은 {n}번?" for n in range(4)]
    running = [asyncio.create_task(ask(box, question=text, deadline=60)) for text in texts]
    await eventually(lambda: box.services.asks.in_flight == 3)
    other = await ask(box, client="center-2", question="카드 재발급은?")
    assert other.status_code == 200
    assert sorted(one.status_code for one in await asyncio.gather(*running)) == [200] * 3 + [503]


async def test_a_failure_is_a_whole_answer_with_its_problem(box: ApiBox) -> None:
    box.engine.broken = True
    body = (await ask(box, question="우산 대여는?", deadline=3)).json()
    assert (body["status"], body["answer"]) == ("failed", None)
    assert body["error"]["status"] == 503
    assert body["error"]["request_id"]
    assert "우산" not in json.dumps(body["error"])


async def test_what_is_not_in_the_call_is_said_not_to_be_there(box: ApiBox) -> None:
    box.engine.answers["said"] = (NOT_FOUND,)
    body = (await ask(box, question="배송비는 얼마야?")).json()
    assert (body["status"], body["answer"]["markdown"]) == ("no_evidence", NOT_FOUND)


async def test_thumbs_are_kept_and_a_bad_answer_is_not_given_again(box: ApiBox) -> None:
    body = (await ask(box)).json()
    said = {"what": "ask", "id": body["ask_id"], "rating": "up"}
    path = "/api/v1/feedback"
    assert (await box.http.post(path, json=said, headers=box.headers())).status_code == 204
    assert (await ask(box)).json()["cached"] is True
    said |= {"rating": "down", "reason": "wrong"}
    assert (await box.http.post(path, json=said, headers=box.headers())).status_code == 204
    (counted,) = box.store.feedback.counted()
    assert (counted.what, counted.up, counted.down) == ("ask", 0, 1)
    assert box.store.feedback.reasons() == {"wrong": 1}
    assert (await ask(box)).json()["cached"] is False


@pytest.mark.parametrize(
    "fields", [{"rating": "maybe"}, {"what": "x"}, {"id": ""}, {"reason": "because he said so"}]
)
async def test_feedback_holds_no_words_of_a_call(box: ApiBox, fields) -> None:
    said = {"what": "ask", "id": "ask_1", "rating": "up"} | fields
    answer = await box.http.post("/api/v1/feedback", json=said, headers=box.headers())
    assert answer.status_code == 422
    assert "because he" not in answer.text


async def test_metrics_count_what_happened(box: ApiBox) -> None:
    await ask(box)
    await ask(box)
    text = (await box.http.get("/metrics", headers=box.headers())).text
    for line in (
        'edgebox_asks_total{status="success"} 2.0',
        'edgebox_ask_cache_total{result="hit"} 1.0',
        'edgebox_ask_cache_total{result="miss"} 1.0',
        'edgebox_ask_tokens_total{kind="completion",role="mlm"} 20.0',
        "edgebox_ask_seconds_count 2.0",
    ):
        assert line in text, line
