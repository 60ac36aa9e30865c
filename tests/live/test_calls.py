"""Calls in progress: appends against a model, limits, what a call costs."""

import gc
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgebox.errors import BodyTooLarge, BoxBusy, CallEnded, Resync
from edgebox.live.calls import LiveCalls
from edgebox.live.growing import Growing
from edgebox.live.held import MOST, MOST_OF_ONE, HeldDrafts
from edgebox.settings.model import LiveSettings
from support.boxes.store import Clock


def live_calls(*, characters: int = 200_000, clock: Clock | None = None, **limits) -> LiveCalls:
    most_bytes = limits.pop("most_bytes", 64 * 1024 * 1024)
    return LiveCalls(
        LiveSettings(**limits),
        most_characters=characters,
        clock=Clock(),
        monotonic=clock or Clock(),
        most_bytes=most_bytes,
    )


def put(calls: LiveCalls, offset: int, text: str, name: str = "CL-1", **more):
    operator = more.pop("operator", None)
    return calls.append("center", name, operator=operator, offset=offset, text=text, **more)


TEXTS = st.text(alphabet="가나\n𝄞", max_size=6)


class _Model:
    """What a call has to be after an append: a text, and whether it exists."""

    def __init__(self) -> None:
        self.text: str | None = None

    def append(self, offset: int, text: str) -> int | None:
        """Return where to resync, or None where it was taken."""
        have = self.text or ""
        joined = have[:offset] + text
        fits = offset <= len(have) and (have.startswith(joined) or joined.startswith(have))
        if not fits:
            return len(have)
        self.text = max(have, joined, key=len)
        return None


@given(st.lists(st.tuples(st.integers(0, 12), TEXTS), max_size=12))
@settings(max_examples=200, deadline=None)
def test_appends_do_what_a_model_does(appends):
    calls, model = live_calls(), _Model()
    for offset, text in appends:
        expected = model.append(offset, text)
        if expected is None:
            assert put(calls, offset, text).text == model.text
        else:
            with pytest.raises(Resync) as refused:
                put(calls, offset, text)
            assert refused.value.expected == expected
    call = calls.get("center", "CL-1")
    assert (call.text if call else None) == model.text
    assert calls.bytes == (call.cost if call else 0)


@given(TEXTS.filter(bool), st.data())
@settings(max_examples=40, deadline=None)
def test_a_sender_that_follows_the_answers_arrives(whole, data):
    """Whatever is lost or sent twice, and even if the box forgets everything in between."""
    calls, sent = live_calls(), 0
    for _ in range(20):
        end = data.draw(st.integers(sent, len(whole)))
        if data.draw(st.integers(0, 9)) == 0:
            calls = live_calls()
        try:
            answer = put(calls, sent, whole[sent:end])
        except Resync as refused:
            sent = refused.expected
            continue
        if data.draw(st.booleans()):  # else the answer is lost, and the same is sent again
            sent = answer.received
    try:
        put(calls, sent, whole[sent:])
    except Resync as refused:
        put(calls, refused.expected, whole[refused.expected :])
    assert calls.get("center", "CL-1").text == whole


def test_offsets_are_code_points():
    calls = live_calls()
    assert put(calls, 0, "가𝄞").received == 2
    assert put(calls, 2, "나").text == "가𝄞나"


def test_a_call_is_its_clients_own():
    calls = live_calls()
    put(calls, 0, "가")
    assert calls.get("other", "CL-1") is None
    with pytest.raises(Resync):
        calls.append("other", "CL-1", operator=None, offset=1, text="나")


def test_nothing_is_added_to_a_call_that_ended_but_a_repetition_is_accepted():
    calls = live_calls()
    call = put(calls, 0, "가나다", partial="라")
    calls.end(call, "BATCH-1")
    assert call.partial == ""
    assert put(calls, 1, "나다").ended
    with pytest.raises(CallEnded):
        put(calls, 3, "라")


def test_the_operator_stays_until_another_one_is_named():
    calls = live_calls()
    assert put(calls, 0, "가", operator="kim").operator == "kim"
    assert put(calls, 1, "나").operator == "kim"
    assert put(calls, 2, "다", operator="lee").operator == "lee"
    assert [call.consultation_id for call in calls.of("center", "lee")] == ["CL-1"]
    assert calls.of("center", "kim") == []


def test_more_calls_than_allowed_are_refused_and_the_others_go_on():
    calls = live_calls(max_calls=2)
    put(calls, 0, "가", "CL-1")
    second = put(calls, 0, "가", "CL-2")
    with pytest.raises(BoxBusy) as refused:
        put(calls, 0, "가", "CL-3")
    assert refused.value.retry_after
    assert put(calls, 1, "나", "CL-1").received == 2
    calls.forget(second)
    assert put(calls, 0, "가", "CL-3").received == 1


def test_a_call_that_is_over_gives_its_place_to_a_new_one():
    """A centre ends more calls in `idle_minutes` than it has at once."""
    clock, gone = Clock(), []
    calls = live_calls(clock=clock, max_calls=2)
    calls._displaced = lambda call: gone.append(call.consultation_id)
    for number in range(6):
        calls.end(put(calls, 0, "고객: 네\n", f"CL-{number}"), "BATCH-1")
        clock.advance(1)
    assert gone == ["CL-0", "CL-1", "CL-2", "CL-3"], "the one that ended first"
    put(calls, 0, "고객: 네\n", "CL-6")
    being_written = put(calls, 0, "고객: 네\n", "CL-7")
    being_written.ended = True
    with pytest.raises(BoxBusy):
        put(calls, 0, "고객: 네\n", "CL-8")
    assert len(calls) == 2


def test_one_client_leaves_places_and_bytes_for_the_others():
    calls = LiveCalls(
        LiveSettings(max_calls=20),
        most_characters=99_999,
        clock=Clock(),
        monotonic=Clock(),
        clients=lambda: ["a", "b", "c"],
        most_bytes=400_000,
    )

    def begin(client, n, text="가"):
        return calls.append(client, f"CL-{n}", operator=None, offset=0, text=text)

    def fill(client, text="가"):
        for n in range(99):
            begin(client, n, text)

    with pytest.raises(BoxBusy):
        fill("a")
    assert len(calls) == 16  # two places are kept for each of the others
    assert begin("b", 0).received == begin("b", 1).received == 1
    with pytest.raises(BoxBusy):
        begin("b", 2)
    assert begin("c", 0).received == 1
    for call in calls:
        calls.forget(call)
    with pytest.raises(BoxBusy):
        fill("a", "네. " * 100)
    assert 250_000 < calls.bytes <= 320_000
    assert begin("b", 0, "네. " * 10).received == 30


def test_a_client_alone_has_every_place():
    calls = live_calls(max_calls=5)
    for n in range(5):
        put(calls, 0, "가", f"CL-{n}")
    assert len(calls) == 5


def test_a_call_that_would_be_too_long_keeps_what_it_has():
    calls = live_calls(characters=10)
    put(calls, 0, "가" * 8)
    with pytest.raises(BodyTooLarge):
        put(calls, 8, "나" * 3)
    assert put(calls, 8, "나" * 2).received == 10


def test_idle_calls_are_forgotten_with_their_memory():
    clock = Clock(0.0)
    calls = live_calls(clock=clock, idle_minutes=30)
    put(calls, 0, "가", "CL-1")
    clock.advance(1000)
    put(calls, 0, "가", "CL-2")
    clock.advance(1000)
    assert [call.consultation_id for call in calls.sweep(clock())] == ["CL-1"]
    assert len(calls) == 1
    clock.advance(801)
    put(calls, 1, "나", "CL-2")
    assert calls.sweep(clock()) == []
    clock.advance(1801)
    assert len(calls.sweep(clock())) == 1
    assert calls.bytes == 0


def test_all_calls_together_have_a_limit_of_bytes():
    calls = live_calls(most_bytes=100_000)
    line = "고객: 네 그럼요 그렇게 해 주세요.\n"

    def fill():
        for n in range(1000):
            put(calls, 0, line * 20, f"CL-{n}")

    with pytest.raises(BoxBusy):
        fill()
    assert 1 < len(calls) < 20
    assert calls.bytes <= 100_000
    with pytest.raises(BoxBusy):
        put(calls, len(line) * 20, line * 200, "CL-0")
    assert put(calls, 5, line[5:], "CL-0").received == len(line) * 20


@pytest.mark.parametrize(
    "line", ["고객: 카드 뒷자리는 공일공 일이삼사 오육칠팔이에요.\n", "네\n", "가. "]
)
def test_what_is_counted_is_what_it_takes(line):
    """Once read, no less than the memory taken and no more than three times as much."""
    calls = live_calls()

    def text() -> str:
        return "".join(f"{line}" if k % 3 else f"상담사: {k}번 확인했습니다.\n" for k in range(60))

    Growing().add(text())  # what reading keeps for good (expressions, tables) is of no call
    gc.collect()
    tracemalloc.start(40)
    try:
        readings = []
        for n in range(6):
            said = text()
            call = put(calls, 0, said, f"CL-{n}")
            unread = call.cost
            growing = Growing()
            growing.add(said)
            readings.append(growing)
            call.utterances, call.read = growing.heard, growing.read
            call.utterance_bytes, call.unread_bytes = growing.bytes, 0
            calls.recount(call)
            assert call.cost < 1.5 * unread, "the estimate before it is read is too low"
            del said, call
        gc.collect()
        # What other threads of this process take meanwhile is of no call either.
        here = tracemalloc.Filter(inclusive=True, filename_pattern=__file__, all_frames=True)
        taken = tracemalloc.take_snapshot().filter_traces([here])
        took = sum(trace.size for trace in taken.traces)
    finally:
        tracemalloc.stop()
    print(f"counted {calls.bytes:,}, took {took:,}")
    assert took <= calls.bytes <= 3 * took


def test_a_pasted_call_is_its_operators_and_is_replaced_by_the_next_paste():
    calls = live_calls()
    first = calls.paste("center", None, operator="kim", text="고객: 하나")
    again = calls.paste("center", first.consultation_id, operator="kim", text="고객: 둘")
    assert again.text == "고객: 둘"
    assert len(calls) == 1
    with pytest.raises(CallEnded):
        calls.paste("center", first.consultation_id, operator="lee", text="고객: 셋")
    with pytest.raises(CallEnded):
        put(calls, 4, "넷", first.consultation_id)


def test_drafts_that_are_edited_are_held_and_counted():
    held = HeldDrafts()
    for n in range(MOST_OF_ONE + 1):
        held.hold("kim", {"draft_id": f"d{n}"})
    held.hold("kim", {"draft_id": "d1"})
    assert [one["draft_id"] for one in held.all()] == ["d2", "d3", "d1"]
    for n in range(MOST):
        held.hold(f"lee{n}", {"draft_id": "d9"})
    assert len(held) == MOST
    assert {one["draft_id"] for one in held.all()} == {"d9"}
