"""Turns from tables: CSV and TSV with columns of times, row numbers, speakers.

Columns are known by a heading ("speaker,start,end,text") or by what every row holds: times and
numbers, the label of a speaker, then what was said.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading import stamps
from edgebox.reading.roles import ANONYMOUS, labelled, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXTS_LISTED: Final = """
    text transcript content message utterance sentence msg 내용 발화 발화내용 대화 대화내용 메시지
    텍스트 문장 자막 말 발언 발언내용 대사 body stttext stttxt txt 발화문 stt sttresult 인식결과
    음성인식결과 전사 전사내용 전사결과 발화텍스트 발화원문 통화내용 dialogue speech
"""
_SPEAKERS_LISTED: Final = """
    speaker role spk channel participant who name label party speakerlabel 화자 발화자 말한사람
    역할 구분 이름 채널 참여자 화자구분 화자명 발화구분 user sender speakerrole speakername
    speakertype sendertype spkdv spkcd spktype rxtx 화자유형 발화자구분 화자id 화자번호 화자정보
    발화주체
    보낸사람 송신자 from author talker spkrole participantrole speakertag 고객상담사구분
    상담사고객구분
"""
_OTHERS_LISTED: Final = """
    start end time timestamp begin stop duration starttime endtime startms
    endms offset date id no index idx # number 시작 끝 종료 시간 시각 일시 날짜 시작시간 종료시간
    길이 번호 순번 seq callid confidence 통화id 녹취id 통화시각 발화시각 발화시간 감정 sentiment
    emotion
    score conf 신뢰도 정확도 상담id turn turnno turnid lang language 언어 createdat sentat 발화순번
    발화번호
"""
TEXTS: Final = frozenset(_TEXTS_LISTED.split())
SPEAKERS: Final = frozenset(_SPEAKERS_LISTED.split())
KNOWN: Final = TEXTS | SPEAKERS | frozenset(_OTHERS_LISTED.split())
_TIME: Final = re.compile(
    rf"{stamps.DATED.pattern}|{stamps.BRACKETED.pattern}|{stamps.EXACT.pattern}"
    rf"|{stamps.BARE.pattern}|\d{{1,20}}(?:\.\d{{1,6}})?"
)
_ASIDE: Final = re.compile(r"\([^()]{1,8}\)$|[_-]")
_NAME: Final = re.compile(r"[\w#]{1,20}")
"""The name of a column."""
_RULE: Final = re.compile(r"[|\s:+=\-─━═┌-╬]+")
"""The line below the heading of a Markdown table, or around one that a terminal prints."""
_BARS: Final = str.maketrans("│┃║", "|||")
_CHAT: Final = frozenset(["date", "user", "message"])
"""The columns of a chat of KakaoTalk."""
_DELIMITERS: Final = "\t,;|"
_ENOUGH_ROWS: Final = 4
_LONGEST: Final = 20
"""Lines of one cell at most: a quotation mark that is never closed takes the rest of a text."""


class Row(NamedTuple):
    """One row: the label of its speaker, what was said, and its offsets.

    ``chat``: it is a message of a chat, which may hold no word.
    """

    label: str
    text: str
    start: int
    end: int
    chat: bool = False


def rows_of(text: str) -> list[Row] | None:
    """Return the rows of a table without its heading; None where a text is no table.

    Takes time linear in the text.
    """
    text = text.translate(_BARS) if "│" in text or "┃" in text or "║" in text else text
    first = next((one for one in text.lstrip().split("\n", 2) if not _RULE.fullmatch(one)), "")
    for delimiter in _DELIMITERS:
        if delimiter in first and (rows := _rows(text, delimiter)):
            return rows
    return None


def _rows(text: str, delimiter: str) -> list[Row] | None:
    lines = text.splitlines(keepends=True)
    cells = _cells(lines, delimiter)
    if not cells:
        return None
    names = [column(cell) for cell in cells[0][0]]
    known = sum(name in KNOWN for name in names)
    heading = all(_NAME.fullmatch(name) for name in names if name)
    enough = 2 * known > len(names) or (
        len(names) > 2
        and not SPEAKERS.isdisjoint(names)
        and all(len(row) == len(names) for row, _, _ in cells)
    )
    if len(names) > 1 and heading and enough and not TEXTS.isdisjoint(names):
        return _headed(names, cells[1:], delimiter)
    sides = {at: role_of(name) for at, name in enumerate(names) if role_of(name)}
    others = [name for at, name in enumerate(names) if name and at not in sides]
    if {"agent", "customer"} <= set(sides.values()) and KNOWN.issuperset(others):
        return _sided({at: cells[0][0][at].strip() for at in sides}, cells)
    quoted = delimiter == "," and '"' in text
    cells = _without_figures_behind(cells, quoted=quoted)
    found = [_formed(*one, delimiter, quoted=quoted) for one in cells]
    rows = [one for one in found if one is not None]
    enough = len(rows) > quoted
    return rows if len(rows) == len(found) and enough else None


def _without_figures_behind(
    cells: list[tuple[list[str], int, int]], *, quoted: bool
) -> list[tuple[list[str], int, int]]:
    """Return rows without columns of times and numbers at their end: confidences, ends of turns.

    They stand behind what was said in every row, and there are as many cells in each. Whole
    numbers of few rows may be said: 1,상담사,번호는,1588.
    """
    width = len(cells[0][0])
    if len(cells) == 1 or any(len(row) != width for row, _, _ in cells):
        return cells
    last = width
    while last > 1 and all(_TIME.fullmatch(row[last - 1].strip()) for row, _, _ in cells):
        last -= 1
    if all(_is_label(row[last - 1].strip()) for row, _, _ in cells):
        return cells  # figures are what was said
    behind = [cell.strip() for row, _, _ in cells for cell in row[last:]]
    if not quoted and len(cells) < _ENOUGH_ROWS and all(map(str.isdecimal, behind)):
        return cells
    return [(row[:last], start, end) for row, start, end in cells]


def column(heading: str) -> str:
    """Return the name of a column in one form: 화자 구분 (A) and speaker_role."""
    return _ASIDE.sub("", "".join(heading.lower().split()))


def _cells(lines: Sequence[str], delimiter: str) -> list[tuple[list[str], int, int]]:
    """Return (cells, start, end) of every row; empty where a cell never ends."""
    found: list[tuple[list[str], int, int]] = []
    reader = csv.reader(lines, delimiter=delimiter)
    at = read = 0
    try:
        for row in reader:
            taken = lines[read : reader.line_num]
            read = reader.line_num
            size = sum(map(len, taken))
            if len(taken) > _LONGEST:
                return []
            whole = "".join(taken)
            said = _inner(row, whole) if delimiter == "|" else row
            if any(cell.strip() for cell in said):
                start = at + len(whole) - len(whole.lstrip())
                found.append((said, start, at + len(whole.rstrip())))
            at += size
    except csv.Error:
        return []
    return found


def _inner(row: list[str], line: str) -> list[str]:
    """Return the cells of a Markdown table, which has a line outside of them; none of its rule."""
    if _RULE.fullmatch(line):
        return []
    first = int(line.lstrip().startswith("|"))
    return row[first : -1 if first and line.rstrip().endswith("|") else None]


def _headed(
    names: list[str], cells: list[tuple[list[str], int, int]], delimiter: str
) -> list[Row] | None:
    """Read rows by their heading. Delimiters that no cell quotes belong to what was said."""
    said = next(at for at, name in enumerate(names) if name in TEXTS)
    speaker = next((at for at, name in enumerate(names) if name in SPEAKERS), None)
    found: list[Row] = []
    for whole, start, end in cells:
        row = whole
        if len(row) <= said:
            return None
        more = max(0, len(row) - len(names))
        middle = said < len(names) - 1
        if more and middle and not row[said + 1][:1].isspace():  # delimiters may end the row
            blank = next((at for at in range(more) if row[-1 - at].strip()), more)
            row, more = row[: len(row) - blank], more - blank
        text = delimiter.join(row[said : said + 1 + more])
        at = None if speaker is None else speaker + (more if speaker > said else 0)
        label = row[at].strip() if at is not None and at < len(row) else ""
        found.append(Row(label, text.strip(), start, end, set(names) == _CHAT))
    return found


def _sided(labels: dict[int, str], cells: list[tuple[list[str], int, int]]) -> list[Row] | None:
    """Read rows whose columns are the sides of the call, the heading first.

    None where a row has more cells than the heading: its delimiters are said. None either where
    a cell begins with a role's label, or where no row has as many cells as the heading.
    """
    width = len(cells[0][0])
    if not any(len(row) == width for row, _, _ in cells[1:]):
        return None
    if any(labelled(cell) for row, _, _ in cells[1:] for cell in row):
        return None
    if any(any(cell.strip() for cell in row[width:]) for row, _, _ in cells):
        return None
    return [
        Row(label, row[at].strip(), start, end)
        for row, start, end in cells[1:]
        for at, label in labels.items()
        if at < len(row) and row[at].strip()
    ]


def _is_label(cell: str) -> bool:
    return (role_of(cell.lower()) or ANONYMOUS.fullmatch(cell)) is not None


def _formed(row: list[str], start: int, end: int, delimiter: str, *, quoted: bool) -> Row | None:
    """Read a row by its cells: a label and at least one time or number, then what was said.

    A table with quoted cells needs no times.
    """
    label, numbers, at = "", 0, 0
    for cell in map(str.strip, row[:-1]):
        if _TIME.fullmatch(cell):
            numbers += 1
        elif not label and _is_label(cell):
            label = cell
        else:
            break
        at += 1
    if not label or not (numbers or quoted):
        return None
    return Row(label, delimiter.join(row[at:]).strip(), start, end)
