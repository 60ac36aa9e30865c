"""Comparing two runs over the same cases, and the gate: may the second replace the first?"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from edgebox.errors import RunInvalid
from edgebox.lab.evaluation.runs import hash_of, hash_of_asked
from edgebox.lab.evaluation.statistics import bootstrap, detectable, mcnemar
from edgebox.lab.evaluation.totals import PASSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgebox.lab.evaluation.cases import Case
    from edgebox.lab.evaluation.questions import Asked
    from edgebox.lab.evaluation.runs import Run, SavedAnswer, SavedPass
    from edgebox.lab.evaluation.totals import Pass

MARGIN: Final = 0.03
"""How much less of the facts a run may keep. Less than one fact in thirty is not noticed; more
than that has to be excluded with 95 % confidence."""

LEVEL: Final = 0.05
"""The p value below which more critical errors are no chance."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One pass of two runs. Shares are 0 to 1.

    Attributes:
        cases: that both runs answered.
        with_facts: those of them that have facts.
        kept_before: mean share of the facts' weight that the first run kept; the cases count alike.
        kept_after: of the second run.
        difference: mean of the paired differences, after minus before.
        low: lower bound of its 95 % interval.
        high: upper bound.
        detectable: the smallest difference that runs as alike as these two show over so many cases.
        critical_before: cases with a critical fault in the first run.
        critical_after: in the second run.
        only_before: cases with a critical fault in the first run alone.
        only_after: in the second run alone.
        p: of McNemar's test that the two runs have as many critical faults.
        outcomes_before: cases whose outcome the first run stated, of `outcomes`.
        outcomes_after: of the second run.
        outcomes: cases with content and a known outcome.
        faults_before: number of answers with each fault.
        faults_after: of the second run.
        refused: why the second run may not replace the first, or "".
    """

    kind: Pass
    model_before: str
    model_after: str
    cases: int
    with_facts: int
    kept_before: float
    kept_after: float
    difference: float
    low: float
    high: float
    detectable: float
    critical_before: int
    critical_after: int
    only_before: int
    only_after: int
    p: float
    outcomes: int
    outcomes_before: int
    outcomes_after: int
    faults_before: dict[str, int]
    faults_after: dict[str, int]
    refused: str

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def compare(before: Run, after: Run) -> list[Comparison]:
    """Compare the passes that both runs have.

    Raises:
        RunInvalid: no pass is in both, or their cases are not the same.
    """
    shared = [kind for kind in after.passes if kind in before.passes]
    if not shared:
        raise RunInvalid(
            f"The runs have no pass in common: {', '.join(before.passes)} and "
            f"{', '.join(after.passes)}."
        )
    return [_compare(kind, before.passes[kind], after.passes[kind]) for kind in shared]


def cautions(before: Run, after: Run) -> list[str]:
    """Return a line for each reason not to take a comparison of two runs as it stands."""
    lines = []
    if alone := [kind for kind in PASSES if (kind in before.passes) != (kind in after.passes)]:
        lines.append(f"Not compared: {', '.join(alone)}. Only one of the runs has it.")
    if before.edgebox != after.edgebox:
        lines.append(
            f"The runs were judged by EdgeBox {before.edgebox} and {after.edgebox}: a difference "
            "may come from their rules. Compare models with runs of one version."
        )
    for which, run in (("first", before), ("second", after)):
        for kind, one in run.passes.items():
            if failed := sum(answer.status == "failed" for answer in one.answers):
                lines.append(
                    f"{kind}: {failed} of {len(one.answers)} without an answer in the {which} run. "
                    "They count as if nothing was kept."
                )
    return lines


def check_same(before: Run, cases: Sequence[Case]) -> None:
    """Check, before any model is asked, that a saved run can be compared with one over the cases.

    Raises:
        RunInvalid: it is over other cases.
    """
    now = {case.id: hash_of(case) for case in cases}
    for saved in before.passes.values():
        _check_same({answer.id: answer.case for answer in saved.answers}, now)


def check_same_asked(before: Run, asked: Sequence[Asked]) -> None:
    """Check the same for a run over questions.

    Raises:
        RunInvalid: it is over other questions or calls, or over none.
    """
    if "ask" not in before.passes:
        raise RunInvalid(f"The run has no questions, only: {', '.join(before.passes)}.")
    saved = before.passes["ask"].answers
    now = {one.id: hash_of_asked(one) for one in asked}
    _check_same({answer.id: answer.case for answer in saved}, now)


def _compare(kind: Pass, before: SavedPass, after: SavedPass) -> Comparison:
    pairs = _paired(before, after)
    kept = [(a.kept, b.kept) for a, b in pairs if a.kept is not None and b.kept is not None]
    if len(kept) < 2:
        raise RunInvalid("The runs have fewer than two calls with facts: nothing can be compared.")
    differences = [b - a for a, b in kept]
    mean, low, high = bootstrap(differences)
    wrong = [(bool(a.critical), bool(b.critical)) for a, b in pairs]
    only_before, only_after = wrong.count((True, False)), wrong.count((False, True))
    p = mcnemar(only_before, only_after)
    ended = [(a, b) for a, b in pairs if a.outcome_expected not in {None, "내용 없음"}]
    return Comparison(
        kind=kind,
        model_before=before.model,
        model_after=after.model,
        cases=len(pairs),
        with_facts=len(kept),
        kept_before=round(sum(a for a, _ in kept) / len(kept), 4),
        kept_after=round(sum(b for _, b in kept) / len(kept), 4),
        difference=round(mean, 4),
        low=round(low, 4),
        high=round(high, 4),
        detectable=round(detectable(differences), 4),
        critical_before=sum(a for a, _ in wrong),
        critical_after=sum(b for _, b in wrong),
        only_before=only_before,
        only_after=only_after,
        p=round(p, 4),
        outcomes=len(ended),
        outcomes_before=sum(a.outcome == a.outcome_expected for a, _ in ended),
        outcomes_after=sum(b.outcome == b.outcome_expected for _, b in ended),
        faults_before=_counted([a for a, _ in pairs]),
        faults_after=_counted([b for _, b in pairs]),
        refused=_refusal(mean, low, only_before, only_after, p),
    )


def _paired(before: SavedPass, after: SavedPass) -> list[tuple[SavedAnswer, SavedAnswer]]:
    """Return the answers of both runs by case.

    Raises:
        RunInvalid: the runs are over other cases.
    """
    first, second = ({a.id: a for a in one.answers} for one in (before, after))
    _check_same(
        {id_: answer.case for id_, answer in first.items()},
        {id_: answer.case for id_, answer in second.items()},
    )
    return [(first[id_], second[id_]) for id_ in sorted(first)]


def _check_same(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Compare the hashes of two runs' cases by id.

    Raises:
        RunInvalid: a case is in one run alone, or was changed between them.
    """
    if alone := sorted(before.keys() ^ after.keys()):
        raise RunInvalid(
            f"The runs are not over the same calls: {_listed(alone)} in one of them alone. "
            "Evaluate both with the same folders and options."
        )
    if changed := sorted(id_ for id_ in before if before[id_] != after[id_]):
        raise RunInvalid(
            f"The runs are not over the same calls: {_listed(changed)} not as before. "
            "Evaluate the first one again."
        )


def _listed(ids: Sequence[str]) -> str:
    few = ", ".join(ids[:3])
    return f"{few} and {len(ids) - 3} more are" if len(ids) > 3 else f"{few} is"


def _counted(answers: Sequence[SavedAnswer]) -> dict[str, int]:
    counts = Counter(fault for answer in answers for fault in answer.faults)
    return dict(sorted(counts.items()))


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _refusal(mean: float, low: float, only_before: int, only_after: int, p: float) -> str:
    """Return why the gate refuses, or ""."""
    reasons = []
    if low < -MARGIN:
        reasons.append(
            f"facts kept changed by {mean:+.3f}, and a loss of {-low:.3f} is not excluded "
            f"(at most {MARGIN} may be lost)"
        )
    if only_after > only_before and p < LEVEL:
        reasons.append(
            f"critical errors are new in {only_after} calls and gone in {only_before} ({_p(p)})"
        )
    return "; ".join(reasons)
