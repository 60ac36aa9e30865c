"""Names that stand by letters or figures, and family names alone before a title."""

import pytest

from edgebox.language.families import wrong_families
from edgebox.language.marked import mismarked


@pytest.mark.parametrize(
    ("text", "call", "wrong"),
    [
        ("초롱TV 상담사가 안내함", "네 초록TV 기술상담이에요", ["초롱"]),
        ("루비 65인치 패널 수리를 접수함", "루미 65인치 QV시리즈네요", ["루비"]),
        ("코로크 1400 책상을 교환함", "코르크 1400 책상이고 색은 오크요", ["코로크"]),
        ("5G 슬랩 요금제로 변경함", "5G 슬림 55,000원이고", ["슬랩"]),
        ("초록TV 상담사가 안내함", "네 초록TV 기술상담이에요", []),
        ("매월 25일에 냄", "매주 25일이라뇨", []),
        ("오후 10시에 방문함", "오전 10시에 가요", []),
        ("초롱 글씨가 보임", "초록TV예요", []),
    ],
)
def test_a_name_by_letters_or_figures_is_wrong_by_a_syllable(text, call, wrong):
    assert list(mismarked(text, call, "".join(call.split()))) == wrong


@pytest.mark.parametrize(
    ("text", "call", "wrong"),
    [
        ("사과나라 조합 백 부장이 주문함", "사과나라 조합 배 부장이에요", ["백 부장"]),
        ("엄 사장이 맡긴 차를 고침", "아 네 염 사장님 안 그래도", ["엄 사장"]),
        ("배 부장이 주문함", "배 부장이에요", []),
        ("김 부장이 주문함", "김도연 부장님 계세요 배 부장인데요", []),
        ("백 부장이 주문함", "받는 분 계세요", []),
        ("이 기사가 방문함", "박 기사님이 가세요", []),
        ("배송 대리 수령을 안내함", "송 대리님이요", []),
    ],
)
def test_a_family_name_before_the_title_of_another_is_wrong(text, call, wrong):
    assert list(wrong_families(text, call)) == wrong
