"""A secret that an administrator put into a file of its own: a key or a token, in one line."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from edgebox.errors import ConfigError
from edgebox.system.files import open_file

SHORTEST_TOKEN = 16
"""Characters of a token of our own. A shorter one could be guessed."""

_LONGEST_FILE = 4096


def read_secret(path: str, *, shortest: int = 1) -> str:
    """Return the secret, without the space around it.

    Args:
        path: of its file.
        shortest: the fewest characters that it may have.

    Raises:
        ConfigError: the file cannot be read, every user may read it, it is empty or too short, or
            it holds something else than one line of ASCII.
    """
    try:
        with os.fdopen(open_file(Path(path)), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_LONGEST_FILE)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from None
    if mode & stat.S_IRWXO:
        raise ConfigError(f"Every user may read the secret in {path}. Type: chmod o= {path}")
    try:
        secret = content.decode("ascii").strip()
    except UnicodeDecodeError:
        raise ConfigError(f"What {path} holds is not ASCII text") from None
    if not secret.isprintable():
        raise ConfigError(f"{path} has to hold the secret in one line")
    if not secret:
        raise ConfigError(f"{path} is empty: it has to hold the secret, in one line")
    if len(secret) < shortest:
        raise ConfigError(f"What {path} holds has fewer than {shortest} characters")
    return secret
