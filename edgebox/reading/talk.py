"""Which of several lists of turns is the call.

Talk is known by what it is: sentences of both sides, or of speakers who take turns. What was found
in it (entities, sentiments, highlights) has labels too, and may be longer than a short call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edgebox.reading.entries import NEARLY_ALL, size
from edgebox.reading.nested import lines_of
from edgebox.reading.roles import ANONYMOUS, is_name, is_person, role_of
from edgebox.reading.same_speech import MOST, found_in, grams, said_once, same_speech
from edgebox.reading.sentences import is_sentence

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from edgebox.reading.turn import Turn

_OF_A_PROMPT_LISTED: Final = """
    system user assistant developer tool function human ai model gpt chatgpt
"""
_OF_A_PROMPT: Final = frozenset(_OF_A_PROMPT_LISTED.split())
"""The sides of what a language model is asked."""
_SENTENCES: Final = 1 / 3
"""Share of talk that ends like a sentence; of what was found in it hardly a text does."""
_A_CALL: Final = 4
"""Turns of a call that stands in a prompt; what was found in one message of a chat is less."""
_LONG: Final = 60
"""Characters of a text that nobody says twice in a row; neither what has several lines."""


def call_among(lists: Sequence[list[Turn]]) -> list[Turn]:
    """Return the call of several lists, of one at least: a prompt beside it is none."""
    labelled = [turns for turns in lists if told(turns)]
    chats = [turns for turns in labelled if _is_prompt(turns)]
    others = [turns for turns in labelled if not _is_prompt(turns)]
    calls = _calls(others, chats)
    if chats and not calls:
        calls = [turns for turns in lists if lines_of(turns) is not None]
    if calls or chats:
        return _first_whole(calls or chats)
    plain = [turns for turns in lists if not told(turns) and in_sentences(turns)]
    if labelled and (not plain or any(map(in_sentences, labelled))):
        return _first_whole(labelled)
    few = plain[:MOST]
    cut = [turns for turns in labelled[:MOST] if any(_are_all(turns, one) for one in few)]
    if cut:
        return _first_whole(cut)
    return _without_speakers(plain or lists)


def _calls(lists: Sequence[list[Turn]], chats: Sequence[list[Turn]]) -> list[list[Turn]]:
    """Return the lists that are talk, of those with speakers that are no prompts."""
    sure = [turns for turns in lists if _of_speakers(turns)]
    likely = [turns for turns in lists if _take_turns(turns) and not _of_speakers(turns)]
    if likely and len(sure) + len(chats) > 0:
        of_sure = grams(turn for turns in sure[:MOST] for turn in turns)
        messages = [turn for turns in chats[:MOST] for turn in turns]
        of_chats = grams(messages)
        longest = grams([max(messages, key=lambda turn: len(turn.text))] if messages else [])
        likely = [
            turns
            for turns in likely
            if not found_in(turns, of_sure)
            and (_is_quoted(turns, longest) or not found_in(turns, of_chats))
        ]
    known = {id(turns) for turns in (*sure, *likely)}
    return [turns for turns in lists if id(turns) in known]


def _is_quoted(turns: Sequence[Turn], message: Counter[str]) -> bool:
    """Return whether a call stands in one message of a chat, which asks about it."""
    return len(turns) >= _A_CALL and found_in(turns, message)


def told(turns: Sequence[Turn]) -> bool:
    """Return whether turns are of two speakers or more."""
    return len({one.speaker for one in turns}) > 1


def is_talk(turns: Sequence[Turn]) -> bool:
    """Return whether turns are of two speakers or more who talk."""
    return told(turns) and (_is_prompt(turns) or _of_speakers(turns) or _take_turns(turns))


def _is_prompt(turns: Sequence[Turn]) -> bool:
    """Return whether turns are what a language model is asked."""
    return {turn.speaker.lower() for turn in turns} <= _OF_A_PROMPT


def _of_speakers(turns: Sequence[Turn]) -> bool:
    """Return whether the labels of turns are both sides, or speakers who say sentences."""
    labels = {turn.speaker.lower() for turn in turns}
    if len({role_of(label) for label in labels} - {None}) > 1:
        return True
    return all(map(_is_speaker, labels - {""})) and in_sentences(turns)


def _is_speaker(label: str) -> bool:
    """Return whether a label tells a speaker, and no kind of thing: a role, a name, a number."""
    return (
        role_of(label) is not None
        or ANONYMOUS.fullmatch(label) is not None
        or is_person(label)
        or is_name(label)
        or any(sign.isdecimal() or sign == "@" for sign in label)
    )


def _take_turns(turns: Sequence[Turn]) -> bool:
    """Return whether labels of any kind say sentences, and one of them more than one."""
    return len({turn.speaker for turn in turns}) < len(turns) and in_sentences(turns)


def in_sentences(turns: Sequence[Turn]) -> bool:
    """Return whether enough texts end like sentences for talk."""
    sentences = sum(is_sentence(turn.text) for turn in turns)
    return sentences >= _SENTENCES * len(turns)


def _are_all(turns: Sequence[Turn], plain: Sequence[Turn]) -> bool:
    """Return whether turns, cut anywhere, are nearly all that is said without speakers."""
    return size(turns) >= NEARLY_ALL * size(plain) and same_speech(turns, plain)


def _first_whole(lists: Sequence[list[Turn]]) -> list[Turn]:
    """Return the first list, of one at least, that holds nearly all that the longest one does."""
    return _whole(lists)[0]


def _whole(lists: Sequence[list[Turn]]) -> list[list[Turn]]:
    most = max(map(size, lists))
    return [turns for turns in lists if size(turns) >= NEARLY_ALL * most]


def _without_speakers(lists: Sequence[list[Turn]]) -> list[Turn]:
    """Return the best of lists whose turns have no speakers.

    It is a text in whose lines they stand, else a list with several turns and their times.
    """
    whole = _whole(lists)
    several = next((turns for turns in whole if len(turns) > 1), whole[0])
    texts = [turns for turns in whole if len(turns) == 1 and "\n" in turns[0].text]
    return next((turns for turns in texts if lines_of(turns) is not None), several)


def in_one_version(turns: list[Turn]) -> list[Turn]:
    """Return the first of a few long texts of one speaker that are all the same speech."""
    long = all(len(turn.text) >= _LONG or "\n" in turn.text for turn in turns)
    if not long or told(turns):
        return turns
    once = said_once([[turn] for turn in turns])
    return turns[:1] if sum(once) == 1 else turns
