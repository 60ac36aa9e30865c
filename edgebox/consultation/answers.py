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

from edgebox.consultation.headings import LONGEST_TITLE, keyword_title, listed
from edgebox.language.curses import MASK, without_curses
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
_TOKENS_A_CHARACTER: Final = 1.1
"""At most, of Korean with figures, where the tokens of an answer are not known."""
_DENSEST: Final = 1.6
"""Tokens a character of the densest line of an answer, by those of the answer: its keys and signs
take few. Measured on whole analyses, with four tokenizers."""


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


def parsed(
    answer: str, figures: Figures | None = None, *, tokens: int | None = None, keep: bool = False
) -> Analysis:
    """Return the analysis of an answer, with what a limit cut off cut back to what is whole.

    Curses are masked, and a keyword that is nothing else is left out. Keywords and titles get the
    form of a record.

    Args:
        answer: JSON.
        figures: of the call, if the answer is held to them.
        tokens: of the answer, if its texts are limited in tokens, as those of `grammar` are. None:
            in characters only.
        keep: a line that was cut off before anything in it was whole ends at its last whole word.
            Otherwise it is no line.

    Raises:
        ValueError: it is no valid analysis.
    """
    data = json.loads(answer)
    dense = None if tokens is None else tokens * _DENSEST / len(answer) or _TOKENS_A_CHARACTER
    try:
        lines, titles = data["summary"], data["titles"]
        for name, line in lines.items():
            lines[name] = without_curses(whole_line(line, dense=dense, keep=keep))
        words = [_words(without_curses(word), " ", 40, figures) for word in data["keywords"]]
        data["keywords"] = listed([word for word in words if word.strip(MASK)] or words)
        title = _words(without_curses(titles["keyword"]), "_", LONGEST_TITLE, figures)
        titles["keyword"] = keyword_title(title, data["keywords"])
        titles["descriptive"] = _words(without_curses(titles["descriptive"]), " ", 60, figures)
    except (TypeError, KeyError, AttributeError):
        raise ValueError("not an analysis") from None
    return Analysis.model_validate(data)


def whole_line(
    line: str, limit: int = 200, *, dense: float | None = None, keep: bool = False
) -> str:
    """Return a line; if it reached a limit in mid-sentence, up to its last whole one or clause.

    A line that reached none is whole, whatever it ends with: many end in a noun.

    Args:
        line: as it was written.
        limit: in characters.
        dense: the most tokens that a character of it takes, if it is limited in tokens too.
        keep: return what there is, up to the last whole word, where nothing else is whole.
    """
    reached = len(line) >= limit or (
        dense is not None and len(line) * dense >= _TOKENS.get(limit, limit)
    )
    line = line.strip()
    if not reached or (len(line) <= limit and _ENDS.search(line)):
        return line
    whole = last_whole(line[:limit])
    return whole or (_without_last_word(line[:limit]) if keep else "")


def _without_last_word(line: str) -> str:
    """Return a line without its last word, which may be half of one, nor figures before it."""
    words = line.split()
    kept = words[:-1]
    while kept and kept[-1][:1].isdigit() and words[-1][:1].isdigit():
        kept.pop()
    return f"{' '.join(kept)}…" if kept else line


def _words(text: str, between: str, limit: int, figures: Figures | None) -> str:
    """Return a title or keyword without last words that make it too long or were not said."""
    text = text.strip()
    while text and (
        len(text) > limit or (figures and not figures.bear_out(text.replace("_", " ")))
    ):
        shorter = text[:limit] if len(text) > limit else ""
        text = text[: limit + 1].rpartition(between)[0].strip() or shorter
    return text
