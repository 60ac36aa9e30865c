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
        before = self.writing_seconds(tokens, together - 1)
        return max(0.0, self.writing_seconds(tokens, together) - before)

    def writing_seconds(self, tokens: int, together: int) -> float:
        """Until an answer is written when ``together`` are written side by side."""
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


def shorten(utterances: Sequence[Utterance], total: int, keep: int, known: int = 0) -> Shortened:
    """Keep the opening and the ending, drop the middle, at utterance boundaries.

    An end whose first utterance alone does not fit is cut inside it: neither the
    reason for the call nor its outcome is dropped whole.

    Args:
        utterances: of the whole transcript.
        total: characters of the original transcript.
        keep: characters of the canonical form that may remain.
        known: leading characters of it that the model has read already: they cost
            nothing, so the opening takes them all and ``keep`` comes on top.
    """
    whole = render(utterances)
    if len(whole) <= keep + known:
        return Shortened(whole, total)
    room = max(2, keep - len(GAP) - 2)
    if known:
        head, opening = _end(utterances, known, from_end=False)
        _, ending = _end(utterances[head:], room, from_end=True)
    else:
        rest = utterances[1:] or utterances
        tail, ending = _end(rest, int(room * (1 - OPENING_SHARE)), from_end=True)
        before = utterances[: len(utterances) - tail]
        _, opening = _end(before, room - ending.size, from_end=False)
    return Shortened(
        "\n".join(text for text in (opening.text, GAP, ending.text) if text),
        min(total, opening.used + ending.used),
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    used: int  # characters of the original

    @property
    def size(self) -> int:
        return len(self.text) + 1 if self.text else 0


def _end(utterances: Sequence[Utterance], room: int, *, from_end: bool) -> tuple[int, _Piece]:
    """How many utterances of one end fit, and their text; a part of the first when none does."""
    ordered = utterances[::-1] if from_end else utterances
    count = 0
    for utterance in ordered:
        size = len(render([utterance])) + 1
        if size > room:
            break
        room -= size
        count += 1
    if count:
        taken = utterances[len(utterances) - count :] if from_end else utterances[:count]
        return count, _Piece(render(taken), sum(u.end - u.start for u in taken))
    if not ordered or room <= 0:
        return 0, _Piece("", 0)
    line = render([ordered[0]])
    cut = line[-room:] if from_end else line[:room]
    return 0, _Piece(cut, min(len(cut), len(ordered[0].text)))


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
