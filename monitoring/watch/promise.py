"""The rules of the promise: recordings and burn rates, all from one objective.

The promise is that of all quick summaries that were asked for (not those that a client gave up), a
share is answered in time. Late and refused ones are missed.
"""

from __future__ import annotations

from typing import NamedTuple

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
MONTH = "30d"
COUNTED = ("1h", "6h", "1d", "3d")
"""Windows with a guard: at night a few missed ones are a large share and no fault of the box."""


class Burn(NamedTuple):
    """One pair of windows: the share of missed ones is above ``factor`` x budget in both."""

    long: str
    short: str
    factor: float
    at_least: int
    wait: str


PAGE = (Burn("1h", "5m", 14.4, 5, "2m"), Burn("6h", "30m", 6, 10, "10m"))
TICKET = (Burn("1d", "2h", 3, 10, "15m"), Burn("3d", "6h", 1, 20, "1h"))

HEAD = """\
# Written by monitoring/rules/build from the objective {objective}. Do not edit it.
groups:
  - name: edgebox-promise
    rules:
      - record: edgebox:quick_objective:ratio
        expr: vector({objective})
"""

LONG = """\
  - name: edgebox-promise-month
    interval: 4m # reads a month of samples; Prometheus forgets a result after 5 minutes
    rules:
"""

RECORDINGS = """\
      - record: edgebox:quick_missed:increase{window}
        expr: |
          sum by (job, instance) (increase(edgebox_quick_late_total[{window}]))
            + sum by (job, instance) (increase(edgebox_quick_summaries_total{{status="refused"}}[{window}]))
      - record: edgebox:quick_missed:ratio_rate{window}
        expr: |
          edgebox:quick_missed:increase{window}
            / (sum by (job, instance) (increase(edgebox_quick_summaries_total{{status!="abandoned"}}[{window}])) > 0)
"""

ALERT = """\
      - alert: {name}
        expr: |
          edgebox:quick_missed:ratio_rate{burn.long} > {threshold:.6g}
          and edgebox:quick_missed:ratio_rate{burn.short} > {threshold:.6g}
          and edgebox:quick_missed:increase{burn.long} > {enough}
        for: {burn.wait}
{keep}        labels: {{severity: {severity}, window: {burn.long}}}
        annotations:
          summary: '{ko}: 지난 {window_ko} 요약의 {{{{ $value | humanizePercentage }}}}가 늦거나 거절됐습니다'
          summary_en: '{en}: {{{{ $value | humanizePercentage }}}} of the summaries of {window_en} were late or refused'
          action: "edgebox status로 속도와 동시 요청 수를 보고 top으로 다른 프로그램을 찾으십시오"
          action_en: "Look at the speeds with edgebox status and for other programs with top"
          guide: "troubleshoot.md#요약이-늦거나-잘리거나-거부될-때"
          guide_en: "troubleshoot.md#summaries-late-shortened-or-refused"
"""

WORDS = {
    "1h": ("1시간", "the last hour"),
    "6h": ("6시간", "the last 6 hours"),
    "1d": ("하루", "the last day"),
    "3d": ("3일", "the last 3 days"),
}


ALERTS = (
    (
        "QuickBudgetBurn",
        PAGE,
        "critical",
        "기한 약속이 깨지고 있습니다",
        "The promise is being broken",
    ),
    (
        "QuickBudgetDrain",
        TICKET,
        "warning",
        "지연 허용량이 빨리 줄고 있습니다",
        "The promise is at risk",
    ),
)


def rules(objective: float) -> str:
    """Return a rules file in YAML for this objective, a share."""
    budget = 1 - objective
    text = [HEAD.format(objective=f"{objective:g}")]
    text += [RECORDINGS.format(window=window) for window in WINDOWS]
    for name, burns, severity, ko, en in ALERTS:
        for burn in burns:
            window_ko, window_en = WORDS[burn.long]
            text.append(
                ALERT.format(
                    name=name,
                    burn=burn,
                    threshold=min(burn.factor * budget, 0.9),
                    # increase() extrapolates, so 5 events may be counted as 4.9
                    enough=burn.at_least - 0.5,
                    keep="        keep_firing_for: 2m\n" if severity == "critical" else "",
                    severity=severity,
                    ko=ko,
                    en=en,
                    window_ko=window_ko,
                    window_en=window_en,
                )
            )
    text += [LONG, RECORDINGS.format(window=MONTH)]
    return "".join(text)
