"""Files of the configuration that root may read and the services may not."""

from __future__ import annotations

import grp
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from edgebox.errors import EdgeBoxError
from edgebox.settings.check import WrongSetting, named_files
from edgebox.settings.environment import variables_by_key
from edgebox.settings.keys import key_lines, line_of
from edgebox.settings.load import read_text
from edgebox_cli.common.owner import apart, become, other_owner
from edgebox_cli.common.systemd import ask, has_units, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edgebox.settings import Settings
    from edgebox_cli.common.owner import Owner

_HIDDEN = ("/home", "/root", "/run/user")
"""What ``ProtectHome=`` of the units hides."""

_HANDED = re.compile(r"^LoadCredential=(\w+):(\S+)$", re.MULTILINE)
_FURTHER = re.compile(r"^(?:SupplementaryGroups|AmbientCapabilities)=\S", re.MULTILINE)
_PROTECT = re.compile(r"^ProtectHome=(\w+)$", re.MULTILINE)
_BOUND = re.compile(r"^Bind(?:ReadOnly)?Paths=-?([^:\s]+)", re.MULTILINE)

_CREDENTIALS = {
    "api.tls_cert": "tls_cert",
    "api.tls_key": "tls_key",
    "engines.slm.url_key_file": "slm_url_key",
    "engines.mlm.url_key_file": "mlm_url_key",
}
"""The keys whose files a unit may hand over, with ``LoadCredential=`` of this name."""


def closed_files(settings: Settings, file: Path) -> Iterator[WrongSetting]:
    """Find the files that the next start of the services could not read.

    Args:
        settings: of the file.
        file: of the configuration.
    """
    owner = other_owner(settings.state_dir)
    if owner is None or not has_units():  # without units nobody knows what is handed over
        return
    variables = variables_by_key(os.environ)
    units = "".join(ask("systemctl", "cat", unit_of(process)) for process in ("api", "worker"))
    if _FURTHER.search(units):
        return  # a drop-in gives the services more than this user has
    handed = dict(_HANDED.findall(units))
    named = {
        key: path
        for key, path in named_files(settings).items()
        if key not in variables and handed.get(_CREDENTIALS.get(key, "")) != path
    }
    try:
        closed = apart(lambda: _closed(owner, named, units))
    except EdgeBoxError:  # root cannot act as that user from here
        return
    lines = key_lines(read_text(file) if file.exists() else "")
    for key in closed:
        path = named[key]
        fix = f"chown root:{_group(owner)} {path}; chmod 640 {path}"
        if _is_hidden(path, units):
            fix = "put it into a folder that the services see, such as /etc/edgebox"
        detail = f"The user of the services may not read {path}."
        yield WrongSetting(key, line_of(key, lines), detail, fix)


def _closed(owner: Owner, named: Mapping[str, str], units: str) -> list[str]:
    """Return the keys of the files that the services may not read. Gives root up."""
    become(owner)
    return [
        key
        for key, path in named.items()
        if not os.access(path, os.R_OK) or _is_hidden(path, units)
    ]


def _is_hidden(path: str, units: str) -> bool:
    """Return whether the units do not see a file that its mode opens to them.

    Args:
        path: of the file.
        units: as systemd has read them, with what an administrator added.
    """
    shown = any(place in path for place in _BOUND.findall(units))
    hides = _PROTECT.findall(units)[-1:] == ["yes"]
    return hides and not shown and any(Path(path).is_relative_to(place) for place in _HIDDEN)


def _group(owner: Owner) -> str:
    try:
        return grp.getgrgid(owner.gid).gr_name
    except KeyError:
        return str(owner.gid)
