import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.reading.call import MAX_UTTERANCE_CHARACTERS, read, read_turns
from edgebox.reading.recognisers import damaged_at, turns_of
from edgebox.reading.turn import Turn

AGENT = ("agent", "무엇을 도와드릴까요 고객님")
CUSTOMER = ("customer", "카드를 잃어버렸어요 정지해 주세요")
AGAIN = ("agent", "네 정지했고 재발급은 사흘 걸립니다")
PATTERN = tuple(text for _, text in (AGENT, CUSTOMER, AGAIN))


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


def three(form, one, other):
    """The three turns in a style: ``form`` has places for a label and what it says."""
    return "".join(
        form.format(label=label, text=text)
        for label, text in zip((one, other, one), PATTERN, strict=True)
    )


LINE = "{label}: {text}\n"


@pytest.mark.parametrize(
    ("form", "one", "other", "speakers"),
    [
        (LINE, "상담사", "고객", "both"),
        ("{label} : {text}\r\n", "상담원", "손님", "both"),
        ("{label}：{text}\n", "상담직원", "민원인", "both"),
        ("[{label}] {text}\n", "상담사", "고객", "both"),
        ("({label}) {text}\n", "안내원", "이용자", "both"),
        ("【{label}】{text}\n", "직원", "고객님", "both"),
        ("<{label}> {text}\n", "agent", "customer", "both"),
        ("{label}\t{text}\n", "상담사", "고객", "both"),
        ("{label} | {text}\n", "상담원", "고객", "both"),
        ("{label}> {text}\n", "상담원", "고객", "both"),
        ("{label},{text}\n", "상담원", "고객", "both"),
        ("{label}\n{text}\n", "상담사", "고객", "both"),
        ("**{label}:** {text}\n", "상담사", "고객", "both"),
        ("- {label}: {text}\n", "상담사", "고객", "both"),
        ("{label}: {text} ", "상담사", "고객", "both"),
        ("{label}: {text}<br>", "직원", "고객", "both"),
        ("{label}: {text}\\n", "직원", "고객", "both"),
        ("{label}: {text}\\\\n", "직원", "고객", "both"),
        ("{label}: {text}\\\\r\\\\n", "직원", "고객", "both"),
        ("{label}: {text}&lt;br /&gt;", "직원", "고객", "both"),
        ("&lt;p&gt;{label}: {text}&lt;/p&gt;", "직원", "고객", "both"),
        ("&lt;{label}&gt; {text}&lt;br&gt;", "상담원", "고객", "both"),
        ("<{label}> {text} ", "상담원", "고객", "both"),
        ("{label}&#58;&nbsp;{text}&#10;", "직원", "고객", "both"),
        ("{label}: {text}\r", "직원", "손님", "both"),
        ("{label}: {text}\u2028", "직원", "손님", "both"),
        ("{label}: {text}\x0b", "직원", "손님", "both"),
        ("{label}: {text}\x85", "직원", "손님", "both"),
        ("\u200b{label}: {text}\n", "상담사", "고객", "both"),
        (LINE, "상담사(남)", "고객(여)", "both"),
        (LINE, "2차상담원", "고객1", "both"),
        (LINE, "상", "고", "both"),
        (LINE, "관리자", "회원", "both"),
        (LINE, "주무관", "민원인", "both"),
        (LINE, "기사님", "고객", "both"),
        (LINE, "설계사", "고객", "both"),
        (LINE, "간호사", "환자", "both"),
        ("[00:00:01] {label}: {text}\n", "TX", "RX", "both"),
        ("[{label}] [오후 3:12] {text}\n", "상담사", "고객", "both"),
        ("2025년 9월 13일 오후 3:12, {label} : {text}\n", "상담사", "고객", "both"),
        ("2025. 10. 14. 오전 9:30, {label} : {text}\n", "상담사", "고객", "both"),
        ("[00분 12초] {label}: {text}\n", "상담사", "고객", "both"),
        ("2025-09-13 10:21:05 [{label}] {text}\n", "상담사", "고객", "both"),
        ("{label} 10:21 AM\n{text}\n", "상담사", "고객", "both"),
        ("1\n00:00:01,000 --> 00:00:04,000\n{label}: {text}\n\n", "상담사", "고객", "both"),
        ("00:00:01.000 --> 00:00:04.000\n<v {label}>{text}</v>\n\n", "상담사", "고객", "both"),
        ("[00:00:00.000 --> 00:00:04.000]   {label}: {text}\n", "상담사", "고객", "both"),
        (LINE, "화자 A ", "화자 B ", "guessed"),
        (LINE, "화자 1", "화자 2", "guessed"),
        ("{label}: {text} ", "화자 1", "화자 2", "guessed"),
        (LINE, "Speaker A", "Speaker B", "guessed"),
        (LINE, "Guest-1", "Guest-2", "guessed"),
        ("[{label}]: {text}\n", "SPEAKER_00", "SPEAKER_01", "guessed"),
        (LINE, "spk_0", "spk_1", "guessed"),
        (LINE, "채널1", "채널2", "guessed"),
        ("[{label}] {text}\n", "Ch1", "Ch2", "guessed"),
        (LINE, "A", "B", "guessed"),
        (LINE, "A", "Q", "guessed"),
        ("{label} 00:12\n{text}\n", "참석자 1", "참석자 2", "guessed"),
        ("{label}\n{text}\n", "참석자 1", "참석자 2", "guessed"),
        (LINE, "김민지", "홍길동", "guessed"),
        (LINE, "상담사 김민지", "홍길동", "guessed"),
    ],
)
def test_a_label_in_any_style_is_its_speaker(form, one, other, speakers):
    text = three(form, one, other)
    call = read(text)
    assert [(u.speaker, u.text) for u in call.utterances] == [AGENT, CUSTOMER, AGAIN]
    assert call.speakers == speakers
    assert call.dropped == {}
    assert [text[u.start : u.end].strip("* \n") != "" for u in call.utterances] == [True] * 3


def test_characters_that_were_written_as_their_codes_are_read():
    text = three(LINE, "상담사", "고객")
    codes = json.dumps(text)[1:-1]
    references = "".join(f"&#{ord(one)};" for one in text)
    hexadecimal = "".join(f"&#x{ord(one):X};" for one in text)
    for received in (codes, references, hexadecimal):
        call = read(received)
        assert [(one.speaker, one.text) for one in call.utterances] == [AGENT, CUSTOMER, AGAIN]
        assert all(0 <= one.start < one.end <= len(received) for one in call.utterances)
    assert said("상담사: AT&T; R&D; 그리고 &middot; \\u0041 이요\n고객: 네")[0][1] == (
        "AT&T; R&D; 그리고 · \\u0041 이요"
    )
    assert said(r"상담사: \ud83d\ude00 네\n고객: \ud83d 네\n고객: \u0002 네\n") == [
        ("agent", "😀 네"), ("customer", "\ufffd 네"), ("customer", "네"),
    ]  # fmt: skip


def test_decomposed_hangul_is_read_as_composed():
    text = three(LINE, "상담사", "고객")
    apart = unicodedata.normalize("NFD", text)
    assert said(apart) == said(text)
    for utterance in read(apart).utterances:
        piece = unicodedata.normalize("NFC", apart[utterance.start : utterance.end])
        assert piece.endswith(utterance.text)


def test_other_speakers_are_turns_of_their_own():
    call = "챗봇: 기간이 지났습니다\n고객: 연결해 주세요\n시스템: 대기 3분\n상담사: 접수했습니다"
    assert said(call) == [
        ("system", "기간이 지났습니다"),
        ("customer", "연결해 주세요"),
        ("system", "대기 3분"),
        ("agent", "접수했습니다"),
    ]  # fmt: skip
    call = "고객: 요금이 이상해요\n상담사: 네\n김대리님: 제가 볼게요\n김대리님: 됐습니다"
    assert said(call)[2:] == [
        ("unknown", "제가 볼게요"),
        ("unknown", "됐습니다"),
    ]  # fmt: skip


def test_three_anonymous_speakers_two_of_whom_work_there():
    text = (
        "화자 1: 네 한빛카드입니다 무엇을 도와드릴까요\n화자 2: 요금이 이상해요\n"
        "화자 1: 담당 부서 연결해 드리겠습니다\n화자 3: 바꿨습니다 고객님 확인해 드리겠습니다\n"
        "화자 2: 네"
    )
    assert [speaker for speaker, _ in said(text)] == [
        "agent", "customer", "agent", "agent", "customer",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("고객: 바꾸려고요\n14:30 에서 16:00 로 옮겨요\n상담사: 네", "14:30 에서 16:00 로"),
        ("상담사: 네\n고객: 네\n고객 10:30 방문 예정\n상담사: 네", "고객 10:30 방문 예정"),
        ("회원 12:30 방문 예정\n고객: 네", "회원 12:30 방문 예정"),
        ("상담사: 요금제는\nA: 월 3만 원\nB: 월 5만 원\n고객: A요", "A: 월 3만 원 B: 월"),
        ("고객: 2025. 9. 13. 오후 3시요\n상담사: 네", "2025. 9. 13. 오후 3시"),
        ("고객: 네\n3시 반에 와 주세요\n상담사: 네", "3시 반에"),
        ("고객: 네\n오후 3:30에 와 주세요\n상담사: 네", "오후 3:30에 와"),
        ("상담사: 배송비: 3,000원입니다\n고객: 네", "배송비: 3,000원"),
        ("상담사: 주소 불러 드릴게요\n주소: 서울 중구\n고객: 네", "주소: 서울 중구"),
    ],
)  # fmt: skip
def test_what_was_said_stays(text, kept):
    assert any(kept in spoken for _, spoken in said(text))


VTT = """WEBVTT

NOTE made by a recogniser

1
00:01.000 --> 00:02.000
고객: 네

2
00:02.000 --> 00:03.000
상담사: 됩니다
"""


@pytest.mark.parametrize(
    "text",
    [
        "고객: 네 [00:12]\n상담사: 됩니다 (00:15)",
        "00:12 고객: 네\n00:15 상담사: 됩니다",
        "---- 2025년 9월 13일 토요일 ----\n[고객] [오후 3:12] 네\n[상담사] [오후 3:13] 됩니다",
        VTT,
        "고객 김하늘님과 카카오톡 대화\n저장한 날짜 : 2025-09-13 15:20\n\n고객: 네\n상담사: 됩니다",
        "&nbsp;고객: <i>네</i>\n상담사: 됩니다",
    ],
)
def test_stamps_headers_and_markup_are_left_out(text):
    assert said(text) == [("customer", "네"), ("agent", "됩니다")]


def test_clocks_before_unlabelled_lines_are_stamps_where_all_lines_have_them():
    assert said("00:12 카드를 잃어버렸어요\n00:15 정지했습니다\n00:20 감사합니다") == [
        ("unknown", "카드를 잃어버렸어요"),
        ("unknown", "정지했습니다"),
        ("unknown", "감사합니다"),
    ]


def test_invented_lines_silence_loops_and_machines_are_counted():
    call = read(
        "한빛카드입니다. 잔액 조회는 1번을 눌러 주세요.\n고객: 정지해 주세요 (한숨)\n"
        "상담사: [음악]\n"
        "상담사: 네 네 네 네 네 정지해 드렸습니다\n시청해 주셔서 감사합니다.\n"
        "구독과 좋아요 알림 설정까지 부탁드립니다\n고객: 네\n고객: 네\n고객: 네\n고객: 네"
    )
    assert [(u.speaker, u.text) for u in call.utterances] == [
        ("unknown", "한빛카드입니다."),
        ("system", "잔액 조회는 1번을 눌러 주세요."),
        ("customer", "정지해 주세요"),
        ("agent", "네 네 정지해 드렸습니다"),
        ("customer", "네"),
    ]
    assert call.dropped == {"hallucination": 2, "silence": 1, "repetition": 6, "system": 1}


@pytest.mark.parametrize(
    "real",
    [
        "감사합니다",
        "방송 시청해 주셔서 감사합니다라는 문구가 떠요",
        "구독 해지하려고요",
        "구독료가 왜 나가요",
        "공 공 공 공 일이삼사",
        "다음 영상 통화는 언제 되나요",
        "뉴스 채널이 안 나와요",
    ],
)
def test_real_speech_is_no_invention(real):
    assert said(f"고객: {real}\n상담사: 네")[0] == ("customer", real)


@pytest.mark.parametrize(
    "text",
    [
        "", " \n\t", "고객:\n상담사:\n고객:\n", "[00:00:01] [BLANK_AUDIO]\n[00:00:31] (무음)",
        "시청해 주셔서 감사합니다.\n" * 100, "♪♪♪", "...\n…", '{"segments": []}',
        "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n\n",
    ],
)  # fmt: skip
def test_nothing_said_is_no_utterance(text):
    assert said(text) == []


WHISPERX = {"segments": [{"start": 0.5, "text": " 무엇을 도와드릴까요 고객님",
             "speaker": "SPEAKER_00", "words": [{"word": "무엇을", "start": 0.5}]},
            {"start": 3.3, "text": " 카드를 잃어버렸어요 정지해 주세요", "speaker": "SPEAKER_01"},
            {"start": 6.2, "text": " 네 정지했고 재발급은 사흘 걸립니다", "speaker": "SPEAKER_00"}],
            "language": "ko"}  # fmt: skip


def shaped(texts, speakers, text_key, speaker_key, **more):
    return [{text_key: t, speaker_key: s, **more} for t, s in zip(texts, speakers, strict=True)]


@pytest.mark.parametrize(
    "value",
    [
        WHISPERX,
        shaped(PATTERN, ("agent", "customer", "agent"), "text", "speaker"),
        shaped(PATTERN, ("assistant", "user", "assistant"), "content", "role"),
        {"Transcript": shaped(PATTERN, ("AGENT", "CUSTOMER", "AGENT"), "Content", "ParticipantId")},
        {"utterances": shaped(PATTERN, (0, 1, 0), "msg", "spk", start_at=1)},
        {"results": {"utterances": shaped(PATTERN, (0, 1, 0), "transcript", "speaker")}},
        {"segments": [{"text": t, "speaker": {"label": s, "name": "x"}}
                      for t, s in zip(PATTERN, "121", strict=True)]},
        {"recognizedPhrases": [{"speaker": s, "nBest": [{"display": t}]}
                               for t, s in zip(PATTERN, (1, 2, 1), strict=True)]},
        {"results": [{"alternatives": [{"transcript": t}], "channelTag": s}
                     for t, s in zip(PATTERN, (1, 2, 1), strict=True)]},
        {"monologues": [{"speaker": s, "elements": [{"type": "text", "value": t}]}
                        for t, s in zip(PATTERN, (0, 1, 0), strict=True)]},
    ],
    ids=["whisperx", "turns", "chat", "contact lens", "rtzr", "deepgram", "clova", "azure",
         "google", "rev"],
)  # fmt: skip
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_recognisers_json_is_read_as_turns(value, ascii_only):
    received = json.dumps(value, ensure_ascii=ascii_only)
    call = read(received)
    assert [(u.speaker, u.text) for u in call.utterances] == [AGENT, CUSTOMER, AGAIN]
    for utterance in call.utterances:
        written = received[utterance.start : utterance.end]
        assert json.loads(f'"{written}"').strip() == utterance.text


def test_an_agent_who_asks_for_a_key_is_no_menu():
    asked = "비밀번호 네 자리 누르시고 별표를 눌러 주세요"
    assert said(f"상담사: {asked}\n고객: 네 눌렀어요")[0] == ("agent", asked)
    menu = "조회는 1번을 눌러 주세요 분실은 2번을 눌러 주세요"
    assert said(f"상담사: {menu}\n고객: 분실이요")[0] == ("system", menu)


def test_offsets_are_found_however_a_document_escapes_its_texts():
    received = '{"turns": [{"text": "A\\/B \\uce74드"}, {"text": "네"}, {"text": "네"}]}'
    one, two, three = read(received).utterances
    assert received[one.start : one.end] == "A\\/B \\uce74드"
    assert (two.text, three.text) == ("네", "네")
    assert two.end < three.start


def test_turns_are_read_in_their_order_with_any_labels():
    call = read_turns(
        [Turn("상담원 A", "네 고객님"), Turn("홍길동", "환불이요"), Turn("봇", "대기")]
    )
    assert [(u.speaker, u.text, u.start, u.end) for u in call.utterances] == [
        ("agent", "네 고객님", 0, 5),
        ("customer", "환불이요", 6, 10),
        ("system", "대기", 11, 13),
    ]


@pytest.mark.parametrize("start", ["1" * 400, "1e999", '"1e999"', '"nan"', "true", "null", "{}"])
def test_a_start_that_is_no_time_is_left_out(start):
    later = '{"text": "재발급은 언제 되나요", "start": 1}'
    text = f'[{{"text": "네 고객님", "start": {start}}}, {later}]'
    assert [one.start_ms for one in turns_of(text)] == [None, 1000.0]
    assert [one.text for one in read(text).utterances] == ["네 고객님", "재발급은 언제 되나요"]


def test_offsets_of_a_tables_sentences_are_those_of_their_words():
    said = " ".join(f"{number}번 카드의 재발급은 사흘쯤 걸립니다." for number in range(60))
    text = f"speaker,start,text\nagent,0.5,{said}\ncustomer,12.5,알겠습니다 감사합니다\n"
    first, *rest, last = read(text).utterances
    assert text[first.start : first.end] == f"agent,0.5,{first.text}"
    assert rest
    for one in rest:
        assert text[one.start : one.end].strip() == one.text
    assert text[last.start : last.end] == "customer,12.5,알겠습니다 감사합니다"


def test_a_number_of_thousands_of_digits_is_damage():
    assert damaged_at('[{"text": "네", "start": ' + "1" * 4400 + "}]") == 1


_PIECES = st.sampled_from(
    ["고객: ", "상담사:", "[고객]", "A: ", "(상담원) ", "00:12 ", "[00:12] ", "1. ", "네", ". ",
     "가나다라마바사" * 30, "é", "\0", "\n", "\r\n", " ", "\u2028", "\u1100\u1161", "<br>", "\\n",
     "[음악]", "했습니다", "2025. 9. 13. ", "{", '"', "|", ",", "화자 1: ", "챗봇: ",
     "네 네 네 네 ", "상담원; ", "나: ", "114: ", "👤: ", "상담사 → 고객: ", "예약봇: ",
     "최**: ", "이수진, [13.09.2025 15:12]", "Sep 13, 2025 at 3:12 PM, ", "- 1 -", "요약: ",
     "&lt;br&gt;", "&#54616;", "\\ud558", "│", "+--+\n", "1번을 눌러 주세요.", "감사합니다\n" * 4,
     "열 글자보다 훨씬 긴 줄의 시작: ", "=", "\x02"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(_PIECES).map("".join)))
def test_whatever_is_received_is_read_in_order_and_inside_the_text(text):
    at = 0
    for utterance in read(text).utterances:
        assert 0 < len(utterance.text) <= MAX_UTTERANCE_CHARACTERS
        assert utterance.text == " ".join(utterance.text.split())
        assert at <= utterance.start <= utterance.end <= len(text)
        at = utterance.start


@pytest.mark.parametrize(
    "piece",
    [
        "- ", "-", "=", "*", "♪", "[", "<", "<v 고객>", "고객 김", "고객(가", ":", "가 ", "네 ",
        "네 네 아 ", "[00:12] ", "12:34 ", "2025. 9. 13. ", "1 ", "1", '"', "\n", "[{",
        "\u1100\u1161", "4. ", "…", "a\n", "고객: 네\n",
    ],
)  # fmt: skip
def test_hostile_repetition_takes_no_quadratic_time(piece):
    """A quadratic step would take minutes here; nothing is asserted of the machine's speed."""
    text = piece * (60_000 // len(piece)) + "끝"
    assert read(text).utterances


def test_a_chat_export_has_labels_without_a_sign():
    text = (
        "[오후 1:03] 고객 매트리스 관리 때 향 나는 거 안 쓰면 안 될까요\n"
        "[오후 1:04] 자동 안내 상담 시간은 9시부터입니다.\n"
        "[오후 1:06] 다봄 안녕하세요 무향으로 바꿔 드릴게요\n"
        "[오후 1:06] 고객 추가 요금은요\n"
        "[오후 1:07] 새얼굴 사진도 보내 드릴게요\n"
        "[오후 1:08] 다봄 없어요 변경했고 일정표에도 적혔어요\n"
        "[오후 1:08] 고객 감사합니다\n"
    )
    call = read(text)
    assert [one.speaker for one in call.utterances] == [
        "customer", "system", "agent", "customer", "unknown", "agent", "customer",
    ]  # fmt: skip
    assert call.utterances[1].label == "자동 안내"
    assert call.utterances[4].text == "새얼굴 사진도 보내 드릴게요"


def test_the_first_words_of_stamped_lines_are_no_labels():
    text = (
        "[오전 9:01] 고객님 안녕하세요 오늘은 뭐\n[오전 9:02] 네네 안녕하세요 그게요\n"
        "[오전 9:03] 네네 알겠습니다\n[오전 9:04] 고객님 감사합니다\n"
    )
    assert said(text)[0] == ("unknown", "고객님 안녕하세요")
    assert {speaker for speaker, _ in said(text)} == {"unknown"}


@pytest.mark.parametrize(
    "text",
    [
        "2025년 10월 13일 오후 2:11, {} : {}\n2025년 10월 13일 오후 2:12, {} : {}\n",
        (
            "2025년 10월 13일 월요일\n2025. 10. 13. 오후 2:11, {} : {}\n2025. 10. 13. 오후 "
            "2:12, {} : {}\n"
        ),
        "2025-10-13 14:11 {} : {}\n2025-10-13 14:12 {} : {}\n",
    ],
)
@pytest.mark.parametrize("names", [("박민호", "한빛카드"), ("민호", "이수진")])
def test_a_chat_export_in_which_each_side_writes_once_has_both(text, names):
    call = read(text.format(names[0], CUSTOMER[1], names[1], AGENT[1]))
    assert [(one.speaker, one.text) for one in call.utterances] == [CUSTOMER, AGENT]


def test_attachments_of_a_chat_export_are_silence():
    date = "2025년 10월 13일 오후 2:11"
    attached = "".join(
        f"{date}, 박민호 : {one}\n" for one in ("사진", "이모티콘", "동영상", "파일: 신분증.pdf")
    )
    call = read(f"{date}, 박민호 : {CUSTOMER[1]}\n{attached}{date}, 이수진 : {AGENT[1]}\n")
    assert [(one.speaker, one.text) for one in call.utterances] == [CUSTOMER, AGENT]
    assert call.dropped == {"silence": 4}
    assert said("고객: 사진\n상담사: 네") == [("customer", "사진"), ("agent", "네")]


def test_a_name_before_the_word_of_a_role_stays_in_the_label():
    call = read(f"김지수 상담사: {AGENT[1]}\n박민호 고객: {CUSTOMER[1]}")
    assert [(one.label, one.speaker, one.text) for one in call.utterances] == [
        ("김지수 상담사", *AGENT),
        ("박민호 고객", *CUSTOMER),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[{"speaker":"agent","text":"네', 28),
        ('[{"speak', 3),
        ('{"turns": [{"speaker":"a"', 25),
        ('{"a": "b"} 네', 12),
        ("[상담사] 네", None),
        ("{ 네", None),
        ('{"text": "네"}', None),
    ],
)
def test_text_that_begins_like_json_and_is_cut_off_is_damaged(text, place):
    assert damaged_at(text) == place


def test_one_object_a_line_is_read_as_turns():
    lines = [{"speaker": side, "text": text} for side, text in (AGENT, CUSTOMER)]
    assert said("\n".join(map(json.dumps, lines))) == [AGENT, CUSTOMER]


@pytest.mark.parametrize("sign", ["\u2028", "\u0085"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_of_json_ends_only_where_json_lets_it(sign, end):
    lines = [
        {"speaker": "agent", "text": f"네{sign}정지했습니다"},
        {"speaker": "customer", "text": "네"},
    ]
    call = read(end.join(json.dumps(line, ensure_ascii=False) for line in lines))
    assert [one.speaker for one in call.utterances] == ["agent", "customer"]
    assert "{" not in "".join(one.text for one in call.utterances)


@pytest.mark.parametrize("blank", ["\n", "\u200b", " ", "\t\n"])
def test_a_transcript_with_much_blank_is_read(blank):
    many = blank * (60_000 // len(blank))
    for text in (f"고객: 네{many}", f"{many}고객: 네", f"고객: 네{many}\n상담사: 네"):
        assert read(text).utterances[0].text == "네"
