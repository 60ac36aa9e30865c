"""Strings of a JSON document that are documents themselves.

Queues, logs and forms wrap a call so. What somebody said stays what it is, also where it looks like
JSON: a string among others of its list that are none, or a text among texts that are none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.documents import document_in
from edgebox.reading.entries import is_text
from edgebox.reading.roles import role_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKED: Final = re.compile(r"\s*(?:\{\s*\"|\[\s*[\[{])")
_DEEPEST: Final = 8


def unpacked(
    value: Any,  # noqa: ANN401 - JSON
    depth: int = 0,
    said: frozenset[str] = frozenset(),
) -> Any:  # noqa: ANN401 - JSON
    """Return a document in which strings that are documents are what they hold.

    Args:
        value: the document.
        depth: lists and objects around it.
        said: names under which the list around it has what was said.
    """
    if depth > _DEEPEST:
        return value
    if isinstance(value, str):
        inner = _inner(value)
        return value if inner is None else unpacked(inner, depth + 1)
    if isinstance(value, list):
        said |= {name for one in value for name, text in _texts(one, depth) if _is_plain(text)}
        if any(map(_is_side, said)):
            said |= {name for one in value for name, _ in _texts(one, depth) if _is_side(name)}
        row = any(_is_plain(one) if isinstance(one, str) else _is_scalar(one) for one in value)
        return [
            one if row and isinstance(one, str) else unpacked(one, depth + 1, said) for one in value
        ]
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)).startswith("$"):  # MongoDB's: {"$numberInt": "1"}
            return unpacked(next(iter(value.values())), depth + 1)
        return {
            name: one if name in said and isinstance(one, str) else unpacked(one, depth + 1, said)
            for name, one in value.items()
        }
    return value


def _inner(text: str) -> Any:  # noqa: ANN401 - JSON
    return document_in(text) if _PACKED.match(text) else None


def _is_plain(text: str) -> bool:
    return text.strip() != "" and _inner(text) is None


def _is_scalar(value: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_side(name: str) -> bool:
    return role_of(name.strip().lower()) is not None


def _texts(value: Any, depth: int) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Yield the names and strings of what may be said in an object, and in objects in it."""
    if depth > _DEEPEST or not isinstance(value, dict):
        return
    for name, one in value.items():
        if isinstance(one, dict):
            yield from _texts(one, depth + 1)
        elif isinstance(one, str) and (is_text(name) or _is_side(name)):
            yield name, one
