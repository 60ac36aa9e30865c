"""Checks of the host: its GPUs and their driver, its clock, the errors in the box's log."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from edgebox.errors import EdgeBoxError
from edgebox.system.machine import built_for, capabilities, gpus
from edgebox_cli.common import redact, systemd
from edgebox_cli.common.distribution import time_server
from edgebox_cli.common.output import size
from edgebox_cli.doctor.check import Check, fail, warn
from edgebox_cli.logs.sources import Wanted, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edgebox.settings import Settings

FIRST_YEAR = 2025
_NVIDIA = "0x10de"
_DISPLAY = "0x03"
_JIT = (
    "cp -r /opt/edgebox/current/systemd/gpu-jit/edgebox-engine.service.d /etc/systemd/system/; "
    "systemctl daemon-reload; systemctl restart edgebox-engine"
)
_ZONE_RULE = re.compile(r"(<[A-Za-z0-9+-]{3,}>|[A-Za-z]{3,})[+-]?\d")
"""TZ with a rule instead of a name, such as KST-9: needs no file (POSIX, 8.3)."""
_MOVED_SECONDS = 60.0
_DAY = 86_400.0


def gpu(root: Path = Path("/")) -> Check:
    """Check that the driver runs the NVIDIA cards the kernel sees, and this user may use them.

    Args:
        root: of the file system.
    """
    cards = 0
    for device in (root / "sys/bus/pci/devices").glob("*"):
        with suppress(OSError):
            vendor = (device / "vendor").read_text(encoding="ascii").strip()
            kind = (device / "class").read_text(encoding="ascii").strip()
            cards += vendor == _NVIDIA and kind.startswith(_DISPLAY)
    listed = gpus()
    if not cards and not listed:
        return Check("GPU", "ok", "none here: the models run on the processor")
    if not listed:
        if (root / "proc/driver/nvidia/version").exists():
            return fail("GPU", "The NVIDIA driver lists no GPU.", "nvidia-smi")
        return warn(
            "GPU",
            "{cards} NVIDIA GPU without its driver: the models run on the processor.",
            "install NVIDIA's driver, 580 or newer, then: reboot",
            cards=cards,
        )
    nodes = [root / "dev" / name for name in ("nvidiactl", "nvidia-uvm", "nvidia0")]
    if missing := [str(node) for node in nodes if not node.exists()]:
        return fail(
            "GPU", "There is no {files}.", "nvidia-modprobe -u -c 0", files=", ".join(missing)
        )
    if closed := [str(node) for node in nodes if not os.access(node, os.R_OK | os.W_OK)]:
        names = " ".join(closed)
        return fail("GPU", "This user may not use {names}.", "chmod a+rw {names}", names=names)
    shown = ", ".join(f"{one.name} ({size(one.free)} of {size(one.total)} free)" for one in listed)
    return _code(built_for()) or Check("GPU", "ok", shown)


def _code(built: tuple[int, ...]) -> Check | None:
    """Return what is wrong if a card has no machine code in this build.

    Code runs on later cards with the same first digit; of 12.x only on its own. For others there is
    PTX of the newest below 12.0, which the driver has to compile.

    Args:
        built: compute capabilities without their points; empty: the machine's own.
    """
    newest = max((a for a in built if a < 120), default=999)
    for card in capabilities() if built else ():
        if card in built or any(a < 120 and a // 10 == card // 10 and a <= card for a in built):
            continue
        capability = f"{card / 10}"
        if newest < card:
            return warn(
                "GPU",
                "This release has no code for a card of compute capability {capability}: the "
                "driver compiles it at each start.",
                _JIT,
                capability=capability,
            )
        return fail(
            "GPU",
            "This release has no code for a card of compute capability {capability}.",
            "build one: packaging/build --cuda {card}",
            capability=capability,
            card=card,
        )
    return None


def clock(now: float) -> Iterator[Check]:
    """Check the date, the zone, NTP and jumps: a wrong clock refuses keys and misnames batches.

    Args:
        now: Unix seconds.
    """
    date = time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(now))
    if time.gmtime(now).tm_year < FIRST_YEAR:
        yield fail(
            "clock",
            "This box believes it is {date}.",
            'timedatectl set-time "YYYY-MM-DD HH:MM:SS"',
            date=date,
        )
    else:
        yield Check("clock", "ok", date)
    yield time_zone(os.environ)
    yield from ntp()
    yield from moved(now - time.monotonic())


def time_zone(environ: Mapping[str, str], root: Path = Path("/")) -> Check:
    """Check that the C library can load this machine's time zone: if not, it silently takes UTC.

    Args:
        environ: may have TZ and TZDIR, as tzset(3) reads them.
        root: of the file system.
    """
    name = "time zone"
    value = environ.get("TZ")
    local = root / "etc/localtime"
    if value is None:
        missing = f"{local} -> {local.readlink()}" if local.is_symlink() else ""
        loaded = not missing or local.exists()
        shown = missing or (str(local) if local.exists() else "UTC")
    else:
        zone = value.removeprefix(":")
        folder = root / environ.get("TZDIR", "usr/share/zoneinfo").removeprefix("/")
        file = root / zone[1:] if zone.startswith("/") else folder / zone
        by_rule = _ZONE_RULE.match(value) or value in ("", "UTC", "GMT")
        shown, loaded = f"TZ={value}", bool(by_rule) or file.is_file()
    if loaded:
        return Check(name, "ok", shown)
    return warn(
        name,
        "{zone} cannot be loaded: batch ids and the hours of the night are in UTC.",
        "install the package tzdata (or correct TZ), then restart the box",
        zone=shown,
    )


def ntp(root: Path = Path("/")) -> Iterator[Check]:
    """Check that the clock is synchronised; nothing where ``timedatectl`` does not answer.

    Args:
        root: of the file system.
    """
    found = _properties("timedatectl", "show", "--property=NTP,NTPSynchronized")
    if found.get("NTPSynchronized") == "yes":
        yield Check("NTP", "ok", "synchronised")
    elif found.get("NTP") == "no":
        yield warn(
            "NTP",
            "Nothing sets the clock; keys are refused when it is 5 minutes off.",
            "timedatectl set-ntp true",
        )
    elif found:
        line, file, service = time_server(root)
        yield warn(
            "NTP",
            "The clock is not synchronised: no time server answers.",
            "write {line} into {file}, then: systemctl restart {service}",
            line=line,
            file=file,
            service=service,
        )


def moved(offset: float) -> Iterator[Check]:
    """Warn when the clock was moved since the API started; nothing where systemd does not run it.

    Args:
        offset: seconds between the clock and the monotonic one, now.
    """
    names = "ExecMainStartTimestamp,ExecMainStartTimestampMonotonic"
    unit = systemd.unit_of("api")
    found = _properties("systemctl", "show", unit, "--timestamp=unix", f"--property={names}")
    try:
        began = float(found["ExecMainStartTimestamp"].removeprefix("@"))
        jump = offset - (began - int(found["ExecMainStartTimestampMonotonic"]) / 1e6)
    except (KeyError, ValueError):
        return
    if abs(jump) > _MOVED_SECONDS:
        yield warn(
            "clock, since start",
            "It was moved by {jump} s while the box ran.",
            "systemctl restart edgebox.target",
            jump=f"{jump:+.0f}",
        )


def log(settings: Settings, now: float) -> Check:
    """Warn of errors of the last day in the box's log.

    Args:
        settings: name the log.
        now: Unix seconds.
    """
    try:
        source = source_of(settings)
        found = list(source.records(1000, since=now - _DAY, wanted=Wanted(level="error")))
    except (EdgeBoxError, OSError):
        return Check("log", "ok", "there is none to look at")
    if not found:
        return Check("log", "ok", "no error in the last 24 hours")
    last = redact.record(found[-1])  # the doctor's findings go into support bundles
    return warn(
        "log",
        "Errors in the last 24 hours: {count}; the last one, of {process}{message}",
        "edgebox logs --level error --since 24h",
        count=len(found),
        process=found[-1].process,
        message=f": {last.message}" if last else "",
    )


def _properties(tool: str, *arguments: str) -> dict[str, str]:
    """Return what a tool prints as NAME=VALUE lines."""
    lines = systemd.ask(tool, *arguments).splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)
