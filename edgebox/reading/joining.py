"""Words and pieces of a recogniser, joined into what was said."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgebox.reading.turn import Turn

SIGN: Final = re.compile(r"[.,?!…。、]+")
_LONGEST_WORDS: Final = 10
"""Characters of a word and the space before it, in the mean, at most."""


def joined(words: Iterable[Turn]) -> list[Turn]:
    """Join words into turns: neighbours of one speaker.

    Signs, and words that have no speaker, belong to the word before them. Where some pieces begin
    with a space and some do not, they have all the spaces there are; a speaker none of whose words
    has one says words.
    """
    runs: list[list[Turn]] = []
    said = list(words)
    pieces = _are_pieces([word.text for word in said])
    for word in said:
        first = runs[-1][0] if runs else None
        if first and (
            first.speaker == word.speaker or not word.speaker or SIGN.fullmatch(word.text.strip())
        ):
            runs[-1].append(word)
        elif word.text.strip():
            runs.append([word])
    led = {run[0].speaker for run in runs if any(word.text[:1].isspace() for word in run)}
    return [_one(run, pieces=pieces and run[0].speaker in led) for run in runs]


def _are_pieces(texts: list[str]) -> bool:
    """Return whether words are in pieces, of which only the first of each has a space before it."""
    inner = [text for text in texts[1:] if not SIGN.fullmatch(text.strip())]
    led = sum(text[:1].isspace() for text in inner)
    return 0 < led < len(inner) and sum(map(len, inner)) <= _LONGEST_WORDS * led


def _one(words: list[Turn], *, pieces: bool) -> Turn:
    if len(words) == 1:
        return words[0]
    texts = [words[0].text]
    for word in words[1:]:
        apart = not (pieces or SIGN.fullmatch(word.text.strip()) or texts[-1][-1:].isspace())
        texts.append(f" {word.text}" if apart else word.text)
    return with_pieces(words[0], texts, [word.place for word in words])


def with_pieces(turn: Turn, pieces: list[str], places: list[tuple[int, int] | None]) -> Turn:
    """Return a turn with the text of some pieces, and where each is written."""
    found: list[tuple[int, int, int, int]] = []
    end = 0
    for piece, place in zip(pieces, places, strict=True):
        end += len(piece)
        if place is not None:
            found.append((end - len(piece.lstrip()), end, *place))
    place = (found[0][2], found[-1][3]) if found else None
    return replace(turn, text="".join(pieces), place=place, words=tuple(found))
