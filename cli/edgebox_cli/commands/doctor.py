"""``edgebox doctor``: find what is wrong with this box and say what to type next."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from edgebox import diagnosis
from edgebox.errors import EdgeBoxError
from edgebox.exposition import leave
from edgebox_cli.common.configuration import settings
from edgebox_cli.common.noted import findings
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import console, print_json
from edgebox_cli.common.progress import one_by_one
from edgebox_cli.doctor.checks import every_check

_MARKS = {"ok": ("ok", "green"), "warn": ("warn", "yellow"), "fail": ("FAIL", "bold red")}


def doctor(
    *,
    hashes: Annotated[
        bool, typer.Option("--hashes", help="Read the models in full; seconds a gigabyte.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 for warnings too, as for a timer.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check everything and say what to type next; exit 1 if a check fails."""
    checks = list(one_by_one(every_check(hashes=hashes), lambda check: check.name))
    failed, warned = (sum(c.state == state for c in checks) for state in ("fail", "warn"))
    with suppress(EdgeBoxError):  # without usable settings nothing watches the box either
        folder, bad = settings().state_dir, [one for one in checks if one.state != "ok"]
        leave(folder, "doctor", findings(failed=failed, warned=warned))
        found = [
            one.finding or diagnosis.Finding(one.name, one.state, one.detail, one.fix)
            for one in bad
        ]
        diagnosis.leave(folder, at=time.time(), checked=len(checks), findings=found)
    if as_json:
        print_json({"ok": not failed, "checks": [check.as_dict() for check in checks]})
    else:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for check in checks:
            word, style = _MARKS[check.state]
            text = Text(check.detail)
            if check.fix:
                text.append(f"\n→ {check.fix}", style="bold")
            grid.add_row(Text(word, style=style), Text(check.name), text)
        out = console()
        out.print(grid, width=min(out.width, 80))
        if failed:
            last = f"{failed} of the checks failed: begin with the first."
        elif warned:
            last = "Nothing fails; the warnings are worth a look."
        else:
            last = "Everything is in order."
        out.print(f"\n{last}", markup=False)
    if failed or (strict and warned):
        raise typer.Exit(1)
