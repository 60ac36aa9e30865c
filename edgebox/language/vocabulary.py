"""The words of a call: what begins like another word, what is introduced as a name."""

from __future__ import annotations

import re
from collections import defaultdict
from operator import ne
from typing import TYPE_CHECKING, Final

from edgebox.language.inflected import VERBAL

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTICLE: Final = re.compile(
    r"(?:인지|인데|인가|이라고|이라는|에서는|에서도|으로는|으로도|까지는|에게서|이라며|에서|에게|으로|까지|부터|이나|하고|이고|이며|에는|에도"
    r"|과의|와의|은|는|이|가|을|를|에|의|로|도|만|과|와|나|인|임)$"
)
BEHIND: Final = re.compile(
    r"(?:은|는|이|가|을|를|의|에|에서|에게|로|으로|와|과|도|만|까지|부터|랑|이랑|하고|한테|님|씨|건|이나|나|인|인데|이고|고|요"
    r"|이요|이에요|예요|에요|애요|이죠|죠|입니다|이라고|라고|이라|라는|이라는|네요|이네요|시고|이시고|시네요|이시네요|세요|이세요"
    r"|시죠|이시죠|이신데|신데|인가요|이었|였|거든|이거든|대요|이래요|잖아|이잖아|사무)*요?"
)
"""What follows a noun of the call: 배송이 and 배송을 are no doubles of 배송일."""

_OPENING: Final = re.compile(
    r"^(.{2,40}?)(?:입니다|이에요|예요|에요|이었습니다|였습니다)", re.MULTILINE
)
_OPENINGS: Final = 3
"""Lines at the beginning and at the end of a call in which a company says its name."""

_NAMED: Final = re.compile(
    r"(?:차종|모델명?|상품명?|제품명?|품명|기종|브랜드|업체명?|상호|매장명?|지점명|단지|목적지|장소|주소|숙소"
    r"|호텔|이름|제목|보험명|요금제|게임|프로그램|강좌|강의|과정"
    r"|캐릭터|닉네임|코스|객실|사료|영양제)[이가은는]? ([가-힣]{3,8}?)"
    r"(?=[,. ]|$|이?고요?|이?에요|예요|입니다|이요|이?라고|맞)"
    r"|(?<![가-힣])([가-힣]{3,8}?)(?:이라는|라는|이라고 하는|라고 하는|이라구|이라 카는) "
)
"""차종이 너울큐 이천이십일 년식, 고래상점이라는 책."""

_ASKED: Final = re.compile(
    r"(?:캐릭터|닉네임|상품|제품|모델|기종|차종|품|업체|매장|지점|강좌|강의|과정|게임|브랜드|단지|보험|요금제|상호"
    r"|프로그램|책|호텔|숙소|코스)"
    r" ?(?:명|이름|제목)?"
    r"(?:[이가은는]? ?(?:어떻게|뭐|무엇|어디)[가-힣 ]{1,10}[?.]?|이?요[?.]?|[이은]?\?)"
    r"\s+(?:(?:네|아|어|음|그|저)[,.]? )*"
    r"([가-힣 ,]{2,24}?)(?=이?고요|이?에요|예요|이?요(?![가-힣])|[.\n])"
)
"""What answers a question for a name: 상품명이요? 라일락 셔링 원피스요."""

_LONGEST: Final = 16
"""Syllables of a word that are kept."""


_LATIN: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]{4,20}(?![A-Za-z])")


def latin_words(text: str) -> set[str]:
    """Return the words in Latin letters that are long enough for a name, casefolded."""
    return {word.casefold() for word in _LATIN.findall(text)}


class Vocabulary:
    """The words of a call, by their first and by their second syllable.

    Attributes:
        words: with what is written to them.
        latin: those in Latin letters, casefolded.
        introduced: what the call names as a name: in its first and last lines, or after its kind.
        squeezed: the call without white space, casefolded.

    Args:
        call: what was said.
        squeezed: see above.
    """

    def __init__(self, call: str, squeezed: str) -> None:
        self.squeezed = squeezed
        self.latin = latin_words(call)
        self._by_place: dict[tuple[int, str], set[str]] = defaultdict(set)
        self.words: set[str] = set()
        self._shorter: dict[str, list[str]] = {}
        self._before: dict[str, set[str]] = defaultdict(set)
        self._behind: dict[str, set[str]] = defaultdict(set)
        before, end = "", -2
        for match in re.finditer("[가-힣]+", call):
            word = match[0][:_LONGEST]
            self.words.add(word)
            self._add(word)
            if match.start() == end + 1 and len(before) > 1 and call[end] == " ":
                self._add(before + word)
                self._before[word[:2]].add(before)
                self._behind[before].add(word)
            before, end = word, match.end()
        lines = call.split("\n")
        edges = "\n".join((*lines[:_OPENINGS], *lines[_OPENINGS:][-_OPENINGS:]))
        said = " ".join(_OPENING.findall(edges))
        named = [one or other for one, other in _NAMED.findall(call)]
        # Speakers' labels are no part of the text: an answer is the next line.
        named += [
            word for match in _ASKED.findall(call) for word in re.findall("[가-힣]{3,}", match)
        ]
        self.introduced = {
            word
            for word in (*re.findall("[가-힣]{3,}", said), *named)
            if not PARTICLE.search(word) and not VERBAL.search(word)
        }

    def _add(self, word: str) -> None:
        for place in (0, 1):
            if len(word) > 2:
                self._by_place[place, word[place]].add(word)

    def near(self, word: str) -> Iterator[str]:
        """Yield the words that begin like a word but for one syllable."""
        size = len(word)
        for run in self._by_place[0, word[0]] | self._by_place[1, word[1]]:
            if len(run) >= size and sum(map(ne, word, run)) == 1:
                yield run

    def beginning(self, syllable: str) -> frozenset[str]:
        """Return the words of three syllables and more that begin with a syllable."""
        return frozenset(self._by_place.get((0, syllable), ()))

    def before(self, kind: str) -> frozenset[str]:
        """Return the words that stand before one that begins with two syllables."""
        return frozenset(self._before.get(kind, ()))

    def behind(self, word: str) -> frozenset[str]:
        """Return the words that stand behind a word, with what is written to them."""
        return frozenset(self._behind.get(word, ()))

    def is_word(self, stem: str) -> bool:
        """Return whether a word of the call is a stem, with particles or without."""
        return any(
            run.startswith(stem) and BEHIND.fullmatch(run, len(stem)) is not None
            for run in self.words
        )

    def has(self, rest: str, double: str) -> bool:
        """Return whether another word of the call than a double is a shorter word."""
        if len(rest) < 2:
            return False
        if rest not in self._shorter:
            self._shorter[rest] = [
                run
                for run in self.words
                if run.startswith(rest) and BEHIND.fullmatch(run, len(rest))
            ]
        return any(not run.startswith(double) for run in self._shorter[rest])
