"""The log file of ``edgebox up``, and the parsing of log lines.

Each line of the file is a record as ``ecs.py`` describes it, so that the same program can read it
as reads the journal of another box. People see it through ``edgebox logs``.

On a box with systemd the journal is the log, and there is no such file.
"""

from __future__ import annotations

import json
import os
import re
import time
from calendar import timegm
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.system import ecs
from edgebox.system.files import open_file
from edgebox.system.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

NAME = "up.log"
LONGEST = 32 * 2**20
LEVELS = ("debug", "info", "warning", "error", "critical")

PROCESSES = ("engine", "api", "worker", "edgebox")
"""What wrote a line; ``edgebox`` is ``edgebox up`` itself."""

_COLOUR = re.compile(r"\x1b\[\d*m")
_PREFIX = re.compile(r"(?P<process>\w+) *\| (?P<rest>.*)")
_SHOWN_PREFIX = re.compile(r"(?:\x1b\[\d*m)?\w+ *\|(?:\x1b\[\d*m)? (?={)")
_LOGGER = re.compile(r"\S+")
_LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (?P<level>[A-Z]+) (?P<logger>\S+) (?P<message>.*)"
)


@dataclass(frozen=True)
class Record:
    """One line of a log. ``at``: Unix seconds; ``level``: one of LEVELS."""

    at: float
    process: str
    level: str
    logger: str
    message: str

    def __str__(self) -> str:
        """The line as ``edgebox up`` shows it."""
        return f"{self.process:<7} | {rfc3339(self.at)} {self.level.upper()} {self.text}"

    @property
    def text(self) -> str:
        """The logger and the message."""
        return f"{self.logger} {self.message}"


def parse(line: str, process: str = "edgebox", at: float = 0.0) -> Record:
    """Parse a line of ``edgebox up`` or of one process. Other output becomes a record as well.

    Args:
        line: without line feed.
        process: the process that wrote it, if the line does not name one.
        at: Unix seconds, if the line has no time.
    """
    rest = _COLOUR.sub("", line)
    if prefixed := _PREFIX.fullmatch(rest):
        process, rest = prefixed["process"], prefixed["rest"]
    if rest.startswith("{") and (record := _of_document(rest, process, at)):
        return record
    found = _LINE.fullmatch(rest)
    seconds = None if found is None else _seconds(found["at"])
    if found is None or seconds is None or found["level"].lower() not in LEVELS:
        level = "error" if rest.startswith("edgebox: ") else "info"
        return Record(at, process, level, "output", rest)
    return Record(seconds, process, found["level"].lower(), found["logger"], found["message"])


def readable(line: str) -> str:
    """Return a line of ``edgebox up`` as a person reads it; any other line stays as it is."""
    prefix = _SHOWN_PREFIX.match(line)
    record = _of_document(line[prefix.end() :], "", 0.0) if prefix else None
    if prefix is None or record is None:
        return line
    return f"{prefix[0]}{rfc3339(record.at)} {record.level.upper()} {record.text}"


def _of_document(line: str, process: str, at: float) -> Record | None:
    """Return the record of a line of JSON, or None where it is not one of ours."""
    try:
        fields = json.loads(line)
        whole = fields["@timestamp"].removesuffix("Z").partition(".")[0]
        level, message = fields["log.level"], fields["message"]
        logger = fields.get("log.logger", "output").removeprefix("edgebox.")
        service = fields.get("service.name", "").removeprefix(ecs.SERVICE)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    if level not in LEVELS or not isinstance(message, str) or not _LOGGER.fullmatch(logger):
        return None
    seconds = _seconds(f"{whole}Z")
    name = service if service in PROCESSES else process
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)
    return Record(at if seconds is None else seconds, name, level, logger, shown)


def _document(line: str, at: float) -> str:
    """Return a line of ``edgebox up`` as a line of JSON."""
    record = parse(line, at=at)
    _, _, rest = _COLOUR.sub("", line).partition("| ")
    if _of_document(rest, "", at) is not None:
        return rest
    name = record.logger if record.logger == "output" else f"edgebox.{record.logger}"
    fields: dict[str, ecs.Value] = {
        "@timestamp": ecs.timestamp(record.at),
        "log.level": record.level,
        "message": record.message,
        "ecs.version": ecs.VERSION,
        "service.name": f"{ecs.SERVICE}{record.process}",
        "log.logger": name,
    }
    return ecs.line(fields)


def _seconds(text: str) -> float | None:
    """Return Unix seconds of a record's time, or None where no record can have it."""
    try:
        seconds = float(timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")))
    except ValueError:
        return None
    return seconds if seconds >= 0 else None


class LogFile:
    """Writes lines to a file and keeps the previous file, each up to a size.

    Only the owner may read them. A line that cannot be written is lost, without an error.

    Args:
        path: the file; its folder need not exist.
        longest: bytes; then the file becomes ``PATH.1`` and a new one begins.
        clock: Unix seconds, for lines without a time.
    """

    def __init__(
        self, path: Path, *, longest: int = LONGEST, clock: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._longest = longest
        self._clock = clock
        self._descriptor: int | None = None

    def write(self, line: str) -> None:
        """Append one line of ``edgebox up``."""
        data = f"{_document(line, self._clock())}\n".encode("utf-8", "replace")
        with suppress(OSError):
            if self._descriptor is None:
                self._open()
            elif os.fstat(self._descriptor).st_size + len(data) > self._longest:
                self.close()
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))
                self._open()
            assert self._descriptor is not None  # noqa: S101 - opened above
            os.write(self._descriptor, data)

    def close(self) -> None:
        """Close the file; ``write`` opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        self._descriptor = open_file(self._path, flags)


def read(path: Path) -> Iterator[Record | None]:
    """Read the previous log file and this one, then follow what is appended.

    Yields:
        Records, the oldest first, and None whenever there is nothing more for now. This never
        ends by itself.

    Raises:
        OSError: the file cannot be read.
    """
    file = os.fdopen(open_file(path), "rb")
    try:
        with suppress(FileNotFoundError):
            with os.fdopen(open_file(path.with_name(f"{path.name}.1")), "rb") as previous:
                before = previous.read()
            yield from _records(before.removesuffix(b"\n").split(b"\n"))
        rest = b""
        while True:
            *lines, rest = (rest + file.read()).split(b"\n")
            yield from _records(lines)
            if lines:
                continue
            with suppress(FileNotFoundError):
                if path.stat().st_ino != os.fstat(file.fileno()).st_ino:  # a new file
                    file.close()
                    file = os.fdopen(open_file(path), "rb")
                    continue
            yield None
    finally:
        file.close()


def _records(lines: Iterable[bytes]) -> Iterator[Record]:
    return (parse(line.decode("utf-8", "replace")) for line in lines)
