"""Corrected records as cases of ``edgebox eval``: what a person kept becomes what must be there."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from edgebox.language.korean import numbers_in
from edgebox.language.names import names_in
from edgebox.language.number import provided, supports
from edgebox.scoring.evidence import is_loose, telling

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping


def case_of(
    case_id: str,
    transcript: str,
    shown: Mapping[str, str],
    accepted: Mapping[str, str],
    *,
    title: str,
    on: dt.date | None = None,
) -> dict[str, Any] | None:
    """Return a case, as ``lab/evaluation/cases.py`` reads it; None if nothing of it can be checked.

    The facts are the numbers and names of the accepted texts. What must not be in an answer are
    those that the draft had, the person took out, and the call does not have either.

    Args:
        case_id: unique among the cases.
        transcript: as received.
        shown: the draft's texts by field.
        accepted: the person's.
        title: what the case is, in words.
        on: the day of the call, if it is known.
    """
    facts = [
        {"fact": _plain(text), "any": [form], "field": name}
        for name, text in accepted.items()
        for form in dict.fromkeys(_checkable(_plain(text), on))
    ]
    if not facts:
        return None
    kept, said = _plain("\n".join(accepted.values())), _plain(transcript)
    wrong = [
        form
        for form in dict.fromkeys(_checkable(_plain("\n".join(shown.values())), on))
        if not _holds(kept, form, on) and not _holds(said, form, on)
    ]
    case: dict[str, Any] = {
        "id": case_id,
        "title": title,
        "transcript": transcript,
        "facts": facts,
        "must_not": wrong,
        "outcome": accepted.get("result", ""),
    }
    return case if on is None else case | {"call_date": on.isoformat()}


def _checkable(text: str, on: dt.date | None) -> Iterator[str]:
    """Yield the numbers and names of a text as it writes them."""
    for number in numbers_in(text, on):
        if not number.relative and telling(number) and not is_loose(text, number):
            yield text[number.start : number.end].strip()
    folded = text.casefold()
    for name in names_in(text):
        place = folded.find(name)
        yield text[place : place + len(name)] if place >= 0 else name


def _holds(text: str, form: str, on: dt.date | None) -> bool:
    """Return whether a text has a number or a name, in whatever form."""
    if "".join(form.split()).casefold() in "".join(text.split()).casefold():
        return True
    numbers = numbers_in(form, on)
    source = provided(numbers_in(text, on))
    return bool(numbers) and all(supports(source, one) for one in numbers)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
