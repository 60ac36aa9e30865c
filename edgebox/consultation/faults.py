"""Faults of an analysis that can be seen without understanding it: loops, markup, languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.consultation.sentences import split_sentences
from edgebox.consultation.words import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgebox.consultation.evidence import Said, Source

_COPIED_RUN: Final = 30
"""Characters without spaces taken over unchanged. Speech has no such run in a written summary;
names of products and companies are shorter."""

_MARKUP: Final = re.compile(
    r"</?think|<\||```|^\s*[{\[]\s*\"|\"\s*:\s*[\"\[{]|^(?:고객|상담사|상담원|customer"
    r"|agent)\s*[:：]"
    r"|\\n|\\u[0-9a-f]{4}",
    re.IGNORECASE | re.MULTILINE,
)


def markup(said: Said) -> Iterable[str]:
    """JSON, speaker labels, chat marks or thinking left in a text."""
    return ["markup"] if any(_MARKUP.search(text) for text in said.texts) else []


_LOOP: Final = re.compile(r"(.{2,40}?)\1{2,}")
_DIGITS_ONLY: Final = re.compile(r"[\d\W]+")


def repetition(said: Said) -> Iterable[str]:
    """A loop inside a line, a sentence said twice, or two lines that are the same."""
    squeezed = [field.squeezed.rstrip(".") for field in said.fields]
    if len(set(squeezed)) < len(squeezed):
        return ["repetition"]
    for field in (*said.fields, said.descriptive):
        loops = (match[1] for match in _LOOP.finditer(field.squeezed))
        if any(not _DIGITS_ONLY.fullmatch(unit) for unit in loops):
            return ["repetition"]
        sentences = [squeeze(field.text[a:b]) for a, b in split_sentences(field.text)]
        long = [sentence.rstrip(".") for sentence in sentences if len(sentence) >= 8]
        if len(set(long)) < len(long):
            return ["repetition"]
    unique = {squeeze(word).casefold() for word in said.keywords}
    return ["repetition"] if len(unique) * 2 <= len(said.keywords) else []


_HANGUL: Final = re.compile(r"[가-힣]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_FOREIGN: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\u0400-\u04ff\u0e00-\u0e7f]")


def language(said: Said, source: Source) -> Iterable[str]:
    """Small models fall into Chinese or English: wrong where the consultation is Korean."""
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
    step = 6
    span = _COPIED_RUN - step + 1
    return any(
        field.squeezed[at : at + span] in source.squeezed
        for field in said.fields
        for at in range(0, len(field.squeezed) - span + 1, step)
    )
