"""Whether a denial is borne out: whether anybody denies anything near what it is about.

A call that changes nothing, refuses or puts off says so: in the clauses that hold the words of the
denial, behind them, or in the answer. Where nothing there denies in any words, the record does so
on its own. A clause with a topic of its own (폭죽은 안 되세요) denies that alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.deeds import does, says_done
from edgebox.scoring.granting import DECLINES
from edgebox.scoring.heard import COSTS, FREE, LEFT
from edgebox.scoring.predicates import SAME
from edgebox.scoring.stances import ABSENCE, ONLY, denies_what_comes
from edgebox.scoring.topics import SAYS_WHEN, TOPIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.scoring.alignment import Item
    from edgebox.scoring.stances import Stances

_CLAUSES: Final = ((0, 1.0), (1, 1.0), (2, 0.8), (3, 0.7), (-1, 0.6))
"""Clauses from one that holds a word, in its utterance, and what the word counts there: what is
said of a thing follows it."""

_UTTERANCES: Final = ((0, 0.5), (1, 0.8), (2, 0.5), (-1, 0.4))
"""The same of utterances: an answer is about what was asked."""

_NEAR: Final = 0.6
"""Of what the best place holds of a denial's words, that a clause must hold to bear it out."""

_TELLING: Final = 0.3
"""Share of its words that the best place must hold: with less the call has other words for it."""

_HARDLY: Final = 0.1
"""With less nothing is known. Between the two the whole call must deny nothing."""

_ENOUGH: Final = 1.0
"""Weight of a denial's words, with less of which it is about nothing."""

SIDES: Final = frozenset(["고객", "상담사", "상담원", "직원", "회원"])

_OTHER_WAYS: Final = re.compile(
    r"싫|끝났|끝나[서고]|아니[요에]|아뇨"
    r"|(?:^|(?:아|야|에이|그럼|그건|이건|은|는|이제|그냥) )됐어[요 ]|쉽니다|쉬[세는]"
    r"|까지만 |다음에 (?:할|하|올|갈|볼)"
    r"|나중에 (?:할|하)"
    r"|생각해 ?[보볼봐]|놔 ?[두둬뚜]|냅 ?[두둬]"
    r"|(?:저희|회사|업체)(?:가|에서) ?(?:다 |전부 )?(?:내|부담)"
    rf"|{ABSENCE}|미[납개]|무효"
    rf"|{ONLY} ?(?:[돼되됩]|가능|받|드)"
)
"""Speech that declines, takes back or limits without a negation."""

_GOES_ON: Final = re.compile(
    r"그대로 (?=넘어|옮[기겨]|따라|이어|적용|나가|나오|들어|빠[지져]|진행|받[으아])"
    r"|(?P<cost>위약금|수수료|추가|비용|조건|부담|돈)[가-힣 ]{0,5}없이"
)
"""Speech that something is done as before, or without what would stand against it."""

_GIVES_BACK: Final = re.compile(r"환불|환급|돌려|결제|입금")

_TAKES_BACK: Final = re.compile(r"취소(?=로|해 ?드| ?가능| ?(?:처리|접수)?[됐돼되])")
"""What is done to a payment that is given back."""

_SOON: Final = 6
"""Utterances from where something is named in which it is left as it is."""

_NO: Final = re.compile(r"(?:아 |에이 )?(?:아니[요에오]|아뇨|아닙니다)(?:에?요)?")

_ANSWER: Final = 6
"""Clauses of what was feared, and of the answer to it."""

_IDLE: Final = re.compile(
    r"면 *$|(?:어쩔|할) ?수 ?없[지죠]|안 그래도|말이 안|[시러]면 안 될까"
    r"|(?:조금|채) 안 [되돼된]"
)
"""Conditions and sighs, which deny nothing."""


def is_borne_out(
    items: Sequence[Item], key: Item | None, stances: Stances, *, decided: bool = False
) -> bool:
    """Return whether any clause near the words of a denial denies, in whatever words.

    Args:
        items: the words and numbers of the part that denies.
        key: its predicate.
        stances: of the call.
        decided: it says that somebody decided against something.

    Returns:
        True also where the call has too few of the words to tell.
    """
    told = [item for item in items if item.word not in SIDES]
    places = places_of(told, stances)
    best = max(places.values(), default=0.0)
    weight = sum(item.weight for item in told)
    if weight < _ENOUGH or best < _HARDLY * weight:
        return True
    if best < _TELLING * weight:
        if any(item.number and not item.where for item in told):
            return True
        every = range(len(stances.spoken.pieces))
        return any(bears_out(piece, told, stances, decided=decided) for piece in every)
    near = [piece for piece, value in places.items() if value >= _NEAR * best]
    if key is not None:
        near += [piece for piece, degree in key.where.items() if degree >= SAME]
    return _is_left(places, stances) or any(
        bears_out(piece, told, stances, decided=decided) for piece in near
    )


def bears_out(piece: int, items: Sequence[Item], stances: Stances, *, decided: bool) -> bool:
    """Return whether a clause denies anything in whatever words, but for a topic of its own.

    Args:
        piece: the clause.
        items: the words and numbers of the part that denies.
        stances: of the call.
        decided: it says that somebody decided against something.
    """
    own = {item.word for item in items}
    denies = _denies(piece, own, stances, decided=decided)
    return denies and not _is_foreign(piece, items, stances)


def _is_left(places: dict[int, float], stances: Stances) -> bool:
    """Return whether the customer leaves things as they are behind where a denial's words stand.

    In the next few utterances, of which none does anything.
    """
    spoken = stances.spoken
    best = max(places, key=lambda piece: (places[piece], -piece))
    named = spoken.pieces[best].utterance
    for number in range(named, min(named + _SOON, len(spoken.utterances))):
        one = spoken.utterances[number]
        if one.speaker == "agent":
            said = [spoken.text_of(piece) for piece in spoken.pieces_of(number)]
            if any(does(text) or says_done(text) for text in said):
                return False
        elif DECLINES.search(one.text):
            return True
    return False


def places_of(items: Sequence[Item], stances: Stances) -> dict[int, float]:
    """Return the clauses around the items, with the weight of what each is about."""
    places: dict[int, float] = {}
    for item in items:
        reached: dict[int, float] = {}
        for piece, value in _reach(item, stances):
            reached[piece] = max(value, reached.get(piece, 0.0))
        for piece, value in reached.items():
            places[piece] = places.get(piece, 0.0) + item.weight * value
    return places


def _reach(item: Item, stances: Stances) -> Iterator[tuple[int, float]]:
    """Yield the clauses that an item speaks for, with how surely."""
    spoken = stances.spoken
    held: dict[int, float] = {}
    for piece, degree in item.where.items():
        utterance = spoken.pieces[piece].utterance
        held[utterance] = max(degree, held.get(utterance, 0.0))
        own = spoken.pieces_of(utterance)
        for step, share in _CLAUSES:
            if piece + step in own:
                yield piece + step, degree * share
    for utterance, degree in held.items():
        for step, share in _UTTERANCES:
            if 0 <= utterance + step < len(spoken.utterances):
                for piece in spoken.pieces_of(utterance + step):
                    yield piece, degree * share


def _denies(piece: int, own: set[str], stances: Stances, *, decided: bool) -> bool:
    """Return whether a clause denies, declines or limits anything, and not in the part's words.

    면제되세요 denies no 면제.
    """
    one = stances[piece]
    text = stances.spoken.text_of(piece)
    if one.asks or _IDLE.search(text) or _is_reassured(piece, stances):
        return False
    if (one.denies or one.refuses) and not (decided and not denies_what_comes(text)):
        return True
    said = _GOES_ON.sub(lambda found: found[0] if found["cost"] in own else "", text)
    if any(_GIVES_BACK.search(word) for word in own):
        said = _TAKES_BACK.sub("", said)
    if not any(COSTS.search(word) for word in own):
        said = FREE.sub("", said)
    return any(
        match[0] not in own and not ("부담" in own and match[0].endswith("부담"))
        for way in (LEFT, DECLINES, _OTHER_WAYS)
        for match in way.finditer(said)
    )


def _is_reassured(piece: int, stances: Stances) -> bool:
    """Return whether a customer's denial is denied at once, or the clause does so: 아니요."""
    spoken = stances.spoken
    utterance = spoken.pieces[piece].utterance
    answer = utterance + (spoken.utterances[utterance].speaker != "agent")
    if not 0 < answer < len(spoken.utterances) or spoken.speaker_of(piece) == "unknown":
        return False
    own = spoken.pieces_of(answer)
    if answer == utterance and piece != own.start:
        return False
    return (
        spoken.utterances[answer].speaker == "agent"
        and spoken.utterances[answer - 1].speaker != "agent"
        and _NO.match(spoken.utterances[answer].text) is not None
        and not any(stances[one].denies for one in own[1:_ANSWER])
        and any(stances[one].denies for one in spoken.pieces_of(answer - 1)[-_ANSWER:])
    )


def _is_foreign(piece: int, items: Sequence[Item], stances: Stances) -> bool:
    """Return whether a clause has a topic of its own and none of the items."""
    if any(piece in item.where for item in items):
        return False
    text = stances.spoken.text_of(piece)
    topic = TOPIC.search(text)
    if topic is None or not SAYS_WHEN.search(text[: topic.end()]):
        return topic is not None
    # 내일은 못 가고 모레 갑니다 denies tomorrow alone, 이번 달은 다 차서 없네요 what was asked for.
    after = piece + 1
    one = stances[after] if stances.spoken.follows(piece) else None
    return one is not None and not (one.denies or one.depends or one.asks)
