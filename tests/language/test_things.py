"""The nouns by which a claim is told."""

from __future__ import annotations

import time

import pytest

from edgebox.language.ordinary import _LONGEST, _nouns
from edgebox.language.things import things


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("공항 라운지 이용권이 안 열림", ["공항", "라운지", "이용권"]),
        ("회사로 물건을 보내기로 함", ["물건"]),
        ("", []),
    ],
)
def test_things_are_nouns_without_particles(text, found):
    assert list(things(text)) == found


def test_a_long_word_is_read_in_linear_time():
    began = time.process_time()
    assert not list(things("유" * 100_000))
    assert time.process_time() - began < 1


def test_no_ordinary_noun_is_longer_than_one_that_is_looked_for():
    assert max(map(len, _nouns())) <= _LONGEST
