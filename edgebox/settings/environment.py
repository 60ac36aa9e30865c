"""The ``EDGEBOX_*`` variables: which of them are wrong, and which key each one sets."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from edgebox.settings.keys import defaults, flat
from edgebox.settings.model import ENV_PREFIX, Section, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def wrong_variables() -> Iterator[tuple[str, str]]:
    """Find variables that pydantic-settings ignores (no such key) or fails on (not JSON).

    Yields:
        (the variable, what is wrong with it and what to do), never its value.
    """
    for name, path in _settings_in(os.environ):
        fields = Settings.model_fields
        default: object = None
        for part in path:
            if part not in fields:
                yield name, "there is no such setting. Unset it, or correct its name."
                break
            default = fields[part].default
            fields = type(default).model_fields if isinstance(default, Section) else {}
        else:
            if isinstance(default, Section) and not _is_json_object(os.environ[name]):
                fix = f"To set one key of it: {name}__KEY=VALUE"
                yield name, f"a whole table has to be a JSON object. {fix}"


def variables_by_key(environ: Mapping[str, str]) -> dict[str, str]:
    """Return dotted key → the variable that sets it.

    A variable for a key takes precedence over one for the whole table.
    """
    found: dict[str, str] = {}
    for name, path in sorted(_settings_in(environ), key=lambda pair: len(pair[0])):
        if any("." in part for part in path):
            continue  # a wrong name, not the key of a table
        key = ".".join(path)
        if key in defaults():
            found[key] = name
            continue
        with suppress(ValueError):
            for inner, _ in flat({key: json.loads(environ[name])}):
                found[inner] = name
    return found


@contextmanager
def without_variables(names: set[str]) -> Iterator[None]:
    """Remove some variables from the environment while the block runs."""
    kept = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(kept)


def _settings_in(environ: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Yield (variable, the parts of its key) for each variable that sets something."""
    for name in environ:
        if name.upper().startswith(ENV_PREFIX) and name != "EDGEBOX_CONFIG":
            yield name, name[len(ENV_PREFIX) :].lower().split("__")


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
