"""When it was said: the clocks and dates that exports put beside a turn.

A time is a stamp where its form says so (an arrow, milliseconds, a chat export's date before a
label) or where most turns of the call have one in that place (`lines`). A bare ``14:30`` at the
beginning of one line, or opening hours in brackets at the end of one, are what somebody said.
"""

from __future__ import annotations

import re
from typing import Final

_PART: Final = r"(?:오전|오후|새벽|아침|낮|저녁|밤|[AaPp]\.?[Mm]\.?)"
_CLOCK: Final = rf"(?:{_PART}[ ]?)?\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[.,]\d{{1,3}})?(?:[ ]?{_PART})?"
_SPELLED: Final = (
    r"(?:\d{1,2}시간?[ ]?)?\d{1,3}분[ ]?\d{1,2}초|\d{1,5}(?:\.\d{1,3})?s(?:ec)?"
    r"|\d{1,3}['′’]\d{1,2}[\"″”]"
)
_IN_WORDS: Final = (
    rf"(?:{_PART}[ ]?)?\d{{1,2}}시[ ]?\d{{1,2}}분(?:[ ]?\d{{1,2}}초)?|\d{{1,5}}(?:\.\d{{1,3}})?초"
)
"""How people say a time, too: a stamp before a label or in brackets alone."""
_SECONDS: Final = r"\d{1,6}\.\d{1,6}"
_FULL: Final = r"(?:\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,3})?|\d{1,2}:\d{2}[.,]\d{1,3})"
_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATE: Final = (
    r"(?:\d{4}년[ ]?\d{1,2}월[ ]?\d{1,2}일(?:[ ][월화수목금토일]요일)?"
    r"|\d{4}[-/][ ]?\d{1,2}[-/][ ]?\d{1,2}|\d{1,2}\.[ ]?\d{1,2}\.[ ]?\d{4}"
    r"|\d{2,4}\.[ ]?\d{1,2}\.[ ]?\d{1,2}\.?"
    rf"|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}|{_MONTH}[ ]\d{{1,2}},?[ ]\d{{4}}"
    rf"|\d{{1,2}}[ ]{_MONTH}[ ]\d{{4}})"
)
_MOMENT: Final = (
    rf"(?:{_DATE}[ T,]*(?:at[ ])?(?:{_CLOCK})?(?:Z|[+-]\d{{2}}:?\d{{2}})?"
    rf"|{_CLOCK}|{_SPELLED}|{_IN_WORDS})"
)
_ARROW: Final = r"[ ]*(?:-->|->|→|[-~–])[ ]*"

BRACKETED: Final = re.compile(
    rf"[\[(<【]\s?(?:{_MOMENT}|{_SECONDS})(?:{_ARROW}(?:{_MOMENT}|{_SECONDS}))?\s?[\])>】]"
)
"""A moment or a span in brackets."""

SPAN: Final = re.compile(
    rf"{_MOMENT}[ ]*(?:-->|->|→)[ ]*{_MOMENT}(?:[ ]+(?:align|position|line|size):\S+)*"
    rf"|{_FULL}[ ]*[-~–][ ]*{_FULL}"
    r"|\d{1,2}:\d{2}:\d{2}\.\d{3},\d{1,2}:\d{2}:\d{2}\.\d{3}"
)
"""A subtitle's span, or one of clocks with seconds: always a stamp."""

COMPACT: Final = re.compile(
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ _T-]?"
    r"(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?:\.?\d{3})?(?![\d.])"
)
"""A date with a clock in digits alone: a stamp before a label, elsewhere a number."""

EXACT: Final = re.compile(r"\d{1,2}:\d{2}:\d{2}[.,]\d{1,3}|\d{1,2}:\d{2}:\d{2}(?=[ \t])")
"""A clock with seconds: nobody says one."""

PAIR: Final = re.compile(rf"{_SECONDS}(?:[ ]?[-~–][ ]?|[ \t]){_SECONDS}(?=[ \t])")
"""Begin and end in seconds, before a label."""

DATED: Final = re.compile(rf"{_DATE}[ T,]*(?:at[ ])?{_CLOCK}(?:Z|[+-]\d{{2}}:?\d{{2}})?[ ]?,?")
"""A date with a clock, as chat exports write before each message."""

BARE: Final = re.compile(rf"{_CLOCK}|{_SPELLED}")
"""A clock without anything around it: a stamp only where the whole call has them."""

IN_WORDS: Final = re.compile(_IN_WORDS)
"""A time in words: before a label a stamp only where other lines have one."""

_WEEKDAY: Final = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
BEFORE: Final = re.compile(rf"{_CLOCK}{_ARROW}{_CLOCK}|{BARE.pattern}|{_IN_WORDS}")
"""A clock before a label."""

DIVIDER: Final = re.compile(
    rf"{_DATE}[ ]?\([월화수목금토일]\)|{_WEEKDAY},[ ]{_DATE}|{_DATE},[ ]{_WEEKDAY}"
    rf"|\d{{4}}(?:년[ ]?|\.[ ]?)\d{{1,2}}(?:월[ ]?|\.[ ]?)\d{{1,2}}[일.]?[ ]?[월화수목금토일]요일"
    rf"|[-=─━_*~]{{3,200}}(?:[^\n\-=─━_*~]{{0,60}}?{_DATE}[^\n\-=─━_*~]{{0,20}}[-=─━_*~]{{3,200}})?"
)
"""A chat export's line between two days, or a ruler."""

MADE: Final = re.compile(
    rf"(?:{_WEEKDAY},?[ ])?{_DATE}[ ]?"
    rf"(?:{_WEEKDAY}|[월화수목금토일](?:요일)?|\([월화수목금토일]\))?[ ,]*"
    rf"(?:at[ ])?(?:{_CLOCK})?[ ]?(?:[・·ㆍ|,][ ]?(?:\d{{1,3}}(?:시간|분|초|[hms])[ ]?){{1,3}})?"
)
"""When a recording was made, above what was said, and how long it is."""
