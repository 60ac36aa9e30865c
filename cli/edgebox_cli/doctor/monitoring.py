"""Whether what ``monitoring/install`` started does its work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import httpx

from edgebox_cli.doctor.check import Check, warn

UNITS = Path("/etc/systemd/system")
DEFAULTS = {"prometheus": "127.0.0.1:9090", "alertmanager": "127.0.0.1:9093"}
SECONDS = 3.0
_LINES: Final = "journalctl -u edgebox-{unit} -n 50"
UNSENT = 'ALERTS{alertname="AlertsNotSent",alertstate="firing"}'


def monitoring(units: Path = UNITS) -> Check | None:
    """Return whether alerts can arrive; None where nothing is installed."""
    if not (units / "edgebox-prometheus.service").exists():
        return None
    where = {name: _address(units, name) for name in DEFAULTS}
    with httpx.Client(trust_env=False, timeout=SECONDS) as http:
        try:
            http.get(f"http://{where['alertmanager']}/-/ready").raise_for_status()
        except httpx.HTTPError:
            return warn(
                "monitoring",
                "Alertmanager does not answer: no alert is sent",
                _LINES,
                unit="alertmanager",
            )
        try:
            up = _value(http, where["prometheus"], 'up{job="edgebox"}')
            unsent = _value(http, where["prometheus"], UNSENT)
        except (httpx.HTTPError, ValueError, LookupError):
            return warn(
                "monitoring",
                "Prometheus does not answer: there are no alerts",
                _LINES,
                unit="prometheus",
            )
    if up != "1":
        return warn("monitoring", "Prometheus does not read this box", _LINES, unit="prometheus")
    if unsent is not None:
        return warn("monitoring", "alerts are not delivered", _LINES, unit="alertmanager")
    return Check("monitoring", "ok", f"Prometheus at {where['prometheus']} reads this box")


def _address(units: Path, name: str) -> str:
    """Return where a unit listens. The settings, with their secrets, are not for this user."""
    try:
        text = (units / f"edgebox-{name}.service").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return DEFAULTS[name]
    found = re.search(r"--web\.listen-address=(\S+)", text)
    return found[1] if found else DEFAULTS[name]


def _value(http: httpx.Client, address: str, expression: str) -> str | None:
    """Return the value of an expression's first series, or None if it has none."""
    answer = http.get(f"http://{address}/api/v1/query", params={"query": expression})
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["data"]["result"]
    return str(found[0]["value"][1]) if found else None
