"""What ``/metrics`` may have, from the golden file, and whether a PromQL expression agrees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import promql_parser as promql

GOLDEN = Path(__file__).resolve().parents[2] / "api" / "metrics.golden"
TARGET = {"job", "instance"}
OTHERS = {
    # Of Prometheus and Alertmanager themselves, as Debian 12's releases expose them.
    "up": set(),
    "ALERTS": {"alertname", "alertstate", "severity"},
    "alertmanager_notifications_failed_total": {"integration"},
    "alertmanager_config_last_reload_successful": set(),
    "prometheus_config_last_reload_successful": set(),
    "alertmanager_notifications_total": {"integration"},
    "prometheus_rule_evaluation_failures_total": {"rule_group"},
}


@dataclass(frozen=True)
class Family:
    """One line of the golden file; a label without listed values may have any."""

    name: str
    kind: str
    labels: dict[str, set[str] | None]

    def samples(self) -> dict[str, dict[str, set[str] | None]]:
        """Return its series' names with their labels."""
        if self.kind != "histogram":
            return {self.name: self.labels}
        return {
            f"{self.name}_bucket": {**self.labels, "le": None},
            f"{self.name}_sum": self.labels,
            f"{self.name}_count": self.labels,
        }


def families() -> list[Family]:
    found = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        kind, name, _who, *labels = line.split()
        pairs = (label.split("=", 1) for label in labels)
        values = {key: None if some == "*" else set(some.split("|")) for key, some in pairs}
        found.append(Family(name, kind, values))
    return found


def known() -> dict[str, dict[str, set[str] | None]]:
    """Return every series that may be queried, but for recordings, with its labels."""
    names = {name: dict.fromkeys(labels) for name, labels in OTHERS.items()}
    for family in families():
        names |= family.samples()
    return names


def mistakes(expression: str, recordings: set[str] = frozenset()) -> list[str]:
    """Return what an expression names that no box has: series, labels, values of labels."""
    names = known()
    everything = nodes(promql.parse(expression))
    selectors = [node for node in everything if isinstance(node, promql.VectorSelector)]
    found = [wrong for node in selectors for wrong in _of_selector(node, names, recordings)]
    if any(node.name in recordings for node in selectors):
        return found  # a recording's labels are those of its own expression
    labels = TARGET.union(*(names.get(node.name, {}) for node in selectors))
    grouped: set[str] = set()
    for node in everything:
        if isinstance(node, promql.AggregateExpr) and node.modifier:
            grouped |= set(node.modifier.labels)
        if isinstance(node, promql.BinaryExpr) and node.modifier and node.modifier.matching:
            grouped |= set(node.modifier.matching.labels)
    return found + [f"nothing here has a label {one}" for one in sorted(grouped - labels)]


def _of_selector(node: promql.VectorSelector, names: dict, recordings: set[str]) -> list[str]:
    if node.name in recordings:
        return []
    if node.name not in names:
        return [f"no series {node.name}"]
    labels, found = names[node.name], []
    for matcher in node.matchers.matchers:
        if matcher.name not in labels and matcher.name not in TARGET:
            found.append(f"{node.name} has no label {matcher.name}")
        values = None if matcher.name in TARGET else labels.get(matcher.name)
        if values is not None:
            wrong = [one for one in alternatives(matcher) if one not in values]
            found += [f"{node.name} has no {matcher.name}={one}" for one in wrong]
    return found


def series(expression: str) -> set[str]:
    """Return the names of all series that an expression reads."""
    found = nodes(promql.parse(expression))
    return {node.name for node in found if isinstance(node, promql.VectorSelector)}


def alternatives(matcher: promql.Matcher) -> list[str]:
    """Return the values that a matcher names; none for a pattern that is more than a list."""
    if matcher.value == "" or not re.fullmatch(r"[\w/|.+-]+", matcher.value):
        return []
    if ".+" in matcher.value or ".*" in matcher.value:
        return []
    return matcher.value.split("|")


def nodes(expression: object) -> list[object]:
    """Return an expression and everything in it."""
    found: list[object] = []
    promql.walk(expression, found.append)
    return found
