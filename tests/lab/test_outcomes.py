"""How a call ended, as answers word it."""

import pytest

from edgebox.lab.evaluation.outcomes import is_reversed, outcomes_in

STATED = [
    ("접수", "카드 분실 신고를 접수했습니다."),
    ("접수", "품질 점검이 접수됐고 17일에 기사가 방문할 예정입니다."),
    ("접수", "고객이 해지를 요청했고 해지를 접수했습니다."),
    ("접수", "교환을 접수했으며 결과는 9일까지 연락하기로 했습니다."),
    ("접수", "청약 철회를 접수하고 보험료는 3영업일 안에 환급됩니다."),
    ("접수", "재발급을 신청했습니다."),
    ("완료", "결제일을 매월 1일로 변경했습니다."),
    ("완료", "고객이 차단을 풀어 달라고 요청했고 해제가 완료됐습니다."),
    ("완료", "640포인트를 적립했습니다."),
    ("완료", "새 QR을 메일로 보내 개통을 마쳤습니다."),
    ("불가", "환불은 불가하다고 안내했습니다."),
    ("불가", "환불이 안 된다고 안내했고 자동결제만 해지했습니다."),
    ("불가", "사진을 복구할 수 없다고 설명했습니다."),
    ("불가", "전액 환불은 거절됐고 고객은 해지하지 않았습니다."),
    ("불가", "발급이 어렵다고 답했습니다."),
    ("불가", "반품은 받아들여지지 않았습니다."),
    ("보류", "담당자가 확인한 뒤 5시까지 다시 연락하기로 했습니다."),
    ("보류", "고객이 아내와 상의해 14일까지 알려 주기로 했습니다."),
    ("보류", "배상액은 아직 정해지지 않았습니다."),
    ("보류", "환불은 감정 결과가 나올 때까지 보류됐습니다."),
    ("보류", "접수된 것은 없고 고객이 서류를 알아보기로 했습니다."),
    ("철회", "고객이 해지를 철회했습니다."),
    ("철회", "자동이체 계좌를 변경하지 않기로 했습니다."),
    ("철회", "해지를 거두고 통장을 유지하기로 했습니다."),
    ("내용 없음", "통화 내용이 없습니다."),
    ("내용 없음", "잘못 걸린 전화였습니다."),
    (None, "고객이 환불을 원했습니다."),
    (None, "고객이 요금을 문의했습니다."),
    (None, ""),
]


@pytest.mark.parametrize(("outcome", "text"), STATED)
def test_an_outcome_is_read_from_its_words(outcome, text):
    assert outcomes_in(text)[:1] == ([outcome] if outcome else [])


@pytest.mark.parametrize(
    "text",
    [
        "접수번호를 안내했습니다.",
        "접수 방법을 안내했습니다.",
        "요금을 확인해 안내했습니다.",
        "피할 수 없는 지연이 아니라고 설명하지 않고 확인만 안내했습니다.",
    ],
)
def test_words_of_an_outcome_that_say_something_else_are_none(text):
    assert "접수" not in outcomes_in(text)


@pytest.mark.parametrize(
    ("expected", "text", "reverse"),
    [
        ("불가", "환불이 완료됐습니다.", True),
        ("불가", "환불을 접수했습니다.", True),
        ("철회", "해지가 완료됐습니다.", True),
        ("완료", "변경은 불가하다고 했습니다.", True),
        ("접수", "고객이 신청을 철회했습니다.", True),
        ("보류", "환불을 지급했습니다.", True),
        ("접수", "변경을 완료했습니다.", False),
        ("완료", "변경을 접수했습니다.", False),
        ("보류", "신청을 접수했습니다.", False),
        ("불가", "환불은 불가하고 교환을 접수했습니다.", False),
        ("접수", "연장은 안 되고 환불을 접수했습니다.", False),
        ("불가", "고객이 환불을 원했습니다.", False),
    ],
)
def test_only_the_opposite_is_the_wrong_way_round(expected, text, reverse):
    assert is_reversed(expected, outcomes_in(text)) is reverse
