"""Which model files may be loaded: those whose SHA-256 is published or was vouched for."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from edgebox.errors import HashMismatch, ModelNotTrusted
from edgebox.models.part_file import CHUNK
from edgebox.system.progress import Progress, silent

if TYPE_CHECKING:
    from pathlib import Path

    from edgebox.models.catalog import ModelEntry
    from edgebox.models.records import HashRecord, Trust


def sha256_of(path: Path, progress: Progress = silent) -> str:
    """Return the SHA-256 of a file, as lower-case hex.

    Raises:
        OSError: the file cannot be read.
    """
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        total = os.fstat(file.fileno()).st_size
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            progress("verify", done, total)
    return digest.hexdigest()


def trust_of(
    entry: ModelEntry, path: Path, found: str, earlier: HashRecord | None, *, listed: bool
) -> Trust:
    """Return who vouches for a file.

    Args:
        entry: the model it is to be.
        path: the file, for the messages.
        found: its SHA-256.
        earlier: what is recorded of the model.
        listed: whether the catalogue has the model.

    Raises:
        HashMismatch: it is not the file that was expected.
        ModelNotTrusted: no hash is known for it and no administrator vouched for it.
    """
    vouched = earlier is not None and earlier.trust == "administrator"
    expected = earlier.sha256 if earlier and vouched else entry.sha256
    if found in (entry.sha256, expected):
        return "catalogue" if found == entry.sha256 and listed else "administrator"
    if expected is None:
        raise ModelNotTrusted(
            f"No catalogue lists a hash for {entry.name}; this file has {found}. If its publisher "
            f"gives the same hash: edgebox models import {path} --trust"
        )
    raise HashMismatch(
        f"{path.name} is not the expected file (SHA-256 {found[:12]}…, expected "
        f"{expected[:12]}…) and will not be loaded. Carry it here again: edgebox models import "
        f"FILE; or download it: edgebox models remove {entry.name}, then "
        f"edgebox models pull {entry.name}"
    )


def still_verified(record: HashRecord, entry: ModelEntry, path: Path) -> bool:
    """Return whether a record is about the file as it is now, and allows loading it."""
    if record.trust == "catalogue" and record.sha256 != entry.sha256:
        return False  # a newer catalogue lists another file
    try:
        now = path.stat()
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns) == (record.size, record.mtime_ns)
