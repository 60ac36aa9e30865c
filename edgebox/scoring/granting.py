"""Whether an agent does something about words of a statement, in words that no table knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.deeds import does
from edgebox.scoring.heard import WITHDRAWN
from edgebox.scoring.places import Places, share_of
from edgebox.scoring.predicates import SAME_FORM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgebox.scoring.alignment import Item
    from edgebox.scoring.stances import Stances

_ACCEPTS: Final = re.compile(
    r"그(?:걸로|거로|렇게|때로|날로|시간으로|쪽으로)[^?]{0,10}(?:할게|해 ?주|하겠|부탁|주세요|갈게)"
)
"""A customer who takes what is offered."""

_TELLING: Final = 1.2
"""Weight of a part's words without its predicate, with less of which it is about nothing."""

_MOST: Final = 0.6
"""Share of them that must stand around what is done."""

DECLINES: Final = re.compile(
    r"(?<![가-힣])안 ?(?!내)[가-힣]{1,3} ?(?:[게래]요|[게래]유|겠습니다|겠어요|려고요)"
    r"|그냥 ?(?:둘|둬|두|쓸|쓰|갈|탈|있)|[놔냅] ?[두둬둘]|그대로 ?(?:둘|둬|두|쓸)"
    r"|없던 걸로|말[게래]요|(?<![가-힣])관[둘두]"
    r"|(?:다음|나중)에 ?(?:다시 )?(?:할|하|올|갈|볼)[가-힣]{0,2}(?:게|래|죠|지)"
    r"|[은는] ?됐(?:고|어요|습니다)|그냥 ?됐(?:고|어)|됐(?:어요?|습니다)[,. ]*그냥"
    r"|없(?:어요|으니까|네요)[,. ]*됐(?:어|습)"
)
"""A customer who leaves things as they are."""


def declined(stances: Stances) -> bool:
    """Return whether the customer decides against anything, in whatever words."""
    said = stances.spoken.utterances
    return any(one.speaker != "agent" and DECLINES.search(one.text) for one in said)


def granted(others: Sequence[Item], stances: Stances) -> bool:
    """Return whether the agent does something about words of a part, and nobody denies anything.

    For a part whose predicate the call has in words that no table knows (넣어 드릴게요 of 환급).

    Args:
        others: the words and numbers of the part but for its predicate.
        stances: of the call.
    """
    spoken = stances.spoken
    found = [item for item in others if item.where and (item.number or len(item.word) > 1)]
    around = [Places(item, spoken) for item in found]
    if sum(item.weight for item in found) < _TELLING:
        return False
    itself = {
        spoken.pieces[piece].utterance
        for item in found
        for piece, degree in item.where.items()
        if degree >= SAME_FORM
    }
    best, where = 0.0, -1
    for utterance in sorted(itself):
        value = share_of(around, utterance)
        acts = any(_acts(piece, stances) for piece in spoken.pieces_of(utterance))
        if value > best and (acts or _accepted(utterance + 1, stances)):
            best, where = value, utterance
    if best < _MOST:
        return False
    answers = {utterance + 1 for utterance in itself}
    return _undisputed({where - 1, where, where + 1, *itself, *answers}, stances)


def _undisputed(utterances: Iterable[int], stances: Stances) -> bool:
    """Return whether no clause of the utterances may deny anything, in whatever words."""
    spoken = stances.spoken
    return not any(
        _denies(piece, stances)
        for utterance in utterances
        if 0 <= utterance < len(spoken.utterances)
        for piece in spoken.pieces_of(utterance)
    )


def _accepted(utterance: int, stances: Stances) -> bool:
    """Return whether the customer takes what was offered in the utterance before."""
    said = stances.spoken.utterances
    if utterance >= len(said) or said[utterance].speaker == "agent":
        return False
    return _ACCEPTS.search(said[utterance].text) is not None


def _acts(piece: int, stances: Stances) -> bool:
    """Return whether an agent's clause does something."""
    one, spoken = stances[piece], stances.spoken
    return (
        spoken.speaker_of(piece) != "customer"
        and not (one.asks or one.depends)
        and does(spoken.text_of(piece))
    )


def _denies(piece: int, stances: Stances) -> bool:
    """Return whether a clause may deny something, in whatever words."""
    one = stances[piece]
    text = stances.spoken.text_of(piece)
    return (one.denies or one.refuses or WITHDRAWN.search(text) is not None) and not one.asks
