"""What is wrong in a case or a question, and what to write there instead."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_TEXT: Final = "Write a text."
_WANTED: Final = {
    "": "Write an object with id, transcript and facts.",
    "id": "Write a text, another one in each file.",
    "title": _TEXT,
    "turns": "Write a list of objects with speaker and text.",
    "turns.*": "Write an object with speaker and text.",
    "turns.*.speaker": "Write a text of at most 64 characters.",
    "turns.*.text": "Write what was said, as text.",
    "turns.*.start_ms": "Write milliseconds from the beginning of the call, 0 or more.",
    "transcript": "Write what was said as text, or put a recogniser's JSON there.",
    "facts": "Write a list of objects with fact and any.",
    "facts.*": "Write an object with fact and any.",
    "facts.*.fact": "Write the fact as text.",
    "facts.*.any": "Write a list of at least one accepted form.",
    "facts.*.any.*": _TEXT,
    "facts.*.field": "Write customer, agent, result or any, or leave it out.",
    "facts.*.weight": "Write 1 or 2.",
    "must_not": "Write a list of texts.",
    "must_not.*": _TEXT,
    "outcome": _TEXT,
    "outcome_kind": "Write 접수, 완료, 불가, 보류, 철회 or 내용 없음.",
    "call_date": "Write a date, as 2025-09-13.",
    "names": "Write a list of texts.",
    "names.*": _TEXT,
    "numbers": "Write a list of objects with said and value.",
    "numbers.*": "Write an object with said and value.",
    "numbers.*.said": "Write the number as it was said, as text.",
    "numbers.*.value": "Write what the number means, as text.",
    "hard": "Write a list of texts.",
    "hard.*": _TEXT,
    "held_out": "Write true or false.",
    "domain": _TEXT,
    "style": _TEXT,
}
"""What to write in each field. A star stands for a place in a list."""

_NOT_JSON: Final = {
    "EOF": "It ends before everything is closed.",
    "control character": "Write a line break within a text as \\n, a tab as \\t.",
    "expected `": 'A comma, a colon or a bracket is missing, or a " in a text is not \\".',
    "expected ident": "Write true, false or null.",
    "expected value": "A value is missing, or has no straight double quotes around it.",
    "invalid escape": "Write a backslash in a text as \\\\.",
    "key must be": "Write keys in straight double quotes.",
    "trailing characters": "Something follows the object.",
    "trailing comma": "Leave out the comma before } or ].",
}
"""What to do about text that is no JSON, by the beginning of the parser's message."""

_OWN: Final = frozenset(
    {"answerable", "blank", "control", "either", "facts", "json", "must_not", "opposite"}
    | {"too_large", "unicode"}
)
"""Error types whose messages are ours and say what to do."""


def mistakes(
    error: ValidationError,
    keys: Mapping[str, Sequence[str]],
    wanted: Mapping[str, str] = _WANTED,
) -> Iterator[str]:
    """Yield a line for each mistake: its place, and what to write there.

    Args:
        error: of the case or the question.
        keys: the keys that an object may have, by its path as in ``wanted``.
        wanted: what to write in each field. A star stands for a place in a list.
    """
    for one in error.errors(include_input=False, include_url=False):
        place = ".".join(map(str, one["loc"]))
        what = _wording(one, keys, wanted)
        yield f"{place}: {what}" if place else what


def twice(data: bytes, keys: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a line for each key that an object has twice: a parser takes the last one in silence.

    Args:
        data: JSON of a case or a question.
        keys: those that count, by the path of their object. A recogniser's own may stand twice.
    """
    known = frozenset(chain.from_iterable(keys.values()))
    found: dict[str, None] = {}

    def look(pairs: list[tuple[str, Any]]) -> None:
        counts = Counter(name for name, _ in pairs)
        found.update(dict.fromkeys(name for name, n in counts.items() if n > 1 and name in known))

    json.loads(data, object_pairs_hook=look)
    return [f"{name}: Stands twice in one object. Leave one out." for name in found]


def _wording(
    error: ErrorDetails, keys: Mapping[str, Sequence[str]], wanted: Mapping[str, str]
) -> str:
    kind, loc = error["type"], error["loc"]
    path = ".".join("*" if isinstance(step, int) else step for step in loc)
    if kind == "json_invalid":
        return _not_json(error["ctx"]["error"])
    if kind in _OWN:
        return error["msg"]
    if kind == "extra_forbidden":
        known = keys[path.rpartition(".")[0]]
        near = difflib.get_close_matches(str(loc[-1]), known, n=1)
        return f"There is no such key; {f'did you mean {near[0]}?' if near else 'leave it out.'}"
    return f"{'Missing. ' if kind == 'missing' else ''}{wanted[path]}"


def _not_json(found: str) -> str:
    """Return what to do about the parser's message, which ends in "at line 3 column 0".

    Column 0 is the end of the line before. The first line is not named: most files of questions
    and many of cases have all on one.
    """
    what, _, place = found.rpartition(" at line ")
    line, column = map(int, place.split(" column "))
    line -= column == 0
    todo = next((todo for begins, todo in _NOT_JSON.items() if what.startswith(begins)), "")
    where = f"not JSON in UTF-8{f', line {line}' if line > 1 else ''}"
    if found.startswith("EOF") and line == 0:
        return "is empty."
    return f"{where}: {todo}" if todo else f"{where}."
