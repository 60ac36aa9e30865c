"""Masking: what was said in a call and belongs into no record of it.

Resident registration, card, passport and licence numbers, passwords and one-time codes are
replaced before anything else sees an utterance, so no prompt, summary, evidence or score can hold
them. Telephone, order and account numbers and birth dates stay, because a record needs them.

A number is found over several turns: over all of them, and over those of one speaker where the
other only confirmed, repeated or asked for the rest. What repeats a part of it is masked too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading.masking.digits import copula, runs
from edgebox.reading.masking.identifiers import Found, names_another, numbers, topic
from edgebox.reading.masking.passwords import passwords

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_ANSWER: Final = 20
"""Characters of a turn between two parts of a number: 네, 다음이요."""
_ASKS_ON: Final = re.compile("나머지|다음|뒤|뒷|자리|계속|이어서|마저")
_REPEATED: Final = 3
"""Digits with which a turn repeats a part of a number."""
_LONGEST: Final = 24
"""Digits of the longest number that is masked."""
_BESIDE: Final = 2
"""Turns before and behind a number that may repeat it."""


class _Span(NamedTuple):
    """What is replaced in one turn."""

    start: int
    end: int
    mask: str


def masked(turns: Sequence[tuple[str, str]]) -> list[str]:
    """Return the texts of (speaker, text) pairs with sensitive numbers replaced.

    Takes time linear in the texts. No text becomes empty.
    """
    texts = [text for _, text in turns]
    spans: list[list[_Span]] = [[] for _ in texts]
    every = list(range(len(texts)))
    whole, places = _joined(texts, every, one=False)
    for found in numbers(whole, partial(topic, whole)):
        _spread(whole, places, every, found, spans)
    for order in _by_speaker(turns):
        joined, starts = _joined(texts, order, one=True)

        def topic_at(place: int, order: list[int] = order, starts: list[int] = starts) -> str:
            at = bisect_right(starts, place) - 1
            return topic(whole, places[order[at]] + place - starts[at])

        for found in numbers(joined, topic_at):
            _spread(joined, starts, order, found, spans)
    for secret in passwords(turns):
        spans[secret.turn].append(_Span(secret.start, secret.end, secret.mask))
    _add_repeats(texts, spans)
    return [_replaced(text, here) for text, here in zip(texts, spans, strict=True)]


def _by_speaker(turns: Sequence[tuple[str, str]]) -> list[list[int]]:
    """Return the turns of each speaker, where there are two or more speakers."""
    order: dict[str, list[int]] = {}
    for index, (speaker, _) in enumerate(turns):
        order.setdefault(speaker, []).append(index)
    return list(order.values()) if len(order) > 1 else []


def _joined(texts: Sequence[str], order: Sequence[int], *, one: bool) -> tuple[str, list[int]]:
    """Return the texts of some turns in one, and where each begins in it.

    Between turns stands a line end, or a form feed where something was said that ends a number.
    """
    parts: list[str] = []
    starts: list[int] = []
    size, last = 0, -1
    for index in order:
        if parts:
            between = texts[last + 1 : index] if one else ()
            parts.append("\n" if all(map(_goes_on, between)) else "\f")
            size += 1
        starts.append(size)
        parts.append(texts[index])
        size += len(texts[index])
        last = index
    return "".join(parts), starts


def _goes_on(text: str) -> bool:
    """Whether a turn lets a number continue after it.

    It is short, repeats digits or asks for more, and names no number of another kind.
    """
    if names_another(text):
        return False
    if len(text) <= _LONGEST_ANSWER or _ASKS_ON.search(text):
        return True
    return any(len(digits) >= _REPEATED for digits, _, _ in _runs(text))


def _runs(text: str) -> list[tuple[str, int, int]]:
    """Return (digits, start, end) of each run of a turn, without the 이 of an ending."""
    found: list[tuple[str, int, int]] = []
    for run in runs(text):
        spare = copula(text, run[-1])
        digits = "".join(group.digits for group in run)
        found.append((digits[: len(digits) - spare], run[0].start, run[-1].ends[-1 - spare]))
    return found


def _add_repeats(texts: Sequence[str], spans: list[list[_Span]]) -> None:
    """Mask what repeats at least three digits of a number beside the turns of that number."""
    parts: list[dict[str, str]] = [{} for _ in texts]
    for turn, here in enumerate(spans):
        for span in here:
            said = [digits for digits, _, _ in _runs(texts[turn][span.start : span.end])]
            digits = "".join(said)
            if not _REPEATED <= len(digits) <= _LONGEST:
                continue
            pieces = {
                digits[a:b]: span.mask
                for a in range(len(digits))
                for b in range(a + _REPEATED, len(digits) + 1)
            }
            for near in range(max(0, turn - _BESIDE), min(turn + 1 + _BESIDE, len(texts))):
                parts[near].update(pieces)
    for turn, known in enumerate(parts):
        if known:
            spans[turn] += [
                _Span(start, end, known[digits])
                for digits, start, end in _runs(texts[turn])
                if digits in known
            ]


def _spread(
    joined: str,
    starts: Sequence[int],
    order: Sequence[int],
    place: Found,
    spans: list[list[_Span]],
) -> None:
    """Note a place of the joined text in each of the turns that it covers."""
    at = bisect_right(starts, place.start) - 1
    while at < len(order) and starts[at] < place.end:
        begins = max(place.start, starts[at])
        until = min(place.end, starts[at + 1] - 1 if at + 1 < len(starts) else len(joined))
        if (begins, until) != (place.start, place.end):
            groups = [group for run in runs(joined, begins, until) for group in run]
            if not groups:
                at += 1
                continue
            spare = copula(joined, groups[-1]) if until < place.end else 0
            begins, until = groups[0].start, groups[-1].ends[-1 - spare]
        spans[order[at]].append(_Span(begins - starts[at], until - starts[at], place.mask))
        at += 1


def _replaced(text: str, places: list[_Span]) -> str:
    """Put the masks in; of places that overlap the first and longest one names both."""
    pieces: list[str] = []
    at = 0
    for start, end, mask in sorted(places, key=lambda place: (place.start, -place.end)):
        if start >= at:
            pieces += (text[at:start], mask)
        at = max(at, end)
    return "".join([*pieces, text[at:]])
