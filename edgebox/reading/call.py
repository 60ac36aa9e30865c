"""A call as it was read: utterances with their speakers, and what was left out.

One pass: `normal` (characters), `labels` with `stamps` (lines into turns), `noise` (what was not
said), then turns are cut into utterances. Offsets are those of the received text.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from edgebox.reading import machines, noise
from edgebox.reading.cutting import in_a_number, pieces
from edgebox.reading.lines import Spoken, spoken_lines
from edgebox.reading.markup import is_markup, unmarked
from edgebox.reading.masking.masks import masked
from edgebox.reading.nested import lines_of, read_lines
from edgebox.reading.normal import VOICE, Normal, normalise
from edgebox.reading.recognisers import turns_of
from edgebox.reading.records import records_of
from edgebox.reading.repeats import without_repeats
from edgebox.reading.scripts import is_script, unscripted
from edgebox.reading.sentences import split_sentences
from edgebox.reading.tables import rows_of
from edgebox.reading.talkers import assign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgebox.reading.roles import Speaker
    from edgebox.reading.turn import Turn

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


_SIGNS: Final = re.compile(r"[\s\-*•·▶.…,!?~_=|>#:：()\"'“”‘’ㅡ]*")
"""A line that holds no word."""


def read(received: str) -> Call:
    """Read a transcript as it was received: text in any style, or a recogniser's JSON.

    Returns:
        The call. Takes time linear in the text.
    """
    turns = turns_of(received)
    if turns is not None:
        lines = lines_of(turns)
        if lines is None:
            return read_turns(turns, received)
        return _call(*read_lines(turns, lines, received))
    normal = _normal(received)
    rows = rows_of(normal.text) or records_of(normal.text)
    if rows is not None:
        origin, found = normal.origin, []
        for one in rows:
            said = normal.text.rfind(one.text, one.start, one.end)  # -1: its quotes were doubled
            start, end = origin(one.start), origin(one.end)
            at = origin(max(said, one.start))
            found.append(_Turn(one.label, one.text, start, end, at, chat=one.chat))
        return _joined(found, len(received))
    return _call(spoken_lines(normal.text), normal)


def _normal(received: str) -> Normal:
    """Return a text in normal form, of a document what it says."""
    for is_one, said_in in ((is_markup, unmarked), (is_script, unscripted)):
        if is_one(received):
            said = said_in(received)
            return replace(normalise(said.text), before=said)
    return normalise(received)


def read_turns(turns: Sequence[Turn], received: str | None = None) -> Call:
    """Read turns that are marked already.

    Args:
        turns: in order.
        received: the JSON that they were in, for the offsets. Without it offsets are those of
            the texts joined by line ends.
    """
    found: list[_Turn] = []
    at = 0
    for turn in turns:
        start, after = at, at + len(turn.text)
        if received is not None:
            start, after = turn.place or (at, at)
        at = after + (received is None)
        found.append(_Turn(turn.speaker, turn.text, start, after, start, turn.words))
    return _joined(found, max(0, at - 1) if received is None else len(received))


class _Turn(NamedTuple):
    """A turn that is marked.

    Attributes:
        said: where its text begins.
        words: of a text that is not written in one, the offsets of each word in it and as received.
    """

    label: str
    text: str
    start: int
    end: int
    said: int
    words: tuple[tuple[int, int, int, int], ...] = ()
    chat: bool = False


def _joined(turns: Iterable[_Turn], length: int) -> Call:
    """Read turns of a received text of ``length`` characters."""
    texts: list[str] = []
    places: list[int] = []
    origins: list[int] = []
    spoken: list[Spoken] = []
    size = 0
    for label, received, start, end, said, words, chat in turns:
        text = normalise(received).text.replace("\n", " ").replace(VOICE, "")
        places += (size, size + min(1, len(text)))
        origins += (start, min(said + 1, end))
        for at, until, begin, after in words if len(text) == len(received) else ():
            if at > 0:
                places.append(size + at)
                origins.append(begin)
            places.append(size + until)
            origins.append(after)
        places.append(size + len(text))
        origins.append(end)
        texts.append(text)
        spoken.append(Spoken(label, size, [(size, size + len(text))], chat))
        size += len(text) + 1
    normal = Normal("\n".join(texts), length, tuple(places) or (0,), tuple(origins) or (0,))
    return _call(spoken, normal)


def _call(turns: Iterable[Spoken], normal: Normal) -> Call:
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
    for at in machines.beside_machines([(one.speaker, one.label, one.text) for one in utterances]):
        utterances[at] = replace(utterances[at], speaker="system")
        dropped["system"] += 1
    stay = without_repeats([(one.speaker, one.label, one.text) for one in utterances])
    dropped["repetition"] += len(utterances) - len(stay)
    kept = [utterances[at] for at in stay]
    shown = masked([(one.speaker, one.text) for one in kept])
    kept = [
        one if one.text == text else replace(one, text=text)
        for one, text in zip(kept, shown, strict=True)
    ]
    return Call(tuple(kept), dict(+dropped), _speakers(kept, guessed=guessed))


def _side(role: Speaker, spoken: str) -> Speaker:
    if role == "unknown" and machines.is_machine(spoken):
        return "system"
    if role == "agent" and machines.is_menu(spoken):
        return "system"
    return role


def _spoken(turn: Spoken, text: str, dropped: Counter[str]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, words) of a turn's utterances: whole where it is labelled and short."""
    parts = [
        (a, b)
        for index, (a, b) in enumerate(turn.parts)
        if not _dropped(text[a:b], dropped, alone=index > 0 or not turn.label, chat=turn.chat)
    ]
    if not parts:
        return
    begin, end = min(turn.start, parts[0][0]), parts[-1][1]
    whole = " ".join(_clean(text[a:b]) for a, b in parts)
    if turn.label and len(whole) <= MAX_UTTERANCE_CHARACTERS:
        words = _without_loops(whole, dropped)
        if words:
            yield begin, end, words
        return
    if turn.label:
        parts = _joined_in_numbers(text, parts)
    held, held_at, held_end = "", begin, begin
    for at, after in (span for a, b in parts for span in _sentences(text, a, b)):
        if not turn.label and _dropped(text[at:after], dropped, alone=True):
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


def _dropped(piece: str, dropped: Counter[str], *, alone: bool, chat: bool = False) -> bool:
    """Return whether a line holds nothing that was said; count what a recogniser put there.

    ``alone``: it has no label of its own.
    """
    if noise.is_invented(piece, alone=alone):
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
    for a, b in split_sentences(text[start:end].replace("\n", " ")):
        yield from pieces(text, start + a, start + b, MAX_UTTERANCE_CHARACTERS)


def _joined_in_numbers(text: str, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the parts of a turn, as one where a line ends inside a number."""
    joined = parts[:1]
    for start, end in parts[1:]:
        before = joined[-1][1]
        if text[before:start].isspace() and in_a_number(text, before, start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _clean(piece: str) -> str:
    return " ".join(noise.SOUND.sub(" ", piece).split())


def _speakers(utterances: Iterable[Utterance], *, guessed: bool) -> Speakers:
    sides = {one.speaker for one in utterances} & {"customer", "agent"}
    if len(sides) == 2:
        return "guessed" if guessed else "both"
    return "one" if sides else "none"
