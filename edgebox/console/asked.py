"""What the address of a list asks for: filters, days, a place to go on from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlencode

from starlette.convertors import Convertor, register_url_convertor

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Choice = TypeVar("Choice", bound=str)

LONGEST = 200
"""Characters of a value."""
MOST_DIGITS: Final = 15
"""Of a whole number: what the store can take, and a browser keeps exactly."""


class Whole(Convertor[int]):
    """``{name:whole}`` in the path of a route; with a number that is longer there is no such path.

    Not Starlette's ``int``, which takes as many digits as there are.
    """

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"

    def convert(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return it as the path has it."""
        return str(value)


register_url_convertor("whole", Whole())


@dataclass
class Asked:
    """The query of an address, read name by name. What is empty counts as not given.

    Attributes:
        values: as sent.
        wrong: the names of those that cannot be read.
    """

    values: Mapping[str, str]
    wrong: list[str] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        """Return a value, or None."""
        found = self.values.get(name, "").strip()
        if len(found) > LONGEST or not (found.isprintable() or not found):
            self.wrong.append(name)
            return None
        return found or None

    def choice(self, name: str, among: Collection[Choice]) -> Choice | None:
        """Return one of several words, or None."""
        found = self.text(name)
        for one in among:
            if one == found:
                return one
        if found is not None:
            self.wrong.append(name)
        return None

    def day(self, name: str) -> date | None:
        """Return a day, written as 2025-09-13, or None."""
        found = self.text(name)
        try:
            return None if found is None else date.fromisoformat(found)
        except ValueError:
            self.wrong.append(name)
            return None

    def number(self, name: str, least: float, most: float) -> float | None:
        """Return a number between two others, or None."""
        found = self.text(name)
        try:
            value = None if found is None else float(found)
        except ValueError:
            value = float("nan")
        if value is None or least <= value <= most:
            return value
        self.wrong.append(name)
        return None

    def pair(self, name: str) -> tuple[int, int] | None:
        """Return two whole numbers, written as 12.3, or None."""
        found = self.text(name)
        if found is None:
            return None
        one, _, other = found.partition(".")
        if _is_whole(one) and _is_whole(other):
            return int(one), int(other)
        self.wrong.append(name)
        return None

    def whole(self, name: str) -> int | None:
        """Return a whole number, or None."""
        found = self.text(name)
        if found is None:
            return None
        if _is_whole(found):
            return int(found)
        self.wrong.append(name)
        return None

    def address(self, path: str, **changed: str) -> str:
        """Return the address of the same list with some values changed."""
        kept = {name: value for name, value in {**self.values, **changed}.items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def begin_of(day: date) -> float:
    """Return when a day begins in the box's time zone, in Unix seconds."""
    try:
        return datetime(day.year, day.month, day.day).astimezone().timestamp()
    except (ValueError, OverflowError):  # the first day there is
        return begin_of(day + timedelta(days=1))


def end_of(day: date) -> float:
    """Return when the next day begins."""
    try:
        return begin_of(day + timedelta(days=1))
    except OverflowError:  # the last day there is
        return begin_of(day)
