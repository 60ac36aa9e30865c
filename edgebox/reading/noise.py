"""What a recogniser wrote and nobody said: silence, music, invented lines, loops.

Speech-to-text models invent lines over silence, most often the ends of videos that they were
trained on. They are dropped as whole utterances only, never inside real speech. "감사합니다" alone
is real. The lists are those that Korean Whisper users report most.
"""

from __future__ import annotations

import re
from typing import Final

_SOUND: Final = (
    r"unk|bgm|dial ?tone|unintelligible|indistinct|blank[_ ]?audio"
    r"|silence|sil|spn|nsn|music|applause|noise|laughter|laughs?|inaudible|crosstalk"
    r"|beep|ringing"
    r"|hold music|background noise|no[ _]?speech(?: detected)?|[무묵]음(?: ?구간)?|침묵"
    r"|정적|음악|배경음악?|대기음|통화 ?대기음?|연결음|신호음|벨소리|삐[- ]?소리"
    r"|통화연결음|잡음|소음|박수|웃음소리|웃음|한숨|숨소리|헛?기침|울먹임|키보드 소리"
    r"|청취 ?(?:불가|불능)|불명|알아들을 수 없음|(?:말 ?)?겹침|동시 ?발화"
    r"|잠시 침묵|(?:통화|상담|녹음) ?(?:종료|시작|끊김|끊어짐)"
    r"|(?:음성|소리|말|대답|응답|신호|발화)(?:이|가)? ?없음|무응답|무발화|no (?:audio|answer|voice)"
    r"|노이즈|발신음|수신음|알림음|경고음|안내음|효과음|통화음|컬러링"
    r"|(?:통화|통신) ?중 ?(?:잡음|소음)|통화 연결음|sound of (?:music|ringing|typing)"
    r"|뚜우*(?:[ ,~-]*뚜우*)*(?![\])*>] ?(?:소리|하[고는다며면길]|거[리려]))"
    r"|call ended|[^\[\]()*<>\n]{0,12}소리(?=[\])*>])"
)
_THING: Final = r"on hold|hold|통화 ?보류|보류음|기계음|전화벨|벨|삐|멜로디|울음"
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
    r"|(?<![가-힣][\[(])(?:배경|주변) ?(?=소음|잡음)|(?:전화|신호) ?(?=대기음|벨)"
)
"""What a mark may say before its sound: (3초간 무음), [경쾌한 음악], (배경 소음)."""
_GOES_WITH_IT: Final = (
    r" ?(?:버튼|메뉴|탭|키[를을가]|항목|아이콘| 나[요서는])"
    r"|(?:[을를이가은는의도]|에서?|으?로|때문에)(?![가-힣])"
)
"""What makes a word of a sentence of it: [통화 보류] 버튼, (주변 소음)이 심해요."""
SOUND: Final = re.compile(
    (
        rf"[\[({{<*♪♬【〔〈]{{1,2}}[ _|]?(?:{_OF_A_KIND})?"
        rf"(?:{_SOUND}|(?<![가-힣][\[(])(?:{_THING}))(?:[ _,.:…]*(?:{_GOES_ON})){{0,3}}[ _.…/|]*"
        rf"[\])}}>*♪♬】〕〉]{{1,2}}(?!{_GOES_WITH_IT})|[♪♬♩♫]+"
    ),
    re.IGNORECASE,
)
"""A recogniser's mark for what is no speech."""

_ONLY_SOUND: Final = re.compile(rf"(?>{_SOUND}|{_THING}|[\W_])*+", re.IGNORECASE)
"""Without going back: a sound has several readings, and a line may hold a hundred."""

_PLEASE: Final = (
    r" ?(?:꼭 |많이 )?"
    r"(?:부탁드립니다|부탁드려요|부탁해요|눌러 ?주세요|해 ?주세요|잊지 마세요)"
)
_CLICKED: Final = "(?:구독|좋아요|알림 ?설정|댓글|공유)"
_CREDIT: Final = r"(?! ?[이가은는을를도에])[^?]{0,20}(?<![요까죠데다고])"
"""The name behind a credit; 한글 자막이 안 나와요 is a complaint."""
_ASKED: Final = r"(?![^?]*(?:서비스|해지|신청|문의|취소|변경|가입|설정|표시|오류|불량|고장))"
"""What a caller wants of such a thing, and no name is."""
_CREDITED: Final = (
    rf"영상편집(?: by)?{_CREDIT}|{_ASKED}배경 ?음악 ?(?:제공|by|:){_CREDIT}"
    rf"|{_ASKED}번역(?: 및|,) ?자막{_CREDIT}"
    rf"|{_ASKED}(?:copyright )?[©ⓒ](?! ?[이가은는을를])[^?]{{0,60}}(?<![요까죠데다고])"
    r"|copyright[^가-힣?]{0,30}all rights reserved[^가-힣?]*|all rights reserved"
    r"|이 (?:콘텐츠|동?영상|프로그램|방송)[은는] (?!제가|저희|내가|우리)[^?]{0,30}"
    r"(?:저작물입니다|제작(?:되었|됐)습니다|제작 ?지원[을으로]{0,2} ?(?:받|제작)[^?]{0,6}니다)"
    r"|(?:시청자|구독자|애청자) 여러분[,!]? ?(?:(?:정말|대단히|모두|오늘도|항상|늘) ){0,2}"
    r"(?:감사(?:합니다|드립니다|해요)|고맙습니다|안녕(?:하세요|하십니까|히 계세요)|반갑습니다)"
)
"""Who made a programme, and for whom."""
_ABROAD: Final = (
    r"untertitel(?:ung)? (?:der|des|von|im|vom) "
    r"(?=.*(?:amara|zdf|ard|funk|[swn]dr|orf|20\d\d)).{0,50}"
    r"|sous-titr(?:es|age) (?:r[ée]alis[ée]s? par|:"
    r"|par (?=.*(?:amara|communaut|soci[ée]t|radio))).{0,50}"
    r"|sottotitoli (?:creati dal?|e revisione|a cura).{0,50}"
    r"|subt[ií]tulos (?:realizados|creados) por .{0,50}|legendas pela comunidade.{0,50}"
    r"|субтитры (?:с?делал|созда|подогнал|предоставил|подготов).{0,40}"
    r"|продолжение следует|спасибо за просмотр|[^?]{0,40}amara\.org.{0,20}"
    r"|vielen dank f[üu]rs zuschauen|gracias por ver(?: el v[ií]deo)?"
    r"|merci d['’]avoir regard[ée].{0,30}|[谢謝感][谢謝]?(?:您的|大家)?[观觀][看赏]"
    r"|.{0,6}チャンネル登録(?:と高評価)?を?(?:よろしく|お願い).{0,12}"
    r"|最後までご視聴.{0,20}|ご清聴ありがとうございました"
    r"|hãy (?:subscribe|đăng ký kênh).{0,60}|cảm ơn các bạn đã (?:theo dõi|xem).{0,30}"
)
"""The same in other languages, which recognisers write over Korean silence, too."""
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
    r"|(?:(?:지금까지|이상) )?(?:mbc|kbs|sbs|ytn|jtbc|연합) ?뉴스 ?.{0,14}(?:입니다|였습니다)"
    r"|이덕영입니다"
    r"|(?:이 (?:동?영상|방송)[은에]는? ?)?(?:자막 ?(?:제공|제작) ?(?:및|[과와])|유료) ?"
    r"광고[가를] ?포함(?:하고|되어|돼) 있습니다|오늘 영상은 여기까지(?:입니다)?"
    rf"|{_CREDITED}|{_ABROAD}"
    r"|thank(?:s| you)(?: so much| very much)? for watching"
    r"(?:[,.!]? (?:and )?(?:please )?subscribe)?"
    r"|이 시각 세계였습니다"
    r"|(?:이상|지금까지) (?:[가-힣]{1,6} )?(?:뉴스|경제|날씨|스포츠|소식)였습니다"
    r"|(?:여러분의 )?구독과 좋아요는? (?:큰 |정말 큰 )?(?:힘|도움)이 됩니다|字幕.{1,20}"
    r"|(?:please )?(?:like and )?subscribe"
    r"(?: (?:to (?:my|our|the|this) (?:youtube )?channel|for more|and (?:like|share|hit)).{0,40})?"
    r"|subtitles? by .{0,30}|ご視聴ありがとうございました|请不吝点赞.{0,30})"
    r"(?: ?[.!~。]*)?",
    re.IGNORECASE,
)
_INVENTED_ALONE: Final = re.compile(
    rf"(?:구독(?:까지|도|은|을|를)?{_PLEASE}|좋아요 (?:꼭 |많이 )?눌러 ?주세요"
    rf"|알림 ?설정(?:까지|도|은|을|를)?{_PLEASE}"
    r"|(?:그럼 )?(?:다음 (?:시간|편)에(?:서)? (?:또 )?(?:만나요|뵙겠습니다|봬요|만납시다)"
    r"|다음 주에 (?:또 )?(?:만나요|만납시다))[~.! ]*(?:안녕(?:히 계세요)?)?"
    r"|(?:그럼 )?여러분,? (?:안녕히 계세요|감사합니다|안녕)"
    r"|(?:https?://)?(?:www\.)?(?:youtube\.com|youtu\.be)/\S*"
    r"|.{0,8}기자입니다|아멘)(?: ?[.!~。]*)?"
)
"""Lines that recognisers invent, and that a person who was asked or who promises says as well."""

_UNSAID: Final = re.compile(
    r"[\s.…-]*(?:무음|묵음|침묵|무응답|무발화|(?:음성|발화|소리|신호) ?없음)[\s.…-]*"
)
"""A mark of silence that needs no brackets: the whole of an utterance."""

ATTACHED: Final = re.compile(
    r"(?:사진|동영상)(?: \d{1,3}[장개])?|이모티콘|음성 ?메시지|(?:파일|지도|연락처) ?: .*"
    r"|\(?(?:사진|이모티콘|동영상)\)?|삭제된 메시지입니다\.?|<(?:사진|동영상|파일).*>"
    r"|<미디어 파일을? ?제외.*>|(?:이미지|동영상|오디오|스티커|문서) ?생략됨"
    r"|(?:image|video|audio|sticker|gif|document|contact card) omitted|<attached: .*>"
    r"|(?:this|you deleted this) message(?: was deleted)?\.?|photos?|emoticons?|sticker"
    r"|\((?:스티커|파일|음성메시지)\)",
    re.IGNORECASE,
)
"""What a chat export writes for a message without words."""


_PICTURE: Final = re.compile(
    r"\[(?:스티커|사진|이모티콘|동영상|파일|음성 ?메시지|이미지)\]|<media omitted>", re.IGNORECASE
)
"""The whole of a message without words, as nobody says it."""


def is_silence(text: str) -> bool:
    """Return whether an utterance holds a recogniser's marks or signs and no word."""
    if _UNSAID.fullmatch(text) or _PICTURE.fullmatch(text.strip()):
        return True
    rest, marks = SOUND.subn(" ", text)
    return marks > 0 and _ONLY_SOUND.fullmatch(rest) is not None


_BRACKETED: Final = re.compile(r"[\[({<【](.*)[\])}>】]")


def is_invented(text: str, *, alone: bool = False) -> bool:
    """Return whether a whole utterance is a line that recognisers write over silence.

    Args:
        text: the utterance.
        alone: no label names its speaker, so what a person might say as well counts too.
    """
    if len(text) > 400:
        return False
    said = " ".join(text.split())
    if bracketed := _BRACKETED.fullmatch(said):
        said = bracketed[1].strip()
    return bool(_INVENTED.fullmatch(said) or (alone and _INVENTED_ALONE.fullmatch(said)))


_SPELLED: Final = re.compile(
    r"(?:[\d공영일이삼사오육륙칠팔구]|하나|둘|[ ,.-])+(?:이?[요에예]요?|입니다)?[ .,!?]*"
)


def is_spelled(text: str) -> bool:
    """Return whether a text is figures said digit by digit: 팔 said three times is 888."""
    return _SPELLED.fullmatch(text) is not None


_GLUED: Final = re.compile(r"([가-힣]{1,8}?)\1{7,}")
_LOOP: Final = re.compile(r"(?<!\S)(\S{1,24}(?: \S{1,24}){0,11}?)((?: \1(?!\S)){3,})")


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
