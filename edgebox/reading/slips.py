"""Signs behind a role's word where a colon was meant: 고객; 네."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edgebox.reading.candidates import SLIP, Candidate
from edgebox.reading.roles import role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIDES: Final = frozenset(["고객", "고객님", "상담원", "상담사", "customer", "agent"])
"""Words that mean a speaker rather than a thing of what is said."""


def without_slips(candidates: Sequence[Candidate | None]) -> list[Candidate | None]:
    """Return candidates with a colon where another sign stands behind a role's word for it.

    The word is a label with a colon elsewhere, or no role's is, or it is the other side of the one
    that is named. Else the line is said: 회원 = 무료.
    """
    named = {
        one.label.lower()
        for one in candidates
        if one is not None and one.form == ":" and role_of(one.label.lower())
    }
    sides = {role_of(word) for word in named}

    def with_colon(one: Candidate) -> Candidate | None:
        word = one.label.lower()
        answers = word in _SIDES and role_of(word) not in sides
        return replace(one, form=":") if not named or word in named or answers else None

    return [with_colon(one) if one is not None and one.form == SLIP else one for one in candidates]
