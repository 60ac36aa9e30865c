"""What a log line has to be: ECS's fields with their types, in the order of ecs-logging."""

import ipaddress
import json
import re
from collections.abc import Callable
from pathlib import Path

LISTED = json.loads((Path(__file__).parents[2] / "monitoring/logs/fields.json").read_text("utf-8"))
TYPES: dict[str, str] = LISTED["ecs"] | LISTED["edgebox"]
FIRST = ["@timestamp", "log.level", "message", "ecs.version"]
"""Of ecs-logging's spec.json: index 0, 1 and 2, and the last that is required."""

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _address(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(ipaddress.ip_address(value))
    except ValueError:
        return False


def _text(value: object) -> bool:
    return isinstance(value, str)


KINDS: dict[str, Callable[[object], bool]] = {
    "constant_keyword": _text,
    "date": lambda value: isinstance(value, str) and _DATE.fullmatch(value) is not None,
    "ip": _address,
    "keyword": _text,
    "long": _whole,
    "match_only_text": _text,
}


def faults(line: str) -> list[str]:
    """Return what is wrong with a line; an empty list where nothing is."""
    fields = json.loads(line)
    found = []
    if list(fields)[: len(FIRST)] != FIRST:
        found.append("it does not begin with the fields of ecs-logging")
    for name, value in fields.items():
        kind = TYPES.get(name)
        if kind is None:
            found.append(f"{name} is no field of ours")
        elif not KINDS[kind](value):
            found.append(f"{name} is no {kind}")
    return found
