"""What the agent told, promised or did, in a record's line of the customer.

A customer's line may end in a promise of the customer's (보내겠다고 함). It is of the wrong side
where only the agent promises it, the agent asks the customer for nothing of the kind, and the
customer says nothing like it. A customer tells the agent of no rule, and recommends nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.customers import by_customer
from edgebox.scoring.taken import WILL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.alignment import Item, Statement
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances

_PROMISES: Final = re.compile(
    r"(?P<verb>[가-힣]{0,2}(?:[아어여해려줘와내] ?주|보내|돌려주|알리"
    r"|(?:통보|전달|연락|전화|부담|재촉|확인|조회|(?<=에 )요청|(?<=직접 )요청)하))"
    r"(?:기로(?! 한)|겠[다고며는])[가-힣 ]{0,10}[.,]*$"
)
"""A line that ends in a promise to the other side. What a customer decides for himself (예약하기로
함) the agent says as well, and the customer only says yes."""

_TELLS: Final = re.compile(
    r"(?:(?:안내|고지|권유|권고|제안|진단|사과)(?:함|하고|하며|하였|했|하심|하셨)"
    r"|권(?:함|하고|하며|했|하였)"
    r"|알려 ?(?:줌|주고|주었|줬|옴|왔))[가-힣 ]{0,6}[.,]*$"
)
"""A line that ends in what an agent does in a call."""

_DID: Final = re.compile(
    r"(?:직접|스스로) .{0,24}(?:처리|접수|등록|해제|변경|해지|조회|취소)[가-힣 ]{0,4}"
    r"(?:함|했|하였|하셨|놓)"
)
"""A line that says that the customer did what is done at the desk."""

_ANOTHER: Final = re.compile(
    r"(?:상담[사원]|직원|담당자|매니저|기사|업체|센터|판매자|은행|회사|[가-힣]{1,3}측)"
    r"(?:님)?(?:이|가|에서|은|는) "
)
"""Another subject than the customer."""

_GIVES: Final = re.compile(
    r"드[리릴렸려립]|겠습니다|[할볼낼둘갈]게요|예정|보내|접수|[갑집됩립]니다|[나들]어?가요|통보해"
)
"""Speech that promises something."""

_TO_CUSTOMER: Final = re.compile(r"드[리릴렸려립]")

_ASKS_FOR: Final = re.compile(
    r"세요|십시오|[으하되가오내보주]?시[면고는]|셔야|셔서|실 ?수|시겠|시죠"
)
"""Speech that has the other side do something."""

_HELD: Final = 0.5
"""Share of a line's words that one utterance of the agent must hold, to be of the agent."""

_OTHER: Final = 0.6
"""Of that share, with which the customer, or a request, says it too."""

_HINT: Final = 0.5
"""Degree from which an utterance holds a word."""

_CUSTOMER: Final = re.compile(
    r"([가-힣]{2,4})(?= (?:고객|손님|회원|선생|님|보호자|이용자|부장|사장))"
)
"""The name of the customer."""

_OF_NOTHING: Final = re.compile(
    r"(?:고객|손님|선생|상담[사원]|직접|먼저|스스로|하셨|하겠|하였|약속|제안|자신)"
)
"""A word that says nothing of the matter."""

_LEAST: Final = 2
"""Words that the utterance must hold."""


def of_the_agent(statement: Statement, stances: Stances) -> bool:
    """Return whether a statement of the customer's line tells what only the agent said."""
    text = statement.text
    promise = _PROMISES.search(text)
    if _ANOTHER.search(text) or not (promise or _TELLS.search(text) or _DID.search(text)):
        return False
    if promise and _is_up_to_the_customer(promise["verb"], stances.spoken):
        return False
    named = {match[1] for match in _CUSTOMER.finditer(text)}
    items = [i for i in statement.items if i.word not in named and not _OF_NOTHING.match(i.word)]
    return _is_of_agent(items, stances, promises=promise is not None)


def _is_up_to_the_customer(verb: str, spoken: Spoken) -> bool:
    """Return whether somebody asks the other side for what is promised: 보내 주시면."""
    stem = verb.removesuffix("하").removesuffix("주").strip()
    asked = re.compile(rf"{re.escape(stem)}(?:해|하)? ?주?(?:시[면고는]|셔|세요|십시오)")
    return len(stem) > 1 and any(
        one.speaker != "customer" and asked.search(one.text) for one in spoken.utterances
    )


def _is_of_agent(items: Sequence[Item], stances: Stances, *, promises: bool) -> bool:
    """Return whether only the agent says what the items are of.

    Args:
        items: of the statement.
        stances: of the call.
        promises: the statement is a promise, and no other than one of the customer counts.
    """
    spoken = stances.spoken
    total = sum(item.weight for item in items) or 1.0
    agent = customer = asked = 0.0
    for number, one in enumerate(spoken.utterances):
        held = [item for item in items if spoken.held_in(item.where, number) >= _HINT]
        share = sum(item.weight for item in held) / total
        if by_customer(number, spoken):
            if not promises or WILL.search(one.text):
                customer = max(customer, share)
        elif len(held) >= _LEAST and (not promises or _GIVES.search(one.text)):
            agent = max(agent, share)
        if promises and one.speaker != "customer" and _is_asked_for(number, held, spoken):
            asked = max(asked, share)
    return agent >= _HELD and max(customer, asked) < _OTHER * agent


def _is_asked_for(number: int, held: Sequence[Item], spoken: Spoken) -> bool:
    """Return whether a clause of an utterance with any of the items asks the customer to act."""
    return any(
        _ASKS_FOR.search(spoken.text_of(piece)) and not _TO_CUSTOMER.search(spoken.text_of(piece))
        for piece in spoken.pieces_of(number)
        if any(piece in item.where for item in held)
    )
