"""What the box refuses of a request, said of the file or the argument that it came from."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from edgebox.errors import BodyTooLarge, InvalidFields, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WHOLE = ""
"""The JSON pointer of the body: what a body that is too large is said of."""

_VERBS = frozenset({"Begins", "Has", "Holds", "Is", "Must"})
"""Words that a detail begins with if its subject is what it is about."""
_MOST_NAMED = 3


@contextmanager
def said_of(given: Mapping[str, str]) -> Iterator[None]:
    """Say of fields that the box refuses in the block what the user gave for them.

    Args:
        given: names of files and arguments by the JSON pointers of their fields, or of objects
            that hold these.

    Raises:
        UsageError: one of them was refused.
        InvalidFields, BodyTooLarge: another field was.
    """
    try:
        yield
    except (InvalidFields, BodyTooLarge) as refusal:
        errors = [(_named(pointer, given), detail) for pointer, detail in refusal.errors]
        if not errors and isinstance(refusal, BodyTooLarge) and WHOLE in given:
            text = f"{given[WHOLE]} is too large for one request. Split it, or shorten it."
            raise UsageError(text) from None
        if not errors or any(name is None for name, _ in errors):
            raise
        raise UsageError(_sentence([(str(name), detail) for name, detail in errors])) from None


def _named(pointer: str, given: Mapping[str, str]) -> str | None:
    """Return the name for a field, or for what holds it; None if there is none."""
    while pointer and pointer not in given:
        pointer = pointer.rpartition("/")[0]
    return given[pointer] if pointer else None


def _sentence(errors: list[tuple[str, str]]) -> str:
    name, detail = errors[0]
    is_predicate = detail.partition(" ")[0] in _VERBS
    text = f"{name} {detail[0].lower()}{detail[1:]}" if is_predicate else f"{name}: {detail}"
    others = list(dict.fromkeys(other for other, _ in errors if other != name))
    if not others:
        return text
    more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
    return f"{text} Refused as well: {', '.join(others[:_MOST_NAMED])}{more}."
