"""Dotted keys such as ``engines.slm.model``: their defaults, and their lines in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from edgebox.settings.model import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEADER = re.compile(r"^\s*\[(?!\[)\s*([^\]]+?)\s*\]\s*(#.*)?$")
_KEY = re.compile(r"""^\s*(?P<key>[\w.\-"' ]+?)\s*=""")


def flat(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, value) for every value of nested tables and sections."""
    for name, value in values.items():
        key = f"{path}{name}"
        if isinstance(value, BaseModel):
            inner = {field: getattr(value, field) for field in type(value).model_fields}
            yield from flat(inner, f"{key}.")
        elif isinstance(value, dict):
            yield from flat(value, f"{key}.")
        else:
            yield key, value


def top_level_defaults() -> dict[str, Any]:
    """Return the default of every key and section outside a table.

    ``Settings()`` would read the EDGEBOX_* variables of this moment.
    """
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in Settings.model_fields.items()
    }


def defaults() -> dict[str, Any]:
    """Return the default of every dotted key."""
    return dict(flat(top_level_defaults()))


def key_lines(text: str) -> dict[str, int]:
    """Return the line, from 1, of each dotted key and table of a TOML file.

    tomlkit gives no line numbers, so this reads the lines itself. Keys inside ``{...}`` are not
    found; :func:`line_of` then returns the line of the table.
    """
    found: dict[str, int] = {}
    current: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            current = _names(header[1])
            found.setdefault(".".join(current), number)
        elif key := _KEY.match(line):
            found.setdefault(".".join([*current, *_names(key["key"])]), number)
    return found


def line_of(key: str, lines: Mapping[str, int]) -> int | None:
    """Return the line of a key, of the first key in it, or of the nearest table around it."""
    inner = [number for name, number in lines.items() if name.startswith(f"{key}.")]
    if inner and key not in lines:
        return min(inner)
    while key:
        if key in lines:
            return lines[key]
        key = key.rpartition(".")[0]
    return None


def _names(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
