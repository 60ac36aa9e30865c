"""Finds keys in the configuration file, and changes one string of it and no other byte.

The file belongs to an administrator, with comments and an order of their own, so
it is edited line by line rather than written anew. Whatever way of writing TOML
this does not understand is caught: the result is parsed, and has to differ from
the original in that one value and nothing else.
"""

from __future__ import annotations

import copy
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from edgebox.errors import ConfigError
from edgebox.settings import load_settings
from edgebox.system import files as atomic

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = re.compile(r"^\s*\[(?!\[)\s*([^\]]+?)\s*\]\s*(#.*)?$")
_ANY_HEADER = re.compile(r"^\s*\[")
# A key whose value is one string on one line, with the comment behind it.
_STRING = re.compile(
    r"""^(?P<lead>\s*(?P<key>[\w.\-"' ]+?)\s*=\s*)"""
    r"""(?P<value>"(?!"")(?:[^"\\]|\\.)*"|'(?!'')[^']*')(?P<tail>\s*(?:\#.*)?)$"""
)


def set_string(path: Path, key: str, value: str) -> None:
    """Set ``key`` (dotted, such as ``engines.slm.model``) to ``value`` in a TOML file.

    The file is made when it does not exist, its folder too. It keeps its mode,
    its comments and its line ends, and is replaced in one step only after the
    settings were read from the new text without an error.

    Raises:
        ConfigError: the file cannot be read, written or edited this way, or the
            settings would not be valid; the file is as it was.
    """
    try:
        text = path.read_bytes().decode("utf-8") if path.exists() else ""
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read {path}: {error}") from None
    edited = replace_string(text, key, value)
    if edited is None:
        raise ConfigError(
            f'{path} is written in a way that cannot be edited here. Set {key} = "{value}" in it '
            "by hand."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_text(path, edited, check=lambda fresh: _load(fresh, path))
    except OSError as error:
        raise ConfigError(f"Cannot write {path}: {error.strerror}.") from None


def replace_string(text: str, key: str, value: str) -> str | None:
    """``text`` with ``key`` set to ``value``; None when that cannot be done safely."""
    *table, name = key.split(".")
    newline = "\r\n" if "\r\n" in text else "\n"
    # JSON's escapes are TOML's; only DEL may stand bare in one and not in the other.
    quoted = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    lines = text.splitlines(keepends=True)
    current: list[str] = []
    insert_at: int | None = None
    for number, line in enumerate(lines):
        bare = line.rstrip("\r\n")
        if _ANY_HEADER.match(bare):
            header = _HEADER.match(bare)
            current = _names(header[1]) if header else ["[["]
            if current == table:
                insert_at = number + 1
        elif (found := _STRING.match(bare)) and current + _names(found["key"]) == [*table, name]:
            ending = line[len(bare) :]
            lines[number] = f"{found['lead']}{quoted}{found['tail']}{ending}"
            return _checked(text, "".join(lines), key, value)
    setting = f"{name} = {quoted}{newline}"
    if insert_at is None:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += newline
        gap = newline if lines else ""
        lines.append(f"{gap}[{'.'.join(table)}]{newline}{setting}")
    else:
        if not lines[insert_at - 1].endswith("\n"):
            lines[insert_at - 1] += newline
        lines.insert(insert_at, setting)
    return _checked(text, "".join(lines), key, value)


def _names(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _checked(before: str, after: str, key: str, value: str) -> str | None:
    """``after`` if it is ``before`` with exactly this one value set, else None."""
    wanted: dict[str, Any] = copy.deepcopy(tomllib.loads(before))
    *table, name = key.split(".")
    place = wanted
    for part in table:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            return None
    place[name] = value
    try:
        return after if tomllib.loads(after) == wanted else None
    except tomllib.TOMLDecodeError:
        return None


def _load(fresh: Path, path: Path) -> None:
    try:
        load_settings(fresh)
    except ConfigError as error:
        raise ConfigError(error.detail.replace(str(fresh), str(path))) from None
