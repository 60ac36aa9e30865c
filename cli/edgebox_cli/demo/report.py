"""The tables that the demo ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from edgebox_cli.common.output import FOLD, RIGHT, console, size, table
from edgebox_cli.demo.box import MLM, SLM
from edgebox_cli.demo.calls import QUESTION

if TYPE_CHECKING:
    from edgebox.engine_client import EngineHealth
    from edgebox_cli.demo.receiver import Callback
    from edgebox_cli.demo.run import Run


def show(run: Run) -> None:
    """Print what the run saw."""
    show_summary(run)
    if run.asked:
        show_question(run.asked)
    if run.callback is not None:
        show_callback(run.callback)
    if run.health is not None:
        show_models(run.health)
    total = sum(took for _, took in run.spent)
    table(
        "Time",
        ["phase", ("seconds", RIGHT)],
        [[Text(name), f"{seconds:.1f}"] for name, seconds in [*run.spent, ("in total", total)]],
    )
    console().print(
        f"{SLM} and {MLM} are for trying EdgeBox out only: their Korean is poor. "
        "For work: edgebox models list",
        style="dim",
    )


def show_summary(run: Run) -> None:
    """Print the quick summary."""
    answer = run.answer
    table(
        "Quick summary",
        _columns("DEMO-1", ""),
        [
            ["summary", Text(answer.get("summary", ""))],
            ["written by", Text(f"{answer.get('model_used')} ({answer.get('status')})")],
            ["latency", f"{run.latency:.2f} s (the deadline is 3 s)"],
            *_unhurried(run),
        ],
    )


def _unhurried(run: Run) -> list[list[Any]]:
    """Return the rows of the summary that the model wrote with a minute's time, if it did."""
    if run.unhurried is None:
        return []
    text, seconds = run.unhurried
    return [["the model's", Text(text)], ["  took", f"{seconds:.2f} s, with a minute's time"]]


def show_question(asked: dict[str, Any]) -> None:
    """Print the question, the acknowledgement and the answer with its evidence."""
    timing, answer = asked["timing"], asked["answer"] or {}
    said = asked["acknowledgement"]
    table(
        "Question about DEMO-1",
        _columns("", QUESTION),
        [
            ["first", Text(f"{said['text']} ({timing['first']:.2f} s)" if said else "")],
            ["answer", Text(answer.get("markdown", ""))],
            *_cited(asked["citations"]),
            ["written by", Text(f"{answer.get('by')} ({asked['status']})")],
            ["latency", f"{timing['total']:.2f} s (the deadline is 15 s)"],
        ],
    )


def _cited(citations: list[dict[str, Any]]) -> list[list[Any]]:
    return [[f"  [{one['n']}]", Text(one["text"])] for one in citations]


def show_callback(callback: Callback) -> None:
    """Print the analyses in the callback and what its signatures are."""
    table(
        f"Analyses of {callback.payload.get('batch_id')}, as the callback brought them",
        _columns("consultation", "what the model wrote"),
        [row for result in callback.payload["results"] for row in _analysis(result)],
    )
    table(
        "Callback",
        _columns("received", callback.url),
        [
            ["webhook-signature", "verified" if callback.webhook_signed else "NOT GOOD"],
            ["X-Bound-Key", "verified" if callback.key_signed else "NOT GOOD"],
        ],
    )


def show_models(health: EngineHealth) -> None:
    """Print the models and the memory that they take."""
    table(
        "Models",
        ["role", ("model", FOLD), ("weights", RIGHT), ("KV", RIGHT)],
        [
            [one.role, one.model, size(one.weights_bytes), size(one.kv_bytes)]
            for one in health.roles.values()
        ],
    )
    if health.rss_bytes:
        console().print(f"The engine's memory with both: {size(health.rss_bytes)}")


def _columns(label: str, text: str) -> list[str | tuple[str, dict[str, Any]]]:
    return [(label, {"no_wrap": True, "style": "dim"}), (text, FOLD)]


def _analysis(result: dict[str, Any]) -> list[list[Any]]:
    """Return the rows of one analysis."""
    name = str(result.get("consultation_id"))
    if result.get("status") != "success":
        return [[name, f"failed: {result.get('error')}"]]
    flags = result.get("quality", {}).get("flags", [])
    flagged = f" ({', '.join(flags)})" if flags else ""
    summary, titles = result["summary"], result["titles"]
    return [
        [
            name,
            f"quality {result['quality_score']:.2f}{flagged}, {result['processing_time']:.1f} s",
        ],
        ["  customer", Text(summary["customer"])],
        ["  agent", Text(summary["agent"])],
        ["  result", Text(summary["result"])],
        ["  keywords", Text(", ".join(result["keywords"]))],
        ["  titles", Text(f"{titles['keyword']} / {titles['descriptive']}")],
    ]
