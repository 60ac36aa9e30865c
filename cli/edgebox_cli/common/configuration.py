"""The configuration in force: its file and its settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from edgebox.settings import Settings, default_config_path, load_settings
from edgebox_cli.common.context import named_config
from edgebox_cli.common.owner import become, other_owner

if TYPE_CHECKING:
    from pathlib import Path

_kept: tuple[Path, Settings] | None = None
"""What root read before it became another user, who may not read it."""


def config_path() -> Path:
    """Return the configuration file in force, whether or not it exists."""
    return _kept[0] if _kept else named_config() or default_config_path()


def settings() -> Settings:
    """Read the settings from the file in force, for a command that opens the state folder.

    If root runs it and the state folder is another user's, the process is that user's from now on.

    Raises:
        ConfigError: the file or a variable cannot be used.
        EdgeBoxError: this root cannot become the user.
    """
    found = settings_as_root()
    _give_up_root(found, found.state_dir)
    return found


def settings_for_models() -> Settings:
    """Read the settings, for a command that opens the models folder and not the state folder.

    As ``settings`` does, with the owner of the models folder: on an installed box that is root.
    """
    found = settings_as_root()
    _give_up_root(found, found.models_dir)
    return found


def _give_up_root(found: Settings, folder: Path) -> None:
    global _kept  # noqa: PLW0603 - a process gives up root once and for all
    if owner := other_owner(folder):
        path = config_path().absolute()
        if path.exists():
            os.environ["EDGEBOX_CONFIG"] = str(path)  # child processes take no other file
        become(owner)
        _kept = path, found


def settings_as_root() -> Settings:
    """Read the settings and stay root: only for what opens nothing in the state folder.

    Raises:
        ConfigError: the file or a variable cannot be used.
    """
    return _kept[1] if _kept else load_settings(named_config())
