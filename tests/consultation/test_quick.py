"""The race against the deadline: success, partial and fallback as they really happen."""

import asyncio
import time

import httpx
import pytest
from starlette.responses import JSONResponse

from edgebox.consultation.budget import GAP
from edgebox.consultation.engine_monitor import EngineMonitor
from edgebox.consultation.prompts import SUMMARY_EXAMPLES
from edgebox.consultation.quick import QuickResult, QuickSummaries
from edgebox.engine_client import EngineClient
from edgebox.settings import Settings
from support.engines.fake import FakeEngine, role_health
from support.outside.far_server import MODEL, far_server
from support.polling import PATIENCE, eventually

CALL = (
    "상담사: 안녕하세요 고객센터입니다\n"
    "고객: 카드를 잃어버려서 정지 좀 해 주세요\n"
    "상담사: 네 지금 정지해 드렸고 재발급은 사흘 걸립니다\n"
    "고객: 감사합니다"
)


class Box:
    """One engine with its quick summaries. Only a test of the time itself has a short deadline."""

    def __init__(self, tmp_path, engine, deadline=30.0, **quick):
        values = {"deadline_seconds": deadline, "margin_seconds": 0.15} | quick
        self.settings = Settings(state_dir=tmp_path, quick=values)
        self.engine = engine

    def run(self, scenario):
        async def whole():
            async with self.engine.serve(self.settings.socket):
                return await self.asked(scenario)

        return asyncio.run(whole())

    async def asked(self, scenario):
        client = EngineClient(self.settings)
        monitor = EngineMonitor(client)
        quick = QuickSummaries(client, monitor, self.settings.quick)
        await monitor.poll()
        watch = asyncio.create_task(monitor.watch())
        try:
            return await scenario(quick)
        finally:
            watch.cancel()
            await client.aclose()


def summarise(text=CALL, **rest):
    async def scenario(quick):
        began = time.monotonic()
        result = await quick.summarise(quick.admit(text, **rest))
        return result, time.monotonic() - began

    return scenario


def test_a_prompt_answer_is_a_success(tmp_path):
    result, _ = Box(tmp_path, FakeEngine()).run(summarise())
    assert result.status == "success"
    assert result.summary == (
        "고객이 카드 분실을 신고했고, 상담사가 정지 후 재발급을 접수했습니다."
    )
    assert result.model_used == "small"
    assert (result.prompt_tokens, result.cached_tokens, result.completion_tokens) == (100, 60, 20)
    assert not result.truncated


@pytest.mark.parametrize("begun", [True, False])
def test_who_loses_its_place_is_answered_at_once(tmp_path, begun):
    engine = FakeEngine(pause=30)

    async def scenario(quick):
        ticket = quick.admit(CALL)
        answer = asyncio.create_task(quick.summarise(ticket))
        if begun:
            await eventually(lambda: engine.requests)
            ticket.on_given_up()
        else:
            ticket.given_up = True
        result = await asyncio.wait_for(answer, 2 * PATIENCE)
        await eventually(lambda: engine.cancelled == len(engine.requests))
        return result

    result = Box(tmp_path, engine).run(scenario)
    assert (result.status, result.fallback_reason) == ("fallback", "no_time")
    assert result.processing_time < 25


def test_a_slow_engine_gives_what_it_has_up_to_the_last_whole_sentence(tmp_path):
    engine = FakeEngine(pause=0.2)
    engine.answers["slm"] = (
        "카드를 정지했습니다. ",
        "재발급은 ",
        "사흘 ",
        "뒤에 ",
        "온다고 ",
        "했습니다.",
    )
    result, took = Box(tmp_path, engine, deadline=1.0).run(summarise())
    assert result.status == "partial"
    assert result.summary == "카드를 정지했습니다."
    assert took < 5


def test_without_a_whole_sentence_the_last_clause_counts(tmp_path):
    engine = FakeEngine(pause=0.25)
    engine.answers["slm"] = ("고객이 카드를 잃어버렸고, ", "상담사가 ", "정지한 ", "다음에 ", "또")
    result, _ = Box(tmp_path, engine, deadline=1.0).run(summarise())
    assert result.status == "partial"
    assert result.summary.startswith("고객이 카드를 잃어버렸고")
    assert result.summary.endswith("…")


def test_an_engine_that_says_nothing_in_time_leaves_the_transcripts_own_words(tmp_path):
    result, took = Box(tmp_path, FakeEngine(pause=30), deadline=1.0).run(summarise())
    assert result.status == "fallback"
    assert result.model_used == "extractive"
    assert "정지" in result.summary
    assert took < 5


def test_a_dead_engine_is_answered_at_once(tmp_path):
    box = Box(tmp_path, FakeEngine())
    result, took = asyncio.run(box.asked(summarise()))
    assert result.status == "fallback"
    assert "정지" in result.summary
    assert took < 2


def test_an_engine_that_breaks_during_the_answer_still_gives_its_whole_sentences(tmp_path):
    engine = FakeEngine()

    async def broken(_body):
        yield "카드를 정지했습니다. "
        yield "그리고 "
        raise ConnectionResetError

    engine._pieces = broken
    result, took = Box(tmp_path, engine).run(summarise())
    assert (result.status, result.summary) == ("partial", "카드를 정지했습니다.")
    assert took < 2


def test_no_more_than_two_sentences(tmp_path):
    engine = FakeEngine()
    engine.answers["slm"] = ("하나입니다. ", "둘입니다. ", "셋입니다. ", "넷입니다.")
    result, _ = Box(tmp_path, engine).run(summarise())
    assert result.status == "success"
    assert result.summary == "하나입니다. 둘입니다."


def test_a_point_inside_an_amount_ends_no_sentence(tmp_path):
    engine = FakeEngine()
    engine.answers["slm"] = ("금리는 3.", "5퍼센트이고 12.5만 원입니다. ", "끝났습니다.")
    result, _ = Box(tmp_path, engine).run(summarise())
    assert result.summary == "금리는 3.5퍼센트이고 12.5만 원입니다. 끝났습니다."


def test_a_leaked_example_is_never_shown(tmp_path):
    engine = FakeEngine()
    engine.answers["slm"] = (SUMMARY_EXAMPLES[0][1],)
    result, _ = Box(tmp_path, engine).run(summarise())
    assert result.status == "fallback"
    assert "정지" in result.summary


def test_the_mark_of_what_was_left_out_is_never_shown_as_content(tmp_path):
    engine = FakeEngine()
    engine.answers["slm"] = ("고객이 중간 생략에서 신청하시면 됩니다.",)
    result, _ = Box(tmp_path, engine).run(summarise())
    assert result.status == "fallback"
    engine.answers["slm"] = (f"카드를 {GAP} 정지했습니다.",)
    result, _ = Box(tmp_path, engine).run(summarise())
    assert result.summary == "카드를 정지했습니다."


def test_a_short_call_is_never_cut_while_nobody_else_waits(tmp_path):
    engine = FakeEngine(roles={"slm": role_health("small", prefill_tps=5.0, decode_tps=5.0)})
    engine.cached = 10_000
    result, _ = Box(tmp_path, engine).run(summarise(CALL))
    assert result.status == "success"
    assert not result.truncated


def test_what_cannot_be_read_in_time_is_dropped_from_the_middle_and_said(tmp_path):
    engine = FakeEngine(roles={"slm": role_health("small", prefill_tps=400.0)})
    text = "\n".join(f"고객: {i}번째로 드리는 말씀입니다" for i in range(400))
    result, _ = Box(tmp_path, engine, deadline=3.0).run(summarise(text))
    sent = engine.requests[0]["messages"][-1]["content"]
    assert result.truncated
    assert result.characters == len(text)
    assert 0 < result.characters_used < len(text)
    assert GAP in sent
    assert "0번째로" in sent.split(GAP)[0]
    assert "399번째로" in sent.split(GAP)[1]


def test_a_box_believed_too_slow_still_tries_with_little_when_nobody_else_waits(tmp_path):
    engine = FakeEngine(roles={"slm": role_health("small", prefill_tps=5.0, decode_tps=5.0)})
    result, _ = Box(tmp_path, engine).run(summarise(CALL * 5))
    assert result.status == "partial"
    assert result.truncated
    assert len(engine.requests) == 1


def test_a_long_call_that_went_on_keeps_what_was_read_before(tmp_path):
    engine = FakeEngine(roles={"slm": role_health("small", prefill_tps=60.0)})
    text = "\n".join(f"고객: {i}번째로 드리는 말씀입니다" for i in range(400))
    box = Box(tmp_path, engine, deadline=20.0)  # a busy machine must not change what fits
    cold, _ = box.run(summarise(text))
    engine.cached = 2000
    warm, _ = box.run(summarise(text))
    assert (cold.status, warm.status) == ("partial", "success"), "a fallback looks at all"
    assert warm.characters_used > cold.characters_used + 1500


def test_the_fallback_says_how_much_it_looked_at(tmp_path):
    text = "\n".join(f"고객: {i}번째로 드리는 말씀입니다" for i in range(4000))
    result, _ = asyncio.run(Box(tmp_path, FakeEngine()).asked(summarise(text)))
    assert result.status == "fallback"
    assert result.truncated
    assert result.characters_used == 16_000


def test_one_late_health_answer_does_not_switch_the_model_off(tmp_path):
    async def scenario(quick):
        quick._client._local.http = httpx.AsyncClient(
            transport=httpx.MockTransport(lambda _request: httpx.Response(500)),
            base_url="http://engine",
        )
        await quick._monitor.poll()
        return quick._monitor.health

    assert Box(tmp_path, FakeEngine()).run(scenario) is not None


def test_streaming_gives_the_pieces_and_then_the_result(tmp_path):
    async def scenario(quick):
        return [piece async for piece in quick.stream(quick.admit(CALL))]

    *pieces, last = Box(tmp_path, FakeEngine()).run(scenario)
    assert "".join(pieces) == last.summary
    assert isinstance(last, QuickResult)
    assert len(pieces) == 2


def test_a_slow_reader_of_the_stream_is_not_struck_by_the_deadline(tmp_path):
    async def scenario(quick):
        pieces = []
        async for piece in quick.stream(quick.admit(CALL)):
            pieces.append(piece)
            await asyncio.sleep(0.6)
        return pieces

    pieces = Box(tmp_path, FakeEngine()).run(scenario)
    assert isinstance(pieces[-1], QuickResult)
    assert pieces[-1].status in ("success", "partial")


def test_giving_up_cancels_the_engine_and_frees_the_place(tmp_path):
    engine = FakeEngine(pause=0.3)
    engine.answers["slm"] = ("하나 ",) * 50

    async def scenario(quick):
        task = asyncio.create_task(quick.summarise(quick.admit(CALL)))
        await asyncio.sleep(0.45)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert quick.in_flight == 0
        for _ in range(50):
            if engine.cancelled:
                return True
            await asyncio.sleep(0.02)
        return False

    assert Box(tmp_path, engine, deadline=5.0).run(scenario)


def test_another_server_is_asked_without_our_own_fields(tmp_path):
    engine = FakeEngine()
    engine.answers["other/model"] = ("카드를 정지했습니다.",)
    engine.roles["other/model"] = role_health("other/model")

    async def scenario():
        settings = Settings(
            state_dir=tmp_path,
            engines={"slm": {"url": "http://elsewhere/v1", "url_model": "other/model"}},
        )
        client = EngineClient(settings)
        client._remote["slm"].http = httpx.AsyncClient(
            transport=httpx.ASGITransport(engine.app()), base_url="http://elsewhere"
        )
        quick = QuickSummaries(client, EngineMonitor(client), settings.quick)
        try:
            return await quick.summarise(quick.admit(CALL))
        finally:
            await client.aclose()

    result = asyncio.run(scenario())
    assert result.summary == "카드를 정지했습니다."
    assert not {"deadline", "priority"} & set(engine.requests[0])


GREETED = (
    "상담사: 안녕하세요 한빛저축은행 상담사 김하늘입니다 무엇을 도와드릴까요\n"
    "고객: 네 안녕하세요\n"
    "상담사: 본인 확인을 위해 성함과 생년월일 부탁드립니다\n"
    "고객: 이보라 구공일공일이요\n"
    "고객: 전세대출 금리를 낮추고 싶어서요\n"
    + "".join(f"상담사: {n}번 상품을 찾아봅니다\n고객: 네 네\n" for n in range(10, 60))
    + "상담사: 연 삼점구 프로로 변경 접수해 드렸습니다\n"
    "고객: 네 감사합니다\n"
    "상담사: 더 궁금하신 점 있으실까요 이용해 주셔서 감사합니다\n"
    "상담사: 좋은 하루 되세요"
)
"""A call whose greetings alone are more than a busy box can read."""


def test_a_busy_box_reads_the_request_and_the_ending_before_the_greetings(tmp_path):
    engine = FakeEngine(roles={"slm": role_health("small", prefill_tps=5.0, decode_tps=5.0)})
    result, _ = Box(tmp_path, engine).run(summarise(GREETED))
    sent = engine.requests[0]["messages"][-1]["content"]
    assert "전세대출 금리를 낮추고 싶어서요" in sent
    assert "연 삼점구 프로로 변경 접수해 드렸습니다" in sent
    assert "안녕하세요" not in sent
    assert result.status == "partial"
    assert result.truncated
    assert result.characters_used < len(GREETED) / 2


def test_where_not_even_the_request_and_the_ending_can_be_read_the_calls_own_words_answer(tmp_path):
    engine = FakeEngine(roles={"slm": role_health("small", prefill_tps=400.0, decode_tps=4000.0)})

    async def scenario(quick):
        other = quick.admit(CALL)
        ticket = quick.admit(GREETED, "high")
        await asyncio.sleep(0.75)  # the box was busy for nearly all of the time
        result = await quick.summarise(ticket)
        other.release()
        return result, engine.requests

    result, requests = Box(tmp_path, engine, deadline=1.0).run(scenario)
    assert result.status == "fallback"
    assert result.model_used == "extractive"
    assert result.summary == (
        "전세대출 금리를 낮추고 싶어서요. 연 삼점구 프로로 변경 접수해 드렸습니다."
    )
    assert requests == []


@pytest.mark.parametrize(
    "greeting",
    ["고객이 안녕하세요.", "안녕하세요. 감사합니다.", "고객이 상담사에게 문의했습니다.", "네."],
)
def test_a_summary_of_the_greeting_alone_never_leaves_the_box(tmp_path, greeting):
    engine = FakeEngine()
    engine.answers["slm"] = (greeting,)
    result, _ = Box(tmp_path, engine).run(summarise())
    assert result.status == "fallback"
    assert "정지" in result.summary


def test_less_than_half_of_a_call_is_partial_though_the_model_finished(tmp_path):
    engine = FakeEngine(roles={"slm": role_health("small", prefill_tps=400.0)})
    text = "\n".join(f"고객: {i}번째로 드리는 말씀입니다" for i in range(400))
    result, _ = Box(tmp_path, engine, deadline=3.0).run(summarise(text))
    assert result.characters_used * 2 < result.characters
    assert result.status == "partial"


def test_a_curse_that_the_model_repeats_is_masked(tmp_path):
    engine = FakeEngine()
    engine.answers["slm"] = ("고객이 씨발이라며 카드 정지를 요청했습니다.",)
    result, _ = Box(tmp_path, engine).run(summarise())
    assert result.summary == "고객이 ○○ 카드 정지를 요청했습니다."


def test_a_visit_tomorrow_at_ten_is_no_leaked_example_where_the_call_says_so(tmp_path):
    engine = FakeEngine()
    answer = "고객이 에어컨 고장을 문의했고, 내일 오전 10시에 기사가 방문해 점검하기로 했습니다."
    engine.answers["slm"] = (answer,)
    call = (
        "고객: 에어컨이 하나도 안 시원해요 수리 좀 받고 싶은데요\n"
        "상담사: 내일 오전 열 시에 기사님이 방문하셔서 무상으로 점검해 드리겠습니다"
    )
    result, _ = Box(tmp_path, engine).run(summarise(call))
    assert (result.status, result.summary) == ("success", answer)


@pytest.mark.parametrize(
    ("engine", "reason"),
    [
        (FakeEngine(broken=True, status="starting"), "engine_down"),
        (FakeEngine(failures={"slm": 9}), "engine_down"),
        (FakeEngine(pause=5.0), "no_time"),
        (FakeEngine(answers={"slm": ("...",)}), "no_text"),
        (FakeEngine(answers={"slm": (SUMMARY_EXAMPLES[0][1],)}), "leak"),
        (FakeEngine(answers={"slm": ("고객이 카드 정지를 ", "요청했고 客服已处理。")}), "language"),
        (FakeEngine(answers={"slm": ("카드를 정지했고 ",) * 9}), "repetition"),
        (FakeEngine(answers={"slm": (CALL.split("\n")[1],)}), "no_text"),
        (FakeEngine(), None),
    ],
)
def test_a_fallback_knows_why_there_is_one(tmp_path, engine, reason):
    result, _ = Box(tmp_path, engine, deadline=3.0).run(summarise())
    assert (result.status == "fallback") == (reason is not None)
    assert result.fallback_reason == reason
    assert (result.first_text_seconds is None) == (reason in {"engine_down", "no_time"})


def test_what_a_model_says_about_its_task_counts_as_no_sentence(tmp_path):
    answer = "고객이 카드 정지를 요청했습니다. 상담사가 정지했습니다."
    engine = FakeEngine()
    engine.answers["slm"] = ("네, 알겠습니다. ", "요약해 드리겠습니다. ", *answer.split(), " 끝.")
    engine.answers["slm"] = tuple(f"{piece} " for piece in engine.answers["slm"])
    result, _ = Box(tmp_path, engine).run(summarise())
    assert (result.status, result.summary) == ("success", answer)


def test_an_answer_that_stops_in_mid_sentence_is_partial(tmp_path):
    engine = FakeEngine()
    engine.answers["slm"] = ("고객이 카드 정지를 요청했고 상담사는",)
    result, _ = Box(tmp_path, engine).run(summarise())
    assert (result.status, result.summary) == ("partial", "고객이 카드 정지를 요청했고…")


class Dense(FakeEngine):
    """Takes two tokens for a digit and one for any other character; refuses what is too long."""

    async def _tokenize(self, request):
        body = await request.json()
        context = self.roles["slm"]["context_tokens"]
        count = tokens_of(body["messages"])
        return JSONResponse({"count": count, "cached": 0, "max_model_len": context})

    async def _chat(self, request):
        body = await request.json()
        if tokens_of(body["messages"]) + body["max_tokens"] > self.roles["slm"]["context_tokens"]:
            self.refusing = {"slm"}
        return await super()._chat(request)


def tokens_of(messages):
    return sum(1 + sign.isdigit() for message in messages for sign in message["content"])


@pytest.mark.parametrize("turns", [120, 600])
def test_a_call_longer_than_the_context_is_cut_to_what_the_engine_counts(tmp_path, turns):
    """Its ending is denser than its mean: figures are read out there."""
    talk = ["고객: 네 그러시군요 알겠습니다 그런데요"] * turns
    figures = [f"상담사: 번호는 {n * 7919 % 9999} {n * 137 % 9999}번입니다" for n in range(turns)]
    text = "\n".join(["고객: 카드를 잃어버려서 정지 좀 해 주세요", *talk, *figures])
    engine = Dense(
        roles={"slm": role_health("small", context_tokens=4096, prefill_tps=1e6, tokens_per_char=1)}
    )
    result, _ = Box(tmp_path, engine).run(summarise(text))
    assert result.fallback_reason is None
    assert result.truncated
    [asked] = engine.requests
    assert 0.6 * 4000 < tokens_of(asked["messages"]) <= 4000


def test_a_long_call_that_seems_to_fit_the_context_is_counted(tmp_path):
    """Its estimate, by the mean of what people say, is just below the room."""
    figures = [f"상담사: 번호는 {n * 7919 % 9999} {n * 137 % 9999}번입니다" for n in range(1200)]
    text = "\n".join(["고객: 카드를 잃어버려서 정지 좀 해 주세요", *figures])
    assert len(text) > 24_000
    role = role_health("small", context_tokens=len(text) + 800, prefill_tps=1e6, tokens_per_char=1)
    engine = Dense(roles={"slm": role})
    result, _ = Box(tmp_path, engine).run(summarise(text))
    assert result.fallback_reason is None
    assert result.truncated


@pytest.mark.parametrize(("longest", "status"), [(3000, "success"), (1000, "fallback")])
def test_a_call_that_another_server_refuses_as_too_long_is_sent_shorter_once(
    tmp_path, longest, status
):
    talk = [f"{'고객' if n % 2 else '상담사'}: {n}번 서류를 말씀하시는 거죠" for n in range(400)]
    text = "\n".join([CALL, *talk, "상담사: 네 보내 드렸습니다"])
    with far_server(content="카드를 정지했습니다.", longest=longest) as far:
        slm = {"url": far.url, "url_model": MODEL, "context_tokens": 3000}
        box = Box(tmp_path, FakeEngine(roles={}))
        box.settings = Settings(state_dir=tmp_path, engines={"slm": slm})
        result, _ = box.run(summarise(text))
    sent = [sum(len(one["content"]) for one in body["messages"]) for body in far.bodies]
    assert len(sent) == 2
    assert sent[0] > 8000
    assert 2000 < sent[1] <= 3000
    assert "카드를 잃어버려서" in far.bodies[1]["messages"][-1]["content"]
    assert result.truncated == (status == "success")
    assert result.status == ("partial" if status == "success" else status), "less than half"


def test_while_another_server_rests_it_is_sent_nothing_and_the_call_answers_at_once(tmp_path):
    async def scenario(quick):
        return [await quick.summarise(quick.admit(CALL)) for _ in range(2)]

    with far_server(room=0, retry_after="30") as far:
        box = Box(tmp_path, FakeEngine(roles={}))
        slm = {"url": far.url, "url_model": MODEL}
        box.settings = Settings(state_dir=tmp_path, engines={"slm": slm})
        results = box.run(scenario)
    assert len(far.bodies) == 1
    assert {one.status for one in results} == {"fallback"}
    assert {one.fallback_reason for one in results} == {"engine_down"}
    assert all("정지" in one.summary for one in results)
