from __future__ import annotations

import datetime as dt

import pytest

from scoring.outcomes import flags_of

CHANGED = (
    "고객: 예약 날짜를 십팔일로 바꾸고 싶어요\n"
    "상담사: 십팔일 오후 세 시로 변경해 드릴까요\n"
    "고객: 네 그렇게 해 주세요\n"
    "상담사: 네 변경됐습니다\n"
)
REFUSED_FIRST = (
    "고객: 포장을 뜯었는데 청소기 반품 되나요\n"
    "상담사: 포장을 뜯으신 청소기는 반품이 안 되세요\n"
    "고객: 소리가 너무 커서 못 쓰겠는데요\n"
    "상담사: 불량이면 다르죠 그럼 청소기 반품 접수해 드렸습니다\n"
)
REFUSED = (
    "고객: 포장을 뜯었는데 청소기 반품 되나요\n"
    "상담사: 포장을 뜯으신 청소기는 반품이 안 되세요\n"
    "고객: 아 네 알겠습니다\n"
)
WITHDRAWN = (
    "고객: 정수기를 해지하려고요\n"
    "상담사: 위약금이 삼만 원 있으신데 괜찮으세요\n"
    "고객: 그럼 해지는 그냥 안 할게요\n"
    "상담사: 네 그대로 두겠습니다\n"
)
OFFERED = (
    "고객: 매트리스가 꺼졌어요\n"
    "상담사: 새 매트리스로 바꾸시는 방법이 있고 수리를 받으셔도 됩니다\n"
    "고객: 수리로 할게요\n"
    "상담사: 네 수리 접수해 드렸습니다\n"
)
REQUIRED = (
    "고객: 보험이 끊겼는데 되살릴 수 있나요\n"
    "상담사: 보험료를 내시고 심사를 받으셔야 부활이 됩니다\n"
    "고객: 네 알겠습니다\n"
)
CHOSEN = (
    "고객: 전입신고를 꼭 가서 해야 하나요\n"
    "상담사: 온라인으로 하시면 안 가셔도 됩니다\n"
    "고객: 그럼 오늘 저녁에 온라인으로 전입신고 할게요\n"
    "상담사: 네 알겠습니다\n"
)


ANOTHER_DAY = (
    "고객: 내일 기사님 오시나요\n상담사: 부품이 없어서 내일은 못 가고 모레 오전에 갑니다\n"
)
DELIVERED = "고객: 내일 배송 오나요\n상담사: 내일은 못 오고 모레 옵니다\n"
SHUT = "고객: 환불되나요\n상담사: 오늘은 환불이 안 되고 내일은 휴무입니다\n"
VISITED = "고객: 내일 환불되나요\n상담사: 내일은 환불이 안 되고 모레 방문합니다\n"
POSSIBLE = "고객: 해지되나요\n상담사: 오늘은 해지가 안 되고 내일 가능합니다\n"
CHECKED = "고객: 오늘 환불되나요\n상담사: 오늘은 환불이 안 되고 내일 재고 확인해 볼게요\n"


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(CHANGED, "예약 날짜는 18일로 변경되지 않았습니다.", id="done"),
        pytest.param(REFUSED_FIRST, "청소기 반품은 접수되지 않았습니다.", id="granted later"),
        pytest.param(REFUSED, "포장을 뜯은 청소기를 반품하기로 했습니다.", id="refused"),
        pytest.param(REFUSED, "포장을 뜯은 청소기도 반품된다고 안내했습니다.", id="told"),
        pytest.param(WITHDRAWN, "정수기를 해지하기로 했습니다.", id="taken back"),
        pytest.param(CHOSEN, "오늘 온라인으로 전입신고를 하지 않기로 했습니다.", id="chosen"),
        pytest.param(ANOTHER_DAY, "기사가 내일 방문하기로 했습니다.", id="the day refused"),
        pytest.param(ANOTHER_DAY, "기사가 모레 방문하지 않기로 했습니다.", id="the day set"),
        pytest.param(DELIVERED, "내일 배송하기로 했습니다.", id="the day of another word"),
        pytest.param(SHUT, "내일 환불하기로 했습니다.", id="nothing on that day"),
        pytest.param(VISITED, "모레 환불하기로 했습니다.", id="another thing on that day"),
        pytest.param(CHECKED, "내일 환불하기로 했습니다.", id="something else on that day"),
    ],
)
def test_the_opposite_of_what_was_settled_last_is_flagged(call, result):
    assert "polarity" in flags_of(call, result)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(CHANGED, "예약 날짜가 18일로 변경됐습니다.", id="done"),
        pytest.param(REFUSED_FIRST, "청소기 반품이 접수됐습니다.", id="granted later"),
        pytest.param(ANOTHER_DAY, "기사가 모레 오전에 방문하기로 했습니다.", id="another day"),
        pytest.param(POSSIBLE, "내일 해지하기로 했습니다.", id="possible on another day"),
        pytest.param(DELIVERED, "모레 배송하기로 했습니다.", id="another day in other words"),
        pytest.param(REFUSED, "포장을 뜯은 청소기는 반품할 수 없다고 했습니다.", id="refused"),
        pytest.param(WITHDRAWN, "정수기를 해지하지 않기로 했습니다.", id="taken back"),
        pytest.param(OFFERED, "새 매트리스로 바꾸지 않고 수리하기로 했습니다.", id="only offered"),
        pytest.param(REQUIRED, "심사 없이는 부활되지 않는다고 안내했습니다.", id="a condition"),
        pytest.param(REQUIRED, "심사를 받지 않으면 부활할 수 없습니다.", id="a condition of it"),
        pytest.param(REQUIRED, "아직 부활되지 않았습니다.", id="not yet"),
        pytest.param(
            CHOSEN, "구청에 가지 않아도 된다고 안내했습니다.", id="in no words of the call"
        ),
    ],
)
def test_what_the_call_settles_leaves_open_or_does_not_name_is_not_flagged(call, result):
    assert "polarity" not in flags_of(call, result)


USED = "고객: 이거 환불돼요\n상담사: 환불은 사용하신 흔적이 있어서 안 되세요\n고객: 네\n"
UNUSED = "고객: 이거 환불돼요\n상담사: 환불은 사용을 안 하셨으니까 가능하세요\n고객: 네\n"
ARREARS = (
    "고객: 한도 올려 주세요\n"
    "상담사: 한도 상향은 최근에 연체가 있으셔서 이번에는 어려우세요\n고객: 네\n"
)
SENT = "고객: 주소 변경하려고요\n상담사: 주소 변경이 이미 상품이 출고돼서 안 되시네요\n고객: 네\n"


@pytest.mark.parametrize(
    ("call", "wrong", "right"),
    [
        pytest.param(
            USED,
            "환불이 가능하다고 안내했습니다.",
            "사용 흔적이 있어 환불되지 않는다고 안내했습니다.",
            id="refused behind its reason",
        ),
        pytest.param(
            UNUSED,
            "환불은 불가하다고 안내했습니다.",
            "사용하지 않아 환불할 수 있다고 안내했습니다.",
            id="granted behind a reason that denies",
        ),
        pytest.param(
            ARREARS,
            "한도 상향이 가능하다고 안내했습니다.",
            "한도는 상향되지 않았습니다.",
            id="with a word for this time",
        ),
        pytest.param(
            SENT,
            "주소를 변경했습니다.",
            "이미 출고돼 주소를 변경하지 못했습니다.",
            id="two subjects",
        ),
    ],
)
def test_what_a_sentence_is_about_is_refused_or_granted_by_its_last_verb(call, wrong, right):
    assert "polarity" in flags_of(call, wrong)
    assert "polarity" not in flags_of(call, right)


@pytest.mark.parametrize(
    ("call", "right"),
    [
        pytest.param(
            "고객: 접수됐나요\n상담사: 접수는 됐으니까 걱정 안 하셔도 돼요\n고객: 네\n",
            "접수됐다고 안내했습니다.",
            id="reassurance",
        ),
        pytest.param(
            "고객: 예약을 앞당길 수 있을까요\n"
            "간호사: 이번 달은 다 차서 당겨 드릴 자리가 없네요\n고객: 네\n",
            "이번 달은 자리가 없어 예약을 앞당길 수 없다고 안내했습니다.",
            id="the time of a refusal is no other topic",
        ),
        pytest.param(
            "고객: 여권을 대리로 해도 되나요\n"
            "주무관: 여권은 본인만 되시고요 미성년자만 법정대리인이 하실 수 있어요\n고객: 네\n",
            "여권 대리 신청은 불가하다고 안내했습니다.",
            id="what only some may do",
        ),
        pytest.param(
            "고객: 배달이 안 와요 취소할래요\n"
            "상담사: 조리가 끝나서 취소는 어려우신데 쿠폰 삼천 원 드리면 어떨까요\n"
            "고객: 그럼 쿠폰 주세요\n상담사: 네 쿠폰 넣어 드렸습니다\n",
            "조리가 끝나 취소는 어렵다고 안내하고 쿠폰을 지급했습니다.",
            id="refused before an offer",
        ),
    ],
)
def test_a_true_outcome_in_other_forms_is_not_flagged(call, right):
    assert not {"polarity", "conditional"} & set(flags_of(call, right))


PIN = (
    "고객: 비밀번호를 다섯 번 틀렸대요\n"
    "상담사: 비밀번호 오류 초기화는 신분증 가지고 영업점에 가셔야만 됩니다\n고객: 네\n"
)
LIMIT = (
    "고객: 카드 한도 임시로 올려 주세요\n"
    "상담사: 심사 결과 삼백만 원까지 승인됐습니다 바로 적용해 드릴까요\n"
    "고객: 아니요 생각해 보고 다시 전화할게요\n상담사: 네 그러세요\n"
)
ONCE = (
    "고객: 연금 수령 시기를 늦추고 싶어요\n"
    "상담사: 연기 신청은 한 번만 되시는데 예전에 하신 적이 있어서 이번엔 안 되십니다\n고객: 네\n"
)
EXCLUDED = (
    "고객: 청구가 왜 거절됐어요\n상담사: 미용 목적 시술은 보상에서 제외되는 항목이세요\n고객: 네\n"
)
STOCK = (
    "고객: 퀵으로 보내 주시면 안 돼요\n"
    "상담사: 재고가 있으면 퀵으로 발송해 드릴 텐데 확인이 필요해요\n고객: 네\n"
)
PROXY = (
    "고객: 명의 변경하고 싶은데 남편 혼자 가도 돼요\n"
    "상담사: 두 분 다 오시거나 위임장 있으시면 혼자 오셔도 됩니다\n고객: 위임장 써서 보낼게요\n"
)


@pytest.mark.parametrize(
    ("call", "wrong", "right"),
    [
        pytest.param(
            PIN,
            "비밀번호 오류를 초기화했습니다.",
            "비밀번호 오류 초기화는 영업점을 방문해야 한다고 안내했습니다.",
            id="what has to be done first",
        ),
        pytest.param(
            LIMIT,
            "임시 한도를 300만 원으로 상향 적용했습니다.",
            "300만 원까지 승인됐으나 고객이 생각해 보기로 했습니다.",
            id="an offer that was not taken",
        ),
        pytest.param(
            ONCE,
            "연금 수령 연기를 신청했습니다.",
            "이번에는 연금 수령 연기가 불가하다고 안내했습니다.",
            id="not this time",
        ),
        pytest.param(
            EXCLUDED,
            "미용 목적 시술도 보상된다고 안내했습니다.",
            "미용 목적 시술은 보상에서 제외된다고 안내했습니다.",
            id="excluded",
        ),
        pytest.param(
            STOCK,
            "재고가 있어 퀵으로 발송했습니다.",
            "재고를 확인한 뒤 퀵 발송 여부를 정하기로 했습니다.",
            id="would be",
        ),
    ],
)
def test_what_was_only_required_offered_or_left_out_is_not_done(call, wrong, right):
    assert {"polarity", "conditional"} & set(flags_of(call, wrong))
    assert not {"polarity", "conditional"} & set(flags_of(call, right))


def test_an_offer_under_a_condition_is_taken_up_by_promising_what_it_needs():
    assert "conditional" not in flags_of(PROXY, "위임장을 써서 남편 혼자 방문하기로 했습니다.")


def test_a_denial_for_one_month_is_not_of_what_is_done_in_another():
    call = (
        "고객: 자동이체일 이십오일로 바꿔 주세요\n"
        "상담사: 이번 달은 이미 출금 준비가 돼서 다음 달부터 이십오일로 적용됩니다\n고객: 네\n"
    )
    day = dt.date(2025, 9, 11)
    assert "polarity" not in flags_of(call, "이번 달은 적용되지 않습니다.", day)
    assert "polarity" in flags_of(call, "다음 달부터 25일로 적용되지 않습니다.", day)


def test_a_wish_without_its_verb_that_only_a_condition_answers_is_not_done():
    call = "고객: 명의 변경이요\n상담사: 명의 변경은 본인이 아니시면 처리가 안 되세요\n고객: 네\n"
    assert "conditional" in flags_of(call, "명의 변경을 처리했습니다.")
    assert "conditional" not in flags_of(call, "본인이 아니면 명의 변경은 불가하다고 안내했습니다.")
