"""Checks of the machine: the models on disk, memory, free space, llama.cpp."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from edgebox.errors import ModelError, ModelsTooLarge
from edgebox.models.advice import require_fit, this_machine
from edgebox.models.catalog import memory_need
from edgebox.models.installed import Installed
from edgebox.models.tuned import read_tuned, tuned_here
from edgebox.system.machine import available_memory, built_for_gpu, gpus
from edgebox.system.program import command, frozen
from edgebox_cli.common.output import size
from edgebox_cli.common.systemd import to_start
from edgebox_cli.doctor.check import Check, roles_of
from edgebox_cli.doctor.remote import server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Role, Settings


def models(settings: Settings, keys: Mapping[Role, str] | None = None) -> Iterator[Check]:
    """Check that each role's model is on disk and verified, or that its server answers.

    Args:
        settings: name the models and servers.
        keys: of servers, as far as root has read them.
    """
    try:
        installed = Installed(settings.models_dir)
    except ModelError as error:
        yield Check("models", "fail", error.detail, "edgebox models list")
        return
    for role, options in roles_of(settings).items():
        if options.url:
            yield server(role, options, (keys or {}).get(role))
            continue
        try:
            yield model_file(installed, role, options.model)
        except ModelError as error:
            yield Check(f"model {role}", "fail", error.detail, f"edgebox models use {role} NAME")


def model_file(installed: Installed, role: str, model: str) -> Check:
    """Check that a model is on disk, verified, and good enough for work."""
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


def tuning(settings: Settings) -> Check | None:
    """Check that what `edgebox tune` measured is about this machine; None if it never ran."""
    if read_tuned(settings.models_dir) is None:
        return None
    if tuned_here(settings, Installed(settings.models_dir)) is None:
        detail = "It was measured with another processor or other models, and is not used."
        return Check("tuning", "warn", detail, f"edgebox tune, then: {to_start('engine')}")
    return Check("tuning", "ok", "measured for this processor and these models")


def _get(model: str) -> str:
    return f"edgebox models pull {model}, or carried here: edgebox models import FILE"


def hashes(settings: Settings) -> Iterator[Check]:
    """Read each role's file in full and check that it is the one in the catalogue."""
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


def memory(settings: Settings, health: EngineHealth | None) -> Check:
    """Check that the models and their contexts fit into the memory that is free.

    Args:
        settings: name the models.
        health: the engine's; one that is ready holds the models already.
    """
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


def native() -> Check:
    """Check that llama.cpp loads, and that it can use the GPU if there is one.

    It is loaded in another process: a library built for another processor kills its process.
    """
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
        return Check("llama.cpp", "fail", f"{detail}for another processor.", again)
    if ended.returncode or len(words) != 2:
        last = (ended.stderr.strip().splitlines() or ["no reason given"])[-1]
        return Check("llama.cpp", "fail", f"It cannot be loaded: {last}", again)
    gpu, built = words[1] == "1", built_for_gpu()
    if not gpu and built and gpus():
        return Check(
            "llama.cpp",
            "warn",
            f"{words[0]}: {(ended.stderr.strip().splitlines() or ['It cannot use the GPU.'])[-1]}",
            "update NVIDIA's driver (CUDA 13 needs 580 or newer), then: reboot",
        )
    if not gpu and gpus():
        return Check(
            "llama.cpp",
            "warn",
            f"{words[0]} was built without CUDA, and there is an NVIDIA GPU here.",
            "install the -cuda release" if frozen() else "./install.sh --cuda",
        )
    without = "built for a GPU, and there is none" if built else "no GPU support"
    return Check("llama.cpp", "ok", f"{words[0]}, {'with GPU support' if gpu else without}")
