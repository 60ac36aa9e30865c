"""What a question asks for: its telling words, a kind of number, a place, a name, whose words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from edgebox.language.paraphrase import paraphrases
from edgebox.language.words import content_words

if TYPE_CHECKING:
    from edgebox.reading.roles import Speaker

_UNITS: Final = "일|시|월|주|달|분|년"
_KINDS: Final[tuple[tuple[re.Pattern[str], frozenset[str]], ...]] = (
    (
        re.compile(
            r"얼마(?!나 걸)|금액|요금|가격|비용|수수료|할인|총액|이자|위약금|보증금|만\s?원|퍼센트"
            r"|이율|금리|환급액|입금액"
        ),
        frozenset({"amount", "percent"}),
    ),
    (
        re.compile(
            rf"언제|며칠|기한|날짜|기간|몇\s?(?:{_UNITS})|시간|까지|예정일|요일|얼마나 걸|얼마 걸"
        ),
        frozenset({"date", "time", "count"}),
    ),
    (re.compile(r"전화|연락처|번호|계좌|코드|모델명"), frozenset({"phone", "code", "plain"})),
    (re.compile(rf"몇\s?(?!{_UNITS})|수량|인원|개수"), frozenset({"count", "plain"})),
)
_PATTERNS: Final = (
    (
        re.compile(r"주소|어디|위치|사는 곳|지점|매장|동 ?호수|몇 ?동|몇 ?호"),
        re.compile(
            r"\d+ ?(?:동|호)|[가-힣]{1,8}(?:시|도|구|군|동|읍|면|리|로|길|역|점|센터|아파트)"
            r"(?:[ ,.]|\d|$|[에이을로으])"
        ),
    ),
    (
        re.compile(r"이름|성함|누구|담당자"),
        re.compile(r"[가-힣]{2,4}(?:입니다|이요|예요|이에요|이라고|님)"),
    ),
)
_OF_AGENT: Final = re.compile(r"안내|상담[사원]|우리(?:가|쪽)|직원|뭐라(?:고)? (?:했|말|답)|약속")
_OF_CUSTOMER: Final = re.compile(r"고객|손님|회원|민원인")

_SAYS_NOTHING: Final = re.compile(
    r"뭐|뭘|뭔|무슨|무엇|어떻|어떤|어디|어느|언제|언젠|얼마|얼만|몇|며칠|누구|누가"
    r"|안내[했하]|말[했하]|얘기|이야기|물어|물었|대답|답변|알려|정리|요약|기억|확인[했하]"
    r"|(?:맞[나지아는]|했[지어나더었는]|하[셨라려]|됐[지어나는]|되[는나었]|있[었나지는]|없[었나지는]|한다|해줘|관련|대해"
    r"|관해|부분|그거|이거|고객|손님|상담|통화|오늘|아까|혹시|다시|그때|제일|가장)"
)
"""Beginnings of the words of questions that say nothing about the call."""

_GLUED: Final = re.compile(r"(?<=[가-힣]{2})(?:얼마|언제|어디|뭐|뭔|누구|며칠|몇)[가-힣]*")
"""A question word that is written to the one before it: 수수료얼마."""

_OTHER_WORD: Final = 0.6
"""What another word for the same thing counts."""
_NOUN: Final = 0.9
"""What the noun of a verb counts: 취소 of 취소되는거."""
_BEGINNING: Final = 0.4
"""What the first two syllables of a word count: verbs are inflected, and typed words are wrong
at their ends."""

_OF_NOUN: Final = re.compile(
    r"([가-힣]{2,}?)(?:하|해|했|한|할|되|돼|됐|된|될|받|당하|당했|시키|시켰|드리|드렸)[가-힣]*$"
)

_SAME: Final = {
    "이름": ("성함", "명의"),
    "성함": ("이름", "명의"),
    "연락처": ("전화번호", "핸드폰", "휴대폰", "번호"),
    "전화번호": ("연락처", "핸드폰", "휴대폰"),
    "기한": ("언제까지", "이내", "안에", "까지"),
    "기간": ("동안", "걸려", "걸리", "걸립"),
    "가격": ("얼마", "비용", "요금", "금액"),
    "비용": ("얼마", "가격", "요금", "금액", "수수료"),
    "요금": ("얼마", "비용", "금액", "가격"),
    "금액": ("얼마", "비용", "요금", "가격"),
    "이유": ("때문", "왜냐", "원인"),
    "원인": ("때문", "이유"),
    "날짜": ("언제", "며칠"),
    "주소": ("댁이", "사시는", "계신 곳"),
}
"""What an agent writes into a question, and how it is said in a call."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer would hold.

    Attributes:
        kinds: of numbers (`Number.kind`), any of them.
        patterns: each of another kind of answer: a place, a name.
        speaker: whose words are asked for; empty if that is not said.
    """

    kinds: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    speaker: Speaker | str


def wants(question: str) -> Wanted:
    """Return what a question asks for."""
    kinds = frozenset[str]().union(*(kinds for asked, kinds in _KINDS if asked.search(question)))
    patterns = tuple(pattern for asked, pattern in _PATTERNS if asked.search(question))
    speaker = "customer" if _OF_CUSTOMER.search(question) else ""
    return Wanted(kinds, patterns, "agent" if _OF_AGENT.search(question) else speaker)


def question_words(question: str) -> list[str]:
    """Return the words of a question that say what it is about, each once."""
    words = dict.fromkeys(content_words(_GLUED.sub(" ", question)))
    return [word for word in words if not _SAYS_NOTHING.match(word)]


def said_as(word: str) -> list[tuple[str, float]]:
    """Return how else a word of a question may have been said in the call, with how surely.

    An agent writes 준비하래, 취소되는거 and 리볼링; the call says 준비, 취소, 리볼빙.
    """
    forms = [(form, _OTHER_WORD) for form in (*_SAME.get(word, ()), *paraphrases(word))]
    if verb := _OF_NOUN.match(word):
        forms += said_as(verb[1]) if verb[1] in _SAME else []
        forms += [(verb[1], _NOUN), *((one, _OTHER_WORD) for one in paraphrases(verb[1]))]
    if len(word) > 2 and "가" <= word[0] <= "힣":
        forms.append((word[:2], _BEGINNING))
    return forms
