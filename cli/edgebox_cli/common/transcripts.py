"""Transcripts from files or standard input."""

from __future__ import annotations

import codecs
import shlex
import sys
from typing import TYPE_CHECKING

from edgebox.errors import UsageError
from edgebox.reading.call import read as read_call
from edgebox.reading.recognisers import conversation_of, damaged_at, is_foreign_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from edgebox.reading.call import Call

_LONGEST_ID = 120
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def read(path: Path) -> str:
    """Return the text of a file; ``-`` is standard input.

    Raises:
        UsageError: it cannot be read, is not UTF-8, or is empty. The message says how to convert
            it, where its encoding can be told.
    """
    shown = "standard input" if str(path) == "-" else str(path)
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {shown}: {error.strerror}.") from None
    file = "FILE" if str(path) == "-" else shlex.quote(str(path))
    if (encoding := _other_encoding(data)) is not None:
        convert = f"iconv -f {encoding} -t UTF-8 {file} > NEW_FILE"
        raise UsageError(f"{shown} is in {encoding}, not UTF-8. Convert it: {convert}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{shown} is not text (byte {error.start}). Save it as text in UTF-8."
        ) from None
    if not text.strip():
        raise UsageError(f"{shown} has no text.")
    return text


def _other_encoding(data: bytes) -> str | None:
    """Return the encoding, as ``iconv`` names it, of text that is not UTF-8; None for the rest.

    Notepad's "Unicode" is UTF-16, its "ANSI" on Korean Windows is CP949.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    is_utf_8 = _decoded(data, "utf-8") is not None
    zeros = data.count(0)  # in UTF-16, every blank, line end and digit has one
    if zeros and not (is_utf_8 and zeros * 10 < len(data)):
        for encoding in ("UTF-16LE", "UTF-16BE"):
            text = _decoded(data, encoding) or "\0"
            if all(c.isprintable() or c.isspace() for c in text):
                return encoding
    return None if is_utf_8 or zeros or _decoded(data, "cp949") is None else "CP949"


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def call_of(path: Path) -> Call:
    """Return the call in a file; ``-`` is standard input.

    It holds text, a recogniser's JSON, or the body of a request for one consultation.

    Raises:
        UsageError: it cannot be read, is empty, or is JSON that is damaged or of another kind.
    """
    received = read(path)
    received = conversation_of(received) or received
    if (place := damaged_at(received)) is not None:
        raise UsageError(
            f"This begins like JSON and is cut off or damaged at character {place}. "
            "Save the whole file again."
        )
    if is_foreign_json(received):
        raise UsageError(
            "This is JSON of no known recogniser. Use text, one utterance a line, or "
            '{"turns": [{"speaker": "agent", "text": "..."}]}.'
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
