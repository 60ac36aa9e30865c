"""Lines into turns: labels, what an export writes around them, and when it was said."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading import stamps
from edgebox.reading.candidates import PLAIN, SPACED, Candidate, candidate, plain
from edgebox.reading.fields import heads_a_note, heads_fields
from edgebox.reading.headers import (
    HEADERS,
    LYRICS,
    Line,
    caption_blocks,
    is_header,
    margins,
    note_head,
)
from edgebox.reading.heads import TIMED
from edgebox.reading.jobs import works
from edgebox.reading.labels import learn
from edgebox.reading.places import behind_brackets, places_of, without_stamps
from edgebox.reading.roles import is_person, role_of
from edgebox.reading.slips import without_slips

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.reading.candidates import Pair


class Spoken(NamedTuple):
    """A turn before its speaker is known: parts of lines.

    ``chat``: it is a message of a chat export, which may hold no word.
    """

    label: str
    start: int
    parts: list[tuple[int, int]]
    chat: bool = False


_ROLE: Final = "고객|상담사|상담원|손님|직원|customer|agent"
_BREAK: Final = re.compile(
    rf"(?<=[\s.?!,])(?:\[(?:{_ROLE})\]|<(?:{_ROLE})>|(?:{_ROLE}"
    r"|(?:화자|발화자|참석자|speaker|spk|guest)[ _-]?(?:\d{1,2}|[A-H]))[ ]?[:：])",
    re.IGNORECASE,
)
"""A label inside a line: the words that begin no sentence."""

_ANGLED: Final = re.compile(rf"<({_ROLE})>", re.IGNORECASE)
_BULLET: Final = re.compile(r"[ \t]*(?:[-–—•·▶]{1,2}|>>)[ \t]+(?=[^\s\d])")
"""What begins each line of a dialogue without labels; - 18 is a number."""
_LETTER: Final = re.compile(r"[^\W\d_]")
_HANGUL: Final = re.compile(r"[가-힣]")
_LOGGED: Final = re.compile(
    rf"[ \t]*[\[(]?(?:{stamps.DATED.pattern}|{stamps.EXACT.pattern}|{stamps.COMPACT.pattern})"
)
"""How a program's log begins a line; what it writes before the speaker is not said."""


def spoken_lines(text: str) -> list[Spoken]:
    """Return the turns of a text in normal form, one or more lines each."""
    lines = list(_lines(text))
    candidates: list[Candidate | None] = []
    bare = 0
    for line in lines:
        found = candidate(line.text)
        candidates.append(found)
        bare += bool(stamps.BARE.match(line.text.lstrip())) or bool(found and found.bare)
    candidates = without_slips(candidates)
    labels = _of_speech(learn(candidates), lines)
    if any(form == PLAIN for _, form in labels):
        candidates = [
            one if one and (one.label.lower(), one.form) in labels else plain(line.text) or one
            for one, line in zip(candidates, lines, strict=True)
        ]
    begins = [
        one.text if one is not None and (one.label.lower(), one.form) in labels else 0
        for one in candidates
    ]
    chat = any(form == SPACED for _, form in labels)
    places = places_of(lines, begins, candidates, bare=bare > 1 and bare * 2 > len(lines))
    export = chat or places.bare or any(one is not None and one.dated for one in candidates)
    export |= any(HEADERS.fullmatch(line.text.strip()) for line in lines[:5])
    subtitles = any(stamps.SPAN.match(line.text.lstrip()) for line in lines)
    export |= subtitles and lines[0].text.startswith("WEBVTT")
    blocks = margins(lines, begins) | (caption_blocks(lines) if subtitles else set())
    lyrics = any(LYRICS.match(line.text) for line in lines)
    names = {word for word, _ in labels}
    head = note_head(
        lines, begins, names=names, timed={form for _, form in labels} <= {*TIMED, "alone"}
    )
    bullets = [_BULLET.match(line.text) for line in lines]
    marked = sum(one is not None for one in bullets)
    dialogue = not labels and marked > max(1, len(lines) / 2)
    told = max((at for at, begin in enumerate(begins) if begin), default=len(lines))
    turns: list[Spoken] = []
    for index, (line, found, begin) in enumerate(zip(lines, candidates, begins, strict=True)):
        if (
            index < head
            or index in blocks
            or (
                begin == 0
                and is_header(lines, index, export=export, subtitles=subtitles, lyrics=lyrics)
            )
        ):
            continue
        if stamps.DIVIDER.fullmatch(line.text.strip()) and (
            not turns or export or not line.text.lstrip()[0].isdigit()
        ):
            continue
        if found is not None and begin:
            turns.append(Spoken(found.label, line.start, [], found.dated or chat))
        elif not turns or _begins_unlabelled(lines, index, found, chat=chat, told=told):
            turns.append(Spoken("", line.start, []))
        bracketed = found is not None and begin > 0 and found.moment > 0
        behind = behind_brackets(line.text, found, places) if found and bracketed else begin
        if dialogue and (bullet := bullets[index]):
            behind = bullet.end()
        start, end = without_stamps(line.text, behind, places)
        if start < end:
            turns[-1].parts.append((line.start + start, line.start + end))
    return turns


def _begins_unlabelled(
    lines: list[Line], index: int, found: Candidate | None, *, chat: bool, told: int
) -> bool:
    """Return whether a line without a label is not the speaker's before.

    In a chat somebody else wrote it. Behind the last label, ``told``, it begins a note about the
    call: a heading below an empty line or a ruler.
    """
    if found is None:
        return False
    if found.form == SPACED:
        return chat
    if index <= told or found.form != ":" or _TOLD.search(lines[index].text, found.text):
        return False
    before = lines[index - 1]
    ruler = stamps.DIVIDER.fullmatch(before.text.strip()) is not None
    apart = ruler or before.end + 1 < lines[index].start
    return apart and heads_a_note(found.label, ruler=ruler)


_TOLD: Final = re.compile(r"[가-힣](?<=[요다죠까네])[\s.!?~…]*$|[?!]")
"""How somebody tells what a note has in brief."""


def _of_speech(labels: frozenset[Pair], lines: list[Line]) -> frozenset[Pair]:
    """Return labels without those that only a space follows where lines are notes: 고객 문의함."""
    noted = sum(_NOTED.search(line.text) is not None for line in lines)
    if 2 * noted <= len(lines):
        return labels
    return frozenset(pair for pair in labels if pair[1] != PLAIN)


_NOTED: Final = re.compile(r"[가-힣][함됨][\s.]*$")
"""How a note ends, and hardly what is said."""


def _lines(text: str) -> Iterator[Line]:
    """Yield the lines that hold something; a label inside a line begins another."""
    start = 0
    lines = text.split("\n")
    few = len(lines) <= _FEW
    timed = sum(map(_in_words, lines)) > 1
    begun = _begun(lines) if few else Counter()
    for line in lines:
        marked = any(sign in line for sign in ":：]>")
        found = [match.start() for match in _BREAK.finditer(line)] if marked else []
        if "<" in line:
            found = _without_things(line, found)
        if few and marked:
            labels = _inside(line, begun)
            within = {at for begin, end in labels for at in range(begin + 1, end)}
            found = sorted({*found} - within | {begin for begin, _ in labels})
        inside = [at for at in found if _LETTER.search(line, 0, at)]
        if (
            inside
            and (first := candidate(line))
            and (role_of(first.label) or _works_there(first.label))
            and first.text > inside[0]
            and (timed or not _in_words(line))
        ):
            inside = inside[1:]  # 김지수 상담사: is one label
        cuts = [0, *inside, len(line)]
        if inside and _LOGGED.match(line) and not _HANGUL.search(line, 0, inside[0]):
            cuts = cuts[1:]
        for a, after in pairwise(cuts):
            b = after if after == len(line) else a + len(_APART.sub("", line[a:after]))
            if line[a:b].strip():
                yield Line(start + a, start + b, line[a:b])
        start += len(line) + 1


def _without_things(line: str, places: list[int]) -> list[int]:
    """Return the places of labels without <고객> in what is said: press <고객>.

    A line of such labels begins with one and has both sides.
    """
    sides = {role_of(word.lower()) for word in _ANGLED.findall(line)}
    first = _ANGLED.search(line)
    begins = first is not None and _LETTER.search(line, 0, first.start()) is None
    both = begins and {"customer", "agent"} <= sides
    return [at for at in places if line[at] != "<" or both]


def _in_words(line: str) -> bool:
    """Return whether a line begins with a time as people say it too: 12초."""
    return stamps.IN_WORDS.match(line.lstrip()) is not None


def _works_there(label: str) -> bool:
    """Return whether a label is a role behind a name or an employer: 보험사 직원."""
    before = label.rpartition(" ")[0]
    return is_person(before) or (_EMPLOYER.fullmatch(before) is not None and works(label))


_EMPLOYER: Final = re.compile(
    r"[가-힣A-Za-z]{1,4}(?:[가-힣][사점실팀청]|센터|은행|병원|매장)|(?!OK)[A-Z]{2,4}"
)


def _begun(lines: list[str]) -> Counter[str]:
    """Return the words of the labels that begin lines."""
    found = [one for line in lines if (one := candidate(line)) and one.form == ":"]
    words: Counter[str] = Counter()
    for one in found:
        words.update({one.label.lower(), *one.label.lower().split()})
    return words


def _inside(line: str, begun: Counter[str]) -> list[tuple[int, int]]:
    """Return the places of labels in a line that holds several turns and begins with a label.

    They are words of roles, also beside a name, and words that stand there twice or more, if two
    of them do: A: … B: … A: … B: …. What is said holds words of roles before a colon too (담당:
    박대리): a role begins a line of the text or answers the side before it at the end of a
    sentence, and what also heads a field does so twice.

    Args:
        line: of a text of few lines.
        begun: the words of the labels that begin its lines.
    """
    first = candidate(line)
    if first is None or not line[: first.text].rstrip().endswith((":", "：")):
        return []
    found = list(_INSIDE.finditer(line))
    counts = Counter([first.label, *(match["word"] for match in found)])
    again = {word for word, count in counts.items() if count > 1}
    repeated = first.label in again and len(again) > 1
    side = role_of(first.label.lower())
    roles = side is not None
    spoken = begun + Counter(
        word.lower()
        for match in found
        if match.start() >= first.text
        for word in (match["word"], match["beside"] or "")
    )
    places: list[tuple[int, int]] = []
    for match in found:
        role = role_of(match["word"].lower())
        beside = match["beside"] or ""
        named = role_of(beside.lower()) is not None and is_person(match["word"])  # 고객 박도윤
        word = (beside if named else match["word"]).lower()
        named |= role is not None and is_person(beside) and " " in first.label  # 박도윤 고객
        if match.start() < first.text or not (
            named or (role and (roles or repeated)) or (repeated and match["word"] in again)
        ):
            continue
        begin = match.start("stamp") if first.bare and match["stamp"] else -1
        if begin < 0:
            begin = match.start("beside") if named else match.start("word")
        ended = _ENDED.search(line, max(0, begin - 8), begin) is not None
        answers = ended and {side, role_of(word)} == {"customer", "agent"}
        if not (repeated and match["word"] in again) and _BREAK.match(line, begin) is None:
            if not (answers or word in begun):
                continue
            if heads_fields(word) and not (ended and spoken[word] > 1):
                continue
        side = role_of(word)
        places.append((begin, match.end()))
    return places


_ENDED: Final = re.compile(r"(?:[.?!,/~…]|[가-힣](?<=[다요까죠네군지야래예])|응)[\s.?!,/~…]*$")
"""The end of a sentence, before what may be a label."""
_APART: Final = re.compile(r"(?<=\S)[ \t]+(?:/{1,2}|\|{1,2})[ \t]*$")
"""What stands between two turns of one line."""
_FEW: Final = 4
"""Lines, at most, of a text each of which may hold a whole call."""
_INSIDE: Final = re.compile(
    rf"(?<=[\s.?!,/])(?P<stamp>(?:{stamps.BARE.pattern})[ ,]+)?"
    r"(?:(?P<beside>[^\s:：]{1,12})[ ])??"
    r"(?P<word>[^\s:：.?!,]{1,12})[ ]?[:：](?!\d\d|//)"
)
