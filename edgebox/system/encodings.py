"""The files that people bring as text: UTF-8 is read, other encodings and documents are named."""

from __future__ import annotations

import codecs
import re
import shlex

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)

_SAVE = "Save what was said as text in UTF-8."
_DOCUMENTS = (
    (b"%PDF-", f"is a PDF, not text. {_SAVE}"),
    (b"{\\rtf", f"is an RTF document, not text. {_SAVE}"),
    (b"PK\x03\x04", f"is an archive or a document of Word, Excel or Hangul, not text. {_SAVE}"),
    (b"\xd0\xcf\x11\xe0", f"is a document of Word, Excel or Hangul, not text. {_SAVE}"),
    (b"\x1f\x8b", "is compressed. Unpack it with gunzip."),
)
_SOUND = re.compile(
    rb"RIFF....WAVE|ID3[\x02-\x04]|OggS\0|fLaC\0|#!AMR|\xff[\xfb\xf3]|\0...ftyp", re.DOTALL
)


def other_kind(data: bytes) -> str | None:
    """Return what to do about a file that is a document or a recording, or None."""
    if _SOUND.match(data):
        return "is a recording. Turn it into text first."
    return next((advice for mark, advice in _DOCUMENTS if data.startswith(mark)), None)


def conversion(data: bytes, file: str) -> str | None:
    """Return what to do about text in another encoding, or None if it is UTF-8 or no text.

    Args:
        data: the file's content.
        file: its name as a person would type it. It is quoted for the shell.
    """
    encoding = _other_encoding(data)
    if encoding is None:
        return None
    command = f"iconv -f {encoding} -t UTF-8 {shlex.quote(file)} > NEW_FILE"
    return f"is in {encoding}, not UTF-8. Convert it: {command}"


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
