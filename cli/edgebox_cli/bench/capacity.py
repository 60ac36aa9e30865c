"""The tables of ``edgebox bench capacity``. They fit 80 columns."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from edgebox.lab.bench.capacity import GOOD, OUTCOMES, SLOWEST
from edgebox.lab.bench.projection import highest_rate
from edgebox.scoring.share import wilson
from edgebox_cli.common.output import RIGHT, WHOLE, console, table

if TYPE_CHECKING:
    from edgebox.lab.bench.capacity import Found, Trial
    from edgebox.lab.bench.projection import Speeds, Work

_FACTORS = (1, 2, 4, 8, 16)
"""Speeds of other machines, as multiples of this one's."""


@dataclass(slots=True)
class Capacity:
    """What is known of a box's capacity.

    Attributes:
        deadline: of a summary, seconds.
        budget: seconds until the model must be done with it.
        share: of the requests that the model has to answer in time, 0 to 1.
        calls_an_hour: of an agent, one summary each.
        rate_per_minute: requests that the box takes of one client.
        machine: that this is.
        models: by role.
        speeds: of the small model; None if unknown.
        work: of one summary; None if the model answered none.
        searches: alone, then beside a batch.
        complete: False if the search was stopped.
    """

    deadline: float
    budget: float
    share: float
    calls_an_hour: float
    rate_per_minute: int
    machine: dict[str, str]
    models: dict[str, str] = field(default_factory=dict)
    speeds: Speeds | None = None
    work: Work | None = None
    searches: list[Found] = field(default_factory=list)
    complete: bool = False

    @property
    def failed(self) -> int:
        """Requests that had no answer of the API's form."""
        return sum(t.counts["failed"] for search in self.searches for t in search.trials)

    def agents(self, rate: float) -> int:
        """Return how many agents ask for so many summaries a minute."""
        return int(rate * 60 / self.calls_an_hour + 1e-9)

    def computed(self) -> list[dict[str, float]]:
        """Return the capacity of machines of other speeds, as far as speeds and work are known."""
        if self.speeds is None or self.work is None:
            return []
        rows = []
        for factor in _FACTORS:
            speeds = self.speeds.times(factor)
            rate = highest_rate(self.work, speeds, self.budget, self.share)
            rows.append(
                {
                    "times": factor,
                    "reads": speeds.reads,
                    "writes": speeds.writes,
                    "seconds": self.work.seconds(speeds),
                    "per_minute": rate,
                    "agents": self.agents(rate),
                }
            )
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "machine": self.machine,
            "models": self.models,
            "deadline": self.deadline,
            "share": self.share,
            "calls_an_hour": self.calls_an_hour,
            "complete": self.complete,
            "measured": [
                {
                    "beside_batch": one.beside,
                    "per_minute": one.held,
                    "not_at": one.missed,
                    "agents": None if one.held is None else self.agents(one.held),
                    "ended": one.ended,
                    "analyses_per_minute": _analyses(one),
                    "failed_analyses": one.failed_analyses,
                    "trials": [_trial(trial) for trial in one.trials],
                }
                for one in self.searches
            ],
            "computed_not_measured": self.computed(),
        }


def _trial(trial: Trial) -> dict[str, Any]:
    good = len(trial.answers) - trial.missed
    return {
        "per_minute": trial.rate,
        "planned": trial.planned,
        "sent": len(trial.answers),
        "counts": trial.counts,
        "share": good / len(trial.answers) if trial.answers else None,
        "interval": wilson(good, len(trial.answers)) if trial.answers else None,
        "p50": trial.p50,
        "p95": trial.p95,
        "holds": trial.holds,
        "answers": [asdict(answer) for answer in trial.answers],
    }


def _analyses(found: Found) -> float | None:
    if not found.beside or not found.seconds:
        return None
    return 60 * found.analyses / found.seconds


def show_capacity(capacity: Capacity) -> None:
    """Print what the box can do, what was tried, and what is computed for faster machines."""
    out = console()
    if not capacity.searches:
        out.print("Nothing was measured.")
        return
    table(
        f"Summaries a minute that this box answers within {capacity.deadline:g} s",
        [
            ("", WHOLE),
            *((head, RIGHT) for head in ("a minute", "not at", "agents", "whole", "read")),
            ("analyses/min", RIGHT),
        ],
        [_verdict(capacity, one) for one in capacity.searches],
    )
    here = capacity.machine
    out.print(
        f"{here['processor']}, {here['vectors'] or 'no AVX'}, {here['cores']} cores, "
        f"{here['date']}; {', '.join(capacity.models.values()) or 'no model'}.",
        f"Agents: {capacity.calls_an_hour:g} calls an hour each, one summary a call, at random "
        "moments (--calls-an-hour).",
        f"At least {capacity.share:.0%} of the requests were answered by the model in time. "
        "Whole: answers that were neither cut nor of less than half a call. Read: of a call, "
        "median.",
        sep="\n",
        style="dim",
        markup=False,
    )
    for one in capacity.searches:
        if words := _why(capacity, one):
            out.print(words, style="yellow", markup=False)
    for one in capacity.searches:
        if not one.trials:
            continue
        table(
            f"Tried {_where(one)}",
            [
                ("/min", RIGHT),
                *((outcome, RIGHT) for outcome in OUTCOMES),
                ("p95", RIGHT),
                ("held", RIGHT),
            ],
            [
                [
                    f"{trial.rate:.1f}",
                    *(str(count) for count in trial.counts.values()),
                    "-" if trial.p95 is None else f"{trial.p95:.2f}",
                    "yes" if trial.holds else "no",
                ]
                for trial in one.trials
            ],
        )
    if rows := capacity.computed():
        table(
            "Faster machines, alone: computed from speeds, not measured",
            [
                ("speed", RIGHT),
                ("reads/s", RIGHT),
                ("writes/s", RIGHT),
                ("one takes, s", RIGHT),
                ("a minute", RIGHT),
                ("agents", RIGHT),
            ],
            [
                [
                    f"× {row['times']:g}",
                    f"{row['reads']:,.0f}",
                    f"{row['writes']:,.0f}",
                    f"{row['seconds']:.2f}",
                    f"{row['per_minute']:.0f}" if row["per_minute"] else "-",
                    str(row["agents"]) if row["per_minute"] else "-",
                ]
                for row in rows
            ],
        )
        out.print(
            "Tokens a second. Every call is read as a whole. A dash: there is no time for that; "
            "the box shortens calls. × 1 is this machine: compare it with what was measured.",
            style="dim",
        )


def _where(found: Found) -> str:
    return "beside a batch" if found.beside else "alone"


def _verdict(capacity: Capacity, found: Found) -> list[str]:
    held = found.at_its_rate
    analyses = _analyses(found)
    good = [answer for answer in held.answers if answer.outcome in GOOD] if held else []
    whole = sum(answer.outcome == "success" for answer in good)
    return [
        _where(found),
        "-" if held is None else f"{held.rate:.1f}",
        "-" if found.missed is None else f"{found.missed:.1f}",
        "-" if held is None else str(capacity.agents(held.rate)),
        f"{whole / len(good):.0%}" if good else "-",
        f"{statistics.median(answer.read for answer in good):.0%}" if good else "-",
        "-" if analyses is None else f"{analyses:.1f}",
    ]


def _why(capacity: Capacity, found: Found) -> str:
    """Return what limits a result, or an empty text."""
    where = _where(found)
    if found.beside and not found.analyses:
        return (
            "No analysis was done meanwhile"
            + (f" ({found.failed_analyses} failed)" if found.failed_analyses else "")
            + ": these are not the figures of a box with a batch. See: edgebox doctor"
        )
    if found.ended == "slowest":
        return (
            f"Not even {SLOWEST:g} a minute hold {where}: this machine is too slow for this model "
            "and these calls."
        )
    if found.ended == "highest":
        return (
            f"More was not tried {where}: a client may send {capacity.rate_per_minute} requests "
            "a minute ([api] rate_per_minute)."
        )
    if found.ended == "time":
        return f"The time ended the search {where}: --minutes makes it more exact."
    return ""
