"""``edgebox config``: check the configuration, and show what is in force."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from edgebox.settings import load_settings
from edgebox.settings.check import WrongSetting, in_force, problems
from edgebox_cli.common.closed_files import closed_files
from edgebox_cli.common.configuration import config_path, settings_as_root
from edgebox_cli.common.context import is_named
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import FOLD, WHOLE, console, print_json, print_line, table

app = typer.Typer(help="The configuration: check it, show it.", no_args_is_help=True)


@app.command()
def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="A file that is not in force yet; without: the one in force."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Name every wrong key, where it is and what to type; exit 1 if there is one.

    The EDGEBOX_* variables are looked at too, and the files that the keys name.
    """
    path = file or config_path()
    found = problems(path, named=file is not None or is_named())
    if not found:
        found = list(closed_files(load_settings(path if path.exists() else None), path))
    if as_json:
        wrong = [asdict(problem) for problem in found]
        print_json({"ok": not found, "config": str(path), "problems": wrong})
    elif found:
        _show_problems(path, found)
    else:
        where = str(path) if path.exists() else f"There is no {path}; the defaults"
        print_line(f"{where}: in order.")
    if found:
        raise typer.Exit(1)


@app.command()
def show(*, as_json: AsJson = False) -> None:
    """Show every setting in force and where it comes from; passwords are hidden."""
    path = config_path()
    with reported():
        values = in_force(settings_as_root(), path)
    if as_json:
        print_json({"config": str(path), "settings": [asdict(value) for value in values]})
        return
    print_line(str(path) if path.exists() else f"There is no {path}.")
    table(
        "In force",
        [
            ("setting", WHOLE),
            ("value", FOLD),
            ("from", FOLD),
        ],
        [
            [
                Text(value.key, style="dim" if value.source == "default" else "bold"),
                Text(str(value.value)),
                Text(f"line {value.line}" if value.line else value.source, style="dim"),
            ]
            for value in values
        ],
    )


def _show_problems(path: Path, found: list[WrongSetting]) -> None:
    out = console()
    width = min(out.width, 80)
    out.print(Text(str(path), style="bold"), width=width, overflow="fold")
    for problem in found:
        text = Text()
        if problem.line is not None:
            text.append(f"line {problem.line}: ", style="bold")
        if problem.key:
            text.append(f"{problem.key}: ", style="bold red")
        text.append(problem.detail)
        text.append(f"\n→ {problem.fix}", style="bold")
        out.print(text, width=width, overflow="fold")
