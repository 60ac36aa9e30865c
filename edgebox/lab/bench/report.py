"""From measurements to figures: percentiles of each target, and ratios of comparable values."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import asdict, dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from edgebox.lab.bench.workload import NAMES
from edgebox.lab.evaluation.totals import percentile as nearest_rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgebox.lab.bench.workload import Measurement, Sample


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of request of one workload on one target, over all rounds.

    Attributes:
        count: requests with an answer.
        failed: requests without one.
        invalid: answers that do not keep to the schema.
        p50, p95, p99: seconds for a whole answer, nearest rank; None without answers.
        first: median seconds to the first character; None without any.
        per_minute: answers a minute.
        tokens_per_second: generated.
        cpu: CPU seconds of the server for each answer of the workload; None if unknown.
        memory: bytes, the highest; None if unknown.
    """

    workload: str
    kind: str
    target: str
    count: int
    failed: int
    invalid: int
    p50: float | None
    p95: float | None
    p99: float | None
    first: float | None
    per_minute: float
    tokens_per_second: float
    cpu: float | None
    memory: int | None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A comparison within each round or pair, with its median and its extremes.

    Attributes:
        name: the numerator and the denominator, in words.
        target: the target that it describes.
        pairs: number of values.
    """

    name: str
    target: str
    median: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True, slots=True)
class BenchReport:
    """All figures of one session."""

    rows: list[Row]
    ratios: list[Ratio]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


KINDS = ("quick", "analysis", "grown", "cold", "topic", "answer")


def report(runs: Sequence[Measurement]) -> BenchReport:
    """Return the figures of a session. All targets are compared with the first one."""
    targets = list(dict.fromkeys(run.target for run in runs))
    rows = []
    for name, kind, target in product(NAMES, KINDS, targets):
        mine = [run for run in runs if (run.workload, run.target) == (name, target)]
        if any(sample.kind == kind for run in mine for sample in run.samples):
            rows.append(_row(name, kind, target, mine))
    ratios = [ratio for target in targets for ratio in _own(target, runs)]
    for other in targets[1:]:
        ratios += _against(other, targets[0], runs)
    return BenchReport(rows, ratios)


def percentile(values: Iterable[float], share: float) -> float | None:
    """Return the nearest-rank percentile, or None of no values.

    Args:
        values: in any order.
        share: 0 to 1.
    """
    ordered = sorted(values)
    return nearest_rank(ordered, 100 * share) if ordered else None


def _row(workload: str, kind: str, target: str, runs: list[Measurement]) -> Row:
    samples = [s for run in runs for s in run.samples if s.kind == kind]
    good = [s for s in samples if not s.error]
    took = [s.seconds for s in good]
    first = [s.first for s in good if s.first is not None]
    busy = sum((run.analyses if kind == "analysis" else run.wall) or run.wall for run in runs)
    answers = sum(len(run.samples) for run in runs)
    cpu = [run.cpu for run in runs if run.cpu is not None]
    memory = [run.memory for run in runs if run.memory is not None]
    return Row(
        workload,
        kind,
        target,
        len(good),
        len(samples) - len(good),
        sum(not s.valid for s in good),
        percentile(took, 0.5),
        percentile(took, 0.95),
        percentile(took, 0.99),
        statistics.median(first) if first else None,
        60 * len(good) / busy,
        sum(s.generated for s in good) / busy,
        sum(cpu) / answers if cpu else None,
        max(memory) if memory else None,
    )


def _ratios(target: str, found: dict[str, list[float]]) -> list[Ratio]:
    return [
        Ratio(name, target, statistics.median(values), min(values), max(values), len(values))
        for name, values in found.items()
        if values
    ]


_BESIDE = {"mixed": "analyses", "mixed-ask": "questions"}
"""What runs beside the summaries of a workload."""


def _own(target: str, runs: Sequence[Measurement]) -> list[Ratio]:
    """Compare a target under load with the same target without it."""
    mine = {(r.workload, r.round): r for r in runs if r.target == target}
    found: dict[str, list[float]] = defaultdict(list)
    tails: dict[str, tuple[list[float], list[float]]] = {
        beside: ([], []) for beside in _BESIDE.values()
    }
    for (workload, number), run in mine.items():
        if workload == "growing":
            cold = _by_index(run, "cold")
            for index, grown in _by_index(run, "grown").items():
                twin = cold.get(index)
                if twin and grown.first and twin.first:
                    found["growing: first character, grown / cold"].append(grown.first / twin.first)
                    found["growing: whole answer, grown / cold"].append(
                        grown.seconds / twin.seconds
                    )
        alone, quick = mine.get(("analysis", number)), mine.get(("quick", number))
        if workload in _BESIDE and quick:
            beside = _BESIDE[workload]
            under, idle = tails[beside]
            calm = _by_index(quick, "quick")
            pairs = [
                (sample.seconds, calm[index].seconds)
                for index, sample in _by_index(run, "quick").items()
                if index in calm
            ]
            under += [left for left, _ in pairs]
            idle += [right for _, right in pairs]
            found[f"quick: beside {beside} / idle, the same call"].extend(
                left / right for left, right in pairs
            )
        if workload == "mixed" and alone:
            spent = sum(s.seconds for s in _by_index(run, "quick").values())
            if spent:
                found["analyses: time lost / time the quick ones took"].append(
                    (run.analyses - alone.analyses) / spent
                )
    ratios = _ratios(target, found)
    for beside, (under, idle) in tails.items():
        high, calm_high = percentile(under, 0.95), percentile(idle, 0.95)
        if high and calm_high:
            tail = high / calm_high
            name = f"quick: p95 beside {beside} / p95 idle"
            ratios.append(Ratio(name, target, tail, tail, tail, 1))
    return ratios


def _against(other: str, base: str, runs: Sequence[Measurement]) -> list[Ratio]:
    """Compare two targets, base / other: a time over 1 means that the base is slower."""
    theirs = {(r.workload, r.round): r for r in runs if r.target == other}
    found: dict[str, list[float]] = defaultdict(list)
    for run in (r for r in runs if r.target == base):
        twin = theirs.get((run.workload, run.round))
        if twin is None:
            continue
        for kind in sorted({sample.kind for sample in run.samples}):
            their = _by_index(twin, kind)
            found[f"{run.workload}: time for one ({kind}), {base} / {other}"].extend(
                sample.seconds / their[index].seconds
                for index, sample in _by_index(run, kind).items()
                if index in their
            )
        if _rate(run) and _rate(twin):
            found[f"{run.workload}: analyses a minute, {base} / {other}"].append(
                _rate(run) / _rate(twin)
            )
    return _ratios(base, found)


def _rate(run: Measurement) -> float:
    """Return the good analyses a second, or 0 if there were none."""
    good = sum(sample.valid for sample in _by_index(run, "analysis").values())
    return good / run.analyses if run.analyses else 0.0


def _by_index(run: Measurement, kind: str) -> dict[int, Sample]:
    return {s.index: s for s in run.samples if s.kind == kind and not s.error}
