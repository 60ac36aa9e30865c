"""What a recogniser wrote and nobody said: silence, music, invented lines, loops; and machines.

Speech-to-text models invent lines over silence, most often the ends of videos that they were
trained on. They are dropped as whole utterances only, never inside real speech. "감사합니다" alone
is real. The lists are those that Korean Whisper users report most.
"""

from __future__ import annotations

import re
from typing import Final

_SOUND: Final = (
    r"blank[_ ]?audio|silence|music|applause|noise|laughter|laughs?|inaudible|crosstalk|beep"
    r"|ringing"
    r"|hold music|background noise|no speech|무음|침묵|정적|음악|배경음악?|대기음|통화 ?대기음?"
    r"|연결음|신호음|벨소리"
    r"|통화연결음|잡음|소음|박수|웃음|웃음소리|한숨|숨소리|기침|키보드 소리|청취 ?불가|불명"
    r"|말없음|잠시 침묵|삐[- ]?소리"
)
SOUND: Final = re.compile(
    rf"[\[(<*♪♬]{{1,2}}[ _]?(?:{_SOUND})(?:[^\[\]()<>*\n]{{0,12}})?[ _]?[\])>*♪♬]{{1,2}}|[♪♬♩♫]+",
    re.IGNORECASE,
)
"""A recogniser's mark for what is no speech."""

_ONLY_SOUND: Final = re.compile(rf"(?:{_SOUND}|[\W_])+", re.IGNORECASE)

_INVENTED: Final = re.compile(
    r"(?:(?:오늘도|지금까지|끝까지)? ?시청해 ?주셔서 (?:대단히 |정말 )?감사(?:합니다|드립니다)"
    r"|시청해 ?주셔서 고맙습니다"
    r"|(?:구독|좋아요)(?:[과와]|,? ?그리고|,)? ?(?:좋아요|구독"
    r"|알림 ?설정)?(?:,? ?알림 ?설정)?(?:까지|도|은|을|를|과)?"
    r" ?(?:꼭 |많이 )?(?:부탁드립니다|부탁드려요|부탁해요|눌러 ?주세요|해 ?주세요|잊지 마세요)"
    r"|알림 ?설정까지 부탁드립니다"
    r"|(?:그럼 )?다음 (?:영상|시간|주|편)에(?:서)? (?:또 )?(?:만나요|뵙겠습니다|봬요|만납시다)"
    r"|한글 ?자막(?: ?(?:by|제공|제작|협찬))?.{0,20}|자막 ?(?:제공|제작|by|협찬).{0,20}"
    r"|번역 ?(?:by|자막).{0,15}"
    r"|구독과 좋아요(?: ?알림 ?설정)?|한글 ?자막은 시청자.{0,40}|(?:mbc|kbs|sbs|ytn|jtbc"
    r"|연합) ?뉴스 ?.{0,14}(?:입니다|였습니다)|이덕영입니다"
    r"|.{0,8}기자입니다"
    r"|(?:이 영상은 )?유료 ?광고를 포함하고 있습니다|오늘 영상은 여기까지(?:입니다)?"
    r"|영상편집 ?.{0,10}|아멘"
    r"|thank(?:s| you)(?: so much| very much)? for watching"
    r"|(?:please )?(?:like and )?subscribe.{0,40}"
    r"|subtitles? by .{0,30}|amara\.org.{0,20}|ご視聴ありがとうございました|请不吝点赞.{0,30})"
    r"(?: ?[.!~。]*)?",
    re.IGNORECASE,
)

_KEYS: Final = re.compile(
    r"[0-9영일이삼사오육칠팔구]+ ?번을? ?(?:눌러|선택해|누르)"
    r"|(?:별표|우물 ?정자?|샵|#)[를을]? ?(?:눌러|누르)|press (?:one|two|three|\d|the)",
    re.IGNORECASE,
)
_WAITING: Final = re.compile(
    r"(?:대기|예상 ?대기) ?(?:시간|고객|인원)[은이]? ?.{0,12}(?:입니다|분|명)"
    r"|상담[사원]를? ?연결 ?(?:중|하고|해 ?드리겠)"
    r"|(?:모든 )?상담[사원]이? 통화 ?중|통화량이 많아|잠시만 기다리시면|연결까지|삐 ?소리 ?(?:후"
    r"|가)"
    r"|(?:통화|상담) ?내용[은이]? ?(?:.{0,14})?녹음|산업안전보건법|폭언|고객응대근로자"
    r"|음성사서함|고객님께서 전화를 받지"
    r"|your call (?:is|may be)|all (?:our )?agents are",
    re.IGNORECASE,
)
_MENU: Final = re.compile(r"[0-9영일이삼사오육칠팔구]+ ?번(?:을|은|,|\s|$)", re.IGNORECASE)


def is_silence(text: str) -> bool:
    """Return whether an utterance holds a recogniser's marks or signs and no word."""
    return SOUND.search(text) is not None and _ONLY_SOUND.fullmatch(text) is not None


def is_invented(text: str) -> bool:
    """Return whether a whole utterance is a line that recognisers write over silence."""
    return len(text) <= 400 and _INVENTED.fullmatch(" ".join(text.split())) is not None


def is_machine(text: str) -> bool:
    """Return whether an utterance without a known speaker is a menu or a waiting message."""
    keys = _KEYS.search(text) or _WAITING.search(text)
    return keys is not None or len(_MENU.findall(text)) >= 3


def is_menu(text: str) -> bool:
    """Return whether an utterance on the agent's channel offers keys, as only a menu does.

    An agent who asks for one key ("비밀번호 누르시고 별표를 눌러 주세요") is no machine.
    """
    return len(_KEYS.findall(text)) > 1


_LOOP: Final = re.compile(r"(?<!\S)(\S{1,24}(?: \S{1,24}){0,5}?)((?: \1(?!\S)){3,})")


def without_loops(text: str) -> tuple[str, int]:
    """Return a text in which what a recogniser repeated four times or more is there twice.

    Returns:
        The text, and how many repetitions were taken out. Figures said digit by digit
        (공 공 공 공) are left alone.
    """
    count = 0

    def twice(match: re.Match[str]) -> str:
        nonlocal count
        if re.fullmatch(r"[\d공영일이삼사오육륙칠팔구 ,.-]+", match[1]):
            return match[0]
        count += match[2].count(f" {match[1]}") - 1
        return f"{match[1]} {match[1]}"

    return _LOOP.sub(twice, text), count
