"""Whether a statement denies what the call affirms, or affirms what the call denies.

Each part of the agent's or the result's line is compared with the spoken clauses that hold its
predicate. A part is wrong only if the clause that decides the matter last has the opposite sign.
Where the call does not hold the predicate, nothing is known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeGuard

from edgebox.language.syllables import PAST
from edgebox.scoring.affirmed import DECIDED_AGAINST, SURE, UNDISPUTED, affirms
from edgebox.scoring.another_day import is_done_another_day, is_of_another_day
from edgebox.scoring.balance import tilts_against
from edgebox.scoring.beside import is_conceded
from edgebox.scoring.burden import is_borne_out
from edgebox.scoring.called_off import NOT_TURNED_DOWN, was_not_called_off, was_turned_down
from edgebox.scoring.claims import (
    ASKS_NOT_TO,
    NO_CLAIM,
    REQUIRES,
    WHOLE,
    claims,
    is_predicate,
    predicate_of_part,
    says_nothing,
)
from edgebox.scoring.denied import is_of_something_else
from edgebox.scoring.granting import granted
from edgebox.scoring.happened import denied_event
from edgebox.scoring.heard import DECIDES, Heard, heard_of
from edgebox.scoring.kept import is_kept, is_under_the_same
from edgebox.scoring.lacking import is_lacking
from edgebox.scoring.later import is_followed_up, is_left_out, is_put_off
from edgebox.scoring.only import goes_beyond
from edgebox.scoring.opposed import is_opposed
from edgebox.scoring.predicates import LIGHT, Part, near, parts_of, words_beside
from edgebox.scoring.settlement import unsettled
from edgebox.scoring.sides import other_side
from edgebox.scoring.stances import NEGATION, PREDICATE, TURNED_DOWN, TWICE, denies
from edgebox.scoring.staying import is_changed
from edgebox.scoring.swapped import of_the_agent
from edgebox.scoring.undenied import is_denied_by_nobody
from edgebox.scoring.undone import denies_the_call, is_left_undone, is_unfinished
from edgebox.scoring.whether import settled_whether
from edgebox.scoring.wishes import denied_wish

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from edgebox.scoring.alignment import Item, Statement
    from edgebox.scoring.stances import Stances

_SETTLED_AGAINST: Final = re.compile(
    rf"(?:지(?:는|도|를)? ?(?:않|못)(?:[{PAST}]|기로|습니다|는다고|음)|지 ?못하[고며는]"
    rf"|(?<![가-힣])(?:안|못) ?[가-힣]{{1,4}}(?:[{PAST}]|기로|다고)"
    rf"|(?:{TURNED_DOWN})[가-힣]{{0,3}}(?:[{PAST}]|되어|다고|로)"
    r"|대상이? ?아니라고|(?:어렵|못한|안 ?된)다고).{0,14}$"
)
"""A denial of something that a call settles: no reason or condition, and not of what is needless,
not there or not possible, for which a call has words without a denial (그냥 오세요)."""

_UNDER: Final = re.compile(r"(?:(?<!감)면|경우에?는?|어야|아야|해야|돼야),?$")
"""A part that is the condition of the next one."""

_LEFT_UNDONE: Final = re.compile(r"하지 ?않(?!기로)")
"""A denial of what was done, which is true of what could have been done."""

_CANNOT: Final = re.compile(r"수[가는도]? ?없|불가")
"""A denial of what could be, which nothing that was done beside it contradicts."""

_REPORTED: Final = re.compile(
    r"(?<=[다라])(?:고 ?(?:안내|설명|답|말|했|하[고며]|알|전[했하]|약속)"
    r"|는 (?:답|안내|설명|말)[을를]? ?(?:들|받|했)).*$"
    r"|(?<=[음함됨임능])(?:을|이라고|라고)? (?:안내|설명|고지|답|알)[가-힣]*[., ]*$"
)
"""What follows a claim that is reported."""

_REPORT: Final = re.compile(r"[다라자]고 (?:안내|설명|답|말|전|알)")
"""A part that reports what was said in the call, and not how it ended."""

_AFTER: Final = re.compile(r"[가-힣] (?:뒤|후|이후|다음)(?:에|,| )|[하되으]면 |까지 ")
"""A claim of what is settled later."""

_ONLY: Final = re.compile(r"(?:[가-힣](?<!지)만|(?:으로|로|에서|에게)만)(?:은|이)? (?!원)")
"""A claim that others are refused bears out: 본인 명의 계좌로만 지급되며."""

_AGAIN: Final = re.compile(r"(?<![가-힣])(?:다시|새로) ")
"""A claim of what is done once more, which is not what was withdrawn or refused before it."""

_CONCEDES: Final = re.compile(r"(?:지만|으나|나|다가|는데),?$")
_TAKEN_BACK: Final = re.compile(r"[다라]고 ?(?:안내|설명|말)?(?:했|하였)(?:다가|으나|지만)")
"""A denial that a record takes back: 안 된다고 했다가 돌려주기로 했습니다."""

_IF_NOT: Final = re.compile(r"(?:않|없)으면 ")

_BORNE_BY_CUSTOMER: Final = re.compile(r"(?:고객|본인|자비)[가-힣]{0,3} (?:부담|지불|납부|내)")

_OUR_SIDE: Final = re.compile("저희|회사|본사|센터|업체")

_ANY_VERB: Final = re.compile(r"[가오보내주받하되]기")
"""가기로, 보기로: verbs of any sentence."""

_TURNED: Final = 0.15
"""What a refusal in other words must hold where nobody affirms the predicate anywhere."""


def faults(
    made: Sequence[Statement], stances: Stances, on: dt.date | None
) -> Iterator[tuple[str, str]]:
    """Yield (part, flag) of the three lines, of the customer's of what it denies.

    The flags are ``polarity``, ``conditional`` and ``speakers_swapped``.
    """
    spoken = stances.spoken
    said = {"agent": "", "result": ""}
    before: Part | None = None
    field = ""
    for statement in made:
        if statement.field == "customer":
            yield from _faults_of_customer(statement, stances, on)
            continue
        for part in parts_of(statement, spoken, on):
            condition = before if statement.field == field else None
            if condition is not None and not _UNDER.search(condition.text):
                condition = None
            before, field = part, statement.field
            about = near(part, stances)
            said[statement.field] += f"{part.text} "
            if other_side(said[statement.field], statement, part, about, stances):
                yield part.text, "speakers_swapped"
            if _contradicted(part, condition, stances) or is_opposed(part, statement, stances):
                yield part.text, "polarity"
            elif condition:
                continue
            elif unsettled(part, statement, about, stances) or settled_whether(part.text, stances):
                yield part.text, "conditional"


def _faults_of_customer(
    statement: Statement, stances: Stances, on: dt.date | None
) -> Iterator[tuple[str, str]]:
    """Yield (part, flag) of a statement of the customer's line."""
    if of_the_agent(statement, stances):
        yield statement.text, "speakers_swapped"
    for part in parts_of(statement, stances.spoken, on):
        if ASKS_NOT_TO.search(part.text):
            continue
        if denied_wish(part, stances) or denied_event(part, stances):
            yield part.text, "polarity"


def _contradicted(part: Part, condition: Part | None, stances: Stances) -> bool:
    """Return whether the call settles the opposite of what a part claims under a condition."""
    asks = ASKS_NOT_TO.search(part.text)
    if not asks and denies_the_call(part, stances):
        return True
    undone = is_left_undone(part, stances) or is_unfinished(part, stances)
    if asks or undone or _TAKEN_BACK.search(part.text):
        return False
    text = _REPORTED.sub("", part.text)
    if double := NOT_TURNED_DOWN.search(text):
        return was_turned_down(part, text[: double.start()], stances)
    key = predicate_of_part(part, stances)
    if denies(text):
        return _denies_wrongly(part, text, key, condition, stances)
    if was_not_called_off(part, text, stances) or _is_not_kept(part, text, stances):
        return True
    return _is_telling(key) and _is_refused(part, text, key, stances)


def _denies_wrongly(
    part: Part, text: str, key: Item | None, condition: Part | None, stances: Stances
) -> bool:
    """Return whether the call affirms what a part denies.

    Args:
        part: with the denial.
        text: its text without the report around it.
        key: its predicate, if the call holds it.
        condition: the part before it, if that is its condition.
        stances: of the call.
    """
    elsewhere = key is not None and is_done_another_day(key, part, stances)
    told = condition is not None and is_under_the_same(condition, part, stances)
    if elsewhere or told or is_kept(text, stances):
        return False
    affirmed = _is_telling(key) and _is_denied(part, text, key, stances)
    named_only = NO_CLAIM.search(text) is not None
    tilts = tilts_against(part, text, key, stances, affirmed=affirmed, named_only=named_only)
    if tilts is not None:
        return tilts
    return (
        affirmed or _denies_alone(part, text, key, stances) or _is_made_up(part, text, key, stances)
    )


def _is_telling(key: Item | None) -> TypeGuard[Item]:
    """Return whether the call holds a predicate, and it is no verb of any sentence."""
    return key is not None and not _ANY_VERB.fullmatch(key.word)


def _is_not_kept(part: Part, text: str, stances: Stances) -> bool:
    """Return whether the agent changes what a part says was left as it is."""
    items = [item for item in part.items if not LIGHT.fullmatch(item.word)]
    return NO_CLAIM.search(text) is None and is_changed(items, text, stances)


def _is_refused(part: Part, text: str, key: Item, stances: Stances) -> bool:
    """Return whether the call refuses, or leaves undone, what a part affirms of its predicate."""
    if is_lacking(text, key, stances):
        return True
    if not claims(text, key, against=False):
        return False
    if goes_beyond(part, key, stances):
        return True
    conceded = _CONCEDES.search(part.text) and is_conceded(key, stances)
    if conceded or not is_predicate(text, key, part.items, against=False):
        return False
    heard = heard_of(key, words_beside(key, part), stances)
    told = _REPORT.search(part.text) is not None and _was_said(heard)
    waits = text.startswith(f"{key.word}기로") and is_put_off(key, stances)
    affirmed = max(heard.done, heard.stated, heard.possible, heard.chosen) > 0.0
    if told or waits or is_of_something_else(part, text, key, stances, affirmed=affirmed):
        return False
    return _refused(text, key, heard, stances)


def _is_denied(part: Part, text: str, key: Item, stances: Stances) -> bool:
    """Return whether the call affirms what a part denies of its predicate."""
    if not claims(text, key, against=True):
        return False
    if not is_predicate(text, key, part.items, against=True):
        return not _CANNOT.search(text) and granted(part.items, stances)
    others = words_beside(key, part)
    heard = heard_of(key, others, stances)
    if heard == Heard():
        return granted(others, stances)
    if (heard.denied and _CONCEDES.search(part.text)) or is_left_out(key, stances):
        return False
    if _LEFT_UNDONE.search(text) and not is_followed_up(key, stances):
        heard.possible = 0.0
    return affirms(text, heard, stances)


def _was_said(heard: Heard) -> bool:
    """Return whether somebody says what a part reports, whatever was decided later."""
    return max(heard.done, heard.stated, heard.possible) > SURE


def _refused(text: str, key: Item, heard: Heard, stances: Stances) -> bool:
    """Return whether the call refuses what a part affirms."""
    if _ONLY.search(text) or _AGAIN.search(text) or heard.settled:
        return False
    if _BORNE_BY_CUSTOMER.search(text) and _declines_to_bear(key, stances):
        return False
    alone = heard.refused > UNDISPUTED and not (heard.after or heard.chosen)
    never = max(heard.done, heard.stated, heard.possible, heard.chosen) == 0.0
    alone = alone or (never and heard.turned > _TURNED and not _AFTER.search(text))
    if not alone and (heard.refused <= max(SURE, heard.after) or heard.last >= -DECIDES):
        return False
    return not is_of_another_day(key.word, text, stances)


def _declines_to_bear(key: Item, stances: Stances) -> bool:
    """Return whether the agent's side denies a predicate of itself alone: 저희가 부담은 못 해요."""
    denied = [piece for piece in key.where if stances[piece].denies]
    return bool(denied) and all(_OUR_SIDE.search(stances.spoken.text_of(p)) for p in denied)


def _denies_alone(part: Part, text: str, key: Item | None, stances: Stances) -> bool:
    """Return whether a part settles a denial where the call denies nothing."""
    limited = REQUIRES.search(text) or WHOLE.search(text)
    if TWICE.search(text) or says_nothing(text, against=True) or limited:
        return False
    if not _SETTLED_AGAINST.search(part.text):
        return False
    items = [item for item in part.items if not LIGHT.fullmatch(item.word)]
    decided = DECIDED_AGAINST.search(text) is not None
    return not is_borne_out(items, key, stances, decided=decided)


def _is_made_up(part: Part, text: str, key: Item | None, stances: Stances) -> bool:
    """Return whether a part denies what the call affirms without a denial anywhere near it."""
    if TWICE.search(text) or says_nothing(part.text, against=True) or WHOLE.search(text):
        return False
    if not NEGATION.search(text[-PREDICATE:]) or _IF_NOT.search(text):
        return False
    unsaid = any(not i.where and f"{i.word} " in text and i.word.endswith("지") for i in part.items)
    if unsaid or (key and not is_predicate(text, key, part.items, against=True)):
        key = None
    return is_denied_by_nobody(part, key, stances)
