"""``edgebox config``: is it right, and what is in force."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from edgebox.settings.check import Value, WrongSetting

app = typer.Typer(help="The configuration: check it, show it.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def check(
    file: Annotated[
        Path | None,
        typer.Argument(help="A file that is not in force yet; without: the one in force."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Name every wrong key, where it is and what to type; exit 1 if there is one.

    The EDGEBOX_* variables are looked at too, and the files that the keys name.
    """
    from dataclasses import asdict

    from edgebox.settings.check import problems
    from edgebox_cli.common.context import config_path, is_named
    from edgebox_cli.common.output import console, print_json

    path = file or config_path()
    found = problems(path, named=file is not None or is_named())
    if as_json:
        wrong = [asdict(problem) for problem in found]
        print_json({"ok": not found, "config": str(path), "problems": wrong})
    elif found:
        _show_problems(path, found)
    else:
        where = str(path) if path.exists() else f"There is no {path}; the defaults"
        console().print(f"{where}: in order.", markup=False, soft_wrap=True)
    if found:
        raise typer.Exit(1)


@app.command()
def show(*, as_json: AsJson = False) -> None:
    """Show every setting in force and where it comes from; passwords are hidden."""
    from dataclasses import asdict

    from edgebox.settings.check import in_force
    from edgebox_cli.common.context import config_path, reported, settings
    from edgebox_cli.common.output import print_json

    path = config_path()
    with reported():
        values = in_force(settings(), path)
    if as_json:
        print_json({"config": str(path), "settings": [asdict(value) for value in values]})
        return
    _show_values(path, values)


def _show_problems(path: Path, found: list[WrongSetting]) -> None:
    from rich.text import Text

    from edgebox_cli.common.output import console

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


def _show_values(path: Path, values: list[Value]) -> None:
    from rich.text import Text

    from edgebox_cli.common.output import console, table

    console().print(Text(str(path) if path.exists() else f"There is no {path}."), soft_wrap=True)
    table(
        "In force",
        [
            ("setting", {"no_wrap": True}),
            ("value", {"overflow": "fold"}),
            ("from", {"overflow": "fold"}),
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
