"""``edgebox bench``: the speed of engines and servers, and the capacity of the running box."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

from edgebox.contract.paths import Paths
from edgebox.errors import UsageError
from edgebox.lab.bench.calls import call
from edgebox.lab.bench.capacity import GOOD, SLOWEST, Answer, Found, Trial
from edgebox.lab.bench.load import Load
from edgebox.lab.bench.machine import machine
from edgebox.lab.bench.projection import Speeds, Work
from edgebox.lab.bench.report import report
from edgebox.lab.bench.target import BenchTarget
from edgebox.lab.bench.workload import Size, named
from edgebox.settings import Settings
from edgebox_cli.bench.capacity import Capacity, show_capacity
from edgebox_cli.bench.session import Session
from edgebox_cli.bench.workloads import WHAT, show
from edgebox_cli.common.box import Box, opened_box
from edgebox_cli.common.configuration import settings_as_root
from edgebox_cli.common.failure import reported
from edgebox_cli.common.observe import engine_health, readiness
from edgebox_cli.common.options import ClientOption
from edgebox_cli.common.output import err_console, note, print_error, print_json
from edgebox_cli.common.progress import bars

if TYPE_CHECKING:
    from edgebox.engine_client import EngineHealth

app = typer.Typer(invoke_without_command=True)

_TEXT = TextColumn("{task.description}", markup=False)
_WARM_UPS = 3
_LOADING_SECONDS = 600.0
_LOOKS_EVERY = 0.5
_HEARING_SECONDS = 10.0


@app.callback()
def bench(
    context: typer.Context,
    *,
    workload: Annotated[
        list[str] | None,
        typer.Option(
            help="quick, analysis, growing, mixed, ask or mixed-ask; repeatable; without: the "
            "first four."
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=URL[,MLM_URL]",
            help="An OpenAI-compatible server, or unix:PATH of an engine; repeatable, compared "
            "with the first; without: this box's engine. NAME=json_object+URL for servers that "
            "do not know response_format json_schema.",
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Every target once in each round.")] = 1,
    quick: Annotated[int, typer.Option(min=1, help="Summaries of the quick workload.")] = 8,
    analyses: Annotated[int, typer.Option(min=1, help="Analyses of a workload.")] = 6,
    concurrency: Annotated[int, typer.Option(min=1, help="Analyses in flight.")] = 4,
    rate: Annotated[
        float,
        typer.Option(min=0.1, help="Mixed workload: a pause of 60/RATE s between summaries."),
    ] = 12.0,
    into: Annotated[
        Path | None,
        typer.Option(
            help="Keep each measurement in this file as it is made: the same command goes on "
            "where an earlier one ended.",
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(min=0.1, help="Begin no measurement that would not end by then."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, every sample too.")] = False,
) -> None:
    """Measure how fast models answer here, with the load that EdgeBox has to carry.

    Needs a running engine and nothing else to do on the machine; the engine's other work
    slows both. Times are seconds as a client sees them.
    """
    if context.invoked_subcommand:
        _refuse_options(context)
        return
    with reported():
        wanted = [named(name) for name in dict.fromkeys(workload or list(WHAT)[:4])]
        targets = [BenchTarget.parse(text) for text in target or ()]
        targets = targets or [BenchTarget.engine(settings_as_root().socket)]
        size = Size(quick, analyses, concurrency, rate, salt=2 * int(time.time()))
        seconds = None if minutes is None else 60 * minutes
        session = Session(targets, wanted, rounds, size, into, seconds)
        runs = asyncio.run(session.measured())
    found = report(runs)
    if as_json:
        print_json(found.as_dict() | {"runs": [asdict(run) for run in runs]})
    else:
        show(found)
    if left := session.whole - len(runs):
        note(
            f"{left} of {session.whole} measurements are left."
            + (" The same command goes on with them." if into else "")
        )
    if left or any(row.failed for row in found.rows):
        raise typer.Exit(1)


@app.command()
def capacity(
    *,
    minutes: Annotated[
        float, typer.Option(min=0.1, help="The time to search, half of it beside a batch.")
    ] = 10.0,
    requests: Annotated[
        int, typer.Option(min=1, help="Summaries of each rate that is tried, at most.")
    ] = 20,
    share: Annotated[
        float,
        typer.Option(min=0.5, max=1.0, help="Of them that the model has to answer in time."),
    ] = 0.95,
    calls_an_hour: Annotated[
        float, typer.Option(min=0.1, help="Of an agent, one summary each.")
    ] = 10.0,
    lines: Annotated[
        int, typer.Option(min=2, max=400, help="Of each made-up call; 13 are some 350 tokens.")
    ] = 13,
    batch: Annotated[
        bool, typer.Option("--batch/--no-batch", help="Also measure beside a running batch.")
    ] = True,
    client: ClientOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, every answer too.")] = False,
) -> None:
    """Find how many summaries a minute this box answers within the deadline.

    Needs the running box and nothing else to do on it. Made-up calls arrive at random moments, at
    one rate after the other, first alone and then beside analyses. Ctrl-C ends the search and shows
    what is known.
    """
    with opened_box(client) as (box, settings):
        found = Capacity(
            deadline=settings.quick.deadline_seconds,
            budget=settings.quick.deadline_seconds - settings.quick.margin_seconds,
            share=share,
            calls_an_hour=calls_an_hour,
            rate_per_minute=settings.api.rate_per_minute,
            machine=machine(),
        )
        salt = 2 * int(time.time())
        # One whose error says what to do: the box may not run, or refuse this client.
        body = {"consultation_id": f"bench-{salt}", "conversation_text": call(0, lines, salt)}
        box.post(Paths.QUICK_SUMMARY, body)
        _look_at_the_engine(settings, found)
        try:
            wanted = _Wanted(minutes * 60, requests, lines, salt, batch=batch)
            asyncio.run(_search(box, settings, found, wanted))
            found.complete = True
        except KeyboardInterrupt:
            print_error("Stopped. What is known so far:")
    if as_json:
        print_json(found.as_dict())
    else:
        show_capacity(found)
    if not found.complete or found.failed:
        raise typer.Exit(1)


def _loaded(settings: Settings) -> EngineHealth | None:
    """Return the engine's health, after waiting until its models are loaded.

    Returns:
        None if it does not answer.
    """
    health = engine_health(settings)
    if health is not None and not health.ready:
        note("The engine is still loading its models; the search begins when it is ready.")
        until = time.monotonic() + _LOADING_SECONDS
        with bars(_TEXT, TimeElapsedColumn()) as shown:
            shown.add_task("loading models", total=None)
            while health is not None and not health.ready and time.monotonic() < until:
                time.sleep(_LOOKS_EVERY)
                health = engine_health(settings)
    if health is not None and health.ready:
        _wait_for_the_api(settings)
    return health


def _wait_for_the_api(settings: Settings) -> None:
    """Wait until the API, which asks the engine now and then, has heard that it is ready."""
    until = time.monotonic() + _HEARING_SECONDS
    while (readiness(settings) or {}).get("engine") not in {"ok", "remote"}:
        if time.monotonic() > until:
            return
        time.sleep(_LOOKS_EVERY / 5)


def _look_at_the_engine(settings: Settings, found: Capacity) -> None:
    """Keep the engine's speeds, and say if it is not idle."""
    health = _loaded(settings)
    if health is None or not health.ready:
        note("The engine does not answer: the model answers nothing. See: edgebox doctor")
        return
    found.models = {role: one.model for role, one in health.roles.items()}
    if slm := health.roles.get("slm"):
        found.speeds = Speeds(slm.prefill_tps, slm.decode_tps, slm.batch_decode_tps)
    if others := health.raw.get("running", 0) + health.raw.get("waiting", 0):
        note(f"The engine has {others} other requests: the box can do more than is found now.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the options of ``capacity`` say."""

    seconds: float
    requests: int
    lines: int
    salt: int
    batch: bool


class Verdicts:
    """Notes whether each rate holds, once: answers still come in after it is known."""

    def __init__(self) -> None:
        self._noted: Trial | None = None

    def note(self, where: str, trial: Trial) -> None:
        """Write a line on standard error if this trial is decided and has none yet."""
        if trial is not self._noted and (trial.lost or trial.holds):
            self._noted = trial
            note(f"{where}: {trial.rate:.1f} a minute {'holds' if trial.holds else 'fails'}")


async def _search(box: Box, settings: Settings, found: Capacity, wanted: _Wanted) -> None:
    """Warm up, then search alone, then beside analyses; keep in ``found`` what is known."""
    seconds = wanted.seconds
    ends = time.perf_counter() + seconds
    columns = (_TEXT, BarColumn(bar_width=20), TimeElapsedColumn())
    with bars(*columns) as shown:
        task = shown.add_task("warming up", total=seconds)
        where = "alone"
        verdicts = Verdicts()

        def told(trial: Trial) -> None:
            shown.update(
                task,
                completed=seconds - (ends - time.perf_counter()),
                description=f"{where}: {trial.rate:.1f} a minute, "
                f"{len(trial.answers)} of {trial.planned}",
            )
            if not err_console().is_terminal:
                verdicts.note(where, trial)

        async with box.asynchronous() as http:
            load = Load(
                http,
                settings,
                lines=wanted.lines,
                salt=wanted.salt,
                share=found.share,
                requests=wanted.requests,
                told=told,
            )
            warm = [await load.ask(-number) for number in range(1, 1 + _WARM_UPS)]
            good = [answer.seconds for answer in warm if answer.outcome in GOOD]
            alone = Found(beside=False)
            found.searches.append(alone)
            left = (ends - time.perf_counter()) / (2 if wanted.batch else 1)
            try:
                await load.search(alone, 30 / statistics.median(good) if good else SLOWEST, left)
            finally:
                found.work = _work(warm + [a for trial in alone.trials for a in trial.answers])
            if not wanted.batch:
                return
            where, beside = "beside a batch", Found(beside=True)
            found.searches.append(beside)
            async with load.batch(beside):
                # Until every worker's prompt has begun to be read, the box is still alone.
                await asyncio.sleep(min(settings.quick.deadline_seconds, seconds / 20))
                await load.search(beside, 0.7 * (alone.held or 0.0), ends - time.perf_counter())


def _work(answers: list[Answer]) -> Work | None:
    """Return the tokens of a summary of a whole call; None if the model answered none."""
    known = [one for one in answers if one.outcome in GOOD and one.read and one.generated]
    if not known:
        return None
    read = statistics.median((one.prompt - one.cached) / one.read for one in known)
    return Work(read, statistics.median(one.generated for one in known))


def _refuse_options(context: typer.Context) -> None:
    """Refuse options of ``bench`` before the name of another command: they would do nothing."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            with reported():
                raise UsageError(
                    f"{parameter.opts[0]} is not an option of {context.invoked_subcommand}. "
                    f"See: edgebox bench {context.invoked_subcommand} --help"
                )
