"""People of a text that the call has with another name: 도을숙 회원 for 도을순."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.inflected import VERBAL
from edgebox.language.names import (
    ADNOMINAL,
    FAMILY,
    NEVER_LAST,
    NO_NAMES,
    SURNAMES,
    TITLE,
    is_full,
    is_particle,
    is_unlike_a_noun,
)
from edgebox.language.ordinary import is_noun, is_noun_with_more, is_ordinary
from edgebox.language.syllables import are_one_apart

if TYPE_CHECKING:
    from collections.abc import Iterator

_TITLED: Final = re.compile(rf"(?<![가-힣])([가-힣]{{2,4}}) ?(?={TITLE}님?(?![가-힣]{{3}}))")
_CALLED_BY: Final = re.compile(
    r"(?<![가-힣])([가-힣]{2,4}) ?"
    r"(?=(?:어린이|학생|아기|원장|점장|소장|차장|대표|디자이너|트레이너|코치|선수|변호사|약사|의사|할머니|할아버지|신랑|신부|앞으로)님?(?![가-힣]{3}))"
)
"""A word before more titles, which is compared with the names of the call only."""

_INTRODUCED: Final = re.compile(
    r"(?:상담[사원]|담당자|매니저|기사|팀장|고객|회원) ([가-힣]{2,4}?)(?=입니다|이었|이에요|예요"
    r"|이고|이라|가 |이 |은 |는 |에게|$)"
)


_PARTICLES: Final = re.compile(
    r"(?:이|가|은|는|을|를|의|에게|께|께서|님|씨|과|와|도|로|으로|이?라고?|이?라는|고객|회원|상담)?"
)

_ADNOMINAL_VERB: Final = re.compile(r"[려까러거쉬매무두어추더가]운$")
"""어려운 고객."""


def wrong_names(
    text: str, said: str, known: frozenset[str], *, listed: bool = False
) -> Iterator[str]:
    """Yield the names of a text that the call does not hold.

    Args:
        text: of the analysis.
        said: the call without white space.
        known: `names_of_call`.
        listed: whether the text is a list of nouns, of which a title tells nothing.
    """
    titled = {*_TITLED.findall(text), *_INTRODUCED.findall(text)}
    called = titled | set(_CALLED_BY.findall(text))
    for word in re.findall(r"(?<![가-힣])[가-힣]{2,8}", text):
        for name in known:
            written = word[: len(name)]
            if written in said or not are_one_apart(written, name):
                continue
            if _is_meant_for(word, name, is_called=written in called or _is_pet(word, name, said)):
                yield written
    for name in titled - known if not listed else ():
        if name not in said and _is_nobody(name, text, said):
            yield name


def _is_meant_for(word: str, name: str, *, is_called: bool) -> bool:
    """Return whether a word is a name of the call, wrong by a syllable.

    Args:
        word: of the text, with what is written to it.
        name: of the call.
        is_called: whether the word stands before a title.
    """
    written = word[: len(name)]
    if written in NO_NAMES or (is_ordinary(written, 0) and len(name) == 2):
        return False  # 해외 고객
    only_last = written[:2] == name[:2]
    if is_particle(written) and is_noun(written[:-1]) and not (is_called and only_last):
        return False  # 제품이
    if _is_longer_noun(written, is_called=is_called, only_last=only_last):
        return False
    if is_called:
        return True
    of_names = _ENDS_OF_NAMES_TOO + ("준진온" if only_last else "")
    if _OF_VERB.match(word) or (VERBAL.search(written) and written[-1] not in of_names):
        return False  # 정하지
    alone = _PARTICLES.fullmatch(word, len(name)) is not None
    family = written[0] == name[0] or (written[0] in SURNAMES and is_full(name))
    return alone and len(name) > 2 and family


def _is_longer_noun(word: str, *, is_called: bool, only_last: bool) -> bool:
    """Return whether a word is a noun with more, and no name that begins like one: 이상원.

    Args:
        word: of the text, as long as a name of the call.
        is_called: whether the word stands before a title.
        only_last: whether the word begins like the name.
    """
    if is_called:  # 방송사 직원
        return is_noun(word) or (word[-1] in _NO_GIVEN_LAST and is_noun(word[:-1]))
    named = only_last and word[-1] in "원수" and not is_noun(word)
    return is_noun_with_more(word) and not named  # 예정자, 인정될


_NO_GIVEN_LAST: Final = "사액비금물료값점장실급품제법과부팀소처측간차단대칸편폭회관객집증량"
"""Affixes of nouns that end no given name."""


def _is_nobody(name: str, text: str, said: str) -> bool:
    """Return whether a word before a title is a name that the call does not have."""
    if is_noun_with_more(name) or _ADNOMINAL_VERB.search(name):
        return False
    if name[-1] + "양" in _NOUNS_IN_YANG and f"{name}양" in text:
        return False
    stem = name[:2]
    known_stem = stem in said or stem in NO_NAMES
    if is_unlike_a_noun(name) and not (known_stem and name[-1] in "인자"):
        return _is_like_a_name(name, known_stem=known_stem) or _has_double(name, said)
    return _is_like_a_name(name, known_stem=known_stem)


def _is_like_a_name(name: str, *, known_stem: bool) -> bool:
    """Return whether a word is built like a name of three syllables, and no noun or verb."""
    return (
        len(name) == len("김하늘")
        and name[0] in FAMILY
        and name not in NO_NAMES
        and not name.endswith(("해", "인인"))  # 고려해 간호사실에
        and not VERBAL.search(name)
        and name[-1] not in NEVER_LAST + ADNOMINAL
        and not is_particle(name)
        and not (name[-1] in "도만" and is_noun(name[:2]))
        and not (known_stem and name[-1] in "이로를은는가을의에한할인자일")  # 장애로, 변경은
    )


_OF_VERB: Final = re.compile(
    "[정전구원권변피인위]하?(?:하[지기고며면여는자려게]|해[지져졌진질짐야서도]?)"
)
"""정해야, 구하지: forms of verbs that begin like a family name."""

_ENDS_OF_NAMES_TOO: Final = "해한함"
"""Last syllables of verbs, and of 박다해 and 이지한."""

_NOUNS_IN_YANG: Final = frozenset(["요양", "입양", "모양", "태양", "다양", "함양", "부양", "사양"])
"""장기요양 is no 양 of the name 장기요."""


def _has_double(name: str, said: str) -> bool:
    """Return whether a call has a name's double, one syllable apart: 도을순 for 도을숙 회원."""
    if name[-1] in ADNOMINAL + NEVER_LAST or is_particle(name) or is_noun(name[:2]):
        return False
    return any(
        re.search(f"{re.escape(name[:at])}[가-힣]{re.escape(name[at + 1 :])}", said)
        for at in range(len(name))
    )


def _is_pet(word: str, name: str, said: str) -> bool:
    """Return whether a word is a name of two syllables as the call has one: 콩순이 for 콩심이."""
    return (
        len(name) == len("콩심")
        and word[len(name) :].startswith("이")
        and _PARTICLES.fullmatch(word, len(name) + 1) is not None
        and f"{name}이" in said
    )
