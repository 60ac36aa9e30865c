"""The tables of ``edgebox eval``: results, outcomes, comparisons, cases. They fit 80 columns."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn
from rich.text import Text

from edgebox.lab.evaluation.comparing import LEVEL, MARGIN
from edgebox.lab.evaluation.outcomes import OUTCOMES
from edgebox.lab.evaluation.statistics import FEW
from edgebox.lab.evaluation.totals import NO_OUTCOME
from edgebox_cli.common.output import RIGHT, console, counted, print_line, table
from edgebox_cli.common.progress import bars

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.progress import Progress

    from edgebox.lab.evaluation.cases import Case
    from edgebox.lab.evaluation.comparing import Comparison
    from edgebox.lab.evaluation.judging import Judgement
    from edgebox.lab.evaluation.totals import Pass, PassReport

NAMES: dict[Pass, str] = {
    "quick": "quick (deadline)",
    "full_text": "quick (full text)",
    "analysis": "analysis",
    "ask": "questions",
}
_STATUSES = ("success", "partial", "fallback", "no_content", "failed")

_FAULTS = {
    "ungrounded_number": "numbers never said",
    "wrong_name": "wrong names",
    "invented": "inventions",
    "invented_claim": "claims without support",
    "outcome_reversed": "outcome reversed",
    "invented_call": "answered an empty call",
    "answered_unsaid": "answered what was not said",
    "polarity_reversed": "the opposite was said",
    "missed_content": "content not seen",
    "copied": "copied from transcript",
    "repetition": "repetition",
    "leaked": "prompt example leaked",
    "think": "think block left",
    "uncited": "no place that answers",
    "wrongly_not_found": "wrongly not found",
}
"""The faults in the order of the table, the critical ones first."""

_OF_QUESTIONS = frozenset({"answered_unsaid", "polarity_reversed", "uncited", "wrongly_not_found"})
"""Faults that only answers to questions have."""


def progress() -> Progress:
    """Return a bar a pass, with the answers so far and the time that is left."""
    return bars("{task.description:17}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


def show_reports(reports: Sequence[PassReport]) -> None:
    """Print a pass a column, the outcomes of each, and what so many calls can tell apart."""
    for model, one in {one.model: one for one in reports}.items():
        print_line(f"{'mlm' if one.kind == 'analysis' else 'slm'}  {model}")
    rows: list[tuple[str, Callable[[PassReport], str]]] = [
        ("calls", lambda r: str(r.cases)),
        ("key facts found", lambda r: _share(r.key_coverage)),
        ("facts found, weighted", lambda r: _share(r.coverage)),
        ("facts kept, mean of calls", lambda r: _share(r.kept)),
        ("outcome right", lambda r: _share(r.outcome_right)),
        ("quality score, mean", lambda r: "-" if r.score is None else f"{r.score:.2f}"),
        *((name, _count(name)) for name in _STATUSES),
        ("any critical error", lambda r: _share(r.critical)),
        *((label, _fault(name)) for name, label in _FAULTS.items() if name not in _OF_QUESTIONS),
        ("in flight together", lambda r: str(r.together)),
        ("seconds, p50", lambda r: f"{r.p50:.2f}"),
        ("seconds, p95", lambda r: f"{r.p95:.2f}"),
    ]
    table(
        "Evaluation",
        ["", *((NAMES[r.kind], RIGHT) for r in reports)],
        [[name, *(cell(one) for one in reports)] for name, cell in rows],
    )
    for one in reports:
        if one.outcomes:
            _show_outcomes(one)
    coarsest = max(one.detectable or 0.0 for one in reports)
    if coarsest:  # none where all calls kept as much: they tell nothing of what would differ
        print_line(
            f"Two runs over these calls show a difference in facts kept of {coarsest:.3f} or "
            "more,\nand a smaller one if they answer most calls alike (edgebox eval --against)."
        )


def show_comparisons(comparisons: Sequence[Comparison]) -> None:
    """Print a pass a column: before, after, and how sure the difference is."""
    for one in comparisons:
        print_line(f"{NAMES[one.kind]:17}  {one.model_before}\n{'':14}→  {one.model_after}")
    faults = sorted({f for one in comparisons for f in (*one.faults_before, *one.faults_after)})
    noun = NAMES["ask"] if all(one.kind == "ask" for one in comparisons) else "calls"
    rows: list[tuple[str, Callable[[Comparison], str]]] = [
        (noun, lambda c: str(c.cases)),
        ("facts kept, before", lambda c: f"{c.kept_before:.3f}"),
        ("facts kept, after", lambda c: f"{c.kept_after:.3f}"),
        ("difference", lambda c: f"{c.difference:+.3f}"),
        ("95 % interval", lambda c: f"{c.low:+.3f} {c.high:+.3f}"),
        ("difference to be seen", lambda c: f"{c.detectable:.3f}" if c.detectable else "-"),
        (
            "outcome right",
            lambda c: f"{c.outcomes_before} → {c.outcomes_after}" if c.outcomes else "-",
        ),
        (f"{noun} with critical errors", lambda c: f"{c.critical_before} → {c.critical_after}"),
        ("  gone / new", lambda c: f"{c.only_before} / {c.only_after}"),
        ("  p (McNemar)", lambda c: "< 0.001" if c.p < 0.001 else f"{c.p:.3f}"),
        *((_FAULTS.get(fault, fault), _changed(fault)) for fault in faults),
    ]
    table(
        "Comparison",
        ["", *((NAMES[c.kind], RIGHT) for c in comparisons)],
        [[name, *(cell(one) for one in comparisons)] for name, cell in rows],
    )
    few = min(one.with_facts for one in comparisons)
    coarsest = max(one.detectable for one in comparisons)
    if coarsest:
        print_line(
            f"{few} {noun} with facts show a difference of {coarsest:.3f} or more in four runs of "
            "five."
        )
    else:
        print_line(f"The difference is the same in all {few} {noun} with facts.")
    if few < FEW:
        print_line(f"With fewer than {FEW} {noun} the interval is too narrow: add {noun}.")
    print_line(
        f"The gate refuses a possible loss above {MARGIN} and more critical errors (p < {LEVEL})."
    )


def show_cases(cases: Sequence[Case]) -> None:
    """Print how many cases there are, by outcome and by tag."""
    held_out = sum(case.held_out for case in cases)
    facts = sum(len(case.facts) for case in cases)
    print_line(
        f"{counted(len(cases), 'call')}, {counted(facts, 'fact')}; "
        f"{held_out} of the calls {'is' if held_out == 1 else 'are'} held out."
    )
    kinds = Counter(case.outcome_kind or NO_OUTCOME for case in cases)
    tags = Counter(tag for case in cases for tag in case.hard)
    order = [kind for kind in (*OUTCOMES, NO_OUTCOME) if kinds[kind]]
    table("Outcomes", ["", ("calls", RIGHT)], [[kind, str(kinds[kind])] for kind in order])
    if tags:
        table(
            "Why calls are hard",
            ["", ("calls", RIGHT)],
            [(Text(tag), str(count)) for tag, count in tags.most_common()],
        )


def show_answers(cases: Sequence[Case], answers: Mapping[Pass, Sequence[Judgement]]) -> None:
    """Print every answered case with the answers of the passes. Rich wraps Hangul by its width."""
    out = console()
    by_id = {kind: {one.case.id: one for one in given} for kind, given in answers.items()}
    for case in cases:
        of_case = [(kind, given[case.id]) for kind, given in by_id.items() if case.id in given]
        if of_case:
            out.print(Text.assemble((case.id, "bold"), "  ", case.title))
        for kind, answer in of_case:
            head = f"{NAMES[kind]}  {answer.status}, {answer.seconds:.2f} s"
            text = Text.assemble((head, "dim"), "\n", answer.text or answer.error)
            if answer.missing:
                text.append("\nmissing: " + " · ".join(answer.missing), style="yellow")
            if case.outcome_kind and answer.outcome != case.outcome_kind:
                stated = answer.outcome or "no outcome"
                text.append(f"\noutcome: {stated} instead of {case.outcome_kind}", style="yellow")
            if answer.faults:
                invented = f" ({' · '.join(answer.invented)})" if answer.invented else ""
                text.append(f"\nfaults: {', '.join(answer.faults)}{invented}", style="red")
            out.print(Padding(text, (0, 0, 0, 2)))
        if of_case:
            out.print()


def _show_outcomes(report: PassReport) -> None:
    """Print the expected outcomes against those that the answers state."""
    columns = (*OUTCOMES, NO_OUTCOME)
    table(
        f"Outcomes, {NAMES[report.kind]}: expected by row, stated by column",
        ["", *((name, RIGHT) for name in columns)],
        [
            [expected, *(str(row[name]) if row[name] else "·" for name in columns)]
            for expected, row in report.outcomes.items()
        ],
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _count(status: str) -> Callable[[PassReport], str]:
    return lambda report: str(report.statuses.get(status, 0))


def _fault(name: str) -> Callable[[PassReport], str]:
    return lambda report: _share(report.faults.get(name, 0.0))


def _changed(fault: str) -> Callable[[Comparison], str]:
    return lambda c: f"{c.faults_before.get(fault, 0)} → {c.faults_after.get(fault, 0)}"
