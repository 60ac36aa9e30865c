"""``edgebox eval``: how good the running models are at the two jobs, on known consultations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.progress import Progress
    from rich.text import Text

    from edgebox.lab.evaluation.cases import Case
    from edgebox.lab.evaluation.judging import Judgement
    from edgebox.lab.evaluation.totals import Pass, PassReport
    from edgebox.settings import Settings

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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    details: Annotated[
        bool, typer.Option("--details", help="Also show every answer and what it lacks.")
    ] = False,
) -> None:
    """Measure the running models on consultations whose facts are known.

    The quick summary is evaluated twice: as users get it on this machine, within the deadline,
    and on the whole text without one, which is the model's own skill. Needs a running engine.
    """
    import asyncio

    from edgebox.errors import UsageError
    from edgebox.lab.evaluation.cases import load_cases
    from edgebox.lab.evaluation.totals import report
    from edgebox_cli.common.context import reported, settings
    from edgebox_cli.common.output import print_json

    with reported():
        passes: list[Pass] = [*(("quick", "full_text") if quick else ())]
        passes += ["analysis"] if analysis else []
        if not passes:
            raise UsageError("Nothing to evaluate: leave out --no-quick or --no-analysis.")
        cases = load_cases(folder or _default_folder(), limit)
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


def _default_folder() -> Path:
    """The project's own cases, where this runs from a checkout.

    Raises:
        UsageError: it does not.
    """
    import edgebox
    from edgebox.errors import UsageError

    folder = Path(edgebox.__file__).resolve().parents[1] / "tests" / "data" / "transcripts"
    if not folder.is_dir():
        raise UsageError("Say which folder of transcripts to evaluate with: edgebox eval FOLDER")
    return folder


async def _ask(
    settings: Settings, passes: Sequence[Pass], cases: Sequence[Case]
) -> dict[Pass, list[Judgement]]:
    """Every pass, one after the other, with a progress bar on standard error."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    from edgebox.engine_client import EngineClient
    from edgebox.lab.evaluation.asking import Evaluator
    from edgebox_cli.common.output import err_console

    client = EngineClient(settings)
    bar = Progress(
        TextColumn("{task.description:17}"),
        BarColumn(),
        MofNCompleteColumn(),
        Remaining(),
        console=err_console(),
        transient=True,
        disable=not err_console().is_terminal,
    )
    try:
        evaluator = Evaluator(client, settings)
        with bar:
            return {
                kind: await evaluator.run(kind, cases, each=_advance(bar, kind, len(cases)))
                for kind in passes
            }
    finally:
        await client.aclose()


def _advance(bar: Progress, kind: Pass, total: int) -> Callable[[Judgement], None]:
    task = bar.add_task(_NAMES[kind], total=total)
    return lambda _: bar.advance(task)


def _show_reports(reports: Sequence[PassReport]) -> None:
    from edgebox_cli.common.output import console, table

    for kind_report in {report.model: report for report in reports}.values():
        role = "mlm" if kind_report.kind == "analysis" else "slm"
        console().print(f"{role}  {kind_report.model}", markup=False, soft_wrap=True)
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
        ["", *((_NAMES[r.kind], {"justify": "right", "no_wrap": True}) for r in reports)],
        [[name, *(cell(report) for report in reports)] for name, cell in rows],
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _statuses(report: PassReport) -> str:
    if report.kind != "quick":
        return "-"
    return "/".join(str(report.statuses.get(s, 0)) for s in ("success", "partial", "fallback"))


def _show_answers(cases: Sequence[Case], answers: dict[Pass, list[Judgement]]) -> None:
    """Every case with what each pass made of it. Rich wraps Hangul by its width."""
    from rich.padding import Padding
    from rich.text import Text

    from edgebox_cli.common.output import console

    out = console()
    for index, case in enumerate(cases):
        out.print(Text.assemble((case.id, "bold"), "  ", case.title))
        for kind, given in answers.items():
            out.print(Padding(_told(_NAMES[kind], given[index]), (0, 0, 0, 2)))
        out.print()


def _told(name: str, answer: Judgement) -> Text:
    from rich.text import Text

    head = f"{name}  {answer.status}, {answer.seconds:.2f} s"
    told = Text.assemble((head, "dim"), "\n", answer.text or answer.error)
    if answer.missing:
        told.append("\nmissing: " + " · ".join(answer.missing), style="yellow")
    if answer.faults:
        faults = ", ".join(answer.faults)
        invented = f" ({' · '.join(answer.invented)})" if answer.invented else ""
        told.append(f"\nfaults: {faults}{invented}", style="red")
    return told
