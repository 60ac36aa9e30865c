"""Both models on one question: every row of the tables of time-outs and fallbacks."""

import asyncio
import itertools
import re
import time
from contextlib import aclosing, contextmanager

import httpx
import pytest

from edgebox.ask import ends
from edgebox.ask.acknowledge import TEMPLATE
from edgebox.ask.asks import Asks
from edgebox.ask.ending import WITHOUT_MODEL
from edgebox.ask.prompts import NOT_FOUND
from edgebox.ask.question import EXTRACTIVE, Acknowledged, Answer, Evidence, Question, Text
from edgebox.ask.race import FIRST_TOKEN
from edgebox.consultation.admission import Admission
from edgebox.consultation.content import NO_CONTENT_SUMMARY
from edgebox.consultation.engine_monitor import EngineMonitor
from edgebox.engine_client import EngineClient, Waits
from edgebox.engine_client.remote import RemoteServer
from edgebox.errors import BoxBusy, EngineBusy
from edgebox.settings import RoleSettings, Settings
from support.engines.fake import FakeEngine
from support.outside.far_server import MODEL, far_server

CALL = (
    "상담사: 안녕하세요 한빛카드입니다\n"
    "고객: 카드를 잃어버려서 정지 좀 해 주세요\n"
    "상담사: 네 지금 정지해 드렸고 재발급은 사흘 걸립니다\n"
    "고객: 재발급 수수료는 얼마예요\n"
    "상담사: 수수료는 오천 원입니다\n"
    "고객: 감사합니다"
)
ASKED = "재발급 수수료가 얼마였지?"
ANSWER = ("재발급 수수료는 ", "5,000원입니다.", "\n- 재발급은 ", "사흘 걸립니다.")
CITED = "재발급 수수료는 5,000원입니다. [1][3]\n- 재발급은 사흘 걸립니다. [3]"
TOPIC = "'재발급 수수료'를 찾아보고 있습니다."


class Box:
    """Asks with an engine whose answers and pauses the test sets."""

    def __init__(self, tmp_path, **ask):
        self.settings = Settings(state_dir=tmp_path, ask={"first_seconds": 0.6} | ask)
        self.engine = FakeEngine(
            topic='{"topic": "재발급 수수료"}',
            answers={"slm": ("재발급 수수료는 오천 원입니다.",), "mlm": ANSWER},
        )

    def run(self, scenario, *, served=True):
        async def whole():
            if not served:
                return await self._with_asks(scenario)
            async with self.engine.serve(self.settings.socket):
                return await self._with_asks(scenario)

        return asyncio.run(whole())

    async def _with_asks(self, scenario):
        client = EngineClient(self.settings)
        monitor = EngineMonitor(client)
        self.admission = Admission(self.settings.quick, monitor, time.monotonic)
        self.asks = Asks(client, monitor, self.admission, self.settings.ask)
        await monitor.poll()
        try:
            return await scenario(self.asks)
        finally:
            await client.aclose()

    def ask(self, text=ASKED, deadline=1.6, call=CALL, *, served=True, **more):
        async def scenario(asks):
            return await asked(asks, question(text, deadline, call, **more))

        return self.run(scenario, served=served)


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path)


def question(text=ASKED, deadline=1.6, call=CALL, **more):
    return Question(text, call, time.monotonic(), deadline, **more)


async def asked(asks, one):
    async with aclosing(asks.ask(one).events()) as stream:
        return Seen([(time.monotonic() - one.arrived, event) async for event in stream])


class Seen:
    def __init__(self, timed):
        self.timed = timed
        self.events = [event for _, event in timed]
        self.end = self.events[-1]
        self.text = "".join(e.text for e in self.events if isinstance(e, Text))

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def keeps_the_order(self):
        kinds = [kind for kind, _ in itertools.groupby(type(e) for e in self.events)]
        assert kinds[-1] is Answer
        assert kinds.count(Answer) == 1
        assert len(self.of(Acknowledged)) <= 1
        assert len(self.of(Evidence)) <= 1
        order = [kind for kind in (Evidence, Acknowledged, Text, Answer) if kind in kinds]
        assert kinds == order, kinds
        return self


def test_evidence_acknowledgement_answer_and_end(box):
    box.engine.pauses = {"mlm": 0.4}
    seen = box.ask(deadline=6).keeps_the_order()
    assert [one.utterance.text for one in seen.of(Evidence)[0].citations][:2] == [
        "수수료는 오천 원입니다",
        "재발급 수수료는 얼마예요",
    ]
    assert seen.of(Acknowledged) == [Acknowledged(TOPIC, "small")]
    assert seen.text == seen.end.markdown == CITED
    end = seen.end
    assert (end.status, end.by, end.flags, end.retries) == ("success", "mid", (), 0)
    assert [(one.n, one.place) for one in end.citations] == [(1, 4), (3, 2)]
    assert end.usage["mlm"].completion_tokens == end.usage["slm"].completion_tokens == 20
    assert end.timing.evidence < end.timing.answer_first < end.timing.total
    assert end.timing.first < end.timing.answer_first


def test_both_models_are_asked_at_once_the_small_one_first_in_the_engine(box):
    box.engine.pauses = {"topic": 0.3, "mlm": 0.3}
    box.ask()
    topic, answer = sorted(box.engine.requests, key=lambda request: request["priority"])
    assert (topic["model"], topic["priority"]) == ("slm", 15)
    assert (answer["model"], answer["priority"]) == ("mlm", 30)


def test_an_answer_that_begins_first_is_not_acknowledged_any_more(box):
    box.engine.pauses = {"topic": 1.0, "mlm": 0.05}
    box.settings.ask.first_seconds = 2.0
    seen = box.ask(deadline=6).keeps_the_order()
    assert not seen.of(Acknowledged)
    assert seen.end.acknowledged is None
    assert seen.end.timing.first == seen.end.timing.answer_first


def test_a_late_topic_is_ours_in_time(box):
    box.engine.pauses = {"topic": 5, "mlm": 0.6}
    seen = box.ask(deadline=3.5).keeps_the_order()
    assert seen.of(Acknowledged) == [Acknowledged(TEMPLATE, "template")]
    at = next(at for at, event in seen.timed if isinstance(event, Acknowledged))
    assert 0.39 <= at <= 0.6
    assert seen.end.status == "success"


@pytest.mark.parametrize(
    "topic",
    [
        '{"topic": "수수료 5000원"}',
        '{"topic": "환불 불가"}',
        '{"topic": "수수료를 면제해 드립니다"}',
        "{",
        "[]",
        '{"topic": 3}',
    ],
)
def test_a_topic_that_says_more_than_the_question_is_replaced(box, topic):
    box.engine.topic = topic
    box.engine.pauses = {"mlm": 0.5}
    seen = box.ask(deadline=3)
    assert seen.of(Acknowledged) == [Acknowledged(TEMPLATE, "template")]


def test_no_topic_is_asked_for_while_the_summaries_have_no_time(tmp_path):
    box = Box(tmp_path)
    box.settings.quick.max_in_flight = 1
    box.engine.pauses = {"mlm": 0.6}

    async def scenario(asks):
        box.admission.admit(CALL, "high", time.monotonic())
        return await asked(asks, question(deadline=3))

    seen = box.run(scenario)
    assert seen.of(Acknowledged) == [Acknowledged(TEMPLATE, "template")]
    assert [request["model"] for request in box.engine.requests] == ["mlm"]


def test_a_large_model_that_does_not_begin_is_replaced_by_the_small_one(box):
    box.engine.pauses = {"mlm": 20}
    seen = box.ask(deadline=4).keeps_the_order()
    assert (seen.end.status, seen.end.by) == ("fallback", "small")
    assert seen.end.markdown == "재발급 수수료는 오천 원입니다. [1][3]"
    assert FIRST_TOKEN * 4 <= seen.end.timing.answer_first <= 3.6
    stand_in = box.engine.requests[-1]
    assert (stand_in["model"], stand_in["max_tokens"] <= 120) == ("slm", True)


def test_a_large_model_that_refuses_is_replaced_at_once(box):
    box.engine.refusing = {"mlm"}
    seen = box.ask(deadline=15).keeps_the_order()
    assert (seen.end.status, seen.end.by, seen.end.retries) == ("fallback", "small", 0)
    assert seen.end.timing.total < FIRST_TOKEN * 15  # when a silent one would be replaced


def test_an_engine_that_was_not_there_is_asked_once_more(box):
    box.engine.failures = {"mlm": 1}
    seen = box.ask(deadline=6).keeps_the_order()
    assert (seen.end.status, seen.end.by, seen.end.retries) == ("success", "mid", 1)
    assert 0.2 <= seen.end.timing.total < 2


def test_it_is_asked_once_more_and_not_twice(box):
    box.engine.failures = {"mlm": 9}
    seen = box.ask(deadline=6).keeps_the_order()
    assert (seen.end.status, seen.end.by, seen.end.retries) == ("fallback", "small", 1)
    assert [r["model"] for r in box.engine.requests].count("mlm") == 2


def test_it_is_not_asked_again_with_too_little_time_left(box):
    box.engine.failures = {"mlm": 9}
    seen = box.ask(deadline=3)
    assert (seen.end.status, seen.end.retries) == ("fallback", 0)


def test_an_answer_that_breaks_off_is_kept_and_not_begun_again(box):
    box.engine.dies_after = {"mlm": 3}
    seen = box.ask(deadline=6).keeps_the_order()
    assert (seen.end.status, seen.end.by) == ("partial", "mid")
    assert seen.end.markdown == "재발급 수수료는 5,000원입니다. [1][3]"
    assert [r["model"] for r in box.engine.requests].count("mlm") == 1


def test_an_answer_that_takes_too_long_is_cut_at_a_whole_line(tmp_path):
    box = Box(tmp_path, first_seconds=2)
    box.engine.answers["mlm"] = ("재발급 수수료는 5,000원입니다.\n", *["- 재발급은 사흘"] * 9)
    box.engine.pauses = {"mlm": 0.4}
    seen = box.ask(deadline=3).keeps_the_order()
    assert seen.end.status == "partial"
    assert seen.end.markdown == "재발급 수수료는 5,000원입니다. [1][3]"
    assert seen.end.timing.total < 3


def test_an_answer_that_is_cut_in_the_middle_of_a_step_costs_what_was_done_for_it(tmp_path):
    box = Box(tmp_path, first_seconds=2)
    box.engine.answers["mlm"] = ("재발급 수수료는 5,000원입니다.\n", *["- 재발급은 사흘"] * 9)
    box.engine.pauses = {"mlm": 0.4}
    box.engine.late = 5.0
    end = box.ask(deadline=3).keeps_the_order().end
    assert end.status == "partial"
    assert (end.usage["mlm"].prompt_tokens, end.usage["mlm"].completion_tokens) == (100, 20)


def test_without_any_model_the_call_s_own_utterances_answer(box):
    box.engine.broken = True
    seen = box.ask(deadline=3).keeps_the_order()
    assert (seen.end.status, seen.end.by) == ("fallback", "extractive")
    assert seen.end.markdown.startswith(WITHOUT_MODEL)
    assert "- 상담사: 수수료는 오천 원입니다 [1]" in seen.end.markdown.splitlines()
    assert seen.end.citations[0].place == 4


def test_without_an_engine_it_does_not_wait_for_one(box):
    async def scenario(asks):
        for _ in range(3):
            await asks._monitor.poll()  # it has been gone for a while
        return await asked(asks, question(deadline=15))

    seen = box.run(scenario, served=False)
    assert (seen.end.status, seen.end.by) == ("fallback", "extractive")
    assert seen.end.timing.total < FIRST_TOKEN * 15


def test_without_a_model_and_without_evidence_it_fails_and_says_why(box):
    box.engine.broken = True
    seen = box.ask("우산 대여 규정?", deadline=3).keeps_the_order()
    assert (seen.end.status, seen.end.markdown) == ("failed", "")
    assert seen.end.error is not None


def test_of_a_call_without_content_nothing_is_asked_or_made_up(box):
    seen = box.ask(call="상담사:\n고객: (음악)\n").keeps_the_order()
    assert (seen.end.status, seen.end.markdown) == ("no_content", NO_CONTENT_SUMMARY)
    assert not [request for request in box.engine.requests if request["model"] == "mlm"]


def test_an_answer_that_is_not_there_is_said_not_to_be_there(box):
    box.engine.answers["mlm"] = (NOT_FOUND,)
    seen = box.ask("배송비는 얼마라고 했지?").keeps_the_order()
    assert (seen.end.status, seen.end.markdown) == ("no_evidence", NOT_FOUND)
    assert seen.end.by == "mid"


def test_an_answer_that_says_what_people_did_not_find_is_an_answer(box):
    call = "고객: 환불이 왜 안 되나요\n상담사: 입금이 확인되지 않아서 환불이 어렵습니다"
    answer = "입금이 확인되지 않아 환불이 어렵다고 안내했습니다."
    box.engine.answers["mlm"] = (answer,)
    seen = box.ask("환불이 왜 안 돼?", call=call).keeps_the_order()
    assert (seen.end.status, seen.end.markdown) == ("success", f"{answer} [1]")


def test_curses_are_masked_in_the_answer_and_stay_in_what_is_cited(box):
    call = "고객: 진짜씨발 카드 정지가 왜 안 돼요\n상담사: 카드 정지해 드렸습니다"
    box.engine.answers["mlm"] = (
        "고객이 진짜씨발 카드 정지가 왜 안 되냐고 했습니다. 9월 4일입니다.",
    )
    end = box.ask("고객이 카드 정지에 뭐라고 했어?", call=call).keeps_the_order().end
    assert end.status == "success"
    assert end.markdown.startswith("고객이 진짜○○ 카드 정지가 왜 안 되냐고 했습니다. [")
    assert {end.markdown[one.start : one.end] for one in end.unsupported} >= {"9월 4일"}
    assert any("씨발" in one.utterance.text for one in end.citations)
    end = box.ask("고객이 카드 정지에 뭐라고 했어?", call=call, served=False).end
    assert end.by == EXTRACTIVE
    assert "씨발" not in end.markdown


def test_an_answer_that_nothing_bears_out_is_none(box):
    box.engine.answers["mlm"] = ("부가가치세 신고는 홈택스에서 매년 진행하시면 됩니다.",)
    seen = box.ask("부가세 신고 언제야?").keeps_the_order()
    assert (seen.end.status, seen.end.markdown) == ("no_evidence", NOT_FOUND)


def test_an_answer_about_a_thing_that_the_call_never_names_is_none(box):
    box.engine.answers["mlm"] = ("배송비는 오천 원입니다.",)
    seen = box.ask("배송비는 얼마라고 했지?").keeps_the_order()
    assert (seen.end.status, seen.end.markdown) == ("no_evidence", NOT_FOUND)
    box.engine.answers["mlm"] = ("재발급 비용은 오천 원입니다.",)
    seen = box.ask("재발급 비용이 얼마야?", deadline=6)
    assert seen.end.status == "success", "비용 is another word for 수수료"


def test_digits_are_held_to_what_was_shown_of_the_call(box):
    box.ask()
    (answer,) = [r for r in box.engine.requests if r["model"] == "mlm"]
    held = re.compile(answer["structured_outputs"]["regex"])
    assert held.fullmatch("수수료는 5,000원입니다.\n- 재발급은 3일 걸립니다.")
    assert held.fullmatch("수수료는 오천 원입니다.")
    assert not held.fullmatch("수수료는 6,000원입니다.")
    assert not held.fullmatch("재발급은 3일 걸립니다.\n- 수수료는 7일 뒤 12,000원입니다.")


def test_another_server_s_number_that_was_never_said_is_not_shown(tmp_path):
    box = Box(tmp_path)
    remote = FakeEngine(answers={"mlm": ("재발급은 사흘 걸립니다.\n", "수수료는 6,000원입니다.")})
    remote.roles = {"mid": remote.roles["mlm"]}
    remote.answers["mid"] = remote.answers["mlm"]

    async def scenario(_asks):
        transport = httpx.ASGITransport(app=remote.app())
        client = EngineClient(box.settings)
        other = RemoteServer("mlm", RoleSettings(url="http://other", model="mid"), Waits())
        other.http = httpx.AsyncClient(transport=transport, base_url="http://other")
        client._remote["mlm"] = other
        client._engines.mlm.model = "mid"
        monitor = EngineMonitor(client)
        asks = Asks(client, monitor, box.admission, box.settings.ask)
        return await asked(asks, question(deadline=3))

    seen = box.run(scenario)
    assert "6,000" not in seen.text + seen.end.markdown
    assert seen.end.status == "partial"
    assert "structured_outputs" not in remote.requests[0]


@contextmanager
def with_far_server(tmp_path, **script):
    """A box whose large model is another server's."""
    with far_server(content="재발급 수수료는 5,000원입니다.", **script) as far:
        box = Box(tmp_path)
        mlm = {"url": far.url, "url_model": MODEL}
        box.settings = Settings(state_dir=tmp_path, engines={"mlm": mlm})
        del box.engine.roles["mlm"]
        yield box, far


def test_a_server_that_rests_for_long_is_sent_nothing_and_the_small_model_answers(tmp_path):
    async def scenario(asks):
        return [await asked(asks, question(text, 15)) for text in (ASKED, "수수료가 얼마라고?")]

    with with_far_server(tmp_path, room=0, retry_after="30") as (box, far):
        refused, after = box.run(scenario)
    assert len(far.bodies) == 1
    for seen in (refused, after):
        assert (seen.end.status, seen.end.by, seen.end.retries) == ("fallback", "small", 0)


def test_a_server_that_rests_for_a_moment_is_asked_after_it(tmp_path):
    async def scenario(asks):
        refused = await asked(asks, question(deadline=30))
        asks._kit.client._remote["mlm"].asks_for_rest(1.0)
        began = time.monotonic()
        return began, refused, await asked(asks, question("수수료가 얼마라고?", 30))

    with with_far_server(tmp_path, full_for=1, retry_after="1") as (box, far):
        began, refused, after = box.run(scenario)
    assert [(one.end.by, one.end.retries) for one in (refused, after)] == [(MODEL, 1), (MODEL, 0)]
    assert far.arrivals[1] - far.arrivals[0] >= 0.99
    assert far.arrivals[2] - began >= 0.99


def test_without_a_call_a_server_that_rests_has_no_stand_in(tmp_path):
    async def scenario(asks):
        first = await asked(asks, question(deadline=15))
        general = question("민법이 뭐야?", 15, "", sources=frozenset({"general"}))
        return first, await asked(asks, general)

    with with_far_server(tmp_path, room=0, retry_after="30") as (box, far):
        _, seen = box.run(scenario)
    assert len(far.bodies) == 1
    assert (seen.end.status, type(seen.end.error)) == ("failed", EngineBusy)


def test_hanging_up_cancels_both_sequences(box):
    box.engine.pauses = {"topic": 5, "mlm": 0.3}

    async def scenario(asks):
        async with aclosing(asks.ask(question(deadline=6)).events()) as events:
            async for event in events:
                if isinstance(event, Text):
                    break
        assert asks.in_flight == 0
        for _ in range(50):
            if box.engine.cancelled:
                break
            await asyncio.sleep(0.02)
        return box.engine

    assert box.run(scenario).cancelled >= 1
    assert len(box.admission) == 0


def test_two_equal_questions_at_once_cost_one_generation(box):
    box.engine.pauses = {"mlm": 0.1}

    async def scenario(asks):
        return await asyncio.gather(
            *(asked(asks, question(deadline=3, client_id="a")) for _ in range(3)),
            asked(asks, question(deadline=3, client_id="b")),
        )

    seen = box.run(scenario)
    assert {one.keeps_the_order().end.markdown for one in seen} == {CITED}
    assert [r["model"] for r in box.engine.requests].count("mlm") == 2, "one for each client"
    spent = [one.end.usage["mlm"].prompt_tokens for one in seen if one.end.usage]
    assert spent == [100, 100], "each is paid for once"


def test_who_joins_an_equal_question_later_waited_less_for_it(box):
    box.engine.pauses = {"mlm": 0.3}

    async def scenario(asks):
        first = asyncio.create_task(asked(asks, question(deadline=3)))
        await asyncio.sleep(0.5)
        return await asked(asks, question(deadline=3)), await first

    later, first = box.run(scenario)
    waited = later.timed[-1][0]
    assert later.end.timing.total == pytest.approx(waited, abs=0.15)
    assert later.end.timing.evidence == 0, "it had been found"
    assert first.end.timing.total == pytest.approx(waited + 0.5, abs=0.2)
    assert first.end.usage, "whoever asked first, or is told first"


def test_one_of_two_who_hangs_up_does_not_end_it_for_the_other(box):
    box.engine.pauses = {"mlm": 0.1}

    async def scenario(asks):
        first = asyncio.create_task(asked(asks, question(deadline=3)))
        second = asyncio.create_task(asked(asks, question(deadline=3)))
        await asyncio.sleep(0.15)
        first.cancel()
        return await second

    assert box.run(scenario).end.status == "success"


def test_an_answer_that_is_known_is_given_again_at_once(box):
    async def scenario(asks):
        first = await asked(asks, question())
        requests = len(box.engine.requests)
        again = await asked(asks, question(" 재발급  수수료가 얼마였지"))
        assert len(box.engine.requests) == requests
        without = await asked(asks, question(cache=False))
        return first, requests, again, without

    first, requests, again, without = box.run(scenario)
    assert again.end.markdown == first.end.markdown == again.text
    assert again.end.age is not None
    assert not again.end.usage
    assert without.end.age is None
    assert len(box.engine.requests) > requests


def test_too_many_questions_are_refused_at_once(tmp_path):
    box = Box(tmp_path, max_in_flight=1)
    box.engine.pauses = {"mlm": 0.3}

    async def scenario(asks):
        running = asyncio.create_task(asked(asks, question(deadline=3)))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        with pytest.raises(BoxBusy) as refused:
            asks.ask(question("다른 질문"))
        assert time.monotonic() - began < 2  # and not the three seconds of the one before it
        assert refused.value.retry_after >= 1
        return await running

    assert box.run(scenario).end.status == "success"


def test_the_end_can_be_read_again_by_the_same_client_only(box):
    async def scenario(asks):
        one = asks.ask(question(client_id="a"))
        assert asks.end_of("a", one.id) == "running"
        assert asks.end_of("b", one.id) == "unknown"
        async with aclosing(one.events()) as events:
            end = [event async for event in events][-1]
        assert asks.end_of("a", one.id).answer == end
        return asks.end_of("b", one.id)

    assert box.run(scenario) == "unknown"


def test_an_answer_that_somebody_disliked_is_not_given_again(box):
    async def scenario(asks):
        one = asks.ask(question(deadline=20, client_id="a"))
        async with aclosing(one.events()) as events:
            [event async for event in events]
        asks.disliked("b", one.id)
        assert asks.ask(question(deadline=20, client_id="a")).cached
        asks.disliked("a", one.id)
        return asks.ask(question(deadline=20, client_id="a")).cached

    assert box.run(scenario) is False


def test_an_answer_can_be_disliked_as_long_as_it_is_given(box, monkeypatch):
    async def scenario(asks):
        one = asks.ask(question(deadline=20, client_id="a"))
        async with aclosing(one.events()) as events:
            [event async for event in events]
        assert asks.ask(question(deadline=20, client_id="a")).cached
        assert asks.end_of("a", one.id) == "unknown", "its end is too old to be read"
        asks.disliked("a", one.id)
        return asks.ask(question(deadline=20, client_id="a")).cached

    monkeypatch.setattr(ends, "KEPT_SECONDS", -61.0)
    assert box.run(scenario) is False


@pytest.mark.parametrize("call", ["", "\n"])
def test_a_call_in_which_nothing_was_said_yet_asks_no_model(box, call):
    seen = box.ask(call=call).keeps_the_order()
    assert (seen.end.status, seen.end.markdown) == ("no_content", NO_CONTENT_SUMMARY)
    assert not [one for one in box.engine.requests if one["model"] == "mlm"]


def test_general_knowledge_answers_only_where_the_call_has_nothing(box):
    box.engine.answers["mlm"] = ("부가세는 1월과 7월에 신고합니다.",)
    both = frozenset({"transcript", "general"})
    seen = box.ask("부가가치세 신고 시기?", sources=both).keeps_the_order()
    assert (seen.end.status, seen.end.general, seen.end.citations) == ("success", True, ())
    assert not seen.end.clean, "it is kept for nobody"
    assert not box.ask(sources=both).end.general


PAUSES = [0.0, 0.15, 0.5, 2.0]


@pytest.mark.parametrize("small", PAUSES)
@pytest.mark.parametrize("large", PAUSES)
def test_whatever_is_slow_the_order_holds_and_the_end_comes_in_time(tmp_path, small, large):
    box = Box(tmp_path)
    box.engine.pauses = {"topic": small, "mlm": large, "slm": 0.01}
    seen = box.ask(deadline=1.2).keeps_the_order()
    assert seen.end.status != "failed"
    assert seen.end.timing.first is not None
    assert seen.timed[-1][0] <= 1.2


def test_no_more_of_a_call_is_read_than_there_is_time_for_by_the_engine_s_own_count(box):
    box.engine.roles["mlm"] |= {"prefill_tps": 100.0, "tokens_per_char": 0.1}  # it is 0.5
    long = "\n".join(f"고객: {n}번째 이야기를 길게 드리는 중이에요" for n in range(400))
    seen = box.ask(deadline=6, call=f"{long}\n{CALL}")
    (answer,) = [r for r in box.engine.requests if r["model"] == "mlm"]
    # A prompt's text has a token for two characters here, and 0.4 of 5.7 s are for reading.
    assert len("".join(m["content"] for m in answer["messages"])) / 2 <= 1.1 * 0.4 * 5.7 * 100
    assert "수수료는 오천 원입니다" in answer["messages"][-1]["content"]
    assert seen.end.status == "success"
