"""How much of a call is read in time, from which parts of it, and in which thread."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import pytest

from edgebox.consultation import call_reader
from edgebox.consultation.call_reader import (
    FEWEST,
    FIRST_SPEED,
    LAST_RESORT,
    CallReader,
    read_within,
)
from edgebox.consultation.excerpts import GAP
from edgebox.language import landmarks
from support.boxes.api import api_box
from support.polling import PATIENCE

ASKED = "카드를 잃어버려서 정지해 주세요"
SETTLED = "네 카드 정지해 드렸습니다"
MIDDLE = [f"{n}번째로 찾아봅니다" for n in range(1000, 3000)]
SAID = [ASKED, *MIDDLE, SETTLED]
LINES = [("고객: " if n % 2 == 0 else "상담사: ") + text for n, text in enumerate(SAID)]
TURNS = [{"speaker": "고객" if n % 2 == 0 else "상담사", "text": t} for n, t in enumerate(SAID)]


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param("\n".join(LINES), id="lines"),
        pytest.param("\r\n".join(LINES), id="windows lines"),
        pytest.param("\\n".join(LINES), id="escaped lines"),
        pytest.param(" ".join(LINES), id="labels in one line"),
        pytest.param(" ".join(SAID), id="one line"),
        pytest.param(json.dumps({"turns": TURNS}, ensure_ascii=False), id="turns"),
        pytest.param(
            json.dumps({"turns": [{"speaker": "고객", "text": ". ".join(SAID)}]}), id="one turn"
        ),
    ],
)
def test_of_a_long_call_the_opening_and_the_ending_are_read(transcript):
    call = read_within(transcript, 6_000)
    said = [one.text for one in call.said]
    assert ASKED in said[0]
    assert SETTLED in said[-1]
    assert said.count(GAP) == 1
    assert call.length <= 6_001
    assert sum(map(len, said)) <= 6_000
    assert 0 < call.stands_for(call.length) < len(transcript)
    assert not call.empty
    assert "카드를 잃어버려서 정지해 주세요" in call.fallback


@pytest.mark.parametrize("transcript", ["\n".join(LINES), json.dumps({"turns": TURNS})])
def test_a_call_that_can_be_read_in_time_is_read_whole(transcript):
    call = read_within(transcript, len(transcript))
    assert [one.text for one in call.said] == SAID
    assert call.stands_for(call.length) == len(transcript)


def test_empty_turns_are_cut_too_and_what_is_said_at_an_end_is_found():
    turns = [{"text": ""}] * 2_000 + [{"text": ASKED}]
    call = read_within(json.dumps({"turns": turns}), 2_000)
    assert (call.said[-1].text, call.empty) == (ASKED, False)
    assert call.stands_for(call.length) < 10_000


def test_half_of_the_turns_count_as_half_of_the_characters():
    transcript = json.dumps({"turns": TURNS})
    read = read_within(transcript, sum(len(turn["text"]) + 20 for turn in TURNS) // 2)
    assert read.stands_for(read.length) == pytest.approx(len(transcript) / 2, rel=0.05)


@pytest.mark.parametrize("most", range(4_000, 4_060))
@pytest.mark.parametrize("mark", ["고객: ", ""])
def test_a_number_through_which_the_cut_goes_is_not_shown(most, mark):
    number = f"{mark}800101 다시 1234567이요\n"
    call = read_within(f"{mark}주민번호예요\n" + number * 400 + f"{mark}맞아요", most)
    assert "[주민번호]" in call.said[1].text
    assert not [one.text for one in call.said if "234567" in one.text or "80010" in one.text]


@pytest.mark.parametrize("blank", [" ", "\n", "시청해 주셔서 감사합니다.\n"])
def test_ends_in_which_nothing_was_said_are_a_call_without_content(blank):
    text = blank * 20_000
    call = read_within(f"{text}{text}", 4_000)
    assert call.empty
    assert call.stands_for(call.length) < len(text)


class Reads:
    """Stands before the real ``read``: notes threads, sizes and how many run at once."""

    def __init__(self, monkeypatch) -> None:
        self.sizes: list[int] = []
        self.threads: set[threading.Thread] = set()
        self.at_once = self._running = 0
        self._read = call_reader.read
        monkeypatch.setattr(call_reader, "read", self)

    def __call__(self, text: str):
        self._running += 1
        self.at_once = max(self.at_once, self._running)
        self.sizes.append(len(text))
        self.threads.add(threading.current_thread())
        try:
            return self._read(text)
        finally:
            self._running -= 1


@pytest.mark.parametrize("up", [True, False])
def test_large_bodies_at_once_are_read_in_part_one_by_one_and_off_the_loop(
    tmp_path, monkeypatch, up
):
    reads = Reads(monkeypatch)
    monkeypatch.setattr(call_reader, "_WEIGHT", 0.0)  # the speed stays the first one
    deadline = 12.0  # of a machine that is slow today; still too short for the whole call
    looked: set[threading.Thread] = set()
    for name in ("request", "settlement"):
        found = getattr(landmarks, name)

        def noting(*arguments, found=found):
            looked.add(threading.current_thread())
            return found(*arguments)

        monkeypatch.setattr(landmarks, name, noting)

    async def all_at_once():
        async with api_box(tmp_path, quick={"deadline_seconds": deadline}) as box:
            box.engine.broken = not up
            text = ("\n".join(LINES) * 10)[:200_000]
            return await asyncio.gather(*(box.quick(conversation_text=text) for _ in range(5)))

    answers = [answer.json() for answer in asyncio.run(all_at_once())]
    answered = [answer for answer in answers if "summary" in answer]
    assert answered
    assert len(reads.sizes) == len(answered)
    assert max(reads.sizes) <= FIRST_SPEED * deadline / 6 + 1
    assert reads.at_once == 1
    assert looked
    assert threading.main_thread() not in reads.threads | looked
    for answer in answered:
        assert answer["input"]["characters"] == 200_000
        assert answer["input"]["characters_used"] <= max(reads.sizes)
        assert answer["input"]["truncated"]
        assert answer["status"] == ("partial" if up else "fallback")


def test_a_call_whose_turn_does_not_come_is_answered_from_its_ends(tmp_path, monkeypatch):
    goes_on = threading.Event()
    real = call_reader.read

    def stuck(text: str):
        if len(text) > LAST_RESORT + 1:
            goes_on.wait(PATIENCE)
        return real(text)

    monkeypatch.setattr(call_reader, "read", stuck)

    async def two():
        quick = {"deadline_seconds": 0.6, "margin_seconds": 0.1}
        nobody = httpx.AsyncHTTPTransport(uds=str(tmp_path / "nobody.sock"))
        async with api_box(tmp_path, transport=nobody, quick=quick) as box:
            text = "\n".join(LINES)
            try:
                return await asyncio.gather(*(box.quick(conversation_text=text) for _ in range(2)))
            finally:
                goes_on.set()

    for answer in asyncio.run(two()):
        body = answer.json()
        assert body["status"] == "fallback"
        assert body["summary"].startswith(ASKED)
        assert body["summary"].endswith("정지해 드렸습니다.")
        assert 0 < body["input"]["characters_used"] <= LAST_RESORT + 1


def reading(monkeypatch, speed, calls, at_once=1):
    """Return the characters read of long calls, on a machine that reads ``speed`` a second."""
    now, sizes = [0.0], []
    real = call_reader.read

    def slow(text: str):
        sizes.append(len(text))
        now[0] += len(text) / speed
        return real("고객: 카드를 정지해 주세요")

    monkeypatch.setattr(call_reader, "read", slow)
    text = "고객: 음\n" * 60_000

    async def scenario():
        reader = CallReader(3.0, lambda: now[0])
        for _ in range(calls):
            arrived = now[0]
            await asyncio.gather(*(reader.read(text, arrived) for _ in range(at_once)))

    asyncio.run(scenario())
    return sizes, now[0]


def test_a_slow_machine_reads_less_after_its_first_calls(monkeypatch):
    sizes, _ = reading(monkeypatch, 20_000, 12)
    assert sizes[0] == pytest.approx(FIRST_SPEED * 0.5, rel=0.01)
    assert sizes[-1] == pytest.approx(20_000 * 0.5, rel=0.1)


def test_one_slow_reading_counts_at_once(monkeypatch):
    sizes, _ = reading(monkeypatch, 20_000, 2)
    assert sizes[1] == pytest.approx(20_000 * 0.5, rel=0.01)


def test_a_fast_machine_reads_more(monkeypatch):
    sizes, _ = reading(monkeypatch, 500_000, 12)
    assert sizes[-1] > 4 * sizes[0]


@pytest.mark.parametrize("at_once", [2, 10, 30])
def test_calls_at_once_share_the_time_for_reading(monkeypatch, at_once):
    sizes, took = reading(monkeypatch, FIRST_SPEED, 1, at_once)
    assert len(sizes) == at_once
    assert min(sizes) >= FEWEST - 10
    assert took <= 1.0 + at_once * FEWEST / FIRST_SPEED
