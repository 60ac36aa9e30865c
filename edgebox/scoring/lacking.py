"""Whether a line says that there is what the agent says there is none of: 수수료가 있습니다."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.predicates import SAME, SAME_FORM

if TYPE_CHECKING:
    from edgebox.scoring.alignment import Item
    from edgebox.scoring.stances import Stances

_THERE_IS: Final = re.compile(
    r"[가-힣](?:[이가은는도] | )?있(?:습니다|다|음|고|으며|었습니다|었고)[., ]*$"
)
_ABLE: Final = re.compile(r"[을할될갈올볼낼쓸받줄릴] ?수[가는도]? ?있|[고어아여해져] ?있|에 있")
"""있다 of what can be, goes on or stands somewhere."""

_NONE: Final = re.compile(
    r"없(?!이|애|앴|어[졌져진질]|는지|나요|으세요\?|을까|죠\?|으면|으시면)|안 ?(?:붙|나오|받|내)"
)
_IS_THERE: Final = re.compile(r"있(?:나요|어요|습니까|을까|는지|는가|냐|죠|지요|나)")


def is_lacking(text: str, key: Item, stances: Stances) -> bool:
    """Return whether the agent denies that there is what a part says there is.

    Args:
        text: of the part, without a report around it.
        key: the noun that is said to be there.
        stances: of the call.
    """
    if not _THERE_IS.search(text) or _ABLE.search(text[-14:]):
        return False
    if key.word not in text[-len(key.word) - 10 :]:
        return False
    spoken = stances.spoken
    none = False
    for piece, degree in key.where.items():
        said = spoken.text_of(piece)
        if degree < SAME:
            continue
        if spoken.speaker_of(piece) == "agent":
            if stances[piece].asks:
                continue
            if not _NONE.search(said):
                if degree >= SAME_FORM:
                    return False
                continue
            none = True
        elif degree >= SAME_FORM and _IS_THERE.search(said) and _answers_no(piece, stances):
            none = True
    return none


def _answers_no(piece: int, stances: Stances) -> bool:
    """Return whether the agent's next utterance says that there is none."""
    spoken = stances.spoken
    after = spoken.pieces[piece].utterance + 1
    if after >= len(spoken.utterances) or spoken.utterances[after].speaker == "customer":
        return False
    said = spoken.utterances[after].text
    return _NONE.search(said) is not None and "있" not in said
