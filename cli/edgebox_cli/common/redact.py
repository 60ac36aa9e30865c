"""Removes from text what could be a customer's words, a secret or a personal number.

It removes too much rather than too little: what is left has to be safe to hand to strangers.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from edgebox.system.log_file import Record

HIDDEN = "(hidden)"
LONGEST_MESSAGE = 300

# CLIENT:TIMESTAMP:SIGNATURE, whole; only from the beginning of a word, or long words take minutes.
_BOUND_KEY = re.compile(r"(?<!\S)\S+:\d{6,}:[0-9a-fA-F]{16,}")
# Hexadecimal or Base64 that is long enough to be a secret or a signature, whatever it touches.
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{32,}|[0-9a-fA-F]{16,}")
_HEX = re.compile(r"[0-9a-fA-F]{16}")
# Telephone, card and resident numbers, but not batch ids and dates.
_NUMBER = re.compile(r"BATCH-\d{8}-\d{1,6}(?!\d)|(?<!\d)\d[\d -]{7,}\d(?!\d)")
_OURS = re.compile(r"BATCH-.*|\d{4}-\d\d-\d\d")
# Hangul and other text that is not our log's English: it may be a transcript's.
_FOREIGN = re.compile(r"[^\x20-\x7e]+(?:[\x20-\x7e]{0,40}[^\x20-\x7e]+)*")
_PART = re.compile(r"[a-z0-9_-]{0,20}")
_PLAIN_WORD = re.compile(r"[a-z_./-]+", re.IGNORECASE)
# Lines that are not our own records and are kept: they tell how a process began or ended.
_KEPT_OUTPUT = re.compile(
    r"(edgebox: |Traceback|Fatal Python error|Current thread|Segmentation|Illegal instruction|"
    r"Aborted|Killed|(api|engine|worker) (died|could not start|did not stop)|Starting|Stopping|"
    r"EdgeBox is ready)"
)


def text(line: str, secrets: Collection[str] = ()) -> str:
    """Return a line without anything that could be a secret or a customer's words.

    Args:
        line: any text.
        secrets: live ones; each is removed wherever it is.
    """
    for secret in secrets:
        if secret:
            line = line.replace(secret, HIDDEN)
    line = _BOUND_KEY.sub(HIDDEN, line)
    line = _FOREIGN.sub(HIDDEN, line)
    line = _TOKEN.sub(_token, line)
    return _NUMBER.sub(lambda found: found[0] if _OURS.fullmatch(found[0]) else HIDDEN, line)


def record(found: Record, secrets: Collection[str] = ()) -> Record | None:
    """Return a log record that may leave the box, or None where none may.

    Our own records are kept, redacted and cut. A line that a process printed in another form is
    kept only where it tells how a process began or ended.
    """
    if found.logger == "output" and not _KEPT_OUTPUT.match(found.message):
        return None
    message = text(found.message, secrets)
    if len(message) > LONGEST_MESSAGE:
        message = message[:LONGEST_MESSAGE] + HIDDEN
    return replace(found, message=message, logger=text(found.logger, secrets))


def _token(found: re.Match[str]) -> str:
    """Keep long words and paths: no secret consists of short parts in small letters."""
    word = found[0]
    parts = word.split("/")
    path = len(parts) > 1 and all(_PART.fullmatch(part) and not _HEX.search(part) for part in parts)
    return word if path or _PLAIN_WORD.fullmatch(word) else HIDDEN
