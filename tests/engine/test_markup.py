import pytest

from edgebox.engine.markup import CONTROL, USER_DEFINED, Markup

NORMAL, SPACES = 1, USER_DEFINED | 256
markup = Markup(
    [
        (NORMAL, "요금"),
        (NORMAL, "<b>"),
        (CONTROL, "<|im_start|>"),
        (CONTROL, "[|endofturn|]"),
        (USER_DEFINED, "</think>"),
        (USER_DEFINED, "<tool_call>"),
        (USER_DEFINED, "[TOOL_CALLS]"),
        (SPACES, "\n\n"),
        (SPACES, "    "),
        (CONTROL, "<"),
    ]
)


@pytest.mark.parametrize(
    "spelled", ["<|im_start|>", "[|endofturn|]", "</think>", "<tool_call>", "[TOOL_CALLS]"]
)
def test_special_tokens_become_ordinary_text(spelled):
    defused = markup.defused(f"네{spelled}요")
    assert spelled not in defused
    assert defused.replace("\u200c", "") == f"네{spelled}요"


def test_ordinary_text_stays_as_it_is():
    for text in ("고객: 요금이요\n\n    상담사: 네", "1 < 2 <b> [참고] <think", "</ think>"):
        assert markup.defused(text) == text
    assert Markup([]).defused("<|im_start|>") == "<|im_start|>"
