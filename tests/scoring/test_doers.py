"""Who does a thing is told by the verb: 드릴게요 or -시면."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

REPORT = (
    "고객: 문자를 누르고 소액결제가 됐어요\n"
    "상담원: 우선 소액결제 차단해 드릴게요.\n"
    "상담원: 경찰서에서 사건사고사실확인원을 떼서 7일 안에 보내 주셔야 진행이 돼요.\n"
    "고객: 네 내일 경찰서 갈게요\n"
)
CALL = (
    "고객: 송금이 보류됐다고요\n"
    "상담원: 정정 전문을 보내고 제가 22일 오전에 입금됐는지 확인해서 전화드리겠습니다.\n고객: 네\n"
)
SON = (
    "고객: 연금을 당겨 받을까 하는데요\n상담원: 천천히 의논하시고 신청하시면 돼요.\n"
    "고객: 그럼 아들하고 의논해 보고 다시 전화할게요.\n상담원: 네\n"
)
WORK = (
    "고객: 인터넷이 안 돼요\n고객: 저 재택근무라 급해요\n"
    "상담원: 내일 오전에 기사가 방문합니다.\n고객: 네\n"
)
BANK = (
    "여보세요 돈을 잘못 보냈어요\n네 그럼 중부은행에 반환을 신청하셔야 합니다\n"
    "거기 번호가요\n네 번호는 문자로 보내 드릴게요\n"
)


def flags_of_line(call, agent="안내했습니다.", result="통화를 마쳤습니다."):
    return flags_of(call, result, agent=agent)


@pytest.mark.parametrize(
    ("call", "lines"),
    [
        (REPORT, {"agent": "상담사가 경찰서에서 사건사고사실확인원을 떼 오기로 함."}),
        (CALL, {"result": "고객님이 22일 오전에 입금 여부를 확인하여 전화하기로 하셨습니다."}),
        (SON, {"agent": "상담원이 아들과 의논해 보고 다시 전화하겠다고 함."}),
        (WORK, {"agent": "상담원은 재택근무라 급하다며 방문을 잡음."}),
        (BANK, {"agent": "상담사가 중부은행에 반환을 신청해 주기로 함."}),
    ],
)
def test_a_deed_of_the_other_side_is_noticed(call, lines):
    assert "speakers_swapped" in flags_of_line(call, **lines)


@pytest.mark.parametrize(
    ("call", "lines"),
    [
        (REPORT, {"agent": "소액결제를 차단해 주기로 함."}),
        (REPORT, {"result": "고객이 사건사고사실확인원을 떼서 보내기로 함."}),
        (CALL, {"result": "상담사가 22일 오전에 입금 여부를 확인하여 전화하기로 함."}),
        (SON, {"result": "고객이 아들과 의논해 보고 다시 전화하기로 함."}),
        (BANK, {"agent": "번호를 문자로 보내 주기로 함."}),
        (BANK, {"result": "고객이 중부은행에 반환을 신청하기로 함."}),
    ],
)
def test_a_deed_of_the_own_side_is_not(call, lines):
    assert "speakers_swapped" not in flags_of_line(call, **lines)


TURN = (
    "상담사: 빈자리가 나면 먼저 연락드릴까요\n고객: 네 그렇게 해 주세요\n"
    "상담사: 알겠습니다 대기자 명단에 올려 두겠습니다\n"
)
NOT_SO = (
    "상담사: 4월 초에 안내 전화 드려도 될까요?\n고객: 아니요 전화는 괜찮아요\n"
    "상담사: 네 그럼 안내 전화는 하지 않겠습니다 자료만 보내 드릴게요\n고객: 네\n"
)
MAIL = (
    "상담사: 두 건은 먼저 가맹점에 취소 메일을 보내시고 사본을 저희한테 주셔야 진행이 됩니다.\n"
    "고객: 영어로 써야 돼요?\n상담사: 네 예시 문구를 문자로 보내 드릴게요.\n고객: 네\n"
)
HIDDEN = (
    "고객: 기사님한테 제 이름은 말하지 마세요.\n"
    "상담사: 네 신고하신 분 정보는 기사한테 절대 알리지 않습니다.\n고객: 네\n"
)
OUT = (
    "상담사: 계량기가 밖에 있으면 안 계셔도 됩니다.\n고객: 복도에 있어요.\n"
    "상담사: 그럼 오전에 가서 확인하고 결과를 전화로 드리겠습니다.\n고객: 네\n"
)


CARE = (
    "고객: 예약을 취소하려고요\n상담사: 네 전액 환불되세요\n"
    "고객: 음 그럼 남편하고 상의를 좀 해 볼게요 취소는 일단 두고요\n"
    "상담사: 네 그럼 제가 다음 주 수요일쯤 연락드려도 될까요\n고객: 네 오전 말고 오후에요\n"
    "상담사: 네 수요일 오후에 전화드릴게요\n고객: 네\n"
)


def test_the_side_that_is_named_promises_up_to_its_last_agreement():
    told = "다시 연락하기로 함"
    own = f"고객이 남편과 상의하기로 해 취소를 보류하고 수요일 오후에 {told}."
    assert "speakers_swapped" not in flags_of_line(CARE, result=own)
    assert "speakers_swapped" in flags_of_line(CARE, result=f"고객이 수요일 오후에 {told}.")


@pytest.mark.parametrize("agreed", ["하고", "했고", "했으며"])
def test_what_else_a_side_agrees_to_is_its_own_promise(agreed):
    call = (
        "고객: 입금은 언제까지요\n상담사: 오늘까지 입금해 주세요\n고객: 네 오늘 입금할게요\n"
        "상담사: 네 그럼 제가 내일 상품을 발송해 드릴게요\n고객: 네\n"
    )
    result = f"고객이 입금하기로 {agreed} 상품을 발송하기로 했다."
    assert "speakers_swapped" in flags_of_line(call, result=result)


@pytest.mark.parametrize(
    ("call", "lines"),
    [
        (TURN, {"agent": "빈자리가 나면 먼저 연락해 주겠다고 제안하여 고객이 동의함."}),
        (NOT_SO, {"result": "안내 전화는 고객이 거절하여 하지 않기로 함."}),
        (
            MAIL,
            {"agent": "고객이 취소 메일을 보내야 진행된다고 알리고 예시 문구를 보내 주기로 함."},
        ),
        (HIDDEN, {"agent": "신고자의 정보는 기사에게 알리지 않겠다고 약속함."}),
        (OUT, {"result": "고객이 집에 없어도 복도 계량기를 오전에 확인하기로 함."}),
    ],
)
def test_a_side_that_has_its_own_verb_promises_nothing(call, lines):
    assert "speakers_swapped" not in flags_of_line(call, **lines)
