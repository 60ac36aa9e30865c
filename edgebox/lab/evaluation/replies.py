"""An answer to a question as the box sends it, and what its sentences assert.

The answer is Markdown of a closed subset. For judging, the marks and the ``[n]`` of the citations
go; then each sentence is cut into what it asserts and what it sets aside: in "14일이 아니라
7일입니다" the 14일 is set aside, and a sentence that says that something was not found asserts
nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator

from edgebox.lab.evaluation.facts import composed
from edgebox.language.korean import numbers_in
from edgebox.reading.sentences import split_clauses, split_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

_CITATION: Final = re.compile(r"\s*\[\d{1,4}(?:\s*,\s*\d{1,4})*\]")
_RANGE: Final = re.compile(r"(?<=\d) ?[-–] ?(?=\d+ ?(?:일|시|주|개월|%|만))")
_MARK: Final = re.compile(r"^\s*(?:#{1,6}|[-*+]|\d{1,2}[.)])\s+|\*\*|`", re.MULTILINE)

_NOT_FOUND: Final = re.compile(
    r"찾지 ?못(?!하[면시거는]|할|해도|했을)|(?:찾을|확인할|알) 수 ?(?:는|가)? ?없(?!으면|을)"
    r"|(?:언급|안내|명시|기재)(?:되어 있지|돼 있지|되지) ?않|확인되지 ?않(?!으면|을)"
    r"|(?:나와 있|나오|언급하|말하|말씀하)지 ?않"
    r"|(?:언급|안내|말)(?:된|한|하신)? ?(?:바|적|것)?(?:은|는|이|가|도)? ?(?:전혀 |따로 )?없"
    r"|(?:관련|관한|대한|해당|라는|다는|된|그런) ?(?:내용|정보|기록)(?:은|는|이|가|도)? ?"
    r"(?:전혀 |따로 )?없"
)
_REMAINDER: Final = re.compile(r"(?:그 ?외|이 ?외|그 ?밖|나머지|추가|다른 |그 ?이상)")
"""How a sentence begins that says only that there is no more: 그 외 내용은 찾지 못했습니다."""

_DENIED: Final = re.compile(
    r"(?:이|가|은|는|도|으로|로)?\s+(?:아니(?!요|오|면)|아닙니다|아닌)\S*|\s*말고(?=[\s,])"
)
_FINAL: Final = re.compile(r"아닙니다|아니(?:다|에요|었)")
"""A whole statement is denied, not only its last word: 환불 대상이 아닙니다."""

_CLAUSE_AS_NOUN: Final = re.compile(r"\s(?:것|게)$")
"""So it is before 아니라: 취소되는 것이 아니라."""

_BESIDE_NUMBER: Final = re.compile(
    r"\s?(?:이내|이후|이전|까지|부터|정도|만에|쯤|경|동안|전|후|뒤|오전|오후|저녁|밤|새벽)?"
)
_LINK: Final = re.compile(r"\s*(?:오전|오후|~|-|에서|부터|\(?[월화수목금토일](?:요일)?\)?)?\s*")
_OF_A_DAY: Final = frozenset({"date", "time"})

_AGREES: Final = re.compile(r"(?:네|예|맞습니다|그렇습니다)(?=[\s,.!]|$)")
_DISAGREES: Final = re.compile(r"(?:아니요|아니오|아뇨|아닙니다)(?=[\s,.!]|$)")


def _place(value: object) -> object:
    """Return a found utterance as a citation, where only its number is given."""
    return {"utterance": value} if isinstance(value, int) else value


class Citation(BaseModel):
    """A place that an answer names.

    Attributes:
        source: ``transcript``, or where else it is from.
        utterance: its place in the call, from 0. None: it is not from the call.
    """

    source: str = "transcript"
    utterance: int | None = None


class Written(BaseModel):
    """The answer's text and the model that wrote it."""

    markdown: str = ""
    by: str = ""


class Acknowledged(BaseModel):
    """Who said that the question was understood."""

    by: str = ""


class Grounding(BaseModel):
    """What the box itself found unsupported."""

    unsupported: list[Any] = []


class Timing(BaseModel):
    """Seconds from the request: to the first text of any kind, and to the end."""

    first: float | None = None
    total: float | None = None


class Reply(BaseModel):
    """The object that answers a question, as far as it is judged. Other fields are ignored.

    Attributes:
        status: ``success``, ``partial``, ``fallback``, ``no_evidence`` or ``failed``.
        evidence: the utterances that were found, the best first. None: the box does not say.
    """

    status: str
    answer: Written | None = None
    acknowledgement: Acknowledged | None = None
    citations: list[Citation] = []
    evidence: list[Annotated[Citation, BeforeValidator(_place)]] | None = None
    grounding: Grounding | None = None
    timing: Timing | None = None

    @property
    def cited(self) -> list[int]:
        """The utterances of the call that the answer cites."""
        return places(self.citations)


def places(citations: Sequence[Citation]) -> list[int]:
    """Return the utterances of the call that citations name, in order, each once."""
    named = [one.utterance for one in citations if one.source == "transcript"]
    return list(dict.fromkeys(place for place in named if place is not None))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer.

    Attributes:
        text: without marks.
        asserted: the same without what it sets aside; empty where it says that something was not
            found.
        not_found: it says that the answer was not found.
    """

    text: str
    asserted: str
    not_found: bool


class Wording:
    """What an answer says.

    Args:
        markdown: the answer as it was sent.
    """

    def __init__(self, markdown: str) -> None:
        self.text = plain(markdown)

    @cached_property
    def sentences(self) -> list[Sentence]:
        """The sentences, those of each line apart."""
        lines = [composed(line) for line in self.text.splitlines() if line.strip()]
        return [_sentence(line[a:b]) for line in lines for a, b in split_sentences(line)]

    @property
    def says_not_found(self) -> bool:
        """Whether a sentence says that the answer was not found, and not only that it is all."""
        return any(one.not_found and not _REMAINDER.match(one.text) for one in self.sentences)

    @property
    def begins_with(self) -> str | None:
        """Return "yes" where the answer begins with 네, "no" where it begins with 아니요."""
        if not self.sentences:
            return None
        head = self.sentences[0].text
        if _AGREES.match(head):
            return "yes"
        return "no" if _DISAGREES.match(head) else None


def plain(markdown: str) -> str:
    """Return Markdown as it is read: without marks and the numbers of citations and lists.

    A range has the sign that numbers are read with: 3~5일.
    """
    return _RANGE.sub("~", _MARK.sub("", _CITATION.sub("", markdown)))


def _sentence(text: str) -> Sentence:
    not_found = _NOT_FOUND.search(text) is not None
    return Sentence(text, "" if not_found else _asserted(text), not_found)


def _asserted(text: str) -> str:
    """Return a sentence without what it denies: 14일이 아니라 7일입니다 becomes 7일입니다."""
    at = 0
    while match := _DENIED.search(text, at):
        head = text[: match.start()]
        whole = _FINAL.search(match[0]) or _CLAUSE_AS_NOUN.search(head)
        start = _start_of_clause(text, match) if whole else _start_of_last(head)
        kept = head[:start].rstrip()
        text = f"{kept} {text[match.end() :].lstrip()}".strip()
        at = len(kept)
    return text


def _start_of_clause(text: str, match: re.Match[str]) -> int:
    """Return where the clause of a match begins."""
    return max(start for start, _ in split_clauses(text) if start <= match.start())


def _start_of_last(text: str) -> int:
    """Return where the last number of a text begins if it ends the text, else its last word.

    A day with its hours is one number: 9월 19일 오후 3시에서 5시.
    """
    numbers = numbers_in(text)
    if not numbers or not _BESIDE_NUMBER.fullmatch(text, numbers[-1].end):
        return len(text.rstrip().rpartition(" ")[0])
    last = len(numbers) - 1
    while (
        last
        and {numbers[last].kind, numbers[last - 1].kind} <= _OF_A_DAY
        and _LINK.fullmatch(text, numbers[last - 1].end, numbers[last].start)
    ):
        last -= 1
    return numbers[last].start
