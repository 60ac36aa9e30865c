"""What exports write above, among and below messages, and how they date them."""

import pytest

from edgebox.reading.call import read

CALL = [
    ("agent", "네 고객님 무엇을 도와드릴까요"),
    ("customer", "카드를 잃어버려서 정지하려고요"),
    ("agent", "네 정지해 드렸습니다"),
    ("customer", "재발급은 언제 되나요"),
]


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


def chat(form, agent="이수진", customer="최민호"):
    names = {"agent": agent, "customer": customer}
    return "".join(
        form.format(name=names[side], at=12 + index, text=text, number=1 + index % 2)
        for index, (side, text) in enumerate(CALL)
    )


@pytest.mark.parametrize(
    "form",
    [
        "{name}, [13.09.2025 15:{at}]\n{text}\n\n",
        "{name} — 2025.09.13. 오후 3:{at}\n{text}\n",
        "{name} — 오늘 오후 3:{at}\n{text}\n",
        "{name} — Today at 3:{at} PM\n{text}\n",
        "{name}, 오후 3:{at}\n{text}\n",
        "{name} · 00:{at}\n{text}\n",
        "{name}  3:{at} PM\n{text}\n",
        "{name}   Sep 13, 2025 3:{at} PM\n{text}\n",
        "10:00:{at}\t From  {name}  to  모두(Everyone):\n\t{text}\n",
        "2025-09-13 10:00:{at} From {name} To Everyone:\n{text}\n",
        "Sep 13, 2025 at 3:{at} PM, {name} : {text}\n",
        "[13.09.2025, 15:{at}:01] {name}: {text}\n",
        "Attendee {number} 00:{at}\n{text}\n\n",
        "참여자 {number} 00:{at}\n{text}\n\n",
        "오후 3시 {at}분 {name}: {text}\n",
        "[오후 3시 {at}분] {name}: {text}\n",
        "{at}초 {name}: {text}\n",
        "00'{at}\" {name}: {text}\n",
    ],
)
@pytest.mark.parametrize("names", [("이수진", "최민호"), ("상담사", "고객")])
def test_who_wrote_a_message_and_when_is_not_said(form, names):
    assert said(chat(form, *names)) == CALL


@pytest.mark.parametrize(
    ("head", "form", "foot"),
    [
        (
            "고객 상담-20250913_101010-모임 녹음\n2025년 9월 13일, 오전 10:10\n1분 20초\n\n",
            "{name}   0:{at}\n{text}\n\n",
            "",
        ),
        (
            (
                "Meeting Recording\nSeptember 13, 2025, 1:10AM\n1m 20s\n\n"
                "이수진 started transcription\n\n"
            ),
            "{name}   0:{at}\n{text}\n\n",
            "이수진 stopped transcription",
        ),
        (
            "새로운 노트\n2025.09.13 Sat 3:12 PM · 1m 20s\n\n",
            "Attendee {number} 00:{at}\n{text}\n\n",
            "clovanote.naver.com",
        ),
        (
            (
                "카드 상담 (2025/09/13 10:10 GMT+9) - Transcript\nAttendees\n이수진, 최민호\n"
                "Transcript\n\n00:00:00\n"
            ),
            "{name}: {text}\n",
            "\n00:05:00\nMeeting ended after 00:05:20 👋",
        ),
        ("참석자: 이수진, 최민호\n", "{name}: {text}\n", "다글로(daglo)에서 작성됨"),
        ("", "{name}  0:{at}\n{text}\n\n", "Transcribed by https://otter.ai"),
        (
            (
                "KakaoTalk Chats with 이수진\nDate Saved : Sep 13, 2025 at 3:30 PM\n\n"
                "Saturday, September 13, 2025\n"
            ),
            "Sep 13, 2025 at 3:{at} PM, {name} : {text}\n",
            "",
        ),
        (
            (
                "이수진 님과 카카오톡 대화\n저장한 날짜 : 2025년 9월 13일 오후 3:30\n\n\n"
                "2025년 9월 13일 오후 3:12\n"
            ),
            "2025년 9월 13일 오후 3:{at}, {name} : {text}\n",
            "",
        ),
        (
            "[LINE] 이수진님과의 대화\n저장 일시 : 2025/09/13 15:30\n\n2025/09/13(토)\n",
            "15:{at}\t{name}\t{text}\n",
            "",
        ),
        (
            (
                "9/13/25, 3:11\u202fPM - Messages and calls are end-to-end encrypted. "
                "No one can read them.\n"
            ),
            "9/13/25, 3:{at}\u202fPM - {name}: {text}\n",
            "",
        ),
    ],
)
def test_what_an_export_writes_around_its_messages_is_not_said(head, form, foot):
    assert said(f"{head}{chat(form)}{foot}") == CALL


@pytest.mark.parametrize(
    "message",
    [
        "[스티커]",
        "\u200eimage omitted",
        "<Media omitted>",
        "[이모티콘]",
        "This message was deleted.",
    ],
)
def test_a_message_without_words_is_none(message):
    text = chat("[13/09/2025, 15:{at}:01] {name}: {text}\n")
    call = read(f"{text}[13/09/2025, 15:20:01] 최민호: {message}\n")
    assert [(one.speaker, one.text) for one in call.utterances] == CALL
    assert call.dropped == {"silence": 1}


@pytest.mark.parametrize(
    "words",
    [
        "3시 30분", "3시 30분이요", "오후 3시 30분에 갈게요", "30초 기다렸어요", "14:30",
        "14:30 어때요",
        "10'5\" 크기예요", "9월 13일이요", "2025년 9월 13일 오후 3:12에 결제했어요", "Sep 13, 2025",
        "created by mistake 예요", "my phone stopped recording", "줌으로 회의록이 작성됐습니다?",
    ],
)  # fmt: skip
def test_a_time_or_a_product_that_is_said_stays(words):
    for text in (
        f"상담사: 언제였나요\n고객: {words}\n상담사: 네",
        f"상담사: 언제였나요\n고객: 그게\n{words}\n상담사: 네",
    ):
        assert said(text)[1][1].endswith(words)
