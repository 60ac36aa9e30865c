"""What of an answer the call bears out, sentence by sentence: computed, never asked of a model.

The evidence is what the model was shown of the call: it can have learnt nothing elsewhere. Numbers,
names, statements and their polarity are held against it as those of an analysis are.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from edgebox.consultation.grounding import Figures
from edgebox.language.miscalled import wrong_names
from edgebox.language.names import names_of_call
from edgebox.language.words import squeeze
from edgebox.reading.call import Call
from edgebox.reading.sentences import split_sentences
from edgebox.scoring.alignment import Statement, borne_out_by
from edgebox.scoring.evidence import Source, Text
from edgebox.scoring.faults import invented, is_foreign, repeats
from edgebox.scoring.polarity import faults
from edgebox.scoring.spoken import Spoken
from edgebox.scoring.stances import Stances

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from edgebox.reading.call import Utterance

Kind = Literal["number", "claim", "name"]

CITED: Final = 2
"""Utterances behind one sentence: more would be looked up by nobody."""

_LEAST: Final = 0.3
"""Of a sentence's weight, what its utterances must hold to be cited."""

_TOLD: Final = 0.5
"""The same of a sentence that says that something was not found, to be what people said."""

_BEGIN: Final = 120
"""Characters of a sentence in which it says that something was not found."""

_NOT_FOUND: Final = re.compile(
    r"찾(?:지|을 수|아볼 수) ?(?:못|없)"
    r"|(?:나오|나와 ?있|언급되|언급하|포함되|명시되|기재되|확인되|제시되)지 않"
    r"|(?:알|확인할|답할|답변할|판단할) 수 없|(?:정보|내용|언급|기록|근거|답변?)[이가은는]? ?없"
)
_LOOKED_IN: Final = re.compile(
    r"(?<![가-힣])(?:위 |이 |해당 |전체 )?(?:상담|통화|대화|녹취)(?:록|문)?"
    r"(?: ?(?:내용|기록|내역|중))?(?:에서|에선|에는|에도|에|상)(?:는|도)?(?= )"
)
"""Where an answer says that it looked: 상담 내용에서."""
_ENDS: Final = re.compile(
    r"(?:(?:았|었|했)?(?:습니다|어요|아요|다|음)|[은는] (?:상태|것|걸)\S*(?: \S+)?)[.!]?\s*"
)
"""The rest of a sentence that says nothing else."""
_SUBJECT: Final = re.compile(
    r"([가-힣A-Za-z0-9]{2,}?) {0,2}(?:은|는|이|가|을|를|도)?(?:에 (?:대한|관한|대해))? ?$"
)
"""The word before it: what was not found."""
_LOOKED_FOR: Final = (
    r"(?:찾|나오|나와|나온|나타|뜨|떠|뜬|보이|보여|잡히|조회|확인|언급|포함|명시|기재|제시|적혀|적힌|써"
    r"|알|답|회신|연락|판단|정보|내용|기록|근거|이력|내역|자료)"
)
_CALL_DENIES: Final = re.compile(
    rf"{_LOOKED_FOR}.{{0,10}}?(?:않|없|못|안 ?(?:[돼되나와왔보떠뜨하했줘주]|들어))"
    rf"|(?:못|안) ?(?:된 |되는 )?{_LOOKED_FOR}|모르|모릅"
)
"""What people say of a search of theirs: 입금 확인이 안 되네요."""
_REPORTS_QUESTION: Final = re.compile(
    r"(?:문의|질문|요청)(?:하|했|드)|(?:물었|물어|여쭤|여쭈|궁금해)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """An utterance that was shown: its number in the call as it was read."""

    number: int
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A span of a text that the call does not bear out."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with a sentence.

    Attributes:
        unsupported: spans of the sentence.
        flags: ``ungrounded_number``, ``invented_claim``, ``wrong_name``, ``polarity``,
            ``conditional``, ``not_korean``.
    """

    unsupported: tuple[Unsupported, ...] = ()
    flags: frozenset[str] = frozenset()


class Grounds:
    """The evidence of one answer.

    Args:
        shown: the utterances of people that the model sees, in order.
        on: the date of the call.
    """

    def __init__(self, shown: Sequence[Place], on: dt.date | None = None) -> None:
        self.shown = shown
        self._on = on
        call = Call(tuple(place.utterance for place in shown))
        self._source = Source(call, on)
        self._spoken = Spoken(self._source, call)
        self._stances = Stances(self._spoken)
        self._names = names_of_call(call)
        self._squeezed = squeeze(self._source.text)
        self.figures = Figures(self._source.text, on)

    def cite(self, sentence: str) -> list[int]:
        """Return the numbers of the utterances that bear a sentence out, best first; or none."""
        return self.align(sentence)[0][:CITED]

    def align(self, sentence: str) -> tuple[list[int], float]:
        """Return what ``cite`` does, all of them, and the share that they hold, 0 to 1."""
        items, chosen, support = borne_out_by(sentence, self._spoken, self._on)
        if not items or support < _LEAST:
            return [], support
        return [self.shown[number].number for number in chosen], support

    def lacks(self, sentence: str) -> bool:
        """Return whether a sentence says that the call has no answer.

        "입금이 확인되지 않아 환불이 어렵다고 안내했습니다" tells what the call says: people looked
        and found nothing, and it is an answer.
        """
        found = list(_NOT_FOUND.finditer(sentence[:_BEGIN]))
        if not found:
            return False
        looked = _LOOKED_IN.search(sentence, 0, found[-1].start())
        if looked and squeeze(looked[0]) not in self._squeezed:
            return True
        items, chosen, support = borne_out_by(sentence, self._spoken, self._on)
        ends = _ENDS.fullmatch(sentence, found[-1].end())
        if not items or support < (_TOLD if ends else _LEAST):
            return True
        told = [self.shown[at].utterance.text for at in chosen]
        denied = [text for text in told if _CALL_DENIES.search(text)]
        if not ends:
            return not denied
        subject = _SUBJECT.search(sentence, 0, found[-1].start())
        return subject is None or all(subject[1] not in text for text in denied)

    def gives_nothing(self, line: str) -> bool:
        """Return whether the first line of an answer is none: it says that the call has none.

        What stands before such a sentence is an answer if the call bears it out, unless it only
        tells what was asked.
        """
        answered = False
        for start, end in split_sentences(line):
            sentence = line[start:end]
            if self.lacks(sentence):
                return not answered
            answered |= bool(self.cite(sentence)) and not _REPORTS_QUESTION.search(sentence)
        return False

    def check(self, sentence: str) -> Checked:
        """Return what a sentence says that the evidence does not bear out."""
        plain = unicodedata.normalize("NFKC", sentence)
        text = Text(sentence if len(plain) != len(sentence) else plain, self._on)
        found: list[tuple[Unsupported, str]] = []
        for number in text.claims:
            if not number.relative and not self._source.bears_out(number, text.text):
                span = Unsupported(number.start, number.end, "number")
                found.append((span, "ungrounded_number"))
        for name in set(wrong_names(sentence, self._squeezed, self._names)):
            at = sentence.find(name)
            found.append((Unsupported(at, at + len(name), "name"), "wrong_name"))
        items, chosen, support = borne_out_by(sentence, self._spoken, self._on)
        statement = Statement("result", sentence, items, chosen, support)
        whole = Unsupported(0, len(sentence), "claim")
        if invented([statement], self._source, self._spoken):
            found.append((whole, "invented_claim"))
        wrong = {flag for _, flag in faults([statement], self._stances, self._on)}
        found += [(whole, flag) for flag in sorted(wrong & {"polarity", "conditional"})]
        flags = {flag for _, flag in found}
        if is_foreign(sentence) and not is_foreign(self._source.text[:400]):
            flags.add("not_korean")
        return Checked(tuple(dict.fromkeys(span for span, _ in found)), frozenset(flags))


def loops(text: str) -> bool:
    """Return whether an answer repeats itself."""
    return repeats(text, shortest=12)


_MARK: Final = re.compile(r"\s*(?:#{1,4} |[-*•·] |\d{1,2}[.)] |> )?\s*")


def sentences_of(markdown: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences of a text in Markdown, without their marks."""
    at = 0
    for line in markdown.splitlines(keepends=True):
        mark = _MARK.match(line)
        begin = mark.end() if mark else 0
        for start, end in split_sentences(line[begin:]):
            yield at + begin + start, at + begin + end
        at += len(line)


def plain(markdown: str) -> str:
    """Return a text without the signs of Markdown, of the same length."""
    return markdown.replace("*", " ").replace("`", " ").replace("#", " ")
