"""What a chat request may ask an answer to keep to."""

import pytest
from pydantic import ValidationError

from edgebox.engine.openai import ChatRequest

ASK = {"model": "slm", "messages": [{"role": "user", "content": "안녕"}]}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}


@pytest.mark.parametrize("held", [{"regex": "a+"}, {"grammar": "start: /a/"}])
def test_an_answer_is_held_by_a_regex_or_a_grammar_as_vllm_names_them(held):
    request = ChatRequest.model_validate(ASK | {"structured_outputs": held})
    assert request.structured_outputs.model_dump(exclude_none=True) == held


@pytest.mark.parametrize(
    "more",
    [
        {"structured_outputs": {}},
        {"structured_outputs": {"choice": ["a", "b"]}},
        {"structured_outputs": {"regex": "a", "grammar": "start: /a/"}},
        {"structured_outputs": {"regex": "a"}, "response_format": SCHEMA},
    ],
)
def test_what_would_not_be_kept_to_is_refused(more):
    with pytest.raises(ValidationError):
        ChatRequest.model_validate(ASK | more)


def test_plain_text_and_a_regex_go_together():
    more = {"structured_outputs": {"regex": "a"}, "response_format": {"type": "text"}}
    assert ChatRequest.model_validate(ASK | more).structured_outputs.regex == "a"
