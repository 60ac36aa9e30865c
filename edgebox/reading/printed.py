"""What a program prints of its objects, which is no JSON: nobody says it, and nothing reads it.

``str()`` of Python, ``toString()`` of Java and what JavaScript makes of an object stand where a
client forgot to write JSON.
"""

from __future__ import annotations

import re
from typing import Final

from edgebox.reading.normal import visible

_OBJECT: Final = re.compile(
    r"""\[?\s*(?:
      \{\s*[A-Za-z_]\w*\s*=\s*\S                                     # {speaker=agent, text=네}
    | \{\s*[A-Za-z_]\w*\s*:\s*(?:["'`]|[\d.]+\s*[,}]|(?:null|true|false)\b)  # {speaker: 'agent'}
    | \{\s*'[^'"\n{}]{1,60}'\s*:                                     # {'speaker': 'agent'}
    | \{[A-Z]\w*:[^\s"'{}\n]{1,99}\ [A-Z]\w*:                         # {Speaker:agent Text:네}
    | \{\s*(?::\w+|"\w+")\s*=>                                      # {:speaker=>"agent"}
    | [A-Z][A-Za-z]*(?:\.\w+){0,9}[({\[]\s*[A-Za-z_]\w*=          # Turn(speaker=agent)
    )
    | \[\s*\(\s*["']                                                 # [('agent', '네')]
    | [A-Z]\w{0,99}\ \{\ [A-Z]\w*\ =                                  # Turn { Speaker = agent }
    | [a-z_]\w{0,99}='[^'\n]*'\ [a-z_]\w*=                            # speaker='agent' text='네'
    | [a-z_]\w{0,99}\ \{\s*\n\s*[a-z_]\w*(?::\s*["\d]|\ \{)          # alternatives { text: "네"
    | Array\s*\(\s*\[\w+\]\ =>                                        # PHP's print_r
    | array\(\d+\)\ \{\s*\[                                          # and its var_dump
    """,
    re.VERBOSE,
)
_STRINGS: Final = re.compile(r"\[\s*'(?:[^'\\\n]|\\.)*'\s*,\s*['\"]")
"""['상담사: 네', '고객: 네']"""
_NAMELESS: Final = re.compile(
    r"""\[?(?:(?:
      \[object\ [a-z]+\]
    | [a-z][\w.$]*\.[A-Z][\w$]*@[0-9a-f]{4,16}                       # com.acme.Turn@1b6d3586
    | <[\w.]++\ object\ at\ 0x[0-9a-f]+>
    | System\.[\w.]++(?:`\d\[[^\[\]]{0,200}\])?                       # C#'s List`1[Turn]
    | undefined | none | nan | nil | \(null\) | <na> | \#n/a
    )[\s,;]*+)++\]?""",
    re.VERBOSE | re.IGNORECASE,
)
"""Of which not even the content was printed."""


_ENDS: Final = re.compile(r"(?:[)\]}'\"`]|[=:]\s?[\w.]+)[,;]?\s*\Z")
_SAID: Final = re.compile(r"\[?[\w ]{1,20}\]?\s*[:：]\s*[가-힣]")
"""A line with a label."""
_HEADED: Final = re.compile(
    r"^\[?[A-Z][\w.]*[({\[][^(){}\[\]\n]*[)}\]]\]?[ \t]*(?![\s,;)\]}]|[A-Z][\w.]*[({\[]|\Z)",
    re.MULTILINE,
)
"""An object that is the label of its line: Agent(ch=0): 네"""
_CLOSING: Final = re.compile(r"[)\]},;\s]+")


def is_printed(text: str) -> bool:
    """Return whether a whole text is what a program prints of objects, in which no JSON is."""
    start, end = visible(text)
    if _NAMELESS.fullmatch(text, start, end):
        return True
    if _OBJECT.match(text, start, end):
        return _is_all(text[start:end])
    return text.endswith("]", start, end) and _STRINGS.match(text, start, end) is not None


def _is_all(text: str) -> bool:
    """Return whether a text that begins like objects ends so, and no call stands behind one."""
    if not _ENDS.search(text) or _HEADED.search(text):
        return False
    first, *others = [line.strip() for line in text.split("\n") if line.strip()]
    if any(map(_SAID.match, others)):
        return False
    closed = sum(map(first.count, "([{")) == sum(map(first.count, ")]}"))
    if not closed or not re.search("[=:]", first):
        return True
    return all(_OBJECT.match(line) or _CLOSING.fullmatch(line) for line in others)
