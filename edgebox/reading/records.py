"""Turns from records, a field a line: YAML, and what databases and recorders print."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading.roles import ANONYMOUS, is_person, role_of
from edgebox.reading.tables import KNOWN, SPEAKERS, TEXTS, Row, column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FIELD: Final = re.compile(
    r"[ \t]*(?P<dash>-[ \t]+)?(?P<quote>[\"']?)"
    r"(?P<name>[^\W\d]\w{0,20}(?:[ (]\w{1,8}\)?)?)(?P=quote)"
    r"[ \t]*(?:[:：](?!\d\d(?!\d))|=)[ \t]*(?P<value>.*)"
)
_BLOCK: Final = re.compile(r"[|>][+-]?(?=\n|\Z)")
"""How YAML begins a text of several lines."""
_RULE: Final = re.compile(r"[ \t]*(?:[-=]{3,80}|\[{1,2}(?:\w{1,16}[ _.-]?)?\d{0,4}\]{1,2})[ \t]*")
_QUOTED: Final = re.compile(r"\"(.*)\"|'(.*)'", re.DOTALL)
_FEWEST: Final = 2
_NEARLY_ALL: Final = 0.9


class _Field(NamedTuple):
    record: int
    name: str
    value: str
    start: int
    end: int

    def with_lines(self, more: Sequence[str]) -> _Field:
        """Return the field with further lines of its value."""
        return self._replace(value="\n".join([self.value, *more]))


def records_of(text: str) -> list[Row] | None:
    """Return the turns of records; None where a text is none.

    There are two or more, each has a speaker and a text, and no speaker heads a line. Fields
    of the whole call may stand before the first one: ``call_id: 7``, ``utterances:``.
    """
    found = (_FIELD.fullmatch(line) for line in text.split("\n"))
    if not _enough([column(one["name"]) for one in found if one is not None]):
        return None
    fields = list(_fields(text))
    names = [column(one.name) for one in fields]
    if not _enough(names):
        return None
    others = [one.name for one, name in zip(fields, names, strict=True) if name not in KNOWN]
    if any(role_of(one.lower()) or is_person(one) or ANONYMOUS.fullmatch(one) for one in others):
        return None
    told = list(_told(fields))
    counts = Counter(names)
    texts = sum(counts[name] for name in TEXTS)
    if any(_may_be_said(one, counts, texts) for one in told):
        return None
    records = [list(group) for _, group in groupby(told, key=lambda one: one.record)]
    rows = [_row(record) for record in records]
    if records and _heads(records[0]):
        del rows[0]
    known = [row for row in rows if row is not None]
    return known if len(known) == len(rows) >= _FEWEST else None


def _enough(names: Sequence[str]) -> bool:
    """Return whether names of texts and of speakers occur often enough for records."""
    return min(sum(name in some for name in names) for some in (TEXTS, SPEAKERS)) >= _FEWEST


def _heads(record: Sequence[_Field]) -> bool:
    """Return whether fields are those of the whole call."""
    names = {column(one.name) for one in record}
    return names.isdisjoint(TEXTS | SPEAKERS) and not any("\n" in one.value for one in record)


def _may_be_said(field: _Field, counts: Counter[str], texts: int) -> bool:
    """Return whether a field may be a line of speech: few records have one of its name."""
    name = column(field.name)
    few = counts[name] < _NEARLY_ALL * texts
    return few and name not in KNOWN and field.value != "" and not field.name.isascii()


def _fields(text: str) -> Iterator[_Field]:
    """Yield the fields of a text, with the number of their record; lines without one go on."""
    record, at, apart, indent = 0, 0, False, 0
    seen: set[str] = set()
    last: _Field | None = None
    more: list[str] = []
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        found = _FIELD.fullmatch(line)
        if last is not None and _BLOCK.match(last.value) and found:
            found = found if found.start("name") <= indent else None
        if not line.strip() or _RULE.fullmatch(line):
            apart = True
        elif found is None:
            if last is None:
                return  # what stands before the first field may be said
            more.append(line.strip())
            last = last._replace(end=at - 1)
        else:
            if last is not None:
                yield last.with_lines(more)
            more = []
            name = column(found["name"])
            if found["dash"] or name in seen or (apart and not seen.isdisjoint(TEXTS)):
                record, seen = record + 1, set()
            seen.add(name)
            last = _Field(record, found["name"], found["value"].strip(), start, at - 1)
            apart, indent = False, found.start("name")
    if last is not None:
        yield last.with_lines(more)


def _told(fields: Sequence[_Field]) -> Iterator[_Field]:
    """Yield fields; one that few records have goes on with the text before it."""
    counts = Counter(column(one.name) for one in fields)
    texts = sum(count for name, count in counts.items() if name in TEXTS)
    last: _Field | None = None
    more: list[str] = []
    for one in fields:
        name = column(one.name)
        said = last is not None and column(last.name) in TEXTS and last.record == one.record
        if last is not None and said and name not in KNOWN and counts[name] < _NEARLY_ALL * texts:
            more.append(f"{one.name}: {one.value}")
            last = last._replace(end=one.end)
            continue
        if last is not None:
            yield last.with_lines(more)
        last, more = one, []
    if last is not None:
        yield last.with_lines(more)


def _row(record: Sequence[_Field]) -> Row | None:
    """Return the turn of a record; None where it has not one speaker and one text."""
    speakers = [one for one in record if column(one.name) in SPEAKERS]
    texts = [one for one in record if column(one.name) in TEXTS]
    if not speakers or len(texts) != 1:
        return None
    return Row(_bare(speakers[0].value), _bare(texts[0].value), record[0].start, record[-1].end)


def _bare(value: str) -> str:
    """Return a value without the signs of YAML."""
    first, _, rest = value.partition("\n")
    said = rest if _BLOCK.fullmatch(first) else value
    quoted = _QUOTED.fullmatch(said.strip())
    return (quoted[1] or quoted[2] or "") if quoted else said.strip()
