"""Whether what is told as settled was settled, and not refused, asked or made to depend.

A spoken clause has a stance: it denies, it is a question, it depends on a condition, it is a
customer's request. A clause of the agent's or the result's line is compared with the clauses of the
call that hold most of its words. It is wrong if every one of them denies what it affirms, or the
other way round, and if a settled thing was only asked for or only promised under a condition.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.consultation.alignment import Item, items_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from edgebox.consultation.alignment import Spoken, Statement

_NEGATION: Final = re.compile(
    r"(?<![가-힣])(?:안|못)(?= ?[가-힣])(?! ?(?:내|녕|심|전|정|쪽|방|팎|으로|에|경|과|주|건|양|구|이라|이면|인|지않))"
    r"|[가-힣]지(?:는|도|를|가|만)? ?(?:않|못|마세|마시|말[고라아]|맙)"
    r"|불가(?!피)|거절|(?<!수신)(?<!수신 )거부|말고(?![가-힣])"
    r"|없(?!이|던 ?걸|애|앴|어[졌져진질]|는지|나요|으세요\?|을까|죠\?|으면|으시면)"
    r"|아니(?:라고|에요|었|었고|며|고(?![가-힣]))|아닙니다|어렵(?:습|다|고|네|겠|죠|지)|어려우|어려울"
    r"|못하|못해|못 ?받|안[돼됩됐]|안되(?!나|는지)"
)
_REFUSAL: Final = re.compile(
    r"수[가는도]? ?없|지(?:는|도|를)? ?(?:않|못)|말고(?![가-힣])|불가|거절|거부|어렵|어려|못[하해]"
    r"|(?<![가-힣])(?:안|못)(?= ?[가-힣])(?! ?(?:내|녕|심|전|정|쪽|방|팎|으로|에|경|과|주|건|양|구|이라|이면|인))"
)
_DECIDED_AGAINST: Final = re.compile(r"지 ?않기로|안 하기로|지 ?말기로")
_DECLINED: Final = re.compile(r"거[절부](?:해|하)")
"""A side says no: 됐어요 and 괜찮아요 say so without a negation."""

_MENTIONS: Final = re.compile(r"[을를] ?(?:설명|안내|문의|질문)[했하]")
"""A thing is named in it and nothing is said of it."""

_TWICE: Final = re.compile(
    r"(?:지 ?않|없|안 ?[가-힣]{1,4}|아니)[으하]?면 ?(?:안|못)|않을 ?수 ?없|[할될갈올을]지 (?:안|못)|(?:안|못) ?[가-힣]{1,4}지 ?않"
)
_ABSENT: Final = re.compile(
    r"없이|무료|무상|면제|공짜|제외|빼고|철회|취소|보류|중단|그만|대신|미[가-힣]{2}|무[가-힣]{2}"
)
"""Words that deny without a negation, so that a negation beside them proves nothing."""

_QUESTION: Final = re.compile(
    r"\?|(?:나요|까요|는가요|인가요|ㄴ가요|을까|ㄹ까|는지요|은지요|건지|나여|까여|ㅂ니까|습니까|십니까"
    r"|[할될갈올줄볼]까|하죠|되죠|돼요\?|맞죠|이죠|거죠|시죠|시겠어요|주실래요)[.~ ]*$"
)
_CONDITION: Final = re.compile(
    r"(?:(?<![화전측표수양반정지장국서내])(?<!감)면|거든|[할될갈올줄볼을]지|한다는 ?조건|경우)"
    r"(?:은|는|요|에|에는)?[ ,]*$"
    r"|예상|달라질|수도 있|확정은|확답"
)
_IN_CONDITION: Final = re.compile(
    r"[가-힣](?:으면|하면|되면|이면|시면|다면|라면)(?=[ ,])|경우에?는? "
)
_USUAL: Final = re.compile(
    r"(?:그러|이러|저러|괜찮으|필요하|원하|가능하)시?면|그럼|(?<!감)면 *(?:됩|되[세시는죠고며]|돼|될|좋|괜찮)|주시면|주면"
)
_WISH: Final = re.compile(
    r"[가-힣] ?(?:주세요|주십시|줘요|줘(?![가-힣])|주시[겠면고는]|달라|주실|주이소)"
    r"|싶(?:은|어|습|다|거)|려고(?:요|하|해|$| )|려구|부탁|원해|바랍니다|했으면|됐으면|좋겠|하려는|해야 ?(?:돼|되는)"
    r"|안 ?[돼되](?:나|요\?|냐)|나요|까요"
)
_DEFERS: Final = re.compile(
    r"확답|약속(?:은|을)? ?(?:못|드리지)|장담|심사|검토|확인(?:을)? ?(?:해 ?(?:봐|보고|봐야)|하고|한 ?뒤|한 ?다음|이 ?필요)"
    r"|알아보|여쭤|물어보|물어보고|논의|협의|정해지|결정(?:되|은|이)|달라질|죄송하지만|어렵|불가|안 ?[되돼됩]|못 ?[하해드]"
)
_SETTLED: Final = re.compile(
    r"(?:[했됐갔왔렸줬냈뺐겼켰쳤꿨였](?:습니다|고|으며|으나|다|지만|음)|기로 ?(?:했|함|결정|합의|하고|하며|되)"
    r"|완료|처리됨|됨|함|받았|되었|하였)"
)
_REPORTED: Final = re.compile(
    r"(?:다|라|자|냐)(?:고|며|는)(?= ?(?:안내|설명|답|말|했|하|알|제안|전|약속|문의|요청))|권[했하유]|제안[했하]|안내[했하]|설명[했하]|당부|도록|수 있|가능|예정"
)
_BUT: Final = re.compile(
    r"(?<!감)면(?= |,|$)|[하되이으시]면|경우|조건|시에?[ ,]|뒤|후[ ,에]|심사|검토|확인|예정|여부|다음|나서|따라|까지"
)

_AFTER: Final = 3
"""Clauses of an utterance behind one that names a thing, in which it may be denied."""

_SHARE: Final = 0.5
"""Of a clause's weight, that a spoken clause must hold to speak about the same thing."""

_SETTLES: Final = 0.4
"""The same of a clause that settles something."""

_SPECIFIC: Final = 1.0
"""Weight of a part's words in the call, with less than which (미루기로 했고) it says too little."""

_SAME: Final = 0.6
"""Degree from which a clause holds a predicate itself, or another word for it without a denial."""

_TELLS: Final = 0.5
"""Weight of a word, and degree of a hit, from which a clause is about the same thing."""

_SURE: Final = 0.6
"""Support from which a statement's utterances are surely the right ones."""

_CLOSE: Final = 0.85
"""Of the best share: clauses this near to it are looked at as well."""


class _Stance(NamedTuple):
    denies: bool
    refuses: bool
    absent: bool
    asks: bool
    depends: bool
    wishes: bool

    @property
    def is_open(self) -> bool:
        """Nothing is settled by the clause: it asks, wishes or refuses."""
        return self.asks or self.wishes or self.refuses

    @property
    def is_wanted(self) -> bool:
        """The clause asks, or wishes for something."""
        return self.asks or self.wishes


class _Part(NamedTuple):
    text: str
    items: list[Item]


def faults(
    made: Sequence[Statement], stances: Stances, on: dt.date | None
) -> Iterator[tuple[str, str]]:
    """Yield (clause, ``polarity`` or ``conditional``) of the agent's and the result's line."""
    spoken = stances.spoken
    for statement in made:
        if statement.field == "customer":
            continue
        for part in _parts(statement, spoken, on):
            near = _near(part, stances)
            if _other_side(statement, part, near, spoken):
                yield part.text, "speakers_swapped"
            about = [(piece, stances[piece]) for piece in near]
            heard = [one for _, one in about if not one.asks and not one.wishes]
            if heard and _opposed(part.text, heard) and not _bears_denial(part, near, stances):
                yield part.text, "polarity"
            elif denies(part.text) and not near and _affirmed(part, statement, stances):
                yield part.text, "polarity"
            elif _unsettled(part, about or _fallback(part, statement, stances), stances):
                yield part.text, "conditional"


_BY_AGENT: Final = re.compile(r"(?:상담[사원]|직원|상담자|매니저|센터)(?:이|가|은|는) ")
_BY_CUSTOMER: Final = re.compile(r"(?:고객|회원|민원인|손님|환자)(?:님)?(?:이|가|은|는) ")
_COMMITS: Final = re.compile(r"기로 ?(?:했|하|함)|겠다고|준다|주기로|주겠")
_WILL: Final = re.compile(
    r"[할낼갈볼올릴줄살쓸둘놓걸을길킬칠낼]게요|겠습니다|[할볼갈낼]래요|려고요|걸로 할|하죠"
)
_TO_CUSTOMER: Final = re.compile(r"드[릴리렸려]")
_ASKED_OF_CUSTOMER: Final = re.compile(
    r"[으하되가오내보]?[시셔셨](?:면|야|고|는|서|세)|세요|십시오|주세요"
)


def _other_side(statement: Statement, part: _Part, near: Sequence[int], spoken: Spoken) -> bool:
    """Return whether a part has one side promise what only the other side said it would do."""
    if not near or not _COMMITS.search(part.text):
        return False
    said = statement.text[: statement.text.find(part.text) + len(part.text)]
    agent = [match.start() for match in _BY_AGENT.finditer(said)]
    customer = [match.start() for match in _BY_CUSTOMER.finditer(said)]
    if not agent and not customer:
        return False
    by_agent = max(agent, default=-1) > max(customer, default=-1)
    sides = {_doer(piece, spoken) for piece in near} - {""}
    return sides == {"customer" if by_agent else "agent"}


def _doer(piece: int, spoken: Spoken) -> str:
    """Return which side a clause says will do something, or nothing."""
    speaker, text = spoken.speaker_of(piece), spoken.text_of(piece)
    if speaker == "customer":
        return "customer" if _WILL.search(text) else ""
    if speaker == "agent":
        if _TO_CUSTOMER.search(text):
            return "agent"
        return "customer" if _ASKED_OF_CUSTOMER.search(text) else ""
    return ""


def _bears_denial(part: _Part, near: Sequence[int], stances: Stances) -> bool:
    """Return whether a part denies, as a clause beside the near ones or with its words does."""
    if not denies(part.text):
        return False
    spoken = stances.spoken
    about = {*near}
    about |= {
        after
        for piece in near
        for after in range(piece + 1, piece + 1 + _AFTER)
        if after < len(spoken.pieces)
        and spoken.pieces[after].utterance == spoken.pieces[piece].utterance
    }
    key = _key(part, [item for item in part.items if item.where])
    of = {spoken.pieces[piece].utterance for piece in near}
    if key is not None:
        about |= {piece for piece in key.where if spoken.pieces[piece].utterance in of}
    return any(stances[piece].denies and not stances[piece].asks for piece in about)


def _affirmed(part: _Part, statement: Statement, stances: Stances) -> bool:
    """Return whether a part denies while nothing is denied where its statement's words are."""
    spoken = stances.spoken
    if "아직" in part.text or not _NEGATION.search(part.text[-_PREDICATE + 6 :]):
        return False
    if _DECIDED_AGAINST.search(part.text):
        pieces = [
            piece
            for item in statement.items
            if item.word and item.weight >= _TELLS
            for piece, degree in item.where.items()
            if degree >= _TELLS
        ]
    elif statement.support >= _SURE:
        pieces = [piece for number in statement.chosen for piece in spoken.pieces_of(number)]
    else:
        return False
    return bool(pieces) and not any(
        stances[piece].denies or stances[piece].absent for piece in pieces
    )


_FINE: Final = re.compile(
    r"(?:(?<=[하했되됐이있없았었였받렸않말드니리내주가졌켰겼])고|며|지만|(?:었|았|했|됐|겠)으?나|므로|[은는]데"
    r"|(?<=[가-힣])(?<![피손오이올침방])해)(?=,?\s)"
    r"(?!,?\s*(?:싶|있|계[시신]|나서|[주줄줬드달두놓보봐]))"
)


def _parts(statement: Statement, spoken: Spoken, on: dt.date | None) -> Iterator[_Part]:
    at = 0
    text = statement.text
    for match in [*_FINE.finditer(text), None]:
        end = match.end() if match else len(text)
        piece = text[at:end].strip(" ,")
        items = items_of(piece, spoken, on)
        if items or match is None:
            yield _Part(piece, items)
            at = end


def _near(part: _Part, stances: Stances) -> list[int]:
    """Return the spoken clauses about a part's predicate that hold most of its other words.

    The predicate is the part's last word that the call holds, of a part that denies the last one
    before the negation. A clause that only names a condition speaks for the one after it.
    """
    spoken = stances.spoken
    found = [item for item in part.items if item.where]
    key = _key(part, found)
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
    about = {piece: value for piece, value in held.items() if key.where.get(piece, 0.0) >= _SAME}
    settled = {piece: v for piece, v in about.items() if not stances[piece].is_wanted}
    # What the call settles is looked at first, and what is only wanted where nothing settles it.
    for chosen, least in ((settled, _SETTLES), (about, _SHARE)):
        best = max(chosen.values(), default=0.0)
        # What a denial is about must be said, and the call may say an affirmation in other words.
        compared = part.items if denies(part.text) else found
        if best >= least * sum(item.weight for item in compared):
            return [piece for piece, value in chosen.items() if value >= _CLOSE * best]
    return []


def _key(part: _Part, found: Sequence[Item]) -> Item | None:
    negations = list(_NEGATION.finditer(part.text))
    end = negations[-1].end() if negations else len(part.text)
    before = [item for item in found if item.word and 0 <= part.text.find(item.word) < end]
    return max(before, key=lambda item: part.text.rfind(item.word, 0, end), default=None)


def _opposed(text: str, heard: Sequence[_Stance]) -> bool:
    """Return whether a part denies what every clause affirms, or the other way round.

    수수료 면제 and 수수료가 없습니다 agree: a word of absence beside 없 proves nothing.
    """
    if (
        _TWICE.search(text)
        or _DECLINED.search(text)
        or _MENTIONS.search(text)
        or (denies(text) and "아직" in text)
    ):
        return False
    lacks = _REFUSAL.search(text) is None
    if denies(text):
        return not any(one.denies or (one.absent and lacks) for one in heard)
    absent = _ABSENT.search(text) is not None and not any(one.refuses for one in heard)
    return not absent and all(one.refuses for one in heard)


def _unsettled(part: _Part, about: Sequence[tuple[int, _Stance]], stances: Stances) -> bool:
    """Return whether a part tells as settled what was only asked, wished for or conditional."""
    text = part.text
    if not _SETTLED.search(text) or _REPORTED.search(text) or denies(text):
        return False
    if not about:
        return False
    if sum(item.weight for item in part.items if item.where) < _SPECIFIC:
        return False
    depends = _BUT.search(text) is not None
    for piece, one in about:
        if one.depends and not depends:
            continue
        if one.asks or one.wishes:
            if _granted(piece, part, stances):
                return False
            continue
        return False
    return True


def _fallback(part: _Part, statement: Statement, stances: Stances) -> list[tuple[int, _Stance]]:
    """Return the clauses of a statement's best utterance that hold the part's words."""
    if statement.support < _SURE:
        return []
    of = set(stances.spoken.pieces_of(statement.chosen[0]))
    return [
        (piece, stances[piece])
        for piece in sorted({piece for item in part.items for piece in item.where} & of)
    ]


def _granted(piece: int, part: _Part, stances: Stances) -> bool:
    """Return whether what was asked or wished for was not refused, in the answer or elsewhere."""
    spoken = stances.spoken
    utterance = spoken.pieces[piece].utterance
    asked_by = spoken.utterances[utterance].speaker
    key = _key(part, [item for item in part.items if item.where])
    if key is not None and any(
        stances[other].refuses and not stances[other].asks and spoken.speaker_of(other) == "agent"
        for other in key.where
    ):
        return False
    for later in range(utterance + 1, min(utterance + 3, len(spoken.utterances))):
        one = spoken.utterances[later]
        if one.speaker == asked_by and asked_by != "unknown":
            continue
        return not (_DEFERS.search(one.text) or _NEGATION.search(one.text))
    return asked_by != "customer"


@lru_cache(maxsize=4096)
def denies(text: str) -> bool:
    return _NEGATION.search(text) is not None and not _TWICE.search(text)


_PREDICATE: Final = 18
"""Characters at a spoken clause's end that hold its predicate: 안 하시는 걸로 하겠습니다 is 14. A
negation before them (안 쓰신 달은 돌려받으세요) belongs to another word."""


class Stances:
    """The stance of each spoken clause, read when it is asked for."""

    def __init__(self, spoken: Spoken) -> None:
        self.spoken = spoken
        self._read: dict[int, _Stance] = {}

    def __getitem__(self, piece: int) -> _Stance:
        found = self._read.get(piece)
        if found is None:
            found = self._read[piece] = self._stance(piece)
        return found

    def _stance(self, piece: int) -> _Stance:
        spoken = self.spoken
        text = spoken.text_of(piece)
        before = after = ""
        if _CONDITION.search(text) and spoken.follows(piece):
            after = spoken.text_of(piece + 1)
        if piece and spoken.pieces[piece - 1].utterance == spoken.pieces[piece].utterance:
            before = spoken.text_of(piece - 1)
        ending = (after or text).rstrip()[-_PREDICATE:]
        depends = bool(
            _CONDITION.search(text) or _CONDITION.search(before) or _IN_CONDITION.search(text)
        )
        usual = _USUAL.search(f"{before[-5:]} {text} {after[:5]}")
        return _Stance(
            denies(ending),
            _REFUSAL.search(ending) is not None and not _TWICE.search(ending),
            _ABSENT.search(f"{text} {after}") is not None,
            _QUESTION.search(after or text) is not None,
            depends and not usual,
            spoken.speaker_of(piece) != "agent" and _WISH.search(text) is not None,
        )
