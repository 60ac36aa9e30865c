"""Checks of the machine: models on disk, memory, room, llama.cpp."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from edgebox_cli.doctor.checks import Check, roles_of
from edgebox_cli.status.screen import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.engine_client import EngineHealth
    from edgebox.models.installed import Installed
    from edgebox.settings import Settings

LEAST_DISK = 2_000_000_000


def models(settings: Settings) -> Iterator[Check]:
    """Each role has its model on disk, hashed and recorded, or a server that answers."""
    from edgebox.errors import ModelError
    from edgebox.models.installed import Installed

    try:
        installed = Installed(settings.models_dir)
    except ModelError as error:
        yield Check("models", "fail", error.detail, "edgebox models list")
        return
    for role, options in roles_of(settings).items():
        if options.url:
            yield _server(f"model {role}", options.url)
            continue
        try:
            yield _model(installed, role, options.model)
        except ModelError as error:
            yield Check(f"model {role}", "fail", error.detail, f"edgebox models use {role} NAME")


def _model(installed: Installed, role: str, model: str) -> Check:
    name, state = f"model {role}", installed.state(model)
    if state in ("missing", "partial"):
        what = "is not here" if state == "missing" else "is only partly here"
        return Check(name, "fail", f"{model} {what}.", _get(model))
    if state == "unchecked":
        return Check(
            name,
            "warn",
            f"{model} is hashed again at every start until it is recorded.",
            f"edgebox models verify {model}",
        )
    if installed.get(model).trial:
        detail = f"{model} is for trying EdgeBox out: its Korean is poor."
        return Check(
            name, "warn", detail, "edgebox models list, then: edgebox models use ROLE NAME"
        )
    return Check(name, "ok", model)


def _get(model: str) -> str:
    return f"edgebox models pull {model}, or carried here: edgebox models import FILE"


def hashes(settings: Settings) -> Iterator[Check]:
    """Each role's file, read in full, is the one that the catalogue lists."""
    from edgebox.errors import ModelError
    from edgebox.models.installed import Installed

    for role, options in roles_of(settings).items():
        if options.url:
            continue
        name = f"hash {role}"
        try:
            record = Installed(settings.models_dir).verify(options.model)
        except ModelError as error:
            again = f"edgebox models remove {options.model}, then {_get(options.model)}"
            yield Check(name, "fail", error.detail, again)
        else:
            yield Check(name, "ok", f"SHA-256 {record.sha256[:12]}… as {record.trust} says")


def _server(name: str, url: str) -> Check:
    import httpx

    from edgebox.settings.check import without_password

    shown = without_password(url)
    try:
        status = httpx.get(
            f"{url.rstrip('/').removesuffix('/v1')}/v1/models", timeout=3.0, trust_env=False
        ).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return Check(
            name, "fail", f"{shown} does not answer.", "start that server, or unset the url"
        )
    if status >= 400:
        return Check(
            name, "warn", f"{shown} answers {status} to /v1/models.", f"curl -i {shown}/v1/models"
        )
    return Check(name, "ok", f"another server, {shown}")


def memory(settings: Settings, health: EngineHealth | None) -> Check:
    """The models and their contexts fit beside what runs already."""
    from edgebox.errors import ModelError, ModelsTooLarge
    from edgebox.models.advice import require_fit, this_machine
    from edgebox.models.catalog import memory_need
    from edgebox.models.installed import Installed
    from edgebox.system.machine import available_memory

    available = available_memory()
    if health is not None and health.ready:
        used = size(health.rss_bytes or 0)
        return Check("memory", "ok", f"the engine has {used}, {size(available)} are left")
    on_cpu = this_machine().device == "cpu"  # the engine itself looks at the GPU's memory
    try:
        installed = Installed(settings.models_dir)
        wanted = {
            role: (installed.get(options.model), options.context_tokens)
            for role, options in roles_of(settings).items()
            if not options.url and (on_cpu or options.gpu_layers == 0)
        }
        require_fit(wanted, available, installed.entries(), mapped=True)
    except ModelsTooLarge as error:
        return Check("memory", "fail", error.need, error.instead)
    except ModelError:
        return Check("memory", "ok", f"{size(available)} available")
    need = sum(memory_need(*model) for model in wanted.values())
    return Check("memory", "ok", f"{size(available)} available, the models need {size(need)}")


def disk(settings: Settings) -> Iterator[Check]:
    """Room for the database and its journal."""
    folder = next(p for p in (settings.state_dir, *settings.state_dir.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    if free < LEAST_DISK:
        yield Check(
            "disk",
            "fail",
            f"{size(free)} free at {folder}; {size(LEAST_DISK)} should be.",
            "delete what is not needed, for models: edgebox models remove NAME",
        )
    else:
        yield Check("disk", "ok", f"{size(free)} free at {folder}")


def native() -> Iterator[Check]:
    """llama.cpp loads here, and was built for the GPU if there is one.

    In a process of its own: a library built for another processor kills the one it is in.
    """
    from edgebox.system.program import command, frozen

    again = "install the release again: sh edgebox-....run" if frozen() else "./install.sh"
    ended = subprocess.run(  # noqa: S603 - ourselves
        command("llama-check"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    words = ended.stdout.split()
    if ended.returncode < 0:
        detail = f"llama.cpp was killed while loading (signal {-ended.returncode}): it was built "
        yield Check("llama.cpp", "fail", f"{detail}for another processor.", again)
        return
    if ended.returncode or len(words) != 2:
        last = (ended.stderr.strip().splitlines() or ["no reason given"])[-1]
        yield Check("llama.cpp", "fail", f"It cannot be loaded: {last}", again)
        return
    gpu = words[1] == "1"
    from edgebox.system.machine import gpus

    if not gpu and gpus():
        yield Check(
            "llama.cpp",
            "warn",
            f"{words[0]} was built without CUDA, and there is an NVIDIA GPU here.",
            "install the -cuda release" if frozen() else "./install.sh --cuda",
        )
    else:
        yield Check("llama.cpp", "ok", f"{words[0]}, {'with' if gpu else 'no'} GPU support")
