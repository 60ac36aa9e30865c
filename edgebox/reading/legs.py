"""Which fields of an object are legs of one call, before and after a transfer, by their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_WORDS_LISTED: Final = (
    """before pre first initial primary front start begin beginning originating main
    virtual one a 이전 전 앞 처음 첫 첫번째 최초""",
    """after post second secondary back end rest next transferred transfer transferee destination
    live consult consultation specialist two b 이후 후 뒤 다음 두번째 전환 이관""",
    "third tertiary three c 세번째",
    "fourth four d 네번째",
    "last 마지막",
)
_WORDS: Final = {word: place for place, words in enumerate(_WORDS_LISTED) for word in words.split()}
"""Words of names, and the place of the leg that they name."""
_FROM_TO: Final = {"from": 0, "to": 1}
_TRANSFER: Final = frozenset(["transfer", "transferred", "전환", "이관"])
"""Words beside which others tell the place: beforeTransfer."""
_VERSION: Final = re.compile(
    r"engine|recogni|version|model|asr|stt|translat|correct|mask|redact|anonym|edit|review|clean|process|normali[sz]|punctuat|format"
    r"|refin|rewrit|revis|summar|note|memo|번역|교정|마스킹|편집|수정|검수|처리|정제|보정|요약|메모|엔진|버전",
    re.IGNORECASE,
)
"""What was done with a call, or written about it: before and after it the call is the same."""
_LEG: Final = re.compile(r"leg|call|transfer|통화|전환|이관", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[가-힣]+|[0-9]{1,4}")
_KOREAN_END: Final = re.compile(
    r"(?:.{0,6}?)(이전|이후|첫번째|두번째|세번째|네번째|전|후)(?:통화|상담|대화)?"
)


def places(names: Iterable[str]) -> dict[str, int]:
    """Return the names of legs with their places, each of which one name has; else nothing.

    A name that is the rest of one with a place (``turns`` beside ``turnsAfterTransfer``) is the
    other leg, and so is the only other name beside ``transfer``.
    """
    words = {name: _words(name) for name in names if not _VERSION.search(name)}
    found = {name: place for name, told in words.items() if (place := _place(told)) is not None}
    for name, told in words.items():
        longer = [one for one in found if told < words[one] and words[one] - told <= _WORDS.keys()]
        if told and name not in found and len(longer) == 1:
            return {name: 1 - min(1, found[longer[0]]), longer[0]: found[longer[0]]}
    if len(found) == 1 and len(words) == 2 and comes_after(*found):
        return dict.fromkeys(words, 0) | found
    whole = len(set(found.values())) == len(found) > 1
    return found if whole else {}


def comes_after(name: str) -> bool:
    """Return whether a name is that of a later leg and of nothing else: afterTransfer."""
    words = _words(name)
    transfer = not _TRANSFER.isdisjoint(words)
    return transfer and words <= _WORDS.keys() and (_place(words) or 0) > 0


def is_about(name: str) -> bool:
    """Return whether a field is by its name another version of a call, or written about it."""
    return _VERSION.search(name) is not None


def are_versions(names: Collection[str]) -> bool:
    """Return whether names that differ in their numbers may be those of engines: result1."""
    return any(map(str.isdecimal, "".join(names))) and not all(map(_LEG.search, names))


def _words(name: str) -> frozenset[str]:
    korean = _KOREAN_END.fullmatch("".join(name.split()))
    if korean:
        return frozenset([korean[1]])
    return frozenset(one.lower() for one in _TOKEN.findall(name))


def _place(words: frozenset[str]) -> int | None:
    told = {_WORDS[one] for one in words - _TRANSFER if one in _WORDS}
    if not _TRANSFER.isdisjoint(words):
        told |= {_FROM_TO[one] for one in words if one in _FROM_TO}
        told = told or {1}
    told = told or {int(one) for one in words if one.isdecimal()}
    return told.pop() if len(told) == 1 else None
