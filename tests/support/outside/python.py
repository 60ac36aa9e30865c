"""A Python that every user may run: a developer's own is often below a closed home folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import cache

NOBODY = 65_534


@cache
def for_everybody() -> tuple[str, dict[str, str]] | None:
    """Return a Python that can run EdgeBox as another user, and the variables for it.

    None where there is none. Only for root.
    """
    names = (sys.executable, "/usr/bin/python{}.{}".format(*sys.version_info))
    places = [place for place in sys.path if place and not place.startswith(sys.base_prefix)]
    ours = {"PYTHONPATH": os.pathsep.join(places)}
    for name, variables in ((names[0], {}), (names[1], ours)):
        if shutil.which(name) is None:
            continue
        with suppress(PermissionError, subprocess.CalledProcessError):
            subprocess.run(
                [name, "-c", "import edgebox.store.db, edgebox_cli.common.box, wave"],
                env={**os.environ, **variables},
                cwd="/",
                user=NOBODY,
                group=NOBODY,
                extra_groups=[],
                capture_output=True,
                check=True,
                timeout=60,
            )
            return name, variables
    return None
