"""What one run of the demo saw, and whether that is proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edgebox_cli.demo.box import SLM
from edgebox_cli.demo.calls import BATCH

if TYPE_CHECKING:
    from edgebox.engine_client import EngineHealth
    from edgebox_cli.demo.receiver import Callback


@dataclass
class Run:
    """What the demo has seen so far.

    Attributes:
        spent: (phase, seconds), in order.
        answer: to the quick summary.
        latency: seconds until that answer.
        unhurried: the small model's summary within a long deadline, and the seconds that it took;
            asked for only if it wrote none within the deadline.
        asked: the answer to the question.
        callback: the batch's.
        health: the engine's, at the end.
    """

    spent: list[tuple[str, float]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    latency: float = 0.0
    unhurried: tuple[str, float] | None = None
    asked: dict[str, Any] = field(default_factory=dict)
    callback: Callback | None = None
    health: EngineHealth | None = None


def missing(run: Run) -> list[str]:
    """Return what the run does not prove; nothing when the models did all of it."""
    wrong = []
    if run.answer.get("status") not in ("success", "partial"):
        if run.answer.get("status") != "fallback" or not run.unhurried:
            wrong.append("the quick summary is not the model's (the machine was too busy)")
    elif run.answer.get("model_used") != SLM:
        wrong.append(f"the quick summary came from {run.answer.get('model_used')}, not from {SLM}")
    if not run.asked.get("answer"):
        wrong.append("the question was not answered")
    if run.callback is None:
        return [*wrong, "no callback came"]
    if not (run.callback.webhook_signed and run.callback.key_signed):
        wrong.append("the callback's signature is not good")
    results = run.callback.payload.get("results", [])
    if {result.get("consultation_id") for result in results} != {name for name, _ in BATCH}:
        wrong.append("the callback is not about the consultations that were sent")
    wrong += [
        f"{result['consultation_id']} failed ({result.get('error', {}).get('code')})"
        for result in results
        if result.get("status") != "success"
    ]
    return wrong
