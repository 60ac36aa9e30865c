"""How near two syllables of Hangul are: the letters they share, those heard for one another."""

from __future__ import annotations

import re
from operator import ne
from typing import Final

_FIRST: Final = ord("가")
_LAST: Final = ord("힣")
_FINALS_OF_ONE: Final = 28
_VOWELS_OF_ONE: Final = 21

N, SS = 4, 20
"""ㄴ and ㅆ as final consonants, by their place in Unicode's order."""

_CONSONANTS_HEARD: Final = (
    {0, 1, 15}, {3, 4, 16}, {7, 8, 17}, {9, 10}, {12, 13, 14}, {2, 5, 11}, {11, 18},
)  # fmt: skip
"""First consonants that are heard for one another, by their place in Unicode's order: ㄱㄲㅋ,
ㄷㄸㅌ, ㅂㅃㅍ, ㅅㅆ, ㅈㅉㅊ, ㄴㄹㅇ, ㅇㅎ."""

_VOWELS_HEARD: Final = (
    {0, 2, 4, 8, 9}, {0, 4, 6}, {1, 3, 5, 7, 10, 11, 15}, {8, 12}, {13, 17}, {4, 14},
    {16, 18, 19, 20},
)  # fmt: skip
"""Vowels that are written for one another, by the same order: ㅏㅑㅓㅗㅘ, ㅏㅓㅕ, ㅐㅒㅔㅖㅙㅚㅞ,
ㅗㅛ, ㅜㅠ, ㅓㅝ, ㅟㅡㅢㅣ."""

_FINALS_HEARD: Final = ({4, 16, 21}, {1, 2, 7, 17, 19, 20, 22, 23, 25, 26})
"""Final consonants that are heard for one another, by the same order: ㄴㅁㅇ, and the stops."""

_HEARD: Final = (_CONSONANTS_HEARD, _VOWELS_HEARD, _FINALS_HEARD)


def letters_of(syllable: str) -> tuple[int, int, int]:
    """Return a syllable's first consonant, vowel and final one, by their place in Unicode's order.

    Without a final consonant the last is 0.
    """
    rest, final = divmod(ord(syllable) - _FIRST, _FINALS_OF_ONE)
    first, vowel = divmod(rest, _VOWELS_OF_ONE)
    return first, vowel, final


def composed(first: int, vowel: int, final: int = 0) -> str:
    """Return the syllable of these letters, by their place in Unicode's order."""
    return chr(_FIRST + (first * _VOWELS_OF_ONE + vowel) * _FINALS_OF_ONE + final)


def ending_in(final: int) -> str:
    """Return all syllables with a final consonant, by its place in Unicode's order; 0 is none."""
    return "".join(map(chr, range(_FIRST + final, _LAST + 1, _FINALS_OF_ONE)))


PAST: Final = "".join(syllable for syllable in ending_in(SS) if syllable not in "있겠")
"""The syllables that end in ㅆ: a verb's past."""


def are_one_apart(one: str, other: str) -> bool:
    """Return whether two words of one length differ in one syllable."""
    return len(one) == len(other) and sum(map(ne, one, other)) == 1


def begun_like(syllable: str) -> str:
    """Return an expression for all syllables with the same first consonant: [바-빟] for 보.

    Unicode has Hangul's syllables in the order of their first consonants.
    """
    of_one = _VOWELS_OF_ONE * _FINALS_OF_ONE
    begin = ord(syllable) - (ord(syllable) - _FIRST) % of_one
    return f"[{chr(begin)}-{chr(begin + of_one - 1)}]"


def letters_apart(one: str, other: str) -> int:
    """Return in how many of its three letters a syllable differs from another."""
    return sum(a != b for a, b in zip(letters_of(one), letters_of(other), strict=True))


def begin_alike(one: str, other: str) -> bool:
    """Return whether two syllables have the same first consonant."""
    return letters_of(one)[0] == letters_of(other)[0]


_M: Final = 16
_OF_STEMS: Final = frozenset({0, 4, 8, 17, 20})
"""Final consonants of verbs' forms beside ㅁ: none, ㄴ, ㄹ, ㅂ, ㅆ."""


def only_ends_in_m(one: str, other: str) -> bool:
    """Return whether one syllable is another but for its end in ㅁ, as a verb's noun: 림 and 린."""
    first, second = letters_of(one), letters_of(other)
    return first[:2] == second[:2] and first[2] == _M and second[2] in _OF_STEMS


def confusable(one: str, other: str) -> bool:
    """Return whether a recogniser or a speller may have written one syllable for the other."""
    apart = [
        any({a, b} <= alike for alike in heard)
        for a, b, heard in zip(letters_of(one), letters_of(other), _HEARD, strict=True)
        if a != b
    ]
    return len(apart) == 1 and apart[0]


def sound_the_same(one: str, other: str) -> bool:
    """Return whether two syllables are spellings of one sound: 메 and 매, 선 and 썬."""
    pairs = list(zip(letters_of(one), letters_of(other), strict=True))
    first, vowel = set(pairs[0]), set(pairs[1])
    return letters_apart(one, other) == 1 and (first == {9, 10} or vowel in ({1, 5}, {3, 7}))


_NOMINAL: Final = frozenset("게고면며지려러자")
"""Endings of verbs where 기 makes a noun of them: 갈아타기 of 갈아타게."""

_OF_VERB: Final = re.compile(
    r"기(?:로|는|가|를|도|에|만)?$|는데|던데|면|지(?:만|요)?$|려고?|게(?:요)?$"
)
"""Behind an open stem (들어오기로) of which a text has another form: 들어올, 들어온."""

_OPEN: Final = frozenset([4, 8])
"""Places in Unicode's order from an open syllable to the same with ㄴ or ㄹ."""


def are_forms_of_a_verb(one: str, other: str, behind: str) -> bool:
    """Return whether two last syllables are of one verb: 갈아타기, 갈아타게; 들어올, 들어오면.

    Args:
        one: the last syllable of a text's word.
        other: that of the call's.
        behind: what is written to that.
    """
    if one == "기":
        return other in _NOMINAL
    return ord(one) - ord(other) in _OPEN and _OF_VERB.match(behind) is not None
