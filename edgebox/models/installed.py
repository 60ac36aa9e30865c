"""The models folder: which files are here, and which of them may be loaded.

``installed.json`` keeps, per model, the hash that was computed over its file
with the size and time the file had then. While both still match, the file need
not be hashed again at every start. It also keeps whom the trust comes from: the
catalogue, or the administrator who vouched for a file that is in no catalogue.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from edgebox.errors import HashMismatch, ModelMissing, ModelNotTrusted, ModelsFolderError
from edgebox.models.catalog import Catalog, ModelEntry, ModelName, Sha256, unknown_model
from edgebox.models.files import Progress, folder_errors, sha256_of, silent
from edgebox.system import files as atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

State = Literal["ready", "unchecked", "partial", "missing"]
Trust = Literal["catalogue", "administrator"]
RECORDS = "installed.json"


class Record(BaseModel):
    """What was found when a file was last hashed in full.

    ``entry`` is set for a model that is in no catalogue: its description then
    lives here.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ModelName
    size: int
    mtime_ns: int
    sha256: Sha256
    trust: Trust
    checked_at: str
    entry: ModelEntry | None = None


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
        self._clock = clock

    # what is known

    def entries(self) -> list[ModelEntry]:
        """The catalogue's models, then those an administrator added here."""
        added = [r.entry for r in self.records().values() if r.entry and r.name not in self.catalog]
        return [*self.catalog.entries, *added]

    def get(self, name: str) -> ModelEntry:
        """The model of this name, from the catalogue or added here.

        Raises:
            UnknownModel: there is none; the message offers the closest names.
        """
        known = {entry.name: entry for entry in self.entries()}
        if found := known.get(name):
            return found
        raise unknown_model(name, known)

    def path_of(self, name: str) -> Path:
        """Where the model's file is, or would be.

        Raises:
            UnknownModel: no such model.
        """
        return self.folder / self.get(name).filename

    def records(self) -> dict[str, Record]:
        """Every record by model name. Damaged ones count as absent: they are made anew."""
        try:
            raw = json.loads((self.folder / RECORDS).read_text(encoding="utf-8"))
            listed = raw["models"]
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        records = {}
        for item in listed if isinstance(listed, list) else []:
            with contextlib.suppress(ValidationError):
                record = Record.model_validate(item)
                records[record.name] = record
        return records

    def state(self, name: str) -> State:
        """``ready`` to load, ``unchecked`` (here, not hashed since it changed), ``partial``
        (a download that can go on) or ``missing``.

        Raises:
            UnknownModel: no such model.
        """  # noqa: D205 - the four states are one sentence
        entry = self.get(name)
        if (self.folder / entry.filename).is_file():
            return "ready" if self._holds(entry, self.records().get(name)) else "unchecked"
        return "partial" if any(part.stat().st_size for part in self._parts(entry)) else "missing"

    def is_ready(self, name: str) -> bool:
        """Whether the model may be loaded now, without hashing it again.

        Raises:
            UnknownModel: no such model.
        """
        return self.state(name) == "ready"

    # what may be loaded

    def require(self, name: str) -> Path:
        """The file of a model that may be loaded.

        A file that was put into the folder by hand, or changed since, is hashed in
        full first (seconds a gigabyte); otherwise this reads a few bytes.

        Raises:
            UnknownModel: no such model.
            ModelMissing: not here; the message says how to get it.
            HashMismatch: here, but not the file that the catalogue lists.
            ModelNotTrusted: here, and nobody vouched for it.
        """
        entry = self.get(name)
        path = self.folder / entry.filename
        if not path.is_file():
            raise self._missing(entry)
        if not self._holds(entry, self.records().get(name)):
            self.verify(name)
        return path

    def verify(self, name: str, progress: Progress = silent) -> Record:
        """Hash a model's file in full and keep what was found.

        Raises:
            UnknownModel: no such model.
            ModelMissing: not here.
            HashMismatch: not the file that was expected; it may no longer be loaded.
            ModelNotTrusted: no hash is known for it and nobody vouched.
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
        vouched = earlier is not None and earlier.trust == "administrator"
        expected = earlier.sha256 if earlier and vouched else entry.sha256
        if found in (entry.sha256, expected):
            listed = found == entry.sha256 and entry.name in self.catalog
            trust: Trust = "catalogue" if listed else "administrator"
            record = self._record(entry, before, found, trust)
            # The service may hold the folder read-only: it then hashes at each start.
            with contextlib.suppress(ModelsFolderError):
                self._keep(record)
            return record
        with contextlib.suppress(ModelsFolderError):
            self._forget(name, keep_vouched=True)
        if expected is None:
            raise ModelNotTrusted(
                f"No catalogue lists a hash for {name}; this file has {found}. If its publisher "
                f"says the same: edgebox models import {path} --trust"
            )
        raise HashMismatch(
            f"{path.name} is not the file it should be (SHA-256 {found[:12]}…, expected "
            f"{expected[:12]}…) and will not be loaded. Carry it here again: edgebox models import "
            f"FILE; or get it: edgebox models remove {name}, then edgebox models pull {name}"
        )

    # what changes the folder

    def prepare(self) -> None:
        """Make the folder.

        Raises:
            ModelsFolderError: it cannot be made or written.
        """
        with folder_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)

    def admit(self, entry: ModelEntry, sha256: str, trust: Trust) -> Record:
        """Record the file of ``entry``, whose hash the caller just computed, as loadable.

        Raises:
            ModelsFolderError: the record cannot be written.
        """
        record = self._record(entry, (self.folder / entry.filename).stat(), sha256, trust)
        self._keep(record)
        return record

    def remove(self, name: str) -> int:
        """Delete a model's file, its unfinished downloads and what was refused.

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
            found = [p for p in (path, self.refused_path(entry), *self._parts(entry)) if p.exists()]
            for file in found:
                freed += file.stat().st_size
                file.unlink()
                file.with_name(file.name + ".json").unlink(missing_ok=True)
        if not found and name not in self.records():
            raise ModelMissing(f"{name} is not here: there is nothing to remove.")
        self._forget(name)
        return freed

    def refused_path(self, entry: ModelEntry) -> Path:
        """Where a file with the wrong hash is kept apart."""
        return self.folder / f"{entry.filename}.refused"

    def part_path(self, entry: ModelEntry, source: str) -> Path:
        """The unfinished file from one kind of source."""
        return self.folder / f"{entry.filename}.{source}.part"

    def _parts(self, entry: ModelEntry) -> list[Path]:
        kinds = ("hub", "packages", "import")
        return [p for kind in kinds if (p := self.part_path(entry, kind)).is_file()]

    def _holds(self, entry: ModelEntry, record: Record | None) -> bool:
        """Whether the record still speaks of this very file, and says it may be loaded."""
        if record is None:
            return False
        if record.trust == "catalogue" and record.sha256 != entry.sha256:
            return False  # a newer catalogue lists another file
        try:
            now = (self.folder / entry.filename).stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (record.size, record.mtime_ns)

    def _record(
        self,
        entry: ModelEntry,
        stat: os.stat_result,
        sha256: str,
        trust: Trust,
    ) -> Record:
        return Record(
            name=entry.name,
            size=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            sha256=sha256,
            trust=trust,
            checked_at=datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds"),
            entry=None if entry.name in self.catalog else entry,
        )

    def _missing(self, entry: ModelEntry) -> ModelMissing:
        get = f"edgebox models pull {entry.name}, or carry the file here and run: "
        if not entry.sources:
            get = ""
        return ModelMissing(
            f"The model {entry.name} is not in {self.folder}. Get it: "
            f"{get}edgebox models import FILE"
        )

    @contextlib.contextmanager
    def _editing(self) -> Iterator[dict[str, Record]]:
        """The records, to be changed in place; one writer at a time."""
        with folder_errors(self.folder):
            descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                records = self.records()
                yield records
                listed = [r.model_dump(exclude_none=True, by_alias=True) for r in records.values()]
                text = json.dumps({"models": listed}, ensure_ascii=False, indent=1) + "\n"
                atomic.write_text(self.folder / RECORDS, text)
            finally:
                os.close(descriptor)

    def _keep(self, record: Record) -> None:
        with self._editing() as records:
            records[record.name] = record

    def _forget(self, name: str, *, keep_vouched: bool = False) -> None:
        if not (found := self.records().get(name)):
            return
        with self._editing() as records:
            if keep_vouched and found.trust == "administrator":
                # Keep whom and what was vouched for, but let it speak of no present file.
                records[name] = found.model_copy(update={"mtime_ns": -1})
            else:
                records.pop(name, None)


def require(name: str, models_dir: Path) -> Path:
    """The file of a model that may be loaded: what the engine asks at its start.

    Raises:
        ModelError: see ``Installed.require``.
    """
    return Installed(models_dir).require(name)
