"""Keywords and titles in the form of a record, whatever form a model gave them.

Small models list a word twice, take what somebody said for a keyword, and write a title of keywords
as a phrase. A back office sorts and searches by both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.words import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SAID: Final = re.compile(
    r"(?:니다|니까|[세해돼에예어아여네데래게서려져켜와워봐줘겨나까지거든시구]요|[나까]요?\?|죠)$|\?"
)
"""How a sentence ends that was said; 수요 and 담요 end so too, but have no more syllables."""

LONGEST_TITLE: Final = 40
"""Characters of a title of keywords."""

_MARKS: Final = " .,!~…·"

_MARKS_AFTER: Final = re.compile(r"(?<![^\w?])[^\w?]+$")

_SHORTEST_SAID: Final = 3
"""Characters of a word from which its end says that it is a sentence."""

_PARTS: Final = 4
"""Words of a title of keywords, at most; three where it is made of the keywords."""

_PHRASE: Final = 3
"""Words of a part from which it is no keyword: 예약 바꾸고 회사."""


def listed(words: Iterable[str]) -> list[str]:
    """Return keywords, each once, without those that are a sentence if others are left."""
    once: dict[str, str] = {}
    for word in words:
        stripped = word.strip(_MARKS)
        if stripped:
            once.setdefault(squeeze(stripped).casefold(), stripped)
    return [word for word in once.values() if not _is_said(word)] or list(once.values())


def keyword_title(title: str, keywords: Sequence[str]) -> str:
    """Return a title of two to four keywords joined by ``_``.

    It is the model's where that has keywords for parts; otherwise it begins with its parts that
    are, and goes on with the keywords. One that no keyword can mend stays as it is.

    Args:
        title: the model's.
        keywords: of the same answer, as `listed` returns them.
    """
    given = title.split("_")
    if len(given) == 1:
        given = [] if _is_said(title) or len(title.split()) > _PARTS - 1 else title.split()
    parts = _once(part for part in given if not _is_phrase(part))
    if len(parts) < 2:
        words = _once(word for word in keywords if not _is_phrase(word))
        made = [part for part in parts if sum(word in part for word in words) < 2]  # 카드재발급
        parts = _once([*made, *words])[: _PARTS - 1]
    parts = parts[:_PARTS]
    while len("_".join(parts)) > LONGEST_TITLE:
        parts.pop()
    return "_".join(parts) if len(parts) > 1 else title.strip()


def _once(parts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(joined for part in parts if (joined := _joined(part))))


def _is_phrase(part: str) -> bool:
    return len(part.split()) >= _PHRASE or _is_said(part)


def _is_said(word: str) -> bool:
    word = _MARKS_AFTER.sub("", word)
    return len(squeeze(word)) >= _SHORTEST_SAID and _SAID.search(word) is not None


def _joined(part: str) -> str:
    """Return a part without its blanks; a hyphen stays between two figures."""
    part = part.strip(f"{_MARKS}?")
    return squeeze(re.sub(r"(?<=\d)\s+(?=\d)", "-", part))
