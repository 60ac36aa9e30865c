"""Tables in JSON: rows under their head, and columns of equal length, as data frames write them."""

from __future__ import annotations

from typing import Any, Final

from edgebox.reading.entries import is_speaker, is_text

_FEWEST: Final = 3
"""Values of a column: two speakers beside two utterances may be who takes part."""


def objects_in(value: Any) -> list[dict[str, Any]] | None:  # noqa: ANN401 - JSON
    """Return the rows of a table as objects; None where a value is no table of turns."""
    if isinstance(value, list):
        return _of_rows(value[0], value[1:]) if len(value) > 1 else None
    if not isinstance(value, dict):
        return None
    return _of_rows(value.get("columns"), value.get("data")) or _of_columns(value)


def _of_rows(head: Any, rows: Any) -> list[dict[str, Any]] | None:  # noqa: ANN401 - JSON
    if not isinstance(head, list) or not isinstance(rows, list) or not _is_head(head):
        return None
    if not all(isinstance(row, list) and len(row) <= len(head) for row in rows):
        return None
    return [dict(zip(head, row, strict=False)) for row in rows]


def _of_columns(table: dict[str, Any]) -> list[dict[str, Any]] | None:
    columns = {name: _column(one) for name, one in table.items() if isinstance(one, list | dict)}
    text = next((name for name in columns if is_text(_one_of(name))), "")
    keys = list(columns.get(text, ()))
    if len(keys) < _FEWEST or not isinstance(columns[text][keys[0]], str):
        return None
    same = {name: one for name, one in columns.items() if list(one) == keys}
    if not any(is_speaker(_one_of(name)) for name in same):
        return None
    return [{_one_of(name): one[key] for name, one in same.items()} for key in keys]


def _column(value: list[Any] | dict[str, Any]) -> dict[Any, Any]:
    return value if isinstance(value, dict) else dict(enumerate(value))


def _one_of(name: str) -> str:
    """Return the name of a column's value: text of texts."""
    return name.removesuffix("s")


def _is_head(head: list[Any]) -> bool:
    names = [name for name in head if isinstance(name, str)]
    whole = len(set(names)) == len(names) == len(head)
    return whole and any(map(is_text, names)) and any(map(is_speaker, names))
