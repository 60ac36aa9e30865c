import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.reading.call import read
from edgebox.reading.masking.identifiers import CARD, LICENCE, PASSPORT, RESIDENT
from edgebox.reading.masking.masks import masked
from edgebox.reading.masking.passwords import ONE_TIME, PASSWORD


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
        "팔공공일공일일 이삼사오 육칠",
        "팔공공일공일 대쉬 일이삼사오육칠",
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
        ("비밀번호 뒤 두 자리가 삼사예요", f"비밀번호 뒤 두 자리가 {PASSWORD}예요"),
        ("카드 뒷면 세 자리는 일이삼이요", f"카드 뒷면 세 자리는 {PASSWORD}요"),
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
        "카드 뒷면에 있는 1588-1234로",
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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            (
                "고객: 카드 번호는 4518 4217이요\n상담사: 네,"
                " 4518 4217 확인했습니다. 나머지도 부탁드립니다"
                "\n고객: 3321 0987이요"
            ),
            f"카드 번호는 {CARD}이요|네, {CARD} 확인했습니다. 나머지도 부탁드립니다|{CARD}이요",
        ),
        (
            (
                "상담사: 카드번호 불러 주시겠어요?\n고객: 4518 4217이요"
                "\n상담사: 네, 4518 4217 확인했고요, 다음 여덟 자리 말씀해 주세요"
                "\n고객: 3321 0987이요"
                "\n상담사: 3321 0987 맞으시죠?"
            ),
            (
                f"카드번호 불러 주시겠어요?|{CARD}이요|네, {CARD}"
                f" 확인했고요, 다음 여덟 자리 말씀해 주세요"
                f"|{CARD}이요|{CARD} 맞으시죠?"
            ),
        ),
        (
            (
                "상담사: 카드 번호 말씀해 주세요\n고객: 사오일팔 사이일칠이요"
                "\n상담사: 네 사오일팔 사이일칠 확인했습니다 고객님 나머지 부탁드려요"
                "\n고객: 네 삼삼이일 공구팔칠이요"
            ),
            (
                f"카드 번호 말씀해 주세요|{CARD}이요|네 {CARD}"
                f" 확인했습니다 고객님 나머지 부탁드려요|네 {CARD}이요"
            ),
        ),
        (
            (
                "고객: 카드 번호 오일오사요"
                "\n상담사: 네 그다음 네 자리도 이어서 말씀 부탁드리겠습니다"
                "\n고객: 삼삼삼사요\n상담사: 네 삼삼삼사, 계속 불러 주시면 됩니다 고객님"
                "\n고객: 공구공구 이이삼삼"
            ),
            (
                f"카드 번호 {CARD}요|네 그다음 네 자리도 이어서 말씀 부탁드리겠습니다|{CARD}요"
                f"|네 {CARD}, 계속 불러 주시면 됩니다 고객님|{CARD}"
            ),
        ),
        (
            (
                "고객: 팔팔공일공일이요\n상담사: 그럼 뒤에 일곱"
                " 자리도 말씀해 주시겠어요?\n고객: 일이삼사오육칠이요"
            ),
            f"{RESIDENT}이요|그럼 뒤에 일곱 자리도 말씀해 주시겠어요?|{RESIDENT}이요",
        ),
        (
            (
                "고객: 주민번호 앞자리는 880101이에요\n상담사: 880101"
                " 확인됐습니다. 뒷자리도 말씀 부탁드리겠습니다."
                "\n고객: 네, 뒷자리는 2345678입니다\n상담사: 네 확인됐습니다"
            ),
            (
                f"주민번호 앞자리는 {RESIDENT}이에요|{RESIDENT}"
                f" 확인됐습니다. 뒷자리도 말씀 부탁드리겠습니다."
                f"|네, 뒷자리는 {RESIDENT}입니다|네 확인됐습니다"
            ),
        ),
        (
            (
                "상담사: 연락처 말씀해 주세요\n고객:"
                " 010-4422-9081이요\n상담사: 네 010-4422-9081 확인했습니다."
                " 생년월일도 부탁드립니다\n고객: 880101이요"
            ),
            None,
        ),
        (
            (
                "상담사: 주문번호 앞자리 불러 주세요\n고객:"
                " 8801 2234요\n상담사: 네 8801 2234, 나머지도요"
                "\n고객: 1122 3344요"
            ),
            None,
        ),
        ("상담사: 카드 재발급이시군요\n고객: 네\n상담사: 연락처는요?\n고객: 010 2233 4455요", None),
    ],
)
def test_a_number_goes_on_where_the_agent_repeats_it_or_asks_for_the_rest(text, shown):
    expected = shown.split("|") if shown else [one.split(": ")[1] for one in text.split("\n")]
    assert _shown(text) == expected


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("카드번호 4518-4217-3321-098이요", f"카드번호 {CARD}이요"),
        ("카드 번호가 4518 4217 33321 0987이에요", f"카드 번호가 {CARD}이에요"),
        ("카드번호는 4518_4217_3321_0987", f"카드번호는 {CARD}"),
        ("신용카드 번호 3056 930902 5904요", f"신용카드 번호 {CARD}요"),
        ("체크카드 번호 9410-1234-5678-9012입니다", f"체크카드 번호 {CARD}입니다"),
        ("카드는 5234 5678 9012 3456이요", f"카드는 {CARD}이요"),
        ("제 카드 넘버가 4518.4217.3321.0987인데요", f"제 카드 넘버가 {CARD}인데요"),
        ("주민번호 팔십팔년 일월 일일에 이삼사오육칠팔이요", f"주민번호 {RESIDENT}이요"),
        ("주민번호 88년 1월 1일 2345678이요", f"주민번호 {RESIDENT}이요"),
        ("외국인등록번호는 900202-5678901", f"외국인등록번호는 {RESIDENT}"),
        ("여권번호 M12345678이요", f"여권번호 {PASSPORT}이요"),
        ("여권 번호는 M123A4567입니다", f"여권 번호는 {PASSPORT}입니다"),
        ("여권번호 엠 일이삼사오육칠팔요", f"여권번호 {PASSPORT}요"),
        ("면허번호 11-90-123456-78이요", f"면허번호 {LICENCE}이요"),
        ("운전면허 번호가 일일 구공 일이삼사오육 칠팔이에요", f"운전면허 번호가 {LICENCE}이에요"),
        ("11-90-123456-78이에요", f"{LICENCE}이에요"),
    ],
)
def test_a_number_that_is_named_is_masked_with_its_slips(said, shown):
    assert _shown(f"고객: {said}") == [shown]


@pytest.mark.parametrize(
    ("asked", "answer", "shown"),
    [
        ("비밀번호 말씀해 주세요", "제 생일이라 0203이요", f"제 생일이라 {PASSWORD}이요"),
        ("비밀번호 네 자리 눌러 주세요", "네 접수할게요 1204요", f"네 접수할게요 {PASSWORD}요"),
        ("비밀번호요", "카드요? 1204요", f"카드요? {PASSWORD}요"),
        ("비밀번호는요?", "천이백사요", f"{PASSWORD}요"),
        ("카드 비밀번호가 어떻게 되세요?", "1204", PASSWORD),
        ("현관 비밀번호 알려 주시겠어요?", "별표 7788 별표요", f"별표 {PASSWORD} 별표요"),
        (
            "공동현관 비번 말씀 부탁드려요",
            "종 누르고 1204 누르시면 돼요",
            f"종 누르고 {PASSWORD} 누르시면 돼요",
        ),
        ("와이파이 비밀번호가 뭐예요?", "qwerty였어요", f"{PASSWORD}였어요"),
        ("비밀번호 뭐로 하시겠어요?", "hello1234로 해 주세요", f"{PASSWORD}로 해 주세요"),
        ("비밀번호 확인 부탁드립니다", "1 2 0 4요", f"{PASSWORD}요"),
        ("비밀번호 입력해 주세요", "어 일, 이, 공, 사요", f"어 {PASSWORD}요"),
        ("비밀번호 앞 두 자리 말씀해 주세요", "일이요", f"{PASSWORD}요"),
        ("비밀번호 앞 두 자리 불러 주세요", "12요", f"{PASSWORD}요"),
        (
            "비밀번호 말씀해 주시겠어요?",
            (
                "어 잠깐만요 그게 뭐였더라 제가 이걸 워낙 자주"
                " 안 써 가지고 헷갈리는데 아마 그때 바꾼 게"
                " 집사람이 정한 걸로 해서 1204요"
            ),
            (
                "어 잠깐만요 그게 뭐였더라 제가 이걸 워낙 자주"
                " 안 써 가지고 헷갈리는데 아마 그때 바꾼 게"
                f" 집사람이 정한 걸로 해서 {PASSWORD}요"
            ),
        ),
        ("CVC 번호 불러 주세요", "321이요", f"{PASSWORD}이요"),
        ("카드 뒷면 세 자리 숫자 말씀해 주세요", "삼이일이요", f"{PASSWORD}요"),
        ("문자로 간 인증번호 불러 주세요", "482913이요", f"{ONE_TIME}이요"),
        ("인증번호 여섯 자리 말씀해 주세요", "사팔이구일삼이요", f"{ONE_TIME}요"),
        ("OTP 번호 말씀해 주세요", "네 773201입니다", f"네 {ONE_TIME}입니다"),
        (
            "비밀번호 말씀해 주세요",
            "네 잠시만요. 1204 맞을 거예요",
            f"네 잠시만요. {PASSWORD} 맞을 거예요",
        ),
        ("비밀번호 말씀해 주세요", "1204요, 아니 1205요", f"{PASSWORD}요, 아니 {PASSWORD}요"),
        ("공동현관 비밀번호가 있을까요?", "네 샵 1204 별이요", f"네 샵 {PASSWORD} 별이요"),
        ("현관 비밀번호 남겨 주세요", "삼오칠구요", f"{PASSWORD}요"),
        ("인증번호 받으셨나요?", "네 482913이요", f"네 {ONE_TIME}이요"),
        ("카드 뒷면에 세 자리요", "아 321이요", f"아 {PASSWORD}이요"),
        ("비밀번호 변경하신 적 있으세요?", "작년 3월에 했어요", None),
        ("핀번호 말씀해 주세요", "481516이요", f"{PASSWORD}이요"),
        ("비밀번호 알려 주세요", "5월 3일에 바꿨는데요", None),
        ("비밀번호 알려 주세요", "급한 일이요", None),
        ("비밀번호 말씀해 주세요", "여기 101동 203호인데요", None),
        ("비밀번호 말씀해 주세요", "접수번호는 77123이요", None),
        ("비밀번호 입력해 주세요", "404 에러가 떠요", None),
        ("비밀번호 입력해 주세요", "아이폰 15요", None),
        ("비밀번호 말씀해 주세요", "50,000원 빠져나갔어요", None),
        ("비밀번호 말씀해 주세요", "010-2233-4455로 전화 주세요", None),
        ("비밀번호 말씀해 주세요", "오 분만 기다려 주세요", None),
        ("비밀번호 재설정 도와드릴게요. 휴대폰 기종 말씀해 주세요", "갤럭시 S24요", None),
        ("비밀번호 오류가 있으시네요. 접수번호 말씀해 주세요", "1204요", None),
        ("인증번호 말씀해 주세요", "2분 안에 안 왔어요", None),
    ],
)
def test_the_answer_to_a_question_for_a_secret_is_it(asked, answer, shown):
    assert _shown(f"상담사: {asked}\n고객: {answer}") == [asked, shown or answer]


def test_an_answer_may_come_after_a_hesitation_and_be_repeated():
    text = (
        "상담사: 비밀번호 말씀해 주세요\n고객: 잠깐만요\n상담사:"
        " 네\n고객: 1204요\n상담사: 1204 맞으세요?"
    )
    assert _shown(text)[3:] == [f"{PASSWORD}요", f"{PASSWORD} 맞으세요?"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("비밀번호는 1204로 해 주세요", f"비밀번호는 {PASSWORD}로 해 주세요"),
        ("비밀번호를 1204로 바꿔 주세요", f"비밀번호를 {PASSWORD}로 바꿔 주세요"),
        (
            "비밀번호를 바꾸고 싶은데 지금 거는 1204고요",
            f"비밀번호를 바꾸고 싶은데 지금 거는 {PASSWORD}고요",
        ),
        ("비밀번호가 제 생일이라 0203이요", f"비밀번호가 제 생일이라 {PASSWORD}이요"),
        ("비밀번호 1204 누르고 들어오세요", f"비밀번호 {PASSWORD} 누르고 들어오세요"),
        ("현관 비번은 #1204예요", f"현관 비번은 {PASSWORD}예요"),
        ("비밀번호 천이백사요", f"비밀번호 {PASSWORD}요"),
        ("패스워드는 qwerty였어요", f"패스워드는 {PASSWORD}였어요"),
        ("도어락 비밀번호는 일이삼사 별표예요", f"도어락 비밀번호는 {PASSWORD} 별표예요"),
        ("인증번호는 482913이에요", f"인증번호는 {ONE_TIME}이에요"),
        ("OTP 773201", f"OTP {ONE_TIME}"),
        ("비밀번호가 1204인데 안 돼요", f"비밀번호가 {PASSWORD}인데 안 돼요"),
        ("비밀번호는 아마 1204일 거예요", f"비밀번호는 아마 {PASSWORD}일 거예요"),
    ],
)
def test_a_secret_is_what_is_told_as_one(said, shown):
    assert _shown(f"고객: {said}") == [shown]


@pytest.mark.parametrize(
    "said",
    [
        "비밀번호 변경은 5일에 했고 그 뒤로 안 돼요",
        "비밀번호 오류 2일이 지나도 안 풀려요",
        "비밀번호 때문에 3월 5일에 가도 되나요",
        "비밀번호 누르고 이체 200000 하려는데요",
        "비밀번호 치고 50,000원권으로 뽑았어요",
        "비밀번호 50,000원",
        "비밀번호 바꾼 폰이 아이폰 15예요",
        "비밀번호는 갤럭시 S24에서 바꿨어요",
        "비밀번호 넣으면 5G가 끊겨요",
        "비밀번호 치면 코드 E1204가 떠요",
        "비밀번호 404 에러요",
        "비밀번호는 101동 거예요",
        "비밀번호 203호예요",
        "비밀번호 5회 오류예요",
        "비밀번호 6자리로 바꿔 주세요",
        "비밀번호는 8자리 이상이에요",
        "비밀번호를 3번 틀렸어요",
        "비밀번호 두 번 틀렸고요",
        "비밀번호는 90일마다 바꾸래요",
        "비밀번호 변경 2시간 전에 했어요",
        "비밀번호 변경은 14:30에 했어요",
        "비밀번호 오류로 304호 못 들어갔어요",
        "인증번호 3분 지났어요",
        "인증번호가 10분째 안 와요",
        "인증번호 6자리요",
        "비밀번호 변경 수수료 1000원이요",
        "비밀번호 안내 문자가 1588로 왔어요",
        "비밀번호는 이 사람이 알아요",
        "비밀번호 이 일 때문에 전화했어요",
        "비밀번호가 LG유플러스 거예요",
        "포인트 카드 8801 0110 2345 6789",
        "포인트 카드 번호 5234 5678 9012 3456이요",
        "카드로 결제했고 현금영수증 번호는 8801 0112 3456 7890",
        "뒷자리가 1234567인 계좌로 보냈어요",
        "계좌 뒷자리 1234567이요",
        "멤버십 카드번호 4111 1111 1111 1111",
        "상품권 번호 4111-1111-1111-1111이요",
        "기프트카드 번호 4111111111111111",
        "카드 결제 승인번호 30012345",
        "운송장 4111 1111 1111 1111",
        "카드로 샀고 주문번호 2025 0913 1234 5678이요",
        "고객번호 5234567890123456",
        "체크카드 쓰고 있고 접수번호 2025091300123",
        "계좌 11-90-123456-78로 보내 주세요",
        "여권 만기가 2030년 5월 3일이에요",
        "주문번호 M12345678이요",
        "여권은 있고 생년월일은 19880101이요",
        "카드 한도가 3000000원이고 결제일이 14일",
        "카드 네 장 있는데 끝자리 1234 거요",
        "팔십팔년 일월 일일에 태어났어요",
    ],
)
def test_what_only_stands_near_such_a_word_stays(said):
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
