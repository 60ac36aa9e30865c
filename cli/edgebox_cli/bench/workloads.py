"""The tables of ``edgebox bench``: percentiles of each workload, and ratios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox_cli.common.output import FOLD, RIGHT, console, table

if TYPE_CHECKING:
    from edgebox.lab.bench.report import BenchReport, Row

WHAT = {
    "quick": "summaries of distinct consultations, one after the other",
    "analysis": "analyses held to the JSON schema, several in flight",
    "growing": "a call that grows, summarised at every fifth line",
    "mixed": "summaries arriving while analyses saturate the engine",
    "ask": "questions about distinct consultations: topic and answer at once",
    "mixed-ask": "summaries arriving while questions never stop",
}


def show(found: BenchReport) -> None:
    """Print the figures of a session, without a column for a target that is alone."""
    alone = len({row.target for row in found.rows}) == 1
    for name, what in WHAT.items():
        rows = [row for row in found.rows if row.workload == name]
        if rows:
            table(
                f"{name}: {what}",
                [
                    *([] if alone else [("target", FOLD)]),
                    "kind",
                    *((head, RIGHT) for head in ("n", "p50", "p95", "p99", "first")),
                    *((head, RIGHT) for head in ("/min", "tok/s", "CPU", "MiB")),
                ],
                [_cells(row)[alone:] for row in rows],
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
