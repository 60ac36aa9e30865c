"""Which words of an analysis count as misheard names, and which are other words of the call."""

import pytest

from edgebox.language.misheard import misheard


def found(text, call):
    return list(misheard(text, call, "".join(call.split()).casefold()))


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("배송일을 화요일로 변경했습니다.", "배송이 늦어서요. 배송을 화요일로 바꿔 주세요."),
        ("환불액을 안내했습니다.", "환불이 언제 되나요. 환불을 빨리 해 주세요."),
        ("방문일을 잡았습니다.", "방문을 언제 하시나요. 방문이 늦네요."),
        ("환불금을 보냈습니다.", "환불건으로 전화했어요. 환불과 교환이 다 되나요."),
        ("문제점을 접수했습니다.", "그게 문제잖아요."),
    ],
)
def test_a_noun_with_a_particle_is_no_double_of_a_longer_noun(text, call):
    assert found(text, call) == []


def test_a_name_that_is_off_by_one_syllable_is_found():
    call = "한밭은행 둔산지점에서 대출 상담받고 싶은데요. 네 한밭은행 둔산지점 대리가 연락드립니다."
    assert found("한발은행 둔산지점에서 연락하기로 했습니다.", call) == ["한발은행"]
