"""Adding up the answers of one pass over all cases."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from edgebox.lab.evaluation.outcomes import OUTCOMES
from edgebox.lab.evaluation.statistics import detectable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.lab.evaluation.judging import Judgement

Pass = Literal["quick", "full_text", "analysis", "ask"]

PASSES: Final[tuple[Pass, ...]] = get_args(Pass)

KEY_WEIGHT = 2
"""Facts of this weight are those that one or two sentences should keep."""

_WRITTEN = frozenset(["success", "partial"])

NO_OUTCOME = "-"
"""In the confusion of outcomes: the answer states none."""


@dataclass(frozen=True, slots=True)
class PassReport:
    """One pass over all cases.

    Shares are 0 to 1, of the cases that have an answer unless it says otherwise. Times are seconds.

    Attributes:
        together: consultations that were in flight at a time; the times hold their waiting.
        key_coverage: share of the facts of weight 2 that were found, over all cases; None if there
            are no such facts.
        coverage: share of all facts that were found, by weight, over all cases.
        kept: mean over the cases with facts of the share that was found; None without such cases.
        detectable: the smallest difference of ``kept`` that two runs over these cases can show, if
            their answers have nothing in common. Runs that are alike show smaller ones.
        valid: share of all cases with an answer of the right form.
        statuses: number of answers of each status.
        outcome_right: share of the cases with content and a known outcome whose answer states it.
        outcomes: expected outcome to stated outcome to number of answers.
        critical: share with a critical fault.
        faults: for each fault, the share that has it.
        score: mean quality score of the analyses.
    """

    kind: Pass
    model: str
    cases: int
    together: int
    failed: int
    key_coverage: float | None
    coverage: float
    kept: float | None
    detectable: float | None
    valid: float
    statuses: dict[str, int]
    outcome_right: float | None
    outcomes: dict[str, dict[str, int]]
    critical: float
    faults: dict[str, float]
    score: float | None
    p50: float
    p95: float

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def report(kind: Pass, answers: Sequence[Judgement], *, together: int = 1) -> PassReport:
    """Add up one pass. There is one answer a case, and at least one."""
    given = [answer for answer in answers if answer.status != "failed"]
    facts = [
        (fact.weight, held)
        for answer in answers
        for fact, held in zip(answer.case.facts, answer.found, strict=True)
    ]
    key = [held for weight, held in facts if weight >= KEY_WEIGHT]
    scores = [answer.score for answer in given if answer.score is not None]
    times = sorted(answer.seconds for answer in given)
    kept = [share for answer in answers if (share := answer.kept) is not None]
    ended = [a for a in answers if a.case.outcome_kind is not None and not a.case.is_empty]
    right = sum(answer.outcome == answer.case.outcome_kind for answer in ended)
    counted = Counter(fault for answer in given for fault in answer.faults)
    return PassReport(
        kind=kind,
        model=next((a.model for a in given if a.status in _WRITTEN), answers[0].model),
        cases=len(answers),
        together=together,
        failed=len(answers) - len(given),
        key_coverage=_ratio(sum(key), len(key)) if key else None,
        coverage=_ratio(sum(w for w, held in facts if held), sum(w for w, _ in facts)),
        kept=round(sum(kept) / len(kept), 4) if kept else None,
        detectable=round(detectable([math.sqrt(2) * one for one in kept]), 4)
        if len(kept) > 1
        else None,
        valid=_ratio(len(given), len(answers)),
        statuses=dict(Counter(answer.status for answer in answers)),
        outcome_right=_ratio(right, len(ended)) if ended else None,
        outcomes=_confusion(answers),
        critical=_ratio(sum(bool(answer.critical) for answer in given), len(given)),
        faults={fault: _ratio(count, len(given)) for fault, count in sorted(counted.items())},
        score=round(sum(scores) / len(scores), 4) if scores else None,
        p50=percentile(times, 50),
        p95=percentile(times, 95),
    )


def _confusion(answers: Sequence[Judgement]) -> dict[str, dict[str, int]]:
    """Count the answers by expected outcome and by stated one, those that failed left out."""
    counts: dict[str, Counter[str]] = {}
    for answer in answers:
        expected = answer.case.outcome_kind
        if expected is not None and answer.status != "failed":
            counts.setdefault(expected, Counter())[answer.outcome or NO_OUTCOME] += 1
    columns = (*OUTCOMES, NO_OUTCOME)
    return {
        expected: {stated: counts[expected][stated] for stated in columns}
        for expected in OUTCOMES
        if expected in counts
    }


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of values in ascending order, or 0 of no values."""
    if not ordered:
        return 0.0
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
