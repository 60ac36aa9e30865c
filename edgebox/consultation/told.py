"""What the agent stated in a call and did not take back: sentences that a record may quote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.consultation.standing import CONSENT, Standing
from edgebox.language import acts
from edgebox.language.korean import numbers_in
from edgebox.language.words import squeeze
from edgebox.reading.roles import CUSTOMER_TALK
from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.reading.call import Utterance

LONGEST: Final = 120
"""Characters of a sentence that is quoted as a whole."""

FIGURES: Final = frozenset(["amount", "date", "time", "percent"])
"""Kinds of numbers that a record has to have."""

_LONG_NUMBER: Final = 6
"""Digits of a number that is somebody's: it is quoted to nobody who did not ask for it."""

_BARE: Final = 6
"""Characters beside its figures without which a sentence says not what they are of."""

_TAKEN_BACK: Final = re.compile(
    r"(?:^|[\s,.])(?:아니[,. ]|아니[다에]|정정|착오|잘못 ?(?:말씀|안내|봤|봐)|다시 (?:보니|확인))"
)
"""With which a speaker corrects what was just said."""

BROKEN_OFF: Final = re.compile(
    r"(?:-+|—|…|\.{2,}|(?<![가-힣])(?:그러니까|그니까|그러면|그래서|그래 가지고|그런데|근데))[,.]?$"
)
"""A sentence that nobody finished, or one in which only the next word of it was said."""

_CHECKS: Final = re.compile(
    r"맞(?:으시|으신|으세|나요|죠|습니까|을까요)|년생|생년월일|생일"
    r"|[끝뒷앞] ?(?:번호|(?:[네두한4] ?)?자리)"
    r"|주민 ?(?:등록|번호)|(?:카드|계좌|휴대폰|휴대전화|전화|핸드폰|여권|면허) ?번호|연락처"
    r"|(?:성함|이름|존함)[은이도]|소득|연봉|본인"
    r"|date of birth|last four|(?:card|account|phone|social security) number"
    r"|\*{2,}|[가-힣][*○◯][가-힣]|\[[가-힣]+번호\]",
    re.IGNORECASE,
)
"""The agent makes sure who the customer is."""

_REPEATS: Final = re.compile(
    r"(?:[다라냐자]고|[다라냐자]는 ?(?:거|말씀)|[신은]\s?(?:거죠|거지|거군|거네|거예|말씀))"
    r"(?:요|이시\S*|이신\S*|시\S*|[죠군네지]요?|\S{0,2}요)?[.]?$"
)
"""The agent repeats what the customer said: 사십만 원 나왔다고요."""

_POLITE: Final = re.compile(
    r"[가-힣][습십입됩합]니다|[가-힣]세요|[가-힣]셨|[가-힣]시[네고는면지]|드[리려릴렸]|고객님"
    r"|\b(?:you|your|i've|i see|we)\b",
    re.IGNORECASE,
)
"""How agents speak of the matter: without it, who spoke is not known well enough."""

_OWN: Final = re.compile(
    r"(?:주문|결제|구매|구입|입금|송금|이체|납부|예약|신청|가입|반납|사용)(?:을|를)? ?했"
    r"|(?<![가-힣])(?:샀|냈|썼|갔|먹었|봤|받았)(?:습니다|어요|는데|거든)"
    r"|\b(?:my|i paid|i bought)\b",
    re.IGNORECASE,
)
"""What callers say that they did; agents say 하셨 of it."""


def told(utterances: Sequence[Utterance]) -> Iterator[str]:
    """Yield the agent's statements, in order; those that only name figures with what they are of.

    Args:
        utterances: of a call. Where speakers are not known, what customers say is left out by its
            words.
    """
    spoken = [
        (place, acts.without_fillers(utterance.text[a:b]))
        for place, utterance in enumerate(utterances)
        for a, b in split_sentences(utterance.text)
    ]
    standing = Standing(utterances, spoken)
    for index, (place, said) in enumerate(spoken):
        near = [said, *(text for _, text in spoken[index + 1 : index + 3])]
        if any(map(_TAKEN_BACK.search, near)) or not _states(utterances[place], said):
            continue
        after, then = spoken[index + 1] if index + 1 < len(spoken) else (-1, "")
        if (after == place and CONSENT.search(then)) or not standing.holds(index):
            continue
        if _is_bare(said):  # 이만 구천 원이세요
            earlier, before = spoken[index - 1] if index else (-1, "")
            if earlier != place or acts.is_question(before) or _is_bare(before):
                continue
            whole = f"{before} {said}"
        else:
            whole = said
        if len(whole) <= LONGEST:
            yield whole


def _states(utterance: Utterance, said: str) -> bool:
    """Return whether a sentence is what an agent states of the matter."""
    if utterance.speaker == "unknown":
        if CUSTOMER_TALK.search(said) or acts.WANT.search(said) or _OWN.search(said):
            return False
        if not _POLITE.search(said):
            return False
    elif utterance.speaker != "agent":
        return False
    if acts.is_question(said) or acts.is_condition(said) or _introduces(said):
        return False
    if (
        _names_something(said)
        or _CHECKS.search(said)
        or BROKEN_OFF.search(said)
        or _REPEATS.search(said)
    ):
        return False
    done = acts.SETTLED.search(said) is not None and _has_figure(said)
    return acts.is_substance(said) and (done or acts.says_much(said))


def _names_something(said: str) -> bool:
    """Return whether a sentence has a number of a card, an account or a telephone."""
    found = [one.value for one in numbers_in(said) if one.kind in {"phone", "code"}]
    return any(sum(map(str.isdigit, value)) >= _LONG_NUMBER for value in found)


def _introduces(said: str) -> bool:
    """Return whether somebody says who they are; 십이월 삼일 도착 예정입니다 has the same form."""
    return acts.introduces(said) and not _has_figure(said)


def _has_figure(said: str) -> bool:
    return any(one.kind in FIGURES for one in numbers_in(said))


def _is_bare(said: str) -> bool:
    """Return whether a sentence has little beside its figures."""
    rest, at = "", 0
    for one in numbers_in(said):
        rest += said[at : one.start]
        at = one.end
    return len(squeeze(rest + said[at:])) < _BARE
