"""What rules for rare forms of calls take from none of the others: turns, words and sides."""

import pytest

from edgebox.reading.call import read


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


@pytest.mark.parametrize(
    "tail",
    ["도와드릴까요", "네", "저기요", "여보세요", "부탁드려요", "네네", "알겠습니다", "드릴게요"],
)
@pytest.mark.parametrize("stamp", ["", "00:04 "])
def test_the_end_of_a_line_before_a_label_is_no_part_of_a_name(tail, stamp):
    first = f"상담사: 무엇을\n{stamp}{tail} 고객: 카드 분실이요\n"
    turns = said(first + f"상담사: 네 정지해\n{stamp}{tail} 고객: 네")
    assert [side for side, _ in turns] == ["agent", "customer", "agent", "customer"]
    asked = said(f"고객: 카드 정지\n{stamp}{tail} 상담사: 네 정지합니다\n고객: 네\n상담사: 네")
    assert [side for side, _ in asked] == ["customer", "agent", "customer", "agent"]
