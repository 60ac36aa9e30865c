"""The page that Prometheus itself serves under /consoles/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pictures.panels import Row

HERE = Path(__file__).resolve().parent
SUMMARY = {"ko": "summary", "en": "summary_en"}  # the annotations of alerts
WORDS = {
    "ko": {
        "title": "EdgeBox 현황",
        "all": "모든 장비",
        "box": "장비",
        "none": "자료 없음",
        "fine": "울리는 경보가 없습니다",
        "up": "정상",
        "down": "멈춤",
        "updated": "갱신",
        "lost": "Prometheus가 응답하지 않습니다",
        "span": "기간",
        "hours": ["15분", "1시간", "6시간", "24시간"],
        "units": ["초", "분", "시간", "일"],
        "severity": {"critical": "긴급", "warning": "경고", "info": "알림"},
    },
    "en": {
        "title": "EdgeBox now",
        "all": "All boxes",
        "box": "Box",
        "none": "no data",
        "fine": "No alerts",
        "up": "up",
        "down": "down",
        "updated": "as of",
        "lost": "Prometheus does not answer",
        "span": "Span",
        "hours": ["15 min", "1 h", "6 h", "24 h"],
        "units": ["s", "min", "h", "d"],
        "severity": {"critical": "critical", "warning": "warning", "info": "note"},
    },
}


def page(rows: tuple[Row, ...], language: str) -> str:
    """Return the HTML of the page."""
    shown = []
    for row in rows:
        panels = [panel for panel in row.panels if panel.page]
        if panels:
            shown.append(
                {
                    "title": getattr(row, language),
                    "panels": [
                        {
                            "key": panel.key,
                            "kind": panel.kind,
                            "unit": panel.unit,
                            "title": getattr(panel, language),
                            "note": getattr(panel, f"note_{language}"),
                            "limits": panel.limits,
                            "why": getattr(panel, f"why_{language}"),
                            "queries": [
                                [one.expr, getattr(one, language)] for one in panel.queries
                            ],
                        }
                        for panel in panels
                    ],
                }
            )
    told = {"rows": shown, "words": WORDS[language], "summary": SUMMARY[language]}
    data = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
    html = (HERE / "page.html").read_text(encoding="utf-8")
    for name, value in (
        ("LANGUAGE", language),
        ("OTHER", "en" if language == "ko" else "ko"),
        ("SWITCH", "English" if language == "ko" else "한국어"),
        ("TITLE", str(WORDS[language]["title"])),
        ("STYLE", (HERE / "page.css").read_text(encoding="utf-8")),
        ("SCRIPT", (HERE / "page.js").read_text(encoding="utf-8")),
        ("DATA", data.replace("{{", "{\\u007b")),  # Prometheus reads the page as a template
    ):
        html = html.replace(f"%{name}%", value)
    return html
