"""A call as it was read: utterances with their speakers, and what was left out.

One pass: `normal` (characters), `labels` with `stamps` (lines into turns), `noise` (what was not
said), then turns are cut into utterances. Offsets are those of the received text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from edgebox.reading import noise, stamps
from edgebox.reading.labels import SPACED, Candidate, assign, candidate, learn
from edgebox.reading.masking.masks import masked
from edgebox.reading.normal import Normal, normalise
from edgebox.reading.recognisers import Turn, turns_of
from edgebox.reading.roles import role_of
from edgebox.reading.sentences import split_sentences
from edgebox.reading.tables import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgebox.reading.roles import Speaker

MAX_UTTERANCE_CHARACTERS: Final = 600
"""An utterance's ``text`` is never longer: a monologue becomes several of the same speaker.

Budgets drop and keep whole utterances, so none may be large beside a budget. 600 characters of
Korean are some 300 tokens and two minutes of speech.
"""

Speakers = Literal["both", "one", "none", "guessed"]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn, or one sentence where turns are not marked.

    Attributes:
        speaker: ``customer``, ``agent``, ``system`` (a bot, a menu, hold music) or ``unknown``.
        text: what was said: no label, no times, each run of whitespace one space. Never empty,
            at most `MAX_UTTERANCE_CHARACTERS` characters.
        start: offset in the received text, where the label begins.
        end: offset behind its last character.
        label: the label as it was written; empty where there was none.
    """

    speaker: Speaker
    text: str
    start: int
    end: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it was read.

    Attributes:
        utterances: in order, those of the system as well.
        dropped: what was left out or belongs to no person, by kind: ``hallucination``,
            ``silence``, ``repetition``, ``system``.
        speakers: ``both`` sides by their labels, ``guessed`` where talk had to decide, ``one``
            where only one side is known, ``none``.
    """

    utterances: tuple[Utterance, ...] = ()
    dropped: dict[str, int] = field(default_factory=dict)
    speakers: Speakers = "none"

    @property
    def said(self) -> list[Utterance]:
        """The utterances of people: what prompts, scores and fallbacks see."""
        return [one for one in self.utterances if one.speaker != "system"]


LABELS: Final[dict[Speaker, str]] = {"customer": "고객: ", "agent": "상담사: "}


def render(utterances: Iterable[Utterance]) -> str:
    """Return the form that prompts hold: ``고객: …`` and ``상담사: …``, one utterance a line.

    An unknown speaker's line has no label.
    """
    return "\n".join(LABELS.get(one.speaker, "") + one.text for one in utterances)


class _Line(NamedTuple):
    start: int
    end: int
    text: str


class _Spoken(NamedTuple):
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

_JSON_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_LETTER: Final = re.compile(r"[^\W\d_]")
_SIGNS: Final = re.compile(r"[\s\-*•·▶.…,!?~_=|>#:：]*")
"""A line that holds no word."""


def read(received: str) -> Call:
    """Read a transcript as it was received: text in any style, or a recogniser's JSON.

    Returns:
        The call. Takes time linear in the text.
    """
    turns = turns_of(received) if received.lstrip()[:1] in {"{", "["} else None
    if turns is not None:
        return read_turns(turns, received)
    normal = normalise(received)
    rows = rows_of(normal.text)
    if rows is not None:
        origin, found = normal.origin, []
        for one in rows:
            said = normal.text.rfind(one.text, one.start, one.end)  # -1: its quotes were doubled
            start, end = origin(one.start), origin(one.end)
            found.append((one.label, one.text, start, end, origin(max(said, one.start))))
        return _joined(found, len(received))
    return _call(_turns_of_lines(normal.text), normal)


def read_turns(turns: Sequence[Turn], received: str | None = None) -> Call:
    """Read turns that are marked already.

    Args:
        turns: in order.
        received: the JSON that they were in, for the offsets. Without it offsets are those of
            the texts joined by line ends.
    """
    found_turns: list[tuple[str, str, int, int, int]] = []
    written = {} if received is None else _written(received)
    at = 0
    for turn in turns:
        if received is None:
            found, after = at, at + len(turn.text)
            at = after + 1
        else:
            found, after = next(written.get(turn.text, iter(())), (at, at))
            at = after
        found_turns.append((turn.speaker, turn.text, found, after, found))
    return _joined(found_turns, max(0, at - 1) if received is None else len(received))


def _joined(turns: Iterable[tuple[str, str, int, int, int]], length: int) -> Call:
    """Read turns of a received text of ``length`` characters.

    Args:
        turns: (label, text, start, end, where the text begins).
        length: of the received text.
    """
    pieces: list[str] = []
    places: list[int] = []
    origins: list[int] = []
    spoken: list[_Spoken] = []
    size = 0
    for label, received, start, end, said in turns:
        text = normalise(received).text.replace("\n", " ")
        places += (size, size + min(1, len(text)), size + len(text))
        origins += (start, min(said + 1, end), end)
        pieces.append(text)
        spoken.append(_Spoken(label, size, [(size, size + len(text))]))
        size += len(text) + 1
    normal = Normal("\n".join(pieces), length, tuple(places) or (0,), tuple(origins) or (0,))
    return _call(spoken, normal)


def _written(received: str) -> dict[str, Iterator[tuple[int, int]]]:
    """Return where each string of a JSON document is written, without its quotes, in order."""
    places: dict[str, list[tuple[int, int]]] = {}
    for match in _JSON_STRING.finditer(received):
        places.setdefault(json.loads(match[0], strict=False), []).append(match.span(1))
    return {text: iter(spans) for text, spans in places.items()}


def _turns_of_lines(text: str) -> list[_Spoken]:
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
    turns: list[_Spoken] = []
    for line, found in zip(lines, candidates, strict=True):
        if _HEADERS.fullmatch(line.text.strip()) and (subtitles or not line.text.strip().isdigit()):
            continue
        if stamps.DIVIDER.fullmatch(line.text.strip()):
            continue
        if found is not None and (found.label.lower(), found.form) in labels:
            turns.append(_Spoken(found.label, line.start, [], found.dated or chat))
            begin = found.text
        else:
            begin = 0
            if not turns or (found is not None and found.form == SPACED and chat):
                turns.append(_Spoken("", line.start, []))
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


def _call(turns: Iterable[_Spoken], normal: Normal) -> Call:
    """Give turns their speakers, leave out what was not said, cut them into utterances."""
    text = normal.text
    said = [turn for turn in turns if turn.parts]
    names = [
        (turn.label.lower(), " ".join(text[a:b] for a, b in turn.parts))
        for turn in said
        if turn.label
    ]
    roles, guessed = assign(names)
    dropped: Counter[str] = Counter()
    utterances: list[Utterance] = []
    for turn in said:
        role = roles.get(turn.label.lower(), "unknown") if turn.label else "unknown"
        for a, b, spoken in _spoken(turn, text, dropped):
            side = _side(role, spoken)
            dropped["system"] += side == "system"
            utterances.append(
                Utterance(side, spoken, normal.origin(a), normal.origin(b), turn.label)
            )
    kept = _without_repeats(utterances, dropped)
    shown = masked([(one.speaker, one.text) for one in kept])
    kept = [
        one if one.text == text else replace(one, text=text)
        for one, text in zip(kept, shown, strict=True)
    ]
    return Call(tuple(kept), dict(+dropped), _speakers(kept, guessed=guessed))


def _side(role: Speaker, spoken: str) -> Speaker:
    if role == "unknown" and noise.is_machine(spoken):
        return "system"
    if role == "agent" and noise.is_menu(spoken):
        return "system"
    return role


def _spoken(turn: _Spoken, text: str, dropped: Counter[str]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, words) of a turn's utterances: whole where it is labelled and short."""
    parts = [(a, b) for a, b in turn.parts if not _dropped(text[a:b], dropped, chat=turn.chat)]
    if not parts:
        return
    begin, end = min(turn.start, parts[0][0]), parts[-1][1]
    whole = " ".join(_clean(text[a:b]) for a, b in parts)
    if turn.label and len(whole) <= MAX_UTTERANCE_CHARACTERS:
        words = _without_loops(whole, dropped)
        if words:
            yield begin, end, words
        return
    held, held_at, held_end = "", begin, begin
    for at, after in (span for a, b in parts for span in _sentences(text, a, b)):
        if not turn.label and _dropped(text[at:after], dropped):
            continue
        words = _without_loops(_clean(text[at:after]), dropped)
        full = len(held) + 1 + len(words) > MAX_UTTERANCE_CHARACTERS
        if held and words and (full or not turn.label):
            yield held_at, held_end, held
            held = ""
        if words:
            held_at, held_end = held_at if held else at, after
            held = f"{held} {words}".lstrip()
    if held:
        yield held_at, held_end, held


def _dropped(piece: str, dropped: Counter[str], *, chat: bool = False) -> bool:
    """Return whether a line holds nothing that was said; count what a recogniser put there."""
    if noise.is_invented(piece):
        dropped["hallucination"] += 1
    elif noise.is_silence(piece) or (chat and noise.ATTACHED.fullmatch(piece.strip())):
        dropped["silence"] += 1
    else:
        return _SIGNS.fullmatch(piece) is not None
    return True


def _without_loops(words: str, dropped: Counter[str]) -> str:
    text, count = noise.without_loops(words)
    dropped["repetition"] += count
    return text


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a stretch, none longer than an utterance may be."""
    for a, b in split_sentences(text[start:end]):
        for cut in range(start + a, start + b, MAX_UTTERANCE_CHARACTERS):
            yield cut, min(start + b, cut + MAX_UTTERANCE_CHARACTERS)


def _clean(piece: str) -> str:
    return " ".join(noise.SOUND.sub(" ", piece).split())


def _without_repeats(utterances: list[Utterance], dropped: Counter[str]) -> list[Utterance]:
    """Keep one of three or more equal utterances in a row."""
    kept: list[Utterance] = []
    for _, group in groupby(utterances, key=lambda one: (one.speaker, one.label, one.text)):
        same = list(group)
        if len(same) > 2:
            dropped["repetition"] += len(same) - 1
            same = same[:1]
        kept += same
    return kept


def _speakers(utterances: Iterable[Utterance], *, guessed: bool) -> Speakers:
    sides = {one.speaker for one in utterances} & {"customer", "agent"}
    if len(sides) == 2:
        return "guessed" if guessed else "both"
    return "one" if sides else "none"
