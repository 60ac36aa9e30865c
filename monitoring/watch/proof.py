"""Whether what was started does its work: the box is read, and a test alert is delivered."""

from __future__ import annotations

import contextlib
import http.client
import json
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from watch.processes import START_SECONDS, get
from watch.settings import Wrong, load

if TYPE_CHECKING:
    from watch.settings import Monitoring

SECONDS = 90.0  # a watchdog's turn comes once a minute
REFUSALS = 3  # Alertmanager tries again after half a second, then ever more slowly
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
    # An equal one would be told again only after 12 hours, and two may come within a second.
    now = time.time()
    labels["at"] = f"{time.strftime('%H:%M:%S', time.localtime(now))}.{int(now * 1000) % 1000:03}"
    request = urllib.request.Request(
        f"http://{wanted.listen.alertmanager}/api/v2/alerts",
        json.dumps([{"labels": labels, "annotations": annotations}]).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - ours
        answer.read()


@dataclass
class Tries:
    """What Alertmanager has tried of one integration (slack, email, webhook) since it started."""

    requests: float = 0.0
    refused: float = 0.0  # of the requests
    given_up: float = 0.0  # notifications, after their last request


# Not alertmanager_notifications_total: it counts a notification before it is sent.
TRIED = {
    "alertmanager_notification_requests_total": "requests",
    "alertmanager_notification_requests_failed_total": "refused",
    "alertmanager_notifications_failed_total": "given_up",
}


def tries(wanted: Monitoring) -> dict[str, Tries]:
    """Return what Alertmanager has tried, by integration."""
    url = f"http://{wanted.listen.alertmanager}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    found: dict[str, Tries] = {}
    for line in lines:
        name, _, rest = line.partition('{integration="')
        if name in TRIED and rest:
            integration, _, value = rest.partition('"} ')
            setattr(found.setdefault(integration, Tries()), TRIED[name], float(value))
    return found


def expected(wanted: Monitoring) -> dict[str, int]:
    """Return how many requests prove that everyone is told, by integration.

    The watchdog's cannot be told from those of other webhooks, so one more has to arrive.
    """
    webhooks = (wanted.messenger.kind, wanted.webhook.url, wanted.watchdog.url)
    wants = {"slack": int(bool(wanted.chat.url)), "email": int(bool(wanted.email.to))}
    if wanted.messenger.kind or wanted.webhook.url:
        wants["webhook"] = sum(map(bool, webhooks))
    return {name: number for name, number in wants.items() if number}


def prove_delivery(wanted: Monitoring, seconds: float = SECONDS) -> list[str]:
    """Send a test alert and wait until everyone is told.

    Returns:
        The integrations by which it did not arrive in time, or that refused it; none if it arrived.
    """
    before, wants = tries(wanted), expected(wanted)
    send_test(wanted)
    until = time.monotonic() + seconds
    while True:
        now = tries(wanted)
        missing, hopeless = [], False
        for name, number in wants.items():
            old, new = before.get(name, Tries()), now.get(name, Tries())
            refused = new.refused - old.refused
            if new.requests - old.requests - refused < number:
                missing.append(name)
                hopeless |= refused >= REFUSALS or new.given_up > old.given_up
        if not missing or hopeless or time.monotonic() > until:
            return missing
        time.sleep(0.2)


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


def unread(wanted: Monitoring) -> str:
    """Return why Prometheus could not read the box at last, in brackets, or nothing."""
    with contextlib.suppress(OSError, LookupError):
        found = get(f"http://{wanted.listen.prometheus}/api/v1/targets")["data"]["activeTargets"]
        for one in found:
            if one["labels"]["job"] == "edgebox" and one["lastError"]:
                return f" ({one['lastError']})"
    return ""


def prove(wanted: Monitoring) -> None:
    """Say what works.

    Raises:
        Wrong: something does not; the message says what helps.
    """
    page = f"http://{wanted.listen.prometheus}/consoles/edgebox-{wanted.language}.html"
    if not read(wanted):
        raise Wrong(
            f"Prometheus reads nothing at {wanted.target}{unread(wanted)}. Set [api] "
            "metrics_listen in edgebox.toml, and target in monitoring.toml"
        )
    print(f"the box is read every 15 s; its page: {page}")
    if not has_receiver(wanted):
        print(
            "nobody is told yet: set a receiver in /etc/edgebox-monitoring/monitoring.toml, "
            "then run it again"
        )
        return
    if missing := prove_delivery(wanted):
        raise Wrong(
            f"the test alert was not delivered ({', '.join(missing)}): "
            "journalctl -u edgebox-alertmanager -n 20"
        )
    print("a test alert was delivered")


def ready(wanted: Monitoring, seconds: float = SECONDS) -> bool:
    """Wait until all that is installed answers; False if it does not in time."""
    listen = wanted.listen
    urls = [f"http://{address}/-/ready" for address in (listen.prometheus, listen.alertmanager)]
    if wanted.messenger.kind:
        urls.append(f"http://{listen.relay}/")
    until = time.monotonic() + seconds
    while urls and time.monotonic() < until:
        with contextlib.suppress(OSError, http.client.HTTPException):
            with urllib.request.urlopen(urls[0], timeout=5):  # noqa: S310 - ours
                urls.pop(0)
            continue
        time.sleep(0.2)
    return not urls


def main() -> int:
    """Prove what runs: ``proof.py SETTINGS [ready]``, as monitoring/install does at its end."""
    try:
        wanted = load(Path(sys.argv[1]))
        if sys.argv[2:] == ["ready"]:
            return 0 if ready(wanted, START_SECONDS) else 1
        prove(wanted)
    except (Wrong, OSError) as error:
        print(f"monitoring/install: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
