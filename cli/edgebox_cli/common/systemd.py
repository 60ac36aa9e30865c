"""The box's systemd units. On a machine without systemd every answer is empty."""

from __future__ import annotations

import shutil
import subprocess

PROCESSES = ("engine", "api", "worker")
ASK_SECONDS = 10.0


def unit_of(process: str) -> str:
    """Return the name of the unit that runs a process."""
    return f"edgebox-{process}.service"


def show(unit: str, *properties: str) -> dict[str, str]:
    """Return properties of a unit, or none where systemd is not running or has no such unit."""
    text = ask("systemctl", "show", unit, f"--property={','.join(('LoadState', *properties))}")
    found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return found if found.pop("LoadState", "") == "loaded" else {}


def has_units() -> bool:
    """Return whether systemd runs this box."""
    return bool(show(unit_of("api"), "ActiveState"))


def to_start(process: str) -> str:
    """Return the command that starts a process of this box."""
    return f"systemctl restart {unit_of(process)}" if has_units() else "edgebox up"


def ask(tool: str, *arguments: str) -> str:
    """Return what a tool of the system prints, or nothing where it is missing or fails."""
    path = shutil.which(tool)
    if path is None:
        return ""
    try:
        ended = subprocess.run(  # noqa: S603 - found on the PATH, our own arguments
            [path, *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=ASK_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout if ended.returncode == 0 else ""
