"""Numbers that are said without the words that they are of: as an answer, or as a total.

The words beside a total are of the figures that it is made of, and what an answer is of was named
long before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.number import supports
from edgebox.language.words import content_words
from edgebox.scoring.joined import is_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.spoken import Spoken

_BARE: Final = 28
"""Characters of an utterance that is a number and no more."""

_AGREED: Final = re.compile(
    r"으?로 (?:[가-힣]{1,3} ?)?(?:할게|하[겠시죠지]|해|맞[춰추]|드릴|드리)"
    r"|(?:만|[을를]|까지만?)? ?[가-힣]{1,5}(?:게요?|래요?|겠어요|겠습니다|주세요|줘요?)[.!~ ]*$"
)
"""Behind a number that somebody agrees to, or takes: 20만 원만 뽑을게요."""

_ENDING: Final = re.compile(r"^[가-힣]+")
"""Of a number: 만 원이요, 만 원이에요."""

_TOTAL: Final = re.compile(r"(?:총|합계|합[쳐친한해]서?|모두|도합|전부)[가-힣0-9, ]{0,12}$")
_SAID_TOTAL: Final = re.compile(r"(?:총|합계|합[쳐치하해]|모두|도합|전부|다 ?해서|다해)[^.?!\n]*$")
_TOTAL_NEAR: Final = 14


def is_total(number: Number, text: str, places: Sequence[int], spoken: Spoken) -> bool:
    """Return whether a number is told as a total and was said as one.

    The words beside a total are of the figures that it is made of.
    """
    if is_of_both(number, text, spoken):
        return True
    return _TOTAL.search(text, 0, number.start) is not None and any(
        supports(said.provides, number)
        and _SAID_TOTAL.search(spoken.text, max(0, said.start - _TOTAL_NEAR), said.start)
        for piece in places
        for said in spoken.numbers_in(piece)
    )


def is_of_both(number: Number, text: str, spoken: Spoken) -> bool:
    """Return whether a number is told of two things, and adds up in the call: 소파와 책상을."""
    if not _BOTH.search(text, 0, number.start):
        return False
    return any(
        is_sum(said, [one for one, _ in spoken.numbers_of(spoken.pieces[piece].utterance)])
        for said, piece in spoken.supporting(number)
    )


_BOTH: Final = re.compile(
    r"[가-힣](?:[과와]|하고|이?랑|,|·) ?(?:[가-힣]+ )?[가-힣]+(?:[을를은는이가도])? ?$"
)


def is_bare(number: Number, places: Sequence[int], spoken: Spoken) -> bool:
    """Return whether somebody says the number and no more, or agrees to it.

    What it is of was named long before.
    """
    for piece in places:
        pieces = spoken.pieces_of(spoken.pieces[piece].utterance)
        start, end = spoken.pieces[pieces[0]].start, spoken.pieces[pieces[-1]].end
        if end - start > _BARE:
            continue
        for said in spoken.numbers_in(piece):
            after = spoken.text[said.end : end]
            more = "" if _AGREED.match(after) else _ENDING.sub("", after)
            rest = f"{spoken.text[start : said.start]} {more}"
            if supports(said.provides, number) and not any(True for _ in content_words(rest)):
                return True
    return False
