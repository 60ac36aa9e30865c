"""Lines into turns: labels, what an export writes around them, and when it was said."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading import stamps
from edgebox.reading.labels import SPACED, Candidate, candidate, learn
from edgebox.reading.roles import role_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Line(NamedTuple):
    start: int
    end: int
    text: str


class Spoken(NamedTuple):
    """A turn before its speaker is known: parts of lines.

    ``chat``: it is a message of a chat export, which may hold no word.
    """

    label: str
    start: int
    parts: list[tuple[int, int]]
    chat: bool = False


_HEADERS: Final = re.compile(
    r"WEBVTT.*|NOTE(?: .*)?|STYLE|REGION|Kind: .*|Language: .*|X-TIMESTAMP-MAP.*|\d{1,6}"
    r"|저장한 날짜 ?:.*"
    r"|.{1,40} ?님과 카카오톡 대화|.{0,30}님이 (?:들어왔|나갔)습니다\.?"
    r"|[-=]{3,40}[^-=]{0,40}(?:시작|종료)[^-=]{0,40}[-=]{3,40}"
)
_BREAK: Final = re.compile(
    r"(?<=[\s.?!,])(?:\[(?:고객|상담사|상담원|손님|직원|customer|agent)\]"
    r"|(?:고객|상담사|상담원|손님|직원|customer|agent"
    r"|(?:화자|발화자|참석자|speaker|spk|guest)[ _-]?(?:\d{1,2}|[A-H]))[ ]?[:：])",
    re.IGNORECASE,
)
"""A label inside a line: the words that begin no sentence."""

_LETTER: Final = re.compile(r"[^\W\d_]")


def spoken_lines(text: str) -> list[Spoken]:
    """Return the turns of a text in normal form, one or more lines each."""
    lines = list(_lines(text))
    candidates: list[Candidate | None] = []
    bare = 0
    for line in lines:
        found = candidate(line.text)
        candidates.append(found)
        bare += bool(stamps.BARE.match(line.text.lstrip())) or bool(found and found.bare)
    labels = learn(candidates)
    chat = any(form == SPACED for _, form in labels)
    stamped = bare > 1 and bare * 2 > len(lines)
    subtitles = any(stamps.SPAN.match(line.text.lstrip()) for line in lines)
    turns: list[Spoken] = []
    for line, found in zip(lines, candidates, strict=True):
        if _HEADERS.fullmatch(line.text.strip()) and (subtitles or not line.text.strip().isdigit()):
            continue
        if stamps.DIVIDER.fullmatch(line.text.strip()):
            continue
        if found is not None and (found.label.lower(), found.form) in labels:
            turns.append(Spoken(found.label, line.start, [], found.dated or chat))
            begin = found.text
        else:
            begin = 0
            if not turns or (found is not None and found.form == SPACED and chat):
                turns.append(Spoken("", line.start, []))
        span = _without_stamps(line.text, begin, bare=stamped)
        if span[0] < span[1]:
            turns[-1].parts.append((line.start + span[0], line.start + span[1]))
    return turns


def _lines(text: str) -> Iterator[_Line]:
    """Yield the lines that hold something; a label inside a line begins another."""
    start = 0
    for line in text.split("\n"):
        marked = ":" in line or "：" in line or "]" in line
        found = [match.start() for match in _BREAK.finditer(line)] if marked else []
        inside = [at for at in found if _LETTER.search(line, 0, at)]
        if (
            inside
            and (first := candidate(line))
            and role_of(first.label)
            and first.text > inside[0]
        ):
            inside = inside[1:]  # 김지수 상담사: is one label
        cuts = [0, *inside, len(line)]
        for a, b in pairwise(cuts):
            if line[a:b].strip():
                yield _Line(start + a, start + b, line[a:b])
        start += len(line) + 1


def _without_stamps(line: str, begin: int, *, bare: bool) -> tuple[int, int]:
    """Return the part of a line that was said, from ``begin``."""
    end = len(line)
    while True:
        while begin < end and line[begin] in " \t":
            begin += 1
        if begin == end or line[begin] not in _STAMP_BEGINS:
            break
        match = next(
            (
                found
                for pattern in (stamps.BRACKETED, stamps.SPAN, stamps.EXACT)
                if (found := pattern.match(line, begin, end))
            ),
            None,
        )
        if match is None and (dated := stamps.DATED.match(line, begin, end)):
            match = dated if dated[0].endswith(",") or not line[dated.end() : end].strip() else None
        if match is None and bare:
            match = stamps.BARE.match(line, begin, end)
        if match is None or match.end() == begin:
            break
        begin = match.end()
    if (
        begin < end
        and (only := stamps.BARE.fullmatch(line, begin, len(line.rstrip())))
        and begin == 0
    ):
        begin = only.end()
    while line[begin:end].rstrip()[-1:] in _CLOSING and (
        last := _LAST_STAMP.search(line, max(begin, end - 80), end)
    ):
        end = last.start()
    return begin, len(line[:end].rstrip()) if line[:end].strip() else begin


_STAMP_BEGINS: Final = frozenset("0123456789[(<【오새아낮저밤AaPp")
_CLOSING: Final = frozenset("])>】")
_LAST_STAMP: Final = re.compile(rf"[ \t]*{stamps.BRACKETED.pattern}[ \t]*$")
