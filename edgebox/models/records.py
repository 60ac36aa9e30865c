"""``installed.json``: the hash that was computed over each model file, and who trusts it.

A record holds the size and time that the file had when it was hashed. While both still match,
the file is not hashed again at every start.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from edgebox.errors import ModelsFolderError
from edgebox.models.catalog import (  # noqa: TC001 - pydantic reads the annotations at run time
    ModelEntry,
    ModelName,
    Sha256,
)
from edgebox.models.part_file import folder_errors
from edgebox.system import folder_lock
from edgebox.system.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Trust = Literal["catalogue", "administrator"]
RECORDS = "installed.json"


class HashRecord(BaseModel):
    """What was found when a file was last hashed in full.

    ``entry`` is set for a model that is in no catalogue: its description is kept here.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ModelName
    size: int
    mtime_ns: int
    sha256: Sha256
    trust: Trust
    checked_at: str
    entry: ModelEntry | None = None


class Records:
    """The records of one models folder, by model name.

    Args:
        folder: it need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> dict[str, HashRecord]:
        """Return every valid record. A damaged one counts as absent: the file is hashed again."""
        try:
            raw = json.loads((self._folder / RECORDS).read_text(encoding="utf-8"))
            listed = raw["models"]
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        records = {}
        for item in listed if isinstance(listed, list) else []:
            with contextlib.suppress(ValidationError):
                record = HashRecord.model_validate(item)
                records[record.name] = record
        return records

    def keep(self, record: HashRecord) -> None:
        """Add a record, or replace the one of the same name.

        Raises:
            ModelsFolderError: it cannot be written.
        """
        with self._editing() as records:
            records[record.name] = record

    def forget(self, name: str, *, keep_trusted: bool = False) -> None:
        """Remove a record.

        Args:
            name: the model's.
            keep_trusted: keep what an administrator vouched for, but let it match no file.

        Raises:
            ModelsFolderError: it cannot be written.
        """
        if name not in self.read():
            return
        with self._editing() as records:
            found = records.pop(name, None)
            if found and keep_trusted and found.trust == "administrator":
                records[name] = found.model_copy(update={"mtime_ns": -1})

    @contextlib.contextmanager
    def _editing(self) -> Iterator[dict[str, HashRecord]]:
        """Yield the records for changing them in place; one writer at a time."""
        with folder_errors(self._folder), folder_lock.held(self._folder, ModelsFolderError):
            records = self.read()
            yield records
            listed = [r.model_dump(exclude_none=True, by_alias=True) for r in records.values()]
            text = json.dumps({"models": listed}, ensure_ascii=False, indent=1) + "\n"
            write_text(self._folder / RECORDS, text)
