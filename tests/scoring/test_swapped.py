"""Customer's lines that tell what the agent told, promised or did, and true ones that look so."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of_customer

BOILER = (
    "상담사: 온돌보일러 고객센터입니다\n"
    "고객: 보일러에서 물이 새는데요 기사님이 오늘 오실 수 있나요\n"
    "상담사: 오늘은 예약이 다 찼고 내일 오후 두 시에 방문 가능하세요\n"
    "고객: 네 그걸로 해 주세요 부품값은 얼마예요\n"
    "상담사: 밸브 교체는 사만 오천 원이고 출장비는 저희가 부담하겠습니다"
    " 내일 방문으로 예약해 드릴게요\n"
    "고객: 네 새는 데 사진 찍어 놨어요 보내 드릴게요\n"
    "상담사: 네 그럼 사진 보내실 링크를 문자로 보내 드리고 기사님께도 미리 전달하겠습니다\n"
    "고객: 관리실에는 제가 얘기할게요\n"
    "상담사: 네 공동현관 비밀번호는 기사님께 알려 주시면 됩니다\n"
    "고객: 네\n"
)
BANK = (
    "상담사: 한빛카드 상담사 오세린입니다\n"
    "고객: 해외에서 결제된 게 두 건 있는데 제가 쓴 게 아니에요\n"
    "상담사: 네 이의 제기 접수했고요 가맹점 조사에 삼 주 걸립니다"
    " 결과는 이메일로 알려 드리겠습니다\n"
    "고객: 카드는 정지해 주세요\n"
    "상담사: 네 카드 정지했습니다 경찰 신고 접수증을 팩스로 보내 주셔야 합니다\n"
    "고객: 네 알겠어요\n"
)


@pytest.mark.parametrize(
    ("call", "customer"),
    [
        pytest.param(BOILER, "고객이 출장비를 부담하겠다고 함", id="bears the cost"),
        pytest.param(BOILER, "링크를 문자로 보내 주기로 했습니다.", id="sends"),
        pytest.param(BOILER, "밸브 교체는 사만 오천 원이라고 안내함", id="tells a price"),
        pytest.param(BANK, "고객이 조사 결과를 이메일로 알려 주겠다고 함", id="tells later"),
        pytest.param(BANK, "가맹점 조사에 삼 주 걸린다고 안내하셨음", id="tells a rule"),
        pytest.param(BANK, "고객이 직접 이의 제기를 접수함", id="did it at the desk"),
    ],
)
def test_what_the_agent_does_is_no_deed_of_the_customer(call, customer):
    assert "speakers_swapped" in flags_of_customer(call, customer)


@pytest.mark.parametrize(
    ("call", "customer"),
    [
        pytest.param(BOILER, "물이 새는 곳의 사진을 보내 주겠다고 함", id="promised"),
        pytest.param(BOILER, "내일 오후 두 시 방문을 예약하기로 함", id="decided"),
        pytest.param(BOILER, "내일 방문으로 예약하겠다고 함", id="took an offer"),
        pytest.param(BOILER, "관리실에는 본인이 알리겠다고 함", id="promised in another verb"),
        pytest.param(BOILER, "공동현관 비밀번호를 기사님께 알려 주기로 함", id="was asked to"),
        pytest.param(BOILER, "밸브 교체는 사만 오천 원이라고 안내받음", id="was told"),
        pytest.param(BOILER, "상담사가 출장비를 부담하겠다고 하여 수락함", id="another subject"),
        pytest.param(BANK, "경찰 신고 접수증을 팩스로 보내기로 함", id="was asked for"),
        pytest.param(BANK, "쓰지 않은 해외 결제 두 건을 알려 줌", id="told by the customer"),
        pytest.param(
            BANK, "조사에 삼 주 걸린다는 안내를 듣고 결과를 알려 달라고 함", id="wants it"
        ),
        pytest.param(BANK, "알려 주기로 함", id="about nothing"),
    ],
)
def test_a_promise_of_the_customer_is_left_alone(call, customer):
    assert "speakers_swapped" not in flags_of_customer(call, customer)
