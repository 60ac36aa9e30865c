"""What of a call may be quoted as told by the agent: what still stands at its end."""

import pytest

from edgebox.consultation.told import told
from edgebox.reading.call import read


def of(call):
    return list(told(read(call).said))


@pytest.mark.parametrize(
    ("offer", "answer"),
    [
        ("매달 만 원씩 여섯 달 할인해 드릴 수 있습니다", "아니요 그냥 해지할게요"),
        ("삼 개월 무료로 해 드리겠습니다", "됐어요 해지해 주세요"),
        ("렌탈료 오천 원 할인해 드리겠습니다 어떠세요", "글쎄요"),
        ("기사님이 십이월 이일 오전에 갈 수 있어요", "오전은 안 돼요"),
        ("스케일링은 십이월 칠일 오후 세 시 가능하세요", "네 아 그날 약속 있네 팔일은요"),
        ("방문은 십이월 칠일 오후 두 시 가능합니다", "십이월 구일로 해 주세요"),
        ("소파는 십이월 오일 오전 열 시 도착으로 되어 있으세요", "그날은 집에 없어서 못 받아요"),
        ("환불 대신 포인트 이만 점 드릴게요", "포인트는 필요 없고 환불해 주세요"),
        ("분할은 월 이십만 원씩 열두 번 정도 될 것 같습니다", "이십만 원도 부담돼요"),
        ("제일 빠른 게 구월 이십이일 오전 아홉 시 이십 분이세요", "월요일은 좀… 금요일은요?"),
        ("방문은 십이월 구일 오후에 가능하십니다", "내일은요"),
        ("사이즈 이십칠 호는 이만 원에 교환 가능하세요", "그건 너무 비싸요"),
    ],
)
def test_what_was_offered_and_declined_is_not_told(offer, answer):
    call = f"상담사: {offer}\n고객: {answer}\n상담사: 네 알겠습니다\n"
    assert of(call) == []
    offer = offer.removesuffix(" 어떠세요")
    assert of(f"상담사: {offer}\n고객: 네 좋아요 그렇게 해 주세요\n") == [offer]


def test_an_offer_in_english_that_was_declined_is_not_told():
    call = "Agent: I can refund 35 dollars as a courtesy.\nCustomer: No, I want both.\n"
    assert of(call) == []


@pytest.mark.parametrize(
    ("before", "change"),
    [
        (
            "주문하신 소파는 십이월 오일 오전 열 시에 배송됩니다",
            "십이월 십이일 오후 두 시로 변경해 드렸습니다",
        ),
        ("지금 요금제는 팔만 구천 원이세요", "요금제는 오만 오천 원짜리로 바꿔 드렸습니다"),
        ("진료는 금요일 세 시로 잡혀 있으세요", "진료 예약 취소해 드렸습니다"),
        ("설치 기사님은 십이월 삼일에 방문합니다", "네 그날로 옮겨 드렸습니다"),
        ("환불은 십일월 이십팔일에 승인됐습니다", "조회해 보니 취소 요청이 누락됐네요"),
        ("그레이로 변경했고 이천 원 추가 결제됐습니다", "원래 네이비로 되돌려 놓았습니다"),
        ("방문은 십이월 삼일로 변경했습니다", "다시 십이월 오일로 변경해 드렸습니다"),
        ("백구십만 원은 십이월 일일에 환불되세요", "아 죄송합니다 다시 보니까 십이월 이일이네요"),
        ("수수료는 이만 원이세요", "제가 아까 잘못 안내드렸네요 수수료는 없으세요"),
    ],
)
def test_what_held_before_a_change_is_not_told(before, change):
    call = (
        f"고객: 문의요\n상담사: {before}\n고객: 네\n상담사: 잠시만요\n고객: 네\n상담사: {change}\n"
    )
    assert before not in of(call)
    assert before in of(f"고객: 문의요\n상담사: {before}\n고객: 네\n")


@pytest.mark.parametrize(
    "said",
    [
        "본인 확인 좀 할게요 생일이 칠월 삼일이시고요",
        "1234-5678-9012-3456 카드로 십일월 삼일 오만 원 결제하신 거 있으시네요",
        "환급 받으실 데는 국민은행 123-45-678901이세요",
        "공일공 일이삼사 오육칠팔로 십이월 삼일에 연락드립니다",
        "휴대폰 끝번호가 사오육칠로 나오시고요",
        "월 소득이 삼백만 원으로 등록되어 있으시네요",
        "김*수 고객님 카드로 십일월 삼십일에 오만 원 결제되셨네요",
        "어제 주차장에서 긁으셨고 수리비가 사십만 원 나왔다고요",
        "어제 오만 원이 두 번 나갔다는 말씀이시죠",
        "어제 두 번 결제하신 거군요",
    ],
)
def test_who_the_customer_is_and_what_they_said_is_not_told(said):
    assert of(f"고객: 문의요\n상담사: {said}\n고객: 네\n") == []


def test_whether_there_is_anything_else_is_no_offer():
    call = "상담사: 십이월 삼일 도착 예정입니다 더 궁금하신 점 있으세요\n고객: 아니요 없어요\n"
    assert of(call) == ["십이월 삼일 도착 예정입니다"]


def test_without_speakers_only_what_sounds_like_an_agent_is_told():
    call = (
        "택배가 안 와서요 어제 온다고 했는데\n지금 터미널에 있고 십이월 삼일에 도착하십니다\n"
        "지난번에는 오만 원짜리가 깨져서 왔어요\n네 그러셨군요\n"
        "십일월 삼일에 오만 원 결제했습니다\n"
        "네 그러셨군요\n"
    )
    assert of(call) == ["지금 터미널에 있고 십이월 삼일에 도착하십니다"]


def test_who_the_agent_is_is_not_told_in_english_either():
    call = (
        "Agent: Good morning, CityBank cards, this is Ann.\nCustomer: I lost my card.\n"
        "Agent: A replacement card costs 15 dollars.\n"
    )
    assert of(call) == ["A replacement card costs 15 dollars."]


def test_what_was_done_with_a_figure_is_told_in_two_words():
    call = "고객: 환불이요\n상담사: 네 35,000원 환불 접수했습니다\n"
    assert of(call) == ["35,000원 환불 접수했습니다"]
