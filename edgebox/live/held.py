"""Drafts that somebody edits: newer ones come, and theirs can still be accepted."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

MOST_OF_ONE: Final = 3
"""Of one operator, who may have as many screens."""

MOST: Final = 24


class HeldDrafts:
    """The drafts of one call that are being edited. Those begun longest ago go first."""

    def __init__(self) -> None:
        self._drafts: OrderedDict[tuple[str, str], dict[str, Any]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._drafts)

    def hold(self, operator: str, draft: dict[str, Any]) -> None:
        """Keep a draft as long as its call."""
        key = operator, draft["draft_id"]
        self._drafts[key] = draft
        self._drafts.move_to_end(key)
        mine = [one for one in self._drafts if one[0] == operator]
        for old in mine[:-MOST_OF_ONE]:
            del self._drafts[old]
        while len(self._drafts) > MOST:
            self._drafts.popitem(last=False)

    def all(self) -> list[dict[str, Any]]:
        """Return them."""
        return list(self._drafts.values())
