"""What the agent's and the result's line tell in other words than the call, against its sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.scoring.doers import Deeds
from edgebox.scoring.likeness import clauses_of
from edgebox.scoring.supposed import Supposals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.stances import Stances


class Retold:
    """What a call's sides do, and what it only supposes."""

    def __init__(self, stances: Stances) -> None:
        self._deeds = Deeds(stances.spoken)
        self._supposals = Supposals(stances.sentences)

    def faults(self, made: Sequence[Statement]) -> Iterator[tuple[str, str]]:
        """Yield (clause, flag) of a record's statements."""
        for field, clause in clauses_of([one for one in made if one.field != "customer"]):
            if self._deeds.are_swapped(field, clause):
                yield clause, "speakers_swapped"
            if self._supposals.holds(clause):
                yield clause, "conditional"
