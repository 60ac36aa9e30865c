"""Checks of the host: its GPUs and their driver, its clock, what its log complains of."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from edgebox_cli.common import systemd
from edgebox_cli.doctor.checks import Check
from edgebox_cli.support import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.settings import Settings

FIRST_YEAR = 2025
_NVIDIA = "0x10de"
_DISPLAY = "0x03"
_MOVED_SECONDS = 60.0
_DAY = 86_400.0


def gpu(root: Path = Path("/")) -> Check:
    """The kernel sees NVIDIA cards, the driver runs them, this user may use them.

    Args:
        root: of the file system.
    """
    from edgebox.system.machine import gpus
    from edgebox_cli.status.screen import size

    cards = [one for one in (root / "sys/bus/pci/devices").glob("*") if _is_card(one)]
    listed = gpus()
    if not cards and not listed:
        return Check("GPU", "ok", "none here: the models run on the processor")
    if not listed:
        if (root / "proc/driver/nvidia/version").exists():
            return Check("GPU", "fail", "The NVIDIA driver lists no GPU.", "nvidia-smi")
        return Check(
            "GPU",
            "warn",
            f"{len(cards)} NVIDIA GPU without its driver: the models run on the processor.",
            "apt install nvidia-driver, then: reboot",
        )
    nodes = [root / "dev" / name for name in ("nvidiactl", "nvidia-uvm", "nvidia0")]
    if missing := [str(node) for node in nodes if not node.exists()]:
        return Check("GPU", "fail", f"There is no {', '.join(missing)}.", "nvidia-modprobe -u -c 0")
    if closed := [str(node) for node in nodes if not os.access(node, os.R_OK | os.W_OK)]:
        names = " ".join(closed)
        return Check("GPU", "fail", f"This user may not use {names}.", f"chmod a+rw {names}")
    shown = ", ".join(f"{one.name} ({size(one.free)} of {size(one.total)} free)" for one in listed)
    return Check("GPU", "ok", shown)


def clock(now: float) -> Iterator[Check]:
    """Keys are refused and batches misnamed where the clock is wrong."""
    date = time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(now))
    if time.gmtime(now).tm_year < FIRST_YEAR:
        yield Check(
            "clock",
            "fail",
            f"This box believes it is {date}.",
            'timedatectl set-time "YYYY-MM-DD HH:MM:SS"',
        )
    else:
        yield Check("clock", "ok", date)
    yield from _synchronised()
    yield from _moved(now - time.monotonic())


def _synchronised() -> Iterator[Check]:
    """What ``timedatectl`` says of NTP; nothing where it says nothing."""
    said = systemd.ask("timedatectl", "show", "--property=NTP,NTPSynchronized")
    found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    if found.get("NTPSynchronized") == "yes":
        yield Check("NTP", "ok", "synchronised")
    elif found.get("NTP") == "no":
        detail = "Nothing sets the clock; keys are refused when it is 5 minutes off."
        yield Check("NTP", "warn", detail, "timedatectl set-ntp true")
    elif found:
        yield Check(
            "NTP",
            "warn",
            "The clock is not synchronised: no time server answers.",
            "set NTP= in /etc/systemd/timesyncd.conf, then: systemctl restart systemd-timesyncd",
        )


def _moved(offset: float) -> Iterator[Check]:
    """How far the clock was moved since the API started, by the clock that never jumps.

    Args:
        offset: of the clock from the one that never jumps, now.
    """
    names = "ExecMainStartTimestamp,ExecMainStartTimestampMonotonic"
    words = ("show", systemd.unit_of("api"), "--timestamp=unix", f"--property={names}")
    said = systemd.ask("systemctl", *words)
    found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    try:
        began = float(found["ExecMainStartTimestamp"].removeprefix("@"))
        moved = offset - (began - int(found["ExecMainStartTimestampMonotonic"]) / 1e6)
    except (KeyError, ValueError):
        return  # systemd does not run it
    if abs(moved) > _MOVED_SECONDS:
        yield Check(
            "clock, since start",
            "warn",
            f"It was moved by {moved:+.0f} s while the box ran.",
            "systemctl restart edgebox.target",
        )


def log(settings: Settings, now: float) -> Check:
    """Errors of the last day."""
    from edgebox.errors import EdgeBoxError
    from edgebox_cli.logs.sources import Wanted, source_of

    try:
        source = source_of(settings)
        found = list(source.records(1000, since=now - _DAY, wanted=Wanted(level="error")))
    except (EdgeBoxError, OSError):
        return Check("log", "ok", "there is none to look at")
    if not found:
        return Check("log", "ok", "no error in the last 24 hours")
    last = redact.record(found[-1])  # the doctor's findings go into support bundles
    said = f": {last.message}" if last else ""
    return Check(
        "log",
        "warn",
        f"{len(found)} errors in the last 24 hours; the last one, of {found[-1].process}{said}",
        "edgebox logs --level error --since 24h",
    )


def _is_card(device: Path) -> bool:
    try:
        vendor = (device / "vendor").read_text(encoding="ascii").strip()
        kind = (device / "class").read_text(encoding="ascii").strip()
    except OSError:
        return False
    return vendor == _NVIDIA and kind.startswith(_DISPLAY)
