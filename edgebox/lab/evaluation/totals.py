"""Adding up the answers of one pass over all cases."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.lab.evaluation.judging import Judgement

Pass = Literal["quick", "full_text", "analysis"]

KEY_WEIGHT = 2
"""Facts of this weight are those that one or two sentences should keep."""


@dataclass(frozen=True, slots=True)
class PassReport:
    """One pass over all cases.

    Shares are 0 to 1, of the cases that have an answer unless it says otherwise. Times are seconds.

    Attributes:
        key_coverage: share of the facts of weight 2 that were found, over all cases; None if there
            are no such facts.
        coverage: share of all facts that were found, by weight, over all cases.
        valid: share of all cases with an answer of the right form.
        statuses: number of answers of each status.
        leaked: share that repeats one of the prompt's examples.
        invented: share that holds a ``must_not`` string.
        score: mean quality score of the analyses.
    """

    kind: Pass
    model: str
    cases: int
    failed: int
    key_coverage: float | None
    coverage: float
    valid: float
    statuses: dict[str, int]
    leaked: float
    invented: float
    ungrounded_numbers: float
    repetition: float
    copied: float
    think: float
    score: float | None
    p50: float
    p95: float

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def report(kind: Pass, answers: Sequence[Judgement]) -> PassReport:
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

    def share(fault: str) -> float:
        return _ratio(sum(fault in answer.faults for answer in given), len(given))

    return PassReport(
        kind=kind,
        model=next((a.model for a in given if a.status != "fallback"), answers[0].model),
        cases=len(answers),
        failed=len(answers) - len(given),
        key_coverage=_ratio(sum(key), len(key)) if key else None,
        coverage=_ratio(sum(w for w, held in facts if held), sum(w for w, _ in facts)),
        valid=_ratio(len(given), len(answers)),
        statuses=dict(Counter(answer.status for answer in answers)),
        leaked=share("leaked"),
        invented=share("invented"),
        ungrounded_numbers=share("ungrounded_number"),
        repetition=share("repetition"),
        copied=share("copied"),
        think=share("think"),
        score=round(sum(scores) / len(scores), 4) if scores else None,
        p50=percentile(times, 50),
        p95=percentile(times, 95),
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of values in ascending order, or 0 of no values."""
    if not ordered:
        return 0.0
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
