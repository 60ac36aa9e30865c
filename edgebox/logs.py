"""How every process logs: one line per record on standard error, and never a transcript.

A line is ``2026-11-22T03:00:00Z INFO engine_main slm ready``: time in UTC, level, the
logger without its ``edgebox.``, the message. systemd's journal and ``edgebox up`` say
which process it is.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import TYPE_CHECKING

from edgebox.errors import where

if TYPE_CHECKING:
    from types import TracebackType

CHATTY = ("asyncio", "httpcore", "httpx", "huey", "uvicorn")
"""They write a line for each request, tick or start: only their warnings count."""

log = logging.getLogger(__name__)


class OneLine(logging.Formatter):
    """A record as one line; an exception as its type and place, without its message.

    Exception messages and tracebacks may quote what a client sent. So may what follows
    the first line of other people's messages (asyncio prints whole tasks there).
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its line feed."""
        message = record.getMessage()
        ours = record.name == "edgebox" or record.name.startswith("edgebox.")
        if not ours:
            message = message.strip().partition("\n")[0]
        if record.exc_info and record.exc_info[1] is not None:
            message = f"{message}: {where(record.exc_info[1])}"
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        name = record.name.removeprefix("edgebox.")
        # Every control character would be a line or an escape sequence in the log.
        printable = "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)
        return f"{at} {record.levelname} {name} {printable}"


def configure(level: str) -> None:
    """Log to standard error from ``level`` on; call it once, first thing in a process.

    Errors that nobody caught are logged the same way and end the process as ever.

    Args:
        level: "debug", "info", "warning" or "error", as in the settings.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = lambda hooked: log.critical(
        "a thread ended: %s", where(hooked.exc_value) if hooked.exc_value else "unknown"
    )


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.critical("this process ended: %s", where(error))
