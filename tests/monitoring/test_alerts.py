"""Every alert fires in its trouble, is silent by day, by night and over a restart, and resolves."""

import json
import re
import subprocess
from pathlib import Path

import yaml

from support.watching.alert_cases import CASES, Case

MONITORING = Path(__file__).resolve().parents[2] / "monitoring"
RULES = sorted((MONITORING / "rules").glob("*.yml"))
GROUPS = [
    group for path in RULES for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
]
ALERTS = [rule for group in GROUPS for rule in group["rules"] if "alert" in rule]
RECORDINGS = [rule for group in GROUPS for rule in group["rules"] if "record" in rule]
LABELS = {"job": "edgebox", "instance": "box:8601"}
HANGUL = re.compile("[가-힣]")


def selector(name: str) -> str:
    """Add job and instance to a selector."""
    both = ",".join(f'{label}="{value}"' for label, value in LABELS.items())
    return f"{name[:-1]},{both}}}" if name.endswith("}") else f"{name}{{{both}}}"


def firing(alert: str) -> str:
    return f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})'


def minutes(case: Case, phase: str) -> list[int]:
    """The moments of a phase to look at: every tenth and the last."""
    moments = case.moments(phase)
    return sorted({*moments[::10], moments[-1]})


def unit_test(case: Case) -> dict:
    silent = [at for phase in ("day", "restart", "night") for at in minutes(case, phase)]
    silent.append(case.moments("after")[-1])
    if not case.fires:
        silent += minutes(case, "trouble")
    looks = [(at, False) for at in silent]
    if case.fires:
        looks.append((case.moments("trouble")[-1], True))
    return {
        "name": case.alert,
        "interval": f"{case.step}m",
        "input_series": [
            {"series": selector(name), "values": case.values(series)}
            for name, series in case.series.items()
        ],
        "promql_expr_test": [
            {
                "expr": f"{firing(case.alert)} > bool 0",
                "eval_time": f"{at}m",
                "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
            }
            for at, fires in looks
        ],
    }


def needed(alert: str) -> list[dict]:
    """The rules of one alert and the recordings that they read, in the order of the files.

    promtool evaluates every rule of a file for every minute of every test: all rules together take
    three minutes.
    """
    rules = [rule for rule in ALERTS if rule["alert"] == alert]
    for recording in reversed(RECORDINGS):
        name = re.compile(rf"{re.escape(recording['record'])}\b")
        if any(name.search(rule["expr"]) for rule in rules):
            rules.insert(0, recording)
    return rules


def test_logs_are_not_called_late_for_what_rsyslogs_files_hold_anyway() -> None:
    text = (MONITORING / "logs" / "rsyslog-edgebox.conf").read_text(encoding="utf-8")
    megabytes = re.search(r'queue\.maxFileSize="(\d+)m"', text)[1]
    [rule] = [one for one in ALERTS if one["alert"] == "LogsNotSent"]
    assert rule["expr"].endswith(f"> 2 * {megabytes} * 1024 * 1024")


def test_every_alert_has_a_case() -> None:
    assert {case.alert for case in CASES if case.fires} == {rule["alert"] for rule in ALERTS} - {
        "Watchdog"
    }


def test_alerts_fire_stay_silent_and_resolve(tmp_path) -> None:
    suites = []
    for alert in {case.alert for case in CASES}:
        rules = tmp_path / f"{alert}-rules.yml"
        rules.write_text(json.dumps({"groups": [{"name": alert, "rules": needed(alert)}]}))
        cases = [case for case in CASES if case.alert == alert]
        for step in {case.step for case in cases}:
            suite = {
                "rule_files": [str(rules)],
                "evaluation_interval": f"{step}m",
                "tests": [unit_test(case) for case in cases if case.step == step],
            }
            suites.append(tmp_path / f"{alert}-{step}.yml")
            suites[-1].write_text(json.dumps(suite))
    done = subprocess.run(
        ["promtool", "test", "rules", *suites], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, re.sub(
        "(Unit Testing.*|SUCCESS)\n+", "", done.stdout + done.stderr
    )
