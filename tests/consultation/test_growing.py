"""Which calls are known to grow, without their text."""

from edgebox.consultation import growing
from edgebox.consultation.growing import GrowingCalls


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_call_grows_if_its_text_begins_with_the_last_one():
    calls = GrowingCalls(Clock())
    assert not calls.grows("center", "CL-1", "고객: 카드를")
    assert calls.grows("center", "CL-1", "고객: 카드를 잃어버렸어요.")
    assert calls.grows("center", "CL-1", "고객: 카드를 잃어버렸어요.\n상담사: 네.")


def test_what_is_sent_again_or_begins_otherwise_does_not_grow():
    calls = GrowingCalls(Clock())
    calls.grows("center", "CL-1", "고객: 카드를")
    assert not calls.grows("center", "CL-1", "고객: 카드를")
    assert not calls.grows("center", "CL-1", "고객: 통장을 잃어버렸어요.")
    assert not calls.grows("center", "CL-2", "고객: 통장을 잃어버렸어요. 네.")
    assert not calls.grows("other", "CL-1", "고객: 통장을 잃어버렸어요. 네.")


def test_a_call_without_an_id_is_not_known():
    calls = GrowingCalls(Clock())
    calls.grows("center", "", "고객: 카드를")
    assert not calls.grows("center", "", "고객: 카드를 잃어버렸어요.")
    assert len(calls) == 0


def test_calls_are_forgotten_by_time_and_by_number(monkeypatch):
    clock = Clock()
    calls = GrowingCalls(clock)
    calls.grows("center", "CL-1", "가")
    clock.now += growing.REMEMBERED_SECONDS + 1
    assert not calls.grows("center", "CL-1", "가나")
    monkeypatch.setattr(growing, "MOST_CALLS", 2)
    for name in ("CL-2", "CL-3", "CL-4"):
        calls.grows("center", name, "가")
    assert len(calls) == 2
    assert not calls.grows("center", "CL-2", "가나")
    assert calls.grows("center", "CL-4", "가나")
