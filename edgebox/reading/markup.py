"""Calls in a markup language: HTML, SAMI and TTML subtitles, XML of recorders.

Tags, heads and what is a number or a clock by itself are left out. Who speaks, an attribute or an
element of its own, is a label as in WebVTT. The cells of a table's row are apart.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from edgebox.reading.normal import VOICE, Normal, replaced, visible
from edgebox.reading.roles import role_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DECLARED: Final = re.compile(r"<(?:\?xml\b|!doctype\b|sami\b|html\b|tt[\s>])", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?P<name>[a-z][\w:.-]{1,40})(?:\s[^<>]{0,500})?>", re.IGNORECASE)
_INLINE: Final = frozenset(
    ["i", "b", "u", "c", "v", "em", "strong", "span", "font", "ruby", "rt", "a", "small", "lang"]
)
_TAG: Final = re.compile(
    r"<!\[CDATA\[|\]\]>|<!--|-->|&\#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6});"
    r"|<(?P<close>/)?(?P<name>[\w?!][\w:.-]{0,40}+)(?P<rest>[^<>]{0,1000}+)>"
)
_SKIPPED: Final = frozenset(
    ["head", "style", "script", "title", "styling", "metadata", "layout", "-->"]
)
"""Elements that say nothing."""
_SPOKEN_BY: Final = re.compile(
    r"(?<!\w)(?P<name>ttm:agent|speaker(?:[_-]?(?:id|label|name|role))?|spk|role"
    r"|participant(?:role)?|who|화자|발화자)\s*=\s*"
    r"(?:\"(?P<double>[^\"<>]{1,64})\"|'(?P<single>[^'<>]{1,64})')",
    re.IGNORECASE,
)
_SPEAKERS: Final = frozenset(
    [
        *("speaker", "speakerid", "speakerlabel", "speakername", "spk", "role", "participant"),
        *("who", "화자", "발화자"),
    ]
)
"""Elements whose text is who speaks."""
_SIGN: Final = re.compile(r"[\W_]+")
_NUMBER: Final = re.compile(r"(?=\D{0,4}\d)[\d\s.,:TZ+-]{1,40}")
_CELLS: Final = frozenset(["td", "th"])
_TEXTS: Final = frozenset(["td", "th", "p", "text", "msg", "content", "li", "div", "span"])
"""Elements whose text is said, a number too."""
_LONGEST: Final = 40
_LINES: Final = re.compile(r"[\r\n]+")
_CELL: Final = re.compile(r"\s*<t[dh]\b", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Return whether a text is a document of a markup language, not speech with a few tags."""
    start, end = visible(text)
    if _DECLARED.match(text, start):
        return True
    root = _ROOT.match(text, start)
    if root is None or root["name"].lower() in _INLINE:
        return False
    return text[max(start, end - 50) : end].lower().endswith(f"</{root['name'].lower()}>")


def unmarked(received: str) -> Normal:
    """Return what a document of a markup language says, with the offsets of where it says it.

    Takes time linear in the document.
    """
    return replaced(received, _replacements(received))


def _replacements(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, replacement) of everything in a document that is no speech."""
    tags = list(_TAG.finditer(text))
    closed = {_name(tag): tag.start() for tag in tags if tag["close"] or tag[0] == "-->"}
    in_a_row, at, index = False, 0, 0
    while index < len(tags):
        tag = tags[index]
        name = _name(tag)
        if in_a_row:
            yield from ((m.start(), m.end(), " ") for m in _LINES.finditer(text, at, tag.start()))
        closing = "-->" if tag[0] == "<!--" else name
        if closing in _SKIPPED and not tag["close"] and closed.get(closing, -1) > tag.start():
            while _name(tags[index]) != closing or not (tags[index]["close"] or closing == "-->"):
                index += 1
            put = "\n"
        elif said := _leaf(tags, index, text):
            index += 1
            put = _label(said) if _SIGN.sub("", name) in _SPEAKERS else "\n"
        else:
            in_a_row = tag["close"] is None if name == "tr" else in_a_row and name != "table"
            put = _put(tag, name, text, in_a_row=in_a_row)
        at = tags[index].end()
        yield tag.start(), at, put
        index += 1


def _name(tag: re.Match[str]) -> str:
    return (tag["name"] or tag[0]).lower()


def _leaf(tags: Sequence[re.Match[str]], index: int, text: str) -> str:
    """Return the text of an element that is a speaker, or a number by itself; else nothing."""
    tag, after = tags[index], tags[index + 1 : index + 2]
    if not after or tag["close"] or not after[0]["close"] or _name(after[0]) != _name(tag):
        return ""
    said = text[tag.end() : after[0].start()].strip()
    name = _SIGN.sub("", _name(tag))
    number = name not in _TEXTS and _NUMBER.fullmatch(said)
    return said if number or (name in _SPEAKERS and len(said) <= _LONGEST) else ""


def _put(tag: re.Match[str], name: str, text: str, *, in_a_row: bool) -> str:
    """Return what stands in the place of a tag."""
    if tag[0].startswith("&"):
        return html.unescape(tag[0])
    if tag["name"] is None:
        return ""
    if name in _CELLS:
        return "\t" if tag["close"] and _CELL.match(text, tag.end()) else ""
    if name in _INLINE:
        return " " if tag["close"] and text.startswith("<", tag.end()) else ""
    if not tag["close"] and (spoken_by := _SPOKEN_BY.search(tag["rest"])):
        label = spoken_by["double"] or spoken_by["single"]
        if spoken_by["name"].lower() != "role" or role_of(label.strip().lower()):
            return _label(label)
    return " " if in_a_row and name != "tr" else "\n"


def _label(name: str) -> str:
    return f"\n{VOICE}{' '.join(html.unescape(name).split())}{VOICE}: "
