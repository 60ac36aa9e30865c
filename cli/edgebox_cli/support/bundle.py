"""The support bundle: one archive of text files about this box.

In it: versions, the configuration without passwords, the doctor's findings, the state of
``edgebox status``, the migrations, the number of rows of each table, the API's metrics, the
units' states, the last log lines. Never in it: transcripts, summaries, results, callback
bodies, secrets, bound keys, private keys, consultation ids. Rows of tables are only counted,
so their content cannot reach the bundle.

Log lines pass a filter that removes more than it has to (``redact``): non-ASCII text, long
tokens, long numbers, and every line that is not one of our own records. Our records name
batches and rows, never a consultation's id, because a centre may use a telephone number as
one; ids that look like numbers or tokens are removed all the same. Batch ids, client ids and
receivers' host names stay: without them no record can be found again.
"""

from __future__ import annotations

import io
import json
import os
import platform
import sqlite3
import ssl
import tarfile
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from edgebox import __version__
from edgebox.contract.paths import Paths
from edgebox.errors import ConfigError, EdgeBoxError, StoreError, UsageError, where
from edgebox.settings import ROLES
from edgebox.settings.check import in_force
from edgebox.store.db import Store
from edgebox.store.survey import survey
from edgebox.system.machine import gpus, total_memory
from edgebox.system.times import rfc3339
from edgebox_cli.common import redact
from edgebox_cli.common.box import Box
from edgebox_cli.common.clients import chosen_client
from edgebox_cli.common.configuration import config_path, settings, settings_as_root
from edgebox_cli.common.systemd import PROCESSES, has_units, show, unit_of
from edgebox_cli.doctor.checks import every_check
from edgebox_cli.logs.sources import Wanted, source_of
from edgebox_cli.status.gather import gather

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from edgebox.settings import Settings
    from edgebox.system.log_file import Record

LOG_LINES = 2000
_SURVEY_SECONDS = 7 * 86_400.0
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


def collect(now: float) -> dict[str, str]:
    """Return the bundle's files by name.

    A part that cannot be made holds the reason instead.

    Args:
        now: Unix seconds.
    """
    parts = {
        "versions.json": _part(versions),
        "units.json": _part(
            lambda: {unit_of(name): show(unit_of(name), *_UNIT_PROPERTIES) for name in PROCESSES}
        ),
    }
    path = config_path()
    try:
        found = settings_as_root()
    except ConfigError as error:
        parts["doctor.json"] = _part(_checks)
        parts["config.json"] = _json({"error": error.detail})
        return _finished(parts, now, secrets=())
    parts["config.json"] = _part(
        lambda: {"config": str(path), "settings": [asdict(one) for one in in_force(found, path)]}
    )
    # The journal is root's. The doctor gives root up before it opens the state folder.
    of_journal = None
    if has_units():
        with suppress(EdgeBoxError):
            of_journal = _records(found)
    parts["doctor.json"] = _part(_checks)
    settings()
    parts["status.json"] = _part(lambda: gather(found))
    parts["database.json"] = _part(lambda: asdict(survey(found.database, now - _SURVEY_SECONDS)))
    parts["metrics.txt"] = _part(lambda: _metrics(found))
    secrets = _secrets(found)
    parts["log.txt"] = _part(
        lambda: "".join(_log(_records(found) if of_journal is None else of_journal, secrets))
    )
    return _finished(parts, now, secrets)


@contextmanager
def new_file(file: Path) -> Iterator[int]:
    """Make a file that only its owner may read; yield its descriptor. Removed after an error.

    Raises:
        UsageError: the file exists.
        EdgeBoxError: it cannot be written.
    """
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise UsageError(f"{file} is there already. Choose another name.") from None
    except OSError as error:
        raise EdgeBoxError(f"Cannot write {file}: {error.strerror}.") from None
    try:
        yield descriptor
    except BaseException as error:
        file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise EdgeBoxError(f"Cannot write {file}: {error.strerror}.") from None
        raise
    finally:
        os.close(descriptor)


def write(descriptor: int, parts: dict[str, str]) -> int:
    """Pack the parts into an empty file; return its size in bytes.

    Raises:
        EdgeBoxError: it cannot be written.
    """
    try:
        with (
            open(descriptor, "wb", closefd=False) as raw,
            tarfile.open(fileobj=raw, mode="w:gz") as bundle,
        ):
            for name, text in sorted(parts.items()):
                data = text.encode("utf-8", "replace")
                member = tarfile.TarInfo(f"edgebox-support/{name}")
                member.size, member.mode, member.mtime = len(data), 0o600, int(time.time())
                bundle.addfile(member, io.BytesIO(data))
        return os.fstat(descriptor).st_size
    except OSError as error:
        raise EdgeBoxError(f"Cannot write the bundle: {error.strerror}.") from None


def versions() -> dict[str, Any]:
    """Return the versions of EdgeBox, its packages and the system, and the machine's size."""
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


def _metrics(settings: Settings) -> str:
    with closing(Store(settings.database, busy_timeout=2.0)) as store:
        client = chosen_client(store, None)
    with closing(Box(settings, client)) as box:
        return box.text(Paths.METRICS)


def _secrets(settings: Settings) -> list[str]:
    """Return every live secret and password: they are removed from every part."""
    found = [urlsplit(settings.engines.role(role).url).password or "" for role in ROLES]
    for role in ROLES:
        with suppress(OSError, UnicodeDecodeError):
            if path := settings.engines.role(role).url_key_file:
                found.append(Path(path).read_text(encoding="ascii").strip())
    # Without the database the filter still removes what looks like a secret.
    with closing(Store(settings.database, busy_timeout=2.0)) as store, suppress(StoreError):
        found += [secret for client in store.clients.list() for secret in client.secrets]
    return [secret for secret in found if secret]


def _checks() -> list[dict[str, Any]]:
    return [check.as_dict() for check in every_check()]


def _records(settings: Settings) -> list[Record]:
    return list(source_of(settings).records(LOG_LINES, since=0.0, wanted=Wanted()))


def _log(records: Iterable[Record], secrets: Sequence[str]) -> Iterator[str]:
    dropped = 0
    for record in records:
        kept = redact.record(record, secrets)
        if kept is None:
            dropped += 1
        else:
            yield f"{kept}\n"
    yield f"({dropped} lines left out: they are not EdgeBox's own records)\n"


def _part(make: Callable[[], Any]) -> str:
    """Return a part as text, or the reason why it cannot be made."""
    try:
        made = make()
    except EdgeBoxError as error:
        made = {"error": error.detail}
    except Exception as error:  # noqa: BLE001 - a bundle is for boxes that are broken
        made = {"error": where(error)}
    return made if isinstance(made, str) else _json(made)


def _finished(parts: dict[str, str], now: float, secrets: Sequence[str]) -> dict[str, str]:
    """Remove every live secret from the parts and add a list of them."""
    for name, text in parts.items():
        for secret in secrets:
            parts[name] = text = text.replace(secret, redact.HIDDEN)  # noqa: PLW2901 - one by one
    listed = "\n".join(f"  {name}" for name in sorted(parts))
    parts["README.txt"] = _README.format(at=rfc3339(now), version=__version__, files=listed)
    return parts


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"
