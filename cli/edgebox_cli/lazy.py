"""A group of commands whose modules are imported when a command is used, not when it is listed."""

from __future__ import annotations

from collections import UserDict
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer._click import Command, Context, HelpFormatter


class Entry(NamedTuple):
    """A line of the table of commands.

    Attributes:
        place: ``module:name`` below ``edgebox_cli``: a function, or a Typer app of commands.
        help: the first line of the command's own help.
        hidden: not listed in ``--help``.
    """

    place: str
    help: str
    hidden: bool = False


class LazyCommands(UserDict[str, Any]):
    """The commands by name; asking for one imports its module, the first time."""

    def __getitem__(self, name: str) -> Command:
        found = self.data[name]
        if isinstance(found, Entry):
            module, _, attribute = found.place.partition(":")
            named = getattr(import_module(f"edgebox_cli.{module}"), attribute)
            group = typer.Typer(rich_markup_mode=None)
            if isinstance(named, typer.Typer):
                group.add_typer(named, name=name)
            else:
                group.command(name, hidden=found.hidden)(named)
            found = self.data[name] = typer.main.get_group(group).commands[name]
        command: Command = found
        return command


class LazyGroup(TyperGroup):
    """The commands of a table; a subclass names the table."""

    table: ClassVar[Mapping[str, Entry]]

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - what TyperGroup takes
        super().__init__(**attributes)
        self.commands = LazyCommands(self.table)

    def list_commands(self, ctx: Context) -> list[str]:
        """Return the names in the table's order."""
        del ctx
        return list(self.table)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """Import a command; None when the table has none of that name."""
        del ctx
        return self.commands[cmd_name] if cmd_name in self.table else None

    def invoke(self, ctx: Context) -> Any:  # noqa: ANN401 - what TyperGroup returns
        """Run a command. What is wrong in an argument is said in a plain sentence."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")  # pydantic's words
            raise

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """List the commands from the table's own help lines."""
        listed = [
            TyperCommand(name, help=entry.help, hidden=entry.hidden)
            for name, entry in self.table.items()
        ]
        TyperGroup(commands=listed).format_commands(ctx, formatter)
