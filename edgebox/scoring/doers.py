"""Which side does what in a call, and whether a line gives that to the other side.

Korean says it with the verb: 드리다 is what a speaker does for the other, and -시- what the other
is to do. A line that names no side is the agent's in the agent's line, and nobody's in the result.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.acts import is_question
from edgebox.language.syllables import PAST
from edgebox.scoring.likeness import Likeness, letters, sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.scoring.spoken import Spoken

_AGENT: Final = re.compile(
    r"(?<![가-힣])(?:상담[사원자]|직원|매니저|담당자|공무원|강사|운영자|위원회"
    r"|[가-힣]{0,5}(?:센터|은행|호텔|병원|학원|세관|재단|농협|업체|창고|도서관|박물관|체육관|구청|시청|군청|사무소"
    r"|보건소|보호소|관리소|회사|항공사|여행사|보험사|통신사|제조사|카드사|운영사|매장|골프장|캠핑장|예식장|식장"
    r"|대리점|지점|가맹점|렌탈점|[행교사]정실|교무실|[원점팀관소]장|쇼핑몰)|[가-힣]{1,6}[팀측])"
    r"(?: [가-힣]{2,4})?(?:님)?(?:이|가|은|는|께서) "
)
_CUSTOMER: Final = re.compile(
    r"(?<![가-힣])(?:고객|회원|민원인|손님|환자|보호자|이용자|학부모|구매자|신청인|유저|학생|세입자|임차인"
    r"|입주민|어머니|아버지|어머님|아버님|아들|딸|따님|아드님|남편|아내|배우자|가족|본인)(?:님)?"
    r"(?:이|가|은|는|께서) "
)
"""The sides as the subject of a written clause."""

_SIDES: Final = re.compile(
    r"(?:상담[사원자]|직원|센터|은행|고객|회원|손님)(?:님)?(?:[이가은는]|에서|께서|에게|께)? "
)
"""Sides that a written clause names, which no speaker says of himself."""

_COMMITS: Final = re.compile(r"기로 ?(?:했|하였|하셨|함|하고|하며|약속|결정)|기로[.]?$|겠다고")

_SAYS: Final = re.compile(
    r"(?:다며|라며|자며|달라고|싶다고).{0,24}$|(?:부탁|요구|의심|인정|항의|호소)[했하한함].{0,6}$"
    rf"|(?:[{PAST}]다|자|적이 없다)고 ?(?:먼저 )?(?:했|하였|함|말[했하함]|제안)[^ ]{{0,4}}$"
)
"""What a line reports in the verbs of one who wants something or tells of his own doing."""

_BETWEEN: Final = re.compile(r"(?:[가-힣](?:면|고|며|뒤|후)(?:에)?|[어아여해돼워와려]도|더라도),? ")
"""What may bring another subject: 고객이 서명하면 조사원에게 넘기기로 했다."""

_BEFORE: Final = re.compile(r"^.*(?<!감)(?:[가-힣]면|경우에?|[는한된온난] (?:대로|뒤에?|후에?)),? ")
"""What has to be done first, by whichever side."""

_HONOURS: Final = re.compile(
    r"(?<![이되])(?<![있없맞]으)"
    r"(?:시(?:면|고|는|기|지|거|려|죠|길|던|라|니|나)|셔|셨|신(?:가|데)|세요)"
    r"|실 (?:수|거|때|필요|건|분)|십시오|십니"
)
"""A verb of the one who is spoken to, and not 대상이신데, 환불이 되세요, 있으시면."""

_GIVES: Final = re.compile(r"드[리릴렸려립림]")
"""A verb of the speaker's for the one who is spoken to."""

_GIVING: Final = re.compile(r"^.*테니까?")
"""What the agent does for what is then asked of the customer: 보내 드릴 테니 서명해 주세요."""

_ANOTHER: Final = re.compile(
    r"(?<!고객)(?<!회원)님(?:이|께서) |(?:[과팀사부원점소]장|기사|교수|의사|주임|대리)님 "
)
"""A third one is honoured: 변호사님이 나가시니까."""

_WE: Final = re.compile(r"저희(?:가|는|도|에서)")

_OWN: Final = re.compile(r"(?<!알)겠습니다|[가-힣]게요|했습니다")

_ASKS_OF: Final = re.compile(r"주[세시실]|줘|달라|부탁|주이소|줄 ?수")
"""What a customer wants of the agent."""

_PLEASE: Final = re.compile(r"주[세실]")
"""What either side asks of the other where nothing says who speaks."""

_INTRODUCES: Final = re.compile(r"(?:입니다|이에요|예요)[. ]*$")

_HELD: Final = 0.2
"""Of a clause's letters, that the other side's words must hold."""

_RATHER: Final = 0.7
"""How much of that what the own side does may hold at most."""

_RATHER_SAID: Final = 0.5
"""The same of what the own side says."""

_VERB: Final = 0.15
"""What the last word counts besides: it is the verb of what is promised."""

_SAME_VERB: Final = 1.3
"""How much more what the own side does counts in the same verb: 전화하기로 of 전화드릴게요."""

_EITHER: Final = "either"


class Run(NamedTuple):
    """Clauses of a spoken sentence in which one side acts.

    Attributes:
        speaker: of them.
        doer: ``agent``, ``customer``, ``either``, or empty where nobody knows who speaks.
        text: of the clauses.
        is_told: no form says who acts, and the speaker may only tell something.
    """

    speaker: str
    doer: str
    text: str
    is_told: bool


def runs_of(spoken: Spoken) -> Iterator[Run]:
    """Yield a call's sentences, cut where another side acts."""
    for sentence in sentences_of(spoken):
        speaker = spoken.speaker_of(sentence[0])
        doer = text = ""
        # A clause with no sign of its own is of the one who does what comes next.
        for piece in reversed(sentence):
            said = spoken.text_of(piece)
            own = _acts(speaker, said)
            if own and doer and own != doer:
                yield Run(speaker, doer, text, is_told=False)
                doer, text = own, said
            else:
                doer, text = doer or own, f"{said} {text}"
        nobody = "" if speaker == "unknown" else speaker
        yield Run(speaker, doer or nobody, text, is_told=not doer)


def _acts(speaker: str, said: str) -> str:
    """Return which side acts in a clause by its form, or nothing."""
    if speaker == "customer":
        return "agent" if _ASKS_OF.search(said) else "customer" if _OWN.search(said) else ""
    said = _GIVING.sub("", said)
    if _ANOTHER.search(said):
        return ""
    if _GIVES.search(said) or _WE.search(said):
        return _EITHER if _HONOURS.search(said) else "agent"
    if _HONOURS.search(said):
        return _EITHER if speaker != "agent" and _PLEASE.search(said) else "customer"
    if not _OWN.search(said):
        return ""
    return "agent" if speaker == "agent" else _EITHER


class Deeds:
    """What each side of a call says and does."""

    def __init__(self, spoken: Spoken) -> None:
        self._runs = list(runs_of(spoken))
        self._index = Likeness([run.text for run in self._runs])

    def are_swapped(self, field: str, clause: str) -> bool:
        """Return whether a clause of the agent's or the result's line is of the other side."""
        named = sorted(
            [(match.start(), "agent") for match in _AGENT.finditer(clause)]
            + [(match.start(), "customer") for match in _CUSTOMER.finditer(clause)]
        )
        start, side = named[-1] if named else (0, "agent" if field == "agent" else "")
        if not side or _are_both_named(clause, named):
            return False
        if commits := _COMMITS.search(clause, start):
            if side == "customer" and _BETWEEN.search(clause, start, commits.start()):
                return False
            core = _BEFORE.sub("", clause[: commits.start()])
            return self._is_by_another(field, side, _without_sides(core))
        said = _SAYS.search(clause)
        if side != "agent" or said is None:
            return False
        return self._is_said(_without_sides(clause[: said.start()]))

    def _is_by_another(self, field: str, side: str, core: str) -> bool:
        """Return whether the other side does what a clause of a line has a side promise.

        What a customer only tells may be what the agent's line promises, and no result.
        """
        other = "customer" if side == "agent" else "agent"
        theirs = own = 0.0
        words = core.split()
        verb = self._index.shares(letters(words[-1])) if words else {}
        for run, place, share in self._shares(core):
            held = share + _VERB * verb.get(place, 0.0)
            # What an agent only tells is done by nobody.
            does = verb.get(place, 0.0) > 0.0 and not run.is_told
            tells = other == "customer" and not (field == "result" and run.is_told)
            if run.doer == other and (does or tells):
                theirs = max(theirs, held)
            if run.doer in {side, _EITHER, ""} or (side == run.speaker == "customer"):
                own = max(own, held * (_SAME_VERB if run.doer == side and verb.get(place) else 1.0))
        return theirs >= _HELD and own <= _RATHER * theirs

    def _is_said(self, core: str) -> bool:
        """Return whether the customer says what a clause has the agent say."""
        theirs = own = 0.0
        for run, _, share in self._shares(core):
            if run.speaker != "customer":
                own = max(own, share)
            elif not is_question(run.text.strip()):
                theirs = max(theirs, share)
        return theirs >= _HELD and own <= _RATHER_SAID * theirs

    def _shares(self, core: str) -> Iterator[tuple[Run, int, float]]:
        """Yield the runs that hold letters of a clause, with their place and the share."""
        for place, share in self._index.shares(letters(core)).items():
            run = self._runs[place]
            if not _INTRODUCES.search(run.text):
                yield run, place, share


def _are_both_named(clause: str, named: Sequence[tuple[int, str]]) -> bool:
    """Return whether two sides are named in a breath: 고객이 번호는 직원이 올 때 주기로."""
    return any(
        side != named[-1][1] and _BETWEEN.search(clause, at, named[-1][0]) is None
        for at, side in named
    )


def _without_sides(text: str) -> str:
    return _SIDES.sub("", _AGENT.sub("", _CUSTOMER.sub("", text)))
