"""What the engine's steps did, and for whom: plain numbers that the decode thread adds to.

They are added to once a step for each of its sequences, and read when the metrics are written
(`metrics.py`), so that watching costs a step a few microseconds.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgebox.engine.spent import Spent

if TYPE_CHECKING:
    from collections.abc import Sequence as SequenceOf

    from edgebox.engine.scheduler import Work
    from edgebox.engine.sequence import Sequence
    from edgebox.settings import Role

PEOPLE, BACKLOG, OWN = "people", "backlog", "own"
CLASSES = (PEOPLE, BACKLOG, OWN)
"""For whom: somebody waits, nobody does, or the engine measures itself and warms up."""

WANTED_ANALYSIS = 35
"""The priority of an analysis that somebody waits for. It waits as people's requests do, but what
it costs is an analysis's: a summary takes a tenth of it."""

WAIT_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds."""


@dataclass(slots=True)
class Waits:
    """How long sequences of a class waited for a slot: a histogram."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(WAIT_BUCKETS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one wait; an edge belongs to the bucket below it."""
        self.counts[bisect_left(WAIT_BUCKETS, seconds)] += 1
        self.total += seconds


class Tally:
    """All of it. Other threads may read it."""

    def __init__(self) -> None:
        self.spent: dict[tuple[Role, str], Spent] = {}
        self.waits = {name: Waits() for name in CLASSES}

    def of(self, sequence: Sequence) -> Spent:
        """Return where a sequence's cost is counted."""
        name = BACKLOG if sequence.priority == WANTED_ANALYSIS else class_of(sequence)
        return self.spent.setdefault((sequence.role, name), Spent())

    def spent_on(self, role: Role, name: str) -> Spent:
        """Return what a role spent on a class."""
        return self.spent.get((role, name)) or Spent()

    def started(self, sequence: Sequence, now: float) -> None:
        """Count a sequence that got a slot, at ``now`` in monotonic seconds."""
        if sequence.spent is None or sequence.waited:
            return  # it was sent back
        sequence.waited = True
        sequence.spent.cached += sequence.cached
        waited = 0.0 if sequence.own else max(0.0, now - sequence.arrived)
        self.waits[class_of(sequence)].add(waited)

    def stepped(self, works: SequenceOf[Work], seconds: float, *, done: bool) -> None:
        """Count a step before its sequences move on.

        Args:
            works: its sequences, each with its tokens.
            seconds: that it took.
            done: False for a step that was aborted or found no room.
        """
        each = seconds / sum(work.rows for work in works)
        for work in works:
            spent = work.sequence.spent
            if spent is None:
                continue
            if work.sequence.decoding:
                spent.decode += each * work.rows
            else:
                spent.prefill += each * work.tokens
                if done:
                    spent.read += work.tokens

    def wrote(self, sequence: Sequence, tokens: int) -> None:
        """Count tokens that a sequence generated."""
        if sequence.spent is not None:
            sequence.spent.written += tokens

    def guessed(self, sequence: Sequence, tried: int, right: int) -> None:
        """Count tokens of a draft that a step read, and those that were written."""
        if sequence.spent is not None:
            sequence.spent.drafted += tried
            sequence.spent.accepted += right


def class_of(sequence: Sequence) -> str:
    """Return for whom a sequence is, one of CLASSES."""
    if sequence.own:
        return OWN
    return PEOPLE if sequence.interactive else BACKLOG
