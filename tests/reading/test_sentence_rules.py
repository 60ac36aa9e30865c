"""Where speech and written text are cut, and that no cut loses a character that says something."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.reading.sentences import (
    clause_starts,
    last_whole,
    sentence_ends,
    split_clauses,
    split_sentences,
)

KOREAN = st.text("가나다요죠고며서니까함됨 .,!?;…·\n\"'12")


def pieces(spans, text):
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("정지했습니다. 재발급은요? 네!", ["정지했습니다.", "재발급은요?", "네!"]),
        (
            "카드를 잃어버렸는데요 정지해 주세요 네",
            ["카드를 잃어버렸는데요", "정지해 주세요", "네"],
        ),
        ("정지했습니다 사흘 걸립니다", ["정지했습니다", "사흘 걸립니다"]),
        ("그렇죠 맞아요", ["그렇죠", "맞아요"]),
        ("필요 없어요 중요 사항이에요", ["필요 없어요", "중요 사항이에요"]),
        ('"네." 그랬어요', ['"네."', "그랬어요"]),
        ("첫 줄\n\n둘째 줄", ["첫 줄", "둘째 줄"]),
        ("금리는 3.5퍼센트입니다", ["금리는 3.5퍼센트입니다"]),
        (" \n ", []),
        ("", []),
    ],
)
def test_speech_ends_a_sentence_at_punctuation_a_line_or_a_polite_ending(text, sentences):
    assert [piece.strip() for piece in pieces(split_sentences(text), text)] == sentences


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("정지를 요청했고 접수됐습니다.", ["정지를 요청했고 ", "접수됐습니다."]),
        ("정지, 재발급; 안내했으며 끝남", ["정지, ", "재발급; ", "안내했으며 ", "끝남"]),
        ("접수했습니다. 끝났습니다.", ["접수했습니다.", "끝났습니다."]),
        ("", []),
    ],
)
def test_a_statement_ends_where_it_is_joined_to_the_next(text, clauses):
    assert pieces(split_clauses(text), text) == clauses


def test_a_long_spoken_sentence_can_be_cut_after_a_comma_or_a_connective_ending():
    text = "어제 결제했는데 취소하고 싶어서, 전화했으니까 봐 주세요"
    starts = clause_starts(text)
    begin = [text[at:].split(maxsplit=1)[0] for at in starts]
    assert begin == ["취소하고", "싶어서,", "전화했으니까", "봐"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("금리는 3.5퍼센트입니다. 끝.", ["금리는 3.5퍼센트입니다.", " 끝."]),
        ("정지했습니다 재발급은요", []),
        ("정지했습니다.'", ["정지했습니다.'"]),
        ("정지됨\n재발급", ["정지됨"]),
        ("그런데…", ["그런데…"]),
    ],
)
def test_written_text_ends_a_sentence_at_punctuation_outside_numbers(text, sentences):
    starts = [0, *sentence_ends(text)]
    assert [text[a:b] for a, b in itertools.pairwise(starts)] == sentences


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("정지했습니다. 재발급은 사흘", "정지했습니다."),
        ("고객이 카드를 잃어버렸고, 상담사가", "고객이 카드를 잃어버렸고…"),
        ("고객이 문의했으며 상담사가", "고객이 문의했으며…"),
        ("고객이", ""),
        ("", ""),
    ],
)
def test_a_text_that_was_cut_off_keeps_its_last_whole_sentence_or_clause(text, whole):
    assert last_whole(text) == whole


@given(KOREAN)
def test_sentences_and_clauses_keep_everything_but_white_space_and_quotes(text):
    def squeezed(part):
        return "".join(part.split()).translate(dict.fromkeys(map(ord, "\"'")))

    for spans in (split_sentences(text), split_clauses(text)):
        assert squeezed("".join(pieces(spans, text))) == squeezed(text)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


@given(KOREAN)
def test_what_is_kept_of_a_cut_text_is_its_beginning(text):
    kept = last_whole(text).removesuffix("…")
    assert kept in text
