"""Logging of every process: one line per record on standard error, without transcripts.

Who reads it decides the form:

- a person at a terminal: ``2026-11-22T03:00:00Z INFO engine slm ready``, the time in UTC, level,
  the logger without ``edgebox.``, the message;
- systemd's journal: its own protocol, which keeps the priority and what a record is about. The
  message is the person's; ``EDGEBOX_ECS`` is the whole record for machines;
- a file or a pipe, ``edgebox up`` among them: the record as a line of JSON (``ecs.py``).
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import socket
import sys
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from edgebox.errors import where
from edgebox.system import ecs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

CHATTY = ("asyncio", "httpcore", "httpx", "huey", "uvicorn")
"""They log every request, tick or start, so only their warnings are kept."""

# Level of ours, syslog's priority; 7 is debug.
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))

JOURNAL = Path("/run/systemd/journal/socket")

log = logging.getLogger("edgebox.logs")
_about: ContextVar[dict[str, str]] = ContextVar("about", default={})  # noqa: B039 - never changed


@contextmanager
def about(**names: str) -> Iterator[None]:
    """Mark the records of the block, and of tasks begun in it, with a request or batch.

    Args:
        names: ``request_id`` becomes EDGEBOX_REQUEST_ID, ``peer`` EDGEBOX_PEER, and so on. Ids
            and addresses only, no transcripts.
    """
    before = _about.set({**_about.get(), **names})
    try:
        yield
    finally:
        _about.reset(before)


class OneLine(logging.Formatter):
    """Formats a record as one line, and an exception as its type and place.

    Exception messages and tracebacks may quote what a client sent. So may the further lines of
    a library's message: asyncio prints whole tasks there.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without a line feed."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        name = record.name.removeprefix("edgebox.")
        return f"{at} {record.levelname} {name} {self.text(record)}"

    def text(self, record: logging.LogRecord) -> str:
        """Return the message only."""
        message = record.getMessage()
        ours = record.name == "edgebox" or record.name.startswith("edgebox.")
        if not ours:
            message = message.strip().partition("\n")[0]
        if record.exc_info and record.exc_info[1] is not None:
            message = f"{message}: {where(record.exc_info[1])}"
        return _one_line(message)


class EcsLine(logging.Formatter):
    """Formats a record as a line of JSON, with the fields of the Elastic Common Schema.

    Args:
        process: "engine", "api" or "worker".
    """

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process
        self._line = OneLine()

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without a line feed."""
        fields = ecs.document(record, self._line.text(record), _about.get(), self._process)
        return ecs.line(fields)


class JournalHandler(logging.Handler):
    """Sends records to the journal with their fields, in its native protocol.

    A datagram that cannot be sent (the journal restarts, or it is too large) becomes a line
    on standard error, which the journal reads as well.

    Args:
        address: the journal's socket.
        process: "engine", "api" or "worker".
    """

    def __init__(self, address: Path, process: str) -> None:
        super().__init__()
        self._address = str(address)
        self._line = OneLine()
        self._ecs = EcsLine(process)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0)

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record as one datagram."""
        priority = next((number for least, number in _PRIORITIES if record.levelno >= least), 7)
        fields = {
            "MESSAGE": self._line.text(record),
            "PRIORITY": str(priority),
            "SYSLOG_IDENTIFIER": "edgebox",
            "CODE_FILE": record.pathname,
            "CODE_LINE": str(record.lineno),
            "CODE_FUNC": record.funcName or "",
            "EDGEBOX_LOGGER": record.name.removeprefix("edgebox."),
            **{f"EDGEBOX_{name.upper()}": value for name, value in _about.get().items()},
            "EDGEBOX_ECS": self._ecs.format(record),
        }
        text = "".join(f"{name}={_one_line(value)}\n" for name, value in fields.items())
        try:
            self._socket.sendto(text.encode("utf-8", "replace"), self._address)
        except OSError:
            sys.stderr.write(f"<{priority}>{self._line.format(record)}\n")
            sys.stderr.flush()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
        super().close()


def _one_line(text: str) -> str:
    """Escape control characters, which would be lines or escape sequences in the log."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def in_journal() -> bool:
    """Whether standard error is the journal, whose file systemd names in JOURNAL_STREAM."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        ours = os.fstat(2)
    except OSError:
        return False
    return (device, inode) == (str(ours.st_dev), str(ours.st_ino))


def configure(level: str, process: str, journal: Path | None = None) -> None:
    """Set up the logging of this process. Call it first.

    Uncaught errors are logged the same way and end the process as usual. A native fault, and a
    watchdog's SIGABRT, print the stacks of all threads on standard error.

    Args:
        level: "debug", "info", "warning" or "error", as in the settings.
        process: "engine", "api" or "worker".
        journal: the journal's socket; systemd's when None.
    """
    faulthandler.enable(2)
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine() if sys.stderr.isatty() else EcsLine(process))
    if in_journal():
        handler = JournalHandler(journal or JOURNAL, process)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("asyncio").addFilter(_quieten)
    sys.excepthook = _uncaught
    threading.excepthook = lambda hooked: log.critical(
        "a thread ended: %s", where(hooked.exc_value) if hooked.exc_value else "unknown"
    )


def _quieten(record: logging.LogRecord) -> bool:
    """Log at DEBUG an error that anyio causes on a Unix socket, and that loses nothing.

    A read that is cancelled in the very turn of the event loop in which its socket becomes
    readable (a client hangs up as the engine's next token arrives) has its future set all the
    same: anyio 4.16, ``_RawSocketMixin._wait_until_readable``, adds ``Future.set_result`` itself
    as the reader, without asking whether the future is done.
    """
    late = record.exc_info and isinstance(record.exc_info[1], asyncio.InvalidStateError)
    if late and "callback Future.set_result(" in record.getMessage():  # "None)" up to Python 3.12
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
    return logging.getLogger().isEnabledFor(record.levelno)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.critical("this process ended: %s", where(error))
