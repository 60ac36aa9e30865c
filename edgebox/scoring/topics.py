"""Which clause has the predicate of a sentence's topic: 환불은 사용하신 흔적이 있어서, 안 되세요.

Speech is cut behind a reason. What stands before the reason belongs to what follows it, and the
reason's own verb says nothing of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from edgebox.scoring.spoken import Spoken

_REASON: Final = re.compile(
    r"(?:[아어여해돼려와가라켜춰쳐져워러겨셔내나지]서|[으시하되이]니까|(?<=[이아])라|느라|거라)"
    r"[, ]*$"
)
"""A clause that is the reason of the next one."""

_OWN: Final = re.compile(
    r"(?:(?:다|이미|벌써|아직|바로|먼저|안|못|잘|지금|이제|따로|원래|계속|또|더) ?)*"
    r"(?:[되돼됐된될됩하했해한할합있없]|가능|불가|어렵|어려|힘들|아니|필요|끝나|나가|나왔|들어|받|맞|확인)"
)
"""A reason whose verb is what the topic does (접수는 됐으니까), so that it is no other's."""

_OTHER_SUBJECT: Final = re.compile(r"[가-힣]{2,}(?:이|가) ")
"""A subject beside the one that is looked for."""


def predicate_of(piece: int, word: str, spoken: Spoken) -> int:
    """Return the clause with the predicate of a word: that behind the reason, or its own."""
    text = spoken.text_of(piece)
    at = text.find(word)
    if at < 0 or not _REASON.search(text):
        return piece
    particle = re.compile(r"(?: ?(?:신청|처리|접수|자체))?(?P<is>[은는도]|[이가을를]) ").match(
        text, at + len(word)
    )
    if particle is None:
        return piece
    rest = text[particle.end() :]
    if _OWN.match(rest) or (particle["is"] in "이가을를" and not _OTHER_SUBJECT.search(rest)):
        return piece
    after = piece
    while _REASON.search(spoken.text_of(after)) and spoken.follows(after):
        after += 1
    return after
