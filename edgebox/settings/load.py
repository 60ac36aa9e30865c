"""Reads the configuration file and checks it together with the environment."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from edgebox.errors import ConfigError
from edgebox.settings.environment import wrong_variables
from edgebox.settings.model import Settings
from edgebox.settings.places import default_config_path
from edgebox.system.encodings import conversion

if TYPE_CHECKING:
    from pathlib import Path


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings.

    Args:
        path: the TOML file; the default path when None. A default file that does
            not exist means defaults; a named one that does not exist is an error.

    Raises:
        ConfigError: unreadable, not TOML, an unknown key or variable, or a wrong value.
            The message repeats no value, because it may be a secret.
    """
    file = path or default_config_path()
    values = read_values(file, named=path is not None or "EDGEBOX_CONFIG" in os.environ)
    for name, problem in wrong_variables():
        raise ConfigError(f"{name}: {problem}")
    try:
        return Settings(**values)
    except ValidationError as error:
        lines = []
        for item in error.errors(include_url=False, include_input=False, include_context=False):
            key = ".".join(str(part) for part in item["loc"])
            if item["type"] == "extra_forbidden":
                lines.append(f"unknown key '{key}'")
            else:
                lines.append(f"'{key}': {item['msg']}")
        raise ConfigError(f"{file} (or EDGEBOX_*): " + "; ".join(lines)) from None


def read_text(file: Path) -> str:
    """Return the text of a configuration; some editors put a byte-order mark before it.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError: it is not UTF-8.
    """
    return file.read_text(encoding="utf-8-sig")


def read_values(file: Path, *, named: bool) -> dict[str, Any]:
    """Return what the file sets, unchecked.

    Args:
        file: the TOML file.
        named: it was asked for by name, so it has to exist.

    Raises:
        ConfigError: it is missing, unreadable or not TOML.
    """
    try:
        return tomllib.loads(read_text(file))
    except FileNotFoundError:
        if named:
            raise ConfigError(
                f"There is no configuration at {file}. Write one with: edgebox init"
            ) from None
        return {}
    except PermissionError:
        raise ConfigError(f"This user may not read {file}. Try as root: sudo edgebox ...") from None
    except UnicodeDecodeError:
        what = conversion(file.read_bytes(), str(file)) or "is not text in UTF-8"
        raise ConfigError(f"{file} {what}") from None
    except OSError as error:
        raise ConfigError(f"Cannot read {file}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from None
