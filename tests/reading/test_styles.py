"""Labels in the styles of real centres, and people of neither side who speak once."""

import pytest

from edgebox.reading.call import read
from edgebox.reading.roles import is_name

SAID = [
    ("agent", "안녕하세요 한빛통신 상담사 김나래입니다"),
    ("customer", "인터넷이 자꾸 끊겨서 전화했어요"),
    ("agent", "모뎀을 껐다 켜 보셨나요"),
    ("customer", "네 두 번이나 해 봤어요"),
    ("agent", "그럼 내일 오전 열 시로 예약해 드릴게요"),
    ("customer", "네 부탁드려요"),
]


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


@pytest.mark.parametrize(
    ("agent", "customer"),
    [
        ("상) ", "고) "), ("상담원) ", "고객) "), ("Q) ", "A) "), ("A: ", "B: "), ("S1: ", "S2: "),
        ("S1 ", "S2 "),
        ("화자 1 ", "화자 2 "), ("AGENT ", "CUSTOMER "),
        ("001 상담원 ", "002 고객 "),
        ("상담원- ", "고객- "), ("상담원 - ", "고객 - "), ("상담원 – ", "고객 – "),
        ("상담원 — ", "고객 — "), ("상담원 / ", "고객 / "), ("상담원 → ", "고객 → "),
        ("상담원=> ", "고객=> "), ("상담원 -> ", "고객 -> "), ("상담사:: ", "고객:: "),
        ("상담사︰", "고객︰"), ("상담사﹕", "고객﹕"), ('"상담원": ', '"고객": '),
        ("■ 상담원: ", "■ 고객: "), ("○상담원: ", "○고객: "), (">> 상담원: ", ">> 고객: "),
        ("> 상담원: ", "> 고객: "), ("① 상담원: ", "② 고객: "), ("[1] 상담원: ", "[2] 고객: "),
        ("<<상담원>> ", "<<고객>> "), ("《상담원》 ", "《고객》 "), ("〔상담원〕", "〔고객〕"),
        ("『상담원』 ", "『고객』 "), ("[상담원 09:01] ", "[고객 09:02] "),
        ("상담원 09:01:02 > ", "고객 09:01:05 > "),
        ("Speaker 0 | 00:01\n", "Speaker 1 | 00:03\n"),
        ("화자 1 (00:00:01)\n", "화자 2 (00:00:05)\n"),
        ("Speaker 0 (00:01):\n", "Speaker 1 (00:05):\n"),
        ("상담원 (2025-09-13 09:01): ", "고객 (2025-09-13 09:02): "),
        ("2025-09-13T09:00:01Z 상담원: ", "2025-09-13T09:00:05Z 고객: "),
        ("[2025-09-13T09:00:01.123+09:00] 상담원: ", "[2025-09-13T09:00:05.000+09:00] 고객: "),
        ("0.00-1.20 상담원: ", "1.20-2.40 고객: "), ("0.1 2.0 상담원 ", "2.0 4.0 고객 "),
        ("김*래: ", "박*윤: "), ("상담사 김○○: ", "고객 박○○: "), ("김OO: ", "박OO: "),
        ("상담사/김나래: ", "고객/박도윤: "),
        ("상담사-김나래: ", "고객-박도윤: "),
        ("상담사_김나래: ", "고객_박도윤: "), ("상담원A: ", "고객A: "),
        ("상담원(A1023): ", "고객(010-****-1234): "), ("발신자: ", "수신자: "),
        ("수신: ", "발신: "), ("을: ", "갑: "), ("갑) ", "을) "), ("X: ", "Y: "), ("ㄱ: ", "ㄴ: "),
        ("AGT: ", "CUS: "), ("[AGT_1023] ", "[CUS_7781] "), ("김나래: ", "01012345678: "),
        ("상담사: ", "010-****-5678: "), ("상담원: ", "+82 10-1234-5678: "),
        ("상담원: ", "???: "), ("?: ", "고객: "), ("[상담원] ", "[불명확]: "), ("상담원: ", "-: "),
        ("[00:01] 상담원: ", "[00:04] 알 수 없음: "), ("agent: ", "null: "),
        ("1588-0000: ", "010-1234-5678: "), ("[0212345678] ", "[01012345678] "),
        ("김나래(상담1팀): ", "박도윤: "),
        ("고객센터: ", "나: "), ("상담사: ", "나: "), ("114: ", "고객: "), ("고객센터: ", "7781: "),
        ("이수진 대리: ", "최**: "), ("[이수진] ", "[최**] "), ("👩‍💼: ", "👤: "),
        ("상담원 → 고객: ", "고객 → 상담원: "), ("[상담원 -> 고객] ", "[고객 -> 상담원] "),
        ("이수진 → 최민호: ", "최민호 → 이수진: "), ("**상담원** : ", "**고객** : "),
        ("[seg-001] 상담원: ", "[seg-002] 고객: "), ("[utt 1] 상담원: ", "[utt 2] 고객: "),
        ("[상담원] 이수진: ", "[고객] 최민호: "), ("(상담원) 이수진 : ", "(고객) 최*호 : "),
        ("제1화자: ", "제2화자: "), ("Ⅰ: ", "Ⅱ: "), ("K: ", "P: "), ("이: ", "최: "),
        ("상담원; ", "고객; "), ("상담원= ", "고객= "), ("상담원▶ ", "고객▶ "),
        ("상담원≫", "고객≫"),
        ("@상담원 ", "@고객 "), ("#상담원: ", "#고객: "), ("#상담원 ", "#고객 "),
        ("상대방: ", "나: "), ("상대방 00:01\n", "나 00:03\n"), ("여: ", "남: "),
        ("<strong>상담원:</strong> ", "<strong>고객:</strong> "),
        ("<p><b>상담원</b> ", "<p><b>고객</b> "),
        ("0:00:00.000,0:00:02.000\n상담원: ", "0:00:02.000,0:00:04.000\n고객: "),
    ],
)  # fmt: skip
def test_every_turn_has_its_speaker_and_nothing_but_its_words(agent, customer):
    labels = {"agent": agent, "customer": customer}
    assert said("\n".join(labels[side] + text for side, text in SAID)) == SAID


@pytest.mark.parametrize(
    ("label", "speaker"),
    [
        ("남편: ", "unknown"),
        ("고객 남편: ", "unknown"),
        ("통역사: ", "unknown"),
        ("???: ", "unknown"),
        ("[불명확]: ", "unknown"),
        ("[상급자] ", "unknown"),
        ("박철수: ", "unknown"),
        ("수리기사 박철수: ", "agent"),
        ("상담사 팀장: ", "agent"),
    ],
)
def test_who_speaks_once_has_a_turn(label, speaker):
    text = f"상담사: 네 한빛통신입니다\n고객: 안 돼요\n{label}제가 말씀드릴게요\n상담사: 네"
    assert said(text)[1:3] == [("customer", "안 돼요"), (speaker, "제가 말씀드릴게요")]


@pytest.mark.parametrize(
    "text",
    [
        "상담사: 요금제 알려 드릴게요\n베이직: 월 3만 원\n프리미엄: 월 5만 원\n고객: 네",
        "고객: 서류요\n상담사: 세 가지예요\n가족: 증명서\n이체일: 15일\n사장: 김철수",
        "상담사: 문자로 갔어요\n발신: 한빛카드\n고객: 네",
        "고객: 예약은\n내일 오후 3:30\n상담사: 네 잡아 드렸습니다",
    ],
)
def test_what_heads_a_line_of_speech_is_no_speaker(text):
    assert {side for side, _ in said(text)} == {"agent", "customer"}
    words = " ".join(words for _, words in said(text))
    assert all(word in words for word in text.replace("상담사: ", "").replace("고객: ", "").split())


def test_who_was_not_recognised_beside_two_others_is_neither():
    speech = [("화자 1", SAID[0]), ("화자 2", SAID[1]), ("알 수 없음", ("unknown", "네네 여기요"))]
    text = "\n".join(f"{label}: {words}" for label, (_, words) in speech)
    assert said(text) == [one for _, one in speech]


def test_labels_with_a_space_alone_are_known_before_what_looks_like_another_label():
    text = (
        "상담원 네 한빛통신입니다\n고객 끊겨요\n자꾸요\n상담원 모뎀) 껐다 켜 주세요\n"
        "고객 시간: 언제요\n"
        "상담원 주소는 서울이죠\n고객 네\n"
    )
    assert said(text) == [
        ("agent", "네 한빛통신입니다"),
        ("customer", "끊겨요 자꾸요"),
        ("agent", "모뎀) 껐다 켜 주세요"),
        ("customer", "시간: 언제요"),
        ("agent", "주소는 서울이죠"),
        ("customer", "네"),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("상담사: ", "민원인: "), ("간호사: ", "환자: "), ("상담사 김나래: ", "고객 박도윤: "),
        ("김나래 상담사: ", "박도윤 고객: "), ("김나래: ", "박도윤: "), ("A: ", "B: "),
        ("00:01 상담사: ", "00:05 고객: "),
    ],
)  # fmt: skip
def test_a_whole_call_in_one_line_has_its_turns(one, other):
    labels = {"agent": one, "customer": other}
    assert said(" ".join(labels[side] + text for side, text in SAID)) == SAID


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("{} 2025.09.13. 15:12\n{}\n", ("박도윤", "한빛가구")),
        ("({1}) {0}: {2}\n", ("박도윤", "한빛가구")),
        ("{} (오후 3:12)\n{}\n", ("박도윤", "한빛가구")),
        ("9/13/25, 3:12 PM - {}: {}\n", ("박도윤", "한빛가구")),
        ("15:12 {} {}\n", ("박도윤", "한빛가구")),
    ],
)
def test_the_second_person_of_a_chat_has_turns(form, names):
    chat = [
        (0, "소파 배송이 언제 오나요"),
        (1, "고객님 주문번호 말씀해 주세요"),
        (0, "3321이요"),
        (1, "내일 갑니다"),
    ]
    if "{2}" in form:
        chat.pop()
        text = "".join(form.format(names[who], "15:12:33", words) for who, words in chat)
    else:
        text = "".join(form.format(names[who], words) for who, words in chat)
    assert said(text) == [(("customer", "agent")[who], words) for who, words in chat]


def test_voices_and_names_of_cues_are_no_speech():
    text = (
        "WEBVTT\n\n9b1d/12-0\n00:00:03.430 --> 00:00:05.110\n<v 박 도윤>배송이 언제\n오나요</v>\n\n"
        "c1f2a3b4-12/13-0\n00:00:06.000 --> 00:00:08.110\n<v 한빛가구>고객님 내일 갑니다</v>\n"
    )
    assert said(text) == [("customer", "배송이 언제 오나요"), ("agent", "고객님 내일 갑니다")]


@pytest.mark.parametrize(
    "form",
    [
        "id,speaker,text,start,end,confidence\n1,{},\"{}\",0.1,2.0,0.98\n2,{},\"{}\",2.3,4.0,0.91\n",
        "통화ID,순번,화자구분,발화내용,시작(초)\nC1,1,{},\"{}\",0.1\nC1,2,{},\"{}\",2.3\n",
        "Date,User,Message\n2025-09-13 15:12:33,{},\"{}\"\n2025-09-13 15:13:01,{},\"{}\"\n",
        "| 시간 | 화자 | 내용 |\n|---|:--|---|\n| 00:01 | {} | {} |\n| 00:03 | {} | {} |\n",
        "{},\"{}\"\n{},\"{}\"\n",
    ],
)  # fmt: skip
def test_a_table_with_other_columns_is_read(form):
    turns = [("agent", "네, 한빛통신입니다"), ("customer", "요금이, 3만 원이나 나왔어요")]
    assert said(form.format("상담사", turns[0][1], "고객", turns[1][1])) == turns


def test_a_name_and_a_clock_above_each_message_say_who_wrote_it():
    times = ["오전 10:11", "오전 10:12", "오전 11:13", "오후 12:40", "오후 1:05", "오후 1:06"]
    names = {"agent": "한빛통신", "customer": "민트초코"}
    lines = [f"{names[side]} {at}\n{text}" for at, (side, text) in zip(times, SAID, strict=True)]
    assert said("\n".join(lines)) == SAID


@pytest.mark.parametrize(
    "clocks",
    [("오전 10:30", "오전 10:31", "오후 1:02"), ("오후 11:58", "오전 0:01", "오전 0:02")],
)
@pytest.mark.parametrize(
    "names",
    [("고객", "상담사"), ("홍길동", "상담사"), ("민트초코", "한빛통신"), ("김하은", "오늘의집")],
)
def test_who_stands_above_messages_may_be_a_name_or_a_role(names, clocks):
    customer, agent = names
    at, then, last = clocks
    text = f"{customer} {at}\n환불하고 싶어요\n{agent} {then}\n네 고객님\n{customer} {last}\n네"
    assert said(text) == [
        ("customer", "환불하고 싶어요"),
        ("agent", "네 고객님"),
        ("customer", "네"),
    ]


def test_a_photo_has_a_head_and_no_words():
    sent = "홍길동 오전 10:11\n홍길동 오전 10:12\n사진이요\n"
    text = f"{sent}상담사 오전 10:13\n네 고객님\n홍길동 오전 10:14\n네"
    assert said(text) == [("customer", "사진이요"), ("agent", "네 고객님"), ("customer", "네")]


def test_names_with_clocks_that_an_agent_reads_out_are_said():
    text = "고객: 네\n상담사: 예약자\n김민수 오후 3:30\n김민수 오후 4:30\n고객: 네"
    assert said(text)[1] == ("agent", "예약자 김민수 오후 3:30 김민수 오후 4:30")


@pytest.mark.parametrize(
    "text",
    [
        "내일 오후 3:30\n어때요\n모레 오후 5:30\n좋아요\n내일 오후 3:30\n그래요",
        "예약은 오후 3:30\n네 되나요\n예약이 오후 4:30\n그것도요\n예약은 오후 3:30",
        "상담사: 메모입니다\n고객 오전 10:30\n상담사: 네",
        "무궁화 3:30\n그거 말고요\n열차 4:30\n앞에 거요\n무궁화 3:30\n네",
        "무궁화 3:30\n무궁화 4:30\n네 그거요\n열차 5:30\n네\n그거요",
        "무궁화 3:30\n그거 말고요\n열차 4:30\n앞에 거요\n무궁화 5:30",
        "김민수 오후 3:30\n박도윤 오후 4:30\n김민수 오후 5:30",
        "예약자 명단이요\n김민수 3:30\n박도윤 4:30\n김민수 5:30\n박도윤 6:30",
    ],
)
def test_a_clock_behind_other_words_is_said(text):
    words = " ".join(text for _, text in said(text))
    assert all(at in words for at in ("3:30", "4:30", "5:30", "10:30") if at in text)


def test_a_number_that_an_agent_reads_out_is_nobody():
    text = "상담사: 기사님이세요\n010-1234-5678: 오후에만 받으세요\n고객: 네"
    assert said(text)[0] == ("agent", "기사님이세요 010-1234-5678: 오후에만 받으세요")
    text = "상담사: 지점이요\n02-123-4567: 본점\n1588-0000: 콜센터\n고객: 네"
    assert said(text)[0] == ("agent", "지점이요 02-123-4567: 본점 1588-0000: 콜센터")
    text = "상담사: 지점이요\n02-123-4567: 본점\n02-123-4567: 야간\n1588-0000: 콜센터\n고객: 네"
    assert len(said(text)) == 2


@pytest.mark.parametrize("date", ["2025{}", "2025-{}", "2025 {}"])
def test_a_date_is_the_number_of_nobody(date):
    text = "{}: 환불 문의했어요\n{}: 아직 안 왔어요\n{}: 언제 오나요"
    text = text.format(*(date.format(day) for day in ("0415", "0415", "0416")))
    assert [words for _, words in said(text)] == text.splitlines()


@pytest.mark.parametrize(
    ("agent", "customer"),
    [
        ("02-1234-5678", "010-1234-5678"),
        ("1588-0000", "02-1234-5678"),
        ("+82 2-1234-5678", "031-123-4567"),
        ("010-1234-5678", "1588-0000"),
        ("1588-0000", "0507-1234-5678"),
    ],
)
def test_a_number_that_speaks_once_has_a_turn_beside_one_that_speaks_again(agent, customer):
    text = f"{agent}: 카드 연체 안내드립니다\n{customer}: 네 오늘 낼게요\n{agent}: 네 감사합니다"
    assert [words for _, words in said(text)] == [
        "카드 연체 안내드립니다",
        "네 오늘 낼게요",
        "네 감사합니다",
    ]


@pytest.mark.parametrize("other", ["7001", "발신번호표시제한", "02-****-5678", "(031)123-4567"])
def test_a_number_alone_takes_no_words_of_another(other):
    text = f"1588-0000: 안내드립니다\n{other}: 네 오늘 낼게요\n1588-0000: 네 감사합니다"
    assert [words for _, words in said(text)] == text.splitlines()


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("기사님이 연락이 안 되세요\n확인해 볼게요", ["unknown", "unknown"]),
        ("사장님이 연락이 안 되시네요\n메모 남겨 드릴게요", ["unknown", "unknown"]),
        (
            "안녕하세요 한국통신입니다\n어머니 휴대폰이 개통이 안 되세요\n확인해 볼게요\n네",
            ["agent", "customer", "agent", "customer"],
        ),
    ],
)
def test_what_does_not_work_for_somebody_honoured_is_not_said_by_the_agent(text, sides):
    lines = [f"{'AB'[at % 2]}: {words}" for at, words in enumerate(text.splitlines())]
    assert [side for side, _ in said("\n".join(lines))] == sides


def test_what_has_not_come_from_whom_it_concerns_is_said_by_the_agent():
    text = (
        "S1: 서지현 씨 맞으시죠 새봄카드인데요\nS2: 네\nS1: 이번 달 입금이 안 되셔서요\n"
        "S2: 내일 넣을게요"
    )
    assert [side for side, _ in said(text)] == ["agent", "customer", "agent", "customer"]


@pytest.mark.parametrize("number", ["01012345678", "010-1234-5678", "010 1234 5678"])
@pytest.mark.parametrize(
    "form",
    [
        "상담사\n번호 불러 주세요\n고객\n{0}\n상담사\n확인했습니다",
        "참석자 1\n번호 불러 주세요\n참석자 2\n{0}\n참석자 1\n확인했습니다",
        "번호 불러 주세요\n{0}\n다른 번호도요\n010-9876-5432\n다시요\n{0}",
        "고객 번호요\n상담원 네\n{0} 맞죠\n고객 네\n상담원 네\n고객 환불이요\n상담원 네",
    ],
)
def test_a_number_that_is_said_alone_or_first_is_no_label(form, number):
    assert number in " ".join(text for _, text in said(form.format(number)))


@pytest.mark.parametrize(
    "labels", [("고객1", "상담사1"), ("화자 1", "화자 2"), ("Speaker 1", "Speaker 2")]
)
def test_the_bold_letters_of_a_numbered_label_are_no_part_of_it(labels):
    one, other = labels
    text = f"**{one}**: 환불해 주세요\n**{other}**: 네 고객님 무엇을 도와드릴까요\n**{one}**: 네"
    assert said(text) == [
        ("customer", "환불해 주세요"),
        ("agent", "네 고객님 무엇을 도와드릴까요"),
        ("customer", "네"),
    ]


@pytest.mark.parametrize("word", ["소유주", "여성용", "남성용", "양수인", "사진용"])
def test_common_words_are_no_names(word):
    assert not is_name(word)


def test_a_slip_in_the_sign_of_a_label_is_no_speech_of_the_one_before():
    text = "상담원: 네 한빛카드입니다\n고객; 카드를 잃어버렸어요\n상담원: 정지했어요\n고객= 네\n"
    assert said(text) == [
        ("agent", "네 한빛카드입니다"), ("customer", "카드를 잃어버렸어요"),
        ("agent", "정지했어요"), ("customer", "네"),
    ]  # fmt: skip
    spoken = "상담원: 조건이요\n비밀번호=초기화; 맞죠\n등급; VIP요\n고객: 네\n"
    assert said(spoken)[0] == ("agent", "조건이요 비밀번호=초기화; 맞죠 등급; VIP요")


def test_a_letter_that_an_agent_alone_reads_out_is_nobody():
    text = "상담원: 둘 중에 고르세요\nA: 택배로 보내기\nB: 매장에 오기\n상담원: 어느 쪽이세요\n"
    assert {speaker for speaker, _ in said(text)} == {"agent"}
    text = "상담원: 둘 중에\n가: 택배\n나: 매장\n상담원: 다시요\n가: 택배\n나: 매장\n"
    assert {speaker for speaker, _ in said(text)} == {"agent"}


@pytest.mark.parametrize("bot", ["예약봇", "상담봇", "챗봇 푸르미", "AI봇 하나", "🤖", "톡봇2"])
def test_a_machine_is_one_by_any_name(bot):
    text = f"{bot}: 무엇을 도와드릴까요\n고객: 사람 바꿔 주세요\n상담원: 네\n{bot}: 별점은요\n"
    assert [speaker for speaker, _ in said(text)] == ["system", "customer", "agent", "system"]


def test_what_stands_between_turns_of_one_line_is_not_said():
    text = "상담원: 네 / 고객: 요금이 이상해요 / 상담원: 확인할게요 // 고객: 1/2만요"
    assert [words for _, words in said(text)] == ["네", "요금이 이상해요", "확인할게요", "1/2만요"]


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("외국인", "I want to extend my visa"), ("며느리", "제가 대신 말씀드릴게요"),
        ("집주인", "그건 세입자가 고쳐야죠"), ("이웃", "어제부터 물이 새요"),
        ("손녀", "할머니가 잘 못 들으세요"), ("운전자", "제가 서 있었어요"),
        ("김민서", "I am calling for my mother"), ("보험사 직원", "네 현장에 도착했습니다"),
        ("견인 기사", "차 옮기겠습니다"), ("상담원&고객", "네네"),
        ("미상", "뭐라고요?"), ("사위", "네 제가 보호자예요"),
    ],
)  # fmt: skip
def test_whoever_is_with_the_caller_has_a_turn(who, words):
    text = f"상담원: 네 말씀하세요\n고객: 저기요 잠깐만요\n{who}: {words}\n상담원: 네 알겠습니다\n"
    assert said(text)[2] == ("unknown", words)


@pytest.mark.parametrize(
    ("agent", "customer"),
    [
        ("Nhân viên", "Khách hàng"),
        ("客服", "用户"),
        ("オペレーター", "お客さま"),
        ("Agente", "Cliente"),
        ("Оператор", "Клиент"),
        ("Mitarbeiter", "Kunde"),
        ("Petugas", "Pelanggan"),
        ("เจ้าหน้าที่", "ลูกค้า"),
    ],
)
def test_the_labels_of_calls_in_other_languages_are_read(agent, customer):
    text = f"{agent}: 1\n{customer}: visa 2\n{agent}: ok 3\n"
    assert said(text) == [("agent", "1"), ("customer", "visa 2"), ("agent", "ok 3")]
    assert read(text).speakers == "both"


def test_a_long_beginning_that_repeats_is_no_label_and_breaks_nothing():
    text = "긴 말로 시작하는 첫 줄: 네\n" * 3 + "긴 말로 시작하는 둘째 줄: 네\n" * 3
    assert {one.speaker for one in read(text).utterances} == {"unknown"}


def test_what_stands_behind_a_role_in_brackets_is_a_name_only_if_it_is_one():
    text = "[고객] 주소: 서울이요\n[상담원] 이수진: 네\n[고객] 번호: 77이요\n"
    assert said(text) == [
        ("customer", "주소: 서울이요"), ("agent", "네"), ("customer", "번호: 77이요"),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["*** 상담원이 입장했습니다 ***", "** 이수진 joined the chat **"])
def test_who_comes_into_a_chat_between_stars_is_not_said(line):
    text = f"고객: 카드요\n{line}\n상담사: 네\n고객: ** 별표 두 개 ** 요\n"
    assert said(text) == [
        ("customer", "카드요"),
        ("agent", "네"),
        ("customer", "** 별표 두 개 ** 요"),
    ]
