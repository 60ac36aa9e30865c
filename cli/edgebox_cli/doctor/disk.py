"""The check of the disk: is there room for the database?"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from edgebox_cli.common.output import size
from edgebox_cli.doctor.check import Check, fail

if TYPE_CHECKING:
    from edgebox.settings import Settings

LEAST_DISK = 2_000_000_000


def disk(settings: Settings) -> Check:
    """Check that the database and its journal have room."""
    folder = next(p for p in (settings.state_dir, *settings.state_dir.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    if free >= LEAST_DISK:
        return Check("disk", "ok", f"{size(free)} free at {folder}")
    return fail(
        "disk",
        "{free} free at {folder}; {least} are needed.",
        "free some space at {folder}; if the models are on that disk: edgebox models remove NAME",
        free=size(free),
        folder=folder,
        least=size(LEAST_DISK),
    )
