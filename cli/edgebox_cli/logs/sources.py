"""The box's log: systemd's journal, or the file that ``edgebox up`` writes."""

from __future__ import annotations

import collections
import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from edgebox.errors import EdgeBoxError
from edgebox.system.log_file import LEVELS, NAME, Record, parse, read
from edgebox_cli.common.systemd import PROCESSES, has_units, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgebox.settings import Settings

_POLL_SECONDS = 0.3
_FIELDS = "MESSAGE,PRIORITY,EDGEBOX_LOGGER,_SYSTEMD_UNIT,UNIT"
_PRIORITIES = {"info": 6, "warning": 4, "error": 3}
# Our level of each priority of syslog, 0 the worst.
_LEVELS = ("critical", "critical", "critical", "error", "warning", "info", "info", "debug")


class Source(Protocol):
    """A log to read from."""

    def records(
        self, count: int, *, since: float, wanted: Wanted, follow: bool = False
    ) -> Iterator[Record]:
        """Yield records, the oldest first.

        Args:
            count: the number of records, counted from the newest.
            since: Unix seconds of the oldest one.
            wanted: the condition that each one meets.
            follow: continue with new records, for ever.
        """


class Wanted:
    """The condition that a record meets.

    Args:
        process: engine, api or worker; None: all, and the lines of ``edgebox up`` itself.
        level: the least level.
    """

    def __init__(self, process: str | None = None, level: str = "debug") -> None:
        self.process = process
        self.level = level
        self._levels = LEVELS[LEVELS.index(level) :]

    def __call__(self, record: Record) -> bool:
        return record.level in self._levels and self.process in (None, record.process)


def source_of(settings: Settings) -> Source:
    """Return the log of this box.

    Raises:
        EdgeBoxError: there is none, or this user may not read it.
    """
    if has_units():
        return Journal()
    file = settings.state_dir / NAME
    if os.access(file, os.R_OK):
        return File(file)
    hidden = settings.state_dir.exists() and not os.access(settings.state_dir, os.X_OK)
    if hidden or file.exists():
        owner = settings.state_dir.stat().st_uid
        raise EdgeBoxError(f"This user may not read {file}. Try: sudo -u '#{owner}' edgebox logs")
    raise EdgeBoxError(
        f"There is no log: systemd has no edgebox units here, and edgebox up has not run with "
        f"{settings.state_dir}. A process that was started by itself logs where it was started."
    )


class File:
    """The file of ``edgebox up``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def records(
        self, count: int, *, since: float, wanted: Wanted, follow: bool = False
    ) -> Iterator[Record]:
        """Yield records as ``Source.records`` describes."""
        kept: collections.deque[Record] | None = collections.deque(maxlen=count)
        for record in read(self._path):
            if record is None:
                yield from kept or ()
                kept = None
                if not follow:
                    return
                time.sleep(_POLL_SECONDS)
            elif record.at >= since and wanted(record):
                if kept is None:
                    yield record
                else:
                    kept.append(record)


class Journal:
    """systemd's journal, through ``journalctl``."""

    def records(
        self, count: int, *, since: float, wanted: Wanted, follow: bool = False
    ) -> Iterator[Record]:
        """Yield records as ``Source.records`` describes.

        Raises:
            EdgeBoxError: this user may not read the journal.
        """
        options = [f"--lines={count}"]
        if since:
            options.append(f"--since=@{since:.0f}")
        if follow:
            options.append("--follow")
        empty = True
        for record in self._read(options, wanted):
            empty = False
            yield record
        if empty and os.geteuid() != 0 and not any(self._read(["--lines=1"], Wanted())):
            raise EdgeBoxError(
                "The journal shows this user nothing. Try: sudo edgebox logs "
                "(or: usermod -aG systemd-journal USER)"
            )

    def _read(self, options: list[str], wanted: Wanted) -> Iterator[Record]:
        tool = shutil.which("journalctl") or "journalctl"
        processes = PROCESSES if wanted.process is None else (wanted.process,)
        units = [f"--unit={unit_of(process)}" for process in processes]
        least = _PRIORITIES.get(wanted.level)
        worst = [] if least is None else [f"--priority={least}"]
        fields = f"--output-fields={_FIELDS}"
        with subprocess.Popen(  # noqa: S603 - found on the PATH, our own arguments
            [tool, "--quiet", "--output=json", fields, *units, *worst, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",  # whatever the terminal's is
            errors="replace",
        ) as running:
            assert running.stdout is not None  # noqa: S101 - it was asked for
            try:
                for line in running.stdout:
                    with suppress(ValueError, KeyError, TypeError):
                        record = _of_journal(json.loads(line))
                        if wanted(record):
                            yield record
            finally:
                running.terminate()


def _of_journal(entry: dict[str, Any]) -> Record:
    """Return the record of an entry of ``journalctl --output=json``."""
    at = int(entry["__REALTIME_TIMESTAMP"]) / 1e6
    unit = str(entry.get("UNIT") or entry.get("_SYSTEMD_UNIT") or "")
    process = unit.removeprefix("edgebox-").removesuffix(".service")
    text = entry.get("MESSAGE") or ""
    if isinstance(text, list):  # bytes that are not UTF-8, as numbers
        text = bytes(text).decode("utf-8", "replace")
    text = " ".join(str(text).split("\n"))
    logger = entry.get("EDGEBOX_LOGGER") or ("systemd" if entry.get("UNIT") else None)
    level = _LEVELS[min(7, int(entry.get("PRIORITY", 6)))]
    if logger:
        return Record(at, process, level, str(logger), text)
    found = parse(text, process, at)
    return found if found.logger != "output" else Record(at, process, level, "output", text)
