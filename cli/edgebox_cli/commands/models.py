"""``edgebox models``: the catalogue, and which of its files are on this box."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from edgebox.errors import ModelError, UsageError
from edgebox.models.advice import fastest, this_machine
from edgebox.models.catalog import ModelEntry, memory_need
from edgebox.models.hub import Hub
from edgebox.models.importing import import_file
from edgebox.models.installed import Installed
from edgebox.models.packages import Packages
from edgebox.models.pull import pull as pull_model
from edgebox.settings import ROLES, Role, Settings
from edgebox.settings.edit import set_string
from edgebox_cli.common.configuration import (
    config_path,
    settings_as_root,
    settings_for_models,
)
from edgebox_cli.common.failure import resumable
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import (
    RIGHT,
    WHOLE,
    console,
    err_console,
    print_error,
    print_json,
    print_line,
    size,
    table,
)
from edgebox_cli.common.owner import apart, other_owner
from edgebox_cli.common.progress import model_transfer
from edgebox_cli.common.who import note_act, noted

app = typer.Typer(help="The language models: list, pull, import, verify, remove, use.")

Trust = Annotated[
    bool, typer.Option("--trust", help="Accept a file whose hash is in no catalogue.")
]
TRIAL = "It is for trying EdgeBox out only: its Korean is poor."


@app.command("list")
def list_models(*, as_json: AsJson = False) -> None:
    """Show every known model: what it is for, what it needs, whether it is here."""
    with resumable():
        found, installed = _open()
        entries = list(installed.entries())
        here = this_machine()
        best = fastest(entries, here.device)
        models = [
            _described(found, installed, entry) | {"fastest": entry.name in best}
            for entry in entries
        ]
        for model in models:
            model["fits"] = model["memory_bytes"] <= here.room
    if as_json:
        print_json({"models_dir": str(installed.folder), "models": models})
        return
    table(
        "Models",
        [
            ("name", {"overflow": "fold", "min_width": 35}),
            ("roles", WHOLE),
            ("size", RIGHT),
            ("memory", RIGHT),
            ("state", WHOLE),
        ],
        [
            [
                m["name"] + "*" * m["trial"] + "+" * m["fastest"],
                " ".join(m["roles"]),
                size(m["bytes"]),
                size(m["memory_bytes"]) + "!" * (not m["fits"]),
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
        typer.Argument(metavar="NAME", help="Models; without: those of the configuration."),
    ] = None,
    *,
    trust: Trust = False,
) -> None:
    """Download models, going on where an earlier download stopped, and check their hashes."""
    with resumable():
        found, installed = _open()
        roles = [found.engines.role(role) for role in ROLES]
        needed = dict.fromkeys(role.model for role in roles if role.model and not role.url)
        wanted = names or list(needed)
        for name in wanted:
            installed.get(name)  # refuse a misspelt second name before the first gigabyte
        downloaders = (Hub.from_environment(os.environ), Packages())
        for name in wanted:
            with _vouching(name, trust=trust), model_transfer(name) as progress:
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
            print_line(f"{name} is ready{origin}.")
            if installed.get(name).trial:
                print_line(TRIAL)


@app.command("import")
def import_model(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .gguf file that was carried here.")
    ],
    *,
    trust: Trust = False,
) -> None:
    """Take in a model file: its hash has to be in the catalogue, or --trust vouches for it."""
    with resumable():
        _, installed = _open()
        with _vouching(str(file), trust=trust), model_transfer(file.name) as progress:
            imported = import_file(installed, file, trust=trust, progress=progress)
        if imported.vouched:
            note_act("models.trust", imported.name, sha256=imported.sha256)
        for warning in imported.warnings:
            print_line(f"Warning: {warning}")
        whose = "on your word" if imported.vouched else "known to the catalogue"
        print_line(f"{imported.name} is ready ({whose}, SHA-256 {imported.sha256}).")
        roles = installed.get(imported.name).roles
        print_line(f"Use it: edgebox models use {roles[0]} {imported.name}")


@app.command()
def verify(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One model; without: all that are here.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Hash the files again in full and compare; exit 1 when one is not what it should be."""
    results: list[dict[str, Any]] = []
    with resumable():
        _, installed = _open()
        here = [e.name for e in installed.entries() if installed.path_of(e.name).is_file()]
        for each in [name] if name else here:
            try:
                with model_transfer(each) as progress:
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
                    print_line(
                        f"{each} is intact (SHA-256 {record.sha256}, trust: {record.trust})."
                    )
    if as_json:
        print_json({"models": results})
    elif not results:
        print_line(
            f"There is no model in {installed.folder}. Get one: edgebox models pull NAME, "
            "or carry it here: edgebox models import FILE"
        )
    if not all(result["ok"] for result in results):
        raise typer.Exit(1)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in: edgebox models list")],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Also a model that the configuration uses.")
    ] = False,
) -> None:
    """Delete a model's file and whatever an unfinished download of it left."""
    with resumable():
        found, installed = _open()
        entry = installed.get(name)
        if (roles := _used_by(found, entry)) and not force:
            raise UsageError(
                f"{name} is in use as {' and '.join(roles)}. Give the role another one first "
                f"(edgebox models use {roles[0]} NAME), or add --force."
            )
        with noted("models.remove", name, force=force):
            freed = installed.remove(name)
        print_line(f"{name} is removed: {size(freed)} freed.")


@app.command()
def use(
    role: Annotated[
        str, typer.Argument(metavar="ROLE", help="slm (quick summaries) or mlm (analyses).")
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in: edgebox models list")],
) -> None:
    """Give a role another model: writes it into the configuration file."""
    with resumable():
        chosen = next((known for known in ROLES if known == role), None)
        if chosen is None:
            raise UsageError(f"There is no role '{role}': it is slm or mlm.")
        foreign = other_owner(settings_as_root().models_dir)  # the configuration is still root's
        trial = apart(lambda: _require(chosen, name)) if foreign else _require(chosen, name)
        path = config_path()
        with noted("models.use", name, role=chosen, config=str(path)):
            set_string(path, f"engines.{chosen}.model", name)
        now = settings_as_root().engines.role(chosen)
        print_line(
            f"{role} is {name} now (in {path}). It takes effect when the engine starts again."
        )
        if trial:
            print_line(TRIAL)
        if now.model != name:
            variable = f"EDGEBOX_ENGINES__{role.upper()}__MODEL"
            print_line(f"Warning: {variable} is set to {now.model} and overrides the file.")
        if now.url:
            print_line(f"Warning: engines.{role}.url is set: that server answers, not this model.")


def _vouching(subject: str, *, trust: bool) -> AbstractContextManager[None]:
    """Write into the audit that somebody vouches for a file, if ``--trust`` was given."""
    return noted("models.trust", subject) if trust else nullcontext()


def _require(role: Role, name: str) -> bool:
    """Check that a model can be used for a role; return whether it is for trying out only."""
    _, installed = _open()
    entry = installed.get(name)
    if role not in entry.roles:
        raise UsageError(
            f"{name} is for {' and '.join(entry.roles)}, not for {role}. See: edgebox models list"
        )
    if installed.state(name) == "unchecked":
        with model_transfer(name) as progress:
            installed.verify(name, progress)
    installed.require(name)
    return entry.trial


def _open() -> tuple[Settings, Installed]:
    found = settings_for_models()
    return found, Installed(found.models_dir)


def _described(settings: Settings, installed: Installed, entry: ModelEntry) -> dict[str, Any]:
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
    roles = [(role, settings.engines.role(role)) for role in ROLES]
    return [role for role, found in roles if found.model == entry.name and not found.url]


def _word(model: dict[str, Any]) -> str:
    """Return the state for the table: in use or needed for a model of the configuration."""
    if model["used_by"]:
        return {"ready": "in use", "unchecked": "unchecked"}.get(model["state"], "needed")
    return "-" if model["state"] == "missing" else str(model["state"])
