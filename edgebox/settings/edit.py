"""Changes one string of the configuration file and leaves its comments and order alone.

The file is an administrator's own, so it is edited with tomlkit rather than written again.
The result is parsed and has to differ from the original in that one value only; otherwise
the file stays as it is.
"""

from __future__ import annotations

import copy
import tomllib
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from edgebox.errors import ConfigError
from edgebox.settings.load import load_settings
from edgebox.system import folder_lock
from edgebox.system.encodings import conversion
from edgebox.system.files import write_text

if TYPE_CHECKING:
    from pathlib import Path


def set_string(path: Path, key: str, value: str) -> None:
    """Set ``key`` (dotted, such as ``engines.slm.model``) to ``value`` in a TOML file.

    A missing file and its folder are made. The file keeps its mode, its comments and its
    line ends. It is replaced in one step, after the settings were read from the new text. Of
    several changes at once none is lost: one begins when the other has ended.

    Raises:
        ConfigError: the file cannot be read, written or edited this way, or the
            settings would not be valid; the file is unchanged.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with folder_lock.held(path.resolve().parent, ConfigError):
            edited = _text_with(path, key, value)
            write_text(path, edited, check=lambda fresh: _load(fresh, path))
    except OSError as error:
        raise ConfigError(f"Cannot write {path}: {error.strerror}.") from None


def _text_with(path: Path, key: str, value: str) -> str:
    """Return what the file holds, with one value changed; raises what ``set_string`` raises."""
    try:
        text = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    except UnicodeDecodeError:
        what = conversion(path.read_bytes(), str(path)) or "is not text in UTF-8"
        raise ConfigError(f"{path} {what}") from None
    except OSError as error:
        raise ConfigError(f"Cannot read {path}: {error}") from None
    edited = replace_string(text, key, value)
    if edited is None:
        raise ConfigError(
            f'{path} is written in a way that cannot be edited here. Set {key} = "{value}" in it '
            "by hand."
        )
    return edited


def replace_string(text: str, key: str, value: str) -> str | None:
    """Return ``text`` with ``key`` set to ``value``, or None when that cannot be done safely."""
    only_crlf = "\r\n" in text and text.count("\r\n") == text.count("\n")
    try:
        # tomlkit ends the lines that it adds with a line feed.
        edited = _edited(text.replace("\r\n", "\n") if only_crlf else text, key.split("."), value)
        if only_crlf:
            edited = edited.replace("\n", "\r\n")
        return edited if tomllib.loads(edited) == _wanted(text, key.split("."), value) else None
    except (TOMLKitError, tomllib.TOMLDecodeError, TypeError, ValueError):
        return None  # such as [[engines]], or engines = 3


def _edited(text: str, key: list[str], value: str) -> str:
    *tables, name = key
    document = tomlkit.parse(text)
    place: Any = document
    try:
        for table in tables:
            place = place[table]
    except KeyError:  # tomlkit would put the table before comments that belong to the next one
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        new = tomlkit.dumps({name: value})
        return f"{text}{gap}[{'.'.join(tables)}]\n{new}"
    is_new = name not in place
    place[name] = value
    if is_new and isinstance(place, Table):
        # First of its table, for the same reason. Nothing but `dumps` reads the list after this.
        body = place.value.body
        at = next(index for index, (found, _) in enumerate(body) if found and found.key == name)
        body.insert(0, body.pop(at))
    return tomlkit.dumps(document)


def _wanted(text: str, key: list[str], value: str) -> dict[str, Any]:
    """Return what ``text`` sets, with this one value changed.

    Raises:
        TypeError: something that is not a table is in the way.
    """
    wanted: dict[str, Any] = copy.deepcopy(tomllib.loads(text))
    *tables, name = key
    place = wanted
    for table in tables:
        place = place.setdefault(table, {})
        if not isinstance(place, dict):
            raise TypeError(table)
    place[name] = value
    return wanted


def _load(fresh: Path, path: Path) -> None:
    try:
        load_settings(fresh)
    except ConfigError as error:
        raise ConfigError(error.detail.replace(str(fresh), str(path))) from None
