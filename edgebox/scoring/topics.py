"""Which clause has the predicate of a sentence's topic: 환불은 사용하신 흔적이 있어서, 안 되세요.

Speech is cut behind a reason. What stands before the reason belongs to what follows it, and the
reason's own verb says nothing of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

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

_BUT: Final = re.compile(r"(?:[은는던인한운신]데|지만)[, ]*$")
_NOT_NOW: Final = re.compile(
    r"^(?:(?:이번|지금|현재|오늘|당장|아직)[가-힣]{0,2} )+(?:안 ?[되돼됩]|불가|어렵|어려|힘들)"
)
"""연기는 원래 되는데, 이번엔 안 되세요: what follows names no topic of its own."""

_WHEN: Final = re.compile(r"올해|작년|내년|오늘|내일|어제|모레|[월화수목금토일]요일|지금|현재|이번")

_OTHER_SUBJECT: Final = re.compile(r"[가-힣]{2,}(?:이|가) ")
"""A subject beside the one that is looked for."""

TOPIC: Final = re.compile(
    r"(?<![가-힣])(?!(?:지금|이번에|오늘|일단|우선|고객님|어머님|다만|원래|따로|아직|이제|당장|현재)[은는도]"
    r"|[가-힣]*(?:[깝럽쉽하렇렵]게|래)도 )"
    r"(?:[가-힣]+[가-힣](?<![하되있없시가오보주받쓰않르에로어아여해돼셔수])|[가-힣](?<![저제나그이하되있없거건때그수]))"
    r"(?:은|는|도)(?= )"
)
"""A noun that a clause itself is about."""

SAYS_WHEN: Final = re.compile(
    r"(?:(?:이번|다음|지난|올|저번|요번) ?(?:[달주해번]|학기|시즌|분기|기수|회차|연휴|명절)"
    r"|내일|모레|당일|그날|이날|주말|평일|[월화수목금토일]요일"
    r"|오전|오후)[은는도]$"
)
"""A topic that only says when."""


_SOMEBODY: Final = re.compile("저희|우리|고객|회사|본사|본인|기사|센터|이쪽|저쪽")


def is_of_another_topic(text: str, words: Iterable[str]) -> bool:
    """Return whether a clause has a topic of its own, which shares no two syllables with words."""
    topic = TOPIC.search(text)
    if topic is None or SAYS_WHEN.search(text[: topic.end()]):
        return False
    noun = topic[0][:-1]
    if len(noun) < 2 or _SOMEBODY.match(noun) or _WHEN.match(noun):
        return False  # 끊는 건, 저희도, 올해부터는
    pairs = {noun[at : at + 2] for at in range(len(noun) - 1)}
    return not any(pair in word or word in noun for word in words for pair in pairs)


def predicate_of(piece: int, word: str, spoken: Spoken) -> int:
    """Return the clause with the predicate of a word: that behind the reason, or its own."""
    text = spoken.text_of(piece)
    at = text.find(word)
    but = _BUT.search(text) is not None
    if at < 0 or _WHEN.fullmatch(word) or not (but or _REASON.search(text)):
        return piece
    particle = re.compile(r"(?: ?(?:신청|처리|접수|자체))?(?P<is>[은는도]|[이가을를]) ").match(
        text, at + len(word)
    )
    if particle is None:
        return piece
    rest = text[particle.end() :]
    if but:
        last = _behind(piece + 1, spoken) if spoken.follows(piece) else piece
        return last if _NOT_NOW.match(spoken.text_of(last)) else piece
    if _OWN.match(rest) or (particle["is"] in "이가을를" and not _OTHER_SUBJECT.search(rest)):
        return piece
    return _behind(piece, spoken)


def _behind(piece: int, spoken: Spoken) -> int:
    """Return the clause behind a reason and those that follow it, or this one."""
    after = piece
    while _REASON.search(spoken.text_of(after)) and spoken.follows(after):
        after += 1
    return after
