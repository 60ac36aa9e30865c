"""A form inside a message is the message's, and a third speaker's only line is a turn."""

import pytest

from edgebox.reading.call import read


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


@pytest.mark.parametrize(
    "form",
    [
        "예약자: 김민수\n예약일: 9월 13일 오후 3시\n인원: 2명",
        "회원: 5,000원\n비회원: 7,000원",
        "담당자: 김철수\n연락처: 1588-0000",
        "지점: 강남점\n시간: 오후 3시",
        "환자: 박하늘\n보호자: 박바다\n진료과: 내과",
        "계약자: 김민수\n피보험자: 김민지",
        "본사: 02-123-4567",
        "고객센터: 1588-0000",
        "기사: 배정 완료되었습니다\n방문일: 9월 13일",
        "담당자: 김철수\n부서: 영업\n담당자: 박영희\n부서: 관리",
        "신청인: 김하늘\n금액: 5만 원",
        "담당자(정): 김철수\n담당자(부): 박영희",
    ],
)
@pytest.mark.parametrize(("side", "label"), [("agent", "상담원"), ("customer", "고객")])
def test_a_form_in_a_message_is_of_whoever_wrote_it(form, side, label):
    other = {"상담원": "고객", "고객": "상담원"}[label]
    call = f"{other}: 네 말씀하세요\n{label}: 확인 부탁드립니다.\n{form}\n{other}: 네 맞아요"
    turns = said(call)
    assert turns[1] == (side, "확인 부탁드립니다. " + form.replace("\n", " "))
    assert len(turns) == 3


def test_a_form_is_one_where_only_its_writer_has_a_label():
    call = "상담원: 예약 확인입니다.\n예약자: 김민수\n예약일: 9월 13일"
    assert said(call) == [("agent", "예약 확인입니다. 예약자: 김민수 예약일: 9월 13일")]


@pytest.mark.parametrize(
    ("label", "speaker", "text"),
    [
        ("기사", "agent", "네 오 분 뒤에 도착합니다"),
        ("기사님", "agent", "지금 가고 있어요"),
        ("관리자", "agent", "확인해 보니 오천 원 더 나갔네요"),
        ("보호자", "customer", "제가 대신 말씀드릴게요"),
        ("본사", "agent", "네 환불 처리하겠습니다"),
        ("팀장", "agent", "제가 이어서 안내해 드리겠습니다."),
        ("담당자", "agent", "네"),
        ("담당자", "agent", "잠시만"),
        ("기사", "agent", "출발"),
        ("보호자", "customer", "3시요"),
    ],
)
def test_the_only_line_of_a_third_speaker_is_a_turn(label, speaker, text):
    call = f"고객: 언제 오나요\n상담사: 확인해 보겠습니다\n{label}: {text}\n고객: 네"
    assert said(call)[2] == (speaker, text)


@pytest.mark.parametrize(
    ("one", "other"), [("간호사", "환자"), ("담당자", "회원"), ("본사", "점주")]
)
def test_words_that_name_fields_are_speakers_where_they_mark_the_sides(one, other):
    call = (
        f"{one}: 성함이 어떻게 되세요\n{other}: 김민수\n{one}: 생년월일은요\n{other}: 팔공공일공일"
    )
    assert [speaker for speaker, _ in said(call)] == ["agent", "customer"] * 2


def test_a_speaker_with_a_stamp_is_no_field():
    call = "[00:01] 고객: 네\n[00:02] 상담사: 성함이요\n[00:03] 보호자: 김민수\n[00:05] 상담사: 네"
    assert said(call)[2] == ("customer", "김민수")


@pytest.mark.parametrize(
    "job", ["역무원", "집배원", "관리인", "약사", "프런트", "검침원", "세무사"]
)
def test_a_job_that_speaks_once_has_a_turn(job):
    said = read(f"고객: 우산을 잃어버렸어요\n{job}: 네 보관하고 있습니다\n고객: 네 갈게요").said
    assert [one.speaker for one in said] == ["customer", "agent", "customer"]


def test_a_job_in_a_form_is_no_turn():
    said = read(
        "고객: 일정 알려 주세요\n상담사: 네 방문 정보입니다\n검침원: 김민수\n방문일: 15일\n"
        "상담사: 확인해 주세요\n고객: 네"
    ).said
    assert [one.speaker for one in said] == ["customer", "agent", "agent", "customer"]
