"""Where the configuration file and the models are when nothing else is said."""

from __future__ import annotations

import os
from pathlib import Path

SYSTEM_CONFIG = Path("/etc/edgebox/edgebox.toml")


def xdg(variable: str, fallback: str) -> Path:
    """Return the user's XDG folder that ``variable`` names, or ``fallback`` in the home folder.

    A relative path there is to be ignored, says the XDG specification.
    """
    named = Path(os.environ.get(variable, ""))
    return named if named.is_absolute() else Path.home() / fallback


def default_config_path() -> Path:
    """Return $EDGEBOX_CONFIG, else the user's own file, else the one in /etc.

    The file need not exist. Without any of them, it is the user's own.
    """
    if named := os.environ.get("EDGEBOX_CONFIG"):
        return Path(named)
    user = xdg("XDG_CONFIG_HOME", ".config") / "edgebox" / "edgebox.toml"
    # Not exists(): it raises in a home without access, such as root's, whose $HOME runuser keeps.
    if os.access(user, os.F_OK) or not SYSTEM_CONFIG.parent.exists():
        return user
    # A folder without access for this user is chosen too: reading the file then says so.
    closed = not os.access(SYSTEM_CONFIG.parent, os.X_OK)
    return SYSTEM_CONFIG if closed or SYSTEM_CONFIG.exists() else user


def default_models_dir() -> Path:
    """Return ``gguf/`` of the checkout that this runs from, else ``models/`` of the user's data."""
    checkout = Path(__file__).resolve().parents[2] / "gguf"
    if (checkout / "catalog.toml").exists():
        return checkout
    return xdg("XDG_DATA_HOME", ".local/share") / "edgebox" / "models"
