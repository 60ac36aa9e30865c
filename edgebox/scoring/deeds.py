"""Speech that does something, says that it was done, can be done, or was not and now is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.syllables import PAST

if TYPE_CHECKING:
    from edgebox.scoring.stances import Stances

_DONE: Final = re.compile(
    r"드렸|했습니다|했어요|했고요|[됐됬](?:습니다|어요|고|네요|는데|다고|으니)|되셨(?!던)|놨|뒀|걸로|들어갔|넣었"
    r"|보냈|적었|적어 ?[놓놨둘뒀드]"
    r"|할게요|드릴게|(?<![알르되좋])겠(?:습니다|어요|고요)|진행|드립니다|드려요|둘게요|놓을게요"
    r"|놓겠|완료|받으셨|됐[죠지]|(?<!끝)났(?:습니다|어요|고요?|네요)"
)
"""Speech that does something, or says that it was done."""

_POSSIBLE: Final = re.compile(
    r"[셔해]도 ?[돼되됩]|[가-힣]도 괜찮(?:습|아요|으세|은데)|됩니다|되세요|돼요|가능|수 ?있"
    r"|나옵니다|나와요|예정"
)

_WAS_NOT: Final = re.compile(
    r"(?:(?<![가-힣])안 ?[가-힣]{1,3} ?있(?:었|네|더|는데|어서|어요|습니다)"
    r"|(?:안 ?[됐들나]|누락[됐되])었|(?:빠져|누락돼|누락되어) ?있)[가-힣]*[., ]*$"
)
"""Speech that finds something not done: 처리가 안 돼 있었네요."""

_AT_ONCE: Final = 2
"""Clauses in which it is mended."""

_AT_HAND: Final = re.compile(
    r"(?:네|예)[,. ]+(?:고객님[,. ]*)?(?:(?:바로|지금|방금|다) )?"
    rf"[가-힣]{{0,4}}(?!셨)[{PAST}](?:습니다|어요|고요)"
)
"""An answer that says that it is done, in any verb: 네 풀었습니다."""

_TOLD: Final = re.compile(
    r"(?:(?:말씀|안내|문의|설명)를? ?드[렸리릴]|(?:전화|연락)를? ?드[렸립린])[가-힣]*"
)
"""Speech about the call itself, which does nothing."""


def does(text: str) -> bool:
    """Return whether speech does something, or says that it was done, and not only in the call."""
    return _DONE.search(_TOLD.sub("", text)) is not None


def is_possible(text: str) -> bool:
    """Return whether speech says that something can be."""
    return _POSSIBLE.search(text) is not None


def says_done(text: str) -> bool:
    """Return whether an answer says yes, and that it is done."""
    return _AT_HAND.match(text) is not None


def mended(piece: int, stances: Stances) -> int:
    """Return the clause in which what a clause finds not done is done at once, or that clause."""
    spoken = stances.spoken
    if spoken.speaker_of(piece) != "agent" or not _WAS_NOT.search(spoken.text_of(piece)):
        return piece
    for after in range(piece + 1, min(piece + 1 + _AT_ONCE, len(spoken.pieces))):
        if spoken.pieces[after].utterance != spoken.pieces[piece].utterance:
            return piece
        if "면 " in f"{spoken.text_of(after)} ":
            return piece  # 영수증 주시면 접수해 드릴게요
        if does(spoken.text_of(after)) and not (stances[after].denies or stances[after].depends):
            return after
    return piece
