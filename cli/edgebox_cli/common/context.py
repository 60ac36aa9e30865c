"""What every command shares: the configuration it was given, and how it fails."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgebox.errors import EdgeBoxError
    from edgebox.settings import Settings

_config: Path | None = None


def set_config(path: Path | None) -> None:
    """Remember the global ``--config``, also for the child processes of ``edgebox up``."""
    global _config  # noqa: PLW0603 - Typer has one callback for global options and no other place
    _config = path
    if path is not None:
        os.environ["EDGEBOX_CONFIG"] = str(path.resolve())


def config_path() -> Path:
    """The configuration file in force, whether or not it exists."""
    from edgebox.settings import default_config_path

    return _config or default_config_path()


def is_named() -> bool:
    """Whether somebody asked for that file, which then has to exist."""
    return _config is not None or "EDGEBOX_CONFIG" in os.environ


def settings() -> Settings:
    """The settings, read from the file in force.

    Raises:
        ConfigError: the file or a variable cannot be used.
    """
    from edgebox.settings import load_settings

    return load_settings(_config)


def fail(error: EdgeBoxError) -> NoReturn:
    """Print one line on standard error and exit with the error's own code."""
    import typer

    from edgebox_cli.common.output import print_error

    print_error(error.detail)
    raise typer.Exit(error.exit_code)


@contextmanager
def reported() -> Iterator[None]:
    """An error raised on purpose in the block is one line and its exit code."""
    from edgebox.errors import EdgeBoxError

    try:
        yield
    except EdgeBoxError as error:
        fail(error)
