"""Transcripts in tables: which column is the speaker, which the time, which was said."""

import pytest

from edgebox.reading.call import read

ASKED = ("customer", "카드를 잃어버렸어요, 정지해 주세요")
DONE = ("agent", "네 정지했고 재발급은 사흘 걸립니다")


@pytest.mark.parametrize(
    "text",
    [
        "고객\t00:00:01\t{}\n상담원\t00:00:27\t{}",
        "고객,00:00:01,{}\n상담원,00:00:27,{}",
        "speaker,start,end,text\n고객,0.0,3.1,{}\n상담원,3.1,5.0,{}",
        'start,end,speaker,text\n0.0,3.1,고객,"{}"\n3.1,5.0,상담원,"{}"',
        '번호,내용,화자\n1,"{}",고객\n2,"{}",상담사\n',
        "1,고객,{}\n2,상담사,{}",
        "1\t고객\t00:01\t{}\n2\t상담사\t00:05\t{}",
        "0.0,3.1,고객,{}\r\n3.1,5.0,상담원,{}\r\n",
        "00:00:01|고객|{}\n00:00:05|상담원|{}",
        "2025-10-13 14:11:05;고객;{}\n2025-10-13 14:11:09;상담원;{}",
        "\ufeffrole;text\n고객;{}\n상담원;{}",
        "1;CUS;{}\n2;AGT;{}",
        '"1","고객","{}","0.91"\n"2","상담사","{}","0.88"\n',
        '고객,"{}",0.0,3.1,0.98\n상담원,"{}",3.1,5.0,0.91\n',
        "1;고객;{};0.91\n2;상담원;{};0.88\n",
        '순번,통화시각,발화자구분,발화내용,감정\n1,15:12:01,고객,"{}",부정\n2,15:12:05,상담사,{},중립\n',
        '파일,담당부서,등급,화자,전사결과\na.wav,1팀,A,고객,"{}"\na.wav,1팀,A,상담사,{}\n',
        "┌───┬──────┬────┐\n│ 1 │ 고객 │ {} │\n│ 2 │ 상담원 │ {} │\n└───┴──────┴────┘\n",
        (
            "+----+--------+------+\n| no | speaker | text |\n+----+--------+------+\n"
            "|  1 | 고객 | {} |\n|  2 | 상담원 | {} |\n+----+--------+------+\n"
        ),
        "[1]\nspeaker=고객\ntext={}\n\n[2]\nspeaker=상담원\ntext={}\n",
        '[[turn]]\nspeaker = "고객"\ntext = "{}"\n\n[[turn]]\nspeaker = "상담원"\ntext = "{}"\n',
    ],
)
def test_columns_are_read_by_heading_or_form(text):
    received = text.format(ASKED[1], DONE[1])
    call = read(received)
    assert [(one.speaker, one.text) for one in call.utterances] == [ASKED, DONE]
    for one in call.utterances:
        assert one.text in received[one.start : one.end]


def test_columns_of_figures_stand_also_behind_a_word_that_is_a_role():
    call = read('"1","고객","상담원","0.91"\n"2","상담사","네 고객님","0.88"\n')
    assert [(one.speaker, one.text) for one in call.utterances] == [
        ("customer", "상담원"),
        ("agent", "네 고객님"),
    ]


@pytest.mark.parametrize(
    "form",
    ["상담사,{}\n고객,{}\n", "1,상담사,{}\n2,고객,{}\n", "1,상담사,번호는,{}\n2,고객,아뇨,{}\n"],
)
def test_figures_that_are_said_are_no_columns(form):
    call = read(f"{form.format(*('1588', '1234'))}")
    assert "1234" in " ".join(one.text for one in call.utterances)


def test_anonymous_speakers_of_a_table_are_told_by_how_they_talk():
    call = read(
        'speaker,start,end,text\nSPEAKER_00,0.0,3.1,"무엇을 도와드릴까요 고객님"\n'
        'SPEAKER_01,3.1,5.0,"카드를 잃어버렸어요"\n'
    )
    assert [one.speaker for one in call.utterances] == ["agent", "customer"]


def test_quoted_cells_hold_line_ends_and_quotation_marks():
    call = read('speaker,text\n고객,"카드를\n""빨리"" 정지해 주세요"\n상담사,네\n')
    assert [one.text for one in call.utterances] == ['카드를 "빨리" 정지해 주세요', "네"]


@pytest.mark.parametrize(
    "text",
    [
        "네, 카드를 잃어버렸어요\n정지해 주세요",
        "고객: 3, 4번 다 안 돼요\n상담사: 네",
        '고객,"카드를 잃어버렸어요\n상담사,네 정지했습니다',
    ],
)
def test_speech_with_commas_is_no_table(text):
    assert "잃어버렸어요" in "".join(one.text for one in read(text).utterances) or "3, 4번" in text
    assert len(read(text).utterances) == 2


def test_a_heading_of_the_sides_over_labelled_lines_is_no_table():
    text = "상담사, 고객\n상담사: 네, 안녕하세요\n고객: 네, 카드요\n"
    found = [(one.speaker, one.text) for one in read(text).utterances]
    assert found[-2:] == [("agent", "네, 안녕하세요"), ("customer", "네, 카드요")]


def test_a_photo_in_a_table_of_a_chat_is_no_word():
    text = (
        "Date,User,Message\n2025-09-13,상담사,네 고객님\n2025-09-13,고객,사진\n2025-09-13,고객,{}\n"
    )
    call = read(text.format("이거요"))
    assert [one.text for one in call.utterances] == ["네 고객님", "이거요"]
    assert call.dropped == {"silence": 1}


def test_bars_and_equals_signs_of_speech_are_no_table():
    for text in (
        "고객: 1+1=2 아닌가요\n상담사: 네 a=b 입니다",
        "고객: 메뉴 │ 설정 눌렀어요\n상담사: 네",
    ):
        assert [one.speaker for one in read(text).utterances] == ["customer", "agent"]
