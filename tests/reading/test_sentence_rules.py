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
        ("금리는 4 . 5 퍼센트예요 네", ["금리는 4 . 5 퍼센트예요", "네"]),
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


@pytest.mark.parametrize(
    "text",
    [
        "고객이 계약서 사본을",
        "고객이 보고서 제출을",
        "고객이 신청서 양식을",
        "고객이 진단서 발급을",
        "고객이 순서 안내를",
        "고객이 경찰서 방문을",
        "고객이 서류 제출을",
        "고객이 계좌 변경을",
        "고객이 김하나 씨 명의를",
        "고객이 하나 더",
        "고객이 문자나 전화를",
        "고객이 바다 여행을",
        "고객이 바다, 산",
        "고객이 우편함, 현관",
        "고객이 책임, 보상",
        "고객 주소가 바뀌어",
        "고객이 매장에서 산",
        "고객이 카드하고 통장을",
        "고객이 카드, 계좌를",
        "고객이 사고 접수를",
        "고객이 신고 방법을",
        "고객이 중고 제품을",
        "고객이 참고 사항을",
        "고객이 며느리 명의로",
        "고객이 화면이",
        "고객이 환불을 위해 ",
        "고객이 이자 4.5퍼센트, 수수료 3만",
        "따라서 고객이",
        "하지만 상담사가",
        "그리고 고객이",
        '고객이 "환불해 주고 싶은데 안',
    ],
)
def test_a_noun_that_looks_like_an_ending_leaves_nothing_of_a_cut_text(text):
    assert last_whole(text) == ""


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("고객이 계약서를 받았고 상담사가 신청서", "고객이 계약서를 받았고…"),
        ("고객이 취소를 요청하고 상담사가", "고객이 취소를 요청하고…"),
        ("고객이 취소를 원하고 계좌", "고객이 취소를 원하고…"),
        ("고객이 카드를 잃어버려서 정지를", "고객이 카드를 잃어버려서…"),
        ("고객이 전화해서 상담사", "고객이 전화해서…"),
        ("금액이 이중으로 청구됐는데 하나", "금액이 이중으로 청구됐는데…"),
        ("상담 결과: 접수됐으며 내일", "상담 결과: 접수됐으며…"),
        ('고객이 환불을 요청했고 상담사가 "접수됐고 내일', "고객이 환불을 요청했고…"),
        ("고객이 요금을 문의함, 상담사가", "고객이 요금을 문의함…"),
        ("고객이 요금을 확인한 뒤, 바다", "고객이 요금을 확인한 뒤…"),
        (
            '상담사가 "내일 됩니다."라고 안내했습니다. 그리고',
            '상담사가 "내일 됩니다."라고 안내했습니다.',
        ),
    ],
)
def test_a_clause_of_a_cut_text_ends_with_its_verb(text, whole):
    assert last_whole(text) == whole


@pytest.mark.parametrize(
    "sentence",
    [
        "고객이 ‘왜 안 되나요?’라고 물었습니다.",
        "고객이 '안 된다.'고 말했습니다.",
        "상담사는 '확인해 보겠습니다. 기다려 주세요.'라고 했습니다.",
        "고객이 왜 안 되냐고(정말!) 물었습니다.",
        "고객이 네이버.com 로그인을 문의했습니다.",
        "상담사는 연 4 . 5 %라고 안내했습니다.",
        "주소는 https://a.kr/c.d?e=f 라고 안내했습니다.",
        "고객이 1588-0000. 으로 전화했습니다.",
        "고객이 kim.mj@example.com. 으로 받기를 원했습니다.",
        "고객이 ㈜한빛. 이라고 했습니다.",
        "예약은 '25. 9. 13. (토) 오후 3시입니다.",
        "고객이 don't care라고 했습니다.",
    ],
)
def test_no_end_is_seen_inside_a_sentence_however_far_it_has_come(sentence):
    text = f"{sentence} 상담사가 접수했습니다."
    ends = [len(sentence), len(text)]
    assert sentence_ends(text) == ends
    for shown in range(len(text)):
        assert set(sentence_ends(text[:shown], growing=True)) <= set(ends)
