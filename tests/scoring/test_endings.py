"""A record is read alike in whatever way its lines end."""

from __future__ import annotations

import re

import pytest

from scoring.outcomes import flags_of, load_outcomes

OUTCOME = {"polarity", "conditional"}

NOUNS = (
    ("지 않았습니다", "지 않음"),
    ("못했습니다", "못함"),
    ("(?:했|하였)습니다", "함"),
    ("(?:됐|되었)습니다", "됨"),
    ("([없있])습니다", r"\1음"),
)
PLANS = (
    ("기로 했습니다", "기로 결정했습니다"),
    ("지 않았습니다", "지 않은 상태입니다"),
)
RESULTS = (
    ("하지 않기로 했습니다", "하지 않는 것으로 정리됐습니다"),
    ("하기로 했습니다", "하는 것으로 정리됐습니다"),
    ("(된다|있다|없다)고 안내했습니다", r"\1는 답변을 받았습니다"),
)


def _in(text: str, style: tuple[tuple[str, str], ...]) -> str:
    for ending, other in style:
        text = re.sub(ending, other, text)
    return text


@pytest.mark.parametrize("style", [NOUNS, PLANS, RESULTS], ids=["nouns", "plans", "results"])
@pytest.mark.parametrize("name", ["tuned", "several-tuned"])
def test_a_false_outcome_is_seen_in_any_ending(name, style):
    counts = {"as it is": [0, 0], "other": [0, 0]}
    for one in load_outcomes(name):
        for form, result in (("as it is", one.result), ("other", _in(one.result, style))):
            counts[form][one.true] += bool(OUTCOME & set(flags_of(one.call, result)))
    seen, false = counts["as it is"]
    assert counts["other"][0] >= 0.97 * seen, counts
    assert counts["other"][1] <= false + 1, counts
