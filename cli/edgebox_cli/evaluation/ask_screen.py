"""The tables of ``edgebox eval --asks``. They fit 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.text import Text

from edgebox.lab.evaluation.questions import tags_of
from edgebox_cli.common.output import RIGHT, console, print_line, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.lab.evaluation.ask_judging import AskJudgement
    from edgebox.lab.evaluation.ask_totals import AskReport, Rate, Seconds
    from edgebox.lab.evaluation.questions import Asked


def show_ask_report(report: AskReport) -> None:
    """Print the rates with their intervals, the statuses and the times."""
    print_line(
        f"{report.model or '-'}  {report.questions} questions, {report.answerable} answerable"
    )
    rows: list[tuple[str, Rate]] = [
        ("right", report.right),
        ("every fact held", report.facts_held),
        ("cites an utterance that answers", report.cited),
        ("says so where nothing is said", report.not_found),
        ("says so wrongly", report.wrongly_not_found),
        ("numbers never said", report.ungrounded_number),
        ("the opposite of what was said", report.polarity_reversed),
    ]
    table(
        "Questions",
        ["", ("n", RIGHT), ("of", RIGHT), ("share", RIGHT), ("95 % interval", RIGHT)],
        [[name, *_rate(rate)] for name, rate in rows],
    )
    times: list[tuple[str, Seconds]] = [
        ("first text", report.first),
        ("whole answer", report.total),
    ]
    table(
        "Seconds",
        ["", ("n", RIGHT), ("p50", RIGHT), ("p95", RIGHT), ("max", RIGHT)],
        [[name, *_seconds(one)] for name, one in times],
    )
    statuses = ", ".join(f"{count} {name}" for name, count in sorted(report.statuses.items()))
    print_line(f"Answers: {statuses}; {report.flagged} with parts that the box itself marks.")
    who = ", ".join(
        f"{report.acknowledged.get(by, 0)} {words}" for by, words in ACKNOWLEDGED.items()
    )
    print_line(f"Acknowledged: {who}.")
    if report.recall is not None:
        print_line(
            f"Recall among the first five utterances found: {report.recall:.0%} of the facts, "
            f"{report.recall_of} questions."
        )


ACKNOWLEDGED: Final = {
    "model": "by the model",
    "template": "in the box's own words",
    "none": "answered before that",
}


def show_questions(asked: Sequence[Asked]) -> None:
    """Print how many questions there are, and why they are hard."""
    answerable = sum(one.question.answerable for one in asked)
    calls = len({one.case.id for one in asked})
    print_line(
        f"{len(asked)} question{'s' * (len(asked) != 1)} about {calls} call{'s' * (calls != 1)}; "
        f"{answerable} answerable."
    )
    if tags := tags_of(asked):
        table(
            "Why questions are hard",
            ["", ("questions", RIGHT)],
            [(Text(tag), str(count)) for tag, count in tags],
        )


def show_ask_answers(answers: Sequence[AskJudgement]) -> None:
    """Print every question with its answer and what is wrong with it."""
    out = console()
    for one in answers:
        out.print(Text.assemble((one.asked.id, "bold"), "  ", one.asked.question.question))
        head = f"{one.status}, {one.total:.2f} s{', right' if one.right else ''}"
        text = Text.assemble((head, "dim"), "\n", one.text or one.error)
        if one.missing:
            text.append("\nmissing: " + " · ".join(one.missing), style="yellow")
        if one.faults:
            text.append("\nfaults: " + ", ".join(one.faults), style="red")
        out.print(Padding(text, (0, 0, 0, 2)))
    out.print()


def _rate(rate: Rate) -> list[str]:
    if rate.share is None or rate.low is None or rate.high is None:
        return ["-", "0", "-", "-"]
    return [
        str(rate.hits),
        str(rate.of),
        f"{rate.share:.0%}",
        f"{rate.low:.0%} to {rate.high:.0%}",
    ]


def _seconds(one: Seconds) -> list[str]:
    if not one.of:
        return ["0", "-", "-", "-"]
    return [str(one.of), f"{one.p50:.2f}", f"{one.p95:.2f}", f"{one.max:.2f}"]
