"""What a transcript must not spell: the tokens that mean something to the model by themselves.

The tokenizer finds control tokens (``<|im_start|>``) and user-defined ones (``</think>``,
``<tool_call>``) anywhere in a prompt. A caller who says or types one would end a turn, or begin
a thought.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTROL = 8
"""``LLAMA_TOKEN_ATTR_CONTROL``."""
USER_DEFINED = 16
"""``LLAMA_TOKEN_ATTR_USER_DEFINED``."""

# Some vocabularies also list runs of spaces and line feeds as user-defined: those are text.
_MARKUP = re.compile(r"[<\[].*[>\]]", re.DOTALL)


class Markup:
    """The special tokens of a vocabulary that can be written as text.

    Args:
        tokens: (attributes, text) of each token.
    """

    def __init__(self, tokens: Iterable[tuple[int, str]]) -> None:
        spelled = [
            text
            for attributes, text in tokens
            if len(text) > 1
            and (attributes & CONTROL or (attributes & USER_DEFINED and _MARKUP.fullmatch(text)))
        ]
        self._spelled = re.compile("|".join(map(re.escape, spelled)) or r"(?!)")

    def defused(self, text: str) -> str:
        """Return ``text`` with a zero-width non-joiner in each of them, so it is none."""
        return self._spelled.sub(lambda found: f"{found[0][0]}\u200c{found[0][1:]}", text)
