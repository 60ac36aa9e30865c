"""The units of systemd: Prometheus and Alertmanager of our own, beside Debian's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from watch import render
from watch.processes import TIME_ZONE, alertmanager_command, prometheus_command
from watch.settings import Wrong, load, read_files

if TYPE_CHECKING:
    from watch.settings import Monitoring

# Not in /etc/edgebox: only root and the box's user may enter it, and the box's --purge empties it.
ETC = Path("/etc/edgebox-monitoring")
SETTINGS = ETC / "monitoring.toml"
CONFIG = ETC / "config"
DATA = Path("/var/lib/edgebox-monitoring")
PROGRAM = Path("/usr/local/lib/edgebox-monitoring")  # all of monitoring/, as it was installed
USER = "prometheus"
UNSEEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - by the units below

# The engine's cores and memory are the product: watching gets what is left.
UNIT = """\
[Unit]
Description=EdgeBox: {what}
Documentation=file:///opt/edgebox/current/docs/guide/monitor.md
After=network.target

[Service]
User={user}
Group={user}
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
Environment=TZ={zone}
Restart=always
RestartSec=5
StateDirectory=edgebox-monitoring edgebox-monitoring/data edgebox-monitoring/alerts
StateDirectoryMode=0750
UMask=0027
CPUWeight=20
MemoryMax=256M
TasksMax=64
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
PrivateTmp=yes
PrivateDevices=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
LockPersonality=yes
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""


def units(wanted: Monitoring) -> dict[str, str]:
    """Return the unit files by name; the relay's only where a messenger is set."""
    commands = {
        "prometheus": ("reads the metrics", prometheus_command(wanted, CONFIG, data=DATA)),
        "alertmanager": ("sends the alerts", alertmanager_command(wanted, CONFIG, data=DATA)),
    }
    if wanted.messenger.kind:
        relay = ["/usr/bin/python3", f"{PROGRAM}/relay", str(SETTINGS)]
        commands["relay"] = (f"passes alerts on to {wanted.messenger.kind}", relay)
    return {
        f"edgebox-{name}.service": UNIT.format(
            what=what,
            user=USER,
            zone=TIME_ZONE,
            command=" \\\n  ".join(command).replace(str(render.HERE), str(PROGRAM)),
        )
        for name, (what, command) in commands.items()
    }


def check_readable(wanted: Monitoring) -> None:
    """Raise Wrong if the units cannot read a file of the settings; only root can ask that."""
    for name, path in read_files(wanted).items():
        if not path:
            continue
        if any(Path(path).resolve().is_relative_to(folder) for folder in UNSEEN):
            raise Wrong(f"{name}: the units do not see {path}. Put the file into {ETC}")
        who = [f"--reuid={USER}", f"--regid={USER}", "--init-groups"]
        asked = ["setpriv", *who, "test", "-r", path]
        if subprocess.run(asked, check=False, capture_output=True).returncode:  # noqa: S603
            raise Wrong(
                f"{name}: the user {USER} cannot read {path}. Put the file into {ETC}, then: "
                f"chown root:{USER} FILE; chmod 640 FILE"
            )


def main() -> int:
    """Write configuration and units: ``units.py SETTINGS CONFIG UNITS``."""
    settings, config, folder = (Path(one) for one in sys.argv[1:])
    try:
        wanted = load(settings)
        check_readable(wanted)
        render.write(wanted, config, where=CONFIG)
        for name, text in units(wanted).items():
            (folder / name).write_text(text, encoding="utf-8")
    except Wrong as error:
        print(f"monitoring/install: {settings}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
