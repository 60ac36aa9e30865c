"""Calls in a markup language: HTML, SAMI and TTML subtitles, XML of recorders.

Tags, heads and what is a number or a clock by itself are left out. Who speaks, an attribute or an
element of its own, is a label as in WebVTT. The cells of a table's row are apart.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from edgebox.reading.normal import VOICE, Normal, replaced, visible
from edgebox.reading.roles import ANONYMOUS, labelled, role_of
from edgebox.reading.tables import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DECLARED: Final = re.compile(r"<(?:\?xml\b|!doctype\b|sami\b|html\b|tt[\s>])", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?P<name>[a-z][\w:.-]{1,40})(?:\s[^<>]{0,500})?>", re.IGNORECASE)
_LAST: Final = re.compile(r"</(?P<name>[a-z][\w:.-]{1,40})>$", re.IGNORECASE)
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
_OF_PAGES: Final = frozenset(["script", "title", "metadata"])
"""Those that say nothing in a web page or subtitles, but may in the XML of a recorder."""
_PAGES: Final = frozenset(["html", "sami", "tt", "body", "div"])
_SAID_IN: Final = re.compile(
    r"(?<!\w)(?:text|content|message|utterance|내용|발화)\s*=\s*"
    r"(?:\"(?P<double>[^\"<>]+)\"|'(?P<single>[^'<>]+)')",
    re.IGNORECASE,
)
"""An attribute that holds what is said."""
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
_COUNTED_LISTED: Final = """
    start end begin stop from to time timestamp starttime endtime startms endms startsec endsec
    duration dur offset date datetime id uid callid turnid utteranceid segmentid index idx seq
    order no number channel confidence conf score length phone tel ani dnis caller callee
    phonenumber callernumber callerid extension 시작 끝 종료 시간 시각 날짜 번호 순번
"""
_COUNTED: Final = frozenset(_COUNTED_LISTED.split())
"""Elements whose text is no speech where it is a number."""
_LONGEST: Final = 40
_LINE: Final = 500
_LINES: Final = re.compile(r"[\r\n]+")
_CELL: Final = re.compile(r"\s*<t[dh]\b", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Return whether a text is a document of a markup language, not speech with a few tags."""
    start, end = visible(text)
    if _DECLARED.match(text, start):
        return True
    root = _ROOT.match(text, start)
    name = root["name"].lower() if root else ""
    if not name or name in _INLINE or name in _SKIPPED:
        return False
    last = _LAST.search(text, max(start, end - 50), end)
    closed = last["name"].lower() if last else ""
    return closed == name or (_names_a_speaker(name) and _names_a_speaker(closed))


def unmarked(received: str) -> Normal:
    """Return what a document of a markup language says, with the offsets of where it says it.

    Takes time linear in the document.
    """
    return replaced(received, _replacements(received))


def _replacements(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, replacement) of everything in a document that is no speech."""
    tags = list(_TAG.finditer(text))
    closed = {_name(tag): tag.start() for tag in tags if tag["close"] or tag[0] == "-->"}
    page = any(_name(tag) in _PAGES for tag in tags[:3])
    fronted, moved = _behind_texts(tags, text)
    in_a_row, at, index = False, 0, 0
    while index < len(tags):
        tag = tags[index]
        name = _name(tag)
        if in_a_row:
            yield from ((m.start(), m.end(), " ") for m in _LINES.finditer(text, at, tag.start()))
        closing = "-->" if tag[0] == "<!--" else name
        skipped = closing in _SKIPPED and (page or closing not in _OF_PAGES)
        skipped = skipped and not tag["close"] and closed.get(closing, -1) > tag.start()
        if skipped and not _dictated(text, tag.start()):
            while _name(tags[index]) != closing or not (tags[index]["close"] or closing == "-->"):
                index += 1
            put = "\n"
        elif said := _leaf(tags, index, text):
            index += 1
            put = _label(said) if _SIGN.sub("", name) in _SPEAKERS else "\n"
            put = "\n" if tag.start() in moved else put
        elif tag.start() in fronted:
            put = _label(fronted[tag.start()])
        elif attribute := _said_in(tag):
            yield tag.start(), attribute[0], _put(tag, name, text, in_a_row=in_a_row)
            at = tag.end()
            yield attribute[1], at, "\n"
            index += 1
            continue
        else:
            in_a_row = tag["close"] is None if name == "tr" else in_a_row and name != "table"
            put = _put(tag, name, text, in_a_row=in_a_row)
        at = tags[index].end()
        yield tag.start(), at, put
        index += 1


def _dictated(text: str, at: int) -> bool:
    """Return whether a tag stands in a line of speech: it begins with a role's label, no tag."""
    begin = text.rfind("\n", max(0, at - _LINE), at) + 1
    return labelled(text, begin, at)


def _said_in(tag: re.Match[str]) -> tuple[int, int] | None:
    """Return where an empty element with a speaker holds what is said; None elsewhere."""
    rest = tag["rest"] or ""
    if tag["close"] or not rest.endswith("/") or not _SPOKEN_BY.search(rest):
        return None
    said = _SAID_IN.search(rest)
    if said is None:
        return None
    start, end = said.span("double" if said["double"] else "single")
    return tag.start("rest") + start, tag.start("rest") + end


def _behind_texts(tags: Sequence[re.Match[str]], text: str) -> tuple[dict[int, str], set[int]]:
    """Return the labels of texts with their speaker behind them, and where those speakers are.

    The element around them holds one text and one speaker. Both are told by their offsets.
    """
    fronted: dict[int, str] = {}
    moved: set[int] = set()
    around: list[tuple[str, list[int], list[tuple[int, str]]]] = [("", [], [])]
    for index, tag in enumerate(tags):
        name = _name(tag)
        if tag["name"] is None or (tag["rest"] or "").endswith("/"):
            continue
        if tag["close"]:
            if around[-1][0] != name:
                continue
            _, texts, speakers = around.pop()
            if len(texts) == len(speakers) == 1 and texts[0] < speakers[0][0]:
                fronted[texts[0]] = speakers[0][1]
                moved.add(speakers[0][0])
            continue
        plain = _SIGN.sub("", name)
        if plain in TEXTS:
            around[-1][1].append(tag.start())
        elif plain in _SPEAKERS and (label := _leaf(tags, index, text)):
            around[-1][2].append((tag.start(), label))
        around.append((name, [], []))
    return fronted, moved


def _name(tag: re.Match[str]) -> str:
    return (tag["name"] or tag[0]).lower()


def _leaf(tags: Sequence[re.Match[str]], index: int, text: str) -> str:
    """Return the text of an element that is a speaker, or a number by itself; else nothing."""
    tag, after = tags[index], tags[index + 1 : index + 2]
    if not after or tag["close"] or not after[0]["close"] or _name(after[0]) != _name(tag):
        return ""
    said = text[tag.end() : after[0].start()].strip()
    name = _SIGN.sub("", _name(tag))
    spoken = _SPOKEN_BY.search(tag["rest"]) is not None
    number = name in _COUNTED and not spoken and _NUMBER.fullmatch(said)
    return said if number or (name in _SPEAKERS and len(said) <= _LONGEST) else ""


def _put(tag: re.Match[str], name: str, text: str, *, in_a_row: bool) -> str:
    """Return what stands in the place of a tag."""
    if tag["name"] is None:
        return html.unescape(tag[0]) if tag[0].startswith("&") else ""
    if name in _CELLS:
        return "\t" if tag["close"] and _CELL.match(text, tag.end()) else ""
    if label := _speaker(tag, name):
        return _label(label)
    if name in _INLINE:
        return " " if tag["close"] and text.startswith("<", tag.end()) else ""
    return " " if in_a_row and name != "tr" else "\n"


def _speaker(tag: re.Match[str], name: str) -> str:
    """Return who speaks by a tag's attribute or by its name; nothing where it does not say."""
    if tag["close"]:
        return ""
    if spoken_by := _SPOKEN_BY.search(tag["rest"]):
        label = spoken_by["double"] or spoken_by["single"]
        role = spoken_by["name"].lower() == "role"
        return "" if role and not role_of(label.strip().lower()) else label
    return name if _names_a_speaker(name) else ""


def _names_a_speaker(name: str) -> bool:
    anonymous = len(name) > 2 and ANONYMOUS.fullmatch(name) is not None
    return name not in _INLINE and (anonymous or role_of(name) is not None)


def _label(name: str) -> str:
    return f"\n{VOICE}{' '.join(html.unescape(name).split())}{VOICE}: "
