"""The configurations of Prometheus and Alertmanager from ``monitoring.toml``.

They are written as JSON, which both programs read as the YAML that it is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watch import promise

if TYPE_CHECKING:
    from watch.settings import Monitoring

HERE = Path(__file__).resolve().parents[1]
OWN_METRICS = (
    "(prometheus_rule|prometheus_notifications|alertmanager_notifications|process)_.*"
    "|(prometheus|alertmanager)_config_last_reload_successful"
)
CONSEQUENCES = {
    "EngineDown": "QuickLate|QuickBudgetBurn|QuickBudgetDrain|NotFromTheModel|QuickAbandoned|"
    "InputShortened|AnalysesLate|AnalysesStuck|QueueFilling|Slow",
    "WorkerDown": "AnalysesLate|AnalysesStuck|QueueFilling|CallbacksLate|NothingArrives",
    "QuickBudgetBurn": "QuickLate|QuickRefused|QuickBudgetDrain",
    "AnalysesStuck": "AnalysesLate",
    "DiskFull": "DiskFilling",
}
"""An alert, and those that say less while it fires."""


@dataclass(frozen=True)
class Pace:
    """How fast everything goes. A demonstration waits seconds instead of minutes."""

    scrape: str = "15s"
    group_wait: str = "10s"
    group_interval: str = "1m"
    watchdog: str = "50s"
    resend: str = "1m"
    hurry: bool = False


DEMO = Pace(
    scrape="1s", group_wait="1s", group_interval="1s", watchdog="1s", resend="2s", hurry=True
)


def rules(wanted: Monitoring, pace: Pace) -> dict[str, str]:
    """Return the rule files by name."""
    files = {path.name: path.read_text(encoding="utf-8") for path in (HERE / "rules").glob("*.yml")}
    files["promise.yml"] = promise.rules(wanted.objective)
    if pace.hurry:
        files = {name: hurried(text) for name, text in files.items()}
    return files


def hurried(text: str) -> str:
    """Return rules in which waits of minutes last as many seconds, and windows twice as many.

    Windows of hours stay, and names of recordings too.
    """
    text = re.sub(r"\b(for|keep_firing_for|interval): (\d+)m\b", r"\1: \2s", text)
    return re.sub(r"\[(\d+)m\]", lambda found: f"[{2 * int(found[1])}s]", text).replace(
        "offset 5m", "offset 10s"
    )


def prometheus(wanted: Monitoring, pace: Pace, folder: Path) -> dict[str, Any]:
    """Return the configuration of Prometheus; its rules are in ``folder / "rules"``."""
    box: dict[str, Any] = {
        "job_name": "edgebox",
        "static_configs": [{"targets": [wanted.target], "labels": {"instance": wanted.instance()}}],
    }
    if wanted.token_file:
        box["authorization"] = {"credentials_file": wanted.token_file}
    if wanted.ca_file:
        box |= {"scheme": "https", "tls_config": {"ca_file": wanted.ca_file}}
    watchers = [
        {
            "job_name": f"edgebox-{name}",
            "static_configs": [{"targets": [address], "labels": {"instance": wanted.instance()}}],
            "metric_relabel_configs": [
                {"source_labels": ["__name__"], "regex": OWN_METRICS, "action": "keep"}
            ],
        }
        for name, address in (
            ("prometheus", wanted.listen.prometheus),
            ("alertmanager", wanted.listen.alertmanager),
        )
    ]
    return {
        "global": {"scrape_interval": pace.scrape, "evaluation_interval": pace.scrape},
        "rule_files": [str(folder / "rules" / "*.yml")],
        "alerting": {
            "alertmanagers": [{"static_configs": [{"targets": [wanted.listen.alertmanager]}]}]
        },
        "scrape_configs": [box, *watchers],
    }


def alertmanager(wanted: Monitoring, pace: Pace, folder: Path) -> dict[str, Any]:
    """Return the configuration of Alertmanager; its texts are in ``folder / "texts.tmpl"``."""
    watchdog: list[dict[str, Any]] = []
    if wanted.watchdog.url:
        watchdog = [{"url": wanted.watchdog.url, "send_resolved": False}]
    return {
        "templates": [str(folder / "texts.tmpl")],
        "route": {
            "receiver": "people",
            "group_by": ["alertname", "instance"],
            "group_wait": pace.group_wait,
            "group_interval": pace.group_interval,
            "repeat_interval": "12h",
            "routes": [
                {
                    "matchers": ['alertname="Watchdog"'],
                    "receiver": "watchdog",
                    "group_wait": "0s",
                    # It is repeated when its group is looked at, however soon it is due.
                    "group_interval": pace.watchdog,
                    "repeat_interval": pace.watchdog,
                },
                # Each test is told at once, however soon it comes after another.
                {"matchers": ['alertname="Test"'], "group_by": ["..."], "group_wait": "0s"},
                {"matchers": ['severity="critical"'], "repeat_interval": "1h"},
                {"matchers": ['hours="working"'], "active_time_intervals": ["working hours"]},
                {"matchers": ['severity="info"'], "active_time_intervals": ["working hours"]},
            ],
        },
        "time_intervals": [
            {
                "name": "working hours",
                "time_intervals": [
                    {
                        "weekdays": ["monday:friday"],
                        "times": [{"start_time": "09:00", "end_time": "18:00"}],
                        "location": "Asia/Seoul",
                    }
                ],
            }
        ],
        "inhibit_rules": [
            {
                "source_matchers": ['alertname="ApiDown"'],
                "target_matchers": [
                    'alertname!~"Watchdog|ApiDown|NotScraped|AlertsNotSent|RulesFail|NotReloaded"'
                ],
                "equal": ["instance"],
            },
            *(
                {
                    "source_matchers": [f'alertname="{cause}"'],
                    "target_matchers": [f'alertname=~"{effects}"'],
                    "equal": ["instance"],
                }
                for cause, effects in CONSEQUENCES.items()
            ),
        ],
        "receivers": [
            {"name": "people", **people(wanted)},
            {"name": "watchdog", "webhook_configs": watchdog},
        ],
    }


def people(wanted: Monitoring) -> dict[str, Any]:
    """Return the receiver that stands for everyone who is told."""
    receiver: dict[str, Any] = {"webhook_configs": []}
    if wanted.chat.url:
        chat: dict[str, Any] = {
            "api_url": wanted.chat.url,
            "send_resolved": True,
            "title": '{{ template "edgebox.title" . }}',
            "text": '{{ template "edgebox.text" . }}',
            "fallback": '{{ template "edgebox.title" . }}',
            "title_link": "",
            "footer": "EdgeBox",
        }
        if wanted.chat.channel:
            chat["channel"] = wanted.chat.channel
        if wanted.chat.proxy_url:
            chat["http_config"] = {"proxy_url": wanted.chat.proxy_url}
        receiver["slack_configs"] = [chat]
    if wanted.messenger.kind:
        relay = {"url": f"http://{wanted.listen.relay}/", "send_resolved": True}
        receiver["webhook_configs"].append(relay)
    if wanted.webhook.url:
        receiver["webhook_configs"].append({"url": wanted.webhook.url, "send_resolved": True})
    if wanted.email.to:
        email: dict[str, Any] = {
            "to": wanted.email.to,
            "from": wanted.email.sender,
            "smarthost": wanted.email.server,
            "require_tls": wanted.email.require_tls,
            "send_resolved": True,
            "headers": {"Subject": '{{ template "edgebox.title" . }}'},
            "html": "",
            "text": '{{ template "edgebox.title" . }}\n\n{{ template "edgebox.text" . }}',
        }
        if wanted.email.user:
            email["auth_username"] = wanted.email.user
            email["auth_password_file"] = wanted.email.password_file
        receiver["email_configs"] = [email]
    return receiver


def texts(wanted: Monitoring) -> str:
    """Return Alertmanager's templates in the language of the settings."""
    path = HERE / "templates" / f"{wanted.language}.tmpl"
    guides = wanted.guide_url.rstrip("/") or (
        "docs/ko/guide" if wanted.language == "ko" else "docs/guide"
    )
    as_text = json.dumps(guides, ensure_ascii=False)  # a Go string: it may hold quotes and braces
    return path.read_text(encoding="utf-8").replace("GUIDES/", "{{ " + as_text + " }}/")


def write(
    wanted: Monitoring, folder: Path, pace: Pace | None = None, *, where: Path | None = None
) -> None:
    """Write ``prometheus.yml``, ``alertmanager.yml``, ``texts.tmpl`` and ``rules/`` into a folder.

    The receivers' addresses are secrets: only the owner and the group may read the files.

    Args:
        where: the folder that the files name as their own, if they are moved afterwards.
    """
    pace, where = pace or Pace(), where or folder
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    files = {f"rules/{name}": text for name, text in rules(wanted, pace).items()}
    # Hangul and emoji as they are: YAML has no pairs of surrogates, as JSON writes the latter.
    files["prometheus.yml"] = json.dumps(
        prometheus(wanted, pace, where), indent=2, ensure_ascii=False
    )
    files["alertmanager.yml"] = json.dumps(
        alertmanager(wanted, pace, where), indent=2, ensure_ascii=False
    )
    files["texts.tmpl"] = texts(wanted)
    for name, text in files.items():
        path = folder / name
        path.touch(mode=0o640)
        path.write_text(text, encoding="utf-8")
