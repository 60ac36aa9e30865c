"""Questions side by side: whose place it is, who leaves room for whom, and who has left."""

import asyncio
from contextlib import AsyncExitStack, aclosing

import pytest

from edgebox.ask.asks import Asks
from edgebox.ask.question import Answer, Question
from edgebox.consultation.admission import Admission
from edgebox.consultation.engine_monitor import EngineMonitor
from edgebox.engine_client import EngineClient
from edgebox.errors import BoxBusy
from edgebox.settings import Settings
from support.engines.fake import FakeEngine
from support.polling import eventually

pytestmark = pytest.mark.anyio

CALL = "상담사: 재발급은 사흘 걸립니다\n고객: 수수료는 얼마예요\n상담사: 수수료는 오천 원입니다"
A, B, C = ("a", ""), ("b", ""), ("c", "")
KIM, LEE = ("a", "kim"), ("a", "lee")


class Box:
    """Asks about a call, with an engine that does not begin to answer until it is let."""

    def __init__(self, asks, engine, clock):
        self.asks, self.engine, self.now = asks, engine, clock
        self.begun = []
        self._count = 0

    def ask(self, asker=A, deadline=60.0, text=None, **more):
        self._count += 1
        client, operator = asker
        text = text or f"질문 {self._count}번?"
        asked = Question(
            text, CALL, self.now[0], deadline, client_id=client, operator=operator, **more
        )
        begun = self.asks.ask(asked)
        self.begun.append(begun)
        return begun

    def refused(self, *args, **fields):
        with pytest.raises(BoxBusy) as refused:
            self.ask(*args, **fields)
        return refused.value

    def close(self):
        for one in self.begun:
            one.close()

    def know(self, *askers):
        self.asks.leave_room_for(lambda: askers)


@pytest.fixture
async def make(tmp_path, anyio_backend):
    async with AsyncExitStack() as stack:

        async def box(**ask):
            settings = Settings(state_dir=tmp_path, ask=ask)
            engine = FakeEngine(pauses={"topic": 9, "mlm": 9, "slm": 9})
            engine.answers = {"mlm": ("수수료는 오천 원입니다.",), "slm": ("오천 원입니다.",)}
            await stack.enter_async_context(engine.serve(settings.socket))
            client = EngineClient(settings)
            stack.push_async_callback(client.aclose)
            monitor, now = EngineMonitor(client), [1000.0]
            summaries = Admission(settings.quick, monitor, lambda: now[0])
            asks = Asks(client, monitor, summaries, settings.ask, clock=lambda: now[0])
            await monitor.poll()
            made = Box(asks, engine, now)
            stack.callback(made.close)
            return made

        yield box


async def test_a_client_that_holds_places_leaves_one_for_another(make) -> None:
    box = await make()
    box.know(A, B, C)
    for _ in range(3):
        box.ask(A)
    assert "Too many questions" in box.refused(A).detail
    assert box.refused(A, low=True)
    box.ask(B)
    assert box.refused(C), "no place is left"
    box.begun[0].close()
    assert box.refused(A), "the last place is for c, who holds none"
    assert box.refused(B)
    box.ask(C)


async def test_a_client_without_others_has_every_place(make) -> None:
    box = await make()
    box.know(A)
    for _ in range(4):
        box.ask(A)
    assert box.refused(A)


@pytest.mark.parametrize(("places", "own"), [(1, 1), (2, 1), (3, 2), (8, 7)])
async def test_of_however_many_places_one_is_left(make, places, own) -> None:
    box = await make(max_in_flight=places)
    box.know(A, B)
    for _ in range(own):
        box.ask(A)
    assert box.refused(A)
    if places > 1:
        box.ask(B)


async def test_programs_leave_a_place_for_their_agents_screens(make) -> None:
    box = await make()
    box.know(A, KIM, LEE)
    for _ in range(3):
        box.ask(A)
    assert box.refused(A)
    box.ask(KIM)
    assert box.refused(LEE)


async def test_screens_of_a_client_share_its_places(make) -> None:
    box = await make()
    box.know(A, KIM, LEE)
    for asker in (KIM, LEE, ("a", "park"), ("a", "choi")):
        box.ask(asker)


async def test_screens_of_a_client_leave_a_place_for_another_client(make) -> None:
    box = await make()
    box.know(A, KIM, LEE, B)
    for asker in (KIM, LEE, ("a", "park")):
        box.ask(asker)
    assert box.refused(("a", "choi")), "b holds none"
    box.ask(B)


async def test_a_further_question_of_a_client_comes_after_the_first_ones(make) -> None:
    box = await make()
    box.know(A, B)
    turns = [one.question.turn for one in (box.ask(A), box.ask(B))]
    assert turns == [30, 30]
    box.ask(A)
    box.ask(A, deadline=15, low=True)
    await eventually(lambda: len(priorities(box)) == 4)
    assert sorted(priorities(box)) == [30, 30, 32, 40]


def priorities(box):
    return [request["priority"] for request in box.engine.requests if request["model"] == "mlm"]


async def test_no_client_s_reading_keeps_another_one_out(make) -> None:
    box = await make()
    box.engine.roles["mlm"] |= {"prefill_tps": 1.0, "tokens_per_char": 1.0}  # whole calls: 50 s
    await box.asks._kit.monitor.poll()
    box.know(A, B)
    box.ask(A, deadline=60.0)  # 24 s of reading, longer than a question of b may wait
    assert box.refused(A, deadline=15.0), "its own further ones come after it"
    box.ask(B, deadline=15.0)
    late = box.refused(B, deadline=15.0)
    assert "no time left" in late.detail
    assert late.retry_after == 24, "and after that of a: 24 + 6 - 6 s"


async def test_the_last_one_who_leaves_ends_only_what_it_listened_to(make) -> None:
    """An equal question may begin while the first one still ends."""
    box = await make()
    first = box.ask(text="수수료?", consultation_id="CL-1")
    events = first.events()
    await anext(events)
    leaving = asyncio.create_task(events.aclose())
    await asyncio.sleep(0)
    assert box.asks.in_flight == 0
    second = box.ask(text="수수료?", consultation_id="CL-1")
    await leaving
    assert box.asks.in_flight == 1
    following = asyncio.create_task(last(second))
    await asyncio.sleep(0)
    box.asks.forget("a", "CL-1")
    assert (await asyncio.wait_for(following, 5)).status == "failed"
    assert box.asks.in_flight == 0
    box.engine.pauses = {}
    again = box.ask(text="수수료?", consultation_id="CL-1")
    assert not again.cached
    assert (await last(again)).status == "success", "it does not join the one that was forgotten"


async def last(begun) -> Answer:
    async with aclosing(begun.events()) as events:
        return [event async for event in events][-1]


async def test_a_question_that_is_forgotten_at_once_ends_too(make) -> None:
    box = await make()
    begun = box.ask(consultation_id="CL-1")
    box.asks.forget("a", "CL-1")
    assert box.asks.in_flight == 0
    assert (await asyncio.wait_for(last(begun), 5)).status == "failed"


@pytest.mark.parametrize("read", [0, 1])
async def test_who_leaves_before_the_first_event_leaves_too(make, read) -> None:
    box = await make()
    begun, other = box.ask(text="수수료?"), box.ask(text="수수료?")
    events = begun.events()
    for _ in range(read):
        await anext(events)
    begun.close()
    begun.close()
    assert box.asks.end_of("a", begun.id) == "unknown"
    assert box.asks.in_flight == 1, "somebody else listens"
    other.close()
    assert box.asks.in_flight == 0
    await eventually(lambda: len(asyncio.all_tasks()) < 10)
    await asyncio.wait_for(events.aclose(), 5)


async def test_an_end_is_kept_when_it_is_closed(make) -> None:
    box = await make()
    box.engine.pauses = {}
    begun = box.ask()
    end = await last(begun)
    begun.close()
    assert box.asks.end_of("a", begun.id).answer == end


async def test_an_end_is_kept_without_its_call(make) -> None:
    """A thousand ends are kept, and a call may be a megabyte."""
    box = await make()
    box.engine.pauses = {}
    begun = box.ask(consultation_id="CL-1", history=(("수수료?", CALL),))
    await last(begun)
    kept = box.asks.end_of("a", begun.id).question
    assert (kept.consultation_id, kept.transcript, kept.history) == ("CL-1", "", ())
