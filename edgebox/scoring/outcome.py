"""Whether a result says how a call ended, in words of the call or in others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.korean import numbers_in
from edgebox.language.things import things
from edgebox.language.words import content_words
from edgebox.reading.sentences import split_sentences
from edgebox.scoring.granting import declined
from edgebox.scoring.heard import heard_of
from edgebox.scoring.predicates import key_of, parts_of
from edgebox.scoring.stances import denies

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.evidence import Source
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances

_GOES_ON: Final = re.compile(r"(?:그냥|계속|그대로)[^.]{0,16}기로 ?(?:했|하|함)")

_OF_THE_CALL: Final = re.compile(
    r"(?:문의|요청|안내|설명|확인)(?:[함됨]|했|하였|됐|되었)[가-힣.]*$"
)

_WHOLLY: Final = 0.9
"""Support of a short result, each word of which the call holds."""


_SETTLES: Final = re.compile(
    r"기로 ?(?:했|하|함)|받아들여지지|[않못](?:았|했|은 상태)|미[뤄뤘]|달려 있"
    r"|(?:접수|처리|예약|변경|확정|완료|취소|연기|포기|보류|거절|불가|등록|발급|교체|환불|예정)"
    r"(?:[됐돼했함됨하]|되[었어]|이[며다]|임|해|[.]?$)"
)
"""What a result that tells of an ending holds."""

_WORDS_HELD: Final = 3
_SHARE_HELD: Final = 0.4
"""Words of a result that the call has anywhere, and their share: with less it is empty, or of
another call."""


def tells_of_an_ending(made: Iterable[Statement]) -> bool:
    """Return whether a result of several parts says in words of the call what was settled.

    For one that tells of several requests, of which some were settled early, or in other words.
    """
    results = [one for one in made if one.field == "result"]
    if len(results) < 2:
        return False
    items = [item for one in results for item in one.items]
    held = sum(bool(item.where) for item in items)
    if held < _WORDS_HELD or held < _SHARE_HELD * len(items):
        return False
    return any(_SETTLES.search(_OF_THE_CALL.sub("", one.text)) for one in results)


def tells_what_was_done(made: Iterable[Statement], stances: Stances, on: dt.date | None) -> bool:
    """Return whether a result says in the call's words what the agent did and nobody denies.

    For a short one (회원권 정지 처리 완료), of which only the verb is in the call's last part, and
    for what a customer says in words of all calls (그냥 쓸게요).
    """
    for one in (one for one in made if one.field == "result"):
        if _GOES_ON.search(one.text) and declined(stances):
            return True
        held = [item for item in one.items if item.where]
        if one.support < _WHOLLY or len(held) < 2:
            continue
        for part in parts_of(one, stances.spoken, on):
            found = [item for item in part.items if item.where]
            told = not (denies(part.text) or _OF_THE_CALL.search(part.text))
            key = key_of(part, found) if told else None
            if key and heard_of(key, [i for i in found if i is not key], stances).settled:
                return True
    return False


_MANY: Final = 5
"""Words and figures of the call in a result, with which it is of this call's matter."""

_OF_THE_END: Final = 0.15
"""What a result of so many must have of the call's last part."""

_NOT_DONE: Final = re.compile(
    r"(?:[지치](?:는|도|를)? ?(?:않|못)|[이가은] 아니|아님)[가-힣]{0,4}"
    r"(?: 것?으로 [가-힣]+|기로 [가-힣]+)?[. ]*$|없이 "
)
"""The end of what was not done, or goes on without."""

_WAS_DONE: Final = re.compile(r"(?:접수|완료|예약|확정|등록|처리)(?:[됐됨]|되었)[가-힣]{0,3}[. ]*$")


def names_the_matter(made: Iterable[Statement], outcome: float) -> bool:
    """Return whether a result tells in words of the call what was done, or was not.

    Args:
        made: the statements of a record.
        outcome: how far its result has the words of the call's last part, 0 to 1.

    What is not done (위약금은 부과되지 않음) a call says in other words than a record, and hardly
    at its end; whether it is true is asked elsewhere.
    """
    results = [one for one in made if one.field == "result"]
    items = [item for one in results for item in one.items]
    held = sum(bool(item.where) for item in items)
    if held >= _MANY and outcome >= _OF_THE_END:
        return True
    if held and any(_NOT_DONE.search(one.text) for one in results):
        return True
    return 1 < held == len(items) and any(_WAS_DONE.search(one.text) for one in results)


_CLOSED: Final = re.compile(
    r"(?:(?:고|여|며|[한은]? ?뒤에?|후에?|,|^)\s*)?"
    r"(?:(?:상담|통화|전화|문의|민원|대화|연결)[을를이가은는]?\s*)?(?:모두|잘|원만히|무사히)?\s*"
    r"(?:종료|종결|마무리|끝|끊|마[침쳤치])[가-힣]*\s*(?:함|됨)?[.!]?\s*$"
)
"""What tells that the call ended, behind what it says of the matter."""

_OF_THE_TALK: Final = re.compile(
    r"^(?:상담|통화|전화|문의|민원|대화|연결|응대|친절|원만|인사|감사|만족|이해|궁금|해소|듣|들[어은]"
    r"|이야기|얘기|양측|쌍방|질의|답을|나[누눠눴눔]|주고받|서로|말[을이]|주[고며]"
    r"|고맙|수긍|경청|공감|자세|성실|도움|드[림리렸]|불[만편]|설명|답변|수고|사항|절차|내용|관련|고객|직원|담당"
    r"|점[이을]|별다른|특별)"
)
"""Words of what people do in any call, which is no ending of this one."""

_REPORTS: Final = re.compile(
    r"(?:문의|상담|안내|설명|답변|응대|요청|희망|요구|질문|[원바]라?)[를을에이가]?\s*"
    r"(?:[함됨들]|(?:[했하됐되드]|진행)[가-힣 ]{0,6}|완료[가-힣 ]{0,4}|받(?:[음았][가-힣]{0,4})?"
    r"|들(?:음|었[가-힣]{0,4})|건|중)?[.]?\s*$"
)
"""The end of a clause that only reports that something was asked or explained."""

_CONTENT: Final = re.compile(
    r"(?:[다라자냐]|[는은을]지)(?:고|며|는)?(?= )|도록|음을|기로|[할될]지|수 ?[있없]|가능|불가"
    r"|[않못없]"
)
"""What the reported clause holds where it tells something."""


_FOLLOWS: Final = 0.72
"""Share of what the other two lines name, from which a record keeps to the call's words."""

_NONE: Final = 0.1
"""The same, to which a record is of another call. Free words of this one were 0.29 at least."""

_ENOUGH: Final = 4
"""Words of the other two lines at least, to tell whose words a record has."""

_OF_ANOTHER: Final = 0.25
"""Share of the things that a result names, of which the call of an ending holds as much."""

_THINGS: Final = 3
"""Things that a result names at least, to be told for that of another call."""


def is_in_free_words(made: Iterable[Statement], source: Source) -> bool:
    """Return whether a record tells its call in other words than the call's, in all its lines.

    As a colleague does. A result with few words of the call in a record that is else in them is
    not of this call, nor is one in a record that has next to none of them.
    """
    items = [item for one in made if one.field != "result" for item in one.items if item.word]
    held = sum(max(source.holds(item.word), *item.where.values(), 0.0) for item in items)
    return len(items) < _ENOUGH or _NONE * len(items) <= held < _FOLLOWS * len(items)


def is_of_another_call(made: Iterable[Statement], source: Source, spoken: Spoken) -> bool:
    """Return whether a result names several things, and the call speaks of next to none."""
    named = [thing for one in made if one.field == "result" for thing in things(one.text)]
    held = (max(source.holds(thing), *spoken.where(thing).values(), 0.0) for thing in named)
    return len(named) >= _THINGS and sum(held) < _OF_ANOTHER * len(named)


_AGREED: Final = re.compile(r"기로|접수[가를]? ?(?:[됐돼됨했함]|되[었어]|하였|완료)")
"""What tells of an outcome though all its words are of any call: 다시 전화하기로 함."""


def tells_an_act(result: str) -> bool:
    """Return whether a result tells what was done, agreed on or left about the matter.

    In whatever words: whether it is true is asked elsewhere. Only talk about the talk is none
    (문의에 친절하게 응대하고 통화를 마침), nor that something was asked or explained.
    """
    return any(_tells(result[start:end]) for start, end in split_sentences(result))


def _tells(sentence: str) -> bool:
    rest = _CLOSED.sub("", sentence.strip())
    if _AGREED.search(rest):
        return True
    words = [word for word in content_words(rest) if not _OF_THE_TALK.match(word)]
    if not words and not numbers_in(rest):
        return False
    report = _REPORTS.search(rest)
    return report is None or _CONTENT.search(rest[: report.start()]) is not None
