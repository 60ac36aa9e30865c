"""``edgebox eval``: how well the running models summarise and analyse known consultations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn
from rich.text import Text

import edgebox
from edgebox.engine_client import EngineClient
from edgebox.errors import UsageError
from edgebox.lab.evaluation.asking import Evaluator
from edgebox.lab.evaluation.cases import Case, load_cases
from edgebox.lab.evaluation.judging import Judgement
from edgebox.lab.evaluation.totals import Pass, PassReport, report
from edgebox.settings import Settings
from edgebox_cli.common.configuration import settings
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import RIGHT, console, print_json, print_line, table
from edgebox_cli.common.progress import bars

CASES = Path(edgebox.__file__).resolve().parents[1] / "tests" / "data" / "transcripts"
"""The project's own cases. They are there only where this runs from a checkout."""

_NAMES: dict[Pass, str] = {
    "quick": "quick (deadline)",
    "full_text": "quick (full text)",
    "analysis": "analysis",
}


def evaluate(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="Cases, one JSON file each (see tests/data/README.md); "
            "without: the checkout's tests/data/transcripts.",
            show_default=False,
        ),
    ] = None,
    *,
    quick: Annotated[
        bool, typer.Option("--quick/--no-quick", help="Evaluate the quick summary.")
    ] = True,
    analysis: Annotated[
        bool, typer.Option("--analysis/--no-analysis", help="Evaluate the detailed analysis.")
    ] = True,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only the first so many files.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    details: Annotated[
        bool, typer.Option("--details", help="Also show every answer and what it lacks.")
    ] = False,
) -> None:
    """Measure the running models on consultations whose facts are known.

    The quick summary is evaluated twice: as users get it on this machine, within the deadline,
    and on the whole text without one, which is the model's own skill. Needs a running engine.
    """
    with reported():
        passes: list[Pass] = [*(("quick", "full_text") if quick else ())]
        passes += ["analysis"] if analysis else []
        if not passes:
            raise UsageError("Nothing to evaluate: leave out --no-quick or --no-analysis.")
        if folder is None and not CASES.is_dir():
            raise UsageError("Name a folder of transcripts to evaluate with: edgebox eval FOLDER")
        cases = load_cases(folder or CASES, limit)
        answers = asyncio.run(_ask(settings(), passes, cases))
    reports = [report(kind, answers[kind]) for kind in passes]
    if as_json:
        shown = {kind: [answer.as_dict() for answer in answers[kind]] for kind in passes}
        extra = {"answers": shown} if details else {}
        print_json({"cases": len(cases), "reports": [r.as_dict() for r in reports], **extra})
        return
    if details:
        _show_answers(cases, answers)
    _show_reports(reports)


async def _ask(
    settings: Settings, passes: Sequence[Pass], cases: Sequence[Case]
) -> dict[Pass, list[Judgement]]:
    """Run the passes one after the other and return the answers of each."""
    client = EngineClient(settings)
    columns = ("{task.description:17}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        evaluator = Evaluator(client, settings)
        answers = {}
        with bars(*columns) as shown:
            for kind in passes:
                shown.add_task(_NAMES[kind], total=len(cases))
                answers[kind] = await evaluator.run(
                    kind, cases, each=lambda _: shown.advance(shown.task_ids[-1])
                )
        return answers
    finally:
        await client.aclose()


def _show_reports(reports: Sequence[PassReport]) -> None:
    for model, one in {one.model: one for one in reports}.items():
        print_line(f"{'mlm' if one.kind == 'analysis' else 'slm'}  {model}")
    rows: list[tuple[str, Callable[[PassReport], str]]] = [
        ("transcripts", lambda r: str(r.cases)),
        ("failed", lambda r: str(r.failed)),
        ("key facts found", lambda r: _share(r.key_coverage)),
        ("facts found, weighted", lambda r: _share(r.coverage)),
        ("quality score, mean", lambda r: "-" if r.score is None else f"{r.score:.2f}"),
        ("success/partial/fallback", _statuses),
        ("valid analyses", lambda r: _share(r.valid if r.kind == "analysis" else None)),
        ("inventions", lambda r: _share(r.invented)),
        ("numbers never said", lambda r: _share(r.ungrounded_numbers)),
        ("copied from transcript", lambda r: _share(r.copied)),
        ("repetition", lambda r: _share(r.repetition)),
        ("prompt example leaked", lambda r: _share(r.leaked)),
        ("think block left", lambda r: _share(r.think)),
        ("seconds, p50", lambda r: f"{r.p50:.2f}"),
        ("seconds, p95", lambda r: f"{r.p95:.2f}"),
    ]
    table(
        "Evaluation",
        ["", *((_NAMES[r.kind], RIGHT) for r in reports)],
        [[name, *(cell(one) for one in reports)] for name, cell in rows],
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _statuses(report: PassReport) -> str:
    if report.kind != "quick":
        return "-"
    return "/".join(str(report.statuses.get(s, 0)) for s in ("success", "partial", "fallback"))


def _show_answers(cases: Sequence[Case], answers: dict[Pass, list[Judgement]]) -> None:
    """Print every case with the answer of each pass. Rich wraps Hangul by its width."""
    out = console()
    for index, case in enumerate(cases):
        out.print(Text.assemble((case.id, "bold"), "  ", case.title))
        for kind, given in answers.items():
            answer = given[index]
            head = f"{_NAMES[kind]}  {answer.status}, {answer.seconds:.2f} s"
            text = Text.assemble((head, "dim"), "\n", answer.text or answer.error)
            if answer.missing:
                text.append("\nmissing: " + " · ".join(answer.missing), style="yellow")
            if answer.faults:
                invented = f" ({' · '.join(answer.invented)})" if answer.invented else ""
                text.append(f"\nfaults: {', '.join(answer.faults)}{invented}", style="red")
            out.print(Padding(text, (0, 0, 0, 2)))
        out.print()
