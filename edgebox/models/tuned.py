"""``tuned.json``: how this machine runs the models best, as `edgebox tune` measured it.

What is faster depends on the processor, so nothing here is guessed. A record counts for the
processor, the build of llama.cpp and the files of the models that it was made with, and for nothing
else.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edgebox.models.part_file import folder_errors
from edgebox.settings import ROLES, Role
from edgebox.system.files import write_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.models.installed import Installed
    from edgebox.settings import Settings

FILE: Final = "tuned.json"
LONGEST: Final = 100_000
"""Bytes that are read of it."""

_MODALIAS = Path("/sys/devices/system/cpu/modalias")


class Way(BaseModel):
    """One way of running a model.

    Attributes:
        role: whose model.
        repack: whether llama.cpp rearranges its weights.
        threads: of every step.
        spin: how long a thread spins for the others, as ``GOMP_SPINCOUNT``.
        busy: beside a process that keeps a core busy.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Role
    repack: bool
    threads: int = Field(ge=1, le=4096)
    spin: int = Field(ge=1)
    busy: bool = False


class Timings(BaseModel):
    """What a way of running a model costs, in seconds.

    Attributes:
        read: for a prompt token.
        write: for a token of one answer alone.
        together: for a token where four answers are written at once.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    read: float = Field(gt=0)
    write: float = Field(gt=0)
    together: float = Field(gt=0)


class Trial(BaseModel):
    """A way that was tried, and what it cost here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    way: Way
    timings: Timings


class TunedRole(BaseModel):
    """How a role's model is run.

    Attributes:
        sha256: of the model's file.
        repack: whether llama.cpp rearranges its weights.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    sha256: str
    repack: bool


class Tuned(BaseModel):
    """All that was chosen.

    Attributes:
        at: Unix seconds.
        processor: `processor()` of then.
        build: the version of llama-cpp-python.
        threads: of every step.
        spin: how long a thread spins for the others, as ``GOMP_SPINCOUNT``.
        roles: by role.
        trials: what it was chosen from.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: float
    processor: str
    build: str
    threads: int = Field(ge=1, le=4096)
    spin: int = Field(ge=1)
    roles: dict[Role, TunedRole]
    trials: tuple[Trial, ...] = ()

    def holds(self, files: Mapping[Role, str], build: str | None = None) -> bool:
        """Return whether it was measured with this processor and build, and with these files.

        Args:
            files: the SHA-256 of the file of each role that this engine serves.
            build: the version of llama-cpp-python; None: whichever.
        """
        mine = {role: found.sha256 for role, found in self.roles.items() if role in files}
        known = self.processor == processor() and mine == dict(files)
        return known and build in (None, self.build)


def read_tuned(folder: Path) -> Tuned | None:
    """Return what was measured last; None where nothing was, or the file is damaged."""
    try:
        with (folder / FILE).open("rb") as file:
            return Tuned.model_validate(json.loads(file.read(LONGEST)))
    except (OSError, ValueError, ValidationError):
        return None


def tuned_here(settings: Settings, installed: Installed, build: str | None = None) -> Tuned | None:
    """Return what was measured here for the models of the settings; None if nothing was.

    Args:
        settings: name the models.
        installed: the models folder.
        build: the version of llama-cpp-python; None: the installed one.
    """
    found = read_tuned(installed.folder)
    if found is None:
        return None
    if build is None:
        with suppress(PackageNotFoundError):
            build = version("llama-cpp-python")  # without loading it
    records = installed.records()
    files: dict[Role, str] = {}
    for role in ROLES:
        options = settings.engines.role(role)
        if not options.url:
            record = records.get(options.model)
            files[role] = record.sha256 if record else ""
    return found if files and found.holds(files, build) else None


def keep_tuned(folder: Path, tuned: Tuned) -> None:
    """Write it.

    Raises:
        ModelsFolderError: the folder cannot be written.
    """
    with folder_errors(folder):
        write_text(folder / FILE, tuned.model_dump_json(indent=1) + "\n")


def processor() -> str:
    """Return what tells this processor from others, with the cores that may be used of it.

    The kernel's ``modalias`` names family, model and every feature, and a sandbox that hides
    ``/proc/cpuinfo`` shows it.
    """
    try:
        kind = _MODALIAS.read_bytes()
    except OSError:
        kind = os.uname().machine.encode()
    cores = len(os.sched_getaffinity(0))
    return f"{hashlib.sha256(kind).hexdigest()[:16]}/{cores}"
