"""Why a summary that a model wrote is not shown, and whether it ends in mid-sentence.

Not shown is what slips into another language than the call's, loops, or is the call's own words or
a greeting instead of a summary.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from edgebox.language import acts
from edgebox.language.words import squeeze
from edgebox.reading.sentences import split_clauses, split_sentences
from edgebox.scoring.faults import FOREIGN, is_foreign, other_letters, repeats

Fault = Literal["language", "repetition", "no_text"]

_SPOKEN: Final = re.compile(r"(?:요|까|니다|시오)[.?!~…\"”]*$")
_TOLD: Final = re.compile(r"[했됐었았였]습니다|예정입니다")
_LABELLED: Final = re.compile(r"(?:^|(?<=\s))(?:고객|손님|상담[사원]|직원)(?:님)? ?[:：] ?")
_UNFINISHED: Final = re.compile(
    r"(?:(?<=[가-힣])(?:는|를|에게|[했됐]고|하고|[했됐]으[며나]|하며|지만)|,)$"
)
"""A model that stops in mid-sentence."""

_LATIN_WORD: Final = re.compile(r"(?<![A-Za-z])[a-z]+(?![A-Za-z0-9])")
_LATIN_WORDS: Final = 3
"""Latin words in small letters of a sentence in another language. A product's name has fewer:
Microsoft Office Home and Business."""

_WORD: Final = re.compile(r"[^\W\d_]+")
_LINE_LABEL: Final = re.compile(r"^[^\s:]{1,12}:", re.MULTILINE)
_CLAUSE: Final = 10
"""Characters without white space of a clause that is not said twice by chance."""


def fault(text: str, call: str) -> Fault | None:
    """Return why a summary may not be shown, or None.

    Args:
        text: the summary, one paragraph.
        call: the transcript, a line an utterance, with labels.
    """
    if _slips(text, call):
        return "language"
    clauses = [squeeze(text[a:b]).strip(".,") for a, b in split_clauses(text)]
    long = [clause for clause in clauses if len(clause) >= _CLAUSE]
    if repeats(text) or len(set(long)) < len(long):
        return "repetition"
    return "no_text" if _only_greets(text) or _is_copied(text, call) else None


def is_unfinished(text: str) -> bool:
    """Return whether a text ends in mid-sentence."""
    return _UNFINISHED.search(text) is not None


def _slips(text: str, call: str) -> bool:
    if not _is_korean(call):
        return bool(FOREIGN.search(text)) and not FOREIGN.search(call)
    if other_letters(text, call):
        return True
    foreign = [text[a:b] for a, b in split_sentences(text) if is_foreign(text[a:b])]
    heard = set(_LATIN_WORD.findall(call.casefold())) if foreign else set()
    return any(
        sum(word not in heard for word in _LATIN_WORD.findall(one)) >= _LATIN_WORDS
        for one in foreign
    )


def _is_korean(call: str) -> bool:
    """Return whether half of the words of a call have Hangul: tracking number가 안 나와요."""
    words: list[str] = _WORD.findall(_LINE_LABEL.sub("", call))
    return 2 * sum("가" <= word[-1] <= "힣" for word in words) >= len(words)


def _only_greets(text: str) -> bool:
    said = [text[a:b] for a, b in split_sentences(text)]
    return not any(
        acts.is_substance(one) or _TOLD.search(one) or not _SPOKEN.search(one)
        for one in said
        if acts.without_fillers(one).strip(".!?")
    )


def _is_copied(text: str, call: str) -> bool:
    """Return whether each sentence stands in the call, as somebody said it."""
    bare = _LABELLED.sub("", text)
    said = [squeeze(bare[a:b]).strip(".?!…") for a, b in split_sentences(bare)]
    if not any(_SPOKEN.search(one) and not _TOLD.search(one) for one in said):
        return False
    heard = squeeze(_LINE_LABEL.sub("", call))
    return all(one in heard for one in said)
