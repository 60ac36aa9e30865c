"""The four names of the design document, as views of the metrics that are there.

``api_success_rate_total`` is counted in ``metrics.py``: its ratio is a recording of the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.metrics_core import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def views(families: Sequence[Metric]) -> Iterator[Metric]:
    """Yield the views of what is there; one of something that is not known is left out."""
    by_name = {family.name: family for family in families}
    if quick := by_name.get("edgebox_quick_seconds"):
        yield _over_all_statuses(quick)
    size = by_name.get("edgebox_batch_size")
    if size and size.samples:
        text = "A name of the design: edgebox_batch_size."
        yield Gauge("mlm_batch_size", text, size.samples[0].value)
    queues = Gauge(
        "queue_length",
        "A name of the design: what waits for analysis, for its receiver, for the engine.",
        labels=("queue",),
    )
    for queue, name, label, value in (
        ("analysis", "edgebox_consultations_pending", "", ""),
        ("callback", "edgebox_callbacks", "state", "pending"),
        ("engine", "edgebox_engine_sequences", "state", "waiting"),
    ):
        if family := by_name.get(name):
            waiting = [s.value for s in family.samples if s.labels.get(label, "") == value]
            queues.add_metric((queue,), sum(waiting))
    yield queues


def _over_all_statuses(quick: Metric) -> Metric:
    """Return the histogram without its status."""
    view = Metric(
        "slm_response_time",
        "A name of the design: edgebox_quick_seconds over all statuses, in seconds.",
        "histogram",
    )
    sums: dict[tuple[str, str | None], float] = {}
    for sample in quick.samples:
        key = (sample.name.rpartition("_")[2], sample.labels.get("le"))
        sums[key] = sums.get(key, 0.0) + sample.value
    for (part, edge), value in sums.items():
        labels = {} if edge is None else {"le": edge}
        view.add_sample(f"slm_response_time_{part}", labels, value)
    return view
