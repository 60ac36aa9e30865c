"""Faults that can be seen without understanding a text: loops, copies, markup, languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.consultation.number import supports
from edgebox.consultation.words import squeeze
from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgebox.consultation.evidence import Said, Source, Text

COPIED_RUN: Final = 30
"""Characters without spaces taken over unchanged. Speech has no such run in a written summary;
names of products and companies are shorter."""

_MARKUP: Final = re.compile(
    r"</?think|<\||```|^\s*[{\[]\s*\"|\"\s*:\s*[\"\[{]|^(?:고객|상담사|상담원|customer"
    r"|agent)\s*[:：]"
    r"|\\n|\\u[0-9a-f]{4}",
    re.IGNORECASE | re.MULTILINE,
)


def markup(said: Said) -> Iterable[str]:
    """Flag JSON, speaker labels, chat marks or thinking left in a text."""
    return ["markup"] if any(_MARKUP.search(text) for text in said.texts) else []


_LOOP: Final = re.compile(r"(.{2,40}?)\1{2,}")
_DIGITS_ONLY: Final = re.compile(r"[\d\W]+")


def repeats(text: str, *, shortest: int = 8) -> bool:
    """Whether a text loops, or says a sentence of ``shortest`` characters or more twice."""
    loops = (match[1] for match in _LOOP.finditer(squeeze(text).casefold()))
    if any(not _DIGITS_ONLY.fullmatch(unit) for unit in loops):
        return True
    sentences = [squeeze(text[a:b]) for a, b in split_sentences(text)]
    long = [sentence.rstrip(".") for sentence in sentences if len(sentence) >= shortest]
    return len(set(long)) < len(long)


def repetition(said: Said) -> Iterable[str]:
    """Flag a loop in a line, a sentence said twice, and two lines that are the same."""
    squeezed = [field.squeezed.rstrip(".") for field in said.fields]
    keywords = {squeeze(word).casefold() for word in said.keywords}
    found = (
        len(set(squeezed)) < len(squeezed)
        or any(repeats(field.text) for field in (*said.fields, said.descriptive))
        or len(keywords) * 2 <= len(said.keywords)
    )
    return ["repetition"] if found else []


def ungrounded(text: Text, source: Text) -> bool:
    """Whether a text states a number that its source does not support."""
    return not all(supports(source.provides, number) for number in text.claims)


_HANGUL: Final = re.compile(r"[가-힣]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_FOREIGN: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\u0400-\u04ff\u0e00-\u0e7f]")


def language(said: Said, source: Source) -> Iterable[str]:
    """Flag an analysis of a Korean consultation in another language: small models slip into one."""
    if _hangul(source.text) < 0.5:
        return []
    foreign = set(_FOREIGN.findall(said.whole.text)) - set(_FOREIGN.findall(source.text))
    lines = [field.text for field in said.fields]
    return ["not_korean"] if foreign or any(_hangul(line) < 0.5 for line in lines) else []


def _hangul(text: str) -> float:
    letters = len(_LETTER.findall(text))
    return len(_HANGUL.findall(text)) / letters if letters else 0.0


def copied(said: Said, source: Source) -> bool:
    """Whether a line holds a long run of the transcript unchanged."""
    return any(copies(field.squeezed, source.squeezed) for field in said.fields)


def copies(text: str, source: str, *, run: int = COPIED_RUN, step: int = 6) -> bool:
    """Whether a text holds a run of its source unchanged; both are without white space.

    Args:
        text: of the answer.
        source: of the transcript.
        run: characters. Every run of this length is found.
        step: only every so many positions are looked at, so some runs that are up to
            ``step - 1`` characters shorter are found too.
    """
    span = run - step + 1
    return any(text[at : at + span] in source for at in range(0, len(text) - span + 1, step))
