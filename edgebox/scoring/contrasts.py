"""Figures that a call sets against each other: 변동금리는 4.2%고 고정금리는 4.8%.

Each figure has the word before it for its label. A summary that gives a label the figure of another
one of the same row has exchanged them. The labels may be told in other words (어른 for 성인), and a
question may be the label of its answer: 어른은요, 만오천 원이요.
"""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.number import lasting, same_kind, supports
from edgebox.scoring.alone import is_of_both

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
    이상 이하 미만 초과 이내 넘게
    그럼 요금 요금제 금액 비용 가격 금리 이율 값 시급 시간 달 부터 까지 이제 일단 보통 기준 원 있 시
"""
_FILLER: Final = frozenset(_FILLERS.split())
_WEAK: Final = frozenset({"월", "연", "첫", "변경", "현재", "이후", "오전", "오후", "이번", "지난"})
"""Labels only where the other figure has a label of these too: 연 4.2% is no label of a rate."""

_TOKEN: Final = re.compile(r"[가-힣A-Za-z]+")
_PARTICLE: Final = re.compile(
    r"(?:이?시?면요?|[으]?로는|에는|에서는?|까지는?|부터는?|[은는]요|[으]?로|이고|[은는이가을를의도에요씩당])$"
)
_CUT: Final = re.compile(
    r".*(?:(?<!냉장)(?<![창재신사금중출입참광])고요?|[며죠데]요?|지만|[요다]|[,.!?])(?=\s)",
    re.DOTALL,
)
"""What ends the clause of the number before: 프로이고, 원인데, 입금되셨고."""

_APART: Final = re.compile(
    r".*(?:[가-힣](?:(?<![치내외안결효초통부경성피약비])과|와|하고|보다|대비)"
    r"|[0-9가-힣] ?배[인로가]|[을를] ?(?:뺀|빼고|제한|제외한|공제한|더한|합친|합한|포함한))(?=\s)",
    re.DOTALL,
)
"""In a record: what stands before it is another thing, that the figure is added to or compared
with."""

_BEHIND: Final = re.compile(r" ([가-힣]{2,})")
_RANGE_SIGNS: Final = ("~", "–", "-")
_RANGE: Final = re.compile(r" ?[~–-] ?")
"""Between the two figures of a range, of which the second has no label of its own."""

BELIEVED: Final = re.compile(
    r"(?:까지|부터)?(?:이?라고|인|이?라는|일) ?(?:줄|알고|오해|착각|생각|주장)"
)
"""Behind a figure that somebody took for right."""

_TOPIC: Final = re.compile(r"(?<![가-힣])[가-힣]{1,7}(?<![하되있없나시리주오가지])[은는](?= )")
_TOPIC_NEAR: Final = 40
_SENTENCE: Final = re.compile(r"[.?!]|[고며죠요다] |지만|는데|니까")
"""What ends what is said of a topic."""

_TOTAL: Final = re.compile(r"총|합계|합[쳐친한해]|모두|도합|전부|다 ?해서")
"""The words before a total are of the figures that it is made of."""

_NUMERAL: Final = re.compile(r"[일이삼사오육칠팔구십백천만]+|주|개|번|회|명")
"""What was not read as a number: 십 주에."""

_DONE: Final = re.compile(
    r"(?:[가-힣][셔아어여해려와져겨러라]서|[가-힣]이라|니까|지만|[하되][신는던]|[셨했됐]던)$"
)
"""A verb, which is no label."""

_OF_NUMBER: Final = re.compile(r"^(?!에서|부터)[가-힣]{1,4}(?=[ ,])")
"""A particle or the verb of the number before. 에서 says what the next number is: what became of
it."""

_FROM: Final = re.compile("에서 ?")
_TO: Final = re.compile("으?로")
"""Between two figures of which the second is what became of the first, and has its label."""

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
    told = [
        cell
        for one in made
        for cell in _told(one.text, one.numbers)
        if cell.words and not (cell.number and is_of_both(cell.number, one.text, spoken))
    ]
    if not told:
        return False
    listed = (row for row in _rows(spoken) if 0 < len(row) <= _MOST)
    rows = list(islice(listed, _ROWS))
    return any(_is_exchanged(cell, rows) for cell in told)


def _told(text: str, numbers: Sequence[Number]) -> Iterator[_Cell]:
    """Yield the figures of a statement, of which one may stand before its label: 5,000원 쿠폰."""
    for cell in _cells(text, numbers, cut=_APART):
        number = cell.number
        if number is None or cell.words:
            if number is None or not BELIEVED.match(text, number.end):
                yield cell
        elif text[: number.start].rstrip()[-1:] not in _RANGE_SIGNS:
            behind = _BEHIND.match(text, number.end)
            yield cell._replace(words=_words(behind[1])) if behind else cell


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


def _cells(
    line: str, numbers: Iterable[Number], start: int = 0, cut: re.Pattern[str] | None = None
) -> Iterator[_Cell]:
    """Yield the figures of a line, which begins at an offset of the text that they were read in.

    What stands before a cut is no label.
    """
    found: list[tuple[int, int, Number | None]] = [
        (one.start - start, one.end - start, one)
        for one in numbers
        if not one.relative and _is_figure(one)
    ]
    found += [(match.start(), match.end(), None) for match in _FREE.finditer(line)]
    at = 0
    found_labels: tuple[str, ...] = ()
    for begin, end, number in sorted(found, key=lambda one: one[:2]):
        before = _OF_NUMBER.sub("", line[at:begin]) if at else line[:begin]
        ends = [match.end() for one in (_CUT, cut) if one and (match := one.match(before))]
        near = before[max(ends, default=0) :][-_LONGEST:]
        became = cut is None and _FROM.fullmatch(line, at, begin) and _TO.match(line, end)
        if became and found_labels:
            yield _Cell(number, found_labels, "")
            at = end
            continue
        particle = _BESIDE.search(near)
        unlabelled = _RANGE.fullmatch(before) or _TOTAL.search(before[-_LONGEST:])
        words = () if unlabelled else _words(near) or _topic(line, begin)
        yield _Cell(number, words, particle[0].strip() if particle else "")
        at, found_labels = end, words


def _topic(line: str, end: int) -> tuple[str, ...]:
    """Return the topic of a figure that follows others of its row: 기타는 열 시, 십오만 원."""
    near = line[max(0, end - _TOPIC_NEAR) : end]
    topics = list(_TOPIC.finditer(near))
    if not topics or _SENTENCE.search(near, topics[-1].end()):
        return ()
    return _words(topics[-1][0])


def _is_figure(number: Number) -> bool:
    """Whether a number is one that a call may set against others."""
    return number.kind in {"amount", "percent", "time", "date"} or lasting(number) != ""


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text without particles, the last first."""
    found = []
    for match in _TOKEN.finditer(text):
        word = _PARTICLE.sub("", match[0]) or match[0]
        if word not in _FILLER and not _NUMERAL.fullmatch(word) and not _DONE.search(match[0]):
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
    return same_kind(one.number, other.number) and _unit(one.number) == _unit(other.number)


def _unit(number: Number) -> str:
    return lasting(number) or number.kind


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
