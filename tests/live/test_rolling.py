"""When drafts of a growing call are written: by a hand clock, without an engine."""

import asyncio
from collections import deque

import pytest

from edgebox.consultation.quick import QuickResult
from edgebox.errors import BoxBusy
from edgebox.live.calls import LiveCalls
from edgebox.live.hub import Hub
from edgebox.live.readings import Readings
from edgebox.live.rolling import Rolling
from edgebox.settings.model import LiveSettings
from support.boxes.store import Clock
from support.polling import eventually

pytestmark = pytest.mark.anyio

CARD = "고객: 카드를 잃어버렸어요.\n상담사: 카드를 정지해 드렸습니다.\n"
MORE = "고객: 며칠 걸려요?\n상담사: 사흘 걸립니다.\n"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def result(text: str, status="success") -> QuickResult:
    return QuickResult(text, 0.1, "small", status, 40, 40, truncated=False)


class Ticket:
    def __init__(self, quick: "Quick", *, gives_way: bool) -> None:
        self._quick, self.gives_way, self.on_given_up = quick, gives_way, None

    def release(self) -> None:
        self._quick.held.discard(self)


class Quick:
    """Admits and writes as it is told.

    Attributes:
        asked: (priority, transcript) of each request.
        busy: seconds after which to try again, for each of the next requests.
        others: summaries of somebody else in flight.
        beside_analyses: analyses wait.
        go: set while answers may be written.
    """

    def __init__(self) -> None:
        self.asked, self.busy, self.others = [], deque(), 0
        self.beside_analyses = False
        self.answer = result("고객이 카드 분실을 신고해 정지했습니다.")
        self.held = set()
        self.go = asyncio.Event()
        self.go.set()

    @property
    def in_flight(self) -> int:
        return self.others + len(self.held)

    def admit(self, transcript, priority, *, call_date, client_id, grows, gives_way):
        assert client_id in {"center", "other"}
        assert gives_way == (priority == "low")
        assert grows == (priority != "high")
        self.asked.append((priority, transcript))
        if self.busy:
            raise BoxBusy("full", retry_after=self.busy.popleft())
        ticket = Ticket(self, gives_way=gives_way)
        self.held.add(ticket)
        return ticket

    async def stream(self, ticket):
        try:
            yield self.answer.summary[:5]
            await self.go.wait()
            yield self.answer.summary[5:]
            yield self.answer
        finally:
            ticket.release()


class Desk:
    """A hub with a screen, and drafts every ten seconds."""

    def __init__(self, *, watched: bool = True) -> None:
        self.clock, self.quick, self.told, self.kept = Clock(), Quick(), [], []
        self.counted = []
        self.calls = LiveCalls(
            LiveSettings(), most_characters=9999, clock=self.clock, monotonic=self.clock
        )
        self.hub = Hub()
        self.readings = Readings(self.calls, self.hub)
        self.rolling = Rolling(
            self.calls,
            self.hub,
            self.readings,
            self.quick,
            every=10,
            keep=self.keep,
            count=lambda result, client: self.counted.append((result.status, client)),
            clock=self.clock,
            monotonic=self.clock,
        )
        self.rolling._wake = lambda: None  # the test ticks
        if watched:
            self.leave = self.hub.watch("center", "kim", self.told.append)

    async def keep(self, call, draft) -> None:
        self.kept.append((call, draft))

    async def say(self, text: str, name: str = "CL-1"):
        before = self.calls.get("center", name)
        call = self.calls.append(
            "center", name, operator="kim", offset=before.received if before else 0, text=text
        )
        await self.readings.whole(call)
        return call

    async def tick(self) -> list:
        """Tick, let what has begun be written, and return what was asked for."""
        before = len(self.quick.asked)
        self.rolling.tick()
        if self.quick.go.is_set():
            await self.over()
        return [priority for priority, _ in self.quick.asked[before:]]

    async def over(self) -> None:
        """Wait until nothing is written any more."""
        await eventually(lambda: all(one.task is None for one in self.rolling._written.values()))

    def done(self) -> list:
        return [one["draft"] for one in self.told if one["type"] == "summary.done"]


@pytest.fixture
async def desk(anyio_backend):
    made = Desk()
    yield made
    await made.rolling.close()
    made.readings.close()


async def test_two_new_utterances_and_ten_seconds_make_a_draft(desk):
    await desk.say("고객: 카드를 잃어버렸어요.\n")
    assert await desk.tick() == []
    await desk.say("상담사: 카드를 정지해 드렸습니다.\n")
    assert await desk.tick() == ["low"]
    assert desk.quick.asked == [("low", CARD)]
    await desk.say(MORE)
    desk.clock.advance(9.9)
    assert await desk.tick() == []
    desk.clock.advance(0.1)
    assert await desk.tick() == ["low"]
    desk.clock.advance(100)
    assert await desk.tick() == []  # nothing new was said


async def test_a_draft_is_streamed_and_then_has_its_links(desk):
    await desk.say(CARD)
    await desk.tick()
    deltas = [one for one in desk.told if one["type"] == "summary.delta"]
    assert "".join(one["text"] for one in deltas) == desk.quick.answer.summary
    assert [one["begins"] for one in deltas] == [True, False]
    [draft] = desk.done()
    [link] = draft["links"]
    text = draft["text"]
    assert text[link["start"] : link["end"]] == text
    assert set(link["utterances"]) <= {0, 1}
    assert 0 < link["support"] <= 1
    assert draft["unsupported"] == []
    assert desk.kept == []
    assert desk.counted == [(draft["status"], "center")]


async def test_a_number_that_was_never_said_is_marked(desk):
    desk.quick.answer = result("카드를 정지했습니다. 재발급은 14일 걸립니다.")
    await desk.say(CARD + MORE)
    await desk.tick()
    [draft] = desk.done()
    marked = [draft["text"][one["start"] : one["end"]] for one in draft["unsupported"]]
    assert "14일" in marked


async def test_a_call_that_nobody_watches_has_no_draft_until_somebody_opens_it():
    desk = Desk(watched=False)
    await desk.say(CARD)
    assert await desk.tick() == []
    desk.hub.watch("center", "kim", desk.told.append)
    assert await desk.tick() == ["low"]
    desk.readings.close()


async def test_analyses_have_as_long_as_the_last_draft_took(desk):
    desk.quick.go.clear()
    await desk.say(CARD)
    assert await desk.tick() == ["low"]
    desk.clock.advance(6)
    desk.quick.go.set()
    await desk.over()
    await desk.say(CARD, "CL-2")
    desk.quick.beside_analyses = True
    desk.clock.advance(5.9)
    assert await desk.tick() == []
    desk.quick.beside_analyses = False
    assert await desk.tick() == ["low"]
    await desk.say(MORE)
    desk.quick.beside_analyses = True
    desk.clock.advance(20)
    assert await desk.tick() == ["low"]


async def test_a_draft_waits_while_somebody_elses_summary_is_written(desk):
    desk.quick.others = 1
    await desk.say(CARD)
    assert await desk.tick() == []
    desk.quick.others = 0
    assert await desk.tick() == ["low"]


async def test_a_draft_that_lost_its_place_is_taken_back_and_written_again_later(desk):
    desk.quick.go.clear()
    await desk.say("고객: 카드를 잃어버렸어요.\n상담사: 정지해 드리겠습니다.\n")
    assert await desk.tick() == ["low"]
    await eventually(lambda: any(one["type"] == "summary.delta" for one in desk.told))
    [ticket] = desk.quick.held
    ticket.on_given_up()
    await desk.over()
    said = [(one["text"], one["begins"]) for one in desk.told if one["type"] == "summary.delta"]
    assert said == [("고객이 카", True), ("", True)]
    desk.quick.go.set()
    assert await desk.tick() == []
    desk.clock.now += 1.1
    assert await desk.tick() == ["low"]
    assert len(desk.done()) == 1


async def test_what_no_model_wrote_replaces_no_draft_of_a_model(desk):
    await desk.say("고객: 카드를 잃어버렸어요.\n상담사: 정지해 드리겠습니다.\n")
    await desk.tick()
    desk.quick.answer = result("카드를 잃어버렸어요.", "fallback")
    desk.clock.now += 11
    call = await desk.say("고객: 새 카드도요.\n상담사: 발급해 드리겠습니다.\n")
    assert await desk.tick() == ["low"]
    assert [one["status"] for one in desk.done()] == ["success"]
    assert desk.counted[-1] == ("fallback", "center")
    desk.rolling.now(call)  # somebody asked for it
    await desk.over()
    assert [one["status"] for one in desk.done()] == ["success", "fallback"]


async def test_one_draft_at_a_time_and_the_call_that_waited_longest_first(desk):
    desk.quick.go.clear()
    await desk.say(CARD, "CL-1")
    await desk.say(CARD, "CL-2")
    assert await desk.tick() == ["low"]
    assert await desk.tick() == []
    desk.quick.go.set()
    await eventually(lambda: not desk.quick.held)
    desk.clock.advance(20)
    await desk.say(MORE, "CL-1")
    first = len(desk.quick.asked)
    await desk.tick()
    await desk.tick()
    assert [text for _, text in desk.quick.asked[first:]] == [CARD, CARD + MORE]


async def test_the_clients_take_turns(desk):
    """Or one client's hundred calls leave another's one call a draft in a quarter of an hour."""
    desk.hub.watch("other", "lee", desk.told.append)
    for name in ("CL-1", "CL-2", "CL-3"):
        await desk.say(CARD, name)
    await desk.tick()
    desk.clock.advance(1)
    call = desk.calls.append("other", "CL-9", operator="lee", offset=0, text=MORE + CARD)
    await desk.readings.whole(call)
    desk.clock.advance(1)
    desk.quick.go.clear()
    desk.rolling.tick()
    assert desk.quick.asked[-1] == ("low", MORE + CARD)
    desk.quick.go.set()


async def test_a_refused_draft_is_tried_again_later_and_the_last_one_stays(desk):
    call = await desk.say(CARD)
    await desk.tick()
    await desk.say(MORE)
    desk.clock.advance(10)
    desk.quick.busy.append(7)
    assert await desk.tick() == ["low"]
    assert len(call.summaries) == 1
    desk.clock.advance(6)
    assert await desk.tick() == []
    desk.clock.advance(1)
    assert await desk.tick() == ["low"]
    assert len(call.summaries) == 2


async def test_the_end_asks_at_once_with_high_priority_and_its_draft_is_kept(desk):
    call = await desk.say(CARD)
    await desk.tick()
    await desk.say("고객: 네.\n")
    desk.quick.others = 3
    desk.calls.end(call, "BATCH-1")
    assert await desk.tick() == ["high"]
    assert [draft for _, draft in desk.kept] == [desk.done()[-1]]
    desk.clock.advance(60)
    assert await desk.tick() == []


async def test_the_end_replaces_a_draft_of_low_priority_that_is_being_written(desk):
    desk.quick.go.clear()
    call = await desk.say(CARD)
    assert await desk.tick() == ["low"]
    await desk.say(MORE)
    desk.calls.end(call)
    assert await desk.tick() == ["high"]
    await eventually(lambda: len(desk.quick.held) == 1)
    desk.quick.go.set()
    await eventually(desk.done)
    assert len(desk.done()) == 1
    assert desk.kept == []  # nothing of this call is on disk


async def test_a_call_that_is_forgotten_while_its_draft_is_written_is_not_heard_of_again(desk):
    desk.quick.go.clear()
    call = await desk.say(CARD)
    await desk.tick()
    await eventually(lambda: any(one["type"] == "summary.delta" for one in desk.told))
    desk.calls.forget(call)
    told = len(desk.told)
    desk.quick.go.set()
    await eventually(lambda: not desk.quick.held)
    await asyncio.sleep(0.01)
    assert len(desk.told) == told


async def test_a_screen_may_ask_for_a_draft_now(desk):
    call = await desk.say("고객: 카드를 잃어버렸어요.\n")
    desk.rolling.now(call)
    await desk.over()
    assert desk.quick.asked[0][0] == "normal"
    desk.quick.busy.append(12)
    with pytest.raises(BoxBusy) as busy:
        desk.rolling.now(call)
    assert busy.value.retry_after == 12
    assert call.draft(desk.done()[0]["draft_id"]) == desk.done()[0]
    assert call.draft("draft_other") is None


async def test_asking_twice_writes_one_draft(desk):
    desk.quick.go.clear()
    call = await desk.say(CARD)
    desk.rolling.now(call)
    desk.rolling.now(call)
    assert len(desk.quick.asked) == 1
    desk.quick.go.set()


async def test_nothing_is_begun_after_the_end(anyio_backend):
    desk = Desk()
    del desk.rolling._wake  # its own
    desk.quick.go.clear()
    await desk.say(CARD)
    await eventually(lambda: desk.quick.held)
    await desk.say(MORE)
    await desk.rolling.close()
    await asyncio.sleep(0)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if "Rolling" in repr(task.get_coro())]
    assert not desk.quick.held
    desk.readings.close()


async def test_a_call_without_content_gets_its_own_words(desk):
    desk.quick.answer = result("상담 내용이 없습니다.", "no_content")
    call = await desk.say("상담사: 여보세요?\n")
    desk.rolling.now(call)
    await eventually(desk.done)
    [draft] = desk.done()
    assert (draft["status"], draft["links"], draft["unsupported"]) == ("no_content", [], [])


async def test_a_draft_that_fails_is_a_line_of_the_log_without_text(desk, caplog):
    async def broken(ticket):
        yield "카드"
        raise RuntimeError("고객: 비밀")

    desk.quick.stream = broken
    await desk.say(CARD)
    assert await desk.tick() == ["low"]
    assert "a draft was not written" in caplog.text
    assert "비밀" not in caplog.text
    assert not desk.quick.held
