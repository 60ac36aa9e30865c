"""What people do on their screens: questions, summaries, the end of a call, acceptance."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from edgebox.ask import shares
from edgebox.console import desk
from edgebox.live.calls import KEPT_DRAFTS
from edgebox.store.db import Store
from edgebox.system.times import in_zone
from support.boxes.screens import LIVE, Screen, opened, screen
from support.boxes.served import Running, running
from support.polling import eventually

pytestmark = pytest.mark.anyio

LINE = "고객: 카드를 잃어버렸어요.\n"
TALK = LINE + "상담사: 네, 오늘 오후 3시에 정지해 드렸습니다.\n고객: 고맙습니다.\n"
ANSWER = ("오늘 오후 3시에 ", "정지했습니다.", "\n")


@pytest.fixture
async def box(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Running]:
    async with running(tmp_path) as made:
        made.engine.answers["mlm"] = ANSWER
        await made.until_ready()
        yield made


async def talked(box: Running, call: str = "CL-1", operator: str = "kim") -> None:
    said = {"offset": 0, "text": TALK, "operator": operator}
    answer = await box.http.put(f"{LIVE}/{call}", json=said, headers=box.headers())
    assert answer.status_code == 200, answer.text


async def asked(one: Screen, ask_id: str = "q1", call: str = "CL-1", **more: Any) -> None:
    question = more.pop("question", "언제 정지했나요?")
    await one.send("ask", ask_id=ask_id, question=question, consultation_id=call, **more)


async def test_an_answer_is_told_on_all_screens_of_its_operator(box: Running) -> None:
    await talked(box)
    async with screen(box, "kim") as kim, screen(box, "kim") as second, screen(box, "lee") as lee:
        await asked(kim)
        end = await second.next("ask.done")
        kinds = [message["type"] for message in second.told if message["type"].startswith("ask.")]
        assert kinds[0] == "ask.start"
        assert kinds.count("ask.done") == 1
        assert end["ask_id"] == "q1"
        done = end["done"]
        assert done["status"] == "success"
        assert "3시" in done["answer"]["markdown"]
        assert done["citations"][0]["speaker"] == "agent"
        again = await box.http.get(f"/api/v1/asks/{done['ask_id']}", headers=box.headers())
        assert again.json()["answer"] == done["answer"], "the box's own id, for programs"
        await kim.send("feedback", what="ask", id="q1", rating="down", reason="wrong", comment="")
        await asked(lee, "q2", "CL-1")
        assert (await lee.next("notice", "ask.start"))["code"] == "not-found"
        assert not [message for message in lee.told if message["type"] == "ask.start"]

        def noted() -> bool:
            store = Store(box.settings.database)
            try:
                return [row["subject"] for row in store.feedback.rows()] == [done["ask_id"]]
            finally:
                store.close()

        await eventually(noted)


async def test_a_question_outlives_the_connection_for_a_while(box: Running) -> None:
    box.engine.answers["mlm"] = (
        "오늘 오후 3시에 정지했습니다.\n",
        "그 뒤에 ",
        "재발급을 접수했습니다.\n",
    )
    await talked(box)
    async with screen(box, "kim") as kim:
        box.engine.pauses["mlm"] = 0.3
        await asked(kim)
        await kim.next("ask.delta")
        kim.socket.transport.abort()
    async with screen(box, "kim") as kim:
        [state] = kim.welcome["asks"]
        assert (state["ask_id"], state["state"], state["done"]) == ("q1", "running", None)
        assert "3시" in state["text"], "what was told before is there"
        done = (await kim.next("ask.done"))["done"]
        deltas = "".join(one["text"] for one in kim.told if one["type"] == "ask.delta")
        assert state["text"] + deltas == done["answer"]["markdown"], (
            "nothing twice, nothing missing"
        )
    async with screen(box, "kim") as kim:
        [state] = kim.welcome["asks"]
        assert (state["state"], state["done"]) == ("done", done)
    assert box.engine.cancelled == 0


async def test_a_question_whose_screens_stay_away_is_cancelled(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "GRACE_SECONDS", 0.2)
    await talked(box)
    box.engine.pauses["mlm"] = 5
    async with screen(box, "kim") as kim:
        await asked(kim)
        await kim.next("ask.start")
        await eventually(lambda: any(one["model"] == "mlm" for one in box.engine.requests))
    await eventually(lambda: box.engine.cancelled)
    async with screen(box, "kim") as kim:
        assert kim.welcome["asks"] == []


async def test_cancel_and_a_newer_question_end_one_at_once(box: Running) -> None:
    await talked(box)
    box.engine.pauses["mlm"] = 5
    async with screen(box, "kim") as kim, screen(box, "kim") as second:

        def answering() -> int:
            return sum(request["model"] == "mlm" for request in box.engine.requests)

        await asked(kim)
        await eventually(lambda: answering() == 1)
        await kim.send("cancel", ask_id="q1")
        await eventually(lambda: box.engine.cancelled == 1)
        notice = await second.next("notice")
        assert (notice["code"], notice["ask_id"]) == ("cancelled", "q1")
        await asked(kim, "q2")
        await eventually(lambda: answering() == 2)
        box.engine.pauses["mlm"] = 0
        await asked(kim, "q3", question="재발급은 언제 되나요?")
        assert (await kim.next("ask.done"))["ask_id"] == "q3"
        assert box.engine.cancelled == 2
        assert not [one for one in kim.told if one["type"] == "notice"], "it knows what it did"
    async with screen(box, "kim") as again:
        assert [one["ask_id"] for one in again.welcome["asks"]] == ["q3"]


async def test_a_refused_question_ends_the_one_before_on_every_screen(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talked(box)
    box.engine.pauses["mlm"] = 5
    async with screen(box, "kim") as kim, screen(box, "kim") as second, screen(box, "lee") as lee:
        await talked(box, "CL-2", "lee")
        await asked(lee, call="CL-2")
        await asked(kim)
        await second.next("ask.start")
        monkeypatch.setattr(shares, "LATEST_START", -1.0)  # the model has no time any more
        await asked(kim, "q2", question="재발급은 언제 되나요?")
        for one in (kim, second):
            notice = await one.next("notice")
            assert (notice["code"], notice["ask_id"]) == ("cancelled", "q1")
        notice = await kim.next("notice")
        assert (notice["code"], notice["ask_id"]) == ("box-busy", "q2")
        monkeypatch.undo()
        box.engine.pauses["mlm"] = 0
        await asked(second, "q3")
        assert (await second.next("ask.done"))["ask_id"] == "q3"
        assert not [one for one in lee.told if one["type"] == "notice"]


async def test_a_question_is_held_against_the_protocol_and_the_call(box: Running) -> None:
    await talked(box)
    async with screen(box, "kim") as kim:
        await asked(kim, question=" ")
        notice = await kim.next("notice")
        assert (notice["code"], notice["ask_id"]) == ("invalid-fields", "q1")
        for wrong in ("가" * 2001, "수수료\x00는?"):
            await asked(kim, question=wrong)
            assert (await kim.next("notice"))["code"] == "invalid-fields"
        await asked(kim, call="CL-none")
        assert (await kim.next("notice"))["consultation_id"] == "CL-none"
        await kim.send("ask", ask_id="no id!", question="네?", consultation_id="CL-1")
        assert await kim.code() == 4400
        assert kim.socket.close_reason == "ask: the field ask_id is not valid."


async def test_a_call_is_read_ahead_once(box: Running) -> None:
    await talked(box)
    async with screen(box, "kim") as kim:
        await kim.send("prepare", consultation_id="CL-1")

        def read() -> list[dict[str, Any]]:
            return [one for one in box.engine.requests if one.get("priority") == 45]

        await eventually(read)
        [ahead] = read()
        assert ahead["max_tokens"] == 1
        await asked(kim)
        await kim.next("ask.done")
        answer = next(one for one in box.engine.requests if one.get("priority") == 30)
        prefix = ahead["messages"][1]["content"].removesuffix("[질문] ")
        assert "정지해 드렸습니다" in prefix
        assert answer["messages"][1]["content"].startswith(prefix)
        assert answer["cache_salt"] == ahead["cache_salt"]


async def test_a_summary_is_written_edited_and_accepted(box: Running) -> None:
    await talked(box)
    async with screen(box, "kim") as kim, screen(box, "kim") as second:
        await kim.send("summarise", consultation_id="CL-1")
        draft = (await kim.next("summary.done"))["draft"]
        accept = {
            "consultation_id": "CL-1",
            "draft_id": draft["draft_id"],
            "content": {"text": "고객이 카드를 잃어버려 정지했다."},
            "dropped": [],
            "copied": True,
            "seconds": 4.5,
        }
        await kim.send("accept", **accept)
        accepted = await second.next("accepted")
        assert accepted["draft_id"] == draft["draft_id"]
        await kim.send(
            "accept", **{**accept, "content": {"customer": "", "agent": "", "result": ""}}
        )
        assert (await kim.next("notice"))["code"] == "invalid-fields"
        await kim.send("accept", **{**accept, "draft_id": "draft_none"})
        assert (await kim.next("notice"))["code"] == "not-found"
        path = "/api/v1/consultations/CL-1/record"
        kept = (await box.http.get(path, headers=box.headers())).json()
        assert kept["content"]["text"] == "고객이 카드를 잃어버려 정지했다."
    async with screen(box, "kim") as again:
        [shown] = again.welcome["drafts"]
        assert shown["accepted"] == {"at": accepted["at"], **accept["content"]}
    await box.http.delete(f"{LIVE}/CL-1", headers=box.headers())
    assert (await box.http.get(path, headers=box.headers())).json() == kept, (
        "what somebody accepted is kept, as docs/api.md says"
    )


async def test_a_draft_that_is_being_edited_stays_acceptable(box: Running) -> None:
    await talked(box)
    async with screen(box, "kim") as kim:
        await kim.send("summarise", consultation_id="CL-1")
        edited = (await kim.next("summary.done"))["draft"]["draft_id"]
        await kim.send("summarise", consultation_id="CL-1")
        other = (await kim.next("summary.done"))["draft"]["draft_id"]
        await kim.send("edit", consultation_id="CL-1", draft_id=edited)
        await kim.send("edit", consultation_id="CL-1", draft_id="draft_none")
        for _ in range(KEPT_DRAFTS):
            await kim.send("summarise", consultation_id="CL-1")
            await kim.next("summary.done")
    async with screen(box, "kim") as kim:
        fields = {"consultation_id": "CL-1", "content": {"text": "카드를 정지함"}}
        await kim.send("accept", draft_id=other, **fields)
        assert (await kim.next("notice", "accepted"))["type"] == "notice"
        await kim.send("accept", draft_id=edited, **fields)
        assert (await kim.next("notice", "accepted"))["type"] == "accepted"
        for _ in range(KEPT_DRAFTS):
            await kim.send("summarise", consultation_id="CL-1")
            await kim.next("summary.done")


async def test_what_was_accepted_can_be_changed_after_any_number_of_drafts(box: Running) -> None:
    await talked(box)
    async with screen(box, "kim") as kim:
        await kim.send("summarise", consultation_id="CL-1")
        first = (await kim.next("summary.done"))["draft"]["draft_id"]
        fields = {"consultation_id": "CL-1", "draft_id": first}
        await kim.send("accept", content={"text": "카드를 정지함"}, **fields)
        await kim.next("accepted")
        for _ in range(KEPT_DRAFTS):
            await kim.send("summarise", consultation_id="CL-1")
            await kim.next("summary.done")
        await kim.send("accept", content={"text": "카드를 바로 정지함"}, **fields)
        assert (await kim.next("notice", "accepted"))["type"] == "accepted"


async def test_who_watches_a_call_is_told_what_somebody_else_accepts(box: Running) -> None:
    await talked(box)
    async with screen(box, "kim") as kim, screen(box) as watching:
        await watching.send("open", consultation_id="CL-1")
        await watching.next("call.opened")
        await kim.send("summarise", consultation_id="CL-1")
        draft = (await kim.next("summary.done"))["draft"]["draft_id"]
        fields = {"consultation_id": "CL-1", "draft_id": draft, "content": {"text": "정지함"}}
        await kim.send("accept", **fields)
        assert (await watching.next("accepted"))["draft_id"] == draft
        await watching.send("accept", **{**fields, "content": {"text": "바꿈"}})
        assert (await watching.next("accepted"))["draft_id"] == draft
        assert (await kim.next("accepted"))["draft_id"] == draft
        await watching.send("cancel", ask_id="q1")
        await watching.send("open", consultation_id="CL-1")
        assert (await watching.next("accepted", "call.opened"))["type"] == "call.opened", "once"


async def test_the_day_of_a_call_says_whether_a_date_is_another_one(box: Running) -> None:
    kept = Store(box.settings.database)
    day = in_zone(time.time()).date() + timedelta(days=1)
    told = "고객이 카드 이중 결제를 문의했고 상담사는 출금을 보류했으며 {} 연락하기로 함"
    async with screen(box, "kim") as kim:
        for name, days, material in (("d-same", 0, False), ("d-other", 1, True)):
            kept.reviews.draft(
                "center-1",
                "CL-9",
                content={"text": told.format("내일까지")},
                operator="kim",
                model="slm",
                status="success",
                draft_id=name,
            )
            said = day + timedelta(days=days)
            text = told.format(f"{said.month}월 {said.day}일까지")
            await kim.send("accept", consultation_id="CL-9", draft_id=name, content={"text": text})
            await kim.next("accepted")
            assert kept.reviews.get("center-1", name).accepted.material is material, name
    kept.close()


async def test_an_agent_accepts_no_draft_of_a_call_that_was_never_theirs(box: Running) -> None:
    kept = Store(box.settings.database)
    for name, operator in (("d-nobody", None), ("d-kim", "kim"), ("d-lee", "lee")):
        kept.reviews.draft(
            "center-1",
            "CL-9",
            content={"text": "카드를 정지함"},
            operator=operator,
            model="slm",
            status="success",
            draft_id=name,
        )
    async with screen(box, "lee") as lee:
        for name, answer in (("d-nobody", "notice"), ("d-kim", "notice"), ("d-lee", "accepted")):
            fields = {"consultation_id": "CL-9", "draft_id": name, "content": {"text": "바꿈"}}
            await lee.send("accept", **fields)
            assert (await lee.next("notice", "accepted"))["type"] == answer, name
    kept.close()


async def test_a_text_that_is_too_long_is_refused_before_it_is_compared(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[object] = []
    monkeypatch.setattr("edgebox.console.accepting.edit_of", lambda *texts: compared.append(texts))
    await talked(box)
    async with screen(box, "kim") as kim:
        await kim.send("summarise", consultation_id="CL-1")
        draft = (await kim.next("summary.done"))["draft"]["draft_id"]
        long = {"consultation_id": "CL-1", "draft_id": draft, "content": {"text": "가" * 20_001}}
        await kim.send("accept", **long)
        assert (await kim.next("notice", "accepted"))["code"] == "invalid-fields"
    assert compared == []


async def test_a_pasted_call_ends_as_a_consultation(box: Running) -> None:
    async with screen(box, "kim") as kim:
        await kim.send("paste", consultation_id=None, text=TALK)
        call = (await kim.next("call.opened"))["call"]["consultation_id"]
        await kim.send("end", consultation_id=call)
        assert (await kim.next("call.ended"))["consultation_id"] == call
        batches = (await box.http.get("/api/v1/batches", headers=box.headers())).json()
        assert batches["batches"][0]["total_consultations"] == 1
        await talked(box)
        await kim.send("end", consultation_id="CL-1")
        assert (await kim.next("notice"))["code"] == "not-found", "speech-to-text ends its own"


async def test_one_operator_pastes_so_many_calls_and_no_more(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgebox.console.screen.MOST_PASTED", 2)
    async with screen(box, "kim") as kim, screen(box, "lee") as lee:
        names = []
        for _ in range(2):
            await kim.send("paste", consultation_id=None, text=TALK)
            names.append((await kim.next("call.opened"))["call"]["consultation_id"])
        await kim.send("paste", consultation_id=None, text=TALK)
        assert (await kim.next("notice", "call.opened"))["code"] == "box-busy"
        await lee.send("paste", consultation_id=None, text=TALK)
        await lee.next("call.opened")
        await kim.send("end", consultation_id=names[0])
        await kim.next("call.ended")
        await kim.send("paste", consultation_id=None, text=TALK)
        assert (await kim.next("call.closed"))["consultation_id"] == names[0]
        await kim.next("call.opened")


async def test_the_audit_must_be_able_to_note_what_is_shown(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgebox.api.read_audit.MOST", 0)
    await talked(box)
    async with opened(box) as kim:
        await kim.send("hello", operator="kim")
        assert await kim.code() == 1013
    assert all(message["type"] == "beat" for message in kim.told)
    async with screen(box, "lee") as lee:
        await talked(box, "CL-2", "lee")
        assert await lee.code() == 1013
    assert all(message["type"] in {"welcome", "beat"} for message in lee.told)


SECRETS = ("잃어버렸", "정지했", "접수했", "유출금지", "kim-지민")


async def test_no_log_at_debug_holds_what_was_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with running(tmp_path) as box:
        box.engine.answers["mlm"] = ANSWER
        await box.until_ready()
        await talked(box, operator="kim-지민")
        async with screen(box, "kim-지민") as kim:
            await kim.send("summarise", consultation_id="CL-1")
            await kim.next("summary.done")
            await kim.send("paste", consultation_id="유출금지", text=TALK)
            await kim.next("call.text")
            await asked(kim, question="유출금지 언제 정지했나요?")
            await kim.next("ask.done")
            await kim.send("open", consultation_id="유출금지-2")
            await kim.next("notice")
            await kim.socket.send('{"type": "유출금지"}')
            assert await kim.code() == 4400
        async with screen(box, "kim-지민") as kim:
            await kim.socket.send('{"type": "ask", "question": "유출금지", "ask_id": "유출금지"}')
            assert await kim.code() == 4400
        await asyncio.sleep(0)
    ours = [one for one in caplog.records if not one.name.startswith(("websockets", "asyncio"))]
    texts = [f"{one.getMessage()} {vars(one)}" for one in ours]
    assert any('"socket"' in text or "'socket'" in text for text in texts)
    for secret in SECRETS:
        assert not [text for text in texts if secret in text]


async def test_a_deleted_call_takes_its_questions_from_a_desk_without_screens(box: Running) -> None:
    await talked(box)
    async with screen(box, "kim") as kim:
        await asked(kim)
        await kim.next("ask.done")
        await talked(box, "CL-2")
        await asked(kim, "q2", "CL-2")
        await kim.next("ask.done")
    await box.http.delete(f"{LIVE}/CL-1", headers=box.headers())
    async with screen(box, "kim") as kim:
        assert [one["ask_id"] for one in kim.welcome["asks"]] == ["q2"]
