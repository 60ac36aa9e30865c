"""Whether what a line says was left as it is was changed in the call.

A record that keeps something (그대로 두기로 했습니다) is a denial without a negation. It is right
only where somebody in the call keeps it too, or denies or declines anything about it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.burden import is_borne_out
from edgebox.scoring.deeds import does
from edgebox.scoring.granting import DECLINES
from edgebox.scoring.places import Places, share_of
from edgebox.scoring.predicates import SAME
from edgebox.scoring.undone import STAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.alignment import Item
    from edgebox.scoring.stances import Stances

_KEEPS: Final = re.compile(
    r"(?:그대로[^.,]{0,10}|유지하|계속[^.,]{0,8})기로 ?(?:했|하|함)"
    r"|유지[됐되된했]|그대로 (?:유지|진행|청구)"
)
"""A claim that nothing changes: right only where something in the call says so too."""

_BESIDE: Final = 0.3
"""Share of a part's words around what leaves it as it is."""

_KEPT: Final = re.compile("그대|유지|예정대|종전|계속|두기|둔")


def is_changed(items: Sequence[Item], text: str, stances: Stances) -> bool:
    """Return whether the agent does something about what a part says was left as it is.

    Args:
        items: the part's words and numbers.
        text: its text without the report around it.
        stances: of the call.
    """
    if not _KEEPS.search(text):
        return False
    spoken = stances.spoken
    told = [item for item in items if not _KEPT.match(item.word)]
    acted = any(
        degree >= SAME and spoken.speaker_of(piece) == "agent" and does(spoken.text_of(piece))
        for item in told
        for piece, degree in item.where.items()
    )
    if not acted:
        return False
    around = [Places(item, spoken) for item in told]
    for number, one in enumerate(spoken.utterances):
        stays = STAYS.search(one.text) or (one.speaker != "agent" and DECLINES.search(one.text))
        held = any(spoken.held_in(item.where, number) >= SAME for item in told)
        if stays and (held or share_of(around, number) >= _BESIDE):
            return False
    return not is_borne_out(told, None, stances, decided=True)
