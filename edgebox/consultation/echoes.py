"""What a line of a record says that the other lines do not."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

from edgebox.language.words import squeeze
from edgebox.reading.sentences import split_sentences

_SAME: Final = 0.8
"""Share of a sentence that stands in another line: it says nothing new there."""

_RUN: Final = 4
"""Characters without white space that two sentences share not by chance."""

SHORTEST: Final = 8
"""Characters without white space of a sentence that is taken out: a name may be in two lines."""


def new(line: str, *others: str) -> str:
    """Return a line without the sentences that other lines say; empty if nothing is left."""
    sentences = [line[a:b].strip() for a, b in split_sentences(line)]
    echoes = [any(_says(other, one) for other in others) for one in sentences]
    if all(echoes):
        return ""
    both = zip(sentences, echoes, strict=True)
    return " ".join(one for one, echo in both if not echo or len(squeeze(one)) < SHORTEST)


def bare(text: str) -> str:
    """Return text as it is compared: without white space and the marks around it."""
    return squeeze(text).casefold().strip("“”.?!…")


def _says(line: str, sentence: str) -> bool:
    """Return whether a line holds nearly all of a sentence."""
    theirs, ours = squeeze(line).casefold(), bare(sentence)
    if ours in theirs:
        return True
    blocks = SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    return sum(one.size for one in blocks if one.size >= _RUN) >= _SAME * len(ours)
