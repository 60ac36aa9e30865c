"""Bytes to text that may leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.engine.text import TextStream


def feed(stream, *pieces):
    return [stream.feed(piece if isinstance(piece, bytes) else piece.encode()) for piece in pieces]


def test_a_syllable_split_over_tokens_comes_out_whole():
    raw = "환불".encode()
    stream = TextStream()
    assert feed(stream, raw[:1], raw[1:4], raw[4:]) == ["", "환", "불"]
    assert stream.close() == ""


def test_a_stop_string_is_not_part_of_the_answer_even_over_three_tokens():
    stream = TextStream(("\n고객:",))
    out = "".join(feed(stream, "환불했습니다.", "\n", "고", "객:", " 네"))
    assert out == "환불했습니다."
    assert stream.stopped
    assert stream.close() == ""


def test_what_only_looked_like_a_stop_string_is_given_out_later():
    stream = TextStream(("끝났다",))
    assert "".join(feed(stream, "끝", "내기")) + stream.close() == "끝내기"


def test_a_leading_think_block_never_leaves():
    stream = TextStream()
    out = "".join(feed(stream, "<thi", "nk>\n생각", "</think>\n\n", "답변")) + stream.close()
    assert out == "답변"


def test_an_unfinished_think_block_gives_nothing():
    stream = TextStream()
    assert "".join(feed(stream, "<think>", "아직")) + stream.close() == ""


def test_a_tag_in_the_middle_is_ordinary_text():
    stream = TextStream()
    assert "".join(feed(stream, "a <think> b")) + stream.close() == "a <think> b"


def test_broken_utf8_at_the_end_is_replaced():
    stream = TextStream()
    stream.feed("가".encode()[:2])
    assert stream.close() == "�"


@given(st.text(max_size=60), st.text(min_size=1, max_size=4), st.data())
def test_however_the_bytes_are_cut_the_text_is_the_same(text, stop, data):
    raw = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    pieces = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    stream = TextStream((stop,))
    out = "".join(stream.feed(piece) for piece in pieces) + stream.close()
    if "<think>" not in text:
        assert out == text.partition(stop)[0]


@pytest.mark.parametrize("text", ["<", "<think", " <thi"])
def test_an_answer_that_is_only_the_start_of_a_tag_still_comes_out(text):
    stream = TextStream()
    assert stream.feed(text.encode()) + stream.close() == text
