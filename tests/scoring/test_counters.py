"""A true figure with a counter or unit that it was not said with, and ratios."""

import pytest

from scoring.outcomes import flags_of

FLAG = "ungrounded_number"


def _flagged(said, written):
    call = f"고객: {said}\n상담사: 네 확인했습니다\n고객: 네\n"
    return FLAG in flags_of(call, written)


@pytest.mark.parametrize(
    ("said", "written", "flagged"),
    [
        ("과실은 칠 대 삼으로 나왔어요", "과실 비율은 8:2입니다.", True),
        ("과실은 칠 대 삼으로 나왔어요", "과실은 8대2로 나왔습니다.", True),
        ("과실은 칠 대 삼으로 나왔어요", "과실은 7:3입니다.", False),
        ("과실은 7:3이래요", "과실은 7대 3입니다.", False),
        ("과실은 7:3이래요", "과실은 6:4입니다.", True),
        ("삼 대 칠로 하자네요", "7:3을 제안합니다.", False),
        ("칠십 대 삼십이요", "7:3입니다.", False),
        ("과실은 구 대 일이래요", "과실은 90%입니다.", False),
        ("과실이 삼십 프로래요", "과실은 7:3입니다.", False),
        ("수익은 반반이에요", "수익은 5:5로 나눕니다.", False),
        ("수익은 반반이에요", "수익은 7:3으로 나눕니다.", True),
        ("칠삼으로 나누죠", "7:3으로 나눕니다.", False),
        ("희석은 일 대 십으로 하세요", "희석 비율은 1:10입니다.", False),
        ("희석은 일 대 십으로 하세요", "희석 비율은 1:20입니다.", True),
        ("한 시 십 분이요", "1:10입니다.", False),
        ("경쟁률이 십오 대 일이에요", "경쟁률은 5대 1입니다.", True),
        ("상담원 연결이요", "1:1 상담을 이용했습니다.", False),
        ("차 다섯 대 세 팀이요", "5대 3팀입니다.", False),
    ],
)
def test_a_ratio_is_one_figure(said, written, flagged):
    assert _flagged(said, written) is flagged
