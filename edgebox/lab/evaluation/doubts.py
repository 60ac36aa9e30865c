"""What in a case looks wrong beside its own call: a slip of the person who wrote it, mostly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.language.korean import numbers_in
from edgebox.language.number import supports
from edgebox.language.words import squeeze
from edgebox.reading.call import read
from edgebox.scoring.evidence import Source, telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.lab.evaluation.cases import Case


def doubts(case: Case) -> Iterator[str]:
    """Yield a line for each name and number that the call does not hold, without quoting it.

    A name may be misheard in a call, and a fact may hold a sum that nobody said, so these are no
    mistakes. None of the project's own cases for development has such a line.
    """
    source = Source(read(case.transcript), case.call_date)
    heard = squeeze(source.text).casefold()
    received = squeeze(case.transcript)
    for index, name in enumerate(case.names):
        if squeeze(name).casefold() not in heard:
            yield f"names.{index}: The call does not hold this name."
    values = set(source.provides)
    for index, number in enumerate(case.numbers):
        said = [one for one in numbers_in(number.said, case.call_date) if telling(one)]
        held = bool(said) and all(supports(source.provides, one) for one in said)
        if not held and squeeze(number.said) not in received:
            yield f"numbers.{index}.said: The call does not hold these words."
        for one in numbers_in(number.value, case.call_date):
            values |= one.provides
    for index, fact in enumerate(case.facts):
        forms = [filter(telling, numbers_in(form, case.call_date)) for form in fact.any]
        if not any(all(supports(values, number) for number in form) for form in forms):
            yield f"facts.{index}.any: Neither the call nor numbers hold these figures."
