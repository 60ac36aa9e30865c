"""Whether a line tells as a fact what the call only supposes: 확인되어 지급됐다 of 확인되면."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.acts import is_question
from edgebox.language.syllables import PAST
from edgebox.scoring.likeness import Likeness, letters

if TYPE_CHECKING:
    from edgebox.scoring.likeness import Sentences

_SUPPOSES: Final = re.compile(
    r"[가-힣](?<![화전측표양반정국])(?<!(?<!보)라)(?<!감)면(?:요|은|은요|서)?(?=[ ,.?!]|$)"
    r"|경우(?:에|엔|는|,| )|거든(?=[ ,])"
    r"|[가-힣](?:[어아해돼여려와셔라나내사가타서쳐켜워])야(?:만|지만)?(?= )"
    r"|[가-힣] ?수(?:는|도|가)? ?있|지도 ?모|[오되하들나]는 ?대로|[한된온난] (?:다음|뒤|후)에"
    r"|[을할될날릴올] ?때(?:는|만|에만)?(?= )|텐데"
)
"""What makes all that stands before it in a spoken sentence no fact."""

_REASON: Final = re.compile(
    r"(?:(?:[어아여해돼와워려져쳐켜춰꿔혀겨셔라러내써커](?<!까지라)(?<!위해)(?<!에 따라)(?<!보여)"
    r"(?<![올피손오이침방]해))(?:서)?"
    r"|[이가은는도] [나가커사와써](?:서)?|(?:끝|늘어|지|늦어)나(?:서)?"
    r"|으?므로|[하되]자|[으되]니|때문에),? "
    r"(?!있|주|준|줌|줬|드[리렸림린]|보[기았고려]|봄|봤|본|두|둔|둠|뒀|놓|놨|놔|달라|버|낸|냄|나가"
    r"|가지|야)"
)
"""What in a record leads from what happened to what followed, and not an auxiliary."""

_HAPPENED: Final = re.compile(
    rf"(?:[{PAST}](?:습니다|다|으나|고|으며)?|함|됨|임|음|짐|옴|감|남|냄|춤|림|침|킴|꿈|김|봄|댐|름|싐"
    rf"|줌|둠|듦|띔|잠|품|탐)[.]?$|[{PAST}]다고 .{{0,8}}$"
)

_HEDGED: Final = re.compile(
    r"(?<!감)(?<![화전측표])면(?=[ ,]|$)|경우|조건|예정|여부|수도? ?있|가능|[가-힣]야[ 한하합함]"
    r"|더라도|미정|아직|[을할될] ?때|겠|[라자]고 |도록|않[고음기았]|요청|문의|[은는인]지 |필요|기로"
    rf"|(?<![{PAST}])다고 ?(?:안내|설명|알|답|말|함|하|했|전)"
)
"""A line that itself says that something is open, or only reports or plans it."""

_SERVES: Final = re.compile(
    r"(?:해|하여|받아)(?:서)?,? [^,]*"
    rf"(?:[하주][{PAST}]|했|[함줌감])(?:습니다|다|고|으며)?[.]?$"
)
"""What one does in two steps, of which a call asks the first as a condition: 받아 접수했다."""

_TOLD: Final = 0.2
"""Of a line's letters, that the sentence which supposes it must hold."""

_SAME: Final = 0.1
"""Of the letters of a line's reason, that must stand in what is supposed."""


class Supposals:
    """The spoken sentences that suppose something, and those that tell it."""

    def __init__(self, sentences: Sentences) -> None:
        texts = sentences.texts
        before = [_supposed(text) for text in texts]
        self._whole = sentences.index
        self._before = Likeness(before, self._whole)
        self._supposes = [bool(text) for text in before]
        self._asks = [is_question(text.strip()) for text in texts]

    def holds(self, clause: str) -> bool:
        """Return whether the call supposes what a clause of a record tells as what happened."""
        if not _HAPPENED.search(clause) or _HEDGED.search(clause) or _SERVES.search(clause):
            return False
        reasons = list(_REASON.finditer(clause))
        if not reasons:
            return False
        whole = self._whole.shares(letters(clause))
        reason = letters(clause[: reasons[-1].end()])
        told = self._whole.shares(reason)
        facts = [place for place in whole if not (self._supposes[place] or self._asks[place])]
        said = max((whole[place] for place in facts), default=0.0)
        known = max((told.get(place, 0.0) for place in facts), default=0.0)
        return any(
            whole.get(place, 0.0) >= max(_TOLD, said) and share >= max(_SAME, known)
            for place, share in self._before.shares(reason).items()
        )


def _supposed(text: str) -> str:
    """Return what a spoken sentence supposes: all up to its last condition."""
    end = max((match.end() for match in _SUPPOSES.finditer(text)), default=0)
    return text[:end]
