"""Who types a command, for the audit, and acts that are done outside the database."""

from __future__ import annotations

import os
import pwd
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from edgebox.errors import StoreError
from edgebox.store.acts import Actor
from edgebox.store.db import Store
from edgebox.system.files import present
from edgebox_cli.common.configuration import settings, settings_as_root
from edgebox_cli.common.owner import apart, other_owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.store.acts import Action

SHELL = "shell"
"""The address of acts on the box itself."""
_LONGEST = 64
_STARTED_AS = os.getuid()  # now: a command may give up root for the service's user


def at_the_shell() -> Actor:
    """Return the person at the shell: the one who called sudo, else this process's user."""
    name = os.environ.get("SUDO_USER", "")
    if not name.isprintable() or not 0 < len(name) <= _LONGEST:
        try:
            name = pwd.getpwuid(_STARTED_AS).pw_name
        except KeyError:
            name = str(_STARTED_AS)
    return Actor(name, SHELL)


@contextmanager
def noted(action: Action, subject: str, **detail: object) -> Iterator[None]:
    """Write an act on files into the audit before the block does it, and again if it fails.

    Raises:
        StoreError: it could not be written; the block was not run.
    """
    note_act(action, subject, **detail)
    try:
        yield
    except BaseException:
        with suppress(StoreError):
            note_act(action, subject, **detail, failed=True)
        raise


def note_act(action: Action, subject: str, **detail: object) -> None:
    """Write an act into the audit. Where there is no database yet, there is no audit.

    Raises:
        StoreError: it could not be written.
    """

    def write() -> None:
        database = settings().database
        if present(database):
            with closing(Store(database)) as store:
                store.audit.note(at_the_shell(), action, subject=subject, **detail)

    if other_owner(settings_as_root().state_dir):
        apart(write)  # this process may still have to write what is root's
    else:
        write()
