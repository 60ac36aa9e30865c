"""``edgebox backup`` and ``edgebox restore``: the database, and nothing else."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - Typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated

import typer

from edgebox_cli.commands.keys import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.settings import Settings
    from edgebox.store.backup import BackupProgress, Contents

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_QUIET_SECONDS = 2.0


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the database into one file, while the box runs or not.

    It holds clients, secrets, transcripts, results and callbacks, and is checked before it
    gets its name. The configuration and the models are not in it.
    """
    from edgebox.store.backup import write_backup
    from edgebox_cli.common.context import reported, settings
    from edgebox_cli.common.output import print_json

    with reported():
        found = settings()
        with _progress() as progress:
            contents = write_backup(found.database, file, force=force, progress=progress)
    if file.stat().st_mode & 0o077:
        say(f"Others may read {file}: its disk keeps no permissions. It holds transcripts.")
    if as_json:
        print_json({"file": str(file), "bytes": contents.size, "rows": contents.rows})
        return
    say(f"{file}: {_described(contents)}; whole.")
    say("It holds secrets and transcripts. The configuration is not in it.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of edgebox backup.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the database, which is kept aside.

    The box must be stopped. What was accepted after the backup is not in it; work that was
    not finished then goes on when the box starts.
    """
    from edgebox.store.restore import restore_backup
    from edgebox.system.times import rfc3339
    from edgebox_cli.common.context import reported, settings
    from edgebox_cli.common.output import local_time, print_json

    with reported():
        found = settings()
        _refuse_running(found)
        with _progress() as progress:
            done = restore_backup(file, found.database, now=time.time(), progress=progress)
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
                "kept_aside": done.kept_aside and str(done.kept_aside),
            }
        )
        return
    say(f"{found.database}: {_described(done.contents)}; whole.")
    if done.migrated:
        say("It was made by an older EdgeBox and has been brought up to date.")
    if done.newest_at is not None:
        say(
            f"Its newest batch was accepted {local_time(done.newest_at)}; later ones are not there."
        )
    say(f"Waiting: {done.pending} consultations, {done.callbacks} callbacks.")
    if done.kept_aside is not None:
        say(f"The database from before: {done.kept_aside}. Remove it when you need it no more.")
    say("Next: edgebox doctor, then start the box.")


def _refuse_running(settings: Settings) -> None:
    """Beside what the database's own users tell: an API of another user answers too.

    Raises:
        BackupError: it does.
    """
    from edgebox.errors import BackupError
    from edgebox_cli.common.observe import readiness

    if readiness(settings):
        raise BackupError(f"The box runs: its API answers at {settings.api.local_url}. Stop it.")


def _described(contents: Contents) -> str:
    from edgebox_cli.status.screen import size

    rows = contents.rows
    return (
        f"{size(contents.size)}, {rows['clients']} clients, {rows['batches']} batches, "
        f"{rows['consultations']} consultations, {rows['outbox']} callbacks"
    )


@contextmanager
def _progress() -> Iterator[BackupProgress]:
    """A bar on standard error once it takes longer than two seconds; none without a terminal."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    from edgebox_cli.common.output import err_console

    began = time.monotonic()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=err_console(),
        transient=True,
        disable=not err_console().is_terminal,
    )
    task = bar.add_task("copying", total=None)

    def told(phase: str, done: int, total: int) -> None:
        bar.update(task, description=phase, completed=done, total=total or None)
        if time.monotonic() - began >= _QUIET_SECONDS:
            bar.start()

    try:
        yield told
    finally:
        bar.stop()
