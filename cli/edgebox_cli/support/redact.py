"""Takes out of text whatever could be a person's words, a secret or a number of somebody's.

It errs on the side of taking out too much: what is left has to be safe to hand to strangers.
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

# CLIENT:TIMESTAMP:SIGNATURE, whole.
_BOUND_KEY = re.compile(r"\S+:\d{6,}:[0-9a-fA-F]{16,}")
# Hexadecimal or Base64 that is long enough to be a secret or a signature.
_TOKEN = re.compile(r"\b[0-9a-fA-F]{16,}\b|[A-Za-z0-9+/_=-]{32,}")
# Telephone, card and resident numbers; what we number ourselves is told apart.
_NUMBER = re.compile(r"BATCH-\d{8}-\d+|(?<!\d)\d[\d -]{7,}\d(?!\d)")
_OURS = re.compile(r"BATCH-.*|\d{4}-\d\d-\d\d")
# Hangul and whatever else is not our log's English: a transcript's words.
_FOREIGN = re.compile(r"[^\x20-\x7e]+(?:[\x20-\x7e]{0,40}[^\x20-\x7e]+)*")
_PART = re.compile(r"[a-z0-9_-]{0,20}")
_PLAIN_WORD = re.compile(r"[a-z_./-]+", re.IGNORECASE)
# What may come out of a process besides our own records, because it says how it ended.
_KEPT_OUTPUT = re.compile(
    r"(edgebox: |Traceback|Fatal Python error|Current thread|Segmentation|Illegal instruction|"
    r"Aborted|Killed|(api|engine|worker) (died|could not start|did not stop)|Starting|Stopping|"
    r"EdgeBox is ready)"
)


def text(line: str, secrets: Collection[str] = ()) -> str:
    """A line without anything that could be a secret or somebody's words.

    Args:
        line: any text.
        secrets: live ones, taken out wherever they are.
    """
    for secret in secrets:
        if secret:
            line = line.replace(secret, HIDDEN)
    line = _BOUND_KEY.sub(HIDDEN, line)
    line = _FOREIGN.sub(HIDDEN, line)
    line = _TOKEN.sub(_token, line)
    return _NUMBER.sub(lambda found: found[0] if _OURS.fullmatch(found[0]) else HIDDEN, line)


def record(found: Record, secrets: Collection[str] = ()) -> Record | None:
    """A log record that may leave the box; None where it may not.

    Our own records are kept, redacted and cut. What a process printed in its own way is kept
    only where it says how a process began or ended.
    """
    if found.logger == "output" and not _KEPT_OUTPUT.match(found.message):
        return None
    message = text(found.message, secrets)
    if len(message) > LONGEST_MESSAGE:
        message = message[:LONGEST_MESSAGE] + HIDDEN
    return replace(found, message=message, logger=text(found.logger, secrets))


def _token(found: re.Match[str]) -> str:
    """Long words and paths stay: no secret is of small letters in short parts."""
    word = found[0]
    path = "/" in word and all(_PART.fullmatch(part) for part in word.split("/"))
    return word if path or _PLAIN_WORD.fullmatch(word) else HIDDEN
