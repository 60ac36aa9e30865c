"""What a spoken clause does with what it names: denies it, asks for it, makes it depend.

Only forms are read, at the clause's end, where Korean has its predicate. Words that only look like
a negation (없이, 안내, 반려견) are none.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.syllables import PAST
from edgebox.scoring.likeness import Sentences

if TYPE_CHECKING:
    from edgebox.scoring.spoken import Spoken

TURNED_DOWN: Final = (
    r"불(?:가(?!피)|승인|허가|합격|인정|수리(?=[했됐되된하]))|거절"
    r"|(?<!수신)(?<!수신 )(?<!수신을 )거부(?! ?(?:설정|등록)|로 ?(?:바꾸|바꿔|변경|설정|등록))"
    r"|(?<=에서) ?제외(?=[되돼됩됐된될])"
    r"|반려(?!견|묘|동물|식물|자|인)|기각|부결|탈락|무산|실패|금지|제한[되돼됩됐]"
    r"|(?<![가-힣])미(?:승인|접수|처리|적용|등록|지급|반영|개통|완료|인정|발급|가입|발송|확정)"
)
"""Nouns that say that something is not done or not allowed."""

_NOT: Final = (
    r"(?<![가-힣])(?:안|못)(?= ?[가-힣])"
    r"(?!내|녕|심|전|정|쪽|방|팎|으로|에|경|과|주|건|양|구|이라|이면|인|지않"
    r"|을게|부[ 전를도가는]|마[ 를의기]|테나|드로|락|약|장|[산동][시역점에])"
    r"(?! (?:내(?![시셔신실십셨는고도면서야]|[.?~ ]*$)|녕|심|전[은에화]|정[은이을]|쪽|방[은에]"
    r"|팎|으로|에|경|과|양|구|이라|이면|인|지않))"
)
"""안 and 못 before a verb, and not at the head of a noun (안내, 안부)."""

NEGATION: Final = re.compile(
    rf"{_NOT}"
    r"|[가-힣](?:지(?:는|도|를|가|만)? ?(?:않|못|마세|마시|말[고라아]|맙)|[진질] ?(?:않|못))"
    rf"|{TURNED_DOWN}|말고(?![가-힣])"
    r"|없(?!이|던 ?걸|애|앴|어[졌져진질]|는지|나요|으세요\?|을까|죠\?|으면|으시면)"
    r"|아니(?:라고|라(?=[ ,.]|$)|에요|었|었고|며|신|세|시고|시라|시거|셔서|십|고(?![가-힣]))"
    r"|아닙니다|아닌(?![가지])"
    r"|어렵(?:습|다|고|네|겠|죠|지)|어려우"
    r"|어려울"
    r"|못하|못해|못 ?받|안[돼됩됐]|안되(?!나|는지)"
)

REFUSAL: Final = re.compile(
    r"(?:수|권한|방법|방도|도리|제도|규정)[가이는은도]? ?없"
    r"|(?:지(?:는|도|를)?|[진질]) ?(?:않|못)|말고(?![가-힣])|어렵|어려|못[하해]"
    rf"|{TURNED_DOWN}"
    rf"|{_NOT}"
)

TWICE: Final = re.compile(
    r"(?:지 ?않|없|안 ?[가-힣]{1,4}|아니)[으하]?면 ?(?:안|못)|지 ?않고는|없이는"
    r"|밖에(?:는|도)? ?[^.,]{0,8}(?:안|못|없)|않을 ?수 ?없|[할될갈올을]지 (?:안"
    r"|못)|(?<![가-힣])(?:안(?!내)|못) ?[가-힣]{1,4}지 ?않"
)

WAIVED: Final = (
    r"(?:요금|금액|[료비값돈원])[은는을를도]? ?(?:다 |전부 )?빼 ?(?:드[리려릴렸]|[줄줘줬])"
)
"""What is not asked for: 이번 달 요금 빼 드릴게요."""

ONLY: Final = r"(?<![0-9일삼사오육칠팔구십백천])(?<![십백천]이)만"
"""만 that limits, and is no numeral."""

ABSENCE: Final = rf"없이|무료|무상|면제|공짜|제외|빼고|철회|취소|보류|중단|그만|{WAIVED}"
"""The words of `ABSENT` that deny wherever they stand."""

ABSENT: Final = re.compile(
    rf"{ABSENCE}|(?:저희|회사|본사|센터)(?:가|에서) ?(?:다 |전부 )?부담|대신"
    r"|(?<![가-힣])(?:미(?:납|수령|이용|사용|포함|제공|해당|보유|개봉|입금|결제|설치|배정|정)|무효)"
)
"""Words that deny without a negation, so that a negation beside them proves nothing."""

_ONLY_DENIES: Final = re.compile(
    rf"(?:{TURNED_DOWN}|어렵|어려|힘들|못[하했해함]|없게|없는|않게|[됐되]습)[가-힣]?"
)
"""A stem that is a denial or an auxiliary, and names nothing."""


def names(word: str) -> bool:
    """Return whether a stem names something that can be denied, and is no denial itself."""
    return _ONLY_DENIES.fullmatch(word) is None


_QUESTION: Final = re.compile(
    r"\?|(?:나요|까요|는가요|인가요|ㄴ가요|을까|ㄹ까|는지요|은지요|건지|나여|까여|ㅂ니까|습니까"
    r"|십니까"
    r"|[할될갈올줄볼]까|하죠|되죠|돼요\?|맞죠|이죠|거죠|시죠|시겠어요|주실래요)[.~ ]*$"
)

_CONDITION: Final = re.compile(
    r"(?:(?<![화전측표수양반정지장국서])(?<!감)(?<![해일을를] 보)(?<!해보)면|거든(?!요)"
    r"|[할될갈올줄볼을]지|한다는 ?조건|경우)"
    r"(?:은|는|요|에|에는)?[ ,]*$"
    r"|예상(?:[돼되됩됨]|입니|이[에세십]|으로)|달라질|수도 있|확정은|확답"
    r"|(?<![셨았었했]을 )(?<!드실 )텐데"
)

_IN_CONDITION: Final = re.compile(
    r"[가-힣](?:으면|하면|되면|이면|시면|다면|라면)(?=[ ,])|경우에?는? "
    r"|[가-힣][어아여해돼셔]야(?:만|지만)? (?!되|된|될|돼|됩|하|한|합|해)"
)

_USUAL: Final = re.compile(
    r"(?:그러|이러|저러|괜찮으|필요하|원하|가능하)시?면|(?<![가-힣])그면|그럼"
    r"|(?<!감)면 *(?:됩|되[세시는죠고며]|돼"
    r"|될|좋|괜찮)|주시면|주면"
)

_WISH: Final = re.compile(
    r"[가-힣] ?(?:주세요|주십시|줘요|줘(?![가-힣])|주시[겠면고는]|달라|주실|주이소)"
    r"|싶(?:은|어|습|다|거)|려고(?:요|하|해|$| )|려구|부탁|원해|바랍니다|했으면|됐으면|좋겠"
    r"|하려는|해야 ?(?:돼|되는)"
    r"|안 ?[돼되](?:나|요\?|냐)|나요|까요"
)

_NAMED_ONLY: Final = re.compile(r"[가-힣]{2}이요[.~ ]*$")
"""A wish without its verb, if nobody asked: 환불이요."""

_ASKED: Final = re.compile(r"\?|(?:요|까|죠)[.~ ]*$")
"""What an agent says that may be a question, which a noun alone answers."""

_ASKS_LEAVE: Final = re.compile(
    r"(?:[면믄]|서는?|[가-힣]도) *안 *(?:돼|되[나는남능]|될|됩니[까꺼]|된(?:단가|다요|당가))"
)
"""A customer who asks whether something cannot be done after all: 취소하면 안 돼요."""

_WAIVES: Final = re.compile(r"[은는도] ?(?:이제 |그냥 )?됐(?:고|어요|습니다|어)(?![가-힣])")
"""A customer who wants a thing no longer: 해지는 됐고."""

_REASSURES: Final = re.compile(r"(?:걱정|염려|신경|부담)[은을도]? ?(?:안|하지|쓰지|갖지|마|말|없)")
"""걱정 안 하셔도 돼요 refuses nothing."""

_FORBIDS: Final = re.compile(r"\s*(?:절대 ?)?안 ?[돼되됩]")
"""What follows 드시면 where that is forbidden, and no condition."""

PREDICATE: Final = 18
"""Characters at a spoken clause's end that hold its predicate: 안 하시는 걸로 하겠습니다 is 14. A
negation before them (안 쓰신 달은 돌려받으세요) belongs to another word."""


@lru_cache(maxsize=4096)
def denies(text: str) -> bool:
    """Return whether a clause denies: once, because twice affirms."""
    return NEGATION.search(text) is not None and not TWICE.search(text)


_TELLS_OF_BEFORE: Final = re.compile(
    rf"(?<![가-힣])(?:안|못) ?[가-힣]{{0,4}}[{PAST}]|지(?:는|도|를)? ?(?:않|못)(?:았|했|하[셨])"
    r"|(?<!필요 )(?<!필요)(?<!수 )(?<!수)(?<!수[가는도] )(?<!수[가는도])없|아니[에었라죠]|아닌|아닙"
)
"""A negation of what was or is there, which decides nothing."""


def denies_what_comes(text: str) -> bool:
    """Return whether a clause denies anything but what was or is there."""
    return NEGATION.search(_TELLS_OF_BEFORE.sub("", text)) is not None


class Stance(NamedTuple):
    """What a spoken clause does.

    Attributes:
        denies: it has a negation of its predicate.
        refuses: the negation is of what is done, not of what there is, and in the clause itself.
        absent: a word says so without a negation (무료, 제외).
        asks: it is a question.
        depends: it has a condition, or its sentence has one before it.
        wishes: somebody other than the agent wants it.
    """

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


class Stances:
    """The stance of each spoken clause, read when it is asked for."""

    def __init__(self, spoken: Spoken) -> None:
        self.spoken = spoken
        self._read: dict[int, Stance] = {}

    @cached_property
    def sentences(self) -> Sentences:
        """The sentences of the call, as they were said."""
        return Sentences(self.spoken)

    def __getitem__(self, piece: int) -> Stance:
        found = self._read.get(piece)
        if found is None:
            found = self._read[piece] = self._stance(piece)
        return found

    def _stance(self, piece: int) -> Stance:
        spoken = self.spoken
        text = spoken.text_of(piece)
        before = after = ""
        if _CONDITION.search(text) and spoken.follows(piece):
            after = spoken.text_of(piece + 1)
        if piece and spoken.pieces[piece - 1].utterance == spoken.pieces[piece].utterance:
            before = spoken.text_of(piece - 1)
        ending = (after or text).rstrip()[-PREDICATE:]
        own = text.rstrip()[-PREDICATE:]
        depends = bool(
            _CONDITION.search(text) or _CONDITION.search(before) or _IN_CONDITION.search(text)
        )
        usual = _USUAL.search(f"{before[-5:]} {text} {after[:5]}")
        forbids = _FORBIDS.match(after) is not None and not NEGATION.search(own)
        by_agent = spoken.speaker_of(piece) == "agent"
        waives = not by_agent and _WAIVES.search(text) is not None
        if not by_agent and _ASKS_LEAVE.search(f"{text} {after}"):
            return Stance(
                denies=False, refuses=False, absent=False, asks=False, depends=False, wishes=True
            )
        return Stance(
            denies(ending) or forbids or waives,
            forbids
            or waives
            or (
                not _CONDITION.search(text)
                and REFUSAL.search(own) is not None
                and not (TWICE.search(own) or _REASSURES.search(text))
            ),
            ABSENT.search(f"{text} {after}") is not None,
            _QUESTION.search(after or text) is not None,
            depends and not usual and not forbids,
            not by_agent and (_WISH.search(text) is not None or self._is_named_only(piece)),
        )

    def _is_named_only(self, piece: int) -> bool:
        """Return whether a customer's clause only names what is wanted, and answers nothing."""
        spoken = self.spoken
        if not _NAMED_ONLY.search(spoken.text_of(piece)):
            return False
        utterance = spoken.pieces[piece].utterance
        return not utterance or not _ASKED.search(spoken.utterances[utterance - 1].text)
