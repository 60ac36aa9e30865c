"""The fallback in calls without labels, in dialect, and where an answer needs its question."""

from __future__ import annotations

import pytest

from edgebox.consultation.fallback import extractive_summary


@pytest.mark.parametrize(
    ("transcript", "summary"),
    [
        pytest.param(
            "네 고객센터입니다 음식이 다 식어서 왔어요 사진을 앱으로 올려 주시면 됩니다 "
            "사진은 아까 올렸어요 네 전액 환불로 처리해 드리겠습니다 네",
            "음식이 다 식어서 왔어요. 사진은 아까 올렸어요 전액 환불로 처리해 드리겠습니다.",
            id="what the caller did is no settlement",
        ),
        pytest.param(
            "네 가람보험입니다 보험금 청구한 거 언제 나와요 "
            "진단서 보내 주시면 삼일 안에 지급됩니다 네 내일 보낼게요",
            "보험금 청구한 거 언제 나와요. 진단서 보내 주시면 삼일 안에 지급됩니다 내일 보낼게요.",
            id="a promise of the caller with what it answers",
        ),
        pytest.param(
            "네 한울텔레콤입니다\n저 인터넷 해지하려고 전화드렸는데요\n"
            "네 고객님 인터넷 해지 문의시군요\n네\n네 해지 접수해 드렸습니다",
            "인터넷 해지하려고 전화드렸는데요. 해지 접수해 드렸습니다.",
            id="the agent's echo is not the caller's",
        ),
        pytest.param(
            "상담사: 네 시청입니다\n고객: 여보이소 거기 시청 맞십니꺼\n상담사: 네 맞습니다\n"
            "고객: 우리 집 앞에 가로등이 나갔다 아입니꺼\n상담사: 네 고장이시죠\n"
            "고객: 오늘 올 수 있능교\n"
            "상담사: 오늘은 어렵고요 부서에 전달하면 보통 삼일 이내에 처리됩니다",
            "우리 집 앞에 가로등이 나갔다 아입니꺼. "
            "오늘은 어렵고요 부서에 전달하면 보통 삼일 이내에 처리됩니다.",
            id="dialect, and a short no that goes on",
        ),
        pytest.param(
            "상담사: 하나렌탈입니다\n고객: 필터 언제 갈아요\n상담사: 다음 달 셋째 주예요\n"
            "고객: 더 일찍은 안 돼요\n상담사: 네 일정이 정해져 있어서 어렵습니다\n고객: 네",
            "필터 언제 갈아요. 더 일찍은 안 돼요 일정이 정해져 있어서 어렵습니다.",
            id="a refusal with what it refuses",
        ),
        pytest.param(
            "고객: 전화가 자꾸 끊겨요 핸드폰 고장인가 봐요",
            "전화가 자꾸 끊겨요 핸드폰 고장인가 봐요.",
            id="nothing twice",
        ),
        pytest.param(
            "상담사: 댁에 지금 계신가요\n고객: 아뇨 문 앞에 두고 가세요\n상담사: 네\n고객: 네",
            "아뇨 문 앞에 두고 가세요.",
            id="a polite question is no settlement",
        ),
        pytest.param(
            "네 다올은행입니다\n저 통장을 잃어버렸는데요\n네 고객님 분실 신고해 드리겠습니다\n네",
            "통장을 잃어버렸는데요 네 고객님 분실 신고해 드리겠습니다.",
            id="a promise is no echo",
        ),
        pytest.param(
            "고객: 해외에서 카드가 안 긁혀요\n상담사: 차단이 걸려 있는데 풀어 드릴까요\n"
            "고객: 네 풀어 주세요\n상담사: 네 해제했습니다",
            "해외에서 카드가 안 긁혀요. 해제했습니다.",
            id="a yes to an offer is no request",
        ),
        pytest.param(
            "상담사: 김치영 고객님이시죠\n고객: 네\n상담사: 커튼이 이 주 정도 늦어질 것 같아요\n"
            "고객: 아 그럼 집들이 전에 안 오겠네요\n상담사: 베이지는 십팔일에 됩니다\n"
            "고객: 그럼 베이지로 할게요\n상담사: 네 베이지로 바꿔서 십팔일에 설치하겠습니다",
            "커튼이 이 주 정도 늦어질 것 같아요 그럼 집들이 전에 안 오겠네요. "
            "베이지로 바꿔서 십팔일에 설치하겠습니다.",
            id="a reaction with what it follows from",
        ),
        pytest.param(
            "고객: 빈소가 남아 있나요\n상담사: 중간 크기로 하나 있습니다\n"
            "고객: 그럼 잡아 주세요 한 시간 안에 갈게요\n상담사: 네 삼호실로 잡아 두겠습니다",
            "빈소가 남아 있나요. 삼호실로 잡아 두겠습니다.",
            id="within an hour is no no",
        ),
        pytest.param("상담사: 네 여보세요\n고객: 불이야", "불이야.", id="one word, no greeting"),
    ],
)
def test_speech_is_told_with_what_it_answers(transcript, summary):
    assert extractive_summary(transcript) == summary


@pytest.mark.parametrize(
    ("call", "summary"),
    [
        pytest.param(
            "고객: 카드 한도 임시로 올려 주세요\n"
            "상담사: 심사 결과 삼백만 원까지 승인됐습니다 바로 적용해 드릴까요\n"
            "고객: 아니요 생각해 보고 다시 전화할게요\n상담사: 네 그러세요",
            "카드 한도 임시로 올려 주세요. 생각해 보고 다시 전화할게요.",
            id="an offer that was put off",
        ),
        pytest.param(
            "고객: 실손 청구 거절됐다는데 왜요\n"
            "상담사: 소견서 내 주시면 재심사 요청 올려 드릴게요\n고객: 네 보내겠습니다",
            "실손 청구 거절됐다는데 왜요. 소견서 내 주시면 재심사 요청 올려 드릴게요.",
            id="a promise whose condition was taken up",
        ),
        pytest.param(
            "상담사: 렌탈료 미납 건으로 전화드렸습니다\n고객: 아 깜빡했네요\n"
            "상담사: 언제 납부 가능하실까요\n고객: 내일 오전에 입금할게요\n상담사: 네 감사합니다",
            "렌탈료 미납 건으로 전화드렸습니다. 내일 오전에 입금할게요.",
            id="what the customer promised who was called",
        ),
        pytest.param(
            "고객: 강의 환불이요\n"
            "상담사: 절반만 되시는데 해 드릴까요\n고객: 그거라도 해 주세요\n"
            "상담사: 네 환불 접수했고 사흘 뒤에 들어갑니다",
            "강의 환불이요. 환불 접수했고 사흘 뒤에 들어갑니다.",
            id="a wish without its verb",
        ),
        pytest.param(
            "고객: 보험금 청구 서류가 뭐예요\n상담사: 진단서하고 영수증이요\n"
            "고객: 네 오늘 팩스로 보낼게요\n상담사: 네 받는 대로 접수해 드리겠습니다",
            "보험금 청구 서류가 뭐예요. 받는 대로 접수해 드리겠습니다.",
            id="a question in the form of an introduction",
        ),
    ],
)
def test_how_a_call_ends_is_told_by_whoever_decides_it(call, summary):
    assert extractive_summary(call) == summary


@pytest.mark.parametrize("said", ["그럼 다음에 할게요", "나중에 신청할게요", "다음에 다시 올게요"])
def test_a_matter_that_the_customer_puts_off_is_settled_by_that(said):
    call = (
        "고객: 마일리지로 좌석 승급하려고 하는데요\n"
        "상담사: 이만 마일 필요하신데 만 오천 마일 있으시네요\n"
        f"고객: {said}\n상담사: 네 출발 하루 전까지만 신청하시면 되세요\n고객: 네\n"
    )
    assert said in extractive_summary(call)


@pytest.mark.parametrize(
    "plan",
    [
        "그럼 십오일까지 안 고쳐 주면 확인청구를 하면 되는 거네요",
        "아 그러면 신고하고 서류만 내면 되죠",
    ],
)
def test_who_gave_up_and_goes_on_has_not_given_up(plan):
    call = (
        "고객: 실업급여 신청하려는데 회사가 사유를 잘못 냈어요\n상담사: 정정 요청을 하시면 되세요\n"
        "고객: 무서워서 못 하겠다 그냥 안 할게요\n상담사: 아니에요 하셔도 되세요\n"
        f"고객: {plan}\n상담사: 네 센터로 구월 십오일까지 오시면 됩니다\n고객: 네 감사합니다\n"
    )
    assert "안 할게요" not in extractive_summary(call)


def test_what_holds_only_later_is_no_end_and_keeps_its_words():
    call = (
        "고객: 과태료 고지서 왔는데 감경 되나요\n"
        "상담사: 십이월 오일까지 내시면 삼만 이천 원이세요\n"
        "고객: 이미 지났으면요\n상담사: 그 뒤에는 사만 원에 가산금 삼 프로 붙습니다\n"
        "고객: 그럼 오늘 삼만 이천 원 낼게요\n상담사: 네 가상계좌 문자로 보내 드렸습니다\n"
    )
    assert extractive_summary(call).endswith("그럼 오늘 삼만 이천 원 낼게요.")


@pytest.mark.parametrize(
    "said", ["그 뒤로 연락이 없어요", "그 전에 환불해 주세요", "그 날로 바꿔 주세요"]
)
def test_a_word_that_points_is_no_filler(said):
    assert said in extractive_summary(f"상담사: 네 상담사입니다\n고객: {said}\n")


@pytest.mark.parametrize(
    ("said", "corrected"),
    [
        ("환불은 십이월 일일로 접수해 드렸습니다", "다시 보니까 환불일이 십이월 이일이네요"),
        ("환불은 삼만 원으로 접수했습니다", "제가 잘못 말씀드렸네요 환불은 이만 원이세요"),
        ("기사 방문은 오후 두 시로 예약했습니다", "아니 기사 방문은 오후 네 시네요"),
    ],
)
def test_an_end_that_the_agent_corrected_is_not_told(said, corrected):
    call = f"고객: 환불 언제 돼요\n상담사: {said}\n고객: 네\n상담사: {corrected}\n고객: 네\n"
    assert said not in extractive_summary(call)


PRESSED = """
도시락에서 머리카락 나왔어요 환불해 주세요 | 네 환불 접수했습니다 | 머리카락 · 환불 접수
택배 상자가 젖었어요 교환해 주세요 | 교환 접수했습니다 | 젖었어요 · 교환 접수
콜택시 부른 지 한 시간 됐어요 안 오면 취소할래요 | 지금 도착했다고 합니다 | 한 시간 · 도착
배달이 너무 늦어요 안 되면 그만둘게요 | 기사님이 출발했다고 합니다 | 늦어요 · 출발했다고
인터넷이 자꾸 끊겨요 | 내일 기사 방문 예약해 드릴게요 오전 열 시요 | 끊겨요 · 오전 열 시요
보일러가 안 켜져요 | 기사님 배정했습니다 모레 두 시까지요 | 안 켜져요 · 모레 두 시까지요
리터치 시술 무료죠 | 오만 원 받습니다 | 리터치 · 오만 원
왕복 배송비 포함이죠 | 편도만 포함됩니다 | 왕복 · 편도만
"""


@pytest.mark.parametrize("row", PRESSED.strip().split("\n"))
def test_a_complaint_its_figures_and_an_answer_to_a_threat_are_told(row):
    asked, answered, told = row.split(" | ")
    summary = extractive_summary(f"고객: {asked}\n상담사: {answered}\n고객: 네 알겠습니다\n")
    assert [one for one in told.split(" · ") if one not in summary] == [], summary


THANKS = "구독과 좋아요 부탁드립니다 · 시청해 주셔서 감사합니다 · MBC 뉴스 이덕영입니다"


@pytest.mark.parametrize("invented", THANKS.split(" · "))
@pytest.mark.parametrize("condition", ["미사용이면 환불됩니다", "확인되시면 배상해 드립니다"])
def test_neither_a_condition_nor_an_invented_line_is_how_it_ended(invented, condition):
    call = (
        f"고객: 시발 코트에 얼룩이 생겼어요\n상담사: {condition}\n고객: 언제 알 수 있어요\n"
        f"상담사: 금요일까지 연락드리겠습니다\n고객: 네\n{invented}"
    )
    summary = extractive_summary(call)
    assert "얼룩이 생겼어요" in summary
    assert "금요일까지 연락드리겠습니다" in summary
    assert invented not in summary
    assert condition not in summary
    assert "시발" not in summary


WHOLE = """
고객: 주문 취소요
상담사: 네 주문번호 확인 부탁드려요
고객: 이공이오 공구일삼이요
상담사: 이미 출고돼서 취소는 어렵고 수령 거부해 주시면 반송 후 환불됩니다
고객: 배송비는요
상담사: 왕복 배송비 육천 원 차감됩니다
= 주문 취소요. 이미 출고돼서 취소는 어렵고 수령 거부해 주시면 반송 후 환불됩니다.

네 한빛저축은행 대출 상담입니다
저 신용대출 금리가 팔 점 사 프로인데 낮출 수 없나요
금리 인하 요구권 신청하시면 심사해서 결과 알려 드려요
그거 신청해 주세요
네 신청 접수했고 열흘 안에 문자로 결과 나갑니다
결과 안 좋으면 어떻게 돼요
그대로 유지됩니다 불이익은 없으세요
= 신용대출 금리가 팔 점 사 프로인데 낮출 수 없나요. 신청 접수했고 열흘 안에 문자로 결과 나갑니다.

네 한빛은행입니다 무엇을 도와드릴까요
저 인터넷뱅킹 이체 한도를 오천만 원으로 올리고 싶은데요
네 지금 일 일 한도가 천만 원이신데요 전화로는 증액이 안 되십니다
그럼 어떻게 해야 되는데요
신분증 가지고 가까운 영업점 방문하셔야 돼요
= 인터넷뱅킹 이체 한도를 오천만 원으로 올리고 싶은데요. 전화로는 증액이 안 되십니다.

상담사: 한빛내과입니다
고객: 내일 두 시 예약한 김영희인데요 모레로 바꿀 수 있을까요
상담사: 네 모레 오전 열 시 삼십 분으로 바꿔 드렸고 금식하고 오세요
= 내일 두 시 예약한 김영희인데요 모레로 바꿀 수 있을까요.
= 모레 오전 열 시 삼십 분으로 바꿔 드렸고 금식하고 오세요.

민원인: 인감증명서를 아들이 대신 뗄 수 있나요
주무관: 네 위임장하고 신분증 있으면 가능합니다
민원인: 수수료는요
주무관: 한 통에 육백 원입니다
= 인감증명서를 아들이 대신 뗄 수 있나요. 수수료는요 한 통에 육백 원입니다.

고객: 업데이트하고 나서 로그인이 안 돼요
상담사: 원격으로 설치해 드릴까요
고객: 네 해 주세요
상담사: 네 설치 마쳤고요 로그인 되시는지 확인 부탁드려요
고객: 오 되네요
= 업데이트하고 나서 로그인이 안 돼요. 설치 마쳤고요 로그인 되시는지 확인 부탁드려요.

고객: 수고 많으십니다 다름이 아니고요 전에 살던 사람이 수도 요금을 안 냈더라고요
상담사: 네 그분께 청구하도록 변경해 드렸습니다
= 전에 살던 사람이 수도 요금을 안 냈더라고요. 그분께 청구하도록 변경해 드렸습니다.

고객: PT 스무 번 끊었는데 그만두려고요
상담사: 네 해지 접수했습니다 사십사만 원은 칠 일 안에 입금됩니다
= PT 스무 번 끊었는데 그만두려고요. 해지 접수했습니다 사십사만 원은 칠 일 안에 입금됩니다.

상담사: 한빛카드입니다
고객: 한도를 삼백으로 올려 주시고 연회비도 좀 빼 주세요
상담사: 한도는 삼백만 원으로 올려 드렸고요
고객: 네
상담사: 연회비 만 오천 원은 면제가 안 되십니다
= 한도를 삼백으로 올려 주시고 연회비도 좀 빼 주세요. 한도는 삼백만 원으로 올려 드렸고요.
= 연회비 만 오천 원은 면제가 안 되십니다.

고객: 암보험 납입 중지하려고요
상담사: 네 다음 달부터 십이 개월 납입 중지 처리했습니다
고객: 보장은요
상담사: 보장은 그대로 유지되세요
= 암보험 납입 중지하려고요. 다음 달부터 십이 개월 납입 중지 처리했습니다.

상담사: 결합 상품으로 바꾸시면 월 만 이천 원 할인되는데 해 드릴까요
고객: 저는 요금 내역 메일로 달라고 전화한 건데요
상담사: 아 네 내역은 지금 메일로 보내 드렸습니다
고객: 결합은 됐어요
= 저는 요금 내역 메일로 달라고 전화한 건데요. 내역은 지금 메일로 보내 드렸습니다.

고객: 도로 주행 시험 날짜 미루려고요
상담사: 지금은 하루 전이라 응시료가 안 돌아옵니다
고객: 그냥 볼게요 그럼
상담사: 네 내일 열 시까지 오세요
= 도로 주행 시험 날짜 미루려고요. 그냥 볼게요.

고객: 비데 렌탈료가 이번 달에 두 번 빠졌어요
상담사: 네 시스템 오류로 이중 출금됐네요 한 건은 내일까지 환불해 드리겠습니다
= 비데 렌탈료가 이번 달에 두 번 빠졌어요.
= 시스템 오류로 이중 출금됐네요 한 건은 내일까지 환불해 드리겠습니다.

고객: 아까도 말했는데 또 말해야 돼요 카드값이 두 번 나갔다고요
상담사: 네 가맹점에 취소 요청해 드렸습니다
= 카드값이 두 번 나갔다고요. 가맹점에 취소 요청해 드렸습니다.

고객: 안녕하세요.주문한 운동화 사이즈를 바꾸고 싶은데요.
상담사: 네 확인했습니다.265로 변경해 드렸습니다.오늘 출고됩니다.
= 주문한 운동화 사이즈를 바꾸고 싶은데요. 265로 변경해 드렸습니다.

네 한빛홈쇼핑입니다
주문한 이불이 색이 다르게 왔어요
베이지 시켰는데 회색이 왔어요
그럼 목요일에 보내 주세요
네 목요일에 교환 출고하고 회색은 그때 회수하겠습니다
= 주문한 이불이 색이 다르게 왔어요. 목요일에 교환 출고하고 회색은 그때 회수하겠습니다.

문의드립니다. 어제 산 노트북 화면에 줄이 가 있어요. 네, 고객님. 사진 보내 주시겠어요?
보냈습니다. 초기 불량이라 새 제품으로 교환해 드립니다. 언제 오나요? 16일(화) 오후에 도착합니다.
= 어제 산 노트북 화면에 줄이 가 있어요. 16일(화) 오후에 도착합니다.

민원인: 소상공인 지원금 신청했는데 왜 탈락이에요
주무관: 작년 매출 기준이 삼억 이하라서 대상이 아니십니다
민원인: 이의 신청은요
주무관: 구월 말까지 서면으로 하실 수 있습니다
= 소상공인 지원금 신청했는데 왜 탈락이에요. 작년 매출 기준이 삼억 이하라서 대상이 아니십니다.

고객: 씨발 진짜 니네 왜 전화를 안 받아
상담사: 죄송합니다 고객님 어떤 일이세요
고객: 좆같은 에어컨이 또 고장 났다고
상담사: 네 내일 오후 한 시로 재방문 잡아 드렸습니다
고객: 또 고장 나면 환불해 줘
상담사: 세 번 이상 같은 고장이면 환불됩니다
= 에어컨이 또 고장 났다고. 내일 오후 한 시로 재방문 잡아 드렸습니다.

고객: 박물관에 아이 물통을 두고 왔어요
상담사: 유실물에 있습니다 택배는 착불이에요
고객: 택배로 보내 주세요 주소는 문자로 드릴게요
상담사: 네 주소 받으면 오늘 보내 드릴게요
= 박물관에 아이 물통을 두고 왔어요. 주소 받으면 오늘 보내 드릴게요.

상담사: 네 관리사무소입니다
고객: 엘리베이터가 육 층에서 멈췄어요
상담사: 네 바로 기사님 불렀습니다
고객: 네
상담사: 네 안내 방송도 하겠습니다
= 엘리베이터가 육 층에서 멈췄어요. 바로 기사님 불렀습니다.

고객: 락커에 신발을 두고 나왔는데 없어졌어요
상담사: 네 분실물에 있습니다 이번 주까지 보관해 드릴게요
고객: 토요일에 찾으러 갈게요
상담사: 토요일은 여섯 시까지예요
= 락커에 신발을 두고 나왔는데 없어졌어요. 이번 주까지 보관해 드릴게요.
"""


@pytest.mark.parametrize("row", WHOLE.strip().split("\n\n"))
def test_a_whole_call_is_told_by_what_was_asked_and_how_it_ended(row):
    lines = row.split("\n")
    call = "\n".join(line for line in lines if line[0] != "=")
    assert extractive_summary(call) == " ".join(line[2:] for line in lines if line[0] == "=")
