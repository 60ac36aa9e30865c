"""Requests and decisions of the customer that a record denies, against the customer's own words.

A customer's line tells what was asked, wanted and decided. A denial of it (재발급은 요청하지
않음, 연장은 원치 않는다고 함) is wrong where the customer asks for it, or the agent does it, and
the customer turns nothing of it down afterwards. What the agent refuses bears out no such denial.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.customers import Thing, done, shares_of, turns_down, wants
from edgebox.scoring.places import Places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.scoring.predicates import Part
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances

_NOT: Final = r"지(?:는|도|를)? ?(?:않|못)(?!.{0,8}(?:다고|다며|다는|다면서|기로|은지|는지|느냐))"
_NOT_DONE: Final = (
    rf"(?:[을를은는도이가]|까지|까지는)? ?(?:(?:하|드리|되)?{_NOT}|치 ?않"
    r"|안 ?(?:했|하[고며였])|(?:한|하신|했던) (?:적|바|일)[은는이도]? ?없)"
)

_ASKED: Final = re.compile(
    rf"(?:(?:문의|질문|항의|호소|지적|이의 ?제기|(?<=이의를 )제기|토로){_NOT_DONE}"
    rf"|(?:묻|물어 ?보|궁금해하|따지){_NOT}|안 ?물(?:어 ?[봤보]|었)).{{0,14}}$"
)
"""A denial that the customer asked, or complained."""

_DEMANDED: Final = re.compile(
    rf"(?:(?:요청|요구|부탁|신고|의뢰|주장|희망|당부|재촉|약속){_NOT_DONE}"
    r"|(?:달라|[다라자])고(?:는|도|까지는)? ?(?:요청|요구|부탁|말)?"
    r"(?:하지(?:는|도)? ?않|안 ?(?:했|하[고며])))"
    r".{0,14}$"
)
"""A denial that the customer demanded something."""

_WANTED: Final = re.compile(
    rf"(?:(?:신청|선택|동의|예약|접수|수락){_NOT_DONE}"
    r"|(?:원|바라|희망|요청|요구|신청|선택|동의|응|받아들이|고르)(?:하)?[지치](?:는|도)? ?않"
    r"|지(?:는|도)? ?않겠다|(?<![가-힣])안 ?[가-힣]{1,3}겠다|싶지(?:는|도)? ?않"
    r"|(?:필요|생각|뜻|의향|의사)[은는이가도]? ?없"
    r"|지(?:는|도)? ?(?:말아|않아도|않기로)|사양|마다[하했]|물리[치쳤]|단념|거두어|됐다고"
    r"|(?<=[을를은는도이]) ?거부(?:했|하))"
    r"(?!.{0,6}[는은]지).{0,14}$"
)
"""A denial of what the customer wants or decides."""

_BEFORE: Final = re.compile(
    r"(?:[듣받]고|[은른린된한] [뒤후]에?도?|[하되으없]나|지만|지 않자|[하되으]며|면서도?|[됐했]고"
    r"|문의|항의|,) *(?![가-힣]*[지치] ?않)"
)
"""Where what stands before a denied act ends."""

_REASON: Final = re.compile(r"(?:[가-힣](?:[아어여해돼려내와져워]서|니까?|므로)|때문에),? ")
"""Where the reason of a denied act ends, which is not what it is about."""

_OBJECT: Final = 4
"""Words before a denied act that say what it is about."""

_SAID: Final = 0.4
"""Share of an object's weight that the call must hold anywhere."""

_SPOKEN_OF: Final = 0.2
"""Share of a denied act's object that must stand around some utterance, to be asked about there."""

_ASKED_FOR: Final = 0.5
"""The same around what asks for it."""

_BESIDE: Final = 0.6
"""Of the best share: utterances this near to it speak of the same."""

_OTHERS: Final = frozenset(
    {
        *("고객", "상담사", "상담원", "직원", "회원", "보호자", "이용자"),
        *("문의", "요청", "가능", "여부", "관련", "대해서"),
    }
)


def denied_wish(part: Part, stances: Stances) -> bool:
    """Return whether a part of the customer's line denies what the customer asks for."""
    spoken = stances.spoken
    for form, test in ((_ASKED, _is_asked), (_DEMANDED, _is_demanded), (_WANTED, _is_wanted)):
        found = form.search(part.text)
        if found is None:
            continue
        about = _object(part, found.start(), spoken)
        return bool(about.around) and test(about, stances)
    return False


def _object(part: Part, end: int, spoken: Spoken) -> Thing:
    """Return the last words and numbers of a part before a denied act."""
    begin = max((match.end() for match in _BEFORE.finditer(part.text, 0, end)), default=0)
    if not any(part.text.find(item.word, begin, end) >= 0 for item in part.items if item.word):
        begin = 0
    begin = max((match.end() for match in _REASON.finditer(part.text, 0, end)), default=begin)
    before = part.text[:end]
    placed = []
    for item in part.items:
        at = item.number.start if item.number else before.rfind(item.word)
        if begin <= at < end and item.word not in _OTHERS:
            placed.append((at, item))
    placed.sort(key=lambda pair: pair[0])
    items = [item for _, item in placed[-_OBJECT:]]
    return Thing(items, [Places(item, spoken) for item in items])


def _is_asked(about: Thing, stances: Stances) -> bool:
    """Return whether the customer speaks of an object at all."""
    said = sum(item.weight for item in about.items if item.where)
    if said < _SAID * sum(item.weight for item in about.items):
        return False
    return max(shares_of(about, stances).values(), default=0.0) >= _SPOKEN_OF


def _is_demanded(about: Thing, stances: Stances) -> bool:
    """Return whether the customer speaks of an object, and turns it down nowhere.

    Hardly a record tells what nobody demanded, but where it was turned down.
    """
    shares = shares_of(about, stances)
    best = max(shares.values(), default=0.0)
    return best >= _SPOKEN_OF and not _is_turned_down(about, shares, best, stances)


def _is_wanted(about: Thing, stances: Stances) -> bool:
    """Return whether the customer asks for an object, and turns it down nowhere."""
    if not any(item.where for item in about.items):
        return False
    shares = shares_of(about, stances)
    wanted = [share for n, share in shares.items() if wants(n, stances)]
    best = max([*wanted, done(about, stances)])
    if best < _ASKED_FOR:
        return False
    return not _is_turned_down(about, shares, best, stances)


def _is_turned_down(
    about: Thing, shares: Mapping[int, float], best: float, stances: Stances
) -> bool:
    """Return whether the customer turns an object down near where it is spoken of most."""
    return any(
        share >= _BESIDE * best and turns_down(number, about, stances)
        for number, share in shares.items()
    )
