"""Results that deny what was told, promised or kept in the call, and true ones that look so."""

from __future__ import annotations

import pytest

from edgebox.reading.call import read
from edgebox.scoring.quality import Scorer
from scoring.corruptions import negated
from scoring.outcomes import flags_of, load_whole

GYM = (
    "고객: 헬스장 등록한 거요 양도 되나요\n"
    "상담사: 양도는 등록하고 한 달 안에만 되는데 지금 석 달이 지나셔서 어려우세요\n"
    "고객: 하 그럼 쉬는 건요\n"
    "상담사: 휴회는 두 번까지 되세요 지금 걸어 드릴까요\n"
    "고객: 아니요 그건 됐고요 락커는 그대로 쓸게요\n"
    "상담사: 네 락커는 그대로 두고요 트레이너가 내일 오전에 다시 전화드릴게요\n"
)
SOFA = (
    "고객: 소파 배송 왔는데 기사님이 그냥 두고 가셨어요\n"
    "상담사: 죄송합니다 기사님께 확인하고 오늘 저녁까지 알려 드리겠습니다\n"
    "고객: 박스는요 수거해 가시나요\n"
    "상담사: 박스 수거는 저희가 하지 않습니다 그럼 다시 보내는 건 안 하는 걸로 할게요\n"
    "고객: 네 그러세요 아까 상담하신 분은 그런 안내를 안 해 주셨어요\n"
)


FILM = (
    "고객: 저 해지했는데 왜 또 돈이 나갔어요\n"
    "상담사: 해지 페이지까지는 들어가셨는데 마지막 확인을 안 누르신 걸로 나오세요\n"
    "고객: 분명히 눌렀는데\n상담사: 할인 안내 화면에서 창을 닫으셔서 완료가 안 된 것 같습니다\n"
    "고객: 그럼 돌려주세요\n상담사: 반액은 해 드릴 수 있습니다\n고객: 네 지금 해지도 해 주세요\n"
    "상담사: 네 해지 처리됐고요 반액은 다음 달에 차감되십니다\n고객: 네\n"
)
BOWL = (
    "고객: 지난달에 파손 접수한 건 어떻게 됐어요\n"
    "상담사: 그건 포장 불량으로 판정돼서 보상이 안 되는 걸로 나왔습니다\n"
    "고객: 뽁뽁이로 세 번을 쌌는데\n"
    "상담사: 이의신청하시면 재심사가 되긴 하는데 포장 사진이 있으셔야 돼요\n"
    "고객: 사진 없어요 됐어요 그냥\n상담사: 네 도움 못 드려서 죄송합니다\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(FILM, "반액이 차감되지 않음", id="is taken off"),
        pytest.param(FILM, "이번 해지가 처리되지 않음", id="done in the end"),
        pytest.param(
            "고객: 쿠폰 적용이 안 돼요\n상담사: 제가 적용을 해 드렸습니다 이제 적용이 되셨어요\n",
            "쿠폰이 적용되지 않았습니다",
            id="applied in the end",
        ),
        pytest.param(
            "고객: 보험금 입금이 안 됐어요\n상담사: 오늘 입금이 되셨네요\n",
            "보험금이 입금되지 않았습니다",
            id="paid in the end",
        ),
        pytest.param(
            "고객: 환불 승인이 안 됐다고 나와서요\n상담사: 승인은 정상적으로 되셨어요\n",
            "환불이 승인되지 않았습니다",
            id="approved after all",
        ),
        pytest.param(
            "고객: 상품 발송이 안 됐어요\n상담사: 어제 상품 보내 드렸습니다\n",
            "상품이 발송되지 않았습니다",
            id="sent in another word",
        ),
        pytest.param(
            "고객: 주문 반영이 안 되면 어떡해요\n상담사: 반영이 다 됐습니다\n",
            "주문이 반영되지 않았습니다",
            id="only a condition",
        ),
        pytest.param(
            GYM, "등록 한 달이 지나 양도는 불가하다고 안내하지 않았습니다.", id="not told"
        ),
        pytest.param(GYM, "양도는 어렵다는 안내를 받지 못했습니다.", id="was not told"),
        pytest.param(GYM, "트레이너가 내일 오전에 전화하지 않기로 했습니다.", id="not to come"),
        pytest.param(GYM, "트레이너가 내일 오전에 연락하지 않을 예정입니다.", id="in another word"),
        pytest.param(GYM, "휴회는 하지 않고 락커는 그대로 쓰지 않기로 했습니다.", id="not kept"),
        pytest.param(SOFA, "소파는 다시 보내기로 했습니다.", id="decided against"),
    ],
)
def test_a_denial_of_the_call_itself_is_flagged(call, result):
    assert "polarity" in flags_of(call, result)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(GYM, "등록 한 달이 지나 양도는 불가하다고 안내했습니다.", id="told"),
        pytest.param(GYM, "휴회는 걸지 않기로 했습니다.", id="turned down"),
        pytest.param(FILM, "해지가 완료되지 않았고 반액을 환불하기로 함.", id="not finished"),
        pytest.param(FILM, "해지 완료가 안 됐다고 안내함", id="told as not finished"),
        pytest.param(
            "고객: 쿠폰 적용을 했는데요\n상담사: 쿠폰 적용이 안 된 걸로 나오세요\n",
            "쿠폰이 적용되지 않았습니다",
            id="not applied after all",
        ),
        pytest.param(BOWL, "파손 건 이의신청은 하지 않기로 함.", id="left without a topic"),
        pytest.param(GYM, "트레이너가 내일 오전에 다시 연락하기로 했습니다.", id="to come"),
        pytest.param(SOFA, "소파는 다시 보내지 않기로 했습니다.", id="decided"),
        pytest.param(
            "고객: 왜 미리 수수료가 나간다고 안내를 안 해 주셨어요 저는 못 들었어요\n"
            "상담사: 죄송합니다 수수료 천 원이 나갑니다\n고객: 네\n",
            "고객은 수수료가 나간다는 안내를 받지 못했습니다.",
            id="nobody told",
        ),
        pytest.param(
            "고객: 기사님 오기 전에 전화 주시나요\n상담사: 네 기사님이 전화드릴게요\n"
            "고객: 아니에요 전화는 안 하셔도 돼요 문 열려 있어요\n상담사: 네 알겠습니다\n",
            "기사가 방문 전에 전화하지 않기로 했습니다.",
            id="waived after the offer",
        ),
        pytest.param(
            "고객: 갇혔어요\n상담원: 어지러우시면 구급차도 같이 부를게요\n"
            "고객: 괜찮아요 안 불러도 돼요\n상담원: 네\n",
            "구급차는 부르지 않기로 했습니다.",
            id="a verb with another stem",
        ),
        pytest.param(
            "고객: 그럼 지금 카드로 결제하겠습니다\n상담사: 네 한도가 부족하다고 나오세요\n"
            "고객: 아 그래요 그럼 다음에 할게요\n상담사: 네 알겠습니다\n",
            "카드로 결제하지 않기로 했습니다.",
            id="left after it was promised",
        ),
        pytest.param(
            "고객: 옮기면 멤버십 할인도 유지되나요\n"
            "상담사: 아니요 할인은 유지가 안 되고 없어집니다\n고객: 네\n",
            "요금제를 옮기면 멤버십 할인은 그대로 유지되지 않습니다.",
            id="does not stay",
        ),
        pytest.param(
            "상담사: 인터넷만 백 메가로 내리시고 티비는 그대로 두시면 인터넷이 만 원 싸져요\n"
            "고객: 네 그렇게 할게요\n상담사: 오백에서 바뀌시는 거라 속도 보장은 안 되세요\n",
            "인터넷 속도는 그대로 유지되지 않습니다.",
            id="something else stays",
        ),
        pytest.param(
            "고객: 케이스는 안 보내셔도 돼요 아니다 그래도 같이 보내 주세요\n"
            "상담사: 네 케이스도 같이 보내 드릴게요\n고객: 네\n",
            "케이스도 함께 보내기로 했습니다.",
            id="decided for in the end",
        ),
    ],
)
def test_a_true_result_of_the_kind_is_not_flagged(call, result):
    assert not {"polarity", "conditional"} & set(flags_of(call, result))


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        pytest.param("whole-tuned", 0.8, id="whole"),
        pytest.param("whole-kept", 0.65, id="whole, kept"),
        pytest.param("long-tuned", 0.85, id="long"),
        pytest.param("long-kept", 0.7, id="long, kept"),
        pytest.param("free-tuned", 0.55, id="free"),
        pytest.param("free-kept", 0.45, id="free, kept"),
    ],
)
def test_results_with_their_last_verb_denied_are_seen(name, seen):
    count = made = 0
    for one in load_whole(name):
        scorer = Scorer(read(one.call))
        for good in (one.good, *one.others):
            denied = negated(good)
            if denied is not None:
                made += 1
                count += bool(set(scorer.score(denied).caps) - set(scorer.score(good).caps))
    print(f"\n{name}: {count} of {made} seen")
    assert count >= seen * made
