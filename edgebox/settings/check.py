"""Finds every wrong key of the configuration, and says where each value in force comes from.

A problem never contains a value of the file or the environment, because it may be a secret.
"""

from __future__ import annotations

import copy
import difflib
import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from edgebox.errors import ConfigError, ModelError
from edgebox.models.installed import Installed
from edgebox.settings.environment import variables_by_key, without_variables, wrong_variables
from edgebox.settings.keys import defaults, flat, key_lines, line_of
from edgebox.settings.load import read_text, read_values
from edgebox.settings.model import ROLES, Settings
from edgebox.system.secret_file import SHORTEST_TOKEN, read_secret
from edgebox.system.tls import pair_of, server_context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_TOML_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")
# Up to the last @: a password that is not escaped may hold an @, a / or a ?.
_PASSWORD = re.compile(r"(?<=://)\S+(?=@)")
_QUERY = re.compile(r"(?<=\?)\S+")
_COMMAND = " Type: "
HIDDEN = "(hidden)"


@dataclass(frozen=True)
class WrongSetting:
    """A key or variable that cannot be used.

    Attributes:
        key: dotted, or the variable's name; empty for the file as a whole.
        line: line of the file, from 1; None where the key is not in the file or not found.
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
        line: line of the file, when that is the source.
    """

    key: str
    value: str | int | float
    source: str
    line: int | None


def problems(file: Path, *, named: bool) -> list[WrongSetting]:
    """Return everything that is wrong with a file and the EDGEBOX_* variables.

    Args:
        file: the TOML file.
        named: whether it has to exist.
    """
    try:
        values = read_values(file, named=named)
    except ConfigError as error:
        place = _TOML_PLACE.search(error.detail)
        if isinstance(error.__context__, PermissionError):
            return [WrongSetting("", None, error.detail, "sudo edgebox config check")]
        fix = f"edit {file}" if file.exists() else f"edgebox --config {file} init"
        return [WrongSetting("", int(place[1]) if place else None, error.detail, fix)]
    lines = key_lines(read_text(file) if file.exists() else "")
    found = [
        WrongSetting(name, None, detail, f"unset {name}") for name, detail in wrong_variables()
    ]
    with without_variables({problem.key for problem in found}):
        try:
            settings = Settings(**values)
        except ValidationError as error:
            found += _invalid(error, file, lines)
            # The values that are left may refer to a missing model or certificate.
            wrong = {problem.key for problem in found if problem.key in os.environ}
            with without_variables(wrong), suppress(ValidationError):
                found += _unusable(Settings(**_without_errors(values, error)), file, lines)
        else:
            found += _unusable(settings, file, lines)
    return sorted(found, key=lambda problem: problem.line or 0)


def in_force(settings: Settings, file: Path) -> list[Value]:
    """Return every setting and its source, in the order of the file that ``init`` writes."""
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    if file.exists():
        values = dict(flat(read_values(file, named=False)))
        lines = key_lines(read_text(file))
    variables = variables_by_key(os.environ)
    shown = []
    every = {name: getattr(settings, name) for name in type(settings).model_fields}
    for key, value in flat(every):
        source, line = "default", None
        if key in variables:
            source = variables[key]
        elif key in values:
            source, line = "file", line_of(key, lines)
        plain = value if isinstance(value, int | float) else without_password(str(value))
        shown.append(Value(key, plain, source, line))
    return shown


def named_files(settings: Settings) -> dict[str, str]:
    """Return the files that the services have to be able to read, by key; without the models."""
    names = ("tls_cert", "tls_key", "metrics_token_file")
    found = {f"api.{name}": getattr(settings.api, name) for name in names}
    for role in ROLES:
        options = settings.engines.role(role)
        found[f"engines.{role}.url_key_file"] = options.url_key_file if options.url else ""
    return {key: path for key, path in found.items() if path}


def without_password(text: str) -> str:
    """Hide the user, password and query of each URL in ``text``."""
    return _QUERY.sub(HIDDEN, _PASSWORD.sub(HIDDEN, text))


def _without_errors(values: dict[str, Any], error: ValidationError) -> dict[str, Any]:
    """Return the values without those that the error names."""
    kept = copy.deepcopy(values)
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        *tables, name = (str(part) for part in item["loc"])
        place: Any = kept
        for table in tables:
            place = place.get(table, {}) if isinstance(place, dict) else {}
        if isinstance(place, dict):
            place.pop(name, None)
    return kept


def _invalid(
    error: ValidationError, file: Path, lines: Mapping[str, int]
) -> Iterator[WrongSetting]:
    known, variables = defaults(), variables_by_key(os.environ)
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        key = ".".join(str(part) for part in item["loc"])
        variable = variables.get(key)
        line = None if variable else line_of(key, lines)
        if item["type"] == "extra_forbidden":
            name = key.rpartition(".")[2]
            yield WrongSetting(key, line, "There is no such key.", _instead(key, name, known, file))
            continue
        detail = f"{item['msg'].removeprefix('Value error, ').rstrip('.')}."
        if key not in known:  # a table: two of its keys contradict each other
            yield WrongSetting(key, line, detail, f"edit [{key}] in {file}")
        elif variable:
            yield WrongSetting(variable, None, detail, f"unset {variable}")
        else:
            default = known[key]
            written = json.dumps(default if isinstance(default, int | float) else str(default))
            fix = f"write {key.rpartition('.')[2]} = {written} (the default) in {file}"
            yield WrongSetting(key, line, detail, fix)


def _instead(key: str, name: str, known: Mapping[str, Any], file: Path) -> str:
    """Return the fix for an unknown key: the nearest known one, or removing the line."""
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


def _unreadable(settings: Settings, file: Path, lines: Mapping[str, int]) -> Iterator[WrongSetting]:
    """Find named files with a secret that cannot be read, or hold none."""
    for key, path in named_files(settings).items():
        if key.startswith("api.tls_"):
            continue  # read as a pair
        if os.geteuid() and os.access(path, os.F_OK) and not os.access(path, os.R_OK):
            continue  # systemd may hand it over as a credential; root sees whether it is good
        shortest = SHORTEST_TOKEN if key == "api.metrics_token_file" else 1
        try:
            read_secret(path, shortest=shortest)
        except ConfigError as error:
            name = key.rpartition(".")[2]
            fix = f"put the file there, or correct {name} in {file}"
            yield _told(key, line_of(key, lines), error.detail, fix)


def _unusable(settings: Settings, file: Path, lines: Mapping[str, int]) -> Iterator[WrongSetting]:
    """Find valid values that refer to a missing model or certificate."""
    installed = Installed(settings.models_dir)
    for role in ROLES:
        options = settings.engines.role(role)
        if options.url:
            continue
        try:
            installed.get(options.model)
        except ModelError as error:
            key, fix = f"engines.{role}.model", f"edgebox models use {role} NAME"
            yield _told(key, line_of(key, lines), error.detail, fix)
    yield from _unreadable(settings, file, lines)
    if problem := settings.api.plain_http_problem:
        fix = f"set tls_cert and tls_key, or allow_plain_http = true, under [api] in {file}"
        yield WrongSetting("api.host", line_of("api.host", lines), f"{problem}.", fix)
    if problem := settings.socket_problem:
        key = "runtime_dir" if settings.runtime_dir else "state_dir"
        fix = f"write a shorter folder as runtime_dir in {file}"
        yield WrongSetting(key, line_of(key, lines), f"{problem}.", fix)
    try:
        if pair := pair_of(settings.api.tls_cert, settings.api.tls_key, os.environ):
            server_context(pair)
    except ConfigError as error:
        key = "api.tls_key" if settings.api.tls_key in error.detail else "api.tls_cert"
        yield _told(key, line_of(key, lines), error.detail, f"edit [api] in {file}")


def _told(key: str, line: int | None, detail: str, fix: str) -> WrongSetting:
    """Return what is wrong with a key; a command that ends the detail is the fix."""
    problem, _, command = detail.partition(_COMMAND)
    return WrongSetting(key, line, f"{problem.rstrip('.')}.", command or fix)
