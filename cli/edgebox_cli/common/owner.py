"""Root works on the state folder as its owner, never as root.

What another user can write may be a trap: SQLite deletes the file that a planted journal names,
and a link leads anywhere. So a command that opens the state folder first gives up root for good.
"""

from __future__ import annotations

import ctypes
import json
import os
import pwd
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgebox.errors import EdgeBoxError, UsageError, where

if TYPE_CHECKING:
    from collections.abc import Callable

_PR_SET_NO_NEW_PRIVS = 38

# The user's own places when nothing else is said: they must stay those that root's were.
_PLACES = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
}

_KINDS = {UsageError.exit_code: UsageError}  # by exit code; all others are EdgeBoxError


@dataclass(frozen=True)
class Owner:
    """A user by number, with the group of its files."""

    uid: int
    gid: int


def other_owner(folder: Path) -> Owner | None:
    """Return the owner of ``folder`` if this process is root's and the folder is not.

    A folder that does not exist yet belongs to the owner of the folder around it.
    """
    if os.geteuid() != 0:
        return None
    path = folder.absolute()
    for place in (path, *path.parents):
        with suppress(OSError):
            # The folder that a link leads to, and the link, which its owner can turn.
            for found in (place.stat(), place.lstat()):
                if found.st_uid != 0:
                    return Owner(found.st_uid, found.st_gid or found.st_uid)
            return None
    return None


def writes_as_root(file: Path, state_dir: Path) -> bool:
    """Return whether root writes ``file`` while another user has to read the state folder."""
    owner = other_owner(state_dir)
    return owner is not None and other_owner(file.parent) != owner


def become(owner: Owner) -> None:
    """Give up root for ``owner``, for good: ids, groups, new privileges, home.

    Raises:
        EdgeBoxError: the system does not allow it.
    """
    uid, gid = owner.uid, owner.gid
    home, groups = "/", []
    with suppress(KeyError):  # no such user: a number of a container
        entry = pwd.getpwuid(uid)
        gid, home = entry.pw_gid, entry.pw_dir
        groups = os.getgrouplist(entry.pw_name, gid)
        os.environ["USER"] = os.environ["LOGNAME"] = entry.pw_name
    for variable, below in _PLACES.items():
        os.environ.setdefault(variable, str(Path.home() / below))
    os.environ["HOME"] = home
    try:
        os.setgroups(groups)
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        _allow_no_new_privileges()
    except OSError as error:
        raise EdgeBoxError(
            f"The state folder belongs to user {uid}, and root cannot act as that user here: "
            f"{error.strerror}. Run it as that user: sudo -u '#{uid}' edgebox ..."
        ) from None
    # What is imported from now on, that user has to read.
    frozen = getattr(sys, "frozen", False)
    for program in (sys.executable,) if frozen else (os.__file__, __file__):
        if not os.access(program, os.R_OK):
            raise EdgeBoxError(
                f"The state folder belongs to user {uid}, who may not read {program}: EdgeBox "
                "cannot run as that user from here. Install it where all users may read it."
            )
    os.umask(0o077)
    if not os.access(".", os.X_OK):
        os.chdir("/")


def _allow_no_new_privileges() -> None:
    """Make set-user-ID programs useless to this process and its children (prctl(2))."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def apart(work: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON
    """Run ``work`` in a child process, so that this one stays root's; return its JSON value.

    Raises:
        EdgeBoxError: what ``work`` raised, with its message and exit code.
    """
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reader)
            with os.fdopen(writer, "w", encoding="utf-8") as answer:
                json.dump(_outcome(work), answer)
            sys.stdout.flush()
            sys.stderr.flush()
            code = 0
        finally:
            os._exit(code)  # neither this module's callers nor their clean-up run twice
    os.close(writer)
    try:
        with os.fdopen(reader, encoding="utf-8") as answer:
            told = answer.read()
    finally:
        os.waitpid(child, 0)
    try:
        outcome = json.loads(told)
    except ValueError:
        raise EdgeBoxError("It was ended before it was done. Nothing was written.") from None
    if "error" in outcome:
        raise _KINDS.get(outcome["exit_code"], EdgeBoxError)(outcome["error"])
    return outcome["done"]


def _outcome(work: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"done": work()}
    except EdgeBoxError as error:
        return {"error": error.detail, "exit_code": error.exit_code}
    except Exception as error:  # noqa: BLE001 - its message may quote a transcript
        return {"error": f"internal error: {where(error)}", "exit_code": 1}
