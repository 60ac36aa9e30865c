"""What a model puts around a summary is taken off, and what is none is not shown."""

import pytest

from edgebox.consultation.prompts import SUMMARY_ASK, SUMMARY_SYSTEM
from edgebox.consultation.summary_faults import fault, is_unfinished
from edgebox.consultation.summary_text import summary_in

CALL = (
    "상담사: 한빛카드입니다\n고객: 카드를 잃어버려서 정지 좀 해 주세요\n"
    "상담사: 네 지금 정지해 드렸고 재발급은 사흘 걸립니다\n고객: 네 감사합니다"
)
SUMMARY = "고객이 카드 정지를 요청했고 상담사가 처리했습니다."
TWO = "고객이 카드 정지를 요청했습니다. 상담사가 처리했습니다."


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        (SUMMARY, SUMMARY),
        (f"**요약:** {SUMMARY}", SUMMARY),
        (f"[상담 요약] {SUMMARY}", SUMMARY),
        (f"## 상담 요약\n{SUMMARY}", SUMMARY),
        (f"요약하면, {SUMMARY}", SUMMARY),
        (f"Summary: {SUMMARY}", SUMMARY),
        (f"다음은 상담 내용을 요약한 것입니다: {SUMMARY}", SUMMARY),
        (f"네, 알겠습니다. {TWO}", TWO),
        (f"물론입니다! 상담을 요약해 드리겠습니다. {TWO}", TWO),
        (f"{SUMMARY}\n\n(참고: 위 상담을 한 문장으로 요약했습니다.)", SUMMARY),
        (f"assistant\n{SUMMARY}", SUMMARY),
        (f"<|im_start|>assistant\n{SUMMARY}<|im_end|>\n<|im_start|>user", SUMMARY),
        (f"<think>\n카드 이야기다.\n</think>\n{SUMMARY}", SUMMARY),
        ("<think>\n카드를 분실했다. 요약해야 한다.", ""),
        (f'{{"summary": "{SUMMARY}"}}', SUMMARY),
        (f'```json\n{{"summary": "{SUMMARY}"}}\n```', SUMMARY),
        ('{"summary": "고객이 \\"정지\\"를 요청했', '고객이 "정지"를 요청했'),
        ('{"customer": "정지 요청", "agent": "처리"}', ""),
        (f"```\n{SUMMARY}\n```", SUMMARY),
        ("- 고객이 카드 정지를 요청했습니다.\n- 상담사가 처리했습니다.", TWO),
        ("1. 고객이 카드 정지를 요청했습니다.\n2. 상담사가 처리했습니다.", TWO),
        ("- 고객: 카드 정지 요청\n- 상담사: 정지 처리", "고객: 카드 정지 요청, 상담사: 정지 처리"),
        (
            "- 요청: 카드 정지\n- 조치: 정지 처리\n- 결과: 재발급 접수",
            "요청: 카드 정지, 조치: 정지 처리, 결과: 재발급 접수",
        ),
        ("**고객이 카드 정지를 요청", "고객이 카드 정지를 요청"),
        ("고객이 카드\n정지를 요청했습니다.", "고객이 카드 정지를 요청했습니다."),
        ("고객이 **카드 정지**를 요청했습니다.<br>상담사가 처리했습니다.", TWO),
        ("고객이 카드 정지를 요청했습니다.\\n상담사가 처리했습니다.", TWO),
        (SUMMARY_ASK, ""),
        (SUMMARY_SYSTEM.split(". ")[0] + ".", ""),
        ("고객이 위 상담을 한두 문장으로 요약해 달라고 요청했습니다.", ""),
        ("죄송합니다. 요약할 내용이 없습니다.", ""),
        ("상담 내용이 제공되지 않았습니다.", ""),
        ("9. 13. 방문을 예약했습니다.", "9. 13. 방문을 예약했습니다."),
        ("", ""),
        ("  \n", ""),
    ],
)
def test_what_stands_around_a_summary_is_taken_off(text, summary):
    assert summary_in(text, CALL) == summary


@pytest.mark.parametrize(
    "text",
    [
        "김**이 박**에게 보낸 돈의 반환을 요청했습니다.",
        "010-****-5678로 문자를 보냈습니다.",
        "주민번호 900101-1******을 확인했습니다.",
        "k****@naver.com과 my__id의 비밀번호를 초기화했습니다.",
        "통화 내용 제공을 요청한 고객에게 녹취 파일 발급을 안내했습니다.",
        "상담 내용을 알려 달라는 남편에게 본인만 된다고 안내했습니다.",
        "대화 내용이 없어졌다는 신고를 접수했습니다.",
        "통화 내용 제공 동의를 받고 카드를 정지했습니다.",
        "상담내용 입력 후 정지 처리했습니다.",
        "상담사는 언제든지 문의해 주시기 바란다고 안내했습니다.",
        "약관을 요약해 달라고 했고 메일로 보내 드렸습니다.",
    ],
)
def test_masks_and_what_people_did_stay(text):
    assert summary_in(text, CALL) == text


def test_a_call_about_a_summary_may_be_told_as_one():
    call = "고객: 지난 상담을 요약해서 보내 주세요\n상담사: 네 보내 드렸습니다"
    text = "고객이 지난 상담을 요약해 달라고 했습니다."
    assert summary_in(text, call) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SUMMARY, None),
        (TWO, None),
        ("카드 정지 요청, 정지 완료.", None),
        ("客户丢失了卡片。", "language"),
        ("고객이 정지를 요청했고 상담사는 处理했습니다.", "language"),
        ("고객이 정지를 요청했습니다. The agent blocked the card for the customer.", "language"),
        ("고객이 카드 정지를 요청했고 обслуживание 됐습니다.", "language"),
        ("Khách hàng yêu cầu khóa thẻ và nhân viên đã xác nhận.", "language"),
        ("정지를 요청했고 정지를 요청했고 정지를 요청했고", "repetition"),
        (f"{SUMMARY} {SUMMARY}", "repetition"),
        ("고객이 정지를 요청했고, 상담사가 정지를 안내했고, 고객이 정지를 요청했고, 마쳤습니다.",
         "repetition"),
        ("카드 카드 카드 카드 카드", "repetition"),
        ("안녕하세요, 고객님. 무엇을 도와드릴까요?", "no_text"),
        ("카드를 잃어버려서 정지 좀 해 주세요.", "no_text"),
        (CALL, "no_text"),
    ],
)  # fmt: skip
def test_another_language_a_loop_and_the_calls_own_words_are_no_summary(text, found):
    assert fault(text, CALL) == found


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("고객: 아이폰 십오 프로 이심 오류요\n상담사: 재발급했습니다",
         "iPhone 15 Pro eSIM 오류를 문의했습니다. eSIM QR 재발급 완료."),
        ("고객: order tracking number가 안 나와요\n상담사: refund 접수했습니다",
         "고객이 tracking number 오류를 문의했고 refund가 접수됐습니다."),
        ("고객: 사양이요\n상담사: 코어 아이세븐입니다", "사양 문의. Core i7, GeForce RTX 4060."),
        ("고객: 오피스가 안 깔려요\n상담사: 다시 보내 드렸습니다",
         "설치 오류를 문의했습니다. 프로그램은 Microsoft Office Home and Business."),
        ("고객: 애플케어 가입이요\n상담사: 접수했습니다",
         "고객이 가입을 요청함. Apple Care Plus for iPad Air."),
        ("고객: 사장님이 고소하신대요\n상담사: 네", "고객이 前 사장・임원의 고소를 알렸습니다."),
        ("고객: 카드 자택으로요\n상담사: 네 보내 드릴게요", "재발급 카드 자택으로"),
        ("고객: I want to cancel\n상담사: Sure, it has been canceled",
         "The customer asked to cancel the order and it was canceled."),
        ("고객: 我要取消订单\n상담사: 好的 已经取消了", "客户要求取消订单，客服已取消。"),
        ("고객: 中文 번역 되나요\n상담사: 네 됩니다", "고객이 中文 번역이 되는지 물었습니다."),
        ("고객 환불 문의함. 불가 안내함.", "고객 환불 문의함. 불가 안내함."),
        ("고객: 녹음 파일이요\n상담사: 내일 드릴게요", "상담사가 녹음 파일을 보내기로 했습니다."),
        ("고객: 또 전화해도 되죠\n상담사: 그럼요 언제든 하세요",
         "상담사는 언제든지 연락해 주면 된다고 안내했습니다."),
        ("고객: 요금이요\n상담사: 석 달 다 삼만 원입니다",
         "3월은 3만 원, 4월은 3만 원, 5월은 3만 원이라고 안내했습니다."),
    ],
)  # fmt: skip
def test_names_codes_and_a_call_in_another_language_are_no_fault(call, text):
    assert summary_in(text, call) == text
    assert fault(text, call) is None


def test_a_sentence_that_breaks_off_is_unfinished():
    assert is_unfinished("고객이 카드 정지를 요청했고 상담사는")
    assert is_unfinished("고객이 카드 정지를 요청했고")
    assert not is_unfinished("카드 정지 요청")
    assert not is_unfinished("고객이 창고")
