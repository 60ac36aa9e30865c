"""Transcripts from files or standard input."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from edgebox.contract.texts import Limits
from edgebox.errors import UsageError
from edgebox.reading.call import read as read_call
from edgebox.reading.garbled import is_garbled
from edgebox.reading.printed import is_printed
from edgebox.reading.recognisers import conversation_of, damaged_at, is_foreign_json
from edgebox.system.encodings import conversion, other_kind
from edgebox_cli.common.output import note

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from edgebox.reading.call import Call

_LONGEST_ID = 120


def read(path: Path) -> str:
    """Return the text of a file; ``-`` is standard input.

    Raises:
        UsageError: it cannot be read, is a document or a recording, is not UTF-8, or is empty. The
            message says how to convert it, where its encoding can be told.
    """
    shown = name_of(path)
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {shown}: {error.strerror}.") from None
    if advice := other_kind(data) or conversion(data, "FILE" if str(path) == "-" else str(path)):
        raise UsageError(f"{shown} {advice}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{shown} is not text (byte {error.start}). Save it as text in UTF-8."
        ) from None
    if not text.strip():
        raise UsageError(f"{shown} has no text.")
    return text


def name_of(path: Path) -> str:
    """Return how a message names a file."""
    return "standard input" if str(path) == "-" else str(path)


def call_of(path: Path) -> Call:
    """Return the call in a file; ``-`` is standard input.

    It holds text, a recogniser's JSON, or the body of a request for one consultation. A line on
    standard error says that a box would refuse it for its length.

    Raises:
        UsageError: it cannot be read, is empty, or is JSON that is damaged or of another kind,
            what a program prints of its objects, or text that was garbled.
    """
    received = read(path)
    received = conversation_of(received) or received
    if is_garbled(received):
        raise UsageError(
            "This lost its letters: it was read in another encoding than its own before it was "
            "saved. Save it again from where it comes, as UTF-8."
        )
    if is_printed(received):
        raise UsageError(
            "This is what a program prints of its objects. Write it as JSON (json.dumps, "
            "JSON.stringify, ObjectMapper) or as text, one utterance a line."
        )
    if (place := damaged_at(received)) is not None:
        raise UsageError(
            f"This begins like JSON and is cut off or damaged at character {place}. "
            "Save the whole file again."
        )
    if is_foreign_json(received) and '"consultations"' in received:
        raise UsageError(
            "This is the body of a batch. Give one of its calls: "
            "jq '.consultations[0]' FILE > NEW_FILE"
        )
    if is_foreign_json(received):
        raise UsageError(
            "This is JSON of no known recogniser. Use text, one utterance a line, or "
            '{"turns": [{"speaker": "agent", "text": "..."}]}.'
        )
    most = Limits().characters
    if len(received) > most and received.lstrip()[:1] not in {"{", "["}:  # of turns, texts count
        note(
            f"This call has {len(received):,} characters. A box refuses more than {most:,}, unless "
            "it is set otherwise."
        )
    return read_call(received)


def ids_of(paths: Iterable[Path]) -> list[str]:
    """Return a consultation_id for each file: its name without the suffix.

    A name that repeats gets a number: ``call``, ``call-2``.
    """
    ids: list[str] = []
    for path in paths:
        stem = "stdin" if str(path) == "-" else path.stem
        name = "".join(c for c in stem if c.isprintable()).strip()[:_LONGEST_ID] or "file"
        unique, number = name, 2
        while unique in ids:
            unique, number = f"{name}-{number}", number + 1
        ids.append(unique)
    return ids
