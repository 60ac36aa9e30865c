"""What a recogniser wrote and nobody said: silence, music, invented lines, loops; and machines.

Speech-to-text models invent lines over silence, most often the ends of videos that they were
trained on. They are dropped as whole utterances only, never inside real speech. "감사합니다" alone
is real. The lists are those that Korean Whisper users report most.
"""

from __future__ import annotations

import re
from typing import Final

_SOUND: Final = (
    r"blank[_ ]?audio|silence|sil|spn|nsn|music|applause|noise|laughter|laughs?|inaudible|crosstalk"
    r"|beep|ringing"
    r"|hold music|background noise|no[ _]speech(?: detected)?|[무묵]음(?: ?구간)?|침묵"
    r"|정적|음악|배경음악?|대기음|통화 ?대기음?|연결음|신호음|기계음|벨소리|삐[- ]?소리"
    r"|통화연결음|잡음|소음|박수|웃음소리|웃음|한숨|숨소리|헛?기침|울음|울먹임|키보드 소리"
    r"|청취 ?(?:불가|불능)|불명|알아들을 수 없음|(?:말 ?)?겹침|동시 ?발화"
    r"|잠시 침묵|(?:통화|상담|녹음) ?(?:종료|시작|끊김|끊어짐)"
    r"|(?:음성|소리|말|대답|응답|신호|발화)(?:이|가)? ?없음|무응답|무발화|no (?:audio|answer|voice)"
    r"|call ended|[^\[\]()*<>\n]{0,12}소리(?=[\])*>])"
)
_THING: Final = r"on hold|hold|통화 ?보류|보류음|전화벨|벨|삐|멜로디"
"""Sounds that are things, too, where no space is before the bracket: 현관(벨) 고장이요."""
_LONG: Final = r"\d{1,4}(?:[.:]\d{1,3})? ?(?:초|분|s|sec|seconds?|ms)?"
_GOES_ON: Final = (
    rf"{_SOUND}|{_THING}|소리|들림|들리는|나는|나옴|울림|재생|발생|계속|반복|지속|이어짐|시작|끝|종료|터짐|중|됨|약"
    rf"|[이가은는도]|{_LONG}(?:간|쯤|정도)?"
    r"|playing|plays|continues|in (?:the )?background"
)
"""What of the sound a mark may say beside it; (소음 민원) is a matter."""
_OF_A_KIND: Final = (
    rf"(?:약 ?)?{_LONG} ?(?:간|동안|정도)?의? ?"
    r"|(?:[가-힣]{1,4}[한운은는] |(?:배경|대기|보류|통화|안내|클래식) ?)(?=음악|멜로디)"
    r"|(?:배경|주변) ?(?=소음|잡음)|(?:전화|신호) ?(?=대기음|벨)"
)
"""What a mark may say before its sound: (3초간 무음), [경쾌한 음악], (배경 소음)."""
SOUND: Final = re.compile(
    (
        rf"[\[({{<*♪♬【〔〈]{{1,2}}[ _]?(?:{_OF_A_KIND})?"
        rf"(?:{_SOUND}|(?<![가-힣][\[(])(?:{_THING}))(?:[ _,.:…]*(?:{_GOES_ON})){{0,3}}[ _.…/]*"
        r"[\])}>*♪♬】〕〉]{1,2}(?! ?(?:버튼|메뉴|탭|키[를을가]|항목|아이콘))|[♪♬♩♫]+"
    ),
    re.IGNORECASE,
)
"""A recogniser's mark for what is no speech; [통화 보류] 버튼 is said."""

_ONLY_SOUND: Final = re.compile(rf"(?>{_SOUND}|{_THING}|[\W_])*+", re.IGNORECASE)
"""Without going back: a sound has several readings, and a line may hold a hundred."""

_PLEASE: Final = (
    r" ?(?:꼭 |많이 )?"
    r"(?:부탁드립니다|부탁드려요|부탁해요|눌러 ?주세요|해 ?주세요|잊지 마세요)"
)
_CLICKED: Final = "(?:구독|좋아요|알림 ?설정|댓글|공유)"
_CREDIT: Final = r"(?! ?[이가은는을를도에])[^?]{0,20}(?<![요까죠데다고])"
"""The name behind a credit; 한글 자막이 안 나와요 is a complaint."""
_INVENTED: Final = re.compile(
    r"(?:(?:(?:오늘도|지금까지|끝까지|여기까지|저희) ?){0,2}(?:동?영상[을를]? ?(?:끝까지 )?봐"
    r"|(?:동?영상[을를]? ?)?(?:끝까지 )?시청해) ?주(?:셔서|신 (?:모든 )?(?:여러분|분들)(?:께|,)?)"
    r" ?(?:대단히 |정말 |모두 )?(?:감사(?:합니다|드립니다|드려요|해요)|고맙습니다)"
    r"|(?:(?:오늘 |이 )?영상이 [^.?!]{2,14}면,? )?"
    rf"(?:(?=[^.]{{0,24}}(?:구독[^.]{{0,16}}(?:좋아요|알림)|좋아요[^.]{{0,16}}(?:구독|알림)))"
    rf"{_CLICKED}(?:(?:[과와]|,? ?그리고|,)? ?{_CLICKED}){{1,4}}(?:까지|도|은|을|를|과)?{_PLEASE})"
    r"|(?:[가-힣]{1,4} ){0,3}(?:좋은|재미있는|유익한|알찬) (?:영상|방송)으로 (?:다시 )?"
    r"(?:찾아 ?)?(?:뵙|오|돌아오)겠습니다"
    r"|(?:그럼 )?(?:저는 )?다음 영상에(?:서)? (?:또 )?(?:만나요|뵙겠습니다|뵐게요|봬요|만납시다)"
    rf"|한글 ?자막(?: ?(?:by|제공|제작|협찬))?{_CREDIT}|자막 ?(?:제공|제작|by|협찬){_CREDIT}"
    rf"|번역 ?(?:by|자막){_CREDIT}"
    r"|구독(?:과 ?좋아요|(?:과|,)? ?좋아요,? ?알림 ?설정)|한글 ?자막은 시청자.{0,40}"
    r"|(?:mbc|kbs|sbs|ytn|jtbc|연합) ?뉴스 ?.{0,14}(?:입니다|였습니다)|이덕영입니다"
    r"|(?:이 (?:동?영상|방송)[은에]는? ?)?(?:자막 ?(?:제공|제작) ?(?:및|[과와])|유료) ?"
    r"광고[가를] ?포함(?:하고|되어|돼) 있습니다|오늘 영상은 여기까지(?:입니다)?"
    rf"|영상편집(?: by)?{_CREDIT}"
    r"|thank(?:s| you)(?: so much| very much)? for watching"
    r"|이 시각 세계였습니다"
    r"|(?:이상|지금까지) (?:[가-힣]{1,6} )?(?:뉴스|경제|날씨|스포츠|소식)였습니다"
    r"|(?:여러분의 )?구독과 좋아요는? (?:큰 |정말 큰 )?(?:힘|도움)이 됩니다|字幕.{1,20}"
    r"|(?:please )?(?:like and )?subscribe"
    r"(?: (?:to (?:my|our|the|this) (?:youtube )?channel|for more|and (?:like|share|hit)).{0,40})?"
    r"|subtitles? by .{0,30}|amara\.org.{0,20}|ご視聴ありがとうございました|请不吝点赞.{0,30})"
    r"(?: ?[.!~。]*)?",
    re.IGNORECASE,
)
_INVENTED_ALONE: Final = re.compile(
    rf"(?:구독(?:까지|도|은|을|를)?{_PLEASE}|좋아요 (?:꼭 |많이 )?눌러 ?주세요"
    rf"|알림 ?설정(?:까지|도|은|을|를)?{_PLEASE}"
    r"|(?:그럼 )?다음 (?:시간|주|편)에(?:서)? (?:또 )?(?:만나요|뵙겠습니다|봬요|만납시다)"
    r"|.{0,8}기자입니다|아멘)(?: ?[.!~。]*)?"
)
"""Lines that recognisers invent, and that a person who was asked or who promises says as well."""

_UNSAID: Final = re.compile(
    r"[\s.…-]*(?:무음|묵음|침묵|무응답|무발화|(?:음성|발화|소리|신호) ?없음)[\s.…-]*"
)
"""A mark of silence that needs no brackets: the whole of an utterance."""

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
    r"|^(?:지금 )?(?:거신|거셨던|누르신|다이얼하신) (?:전화 ?)?번호[는가] (?:없는|결번|사용)"
    r"|^없는 번호입니다"
    r"|^(?:번호를? )?확인 ?(?:하신 )?(?:후|뒤)에? 다시 걸어"
    r"|(?:상담|업무|근무|운영) ?시간이 (?:아닙니다|종료되었습니다)"
    r"|^지금은 (?:점심|휴게) ?시간입니다|통화 ?중이(?:오니|므로)"
    r"|^고객님의 (?:소중한 )?(?:통화|상담)[은는이가] [^.?!]{0,20}녹음",
    re.IGNORECASE,
)
_WAITING_ENGLISH: Final = re.compile(
    r"your call (?:is (?:important|being)|may be)|all (?:our )?agents are"
    r"|the number you (?:have )?(?:dialed|called)",
    re.IGNORECASE,
)
_MENU: Final = re.compile(rf"(?<=[은는] )[{_DIGIT}]{{1,2}} ?번|(?<=[{_DIGIT}])번은 ")
_ANNOUNCED: Final = re.compile(
    r"(?:니다|바랍니다|십시오|(?:눌러|기다려|말씀해|선택해|남겨|삼가|자제해|말아) ?주세요)[\s.!]*$"
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


ATTACHED: Final = re.compile(
    r"(?:사진|동영상)(?: \d{1,3}[장개])?|이모티콘|음성 ?메시지|(?:파일|지도|연락처) ?: .*"
    r"|\(?(?:사진|이모티콘|동영상)\)?|삭제된 메시지입니다\.?|<(?:사진|동영상|파일).*>"
    r"|<미디어 파일을? ?제외.*>|(?:이미지|동영상|오디오|스티커|문서) ?생략됨"
    r"|[\[(](?:스티커|사진|이모티콘|동영상|파일|음성메시지)[\])]"
)
"""What a chat export writes for a message without words."""


def is_silence(text: str) -> bool:
    """Return whether an utterance holds a recogniser's marks or signs and no word."""
    if _UNSAID.fullmatch(text):
        return True
    rest, marks = SOUND.subn(" ", text)
    return marks > 0 and _ONLY_SOUND.fullmatch(rest) is not None


def is_invented(text: str, *, alone: bool = False) -> bool:
    """Return whether a whole utterance is a line that recognisers write over silence.

    Args:
        text: the utterance.
        alone: no label names its speaker, so what a person might say as well counts too.
    """
    if len(text) > 400:
        return False
    said = " ".join(text.split())
    return bool(_INVENTED.fullmatch(said) or (alone and _INVENTED_ALONE.fullmatch(said)))


def is_machine(text: str) -> bool:
    """Return whether an utterance without a known speaker is a menu or a waiting message.

    It has the words of one and the form of an announcement. A customer who tells of a menu or of
    a recording ("상담 내용 녹음된 거 들려주세요") is a person.
    """
    if _WAITING_ENGLISH.search(text):
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
    r"|눌러|입력해|확인하시고|확인하신|후에?|(?:걸어|전화해)|정확히|번호[를가]?|이용\S{0,4}"
    r"|(?:홈페이지|모바일|인터넷|앱|어플|챗봇|카카오톡|누리집)(?:[를을로]|이?나|에서)?"
    r"|빠르고?게?|빠른|편리하게|편리한|처리(?:하실|가|를)?|상담이|수|있습니다|가능합니다"
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


_SPELLED: Final = re.compile(
    r"(?:[\d공영일이삼사오육륙칠팔구]|하나|둘|[ ,.-])+(?:이?[요에예]요?|입니다)?[ .,!?]*"
)


def is_spelled(text: str) -> bool:
    """Return whether a text is figures said digit by digit: 팔 said three times is 888."""
    return _SPELLED.fullmatch(text) is not None


_GLUED: Final = re.compile(r"([가-힣]{1,8}?)\1{7,}")
_LOOP: Final = re.compile(r"(?<!\S)(\S{1,24}(?: \S{1,24}){0,5}?)((?: \1(?!\S)){3,})")


def without_loops(text: str) -> tuple[str, int]:
    """Return a text in which what a recogniser repeated four times or more is there twice.

    Without spaces between them it takes eight times: people say 네네네네.

    Returns:
        The text, and how many repetitions were taken out. Figures said digit by digit
        (공 공 공 공) are left alone.
    """
    count = 0

    def twice(match: re.Match[str]) -> str:
        nonlocal count
        if is_spelled(match[1]):
            return match[0]
        count += match[2].count(f" {match[1]}") - 1
        return f"{match[1]} {match[1]}"

    def two(match: re.Match[str]) -> str:
        nonlocal count
        if is_spelled(match[1]):
            return match[0]
        count += len(match[0]) // len(match[1]) - 2
        return match[1] * 2

    text = _GLUED.sub(two, text)
    return _LOOP.sub(twice, text), count
