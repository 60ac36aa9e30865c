"""Family names alone before a title, and another in the call: 백 부장 for 배 부장."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from edgebox.language.names import SURNAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

_FAMILY_ALONE: Final = re.compile(
    rf"(?<![가-힣])([{''.join(sorted(SURNAMES))}]) ?"
    r"(사장|부장|과장|차장|대리|팀장|실장|기사|선생|교수|원장|소장|점장|주임|이사|대표|매니저|반장|조합장"
    r"|주무관|전무|상무|회장|박사|여사|씨)(?![가-힣]*(?:실|비|료))"
)
"""A family name before a title: 배 부장."""


_THIS: Final = frozenset("이전현한본")
"""What else stands before a title: 이 기사 is this one, 전 대표 the former."""


def wrong_families(text: str, said: str) -> Iterator[str]:
    """Yield the family names that stand alone before a title, and before it in the call another.

    Args:
        text: of the analysis.
        said: the call.
    """
    called = defaultdict(set)
    for family, title in _FAMILY_ALONE.findall(said):
        called[title].add(family)
    for match in _FAMILY_ALONE.finditer(text):
        family, title = match.groups()
        if " " not in match[0] or family in _THIS or not called[title]:
            continue
        # 김 부장 for 김도연 부장
        if family not in called[title] and not re.search(
            rf"(?<![가-힣]){family}[가-힣]{{2}}", said
        ):
            yield match[0]
