"""Pull: download a model from the first source that has it, and admit it by its hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from edgebox.errors import DownloadFailed, HashMismatch, ModelNotTrusted
from edgebox.models.header import read_header
from edgebox.models.part_file import Part, folder_errors
from edgebox.system.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from edgebox.models.catalog import ModelEntry
    from edgebox.models.installed import Installed
    from edgebox.models.records import Trust


class Downloader(Protocol):
    """Downloads files from one kind of source, such as a hub."""

    @property
    def kind(self) -> str:
        """The kind of the catalogue's sources that it downloads from."""

    def url(self, source: Any) -> str:  # noqa: ANN401 - its own kind of source
        """Return the address for downloading the file by hand; empty: there is none."""

    def fetch(
        self,
        source: Any,  # noqa: ANN401 - its own kind of source
        entry: ModelEntry,
        part: Part,
        progress: Progress,
    ) -> None:
        """Download into ``part``, continuing after what it holds already.

        The caller compares the hash.

        Raises:
            DownloadFailed: this source did not give the file.
            ModelsFolderError: it does not fit on the disk.
        """


@dataclass(frozen=True)
class Pulled:
    """A model that is ready. ``source`` is empty when the model was here already."""

    name: str
    path: Path
    sha256: str
    source: str


def pull(
    installed: Installed,
    name: str,
    *,
    downloaders: Sequence[Downloader],
    trust: bool = False,
    progress: Progress = silent,
    notice: Callable[[str], None] | None = None,
) -> Pulled:
    """Make a model ready, downloading what is missing.

    1. A model that is ready needs nothing. One that is here but unchecked is hashed first.
    2. Each source is tried in the catalogue's order, continuing an earlier download.
    3. A file with the right hash is moved into place. One with a wrong hash is kept as
       ``.refused`` and ends the command, whatever other sources there are.

    Args:
        installed: the models folder.
        name: a model of the catalogue.
        downloaders: one per kind of source; other sources are passed over. Shared between
            calls, so that an unreachable one is tried once.
        trust: accept a file whose hash no catalogue knows; the record says so.
        progress: shows the bytes.
        notice: receives one line for each source that failed.

    Raises:
        UnknownModel: no such model.
        ModelNotTrusted: its hash is unknown and ``trust`` was not given.
        DownloadFailed: no source gave it.
        HashMismatch: a source gave another file.
        ModelsFolderError: the folder is full, read-only or in use.
    """
    entry = installed.get(name)
    if ready := _ready(installed, entry, progress):
        return ready
    if entry.sha256 is None and not trust:
        raise ModelNotTrusted(
            f"No catalogue lists a hash for {name}, so the download cannot be checked. To accept "
            f"what the hub sends: edgebox models pull {name} --trust"
        )
    installed.prepare()
    known = {downloader.kind: downloader for downloader in downloaders}
    sources = [source for source in entry.sources if source.kind in known]
    failures = []
    for source in sources:
        with (
            folder_errors(installed.folder),
            Part(installed.part_path(entry, source.kind)) as part,
        ):
            try:
                known[source.kind].fetch(source, entry, part, progress)
            except DownloadFailed as error:
                failures.append(f"{source.title} {error.detail}")
                if notice:
                    notice(failures[-1])
                continue
            return _admit(installed, entry, part, source.title)
    if not failures:
        raise DownloadFailed(
            f"{name} was added here by hand and has no source. Carry the file here again: "
            "edgebox models import FILE --trust"
        )
    addresses = [address for s in sources if (address := known[s.kind].url(s))]
    raise DownloadFailed(
        f"{name} could not be downloaded: {'; '.join(failures)}. On a machine with a network, "
        f"download {addresses[0] if addresses else 'it'} and carry the file here: "
        "edgebox models import FILE"
    )


def _ready(installed: Installed, entry: ModelEntry, progress: Progress) -> Pulled | None:
    state = installed.state(entry.name)
    if state == "unchecked":
        try:
            installed.verify(entry.name, progress)
        except (HashMismatch, ModelNotTrusted):
            return None
    elif state != "ready":
        return None
    path = installed.path_of(entry.name)
    record = installed.records().get(entry.name)
    return Pulled(entry.name, path, record.sha256 if record else entry.sha256 or "", "")


def _admit(installed: Installed, entry: ModelEntry, part: Part, source: str) -> Pulled:
    found, path = part.sha256(), installed.folder / entry.filename
    if entry.sha256 and found != entry.sha256:
        refused = installed.refused_path(entry)
        part.move(refused)
        advice = (
            f"Remove it and pull again: edgebox models remove {entry.name}"
            if entry.verified
            else "The catalogue's hash was never confirmed. If the publisher's page gives this "
            f"one, vouch for it: edgebox models import {refused} --trust"
        )
        raise HashMismatch(
            f"{source} gave another file for {entry.name}: SHA-256 {found}, expected "
            f"{entry.sha256}. It is kept as {refused.name} and will not be loaded. {advice}"
        )
    trust: Trust = "catalogue" if entry.sha256 else "administrator"
    if not entry.sha256:
        part.sync()
        read_header(part.path)
    part.move(path)
    installed.admit(entry, found, trust)
    for other in installed.parts(entry):
        other.unlink(missing_ok=True)
        other.with_name(other.name + ".json").unlink(missing_ok=True)
    return Pulled(entry.name, path, found, source)
