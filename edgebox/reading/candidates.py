"""The beginning of a line that may be a label: its word and how it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from edgebox.reading import stamps
from edgebox.reading.noise import SOUND
from edgebox.reading.normal import VOICE
from edgebox.reading.roles import ANONYMOUS, MOBILE, is_name, is_person, role_of

_OPEN: Final = r"(?:<<|[\[(<【「{《〈〔『])"
_CLOSE: Final = r"(?:>>|[\])>】」}》〉〕』])"
_SIGNS: Final = r"\s:：\[\]()<>【】「」《》〈〉〔〕『』{}|,;.!?\"'*=→⇒▶►▸≫»"
_WORD: Final = (
    rf"(?:[^{_SIGNS}]|(?<=[가-힣])(?:\*|(?<![가-힣*][가-힣])\*\*)(?=[가-힣]|[ ]?[:：\])】]))"
)
_NAME: Final = (
    rf"(?:{MOBILE.pattern}|{_WORD}(?:[ ]?(?![-–—/]{{1,2}}[ ]){_WORD}){{0,15}})"
    r"(?:[ ]?\((?![^()\n]{0,20}\d:\d\d)[^()\n]{1,24}\))?"
)
"""A word or several, with what stands in brackets behind it and is no clock."""
_STAMP: Final = (
    rf"(?:{stamps.BRACKETED.pattern}|{stamps.SPAN.pattern}|{stamps.DATED.pattern}"
    rf"|{stamps.EXACT.pattern}|{stamps.PAIR.pattern}|{stamps.COMPACT.pattern})"
)
_BULLET: Final = (
    r"[-*•·▶]{1,3}[ \t]+|[■□▣○●◎◆◇▶▷◀◁※☎①-⑳]{1,3}[ \t]*|>{1,2}[ \t]+|\#{1,4}[ ]|[#@](?=[^\s\d])"
    r"|\d{1,4}[.)][ \t]+"
)

LABEL: Final = re.compile(
    rf"""
    [ \t]*(?:{_BULLET})? (?P<before>(?:{_STAMP}(?:[ \t,]|-[ ])*){{0,3}})
    (?P<bare>(?:{stamps.BEFORE.pattern})[ \t,]+)? [*_"]{{0,2}} (?: {_OPEN}[
    ]?(?P<bracket>{_NAME})(?:[ ,|]{{1,3}}(?P<inside>{stamps.DATED.pattern}|{stamps.BARE.pattern}))?
    [ ]?{_CLOSE}[*_]{{0,2}} (?P<moment>[ \t]*{_STAMP}|[
    \t]*(?:{stamps.BARE.pattern})(?=[ ]*(?:[:：]|$)))? (?P<after_bracket>[ \t]*[:：])? |
    (?P<name>{_NAME})[*_"]{{0,2}}[ \t]* (?:
    [,·•|—–-][ ]+ (?:(?:오늘|어제|[Tt]oday|[Yy]esterday)[ ](?:at[ ])?)?
    (?P<behind>{_STAMP}|{stamps.BARE.pattern})[ \t]*$ |
    (?P<sign>(?:(?<!\d)[:：]{{1,2}}|[:：](?!\d\d))|=?[>|→⇒▶►▸≫»)]|\t|,(?=\S)|[-–—/]{{1,2}}[ ]
    |;(?=[ ]*\S)|=(?=[ ]+\S)) |
    (?P<timed>(?<!\d)(?:{_STAMP}|{stamps.BARE.pattern})
    (?=[ \t]*(?:[:：](?!\d\d)|[>|]|$)))[ \t]*[:：>|]? |
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
_PLAIN: Final = re.compile(
    rf"[ \t]*(?:\d{{1,4}}[ \t]+)?[#@]?(?P<name>{_WORD}{{1,12}}(?:[ ]\d{{1,2}})?)[ \t]+(?=\S)"
)
PLAIN: Final = "plain"
"""The form of a role or an anonymous label with only a space behind it: ``화자 1 네``."""
JOINED: Final = re.compile(
    r"님|센[터타]|번호|한테|에게|께서|쪽|측|분(?:이|은|들|께|한테|도|의)|들(?:이|은|도|한테)"
    r"|연결|바꿔|바꾸|예약|가능|정보|이름|입장|불만|응대|등급|만족|게시판|말로는|때문|통해"
    r"|배정|아이디|과의|이랑|하고 |라고|서비스|만 "
)
"""What makes one thing of a role's word before it, or a part of its sentence: 고객 번호가."""

_TO: Final = re.compile(
    rf"[ \t]*(?:{_STAMP}|{stamps.BARE.pattern})[ \t]+from[ \t]+"
    r"(?P<name>[^\s:](?:[ ]?[^\s:]){0,40})"
    r"[ \t]+to[ \t]+(?P<all>everyone|모두|all |host|호스트)?[^\s:]?(?:[ ]?[^\s:]){0,40}:[ \t]*",
    re.IGNORECASE,
)
"""Who writes to whom in the chat of a meeting; from Seoul to Busan: 3 hours is said."""
_FROM_ONE: Final = re.compile(
    rf"[ \t]*(?P<stamp>(?:(?:{_STAMP}|{stamps.BARE.pattern})[ \t,]+)?)[\[(<【]?[ ]?"
    rf"(?P<name>{_WORD}(?:[ ]?{_WORD}){{0,15}}?)[ ]?(?:→|⇒|[-=]?>|▶)[ ]?"
    rf"(?P<other>{_WORD}(?:[ ]?{_WORD}){{0,15}}?)[ ]?(?:[\])>】][ ]?[:：]?|[:：])[ \t]*"
)
"""Who speaks to whom: 상담사 → 고객: 네."""

UNNAMED: Final = "?"
"""The label of lines whose speaker was not recognised."""
_UNNAMED: Final = re.compile(
    rf"[ \t]*(?P<stamp>(?:(?:{_STAMP}|{stamps.BARE.pattern})[ \t]*)?)"
    r"(?:[?？]{1,3}|[-–—]|[\[(<]?(?:[?？]{1,3}|불명확?|미상|알 ?수 ?없음|식별 ?불가|미확인"
    r"|unknown|unidentified|none|null|n/a)(?:[ _]?(?:화자|speaker))?[\])>]?)"
    r"[ ]?[:：](?!\d\d)[ \t]*(?=\S)",
    re.IGNORECASE,
)
"""???: 네, [불명확]: 네."""


def _is_one(name: str) -> bool:
    """Return whether a word is a role or a Korean name."""
    return role_of(name.strip().lower()) is not None or is_person(name.strip())


def _are_two(name: str, other: str) -> bool:
    """Return whether two words are the speakers of a call."""
    sides = {role_of(word.lower()) or (is_person(word) and word) for word in (name, other)}
    return len(sides) > 1 and None not in sides and False not in sides


_NUMBERS: Final = re.compile(
    r"(?:(?:seg(?:ment)?|utt(?:erance)?|turn|line|id|no)[ _#.-]{0,2})?"
    r"\d{1,9}(?: ?[-~] ?\d{1,9})?(?: ?(?:ms|s|초))?"
)
"""The number of a line, or begin and end of a turn in whole milliseconds."""
_LONGEST: Final = 40
SPOKEN: Final = re.compile(
    r"(?:[요다죠까네예데고야지걸래게군]|응|아니|여보세요)[\s.!?~…]*$|[?!…]|^(?:네|예|아니|아|어|음|저)(?![가-힣])"
)
"""How people speak: an ending, an exclamation, an answer."""


_ENGLISH: Final = re.compile(r"\s*[A-Za-z']+(?:,? [A-Za-z']+){2}")
"""A sentence in English."""


def is_value(text: str) -> bool:
    """Return whether what stands behind a label is what a form holds: a name, a number."""
    said = text.strip()
    if is_person(said):
        return True
    return (
        1 < len(said) <= _LONGEST
        and any(character.isdigit() for character in said)
        and SPOKEN.search(said) is None
    )


_ASIDE: Final = re.compile(r"[(\[].*")


def is_said(label: str) -> bool:
    """Return whether what stands before a role in brackets is speech: 네 감사합니다 (고객)."""
    front, aside = _ASIDE.sub("", label).strip(), _ASIDE.search(label)
    if aside is None or is_person(front) or _names(front):
        return False
    return " " in front or front.isdecimal() or SPOKEN.search(front) is not None


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
        spoken: whether what follows is worded as people speak.
        certain: whether a stamp tells that it is one: in brackets, with a date or before it.
        joined: whether what follows a role's word and a space goes on with it: 고객 번호가.
        clock: minutes of the day of the clock behind a name above a message; -1 without one.
    """

    label: str
    form: str
    text: int
    bare: bool = False
    dated: bool = False
    moment: int = -1
    stamped: bool = False
    value: bool = False
    spoken: bool = False
    certain: bool = False
    joined: bool = False
    clock: int = -1


_DASHES: Final = frozenset("-–—")
_PART: Final = re.compile(r"(?:.{1,3} )?(?:오전|오후|새벽|아침|낮|저녁|밤|am|pm)", re.IGNORECASE)
"""[오후 1:03] is a stamp, [고객 1:03] a label with one."""


_PART_BEHIND: Final = re.compile(r"[ ](?:오전|오후|새벽|아침|낮|저녁|밤)$")
"""What belongs to the clock behind a name: 한빛렌탈 오전 10:11. 고객 오전 10:30 may be said."""
HALVED: Final = "timed half"
"""The form of a role's word before such a clock: a label in a chat alone."""
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)")
_LATER: Final = re.compile(r"오후|저녁|밤|p\.?m", re.IGNORECASE)


def candidate(line: str) -> Candidate | None:
    """Return what a line's beginning may be a label of; None where it has no such form."""
    if line.startswith(VOICE):
        name = line[len(VOICE) :].partition(VOICE)[0]
        return Candidate(name, VOICE, 2 * len(VOICE) + len(name) + 2)
    if (chat := _TO.match(line)) and (
        chat["all"] or chat.end() == len(line) or _is_one(chat["name"])
    ):
        return Candidate(
            chat["name"].strip(), ":", chat.end(), dated=True, stamped=True, certain=True
        )
    if unnamed := _UNNAMED.match(line):
        return Candidate(UNNAMED, ":", unnamed.end(), stamped=unnamed["stamp"] != "")
    if (both := _FROM_ONE.match(line)) and _are_two(both["name"], both["other"]):
        return Candidate(both["name"], ":", both.end(), stamped=both["stamp"] != "")
    match = LABEL.match(line)
    if match and match["inside"] and _PART.fullmatch(match["bracket"]):
        match = None
    if match is None or match["alone"] is not None or (match["sign"] or "")[:1] in _DASHES:
        found = _without_a_sign(line, names=match is not None and _names(match["name"]))
        if found:
            return found
    return None if match is None else _marked(line, match)


def _without_a_sign(line: str, *, names: bool) -> Candidate | None:
    """Return a label with only a space behind it; ``names``: the whole line is one by its words."""
    if spaced := _SPACED.match(line):
        both = f"{spaced['name']} {spaced['second']}"
        if spaced["second"] and role_of(both.lower()):
            return Candidate(both, SPACED, spaced.end())
        return Candidate(spaced["name"], SPACED, spaced.end("name"))
    return None if names else plain(line)


def plain(line: str) -> Candidate | None:
    """Return the label of a line that begins with a role or an anonymous label and a space."""
    match = _PLAIN.match(line)
    if match and _names(match["name"]):
        role = role_of(match["name"].lower()) is not None
        joined = role and JOINED.match(line, match.end()) is not None
        return Candidate(match["name"], PLAIN, match.end(), joined=joined)
    return None


def _marked(line: str, match: re.Match[str]) -> Candidate | None:
    """Return a label with a sign, brackets or a stamp, or one that stands alone."""
    label = (match["bracket"] or match["name"]).strip().rstrip("-=")
    if match["bracket"]:
        if SOUND.match(match[0].lstrip(" \t*_-•")):
            return None
        if _NUMBERS.fullmatch(label) and (numbered := _behind_a_number(line, match.end())):
            return numbered
    named = _NAMED.match(line, match.end()) if match["bracket"] else None
    if named and role_of(label.lower()) and is_name(named["name"]):
        both = f"{label} {named['name']}"
        return Candidate(both, ":", named.end(), stamped=True, certain=True)
    form = _form(match)
    if match["sign"] in _SLIPS and role_of(label.lower()) is None:
        return None
    if form == "timed" and (half := _PART_BEHIND.search(label)):
        label = label[: half.start()]
        form = HALVED if role_of(label.lower()) else form
    clock = match["timed"] or match["behind"] or ""
    if form == "timed text":
        return Candidate(label, form, match.end("timed_text"), match["bare"] is not None)
    if form == "[]":
        dated = stamps.BRACKETED.search(match[0], match.end("bracket")) is not None
    else:
        dated = stamps.DATED.search(f"{match['before']} {clock}") is not None
    bare, moment = match["bare"] is not None, match.start("moment")
    inside = match["inside"] is not None
    timed = form == "timed" and (dated or stamps.BRACKETED.match(clock) is not None)
    rest = line[match.end() :]
    return Candidate(
        label,
        form,
        match.end(),
        bare,
        dated,
        moment,
        stamped=bare or moment > 0 or form == "timed" or match["before"] != "" or inside,
        value=is_value(rest),
        spoken=SPOKEN.search(rest.strip()) is not None or _ENGLISH.match(rest) is not None,
        certain=timed or match["before"].strip() != "" or inside,
        clock=_minutes(match[0]) if form in {"timed", HALVED} else -1,
    )


_NAMED: Final = re.compile(r"(?P<name>[가-힣○*]{2,4})[ ]?[:：][ \t]*")
"""The name behind a role in brackets: [상담사] 이수진: 네."""


def _minutes(text: str) -> int:
    """Return the minutes of the day of a clock; -1 without one."""
    clock = _CLOCK.search(text)
    if clock is None:
        return -1
    later = 12 if _LATER.search(text) and int(clock[1]) < 12 else 0
    return 60 * (int(clock[1]) + later) + int(clock[2])


def _form(match: re.Match[str]) -> str:
    if match["bracket"]:
        return "[]"
    if match["timed"] or match["behind"]:
        return "timed"
    if match["timed_text"]:
        return "timed text"
    if not match["sign"]:
        return "alone"
    return _FORMS.get(match["sign"].strip()[-1:], match["sign"].strip() or "\t")


def _names(label: str) -> bool:
    """Return whether a label is the word of a role, or one of several signs that tells apart."""
    return role_of(label.lower()) is not None or (
        len(label) > 1 and ANONYMOUS.fullmatch(label) is not None
    )


def _behind_a_number(line: str, at: int) -> Candidate | None:
    """Return the label of a role behind the number of a line in brackets: [3] 상담사: 네."""
    inner = candidate(line[at:])
    if inner is None or inner.form != ":" or role_of(inner.label.lower()) is None:
        return None
    return replace(inner, text=at + inner.text, moment=-1)


_SLIPS: Final = frozenset({";", "="})
"""Signs that a role's word has where a colon was meant."""
SLIP: Final = ";"
"""The form of a role's word with such a sign."""
_FORMS: Final = {
    **dict.fromkeys("：:", ":"),
    **dict.fromkeys(";=", SLIP),
    **dict.fromkeys("→⇒>▶►▸≫»", ">"),
    **dict.fromkeys("–—/", "-"),
}
"""Signs that are one form."""
