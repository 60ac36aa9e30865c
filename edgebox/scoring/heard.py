"""What a call says of a predicate: whether it is done, refused, wanted or left, and which was last.

How much a clause says about a part of a statement is measured by the part's other words around it.
Questions, wishes and conditions decide nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.scoring.deeds import does, is_possible, mended, says_done
from edgebox.scoring.places import Places, share_of
from edgebox.scoring.predicates import SAME_FORM, denies_another, is_in_a_noun
from edgebox.scoring.stances import ABSENT, ONLY, WAIVED
from edgebox.scoring.taken import to_verb
from edgebox.scoring.topics import is_of_another_topic, predicate_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.alignment import Item
    from edgebox.scoring.stances import Stance, Stances

_FROM_THEN: Final = re.compile(r"(?:다음 ?(?:달|주|번|해)|내년|내일|앞으로|이후)(?:부터)?[는은]")
"""A denial of what comes, not of what was."""

_REQUIRED: Final = re.compile(
    r"야 ?(?:해요|합니다|하세요|하십|돼요|됩니다|되세요|되십)|필요(?:해|하세|하십|합)|필수"
)

FREE: Final = re.compile(rf"무료|무상|공짜|면제|{WAIVED}|(?:가|에서) ?(?:다 |전부 )?부담")

COSTS: Final = re.compile(r"[비료금]$|유[상료]|부과|청구|결제|비용|납부|내[야기]")
"""What 무료 denies. Of anything else it says that it is done."""

_INSTEAD: Final = re.compile(r"대신|그만|없이|미[가-힣]{1,2}|무효")
"""Words that deny what stands before them in the clause."""

WITHDRAWN: Final = re.compile(
    r"(?:철회|취소|보류|중단|제외)[가-힣]{0,2} ?(?:처리|접수|신청)?[를을가로]? ?"
    r"(?:해 ?)?(?:도와 ?)?(?:드[렸릴리렸립]|했|됐|되[셨었]|할게|하겠|하시는 걸|하는 걸)"
    r"|없이 .{0,30}(?:걸로|하겠|드렸|둘게|두겠)"
)
"""Speech that settles that something is not done, in words without a negation."""

LEFT: Final = re.compile(
    r"그대로|원래|유지|놔두|놔둘|(?<![아어해여려겨져내둬])(?<![아어해여려겨져내둬] )두시"
    r"|말고|어렵|힘들|지나|제한|해당|부족|모자라"
    r"|(?:다|꽉) ?[찼차]|매진|마감|품절|만석|만실|만료"
)
"""Words that deny without a negation: nothing changes, a rule is against it, none is left."""

_NAMES_MATTER: Final = re.compile(
    r"문의(?:시|하시|이시|하신|이신|주신)|건이시|말씀이시|때문에 (?:전화|연락)"
    r"|[셨했됐었았]던 ?[거것건]"
)
"""Speech that only says what the call is about (해지 문의시군요), or what was before (됐던 거)."""

_LIMITED: Final = re.compile(
    r"(?:이상|이하|이내|미만)(?:만|은|는|부터)? .{0,12}[돼되됩]|때 [돼되됩]"
    rf"|{ONLY} (?:.{{0,8}}(?:[돼되됩]|가능)|.{{0,16}}수 ?있)"
)
"""Speech that says in which case something can be."""

_COMMITS: Final = re.compile(r"[게께래][요유]|겠습니다|겠어요|[게께래][.!~ ]*$|[은는도] ?됐[고어]")
"""A customer who says so decides."""

_OTHER_WORD: Final = 0.7
"""Degree of a hit in another word for the predicate that may refuse it."""

_CLEAR: Final = 0.55
"""What a clause must hold of a part to refuse it in another word."""

_HINT: Final = 0.5
"""Degree of a hit from which a clause may speak of the predicate."""

_SPECIFIC: Final = 3
_SAYS_ENOUGH: Final = 0.45
"""What a clause holds of a part at least that has a predicate of so many syllables itself."""

_CONTESTS: Final = 0.35
"""What a denial in other words must hold to contest what is done."""

DECIDES: Final = 0.25
"""What a clause must hold of a part to decide the matter."""


class _Hit(NamedTuple):
    """A clause with the predicate: how surely it holds it, and how much it is about the part."""

    piece: int
    degree: float
    value: float


@dataclass(slots=True)
class Heard:
    """What the call says of a part's predicate, each 0 to 1 by how much is about the part.

    Attributes:
        done: the agent does it.
        stated: the agent says that it is so.
        possible: the agent says that it can be, or will be.
        required: the agent says that it must be.
        wanted: the customer speaks of it without a negation.
        chosen: the customer decides for it, and nobody denies it later.
        refused: the agent refuses it, or the customer decides against it.
        turned: the same in other words for it, by a clause that may be about something else.
        denied: anybody denies it in some words.
        after: the agent affirms it after the last refusal, in whatever words.
        last: of the last clause that decides, negative if it denies.
        settled: the agent does the predicate itself, and nobody denies it anywhere.
    """

    done: float = 0.0
    stated: float = 0.0
    possible: float = 0.0
    required: float = 0.0
    wanted: float = 0.0
    chosen: float = 0.0
    refused: float = 0.0
    turned: float = 0.0
    denied: float = 0.0
    after: float = 0.0
    last: float = 0.0
    settled: float = 0.0

    def deny(self, value: float, one: Stance, *, by_customer: bool, refuses: bool) -> None:
        """Take in a clause that denies."""
        self.denied = max(self.denied, value)
        if one.depends:
            return
        if refuses:
            self.refused, self.after = max(self.refused, value), 0.0
        if value > DECIDES and (refuses or (one.denies and not by_customer)):
            self.last, self.chosen = -value, 0.0

    def want(self, value: float, *, commits: bool) -> None:
        """Take in a customer's clause that affirms."""
        self.wanted = max(self.wanted, value)
        if commits:
            self.chosen = value

    def affirm(self, value: float, text: str) -> None:
        """Take in an agent's clause that affirms."""
        self.after = max(self.after, value)
        if _REQUIRED.search(text):
            self.required = max(self.required, value)
        if does(text):
            self.done = max(self.done, value)
        elif _LIMITED.search(text):
            return
        elif is_possible(text):
            self.possible = max(self.possible, value)
        else:
            self.stated = max(self.stated, value)
            return
        if value > DECIDES:
            self.last = value


def heard_of(key: Item, others: Sequence[Item], stances: Stances) -> Heard:
    """Return what the clauses say that hold a predicate, in order.

    Args:
        key: the predicate.
        others: the other words and numbers of its part.
        stances: of the call.
    """
    spoken = stances.spoken
    around = [Places(item, spoken) for item in others]
    words = [key.word, *(item.word for item in others if item.word)]
    heard = Heard()
    contested = False
    hits = {piece: degree for piece, degree in key.where.items() if degree >= _HINT}
    itself = {p: hits[p] for p in hits if not is_in_a_noun(spoken.text_of(p), key.word)}
    for named, degree in sorted((itself or hits).items()):
        text = spoken.text_of(named)
        if f"{key.word}보다" in text or _is_of_another(text, key.word, degree):
            continue
        piece = mended(predicate_of(named, key.word, spoken), stances)
        one, text = stances[piece], spoken.text_of(piece)
        value = degree * share_of(around, spoken.pieces[piece].utterance)
        if one.is_wanted and spoken.speaker_of(piece) == "customer":
            answer = _refusing_answer(piece, key.word, stances)
            apart = bool(others) and is_of_another_topic(text, words)
            if answer is not None and not apart:
                heard.deny(value, stances[answer], by_customer=False, refuses=True)
                contested = contested or value > _CONTESTS
                continue
        if one.asks:
            continue
        if degree == 1.0 and len(key.word) >= _SPECIFIC and not key.word.endswith("지"):
            value = max(value, _SAYS_ENOUGH)
        if one.denies or one.refuses or _is_left(text, key, one):
            apart = bool(others) and is_of_another_topic(text, words)
            if apart and not any(piece in i.where for i in others):
                continue
            contested = contested or degree >= SAME_FORM or value > _CONTESTS
            _take_denial(heard, _Hit(piece, degree, value), key, stances)
        else:
            _take(heard, _Hit(piece, degree, value), stances)
    if contested:
        heard.settled = 0.0
    return heard


_NOT_TO: Final = re.compile(r"(?P<verb>[가-힣]{2,}?)(?:하|되)?지 ?(?:말|마)")
"""Speech that says not to do something."""


def _is_of_another(text: str, word: str, degree: float) -> bool:
    """Return whether a clause denies something else than a predicate that it holds.

    언니한테 보내지 뭐 취소하지 말고 denies no 배송.
    """
    match = _NOT_TO.search(text) if degree < SAME_FORM else None
    other = match is not None and word not in match["verb"] and " " in match.string[: match.start()]
    return other or denies_another(text, word)


def _refusing_answer(piece: int, word: str, stances: Stances) -> int | None:
    """Return the clause of an agent's answer that refuses a word asked for, and does nothing."""
    spoken = stances.spoken
    asked = spoken.pieces[piece].utterance
    for utterance in range(asked + 1, min(asked + 3, len(spoken.utterances))):
        if spoken.utterances[utterance].speaker != "agent":
            continue
        found = None
        for one in spoken.pieces_of(utterance):
            stance = stances[one]
            if stance.asks or denies_another(spoken.text_of(one), word):
                continue
            if stance.refuses and not stance.depends:
                found = one
            elif does(spoken.text_of(one)) or says_done(spoken.text_of(one)):
                return None
        return found
    return None


def _take_denial(heard: Heard, hit: _Hit, key: Item, stances: Stances) -> None:
    """Take in a clause that denies the predicate."""
    piece, degree, value = hit
    one, text = stances[piece], stances.spoken.text_of(piece)
    by_customer = stances.spoken.speaker_of(piece) == "customer"
    withdraws = WITHDRAWN.search(text) is not None and ABSENT.search(key.word) is None
    decides = by_customer and commits(piece, stances)
    clear = _CONTESTS if decides else _CLEAR
    in_other_word = degree >= _OTHER_WORD and value >= clear and one.refuses
    sure = (one.refuses or withdraws) and (degree >= SAME_FORM or in_other_word)
    refuses = sure and (not by_customer or decides)
    if _FROM_THEN.search(text) and heard.done >= value:
        # Both hold: what comes later undoes nothing.
        heard.denied, heard.last = max(heard.denied, value), 0.0
        return
    if degree >= _OTHER_WORD and _turns_down(text, key.word, one) and (decides or not by_customer):
        heard.turned = max(heard.turned, value)
    heard.deny(value, one, by_customer=by_customer, refuses=refuses)


def _turns_down(text: str, word: str, one: Stance) -> bool:
    """Return whether a clause says no to a predicate that denies nothing itself."""
    absent = ABSENT.search(word) is not None and FREE.search(word) is None
    if one.depends or absent or LEFT.search(word) or is_in_a_noun(text, word):
        return False
    if re.search(rf"{re.escape(word)} ?(?:외에|이외|밖에|말고는)", text):
        return False  # 전액 환불 외에는 드릴 수 없습니다
    none = re.search(rf"{re.escape(word)}(?:은|는|이|가|도|을|를)? ?(?:없|아니[고에])", text)
    return one.refuses or none is not None


def _take(heard: Heard, hit: _Hit, stances: Stances) -> None:
    """Take in any other clause."""
    piece, degree, value = hit
    one, spoken = stances[piece], stances.spoken
    by_customer = spoken.speaker_of(piece) == "customer"
    if one.wishes or one.depends or _NAMES_MATTER.search(spoken.text_of(piece)):
        return
    if by_customer:
        heard.want(value, commits=commits(piece, stances))
    else:
        text = spoken.text_of(piece)
        heard.affirm(value, text)
        if degree >= SAME_FORM and does(text):
            heard.settled = 1.0


def commits(piece: int, stances: Stances) -> bool:
    """Return whether a customer's clause decides something."""
    return _COMMITS.search(to_verb(piece, stances.spoken)) is not None


def _is_left(text: str, key: Item, one: Stance) -> bool:
    """Return whether a clause denies a predicate in a word that is not the predicate."""
    absent = one.absent and ABSENT.search(key.word) is None and _is_absent(text, key.word)
    return absent or (LEFT.search(text) is not None and LEFT.search(key.word) is None)


def _is_absent(text: str, word: str) -> bool:
    """Return whether what a clause says in a word like 무료 or 대신 is about a predicate."""
    others = FREE.sub("", text) if not COSTS.search(word) else text
    for match in ABSENT.finditer(others):
        if _INSTEAD.fullmatch(match[0]) is None or word in text[: match.start() + 3]:
            return True
    return ABSENT.search(others) is None and others == text  # in the clause after it
