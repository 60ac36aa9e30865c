"""Which of the lists of a recogniser's JSON is the call.

Known by their shapes, not by their names: whichever product a list of objects is from, it has a
text, mostly a speaker, mostly a start. The shapes are those of Amazon Transcribe and Contact Lens,
Azure, Google, Deepgram, Genesys, Twilio, Zoom, RTZR, CLOVA Speech, NHN, Kakao, Daglo, KT,
Speechmatics, Whisper, WhisperX, NeMo, pyannote, OpenAI and chat histories.

The values of an object often are the same speech several times, as words, as sentences and as a
whole: the first list with speakers that holds nearly all of it is read. What stands beside it under
other names, tags and summaries, is searched where there is no such list. The values of a list are
parts of one call (pages, channels, events of a stream), as are those of an object whose names are
speakers.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.columns import objects_in
from edgebox.reading.entries import (
    NEARLY_ALL,
    named,
    of_list,
    roles_in,
    size,
    speaker_of,
    turns_in,
    word_in,
)
from edgebox.reading.events import settled
from edgebox.reading.exchanges import exchanges_in, with_answers
from edgebox.reading.legs import are_versions, comes_after, is_about, places
from edgebox.reading.nested import lines_of
from edgebox.reading.packed import unpacked
from edgebox.reading.parts import (
    are_alike,
    are_both_sides,
    inner_names,
    is_of_a_speaker,
    label_of,
    one_after_another,
    parts_said_once,
    timed_words,
    together,
)
from edgebox.reading.roles import role_of
from edgebox.reading.same_speech import same_speech
from edgebox.reading.talk import call_among, in_one_version, in_sentences, is_talk, told
from edgebox.reading.text_fields import with_texts
from edgebox.reading.transfers import are_noted, transferred
from edgebox.reading.translated import without_translations
from edgebox.reading.turn import Turn
from edgebox.reading.turn_lists import ordered, turns_of_list
from edgebox.reading.watson import watson_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LISTS: Final = (
    "turns", "utterances", "segments", "transcript", "recognizedphrases", "messages",
    "conversation", "dialogue", "dialog", "entries", "items", "sentences", "monologues",
    "results", "data", "phrases", "chunks", "records", "audiosegments", "transcription",
)  # fmt: skip
_CHANNELS: Final = ("channels", "tracks", "streams")
_WHOLE: Final = frozenset(["text", "transcript", "transcription", "recognized", "value", "words"])
"""Fields of an object that is a call by itself."""
_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_FOUND_IN_IT: Final = re.compile(
    r"(?:named)?entit(?:y|ies).*|ner(?:result)?s?|key(?:word|phrase)s?|topics?|sentiment.*"
    r"|emotions?|tags?|categor(?:y|ies)|intents?|(?:auto)?highlights?.*|chapters?|summar(?:y|ies)"
    r"|translat\w*|annotations?|actionitems|suggestions?|recommendations?|faqs?|analytics?|analysis|insights|번역|요약|키워드"
)
"""Fields that hold what was found in a call: read only where nothing else is there."""
_DEEPEST: Final = 8
_SAME_BEGINNING: Final = 0.3
"""Share of what was understood at first that the words written later begin with."""
_A_CHAT: Final = 4
"""Turns of a chat that is the call where a shorter text without speakers is there, too."""
_FEW: Final = 4
"""Objects of a list that are searched for lists of their own, though they are turns."""


def turns_in_document(value: Any) -> list[Turn] | None:  # noqa: ANN401 - JSON
    """Return the turns of the best list of a document.

    Returns:
        None where it has no list of a known shape. Empty where nothing was recognised.
    """
    known = _Known()
    whole = unpacked(value)
    found = _lists(whole, 0, known)
    if isinstance(whole, dict) and (exchange := exchanges_in([whole])):
        known.exchanges.append((1, exchange))
    if not any(map(size, found)) and whole != value:  # what was said looks like JSON
        found = _lists(value, 0, known) or found
    if known.exchanges and (any(map(size, found)) or not found):
        read = call_among(found) if found else []
        if exchanges := with_answers(read, known.exchanges):
            return ordered(exchanges)
    if known.unnamed and not any(map(told, found)):
        for any_name in (False, True):
            more = _Known(texts=True, any_name=any_name)
            again = _lists(whole, 0, more)
            if again and _is_more(call_among(again), found):
                found, known = again, more
                break
    if not found:
        return None
    best, roles = _final(call_among(found)), known.roles
    return ordered([replace(one, speaker=roles.get(one.speaker, one.speaker)) for one in best])


@dataclass(slots=True)
class _Known:
    """What was found in a document.

    Attributes:
        roles: what participants are.
        lists: the lists of turns in a value, with the value, by its identity: a value in several
            that are searched is searched once.
        texts: whether what was said is read in fields whose names tell little.
        any_name: whether it is read in fields of any name.
        unnamed: whether a list has what may have been said in such a field.
        exchanges: how many objects a list has that hold both sides each, and their turns.
    """

    roles: dict[str, str] = field(default_factory=dict)
    lists: dict[int, tuple[Any, list[list[Turn]]]] = field(default_factory=dict)
    texts: bool = False
    any_name: bool = False
    unnamed: bool = False
    exchanges: list[tuple[int, list[Turn]]] = field(default_factory=list)


def _is_more(chat: list[Turn], found: list[list[Turn]]) -> bool:
    """Return whether a chat is the call, not the texts without speakers that stand beside it."""
    return not found or (len(chat) >= _A_CHAT and size(chat) > max(map(size, found)))


def _final(turns: list[Turn]) -> list[Turn]:
    """Return turns without those that a recogniser wrote again when it had heard more."""
    kept: list[Turn] = []
    after: dict[str, str] = {}  # what each speaker says next
    for turn in reversed(turns):
        said = "".join(turn.text.split())
        later = after.get(turn.speaker, "")
        beginning = said[: math.ceil(_SAME_BEGINNING * len(said))]
        if not (turn.interim and (later.startswith(beginning) or said in later)):
            kept.append(turn)
        after[turn.speaker] = said
    return kept[::-1]


def _lists(value: Any, depth: int, known: _Known) -> list[list[Turn]]:  # noqa: ANN401 - JSON
    """Return every list of turns, the outermost first; note what participants are."""
    if depth > _DEEPEST or not isinstance(value, list | dict):
        return []
    if id(value) not in known.lists:
        read = objects_in(value) or value
        if isinstance(read, list):
            read = settled(read)
        if isinstance(read, dict) and _is_keyed_by_turn(read):
            read = list(read.values())
        found = (
            _of_a_list(read, depth, known)
            if isinstance(read, list)
            else _of_an_object(read, depth, known)
        )
        known.lists[id(value)] = (value, list(found))
    return known.lists[id(value)][1]


def _of_an_object(value: dict[str, Any], depth: int, known: _Known) -> Iterator[list[Turn]]:
    named_so, value = value, _with_labels(named(value))
    if value and all(_is_number(name.strip()) for name in value):
        yield from _numbered(value, depth)
        return
    for name in ("participants", "speakers"):
        known.roles |= roles_in(value.get(name))
    lists = [value[name] for name in _LISTS if isinstance(value.get(name), list)]
    lists += [value[name] for name in _LISTS if isinstance(value.get(name), dict)]
    channels = [value[name] for name in _CHANNELS if isinstance(value.get(name), list)]
    found = [turns for one in channels if (turns := _channels(one, depth, known))]
    found += filter(None, (_keyed(value, depth, known), *_in_numbers(value, depth, known)))
    for one in lists:
        found += _lists(one, depth + 1, known)
    others: list[list[Turn]] = []
    derived: list[list[Turn]] = []
    for name, one in value.items():
        if not any(one is inner for inner in lists):
            into = derived if _FOUND_IN_IT.fullmatch(name) else others
            into += filter(None, _lists(one, depth + 1, known))
    alone = turns_in(value) if _WHOLE & value.keys() else []
    yield from found
    others += filter(is_talk, () if any(found) else derived)
    others = without_translations(others)
    if legs := _legs(named_so, found, depth, known):
        yield legs
    if not any(map(is_talk, found)):
        least = NEARLY_ALL * max(map(size, [*found, alone]))
        said = any(map(size, found))
        yield from (one for one in others if size(one) >= least and (told(one) or not said))
    if alone:
        yield alone
    elif not any(found) and not others:
        yield from derived


def _is_keyed_by_turn(value: dict[str, Any]) -> bool:
    """Return whether the names of an object are those of turns, whatever these are: u1, -Nx7."""
    if len(value) < 2 or not all(isinstance(one, dict) for one in value.values()):
        return False
    if any(is_of_a_speaker(name) or _is_number(name.strip()) for name in value):
        return False
    turns = [named(one) for one in value.values()]
    alike = all(one.keys() == turns[0].keys() for one in turns)
    return alike and all(speaker_of(one) and len(turns_in(one)) == 1 for one in turns)


def _with_labels(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object whose words have the speakers that Amazon lists beside them, by time."""
    told, words = value.get("speakerlabels"), value.get("items")
    if isinstance(told, list) and (timed := watson_words(value.get("results"), told)):
        return value | {"results": timed}
    segments = told.get("segments") if isinstance(told, dict) else None
    if not isinstance(segments, list) or not isinstance(words, list):
        return value
    items = [one.get("items") for one in segments if isinstance(one, dict)]
    speakers = {
        str(one.get("start_time")): one.get("speaker_label")
        for part in items
        for one in (part if isinstance(part, list) else ())
        if isinstance(one, dict)
    }
    labelled = [
        {"speaker_label": speakers.get(str(one.get("start_time"))), **one}
        if isinstance(one, dict)
        else one
        for one in words
    ]
    return value | {"items": labelled}


def _numbered(value: dict[str, Any], depth: int) -> Iterator[list[Turn]]:
    """Yield the turns of an object whose names are the numbers of turns, or of channels."""
    names = sorted(value, key=int)
    values = [value[name] for name in names]
    if any(isinstance(one, list) for one in values):
        yield together([(name, _inner(value[name], depth, _Known())) for name in names])
    else:
        yield from _lists(values, depth + 1, _Known())


def _keyed(value: dict[str, Any], depth: int, known: _Known) -> list[Turn]:
    """Return the turns of an object whose names are those of speakers; empty where they are not."""
    names = [
        name
        for name, one in value.items()
        if isinstance(one, list | dict) and is_of_a_speaker(name)
    ]
    found = [(name, _inner(value[name], depth, known)) for name in names if len(names) > 1]
    said = [(name, _in_words(value[name], turns)) for name, turns in found if turns]
    sides = {role_of(name.strip().lower()) for name, _ in said}
    if not sides >= {"agent", "customer"} and all(are_both_sides(turns) for _, turns in said):
        said.sort(key=lambda part: _leg_of(part[0]))
        parts = [("", turns) for _, turns in said]
        return one_after_another(parts_said_once(parts, exact=sides != {None}))
    return together(said) if len(said) > 1 else []


def _leg_of(name: str) -> tuple[bool, int]:
    """Return the place of the leg of a speaker: a machine comes first, then agent1 and agent2."""
    number = _NUMBER.search(name)
    return role_of(name.strip().lower()) != "system", int(number[0]) if number else 0


def _in_numbers(value: dict[str, Any], depth: int, known: _Known) -> Iterator[list[Turn]]:
    """Yield the turns of parts whose names differ in their numbers: part1 and part2."""
    parts: dict[str, list[tuple[int, Any]]] = {}
    for name, one in value.items():
        number = _NUMBER.search(name) if isinstance(one, list | dict) else None
        if number and not is_of_a_speaker(name):
            plain = f"{name[: number.start()]} {name[number.end() :]}"
            parts.setdefault(plain, []).append((int(number[0]), one))
    for several in parts.values():
        if len(several) > 1:
            several.sort(key=lambda part: part[0])
            yield _parts([one for _, one in several], depth, known)


def _legs(value: dict[str, Any], lists: list[list[Turn]], depth: int, known: _Known) -> list[Turn]:
    """Return the turns of an object whose fields are legs of a call; empty where they are none.

    Args:
        lists: of turns that fields of other names hold: they are the first leg where the only leg
            by its name is a later one.
    """
    every = {name: turns for name, one in value.items() if (turns := _leg(one, depth, known))}
    said = {id(turns) for turns in without_translations(list(every.values()))}
    every = {
        name: turns for name, turns in every.items() if id(turns) in said and not are_noted(turns)
    }
    read = {name: turns for name, turns in every.items() if not is_of_a_speaker(name)}
    order = places(read)
    after = [name for name in read if comes_after(name)]
    names = sorted(order, key=lambda name: order[name])
    parts = [("", read[name]) for name in names]
    if not parts and len(after) == 1 and any(lists):
        parts = [("", call_among(lists)), ("", read[after[0]])]
        names = after
    by_name = bool(parts)
    if not by_name and read:  # the names of speakers alone: see _keyed
        names = transferred({name: one for name, one in every.items() if not is_about(name)})
        parts = [("", every[name]) for name in names]
    if len(parts) < 2 or not are_alike([turns for _, turns in parts]):
        return []
    if len({isinstance(value[name], str) for name in names}) > 1:
        return []
    exact = by_name and not are_versions(names)
    legs = one_after_another(parts_said_once(parts, exact=exact))
    return legs if in_sentences(legs) else []


def _leg(value: Any, depth: int, known: _Known) -> list[Turn]:  # noqa: ANN401 - JSON
    """Return the turns of a leg, which may be a text with lines that have labels."""
    if isinstance(value, str):
        if "\n" not in value:
            return []
        turns = [Turn("", value, place=getattr(value, "place", None))]
        return turns if lines_of(turns) is not None else []
    return _inner(value, depth, known) if isinstance(value, list | dict) else []


def _inner(value: Any, depth: int, known: _Known) -> list[Turn]:  # noqa: ANN401 - JSON
    """Return the turns of a part of a call; empty where it holds none."""
    lists = _lists(value, depth + 1, known)
    return call_among(lists) if lists else []


def _is_number(name: str) -> bool:
    return name.isdecimal() and len(name) < 10


def _channels(values: list[Any], depth: int, known: _Known) -> list[Turn]:
    """Read one list of turns a channel, put in the order of time."""
    read = [_read_channel(one, depth, known) for one in values]
    several = sum(map(bool, read)) > 1
    if several:
        read = [_in_words(one, turns) for one, turns in zip(values, read, strict=True)]
    labels = [f"channel {number}" if several else "" for number in range(len(read))]
    return together(list(zip(labels, read, strict=True)))


def _read_channel(value: Any, depth: int, known: _Known) -> list[Turn]:  # noqa: ANN401 - JSON
    words = named(value).get("items") if isinstance(value, dict) else None
    if isinstance(words, list):  # Amazon: joined with those of the other channel, by their times
        found = [word_in(one) for one in words if isinstance(one, dict)]
        return timed_words([one for one in found if one is not None])
    return _inner(value, depth, known)


def _in_words(value: Any, turns: list[Turn]) -> list[Turn]:  # noqa: ANN401 - JSON
    """Return a side that is one text as its words with their times, where it has them: Deepgram's.

    So it can be put together with the other side.
    """
    words = named(value).get("words") if isinstance(value, dict) and len(turns) == 1 else None
    if not isinstance(words, list):
        return turns
    read = [word_in(one) for one in words if isinstance(one, dict)]
    found = [one for one in read if one is not None and one.start_ms is not None]
    return found if size(found) >= NEARLY_ALL * size(turns) else turns


def _of_a_list(values: list[Any], depth: int, known: _Known) -> Iterator[list[Turn]]:
    if exchanges := exchanges_in(values):
        known.exchanges.append((len(values), exchanges))
    turns = turns_of_list(values)
    if turns is None and known.texts:
        texts = with_texts(values, any_name=known.any_name)
        turns = turns_of_list(texts) if texts else None
    elif turns is None and not known.unnamed:
        known.unnamed = with_texts(values, any_name=True) is not None
    if turns is None or len(values) <= _FEW:
        yield from _inside(values, turns or [], depth, known)
    if turns is not None:
        yield in_one_version(turns)


def _inside(
    values: list[Any], turns: list[Turn], depth: int, known: _Known
) -> Iterator[list[Turn]]:
    """Yield the lists of turns that a list's values hold.

    Where the values are turns themselves, all that a speaker says each, these lists say the same in
    more turns; or they are talk and the values none.
    """
    inner = [
        one
        for one in values
        if isinstance(one, dict | list)
        and not (turns and isinstance(one, list) and of_list(one) is not None)
    ]
    found: Iterable[list[Turn]] = ()
    if len(inner) > 1:
        found = filter(None, [_parts(inner, depth, known)])
    elif len(inner) == 1:
        found = _lists(inner[0], depth + 1, known)
    if not size(turns):
        yield from found
        return
    talk = not is_talk(turns) and any(is_talk(_inner(one, depth, known)) for one in inner)
    wholes = not told(turns) or len({turn.speaker for turn in turns}) == len(turns)
    for one in found:
        more = len(one) > len(turns) and NEARLY_ALL * size(one) <= size(turns)
        if talk or (wholes and more and same_speech(turns, one)):
            yield one


def _parts(values: list[Any], depth: int, known: _Known) -> list[Turn]:
    """Return the turns of a list whose values are parts of one call: pages, channels, events.

    What stands among them and is no part shares no field with the part that says most, or has
    other fields, and no speakers where that one has.
    """
    read = [(one, _inner(one, depth, known)) for one in values]
    most, whole = max(read, key=lambda part: size(part[1]))
    told, names = any(turn.speaker for turn in whole), inner_names(most)
    parts = [
        (label_of(one), turns)
        for one, turns in read
        if turns
        and not (own := inner_names(one)).isdisjoint(names)
        and (not told or own == names or any(turn.speaker for turn in turns))
    ]
    parts = parts_said_once(parts)
    labels = {label for label, _ in parts}
    speakers = [{turn.speaker for turn in turns} for _, turns in parts]
    alone = all(len(one) == 1 for one in speakers)
    each = len(set().union(*speakers) - {""}) == len(parts) > 1  # a part for each speaker
    if alone and (each or (len(labels) > 1 and "" not in labels)):
        return together(parts)
    return one_after_another(parts)
