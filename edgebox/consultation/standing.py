"""Which of an agent's statements still stand where a call ends.

What was offered and declined, what held before it was changed, and what the agent corrected later
is true of the call, but in a record it reads as what is to come.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language import acts, landmarks
from edgebox.language.korean import numbers_in
from edgebox.language.number import names_another
from edgebox.language.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.reading.call import Utterance

_NEAR: Final = 2
"""Sentences behind an offer in which it is declined where speakers are not known."""

_OFFERS: Final = re.compile(
    r"드릴 수|드릴게요|드리겠|드려요|드립니다|드릴까|수 ?있|가능|것 같|괜찮으시|빠르|빠른|빨라"
    r"|\bcan\b|\bcould\b|\boffer|available",
    re.IGNORECASE,
)
_PLANS: Final = re.compile(
    r"(?:되어|돼|잡혀|들어가) ?(?:있|계)|예정|예약|도착|방문|수령|출고|만기|배송|scheduled|\bwill\b"
)
"""What is to come, or stands in the box's files as such."""

_DECLINES: Final = re.compile(
    r"(?:^|[\s,.])(?:아니요|아니오|아뇨|아니)(?![가-힣])|됐(?:어요|습니다|고요)|필요 ?없"
    r"|(?<![가-힣])(?:싫|그냥)|말고|너무 ?(?:비싸|늦|길|멀|적)|비싸|부담|별로|소용 ?없"
    r"|(?:그 ?날|그때|그 시간)[은는]|좀 그렇|약속|일정이|(?<![가-힣])괜찮(?:아요|습니다)"
    r"|(?:[일시날때주월]|오전|오후|주말|내일|모레)[은는] ?(?:요|좀)(?![가-힣])"
    r"|(?:그날|그때|그건|그거|그 시간|오전|오후|아침|저녁|요일|주말|평일|[일시분])"
    r"(?:에|엔|에는|은|는|도)? ?(?:제가 )?(?:안 ?[돼되]|못|어렵|힘들|곤란|없)"
    r"|\bno\b(?! problem)|\bdon't\b|\bnot\b|rather",
    re.IGNORECASE,
)
_ACCEPTS: Final = re.compile(
    r"^(?:네|넵|예|응|좋아요|그래요)[\s,.!]+(?:네 )?(?:괜찮|좋|그렇|그거|그걸)"
)

CONSENT: Final = re.compile(
    r"^(?:.{0,12} )?(?:어떠|어떨까|괜찮으|하시겠|해 ?드릴까|드릴까|될까|진행할까)\S*[?.]*$"
    r"|\b(?:would|do|shall) (?:you|that|we|i)\b|okay with you",
    re.IGNORECASE,
)
"""What comes before it is only offered."""

_CHANGED: Final = re.compile(
    r"변경|바꿔|바꿨|옮겨|옮겼|미뤄|미뤘|당겨|당겼|연기|조정|정정|changed|moved|resched"
)
_ENDED: Final = re.compile(r"취소|해지|철회|환불|cancel", re.IGNORECASE)
_WAS_WRONG: Final = re.compile(
    r"누락|잘못 ?(?:안내|말씀|알려|봤|보고)|착오|되돌려|되돌렸|원래대로|원복"
)

_WHEN: Final = frozenset(["date", "time"])
_DAY_OF_MONTH: Final = re.compile(r"\d{1,2}d")


class Standing:
    """Says of each sentence of a call whether what it states still stands at the end.

    Args:
        utterances: of the call.
        spoken: its sentences, each with the index of its utterance.
    """

    def __init__(self, utterances: Sequence[Utterance], spoken: Sequence[tuple[int, str]]) -> None:
        self._utterances, self._spoken = utterances, spoken
        self._corrected = list(landmarks.corrections(utterances))
        self._changed = self._ended = self._wrong = -1
        for index, (place, said) in enumerate(spoken):
            if utterances[place].speaker == "customer":
                continue
            if _WAS_WRONG.search(said):
                self._wrong = index
            if not acts.SETTLED.search(said) or acts.is_question(said) or acts.is_condition(said):
                continue
            self._changed = index if _CHANGED.search(said) else self._changed
            self._ended = index if _ENDED.search(said) else self._ended

    def holds(self, index: int) -> bool:
        """Return whether the sentence at an index of ``spoken`` still stands."""
        place, said = self._spoken[index]
        one = Sentence(place, 0, len(self._utterances[place].text), said)
        corrected = any(landmarks.is_corrected(one, by) for by in self._corrected)
        if corrected or index < self._wrong:
            return False
        dated = any(one.kind in _WHEN for one in numbers_in(said)) or acts.names_day(said)
        is_old = index < self._changed
        if is_old and ((dated and not _CHANGED.search(said)) or self._is_replaced(said)):
            return False
        plans = _PLANS.search(said) is not None
        if index < self._ended and plans and dated:
            return False
        return not ((plans or _OFFERS.search(said)) and self._is_declined(index, dated=dated))

    def _is_replaced(self, said: str) -> bool:
        """Return whether the change names another figure of a kind that a sentence names."""
        return names_another(numbers_in(self._spoken[self._changed][1]), numbers_in(said))

    def _is_declined(self, index: int, *, dated: bool) -> bool:
        """Return whether the customer declines an offer, or asks for another time."""
        said = self._spoken[index][1]
        answer = self._answer(index)
        if _ACCEPTS.search(answer):
            return False
        if _DECLINES.search(answer) or acts.WITHDRAWN.search(answer):
            return True
        offered = {one.value for one in numbers_in(said)}
        wanted = {one.value for one in numbers_in(answer) if one.kind in _WHEN}
        days = {one.value for one in numbers_in(answer) if _DAY_OF_MONTH.fullmatch(one.value)}
        return dated and bool(wanted - offered or days)

    def _answer(self, index: int) -> str:
        """Return what the customer says next; where speakers are not known, what anybody does.

        An answer to whether there is anything else is none to what was told before.
        """
        place = self._spoken[index][0]
        if self._utterances[place].speaker == "unknown":
            return " ".join(said for _, said in self._spoken[index + 1 : index + 1 + _NEAR])
        last = ""
        for at, said in self._spoken[index:]:
            if self._utterances[at].speaker == "customer":
                asks_on = not (acts.is_substance(last) or CONSENT.search(last))
                return "" if asks_on else self._utterances[at].text
            last = said
        return ""
