"""How much of a written clause's letters each spoken sentence holds, whatever its verbs' endings.

Words are compared by pairs of syllables without their final consonants, and with the vowels that an
ending melts into them taken apart (옮겨 as 옮기, 와 as 오), rare pairs heavier. It finds what a
record tells where the words themselves were changed, and says nothing about their sense.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from heapq import nsmallest
from typing import TYPE_CHECKING, Final

from edgebox.language.syllables import composed, letters_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken

_WORD: Final = re.compile(r"[가-힣A-Za-z0-9]+")

_MELTED: Final = {1: 0, 2: 0, 4: 0, 5: 4, 6: 20, 7: 20, 9: 8, 10: 11, 14: 13}
"""Vowels by their place in Unicode's order: 해 as 하, 어 as 아, 여 as 이, 와 as 오, 돼 as 되."""

_ENDED: Final = re.compile(r"(?:[다요죠네]|니?까)[.?!~…]*\s*$")

_JOINED: Final = re.compile(r"(?:[.!?]|(?:고|며|나|지만|는데|은데|[다음함됨임]),?)\s*$")
"""Where a statement ends that does not lead on to the next: not 확인되어, 넘어."""


def letters(text: str) -> set[str]:
    """Return a text's numbers and pairs of syllables."""
    found: set[str] = set()
    for match in _WORD.finditer(text.casefold()):
        word = "".join(map(_bare, match[0]))
        if word.isdigit():
            found.add(word)
        found.update(word[at : at + 2] for at in range(len(word) - 1))
    return found


def _bare(letter: str) -> str:
    """Return a syllable without its final consonant, its vowel as a stem has it."""
    if not "가" <= letter <= "힣":
        return letter
    first, vowel, _ = letters_of(letter)
    return composed(first, _MELTED.get(vowel, vowel))


class Likeness:
    """An index of texts by their letters, with how many texts hold each.

    Args:
        texts: to be found.
        like: another index, from which the weight of letters is taken instead.
    """

    def __init__(self, texts: Sequence[str], like: Likeness | None = None) -> None:
        self._holding: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            for pair in letters(text):
                self._holding.setdefault(pair, []).append(place)
        counted = {pair: len(places) for pair, places in self._holding.items()}
        self.count: Counter[str] = Counter(counted) if like is None else like.count

    def weight(self, some: Iterable[str]) -> float:
        """Return what letters weigh together."""
        return sum(1 / (1 + math.log1p(self.count[pair])) for pair in some)

    def shares(self, some: set[str]) -> dict[int, float]:
        """Return the share of letters' weight that each text holds, of those that hold any."""
        total = self.weight(some)
        found: dict[int, float] = {}
        for pair in some:
            part = self.weight([pair]) / total
            for place in self._holding.get(pair, ()):
                found[place] = found.get(place, 0.0) + part
        return found


class Sentences:
    """A call's sentences, found by their letters.

    Args:
        spoken: the call.

    Attributes:
        texts: the sentences.
        index: of them, in their order.
    """

    def __init__(self, spoken: Spoken) -> None:
        self.texts = [" ".join(map(spoken.text_of, one)) for one in sentences_of(spoken)]
        self.index = Likeness(self.texts)

    def likest(self, text: str, count: int) -> list[tuple[str, float]]:
        """Return the sentences most like a text, with the share of its letters that each holds."""
        shares = self.index.shares(letters(text)).items()
        # Shares are sums of fractions in any order, so that equal ones differ in the last digits.
        found = nsmallest(count, shares, key=lambda one: (-round(one[1], 6), one[0]))
        return [(self.texts[place], share) for place, share in found]


def sentences_of(spoken: Spoken) -> Iterator[list[int]]:
    """Yield the numbers of each spoken sentence's clauses."""
    held: list[int] = []
    for piece, (utterance, _, _) in enumerate(spoken.pieces):
        if held and spoken.pieces[held[-1]].utterance != utterance:
            yield held
            held = []
        held.append(piece)
        if _ENDED.search(spoken.text_of(piece)):
            yield held
            held = []
    if held:
        yield held


def clauses_of(made: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    """Yield (field, text) of statements, each with the reasons before it (확인되어 지급됐다)."""
    text = field = ""
    for statement in made:
        if text and (statement.field != field or _JOINED.search(text)):
            yield field, text
            text = ""
        text = f"{text} {statement.text.strip(' ,')}".strip()
        field = statement.field
    if text:
        yield field, text
