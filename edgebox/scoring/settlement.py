"""Whether what is told as settled was settled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.syllables import PAST
from edgebox.scoring.afterwards import RESOLVED, SETTLES, settled_afterwards
from edgebox.scoring.places import Places, share_of
from edgebox.scoring.predicates import SAME, SAME_FORM, key_of
from edgebox.scoring.stances import NEGATION, denies
from edgebox.scoring.taken import (
    WILL,
    decided_later,
    done_on_request,
    done_then,
    promised,
    taken_before,
    taken_up,
    to_verb,
)
from edgebox.scoring.whether import ASKS_WHETHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances

SETTLED: Final = re.compile(
    rf"(?:[{PAST}](?:습니다|고|으며|으나|다|지만|음)|기로 ?(?:했|함|결정|합의"
    r"|하고|하며|되)"
    r"|완료|처리됨|됨|함|받았|되었|하였)"
)

_REPORTED: Final = re.compile(
    r"(?:다|라|자|냐)(?:고|며|는)(?= ?(?:안내|설명|답|말|했|하|알|제안|전|약속|문의|요청))"
    r"|라(?= 했)|권[했하유]|제안[했하]|안내[했하]|설명[했하]|당부|도록|수 있|가능|예정"
    r"|(?:문의|질문|질의|요청|요구|상담|항의|호소)(?:[을를] )?[했하]"
    r"|여부(?:[를는은]|에 대해)? ?(?:[^ ]+ )?(?:연락|통보|전달|회신|알리)"
    rf"|알[려렸]|고지[했하]|공지[했하]|{ASKS_WHETHER}"
)

_TOLD_AS_DONE: Final = re.compile(r"[었았했됐렸졌]다(?:고|며)(?= )|확정(?:됐|되었|했)")
"""An agent who says that something was done says that it is settled."""

_TURNS_DOWN: Final = re.compile(r"(?:사양|거절|거부|포기|고사|마다)[하했함]")
"""A part that says that something offered or asked was not taken, which settles it."""

_BUT: Final = re.compile(
    r"(?<!감)면(?= |,|$)|[하되이으시]면|경우|조건|시에?[ ,]|뒤|후[ ,에]|심사|검토|확인|예정|여부"
    r"|다음|나서|따라|까지"
)

_DEFERS: Final = re.compile(
    r"확답|약속(?:은|을)? ?(?:못|드리지)|장담|심사|검토|확인(?:을)? ?(?:해 ?(?:봐|보고|봐야)|하고"
    r"|한 ?뒤|한 ?다음|이 ?필요)"
    r"|알아보|여쭤|물어보|물어보고|논의|협의|정해지|결정(?:되|은|이)|달라질|죄송하지만|어렵|불가"
    r"|안 ?[되돼됩]|못 ?[하해드]"
)

_IS_DONE: Final = re.compile(r"드렸|했습니다|했어요|했고요|됐습니다|됐어요|됐고요|되셨")

_JUST_DONE: Final = re.compile(
    r"(?:방금|지금|바로|막|다) (?:[가-힣]+ )?[가-힣]{0,4} ?(?!말씀|안내|설명)[가-힣]{0,2}"
    rf"[{PAST}](?:습니다|어요|고요)"
)
"""An agent who says that something was done a moment ago: 방금 보내 드렸습니다."""

_IS_SO: Final = re.compile(r"(?<=원)[이가] 됐습니다$")
"""A line that only names a sum: 잔금은 95만 원이 됐습니다."""

_DOES: Final = re.compile(
    rf"([가-힣]{{2}})(?:[을를이가])? ?(?:(?:처리|완료)[가-힣]{{0,2}}|[해되하]{{0,2}}) ?"
    rf"[{PAST}가-힣]{{0,2}}(?:습니다|어|고|으며)[., ]*$"
)
_DONE: Final = r"해 ?드렸|했|됐|되었|되셨|완료"
_SOON: Final = 9
"""Utterances behind a question or condition in which its answer leads to what is done."""

_ONCE: Final = re.compile(
    r"(?:[이가] (?:오|나오|끝나|들어오|도착하)|확인되|완료되)(?:시)?면 .{0,30}"
    r"(?:드리겠|드릴게|겠습니다|게요)"
)

_PROMISES: Final = re.compile(r"드릴게요|드리겠습니다|하겠습니다|할게요")

_ABOUT: Final = 0.2
"""Share of a part's other words around what is done later."""

_TELLS: Final = 0.5
"""Degree, and share of a part's words, from which a clause is about the same thing."""

_SPEAKS_ALONE: Final = 3
"""Syllables of a predicate that needs no other words beside it: 지급정지."""

_VERB: Final = 12
"""Characters at a part's end that hold its verb: a list may begin with 접수 완료."""

_SPECIFIC: Final = 1.0
"""Weight of a part's words in the call, with less than which (미루기로 했고) it says too little."""

_LOOSE: Final = 0.4
"""Support from which a statement's best utterance is about the same thing."""


def unsettled(part: Part, statement: Statement, near: Sequence[int], stances: Stances) -> bool:
    """Return whether a part tells as settled what was only asked, wished for or conditional."""
    text = part.text
    about = near or fallback(part, statement, stances) if _tells_as_settled(text) else []
    about = [piece for piece in about if not _is_of_another(piece, part, stances.spoken)]
    if not _says_enough(part, about, stances) or _settled_besides(about, part, stances):
        return False
    depends = _BUT.search(text) is not None
    spoken = stances.spoken
    for piece in about:
        one = stances[piece]
        if one.depends and not depends:
            taken = RESOLVED.search(text) is not None and (
                taken_up(piece, part, stances.spoken) or _is_promised_once(piece, stances.spoken)
            )
            settles = taken or done_on_request(piece, stances) or done_then(piece, stances)
            settles = settles or (RESOLVED.search(text) is not None and taken_before(piece, spoken))
        elif one.asks or one.wishes:
            settles = _granted(piece, part, stances) or (
                RESOLVED.search(text) is not None and decided_later(piece, stances)
            )
        elif _is_required(piece, part, stances.spoken):
            settles = RESOLVED.search(text) is not None and promised(piece, stances.spoken)
        else:
            settles = True
        if settles:
            return False
    return not settled_afterwards(max(about), part, stances)


def _is_of_another(piece: int, part: Part, spoken: Spoken) -> bool:
    """Return whether a clause holds a part's predicate of something else than the part does.

    반 배정이 됩니다 where the part tells that a teacher was 배정, who is spoken of elsewhere.
    """
    found = [item for item in part.items if item.where]
    key = key_of(part, found)
    if key is None or set(key.where) != {piece}:
        return False
    if not re.search(rf"{key.word}[을를이가]? ?[하해했되됐돼]", part.text[-_VERB:]):
        return False
    around = [Places(item, spoken) for item in found if item is not key]
    return bool(around) and share_of(around, spoken.pieces[piece].utterance) < _ABOUT


def _tells_as_settled(text: str) -> bool:
    told = SETTLED.search(text[-_VERB:]) is not None and _REPORTED.search(text) is None
    if denies(text) or _IS_SO.search(text) or _TURNS_DOWN.search(text):
        return False
    return told or _TOLD_AS_DONE.search(text) is not None


def _settled_besides(about: Sequence[int], part: Part, stances: Stances) -> bool:
    """Return whether something else in the call settles what clauses are about."""
    first, last = min(about), max(about)
    return (
        settled_elsewhere(part, stances, share=_TELLS)
        or _done_later(last, part, stances)
        or _done_in_short(first, part.text, stances)
        or _figure_is_done(last, part, stances)
    )


def _says_enough(part: Part, about: Sequence[int], stances: Stances) -> bool:
    """Return whether a part has enough words in clauses of which the speaker is known."""
    found = [item for item in part.items if item.where]
    known = all(stances.spoken.speaker_of(piece) != "unknown" for piece in about)
    weight = sum(item.weight for item in found)
    return bool(about) and known and weight >= _SPECIFIC and any(item.word for item in found)


def _done_later(about: int, part: Part, stances: Stances) -> bool:
    """Return whether the agent says behind a clause that the part's own predicate is done."""
    spoken = stances.spoken
    found = [item for item in part.items if item.where]
    key = key_of(part, found)
    around = [Places(item, spoken) for item in found if item is not key]
    return key is not None and any(
        piece > about
        and share_of(around, spoken.pieces[piece].utterance) >= _ABOUT
        and spoken.speaker_of(piece) == "agent"
        and not (stances[piece].denies or stances[piece].is_wanted or stances[piece].depends)
        and _says_so(about, piece, degree, spoken)
        for piece, degree in key.where.items()
    )


def _figure_is_done(about: int, part: Part, stances: Stances) -> bool:
    """Return whether the agent says behind a clause that something was done with a part's figure.

    미납 3만 4천 원이 정리되었고 is what "3만 4천 원 결제됐습니다" says.
    """
    spoken = stances.spoken
    return any(
        piece > about
        and spoken.speaker_of(piece) == "agent"
        and _IS_DONE.search(spoken.text_of(piece)) is not None
        and not (stances[piece].denies or stances[piece].is_wanted or stances[piece].depends)
        for item in part.items
        if item.number
        for piece, degree in item.where.items()
        if degree >= SAME_FORM
    )


def _done_in_short(about: int, text: str, stances: Stances) -> bool:
    """Return whether the agent soon says that a part's verb is done, in short: 접수했습니다."""
    spoken = stances.spoken
    verb = _DOES.search(text)
    if verb is None:
        return False
    done = re.compile(
        rf"{verb[1]}(?:[을를이가은는도])? ?(?:처리|완료|신청|접수)?(?:를|을)? ?(?:{_DONE})"
    )
    first = spoken.pieces[about].utterance
    return any(
        spoken.speaker_of(piece) == "agent"
        and done.search(spoken.text_of(piece)) is not None
        and not (stances[piece].denies or stances[piece].is_wanted or stances[piece].depends)
        for utterance in range(first, min(first + _SOON, len(spoken.utterances)))
        for piece in spoken.pieces_of(utterance)
    )


def _is_promised_once(piece: int, spoken: Spoken) -> bool:
    """Return whether the agent promises it for when something comes: 답변이 오면 연락드릴게요."""
    first = spoken.pieces_of(spoken.pieces[piece].utterance).start
    said = to_verb(max(first, piece - 1), spoken)
    return spoken.speaker_of(piece) == "agent" and _ONCE.search(said) is not None


def _says_so(about: int, piece: int, degree: float, spoken: Spoken) -> bool:
    """Return whether a clause says of a predicate that it is done, or will be after all."""
    text = spoken.text_of(piece)
    if degree >= SAME_FORM and _IS_DONE.search(text):
        return True
    if degree >= SAME and _JUST_DONE.search(text):
        return True
    between = range(spoken.pieces[about].utterance + 1, spoken.pieces[piece].utterance)
    deferred = any(_DEFERS.search(spoken.utterances[one].text) for one in between)
    return deferred and degree >= SAME and _PROMISES.search(text) is not None


def settled_elsewhere(part: Part, stances: Stances, *, share: float = 0.0) -> bool:
    """Return whether the agent settles a part's predicate somewhere, without a condition.

    Args:
        part: with the predicate.
        stances: of the call.
        share: of the weight of the part's words, that the clause must hold.
    """
    spoken = stances.spoken
    found = [item for item in part.items if item.where]
    key = key_of(part, found)
    least = share * sum(item.weight for item in found)
    return key is not None and any(
        degree >= _TELLS
        and not (stances[piece].denies or stances[piece].is_wanted or stances[piece].depends)
        and (WILL if spoken.speaker_of(piece) == "customer" else SETTLES).search(
            spoken.text_of(piece)
        )
        and (
            (degree >= SAME_FORM and len(key.word) >= _SPEAKS_ALONE)
            or sum(item.weight for item in found if piece in item.where) >= least
        )
        for piece, degree in key.where.items()
    )


_MUST: Final = re.compile(r"[가-힣]야(?:만|지)? ?(?:돼[요서]|됩니|되[세시십]|하[세시십]|합니|해요)")


def _is_required(piece: int, part: Part, spoken: Spoken) -> bool:
    """Return whether the agent only says what has to be done for a part's predicate."""
    if spoken.speaker_of(piece) != "agent" or not _MUST.search(to_verb(piece, spoken)):
        return False
    key = key_of(part, [item for item in part.items if item.where])
    named = key and re.search(
        rf"{re.escape(key.word)}(?:[은는이가]|하?[시려][면려])", spoken.text_of(piece)
    )
    return bool(named)


def fallback(part: Part, statement: Statement, stances: Stances) -> list[int]:
    """Return the clauses of a statement's best utterance that hold the part's words."""
    if not statement.chosen or statement.support < _LOOSE:
        return []
    of = set(stances.spoken.pieces_of(statement.chosen[0]))
    return sorted({piece for item in part.items for piece in item.where} & of)


def _granted(piece: int, part: Part, stances: Stances) -> bool:
    """Return whether what was asked or wished for was not refused, in the answer or elsewhere."""
    spoken = stances.spoken
    utterance = spoken.pieces[piece].utterance
    asked_by = spoken.utterances[utterance].speaker
    key = key_of(part, [item for item in part.items if item.where])
    if key is not None and any(
        stances[other].refuses and not stances[other].asks and spoken.speaker_of(other) == "agent"
        for other in key.where
    ):
        return False
    for later in range(utterance + 1, min(utterance + 3, len(spoken.utterances))):
        one = spoken.utterances[later]
        if one.speaker == asked_by and asked_by != "unknown":
            continue
        if asked_by == "agent" and _DECLINED.search(one.text):
            return False
        said = one.text.replace("없", "") if "없이 " in part.text else one.text
        return not (_DEFERS.search(said) or NEGATION.search(said))
    return asked_by != "customer"


_DECLINED: Final = re.compile(
    r"^(?:아니[요오]|아뇨|됐어|됐습|괜찮아)|생각[을은]? ?(?:좀 )?해 ?[보볼봐]"
    r"|(?:나중|다음)에 (?:다시 )?[할하연전]"
)
"""A customer who does not take what the agent offers to do."""
