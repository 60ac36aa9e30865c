"""Customer's lines that deny what the customer asked for or decided, and true ones that look so."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of_customer

PHONE = (
    "상담사: 안녕하세요 나래통신 최하늘입니다\n"
    "고객: 요금제를 5G 실속으로 바꾸고 싶은데요 데이터는 얼마나 주나요\n"
    "상담사: 5G 실속은 월 8기가입니다 이번 달부터 바꿔 드릴까요\n"
    "고객: 네 바꿔 주세요\n"
    "상담사: 네 변경해 드렸습니다 부가서비스 통화연결음도 가입하시겠어요 한 달은 무료입니다\n"
    "고객: 아니요 그건 됐어요\n"
    "상담사: 네 알겠습니다 명세서는 이메일로 보내 드릴까요\n"
    "고객: 종이 말고 이메일로 보내 주세요 단말 보험은 어떻게 돼요\n"
    "상담사: 보험은 개통 30일 안에만 가입되셔서 지금은 안 됩니다\n"
    "고객: 아 그럼 어쩔 수 없네요\n"
)
CLINIC = (
    "상담사: 바른내과 예약실입니다\n"
    "고객: 목요일 위내시경 예약한 사람인데 날짜를 미뤄야 할 것 같아요\n"
    "상담사: 다음 주 화요일이나 수요일 오전이 비어 있어요\n"
    "고객: 수요일은 제가 못 가고 화요일로 해 주세요\n"
    "상담사: 네 화요일 오전 9시로 옮겼습니다 수면으로 하시겠어요 6만 원 추가되세요\n"
    "고객: 아뇨 수면은 무서워서 안 할래요 일반으로 할게요\n"
    "상담사: 네 일반으로 진행할게요 대장내시경도 같이 받으시겠어요\n"
    "고객: 그건 남편하고 얘기해 보고 다음에 할게요\n"
    "상담사: 네 알겠습니다\n"
)
SHOP = (
    "상담사: 한결가구입니다\n"
    "고객: 식탁이 왔는데 상판이 긁혀 있어요 새 걸로 교환해 주면 안 돼요\n"
    "상담사: 사진을 보니 배송 중에 긁힌 것 같네요 교환 접수해 드리겠습니다\n"
    "고객: 그리고 환불은 얼마나 걸려요 혹시 몰라서요\n"
    "상담사: 환불은 카드사에서 닷새쯤 걸리세요\n"
    "고객: 아 그냥 교환으로 할게요 의자는 멀쩡하니까 안 가져가셔도 돼요\n"
    "상담사: 네 그럼 식탁만 교환해 드릴게요\n"
)
TWICE = (
    "고객: 쌀값이 카드로 두 번 나갔다고요 이게 말이 됩니까\n"
    "상담사: 승인은 한 건뿐이고 문자만 두 번 나간 것 같습니다\n"
    "고객: 배송비는 왜 또 받아요 다른 데는 다 무료던데\n"
    "상담사: 도서 지역이라 배송비가 붙습니다\n고객: 알겠어요\n"
)


@pytest.mark.parametrize(
    ("call", "customer"),
    [
        pytest.param(TWICE, "배송비 무료 적용은 요구하지 않음", id="demanded without asking"),
        pytest.param(TWICE, "쌀값이 카드로 두 번 나갔는데도 항의하지 않음", id="complaint"),
        pytest.param(PHONE, "고객은 5G 실속 요금제 변경을 요청하지 않았습니다.", id="request"),
        pytest.param(PHONE, "5G 실속 요금제의 데이터 양은 문의하지 않음", id="question"),
        pytest.param(PHONE, "단말 보험은 안 물어봄", id="question in another verb"),
        pytest.param(PHONE, "명세서를 이메일로 보내 달라고 하지 않음", id="quoted request"),
        pytest.param(PHONE, "요금제 변경은 원하지 않는다고 함", id="wish"),
        pytest.param(CLINIC, "내시경 날짜 변경은 묻지 않으셨음", id="change"),
        pytest.param(SHOP, "식탁 상판이 긁혔으나 교환은 요구하지 않음", id="asked in a denial"),
        pytest.param(SHOP, "식탁 교환을 사양함", id="turned down in other words"),
        pytest.param(SHOP, "환불에 걸리는 기간은 문의한 바 없음", id="nothing of the kind"),
    ],
)
def test_a_denied_request_is_flagged(call, customer):
    assert "polarity" in flags_of_customer(call, customer)


@pytest.mark.parametrize(
    ("call", "customer"),
    [
        pytest.param(PHONE, "5G 실속으로 변경을 요청하고 데이터 양을 문의함", id="request"),
        pytest.param(PHONE, "통화연결음 가입은 원하지 않는다고 함", id="did without an offer"),
        pytest.param(PHONE, "부가서비스는 신청하지 않음", id="not applied for"),
        pytest.param(PHONE, "통화연결음은 필요 없다고 함", id="needless"),
        pytest.param(PHONE, "종이 명세서는 원하지 않음", id="turned down for another"),
        pytest.param(PHONE, "보험 가입이 안 된다는 말을 듣고 신청하지 않음", id="refused"),
        pytest.param(CLINIC, "수요일은 희망하지 않음", id="another day"),
        pytest.param(CLINIC, "수면내시경은 받지 않겠다고 하심", id="decided against"),
        pytest.param(CLINIC, "대장내시경은 당장 예약하지 않음", id="put off"),
        pytest.param(
            CLINIC, "대장내시경은 남편과 의논하겠다며 신청하지 않으심", id="talks it over"
        ),
        pytest.param(SHOP, "의자는 회수하지 않아도 된다고 함", id="may stay"),
        pytest.param(SHOP, "환불은 요청하지 않고 교환을 택함", id="rather than the other"),
        pytest.param(SHOP, "환불을 원하는 것은 아니라고 함", id="denied in a noun"),
        pytest.param(SHOP, "설치비 환급은 문의하지 않음", id="nowhere in the call"),
        pytest.param(
            SHOP, "교환이 안 되는지, 값을 물지 않아도 되는지 물음", id="asked whether not"
        ),
        pytest.param(SHOP, "요청하지 않음", id="about nothing"),
    ],
)
def test_a_true_denial_is_left_alone(call, customer):
    assert "polarity" not in flags_of_customer(call, customer)
