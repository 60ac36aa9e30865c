"""Log records as documents of the Elastic Common Schema (ECS), one JSON object a line.

Keys are ECS's own dotted names, or begin with ``edgebox.``. The order of the first ones is that of
ecs-logging's specification, so that a person finds the time, the level and the message first.
``monitoring/logs/fields.json`` lists every key with its type, and a test holds the lines of the
three processes to it. There is no ``error.message``, ``error.stack_trace`` or ``url.path``: each
may quote a transcript.
"""

from __future__ import annotations

import ipaddress
import json
import os
import time
from typing import TYPE_CHECKING, Any, TypeAlias

from edgebox import __version__
from edgebox.errors import where

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping

VERSION = "9.4.0"
"""Of ECS."""
SERVICE = "edgebox-"
"""Before the name of a process: ``edgebox-api``, as its unit is called."""

Value: TypeAlias = str | int | float | None

_CONTEXT = {"request_id": "http.request.id", "batch_id": "edgebox.batch_id"}


def event(action: str, fields: Mapping[str, Value] | None = None) -> dict[str, Any]:
    """Return the ``extra`` of a log call that has fields.

    Args:
        action: what happened, in words of ours; ``event.action``.
        fields: by their names in ``monitoring/logs/fields.json``. None values are left out.
            Ids, counts and words of ours only, never what a client wrote.
    """
    known = {name: value for name, value in (fields or {}).items() if value is not None}
    return {"ecs": {"event.action": action, **known}}


def source(peer: str | None) -> str | None:
    """Return an address as ``source.ip``, whose type takes no zone; None where it is none."""
    try:
        return str(ipaddress.ip_address((peer or "").partition("%")[0]))
    except ValueError:
        return None


def document(
    record: logging.LogRecord, message: str, about: Mapping[str, str], process: str
) -> dict[str, Value]:
    """Return the fields of a record.

    Args:
        record: where it was written, and its own fields.
        message: the text, one line.
        about: the names of ``logs.about``.
        process: "engine", "api" or "worker".
    """
    fields: dict[str, Value] = {
        "@timestamp": timestamp(record.created),
        "log.level": record.levelname.lower(),
        "message": message,
        "ecs.version": VERSION,
        "service.name": SERVICE + process,
        "service.version": __version__,
        "event.dataset": f"{SERVICE}{process}.log",
        "process.pid": record.process or os.getpid(),
        "process.thread.name": record.threadName or "",
        "log.logger": record.name,
        "log.origin.file.name": record.filename,
        "log.origin.file.line": record.lineno,
        "log.origin.function": record.funcName or "",
    }
    for name, value in about.items():
        if name == "peer":
            if (address := source(value)) is not None:
                fields["source.ip"] = address
        else:
            fields[_CONTEXT.get(name, f"edgebox.{name}")] = value
    if record.exc_info and record.exc_info[1] is not None:
        fields["error.type"] = where(record.exc_info[1]).partition(" ")[0]
    return fields | getattr(record, "ecs", {})


def timestamp(seconds: float) -> str:
    """Format Unix seconds in UTC with milliseconds: 2026-11-22T03:00:00.250Z."""
    whole = int(seconds)
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
    return f"{at}.{int((seconds - whole) * 1000):03d}Z"


def line(fields: Mapping[str, Value]) -> str:
    """Return a document as one line; Hangul stays readable."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
