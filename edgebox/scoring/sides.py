"""Whether what a line has one side promise was promised by the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.predicates import key_of
from edgebox.scoring.settlement import fallback
from edgebox.scoring.taken import WILL, to_verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances

_BY_AGENT: Final = re.compile(r"(?:상담[사원]|직원|상담자|매니저|센터)(?:이|가|은|는) ")

_BY_CUSTOMER: Final = re.compile(r"(?:고객|회원|민원인|손님|환자)(?:님)?(?:이|가|은|는) ")

_COMMITS: Final = re.compile(r"기로 ?(?:했|하|함)|겠다고|준다|주기로|주겠")

_TOPIC: Final = re.compile(r"(?:(?<![가-힣])(?:[가-힣]{2,6}|건|일|것)|[0-9][가-힣]{1,3})[은는] ")
"""Another topic after the side that is named: 고객은 약정을 맺었고 공유기는 교체하기로 했다."""

_IF: Final = re.compile(r"(?<![감측전화])(?<![가-힣]라)면,? ")
"""What the other side does then: 고객이 주소를 보내면 수정해 주기로 했다."""

_OWN_VERB: Final = re.compile(
    r"(?:거절|거부|포기|사양|철회|동의|수락|원|요청|선택|제안|확인)"
    r"(?:하여|해서?|했고|하고|하자|하며),? "
    r"|[어아여해돼워와려]도 |더라도 "
)
"""What ends what is said of the side that is named: 고객이 거절하여 하지 않기로 했다."""

_OF_A_REPORT: Final = re.compile(
    r"[다라자냐]고 ?(?:안내|설명|알[리려렸]|답|말|전하|고지)[가-힣]{0,3} "
)
"""The end of a report, which has a subject of its own: 고객이 내야 한다고 알리고."""

_AGREED: Final = re.compile(r"기로 ?(?:해서?|하여),? ")
"""What ends what was agreed of the side that is named: 고객이 상의하기로 해 전화하기로 했다."""

_NAMED: Final = 5
"""Characters of the side's own name and particle."""

_TAKES: Final = re.compile(r"받기로|받겠|받는다고")
"""What one side takes the other gives: 환불받기로 했다 is said as 환불해 드릴게요."""

_OWN_WORDS: Final = 0.5
"""Share of a part's words in a side's own promise."""

_TO_CUSTOMER: Final = re.compile(r"드[릴리렸려]")

_ENDS_SO: Final = re.compile(r"[가-힣]게요[.?! ]*$|겠습니다[. ]*$")

_ASKS: Final = re.compile(r"[시셔](?:면|야|고|서)|세요|십시오")

_ASKED_OF_CUSTOMER: Final = re.compile(
    r"[으하되가오내보]?[시셔셨](?:면|야|고|는|서|세)|세요|십시오|주세요"
)


def other_side(
    said: str, statement: Statement, part: Part, near: Sequence[int], stances: Stances
) -> bool:
    """Return whether a part has one side promise what only the other side said it would do.

    Args:
        said: of the line, up to the end of the part: the last side named is the subject.
        statement: with the part.
        part: with one predicate.
        near: the spoken clauses about it.
        stances: of the call.
    """
    commits = list(_COMMITS.finditer(part.text))
    if not commits or _TAKES.search(part.text):
        return False
    spoken = stances.spoken
    agent = [match.start() for match in _BY_AGENT.finditer(said)]
    customer = [match.start() for match in _BY_CUSTOMER.finditer(said)]
    if not agent and not customer:
        return False
    by_agent = max(agent, default=-1) > max(customer, default=-1)
    named = max([*agent, *customer])
    begin = len(said.rstrip()) - len(part.text)  # of the part, in the line
    if named > begin + commits[-1].start():
        return False  # 알려 주겠다고 제안하여 고객이 동의했다
    if _TOPIC.search(said, named + _NAMED):
        return False
    ended = any(form.search(said, named) for form in (_IF, _OWN_VERB, _OF_A_REPORT))
    if ended or _AGREED.search(said, named, max(named, begin)):
        return False
    about = near or fallback(part, statement, stances)
    sides = {_doer(piece, spoken) for piece in about} - {""}
    told, other = ("agent", "customer") if by_agent else ("customer", "agent")
    return sides == {other} and not _says_it_will(told, part, spoken)


def _says_it_will(side: str, part: Part, spoken: Spoken) -> bool:
    """Return whether a side says somewhere that it will do what a part is about."""
    found = [item for item in part.items if item.where]
    least = _OWN_WORDS * sum(item.weight for item in found)
    key = key_of(part, found)
    if key is None:
        return False
    holding = {spoken.pieces[piece].utterance for piece in key.where}
    return any(
        sum(item.weight for item in found if spoken.held_in(item.where, utterance)) >= least
        and any(_doer(piece, spoken) == side for piece in spoken.pieces_of(utterance))
        for utterance in holding
    )


def _doer(piece: int, spoken: Spoken) -> str:
    """Return which side a clause says will do something, or nothing."""
    speaker = spoken.speaker_of(piece)
    whole = to_verb(piece, spoken)
    if speaker == "customer":
        return "customer" if WILL.search(whole) else ""
    if speaker == "agent":
        said = spoken.text_of(piece)
        if _TO_CUSTOMER.search(said) and _ENDS_SO.search(said) and not _ASKS.search(said):
            return "agent"  # 맞추시는 영상을 보내 드릴게요 해 보시고 다시 전화 주세요
        if _ASKED_OF_CUSTOMER.search(said):
            return "customer"
        gives, asks = _TO_CUSTOMER.search(whole), _ASKED_OF_CUSTOMER.search(whole)
        if gives and asks:
            return ""  # 문자 드릴 테니까 거기로 사진 보내 주세요
        return "agent" if gives else "customer" if asks else ""
    return ""
