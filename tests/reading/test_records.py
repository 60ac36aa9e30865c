"""Records with a field a line: YAML, and what databases and recorders print."""

import time

import pytest

from edgebox.reading.call import read
from edgebox.reading.records import records_of

CALL = [
    ("agent", "네 무엇을 도와드릴까요"),
    ("customer", "요금제: 베이직으로 바꿔 주세요"),
    ("agent", "네 바꿨습니다"),
]
LABELS = {"agent": "상담사", "customer": "고객"}


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


def each(form):
    return "".join(
        form.format(at=at, who=LABELS[side], text=text) for at, (side, text) in enumerate(CALL)
    )


@pytest.mark.parametrize(
    "text",
    [
        each("- speaker: {who}\n  start: {at}.0\n  text: {text}\n"),
        "call_id: 1\nutterances:\n" + each('  - speaker: "{who}"\n    text: "{text}"\n'),
        each("- text: '{text}'\n  speaker: {who}\n  end: {at}.9\n"),
        each("speaker: {who}\ntext: |\n  {text}\n---\n"),
        each("화자: {who}\n내용: {text}\n시간: 00:0{at}\n\n"),
        each("화자:{who}\n발화내용:{text}\n감정:중립\n"),
        each("순번: {at}\n구분 : {who}\n대화 : {text}\n"),
        each("[{at}]\n역할: {who}\n발화:\n{text}\n\n").replace("[0]\n", "", 1),
    ],
    ids=["yaml", "nested", "text first", "blocks", "Korean", "no spaces", "numbered", "own line"],
)
def test_records_are_turns(text):
    turns = said(text)
    assert [side for side, _ in turns] == [side for side, _ in CALL]
    assert [words.removesuffix(f" [{at + 1}]") for at, (_, words) in enumerate(turns)] == [
        words for _, words in CALL
    ]
    for one in read(text).utterances:
        assert one.text.split()[0] in text[one.start : one.end]


def test_a_line_that_few_records_have_goes_on_with_the_text_before_it():
    text = each("화자: {who}\n내용: {text}\n").replace(
        "도와드릴까요\n", "도와드릴까요\n주소: 서울\n"
    )
    assert said(text)[0] == ("agent", "네 무엇을 도와드릴까요 주소: 서울")
    deeper = "- speaker: 고객\n  text: |\n    네\n    주소: 서울\n- speaker: 상담사\n  text: 네\n"
    assert said(deeper) == [("customer", "네 주소: 서울"), ("agent", "네")]


@pytest.mark.parametrize(
    "text",
    [
        "상담사: 확인\n이름: 김민수\n내용: 환불\n고객: 네\n상담사: 또\n이름: 김민지\n내용: 교환",
        "화자: 고객\n내용: 환불\n고객: 네\n화자: 상담사\n내용: 교환\n상담사: 네",
        "이름: 김민수\n내용: 환불",
    ],
)
def test_a_form_in_a_call_is_no_record(text):
    words = " ".join(words for _, words in said(text))
    assert "환불" in words
    assert "내용" in words


@pytest.mark.parametrize(
    "line",
    [
        "네 여보세요",
        "14:30에 갈게요",
        "참석자 2: 예약요",
        "'B': '내일요'",
        "김나래: 네",
        "주소: 서울이요",
    ],
)
@pytest.mark.parametrize("at", [0, 2, 4])
def test_nothing_that_is_said_around_records_is_lost(line, at):
    lines = ["화자: B", "내용: 정지해 주세요", "화자: A", "내용: 네 됐습니다"]
    lines.insert(at, line)
    found = " ".join(f"{one.label} {one.text}" for one in read("\n".join(lines)).utterances)
    assert all(word.strip("':") in found for word in line.split())


@pytest.mark.parametrize(
    "table",
    [
        "시간,상담사,고객\n00:00,{0},\n00:01,,{1}\n00:02,{2},\n",
        "상담원\t고객\n{0}\t\n\t{1}\n{2}\t\n",
        "| 시각 | 상담사 | 고객 |\n|---|---|---|\n| 1 | {0} | |\n| 2 | | {1} |\n| 3 | {2} | |\n",
        "순번;agent;customer\n1;{0};{1}\n2;{2};\n",
        "CALL_ID,SEQ,SPK_DV,STT_TXT\nC1,1,상담사,{0}\nC1,2,고객,{1}\nC1,3,상담사,{2}\n",
        "녹취ID,순번,화자유형,발화문\nC1,1,상담사,{0}\nC1,2,고객,{1}\nC1,3,상담사,{2}\n",
    ],
)
def test_a_table_with_a_column_for_each_side_is_read(table):
    text = table.format(*(words for _, words in CALL))
    assert said(text) == CALL


def test_a_heading_of_the_sides_over_speech_with_commas_is_no_table():
    text = "상담사,고객\n네, 그래서, 확인했습니다\n네"
    assert "확인했습니다" in " ".join(words for _, words in said(text))


def test_a_long_text_without_fields_takes_little_time():
    line = "네 카드를 잃어버려서 정지하려고요\n"
    text = "speaker: 고객\ntext: 네\n" * 2 + line * 120_000
    begun = time.process_time()
    records_of(text)
    assert time.process_time() - begun < 5
