"""``edgebox backup`` and ``edgebox restore``: the database, and nothing else."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgebox.errors import BackupError
from edgebox.exposition import leave
from edgebox.store.backup import Contents, publishing, write_backup, write_backup_into
from edgebox.store.backup_series import LEAST, next_backup
from edgebox.store.restore import restore_backup
from edgebox.system.pinned import pinned
from edgebox.system.times import rfc3339
from edgebox_cli.common.configuration import settings, settings_as_root
from edgebox_cli.common.failure import reported
from edgebox_cli.common.noted import backed_up
from edgebox_cli.common.observe import readiness
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import counted, local_time, note, print_json, size
from edgebox_cli.common.owner import apart, writes_as_root
from edgebox_cli.common.progress import database_copy
from edgebox_cli.common.who import at_the_shell

if TYPE_CHECKING:
    from collections.abc import Callable


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep",
            min=LEAST,
            metavar="N",
            help="FILE is a folder: write the next of a series there, and keep so many.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the database into one file, while the box runs or not.

    It holds clients, secrets, transcripts, results and callbacks, and is checked before it
    gets its name. The configuration and the models are not in it.

    For a backup every night: edgebox backup --keep 14 FOLDER. The oldest of them goes before the
    next is written; their order is the number in their names, whatever the clock says.
    """
    if keep and force:
        raise typer.BadParameter("--keep replaces no file. Leave --force out.")
    with reported():
        file = file.absolute()  # the user that reads the database may not enter this folder
        state_dir = settings_as_root().state_dir
        as_root = writes_as_root(file / "next" if keep else file, state_dir)
        if as_root:
            file, contents = _as_root(file, force=force, keep=keep)
        else:
            if keep:
                settings()  # gives up root: the folder is its user's
                file = next_backup(file, keep)
            contents = _directly(file, force=force)
        (apart if as_root else _here)(_note_success)
    with suppress(OSError):  # the owner of a folder above it may have renamed that
        if file.stat().st_mode & 0o077:
            note(f"Others may read {file}: its disk keeps no permissions. It holds transcripts.")
    if as_json:
        print_json({"file": str(file), "bytes": contents.size, "rows": contents.rows})
        return
    note(f"{file}: {_described(contents)}; whole.")
    note("It holds secrets and transcripts. The configuration is not in it.")


def _here(act: Callable[[], None]) -> None:
    act()


def _note_success() -> None:
    """Leave the time for ``/metrics``, as the owner of the state folder."""
    leave(settings().state_dir, "backup", backed_up())


def _directly(file: Path, *, force: bool) -> Contents:
    database = settings().database
    with database_copy() as progress:
        return write_backup(database, file, force=force, progress=progress)


def _as_root(file: Path, *, force: bool, keep: int | None) -> tuple[Path, Contents]:
    """Write as root into a folder that no other user can exchange meanwhile; return the file."""
    folder = file if keep else file.parent
    with ExitStack() as stack:
        try:
            held = stack.enter_context(pinned(folder))
        except (FileNotFoundError, NotADirectoryError):
            also = " With --keep, name an existing folder." if keep else " Make it first."
            raise BackupError(f"There is no folder {folder}.{also}") from None
        except OSError as error:
            raise BackupError(f"Cannot write into {folder}: {error.strerror}.") from None
        try:
            inside = next_backup(held, keep) if keep else held / file.name
            contents = _with_descriptor(inside, force=force)
        except BackupError as error:
            shown = error.detail.replace(os.fspath(held), os.fspath(folder))
            raise BackupError(shown) from None
    return folder / inside.name, contents


def _with_descriptor(file: Path, *, force: bool) -> Contents:
    """Write as root what a child process reads as the owner of the database."""
    # By its descriptor: whoever owns the folder may put a link in its place.
    with publishing(settings_as_root().database, file, force=force) as (_, descriptor):
        size, rows = apart(lambda: _into(descriptor))
    return Contents(size, rows)


def _into(descriptor: int) -> tuple[int, dict[str, int]]:
    database = settings().database
    with database_copy() as progress:
        contents = write_backup_into(database, descriptor, progress=progress)
    return contents.size, contents.rows


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of edgebox backup.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the database, which is kept aside.

    The box must be stopped. What was accepted after the backup is not in it; work that was
    not finished then goes on when the box starts.
    """
    with reported():
        file = file.absolute()
        found = settings()
        # The store knows the users of the database file. An API of another user is not among
        # them, but it answers.
        if readiness(found):
            raise BackupError(
                f"The box is running: its API answers at {found.api.local_url}. Stop it first."
            )
        with database_copy() as progress:
            done = restore_backup(
                file, found.database, now=time.time(), by=at_the_shell(), progress=progress
            )
    if as_json:
        print_json(
            {
                "database": str(found.database),
                "bytes": done.contents.size,
                "rows": done.contents.rows,
                "migrated": done.migrated,
                "newest_batch_at": done.newest_at and rfc3339(done.newest_at),
                "pending_consultations": done.pending,
                "pending_callbacks": done.callbacks,
                "audit_continues": done.audit_continues,
                "kept_aside": done.kept_aside and str(done.kept_aside),
            }
        )
        return
    note(f"{found.database}: {_described(done.contents)}; whole.")
    if done.migrated:
        note("It was made by an older EdgeBox and has been brought up to date.")
    if done.newest_at is not None:
        newest = local_time(done.newest_at)
        note(f"Its newest batch was accepted {newest}; later ones are not in it.")
    consultations = counted(done.pending, "consultation")
    note(f"Waiting: {consultations}, {counted(done.callbacks, 'callback')}.")
    if not done.audit_continues:
        note("The audit is the backup's: the one from before does not continue it, or is damaged.")
    if done.kept_aside is not None:
        note(f"The database from before: {done.kept_aside}. Remove it when you need it no more.")
    note("Next: edgebox doctor, then start the box.")


def _described(contents: Contents) -> str:
    rows = contents.rows
    parts = (
        size(contents.size),
        counted(rows["clients"], "client"),
        counted(rows["batches"], "batch", "batches"),
        counted(rows["consultations"], "consultation"),
        counted(rows["outbox"], "callback"),
    )
    return ", ".join(parts)
