"""How much of a transcript fits: into a deadline, or into a context. Pure arithmetic.

Every speed comes from the engine's own measurement; none is a constant here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.consultation.transcript import Utterance, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.engine_client import RoleHealth

OPENING_SHARE = 0.45
"""Of what is kept: the opening says why the customer called, the ending how it was
settled. The ending gets a little more, because closing courtesies take some of it."""

GAP = "(중간 생략)"
"""Stands where utterances were left out, so that the model does not join the two ends."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """What a request costs on this machine.

    Attributes:
        prefill_tps: prompt tokens a second.
        decode_tps: generated tokens a second, alone.
        batch_decode_tps: generated tokens a second in all, ``parallel`` together.
        parallel: how many that is.
    """

    prefill_tps: float
    decode_tps: float
    batch_decode_tps: float
    parallel: int

    @classmethod
    def of(cls, health: RoleHealth) -> Speeds:
        """From the engine's own account."""
        return cls(health.prefill_tps, health.decode_tps, health.batch_decode_tps, health.parallel)

    def answering_seconds(self, tokens: int, together: int) -> float:
        """Engine time that one more answer adds when ``together`` are being written, it included.

        Throughput is taken to rise linearly from one sequence to ``parallel``.
        """
        return self._all(tokens, together) - self._all(tokens, together - 1)

    def _all(self, tokens: int, together: int) -> float:
        if together <= 0:
            return 0.0
        share = min(1.0, (together - 1) / max(1, self.parallel - 1))
        rate = self.decode_tps + share * max(0.0, self.batch_decode_tps - self.decode_tps)
        return together * tokens / rate

    def readable_tokens(self, seconds: float) -> int:
        """Prompt tokens that can be read in this time."""
        return max(0, int(seconds * self.prefill_tps))


@dataclass(frozen=True, slots=True)
class Shortened:
    """A transcript as the model will see it.

    Attributes:
        text: canonical form, with GAP where something was left out.
        characters_used: characters of the original that are represented in it.
    """

    text: str
    characters_used: int


def shorten(utterances: Sequence[Utterance], total: int, keep: int) -> Shortened:
    """Keep the opening and the ending, drop the middle, at utterance boundaries.

    Args:
        utterances: of the whole transcript.
        total: characters of the original transcript.
        keep: characters of the canonical form that may remain.
    """
    whole = render(utterances)
    if len(whole) <= keep:
        return Shortened(whole, total)
    room = max(0, keep - len(GAP) - 2)
    head = _take(utterances, int(room * OPENING_SHARE))
    used = sum(_size(utterances[i]) for i in head)
    rest = utterances[len(head) :]
    tail = [len(utterances) - 1 - i for i in _take(rest[::-1], room - used)]
    kept = [utterances[i] for i in (*head, *sorted(tail))]
    if not kept:
        return _cut_inside(utterances, room)
    parts = [
        render([utterances[i] for i in head]),
        GAP,
        render([utterances[i] for i in sorted(tail)]),
    ]
    return Shortened("\n".join(part for part in parts if part), sum(u.end - u.start for u in kept))


def parts(utterances: Sequence[Utterance], size: int, overlap: int) -> list[str]:
    """Cut a transcript into overlapping parts at utterance boundaries; nothing is left out.

    An utterance is at most MAX_UTTERANCE_CHARACTERS long, so a part holds at least one.

    Args:
        utterances: of the whole transcript.
        size: characters of the canonical form in one part.
        overlap: characters repeated from the part before, at least one utterance.
    """
    found: list[str] = []
    start = 0
    while start < len(utterances):
        end, used = start, 0
        while end < len(utterances) and (end == start or used + _size(utterances[end]) <= size):
            used += _size(utterances[end])
            end += 1
        found.append(render(utterances[start:end]))
        if end == len(utterances):
            break
        back, again = end, 0
        while back - 1 > start and again < overlap:
            back -= 1
            again += _size(utterances[back])
        start = back
    return found


def _size(utterance: Utterance) -> int:
    return len(render([utterance])) + 1


def _take(utterances: Sequence[Utterance], room: int) -> list[int]:
    """Indexes of the leading utterances that fit."""
    taken = []
    for index, utterance in enumerate(utterances):
        room -= _size(utterance)
        if room < 0:
            break
        taken.append(index)
    return taken


def _cut_inside(utterances: Sequence[Utterance], room: int) -> Shortened:
    """Neither end fits as a whole: take the beginning of the first and the end of the last."""
    first, last = utterances[0].text, utterances[-1].text
    opening = first[: max(1, int(room * OPENING_SHARE))]
    ending = last[-max(1, room - len(opening)) :] if len(utterances) > 1 else first[len(opening) :]
    ending = ending[-max(1, room - len(opening)) :]
    return Shortened(f"{opening}\n{GAP}\n{ending}", len(opening) + len(ending))
