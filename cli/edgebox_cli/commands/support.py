"""``edgebox support``: one file about this box for whoever helps, and nothing about people.

In it: versions, the configuration without passwords, the doctor's findings, ``status``, the
migrations, how many rows each table has, the API's metrics, the units' states, the last log
lines. Never in it: transcripts, summaries, results, callback bodies, secrets, bound keys,
certificates' keys, consultation ids. No table's row is read but for counts, so nothing of
them can get in that way.

Log lines pass a filter that takes out more than it has to (``redact``): non-ASCII text, long
tokens, long numbers, and every line that is not one of our own records. Consultation ids are
taken out where they look like numbers or tokens; our own records name batches and rows, never
a consultation's id, because a centre may put a telephone number there. Batch ids, client ids
and host names of receivers stay: without them nothing can be found again.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import time
from contextlib import suppress
from pathlib import Path  # noqa: TC003 - Typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgebox.settings import Settings

LOG_LINES = 2000
_UNIT_PROPERTIES = (
    "ActiveState",
    "SubState",
    "Result",
    "NRestarts",
    "ExecMainStatus",
    "ExecMainStartTimestamp",
    "MemoryPeak",
)
_README = """\
EdgeBox support bundle, made at {at} by edgebox {version}.

It holds no transcript, summary, result, secret, key or callback body. Look for yourself: every
file is text.

{files}
"""


def support(
    file: Annotated[Path, typer.Argument(metavar="FILE.tar.gz", help="A file that is not there.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write what helps to find a fault into one file, without transcripts or secrets."""
    from edgebox_cli.common.context import reported
    from edgebox_cli.common.output import console, print_json

    with reported():
        parts = collect(time.time())
        size = write(file, parts)
    if as_json:
        print_json({"file": str(file), "bytes": size, "parts": sorted(parts)})
        return
    out = console()
    out.print(f"{file}: {size:,} bytes, for its owner alone (mode 0600).", soft_wrap=True)
    out.print(
        "It holds no transcript and no secret. It names clients, receivers and file paths: look "
        f"at it before you hand it on (tar -xzf {file} -O | less).",
        markup=False,
        soft_wrap=True,
    )


def collect(now: float) -> dict[str, str]:
    """The bundle's files by name. A part that cannot be had says why in its place."""
    from edgebox.errors import ConfigError
    from edgebox_cli.common.context import settings

    parts: dict[str, str] = {"versions.json": _part(versions), "units.json": _part(_units)}
    parts["doctor.json"] = _part(_doctor)
    try:
        found = settings()
    except ConfigError as error:
        parts["config.json"] = _json({"error": error.detail})
        return _finished(parts, now, secrets=())
    parts["config.json"] = _part(lambda: _config(found))
    parts["status.json"] = _part(lambda: _status(found))
    parts["database.json"] = _part(lambda: _database(found, now))
    parts["metrics.txt"] = _part(lambda: _metrics(found))
    secrets = _secrets(found)
    parts["log.txt"] = _part(lambda: "".join(_log(found, secrets)))
    return _finished(parts, now, secrets)


def write(file: Path, parts: dict[str, str]) -> int:
    """Pack the parts into a new file that only its owner may read.

    Returns:
        Its size in bytes.

    Raises:
        UsageError: it exists.
        EdgeBoxError: it cannot be written.
    """
    from edgebox.errors import EdgeBoxError, UsageError

    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise UsageError(f"{file} is there already. Choose another name.") from None
    except OSError as error:
        raise EdgeBoxError(f"Cannot write {file}: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as bundle:
            for name, text in sorted(parts.items()):
                data = text.encode("utf-8", "replace")
                member = tarfile.TarInfo(f"edgebox-support/{name}")
                member.size, member.mode, member.mtime = len(data), 0o600, int(time.time())
                bundle.addfile(member, io.BytesIO(data))
        return file.stat().st_size
    except OSError as error:
        file.unlink(missing_ok=True)
        raise EdgeBoxError(f"Cannot write {file}: {error.strerror}.") from None


def versions() -> dict[str, Any]:
    """What runs here."""
    import platform
    import sqlite3
    import ssl
    from importlib.metadata import PackageNotFoundError, requires, version

    from edgebox import __version__
    from edgebox.system.machine import gpus, total_memory

    packages = {}
    try:
        names = [line.split(";")[0] for line in requires("edgebox") or [] if "extra" not in line]
    except PackageNotFoundError:
        names = []
    for name in names:
        plain = "".join(c if c.isalnum() or c in "-_." else " " for c in name).split()[0]
        try:
            packages[plain] = version(plain)
        except PackageNotFoundError:
            packages[plain] = "not there"
    try:
        system = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        system = ""
    return {
        "edgebox": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "openssl": ssl.OPENSSL_VERSION,
        "system": system,
        "kernel": platform.release(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "memory_bytes": total_memory(),
        "gpus": [gpu.name for gpu in gpus()],
        "packages": packages,
    }


def _units() -> dict[str, Any]:
    from edgebox_cli.common.systemd import PROCESSES, show, unit_of

    return {unit_of(process): show(unit_of(process), *_UNIT_PROPERTIES) for process in PROCESSES}


def _doctor() -> list[dict[str, Any]]:
    from dataclasses import asdict

    from edgebox_cli.doctor.checks import every_check

    return [asdict(check) for check in every_check()]


def _config(settings: Settings) -> dict[str, Any]:
    from dataclasses import asdict

    from edgebox.settings.check import in_force
    from edgebox_cli.common.context import config_path

    path = config_path()
    return {"config": str(path), "settings": [asdict(one) for one in in_force(settings, path)]}


def _status(settings: Settings) -> dict[str, Any]:
    from edgebox_cli.commands.status import gather

    return gather(settings)


def _database(settings: Settings, now: float) -> dict[str, Any]:
    from dataclasses import asdict

    from edgebox.store.survey import survey

    return asdict(survey(settings.database, now - 7 * 86_400))


def _metrics(settings: Settings) -> str:
    from contextlib import closing

    from edgebox.store.db import Store
    from edgebox_cli.common.box import Box, chosen_client

    with closing(Store(settings.database, busy_timeout=2.0)) as store:
        client = chosen_client(store, None)
    box = Box(settings, client)
    try:
        return box.text("/metrics")
    finally:
        box.close()


def _secrets(settings: Settings) -> list[str]:
    """Every live secret and password, to be taken out of everything."""
    from contextlib import closing
    from urllib.parse import urlsplit

    from edgebox.errors import StoreError
    from edgebox.settings import ROLES
    from edgebox.store.db import Store

    found = [urlsplit(settings.engines.role(role).url).password or "" for role in ROLES]
    # Without the database the filter still takes out what looks like one.
    with closing(Store(settings.database, busy_timeout=2.0)) as store, suppress(StoreError):
        found += [secret for client in store.clients.list() for secret in client.secrets]
    return [secret for secret in found if secret]


def _log(settings: Settings, secrets: list[str]) -> Iterator[str]:
    from edgebox_cli.logs.sources import Wanted, source_of
    from edgebox_cli.support import redact

    dropped = 0
    for record in source_of(settings).records(LOG_LINES, since=0.0, wanted=Wanted()):
        kept = redact.record(record, secrets)
        if kept is None:
            dropped += 1
        else:
            yield f"{kept}\n"
    yield f"({dropped} lines left out: they are not EdgeBox's own records)\n"


def _part(make: Callable[[], Any]) -> str:
    """A part as text; where it cannot be made, why."""
    from edgebox.errors import EdgeBoxError, where

    try:
        made = make()
    except EdgeBoxError as error:
        made = {"error": error.detail}
    except Exception as error:  # noqa: BLE001 - a bundle is for boxes that are broken
        made = {"error": where(error)}
    return made if isinstance(made, str) else _json(made)


def _finished(
    parts: dict[str, str], now: float, secrets: tuple[str, ...] | list[str]
) -> dict[str, str]:
    """The parts with their list, and once more without any live secret."""
    from edgebox import __version__
    from edgebox.system.times import rfc3339
    from edgebox_cli.support.redact import HIDDEN

    for name, text in parts.items():
        for secret in secrets:
            parts[name] = text = text.replace(secret, HIDDEN)  # noqa: PLW2901 - one after the other
    listed = "\n".join(f"  {name}" for name in sorted(parts))
    parts["README.txt"] = _README.format(at=rfc3339(now), version=__version__, files=listed)
    return parts


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"
