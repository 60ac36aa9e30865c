"""Names of things in a text that differ from a word of the call by one syllable or letter.

A street, a shop or a product has no form of address that tells it from other nouns. It is known by
its double: the call has 맑은샘정수기, and the text 맑은생정수기, which the call never says.

A true text has such doubles too: another word of the trade (예약금, 계약금), another form of a
verb, a word that a recogniser misheard and the text puts right (고간절, 고관절). So a word is a
wrong name only if it is no compound of ordinary words, its double stands in the call as a noun
does, and the two sound alike; the shorter the word, the more alike. Where the call introduces the
double as a name (네 하늘숲입니다) it need not sound alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.brands import BRANDS
from edgebox.language.inflected import VERBAL
from edgebox.language.kinds import KINDS, NAMED_KIND, PLACE
from edgebox.language.loans import spelt_alike
from edgebox.language.ordinary import (
    is_affix,
    is_noun,
    is_noun_with_more,
    is_ordinary,
    is_partly_a_name,
)
from edgebox.language.syllables import (
    are_forms_of_a_verb,
    begin_alike,
    confusable,
    letters_apart,
    only_ends_in_m,
    sound_the_same,
)
from edgebox.language.vocabulary import BEHIND, PARTICLE, latin_words
from edgebox.language.words import follows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgebox.language.vocabulary import Vocabulary

_TOKEN: Final = re.compile(r"(?<![가-힣\d])[가-힣]{3,12}(?![가-힣])")
_BEFORE: Final = re.compile(r"(?<![가-힣\d])([가-힣]{3,12})(?= ([가-힣]{2}))")
"""A word with the beginning of the next one: 뉴블루 요금제."""
_OF_NOUNS: Final = "을 를 의 에서 에서는 에게 에 에는 으로 와 과 이 가 와의 과의"
_ONLY_OF_NOUNS: Final = frozenset(_OF_NOUNS.split())
"""Particles that no verb has."""

_OTHERS: Final = re.compile(
    "[영공일이삼사오육륙칠팔구십백천만억점]{2,}[가-힣]?|..?(?:으로|에서|에게|까지|부터|한테|대로|만큼|처럼|보다|짜리)"
    "|[가-힣]+님(?:께서?)?"
)
"""십일월 and 십이월 are numbers, 집으로 and 안으로 nouns with a particle, 점장님 is a title."""

_VERB_LAST: Final = frozenset(
    "고며면지서던려록다여야러니데채음은는인라자까죠어아게시셔운긴춘꾼낸뜬싼킨픈쁜"
)
"""Last syllables of verbs. Of a word of three syllables that ends so, a particle must follow."""

_LAST_OF_SHORT: Final = frozenset("러긴춘꾼낸뜬싼킨픈쁜")
"""Of those, the last ones of verbs of up to four syllables: 바꾼, and not 달빛사냥꾼."""

_BEFORE_VERBS: Final = frozenset("어아여려겨해져쳐켜워드보내주시으")
"""Syllables before the last one of a verb: 돌려줌, 알려드림."""

_FORMS: Final = (set("하했한할함합해"), set("되됐된될됨됩돼"))
"""Syllables of one verb."""

_CONTRACTED: Final = frozenset([4, 8, -16])
"""Places in Unicode's order from a syllable to another with a final consonant more or less:
고속도로 and 고속도론데, 제주도 and 제주돌, 돌려보냄 and 돌려보내."""

_APART: Final = re.compile(
    rf"(?<![가-힣\d])([가-힣]{{2,6}}) (?=[가-힣]{{2}})((?:{KINDS})[가-힣]{{0,3}})(?![가-힣])"
)
"""A name with its kind, which the call has as one word: 새벽달 항공."""

_DENIES: Final = ("않", "못")

_LONGEST: Final = 10
"""Syllables of a name that is looked for."""


def misheard(text: str, said: Vocabulary, *, listed: bool = False) -> Iterator[str]:
    """Yield the words of a text that differ from a word of the call by a syllable or a letter.

    Args:
        text: of the analysis.
        said: the words of the call.
        listed: whether the text is a list of nouns, which may be put together or cut as the call
            never says them. Only names of places and what is introduced as one are compared.
    """
    before = dict(_BEFORE.findall(text))
    found: set[str] = set()
    for token in dict.fromkeys(_TOKEN.findall(text)):
        if before.get(token, "")[:1] in _DENIES and token.endswith("지"):
            continue  # 고쳐지지 않으면 of 고쳐지면
        before_kind = _is_before_its_kind(token, before.get(token, ""), said)
        if before_kind or _is_misheard(token, said, listed=listed):
            found.add(token)
            yield token
    for name, kind in _APART.findall(text):
        if (
            name not in found
            and not is_noun(name)
            and _is_misheard(name + kind, said, listed=listed)
        ):
            yield name + kind
    for word in latin_words(text) - said.latin:
        if word not in said.squeezed and any(_one_letter(word, other) for other in said.latin):
            yield word


def _is_misheard(token: str, said: Vocabulary, *, listed: bool) -> bool:
    """Return whether a word is a name of the call, wrong by a syllable."""
    readings = _readings(token)
    if _is_no_name(token, readings, said):
        return False
    return any(
        _Pair(word, run, particle, said).is_wrong_name(listed=listed)
        for word, particle in readings
        if _SHORTEST <= len(word) <= _LONGEST
        for run in said.near(word)
    )


def _is_introduced_otherwise(token: str, names: Iterable[str], said: Vocabulary) -> bool:
    """Return whether a noun with an affix is an introduced name but for that: 하늘순 렌탈.

    Args:
        token: of the text.
        names: of the call, before the same word.
        said: the words of the call.
    """
    if len(token) != _SHORTEST or token in said.squeezed or PARTICLE.search(token, 2):
        return False
    if not (is_affix(token[-1]) and is_noun(token[:-1])):
        return False
    pairs = (_Pair(token, name, "", said, alike=True) for name in names if len(name) == len(token))
    return any(pair.introduced and pair.last and pair.is_wrong_name() for pair in pairs)


def _is_no_name(token: str, readings: list[tuple[str, str]], said: Vocabulary) -> bool:
    """Return whether a word is one of the call, a verb, or a noun with what is written to it."""
    return (
        VERBAL.search(token) is not None
        or (len(token) < _LONG and is_noun_with_more(token))
        or any(len(word) == _SHORTEST and is_noun_with_more(word) for word, _ in readings)
        or any(
            word in said.squeezed or word in BRANDS or _OTHERS.fullmatch(word)
            for word, _ in readings
        )
    )


def readings(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the words of a text, each as it is and without its particle."""
    for token in dict.fromkeys(_TOKEN.findall(text)):
        yield token, _readings(token)


def _is_before_its_kind(token: str, kind: str, said: Vocabulary) -> bool:
    """Return whether a word is a wrong name before its kind: 뉴블로 요금제 for 뉴블루 요금제."""
    names = said.before(kind).intersection(said.near(token)) if kind else ()
    if not names:
        return False
    if _is_no_name(token, [(token, "")], said):
        return _is_introduced_otherwise(token, names, said)
    if any(said.is_word(word) for word, particle in _readings(token) if particle):
        return False
    return any(
        len(name) == len(token) and _Pair(token, name, "", said, alike=True).is_wrong_name()
        for name in names
    )


def _readings(token: str) -> list[tuple[str, str]]:
    """Return a word as it is, and without its particle."""
    readings = [(token, "")]
    match = PARTICLE.search(token, 2)
    while match is not None:
        readings.append((token[: match.start()], match[0]))
        match = PARTICLE.search(token, match.start() + 1)
    return readings


class _Pair:
    """A word of the text and the word of the call that it may be meant for.

    Attributes:
        word: of the text, without its particle.
        double: of the call, as long as that.
        run: the same with what is written to it.
        at: the place of the syllable in which they differ.
        introduced: whether the call begins with it, as with a company's name.
        often: whether the call has it twice.
        alike: whether both stand before the same word, as a name before its kind.
    """

    def __init__(
        self, word: str, run: str, particle: str, said: Vocabulary, *, alike: bool = False
    ) -> None:
        size = len(word)
        self.word, self.double, self.run, self.particle = word, run[:size], run, particle
        self.at = next(at for at in range(size) if word[at] != run[at])
        self.last = self.at == size - 1
        self.introduced = not said.introduced.isdisjoint((run, self.double))
        self.alike = alike
        self.often = said.squeezed.count(self.double) > 1
        kind = PLACE.search(self.double)
        self.place = bool(PLACE.search(word) or (kind and len(kind[0]) > 1))
        if word[-1] in _ROADS and not re.search(f"{self.double}{_NUMBERED}", said.squeezed):
            self.place = False  # 문자로, and not 은하로 이십칠
        self.one, self.other = word[self.at], run[self.at]
        self.apart = letters_apart(self.one, self.other)
        self._said = said

    def is_wrong_name(self, *, listed: bool = False) -> bool:
        """Return whether the word is a name of the call, wrong by a syllable."""
        return (
            (not listed or self.place or self.introduced)
            and self._are_nouns()
            and not self._is_same_word()
            and not self._is_other_word()
            and self._is_near()
        )

    def _are_nouns(self) -> bool:
        """Return whether both stand as nouns, the particles left out."""
        ending = PARTICLE.search(self.word, 2)
        if (
            ending
            and follows(self.word[: ending.start()], ending[0])
            and self.at < ending.start()
            and (ending.start() > _SHORTEST - 1 or not self.place)
        ):
            return False  # judged without its particle
        if self.run not in self._said.words and (  # 꽃마루 공원
            len(self.word) < _LONG or self.double in self._said.words or self.apart > 1
        ):
            return False
        behind = self.run[len(self.word) :]
        if VERBAL.search(self.double) or not (BEHIND.fullmatch(behind) or PLACE.search(self.run)):
            return False
        verb = self.word[-1] in _VERB_LAST and self.particle not in _ONLY_OF_NOUNS
        verb = verb and not (len(self.word) >= _LONG and self.word[-1] in _LAST_OF_SHORT)
        if self.introduced:
            return not verb or len(self.word) > _SHORTEST
        if len(self.word) == _SHORTEST and self.last:
            verb = verb or self.other in _VERB_LAST or BEHIND.fullmatch(self.other) is not None
        return not verb or self.place or self.alike

    def _is_same_word(self) -> bool:
        """Return whether they are two forms or spellings of one word."""
        pair = {self.one, self.other}
        contracted = self.last and ord(self.other) - ord(self.one) in _CONTRACTED
        verb = len(self.word) == _SHORTEST or self.word[-2] in _BEFORE_VERBS
        if verb and self.last and not self.introduced and only_ends_in_m(self.one, self.other):
            return True  # 돌려드림 and 돌려드린
        if self.last and are_forms_of_a_verb(self.one, self.other, self.run[len(self.word) :]):
            return True
        return (
            contracted
            or spelt_alike(self.word, self.double)
            or any(pair <= forms for forms in _FORMS)
        )

    def _is_other_word(self) -> bool:
        """Return whether the word is another one of the trade: 결제일 beside 결재일."""
        if is_ordinary(self.word, self.at):
            partly = is_partly_a_name(self.word)
            named = self.introduced or partly
            named = named or (self.often and self.place and len(self.word) >= _LONG)
            kind = partly and self.place  # 송림세무소 for 송림세무서
            return not named or (is_ordinary(self.double, self.at) and not kind)
        if self.introduced:
            return False
        affixes = is_affix(self.one) and is_affix(self.other)
        named = self.place or (self.often and self._is_between_nouns())
        if len(self.word) >= _LONG and (affixes or not named) and self._is_of_nouns_around():
            return True
        rest = self.word[: self.at] if self.last else self.word[1:] if self.at == 0 else ""
        return self._said.has(rest, self.double)

    def _is_of_nouns_around(self) -> bool:
        """Return whether all syllables but the one that differs are of ordinary nouns."""
        return all(is_ordinary(self.word, at) for at in range(len(self.word)) if at != self.at)

    def _is_between_nouns(self) -> bool:
        """Return whether the syllable that differs is itself one of three nouns: 하늘빛요양원."""
        return is_noun(self.word[: self.at]) and is_noun(self.word[self.at + 1 :])

    def _is_named_before_its_kind(self) -> bool:
        """Return whether both are a name with one kind behind it: 연희점 for 연남점.

        Whatever it sounds like: no other word than a name stands there.
        """
        kind = NAMED_KIND.search(self.word)
        if kind is None or self.at >= kind.start() or kind.start() < _NAME:
            return False
        if kind[0] == "로" and not re.search(rf"[^으]로(?<={self.double})\d", self._said.squeezed):
            return False  # 집으로, and not 벌말로 31
        if is_noun(self.word[: kind.start()]) or is_noun(self.double[: kind.start()]):
            return False
        return len(kind[0]) > 1 or not is_ordinary(self.double, self.at)

    def _is_near(self) -> bool:
        """Return whether they sound so alike that one is meant for the other."""
        short = len(self.word) == _SHORTEST
        if self.introduced:
            return not short or self.apart < _ALL_LETTERS
        if self._is_named_before_its_kind():
            return True
        if short and not self.often and not self.place and not self.alike:
            bare = self.last and self.run == self.double
            if not bare or (is_affix(self.one) and is_affix(self.other)):
                return False
        few = 1 if short or self.last else 2
        if self.apart > few and not (self.often and begin_alike(self.one, self.other)):
            return False
        if sound_the_same(self.one, self.other) and not (self.place or (self.often and not short)):
            return False
        # What is said once may be misheard, and the text puts it right: a short word, or a name
        # that everybody knows. Nobody can do so with the name of one company.
        return (
            self.often
            or self.place
            or self.alike
            or not short
            or not confusable(self.one, self.other)
            or is_ordinary(self.double, self.at)
            or self._is_of_no_noun()
        )

    def _is_of_no_noun(self) -> bool:
        """Return whether no part of either word is an ordinary noun, affix or number."""
        pair = (self.word, self.double)
        return not any(
            is_noun(word[:-1]) or any(is_ordinary(word, at) for at in range(len(word)))
            for word in pair  # 찜질팩
        )


_ROADS: Final = "로길"
_NUMBERED: Final = "[0-9영일이삼사오육칠팔구십백천]"

_NAME: Final = 2
"""Syllables of a name before its kind, at least."""

_SHORTEST: Final = 3
"""Syllables of a name that is looked for."""

_LONG: Final = 5
"""Syllables of a word that no other ordinary word is like."""

_ALL_LETTERS: Final = 3


def _one_letter(one: str, other: str) -> bool:
    """Return whether two words of Latin letters differ in one letter that is not an ending."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    if abs(len(one) - len(other)) != 1:
        return False
    short, long = sorted((one, other), key=len)
    return not long.startswith(short) and any(
        long[:at] + long[at + 1 :] == short for at in range(len(long))
    )
