"""Whether what a line tells as done during the call, or at once, was done in it.

통화 중에 환불됨 needs somebody who says that it is done: the agent, or the customer by its success.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.syllables import PAST
from edgebox.scoring.balance import heard_of_part, lead_of_part, told
from edgebox.scoring.claims import predicate_of_part
from edgebox.scoring.predicates import SAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stance, Stances

VERB: Final = 16
"""Characters at a part's end that hold what it claims."""

LITTLE: Final = 0.05
"""Lead of what affirms over what denies in the call, below which it does not speak for a claim."""

HARDLY: Final = 0.15
"""What the agent's clauses that do something hold of a part, with less of which it is not done."""

_NEARLY: Final = 0.6
"""Of what the best utterance holds of a part, from which another is about the same."""

LATER: Final = re.compile(
    r"[가-힣](?<![감화대측방전표정])면[ ,]|경우|[뒤후][ ,에]|거쳐|다음에|확인한|나서|여부|결과|생기"
)
"""A claim under a condition, or of what is open, of which the call rather says what it takes."""

PRESENT: Final = re.compile(rf"[{PAST}](?:습니다|고|으며)|기로")

_ON_THE_SPOT: Final = re.compile(r"통화 ?(?:중|하면서|도중)|상담 ?중|그 ?자리에서")
_AT_ONCE: Final = re.compile(
    r"(?<![가-힣])(?<![가-힣][에로] )(?<![에께]서 )(?<!에게 )(?:곧)?바로(?!잡)|즉시|당장"
)

TALKS: Final = re.compile(
    r"확인|문의|전화|알[아려]|안내|설명|문자|메일|조회|설정|연락|답변|신고하|신청하기로"
)
"""What people do in any call."""

_DONE: Final = re.compile(rf"[{PAST}](?:습니다|어요|고요|네요|거든|는데|죠|고)")
_WORKS: Final = re.compile(
    r"[돼되]네|돼요|[됐왔]네|나[와오][요네]|풀렸|됐어요|들어왔|왔어요|없어졌"
)
"""A customer who says that it works now."""

_JUST_NOW: Final = re.compile(r"바로(?!잡)|즉시|지금|방금|당장|곧장|금방")
_NOW_ON: Final = re.compile(r"지금 ?(?:확인|조회|[은는도]|말씀|쓰|사용|[가-힣]+ 중|보니|있)")

BY_CUSTOMER: Final = re.compile(r"(?:고객님?|손님|입주민|회원|환자|보호자)[이은과]")


def is_too_soon(part: Part, stances: Stances) -> bool:
    """Return whether a part tells as done during the call what nobody says is done."""
    text = part.text
    if TALKS.search(text[-VERB:]):
        return False
    if _ON_THE_SPOT.search(text):
        return not (
            _is_done_near(part, stances)
            or _is_done_itself(part, stances)
            or says(_tells_just_done, stances)
        )
    if not _AT_ONCE.search(text) or BY_CUSTOMER.search(text) or LATER.search(text):
        return False
    if not PRESENT.search(text[-VERB:]) or lead_of_part(part, stances) >= 2 * LITTLE:
        return False
    if says(_tells_now, stances) or _is_done_near(part, stances):
        return False
    return heard_of_part(part, stances).done < 2 * HARDLY


def _is_done_near(part: Part, stances: Stances) -> bool:
    """Return whether anybody says, where most of a part's words are, that something was done.

    The agent by a past, the customer by its success (이제 나와요).
    """
    spoken = stances.spoken
    for number in _places(part, stances):
        for utterance in (number, number + 1):
            if utterance >= len(spoken.utterances):
                continue
            for piece in spoken.pieces_of(utterance):
                one, text = stances[piece], spoken.text_of(piece)
                if one.denies or one.asks or one.depends:
                    continue
                speaker = spoken.speaker_of(piece)
                if speaker != "customer" and utterance == number and _DONE.search(text):
                    return True
                if speaker != "agent" and _WORKS.search(text):
                    return True
    return False


def _is_done_itself(part: Part, stances: Stances) -> bool:
    """Return whether the agent says in a part's own word that it was done: 네 취소 처리했고요."""
    spoken, key = stances.spoken, predicate_of_part(part, stances)
    return key is not None and any(
        key.where[piece] >= SAME
        and key.word in spoken.text_of(piece)
        and not stances[piece].depends
        and _DONE.search(spoken.text_of(piece)) is not None
        for piece in affirming(key.where, stances)
    )


def _places(part: Part, stances: Stances) -> Iterator[int]:
    """Yield the utterances that hold the most of a part's words and numbers, or nearly."""
    spoken = stances.spoken
    held: dict[int, float] = {}
    for item in told(part):
        best: dict[int, float] = {}
        for piece, degree in item.where.items():
            utterance = spoken.pieces[piece].utterance
            best[utterance] = max(degree, best.get(utterance, 0.0))
        for utterance, degree in best.items():
            held[utterance] = held.get(utterance, 0.0) + degree * item.weight
    most = max(held.values(), default=0.0)
    return (utterance for utterance, value in held.items() if value >= _NEARLY * most)


def affirming(pieces: Iterable[int], stances: Stances) -> Iterator[int]:
    """Yield the clauses of anybody but the customer that neither deny nor ask."""
    for piece in pieces:
        one = stances[piece]
        if stances.spoken.speaker_of(piece) != "customer" and not (one.denies or one.asks):
            yield piece


def says(tells: Callable[[str, Stance], bool], stances: Stances) -> bool:
    """Return whether a clause of anybody but the customer tells so, and neither denies nor asks."""
    spoken = stances.spoken
    return any(
        tells(spoken.text_of(piece), stances[piece])
        for piece in affirming(range(len(spoken.pieces)), stances)
    )


def _tells_now(text: str, one: Stance) -> bool:
    """Return whether a clause tells of what is done at this moment: 지금 나갑니다."""
    return not one.depends and bool(_JUST_NOW.search(text)) and not _NOW_ON.search(text)


def _tells_just_done(text: str, one: Stance) -> bool:
    """Return whether a clause tells of what was done a moment ago: 방금 취소했습니다."""
    return _tells_now(text, one) and _DONE.search(text) is not None
