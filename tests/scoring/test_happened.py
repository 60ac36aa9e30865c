"""Customer's lines that deny what the customer says happened, and true ones that look so."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of_customer

PARCEL = (
    "상담사: 날개택배 고객센터입니다\n"
    "고객: 지난주에 도자기를 보냈는데 받는 분이 열어 보니까 깨졌대요 완충재도 두 겹 넣었거든요\n"
    "상담사: 파손 접수는 하셨나요\n"
    "고객: 아니요 아직 안 했어요 사진은 찍었어요 영수증은 잃어버려서 없고요\n"
    "상담사: 운송장 번호로 조회되니까 영수증은 없어도 됩니다\n"
    "고객: 기사님한테는 어제 전화가 왔어요 저는 보험은 안 들었고요\n"
    "상담사: 네 그럼 제가 파손 접수해 드릴게요\n"
)


@pytest.mark.parametrize(
    "customer",
    [
        pytest.param("도자기를 보내지 않았다고 함", id="sent"),
        pytest.param("받는 분이 열어 보니 깨지지 않았다고 말함", id="broke"),
        pytest.param("완충재는 넣지 않았다고 인정함", id="put in"),
        pytest.param("깨진 도자기의 사진은 찍지 못했다고 함", id="took"),
        pytest.param("기사님 전화는 오지 않았다고 함", id="of one syllable"),
    ],
)
def test_a_denial_of_what_the_customer_tells_is_flagged(customer):
    assert "polarity" in flags_of_customer(PARCEL, customer)


@pytest.mark.parametrize(
    "customer",
    [
        pytest.param("지난주에 보낸 도자기가 깨졌다고 함", id="told"),
        pytest.param("파손 접수는 아직 하지 않았다고 함", id="not yet"),
        pytest.param("보험은 들지 않았다고 함", id="denied"),
        pytest.param("영수증은 갖고 있지 않다고 함", id="in another word"),
        pytest.param("영수증을 찾지 못했다고 함", id="in a verb that nobody said"),
        pytest.param("보내지 않으면 안 되는지 물음", id="twice"),
        pytest.param("오지 않았다고 함", id="about nothing"),
    ],
)
def test_a_true_denial_is_left_alone(customer):
    assert "polarity" not in flags_of_customer(PARCEL, customer)
