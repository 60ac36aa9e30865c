"""The parts of a statement, one predicate each, and the spoken clauses about the same predicate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.endings import ends_in_a_noun, sentence_of
from edgebox.language.syllables import PAST
from edgebox.scoring.alignment import Item, items_of
from edgebox.scoring.stances import NEGATION, TURNED_DOWN, denies, names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances

_SHARE: Final = 0.5
"""Of a clause's weight, that a spoken clause must hold to speak about the same thing."""

_SETTLES: Final = 0.4
"""The same of a clause that settles something."""

SAME_FORM: Final = 0.9
"""Degree of a hit of the predicate itself in any form, which no other word for it reaches."""

SAME: Final = 0.6
"""Degree from which a clause holds a predicate itself, or another word for it without a denial."""

_CLOSE: Final = 0.85
"""Of the best share: clauses this near to it are looked at as well."""

_VERB: Final = 3
"""Syllables of a denied verb, with less of which its stem stands in any sentence."""

_ADVERBS: Final = frozenset(["대신", "미리", "나란히", "일단"])
"""Words of any clause, which are no predicate."""

_FINE: Final = re.compile(
    rf"(?:(?<=[하되이있없받않말드니리내주가{PAST}])고|며|(?<!까)지만|[{PAST}겠]으?나|므로|[은는]데"
    r"|(?<=[가-힣])(?<![피손오이올침방])해|(?<=기로 )해"
    r"|(?<=않)아|(?<=지 못)해|(?<=수 없)어|(?<=[가도이] 없)어|(?<=안 되)자)(?=,?\s)"
    r"(?!,?\s*(?:싶|있|계[시신]|나서|[줄줬드달놓봐]|주(?![소문차민말식택인유의])|두(?! )"
    r"|보(?![험증상호조관충통안])))"
)


LIGHT: Final = re.compile(
    r"(?:주|접수|처리|진행|신청|적용|등록|완료|받|들어가|이루|이뤄|[하할한되될된됩돼]|전화|연락|통화|안내"
    r"|알[리려]|확인|보내)[가-힣]{0,3}$"
)
"""Verbs that say nothing without the noun before them: 환불은 접수되지 않았고 denies 환불."""

_BECAUSE: Final = re.compile(
    r"(?:이(?:라|라서|어서|므로)(?![가-힣])|[가-힣]{0,2} ?(?:때문|탓)"
    r"|[가-힣]{0,2} (?:문제|사정|이유|사유)로)"
)
"""What stands behind a noun that is only a reason: 수수료 때문에 하지 않기로."""


class Part(NamedTuple):
    """A part of a statement with one predicate, and its numbers and words."""

    text: str
    items: list[Item]


def parts_of(statement: Statement, spoken: Spoken, on: dt.date | None) -> Iterator[Part]:
    """Yield the parts of a statement; one without content stays with the next.

    What ends in a noun (접수됨) is read as a sentence.
    """
    at = 0
    text = statement.text
    for end in [*_ends(text), len(text)]:
        piece = sentence_of(text[at:end].strip(" ,"))
        items = [_denied(item, piece, spoken) for item in items_of(piece, spoken, on)]
        if items or end == len(text):
            yield Part(piece, items)
            at = end


_ASIDE: Final = re.compile(r" ?\([^()]*\)$")


def _ends(text: str) -> list[int]:
    """Return where the parts of a statement end but for the last: at verbs or nouns for them."""
    commas = [at for at, letter in enumerate(text[:-1]) if letter == "," and text[at + 1] == " "]
    nouns = [at for at in commas if ends_in_a_noun(_ASIDE.sub("", text[:at]))]
    return sorted({*(match.end() for match in _FINE.finditer(text)), *nouns} - {len(text)})


def _denied(item: Item, text: str, spoken: Spoken) -> Item:
    """Return a word that is denied (올리지 않고) with the places of its verb."""
    if item.where or not item.word.endswith("지") or len(item.word) < _VERB:
        return item
    if not re.search(rf"{item.word}(?:는|도)? ?[않못]", text):
        return item
    return item._replace(where=spoken.where(item.word[:-1]))


def near(part: Part, stances: Stances) -> list[int]:
    """Return the spoken clauses about a part's predicate that hold most of its other words.

    The predicate is the part's last word that the call holds, of a part that denies the last one
    before the negation. A clause that only names a condition speaks for the one after it.
    """
    spoken = stances.spoken
    found = [item for item in part.items if item.where]
    key = key_of(part, found)
    if key is None:
        return []
    held: dict[int, float] = {}
    for item in found:
        reach: dict[int, float] = {}
        for piece, degree in item.where.items():
            reach[piece] = max(degree, reach.get(piece, 0.0))
            for beside, share in spoken.reach(piece):
                reach[beside] = max(degree * share, reach.get(beside, 0.0))
        for piece, degree in reach.items():
            held[piece] = held.get(piece, 0.0) + degree * item.weight
    about = {piece: value for piece, value in held.items() if key.where.get(piece, 0.0) >= SAME}
    settled = {piece: v for piece, v in about.items() if not stances[piece].is_wanted}
    # What the call settles is looked at first, and what is only wanted where nothing settles it.
    for chosen, least in ((settled, _SETTLES), (about, _SHARE)):
        best = max(chosen.values(), default=0.0)
        # What a denial is about must be said, and the call may say an affirmation in other words.
        compared = part.items if denies(part.text) else found
        if best >= least * sum(item.weight for item in compared):
            return [piece for piece, value in chosen.items() if value >= _CLOSE * best]
    return []


def _is_a_reason(word: str, text: str) -> bool:
    """Return whether a word stands before what makes a reason of it (분실로 인해)."""
    at = text.find(word)
    while at >= 0:
        if _BECAUSE.match(text, at + len(word)):
            return True
        at = text.find(word, at + 1)
    return False


def key_of(part: Part, found: Sequence[Item]) -> Item | None:
    """Return the part's predicate: its last word, or the last one before a negation."""
    negations = list(NEGATION.finditer(part.text))
    end = negations[-1].end() if negations else len(part.text)
    before = [
        item
        for item in found
        if item.word
        and item.word not in _ADVERBS
        and names(item.word)
        and 0 <= part.text.find(item.word) < end
        and not _is_a_reason(item.word, part.text)
    ]
    return max(before, key=lambda item: part.text.rfind(item.word, 0, end), default=None)


def words_beside(key: Item, part: Part) -> list[Item]:
    """Return the words and numbers of a part beside its predicate."""
    return [i for i in part.items if i.number or (i.word != key.word and names(i.word))]


_OF_ANOTHER: Final = re.compile(
    r"(?:(?:하[신는]|하시는|한|했던|하셨던|된|되[신는]) "
    r"(?!(?:거|것|건|게|수|적|데|줄|분|경우|걸)(?![가-힣]))[가-힣]+"
    r"| (?:기간|중|상태|이후|이전|당일|동안)[가-힣]{0,2})"
    r" [가-힣]{2,6}?[이가은는도을를]? ?"
    r"(?:안 ?[되돼됩]|불가|어렵|어려|못 ?[하해받]|수[가는도]? ?없|없)"
)

_PAPER: Final = re.compile(
    r"(?:(?<![아어해여])서|[료증비지]|번호)(?:[을를이가은는도만의로]|에서)?(?![가-힣])"
)


_ONCE_REFUSED: Final = re.compile(
    rf"(?:{TURNED_DOWN})(?:되|하|당하|받)?(?:고 나서|고 나면|[된한] (?:뒤|후|다음|경우))"
)
"""A refusal that is only thought of: 거절되고 나서 신청하시는 겁니다."""

_AFTERWARDS: Final = re.compile(r"(?<![가-힣])그 ?(?:뒤|후|이후|다음)(?:로|부터|에)?[는은] ")
"""What comes later: 그 뒤로는 변경도 취소도 어려우세요."""

_BEHIND: Final = re.compile(
    rf"(?:[하되](?:시|셨|었|였)?|[{PAST}])?(?:기 때문에|었기 때문에|고 나서) "
    r"|(?:[하되한된]신?)? ?(?:후|뒤)에?는? |[된한] (?:건|것)은 "
    r"|(?:이|[가이] [가-힣]{1,6}이)라(?:서)? [가-힣]+[이가은는] "
    r"|(?:해|돼|되어|하셔|되셔)도 (?![되돼됩될괜좋상])"
    r"|(?:자|하[신는] ?분|하시는 ?분)(?:들|님)?(?:의|께)? [가-힣]+[이가은는] "
    r"| ?(?:기사|담당자|직원|업체|센터|팀)님?(?:[이가은는]|께서는?) "
)
"""What follows a word that only says why, after or in spite of what another thing is not done, or
whose it is (신고자 정보는, 수거 기사님이)."""


def denies_another(text: str, word: str) -> bool:
    """Return whether a spoken clause names a predicate and denies another noun's.

    "사용하신 제품은 환불이 안 되세요" and "정지 기간에 사용이 안 되셔서" refuse no use and no stop.
    """
    at = text.rfind(word)
    if _ONCE_REFUSED.search(text) or _AFTERWARDS.search(text):
        return True
    if at < 0:
        return False
    end = at + len(word)
    return bool(_OF_ANOTHER.match(text, end) or _BEHIND.match(text, end))


def is_in_a_noun(text: str, word: str) -> bool:
    """Return whether a clause has a word only in the name of a paper or fee: 정산 in 정산서."""
    places = [match.end() for match in re.finditer(re.escape(word), text)]
    return bool(places) and all(_PAPER.match(text, place) for place in places)
