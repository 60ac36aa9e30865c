"""The API key of another server, from its file or from systemd."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from edgebox.system.secret_file import read_secret
from edgebox.system.tls import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.settings import Role


def read_key(role: Role, path: str, environ: Mapping[str, str]) -> str:
    """Return the key, or an empty text where there is none.

    A unit's ``LoadCredential=slm_url_key:FILE`` passes a file that only root may read. It is a copy
    from the start of the service, so it is used only where this user cannot read the file itself.

    Args:
        role: whose server it is.
        path: ``url_key_file``.
        environ: names the folder of systemd's credentials.

    Raises:
        ConfigError: the file cannot be used, or is empty.
    """
    if not path:
        return ""
    folder = environ.get(CREDENTIALS)
    passed = Path(folder) / f"{role}_url_key" if folder else None
    if passed is not None and passed.is_file() and not os.access(path, os.R_OK):
        path = str(passed)
    return read_secret(path)
