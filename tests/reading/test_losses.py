"""What rules for rare forms of calls take from none of the others: turns, words and sides."""

import json

import pytest

from edgebox.reading.call import read


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


@pytest.mark.parametrize(
    "tail",
    ["도와드릴까요", "네", "저기요", "여보세요", "부탁드려요", "네네", "알겠습니다", "드릴게요"],
)
@pytest.mark.parametrize("stamp", ["", "00:04 "])
def test_the_end_of_a_line_before_a_label_is_no_part_of_a_name(tail, stamp):
    first = f"상담사: 무엇을\n{stamp}{tail} 고객: 카드 분실이요\n"
    turns = said(first + f"상담사: 네 정지해\n{stamp}{tail} 고객: 네")
    assert [side for side, _ in turns] == ["agent", "customer", "agent", "customer"]
    asked = said(f"고객: 카드 정지\n{stamp}{tail} 상담사: 네 정지합니다\n고객: 네\n상담사: 네")
    assert [side for side, _ in asked] == ["customer", "agent", "customer", "agent"]


AGENT, CALLER = "네 무엇을 도와드릴까요", "카드를 잃어버려서 정지하려고요"
CALL = [("agent", AGENT), ("customer", CALLER), ("agent", "네 정지해 드릴게요")]


@pytest.mark.parametrize("name", ["sent", "cont"])
@pytest.mark.parametrize("other", ["2025-09-13T10:00:00Z", "Y", "10:00:01", True])
@pytest.mark.parametrize(
    "inside",
    [
        lambda said: {"parts": [{"text": said}]},
        lambda said: {"payload": said},
        lambda said: {"value": said},
        lambda said: {"data": {"text": said}},
        lambda said: {"words": [{"word": one} for one in said.split()]},
        lambda said: {"tokens": [{"text": one} for one in said.split()]},
        lambda said: {"stmt": said},
        lambda said: {"answer": said},
    ],
)
def test_a_time_or_a_flag_under_a_name_of_texts_is_not_said(name, other, inside):
    call = [{"from": side, name: other, **inside(words)} for side, words in CALL]
    plain = [{"from": side, **inside(words)} for side, words in CALL]
    assert said(json.dumps(call)) == said(json.dumps(plain))


@pytest.mark.parametrize("name", ["sent", "cont", "ctnt", "sttCtnt"])
def test_what_stands_under_such_a_name_is_said_where_it_is_speech(name):
    assert said(json.dumps([{"from": side, name: words} for side, words in CALL])) == CALL


@pytest.mark.parametrize(
    ("one", "other", "sides"),
    [
        ("employee", "helpdesk", ["unknown", "unknown"]),
        ("Employee", "HR Agent", ["unknown", "unknown"]),
        ("employee", "agent", ["customer", "agent"]),
        ("Employee 1", "Agent", ["customer", "agent"]),
        ("admin", "support", ["customer", "agent"]),
        ("Customer", "Employee", ["customer", "agent"]),
        ("user", "admin", ["customer", "agent"]),
        ("admin", "customer", ["agent", "customer"]),
    ],
)
def test_an_employee_is_the_side_that_the_other_label_leaves(one, other, sides):
    words = [(one, "laptop broken"), (other, "ok"), (one, "thanks"), (other, "bye")]
    text = "\n".join(f"{who}: {word}" for who, word in words)
    assert [side for side, _ in said(text)] == sides * 2
    turns = [{"speaker": who, "text": word} for who, word in words]
    assert [side for side, _ in said(json.dumps(turns))] == sides * 2


def test_an_employee_who_speaks_once_takes_no_words_of_another():
    words = [text for _, text in said("employee: laptop broken\nhelpdesk: ok")]
    assert words == ["employee: laptop broken", "helpdesk: ok"]


@pytest.mark.parametrize(
    "line",
    [
        "내일 업무시간에 다시 전화드리겠습니다",
        "근무시간에 다시 전화 부탁드립니다",
        "이전 단계로 돌아가서 다시 진행 부탁드립니다",
        "이전 메뉴로 가시면 됩니다",
        "처음 메뉴로 나가셔야 합니다",
        "서비스 종료를 원하시면 해지 신청서를 작성하셔야 합니다",
        "전화를 걸면 소리샘으로 연결됩니다",
        "지금은 전화를 받을 수 없는 상황입니다",
        "전화기가 꺼져 있습니다",
        "잘못 입력하셨습니다",
        "안내를 다시 들으시려면 홈페이지를 보셔야 합니다",
        "yes please stay on the line while i check your bill",
        "I was told calls will be recorded",
        "all representatives are in a meeting so I called you back",
        "calls will be recorded right?",
    ],
)
def test_what_people_say_in_words_of_announcements_is_theirs(line):
    assert ("unknown", line) in said(f"여보세요\n{line}\n네 그렇게 할게요")


@pytest.mark.parametrize("line", ["잠시만 기다려 주세요", "잠시만 기다려 주시겠습니까?"])
def test_who_asks_to_wait_behind_a_machine_may_be_the_agent(line):
    text = f"통화 내용은 녹음됩니다.\n{line}\n카드를 잃어버렸어요\n네 정지해 드릴게요"
    assert [side for side, _ in said(text)] == ["system", "unknown", "unknown", "unknown"]


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("speakerEmotion", "neutral", "anger"),
        ("speakerConfidence", "high", "low"),
        ("speaker_score", "1", "2"),
        ("speaker_change", "Y", "N"),
        ("spkOverlap", "Y", "N"),
        ("speaker_vol", 3, 5),
        ("speakerEmotionCd", "01", "02"),
        ("화자감정", "분노", "중립"),
    ],
)
def test_a_field_about_how_somebody_speaks_tells_no_speakers_apart(name, one, other):
    words = ["네 무엇을 도와드릴까요", "카드를 잃어버렸어요", "네 정지해 드릴게요", "고맙습니다"]
    call = [{name: (one, other)[at % 2], "text": text} for at, text in enumerate(words)]
    assert said(json.dumps(call)) == [("unknown", text) for text in words]


@pytest.mark.parametrize(
    "line",
    [
        "시청자 여러분 의견란에 글이 안 써져요",
        "구독자 여러분 이벤트에 당첨됐어요",
        "이 영상은 제가 만든 저작물이에요 내려 주세요",
        "이 영상은 회사에서 제작됐는데 내려 주세요",
        "ⓒ 표시가 빠졌어요 고쳐 주세요",
        "© 표시 넣어 주세요",
        "Copyright 표시에 all rights reserved 문구 넣어 주세요",
        "배경음악 제공 서비스 해지",
        "번역 및 자막 서비스 신청",
        "Sous-titres par defaut ne marche pas",
        "Subtítulos por defecto no funcionan",
        "Untertitel von dem Film gehen nicht",
        "sottotitoli e audio non funzionano",
        "Субтитры не работают",
        "チャンネル登録を解除したいです",
        "hãy đăng ký gói cước cho tôi",
    ],
)
@pytest.mark.parametrize("label", ["", "고객: "])
def test_who_asks_about_a_programme_is_no_invention(line, label):
    assert read(f"{label}{line}").dropped == {}


@pytest.mark.parametrize(
    "word",
    [
        "이메일",
        "배송지",
        "강아지",
        "정수기",
        "진료과",
        "주소는",
        "이름은",
        "문제는",
        "연락처",
        "신청서",
        "전화번",
        "고지서",
        "현금은",
        "이유는",
        "조건은",
        "차량은",
        "성함은",
        "방문일",
        "인증서",
        "지하철",
    ],
)
def test_a_word_behind_a_role_in_brackets_is_said(word):
    text = f"[상담사] 네 말씀하세요\n[고객] {word}: 이거예요\n[상담사] {word}: 이거죠\n[고객] 네"
    assert said(text)[1:3] == [("customer", f"{word}: 이거예요"), ("agent", f"{word}: 이거죠")]
    assert {one.label for one in read(text).utterances} == {"상담사", "고객"}


@pytest.mark.parametrize(
    "line",
    [
        "Teams에서 회의 링크를 생성했습니다.",
        "클로바노트로 변환했습니다",
        "배송이(가) 오늘 시작했습니다.",
        "- 15 -",
        "[이상]",
        "(이상)",
        "14:30:00",
        "2025-09-13 15:00",
        "[통화 내용]",
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        "고객: 언제였나요\n상담사: 확인하니\n{}\n고객: 네 알겠습니다\n상담사: 네\n고객: 네",
        "{0}1, 고객 : 뭐\n{0}2, 상담사 : 확인하니\n{{}}\n{0}3, 고객 : 네".format("2025-09-13 14:0"),
    ],
)
def test_a_line_among_turns_is_said_though_exports_write_such_a_line(line, call):
    assert ("agent", f"확인하니 {line}") in said(call.format(line))


def test_a_length_before_a_label_is_said_where_no_other_line_begins_so():
    text = "상담사: 소리가 얼마나 나요\n12초 고객: 그렇게 나요\n상담사: 네"
    assert said(text) == [
        ("agent", "소리가 얼마나 나요 12초"), ("customer", "그렇게 나요"), ("agent", "네"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "head", ["주소", "금액", "전화", "시간", "상품명", "예약 번호", "처리결과"]
)
@pytest.mark.parametrize("apart", ["\n", "\n----------\n"])
def test_the_paragraphs_of_a_last_message_are_its_writer_s(head, apart):
    spoken = head == "처리결과"
    value = "네 이렇게 됐어요" if spoken else "서울시 강남구"
    for first in ("고객: 네\n상담사: 안내요", "[고객] [오후 2:59] 네\n[상담사] [오후 3:00] 안내요"):
        call = said(f"{first}\n{apart}{head}: {value}\n구분: 9시부터\n감사합니다")
        assert {side for side, _ in call} == {"customer", "agent"}
        assert call[-1][1].endswith(f"{head}: {value} 구분: 9시부터 감사합니다")


@pytest.mark.parametrize(
    ("rest", "other"),
    [
        ("네 <고객> 메뉴 눌러 주세요. <고객> 안에 있어요", ""),
        ("네 그래요. <고객> 메뉴와 그래요. <상담사> 메뉴요", ""),
        ("등급은 이렇습니다.\n회원 = 무료\n손님 = 유료", ""),
        ("다음 칸이요\n보호자; 서명란에 서명하시고", ""),
        ("손님 = 유료라고요", "손님; 네 알겠어요"),
    ],
)
def test_a_role_in_what_an_agent_explains_is_no_label(rest, other):
    text = f"고객: 네\n상담사: {rest}\n고객: 네"
    assert said(text)[1] == ("agent", " ".join(rest.split("\n")))
    assert said(f"상담사: {rest}") == [("agent", " ".join(rest.split("\n")))]
    assert not other or said(f"손님: 네\n{other}\n직원: 네")[1] == ("customer", "네 알겠어요")


def test_who_orders_four_times_is_no_loop():
    turns = ["하나 더 주문할게요", "네 추가했습니다"] * 4
    call = read("\n".join(turns))
    assert [one.text for one in call.utterances] == turns
    assert call.dropped == {}


def test_a_way_from_and_to_is_no_message():
    text = "09:00 from Seoul to Busan: 3 hours\n10:00 from Busan to Seoul: 2 hours"
    assert {one.label for one in read(text).utterances} == {""}
    form = "10:00:0{} From 이수진 To {}: 네\n"
    for to in ("Everyone", "최민호"):
        call = read(form.format(1, to) + form.format(2, to)).utterances
        assert [(one.label, one.text) for one in call] == [("이수진", "네")] * 2


@pytest.mark.parametrize("field", ["text", "내용", "STT_TXT"])
def test_figures_that_a_table_has_made_a_number_are_said(field):
    call = [*CALL, ("customer", 1234), ("agent", 5.0), ("agent", "네"), ("customer", None)]
    turns = [{"speaker": side, field: words} for side, words in call]
    assert said(json.dumps(turns)) == [*CALL, ("customer", "1234"), ("agent", "5"), ("agent", "네")]
    for other in (
        {"type": "csat", field: 5},
        {"speaker": "agent", "type": "hold", field: 30},
        {"speaker": "agent", field: 2.5},
        {"speaker": "agent", field: 0},
        {"speaker": "agent", field: 10**310},
    ):
        assert said(json.dumps([*turns[:3], other])) == CALL
    counts = [{"text": "카드", "count": 1, "line": 3}, {"text": "정지", "count": 2, "line": 4}]
    assert [text for _, text in said(json.dumps(counts))] == ["카드", "정지"]


def test_who_takes_part_stands_before_the_turns_and_says_nothing():
    turns = [{"speaker": side, "text": words} for side, words in CALL]
    record = {"callId": "1", "startedAt": "2025-09-13T05:12:00Z", "agent": "이서연"}
    assert said("\n".join(map(json.dumps, [record, *turns]))) == CALL
    spoken = [*turns, {"time": "00:09", "customer": "네 감사합니다"}]
    assert said(json.dumps(spoken)) == [*CALL, ("customer", "네 감사합니다")]
