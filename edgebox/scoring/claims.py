"""What a part of a record claims or denies, and of which predicate, by its form alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.syllables import PAST, N, ending_in
from edgebox.scoring.beside import is_beside
from edgebox.scoring.predicates import LIGHT, SAME_FORM, key_of
from edgebox.scoring.stances import ABSENT, NEGATION, PREDICATE, TWICE
from edgebox.scoring.whether import ASKS_WHETHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.alignment import Item
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stances

NO_CLAIM: Final = re.compile(
    r"거[절부](?:해|하)|[을를] ?(?:설명|안내|문의|질문|요청|권|당부|확인)[했하]"
    r"|(?:(?<![가-힣])정하|정해지|(?:결|확)정[하되])지 ?(?:않|못)"
    r"|문제[가는도]? ?(?:안|없|되지 ?않)|[이가] 아니라 "
    r"|(?:제시|제안|권유)[했하]|도록 ?(?:안내|설명|당부|요청)"
    r"|(?:안내|문의|요청|설명|제안)[.]?$|(?<!감)면,?$|경우,?$|려면,?$|지 ?못해,?$"
    r"|아직"
    rf"|{ASKS_WHETHER}|(?<![음함됨임능가고라]) (?:안내|설명|고지|공지)(?:[했하되됐드])"
)
"""A part that says nothing for or against its predicate: it only names a thing, or a condition;
3cm가 안 되어 is less than, 찾지 못해 a reason, for which a call has other words (분실), and what is
not yet so may become so."""

_NO_DENIAL: Final = re.compile(
    r"[\d일시달주년분][^ ]{0,4}[이가도]? 안 [되돼지]|(?:못|안) [가-힣]{1,4} 수 ?있"
    r"|(?<![가-힣])(?:이날|이번에|당장|바로)(?:은|는|도)? .{0,40}[지안못불]"
)
"""The same of a part that denies."""

ASKS_NOT_TO: Final = re.compile(r"지 ?않(?:게|도록) (?!.*(?:않|못|불가))|지 ?말(?:아 ?달|)라고")
"""What is asked for, or what for: 쓰지 말라고 했고, 모자라지 않게. It denies nothing."""

_LOSS: Final = re.compile(
    r"마감|매진|만석|만실|품절|소진|빠[졌지]|사라|없어[졌지]|소멸|끊|막|멈|늦|떨어|풀[렸리]|줄[었어이인]"
)
"""An affirmation that a call may well make with a negation: 할인이 빠졌다, 오전은 마감됐다."""

_IN_N: Final = ending_in(N)
"""The syllables that end in ㄴ: a verb's present, 준다."""

_CLAIMS: Final = re.compile(
    rf"(?:[{PAST}](?:습니다|고|으며|으나|다|지만)|기로 ?(?:했|하|해)|완료|받았"
    rf"|되었|하였|[{_IN_N}]다(?=[., ]*$)|(?<!면 )됩니다|합니다|수 있|가능|겠(?:다|습니다)"
    r"|(?:[하되주내두]|넣어|빼|보내|옮기)(?:고|며)[, ]*$|대상이)"
)
"""A part that tells of something that was settled, or that can be."""

_ENDING: Final = 14
"""Characters at a part's end that hold what it claims."""

REQUIRES: Final = re.compile(
    r"[가-힣](?:(?<![감대화측전방표정도지수])면|야|더라도|지 않는 한),? |없이는 "
)
"""A denial under a condition: a call rather says what is needed (심사를 하셔야 됩니다)."""

_DEPENDS: Final = re.compile(
    r"[가-힣](?:[어아여해돼와워려]야(?:만|지만)?|(?<![감대화측전방표정도지수])면),? "
)
"""An affirmation under a condition: a call may well say what happens without it."""

_IS_NEEDED: Final = re.compile(r"[가-힣]야 ?(?:한|합|하|할|해|된|됩|되|될|돼)")
"""An affirmation of what must be, which is no opposite of what cannot be done."""

WHOLE: Final = re.compile(r"전액|전부|모두 다|완전히")
"""A denial of the whole leaves a part: 전액 감면은 거절됐으나 14만 원이 감면됐다."""

_SHORT: Final = 3
"""Characters behind a word, up to what makes it a claim or a denial, in which no other predicate
has room."""

_OPEN: Final = re.compile(
    r"[가개거게고과구기나내너네다대도두드디마모무미바배보부비사서세쉬쓰씨"
    r"아애어오와우위유이자재저제주지차채추치카켜코크타터토트파펴포푸피하해]지"
)
"""내지, 보지: their stems stand in any other word."""


def says_nothing(text: str, *, against: bool) -> bool:
    """Return whether a part says nothing for or against its predicate."""
    return bool(NO_CLAIM.search(text) or (against and _NO_DENIAL.search(text)))


def claims(text: str, key: Item, *, against: bool) -> bool:
    """Return whether a part claims that something was settled, or denies it, and once."""
    if TWICE.search(text) or says_nothing(text, against=against):
        return False
    if against:
        limited = REQUIRES.search(text) or WHOLE.search(text)
        return bool(NEGATION.search(text[-PREDICATE:]) and not limited)
    ending = text[-_ENDING:]
    absent = ABSENT.search(text.replace(key.word, ""))
    return bool(
        _CLAIMS.search(ending)
        and not absent
        and not _LOSS.search(ending)
        and not _DEPENDS.search(text)
        and not _IS_NEEDED.search(ending)
    )


def predicate_of_part(part: Part, stances: Stances) -> Item | None:
    """Return the word of a part that it claims or denies, or None; of 보내지 않기로 it is 보내."""
    key = key_of(part, [item for item in part.items if item.where])
    if key is None or not key.word.endswith("지") or f"{key.word} " not in part.text:
        return key
    if _OPEN.fullmatch(key.word):
        return key
    return key._replace(where=stances.spoken.where(key.word[:-1]))


def is_predicate(text: str, key: Item, items: Sequence[Item], *, against: bool) -> bool:
    """Return whether the word that the call holds is what the part claims or denies."""
    sign = [*(NEGATION if against else _CLAIMS).finditer(text)][-1]
    at = text.rfind(key.word, 0, sign.end())
    unsaid = any(i.word.endswith("지") and f"{i.word} " in text for i in items if not i.where)
    if against and unsaid and max(key.where.values()) < SAME_FORM:
        return False
    between = text[at + len(key.word) : sign.start()].replace(" ", "")
    if not against and is_beside(key.word, f"{between}{sign[0]}"):
        return False
    return len(between) <= _SHORT or LIGHT.search(between) is not None
