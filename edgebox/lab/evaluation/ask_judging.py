"""Judging the answer to one question: does it say what the call says, and nothing else?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from edgebox.ask.acknowledge import BY_TEMPLATE
from edgebox.lab.evaluation.facts import NEGATION, Answer
from edgebox.lab.evaluation.judging import written_numbers
from edgebox.lab.evaluation.replies import Wording, places
from edgebox.language.number import supports
from edgebox.reading.call import read, render
from edgebox.reading.sentences import split_clauses
from edgebox.scoring.evidence import Text

if TYPE_CHECKING:
    from edgebox.lab.evaluation.questions import Asked, Question
    from edgebox.lab.evaluation.replies import Reply, Sentence
    from edgebox.language.number import Number

FOUND_FIRST: Final = 5
"""Retrieval is judged by the utterances that it puts first: those that a screen shows."""

CRITICAL: Final = frozenset({"answered_unsaid", "polarity_reversed", "ungrounded_number"})
"""The faults after which an agent tells a customer something that was never said."""

Acknowledged = Literal["model", "template", "none"]

_ECHO: Final = re.compile(r"질문|문의|여쭤|물으|물어")
_NEGATION: Final = re.compile(NEGATION)
_MONTH_OR_DAY: Final = re.compile(r"\d{1,2}(?:mo|d)")
_DENIES: Final = re.compile(r"아니|아닙")


@dataclass(frozen=True, slots=True)
class AskJudgement:
    """An answer to a question, judged. Times are seconds.

    Attributes:
        text: the answer without marks.
        status: as the box gave it; "failed" if there is no answer.
        held: for each fact of the question, whether the answer states it.
        cited: whether the answer cites an utterance that answers the question; None where none
            does.
        not_found: the answer says that the call does not answer.
        faults: "answered_unsaid" (an answer to what the call does not answer),
            "polarity_reversed", "uncited", "ungrounded_number" (never said in the call),
            "wrongly_not_found".
        recall: the share of the facts of which an utterance is among the first `FOUND_FIRST` that
            were found; None if the box does not say what it found, or there are no facts.
        flagged: parts of the answer that the box itself marks as unsupported.
        first: to the acknowledgement or the first text; None if the box does not say.
        total: to the whole answer.
        by: what wrote the answer.
        acknowledged: ``model``, ``template`` for the box's own words, ``none`` where the answer
            began before that was needed.
        error: why there is no answer.
    """

    asked: Asked
    text: str
    status: str
    held: tuple[bool, ...]
    cited: bool | None
    not_found: bool
    faults: tuple[str, ...]
    recall: float | None
    flagged: int
    first: float | None
    total: float
    by: str
    acknowledged: Acknowledged
    error: str = ""

    @property
    def right(self) -> bool:
        """Whether an agent may rely on it: every fact, or that there is no answer, and no fault."""
        wrong = CRITICAL.intersection(self.faults)
        return self.kept == 1.0 and not wrong and self.status != "failed"

    @property
    def kept(self) -> float:
        """The share of the facts that it states. Without facts 1 if it says that none was found."""
        if self.status == "failed":
            return 0.0
        return sum(self.held) / len(self.held) if self.held else float(self.not_found)

    @property
    def missing(self) -> list[str]:
        """The facts that it does not state, in words."""
        facts = self.asked.question.facts
        return [fact.fact for fact, held in zip(facts, self.held, strict=True) if not held]

    @property
    def critical(self) -> tuple[str, ...]:
        """The critical faults."""
        return tuple(fault for fault in self.faults if fault in CRITICAL)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON, without the transcript."""
        question = self.asked.question
        return {
            "id": question.id,
            "call": self.asked.case.id,
            "question": question.question,
            "answerable": question.answerable,
            "status": self.status,
            "text": self.text,
            "by": self.by,
            "acknowledged": self.acknowledged,
            "right": self.right,
            "missing": self.missing,
            "cited": self.cited,
            "not_found": self.not_found,
            "faults": list(self.faults),
            "recall": self.recall,
            "flagged": self.flagged,
            "first": self.first,
            "total": self.total,
            "error": self.error,
        }


def judge_ask(asked: Asked, reply: Reply, *, seconds: float) -> AskJudgement:
    """Judge an answer.

    Args:
        asked: the question and its call.
        reply: what the box answered.
        seconds: from the request to the answer as its client saw them; taken where the box gives
            no total of its own.
    """
    question, timing = asked.question, reply.timing
    markdown = reply.answer.markdown if reply.answer else ""
    if reply.status == "failed":
        return judge_ask_failure(asked, "The box could not answer.", seconds=seconds)
    wording = Wording(markdown)
    stated = Answer([one.asserted for one in wording.sentences])
    whole = Answer([one.text for one in wording.sentences if not one.not_found])
    held = tuple(
        any((whole if _DENIES.search(form) else stated).states(form) for form in fact.any)
        for fact in question.facts
    )
    not_found = reply.status == "no_evidence" or wording.says_not_found
    if reply.status == "no_evidence":
        held = (False,) * len(held)
    cited = bool(question.utterances.intersection(reply.cited)) if question.answerable else None
    faulty = {
        "answered_unsaid": not question.answerable and not not_found,
        "polarity_reversed": _is_reversed(question, wording, holds=any(held)),
        "uncited": cited is False and any(held),
        "ungrounded_number": _has_unsaid_number(asked, wording),
        "wrongly_not_found": question.answerable and not_found and not any(held),
    }
    return AskJudgement(
        asked=asked,
        text=wording.text,
        status=reply.status,
        held=held,
        cited=cited,
        not_found=not_found,
        faults=tuple(sorted(fault for fault, there in faulty.items() if there)),
        recall=_recall(question, reply),
        flagged=len(reply.grounding.unsupported) if reply.grounding else 0,
        first=timing.first if timing else None,
        total=timing.total if timing and timing.total is not None else seconds,
        by=reply.answer.by if reply.answer else "",
        acknowledged=_acknowledged(reply),
    )


def judge_ask_failure(asked: Asked, error: str, *, seconds: float) -> AskJudgement:
    """Judge a question without an answer: nothing is stated and nothing is wrong."""
    question = asked.question
    return AskJudgement(
        asked=asked,
        text="",
        status="failed",
        held=(False,) * len(question.facts),
        cited=False if question.answerable else None,
        not_found=False,
        faults=(),
        recall=None,
        flagged=0,
        first=None,
        total=seconds,
        by="",
        acknowledged="none",
        error=error,
    )


def _acknowledged(reply: Reply) -> Acknowledged:
    if reply.acknowledgement is None:
        return "none"
    return "template" if reply.acknowledgement.by == BY_TEMPLATE else "model"


def _recall(question: Question, reply: Reply) -> float | None:
    if reply.evidence is None or not question.facts:
        return None
    first = set(places(reply.evidence)[:FOUND_FIRST])
    return sum(bool(first.intersection(one.utterances)) for one in question.facts) / len(
        question.facts
    )


def _is_reversed(question: Question, wording: Wording, *, holds: bool) -> bool:
    """Whether an answer says the opposite: in its words, or by a 네 or 아니요 and nothing right.

    People answer a question that is put negatively with either word, so the word alone decides
    only where the rest of the answer states nothing that is right.
    """
    forms = question.opposite
    if any(_asserts(one, form) for one in wording.sentences for form in forms):
        return True
    head = wording.begins_with
    return question.polarity is not None and head not in {None, question.polarity} and not holds


def _asserts(sentence: Sentence, form: str) -> bool:
    """Whether a clause of a sentence states a form and does not negate it."""
    text = sentence.text if _DENIES.search(form) else sentence.asserted
    for start, end in split_clauses(text):
        clause = text[start:end]
        if Answer([clause]).states(form):
            loose = r"\s*".join(re.escape(sign) for sign in form if not sign.isspace())
            if match := re.search(loose, clause, re.IGNORECASE):
                negated = _NEGATION.search(clause, match.end()) is not None
            else:  # in other endings: its own negation is in the clause too
                negated = bool(_NEGATION.search(clause)) is not bool(_NEGATION.search(form))
            if not negated:
                return True
    return False


def _has_unsaid_number(asked: Asked, wording: Wording) -> bool:
    """Whether an answer states a number that the call does not bear out.

    Accepted forms of the facts are borne out, also where they follow from what was said: 12월 5일
    after "사일까지". What the answer sets aside is not looked at. The question's own numbers may be
    repeated in a sentence that tells what was asked; to state them needs the call.
    """
    case = asked.case
    forms = "\n".join(form for fact in asked.question.facts for form in fact.any)
    said = f"{render(read(case.transcript).said)}\n{written_numbers(case)}\n{forms}"
    call = Text(said, case.call_date)
    both = Text(f"{said}\n{asked.question.question}", case.call_date)
    return any(
        not (number.relative or _bears_out(source.provides, number))
        for one in wording.sentences
        for source in [both if _ECHO.search(one.text) else call]
        for number in Text(one.asserted, case.call_date).claims
    )


def _bears_out(said: frozenset[str], number: Number) -> bool:
    """Whether a call bears out a number.

    A day that was said without its month is taken for one of a month that was said: people say
    "구월 이십사일에 입고, 이십오일에 배송", and an answer rightly has 9월 25일.
    """
    if supports(said, number):
        return True
    parts = {value for value in number.provides if _MONTH_OR_DAY.fullmatch(value)}
    return number.kind == "date" and len(parts) == 2 and parts <= said
