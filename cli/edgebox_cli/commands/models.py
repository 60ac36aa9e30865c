"""``edgebox models``: the catalogue, and the files of it that are on this box."""

from __future__ import annotations

import contextlib
from pathlib import Path  # noqa: TC003 - Typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.models.catalog import ModelEntry
    from edgebox.models.installed import Installed
    from edgebox.settings import Settings
    from edgebox.system.progress import Progress

app = typer.Typer(help="The language models: list, pull, import, verify, remove, use.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Trust = Annotated[
    bool, typer.Option("--trust", help="Accept a file whose hash is in no catalogue.")
]
WORDS = {"download": "Downloading", "copy": "Copying", "verify": "Checking"}


@app.command("list")
def list_models(*, as_json: AsJson = False) -> None:
    """Show every known model: what it is for, what it needs, whether it is here."""
    from edgebox.models.advice import fastest, this_machine
    from edgebox_cli.common.output import console, print_json, table

    with _reported():
        settings, installed = _open()
        entries = list(installed.entries())
        here = this_machine()
        best = fastest(entries, here.device)
        models = [
            _described(settings, installed, entry) | {"fastest": entry.name in best}
            for entry in entries
        ]
        for model in models:
            model["fits"] = model["memory_bytes"] <= here.room
    if as_json:
        print_json({"models_dir": str(installed.folder), "models": models})
        return
    right = {"justify": "right", "no_wrap": True}
    table(
        "Models",
        [
            ("name", {"overflow": "fold", "min_width": 35}),
            ("roles", {"no_wrap": True}),
            ("size", right),
            ("memory", right),
            ("state", {"no_wrap": True}),
        ],
        [
            [
                m["name"] + "*" * m["trial"] + "+" * m["fastest"],
                " ".join(m["roles"]),
                _size(m["bytes"]),
                _size(m["memory_bytes"]) + "!" * (not m["fits"]),
                _word(m),
            ]
            for m in models
        ],
    )
    out = console()
    if any(m["trial"] for m in models):
        out.print("* for trying EdgeBox out only: its Korean is poor.", style="dim")
    if best:
        out.print(
            f"+ the fastest of its family on this machine's {here.device.upper()}; "
            "the others may keep more of its Korean.",
            style="dim",
        )
    if any(not m["fits"] for m in models):
        out.print("! more memory than this machine has.", style="dim")
    if any(m["used_by"] and m["state"] in ("missing", "partial") for m in models):
        out.print(
            "What the configuration needs is not all here. Get it: edgebox models pull, or "
            "carry it here: edgebox models import FILE"
        )


@app.command()
def pull(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Models; without: those of the configuration."),
    ] = None,
    *,
    trust: Trust = False,
) -> None:
    """Download models, going on where an earlier download stopped, and check their hashes."""
    import os

    from edgebox.models.hub import Hub
    from edgebox.models.packages import Packages
    from edgebox.models.pull import pull as pull_model
    from edgebox_cli.common.output import err_console

    with _reported():
        settings, installed = _open()
        wanted = names or _configured(settings)
        for name in wanted:
            installed.get(name)  # a misspelt second name is told before the first gigabyte
        downloaders = (Hub.from_environment(os.environ), Packages())
        for name in wanted:
            with transfer_progress(name) as progress:
                pulled = pull_model(
                    installed,
                    name,
                    downloaders=downloaders,
                    trust=trust,
                    progress=progress,
                    notice=lambda line: err_console().print(
                        line, style="dim", markup=False, soft_wrap=True
                    ),
                )
            origin = f" from {pulled.source}" if pulled.source else ": it was here already"
            _say(f"{name} is ready{origin}.")
            if installed.get(name).trial:
                _say("It is for trying EdgeBox out only: its Korean is poor.")


@app.command("import")
def import_model(
    file: Annotated[Path, typer.Argument(help="A .gguf file that was carried here.")],
    *,
    trust: Trust = False,
) -> None:
    """Take in a model file: its hash has to be in the catalogue, or --trust vouches for it."""
    from edgebox.models.importing import import_file

    with _reported():
        _, installed = _open()
        with transfer_progress(file.name) as progress:
            imported = import_file(installed, file, trust=trust, progress=progress)
        for warning in imported.warnings:
            _say(f"Warning: {warning}")
        whose = "on your word" if imported.vouched else "known to the catalogue"
        _say(f"{imported.name} is ready ({whose}, SHA-256 {imported.sha256}).")
        roles = installed.get(imported.name).roles
        _say(f"Use it: edgebox models use {roles[0]} {imported.name}")


@app.command()
def verify(
    name: Annotated[
        str | None, typer.Argument(help="One model; without: all that are here.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Hash the files again in full and compare; exit 1 when one is not what it should be."""
    from edgebox.errors import ModelError
    from edgebox_cli.common.output import print_error, print_json

    results: list[dict[str, Any]] = []
    with _reported():
        _, installed = _open()
        here = [e.name for e in installed.entries() if installed.path_of(e.name).is_file()]
        for each in [name] if name else here:
            try:
                with transfer_progress(each) as progress:
                    record = installed.verify(each, progress)
                results.append(
                    {"name": each, "ok": True, "sha256": record.sha256, "trust": record.trust}
                )
            except ModelError as error:
                results.append({"name": each, "ok": False, "error": error.detail})
                if not as_json:
                    print_error(error.detail)
            else:
                if not as_json:
                    _say(f"{each} is intact (SHA-256 {record.sha256}, trust: {record.trust}).")
    if as_json:
        print_json({"models": results})
    elif not results:
        _say(
            f"There is no model in {installed.folder}. Get one: edgebox models pull NAME, "
            "or carry it here: edgebox models import FILE"
        )
    if not all(result["ok"] for result in results):
        raise typer.Exit(1)


@app.command()
def remove(
    name: str,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Also a model that the configuration uses.")
    ] = False,
) -> None:
    """Delete a model's file and whatever an unfinished download of it left."""
    from edgebox.errors import UsageError

    with _reported():
        settings, installed = _open()
        entry = installed.get(name)
        if (roles := _used_by(settings, entry)) and not force:
            raise UsageError(
                f"{name} is in use as {' and '.join(roles)}. Give the role another one first "
                f"(edgebox models use {roles[0]} NAME), or add --force."
            )
        freed = installed.remove(name)
        _say(f"{name} is removed: {_size(freed)} freed.")


@app.command()
def use(
    role: Annotated[str, typer.Argument(help="slm (quick summaries) or mlm (analyses).")],
    name: str,
) -> None:
    """Give a role another model: writes it into the configuration file."""
    from edgebox.errors import UsageError
    from edgebox.settings import ROLES
    from edgebox.settings.edit import set_string
    from edgebox_cli.common.context import config_path

    with _reported():
        chosen = next((known for known in ROLES if known == role), None)
        if chosen is None:
            raise UsageError(f"There is no role '{role}': it is slm or mlm.")
        _, installed = _open()
        entry = installed.get(name)
        if chosen not in entry.roles:
            raise UsageError(
                f"{name} is for {' and '.join(entry.roles)}, not for {role}. "
                "See: edgebox models list"
            )
        if installed.state(name) == "unchecked":
            with transfer_progress(name) as progress:
                installed.verify(name, progress)
        installed.require(name)
        path = config_path()
        set_string(path, f"engines.{chosen}.model", name)
        now = _open()[0].engines.role(chosen)
        _say(f"{role} is {name} now (in {path}). It takes effect when the engine starts again.")
        if entry.trial:
            _say("It is for trying EdgeBox out only: its Korean is poor.")
        if now.model != name:
            variable = f"EDGEBOX_ENGINES__{role.upper()}__MODEL"
            _say(f"Warning: {variable} is set to {now.model} and overrides the file.")
        if now.url:
            _say(f"Warning: engines.{role}.url is set: that server answers, not this model.")


def _open() -> tuple[Settings, Installed]:
    from edgebox.models.installed import Installed
    from edgebox_cli.common.context import settings

    found = settings()
    return found, Installed(found.models_dir)


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    """An error on purpose is one line and its exit code; Ctrl-C says that nothing is lost."""
    from edgebox.errors import EdgeBoxError
    from edgebox_cli.common.context import fail
    from edgebox_cli.common.output import print_error

    try:
        yield
    except EdgeBoxError as error:
        fail(error)
    except KeyboardInterrupt:
        print_error("Stopped. The same command goes on from here.")
        raise typer.Exit(1) from None


@contextlib.contextmanager
def transfer_progress(title: str) -> Iterator[Progress]:
    """A bar on standard error, where that is a terminal."""
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    from edgebox_cli.common.output import err_console

    screen = err_console()
    with Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=screen,
        transient=True,
        expand=True,
        disable=not screen.is_terminal,
    ) as bars:
        task = bars.add_task(title, total=None)
        shown = ""

        def report(phase: str, done: int, total: int | None) -> None:
            nonlocal shown
            if phase != shown:
                shown = phase
                label = title if len(title) <= 24 else f"{title[:23]}…"
                bars.reset(task, description=f"{WORDS.get(phase, phase)} {label}")
            bars.update(task, completed=done, total=total)

        yield report


def _described(settings: Settings, installed: Installed, entry: ModelEntry) -> dict[str, Any]:
    from edgebox.models.catalog import memory_need

    context = settings.engines.role(entry.roles[0]).context_tokens
    record = installed.records().get(entry.name)
    return {
        "name": entry.name,
        "family": entry.family,
        "roles": list(entry.roles),
        "quantization": entry.quantization,
        "bytes": entry.size_bytes,
        "memory_bytes": memory_need(entry, context),
        "licence": entry.licence,
        "sha256": entry.sha256 or (record.sha256 if record else None),
        "verified": entry.verified or record is not None,
        "trust": record.trust if record else None,
        "state": installed.state(entry.name),
        "used_by": _used_by(settings, entry),
        "trial": entry.trial,
        "note": entry.note,
    }


def _used_by(settings: Settings, entry: ModelEntry) -> list[str]:
    from edgebox.settings import ROLES

    roles = [(role, settings.engines.role(role)) for role in ROLES]
    return [role for role, found in roles if found.model == entry.name and not found.url]


def _configured(settings: Settings) -> list[str]:
    from edgebox.settings import ROLES

    roles = [settings.engines.role(role) for role in ROLES]
    return list(dict.fromkeys(role.model for role in roles if role.model and not role.url))


def _word(model: dict[str, Any]) -> str:
    """The state as a person reads it: what is used, and what is lacking."""
    if model["used_by"]:
        return {"ready": "in use", "unchecked": "unchecked"}.get(model["state"], "needed")
    return "-" if model["state"] == "missing" else str(model["state"])


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _say(line: str) -> None:
    from edgebox_cli.common.output import console

    console().print(line, markup=False, soft_wrap=True)
