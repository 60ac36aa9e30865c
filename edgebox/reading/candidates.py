"""The beginning of a line that may be a label: its word and how it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from edgebox.reading import stamps
from edgebox.reading.noise import SOUND
from edgebox.reading.roles import is_person, role_of

_OPEN: Final = r"[\[(<【「{]"
_CLOSE: Final = r"[\])>】」}]"
_WORD: Final = r"[^\s:：\[\]()<>【】「」{}|,;.!?\"'*=]"
_NAME: Final = rf"{_WORD}(?:[ ]?{_WORD}){{0,15}}(?:[ ]?\([^()\n]{{1,12}}\))?"
_STAMP: Final = (
    rf"(?:{stamps.BRACKETED.pattern}|{stamps.SPAN.pattern}|{stamps.DATED.pattern}"
    rf"|{stamps.EXACT.pattern})"
)

LABEL: Final = re.compile(
    rf"""
    [ \t]*(?:[-*•·▶]{{1,3}}[ \t]+|\#{{1,4}}[ ]|\d{{1,4}}[.)][ \t]+)? (?P<before>(?:{_STAMP}[
    \t,]*){{0,3}}) (?P<bare>(?:{stamps.BARE.pattern})[ \t,]+)? [*_]{{0,2}} (?: {_OPEN}[
    ]?(?P<bracket>{_NAME})[ ]?{_CLOSE}[*_]{{0,2}} (?P<moment>[ \t]*{_STAMP}|[
    \t]*(?:{stamps.BARE.pattern})(?=[ ]*(?:[:：]|$)))? (?P<after_bracket>[ \t]*[:：])? |
    (?P<name>{_NAME})[*_]{{0,2}}[ \t]* (?:
    (?P<sign>(?:(?<!\d)[:：]|[:：](?!\d\d))|[>|]|\t|,(?=\S)|[ ]-[ ]) |
    (?P<timed>(?<!\d)(?:{_STAMP}|{stamps.BARE.pattern})(?=[ \t]*(?:[:：]|$)))[ \t]*[:：]? |
    (?P<timed_text>(?<!\d)(?:{_STAMP}|{stamps.BARE.pattern})(?=[ \t])) | (?P<alone>$) ) )
    [*_]{{0,2}}[ \t]*
    """,
    re.VERBOSE,
)

_SPACED: Final = re.compile(
    rf"[ \t]*(?:(?:{_STAMP}|{stamps.BARE.pattern})[ \t,]+)"
    rf"(?P<name>{_WORD}{{1,12}})(?:[ ](?P<second>{_WORD}{{1,12}}))?[ ]+(?=\S)"
)
"""A label that has only a stamp before it and a space behind it: ``00:12 고객 네``."""
SPACED: Final = "spaced"
"""The form of such a label."""

_LONGEST: Final = 40
_SPOKEN: Final = re.compile(
    r"(?:[요다죠까네예데고야지걸래게군]|응|아니|여보세요)[\s.!?~…]*$|[?!…]|^(?:네|예|아니|아|어|음|저)(?![가-힣])"
)
"""How people speak: an ending, an exclamation, an answer."""


def is_value(text: str) -> bool:
    """Return whether what stands behind a label is what a form holds: a name, a number."""
    said = text.strip()
    if is_person(said):
        return True
    return (
        1 < len(said) <= _LONGEST
        and any(character.isdigit() for character in said)
        and _SPOKEN.search(said) is None
    )


Pair: TypeAlias = tuple[str, str]
"""A label in small letters, and its form."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line's beginning that may be a label.

    Attributes:
        label: the label's word as written.
        form: how it is written: the same form in another line is the same style.
        text: offset in the line where the spoken text begins.
        bare: whether a bare clock before it would be left out with it.
        dated: whether it has the date or clock of a chat export: a date with a clock before a
            name, a clock in brackets behind a name in brackets.
        moment: offset of the stamp that is left out behind a label in brackets; -1 without one.
        stamped: whether a stamp stands before it or behind it.
        value: whether what follows may be what a form holds.
    """

    label: str
    form: str
    text: int
    bare: bool = False
    dated: bool = False
    moment: int = -1
    stamped: bool = False
    value: bool = False


def candidate(line: str) -> Candidate | None:  # noqa: C901 - one form after the other
    """Return what a line's beginning may be a label of; None where it has no such form."""
    match = LABEL.match(line)
    if match is None or match["alone"] is not None or match["sign"] == " - ":
        spaced = _SPACED.match(line)
        if spaced:
            both = f"{spaced['name']} {spaced['second']}"
            if spaced["second"] and role_of(both.lower()):
                return Candidate(both, SPACED, spaced.end())
            return Candidate(spaced["name"], SPACED, spaced.end("name"))
    if match is None:
        return None
    label = (match["bracket"] or match["name"]).strip()
    if match["bracket"]:
        if SOUND.match(match[0].lstrip(" \t*_-•")):
            return None
        form = "[]"
    elif match["timed"]:
        form = "timed"
    elif match["timed_text"]:
        form = "timed text"
        return Candidate(label, form, match.end("timed_text"), match["bare"] is not None)
    elif match["sign"]:
        form = match["sign"].strip().replace("：", ":") or "\t"
    else:
        form = "alone"
    if form == "[]":
        dated = stamps.BRACKETED.search(match[0], match.end("bracket")) is not None
    else:
        dated = stamps.DATED.search(match["before"]) is not None
    bare, moment = match["bare"] is not None, match.start("moment")
    stamped = bare or moment > 0 or form == "timed" or match["before"] != ""
    value = is_value(line[match.end() :])
    return Candidate(label, form, match.end(), bare, dated, moment, stamped, value)
