"""Whether what was started does its work: the box is read, and a test alert is delivered."""

from __future__ import annotations

import contextlib
import json
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from watch.processes import get
from watch.settings import Wrong, load

if TYPE_CHECKING:
    from watch.settings import Monitoring

SECONDS = 60.0
TEST = {
    "summary": "시험 알림입니다. 알림이 도착합니다",
    "summary_en": "This is a test. Alerts arrive",
    "action": "조치할 것이 없습니다",
    "action_en": "Nothing to do",
    "guide": "monitor.md#지표와-경보",
    "guide_en": "monitor.md#metrics-and-alerts",
}


def send_test(wanted: Monitoring) -> None:
    """Hand Alertmanager an alert that resolves by itself."""
    hand_over(wanted, "Test", "warning", TEST)


def hand_over(wanted: Monitoring, name: str, severity: str, annotations: dict[str, str]) -> None:
    """Hand an alert to Alertmanager, as Prometheus does."""
    labels = {"alertname": name, "severity": severity, "instance": wanted.instance()}
    labels["at"] = time.strftime("%H:%M:%S")  # an equal one would be told again only after 12 hours
    request = urllib.request.Request(
        f"http://{wanted.listen.alertmanager}/api/v2/alerts",
        json.dumps([{"labels": labels, "annotations": annotations}]).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - ours
        answer.read()


def counts(wanted: Monitoring) -> tuple[float, float]:
    """Return how many notifications Alertmanager has delivered, and failed to."""
    url = f"http://{wanted.listen.alertmanager}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    sums = [0.0, 0.0]
    for line in lines:
        name, _, value = line.rpartition(" ")
        if name.startswith("alertmanager_notifications_total{"):
            sums[0] += float(value)
        elif name.startswith("alertmanager_notifications_failed_total{"):
            sums[1] += float(value)
    return sums[0] - sums[1], sums[1]


def delivered(wanted: Monitoring, seconds: float = SECONDS) -> bool:
    """Wait until a notification was delivered; False if one failed, or none was in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, failed = counts(wanted)
        if failed:
            return False
        if done:
            return True
        time.sleep(0.2)
    return False


def has_receiver(wanted: Monitoring) -> bool:
    return any((wanted.chat.url, wanted.messenger.kind, wanted.email.to, wanted.webhook.url))


def read(wanted: Monitoring, seconds: float = SECONDS) -> bool:
    """Wait until Prometheus has read the box."""
    url = f"http://{wanted.listen.prometheus}/api/v1/query?query=up%7Bjob%3D%22edgebox%22%7D"
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            found = get(url)["data"]["result"]
            if any(one["value"][1] == "1" for one in found):
                return True
        time.sleep(0.5)
    return False


def prove(wanted: Monitoring) -> None:
    """Say what works.

    Raises:
        Wrong: something does not; the message says what helps.
    """
    page = f"http://{wanted.listen.prometheus}/consoles/edgebox-{wanted.language}.html"
    if not read(wanted):
        raise Wrong(
            f"Prometheus reads nothing at {wanted.target}. Set [api] metrics_listen in "
            "edgebox.toml, and target in monitoring.toml"
        )
    print(f"the box is read every 15 s; its page: {page}")
    if not has_receiver(wanted):
        print("nobody is told yet: set a receiver in /etc/edgebox/monitoring.toml, then again")
        return
    send_test(wanted)
    if not delivered(wanted):
        raise Wrong("the test alert was not delivered: journalctl -u edgebox-alertmanager -n 20")
    print("a test alert was delivered")


def main() -> int:
    """Prove what runs: ``proof.py SETTINGS``, as monitoring/install does at its end."""
    try:
        prove(load(Path(sys.argv[1])))
    except Wrong as error:
        print(f"monitoring/install: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
