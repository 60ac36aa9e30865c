"""Finds examples of the prompt that leaked into an answer, as small models let them.

The examples are business, so a right summary of another call may be worded as they are: "내일 오전
10시에 기사가 방문해" is true of many calls. What is the example's own is its content: words and
numbers that the call does not bear out. A word that is rare in daily life is known alone, and so is
a sentence of the example of which one noun was exchanged.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from edgebox.language.number import supports
from edgebox.language.paraphrase import paraphrases
from edgebox.reading.sentences import split_clauses, split_sentences
from edgebox.scoring.evidence import Text

if TYPE_CHECKING:
    from collections.abc import Iterable


RUN: Final = 14
"""Characters without spaces. Shorter runs are ordinary business Korean: "접수됐습니다" is six."""

_HELD: Final = 0.5
"""Share of a word's character pairs that the call holds, from which it bears the word out."""

_LEAST: Final = 4
"""Content words and numbers of a clause that is known as the example's by them alone."""

_SHARE: Final = 0.6
"""Of these, the share that must be the example's."""


_PARTICLES: Final = "을를이가은는의도로과와만에"
_TEMPLATE: Final = 0.7
"""Share of a sentence's words that stand in the same order in one of an example."""
_TEMPLATE_WORDS: Final = 4
_WORD: Final = re.compile("[가-힣A-Za-z0-9]+")
_FREE: Final = re.compile("없|무료|무상|공짜|포함|안 ?받")
_DOING: Final = re.compile(
    r"(?:[려워려아어여와겨]|면|고|며|서|기로|[할갈]|던|긴|으?니|지만)$|^(?:그대로|그냥)$"
)
"""How words of an example end that say what people do, and not with what: 늘려, 어려워, 두기로.

A call may say that otherwise (늘리고, 안 된다, 그냥 둘게요)."""


def leaks_example(text: str, transcript: str, examples: Iterable[str]) -> bool:
    """Return whether a sentence or a clause says what an example says and the call does not.

    It repeats a run of an example and half of its words, or a number in it, are not the call's; or
    none of its four or more content words and numbers is the call's and most are an example's; or
    it is a sentence of an example but for a word or two, and half of what that says, two words or
    more, is not the call's, and not only what somebody does (늘려, 어려워, 그대로 두기로);
    or it has a rare word of the examples that the call has not.

    Args:
        text: what was written.
        transcript: the call.
        examples: whole texts, and rare words of theirs, each a string without a line end.
    """
    call = Text(transcript)
    listed = list(examples)
    written = text.replace("\0", "\n")
    if any(_is_own(word, written, transcript) for word in listed if _is_word(word)):
        return True
    known = [_known(example) for example in listed if not _is_word(example)]
    spans = dict.fromkeys([*split_sentences(written), *split_clauses(written)])
    return any(_leaks(Text(written[start:end]), call, known) for start, end in spans)


def _is_word(example: str) -> bool:
    return len(example) < RUN and "\n" not in example


def _is_own(word: str, text: str, transcript: str) -> bool:
    """Return whether a text has a rare word and the call has not."""
    form = f"(?<![가-힣]){word.replace(' ', '[ _]?')}(?:[{_PARTICLES}](?![가-힣])|(?![가-힣])|[_ ])"
    stem = word.split(maxsplit=1)[0].rstrip(_PARTICLES)
    if re.search(form, text) is None:
        return False
    if len(stem) == 1:
        begins = "" if stem == word else "(?<![가-힣])"  # 돔 is in 고척돔, 현을 not in 표현을
        return re.search(f"{begins}{stem}(?![가-힣]{{2}})", transcript) is None
    return stem not in "".join(transcript.split())


@lru_cache(maxsize=16)
def _known(example: str) -> Text:
    return Text(example)


def _leaks(piece: Text, call: Text, examples: list[Text]) -> bool:
    return any(
        (_copies(piece, example) and _foreign(piece, call, example))
        or _exchanged(piece, call, example)
        for example in examples
    )


def _exchanged(piece: Text, call: Text, example: Text) -> bool:
    """Return whether a piece is a sentence of an example but for a word or two."""
    words = _WORD.findall(piece.text)
    common = set(words) & set(_WORD.findall(example.text))
    if len(common) < _TEMPLATE_WORDS or len(common) < _TEMPLATE * len(words):
        return False
    if not any(
        _in_order(words, _WORD.findall(example.text[start:end])) >= _TEMPLATE * len(words)
        for start, end in split_sentences(example.text)
    ):
        return False
    unheld = {word for word in piece.words if not _holds(call, word)}
    copied = {word for word in unheld if word in example.squeezed}
    several = len(copied) > 1 and 2 * len(copied) >= len(set(piece.words))
    return several and _names_a_thing(piece, copied)


def _holds(call: Text, word: str) -> bool:
    """Return whether a call has a word, or says it otherwise: 갈아 for 교체."""
    if call.holds(word) >= _HELD:
        return True
    if word == "따로":
        return _FREE.search(call.text) is not None
    return any(other in call.squeezed for other in paraphrases(word))


def _names_a_thing(piece: Text, copied: Iterable[str]) -> bool:
    """Return whether any of the words, stems of a piece's, is not only what somebody does."""
    written = _WORD.findall(piece.text.casefold())
    return any(
        word.startswith(stem) and not _DOING.search(word) for stem in copied for word in written
    )


def _in_order(words: list[str], others: list[str]) -> int:
    """Return how many words two lists have in the same order."""
    row = [0] * (len(others) + 1)
    for word in words:
        last = 0
        for at, other in enumerate(others, 1):
            last, row[at] = row[at], last + 1 if word == other else max(row[at], row[at - 1])
    return row[-1]


def _copies(piece: Text, example: Text) -> bool:
    """Return whether a piece may be copied. The call, which can be long, is not read for this."""
    shared = sum(word in example.squeezed for word in set(piece.words))
    shared += sum(supports(example.provides, number) for number in piece.claims)
    return shared >= _SHARE * _said(piece) or _run(piece, example.squeezed, "")


def _foreign(piece: Text, call: Text, example: Text) -> bool:
    words = set(piece.words)
    held = {word for word in words if _holds(call, word)}
    copied = {word for word in words - held if word in example.squeezed}
    unheard = [number for number in piece.claims if not supports(call.provides, number)]
    numbers = [number for number in unheard if supports(example.provides, number)]
    if _run(piece, example.squeezed, call.squeezed):
        mostly = 2 * len(held) <= len(words) and _names_a_thing(piece, copied)
        return bool(numbers) or mostly
    if held or len(unheard) < len(piece.claims) or _said(piece) < _LEAST:
        return False
    return len(copied) + len(numbers) >= _SHARE * _said(piece)


def _said(piece: Text) -> int:
    return len(set(piece.words)) + len(piece.claims)


def _run(piece: Text, example: str, call: str) -> bool:
    """Return whether a piece repeats a run of an example that is not in the call."""
    text = piece.squeezed
    runs = (text[at : at + RUN] for at in range(len(text) - RUN + 1))
    return any(run in example and run not in call for run in runs)
