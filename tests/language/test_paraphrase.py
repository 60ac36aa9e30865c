"""Other words for the same thing."""

from __future__ import annotations

import pytest

from edgebox.language.paraphrase import paraphrases


@pytest.mark.parametrize(
    ("word", "said"),
    [("수리", "고칠"), ("발송", "보낼"), ("자비", "제돈")],
)
def test_a_verb_is_known_by_what_will_be_done_too(word, said):
    assert said in paraphrases(word)
