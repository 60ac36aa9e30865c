"""What systemd says of the box's units; nothing on a machine without it."""

from __future__ import annotations

import shutil
import subprocess

PROCESSES = ("engine", "api", "worker")
ASK_SECONDS = 10.0


def unit_of(process: str) -> str:
    """The unit that runs a process."""
    return f"edgebox-{process}.service"


def show(unit: str, *properties: str) -> dict[str, str]:
    """Properties of a unit; empty where systemd does not run or does not know it."""
    said = ask("systemctl", "show", unit, f"--property={','.join(('LoadState', *properties))}")
    found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    return found if found.pop("LoadState", "") == "loaded" else {}


def has_units() -> bool:
    """Whether systemd runs this box."""
    return bool(show(unit_of("api"), "ActiveState"))


def to_start(process: str) -> str:
    """What to type to have a process run, whoever runs this box."""
    return f"systemctl restart {unit_of(process)}" if has_units() else "edgebox up"


def ask(tool: str, *words: str) -> str:
    """What a tool of the system says; empty where it is missing or fails."""
    path = shutil.which(tool)
    if path is None:
        return ""
    try:
        ended = subprocess.run(  # noqa: S603 - found on the PATH, our own words
            [path, *words],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ASK_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout if ended.returncode == 0 else ""
