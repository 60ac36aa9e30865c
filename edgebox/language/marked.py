"""Names in a text that stand by other letters or figures than their own: 초롱TV for 초록TV.

Korean says few words beside Latin letters or a bare figure. One that has there a word a syllable
apart from the call's, which the call never says, has a product's name wrong.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from edgebox.language.inflected import VERBAL
from edgebox.language.ordinary import is_noun
from edgebox.language.syllables import are_one_apart
from edgebox.language.vocabulary import PARTICLE
from edgebox.language.words import REPORT_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK: Final = r"(?:[A-Za-z]{2,20}|[A-Za-z]{0,5}[0-9]{1,6}[A-Za-z]{0,5}(?:인치|리터|평형)?)"
_BEFORE: Final = re.compile(
    rf"(?<![가-힣A-Za-z0-9])([가-힣]{{2,8}}) ?({_MARK})(?![가-힣A-Za-z0-9.,:])"
)
_BEHIND: Final = re.compile(
    rf"(?<![가-힣A-Za-z0-9.,:])({_MARK}) ([가-힣]{{2,8}})(?![가-힣A-Za-z0-9])"
)


def mismarked(text: str, call: str, squeezed: str) -> Iterator[str]:
    """Yield the words of a text that are a syllable apart from the call's by the same letters.

    Args:
        text: of the analysis.
        call: what was said.
        squeezed: the same without white space.
    """
    for pattern, word, mark in ((_BEFORE, 1, 2), (_BEHIND, 2, 1)):
        said = defaultdict(set)
        for match in pattern.finditer(call):
            said[match[mark].casefold()].add(match[word])
        for match in pattern.finditer(text):
            name = match[word]
            if name not in squeezed and any(
                _is_double(name, double) for double in said[match[mark].casefold()]
            ):
                yield name


def _is_double(name: str, double: str) -> bool:
    """Return whether a word may be meant for another, and neither is a noun or a verb."""
    return are_one_apart(name, double) and not any(
        word in REPORT_WORDS or is_noun(word) or VERBAL.search(word) or PARTICLE.search(word, 2)
        for word in (name, double)
    )
