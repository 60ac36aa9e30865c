import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.scoring.edits import Edit, edit_distance, edit_of


def plain_distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row = row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
    return row[-1]


LETTERS = st.text("가나다ab ", max_size=70)


@given(LETTERS, LETTERS)
def test_the_distance_is_that_of_the_textbook(one, other):
    assert edit_distance(one, other) == plain_distance(one, other)


def test_a_long_record_is_compared_at_once():
    began = time.perf_counter()
    assert edit_distance("가나다라" * 5000, "가나다마" * 5000) == 5000
    assert time.perf_counter() - began < 5


SHOWN = {
    "customer": "카드 이중 결제를 문의함",
    "agent": "487,000원 한 건을 9월 25일 출금 보류함",
    "result": "3영업일 안에 김하늘 고객님께 연락하기로 함",
}


@pytest.mark.parametrize(
    ("field", "text", "material"),
    [
        ("agent", SHOWN["agent"], False),
        ("agent", "487,000 원 한 건을 9월 25일에 출금 보류함", False),
        ("agent", "48만 7천원 한 건을 9월 25일 출금 보류함", False),
        ("agent", "478,000원 한 건을 9월 25일 출금 보류함", True),
        ("agent", "487,000원 한 건을 9월 26일 출금 보류함", True),
        ("agent", "487,000원 한 건을 출금 보류함", True),
        ("agent", "487,000원 두 건을 9월 25일 출금 보류함", True),
        ("result", "3영업일 안에 김한울 고객님께 연락하기로 함", True),
        ("result", "3영업일 안에 김하늘 고객님께 전화하기로 함", False),
        ("result", "3영업일 안에 김하늘 고객님께 연락하기로 했음", False),
        ("result", "전혀 다른 사람이 처음부터 새로 쓴 문장임", True),
        ("customer", "카드 이중 결제를 문의함. 이미 두 차례 같은 일로 불편을 겪었다고 함", True),
    ],
)
def test_what_is_material(field, text, material):
    found = edit_of(SHOWN, SHOWN | {field: text})
    assert found.material is material, found
    assert 0 <= found.changed <= 1
    assert (found.changed == 0) == ("".join(text.split()) == "".join(SHOWN[field].split()))


def test_another_day_is_another_fact_even_if_it_is_a_word():
    assert edit_of(
        {"text": "내일 다시 전화하기로 함"}, {"text": "모레 다시 전화하기로 함"}
    ).material
    said = {"text": "내일 오전에 다시 전화하기로 함. 요금제는 그대로 유지함"}
    meant = {"text": "9월 14일 오전에 다시 전화하기로 함. 요금제는 그대로 유지함"}
    assert edit_of(said, meant).material
    assert not edit_of(said, meant, dt.date(2025, 9, 13)).material


def test_a_field_left_out_is_no_edit_and_an_empty_draft_is_written_anew():
    assert edit_of(SHOWN, {"customer": SHOWN["customer"]}) == Edit(0.0, material=False)
    assert edit_of({}, {"customer": "카드 분실을 신고함"}) == Edit(1.0, material=True)
    assert edit_of({"text": ""}, {"text": " "}) == Edit(0.0, material=False)
