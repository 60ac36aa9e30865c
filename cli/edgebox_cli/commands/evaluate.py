"""``edgebox eval``: how well the running models summarise and analyse known consultations."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

import edgebox
from edgebox.errors import UsageError
from edgebox.lab.evaluation.cases import Case, Part, chosen, load_cases
from edgebox.lab.evaluation.comparing import Comparison, check_same
from edgebox.lab.evaluation.doubts import doubts
from edgebox.lab.evaluation.runs import load_run, run_of, save_run
from edgebox.lab.evaluation.totals import Pass, PassReport
from edgebox_cli.common.configuration import settings_as_root
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson, ClientOption
from edgebox_cli.common.output import note, print_json
from edgebox_cli.evaluation.asks import Questions
from edgebox_cli.evaluation.calls import Calls
from edgebox_cli.evaluation.ending import (
    Output,
    compared,
    finish,
    keeping,
    leave,
    mistakes_shown,
    run_before,
)
from edgebox_cli.evaluation.screen import show_answers, show_cases, show_reports

_DATA = Path(edgebox.__file__).resolve().parents[1] / "tests" / "data"
CASES = [_DATA / "transcripts", _DATA / "calls"]
"""The project's own cases. They are there only where this runs from a checkout."""


def evaluate(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FOLDER",
            help="Cases, one JSON file each (see docs/guide/operate.md); "
            "without: the checkout's tests/data/transcripts and tests/data/calls.",
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
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Only the calls that no prompt was tuned on.")
    ] = False,
    development: Annotated[
        bool, typer.Option("--development", help="Only the other calls.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="All calls. This is the default.")] = False,
    asks: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Instead: put the questions of this file to the running box and judge the "
            "answers (see docs/guide/operate.md).",
            show_default=False,
        ),
    ] = None,
    client: ClientOption = None,
    hard: Annotated[
        str | None,
        typer.Option(
            metavar="TAG", help="Only calls or questions with this tag.", show_default=False
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Only the first so many calls or questions.", show_default=False),
    ] = None,
    together: Annotated[
        int,
        typer.Option(
            min=1,
            max=64,
            help="Analyses in flight at a time, as in the worker; their seconds hold the waiting.",
        ),
    ] = 1,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the judgements there, without any text of a call or an answer.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with a run to --save that was broken off."),
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Compare with the saved run of this file.", show_default=False
        ),
    ] = None,
    runs: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            metavar="BEFORE AFTER",
            help="Compare two saved runs; asks no model.",
            show_default=False,
        ),
    ] = None,
    gate: Annotated[
        bool,
        typer.Option(
            "--gate", help="Exit with 1 if the new run loses facts or has more critical errors."
        ),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only check the files of the cases; asks no model.")
    ] = False,
    as_json: AsJson = False,
    details: Annotated[
        bool, typer.Option("--details", help="Also show every answer and what it lacks.")
    ] = False,
) -> None:
    """Measure the running models on consultations whose facts are known.

    The quick summary is evaluated twice: as users get it on this machine, within the deadline,
    and on the whole text without one, which is the model's own skill. Needs a running engine (with
    --asks a running box), except with --runs and --check. No call leaves the box.
    """
    with reported():
        if gate and against is None and runs is None:
            raise UsageError("--gate compares: give --against FILE or --runs BEFORE AFTER as well.")
        if runs is not None:
            finish(compared(*map(load_run, runs)), {}, gate=gate, as_json=as_json)
            return
        output = Output(save, resume, against, as_json=as_json, details=details)
        if asks is not None:
            if folders or held_out or development or every or together > 1:
                raise UsageError(
                    "--asks takes its calls from FILE and asks one question at a time: leave out "
                    "FOLDER, --held-out, --development, --all and --together."
                )
            questions = Questions(asks, hard, limit, client)
            if check:
                questions.show_checked(as_json=as_json)
            else:
                ended = questions.evaluate(output)
                finish(*ended, gate=gate, as_json=as_json)
            return
        passes: list[Pass] = [*(("quick", "full_text") if quick else ())]
        passes += ["analysis"] if analysis else []
        if not passes:
            raise UsageError("Nothing to evaluate: leave out --no-quick or --no-analysis.")
        part = _part(held_out=held_out, development=development, every=every)
        cases = chosen(_cases(folders), part, hard=hard, limit=limit)
        if check:
            _show_checked(cases, as_json=as_json)
            return
        finish(*_evaluated(passes, cases, together, output), gate=gate, as_json=as_json)


def _evaluated(
    passes: Sequence[Pass], cases: Sequence[Case], together: int, output: Output
) -> tuple[list[Comparison], dict[str, Any]]:
    """Ask the engine; save and show the judgements.

    Returns:
        The comparison with the run before, if there is one, and the result for JSON.
    """
    before = run_before(output, lambda run: check_same(run, cases))
    of = len(passes) * len(cases)
    with keeping(output, of) as kept:
        calls = Calls(settings_as_root(), cases, together, kept)
        with suppress(KeyboardInterrupt):
            asyncio.run(calls.ask(passes))
        made = calls.reports()
        result = _shown(calls, made, output)
        if not calls.complete:
            leave(result, kept, of, as_json=output.as_json)
        run = run_of(calls.answers, made, made_at=datetime.now(UTC))
        if output.save:
            save_run(run, output.save)
    return compared(before, run), result


def _part(*, held_out: bool, development: bool, every: bool) -> Part:
    given: dict[Part, bool] = {"held_out": held_out, "development": development, "all": every}
    parts = [part for part, wanted in given.items() if wanted]
    if len(parts) > 1:
        raise UsageError("Give only one of --held-out, --development and --all.")
    return parts[0] if parts else "all"


def _cases(folders: Sequence[Path] | None) -> list[Case]:
    if not folders and not all(folder.is_dir() for folder in CASES):
        raise UsageError("Name a folder of transcripts to evaluate with: edgebox eval FOLDER")
    with mistakes_shown():
        return load_cases(folders or CASES)


def _shown(calls: Calls, reports: Sequence[PassReport], output: Output) -> dict[str, Any]:
    """Print the answers and the reports for people; return the same for JSON."""
    result: dict[str, Any] = {
        "cases": len(calls.cases),
        "complete": calls.complete,
        "reports": [one.as_dict() for one in reports],
    }
    if output.details and output.as_json:
        given = calls.answers.items()
        result["answers"] = {kind: [one.as_dict() for one in made] for kind, made in given}
    elif output.details:
        show_answers(calls.cases, calls.answers)
    if reports and not output.as_json:
        show_reports(reports)
    return result


def _show_checked(cases: Sequence[Case], *, as_json: bool) -> None:
    """Print how many cases there are, and on standard error what looks wrong in them."""
    warnings = [f"{case.id}: {line}" for case in cases for line in doubts(case)]
    if as_json:
        held_out = sum(case.held_out for case in cases)
        ids = [case.id for case in cases]
        print_json({"cases": len(cases), "held_out": held_out, "ids": ids, "warnings": warnings})
        return
    show_cases(cases)
    for line in warnings:
        note(f"Warning: {line}")
