"""What a telephone system says: menus, waiting messages, announcements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGIT: Final = "0-9영공일이삼사오육칠팔구"
_PRESS: Final = (
    r"(?:눌러(?: ?(?:주|[.!]?$))|누르(?:세|십|시면|시고)|선택(?:해 ?주|하(?:세|십|시면|시고)))"
)
_TO_PRESS: Final = re.compile(_PRESS)
_ENGLISH_KEY: Final = re.compile(r"press (?:one|two|three|\d|the)", re.IGNORECASE)
_STAR: Final = r"(?:별표|우물 ?정자?|샵|#)[를을]? ?(?:버튼을? ?)?"
_NUMBER: Final = rf"[{_DIGIT}]{{1,2}} ?번(?!째|호)"
_KEYS: Final = re.compile(
    rf"(?<![가-힣](?=[가-힣]))(?!이번){_NUMBER}을? ?{_PRESS}|{_STAR}{_PRESS}"
    rf"|{_ENGLISH_KEY.pattern}",
    re.IGNORECASE,
)
"""A key to press; 이번을 alone is this one."""
_FOR: Final = "은|(?<![있없하되오이])는|시면|려면|경우"
_OFFERED: Final = re.compile(
    rf"(?:{_FOR})[ ,]{{1,2}}{_NUMBER}을? ?{_PRESS}|{_STAR}{_PRESS}"
    rf"|{_ENGLISH_KEY.pattern}",
    re.IGNORECASE,
)
"""A key with what it is for, as a menu says it: 조회는 1번을 눌러 주세요."""
_OFFERS: Final = re.compile(
    rf"(?:{_FOR})[ ,]{{1,2}}(?!이번(?:에| [달주건년])){_NUMBER}"
    rf"|{_NUMBER}을? ?(?:누르|눌러 ?주)시면 [^.?!]{{0,20}}(?:연결|조회|안내|상담)"
    rf"|{_ENGLISH_KEY.pattern}",
    re.IGNORECASE,
)
_IN_TURN: Final = re.compile(
    r"(?:눌러 ?주|누르|선택해 ?주|선택하)(?:시고(?! (?:다시|이전|처음|그 ?외|기타|상담))"
    r"|신 (?:다음|뒤|후)|셔서|시면 (?:됩|돼|되))|다음에?(?![가-힣])"
)
"""How a person explains which keys to press one after the other."""
_WAITING: Final = re.compile(
    r"(?:대기|예상 ?대기) ?(?:시간|고객|인원)[은이]? ?.{0,12}(?:입니다|분|명)"
    r"|상담[사원](?:를|을|과|와)? ?연결 ?(?:중|하고|해 ?드리겠)"
    r"|고객님의 (?:통화|전화)를? ?연결하고 있|연결이 ?지연되고 있|(?:통화 ?)?연결음"
    r"|^다시 확인(?:하[고신]|하시고|하셔서)(?: 후)? ?(?:다시 )?걸어"
    r"|(?:모든 )?상담[사원][이가]? 통화 ?중|통화량이 많아|잠시만 기다리시면|연결까지"
    r"|삐 ?소리 ?(?:후"
    r"|가 ?(?:(?:나|들리|울리)면(?!서)|난 ?[후뒤다]))"
    r"|(?:통화|상담) ?내용[은이]? ?(?:.{0,14})?녹음|산업안전보건법|폭언.{0,20}(?:삼가"
    r"|자제|말아|금지"
    r"|처벌|제한|종료|중단)|고객응대근로자|음성사서함(?:으로|에)|고객님께서 전화를 받지"
    r"|^(?:지금 )?(?:거신|거셨던|누르신|다이얼하신) (?:전화|(?:전화 ?)?번호)[는가] "
    r"(?:없는|결번|사용)"
    r"|^없는 번호입니다"
    r"|^(?:번호를? )?확인 ?(?:하신 )?(?:후|뒤)에? 다시 걸어"
    r"|(?:상담|업무|근무|운영) ?시간이 (?:아닙니다|종료되었습니다)"
    r"|^지금은 (?:점심|휴게) ?시간입니다|통화 ?중이(?:오니|므로)"
    r"|^고객님의 (?:소중한 )?(?:통화|상담)[은는이가] [^.?!]{0,20}녹음"
    r"|(?:^|없어 ?|않아 ?|있어 ?)소리샘으로|전화기가 꺼져 있어[^.?!]{0,12}(?:연결|음성)"
    r"|^지금은 전화를 받을 수 없(?:습|으)"
    r"|누군가의 (?:소중한 )?(?:가족|딸|아들|엄마|아빠|부모)(?:입니|이[며오니])"
    rf"|(?:서비스|통화|상담) ?종료를 원하시면 [^.?!]{{0,8}}(?:끊|{_PRESS})"
    r"|(?:업무|상담|근무) ?시간(?:중|내)?에 다시 전화(?:해|하여)? ?(?:주시|주십|바랍)"
    rf"|(?:메뉴|안내)를 다시 들으시려면 [^.?!]{{0,12}}{_PRESS}"
    rf"|(?:이전|처음) ?(?:메뉴|단계)로 [^.?!]{{0,10}}(?:시려면|원하시면) [^.?!]{{0,12}}{_PRESS}",
    re.IGNORECASE,
)
_WAITING_ENGLISH: Final = re.compile(
    r"your call (?:is (?:important|being)|may be)|all (?:our )?agents are"
    r"|the number you (?:have )?(?:dialed|called)",
    re.IGNORECASE,
)
_OF_MACHINES: Final = re.compile(
    r"your call will be|all (?:of )?(?:our )?(?:agents|representatives|operators|lines) are"
    r"|please (?:stay|remain) on the line|please hold while we"
    r"|calls? (?:may|will) be (?:monitored|recorded)",
    re.IGNORECASE,
)
_OF_PEOPLE: Final = re.compile(
    r"(?<![\w'])(?:i|me|my|he|she|they|told|said|says?|heard|so|but|because|why)(?!\w)|\?"
    r"|^(?:yes|yeah|no|ok(?:ay)?|sure|well|and|please,)(?!\w)",
    re.IGNORECASE,
)
"""Somebody who speaks or is told of, a reason, an answer: no announcement in English."""
_REFUSED: Final = re.compile(r"잘못 (?:누르|선택하)셨습니다\W*")
_MENU: Final = re.compile(rf"(?<=[은는] )[{_DIGIT}]{{1,2}} ?번|(?<=[{_DIGIT}])번은 ")
_ANNOUNCED: Final = re.compile(
    r"(?:니다|바랍니다|십시오"
    r"|(?:눌러|입력해|기다려|말씀해|선택해|남겨|삼가|자제해|말아) ?주세요)[\s.!]*$"
)
"""How a machine ends what it says."""
_HUMAN: Final = re.compile(
    r"(?<![가-힣])(?:저|제|저희|내|나|우리)(?:가|는|도|를|한테|에게|께)?(?![가-힣])"
    r"|[았었였했됐갔왔났봤셨렸졌겼쳤랐췄썼웠샀탔켰]|어제|아까|방금|지난|맨날|자꾸"
    r"|왜(?![가-힣])"
    r"|^(?:네|예|자|그럼|그러면|그래서|일단|우선|혹시|고객님)(?![가-힣])|담당 ?상담[사원]"
    r"|(?:안|못) ?(?:되|돼|됩|나|와|옵|가|들|받|먹)|(?:려|라)고요?|거든|는데요|이상하|싶"
    r"|시면 ?(?:돼|되[는세시])"
)
"""The first person, the past, a complaint, an answer: no announcement."""
_MATTER: Final = re.compile(r"민원|불만|고장")
"""What a caller complains of, and a key may be for: 고장 접수는 2번을 눌러 주세요."""
_TOLD: Final = re.compile(r"(?:누르|하)시면 ?(?:됩|되)")
"""How a person tells of a key: 고장은 2번 누르시면 됩니다."""


def is_machine(text: str) -> bool:
    """Return whether an utterance without a known speaker is a menu or a waiting message.

    It has the words of one and the form of an announcement. A customer who tells of a menu or of
    a recording ("상담 내용 녹음된 거 들려주세요") is a person.
    """
    if _WAITING_ENGLISH.search(text) or _REFUSED.fullmatch(text):
        return True
    if _OF_MACHINES.search(text) and not _OF_PEOPLE.search(text):
        return True
    if _HUMAN.search(text):
        return False
    matter = _MATTER.search(text) is not None
    if _OFFERED.search(text):
        return not matter or (_ANNOUNCED.search(text) is not None and not _TOLD.search(text))
    return not matter and _announces(text)


def _announces(text: str) -> bool:
    keys = len(_KEYS.findall(text)) > 1 and not _IN_TURN.search(text)
    waits = _WAITING.search(text) is not None and _ANNOUNCED.search(text) is not None
    return keys or waits or len(_MENU.findall(text)) >= 3


_HOURS: Final = re.compile(r"(?:상담|업무|근무|운영|영업|점심|휴게) ?시간|휴무")
_CLOCKS: Final = r"(?:\d{1,2}|[한두세네]|다섯|여섯|일곱|여덟|아홉|열[한두]?)"
_ANNOUNCING: Final = re.compile(
    rf"(?:{_HOURS.pattern})\S{{0,5}}|(?:상담|업무|근무|운영|영업|점심|휴게)|시간(?:[은는이]|입니다)?"
    rf"|(?:평일|주말|공휴일|[월화수목금토일]요일)\S{{0,3}}|및|오전|오후|{_CLOCKS}"
    rf"|(?:{_CLOCKS})?시(?:부터|까지|에서)?(?:입니다|이며|이고)?"
    r"|모든|고객님?[의께]?|상담[원사]\S{0,2}|순서대로|순차적으로|연결(?:해|을|이|하여)?|더|보다"
    r"|통화(?:량[이은]?|가)?|많아|지연되고|중입니다|잠시만?|기다려|기다리시면|주시면|주시기|주십시오"
    r"|주세요|주셔서|바랍니다|감사합니다|죄송합니다|잘못|누르셨습니다|입력하셨습니다|다시|한번"
    r"|(?:주민(?:등록)?|카드|계좌|비밀|전화)번호|생년월일|(?:[앞뒷]|여섯 ?|네 ?)자리[를의]?"
    r"|별표[를와]?|우물 ?정자?[를와]?|입력(?:하신|이)|없습니다|번호입니다|없는"
    r"|눌러|입력해|확인하시고|확인하신|후에?|(?:걸어|전화해)|정확히|번호[를가]?|이용\S{0,4}"
    r"|(?:홈페이지|모바일|인터넷|앱|어플|챗봇|카카오톡|누리집)(?:[를을로]|이?나|에서)?"
    r"|지금은?|현재|많습니다|많아서|빠르고?게?|빠른|편리하게|편리한|처리(?:하실|가|를)?|상담이|수|있습니다|가능합니다"
    r"|(?:연결해|도와|안내해)?(?:드리겠습니다|드립니다|드리고)|있으니|도와|안내해"
)
"""The words of an announcement, and none of what a caller wants."""


def is_announced_beside(text: str) -> bool:
    """Return whether an utterance goes on with an announcement, where a machine was heard.

    Alone an agent may have said it: 상담 시간은 오전 9시부터 오후 6시까지입니다. What holds any
    other word is what somebody left on the machine: 상담 예약 시간 변경 바랍니다.
    """
    if _HUMAN.search(text) or _MATTER.search(text) or not _ANNOUNCED.search(text):
        return False
    if _OF_A_CLOCK.search(text) and not _HOURS.search(text):
        return False
    return all(map(_ANNOUNCING.fullmatch, _WORDS.findall(text)))


_OF_A_CLOCK: Final = re.compile(rf"{_CLOCKS} ?시")
_WORDS: Final = re.compile(r"[^\s,.!?~]+")


def is_menu(text: str) -> bool:
    """Return whether an utterance on the agent's channel offers keys, as only a menu does.

    An agent who asks for one key ("비밀번호 누르시고 별표를 눌러 주세요"), or for several one after
    the other, is no machine.
    """
    if _HUMAN.search(text) or _IN_TURN.search(text):
        return False
    pressed = len(_TO_PRESS.findall(text)) + len(_ENGLISH_KEY.findall(text))
    return pressed > 1 and len(_OFFERS.findall(text)) > 1


_THANKS: Final = re.compile(r"(?:이용해 주셔서 )?감사합니다\W*")
_MOMENT: Final = re.compile(r"잠시만 ?(?:기다려 ?)?주(?:세요|시겠습니까)\W*|잠시만요\W*")
"""What an agent who takes the call says as well."""


def beside_machines(spoken: Sequence[tuple[str, str, str]]) -> set[int]:
    """Return the utterances without a label that go on with what a machine says.

    They stand behind it, or begin the call before it.

    Args:
        spoken: side, label and text of every utterance.
    """
    found: set[int] = set()
    machine = begins = True
    labelled = any(label for _, label, _ in spoken)
    for at, (side, label, text) in enumerate(spoken):
        goes_on = side == "unknown" and not label and is_announced_beside(text)
        theirs = _THANKS.fullmatch(text) or (not labelled and _MOMENT.fullmatch(text))
        if machine and goes_on and not theirs:
            found.add(at)
        else:
            machine = side == "system"
            if begins and not machine:
                found.clear()
            begins = begins and not machine
    return set() if begins else found
