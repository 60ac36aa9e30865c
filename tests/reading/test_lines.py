"""What of a line was said: stamps are told from times and dates by where most turns have them."""

import pytest

from edgebox.reading.call import read


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


@pytest.mark.parametrize(
    "text",
    [
        "평일에만 상담 가능합니다 (09:00~18:00)",
        "평일에만 상담 가능합니다 [09:00-18:00]",
        "예약이 확정되었습니다 (2025-09-20 14:00)",
        "예약이 확정되었습니다 [2025-09-20 14:00]",
        "예약이 확정되었습니다 (2025년 9월 20일)",
        "예약이 확정되었습니다 (2025. 9. 20.)",
        "기준 금리를 적용합니다 (3.25)",
        "방문 시간입니다 (오후 2:30)",
        "방문 시간입니다 [14:30]",
        "승인되었습니다 (14:03:22)",
        "통화하셨네요 (3분 20초)",
        "2025년 9월 13일 오후 3:30",
        "2025-09-13 15:30",
        "2025년 9월 13일 오후 3:30, 맞습니다",
        "(2025-09-20 14:00)",
        "(09:00~18:00) 사이에 전화 주세요",
        "14:03:22 에 결제되었습니다",
        "14:30",
    ],
)
def test_a_time_a_date_or_a_rate_that_one_turn_says_stays(text):
    call = f"고객: 언제인가요\n상담사: {text}\n고객: 네 알겠습니다"
    assert said(call)[1] == ("agent", text)
    assert said(f"상담사: {text}") == [("agent", text)]
    assert said(f"[고객] 언제인가요\n[상담사] {text}\n[고객] 네")[1] == ("agent", text)


@pytest.mark.parametrize(
    "text",
    [
        "2025년 9월 13일 오후 3:30",
        "(2025-09-20 14:00)",
        "14:30",
        "오후 3:30",
        "2025년 9월 13일 토요일",
        "2025. 9. 13. 토요일",
    ],
)
def test_an_answer_on_a_line_of_its_own_stays(text):
    assert said(f"고객:\n{text}\n상담사:\n네 됐습니다")[0] == ("customer", text)
    assert ("unknown", text) in said(f"언제로 예약할까요?\n{text}\n네 됐습니다")


def test_a_time_that_is_a_part_of_its_word_stays():
    turns = ["오전(10:00)과 오후(14:00)", "오후(14:00)"]
    call = read("\n".join(f"고객: {one}" for one in turns))
    assert [one.text for one in call.utterances] == turns


@pytest.mark.parametrize(
    "form",
    [
        "[{label}] [{stamp}] {text}\n",
        "[{label}] ({stamp}): {text}\n",
        "[{label}] 2025-09-13 {stamp}\n{text}\n",
        "{label}: {text} [{stamp}]\n",
        "{label}: {text} ({stamp})\n",
        "{label}: {text} (2025-09-13 {stamp})\n",
        "{label}: {text} [2025-09-13] [{stamp}]\n",
        "{label}: [{stamp}] {text}\n",
        "{label}: ({stamp}) {text}\n",
        "{label}: (2025-09-13 {stamp}) {text}\n",
        "{label}: 2025-09-13 {stamp}\n{text}\n",
        "{label}:\n({stamp})\n{text}\n",
        "{stamp}\n{label}: {text}\n",
        "2025-09-13 {stamp}\n{label}: {text}\n",
        "[{stamp}] {label}: {text}\n",
        "{stamp} {label}: {text}\n",
    ],
)
def test_a_stamp_is_where_most_turns_have_one(form):
    turns = [
        ("고객", "10:12", "영업시간이 어떻게 되나요"),
        ("상담사", "10:13", "평일만 됩니다 (09:00~18:00)"),
        ("고객", "10:14", "3:30에 갈게요"),
        ("상담사", "10:15", "네 됐습니다"),
    ]
    text = "".join(form.format(label=a, stamp=b, text=c) for a, b, c in turns)
    assert [one for _, one in said(text)] == [one for _, _, one in turns]


@pytest.mark.parametrize(
    "text",
    [
        "네 됐습니다 [00:00:12]",
        "네 됐습니다 [00:00:01.000 --> 00:00:04.000]",
        "[00:00:12] 네 됐습니다",
        "[00:12] 네 됐습니다",
        "[00:02:00]\n네 됐습니다",
        "네 됐습니다 [00:12]",
    ],
)
def test_a_stamp_by_its_form_is_one_anywhere(text):
    call = f"고객: 취소해 주세요\n상담사: {text}\n고객: 네"
    assert said(call)[1] == ("agent", "네 됐습니다")


@pytest.mark.parametrize(
    "text", ["네 방금 기사님이 나갔습니다.", "김하늘님이 들어왔습니다", "---- 상담 종료 ----"]
)
def test_a_line_with_a_label_is_no_header(text):
    assert said(f"고객: 출발했나요\n상담사: {text}")[1] == ("agent", text)


def test_who_comes_into_a_chat_and_goes_is_left_out_of_its_export():
    date = "2025년 10월 13일 오후 2:11"
    text = (
        f"{date}, 김하늘님이 들어왔습니다.\n{date}, 고객 : 출발했나요\n{date}, 상담사 : 네\n"
        f"김하늘님이 나갔습니다.\n기사님이 나갔습니다.\n"
    )
    assert said(text) == [("customer", "출발했나요"), ("agent", "네 기사님이 나갔습니다.")]
    assert said("기사님 출발했나요\n네 방금 기사님이 나갔습니다.")[1][1].endswith("나갔습니다.")


@pytest.mark.parametrize("number", ["482913", "1", "2024"])
def test_a_number_that_a_subtitle_says_stays(number):
    cues = ["주문번호가요", number, "네 확인됐습니다"]
    span = "00:00:0{0},000 --> 00:00:0{0},900"
    for numbered in ("{0}\n", ""):
        text = "".join(
            f"{numbered}{span}\n{{1}}\n\n".format(at, cue) for at, cue in enumerate(cues, 1)
        )
        assert [one for _, one in said(text)] == cues


def test_an_empty_subtitle_has_a_number_too():
    span = "00:00:01,000 --> 00:00:02,000"
    assert said(f"1\n{span}\n\n2\n{span}\n네\n") == [("unknown", "네")]


def test_words_of_a_subtitles_header_are_speech_elsewhere():
    assert said("NOTE 20 액정이 깨졌어요\n네")[0] == ("unknown", "NOTE 20 액정이 깨졌어요")


NOTE = (
    "카드 분실\n2025.09.13 토 오후 3:12 ・ 3분 20초\n{author}\n\n"
    "{one} 00:00\n네 고객님\n\n{other} 00:03\n카드요\n"
)


@pytest.mark.parametrize(
    ("one", "other"), [("참석자 1", "참석자 2"), ("김나래", "박도윤"), ("상담사", "고객")]
)
def test_the_head_and_the_foot_of_a_note_are_not_said(one, other):
    text = NOTE.format(author="김나래", one=one, other=other)
    for note in (text, f"{text}\nclovanote.naver.com\n", text.replace("\n김나래\n\n", "\n\n")):
        assert [words for _, words in said(note)] == ["네 고객님", "카드요"]
        assert [one.label for one in read(note).utterances] == [one, other]


def test_a_date_that_is_said_above_the_first_speaker_stays():
    text = "언제로 예약할까요\n2025.09.13 토 오후 3:12\n상담사: 네\n고객: 네"
    assert "2025.09.13 토 오후 3:12" in " ".join(words for _, words in said(text))


@pytest.mark.parametrize("head", ["NOTE 신뢰도 0.9\n둘째 줄", "STYLE\n::cue { color: white }"])
def test_notes_and_styles_of_subtitles_are_not_said(head):
    cues = "".join(
        f"00:00:0{at}.000 --> 00:00:0{at + 1}.000\n{line}\n\n"
        for at, line in enumerate(("상담사: 무엇을 도와드릴까요", "NOTE 앱이요\n그거요"))
    )
    call = said(f"WEBVTT - 녹취\n\n{head}\n\n{cues}")
    assert call == [("agent", "무엇을 도와드릴까요 NOTE 앱이요 그거요")]


@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT\nNOTE made by a recorder\n\n{span}\n네 환불이요\n",
        "WEBVTT\nNOTE 0.9\n{span}\n네\nNOTE 0.8\n{span}\n환불이요\n",
        "WEBVTT\n\nNOTE 0.9\n{span}\n네 환불이요\n",
        "NOTE 0.9\n\n1\n{span}\n네\n\nNOTE 0.8\n\n2\n{span}\n환불이요\n",
        "WEBVTT\n{span}\n네 환불이요\n",
    ],
)
def test_notes_of_files_that_are_not_quite_webvtt_are_not_said(text):
    call = said(text.format(span="00:00:01.000 --> 00:00:02.000"))
    assert " ".join(words for _, words in call) == "네 환불이요"


@pytest.mark.parametrize(
    "head",
    [
        "Detected language 'ko' with probability 0.998",
        "Detecting language using up to the first 30 seconds. Use `--language` to specify",
        "Detected language: Korean",
    ],
)
def test_what_whisper_prints_before_the_first_line_is_not_said(head):
    text = f"{head}\n[00:00.000 --> 00:02.000]  네 환불해 주세요\n"
    assert said(text) == [("unknown", "네 환불해 주세요")]


def test_what_a_caller_reads_of_a_screen_is_said():
    text = "고객: Detected language: Korean 이라고 떠요\n상담사: 네"
    assert said(text)[0] == ("customer", "Detected language: Korean 이라고 떠요")
    assert said("고객\nDetected language Korean 이라고요\n상담사\n네\n고객\n네")[0][0] == "customer"


def test_the_dashes_of_a_dialogue_are_not_said():
    assert said("- 네 한빛입니다\n- 환불이요\n- 네 접수했습니다\n- 18도요")[:3] == [
        ("unknown", "네 한빛입니다"),
        ("unknown", "환불이요"),
        ("unknown", "네 접수했습니다"),
    ]
    assert said(">> 한빛입니다\n>> 환불이요")[1] == ("unknown", "환불이요")
    listed = "상담사: 서류는\n- 신분증\n- 통장 사본\n- 인감이요"
    assert said(listed) == [("agent", "서류는 - 신분증 - 통장 사본 - 인감이요")]


def test_the_tags_of_a_lyrics_file_are_not_said():
    text = "[ar:콜센터]\n[ti:통화]\n[length:00:10.00]\n[re:whisper]\n\n"
    lines = "[00:00.00]상담사: 네 <00:00.40>고객님\n[00:01.20]고객: <00:01.50>카드요\n"
    assert said(text + lines) == [("agent", "네 고객님"), ("customer", "카드요")]


@pytest.mark.parametrize(
    "form",
    [
        "{label} 00:00:0{at}~00:00:0{at} {text}\n",
        "{label} 00:00:0{at} - 00:00:0{at}\n{text}\n",
        "{at}.000000\t{at}.900000\t{label}: {text}\n",
        "{at}.00 {at}.90 SPK{number} {text}\n",
        "[{at}000-{at}900] {label}: {text}\n",
        "20250913151{at}00 {label} {text}\n",
        "20250913151{at}00\t{label}\t{text}\n",
        "20250913 151{at}00 {label}: {text}\n",
        "2025-09-13 15:12:0{at},123 INFO stt - {label}: {text}\n",
        "15:12:0{at}\t From  {label} : {text}\n",
    ],
)
def test_what_a_program_writes_before_a_speaker_is_not_said(form):
    turns = [
        ("agent", "네 고객님 무엇을 도와드릴까요"),
        ("customer", "카드를 잃어버려서요"),
        ("agent", "네 정지해 드렸습니다"),
        ("customer", "네 감사합니다"),
    ]
    labels = {"agent": "상담사", "customer": "고객"}
    text = "".join(
        form.format(label=labels[side], number=int(side == "customer"), at=at, text=words)
        for at, (side, words) in enumerate(turns)
    )
    assert said(text) == turns


def test_a_number_built_like_a_date_with_a_clock_stays_where_it_is_said():
    text = "고객: 주문번호요\n상담사: 네\n고객:\n20250913151200 이에요\n상담사: 네"
    assert said(text)[2] == ("customer", "20250913151200 이에요")


@pytest.mark.parametrize("form", ["{text} ({label})", "{text} - {label}", "{text} [{label}]"])
def test_speech_before_its_speaker_is_not_lost(form):
    words = ["네 무엇을 도와드릴까요", "카드요", "네 됐습니다", "내일은 서울에 가는 날", "3395"]
    labels = ["상담사", "고객"]
    text = "\n".join(form.format(text=one, label=labels[at % 2]) for at, one in enumerate(words))
    found = " ".join(f"{one.label} {one.text}" for one in read(text).utterances)
    assert all(one in found for one in words)


def test_opening_hours_behind_a_word_of_a_role_are_said():
    assert "09:00~18:00" in said("고객: 언제요\n상담사: 상담 09:00~18:00 입니다")[1][1]


def test_a_line_in_brackets_is_a_tag_only_beside_stamps():
    assert "[re: 문의 건]" in read("고객: 네\n[re: 문의 건]\n상담사: 네").utterances[0].text


def test_notes_about_both_sides_are_no_speech_of_theirs():
    text = "고객 예약 변경 요청함\n상담사 확인 후 변경함\n고객 감사 인사함\n상담사 종료함"
    assert {one.speaker for one in read(text).utterances} == {"unknown"}


@pytest.mark.parametrize(
    "line",
    [
        "- 2 -", "Page 1 of 2", "1/2 페이지", "<녹취 끝>", "[통화 녹취록]", "▣ STT 결과 ▣",
        "- 끝 -", "- 이하 여백 -", "[끝]", "【상담 내용】", "***",
    ],
)  # fmt: skip
def test_pages_and_titles_between_signs_are_not_said(line):
    call = [("agent", "네"), ("customer", "카드요"), ("agent", "정지했어요")]
    whole = "상담사: 네\n고객: 카드요\n{0}\n상담사: 정지했어요\n{0}\n"
    assert said(f"{line}\n{whole.format(line)}") == call


@pytest.mark.parametrize(
    "words", ["끝", "- 2 개요", "이상입니다", "상담 내용이요", "2/3 정도요", "[택배]"]
)
def test_what_only_looks_like_a_title_is_said(words):
    assert said(f"상담사: 네\n고객: 그게\n{words}\n상담사: 네")[1] == ("customer", f"그게 {words}")


@pytest.mark.parametrize("apart", ["\n", "----------\n", "\n==========\n\n"])
@pytest.mark.parametrize("head", ["요약", "처리결과", "상담 결과", "비고", "특이사항"])
def test_a_note_below_a_call_is_not_its_last_speaker_s(apart, head):
    text = f"상담사: 네\n고객: 카드요\n상담사: 정지했어요\n{apart}{head}: 카드 정지\n다음 줄\n"
    call = said(text)
    assert call[2] == ("agent", "정지했어요")
    assert {side for side, _ in call[3:]} == {"unknown"}
    assert "카드 정지" in " ".join(words for _, words in call[3:])
    read_out = f"고객: 네\n상담사: 읽어 드릴게요\n{head}: 카드 정지\n고객: 네\n"
    assert said(read_out)[1] == ("agent", f"읽어 드릴게요 {head}: 카드 정지")


def test_a_span_of_clocks_before_a_label_is_a_stamp():
    for form in ("10:0{0}~10:0{1} ", "10:0{0} - 10:0{1} ", "오전 10:0{0} ~ 오전 10:0{1} "):
        text = f"{form.format(1, 2)}상담사: 네\n{form.format(2, 3)}고객: 10:00~18:00 이요\n"
        assert said(text) == [("agent", "네"), ("customer", "10:00~18:00 이요")]
