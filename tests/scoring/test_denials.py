"""Kinds of evidence for and against what a line denies or grants, one small call each."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

GREETINGS = (
    "고객: 도시락 배달을 좀 받고 싶은데요\n상담사: 대기가 있어서 명단에 올려 드렸고요\n"
    "고객: 그동안 전화라도 해 주세요\n"
    "상담사: 안부 전화는 이번 주부터 화 목으로 드릴게요\n고객: 네\n"
)
PARKING = (
    "고객: 희망 구역을 학교 앞 말고 시장 쪽으로 바꿔 둘 수 있어요\n"
    "상담사: 네 희망 구역은 시장 쪽으로 고쳐 드렸어요 순번은 안 바뀌세요\n고객: 네 감사합니다\n"
)
HELD = (
    "고객: 노트북을 샀는데 화면에 줄이 가요\n"
    "상담사: 안전결제로 하신 거라 돈은 아직 저희가 갖고 있어요 정산을 묶어 놓을게요\n"
    "고객: 그럼 반품은요\n상담사: 판매자한테 반품 요청을 넣었습니다\n고객: 네\n"
)
SALE = (
    "고객: 주식을 지금 전화로 팔아 주실 수 있어요\n"
    "상담사: 네 전화 주문도 되는데 수수료가 더 비싸세요\n"
    "고객: 아 그럼 됐어요 제가 앱으로 할게요\n상담사: 네\n"
)
POSTAGE = (
    "고객: 작아서 그러는데 택배비를 왜 제가 내요\n"
    "상담사: 사이즈는 고객님 사정이라서요 그건 저희가 부담을 못 하세요\n고객: 알았어요\n"
)
MEMBERSHIP = (
    "고객: 피티는 동생한테 넘겼고 제 회원권 남은 것도 환불되죠\n"
    "상담사: 회원권은 이벤트로 하신 거라 환불이 없어요\n고객: 그럼 그냥 다닐게요\n"
)
FEE = (
    "상담사: 일만 오천 원이 청구되셨는데요\n"
    "고객: 연회비 말이죠 작년에는 안 냈는데\n상담사: 작년은 첫해 행사라서요\n"
    "고객: 올해는 왜요\n상담사: 올해부터는 저희 쪽에서 빼 드리기는 조금 어려우세요\n고객: 네\n"
)
PENSION = (
    "고객: 연금을 신청할게요\n상담사: 네 접수됐고요 다음 달부터 들어가세요\n"
    "고객: 지난 석 달 거는 못 받는 거여\n상담사: 아니요 그건 소급돼서 첫 달에 같이 나가세요\n"
    "고객: 아 그려\n"
)
EGGS = (
    "고객: 계란이 다 깨졌어요\n상담사: 새로 보내 드릴까요 돈으로 드릴까요\n고객: 돈으로 주세요\n"
    "상담사: 네 만 육천 원 카드 취소로 나갔고요 깨진 건 버리시면 되세요\n고객: 네\n"
)
CLASSES = (
    "고객: 피티 그만둘게요\n상담사: 트레이너가 바뀌신 거라 위약금 없이 환불되세요\n"
    "고객: 그럼 그렇게 할게요\n상담사: 네 이십만 원 환불해 드렸습니다\n"
)
DEPOSIT = (
    "고객: 청소를 화요일로 미룰게요\n상담사: 화요일 여덟 시로 변경했습니다\n"
    "고객: 예약금은요\n상담사: 예약금 육만 원도 그대로 넘어갔고요\n고객: 네\n"
)
GAS = (
    "고객: 이사 가는데 가스 끊어 주러 오세요\n상담사: 이사 날짜가 언제세요\n"
    "고객: 이십구일이요 아침 일찍 와 주셨으면 좋겠는데\n"
    "상담사: 아침 아홉 시부터 열 시 사이로 넣어 드렸고요\n고객: 고맙습니다\n"
)
VET = (
    "고객: 콩이 수술을 목요일에서 좀 미룰 수 있을까요\n상담사: 네 언제가 좋으세요\n"
    "고객: 다음 주 화요일이요\n상담사: 수술은 다음 주 화요일로 바꿔 드렸습니다\n고객: 네\n"
)
CARDS = (
    "고객: 지갑을 잃어버려서요 카드 정지요\n상담사: 카드가 두 장 있으신데 다 정지할까요\n"
    "고객: 체크카드는 집에 있어요 놔두세요\n상담사: 신용카드만 분실로 정지해 드렸습니다\n고객: 네\n"
)
JAB = (
    "고객: 예방 주사 토요일 세 시에 가고 미용도 그날 해 주세요\n"
    "상담사: 주사 맞은 날은 미용을 안 시키는 게 좋아요\n"
    "고객: 아 그럼 미용은 그다음 주에 전화할게요\n"
    "상담사: 네 주사만 토요일 세 시로 적었어요\n고객: 네\n"
)
QUARTER = (
    "고객: 거주자 주차 순번이 어떻게 되나요\n상담사: 지금 삼 번이시고 이번 분기 배정은 끝났어요\n"
    "고객: 그럼 이번엔 못 받는 거죠\n상담사: 네 칠월에 다시 돌아가세요\n고객: 네\n"
)
NICKNAME = (
    "고객: 아이템이 사라졌어요\n상담사: 복구해서 우편함에 넣어 드렸어요\n"
    "고객: 아 그리고 닉네임 좀 공짜로 바꿔 주시면\n"
    "상담사: 닉네임은 변경권을 쓰셔야 되세요 저희가 바꿔 드리진 않고요\n"
    "고객: 그럼 그냥 살게요 이대로\n"
)
BONUS = (
    "고객: 점검 끝나고 아이템이 사라졌어요\n"
    "상담사: 점검 때 날아간 게 맞네요 복구해서 우편함에 넣어 드렸어요\n"
    "고객: 점검 보상도 따로 주시죠\n상담사: 개인한테 따로는 안 드려요\n고객: 네\n"
)
HOSPITAL = (
    "고객: 카드값에서 병원비 구십만 원만 여섯 달로 나눌게요\n"
    "상담사: 네 육 개월로 돌려놨고요 이자는 연 십이 프로세요\n"
    "고객: 리볼빙인가 그건 뭐예요\n상담사: 최소 금액만 내고 넘기는 건데 이자가 더 비싸세요\n"
    "고객: 그럼 그건 안 할래요\n"
)
BED = (
    "고객: 매트리스가 딱딱해요\n상담사: 한 번은 바꿔 드려요\n"
    "고객: 그럼 해 주세요 베개도 바꿔 줘요\n"
    "상담사: 베개는 사은품이라 교환 품목이 아니세요\n고객: 네 그럼 매트리스 바꿔 주세요\n"
    "상담사: 네 다음 주 화요일에 교환해 드리겠습니다\n"
)
RENT = (
    "상담사: 세무과입니다\n고객: 연말정산 서류에 월세가 안 떠요\n"
    "상담사: 월세는 따로 신고를 하셔야 뜨세요 계약서를 올리시면 되고요\n고객: 지금 올렸거든요\n"
    "상담사: 네 보이네요 확인했고 승인해 드렸어요 이틀 뒤부터 조회되세요\n고객: 네\n"
)
SPAM = (
    "고객: 문자가 자꾸 광고가 와요\n"
    "상담사: 보내는 데서 막으셔야 하는데 저희 스팸 차단 걸어 드리면 좀 줄어요\n"
    "고객: 네 그것도 해 주세요\n상담사: 네 걸었습니다\n"
)

SCAN = (
    "고객: 검사 예약이요\n상담사: 월요일은 장비 점검이라 안 되고 화요일은 됩니다\n"
    "고객: 화요일로 해 주세요\n상담사: 네 화요일 아홉 시예요\n"
)
ADVERTS = (
    "고객: 문자가 와요\n상담사: 광고 수신을 거부로 바꿔 드릴게요\n고객: 네\n상담사: 처리됐습니다\n"
)
REFUSED = "고객: 입학 신청이요\n상담사: 서류가 달라서 접수가 거부됐어요\n고객: 네\n"
PICKED = "고객: 체험단 당첨됐나요\n상담사: 아쉽게도 이번엔 안 되셨어요\n고객: 네\n"
TERM = "고객: 등록금 분할 납부요\n상담사: 기간이 지나서 이번 학기는 안 돼요\n고객: 네\n"


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(GREETINGS, "안부 전화는 하지 않기로 했습니다.", id="안부 is a noun"),
        pytest.param(MEMBERSHIP, "회원권을 환불해 주기로 했습니다.", id="there is no refund"),
        pytest.param(
            FEE, "연회비를 면제해 주기로 했습니다.", id="refused far from its noun, never granted"
        ),
        pytest.param(
            PENSION, "지난 석 달 치는 소급되지 않는다고 안내했습니다.", id="a fear that is denied"
        ),
        pytest.param(
            EGGS, "계란 값 16,000원은 환불하지 않았습니다.", id="a payment's cancelling gives back"
        ),
        pytest.param(CLASSES, "환불이 거절됐습니다.", id="without a fee"),
        pytest.param(DEPOSIT, "예약금 60,000원은 넘기지 못했습니다.", id="goes on as it is"),
        pytest.param(
            GAS, "방문은 예약되지 않았습니다.", id="few words said, and nobody denies anything"
        ),
        pytest.param(
            VET, "수술은 그대로 목요일에 하기로 했습니다.", id="kept, where it was changed"
        ),
        pytest.param(CARDS, "카드 두 장을 모두 정지했습니다.", id="only one of all"),
        pytest.param(BED, "베개까지 교환해 주기로 했습니다.", id="the second of two is refused"),
        pytest.param(JAB, "미용도 토요일에 함께 하기로 했습니다.", id="only one of two"),
        pytest.param(SCAN, "검사는 월요일로 예약됐습니다.", id="refused for that day"),
        pytest.param(REFUSED, "입학 신청이 접수됐습니다.", id="refused, and no 수신 거부"),
    ],
)
def test_what_the_call_does_not_bear_out_is_flagged(call, result):
    assert "polarity" in flags_of(call, result)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(
            GREETINGS, "안부 전화는 이번 주부터 화요일과 목요일에 하기로 했습니다.", id="안부"
        ),
        pytest.param(
            PARKING, "희망 구역을 시장 쪽으로 바꿨습니다.", id="another topic's denial says nothing"
        ),
        pytest.param(
            PARKING, "순번은 바뀌지 않는다고 안내했습니다.", id="of its own topic it does"
        ),
        pytest.param(HELD, "판매 대금의 정산을 보류했습니다.", id="called off in another word"),
        pytest.param(NICKNAME, "닉네임은 바꾸지 않기로 했습니다.", id="드리진 않고요"),
        pytest.param(
            BONUS, "점검 보상은 개별로 주지 않는다고 안내했습니다.", id="refused in the answer"
        ),
        pytest.param(
            HOSPITAL,
            "병원비 90만 원을 6개월 분할 납부로 바꿨고, 리볼빙은 신청하지 않았습니다.",
            id="바꿨고 ends a part",
        ),
        pytest.param(
            BED, "매트리스도 다음 주 화요일에 교환하기로 했습니다.", id="the first is not"
        ),
        pytest.param(SPAM, "스팸 차단 서비스를 적용했습니다.", id="offered, asked for and done"),
        pytest.param(RENT, "올해 월세 신고가 승인됐습니다.", id="a condition that was met"),
        pytest.param(
            SALE, "전화 주문은 수수료 때문에 하지 않기로 했습니다.", id="a reason is no predicate"
        ),
        pytest.param(
            POSTAGE, "택배비는 고객이 부담합니다.", id="what one does not bear the other does"
        ),
        pytest.param(MEMBERSHIP, "회원권은 환불되지 않아 계속 다니기로 했습니다.", id="no refund"),
        pytest.param(QUARTER, "이번 분기에는 배정받지 못했습니다.", id="over is not done"),
        pytest.param(
            PENSION, "지난 석 달 치도 첫 달에 지급한다고 안내했습니다.", id="a fear denied"
        ),
        pytest.param(CLASSES, "위약금은 없다고 안내했습니다.", id="no fee"),
        pytest.param(VET, "수술을 다음 주 화요일로 변경했습니다.", id="changed"),
        pytest.param(CARDS, "체크카드는 그대로 쓰기로 했습니다.", id="kept"),
        pytest.param(CARDS, "신용카드만 정지했습니다.", id="only one"),
        pytest.param(JAB, "미용은 그다음 주에 고객이 전화하기로 했습니다.", id="the other, later"),
        pytest.param(
            SCAN, "월요일은 장비 점검이라 화요일 9시로 예약했습니다.", id="a day that is a reason"
        ),
        pytest.param(ADVERTS, "수신 거부가 완료됐습니다.", id="수신을 거부로"),
        pytest.param(ADVERTS, "광고 수신 거부를 처리했습니다.", id="수신 거부"),
        pytest.param(PICKED, "체험단에 선정되지 않았다고 안내했습니다.", id="아쉽게도 is no topic"),
        pytest.param(TERM, "등록금 분할 납부는 승인되지 않았습니다.", id="이번 학기는 says when"),
    ],
)
def test_what_it_bears_out_is_not(call, result):
    assert not {"polarity", "conditional"} & set(flags_of(call, result))
