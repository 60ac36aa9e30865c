"""A model's answer when it is asked for an analysis: the form it is held to, and how it is read.

A server that takes a JSON schema is held to the schema, with the call's figures as the pattern of
each text. Our own engine is held to a grammar that says the same and limits a text in tokens: a
regular expression that also counts characters costs it a hundred times as much.

Where a limit was reached, the text ends in the middle of a word or a figure. It is cut back to what
is whole.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.sentences import last_whole
from edgebox.scoring.types import Analysis

if TYPE_CHECKING:
    from edgebox.consultation.grounding import Figures

_TOKENS: Final = {200: 140}
"""Of a line of so many characters. Korean takes 0.4 to 0.8 tokens a character, and a shorter text
may take as many tokens as characters."""

_ENDS: Final = re.compile(
    r"(?:[.!?…]|[다요죠까음함됨임]|예정|완료|접수|안내|요청|문의|필요|없음|있음)[\"'”’)]?$"
)
_UNSUSPICIOUS: Final = 60
"""A line that is shorter reached no limit, whatever it ends with."""


def with_pattern(schema: dict[str, Any], expression: str) -> dict[str, Any]:
    """Return a JSON schema whose strings all match the expression."""
    pattern = f"^(?:{expression})$"

    def held(node: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(node, list):
            return [held(value) for value in node]
        if not isinstance(node, dict):
            return node
        copy = {key: held(value) for key, value in node.items()}
        return copy | {"pattern": pattern} if node.get("type") == "string" else copy

    found: dict[str, Any] = held(schema)
    return found


def grammar(schema: dict[str, Any], expression: str) -> str:
    """Return a grammar, in Lark's syntax, for the schema with texts that match the expression.

    Args:
        schema: of objects with required properties, arrays and strings with a limit.
        expression: of texts that JSON can hold as they are, as those of `grounding`.
    """
    limits: set[int] = set()

    def rule(node: dict[str, Any]) -> str:
        if node["type"] == "string":
            limits.add(node["maxLength"])
            return f'"\\"" text{node["maxLength"]} "\\""'
        if node["type"] == "array":
            item = rule(node["items"])
            return f'"[" {item} ("," {item}){{{node["minItems"] - 1},{node["maxItems"] - 1}}} "]"'
        parts = [
            f"{json.dumps((',' if index else '{') + json.dumps(name) + ':')} {rule(value)}"
            for index, (name, value) in enumerate(node["properties"].items())
        ]
        return " ".join([*parts, '"}"'])

    start = f"start: {rule(schema)}"
    texts = [f"text{n}[max_tokens={_TOKENS.get(n, n)}]: TEXT" for n in sorted(limits)]
    return "\n".join([start, *texts, f"TEXT: /{expression}/", ""])


def parsed(answer: str, figures: Figures | None = None) -> Analysis:
    """Return the analysis of an answer, with what a limit cut off cut back to what is whole.

    Args:
        answer: JSON.
        figures: of the call, if the answer is held to them.

    Raises:
        ValueError: it is no valid analysis.
    """
    data = json.loads(answer)
    try:
        lines, titles = data["summary"], data["titles"]
        for name, line in lines.items():
            lines[name] = whole_line(line)
        words = [_words(word, " ", 40, figures) for word in data["keywords"]]
        data["keywords"] = [word for word in words if word]
        titles["keyword"] = _words(titles["keyword"], "_", 40, figures)
        titles["descriptive"] = _words(titles["descriptive"], " ", 60, figures)
    except (TypeError, KeyError, AttributeError):
        raise ValueError("not an analysis") from None
    return Analysis.model_validate(data)


def whole_line(line: str, limit: int = 200) -> str:
    """Return a line up to its last whole sentence or clause if it stops in the middle of one."""
    line = line.strip()
    if len(line) <= _UNSUSPICIOUS or (len(line) <= limit and _ENDS.search(line)):
        return line
    return last_whole(line[:limit])


def _words(text: str, between: str, limit: int, figures: Figures | None) -> str:
    """Return a title or keyword without last words that make it too long or were not said."""
    text = text.strip()
    while text and (
        len(text) > limit or (figures and not figures.bear_out(text.replace("_", " ")))
    ):
        shorter = text[:limit] if len(text) > limit else ""
        text = text[: limit + 1].rpartition(between)[0].strip() or shorter
    return text
