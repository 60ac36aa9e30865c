"""Lines that affirm: true ones of which something else was denied, and false ones."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

OUTCOME = {"polarity", "conditional"}

TWO_REQUESTS = (
    "고객: 증명서 신청하려고요\n"
    "상담원: 증명서 신청은 홈페이지에서 하시는 겁니다\n"
    "고객: 네 그럴게요 성적표는요\n"
    "상담원: 그건 신청이 안 되세요\n"
)
ADDRESS = (
    "고객: 배송지 바꿔 주세요\n"
    "상담원: 배송지를 수원으로 변경했습니다\n"
    "고객: 색상도 바꿔 줘요\n"
    "상담원: 아니요 색상은 바꿔 드릴 수 없습니다\n"
)
FROM_MARCH = (
    "고객: 장학금 신청 지금 되나요\n"
    "상담원: 지금은 접수가 안 되고요, 3월 2일부터 신청받습니다\n"
    "고객: 알겠습니다\n"
)
WITH_DEPOSIT = (
    "고객: 수강료하고 가입비 환불해 주세요\n"
    "상담원: 가입비는 환불이 안 됩니다\n"
    "고객: 할 수 없죠 그럼 나머지만요\n"
    "상담원: 네 접수해 드릴게요\n"
)
BY_APP = (
    "고객: 주차권 신청해 주세요\n"
    "상담원: 제가 신청은 못 해 드리고요, 앱에서 직접 하셔야 돼요\n"
    "고객: 네 그럴게요\n"
)
SORRY = (
    "고객: 방이 너무 추웠어요\n"
    "상담원: 많이 추우셨을 텐데 죄송합니다 제가 조식 이용권 두 장 발급해 드리겠습니다\n"
    "고객: 네 고마워요\n"
)
ESTIMATE = (
    "고객: 나중에 얼마 받는지 적힌 거 있나요\n"
    "상담원: 예상연금 안내문을 부산 주소로 보내 드리겠습니다\n"
    "고객: 네\n"
)
WINDOW = (
    "고객: 오늘 보내야 돼요\n"
    "상담원: 통장 들고 가시면 창구에서 보내실 수 있어요\n"
    "고객: 그럼 강남점으로 갈게요\n"
    "상담원: 네\n"
)
LINK = (
    "고객: 동의서 어떻게 내요\n"
    "상담원: 문자로 링크 보내 드리면 서명하시면 됩니다\n"
    "고객: 그럼 링크 보내요\n"
    "상담원: 네 방금 보내 드렸습니다\n"
)
FEE = (
    "고객: 날짜 바꾸면 수수료 있어요?\n"
    "상담원: 아니요 일주일 전이라 없습니다\n"
    "고객: 네 바꿔 주세요\n"
    "상담원: 네 변경했습니다\n"
)
TRUCK = (
    "고객: 렌터카도 되나요?\n"
    "상담원: 렌터카는 지금 바로 지원해 드리기는 어렵습니다\n"
    "고객: 네 알겠어요\n"
)
EXTENSION = (
    "고객: 회원권 기간 늘려 주세요\n"
    "상담원: 회원권 기간은 늘려 드리지 않습니다\n"
    "고객: 네 알겠습니다\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(
            TWO_REQUESTS, "증명서를 홈페이지에서 신청하기로 했습니다.", id="of another thing"
        ),
        pytest.param(ADDRESS, "배송지를 변경했습니다.", id="done, and another thing refused"),
        pytest.param(FROM_MARCH, "장학금은 3월 2일부터 신청 가능합니다.", id="of now"),
        pytest.param(WITH_DEPOSIT, "가입비를 뺀 환불이 접수되었고", id="of what is taken out"),
        pytest.param(BY_APP, "주차권은 고객이 앱으로 신청하기로 했습니다.", id="of the agent"),
        pytest.param(SORRY, "조식 이용권 두 장을 발급했습니다.", id="sympathy, no condition"),
        pytest.param(ESTIMATE, "예상연금 안내문을 부산 주소로 보내기로 했습니다.", id="a name"),
        pytest.param(WINDOW, "급한 송금은 창구를 이용하기로 했습니다.", id="an offer taken"),
        pytest.param(LINK, "서명 링크를 문자로 발송했습니다.", id="sent a moment ago"),
        pytest.param(FEE, "수수료 없이 변경했습니다.", id="nothing to pay"),
        pytest.param(TRUCK, "렌터카 지원이 되는지 확인했습니다.", id="looked up"),
    ],
)
def test_a_true_line_is_not_flagged_for_what_is_denied_of_something_else(call, result):
    assert not OUTCOME & set(flags_of(call, result))


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(ADDRESS, "색상을 바꿨습니다.", id="refused"),
        pytest.param(WITH_DEPOSIT, "가입비 환불이 접수되었고", id="what was taken out"),
        pytest.param(FEE, "변경 수수료가 있습니다.", id="there is none"),
        pytest.param(TRUCK, "렌터카를 지금 바로 지원할 수 있다고 안내했습니다.", id="at once"),
        pytest.param(EXTENSION, "회원권 기간을 늘려 준다고 안내했습니다.", id="in the present"),
        pytest.param(EXTENSION, "회원권 기간을 늘려 주겠다고 했습니다.", id="promised"),
    ],
)
def test_what_the_agent_denies_is_flagged_where_a_line_affirms_it(call, result):
    assert OUTCOME & set(flags_of(call, result))
