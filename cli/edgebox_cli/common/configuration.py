"""The configuration in force: its file and its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.settings import Settings, default_config_path, load_settings
from edgebox_cli.common.context import named_config

if TYPE_CHECKING:
    from pathlib import Path


def config_path() -> Path:
    """Return the configuration file in force, whether or not it exists."""
    return named_config() or default_config_path()


def settings() -> Settings:
    """Read the settings from the file in force.

    Raises:
        ConfigError: the file or a variable cannot be used.
    """
    return load_settings(named_config())
