"""Where sentences and clauses end, in speech and in written text.

Speech and writing are cut differently on purpose:

* a transcript often has no punctuation, so a polite ending and a space end a sentence there
  (`split_sentences`). An analysis is read by the same rule and cut further, into the statements
  that are checked one by one (`split_clauses`);
* a summary that is still being generated ends a sentence at punctuation only, because what follows
  has not arrived yet, and not at a point inside an amount (`sentence_ends`, `last_whole`);
* a spoken sentence that is too long loses whole clauses: a connective ending is enough there
  (`clause_starts`).
"""

from __future__ import annotations

import re
from typing import Final

# Punctuation and a space, a line break, or (speech-to-text often gives no punctuation) a polite
# ending and a space. Nouns in 요 (필요, 중요, 수요 …) are not endings.
_SENTENCE_BREAK: Final = re.compile(
    r"(?<=[.!?。？！…])[\"'”’)\]]*\s+|\n\s*|(?<=니다|니까)\s+|(?<=죠)\s+"
    r"|(?<=요)(?<![중필주수개동강소]요)\s+"
)
_STATEMENT_BREAK: Final = re.compile(r"[,;]\s+|(?<=[고며])\s+")
# Where a spoken Korean sentence can be cut: after a comma or a connective ending.
_CLAUSE_BREAK: Final = re.compile(r"[,;]\s+|(?<=[고서데만면며지])\s+|(?<=니까)\s+")
_WRITTEN_END: Final = re.compile(r"[.!?。…](?=[\s\"'”’)]|$)|(?<=[다요죠음함됨])(?=\n)")
_WRITTEN_CLAUSE_END: Final = re.compile(r"[,;·](?=\s)|(?<=고|며|서|나|데)(?=,|\s)")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of ``text``.

    White space between two sentences, and closing quotes and brackets before it, are in no span.
    """
    spans = []
    start = 0
    for match in _SENTENCE_BREAK.finditer(text):
        spans.append((start, match.start()))
        start = match.end()
    spans.append((start, len(text)))
    return [(a, b) for a, b in spans if text[a:b].strip()]


def split_clauses(text: str) -> list[tuple[int, int]]:
    """Return the spans of the statements: sentences, cut again where one is joined to the next."""
    spans = []
    for start, end in split_sentences(text):
        at = start
        for match in _STATEMENT_BREAK.finditer(text, start, end):
            spans.append((at, match.end()))
            at = match.end()
        spans.append((at, end))
    return spans


def clause_starts(sentence: str) -> list[int]:
    """Return the offsets at which a spoken sentence can be cut between two clauses."""
    return [match.end() for match in _CLAUSE_BREAK.finditer(sentence)]


def sentence_ends(text: str) -> list[int]:
    """Return the offsets behind each sentence of a written text; a point in a number is no end."""
    return [match.end() for match in _WRITTEN_END.finditer(text)]


def last_whole(text: str) -> str:
    """Return the text up to its last whole sentence, else its last clause and ``…``, else ""."""
    if ends := sentence_ends(text):
        return text[: ends[-1]].strip()
    clauses = [match.start() for match in _WRITTEN_CLAUSE_END.finditer(text)]
    return f"{text[: clauses[-1]].strip()}…" if clauses else ""
