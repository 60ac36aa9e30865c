"""The dashboards as Grafana's own types read them: what they do not know is lost."""

import json
from pathlib import Path

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

MONITORING = Path(__file__).resolve().parents[2] / "monitoring"
DASHBOARDS = sorted((MONITORING / "grafana" / "dashboards").glob("*.json"))


def lost(before: object, after: object, where: str = "") -> list[str]:
    """The paths of what is in ``before`` and not in ``after``; None and absent are one."""
    if isinstance(before, dict):
        if not isinstance(after, dict):
            return [where]
        there = {key: value for key, value in before.items() if value is not None}
        below = [lost(value, after.get(key), f"{where}.{key}") for key, value in there.items()]
        return [path for paths in below for path in paths]
    if isinstance(before, list):
        if not isinstance(after, list) or len(before) != len(after):
            return [where]
        pairs = enumerate(zip(before, after, strict=True))
        below = [lost(one, other, f"{where}.{index}") for index, (one, other) in pairs]
        return [path for paths in below for path in paths]
    return [] if before == after else [where]


def read_and_written(board: dict) -> dict:
    register_default_plugins()
    return json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(board)))


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_grafana_knows_every_field(path) -> None:
    board = json.loads(path.read_text(encoding="utf-8"))
    assert lost(board, read_and_written(board)) == []


def test_a_typo_is_found() -> None:
    board = json.loads(DASHBOARDS[0].read_text(encoding="utf-8"))
    panel = next(panel for panel in board["panels"] if panel["type"] == "timeseries")
    for place, name in (
        (board, "refrsh"),
        (panel, "descripton"),
        (panel["targets"][0], "legendFromat"),
        (panel["options"]["legend"], "placment"),
    ):
        place[name] = "x"
    assert len(lost(board, read_and_written(board))) == 4
