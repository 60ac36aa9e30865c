"""What in a case looks wrong beside its own call: a slip of the person who wrote it, mostly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.consultation.content import has_content
from edgebox.lab.evaluation.facts import Answer
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

    There is one too for a call in which nothing is said though it has facts, or something though it
    has none, and for an invention that every answer holds which states a fact.

    A name may be misheard in a call, and a fact may hold a sum that nobody said, so these are no
    mistakes. None of the project's own cases for development has such a line.
    """
    call = read(case.transcript)
    if has_content(call) is case.is_empty:
        wrong = "outcome_kind: Something" if case.is_empty else "transcript: Nothing"
        yield f"{wrong} is said in this call. See: edgebox transcript FILE"
        return
    yield from _told_anyway(case)
    source = Source(call, case.call_date)
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


def _told_anyway(case: Case) -> Iterator[str]:
    """Yield a line for each invention that all accepted forms of a fact hold."""
    for index, form in enumerate(case.must_not):
        for at, fact in enumerate(case.facts):
            if all(Answer([one]).states(form, reworded=False) for one in fact.any):
                yield f"must_not.{index}: Every answer that states facts.{at} holds this."
