"""Speech of more than an utterance without sentence ends is cut between words."""

from itertools import product

import pytest

from edgebox.reading.call import MAX_UTTERANCE_CHARACTERS, read

NUMBERS = [
    "487000원",
    "48만 7천 원",
    "사십팔만 칠천 원",
    "이십 오 프로",
    "4 . 5 퍼센트",
    "12, 000원",
    "010 - 1234 - 5678",
    "구월 이십 사일",
    "오후 두시 삼십 분",
    "세 시 반",
    "스물 두 개",
    "3 월 9 일",
    "09:00 ~ 18:00",
]


def speech(length):
    """Words without an ending, no loop among them, of ``length`` characters."""
    words = (f"{a}{b}{c}" for a, b, c in product("가나다라마바", "거너더러머버", "갸냐댜랴먀뱌"))
    return " ".join(words)[: length - 1].ljust(length - 1, "하") + " "


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("label", ["고객: ", ""])
def test_no_number_and_no_word_is_cut(number, label):
    for before in range(MAX_UTTERANCE_CHARACTERS - len(number) - 2, MAX_UTTERANCE_CHARACTERS + 2):
        words = f"{speech(before)}{number} 금액이 맞는지 {speech(300)}끝".split()
        utterances = read(f"{label}{' '.join(words)}").said
        assert [word for one in utterances for word in one.text.split()] == words
        assert any(number in one.text for one in utterances)
        assert all(len(one.text) <= MAX_UTTERANCE_CHARACTERS for one in utterances)


@pytest.mark.parametrize("number", [one for one in NUMBERS if " " in one])
def test_a_number_that_goes_on_in_the_next_line_is_one(number):
    head, tail = number.rsplit(" ", 1)
    for before in range(MAX_UTTERANCE_CHARACTERS - len(number) - 2, MAX_UTTERANCE_CHARACTERS + 2):
        text = f"고객: {speech(before)}{head}\n{tail} 금액이 맞는지 {speech(300)}끝"
        assert any(number in one.text for one in read(text).said)


def test_speech_without_a_space_is_cut_between_its_numbers():
    syllables = "".join(map(chr, range(ord("각"), ord("각") + 697)))
    text = f"고객: {syllables[:597]}487000원{syllables[597:]}"
    ends = [syllables[594:597], syllables[-3:]]
    assert [one.text[-3:] for one in read(text).said] == ends
    assert "487000원" in read(text).said[1].text
    assert len(read("고객: " + "일" * 1500).said) == 3


def test_offsets_of_the_pieces_are_those_of_their_words():
    text = "고객: " + speech(850) + "487000원 환불 " + speech(700)
    first, *rest = read(text).said
    assert text[first.start : first.end].removeprefix("고객: ") == first.text
    assert [text[one.start : one.end].strip() for one in rest] == [one.text for one in rest]
