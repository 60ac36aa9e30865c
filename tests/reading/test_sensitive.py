import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.reading.call import read
from edgebox.reading.sensitive import CARD, PASSWORD, RESIDENT, masked


def _shown(text):
    return [one.text for one in read(text).utterances]


@pytest.mark.parametrize(
    "said",
    [
        "800101-1234567",
        "800101 1234567",
        "8001011234567",
        "800101 - 1234567",
        "800101에 1234567",
        "800101 다시 1234567",
        "800101 하이픈 1234567",
        "900202-5678901",
        "051231-4567890",
        "팔공공일공일에 일이삼사오육칠",
        "팔공공일공일 일이삼사오육칠",
        "팔공공일공일일이삼사오육칠",
        "팔공공 일공일 다시 일이삼 사오육칠",
        "팔 공 공 일 공 일 일 이 삼 사 오 육 칠",
        "팔공공일공일에 어 일이삼사오육칠",
        "팔공공일공일, 음, 일이삼사오육칠",
        "팔영영 일영하나 다시 하나둘셋넷 오육칠",
        "팔공공일공일 뒷자리는 일이삼사오육칠",
        "800101에 일이삼사오육칠",
    ],
)
@pytest.mark.parametrize("around", ["고객: {}", "고객: 제 번호가 {} 입니다", "{}"])
def test_a_resident_registration_number_is_masked(said, around):
    assert "".join(_shown(around.format(said))) == around.format(RESIDENT).removeprefix("고객: ")


@pytest.mark.parametrize(
    "ending", ["이요", "이에요", "인데요", "이고요", "이구요", "입니다", "요", ""]
)
@pytest.mark.parametrize(
    ("said", "mask"),
    [
        ("팔공공일공일에 일이삼사오육칠", RESIDENT),
        ("팔공공일공일에 일이삼사오육이", RESIDENT),
        ("사일일일 일일일일 일일일일 일일일일", CARD),
    ],
)
def test_an_ending_stays_and_is_no_digit(said, mask, ending):
    assert _shown(f"고객: {said}{ending}") == [f"{mask}{ending}"]


@pytest.mark.parametrize(
    "said",
    [
        "카드번호 4111 1111 1111 1111",
        "카드번호 4111-1111-1111-1111",
        "카드번호 4111111111111111",
        "카드번호 5234 5678 9012 3456",
        "카드번호 3782 822463 10005",
        "카드번호 사일일일 일일일일 일일일일 일일일일",
        "카드번호 사일일일에 일일일일에 일일일일에 일일일일",
        "카드번호 오이삼사 어 오육칠팔 음 구공일이 삼사오육",
        "카드번호 오이삼사오육칠팔구공일이삼사오육",
        "카드번호 하나둘셋넷 오육칠팔 구공일이 삼사오육",
    ],
)
def test_a_card_number_is_masked(said):
    assert _shown(f"고객: {said}") == [f"카드번호 {CARD}"]


def test_a_number_with_its_check_digit_is_a_cards_without_the_word():
    assert _shown("고객: 4111 1111 1111 1111이요") == [f"{CARD}이요"]
    assert _shown("고객: 4111 1111 1111 1112이요") == ["4111 1111 1111 1112이요"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "고객: 팔공공일공일\n상담사: 네\n고객: 일이삼사오육칠이요",
            [RESIDENT, "네", f"{RESIDENT}이요"],
        ),
        (
            "고객: 팔공공일공일\n상담사: 팔공공일공일\n고객: 일이삼사오육칠\n상담사: 네 맞으세요",
            [RESIDENT, RESIDENT, RESIDENT, "네 맞으세요"],
        ),
        (
            "고객: 800101에\n상담사: 뒷자리 말씀해 주시겠어요?\n고객: 1234567이요",
            [f"{RESIDENT}에", "뒷자리 말씀해 주시겠어요?", f"{RESIDENT}이요"],
        ),
        (
            (
                "상담사: 카드 번호 불러 주세요\n고객: 오이삼사\n상담사: 네\n고객: 오육칠팔 구공일이"
                "\n상담사: 다음이요\n고객: 삼사오육"
            ),
            ["카드 번호 불러 주세요", CARD, "네", CARD, "다음이요", CARD],
        ),
        (
            (
                "고객: 카드번호 일이삼사\n상담사: 일이삼사\n고객: 오육칠팔\n상담사: 오육칠팔"
                "\n고객: 구공일이\n상담사: 구공일이\n고객: 삼사오육\n상담사: 삼사오육"
            ),
            [f"카드번호 {CARD}", *[CARD] * 7],
        ),
    ],
)
def test_a_number_over_several_turns_is_masked_in_each(text, shown):
    assert _shown(text) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("비밀번호는 1234요", f"비밀번호는 {PASSWORD}요"),
        ("비밀번호 일이삼사입니다", f"비밀번호 {PASSWORD}입니다"),
        ("비번이 공공칠칠이에요", f"비번이 {PASSWORD}에요"),
        ("비밀번호가 abcd1234! 예요", f"비밀번호가 {PASSWORD} 예요"),
        ("CVC 123", f"CVC {PASSWORD}"),
        ("CVC는 일이삼이요", f"CVC는 {PASSWORD}요"),
        ("씨브이씨 삼이일입니다", f"씨브이씨 {PASSWORD}입니다"),
        ("비밀번호 앞 두 자리는 일이요", f"비밀번호 앞 두 자리는 {PASSWORD}요"),
        ("핀번호 481516", f"핀번호 {PASSWORD}"),
    ],
)
def test_a_password_is_masked(said, shown):
    assert _shown(f"고객: {said}") == [shown]


def test_a_password_in_the_turn_after_the_question_is_masked():
    text = "상담사: 비밀번호 네 자리 말씀해 주세요\n고객: 일이삼사요"
    assert _shown(text)[1] == f"{PASSWORD}요"


@pytest.mark.parametrize(
    "said",
    [
        "010-1234-5678",
        "공일공 일이삼사 오육칠팔이요",
        "공일공 일이삼사 오육칠팔, 공일공 구팔칠육 오사삼이",
        "생년월일 800101",
        "팔공공일공일생입니다",
        "주민번호 앞자리 팔공공일공일이요",
        "주민번호로는 삼오일이공육에 이요",
        "팔십년 일월 일일생",
        "계좌번호 302-1234-5678-91",
        "계좌는 110-234-567890",
        "주문번호 2509131234567",
        "송장번호 1234 5678 9012 3456",
        "CL-2025091301234",
        "카드 끝 네 자리 1234",
        "비밀번호 5회 오류",
        "비밀번호 네 자리",
        "비밀번호 6자리 이상",
        "비밀번호 변경은 1588-1234로 전화",
        "비밀번호 오류라서 접수번호 1234로",
        "비밀번호 이 사람이 바꿨어요",
        "비밀번호 일이 생겨서",
        "2025-09-13 14:30 에 1,234,567원",
        "991301-1234567",
        "800132-1234567",
        "800101-9234567",
    ],
)
def test_what_the_record_needs_stays(said):
    assert _shown(f"고객: {said}") == [said]


def test_offsets_are_those_of_what_was_said():
    text = "고객: 주민번호 800101-1234567 이요\n상담사: 네 확인했습니다"
    call = read(text)
    assert [text[one.start : one.end] for one in call.utterances] == text.split("\n")
    assert call.dropped == {}


def test_turns_are_masked_as_a_text_is():
    turns = '{"turns": [{"speaker": "customer", "text": "800101-1234567"}]}'
    assert _shown(turns) == [RESIDENT]


_SIGNS = st.text("0123456789일이삼사오육칠팔구공 -\n에네카드주민비밀번호요", max_size=80)


@given(st.lists(st.tuples(st.sampled_from(["agent", "customer", "unknown"]), _SIGNS), max_size=6))
def test_any_turns_keep_their_number_and_none_becomes_empty(turns):
    shown = masked(turns)
    assert len(shown) == len(turns)
    assert all(bool(text) == bool(after) for (_, text), after in zip(turns, shown, strict=True))
    assert masked([(who, after) for (who, _), after in zip(turns, shown, strict=True)]) is not None
