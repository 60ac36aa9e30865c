"""Lines that an export writes around what was said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading import stamps
from edgebox.reading.candidates import SPOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence


class Line(NamedTuple):
    """A line, or a part of one that has a label of its own, without its end."""

    start: int
    end: int
    text: str


_MAKERS: Final = (
    r"(?:clovanote|클로바 ?노트|daglo|다글로|otter(?:\.ai)?|vito|비토|tiro|티로|notta|노타|zoom"
    r"|teams|whisper|callabo|콜라보)"
)
_PAGE: Final = (
    r"[-–—] ?\d{1,3} ?[-–—]|(?i:page|페이지) ?\d{1,3}(?: ?(?:of|/) ?\d{1,3})?"
    r"|\d{1,3} ?/ ?\d{1,3} ?(?:(?i:page)|페이지|쪽)"
)
_TITLED: Final = (
    r"[-–—=*<\[({【▣■□●○◆◇※]{1,6} ?(?:이하 ?여백|끝|이상"
    r"|(?:통화|상담|녹취|녹음|음성|대화|전사|STT) ?(?:시작|끝|내용|기록|이력|결과|전문|원문"
    r"|스크립트|녹취록?)|녹취록|전사본) ?[-–—=*>\])}】▣■□●○◆◇※]{1,6}"
)
"""What stands above and below a record, between signs."""
_CAME: Final = (
    r"\*{2,5} ?[^*]{1,60}(?:joined|left|입장|퇴장|참여|나갔|나가|들어왔|연결되|종료되|배정)"
    r"[^*]{0,30}\*{2,5}"
)
"""Who comes and goes, between stars."""
HEADERS: Final = re.compile(
    r"WEBVTT.*|저장(?:한 날짜| ?일시) ?:.*|.{1,40} ?님과 카카오톡 대화|\[LINE\] .{1,60}"
    r"|KakaoTalk Chats? with .{1,60}|Date Saved ?: .*"
    r"|(?:[\d/., :APMapm-]{6,30} ?- )?Messages and calls are end-to-end encrypted.*"
    r"|(?:.{6,30} ?- )?메시지와 통화[는가]? 종단 ?간 암호화.*"
    r"|.{1,40} (?:started|stopped) (?:the )?transcription"
    r"|.{1,40}이\(가\) (?:전사|기록|녹음|녹화|회의|받아쓰기|스크립트).{0,12}"
    r"(?:시작|중지|종료)했습니다\.?"
    r"|Meeting ended after \d{1,2}:\d{2}(?::\d{2})?\W*"
    r"|.{1,80} - (?:Transcript|스크립트|대화 내용)|Transcript|Transcription|Attendees|대화 스크립트"
    r"|(?i:(?:Transcribed|Generated|Created|Exported) (?:by|with|using|from) "
    rf"(?:{_MAKERS}|(?:https?://)?[\w-]{{1,40}}\.(?:ai|com|io|net|kr|app))\S{{0,60}})"
    rf"|{_CAME}"
    r"|clovanote\.naver\.com|Detect(?:ed|ing) language\b[^가-힣]{0,120}"
    r"|[-=]{3,40}[^-=]{0,40}(?:시작|종료)[^-=]{0,40}[-=]{3,40}"
)
"""Lines that exports write by themselves, above, among and below what was said."""
MARGINS: Final = re.compile(
    rf"(?i:[^.?!\n]{{0,20}}{_MAKERS}[^?!\n]{{0,20}}(?:작성|변환|생성|기록|제작)"
    r"(?:됨|되었습니다|됐습니다|함|한 [가-힣]{1,8}(?:입니다)?)\.?)"
    rf"|{_PAGE}|{_TITLED}"
)
"""Lines at the head and the foot of a page or a record, which may be said among turns."""
_TAGS: Final = re.compile(r"\[(?:ar|ti|al|au|by|re|ve|la|tool|length|offset):[^\[\]]*\]")
"""Tags of LRC, which has stamps (`LYRICS`) before its lines."""
LYRICS: Final = re.compile(r"\s*\[\d{1,3}:\d{2}(?:[.:]\d{2,3})?\]")
_CAPTIONS: Final = re.compile(r"Kind: .*|Language: .*|X-TIMESTAMP-MAP.*")
"""Headers of a file of subtitles."""
_COMES_OR_GOES: Final = re.compile(
    r"(?:.{0,24}[,:] ?)?\S{1,20}(?: \S{1,10})?(?<!기사)(?<!고객)(?<!선생)(?<!사장)님이 "
    r"(?:들어왔|나갔)습니다\.?"
)
"""A line of a chat export; 기사님이 나갔습니다 is an answer."""
_NOTED: Final = re.compile(
    r"\d{4}\.\d{1,2}\.\d{1,2}\.? [월화수목금토일] (?:오전|오후) ?\d{1,2}:\d{2}"
    r" ?[・·ㆍ|] ?(?:\d{1,3}(?:시간|분|초) ?){1,3}"
)
"""When a note of CLOVA Note was made and how long it is; nobody says that."""
_AUTHOR: Final = 2
"""Lines from there to the first speaker, at most: who made the note."""


def note_head(lines: Sequence[Line], begins: Sequence[int], *, names: set[str], timed: bool) -> int:
    """Return how many lines stand above a note's first speaker: its title, its day, its author.

    Args:
        lines: of the text.
        begins: the places behind their labels, 0 without one.
        names: the labels, in small letters.
        timed: whether each label has a clock, or stands above what is said.
    """
    first = next((at for at, begin in enumerate(begins) if begin), 0)
    above = [line.text.strip() for line in lines[:first]]
    if 0 < first <= _HEAD and not any(map(SPOKEN.search, above)):
        listed = {one.strip() for one in _listed(above)} <= names
        if listed or (timed and any(map(stamps.MADE.fullmatch, above))):
            return first
    for index, line in enumerate(lines[:3]):
        if _NOTED.fullmatch(line.text.strip()):
            below = begins[index + 1 : index + 1 + _AUTHOR]
            label = next((at for at, begin in enumerate(below) if begin), None)
            return index + 1 + (label or 0)
    return 0


def _listed(above: Sequence[str]) -> list[str]:
    """Return the names in the last line above the first speaker that is no stamp."""
    none = (stamps.BARE, HEADERS, MARGINS)
    named = [one for one in above if not any(pattern.fullmatch(one) for pattern in none)]
    last = _WHO.sub("", named[-1].lower()) if named else ""
    return last.split(",")


_WHO: Final = re.compile(r"^(?:참석자|참가자|attendees|participants) ?:? ?")
_HEAD: Final = 6
"""Lines above the first speaker of a note, at most."""
_BLOCK: Final = re.compile(r"(?:NOTE|STYLE|REGION)(?: .*)?")


def caption_blocks(lines: Sequence[Line]) -> set[int]:
    """Return the lines of notes, styles and regions among cues, and those below WEBVTT.

    Each goes on to an empty line or to the span of a cue. Files that lost their empty lines have
    notes before spans.
    """
    found: set[int] = set()
    for index, line in enumerate(lines):
        if stamps.SPAN.match(line.text.lstrip()):
            continue
        follows = index > 0 and _is_below(lines, index)
        above = follows and (index - 1 in found or lines[index - 1].text.startswith("WEBVTT"))
        alone = not follows or (
            _is_below(lines, index + 1) and stamps.SPAN.match(lines[index + 1].text.lstrip())
        )
        if above or (alone and _BLOCK.fullmatch(line.text.strip())):
            found.add(index)
    return found


def _is_below(lines: Sequence[Line], index: int) -> bool:
    """Return whether no empty line stands before a line."""
    return index < len(lines) and lines[index - 1].end + 1 == lines[index].start


def is_header(
    lines: list[Line], index: int, *, export: bool, subtitles: bool, lyrics: bool
) -> bool:
    """Return whether a line without a label is one that an export writes by itself."""
    text = lines[index].text.strip()
    if HEADERS.fullmatch(text) or (export and _COMES_OR_GOES.fullmatch(text)):
        return True
    if export and stamps.DATED.fullmatch(text):
        after = lines[index + 1].text if index + 1 < len(lines) else ""
        return after.lstrip().startswith(text)
    if lyrics and _TAGS.fullmatch(text):
        return True
    if not subtitles:
        return False
    if _CAPTIONS.fullmatch(text):
        return True
    cue = text.isdecimal() or (export and _CUE.fullmatch(text) is not None)
    return cue and _numbers_a_cue(lines, index)


def margins(lines: Sequence[Line], begins: Sequence[int]) -> set[int]:
    """Return the lines of heads and feet: those above and below all turns, and with them others."""
    found = {
        at
        for at, line in enumerate(lines)
        if begins[at] == 0 and MARGINS.fullmatch(line.text.strip())
    }
    first = next((at for at, begin in enumerate(begins) if begin), 1)
    at_edge = any(at < first or at >= len(lines) - _FOOT for at in found)
    return found if at_edge else set()


_FOOT: Final = 1
"""Lines below the last turn that may be a foot."""
_CUE: Final = re.compile(r"(?=\S*\d)[\w/.-]{1,64}")
"""What WebVTT calls a cue by: 9b1d4f-3a/12-0."""


def _numbers_a_cue(lines: list[Line], index: int) -> bool:
    """Return whether a line stands before a span, and is not what the cue before it says."""
    after = lines[index + 1].text if index + 1 < len(lines) else ""
    if not stamps.SPAN.match(after.lstrip()):
        return False
    before = lines[index - 1] if index else None
    follows = before is not None and before.end + 1 == lines[index].start
    return not (follows and before is not None and stamps.SPAN.match(before.text.lstrip()))
