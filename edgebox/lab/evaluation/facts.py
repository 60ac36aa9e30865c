"""Whether an answer states a fact, in any of the forms that a case accepts.

Numbers, dates, times and codes are compared as values: 십이만 원 states 12만, 15일 does not state
5일, and 10일부터 not 10일까지. A form of several words is also stated by a sentence that holds its
words, if both or neither are negated, or, where words such as 가능 say too little alone, that has
them beside each other with particles. Every other form must be in the answer as it is written,
white space and case aside.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from edgebox.lab.evaluation.values import bears_out
from edgebox.language.korean import numbers_in
from edgebox.language.spelling_dates import DAYPARTS
from edgebox.language.words import content_words, squeeze
from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.language.number import Number

# What may stand beside the numbers of a form that is a value and nothing else.
_BESIDE_NUMBERS: Final = re.compile(
    r"(?:[\s~∼\-–—,.·:()/→₩￦]|에서|부터|까지|으로|로|에|쯤|경|이내|약|총|정도|이?전|뒤|이?후"
    rf"|이상|이하|미만|초과|{'|'.join(DAYPARTS)})*"
)
# Between a word and its negation: 환불은 (하지) 않는다, 환불해 (드릴 수) 없다.
_BETWEEN_LISTED: Final = """
    하지 하지는 하지도 되지 되지는 되지도 해드리지 드리지 받지 할 될 해 줄 드릴 받을 수 수는 수가
    수도 처리 진행 신청
"""
_CHARGED_LISTED: Final = "발생 부과 청구 들지 들지는 붙지 나오지"
_NOT_LISTED: Final = "되 돼 됨 됐 된 됩 될 하 해 한 함 합 했"
_BETWEEN: Final = "|".join(_BETWEEN_LISTED.split())
NEGATION: Final = (
    r"않|없(?!이는)|못|불가|어렵|어려[우운울워]|거절|거부|안(?= |$)"
    rf"|안 ?(?:{'|'.join(_NOT_LISTED.split())})"
)
_CHARGED: Final = "|".join(_CHARGED_LISTED.split())
_SAID: Final = (
    r"(?:[았었했됐]?(?:습니다|음|다|으며|고)|니다|며|는다|기로|지만|(?=[,.!)]|$))"
    r"(?![까면]| ?여부| [시싶])"
)
"""How a negation is said, and not asked, wished or supposed: 않습니다, but not 않는지 or 않도록."""

_NEGATED: Final = re.compile(
    rf"[가-힣]{{0,4}}? ?(?:(?:(?:{_BETWEEN}) ?){{0,4}}(?:{NEGATION})"
    rf"|(?:(?:{_BETWEEN}|{_CHARGED}) ?){{0,4}}(?:{NEGATION}){_SAID})"
)
_NEGATED_BEFORE: Final = re.compile(r"(?:^|\s)(?:안|못) ?$")
_NEGATIVE_WORD: Final = re.compile(r"불가|거절|거부|못하|않|없|어렵|어려")

_DIGITS: Final = frozenset("0123456789")

_PARTICLE: Final = "[은는이가을를의에도]? ?"
_REPORTED: Final = (
    r"(?:(?:하|한|된|했|됐|하였|되었)?다고|라고|(?:함|됨|(?:했|됐|하였|되었)?음)을) "
    r"(?:(?:안내|답변|설명|확인|말씀?)(?=했|하[였고며여]|함|됨|[,.]|$)|밝[히혔힘])\S*"
)
_AFFIRMED: Final = re.compile(
    r"(?:[합됩입닙니]?니다만?|[하되니](?:고|며|지만)|[한된]다|해 ?드렸\S*|어서?"
    rf"|(?:했|됐|하였|되었)?(?:습니다|다|고|으며)|{_REPORTED})"
    r"(?=[ ,.!)]|$)(?! (?:있|싶|나|난|하|해))"
    r"|(?:(?:했|됐|하였|되었)?음|[함됨임])?(?=[,.!)]|$)"
)
"""How words are said to be so, and not asked, planned or supposed: 교환이 가능합니다."""

_SAME_WORD: Final = {"매월": "매달", "매달": "매월"}
_NOTED: Final = {
    "있음": "있",
    "아님": "아[님닙니]",
    "됨": "(?:[됨됩됐]|된다|되었)",
    "함": "(?:[함합했]|한다|하였)",
}
"""How a note ends, and a sentence: 재고 있음, 재고가 있습니다."""


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer with its numbers, each read once."""

    text: str

    @cached_property
    def numbers(self) -> list[Number]:
        return numbers_in(self.text)

    @cached_property
    def lower(self) -> str:
        return self.text.lower()


class Answer:
    """An answer as facts are looked up in it.

    Args:
        pieces: its fields, one text each. No form is put together from two.
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        texts = [composed(piece) for piece in pieces]
        self._plain = [squeeze(text).lower() for text in texts]
        self._sentences = [Sentence(text[a:b]) for text in texts for a, b in split_sentences(text)]

    def states(self, form: str, *, reworded: bool = True) -> bool:
        """Return whether the answer states a form.

        Args:
            form: a value, a word or a few words.
            reworded: a sentence that holds the form's words in other endings is enough.
        """
        wanted = _form(composed(form))
        if wanted.is_value:
            return any(_states_numbers(one, wanted, sure=not reworded) for one in self._sentences)
        if any(_holds(text, wanted.plain) for text in self._plain):
            return True
        return reworded and any(_says(one, wanted) for one in self._sentences)


@dataclass(frozen=True)
class _Form:
    """A form of a fact, read once.

    Attributes:
        plain: without white space.
        words: its content words outside numbers, without those that negate.
        is_value: it is numbers and nothing else.
    """

    text: str
    plain: str
    numbers: tuple[Number, ...]
    words: tuple[str, ...]
    is_value: bool
    negated: bool

    @cached_property
    def with_particles(self) -> re.Pattern[str]:
        """Its words in their order, with or without particles: 교환이 가능."""
        words = _PARTICLE.join(map(re.escape, self.text.lower().split()))
        for noted, told in _NOTED.items():
            if words.endswith(noted):
                return re.compile(words.removesuffix(noted) + told)
        return re.compile(words)

    @cached_property
    def around(self) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
        """What stands before each number, to its beginning, and behind the last: 주 of 주 3회."""
        found, at = [], 0
        for number in self.numbers:
            before = self.text[at : number.start]
            whole = "(?<![가-힣])" if at == 0 or before.startswith(" ") else ""
            behind = self.text[number.end :] if number is self.numbers[-1] else ""
            found.append((re.compile(f"{whole}{_spaced(before)}$"), re.compile(_spaced(behind))))
            at = number.end
        return found


def _spaced(text: str) -> str:
    """Return a pattern of a text that white space may stand in and around."""
    return r"\s*".join(["", *map(re.escape, squeeze(text.lower())), ""])


@lru_cache(maxsize=20_000)
def _form(text: str) -> _Form:
    numbers = tuple(numbers_in(text))
    rest, at = [], 0
    for number in numbers:
        rest.append(text[at : number.start])
        at = number.end
    outside = " ".join([*rest, text[at:]])
    in_numbers = DAYPARTS if any(number.kind == "time" for number in numbers) else ()
    words = tuple(
        word
        for word in content_words(outside)
        if not _NEGATIVE_WORD.match(word) and word not in in_numbers
    )
    return _Form(
        text=text,
        plain=squeeze(text).lower(),
        numbers=numbers,
        words=words,
        is_value=bool(numbers) and _BESIDE_NUMBERS.fullmatch(outside) is not None,
        negated=any(_is_negated(text.lower(), word) for word in words),
    )


def _holds(text: str, form: str) -> bool:
    """Whether a text holds a form that does not begin or end inside a number."""
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        inside = form[0] in _DIGITS and re.search(r"\d[.,]?$", text[max(0, at - 2) : at])
        inside = inside or (form[-1] in _DIGITS and re.match(r"[.,]?\d", text[end : end + 2]))
        if not inside:
            return True
        at = text.find(form, at + 1)
    return False


def _states_numbers(sentence: Sentence, form: _Form, *, sure: bool = False) -> bool:
    """Whether a sentence states all numbers of a form.

    Args:
        sentence: of the answer.
        form: with numbers.
        sure: as ``bears_out`` takes it.
    """
    return all(
        any(bears_out(sentence.text, one, form.text, wanted, sure=sure) for one in sentence.numbers)
        for wanted in form.numbers
    )


def _says(sentence: Sentence, form: _Form) -> bool:
    """Whether a sentence holds all words and numbers of a form, and is negated as it is.

    One word alone says too little in another form: 위약금 is in every sentence about one.
    """
    if len(form.words) + len(form.numbers) + form.negated < 2 or not form.words:
        if form.numbers:
            return not form.words and _says_around(sentence, form)
        return _says_in_order(sentence, form)
    if not all(_holds_word(sentence.lower, word) for word in form.words):
        return False
    if not _states_numbers(sentence, form):
        return False
    return any(_is_negated(sentence.lower, word) for word in form.words) is form.negated


def _says_around(sentence: Sentence, form: _Form) -> bool:
    """Whether each number of a form stands in a sentence between the same signs: 주 3회."""
    return all(
        any(
            bears_out(sentence.text, one, form.text, wanted)
            and before.search(sentence.lower, 0, one.start)
            and behind.match(sentence.lower, one.end)
            for one in sentence.numbers
        )
        for wanted, (before, behind) in zip(form.numbers, form.around, strict=True)
    )


def _says_in_order(sentence: Sentence, form: _Form) -> bool:
    """Whether a sentence has the words of a form beside each other, affirms and closes them."""
    text = sentence.lower
    return " " in form.text and any(
        _AFFIRMED.match(text, match.end()) for match in form.with_particles.finditer(text)
    )


def _holds_word(text: str, word: str) -> bool:
    return word in text or _SAME_WORD.get(word, word) in text


def _is_negated(text: str, word: str) -> bool:
    """Whether one of the places of a word in a text is negated."""
    places = _places(text, word)
    return any(
        _NEGATED.match(text, at + len(word)) or _NEGATED_BEFORE.search(text[max(0, at - 4) : at])
        for at in places
    )


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def composed(text: str) -> str:
    """Return a text as it is compared: NFC, each run of white space one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())
