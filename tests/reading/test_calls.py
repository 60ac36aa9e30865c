"""The calls of tests/data/calls: what is read of them, whatever their style."""

import json
from collections import Counter
from pathlib import Path

import pytest

from edgebox.consultation.content import has_content
from edgebox.reading.call import read

CALLS = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parents[1] / "data" / "calls").glob("*.json"))
]
NOTHING = "내용 없음"
IDS = [f"{call['id'][-3:]}-{call['domain']}" for call in CALLS]


@pytest.mark.parametrize("call", CALLS, ids=IDS)
def test_every_call_in_which_something_was_said_has_content(call):
    if call["outcome_kind"] != NOTHING:
        assert has_content(read(call["transcript"]))


def test_most_calls_in_which_nothing_was_said_are_known():
    nothing = [call for call in CALLS if call["outcome_kind"] == NOTHING]
    known = [call for call in nothing if not has_content(read(call["transcript"]))]
    print(f"{len(known)} of {len(nothing)} calls without content known")
    assert len(known) >= 7


def test_nearly_every_labelled_call_has_both_sides():
    both = Counter()
    for call in CALLS:
        if call["style"] == "none" or call["outcome_kind"] == NOTHING:
            continue
        sides = {utterance.speaker for utterance in read(call["transcript"]).said}
        both[{"customer", "agent"} <= sides] += 1
    print(f"both sides known in {both[True]} of {both.total()} calls")
    assert both[True] >= 0.95 * both.total()


@pytest.mark.parametrize("call", CALLS, ids=IDS)
def test_numbers_and_names_that_were_said_are_still_there(call):
    said = "".join("".join(one.text.split()) for one in read(call["transcript"]).utterances)
    lost = [
        number["said"] for number in call["numbers"] if "".join(number["said"].split()) not in said
    ]
    assert lost == []
