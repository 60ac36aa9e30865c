"""Calls in subtitle scripts, ASS and SSA: lines of fields, of which the last is said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.reading.normal import VOICE, Normal, replaced, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGINS: Final = re.compile(r"\[Script Info\]", re.IGNORECASE)
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|[\r\n]|\Z)")
_FORMAT: Final = re.compile(r"\s*Format:(?P<names>.*)", re.IGNORECASE)
_DIALOGUE: Final = re.compile(r"\s*Dialogue:", re.IGNORECASE)
_USUAL: Final = ["layer", "start", "end", "style", "name", *"lrv", "effect", "text"]
"""The fields of a script that names none."""
_CODE: Final = re.compile(r"\{[^{}]{0,500}\}|\\[Nnh]")
"""How a line looks and where it breaks."""


def is_script(text: str) -> bool:
    """Return whether a text is a subtitle script."""
    return _BEGINS.match(text, visible(text)[0]) is not None


def unscripted(received: str) -> Normal:
    """Return what a subtitle script says, by whom, with the offsets of where it says it."""
    return replaced(received, _replacements(received))


def _replacements(text: str) -> Iterator[tuple[int, int, str]]:
    names = _USUAL
    for line in _LINE.finditer(text):
        if found := _FORMAT.match(line[0]):
            names = [name.strip().lower() for name in found["names"].split(",")]
        said = _DIALOGUE.match(line[0])
        fields = line[0][said.end() :].split(",", len(names) - 1) if said else []
        if len(fields) < len(names) or names[-1] != "text":
            yield line.start(), line.end(), ""
            continue
        begin = line.end() - len(fields[-1])
        who = [fields[at].strip() for at, name in enumerate(names) if name in {"name", "actor"}]
        yield line.start(), begin, f"{VOICE}{who[0]}{VOICE}: " if who and who[0] else ""
        yield from ((m.start(), m.end(), " ") for m in _CODE.finditer(text, begin, line.end()))
