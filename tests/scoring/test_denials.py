"""Kinds of evidence for and against what a line denies or grants, one small call each."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

GREETINGS = (
    "고객: 도시락 배달을 좀 받고 싶은데요\n상담사: 대기가 있어서 명단에 올려 드렸고요\n"
    "고객: 그동안 전화라도 해 주세요\n"
    "상담사: 안부 전화는 이번 주부터 화 목으로 드릴게요\n고객: 네\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(GREETINGS, "안부 전화는 하지 않기로 했습니다.", id="안부 is a noun"),
    ],
)
def test_what_the_call_does_not_bear_out_is_flagged(call, result):
    assert "polarity" in flags_of(call, result)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(
            GREETINGS, "안부 전화는 이번 주부터 화요일과 목요일에 하기로 했습니다.", id="안부"
        ),
    ],
)
def test_what_it_bears_out_is_not(call, result):
    assert not {"polarity", "conditional"} & set(flags_of(call, result))
