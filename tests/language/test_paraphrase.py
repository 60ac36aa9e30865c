"""Other words for the same thing."""

from __future__ import annotations

import pytest

from edgebox.language.paraphrase import paraphrases


@pytest.mark.parametrize(
    ("word", "said"),
    [("수리", "고칠"), ("발송", "보낼"), ("변경", "바꿀"), ("이전", "옮길"), ("자비", "제돈")],
)
def test_a_verb_is_known_by_what_will_be_done_too(word, said):
    assert said in paraphrases(word)


def test_a_noun_that_ends_as_a_verb_has_no_future():
    assert not {"전화길", "단말길", "애길"} & set(paraphrases("전화기 단말기 아기 자녀"))
