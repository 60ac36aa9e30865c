"""Grafana's dashboards from the panels: schema of Grafana 11 and 12."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pictures.panels import Panel, Row

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
UID = "edgebox-prometheus"  # of the provisioned data source
COLUMNS = 24
HEIGHTS = {"stat": 4, "bars": 4, "table": 8}
TYPES = {
    "stat": "stat",
    "bars": "bargauge",
    "lines": "timeseries",
    "stack": "timeseries",
    "states": "state-timeline",
    "table": "table",
    "heat": "heatmap",
}
SELECTOR = 'job=~"$job",instance=~"$instance"'


def dashboard(
    uid: str, title: str, rows: tuple[Row, ...], language: str, guides: str
) -> dict[str, Any]:
    """Return one dashboard; ``language`` is ko or en, ``guides`` where the guides are."""
    panels: list[dict[str, Any]] = []
    top = 0
    for row in rows:
        panels.append(
            {
                "type": "row",
                "id": len(panels) + 1,
                "title": getattr(row, language),
                "collapsed": False,
                "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": top},
                "panels": [],
            }
        )
        top += 1
        left, tallest = 0, 0
        for panel in row.panels:
            height = HEIGHTS.get(panel.kind, 8)
            if left + panel.width > COLUMNS:
                top, left, tallest = top + tallest, 0, 0
            where = {"h": height, "w": panel.width, "x": left, "y": top}
            panels.append(_panel(panel, len(panels) + 1, where, language, guides))
            left, tallest = left + panel.width, max(tallest, height)
        top += tallest
    return {
        "uid": uid,
        "title": title,
        "tags": ["edgebox"],
        "timezone": "browser",
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": _variables(language)},
        "annotations": {"list": []},
        "panels": panels,
    }


def _variables(language: str) -> list[dict[str, Any]]:
    korean = language == "ko"
    every = {
        "type": "query",
        "datasource": DATASOURCE,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
        "refresh": 2,
        "sort": 1,
        "current": {"text": "All", "value": "$__all"},
    }
    return [
        {
            "name": "datasource",
            "label": "Data Source",
            "type": "datasource",
            "query": "prometheus",
            "current": {"text": "EdgeBox", "value": UID},
        },
        {
            **every,
            "name": "job",
            "label": "작업" if korean else "Job",
            "query": {"query": "label_values(edgebox_build_info, job)", "refId": "job"},
        },
        {
            **every,
            "name": "instance",
            "label": "장비" if korean else "Box",
            "query": {
                "query": 'label_values(edgebox_build_info{job=~"$job"}, instance)',
                "refId": "instance",
            },
        },
    ]


def expression(text: str) -> str:
    """Return a query in Grafana's form."""
    return text.replace("SEL", SELECTOR).replace("RATE", "$__rate_interval")


def _panel(
    panel: Panel, number: int, where: dict[str, int], language: str, guides: str
) -> dict[str, Any]:
    instant = panel.kind in ("stat", "bars", "table")
    note, guide = getattr(panel, f"note_{language}"), getattr(panel, f"guide_{language}")
    word = "안내서" if language == "ko" else "Guide"
    targets = [
        {
            "refId": chr(ord("A") + index),
            "datasource": DATASOURCE,
            "expr": expression(query.expr),
            "legendFormat": getattr(query, language),
            "instant": instant,
            "range": not instant,
            "format": "table"
            if panel.kind == "table"
            else "heatmap"
            if panel.kind == "heat"
            else "time_series",
        }
        for index, query in enumerate(panel.queries)
    ]
    built: dict[str, Any] = {
        "id": number,
        "type": TYPES[panel.kind],
        "title": getattr(panel, language),
        "description": f"{note}\n\n{word}: {guides}/{guide}",
        "datasource": DATASOURCE,
        "gridPos": where,
        "targets": targets,
        "fieldConfig": {"defaults": _field(panel, language), "overrides": []},
    }
    if options := _options(panel):
        built["options"] = options
    return built


def _field(panel: Panel, language: str) -> dict[str, Any]:
    field: dict[str, Any] = {
        "unit": panel.unit,
        "min": 0,
        "noValue": getattr(panel, f"why_{language}"),
    }
    if panel.unit == "percentunit" and panel.kind in ("stat", "bars"):
        field["max"] = 1
    if panel.kind == "stack":
        field["custom"] = {"fillOpacity": 40, "lineWidth": 1, "stacking": {"mode": "normal"}}
    if panel.limits and len(panel.queries) == 1:
        yellow, red = panel.limits
        steps = [("green", None), ("yellow", yellow), ("red", red)]
        if red < yellow:  # the less, the worse
            steps = [("red", None), ("yellow", red), ("green", yellow)]
        field["thresholds"] = {
            "mode": "absolute",
            "steps": [{"color": color, "value": value} for color, value in steps],
        }
    if panel.kind == "states":
        field["thresholds"] = {
            "mode": "absolute",
            "steps": [{"color": "red", "value": None}, {"color": "green", "value": 1}],
        }
    return field


def _options(panel: Panel) -> dict[str, Any]:
    if panel.kind in ("stat", "bars"):
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "orientation": "auto",
        }
    if panel.kind in ("lines", "stack"):
        return {
            "legend": {
                "displayMode": "list",
                "placement": "bottom",
                "showLegend": True,
                "calcs": [],
            },
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    return {}
