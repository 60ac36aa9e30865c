"""What a text that was received may hold: the checks, their limits and their messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from edgebox.contract.limits import MAX_ID_CHARACTERS
from edgebox.reading.garbled import is_garbled
from edgebox.reading.printed import is_printed
from edgebox.reading.recognisers import damaged_at, is_foreign_json, turns_of

if TYPE_CHECKING:
    from pydantic import ValidationInfo

TOO_LARGE = "too_large"
"""The error type whose status is 413, not 422."""

BLANK = "Has no text. Send what was said in the consultation."
GARBLED = (
    "Lost its letters: it was read in another encoding than its own before it was sent. Decode it "
    "as what it is, CP949 or UTF-8, and send UTF-8."
)
NOT_UNICODE = "Holds half of a surrogate pair, which is not Unicode text."

# Tab, line feed and carriage return stay. The rest means nothing in a text, and some of it
# (NUL, escape) is dangerous somewhere further on.
_UNPRINTED = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f]")
"""Control characters without those that some systems end a line with (VT, FF, NEL, separators)."""
PRINTED_PATTERN = "^[^\\u0000-\\u0008\\u000e-\\u001b\\u001f\\u007f-\\u0084\\u0086-\\u009f]*$"
"""A text without them, for the description."""
_NOT_IN_AN_ID = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction: an id would be shown as another one."""
ID_PATTERN = (
    "^[^\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]*$"
)
"""The same for the description."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_VISIBLE = re.compile("[^\\s\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most characters of one transcript, and the most consultations of one batch."""

    characters: int = 200_000
    consultations: int = 500


def limits_of(info: ValidationInfo) -> Limits:
    """Return the limits of this box, or those that it has without a setting."""
    return info.context if isinstance(info.context, Limits) else Limits()


def has_text(value: str) -> bool:
    """Return whether a text has anything that can be seen."""
    return _VISIBLE.search(printed(value)) is not None


def printed(value: str) -> str:
    """Return a text without control characters, except those that end or indent lines."""
    return _UNPRINTED.sub("", value)


def unicode_text(value: str) -> str:
    """JSON can carry half a surrogate pair, and pydantic lets it pass; UTF-8 cannot."""
    if _SURROGATE.search(value):
        raise PydanticCustomError("unicode", NOT_UNICODE)
    return value


def one_line(value: str) -> str:
    """Return an identifier, which is not empty, short and without control characters."""
    if not value.strip():
        raise PydanticCustomError("blank", "Must not be empty.")
    if len(value) > MAX_ID_CHARACTERS:
        raise PydanticCustomError("long", f"At most {MAX_ID_CHARACTERS} characters.")
    if _NOT_IN_AN_ID.search(value):
        raise PydanticCustomError("control", "Must not contain control characters.")
    return value


def transcript_text(value: str, most: int) -> str:
    """Return what is kept of a transcript of at most ``most`` characters.

    Raises:
        PydanticCustomError: it is too long, has no text, or is JSON that cannot be read.
    """
    if len(value) > most:
        raise PydanticCustomError(
            TOO_LARGE, f"At most {most} characters. Split the consultation, or shorten it."
        )
    bare = printed(value)
    if not _VISIBLE.search(bare):
        raise PydanticCustomError("blank", BLANK)
    if is_garbled(bare):
        raise PydanticCustomError("garbled", GARBLED)
    if is_printed(bare):
        raise PydanticCustomError(
            "json",
            "Is what a program prints of its objects. Send JSON (json.dumps, JSON.stringify, "
            "ObjectMapper), text, one utterance a line, or turns.",
        )
    if (place := damaged_at(bare)) is not None:
        raise PydanticCustomError(
            "json", f"Begins like JSON and is cut off or damaged at character {place}."
        )
    if is_foreign_json(bare):
        raise PydanticCustomError(
            "json",
            "Is JSON of no known recogniser. Send text, one utterance a line, or turns.",
        )
    # Offsets are those of the received text: in a text, reading leaves these characters out.
    return bare if bare != value and turns_of(bare) is not None else value
