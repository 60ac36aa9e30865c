"""The heads of a chat's messages: a name with a clock, on a line of its own."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from edgebox.reading.candidates import HALVED
from edgebox.reading.fields import is_heading
from edgebox.reading.roles import PARTICLES, is_name, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.reading.candidates import Candidate, Pair

_MOST_NAMES: Final = 6


def heading_messages(candidates: Sequence[Candidate | None]) -> set[Pair]:
    """Return the names that stand with a clock above each message of a chat, from its first line.

    Two people at least write, and one of them again, or both sides do. A name is no word with a
    particle, nearly each has a message below it, and their clocks go on: KTX 10:30 may be asked
    again.
    """
    timed = [one for one in candidates if one is not None and one.form in TIMED]
    if not timed or candidates[0] is not timed[0] or len(timed) < len(candidates) * _HEADED:
        return set()
    counts = Counter(one.label.lower() for one in timed)
    both = {"customer", "agent"} <= {role_of(word) for word in counts}
    if not 1 < len(counts) <= _MOST_NAMES or (len(timed) <= len(counts) and not both):
        return set()
    if any(is_heading(word) or _DAY.match(word) or _goes_on(word) for word in counts):
        return set()
    if len(timed) - len(_without_a_message(candidates)) <= _MESSAGES * len(timed):
        return set()
    back = [one.clock - other.clock for one, other in pairwise(timed) if one.clock > other.clock]
    if len(back) > 1 or any(minutes < _NOON for minutes in back):
        return set()
    return {(one.label.lower(), one.form) for one in timed}


def heading_nothing(candidates: Sequence[Candidate | None]) -> set[Pair]:
    """Return the names with a clock that have no message below them, mostly: 김민수 오후 3:30."""
    without = _without_a_message(candidates)
    empty: Counter[Pair] = Counter()
    for at, one in enumerate(candidates):
        if one is not None and one.form in TIMED:
            empty[one.label.lower(), one.form] += 1 if at in without else -1
    return {pair for pair, more in empty.items() if more > 0 and not role_of(pair[0])}


def _without_a_message(candidates: Sequence[Candidate | None]) -> set[int]:
    """Return the lines with a name and a clock that another head, a label or nothing follows."""
    heads = [one is not None and one.form in TIMED for one in candidates]
    labels = [
        one is not None and one.form in _LABELS and role_of(one.label.lower()) is not None
        for one in candidates
    ]
    ends = [head or label for head, label in zip(heads, labels, strict=True)]
    return {at for at, head in enumerate(heads) if head and (at + 1 == len(ends) or ends[at + 1])}


def _goes_on(word: str) -> bool:
    """Return whether a word has a particle; 김하은 has none."""
    return word[-1] in PARTICLES and not is_name(word)


_LABELS: Final = frozenset({":", "[]"})
TIMED: Final = frozenset({"timed", HALVED})
_NOON: Final = 11 * 60
"""Minutes by which the clocks of a chat go back, at least: at midnight, or at one."""
_DAY: Final = re.compile(
    r"\d|(?:오늘|내일|모레|어제|오전|오후|새벽|저녁|아침|낮|밤|[월화수목금토일]요일|다음)도?(?![가-힣])"
)
_HEADED: Final = 0.25
"""Share of a chat's lines that are heads of messages, at least."""
_MESSAGES: Final = 2 / 3
"""Share of its heads that have a message below them, which is more than that: a photo has none."""
