"""Checks of the permissions of the configuration, the state folder and the models."""

from __future__ import annotations

import shlex
import stat
from typing import TYPE_CHECKING

from edgebox_cli.doctor.check import Check, fail, warn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from edgebox.settings import Settings

_FSCK = "lost+found"
"""At the top of a disk's file system; it belongs to root and is not ours."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def configuration(settings: Settings, path: Path) -> Check:
    """Check that others cannot change the file, nor read a password in it."""
    name = "permissions: config"
    mode = _mode(path)
    if mode is None:
        return Check(name, "ok", "there is no file")
    quoted = shlex.quote(str(path))
    if mode & stat.S_IWOTH:
        return fail(
            name, "Everybody may change {path}.", "chmod o-w {quoted}", path=path, quoted=quoted
        )
    urls = (settings.engines.slm.url, settings.engines.mlm.url)
    if mode & stat.S_IROTH and any("@" in url for url in urls):
        return fail(
            name,
            "Everybody may read the password in {path}.",
            "chmod o= {quoted}",
            path=path,
            quoted=quoted,
        )
    return Check(name, "ok", f"mode {mode:04o}")


def state_files(folder: Path, models: Path) -> Iterator[Check]:
    """Check that the files are their owner's alone; nothing when they cannot be listed."""
    name = "permissions: state"
    try:
        owner = folder.stat().st_uid
        # An installed box keeps its models there: they belong to root and all may read them.
        files = sorted(file for file in folder.iterdir() if file not in (models, folder / _FSCK))
        foreign = [file for file in files if file.lstat().st_uid != owner]
    except OSError:
        return  # the check of the state folder reports it
    if foreign:
        paths = " ".join(shlex.quote(str(file)) for file in foreign)
        yield fail(
            name,
            "{names} in {folder} belong to another user than the folder: the box may "
            "not write them.",
            "chown -R --reference={reference} {paths}",
            names=_names(foreign),
            folder=folder,
            reference=shlex.quote(str(folder)),
            paths=paths,
        )
        return
    # chmod would follow a link, to a file that is not the box's.
    ours = [file for file in files if not file.is_symlink()]
    if open_ones := [file for file in ours if (_mode(file) or 0) & _OTHERS]:
        paths = " ".join(shlex.quote(str(file)) for file in open_ones)
        yield warn(
            name,
            "Others may use {names}.",
            "chmod go= {paths}",
            names=_names(open_ones),
            paths=paths,
        )
        return
    yield Check(name, "ok", f"{len(files)} files are their owner's alone")


def models(folder: Path) -> Check:
    """Check that others cannot change the models."""
    name = "permissions: models"
    try:
        files = [folder, *sorted(folder.glob("*.gguf"))]
        open_ones = [file for file in files if (_mode(file) or 0) & stat.S_IWOTH]
    except OSError:
        open_ones = []
    if open_ones:
        paths = " ".join(shlex.quote(str(file)) for file in open_ones)
        return fail(
            name,
            "Everybody may change {path}.",
            "chmod o-w {quoted}",
            path=_names(open_ones),
            quoted=paths,
        )
    return Check(name, "ok", "only their owner changes them")


def _names(files: Iterable[Path]) -> str:
    return ", ".join(file.name for file in files)


def _mode(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
