"""Adding up the judged answers to a set of questions."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from edgebox.lab.evaluation.totals import percentile
from edgebox.scoring.share import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgebox.lab.evaluation.ask_judging import AskJudgement


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of some questions with its 95 % interval (Wilson); None where there are none."""

    hits: int
    of: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Seconds:
    """Times of some answers, in seconds; all 0 where ``of`` is 0."""

    of: int
    p50: float
    p95: float
    max: float


@dataclass(frozen=True, slots=True)
class AskReport:
    """All questions of a set. A failed answer counts as wrong, and in no rate of a fault.

    Attributes:
        model: that wrote the first whole answer; else what the first answer is by.
        right: of all questions: every fact or that there is no answer, and no critical fault.
        facts_held: of the answerable questions: the answer states every fact.
        cited: of the answerable questions: the answer cites an utterance that answers.
        not_found: of the others: the answer says that the call does not answer.
        wrongly_not_found: of the answerable questions with an answer.
        ungrounded_number: of all answers: they state a number that was never said.
        polarity_reversed: of the answers to questions that have an opposite.
        recall: mean share of the facts whose utterances were found among the first five; None if
            no answer says what was found.
        recall_of: questions with such an answer.
        flagged: answers of which the box itself marks a part as unsupported.
        statuses: number of answers of each status.
        acknowledged: number of answers that were acknowledged by each (`AskJudgement`).
        first: to the acknowledgement or the first text, of those answers that say it.
        total: to the whole answer, without those that failed.
    """

    model: str
    questions: int
    answerable: int
    right: Rate
    facts_held: Rate
    cited: Rate
    not_found: Rate
    wrongly_not_found: Rate
    ungrounded_number: Rate
    polarity_reversed: Rate
    recall: float | None
    recall_of: int
    flagged: int
    statuses: dict[str, int]
    acknowledged: dict[str, int]
    first: Seconds
    total: Seconds

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"kind": "ask", **asdict(self)}


def ask_report(answers: Sequence[AskJudgement]) -> AskReport:
    """Add up the answers to a set of questions, at least one."""
    given = [one for one in answers if one.status != "failed"]
    answerable = [one for one in answers if one.asked.question.answerable]
    others = [one for one in answers if not one.asked.question.answerable]
    twofold = [o for o in given if o.asked.question.polarity or o.asked.question.opposite]
    recalls = [one.recall for one in answers if one.recall is not None]
    whole = [one.by for one in given if one.status == "success" and one.by]
    return AskReport(
        model=next(iter(whole), next((one.by for one in given), "")),
        questions=len(answers),
        answerable=len(answerable),
        right=_rate(one.right for one in answers),
        facts_held=_rate(all(one.held) for one in answerable),
        cited=_rate(one.cited is True for one in answerable),
        not_found=_rate(one.not_found for one in others),
        wrongly_not_found=_with_fault(
            "wrongly_not_found", [one for one in given if one.asked.question.answerable]
        ),
        ungrounded_number=_with_fault("ungrounded_number", given),
        polarity_reversed=_with_fault("polarity_reversed", twofold),
        recall=round(sum(recalls) / len(recalls), 4) if recalls else None,
        recall_of=len(recalls),
        flagged=sum(one.flagged > 0 for one in given),
        statuses=dict(Counter(one.status for one in answers)),
        acknowledged=dict(Counter(one.acknowledged for one in given)),
        first=_seconds(one.first for one in given),
        total=_seconds(one.total for one in given),
    )


def _with_fault(fault: str, answers: Iterable[AskJudgement]) -> Rate:
    return _rate(fault in one.faults for one in answers)


def _rate(of: Iterable[bool]) -> Rate:
    counted = list(of)
    hits = sum(counted)
    if not counted:
        return Rate(0, 0, None, None, None)
    return Rate(hits, len(counted), *(round(value, 4) for value in wilson(hits, len(counted))))


def _seconds(of: Iterable[float | None]) -> Seconds:
    times = sorted(value for value in of if value is not None)
    worst = times[-1] if times else 0.0
    return Seconds(len(times), percentile(times, 50), percentile(times, 95), worst)
