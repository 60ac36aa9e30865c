"""Whether a customer takes what was offered or asked about, and who says that it will be done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.syllables import PAST
from edgebox.scoring.predicates import SAME_FORM

if TYPE_CHECKING:
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances

WILL: Final = re.compile(
    r"게요|[할갈볼낼릴올쓸둘을] ?거(?:예요|에요|야)|겠습니다|래요|려고요|걸로 할|하죠"
    r"|[가-힣](?<![여남])자(?=[ ,.~!]|$)|[할갈볼낼릴올쓸둘을]라네|[하가보내쓰두주]지 뭐"
)

_SENTENCE: Final = 3
"""Clauses up to the verb that tells who does it: 물어보고요, 그다음에 가서, 신청할게요."""


def to_verb(piece: int, spoken: Spoken) -> str:
    """Return a clause with the ones after it, up to the end of its sentence."""
    end = spoken.pieces_of(spoken.pieces[piece].utterance).stop
    text = ""
    for after in range(piece, min(piece + _SENTENCE, end)):
        text += spoken.text_of(after)
        if _ENDED.search(text):
            break
    return text


_ENDED: Final = re.compile(r"(?:[다요죠]|(?<!니)까)[.?!~…]*\s*$")

_TAKES_UP: Final = re.compile(
    r"그(?:때|렇게|걸로|거로|날|쪽으로)[^?.]{0,10}(?:[할볼갈올둘쓸]게요|겠습니다|[할볼갈]래요)"
    r"|^(?:(?:네|예|아|음|어)[, ]+)*(?:그럼|그러면|그라믄|그면) "
    r"(?!.{0,16}(?:생각|고민|상의|의논|다시|나중|물어|알아|전화|연락|됐))"
    r"[^?.]{0,16}(?:[할갈낼올쓸릴]게요|[할갈낼]래요)"
)
"""A customer who takes what was offered under a condition (그때 해 볼게요)."""


_THEREUPON: Final = 3
"""Utterances behind an offer in which it is taken, after a question about it."""


def taken_up(piece: int, part: Part, spoken: Spoken) -> bool:
    """Return whether the customer takes up what the agent offers in a clause.

    Says so (그때 해 볼게요), or promises something about what the part names (위임장 보낼게요).
    """
    after = spoken.pieces[piece].utterance + 1
    if spoken.speaker_of(piece) == "customer" or after >= len(spoken.utterances):
        return False
    one = spoken.utterances[after]
    if one.speaker == "agent":
        return False
    for later in spoken.utterances[after : after + _THEREUPON]:
        if later.speaker != "agent" and _TAKES_UP.search(later.text):
            return True
    named = any(i.word and spoken.held_in(i.where, after) >= SAME_FORM for i in part.items)
    return named and promised(piece, spoken) and not _GIVEN_UP.search(part.text)


def taken_before(piece: int, spoken: Spoken) -> bool:
    """Return whether a clause tells a customer, who has just taken something, how to do it."""
    before = spoken.pieces[piece].utterance - 1
    if before < 0 or spoken.speaker_of(piece) == "customer":
        return False
    one = spoken.utterances[before]
    return one.speaker != "agent" and _TAKES_UP.search(one.text) is not None


_REQUESTS: Final = re.compile(
    r"(?:그(?:것|거|건|렇게|걸로|거로)[도로은]? ?(?:[가-힣]{1,3} ?)?"
    r"|^(?:네|예|응|아)? ?(?:해|넣어|걸어) ?)"
    r"(?:주[세시이]|줘|부탁)"
)
"""A customer who asks for what was offered: 그것도 해 주세요."""

_DID: Final = re.compile(rf"[{PAST}](?:습니다|어요|고요)|놓을게|겠습니다")


def done_on_request(piece: int, stances: Stances) -> bool:
    """Return whether the customer asks for what a clause offers, and the agent does so at once."""
    spoken = stances.spoken
    after = spoken.pieces[piece].utterance + 1
    said = spoken.utterances
    if after + 1 >= len(said) or spoken.speaker_of(piece) != "agent":
        return False
    if said[after].speaker == "agent" or not _REQUESTS.search(said[after].text):
        return False
    done = said[after + 1]
    return (
        done.speaker == "agent"
        and _DID.search(done.text) is not None
        and not any(stances[one].denies for one in spoken.pieces_of(after + 1)[:_SENTENCE])
    )


_THEN: Final = re.compile(
    r"^(?:(?:네|예|아|음|어) ?)*(?:그럼|그러면|그렇게|그거로|그걸로)[^?]{0,20}"
    r"(?:주[세시]|줘|부탁|게요)"
)
"""A customer who takes what the question before was about: 그럼 낮춰 주세요."""

_YES: Final = re.compile(r"^(?:네|예|알겠)")

_SOON: Final = 4
"""Utterances behind a question in which its answer leads to a request."""


def done_then(piece: int, stances: Stances) -> bool:
    """Return whether a customer asks what would be if, then for it, and the agent says yes."""
    spoken = stances.spoken
    said, asked = spoken.utterances, spoken.pieces[piece].utterance
    if said[asked].speaker == "agent":
        return False
    for one in range(asked + 1, min(asked + 1 + _SOON, len(said) - 1)):
        if said[one].speaker == "agent" or not _THEN.search(said[one].text):
            continue
        answer = said[one + 1]
        return (
            answer.speaker == "agent"
            and _YES.search(answer.text) is not None
            and not any(stances[it].denies for it in spoken.pieces_of(one + 1)[:_SENTENCE])
        )
    return False


_LATER: Final = 7
"""Utterances behind a question in which the customer decides it."""


def decided_later(piece: int, stances: Stances) -> bool:
    """Return whether the customer decides what was asked for before, in whatever words."""
    spoken = stances.spoken
    asked = spoken.pieces[piece].utterance
    return any(
        spoken.utterances[number].speaker != "agent"
        and any(
            WILL.search(spoken.text_of(one)) and not stances[one].denies
            for one in spoken.pieces_of(number)
        )
        for number in range(asked + 1, min(asked + _LATER, len(spoken.utterances)))
    )


_GIVEN_UP: Final = re.compile("포기|철회|취소|보류|중단")


def promised(piece: int, spoken: Spoken) -> bool:
    """Return whether the customer promises something in answer to a clause."""
    after = spoken.pieces[piece].utterance + 1
    if after >= len(spoken.utterances) or spoken.utterances[after].speaker == "agent":
        return False
    return WILL.search(spoken.utterances[after].text) is not None
