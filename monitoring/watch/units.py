"""The units of systemd: Prometheus and Alertmanager of our own, beside Debian's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from watch import render
from watch.processes import TIME_ZONE, alertmanager_command, prometheus_command
from watch.settings import Wrong, load

if TYPE_CHECKING:
    from watch.settings import Monitoring

CONFIG = Path("/etc/edgebox/monitoring")
DATA = Path("/var/lib/edgebox-monitoring")
PROGRAM = Path("/usr/local/lib/edgebox-monitoring")  # consoles and relay: as they were installed

# The engine's cores and memory are the product: watching gets what is left.
UNIT = """\
[Unit]
Description=EdgeBox: {what}
Documentation=file:///opt/edgebox/current/docs/guide/monitor.md
After=network.target

[Service]
User=prometheus
Group=prometheus
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
Environment=TZ={zone}
Restart=on-failure
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
        relay = ["/usr/bin/python3", f"{PROGRAM}/relay", "/etc/edgebox/monitoring.toml"]
        commands["relay"] = (f"passes alerts on to {wanted.messenger.kind}", relay)
    return {
        f"edgebox-{name}.service": UNIT.format(
            what=what,
            zone=TIME_ZONE,
            command=" \\\n  ".join(command).replace(str(render.HERE), str(PROGRAM)),
        )
        for name, (what, command) in commands.items()
    }


def main() -> int:
    """Write configuration and units: ``units.py SETTINGS CONFIG UNITS``."""
    settings, config, folder = (Path(one) for one in sys.argv[1:])
    try:
        wanted = load(settings)
        render.write(wanted, config, where=CONFIG)
        for name, text in units(wanted).items():
            (folder / name).write_text(text, encoding="utf-8")
    except Wrong as error:
        print(f"monitoring/install: {settings}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
