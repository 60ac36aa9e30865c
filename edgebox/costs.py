"""What an interaction costs, from the daily sums and the prices that the administrator knows.

Three numbers, never one, and each only where its prices are set:

- **marginal**: the energy of the work, ``joules / 3.6e6 x kWh price x PUE``;
- **full**: ``(machine's price / months + all energy + upkeep) / interactions``;
- **cloud**: the same tokens at a cloud's list price, ``(read x p + cached x pc + written x pw)
  / 1e6 x token factor``, in US dollars, at the rate that is set.

Energy of the engine is measured as a whole. What is said of one kind of work is its share of the
engine's seconds, an attribution: a step reads and writes for several at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.settings.model import CostSettings

JOULES = 3.6e6
"""Of a kilowatt hour."""
TARGET = 0.002
"""US dollars for an interaction: the design's."""
PEOPLE, BACKLOG, OWN = CLASSES = ("people", "backlog", "own")
"""For whom the engine worked, as its metrics say."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a box did in a time. Seconds are the engine's, of steps; tokens are our tokenizers'.

    Attributes:
        summaries, analyses, questions: that had an answer.
        on: seconds in which the engine ran.
        busy: seconds of steps, by class: people, backlog, own.
        read, cached, written: tokens of people's and the backlog's work; not the engine's own.
        joules: measured, by source: nvml, rapl.
        share: the part of a month that this is, 0 to 1.
    """

    summaries: float
    analyses: float
    questions: float
    on: float
    busy: Mapping[str, float]
    read: float
    cached: float
    written: float
    joules: Mapping[str, float]
    share: float

    @property
    def interactions(self) -> float:
        """Summaries, analyses and questions."""
        return self.summaries + self.analyses + self.questions

    @property
    def busy_seconds(self) -> float:
        """Of all classes."""
        return sum(self.busy.values())


@dataclass(frozen=True, slots=True)
class Energy:
    """Joules, and how they are known.

    Attributes:
        source: measured by nvml (the GPU only), rapl (the processor only) or both; assumed: from
            the watts of the settings and the engine's seconds.
        total: all of it.
        work: of the time in which the engine was busy; the rest is the machine's at rest.
    """

    source: Literal["nvml", "rapl", "nvml+rapl", "assumed"]
    total: float
    work: float


@dataclass(frozen=True, slots=True)
class Costs:
    """Money in the currency of the settings. None: a price or a figure that it needs is not known.

    Attributes:
        energy: None where nothing measures it and no watts are set.
        marginal: energy of the work, for an interaction.
        per_people: the same for a summary or a question.
        per_analysis: the same for an analysis.
        idle: energy of the machine at rest, in the whole time.
        fixed: the machine's part and upkeep, in the whole time.
        full: for an interaction, everything.
        cloud: for an interaction, the same tokens at a cloud's price.
        target: of the design, for an interaction.
        even_at: interactions a month at which ``full`` would be the cloud's price; None also where
            the cloud's price is below the energy's, so that no number of them is enough.
    """

    energy: Energy | None
    marginal: float | None
    per_people: float | None
    per_analysis: float | None
    idle: float | None
    fixed: float | None
    full: float | None
    cloud: float | None
    target: float | None
    even_at: float | None


def costs_of(usage: Usage, prices: CostSettings) -> Costs:
    """Return what the usage cost at these prices."""
    energy = energy_of(usage, prices)
    kwh = prices.kwh_price * prices.pue
    money = kwh / JOULES if energy and kwh else None
    work = energy.work * money if energy and money is not None else None
    idle = (energy.total - energy.work) * money if energy and money is not None else None
    fixed = None
    if prices.machine_price:
        month = prices.machine_price / prices.machine_months + prices.upkeep_per_month
        fixed = month * usage.share
    full = None
    if fixed is not None and work is not None and idle is not None:
        full = _each(fixed + work + idle, usage.interactions)
    marginal = _each(work, usage.interactions)
    cloud = _each(_cloud(usage, prices), usage.interactions)
    return Costs(
        energy=energy,
        marginal=marginal,
        per_people=_each(_part(work, usage, PEOPLE), usage.summaries + usage.questions),
        per_analysis=_each(_part(work, usage, BACKLOG), usage.analyses),
        idle=idle,
        fixed=fixed,
        full=full,
        cloud=cloud,
        target=TARGET * prices.per_dollar if prices.per_dollar else None,
        even_at=_even_at(fixed, idle, marginal, cloud, usage.share),
    )


def known_prices(prices: CostSettings) -> dict[str, float]:
    """Return the prices that are set, in the settings' currency.

    Returns:
        ``kwh``; ``month``, of machine and upkeep; ``pue``, a factor; ``cloud_read``,
        ``cloud_cached`` and ``cloud_written``, of a million tokens as ours are counted; and
        ``target``, the design's for an interaction.
    """
    rate = prices.per_dollar
    found: dict[str, float] = {}
    if prices.kwh_price:
        found |= {"kwh": prices.kwh_price, "pue": prices.pue}
    if prices.machine_price:
        found["month"] = prices.machine_price / prices.machine_months + prices.upkeep_per_month
    for name in ("cloud_read", "cloud_cached", "cloud_written"):
        if rate and (dollars := getattr(prices, name)):
            found[name] = dollars * rate * prices.cloud_token_factor
    if rate:
        found["target"] = TARGET * rate
    return found


def energy_of(usage: Usage, prices: CostSettings) -> Energy | None:
    """Return the energy, measured where something measures it, else assumed, else None."""
    busy = min(usage.busy_seconds, usage.on)
    measured = {source: joules for source, joules in usage.joules.items() if joules > 0}
    if measured:
        source: Literal["nvml", "rapl", "nvml+rapl"]
        source = "nvml+rapl" if len(measured) > 1 else "nvml" if "nvml" in measured else "rapl"
        total = sum(measured.values())
        return Energy(source, total, total * busy / usage.on if usage.on else 0.0)
    if not prices.busy_watts or not usage.on:
        return None
    work = busy * prices.busy_watts
    return Energy("assumed", work + (usage.on - busy) * prices.idle_watts, work)


def _cloud(usage: Usage, prices: CostSettings) -> float | None:
    if not (prices.per_dollar and prices.cloud_read and prices.cloud_written):
        return None
    # A list price without one for cached tokens is the full one.
    cached = prices.cloud_cached or prices.cloud_read
    dollars = (
        usage.read * prices.cloud_read
        + usage.cached * cached
        + usage.written * prices.cloud_written
    ) / 1e6
    return dollars * prices.cloud_token_factor * prices.per_dollar


def _part(work: float | None, usage: Usage, name: str) -> float | None:
    """Return a class's part of the energy of the work, by its seconds."""
    if work is None or not usage.busy_seconds:
        return None
    return work * usage.busy.get(name, 0.0) / usage.busy_seconds


def _even_at(
    fixed: float | None,
    idle: float | None,
    marginal: float | None,
    cloud: float | None,
    share: float,
) -> float | None:
    if fixed is None or idle is None or marginal is None or cloud is None or not share:
        return None
    gained = cloud - marginal
    return (fixed + idle) / share / gained if gained > 0 else None


def _each(amount: float | None, number: float) -> float | None:
    return None if amount is None or not number else amount / number
