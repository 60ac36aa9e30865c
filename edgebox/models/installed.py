"""The models folder: which files are here, and which of them may be loaded."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from edgebox.errors import HashMismatch, ModelMissing, ModelNotTrusted, ModelsFolderError
from edgebox.models.catalog import Catalog, ModelEntry, unknown_model
from edgebox.models.part_file import folder_errors
from edgebox.models.records import HashRecord, Records, Trust
from edgebox.models.verification import sha256_of, still_verified, trust_of
from edgebox.system.files import present, readable
from edgebox.system.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

State = Literal["ready", "unchecked", "partial", "missing"]
PART_KINDS = ("hub", "packages", "import")


class Installed:
    """The models of one folder.

    Args:
        folder: ``models_dir`` of the settings; it need not exist yet.
        catalog: the known models; read from its usual place when None.
        clock: Unix seconds, for the date a file was checked.
    """

    def __init__(
        self,
        folder: Path,
        catalog: Catalog | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.catalog = catalog or Catalog.load()
        self._records = Records(folder)
        self._clock = clock

    # what is known

    def entries(self) -> list[ModelEntry]:
        """Return the catalogue's models, then those an administrator added here."""
        added = [r.entry for r in self.records().values() if r.entry and r.name not in self.catalog]
        return [*self.catalog.entries, *added]

    def get(self, name: str) -> ModelEntry:
        """Return the model of this name, from the catalogue or added here.

        Raises:
            UnknownModel: there is none; the message offers the closest names.
        """
        known = {entry.name: entry for entry in self.entries()}
        if found := known.get(name):
            return found
        raise unknown_model(name, known)

    def path_of(self, name: str) -> Path:
        """Return where the model's file is, or would be.

        Raises:
            UnknownModel: no such model.
        """
        return self.folder / self.get(name).filename

    def records(self) -> dict[str, HashRecord]:
        """Return every record by model name."""
        return self._records.read()

    def state(self, name: str) -> State:
        """Return how much of a model is here.

        Returns:
            ``ready`` to load, ``unchecked`` (here, but not hashed since it changed),
            ``partial`` (a download that can continue) or ``missing``.

        Raises:
            UnknownModel: no such model.
            ModelsFolderError: this user may not look into the folder.
        """
        entry = self.get(name)
        if self._is_file(self.folder / entry.filename):
            return "ready" if self._matches(entry) else "unchecked"
        return "partial" if any(part.stat().st_size for part in self.parts(entry)) else "missing"

    # what may be loaded

    def require(self, name: str) -> Path:
        """Return the file of a model that may be loaded.

        A file that was put into the folder by hand, or changed since it was checked, is hashed
        in full first (seconds per gigabyte); otherwise this reads a few bytes.

        Raises:
            UnknownModel: no such model.
            ModelMissing: not here; the message says how to get it.
            HashMismatch: here, but not the file that the catalogue lists.
            ModelNotTrusted: here, but in no catalogue and no administrator vouched for it.
            ModelsFolderError: this user may not look into the folder.
        """
        entry = self.get(name)
        path = self.folder / entry.filename
        if not self._is_file(path):
            raise self._missing(entry)
        if not readable(path):
            raise ModelsFolderError(f"This user may not read {path}. Type: chmod o+r {path}")
        if not self._matches(entry):
            self.verify(name)
        return path

    def verify(self, name: str, progress: Progress = silent) -> HashRecord:
        """Hash a model's file in full and record the result.

        Raises:
            UnknownModel: no such model.
            ModelMissing: not here.
            HashMismatch: not the file that was expected; it may no longer be loaded.
            ModelNotTrusted: no hash is known for it and no administrator vouched for it.
        """
        entry = self.get(name)
        path = self.folder / entry.filename
        earlier = self.records().get(name)
        try:
            before = path.stat()
            found = sha256_of(path, progress)
        except FileNotFoundError:
            raise self._missing(entry) from None
        except OSError as error:
            raise ModelsFolderError(f"Cannot read {path}: {error.strerror}.") from None
        try:
            trust = trust_of(entry, path, found, earlier, listed=entry.name in self.catalog)
        except (HashMismatch, ModelNotTrusted):
            with contextlib.suppress(ModelsFolderError):
                self._records.forget(name, keep_trusted=True)
            raise
        record = self._record(entry, before, found, trust)
        _open_to_all(path)
        # The service may have the folder read-only: it then hashes at each start.
        with contextlib.suppress(ModelsFolderError):
            self._records.keep(record)
        return record

    # what changes the folder

    def prepare(self) -> None:
        """Make the folder. One of root's can be read by all: the service is another user.

        Raises:
            ModelsFolderError: it cannot be made or written.
        """
        with folder_errors(self.folder):
            missing = [path for path in (self.folder, *self.folder.parents) if not present(path)]
            self.folder.mkdir(parents=True, exist_ok=True)
            if os.geteuid() == 0:  # whose umask often leaves nothing to others
                for made in missing:
                    made.chmod(0o755)

    def admit(self, entry: ModelEntry, sha256: str, trust: Trust) -> HashRecord:
        """Record the file of ``entry``, whose hash the caller just computed, as loadable.

        Raises:
            ModelsFolderError: the record cannot be written.
        """
        path = self.folder / entry.filename
        _open_to_all(path)
        record = self._record(entry, path.stat(), sha256, trust)
        self._records.keep(record)
        return record

    def remove(self, name: str) -> int:
        """Delete a model's file, its unfinished downloads and the refused file.

        Returns:
            The bytes freed.

        Raises:
            UnknownModel: no such model.
            ModelMissing: there was nothing to delete.
            ModelsFolderError: the folder cannot be written.
        """
        entry = self.get(name)
        path = self.folder / entry.filename
        freed = 0
        with folder_errors(self.folder):
            found = [p for p in (path, self.refused_path(entry), *self.parts(entry)) if p.exists()]
            for file in found:
                freed += file.stat().st_size
                file.unlink()
                file.with_name(file.name + ".json").unlink(missing_ok=True)
        if not found and name not in self.records():
            raise ModelMissing(f"{name} is not here: there is nothing to remove.")
        self._records.forget(name)
        return freed

    def refused_path(self, entry: ModelEntry) -> Path:
        """Return where a file with the wrong hash is kept."""
        return self.folder / f"{entry.filename}.refused"

    def part_path(self, entry: ModelEntry, kind: str) -> Path:
        """Return the unfinished file of one of :data:`PART_KINDS`."""
        return self.folder / f"{entry.filename}.{kind}.part"

    def parts(self, entry: ModelEntry) -> list[Path]:
        """Return the unfinished files that are here."""
        return [path for kind in PART_KINDS if (path := self.part_path(entry, kind)).is_file()]

    def _is_file(self, path: Path) -> bool:
        try:
            return present(path) and path.is_file()
        except PermissionError:
            raise ModelsFolderError(
                f"This user may not look into {self.folder}. For a folder of root's: "
                f"chmod o+rx {self.folder}"
            ) from None

    def _matches(self, entry: ModelEntry) -> bool:
        """Whether the record is about the file as it is now, and allows loading it."""
        record = self.records().get(entry.name)
        return record is not None and still_verified(record, entry, self.folder / entry.filename)

    def _record(
        self, entry: ModelEntry, stat: os.stat_result, sha256: str, trust: Trust
    ) -> HashRecord:
        return HashRecord(
            name=entry.name,
            size=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            sha256=sha256,
            trust=trust,
            checked_at=datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds"),
            entry=None if entry.name in self.catalog else entry,
        )

    def _missing(self, entry: ModelEntry) -> ModelMissing:
        pull = f"edgebox models pull {entry.name}, or carry the file here and run: "
        return ModelMissing(
            f"The model {entry.name} is not in {self.folder}. Get it: "
            f"{pull if entry.sources else ''}edgebox models import FILE"
        )


def _open_to_all(path: Path) -> None:
    """Let the service read a file that root has put into a folder of root's."""
    found = path.stat()
    if os.geteuid() == found.st_uid == path.parent.stat().st_uid == 0:
        path.chmod(stat.S_IMODE(found.st_mode) | 0o444)
