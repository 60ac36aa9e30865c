"""``edgebox tune``: how this machine runs the models best, by measuring."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TimeElapsedColumn

from edgebox.errors import UsageError
from edgebox.models.installed import Installed
from edgebox.models.tuned import Tuned, keep_tuned, read_tuned, tuned_here
from edgebox.system.machine import built_for_gpu, gpus
from edgebox_cli.common.configuration import settings, settings_for_models
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import RIGHT, note, print_json, print_line, table
from edgebox_cli.common.owner import apart, other_owner
from edgebox_cli.common.progress import bars
from edgebox_cli.common.systemd import to_start

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.models.tuned import Trial
    from edgebox.processes.tuning import Served
    from edgebox.settings import Role, Settings


def tune(
    *,
    show: Annotated[bool, typer.Option("--show", help="Only show what was measured last.")] = False,
    as_json: AsJson = False,
) -> None:
    """Try how this machine runs the models best, and keep it.

    Tried are rearranged weights, one thread for each core or hardware thread, and how long threads
    spin for each other: alone, and beside a process that keeps a core busy. What was found is used
    from the engine's next start on, for this processor and these models. A setting in [engines]
    goes before it. Run it when the machine has nothing else to do; it takes one to four minutes.
    """
    with reported():
        found = settings_for_models()
        tuned = read_tuned(found.models_dir) if show else _measured(found)
        if tuned is None:
            raise UsageError("Nothing was measured here yet. Run: edgebox tune")
    if as_json:
        print_json(tuned.model_dump())
        return
    _print(tuned)
    if show:
        if tuned_here(found, Installed(found.models_dir)) is None:
            note("It is for another processor or other models. Run: edgebox tune")
    else:
        note(f"Used from the engine's next start on: {to_start('engine')}")


def tune_trial(
    path: Annotated[Path | None, typer.Argument()] = None,
    *,
    repack: Annotated[
        bool, typer.Option("--repack/--no-repack", help="Rearrange the weights.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="Threads of every step.")] = 1,
    seconds: Annotated[
        float, typer.Option(min=0.0, help="After which no other round begins.")
    ] = 1.0,
    busy: Annotated[
        int,
        typer.Option(
            "--busy", metavar="PID", help="Instead: keep a core busy until that parent ends."
        ),
    ] = 0,
) -> None:
    """Try one way of running a model, in a process of its own: for ``edgebox tune``."""
    if busy:
        _keep_busy(busy)
        return
    from edgebox.processes.trials import trial_of  # noqa: PLC0415 - loads llama.cpp

    with reported():
        if path is None:
            raise UsageError("Name the file of a model.")
        cost = trial_of(path, repack=repack, threads=threads, seconds=seconds)
    sys.stdout.write(f"{cost.model_dump_json()}\n")


def _keep_busy(parent: int) -> None:
    """Keep a core busy until the process that started this one ends, also if it has already."""
    while os.getppid() == parent:
        for _ in range(1_000_000):
            pass


def _measured(found: Settings) -> Tuned:
    """Make all trials and keep what is best.

    On an installed box the models folder is root's, so root keeps it; but the trials are made as
    the service's user, because native code reads the models in them.
    """
    from edgebox.processes.tuning import require_writable, served_here  # noqa: PLC0415 - loads llama.cpp

    if built_for_gpu() and gpus():
        raise UsageError("A GPU runs the models here: there is nothing to choose.")
    require_writable(found.models_dir)
    models = served_here(found)
    if other_owner(found.state_dir):
        tuned = Tuned.model_validate(apart(lambda: _tried(models).model_dump(mode="json")))
    else:
        tuned = _tried(models)
    keep_tuned(found.models_dir, tuned)
    return tuned


def _tried(models: Mapping[Role, Served]) -> Tuned:
    """Make all trials as the owner of the state folder, with a progress bar."""
    from edgebox.processes.tuning import tune_here  # noqa: PLC0415 - loads llama.cpp

    found = settings()
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with bars(*columns) as shown:
        task = shown.add_task("trying", total=None)

        def told(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        return tune_here(found, models, at=time.time(), told=told)


def _print(tuned: Tuned) -> None:
    columns: list[str | tuple[str, dict[str, Any]]] = [
        "model",
        "weights",
        ("threads", RIGHT),
        ("spin", RIGHT),
        "beside",
        ("reads/s", RIGHT),
        ("writes/s", RIGHT),
    ]
    table("tokens a second", columns, (_row(trial, tuned) for trial in tuned.trials))
    for role, found in tuned.roles.items():
        print_line(f"{role}: weights {_weights(repack=found.repack)}")
    print_line(f"both: {tuned.threads} threads, spin {tuned.spin:,}")


def _row(trial: Trial, tuned: Tuned) -> list[str]:
    way, cost = trial.way, trial.timings
    written = cost.write if way.role == "slm" else cost.together
    chosen = way.repack == tuned.roles[way.role].repack
    return [
        way.role,
        _weights(repack=way.repack) + (" *" if chosen else ""),
        f"{way.threads}{' *' if way.threads == tuned.threads else ''}",
        f"{way.spin:,}{' *' if way.spin == tuned.spin else ''}",
        "a busy one" if way.busy else "nothing",
        f"{1 / cost.read:.0f}",
        f"{1 / written:.1f}",
    ]


def _weights(*, repack: bool) -> str:
    return "rearranged" if repack else "as stored"
