"""Import: admit a model file that was carried here, by its hash or by the administrator."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.errors import ModelNotTrusted, ModelsFolderError, UsageError
from edgebox.models.catalog import ModelEntry
from edgebox.models.header import Header, read_header
from edgebox.models.part_file import CHUNK, Part, folder_errors, need_space
from edgebox.models.verification import sha256_of
from edgebox.settings import ROLES
from edgebox.system.progress import Progress, silent

if TYPE_CHECKING:
    from pathlib import Path

    from edgebox.models.installed import Installed
    from edgebox.models.records import Trust


@dataclass(frozen=True)
class Imported:
    """A model that is ready now.

    ``vouched``: its hash is in no catalogue; the administrator vouched for it.
    ``warnings``: one line each, for the administrator.
    """

    name: str
    path: Path
    sha256: str
    vouched: bool
    warnings: tuple[str, ...] = ()


def import_file(
    installed: Installed, path: Path, *, trust: bool = False, progress: Progress = silent
) -> Imported:
    """Copy a GGUF file into the models folder, if it may be trusted.

    1. The header is checked. A file that is not GGUF, or was cut short, is refused.
    2. The file is hashed while it is copied, so the copy is what was checked.
    3. A hash of the catalogue decides the name, whatever the file is called.
    4. An unknown hash is refused. With ``trust`` it is recorded as vouched for by the
       administrator, under a name made from the file's name.

    Args:
        installed: the models folder.
        path: the file to read; it is left as it is.
        trust: accept a file whose hash no catalogue knows.
        progress: shows the bytes.

    Raises:
        UsageError: there is no such file.
        ModelUnreadable: not a GGUF language model, or cut short.
        ModelNotTrusted: unknown hash, and ``trust`` was not given.
        ModelsFolderError: the folder is full, read-only or in use.
    """
    try:
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
        header = read_header(path)
        size = path.stat().st_size
        lists_size = any(e.sha256 and e.size_bytes == size for e in installed.catalog.entries)
        if not trust and not lists_size:
            # No listed hash can match: refuse before gigabytes are copied.
            raise _refusal(path, sha256_of(path, progress))
    except OSError as error:
        raise ModelsFolderError(f"Cannot read {path}: {error.strerror}.") from None
    installed.prepare()
    here = path.resolve().parent == installed.folder.resolve()
    if here and path.suffix in (".gguf", ".refused"):
        return _adopt(installed, path, header, trust=trust, progress=progress)
    with folder_errors(installed.folder):
        need_space(installed.folder, size)
        staging = installed.folder / f"{_name_of(path)}.gguf.import.part"
        with Part(staging) as part:
            part.restart()
            try:
                with path.open("rb") as source:
                    while chunk := source.read(CHUNK):
                        part.write(chunk)
                        progress("copy", part.size, size)
                entry = _decide(installed, path, part.sha256(), header, trust=trust)
                part.move(installed.folder / entry.filename)
            except BaseException:
                part.discard()
                raise
            return _admit(installed, entry, part.sha256(), header)


def _adopt(
    installed: Installed, path: Path, header: Header, *, trust: bool, progress: Progress
) -> Imported:
    """Admit a file that is in the models folder already: hash it, and rename it if necessary."""
    with folder_errors(installed.folder):
        found = sha256_of(path, progress)
        entry = _decide(installed, path, found, header, trust=trust)
        target = installed.folder / entry.filename
        if path.resolve() != target.resolve():
            path.replace(target)
        return _admit(installed, entry, found, header)


def _decide(
    installed: Installed, path: Path, sha256: str, header: Header, *, trust: bool
) -> ModelEntry:
    """Return the model that these bytes are.

    Raises:
        ModelNotTrusted: the hash is unknown and ``trust`` was not given.
    """
    if listed := installed.catalog.find_hash(sha256):
        return listed
    if not trust:
        raise _refusal(path, sha256)
    name = _name_of(path)
    if name in installed.catalog:
        listed = installed.catalog.get(name)
        if not listed.verified:  # the administrator knows better than an unconfirmed hash
            return listed
        name = f"{name}-{sha256[:8]}"
    quantization = re.search(r"(?i)(i?q\d\w*|tq\d\w*|mxfp4|bf16|f16|f32)$", name)
    return ModelEntry(
        name=name,
        family=header.name or name,
        roles=ROLES,
        quantization=quantization[0].upper() if quantization else "unknown",
        size_bytes=path.stat().st_size,
        sha256=sha256,
        licence="unknown",
        layers=header.layers,
        kv_bytes_per_token=header.kv_bytes_per_token,
        template_options={"enable_thinking": False} if "qwen3" in header.architecture else {},
        note="Added by the administrator of this box.",
    )


def _admit(installed: Installed, entry: ModelEntry, sha256: str, header: Header) -> Imported:
    listed = entry.name in installed.catalog and sha256 == entry.sha256
    trust: Trust = "catalogue" if listed else "administrator"
    installed.admit(entry, sha256, trust)
    warnings = []
    if not header.has_chat_template:
        warnings.append(
            f"{entry.name} has no chat template: it may be a base model, not an instruct model."
        )
    path = installed.folder / entry.filename
    return Imported(entry.name, path, sha256, trust == "administrator", tuple(warnings))


def _name_of(path: Path) -> str:
    """Make a model's name from a file's: lower-case, safe as a file name, without endings."""
    stem = path.name.lower().removesuffix(".refused").removesuffix(".gguf")
    return re.sub(r"[^a-z0-9._-]+", "-", stem).strip("-._")[:80] or "model"


def _refusal(path: Path, sha256: str) -> ModelNotTrusted:
    return ModelNotTrusted(
        f"{path.name} is in no catalogue: SHA-256 {sha256}. Native code reads model files: "
        "load only what you trust. If its publisher gives this hash: "
        f"edgebox models import {path} --trust"
    )
