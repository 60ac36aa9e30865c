"""What the customer of a call says of a thing: asks for it, takes it or turns it down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.scoring.deeds import does
from edgebox.scoring.granting import DECLINES
from edgebox.scoring.places import Places, share_of
from edgebox.scoring.stances import denies_what_comes
from edgebox.scoring.topics import TOPIC, is_of_another_topic

if TYPE_CHECKING:
    from edgebox.scoring.alignment import Item
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances

_TURNS_DOWN: Final = re.compile(
    r"싫|됐[어고습거네]|괜찮|필요 ?없|말[고게까]|마세|마시|마요|아니[요에오고라]|아뇨|아니야"
    r"|그냥|그대로|나중|다음에|생각해|고민|그만|취소|철회|빼|포기|관[둘두]|대신|보류|없던|굳이"
    r"|안 ?[가-힣]{1,4}(?:게|래|도|려)|지 ?[말마]|않[을아]"
)
"""Speech of a customer who turns something down, in any words."""

_PUTS_OFF: Final = re.compile(r"생각해|고민|나중|다음에|의논|상의|물어보고")
"""Speech of a customer who decides nothing yet."""

_WISHES: Final = re.compile(
    r"(?:[면믄]|[가-힣]도|[은는]|[시날일]) *안 *(?:돼|되[나는남능]|될까|됩니[까꺼])"
    r"|왜 .{0,12}안|어떻게"
)
"""A customer who asks for something in a denial: 오늘 와 주면 안 돼요."""

_THAT: Final = re.compile(
    r"(?<![가-힣])[그이저요](?:거|것|건|쪽|날|때|런|렇|돈)[가-힣]{0,2}[은는도]? "
)
"""A topic that points at what was said before."""

_SIGHS: Final = re.compile(
    r"못 ?(?:믿|들|봤|받)|(?:말|이해|납득)이? ?(?:안|못)|안 그래도|어쩔 ?수 ?없"
    r"|없[어으는]|지 ?않[나아]요?"
)
"""Denials that turn nothing down."""

_INSTEAD: Final = re.compile(
    r"(?<![가-힣])(?!그|이거|이건)([가-힣]+?)[은는도을를으로]{0,2} ?(?:말고|빼고|대신|됐고)"
)
"""What is turned down for something else."""

_WANTS: Final = re.compile(
    r"[주줘][세시실요]|줘|달라|주[면라]|싶|려고|려구|원해|부탁|바라|바랍|했으면|됐으면|좋겠"
    r"|할게|하겠|[할갈볼낼릴올쓸둘을받]게|[할갈볼낼릴올쓸둘을]래|걸로|하자|할라|해요$"
)
"""Speech of a customer who asks for something, or decides for it."""

_LIKE_AN_AGENT: Final = re.compile(
    r"드[리릴렸려립린]|고객님|어르신|선생님|시겠|십니|상담[사원]|센터|[셔하되]셔야|[으되]세요|[으하되]시[고면는]"
    r"|실까요|실게요|(?:됐|되었|했|있|없)습니다|됩니다|가능합"
)
"""Speech of a side that a call does not name."""

_HINT: Final = 0.5
"""The same to be named."""

_HELD: Final = 0.6
"""Degree from which a clause holds a word of the object itself."""


class Thing(NamedTuple):
    """What a part of a record is about: its words and numbers, and where each was said."""

    items: list[Item]
    around: list[Places]


def shares_of(about: Thing, stances: Stances) -> dict[int, float]:
    """Return how much of an object stands around each utterance of the customer."""
    return {
        number: share_of(about.around, number)
        for number in range(len(stances.spoken.utterances))
        if by_customer(number, stances.spoken)
    }


def by_customer(number: int, spoken: Spoken) -> bool:
    one = spoken.utterances[number]
    return one.speaker == "customer" or (
        one.speaker != "agent" and _LIKE_AN_AGENT.search(one.text) is None
    )


def done(about: Thing, stances: Stances) -> float:
    """Return the greatest share of an object around what the agent does."""
    spoken = stances.spoken
    return max(
        (
            share_of(about.around, spoken.pieces[piece].utterance)
            for item in about.items
            for piece in item.where
            if spoken.speaker_of(piece) != "customer"
            and does(spoken.text_of(piece))
            and not (stances[piece].asks or stances[piece].denies or stances[piece].depends)
        ),
        default=0.0,
    )


def wants(number: int, stances: Stances) -> bool:
    """Return whether an utterance asks for something."""
    spoken = stances.spoken
    return any(
        stances[piece].wishes or _WANTS.search(spoken.text_of(piece))
        for piece in spoken.pieces_of(number)
    )


def turns_down(number: int, about: Thing, stances: Stances) -> bool:
    """Return whether an utterance turns down anything that may be the object, and takes nothing."""
    spoken = stances.spoken
    turned = False
    own = spoken.pieces_of(number)
    for piece in own:
        before = spoken.text_of(piece - 1) if piece > own.start else ""
        text = _without_another(spoken.text_of(piece), about)
        if _is_of_another(piece, about, spoken):
            continue
        if DECLINES.search(text) or _PUTS_OFF.search(text):
            turned = True
        elif stances[piece].is_wanted or _WISHES.search(f"{before}{text}"):
            turned = turned and not _holds(piece, about)
        elif found := [m for m in _TURNS_DOWN.finditer(text) if not _is_own(m[0], about)]:
            if _WANTS.search(text, found[-1].end()):
                turned = turned and not _holds(piece, about)  # 괜찮아요 금요일에 해 줘요
            else:
                turned = turned or _is_named(piece, about, spoken)
        elif _WANTS.search(text):
            turned = turned and not _holds(piece, about)
        elif stances[piece].denies and denies_what_comes(_SIGHS.sub("", text)):
            turned = turned or _is_named(piece, about, spoken)
    return turned


def _without_another(text: str, about: Thing) -> str:
    """Return a clause without what it turns down for something else: 집으로 말고."""
    instead = _INSTEAD.search(text)
    words = [item.word for item in about.items if item.word]
    if instead is None or any(instead[1] in word or word in instead[1] for word in words):
        return text
    return text[instead.end() :]


def _is_of_another(piece: int, about: Thing, spoken: Spoken) -> bool:
    """Return whether a clause has a topic of its own, and does not answer to the object."""
    number = spoken.pieces[piece].utterance
    text = spoken.text_of(piece)
    if TOPIC.search(text) is None and piece > spoken.pieces_of(number).start:
        text = spoken.text_of(piece - 1)
    words = [item.word for item in about.items if item.word]
    if _THAT.search(text) or not words or not is_of_another_topic(text, words):
        return False
    return not (number and any(spoken.held_in(i.where, number - 1) >= _HINT for i in about.items))


def _is_own(word: str, about: Thing) -> bool:
    """Return whether a word that turns down is the object: a withdrawal that is asked for."""
    return any(word in item.word for item in about.items)


def _holds(piece: int, about: Thing) -> bool:
    return any(item.where.get(piece, 0.0) >= _HELD for item in about.items)


def _is_named(piece: int, about: Thing, spoken: Spoken) -> bool:
    """Return whether the object is named in a clause, before it or in what it answers."""
    number = spoken.pieces[piece].utterance
    own = range(spoken.pieces_of(max(number - 1, 0)).start, piece + 1)
    return any(degree >= _HINT and at in own for i in about.items for at, degree in i.where.items())
