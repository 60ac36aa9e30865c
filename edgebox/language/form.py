"""How a written form of a number ends, and so what may stand before and after it."""

from __future__ import annotations

from enum import Enum


class Form(Enum):
    """How a written form ends, and so what may stand before and after it (see `grounding`)."""

    QUANTITY = "figures that any counter may follow"
    MONEY = "figures that were said with 원"
    COUNTED = "figures that were said with another counter"
    FIGURES = "figures that no counter may follow"
    CODE = "figures with letters or separators"
    MEASURED = "figures with a unit in letters"
    SUFFIX = "the figures of a code, after its letters"
    CLOSED = "a unit that nothing changes"
    COPIED = "Hangul or a sign, as the call has it"
    MONTH = "a month or a longer or shorter period, that a next part may follow"
    HOURS = "hours, that minutes may follow"
    BARE_HOUR = "the same, without the part of the day"
    BARE_CLOCK = "an hour and its minutes, without the part of the day"


Forms = dict[Form, set[str]]
