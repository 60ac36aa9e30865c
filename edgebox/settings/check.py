"""The configuration seen from outside: every wrong key of it, and where each value is from.

No value of the file or the environment is ever part of a problem: it may be a secret.
"""

from __future__ import annotations

import copy
import difflib
import json
import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from edgebox.errors import ConfigError, ModelError
from edgebox.models.installed import Installed
from edgebox.settings import ENV_PREFIX, ROLES, Settings, read_values, wrong_variables
from edgebox.settings.edit import key_lines
from edgebox.system.tls import pair_of, server_context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_TOML_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")
_PASSWORD = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_QUERY = re.compile(r"(?<=\?)\S+")
HIDDEN = "(hidden)"


@dataclass(frozen=True)
class Problem:
    """A key or variable that cannot be used.

    Attributes:
        key: dotted, or the variable's name; empty for the file as a whole.
        line: of the file, from 1; None where it is not in the file or not found.
        detail: what is wrong.
        fix: what to type.
    """

    key: str
    line: int | None
    detail: str
    fix: str


@dataclass(frozen=True)
class Value:
    """One setting as it is in force.

    Attributes:
        key: dotted.
        value: without passwords.
        source: "default", "file" or the variable's name.
        line: of the file, where that is the source.
    """

    key: str
    value: str | int | float
    source: str
    line: int | None


def defaults() -> dict[str, Any]:
    """The default of every dotted key."""
    return dict(
        _flat(
            {
                name: field.get_default(call_default_factory=True)
                for name, field in Settings.model_fields.items()
            }
        )
    )


def problems(file: Path, *, named: bool) -> list[Problem]:
    """Everything that is wrong with a file and the EDGEBOX_* variables; empty: usable.

    Args:
        file: the TOML file.
        named: whether it has to exist.
    """
    try:
        values = read_values(file, named=named)
    except ConfigError as error:
        place = _TOML_PLACE.search(error.detail)
        if isinstance(error.__context__, PermissionError):
            return [Problem("", None, error.detail, "sudo edgebox config check")]
        fix = f"edit {file}" if file.exists() else f"edgebox --config {file} init"
        return [Problem("", int(place[1]) if place else None, error.detail, fix)]
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    lines = key_lines(text)
    found = [Problem(name, None, detail, f"unset {name}") for name, detail in wrong_variables()]
    wrong = {problem.key for problem in found}
    with _without(wrong):
        try:
            settings = Settings(**values)
        except ValidationError as error:
            found += _invalid(error, file, lines)
            # What is left may name what is not there: those keys are wrong too.
            wrong = {problem.key for problem in found if problem.key in os.environ}
            with _without(wrong), suppress(ValidationError):
                found += _unusable(Settings(**_pruned(values, error)), file, lines)
        else:
            found += _unusable(settings, file, lines)
    return sorted(found, key=lambda problem: problem.line or 0)


def in_force(settings: Settings, file: Path) -> list[Value]:
    """Every setting with where it comes from, in the order of the file that ``init`` writes."""
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    if file.exists():
        values = dict(_flat(read_values(file, named=False)))
        lines = key_lines(file.read_text(encoding="utf-8"))
    variables = _variables(os.environ)
    shown = []
    every = {name: getattr(settings, name) for name in type(settings).model_fields}
    for key, value in _flat(every):
        source, line = "default", None
        if key in variables:
            source = variables[key]
        elif key in values:
            source, line = "file", _line(key, lines)
        shown.append(Value(key, _plain(value), source, line))
    return shown


def without_password(text: str) -> str:
    """A text whose URLs show neither who asks nor what is asked."""
    return _QUERY.sub(HIDDEN, _PASSWORD.sub(HIDDEN, text))


def _plain(value: object) -> str | int | float:
    if isinstance(value, int | float):
        return value
    return without_password(str(value))


def _flat(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        key = f"{path}{name}"
        if isinstance(value, BaseModel):
            inner = {field: getattr(value, field) for field in type(value).model_fields}
            yield from _flat(inner, f"{key}.")
        elif isinstance(value, dict):
            yield from _flat(value, f"{key}.")
        else:
            yield key, value


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Dotted key → the variable that sets it; one for the key goes before one for its table."""
    found: dict[str, str] = {}
    for name in sorted(environ, key=len):
        if not name.upper().startswith(ENV_PREFIX) or name == "EDGEBOX_CONFIG":
            continue
        key = name[len(ENV_PREFIX) :].lower().replace("__", ".")
        if key in defaults():
            found[key] = name
            continue
        with suppress(ValueError):
            for inner, _ in _flat({key: json.loads(environ[name])}):
                found[inner] = name
    return found


def _line(key: str, lines: Mapping[str, int]) -> int | None:
    """The line of a key, of the first one in it, or of the nearest table or key around it."""
    inner = [number for name, number in lines.items() if name.startswith(f"{key}.")]
    if inner and key not in lines:
        return min(inner)
    while key:
        if key in lines:
            return lines[key]
        key = key.rpartition(".")[0]
    return None


def _pruned(values: dict[str, Any], error: ValidationError) -> dict[str, Any]:
    """The values without those that the error is about."""
    kept = copy.deepcopy(values)
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        *tables, name = (str(part) for part in item["loc"])
        place: Any = kept
        for table in tables:
            place = place.get(table, {}) if isinstance(place, dict) else {}
        if isinstance(place, dict):
            place.pop(name, None)
    return kept


@contextmanager
def _without(names: set[str]) -> Iterator[None]:
    """The environment without some variables, in the block."""
    kept = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(kept)


def _invalid(error: ValidationError, file: Path, lines: Mapping[str, int]) -> Iterator[Problem]:
    known, variables = defaults(), _variables(os.environ)
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        key = ".".join(str(part) for part in item["loc"])
        variable = variables.get(key)
        line = None if variable else _line(key, lines)
        if item["type"] == "extra_forbidden":
            name = key.rpartition(".")[2]
            yield Problem(key, line, "There is no such key.", _instead(key, name, known, file))
            continue
        detail = f"{item['msg'].removeprefix('Value error, ').rstrip('.')}."
        if key not in known:  # a table: two of its keys do not go together
            yield Problem(key, line, detail, f"edit [{key}] in {file}")
        elif variable:
            yield Problem(variable, None, detail, f"unset {variable}")
        else:
            yield Problem(key, line, detail, f"write {_assignment(key, known[key])} in {file}")


def _instead(key: str, name: str, known: Mapping[str, Any], file: Path) -> str:
    """What was meant, or that the line has to go."""
    tables = {one.rpartition(".")[0] for one in known} - {""}
    nearest = difflib.get_close_matches(key, [*known, *tables], 1, 0.75)
    if not nearest:
        by_name = {one.rpartition(".")[2]: one for one in known}
        nearest = [by_name[one] for one in difflib.get_close_matches(name, by_name, 1, 0.8)]
    if not nearest:
        return f"remove it from {file}"
    [meant] = nearest
    table, _, last = meant.rpartition(".")
    if meant in tables:
        return f"write [{meant}]"
    return f"write {last} under [{table}]" if table else f"write {last} before the first table"


def _assignment(key: str, value: object) -> str:
    written = json.dumps(value if isinstance(value, int | float) else str(value))
    return f"{key.rpartition('.')[2]} = {written} (the default)"


def _unusable(settings: Settings, file: Path, lines: Mapping[str, int]) -> Iterator[Problem]:
    """Values of the right kind that name what is not there."""
    installed: Installed | None = None
    with suppress(ModelError):  # the catalogue is the doctor's matter
        installed = Installed(settings.models_dir)
    for role in ROLES:
        options = settings.engines.role(role)
        if options.url or installed is None:
            continue
        key = f"engines.{role}.model"
        try:
            installed.get(options.model)
        except ModelError as error:
            yield Problem(key, _line(key, lines), error.detail, f"edgebox models use {role} NAME")
    try:
        if pair := pair_of(settings.api.tls_cert, settings.api.tls_key, os.environ):
            server_context(pair)
    except ConfigError as error:
        key = "api.tls_key" if settings.api.tls_key in error.detail else "api.tls_cert"
        yield Problem(key, _line(key, lines), error.detail, f"edit [api] in {file}")
