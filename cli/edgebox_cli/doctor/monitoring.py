"""Whether what ``monitoring/install`` started does its work."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import httpx

from edgebox_cli.doctor.check import Check

SETTINGS = Path("/etc/edgebox-monitoring/monitoring.toml")
INSTALLED = Path("/etc/systemd/system/edgebox-prometheus.service")
DEFAULTS = {"prometheus": "127.0.0.1:9090", "alertmanager": "127.0.0.1:9093"}
SECONDS = 3.0
UNSENT = 'ALERTS{alertname="AlertsNotSent",alertstate="firing"}'


def monitoring(settings: Path = SETTINGS, installed: Path = INSTALLED) -> Check | None:
    """Return whether alerts can arrive; None where nothing is installed, or root alone may look."""
    if not installed.exists():
        return None
    try:
        listen = tomllib.loads(settings.read_text(encoding="utf-8")).get("listen", {})
    except (OSError, tomllib.TOMLDecodeError):
        listen = {}
    where = DEFAULTS | {name: address for name, address in listen.items() if name in DEFAULTS}
    with httpx.Client(trust_env=False, timeout=SECONDS) as http:
        try:
            http.get(f"http://{where['alertmanager']}/-/ready").raise_for_status()
        except httpx.HTTPError:
            return _wrong("Alertmanager does not answer: no alert is sent", "alertmanager")
        try:
            up = _value(http, where["prometheus"], 'up{job="edgebox"}')
            unsent = _value(http, where["prometheus"], UNSENT)
        except (httpx.HTTPError, ValueError, LookupError):
            return _wrong("Prometheus does not answer: there are no alerts", "prometheus")
    if up != "1":
        return _wrong("Prometheus does not read this box", "prometheus")
    if unsent is not None:
        return _wrong("alerts are not delivered", "alertmanager")
    return Check("monitoring", "ok", f"Prometheus at {where['prometheus']} reads this box")


def _value(http: httpx.Client, address: str, expression: str) -> str | None:
    """Return the value of an expression's first series, or None if it has none."""
    answer = http.get(f"http://{address}/api/v1/query", params={"query": expression})
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["data"]["result"]
    return str(found[0]["value"][1]) if found else None


def _wrong(detail: str, unit: str) -> Check:
    return Check("monitoring", "warn", detail, f"journalctl -u edgebox-{unit} -n 50")
