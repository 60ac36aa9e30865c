"""Denials of the call itself: what was told was not told, what was promised is not to come.

A record says of a call what was told and agreed in it. So a line that ends with a denial of its own
report (…라고 안내하지 않았습니다), of a promise (연락하지 않기로 했습니다) or of what stays as
it is (그대로 유지되지 않습니다) is right only where somebody in the call says so too. The reverse
is looked at as well: what is told as agreed, against which somebody decided last.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.syllables import begun_like
from edgebox.scoring.granting import DECLINES
from edgebox.scoring.places import Places, share_of
from edgebox.scoring.predicates import key_of
from edgebox.scoring.stances import NEGATION, denies_what_comes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.predicates import Part
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances

_REPORT: Final = r"(?:안내|설명|답변?|전달|고지|통보|말씀?|약속|이야기|얘기)"

_NOT_TOLD: Final = re.compile(
    rf"(?:(?:[다라자]고|도록) ?{_REPORT}?[을를]? ?(?:하|받|듣|해 주|되)"
    rf"|[다라]는 {_REPORT}[을를은는]? ?(?:하|받|듣|해 주|되))"
    r"지(?:는|도)? ?(?:않|못)(?:았|했)[가-힣]*[., ]*$"
    rf"|(?<=[을를은는도] )(?:(?:{_REPORT}|제안|제시)(?:하|되|해 주|해 드리)|알리|알려 ?(?:주|드리))"
    r"지(?:는|도)? ?(?:않|못)(?:았|했|습)[가-힣]*[., ]*$"
)
"""A line that says of something that it was not told."""

_UNTOLD: Final = re.compile(
    rf"(?:{_REPORT}|연락|문자|공지)[가-힣]{{0,3}} ?(?:[가-힣]{{1,3}} )?"
    r"(?:못 ?[받들드]|안 ?[해하받드]|없[었는])|못 ?들|안 ?알려|들은 ?적|처음 듣|몰랐|한마디"
    r"|(?:확답|장담|약속|확실히)[가-힣]{0,3} ?(?:[가-힣]{1,4} )?(?:못|안|어렵|없)"
    r"|[다라]고 ?(?:는|도)? ?(?:안|못) ?[했하그드]|[다라]고 ?한 ?(?:적|게 아)|적[이은]? ?없"
)
"""Speech that says that something was not told, or is not."""

_TOLD: Final = 0.3
"""Share of what was not told, that the call must hold around one place."""

_NOT_TO_COME: Final = re.compile(
    r"(?P<verb>[가-힣]{2,}?)(?P<help>하| 주|해 주|어 주)?지(?:는|도)? ?않"
    r"(?:기로 ?(?:했|하|함)|을 ?예정|겠다고)"
)
"""A line that says of a promise that it will not be kept."""

_CONTACT: Final = "(?:연락|전화|알려)"
"""What is said for one another."""

_AGAIN: Final = re.compile(
    r"게요|게유|겠습니다|겠어요|드[려릴리립]|걸로|하기로|예정|[할갈볼올]래요"
)
"""Speech that promises."""

_WAIVED: Final = re.compile(
    r"됐[어고습]|괜찮|필요 ?없|말[고게까]|마세|마시|아니[요에]|안 ?[가-힣]{1,4}도"
)
"""Speech that does without what is offered."""

_LATER: Final = re.compile(r"그만|취소|생각해 ?[보볼봐]|안 ?(?:할|하)[래게]")
"""Speech of a customer who leaves what was about to be done."""

_NOT_KEPT: Final = re.compile(
    r"(?:그대로(?![라여이])[^.,]{0,12}|(?:유지|존속|지속)[하되])"
    r"지(?:는|도)? ?(?:않|못)[가-힣 ]{0,10}[., ]*$"
)
"""A line that says of something that it does not stay as it is."""

STAYS: Final = re.compile(r"그대로|유지|남아 ?있|계속|변동 ?없|놔 ?[두둬]|두[시셔]면|[둘두]게요")

_SAME_PLACE: Final = 0.3
"""Share of what does not stay, that must stand around the speech that keeps it."""

_RIEUL: Final = 8
"""From a syllable without a final sound to the one with ㄹ."""

_AGREED: Final = re.compile(
    r"(?P<verb>[가-힣]{2,}?)(?P<help>하|되)?기로 ?(?:했|하[고며]|함)[가-힣]*[., ]*$"
)
"""A line that says of something that it was agreed."""

_DECIDES: Final = re.compile(r"걸로|겠습니다|겠어요|게요|게유|[가-힣]래요?(?![가-힣])")
"""Speech that decides."""

_BESIDE: Final = 0.5
"""Share of a part's other words around what is decided against, and of its topic around what
stays."""


def denies_the_call(part: Part, stances: Stances) -> bool:
    """Return whether a part denies what the call tells, promises or keeps, as nobody in it does.

    Or tells as agreed what somebody decided against last.
    """
    return (
        _is_told(part, stances)
        or _is_to_come(part.text, stances)
        or _stays_so(part, stances)
        or _is_off(part, stances)
    )


def _is_told(part: Part, stances: Stances) -> bool:
    """Return whether the call tells what a part says was not told."""
    match = _NOT_TOLD.search(part.text)
    said = stances.spoken.utterances
    if match is None or any(_UNTOLD.search(one.text) for one in said):
        return False
    return _nearest(part, match.start(), stances, range(len(said))) >= _TOLD


def _is_to_come(text: str, stances: Stances) -> bool:
    """Return whether somebody promises what a part says was decided against, as nobody does."""
    match = _NOT_TO_COME.search(text)
    if match is None:
        return False
    spoken = stances.spoken
    verb = re.compile(_expression(match))
    promised = None
    for piece, of in enumerate(spoken.pieces):
        said = verb.search(spoken.text_of(piece))
        if said is None:
            continue
        rest = said.string[said.start() :]
        denied = stances[piece].denies and denies_what_comes(said.string)
        if denied or denies_what_comes(rest) or _WAIVED.search(rest):
            return False
        if stances[piece].asks or _is_waived(of.utterance + 1, spoken):
            continue
        if _AGAIN.search(rest):
            promised = of.utterance
    return promised is not None and not _is_left(promised + 1, spoken)


def _is_waived(utterance: int, spoken: Spoken) -> bool:
    """Return whether an answer does without what was offered before it."""
    said = spoken.utterances
    return utterance < len(said) and _WAIVED.search(said[utterance].text) is not None


def _is_left(begin: int, spoken: Spoken) -> bool:
    """Return whether the customer leaves anything, or puts it off, from an utterance on."""
    return any(
        one.speaker != "agent" and (DECLINES.search(one.text) or _LATER.search(one.text))
        for one in spoken.utterances[begin:]
    )


def _stays_so(part: Part, stances: Stances) -> bool:
    """Return whether the call keeps what a part says does not stay."""
    match = _NOT_KEPT.search(part.text)
    if match is None:
        return False
    spoken = stances.spoken
    kept = []
    for piece, of in enumerate(spoken.pieces):
        if STAYS.search(spoken.text_of(piece)):
            if stances[piece].denies:
                return False
            if not stances[piece].asks:
                kept.append(of.utterance)
    topic = key_of(part._replace(text=part.text[: match.start()]), part.items)
    if topic is not None:  # 속도는: that something else of 인터넷 stays says nothing
        kept = [one for one in kept if Places(topic, spoken).near(one) >= _BESIDE]
    return _nearest(part, match.start(), stances, kept) >= _SAME_PLACE


def _nearest(part: Part, end: int, stances: Stances, utterances: Sequence[int]) -> float:
    """Return the greatest share of a part's words that stands around one of the utterances.

    Args:
        part: with its words and numbers.
        end: of the text that holds the words.
        stances: of the call.
        utterances: their numbers.
    """
    before = part.text[:end]
    around = [
        Places(item, stances.spoken) for item in part.items if item.number or item.word in before
    ]
    if not any(places.said for places in around):
        return 0.0
    return max((share_of(around, number) for number in utterances), default=0.0)


def _is_off(part: Part, stances: Stances) -> bool:
    """Return whether somebody decides against what a part says was agreed, nobody for it later."""
    match = _AGREED.search(part.text)
    if match is None or NEGATION.search(part.text):
        return False
    verb = _expression(match)
    not_done = _not_done(verb)
    spoken = stances.spoken
    off = None
    for piece, of in enumerate(spoken.pieces):
        text = spoken.text_of(piece)
        if stances[piece].asks or not re.search(verb, text):
            continue
        if not_done.search(text):
            if _DECIDES.search(text):
                off = of.utterance
        elif _AGAIN.search(text):
            off = None
    return off is not None and _nearest(part, match.start(), stances, [off]) >= _BESIDE


def is_left_undone(part: Part, stances: Stances) -> bool:
    """Return whether somebody says not to do what a part says was decided against, by its verb."""
    match = _NOT_TO_COME.search(part.text)
    if match is None:
        return False
    not_done = _not_done(_expression(match))
    spoken = stances.spoken
    where = [
        of.utterance
        for piece, of in enumerate(spoken.pieces)
        if not stances[piece].asks and not_done.search(spoken.text_of(piece))
    ]
    return _nearest(part, match.start(), stances, where) >= _BESIDE


_UNFINISHED: Final = re.compile(
    r"(?P<noun>완료|접수|신청|적용|등록|반영|승인|발송|저장|결제|이체|입금|설정|인증|확정)"
    r"(?:되지(?:는|도)? ?(?:않|못)|[이가은는도]? ?(?:안|못) ?[되된됐])"
)
"""A line that says of something that it was not brought to its end."""

_OTHERWISE: Final = {
    "입금": "|들어(?:왔|오셨|와 ?있)",
    "이체": "|들어(?:왔|갔|와 ?있)",
    "발송": r"|(?<!문자 )(?<!문자를 )보내 ?드렸",
}
"""What says in another word that something was done."""


def is_unfinished(part: Part, stances: Stances) -> bool:
    """Return whether somebody says of what a part denies that it was not brought to its end.

    In the part's own noun, which nobody says later to have been done.
    """
    match = _UNFINISHED.search(part.text)
    if match is None:
        return False
    not_done = re.compile(
        rf"{match['noun']}(?:되지(?:는|도)? ?(?:않|못)(?!으면|하면)"
        r"|[이가은는도]? ?(?:안|못) ?(?:되(?!면)|된(?!다면)|[됐됩돼]))"
    )
    done = re.compile(
        rf"{match['noun']}[이가은는도을를]? ?(?:(?:다|잘|이미|이제|지금|다시|바로|정상적으로) ?)?"
        rf"(?:해 ?드렸|[됐했](?!는)|되(?:[셨었]|어(?! ?(?:야|있지))))"
        + _OTHERWISE.get(match["noun"], "")
    )
    spoken = stances.spoken
    where = None
    for piece, of in enumerate(spoken.pieces):
        text = spoken.text_of(piece)
        if stances[piece].asks:
            continue
        if not_done.search(text):
            where = of.utterance
        elif done.search(text):
            where = None
    return where is not None and _nearest(part, match.start(), stances, [where]) >= _BESIDE


def _not_done(verb: str) -> re.Pattern[str]:
    """Return what says that a verb's action is not done."""
    return re.compile(
        rf"(?<![가-힣])(?:안|못) ?{verb}|{verb}(?:[은는을를도]|하|되)? ?(?:안|못) "
        rf"|{verb}[하되]?지 ?(?:는 )?(?:않|말)|{verb}[가-힣]{{0,2}} ?(?:건|거는|것은) (?:안|못) "
    )


def _expression(match: re.Match[str]) -> str:
    """Return an expression for a verb in any form: a stem's last syllable keeps its first sound."""
    stem = match["verb"]
    if re.fullmatch(_CONTACT, stem):
        return _CONTACT
    if match["help"]:
        return stem
    if stem.endswith("르"):  # 부르, 불러
        return f"{stem[:-2]}(?:{stem[-2]}[르-릏]|{chr(ord(stem[-2]) + _RIEUL)}[라러])"
    return f"{stem[:-1]}{begun_like(stem[-1])}"
