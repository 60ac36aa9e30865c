"""Whether anything was said in a call: greetings over a dead line are no consultation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.consultation.korean import numbers_in
from edgebox.consultation.words import content_words

if TYPE_CHECKING:
    from edgebox.reading.call import Call

NO_CONTENT_SUMMARY: Final = "통화 내용이 없습니다."
"""The answer for a call in which nothing was said."""

# What is said when nobody is there, the line is bad, or the number was wrong.
_PHATIC: Final = re.compile(
    r"여보세요|안녕하(?:세요|십니까|십니가)|반갑습니다|(?:잘 |제 )?(?:안 ?|못 ?)?(?:말|말씀"
    r"|목소리|소리)?[이가]? ?(?:잘 )?(?:안 ?)?"
    r"들리(?:세요|시나요|십니까|시는지|나요|네요|는데요|지 ?않\S*)|(?:안 ?|잘 ?)들[려립]\S*"
    r"|말씀 ?(?:하세요|하십시오|해 ?주세요|해 ?보세요|주세요)|무엇을 도와 ?드릴까요|고객님"
    r"|여기요|저기요|누구세요|어디세요"
    r"|전화 ?(?:가|를)? ?(?:끊(?:긴|어진|을|겠)\S*|연결이\S*|상태가\S*)(?: 것 ?같\S*)?"
    r"|(?:먼저 )?(?:통화|전화|상담)?(?:를|을)? ?"
    r"(?:종료|끊)\S*(?: 주세요| 드리겠\S*)?|응답[이도]? ?없\S*|대답[이도]? ?없\S*"
    r"|아무 ?말씀[이도]? ?없\S*|다시 (?:전화|연락|걸)\S*"
    r"(?: ?(?:주세요|주시기|주십시오|바랍니다|주시면|드리겠\S*))*|바랍니다|감사합니다|고맙습니다"
    r"|죄송합니다|수고하세요|실례\S*"
    r"|(?:전화 ?)?(?:를 ?)?잘못 ?(?:걸|거|눌|누르)\S*|(?:그런 사람|그런 데|거기) ?(?:없\S*"
    r"|아니\S*)"
    r"|hello|can you hear(?: me)?|are you there|wrong number|sorry|thank(?:s| you)|bye"
    r"|good(?:bye| morning| afternoon)"
    r"|(?<![가-힣])(?:네|넵|예|아니요|아뇨|아|어|음|흠|저|뭐|뭐야|그|네네)(?![가-힣])",
    re.IGNORECASE,
)
_CUT_OFF: Final = re.compile(
    r"잘못 ?(?:걸|거|눌|누르)|(?:소리|말씀|목소리)[이가]? ?(?:잘 )?안 ?들|안 ?들리"
    r"|응답[이도]? ?없|wrong number",
    re.IGNORECASE,
)
"""Said in a call that never began: a wrong number, a line that is dead."""
_SHORT: Final = 8
_GREETING: Final = re.compile(
    r"[^.?!\n]{0,30}(?:상담[사원]|센터|콜센터|고객센터|은행|카드|보험|통신"
    r"|담당자?)\S{0,4} ?\S{0,5}(?:입니다|이에요|예요|이었습니다)"
)
_OPENING: Final = re.compile(r"^[^.?!]{0,40}(?:입니다|이에요|예요)(?=[.?! ]|$)")
_HAN: Final = re.compile("[\u4e00-\u9fff\u3040-\u30ff].{0,3}[\u4e00-\u9fff\u3040-\u30ff]")
_BEGUN: Final = 4
"""Content words of the customer from which a cut-off call has content all the same."""


def has_content(call: Call) -> bool:
    """Return whether a person said something beyond greetings, in a call as it was read.

    Reads no further than the first utterance that does.
    """
    said = call.said
    if len(said) <= _SHORT and any(_CUT_OFF.search(utterance.text) for utterance in said):
        said = [one for one in said if one.speaker == "customer" and not _CUT_OFF.search(one.text)]
        words = (word for one in said for word in content_words(_PHATIC.sub(" ", one.text)))
        return sum(1 for _ in words) >= _BEGUN
    for index, utterance in enumerate(said):
        text = utterance.text
        if utterance.speaker != "customer":
            text = _GREETING.sub(" ", text)
            if index == 0:
                text = _OPENING.sub(" ", text)
        rest = _PHATIC.sub(" ", text)
        if numbers_in(rest) or any(content_words(rest)) or _HAN.search(rest):
            return True
    return False
