"""``edgebox cost``: what a month's interactions cost, from the daily sums; no network is used."""

from __future__ import annotations

import calendar
import re
import time
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edgebox.costs import CLASSES, TARGET, Costs, Usage, costs_of
from edgebox.errors import UsageError
from edgebox.system.times import in_zone
from edgebox_cli.common.configuration import settings
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import RIGHT, WHOLE, print_json, print_line, span, table
from edgebox_cli.common.store import opened_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.settings.model import CostSettings
    from edgebox.store.spending import Item

_MEASURED = {
    "nvml": "measured by the GPU's counter: the rest of the machine is not in it",
    "rapl": "measured by the processor's counter: the rest of the machine is not in it",
    "nvml+rapl": "measured by the counters of GPU and processor",
    "assumed": "assumed from idle_watts and busy_watts: nothing here measures it",
}


@dataclass(frozen=True)
class Month:
    """The days of a month that have sums.

    Attributes:
        name: ``2026-11``.
        first, last: its first and last day; ``first`` is the first one with sums.
        share: of the month, 0 to 1, up to now.
    """

    name: str
    first: date
    last: date
    share: float


@dataclass(frozen=True)
class Client:
    """What a client asked for: requests, and tokens read and written for them."""

    client: str
    requests: float
    tokens: float


def cost(
    *,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Such as 2026-11. [default: this one]")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a month's interactions cost, and a cloud's price for the same tokens.

    Prices are those under [cost] in edgebox.toml. What needs one that is not set is left out.
    """
    with reported():
        prices = settings().cost
        first = _first(month)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        with opened_store() as store:
            days = store.spending.days(first.isoformat(), last.isoformat())
            sums = store.spending.sums(first.isoformat(), last.isoformat())
    began = date.fromisoformat(days[0]) if days else first
    found = Month(first.strftime("%Y-%m"), began, last, _share(began, first, last))
    usage = usage_of(sums, found.share)
    costs = costs_of(usage, prices)
    clients = _clients(sums)
    if as_json:
        print_json(
            {
                "month": found.name,
                "from": found.first.isoformat(),
                "share_of_month": round(found.share, 4),
                "currency": prices.currency,
                "usage": asdict(usage) | {"interactions": usage.interactions},
                "costs": asdict(costs),
                "clients": [asdict(client) for client in clients],
            }
        )
        return
    _show(found, usage, costs, prices)
    if clients:
        print_line("")
        total = sum(client.tokens for client in clients) or 1.0
        table(
            "Clients",
            [("client", WHOLE), ("requests", RIGHT), ("tokens", RIGHT), ("of all tokens", RIGHT)],
            [
                [
                    escape(client.client),
                    f"{client.requests:,.0f}",
                    f"{client.tokens:,.0f}",
                    f"{client.tokens / total:.1%}",
                ]
                for client in clients
            ],
        )


def usage_of(sums: Mapping[Item, float], share: float) -> Usage:
    """Return the sums of a time as what costs are computed from."""
    counts = {"summaries": 0.0, "analyses": 0.0, "questions": 0.0, "on_seconds": 0.0}
    busy: dict[str, float] = {}
    tokens = {"read": 0.0, "cached": 0.0, "written": 0.0}
    joules: dict[str, float] = {}
    for item, amount in sums.items():
        if item.what in counts:
            counts[item.what] += amount
        elif item.what == "busy_seconds":
            busy[item.class_] = busy.get(item.class_, 0.0) + amount
        elif item.what == "tokens" and item.class_ != "own":
            tokens[item.kind] += amount
        elif item.what == "joules":
            joules[item.kind] = joules.get(item.kind, 0.0) + amount
    return Usage(
        summaries=counts["summaries"],
        analyses=counts["analyses"],
        questions=counts["questions"],
        on=counts["on_seconds"],
        busy=busy,
        read=tokens["read"],
        cached=tokens["cached"],
        written=tokens["written"],
        joules=joules,
        share=share,
    )


def _first(month: str | None) -> date:
    if month is None:
        return in_zone(time.time()).date().replace(day=1)
    if not re.fullmatch(r"2\d{3}-(0[1-9]|1[0-2])", month, re.ASCII):
        raise UsageError(f"'{month}' is no month. Write it as 2026-11.")
    return date.fromisoformat(f"{month}-01")


def _share(began: date, first: date, last: date) -> float:
    """Return the part of the month from ``began`` until now, or until its end."""
    begins, ends = (datetime(d.year, d.month, d.day).astimezone() for d in (first, _after(last)))
    start = datetime(began.year, began.month, began.day).astimezone()
    until = min(ends, in_zone(time.time()))
    return max(0.0, (until - start) / (ends - begins))


def _after(day: date) -> date:
    return day + timedelta(days=1)


def _clients(sums: Mapping[Item, float]) -> list[Client]:
    """Return each client with its requests and tokens, the largest first."""
    found: dict[str, dict[str, float]] = {}
    for item, amount in sums.items():
        if item.what in {"client_requests", "client_tokens"} and amount:
            what = item.what.removeprefix("client_")
            each = found.setdefault(item.client, {"requests": 0.0, "tokens": 0.0})
            each[what] += amount
    ordered = sorted(found.items(), key=lambda pair: -pair[1]["tokens"])
    return [Client(name, each["requests"], each["tokens"]) for name, each in ordered]


def _show(month: Month, usage: Usage, costs: Costs, prices: CostSettings) -> None:
    print_line(f"{month.name}, since {month.first:%m-%d}: {month.share:.0%} of the month")
    if not usage.on and not usage.interactions:
        print_line("Nothing was counted in it.")
        return
    people, backlog, own = (span(usage.busy.get(each, 0.0)) for each in CLASSES)
    lines = [
        ("summaries", f"{usage.summaries:,.0f} quick ones"),
        ("analyses", f"{usage.analyses:,.0f}"),
        ("questions", f"{usage.questions:,.0f}"),
        ("engine on", f"{span(usage.on)}, busy for {span(usage.busy_seconds)} of it"),
        ("busy for", f"people {people}, the backlog {backlog}, its own warm-ups {own}"),
        ("tokens read", f"{usage.read:,.0f}, and {usage.cached:,.0f} that were in the cache"),
        ("written", f"{usage.written:,.0f}"),
    ]
    if costs.energy is None:
        lines.append(("energy", "not known: set idle_watts and busy_watts"))
    else:
        kwh, work = costs.energy.total / 3.6e6, costs.energy.work / 3.6e6
        lines.append(("energy", f"{kwh:,.3g} kWh, {work:,.3g} of them while the engine was busy"))
        lines.append(("", _MEASURED[costs.energy.source]))
    for name, text in lines:
        print_line(f"  {name:<14}{text}")
    print_line("")
    print_line(f"For an interaction, in {prices.currency}:")
    for name, amount, text in _prices(costs, usage, prices):
        value = "not known" if amount is None else f"{amount:,.4g}"
        print_line(f"  {name:<26}{value:>10}  {text}".rstrip())
    print_line("")
    for line in _verdict(costs, usage, prices):
        print_line(line)


def _prices(
    costs: Costs, usage: Usage, prices: CostSettings
) -> list[tuple[str, float | None, str]]:
    energy = "" if costs.energy else "watts, "
    missing = f"set {energy}kwh_price" if not prices.kwh_price else "set the watts"
    rows: list[tuple[str, float | None, str]] = [
        ("energy of the work", costs.marginal, "" if costs.marginal is not None else missing)
    ]
    if costs.per_people is not None:
        rows.append(("  a summary or a question", costs.per_people, "by the engine's seconds"))
    if costs.per_analysis is not None:
        rows.append(("  an analysis", costs.per_analysis, "by the engine's seconds"))
    parts = "set machine_price and what energy needs"
    if costs.full is not None and costs.fixed is not None and costs.idle is not None:
        number = usage.interactions
        fixed, idle = costs.fixed / number, costs.idle / number
        parts = f"machine, upkeep {fixed:,.3g}, at rest {idle:,.3g}"
    rows.append(("everything", costs.full, parts if usage.interactions else ""))
    cloud = "its list price, our count of tokens"
    if costs.cloud is None and usage.interactions:
        cloud = "set the cloud_ prices and per_dollar"
    rows.append(("the same tokens at a cloud", costs.cloud, cloud))
    if costs.target is not None:
        rows.append(("the design's target", costs.target, f"${TARGET}"))
    return rows


def _verdict(costs: Costs, usage: Usage, prices: CostSettings) -> list[str]:
    """Return what can be said of the numbers, and nothing that they do not say."""
    if costs.full is None or not usage.interactions:
        return ["No comparison: what everything costs is not known."]
    said = []
    if costs.target is not None:
        which = "below" if costs.full < costs.target else "above"
        said.append(f"Everything is {which} the design's target.")
    if costs.cloud is None:
        said.append("No comparison with a cloud: its prices are not set.")
    elif costs.full < costs.cloud:
        said.append("Everything is below the cloud's list price for the same tokens.")
    else:
        said.append("The cloud's list price for the same tokens is lower at this volume.")
        if costs.even_at is None:
            said.append("At no number of interactions: its price is below the energy's.")
        else:
            now = usage.interactions / usage.share if usage.share else 0.0
            said.append(f"They would be equal at {costs.even_at:,.0f} interactions a month.")
            said.append(f"Now there are {now:,.0f}.")
            if usage.busy_seconds and usage.on * now / usage.busy_seconds < costs.even_at:
                most = usage.on * now / usage.busy_seconds
                said.append(f"Busy all the time, this machine would do about {most:,.0f}.")
    if prices.won_per_hour:
        said.append("won_per_hour is not used here: it prices the answers to questions.")
    return said
