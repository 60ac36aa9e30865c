"""The screen of ``edgebox status``: at most 80 columns, one fact a line."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from edgebox_cli.common.output import console, local_time, size, span

_SERVERS = {
    "absent": "does not answer",
    "tls": "its certificate is not accepted",
    "silent": "takes connections and says nothing",
    "key": "refuses the key",
    "model": "does not have this model",
    "loading": "answers 503",
    "full": "answers 429",
}

_STYLES = {"up": "green", "not needed": "dim", "starting": "yellow"}


def show(state: dict[str, Any]) -> None:
    """Print what ``gather`` returned."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in _rows(state):
        grid.add_row(label, value if isinstance(value, Text) else Text(value))
    out = console()
    out.print(Text(f"EdgeBox {state['version']}, {state['state_dir']}", style="dim"))
    out.print(grid, width=min(out.width, 80))


def _rows(state: dict[str, Any]) -> list[tuple[str, str | Text]]:
    rows: list[tuple[str, str | Text]] = []
    for name, process in state["processes"].items():
        rows.append((name, process_line(process)))
        for card in process.get("gpus", ()):
            used = size(card["total_bytes"] - card["free_bytes"])
            rows.append(("", f"{card['name']}: {used} of {size(card['total_bytes'])} used"))
    for model in state["models"]:
        rows += model_rows(model)
    if any(model["loaded"] for model in state["models"]):
        rows.append(("run with", tuning_line(state["tuning"])))
    if state["store_error"]:
        return [*rows, ("database", state["store_error"])]
    rows += queue_rows(state)
    counts = state["callbacks"]
    line = f"{counts['pending']} to send, {counts['delivered']} delivered, {counts['dead']} dead"
    if counts["dead"]:
        line += " (edgebox callbacks list --state dead)"
    rows.append(("callbacks", line))
    rows += summary_rows(state["quick"])
    return rows


def process_line(process: dict[str, Any]) -> Text:
    line = Text(process["state"], style=_STYLES.get(process["state"], "bold red"))
    if "url" in process:
        line.append(f"  {process['url']}", style="default")
    if process.get("rss_bytes"):
        line.append(f"  {size(process['rss_bytes'])} resident", style="default")
    return line


def model_rows(model: dict[str, Any]) -> list[tuple[str, str | Text]]:
    if "url" in model:
        line = Text(f"{model['model']} at {model['url']}")
        if model["server"] == "unread":
            line.append("  not asked: only the services may read its key", style="dim")
        elif model["server"] != "answers":
            why = _SERVERS.get(model["server"], "does not answer as it should")
            line.append(f"  {why} (edgebox doctor)", style="bold red")
        rows: list[tuple[str, str | Text]] = [(model["role"], line)]
        if "at_once" in model:
            learned = f"sent {model['at_once']} analyses at once, {model['in_flight']} under way"
            rows.append(("", learned))
        return rows
    if not model["loaded"]:
        return [(model["role"], f"{model['model']}, not loaded")]
    memory = (
        f"{size(model['weights_bytes'])} + {size(model['kv_bytes'])} for "
        f"{model['context_tokens']:,} tokens of context"
    )
    speed = (
        f"reads {model['prefill_tps']:.0f}, writes {model['decode_tps']:.0f} tokens/s, "
        f"{model['batch_decode_tps']:.0f} with {model['parallel']} at once"
    )
    if (gain := round(model["draft_gain"], 1)) > 1:
        speed += f", x {gain} by drafts"
    return [(model["role"], model["model"]), ("", memory), ("", speed)]


def tuning_line(tuning: dict[str, Any] | None) -> str:
    if tuning is None:
        return "the usual choices; measure what is best here: edgebox tune"
    return f"what edgebox tune chose on {local_time(tuning['at'])} (edgebox tune --show)"


def queue_rows(state: dict[str, Any]) -> list[tuple[str, str | Text]]:
    queue, runs, now = state["queue"], state["runs"], state["at"]
    line = (
        f"{queue['pending']} waiting, {queue['running']} running, "
        f"{queue['done']} done, {queue['failed']} failed"
    )
    if queue["oldest_pending_at"] is not None:
        line += f"; the oldest waits for {span(now - queue['oldest_pending_at'])}"
    rows: list[tuple[str, str | Text]] = [
        ("queue", line),
        ("last run", run_line(runs["last"], now)),
    ]
    if queue["running"]:
        rows.append(("next run", "a run is in progress"))
    elif runs["next_at"] is None:
        rows.append(("next run", "when something waits"))
    else:
        when = runs["next_at"] - now
        text = f"in {span(when)}" if when > 10 else "now"
        if state["processes"]["worker"]["state"] in {"down", "stalled"}:
            text = "when the worker runs"
        rows.append(("next run", text))
    return rows


def run_line(run: dict[str, Any] | None, now: float) -> str:
    if run is None:
        return "none yet"
    line = f"{local_time(run['started_at'])} ({run['trigger']}), "
    if run["finished_at"] is None:
        return f"{line}not finished after {span(now - run['started_at'])}"
    counts = ", ".join(f"{number} {word}" for word, number in run["counts"].items() if number)
    return f"{line}took {span(run['finished_at'] - run['started_at'])}: {counts or 'nothing'}"


def summary_rows(quick: dict[str, Any] | None) -> list[tuple[str, str | Text]]:
    if quick is None:
        return [("summaries", "unknown: the API does not say")]
    statuses = ", ".join(f"{n} {status}" for status, n in quick["statuses"].items() if n)
    rows: list[tuple[str, str | Text]] = [
        ("summaries", (statuses or "none") + " since the API started")
    ]
    if quick["count"]:
        rows.append(("latency", f"p50 {_quantile(quick['p50'])}, p95 {_quantile(quick['p95'])}"))
    return rows


def _quantile(found: dict[str, Any]) -> str:
    if found["seconds"] is None:
        return "over 10 s"
    return f"{found['seconds']:.2f} s" if found["exact"] else f"≤ {found['seconds']:g} s"
