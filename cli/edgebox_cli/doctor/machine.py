"""Checks of the machine: the models on disk, memory, free space, llama.cpp."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING, Final

from edgebox.errors import ModelError, ModelsFolderError, ModelsTooLarge
from edgebox.models.advice import require_fit, this_machine
from edgebox.models.catalog import memory_need
from edgebox.models.installed import Installed
from edgebox.models.tuned import read_tuned, tuned_here
from edgebox.system.files import readable
from edgebox.system.machine import available_memory, built_for_gpu, gpus
from edgebox.system.program import command, frozen
from edgebox_cli.common.output import size
from edgebox_cli.common.progress import model_transfer
from edgebox_cli.common.systemd import to_start
from edgebox_cli.doctor.check import Check, fail, roles_of, warn
from edgebox_cli.doctor.remote import server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Role, Settings

_GET: Final = "edgebox models pull {model}, or carried here: edgebox models import FILE"
_INSTALL: Final = "install the release again: sh edgebox-....run"


def models(settings: Settings, keys: Mapping[Role, str] | None = None) -> Iterator[Check]:
    """Check that each role's model is on disk and verified, or that its server answers.

    Args:
        settings: name the models and servers.
        keys: of servers, as far as root has read them.
    """
    try:
        installed = Installed(settings.models_dir)
    except ModelError as error:
        yield fail("models", "{models_error}", "edgebox models list", models_error=error.detail)
        return
    for role, options in roles_of(settings).items():
        if options.url:
            yield server(role, options, (keys or {}).get(role))
            continue
        try:
            yield model_file(installed, role, options.model)
        except ModelsFolderError as error:
            yield fail(
                "model {role}",
                "{model_error}",
                "ls -ld {folder}",
                role=role,
                model_error=error.detail,
                folder=installed.folder,
            )
        except ModelError as error:
            yield fail(
                "model {role}",
                "{model_error}",
                "edgebox models use {role} NAME",
                role=role,
                model_error=error.detail,
            )


def model_file(installed: Installed, role: str, model: str) -> Check:
    """Check that a model is on disk, verified, and good enough for work."""
    name, state = "model {role}", installed.state(model)
    if state == "missing":
        return fail(name, "{model} is not here.", _GET, role=role, model=model)
    if state == "partial":
        return fail(name, "{model} is only partly here.", _GET, role=role, model=model)
    path = installed.path_of(model)
    if not readable(path):
        quoted = shlex.quote(str(path))
        return fail(
            name,
            "The services may not read {path}.",
            "chmod o+r {quoted}",
            role=role,
            path=path,
            quoted=quoted,
        )
    if state == "unchecked":
        return warn(
            name,
            "{model} is hashed again at every start until it is recorded.",
            "edgebox models verify {model}",
            role=role,
            model=model,
        )
    if installed.get(model).trial:
        return warn(
            name,
            "{model} is for trying EdgeBox out: its Korean is poor.",
            "edgebox models list, then: edgebox models use ROLE NAME",
            role=role,
            model=model,
        )
    return Check(f"model {role}", "ok", model)


def tuning(settings: Settings) -> Check | None:
    """Check that what `edgebox tune` measured is about this machine; None if it never ran."""
    if read_tuned(settings.models_dir) is None:
        return None
    if tuned_here(settings, Installed(settings.models_dir)) is None:
        return warn(
            "tuning",
            "It was measured with another processor or other models, and is not used.",
            "edgebox tune, then: {start}",
            start=to_start("engine"),
        )
    return Check("tuning", "ok", "measured for this processor and these models")


def hashes(settings: Settings) -> Iterator[Check]:
    """Read each role's file in full and check that it is the one in the catalogue."""
    for role, options in roles_of(settings).items():
        if options.url:
            continue
        try:
            with model_transfer(options.model) as progress:
                record = Installed(settings.models_dir).verify(options.model, progress)
        except ModelError as error:
            yield fail(
                "hash {role}",
                "{hash_error}",
                "edgebox models remove {model}, then edgebox models pull {model}, or carried "
                "here: edgebox models import FILE",
                role=role,
                hash_error=error.detail,
                model=options.model,
            )
        else:
            shown = f"SHA-256 {record.sha256[:12]}… as {record.trust} says"
            yield Check(f"hash {role}", "ok", shown)


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
        return fail("memory", "{need}", "{instead}", need=error.need, instead=error.instead)
    except ModelError:
        return Check("memory", "ok", f"{size(available)} available")
    need = sum(memory_need(*model) for model in wanted.values())
    return Check("memory", "ok", f"{size(available)} available, the models need {size(need)}")


def native() -> Check:
    """Check that llama.cpp loads, and that it can use the GPU if there is one.

    It is loaded in another process: a library built for another processor kills its process.
    """
    again = _INSTALL if frozen() else "./install.sh"
    ended = subprocess.run(  # noqa: S603 - ourselves
        command("llama-check"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    words = ended.stdout.split()
    if ended.returncode < 0:
        return fail(
            "llama.cpp",
            "llama.cpp was killed while loading (signal {signal}): it was built for another "
            "processor.",
            again,
            signal=-ended.returncode,
        )
    if ended.returncode or len(words) != 2:
        last = (ended.stderr.strip().splitlines() or ["no reason given"])[-1]
        return fail("llama.cpp", "It cannot be loaded: {last}", again, last=last)
    gpu, built = words[1] == "1", built_for_gpu()
    if not gpu and built and gpus():
        return warn(
            "llama.cpp",
            "{version}: {why}",
            "update NVIDIA's driver (CUDA 13 needs 580 or newer), then: reboot",
            version=words[0],
            why=(ended.stderr.strip().splitlines() or ["It cannot use the GPU."])[-1],
        )
    if not gpu and gpus():
        return warn(
            "llama.cpp",
            "{version} was built without CUDA, and there is an NVIDIA GPU here.",
            "install the -cuda release" if frozen() else "./install.sh --cuda",
            version=words[0],
        )
    without = "built for a GPU, and there is none" if built else "no GPU support"
    return Check("llama.cpp", "ok", f"{words[0]}, {'with GPU support' if gpu else without}")
