"""Which of several lists of turns is the call, and which say the same.

Talk is known by what it is: sentences of both sides, or of speakers who take turns. What was found
in it (entities, sentiments, highlights) has labels too, and may be longer than a short call.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from edgebox.reading.entries import NEARLY_ALL, Turn, size
from edgebox.reading.nested import lines_of
from edgebox.reading.roles import ANONYMOUS, is_name, is_person, role_of
from edgebox.reading.sentences import is_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_OF_A_PROMPT: Final = frozenset(
    ["system", "user", "assistant", "developer", "tool", "function", "human", "ai", "model"]
)
"""The sides of what a language model is asked."""
_SENTENCES: Final = 1 / 3
"""Share of talk that ends like a sentence; of what was found in it hardly a text does."""
_A_CALL: Final = 4
"""Turns of a call that stands in a prompt; what was found in one message of a chat is less."""
_COMPARED: Final = 20_000
"""Characters of a list that are compared with another one."""
_GRAM: Final = 3
_FEWEST: Final = 20
"""Runs of three characters in speech that can be known again."""
_SAME: Final = 0.4
"""Share of these runs that two engines have in common where each mishears a tenth to a fifth.

The halves of one call, or its sides, share 0.24 at most in 164 calls of the test data.
"""
_SHORT: Final = 400
"""Runs below which calls, or sides who read back a number, share more than two engines would."""
_SAME_SHORT: Final = 0.8
"""Share of the runs of short speech that is the same."""
_GAP: Final = 4
"""Runs in a row that short speech has alone where a word of two syllables was misheard."""
_PIECE: Final = 100
_NEWS: Final = 0.2
"""Share of a piece of so many runs that two engines have in common at least where each mishears an
eighth; of 95 in 100 pieces of other calls less is in a call of the test data."""
_AS_LONG: Final = 0.7
"""Share of the longer one that the shorter of two engines heard at least."""
_FOUND: Final = 0.9
"""Share of these runs that are those of the call where a list was found in it."""
_LONG: Final = 60
"""Characters of a text that nobody says twice in a row; neither what has several lines."""
_MOST: Final = 8
"""Lists that are compared each with each."""


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
    plain = [turns for turns in lists if not told(turns) and _in_sentences(turns)]
    if labelled and (not plain or any(map(_in_sentences, labelled))):
        return _first_whole(labelled)
    few = plain[:_MOST]
    cut = [turns for turns in labelled[:_MOST] if any(_are_all(turns, one) for one in few)]
    if cut:
        return _first_whole(cut)
    return _without_speakers(plain or lists)


def _calls(lists: Sequence[list[Turn]], chats: Sequence[list[Turn]]) -> list[list[Turn]]:
    """Return the lists that are talk, of those with speakers that are no prompts."""
    sure = [turns for turns in lists if _of_speakers(turns)]
    likely = [turns for turns in lists if _take_turns(turns) and not _of_speakers(turns)]
    if likely and len(sure) + len(chats) > 0:
        of_sure = _grams(turn for turns in sure[:_MOST] for turn in turns)
        messages = [turn for turns in chats[:_MOST] for turn in turns]
        of_chats = _grams(messages)
        longest = _grams([max(messages, key=lambda turn: len(turn.text))] if messages else [])
        likely = [
            turns
            for turns in likely
            if not _found_in(turns, of_sure)
            and (_is_quoted(turns, longest) or not _found_in(turns, of_chats))
        ]
    known = {id(turns) for turns in (*sure, *likely)}
    return [turns for turns in lists if id(turns) in known]


def _is_quoted(turns: Sequence[Turn], message: Counter[str]) -> bool:
    """Return whether a call stands in one message of a chat, which asks about it."""
    return len(turns) >= _A_CALL and _found_in(turns, message)


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
    return all(map(_is_speaker, labels - {""})) and _in_sentences(turns)


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
    return len({turn.speaker for turn in turns}) < len(turns) and _in_sentences(turns)


def _in_sentences(turns: Sequence[Turn]) -> bool:
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


def same_speech(one: Sequence[Turn], other: Sequence[Turn]) -> bool:
    """Return whether two lists say the same, each as its own engine understood it."""
    return "".join(_said_first(one)) == "".join(_said_first(other)) or _same(
        _grams(one), _grams(other)
    )


def in_one_version(turns: list[Turn]) -> list[Turn]:
    """Return the first of a few long texts of one speaker that are all the same speech."""
    long = all(len(turn.text) >= _LONG or "\n" in turn.text for turn in turns)
    if not long or told(turns):
        return turns
    once = said_once([[turn] for turn in turns])
    return turns[:1] if sum(once) == 1 else turns


def said_once(parts: Sequence[list[Turn]], labels: Sequence[str] = ()) -> list[bool]:
    """Return which parts of a call say what none before them, and no larger one, says.

    Many parts are compared only where each begins with all of the one before it. What agent and
    customer say is dropped only where it is the same to the letter: they repeat each other.

    Args:
        parts: the turns of each.
        labels: who speaks in each, if it is known: of all parts or of none.
    """
    if len(parts) > 1 and _grow(parts):
        return [False] * (len(parts) - 1) + [True]
    if not 1 < len(parts) <= _MOST:
        return [True] * len(parts)
    named = labels or [""] * len(parts)
    heard = [_Heard.of(turns, label) for turns, label in zip(parts, named, strict=True)]
    return [
        not any(one.repeats(before) for before in heard[:number])
        and not any(one.is_in(other) for other in heard)
        for number, one in enumerate(heard)
    ]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a part of a call says.

    Attributes:
        runs: of three characters, in their order.
        grams: how often each of them is there.
        side: of which alone it is, where that is known.
    """

    runs: list[str]
    grams: Counter[str]
    side: str

    @classmethod
    def of(cls, turns: Sequence[Turn], label: str) -> _Heard:
        runs = list(_runs("".join(_said_first(turns))))
        sides = {role_of(turn.speaker.lower()) for turn in turns}
        side = sides.pop() if len(sides) == 1 else None
        return cls(runs, Counter(runs), side or role_of(label.strip().lower()) or "")

    def repeats(self, other: _Heard) -> bool:
        """Return whether both are the same speech, as two engines understood it."""
        if len(self.runs) < _FEWEST or not _same(self.grams, other.grams):
            return False
        if self._is_of_another_side(other):
            return self.grams == other.grams
        if min(len(self.runs), len(other.runs)) >= _SHORT:
            return not self._has_news(other)
        close = _same(self.grams, other.grams, _SAME_SHORT)
        return close and max(self._gap(other), other._gap(self)) <= _GAP

    def is_in(self, larger: _Heard) -> bool:
        """Return whether a larger part says again all that this one does."""
        if len(self.runs) < 2 * _FEWEST or self._is_of_another_side(larger):
            return False
        found = (self.grams & larger.grams).total() >= _FOUND * len(self.runs)
        return found and len(self.runs) < _SAME * len(larger.runs) and self._gap(larger) <= _GAP

    def _is_of_another_side(self, other: _Heard) -> bool:
        return {self.side, other.side} == {"agent", "customer"}

    def _has_news(self, other: _Heard) -> bool:
        """Return whether a stretch of long speech is one that the other hardly has."""
        pieces = [self.runs[at : at + _PIECE] for at in range(0, len(self.runs), _PIECE)]
        pieces[-1] = self.runs[-_PIECE:]
        return any(
            sum(run in other.grams for run in piece) < _NEWS * len(piece) for piece in pieces
        )

    def _gap(self, other: _Heard) -> int:
        """Return how many runs in a row the other does not have, at most."""
        longest = now = 0
        for run in self.runs:
            now = 0 if run in other.grams else now + 1
            longest = max(longest, now)
        return longest


def _grow(parts: Sequence[list[Turn]]) -> bool:
    texts = [[turn.text for turn in turns] for turns in parts]
    long = len(parts) > 2 or size(parts[0]) >= _FEWEST  # 네 may be said again
    return long and all(
        len(one) < len(after) and after[: len(one)] == one for one, after in pairwise(texts)
    )


def _same(one: Counter[str], other: Counter[str], share: float = _SAME) -> bool:
    least, most = sorted((one.total(), other.total()))
    return least >= _AS_LONG * most > 0 and (one & other).total() >= share * most


def _found_in(turns: Sequence[Turn], grams: Counter[str]) -> bool:
    found = {one for text in _said_first(turns) for one in _runs(text)}
    return bool(found) and sum(one in grams for one in found) >= _FOUND * len(found)


def _grams(turns: Iterable[Turn]) -> Counter[str]:
    """Return the runs of three characters in what was said first, without spaces."""
    return Counter(_runs("".join(_said_first(turns))))


def _said_first(turns: Iterable[Turn]) -> Iterator[str]:
    left = _COMPARED
    for turn in turns:
        if left <= 0:
            return
        text = "".join(turn.text[:left].split())
        left -= len(text)
        yield text


def _runs(text: str) -> Iterator[str]:
    return (text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1))
