"""The written forms of the numbers that were said: what a summary may write for 사십팔만 칠천 원.

`Number.provides` holds what a number supports. This module turns each such value into the forms in
which people write it (487,000 · 48만 7천 · 48.7만). Every form is one that `korean.numbers_in`
reads back into a number that the value supports, so what is written under `grounding` is also what
the score accepts.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language.counters import MEASURE, OWN_COUNTERS, UNIT_WORD
from edgebox.language.form import Form, Forms
from edgebox.language.fractions import written_fractions
from edgebox.language.groups import group
from edgebox.language.korean import numbers_in
from edgebox.language.number import CURRENCIES, birth_years
from edgebox.language.periods import ABOUT_AFTER, ABOUT_BEFORE, ALIKE
from edgebox.language.spelling_dates import (
    OF_FOUR,
    dated,
    dates_with_times,
    in_a_year,
    months_and_days,
    timed,
    years,
)
from edgebox.language.spelling_ranges import ranges

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator

    from edgebox.language.number import Number


_COUNTER: Final = re.compile(rf"(?:{UNIT_WORD}|{MEASURE})$")
_COUNTER_AFTER: Final = re.compile(r" ?(?:동|호|편|번|번지|요금제|만점)")
"""Of a number that does not hold its counter: 팔백삼 호."""

_SIGNS: Final = re.compile(r"[A-Za-z0-9]+|\d{2,3}[가-힣]\d{4}")
_ABOUT: Final = re.compile("[여몇] ?[만억]")
_CURRENCY: Final = re.compile("|".join(CURRENCIES))
_NEGATIVE: Final = re.compile(r"(?:(?:마이너스|영하) ?|(?<![\w)~.,:/+-])-)$")
_SIZE: Final = re.compile(r"\d+(?:\.\d+)?")

MAX_VALUES: Final = 8_000
"""Different values whose forms are given: those said first. A call of 130,000 characters has 1,300,
and four times that many forms cost the engine a second."""

MAX_CHARACTERS: Final = 40
"""Of a form. What is longer is a recogniser's loop and no code that a summary repeats."""

_BESIDE: Final = 20
"""Characters between two numbers that may be one range: 빠르면 사흘에서 길어야 닷새."""

_MAX_YEARS: Final = 12
"""Years that a date said without one may be given."""

_LONGEST: Final = 16
"""Figures of a quantity. Longer runs are codes, which are written as they are."""


def forms(numbers: Iterable[Number], text: str, on: dt.date | None = None) -> Forms:
    """Return every usual written form of up to 40 characters of the numbers, by how it ends.

    Args:
        numbers: as `numbers_in` reads them from ``text``.
        text: where codes are copied from as they are written.
        on: the date of the call, whose year a date said without one may be given.
    """
    found: Forms = defaultdict(set)
    seen: set[tuple[str, Form | None]] = set()
    before: Collection[str] = ()
    ended, last = 0, ""
    for number in numbers:
        if len(seen) > MAX_VALUES:
            break
        copied = number.kind in {"code", "phone"}
        own: Collection[str] = () if copied else number.provides
        counter = _counter(number, text)
        bare = None if copied else _bare(number, counter)
        values = {(value, bare) for value in number.provides} - seen
        seen |= values
        if counter in OWN_COUNTERS:
            own = {_CURRENCY.sub("", value) for value in own}
        near = before if abs(number.start - ended) <= _BESIDE else ()
        alike = near if _may_be_a_range(last, counter) else ()
        written = [ranges([*alike, *own], counter), in_a_year(near, own, counter)]
        written += [_forms(*value) for value in values]
        written.append(months_and_days(before, own, number.start - ended))
        before, ended, last = own, number.end, counter
        if copied:
            signs = [value for value, _ in values if _SIGNS.fullmatch(value)]
            written += [_code(value, text[number.start : number.end]) for value in signs]
        elif bare:
            about = _ABOUT.search(text, number.start, number.end) is not None
            written += [_with_counter(value, counter, bare, about=about) for value in own]
            if _NEGATIVE.search(text, max(0, number.start - 5), number.start):
                written += [_negative(value, counter, bare) for value in own]
        _add(found, itertools.chain(*written))
    _add(found, _with_year({value for value, _ in seen}, on))
    _add(found, dates_with_times(found))
    found[Form.CLOSED] |= _business_days([*found[Form.CLOSED], *found[Form.COPIED]], text)
    found[Form.FIGURES] -= found[Form.QUANTITY]
    return found


def _add(found: Forms, written: Iterable[tuple[Form, str]]) -> None:
    for kind, form in list(written):  # which may be made of those that were found before
        if len(form) <= MAX_CHARACTERS:
            found[kind].add(form)


def _may_be_a_range(one: str, other: str) -> bool:
    """Return whether two counters may be of one range: 삼만에서 오만 원, and no 35달러 and 50원."""
    if one in OWN_COUNTERS and other in OWN_COUNTERS:
        return OWN_COUNTERS[one] == OWN_COUNTERS[other]
    money = {"원", *OWN_COUNTERS}
    return one == other or not (one and other) or money.isdisjoint({one, other})


def _counter(number: Number, text: str) -> str:
    """Return the counter that a number was said with, or nothing if it was said with none."""
    if number.kind == "amount":
        return "원"
    inside = _COUNTER.search(text, number.start, number.end)
    after = None if inside else _COUNTER_AFTER.match(text, number.end)
    return (inside or after or [""])[0].strip()


def _bare(number: Number, counter: str) -> Form:
    """Return how the figures of a quantity end: what may follow them depends on its counter."""
    if counter in OWN_COUNTERS:
        return Form.FIGURES
    if number.kind == "amount":
        return Form.MONEY
    return Form.COUNTED if counter else Form.QUANTITY


def _counted(figures: str, counter: str) -> Iterator[tuple[Form, str]]:
    """Yield the forms of figures with a counter that no other stands for."""
    for form, gap, word in itertools.product(quantities(figures), ("", " "), OWN_COUNTERS[counter]):
        yield Form.MEASURED if word.isascii() else Form.CLOSED, f"{form}{gap}{word}"


def _with_counter(
    figures: str, counter: str, bare: Form, *, about: bool
) -> Iterator[tuple[Form, str]]:
    """Yield the forms of figures that they have beside one counter only, or after 여."""
    if not _SIZE.fullmatch(figures):
        return
    if counter in OWN_COUNTERS:
        yield from _counted(figures, counter)
    elif counter == "만점":
        yield Form.CLOSED, f"{figures} 만점"
    elif counter == "분기":
        yield from ((Form.CLOSED, f"{figures}{four}분기") for four in OF_FOUR)
    elif about:  # 20여만 원
        for size, sign in ((10**8, "억"), (10**4, "만")):
            if Decimal(figures) >= size and Decimal(figures) % size == 0:
                yield bare, f"{Decimal(figures) / size:f}여{sign}"


def _negative(value: str, counter: str, bare: Form) -> Iterator[tuple[Form, str]]:
    """Yield -12%, -5도, -32만 and -2.75 of 마이너스 십이 프로, 영하 오 도, 마이너스 삼십이만."""
    if counter in {"원", ""} and _SIZE.fullmatch(value):
        yield from ((bare, f"-{form}") for form in quantities(value))
    if value[0] != "#" and (size := _SIZE.match(value)):
        for word in ("%", "퍼센트") if value[-1] == "%" else {"도": ("도", "℃")}.get(counter, ()):
            yield Form.CLOSED, f"-{size[0]}{word}"


def _with_year(values: Collection[str], on: dt.date | None) -> Iterator[tuple[Form, str]]:
    """Yield the dates that were said without a year, with each year that was said or is near."""
    years_said = {int(value[:-1]) for value in values if re.fullmatch(r"\d{4}y", value)}
    around = on.year if on else max(years_said, default=0)
    said = set(sorted(years_said, key=lambda year: (abs(year - around), year))[:_MAX_YEARS])
    for value in values:
        if day := re.fullmatch(r"~(\d{1,2})-(\d{1,2})", value):
            month = int(day[1])
            near = set()
            if on:
                away = month - on.month
                # 1월 said in December is of the next year, 12월 in January of the last one.
                near = {on.year, on.year + (away < -5) - (away > 5)}
            for known in said | near:
                yield from dated(known, month, int(day[2]))


def _forms(value: str, bare: Form | None) -> Iterator[tuple[Form, str]]:
    """Yield the forms of one value of `Number.provides`.

    Args:
        value: as `Number` has it.
        bare: how the figures of a quantity end; None for a code, which is copied.
    """
    figures = value.lstrip("#~")
    if re.fullmatch(r"#\d{1,3}|~\d{4,}", value):
        yield Form.SUFFIX, figures
    if re.fullmatch(r"#\d+(?:\.\d+)?", value):
        yield from _figures(figures, bare)
    elif bare and re.fullmatch(r"(?!0\d)\d+(?:\.\d+)?", value):
        yield from ((bare, form) for form in quantities(value))
    elif re.fullmatch(r"v\d+(?:\.\d+)+", value):
        yield from ((Form.FIGURES, form) for form in (figures[1:], figures, figures.upper()))
    elif match := re.fullmatch(r"(\d+)조", value):
        yield from ((Form.CLOSED, f"{front}{match[1]}조") for front in ("", "제", "제 "))
    elif match := re.fullmatch(r"(\d+)w(\d)d", value):
        yield from ((Form.CLOSED, f"{match[1]}주{gap}{match[2]}일") for gap in (" ", ""))
    elif match := re.fullmatch(r"(\d+)(대|다시|에|/)(\d+)", value):
        yield from ((Form.CODE, form) for form in _of_two(*match.groups()))
    elif match := re.fullmatch(r"(\d+(?:\.\d+)?)(%|d|min|m|y)", value):
        yield from _measured(Decimal(match[1]), match[1], match[2])
        yield from _nearly(value)
    elif match := re.fullmatch(r"(\d{1,2}):(\d\d)", value):
        yield from timed(int(match[1]), int(match[2]))
    else:
        yield from _of_a_date(value)


def _figures(figures: str, bare: Form | None) -> Iterator[tuple[Form, str]]:
    """Yield the forms of figures alone, and 056번 of 공오육."""
    listed = [figures] if bare is None else [figures, *_grouped(figures)]
    yield from ((Form.FIGURES, form) for form in listed)
    if bare and re.fullmatch(r"0\d{2,3}", figures):
        yield Form.CLOSED, f"{figures}번"


def _of_two(one: str, sign: str, other: str) -> Iterator[str]:
    """Yield the forms of a ratio, a lot number, a blood pressure or a fraction."""
    match sign:
        case "대":
            for gap, word in itertools.product(("", " "), (":", "대")):
                yield f"{one}{gap}{word}{gap}{other}"
        case "다시":
            yield f"{one}-{other}"
        case "에":
            yield f"{one}/{other}"
        case _:
            yield from written_fractions(int(one), int(other))


def _of_a_date(value: str) -> Iterator[tuple[Form, str]]:
    if match := re.fullmatch(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})", value):
        yield from dated(int(match[1] or 0), int(match[2]), int(match[3]))
    elif match := re.fullmatch(r"(\d{1,2})mo", value):
        yield Form.MONTH, f"{match[1]}월"
    elif match := re.fullmatch(r"(\d{4})-(\d{1,2})", value):
        for year in years(int(match[1])):
            yield from ((Form.MONTH, f"{year}년{gap}{match[2]}월") for gap in (" ", ""))


_BIG: Final = ((10**12, "조"), (10**8, "억"), (10**4, "만"))


def quantities(figures: str) -> Iterator[str]:
    """Yield the forms of a quantity without its unit: 487000, 487,000, 48만 7천, 48.7만."""
    yield figures
    yield from _grouped(figures)
    if "." in figures and figures[-2] == ".":
        yield from (f"{form}0" for form in _grouped(figures))  # 1,385.20원
    if "." in figures or figures.startswith("0") or len(figures) > _LONGEST:
        return
    value = int(figures)
    for size, sign in _BIG:
        if value >= size and value * 100 % size == 0 and value % size:
            yield f"{Decimal(value) / size:f}{sign}"
    parts = [*((value // size % 10**4, sign) for size, sign in _BIG), (value % 10**4, "")]
    written = [list(_section(part, sign)) for part, sign in parts if part]
    if value >= 10**4 or (value >= 100 and value % 100 == 0):
        for gap in (" ", ""):
            yield from _joined(written, gap)


def _grouped(figures: str) -> Iterator[str]:
    whole, point, rest = figures.partition(".")
    if 3 < len(whole) <= _LONGEST and not whole.startswith("0"):
        yield f"{int(whole):,}{point}{rest}"


def _section(part: int, sign: str) -> Iterator[str]:
    """Yield the forms of up to four figures before 억, 만 or nothing: 7천5백, 7,500, 7500."""
    yield f"{part}{sign}"
    if part >= 1000:
        yield f"{part:,}{sign}"
    if part >= 100 and part % 100 == 0:
        places = ((part // 1000, "천"), (part // 100 % 10, "백"))
        words = [f"{digit}{word}" for digit, word in places if digit]
        yield from {"".join(words) + sign, " ".join(words) + sign}
    if part >= 1000 and part % 1000:
        yield from (f"{part // 1000}천{gap}{part % 1000}{sign}" for gap in ("", " "))


def _joined(parts: list[list[str]], gap: str) -> Iterator[str]:
    if not parts:
        return
    for first in parts[0]:
        if len(parts) == 1:
            yield first
        for rest in _joined(parts[1:], gap):
            yield f"{first}{gap}{rest}"


def _business_days(forms: Iterable[str], text: str) -> set[str]:
    """Return 3영업일 and 3~5영업일 for 3일 and 3~5일, in a call that talks of such days."""
    days = [form[:-1] for form in forms if re.fullmatch(r"\d+(?:[~∼〜-]\d+)?일", form)]
    said = "영업일" in text
    return {f"{day}{gap}영업일" for day in days for gap in ("", " ")} if said else set()


def _nearly(value: str) -> Iterator[tuple[Form, str]]:
    """Yield the periods that are about as long as one: 약 2주 of 보름."""
    for near in ALIKE.get(value, ()):
        for _, form in _measured(Decimal(near[:-1]), near[:-1], near[-1]):
            yield from ((Form.CLOSED, f"{before}{form}") for before in ABOUT_BEFORE)
            yield from ((Form.CLOSED, f"{form}{after}") for after in ABOUT_AFTER)


_PERCENT: Final = ("%", " %", "퍼센트", " 퍼센트", "프로")


_SHARES: Final = 700
"""Days from which on weeks are shares that were bought: 백 주."""


def _measured(value: Decimal, figures: str, unit: str) -> Iterator[tuple[Form, str]]:
    if unit == "%":
        yield from ((Form.CLOSED, f"{figures}{sign}") for sign in _PERCENT)
    elif unit == "d":
        yield from _days(value, figures)
    elif unit == "m":
        yield from _months(value, figures)
    elif unit == "y":
        yield Form.MONTH, f"{figures}년"
        if len(figures) == 4 and int(figures) in birth_years(int(figures[2:])):
            yield Form.CLOSED, f"{figures[2:]}년생"
        if figures.startswith("20") and figures[2:] != "00":
            yield from ((Form.CLOSED, f"{figures[2:]}년{word}") for word in _OF_YEAR)
    else:
        yield from _lasting(value, figures)


def _days(value: Decimal, figures: str) -> Iterator[tuple[Form, str]]:
    yield from ((Form.CLOSED, f"{days}일") for days in {figures, *_grouped(figures)})
    if value % 7 == 0:
        for weeks in quantities(f"{int(value) // 7}"):
            yield Form.MONTH, f"{weeks}주"
            if value >= _SHARES:
                yield Form.MONTH, f"{weeks} 주"
        yield Form.CLOSED, f"{int(value) // 7}주일"
    elif value * 2 % 7 == 0:
        yield from ((Form.CLOSED, f"{int(value // 7)}주{end}") for end in (" 반", "반"))
        yield Form.CLOSED, f"{value / 7:f}주"


_OF_YEAR: Final = ("에", "도", "식", "형")
"""After 24년: what makes a year of it, and no time of 24 years."""


def _months(value: Decimal, figures: str) -> Iterator[tuple[Form, str]]:
    yield from ((Form.MONTH, f"{figures}{word}") for word in ("개월", "달"))
    whole_years, months = divmod(value, 12)
    if value % 1 == Decimal("0.5"):
        yield from ((Form.CLOSED, f"{int(value)}개월{gap}반") for gap in (" ", ""))
    elif months == 0:
        yield Form.MONTH, f"{int(whole_years)}년"
    elif value > 12 and value == value.to_integral_value():
        if months == 6:
            yield Form.CLOSED, f"{value / 12:f}년"
        ends = [f"{months}개월", "반"] if months == 6 else [f"{months}개월"]
        for gap, end in itertools.product((" ", ""), ends):
            yield Form.CLOSED, f"{int(whole_years)}년{gap}{end}"


def _lasting(value: Decimal, figures: str) -> Iterator[tuple[Form, str]]:
    """Yield the forms of a time in minutes."""
    yield Form.CLOSED, f"{figures}분"
    hours, minutes = divmod(value, 60)
    if minutes == 0:
        yield Form.HOURS, f"{hours:f}시간"
    elif hours and value == value.to_integral_value():
        ends = [f"{minutes}분", "반"] if minutes == 30 else [f"{minutes}분"]
        if minutes == 30:
            yield Form.CLOSED, f"{value / 60:f}시간"
        for gap in (" ", ""):
            yield from ((Form.CLOSED, f"{hours}시간{gap}{end}") for end in ends)


_BETWEEN: Final = re.compile(r" ?(?:에|다시|하이픈|대시) ?")
"""What is said for the hyphen of 110-234-567890."""
_APART: Final = re.compile(" ")


def _is_one(form: str) -> bool:
    """Return whether groups with spaces between them are read as one number."""
    return len(numbers_in(form)) == 1


def _code(signs: str, written: str) -> Iterator[tuple[Form, str]]:
    """Yield a code or telephone number in one run, hyphenated, and as it was written."""
    listed = {signs}
    for between in (_BETWEEN, _APART):
        groups = [group(part) for part in between.split(written)]
        said = "".join(groups)
        apart = len(groups) > 1 and min(map(len, groups)) > (0 if between is _BETWEEN else 1)
        if apart and said in {signs, f"{signs}2"}:
            groups[-1] = signs[len(said) - len(groups[-1]) :]  # without the 이 of 이요
            listed |= {"-".join(groups), *filter(_is_one, [" ".join(groups)])}
    if re.fullmatch(r"[A-Za-z0-9]+(?:[- ][A-Za-z0-9]+)*", written):
        listed |= {written, written.upper(), written.replace(" ", "-")}
    if match := re.fullmatch(
        r"(02|0\d\d)(\d{3,4})(\d{4})|(050\d)(\d{3,4})(\d{4})|(1[568]\d\d)(\d{4})", signs
    ):
        parts = [part for part in match.groups() if part]
        listed |= {sign.join(parts) for sign in ("- ." if match[1] else "- ")}
    elif signs.isdigit() and len(signs) == 16:
        listed.add("-".join(signs[at : at + 4] for at in range(0, 16, 4)))
    elif match := re.fullmatch(r"(\d{2,3}[가-힣])(\d{4})", signs):
        listed.add(f"{match[1]} {match[2]}")
    elif match := re.fullmatch(r"([A-Z]+)(\d+)", signs):
        listed.add(f"{match[1]}-{match[2]}")
    for form in listed:
        plain = Form.FIGURES if form.startswith("0") else Form.COUNTED
        yield plain if form.isdigit() else Form.CODE, form
