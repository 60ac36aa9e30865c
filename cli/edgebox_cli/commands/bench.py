"""``edgebox bench``: latency and throughput of this box's engine, or of several servers."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from edgebox.lab.bench.report import BenchReport, Row, report
from edgebox.lab.bench.target import BenchTarget
from edgebox.lab.bench.workload import Measurement, Name, Size, named, run, warm_up
from edgebox_cli.common.configuration import settings_as_root
from edgebox_cli.common.failure import reported
from edgebox_cli.common.output import FOLD, RIGHT, console, err_console, note, print_json, table
from edgebox_cli.common.progress import bars

_WHAT = {
    "quick": "summaries of distinct consultations, one after the other",
    "analysis": "analyses held to the JSON schema, several in flight",
    "growing": "a call that grows, summarised at every fifth line",
    "mixed": "summaries arriving while analyses saturate the engine",
    "ask": "questions about distinct consultations: topic and answer at once",
    "mixed-ask": "summaries arriving while questions never stop",
}

_TEXT = TextColumn("{task.description}", markup=False)


def bench(
    *,
    workload: Annotated[
        list[str] | None,
        typer.Option(
            help="quick, analysis, growing, mixed, ask or mixed-ask; repeatable; without: the "
            "first four."
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=URL[,MLM_URL]",
            help="An OpenAI-compatible server, or unix:PATH of an engine; repeatable, compared "
            "with the first; without: this box's engine. NAME=json_object+URL for servers that "
            "do not know response_format json_schema.",
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Every target once in each round.")] = 1,
    quick: Annotated[int, typer.Option(min=1, help="Summaries of the quick workload.")] = 8,
    analyses: Annotated[int, typer.Option(min=1, help="Analyses of a workload.")] = 6,
    concurrency: Annotated[int, typer.Option(min=1, help="Analyses in flight.")] = 4,
    rate: Annotated[
        float,
        typer.Option(min=0.1, help="Mixed workload: a pause of 60/RATE s between summaries."),
    ] = 12.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, every sample too.")] = False,
) -> None:
    """Measure how fast models answer here, with the load that EdgeBox has to carry.

    Needs a running engine and nothing else to do on the machine; the engine's other work
    slows both. Times are seconds as a client sees them.
    """
    with reported():
        wanted = [named(name) for name in dict.fromkeys(workload or list(_WHAT)[:4])]
        targets = [BenchTarget.parse(text) for text in target or ()]
        targets = targets or [BenchTarget.engine(settings_as_root().socket)]
        size = Size(quick, analyses, concurrency, rate, salt=2 * int(time.time()))
        runs = asyncio.run(_measured(targets, wanted, rounds, size))
    found = report(runs)
    if as_json:
        print_json(found.as_dict() | {"runs": [asdict(run) for run in runs]})
    else:
        _show(found)
    if any(row.failed for row in found.rows):
        raise typer.Exit(1)


async def _measured(
    targets: list[BenchTarget], wanted: list[Name], rounds: int, size: Size
) -> list[Measurement]:
    """Run every workload on every target, round by round; the order of targets alternates."""
    runs = []
    with bars(_TEXT, BarColumn(bar_width=20), MofNCompleteColumn()) as shown:
        shown.add_task("", total=rounds * len(wanted) * len(targets))
        for target in targets:
            _announce(shown, f"warming up {target.name}")
            await warm_up(target, wanted, size)
        for number in range(rounds):
            for name in wanted:
                for target in targets if number % 2 == 0 else reversed(targets):
                    _announce(shown, f"round {number + 1} of {rounds}: {name}, {target.name}")
                    runs.append(await run(target, name, number, size))
                    shown.advance(shown.task_ids[0])
    return runs


def _announce(shown: Progress, what: str) -> None:
    """Describe what runs now: beside the bar on a terminal, as a line elsewhere."""
    shown.update(shown.task_ids[0], description=what)
    if not err_console().is_terminal:
        note(what)


def _show(found: BenchReport) -> None:
    for name, what in _WHAT.items():
        rows = [row for row in found.rows if row.workload == name]
        if rows:
            table(
                f"{name}: {what}",
                [
                    ("target", FOLD),
                    "kind",
                    *((head, RIGHT) for head in ("n", "p50", "p95", "p99", "first")),
                    *((head, RIGHT) for head in ("/min", "tok/s", "CPU", "MiB")),
                ],
                [_cells(row) for row in rows],
            )
    if found.ratios:
        table(
            "Ratios, from what belongs together",
            [
                ("target", FOLD),
                ("what", FOLD),
                *((head, RIGHT) for head in ("median", "low", "high", "n")),
            ],
            [
                [
                    one.target,
                    one.name,
                    f"{one.median:.2f}",
                    f"{one.low:.2f}",
                    f"{one.high:.2f}",
                    str(one.pairs),
                ]
                for one in found.ratios
            ],
        )
    console().print(
        "Seconds; first: to the first character; CPU: seconds of the server for one answer.",
        style="dim",
    )
    wrong = sum(row.failed + row.invalid for row in found.rows)
    if wrong:
        console().print(f"{wrong} answers failed or were not of the form asked for.", style="red")


def _cells(row: Row) -> list[str]:
    return [
        row.target,
        row.kind,
        str(row.count),
        *(
            "-" if seconds is None else f"{seconds:.2f}"
            for seconds in (row.p50, row.p95, row.p99, row.first)
        ),
        f"{row.per_minute:.1f}",
        f"{row.tokens_per_second:.1f}",
        "-" if row.cpu is None else f"{row.cpu:.1f}",
        "-" if row.memory is None else f"{row.memory / 2**20:,.0f}",
    ]
