"""Finds examples of the prompt that leaked into an answer, as small models let them.

The examples are everyday business, so a right summary of another call may be worded as they are:
"내일 오전 10시에 기사가 방문해" is true of many calls. What is the example's own is its content:
words and numbers that the call does not bear out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from edgebox.language.number import supports
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


def leaks_example(text: str, transcript: str, examples: Iterable[str]) -> bool:
    """Return whether a sentence or a clause says what an example says and the call does not.

    Either it repeats a run of an example and half of its words, or a number in it, are not the
    call's; or none of its four or more content words and numbers is the call's and most are an
    example's.
    """
    call = Text(transcript)
    known = [_known(example) for example in examples]
    written = text.replace("\0", "\n")
    spans = dict.fromkeys([*split_sentences(written), *split_clauses(written)])
    return any(_leaks(Text(written[start:end]), call, known) for start, end in spans)


@lru_cache(maxsize=16)
def _known(example: str) -> Text:
    return Text(example)


def _leaks(piece: Text, call: Text, examples: list[Text]) -> bool:
    return any(_copies(piece, example) and _foreign(piece, call, example) for example in examples)


def _copies(piece: Text, example: Text) -> bool:
    """Return whether a piece may be copied. The call, which can be long, is not read for this."""
    shared = sum(word in example.squeezed for word in set(piece.words))
    shared += sum(supports(example.provides, number) for number in piece.claims)
    return shared >= _SHARE * _said(piece) or _run(piece, example.squeezed, "")


def _foreign(piece: Text, call: Text, example: Text) -> bool:
    words = set(piece.words)
    held = {word for word in words if call.holds(word) >= _HELD}
    copied = {word for word in words - held if word in example.squeezed}
    unheard = [number for number in piece.claims if not supports(call.provides, number)]
    numbers = [number for number in unheard if supports(example.provides, number)]
    if _run(piece, example.squeezed, call.squeezed):
        return bool(numbers) or bool(copied and 2 * len(held) <= len(words))
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
