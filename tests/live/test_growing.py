"""A call that is read line by line: the same utterances as of the whole."""

import json
from pathlib import Path

import pytest

from edgebox.live.growing import Growing
from edgebox.live.marks import marks_of
from edgebox.reading.call import read

CALLS = sorted((Path(__file__).parents[1] / "data" / "calls").glob("*.json"))[::14]


def fed(text: str, every: int = 1) -> tuple[Growing, int, int]:
    """Read line by line; how many were compared with the whole, and how many of these differ."""
    growing, at, wrong, compared = Growing(), 0, 0, 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        at += len(line)
        shown = list(growing.heard)
        first = growing.add(text[:at])
        assert growing.heard[:first] == shown[:first]
        if number % every == 0:
            compared += 1
            wrong += [one.utterance for one in growing.heard] != list(read(text[:at]).utterances)
    return growing, compared, wrong


def test_each_line_gives_what_the_whole_call_would():
    lines = wrong = 0
    for path in CALLS:
        _, read_lines, differ = fed(json.loads(path.read_text())["transcript"])
        lines, wrong = lines + read_lines, wrong + differ
    assert lines > 100
    assert wrong <= lines / 100


def test_a_long_call_is_read_by_its_tail_and_at_its_end_as_a_whole(monkeypatch):
    text = "".join(
        f"상담사: {n}번 접수했습니다.\n고객: 네, {n}번이요. 감사합니다.\n" for n in range(80)
    )
    sizes = []

    def counted(part):
        sizes.append(len(part))
        return read(part)

    monkeypatch.setattr("edgebox.live.growing.read", counted)
    growing, _, wrong = fed(text, every=20)
    assert wrong == 0
    assert sum(sizes) < 16 * len(text)  # 160 whole readings are 80 times the text
    growing.add(text, whole=True)
    assert sizes[-1] == len(text)
    assert [one.utterance for one in growing.heard] == list(read(text).utterances)


def test_three_equal_lines_become_one_and_the_index_says_from_where():
    growing = Growing()
    text = "고객: 안녕하세요\n"
    for _ in range(2):
        text += "상담사: 여보세요?\n"
        growing.add(text)
    assert len(growing.heard) == 3
    first = growing.add(text + "상담사: 여보세요?\n")
    assert first == 2
    assert [one.utterance.text for one in growing.heard] == ["안녕하세요", "여보세요?"]


def test_a_line_that_comes_in_two_parts_is_one_utterance():
    growing = Growing()
    growing.add("고객: 카드를 잃")
    first = growing.add("고객: 카드를 잃어버렸어요.\n")
    assert first == 0
    assert [one.utterance.text for one in growing.heard] == ["카드를 잃어버렸어요."]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("번호는 공일공에 일이삼사에 오육칠팔이에요", [("number", "010-1234-5678")]),
        ("번호는 010-1234-5678이에요", [("number", "010-1234-5678")]),
        ("대표 번호 1588-1234로 주세요", [("number", "1588-1234")]),
        ("이만 삼천팔백 원입니다", [("number", "23,800원")]),
        ("23,800원입니다", [("number", "23,800원")]),
        ("사월 이십일일까지 드릴게요", [("date", "4월 21일")]),
        ("오후 세 시 반에 갑니다", [("date", "15:30")]),
        ("사흘 걸립니다", [("number", "3일")]),
        ("현소담 상담사가 안내했어요", [("name", "현소담")]),
        ("네 한 개요", []),
        ("안녕하세요", []),
    ],
)
def test_what_a_click_copies(text, marked):
    marks = marks_of(text, {"현소담"})
    assert [(one.kind, one.copy) for one in marks] == marked
    assert all(text[one.start : one.end].strip() for one in marks)
