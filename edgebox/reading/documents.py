"""JSON documents, each of whose strings knows where it is written."""

from __future__ import annotations

import json
import re
import unicodedata
from json import decoder, scanner
from typing import TYPE_CHECKING, Any, Final, Self

from edgebox.reading.normal import INVISIBLE, visible

if TYPE_CHECKING:
    from collections.abc import Callable


class Placed(str):
    """A string of a document.

    Attributes:
        place: the offsets of its first character and behind its last one, as they are written
            between the quotes.
    """

    __slots__ = ("place",)

    def __new__(cls, text: str, place: tuple[int, int]) -> Self:
        made = super().__new__(cls, text)
        made.place = place
        return made

    place: tuple[int, int]


OPENINGS: Final = frozenset('{["')
"""How documents begin that are read: objects, lists, and strings that are documents or lines."""


def parsed(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return the list or object that a text is, or the objects of its lines; else None."""
    return _parsed(text, lambda _: json.JSONDecoder(strict=False))


def placed(text: str, base: int) -> Any:  # noqa: ANN401 - JSON
    """Return what `parsed` does, with strings that are `Placed`, ``base`` characters further on.

    Those of a document that was made a string have the place of that string.
    """
    return _parsed(text, lambda at: _Decoder(base + at))


def without_backslashes(text: str) -> str:
    """Return a document whose quotes are escaped though nothing quotes it; else the text."""
    if not _ESCAPED.match(text):
        return text
    try:
        value = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return text
    return str(value)


_ESCAPED: Final = re.compile(r"[\[{]\s*[\[{]?\s*\\+\"")


def _parsed(text: str, decoder_at: Callable[[int], json.JSONDecoder]) -> Any:  # noqa: ANN401
    try:
        value = decoder_at(0).decode(text)
    except RecursionError:
        return None
    except ValueError:
        value = _several(text, decoder_at(0)) if text[:1] in OPENINGS else None
    if isinstance(value, str):
        start, end = visible(value)
        inner = parsed(value[start:end]) if _BEGINS.match(value, start) else None
        return _moved(inner, value.place) if isinstance(value, Placed) else inner
    if not isinstance(value, dict | list):
        return None
    composed = unicodedata.is_normalized("NFC", text) and "\\u11" not in text
    return value if composed else _composed(value)


_BEGINS: Final = re.compile(r"[{\[]|\"\\*[{\[\"]")
"""How a document begins, also one that was made a string once more."""


def _composed(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """Return a document with the names of its fields in composed characters.

    What was said is composed later, with its offsets.
    """
    if depth > _DEEPEST_PLACE:
        return value
    if isinstance(value, list):
        return [_composed(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {
            unicodedata.normalize("NFC", key): _composed(one, depth + 1)
            for key, one in value.items()
        }
    return value


_BETWEEN: Final = re.compile(rf"(?:[\s,]|{INVISIBLE})*")
_NEXT_LINE: Final = re.compile(r"[^\S\n]*\n\s*")


def _several(text: str, decoder: json.JSONDecoder) -> list[Any] | None:
    """Return the documents of a text that holds several: one a line, or one behind the other.

    They are objects, rows, or strings of a line each, which are no table then.
    """
    found: list[Any] = []
    lines = True
    at = 0
    try:
        while at < len(text):
            value, end = decoder.raw_decode(text, at)
            found += [] if value is None else [value]
            between = _BETWEEN.match(text, end)
            at = between.end() if between else end
            lines &= at == len(text) or _NEXT_LINE.fullmatch(text, end, at) is not None
    except (ValueError, RecursionError):
        return None
    rows = all(isinstance(one, list) and len(one) > 1 for one in found)
    lines &= len(found) > 1 and all(isinstance(one, str) for one in found)
    return found if rows or lines or all(isinstance(one, dict) for one in found) else None


_DEEPEST_PLACE: Final = 40


def document_in(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return the document that a string of another one is, its strings placed there; else None."""
    inner = parsed(text.strip())
    return _moved(inner, text.place) if isinstance(text, Placed) else inner


def _moved(value: Any, place: tuple[int, int], depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """Return a document whose strings all have one place; none has one that is nested deeply."""
    if depth > _DEEPEST_PLACE:
        return value
    if isinstance(value, str):
        return Placed(value, place)
    if isinstance(value, list):
        return [_moved(one, place, depth + 1) for one in value]
    if isinstance(value, dict):
        return {key: _moved(one, place, depth + 1) for key, one in value.items()}
    return value


class _Decoder(json.JSONDecoder):
    """The decoder of the standard library in its form of Python code, which tells where it is."""

    def __init__(self, base: int) -> None:
        super().__init__(strict=False)

        def string(text: str, at: int, strict: bool) -> tuple[str, int]:  # noqa: FBT001 - json's
            found, end = decoder.scanstring(text, at, strict)  # type: ignore[attr-defined]
            return Placed(found, (base + at, base + end - 1)), end

        self.parse_string = string
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]
