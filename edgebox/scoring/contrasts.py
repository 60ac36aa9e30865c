"""Figures that a call sets against each other: 변동금리는 4.2%고 고정금리는 4.8%.

Each figure has the word before it for its label. A summary that gives a label the figure of another
one of the same row has exchanged them. The labels may be told in other words (어른 for 성인), and a
question may be the label of its answer: 어른은요, 만오천 원이요.
"""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.number import same_kind, supports

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken

_LISTED: Final = """
    성인 어른 대인 일반 · 소아 소인 어린이 아동 아이 애 애들 아이들 초등학생 · 청소년 학생 중고생
    변동 변동금리 · 고정 고정금리 · 입실 체크인 · 퇴실 체크아웃 · 주간 낮 · 야간 밤
    현재 기존 지금 원래 종전 · 변경 바꾸 바꾸시 변경하시 변경후 새 · 왕복 · 편도
    월 월정액 매월 한달 월납 · 연 연간 연납 일년 · 첫 첫달 처음 · 이후 둘째달 다음달 다음
    주중 평일 · 주말 휴일 · 오전 아침 · 오후 저녁 · 회원 회원가 · 비회원 비회원가 · 급여 · 비급여
    예금 정기예금 · 적금 정기적금 · 개인 · 법인 · 신규 · 재가입 갱신
"""
_SAME: Final = {
    word: words.split()[0]
    for words in re.split("[·\n]", _LISTED)
    if words.strip()
    for word in words.split()
}
_FILLERS: Final = """
    약 총 각 각각 대략 최대 최소 하 하시 되시 이시 드시 되 해 그 그건 네 예 아 음 저기 그리고 또
    그럼 요금 요금제 금액 비용 가격 금리 이율 값 시급 시간 달 부터 까지 이제 일단 보통 기준 원 있 시
"""
_FILLER: Final = frozenset(_FILLERS.split())
_WEAK: Final = frozenset({"월", "연", "첫", "변경", "현재", "이후", "오전", "오후"})
"""Labels only where the other figure has a label of these too: 연 4.2% is no label of a rate."""

_TOKEN: Final = re.compile(r"[가-힣A-Za-z]+")
_PARTICLE: Final = re.compile(
    r"(?:이?시?면요?|[으]?로는|에는|에서는?|까지는?|부터는?|[은는]요|[으]?로|이고|[은는이가을를의도에요씩당])$"
)
_CUT: Final = re.compile(r".*(?:[고며죠데]요?|지만|[요다]|[,.!?])(?=\s)", re.DOTALL)
"""What ends the clause of the number before: 프로이고, 원인데, 입금되셨고."""

_TOTAL: Final = re.compile(r"총|합계|합[쳐친한해]|모두|도합|전부|다 ?해서")
"""The words before a total are of the figures that it is made of."""

_DONE: Final = re.compile(r"(?:[가-힣][셔아어여해려와]서|니까|지만|[하되][신는던]|[셨했됐]던)$")
"""A verb, which is no label."""

_BESIDE: Final = re.compile(r"[은는면로] *$")
_FREE: Final = re.compile(r"무료|면제|공짜")
_LONGEST: Final = 24
"""Characters from a label to its figure."""

_NEAREST: Final = 4
"""Words before a figure of which one is its label."""

_MOST: Final = 16
"""Figures of an utterance: more are a list that is read out."""

_ROWS: Final = 1000
"""Rows of a call that are looked at: more than a call of hours has."""

_QUESTIONS: Final = 6
"""Utterances within which questions and their answers are set against each other."""


class _Cell(NamedTuple):
    """A figure with the words before it, the last first, and the particle that stands beside it.

    Free of charge has no number.
    """

    number: Number | None
    words: tuple[str, ...]
    particle: str


def exchanged_labels(made: Sequence[Statement], spoken: Spoken) -> bool:
    """Return whether a statement gives a label the figure of another label of its row."""
    told = [cell for one in made for cell in _cells(one.text, _numbers(one)) if cell.words]
    if not told:
        return False
    listed = (row for row in _rows(spoken) if 1 < len(row) <= _MOST)
    rows = list(islice(listed, _ROWS))
    return any(_is_exchanged(cell, rows) for cell in told)


def _numbers(statement: Statement) -> list[Number]:
    return [item.number for item in statement.items if item.number]


def _rows(spoken: Spoken) -> Iterator[list[_Cell]]:
    """Yield the figures of each utterance, and those of answers with their questions' words."""
    asked: list[tuple[int, _Cell]] = []
    start = 0
    lines = spoken.text.split("\n")
    before = ""
    for place, line in enumerate(lines):
        numbers = [number for number, _ in spoken.numbers_of(place)]
        cells = list(_cells(line, numbers, start))
        yield cells
        if len(cells) == 1 and not cells[0].words and before:
            asked.append((place, cells[0]._replace(words=_words(before))))
        before = "" if cells else line
        start += len(line) + 1
    for (one, first), (other, second) in pairwise(asked):
        if other - one <= _QUESTIONS:
            yield [first, second]


def _cells(line: str, numbers: Iterable[Number], start: int = 0) -> Iterator[_Cell]:
    """Yield the figures of a line, which begins at an offset of the text that they were read in."""
    found: list[tuple[int, int, Number | None]] = [
        (one.start - start, one.end - start, one)
        for one in numbers
        if not one.relative and one.kind in {"amount", "percent", "time", "date"}
    ]
    found += [(match.start(), match.end(), None) for match in _FREE.finditer(line)]
    at = 0
    for begin, end, number in sorted(found, key=lambda one: one[:2]):
        before = line[at:begin]
        cut = _CUT.match(before)
        near = before[cut.end() if cut else 0 :][-_LONGEST:]
        particle = _BESIDE.search(near)
        yield _Cell(
            number,
            () if _TOTAL.search(before[-_LONGEST:]) else _words(near),
            particle[0].strip() if particle else "",
        )
        at = end


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text without particles, the last first."""
    found = []
    for match in _TOKEN.finditer(text):
        word = _PARTICLE.sub("", match[0]) or match[0]
        if word not in _FILLER and not _DONE.search(match[0]):
            found.append(_SAME.get(match[0], _SAME.get(word, word)))
    return tuple(reversed(found[-_NEAREST:]))


def _is_exchanged(cell: _Cell, rows: Sequence[Sequence[_Cell]]) -> bool:
    """Whether a row has a told figure with another label, and the told label with another figure.

    It is not if any row has the label with the figure.
    """
    wrong = False
    for row in rows:
        for other in (one for one in row if _is(cell, one)):
            for own in row:
                if own is other or not _alike(own, other) or _is(cell, own):
                    continue
                label, its = _label(own, other), _label(other, own)
                if label and its and not any(_same(its, word) for word in cell.words):
                    wrong = wrong or any(_same(label, word) for word in cell.words)
    return wrong and not any(
        _is(cell, own) and any(_same(cell.words[0], word) for word in own.words)
        for row in rows
        for own in row
    )


def _alike(one: _Cell, other: _Cell) -> bool:
    if one.number is None or other.number is None:
        kinds = {cell.number.kind for cell in (one, other) if cell.number}
        return kinds == {"amount"} and one.particle == other.particle
    return same_kind(one.number, other.number)


def _is(told: _Cell, said: _Cell) -> bool:
    """Whether two figures are the same."""
    if told.number is None or said.number is None:
        return told.number is said.number
    return supports(said.number.provides, told.number)


def _label(own: _Cell, other: _Cell) -> str | None:
    """Return the last word before a figure that does not stand before the other one too."""
    weak = frozenset() if _WEAK.intersection(other.words) else _WEAK
    for word in own.words:
        if word not in weak and not any(_same(word, its) for its in other.words):
            return word
    return None


def _same(one: str | None, other: str | None) -> bool:
    """Whether two words may be the same label: 변동 and 변동금리, not 회원 and 비회원."""
    if not one or not other:
        return False
    short, long = sorted((one, other), key=len)
    if short == long:
        return True
    if len(short) < 2:
        return False
    return long.startswith(short) or (long.endswith(short) and long[0] not in "비무미불")
