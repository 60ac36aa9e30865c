"""Whether anything was said in a call: greetings over a dead line are no consultation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.acts import CURSES, without_fillers
from edgebox.language.korean import numbers_in
from edgebox.language.words import content_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.reading.call import Call, Utterance

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
    r"|(?:아무 ?)?말씀?[이도]? ?(?:없|안 ?하)\S*|다시 (?:전화|연락|걸)\S*"
    r"(?: ?(?:주세요|주시기|주십시오|바랍니다|주시면|드리겠\S*))*|바랍니다|감사합니다|고맙습니다"
    r"|죄송합니다|수고하세요|실례\S*"
    r"|(?:전화가? ?)?끊[겼어]\S*|(?:전화를? ?)?(?:안 ?받|받지 ?않)\S*|부재중\S*|삐+|뚜+|뚝"
    r"|(?:사람|상담[사원]|직원|담당자)(?:을|를|이랑|하고|님)? ?(?:좀 )?(?:바꿔|바꾸|연결|통화)\S*"
    r"(?: ?(?:줘|주세요|달라고|부탁\S*))?|(?:사람|상담[사원])[을를](?![가-힣])"
    r"|시청해 ?주셔서|구독과?|좋아요|알림 ?설정\S*|부탁\S*|다음 (?:시간|영상|주|편)에\S*|뵙겠\S*"
    r"|만나요"
    r"|(?:전화 ?)?(?:를 ?)?잘못 ?(?:걸|거|눌|누르)\S*|(?:그런 사람|그런 데|거기) ?(?:없\S*"
    r"|아니\S*)"
    r"|hello|can you hear(?: me)?|are you there|wrong number|sorry|thank(?:s| you)|bye"
    r"|good(?:bye| morning| afternoon)"
    r"|(?<![가-힣])(?:네|넵|예|아니요|아뇨|아|어|음|흠|저|뭐|뭐야|그|네네)(?![가-힣])",
    re.IGNORECASE,
)
_CUT_OFF: Final = re.compile(
    r"(?:소리|말씀|목소리)[이가]? ?(?:잘 )?안 ?들|안 ?들리|응답[이도]? ?없|말씀[이도]? ?없"
)
"""Said by an agent over a dead line. A customer who says so may mean a television."""
_WRONG_NUMBER: Final = re.compile(
    r"(?:전화(?:를)? ?)?잘못 ?(?:거신|거셨|걸었|걸려|거는|건 거|걸린|걸으)|전화 ?번호.{0,4}(?:틀"
    r"|잘못)"
    r"|wrong number",
    re.IGNORECASE,
)
"""Not 잘못 눌렀 or 번호가 틀렸 alone: a payment or an account may be meant."""
_SHORT: Final = 8
_WRONG: Final = 10
"""Utterances of a call that reached the wrong number, at most."""
_GREETING: Final = re.compile(
    r"[^.?!\n]{0,30}(?:상담[사원]|센터|콜센터|고객센터|은행|카드|보험|통신"
    r"|담당자?)\S{0,4} ?\S{0,5}(?:입니다|이에요|예요|이었습니다)"
)
_OPENING: Final = re.compile(
    r"^[^.?!]{0,40}(?:입니다|이에요|예요|인데요|이라고 합니다)(?=[.?!, ]|$)"
    r"|^[^.?! ]{0,12} ?[^.?! ]{0,12}…$"
)
_TOPIC: Final = re.compile(r"(?<!저)(?<!여기)[은는] ")
"""What has a topic is a statement: "수리비는 무상입니다"."""
_REPORTER: Final = re.compile(r"^[^.?!]{0,24}(?:뉴스|기자|앵커|아나운서)[^.?!]{0,12}입니다[. ]*$")
"""What recognisers trained on broadcasts write over noise."""
_HAN: Final = re.compile("[\u4e00-\u9fff\u3040-\u30ff].{0,3}[\u4e00-\u9fff\u3040-\u30ff]")
_BEGUN: Final = 4
"""Content words of the customer from which a cut-off call has content all the same."""


def has_content(call: Call) -> bool:
    """Return whether a person said something beyond greetings, in a call as it was read.

    Reads no further than the first utterance that does.
    """
    said = call.said
    if _is_wrong_number(said):
        return False
    agent = [one for one in said if one.speaker == "agent"]
    if len(said) <= _SHORT and any(_CUT_OFF.search(one.text) for one in agent):
        return _words([one for one in said if one.speaker == "customer"]) >= _BEGUN
    answered = False
    for index, utterance in enumerate(said):
        text = _REPORTER.sub(" ", CURSES.sub(" ", utterance.text))
        if utterance.speaker == "customer":
            answered = True
        else:
            text = _GREETING.sub(" ", text)
            if index == 0 or (utterance.speaker == "agent" and not answered):
                text = _without_opening(without_fillers(text))
        rest = _PHATIC.sub(" ", text)
        if numbers_in(rest) or any(content_words(rest)) or _HAN.search(rest):
            return True
    return False


def _without_opening(text: str) -> str:
    """Return what an agent says without the words in which the agent introduces itself."""
    match = _OPENING.match(text)
    if match is None or numbers_in(match[0]) or _TOPIC.search(match[0]):
        return text
    return text[match.end() :]


def _is_wrong_number(said: Sequence[Utterance]) -> bool:
    """Return whether a short call ends with the remark that it reached the wrong number."""
    if len(said) > _WRONG:
        return False
    for place, utterance in enumerate(said):
        if _WRONG_NUMBER.search(utterance.text):
            return _words(said[place + 1 :]) < _BEGUN
    return False


def _words(said: Sequence[Utterance]) -> int:
    return sum(1 for one in said for _ in content_words(_PHATIC.sub(" ", one.text)))
