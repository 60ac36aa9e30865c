"""What was said keeps its words where they look like labels, cells or people."""

import pytest

from edgebox.reading.call import read


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


@pytest.mark.parametrize(
    "table",
    [
        "화자,내용,감정\n고객,{},부정\n상담사,{},중립",
        "시간,화자,내용,비고\n00:01,고객,{},\n00:02,상담사,{},",
        "번호,내용,화자\n1,{},고객\n2,{},상담사\n",
        "번호,내용,화자,감정\n1,{},고객,부정\n2,{},상담사,중립\n",
    ],
)
@pytest.mark.parametrize("asked", ["네, 해지하고, 환불해 주세요", "해지해 주세요"])
def test_a_comma_that_no_cell_quotes_is_said_in_any_column(table, asked):
    done = "네, 접수했습니다"
    assert said(table.format(asked, done)) == [("customer", asked), ("agent", done)]


def test_a_delimiter_at_the_end_of_a_row_is_not_said():
    assert said("화자,내용,감정\n고객,해지요,부정,\n상담사,네,중립,") == [
        ("customer", "해지요"),
        ("agent", "네"),
    ]


def test_a_row_with_fewer_cells_than_its_heading_is_read():
    assert said("화자,내용,감정\n고객,해지요\n상담사,네,중립") == [
        ("customer", "해지요"),
        ("agent", "네"),
    ]


@pytest.mark.parametrize(
    "call",
    [
        (
            "상담원 연결해 주세요\n네 말씀하세요\n고객 번호가 어떻게 되세요\n상담원 바꿔 주세요\n"
            "고객 번호 말씀해 주셔야 됩니다"
        ),
        (
            "고객 번호가 어떻게 되세요\n고객 번호는 1234요\n상담 예약 하려고요\n상담 가능하세요\n"
            "네 알겠습니다"
        ),
        (
            "기사 님이 안 오셨어요\n고객 센터에 전화했는데요\n기사 한테 전화했어요\n"
            "고객 님 확인해 보겠습니다"
        ),
        "고객 말씀이 맞아요\n상담 시간이 언제죠\n고객 말씀대로요\n상담 시간은 아홉 시요",
        "네 여보세요\n상담원 친절했어요\n고객 뭐라고요\n상담원 아까요\n고객 뭐요",
        "상담사 친절했어요\n네\n상담사 좋았어요\n고객 어떤\n네\n고객 뭐요\n맞아요",
        "상담사 친절했어요\n상담원 누구요\n상담사 김 씨요\n상담원 누구라고요",
        "상담원 네\n고객 번호: 1234\n상담원 네\n고객 뭐요\n고객 네\n상담원 네",
    ],
)
def test_a_line_that_begins_with_a_role_is_speech_where_its_sentence_goes_on(call):
    assert said(call) == [("unknown", line) for line in call.split("\n")]


def test_labels_with_a_space_alone_of_many_lines_may_have_lines_that_go_on():
    call = "\n".join(["상담원 네 한빛입니다", "고객 끊겨요", "자꾸요", "오늘도요"] * 3)
    assert said(call) == [("agent", "네 한빛입니다"), ("customer", "끊겨요 자꾸요 오늘도요")] * 3


@pytest.mark.parametrize(
    "line",
    [
        "예약 변경하려고요", "번호는 1234예요", "센터에도 전화했어요", "불만 접수요",
        "서비스 해지요",
        "정보가 안 나와요", "연결이 안 돼요", "만 원 더 나왔어요", "가능하면 오늘요",
    ],
)  # fmt: skip
def test_a_line_whose_sentence_may_go_on_takes_no_speaker_from_the_others(line):
    turns = [
        ("agent", "네 한빛통신입니다"),
        ("customer", "인터넷이 끊겨요"),
        ("agent", "예약해 드릴까요"),
        ("customer", line),
        ("agent", "네"),
        ("customer", "감사합니다"),
    ]
    labels = {"agent": "상담원", "customer": "고객"}
    call = "\n".join(f"{labels[side]} {words}" for side, words in turns)
    assert said(call) == turns
    longer = "\n".join([*["상담원 네 알겠습니다", "잠시만요", "고객 아니요", "그게요"] * 6, call])
    assert said(longer)[-6:] == turns


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("고객: 네 담당: 박대리라고 문자가 왔어요", "상담사: 네 확인할게요"),
        (
            "고객: 문자에 상담: 1588-1234 라고 왔어요. 기사: 김민수 라고도 왔고요",
            "상담사: 네",
        ),
        ("고객: 언제 와요", "상담사: 방문 기사: 김철수, 방문 시간: 3시입니다"),
        ("고객: 얼마예요", "상담사: 확인 안내: 요금은 3만원입니다."),
        ("고객: 네", "상담사: 확인할게요. 예약자: 김민수, 담당 박도윤: 02-123-4567입니다"),
        ("담당자: 네 확인할게요", "고객: 문자에 담당자: 김철수라고 왔어요"),
        ("상담사: 네 말씀하세요", "고객: 문자가 가입자: 김철수로 왔어요"),
    ],
)
def test_words_of_roles_inside_speech_are_said(first, second):
    sides = {"고객": "customer", "상담사": "agent", "담당자": "agent"}
    turns = [line.split(": ", 1) for line in (first, second)]
    whole = [(sides[label], words) for label, words in turns]
    assert said(f"{first}\n{second}") == whole


@pytest.mark.parametrize(
    ("one", "other"),
    [("상담: ", "고객: "), ("담당자: ", "회원: "), ("기사: ", "손님: "), ("매니저: ", "고객님: ")],
)
def test_words_that_head_fields_are_speakers_of_a_line_where_they_repeat(one, other):
    turns = ["네 한빛입니다", "해지해 주세요", "네 접수했습니다", "감사합니다"]
    call = " ".join((other if at % 2 else one) + words for at, words in enumerate(turns))
    assert said(call) == [(("agent", "customer")[at % 2], one) for at, one in enumerate(turns)]


@pytest.mark.parametrize(
    "line",
    [
        "전화기: 제가 산 거요",
        "이유는: 저희 아이가 아파요",
        "정수기: 물이 안 나와요",
        "지하철: 두 번 갈아타세요",
        "공유기: 꺼졌어요",
        "주문은: 어제 했어요",
    ],
)
def test_a_word_before_a_colon_that_is_built_like_no_name_is_said(line):
    call = f"고객: 안 돼요\n상담사: 네 말씀하세요\n고객: 그게요\n{line}\n상담사: 네"
    assert said(call)[2] == ("customer", f"그게요 {line}")
    assert len(said(call)) == 4


def test_what_has_a_stamp_and_a_particle_is_said():
    call = "[00:01] 고객: 네\n[00:02] 상담사: 왜요\n[00:03] 이유는: 아파요\n[00:05] 상담사: 네"
    assert "이유는: 아파요" in " ".join(words for _, words in said(call))


@pytest.mark.parametrize(
    "line",
    [
        "사용자: 이름이 안 떠요",
        "방문일: 내일로 해 주세요",
        "도착지: 부산이요",
        "국민은행: 계좌가 안 돼요",
        "길이는: 삼 미터요",
        "여행지: 제주도요",
        "음성은: 들려요",
        "한정식: 예약 되나요",
        "조정은: 다음 주래요",
    ],
)
def test_a_word_that_begins_like_a_family_is_no_name(line):
    call = f"고객: 안 돼요\n상담사: 네 말씀하세요\n고객: 그게요\n{line}\n상담사: 네"
    assert said(call)[2] == ("customer", f"그게요 {line}")


@pytest.mark.parametrize(
    "name",
    [
        "권나라", "송혜교", "한가람", "명세빈", "배두나", "서강준", "김태리", "방시혁", "남궁민",
        "선우은숙", "사공민", "설하윤", "이정미", "유리나 님",
    ],
)  # fmt: skip
def test_names_of_every_kind_may_speak_once(name):
    call = f"고객: 안 돼요\n상담사: 네\n{name}: 제가 말씀드릴게요\n상담사: 네"
    assert said(call)[2] == ("unknown", "제가 말씀드릴게요")


def test_a_role_beside_a_name_of_a_rare_family_is_a_role():
    call = "상담사 명세빈: 네 한빛입니다\n고객 탁하윤: 네\n소하린 팀장: 네"
    assert [side for side, _ in said(call)] == ["agent", "customer", "agent"]


@pytest.mark.parametrize(
    "name", ["박철수", "김나래", "이지은", "홍길동", "최영희", "정하은", "김민수 님", "김*래"]
)
def test_whoever_has_a_name_may_speak_once(name):
    call = f"고객: 안 돼요\n상담사: 네\n{name}: 제가 말씀드릴게요\n상담사: 네"
    assert said(call)[2] == ("unknown", "제가 말씀드릴게요")


@pytest.mark.parametrize("line", ["--: 그래요", "[-]: 그래요", "- -) 그래요"])
def test_dashes_before_a_sign_are_nobody(line):
    call = f"고객: 네\n상담사: 네\n{line}\n고객: 네"
    assert "그래요" in said(call)[1][1]
    assert len(said(call)) == 3
