"""From tokens to text that may be sent: whole characters, no stop string, no think block."""

from __future__ import annotations

import codecs

_THINK_OPEN, _THINK_CLOSE = "<think>", "</think>"


class TextStream:
    """Turns token pieces into text, holding back what may still be cut.

    Hangul syllables span tokens, so bytes are decoded incrementally. A tail that
    could be the beginning of a stop string is held until that is decided. A think
    block at the beginning of an answer is dropped.

    Args:
        stop: strings that end the answer; they are not part of it.
    """

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._opening = True
        self._thinking = False
        self.stopped = False

    def feed(self, piece: bytes) -> str:
        """Add one token's bytes. Returns the text that is certain now."""
        if self.stopped:
            return ""
        self._held += self._decoder.decode(piece)
        return self._release(final=False)

    def close(self) -> str:
        """Return the rest, when the sequence has ended."""
        if self.stopped:
            return ""
        self._held += self._decoder.decode(b"", final=True)
        return self._release(final=True)

    def _release(self, *, final: bool) -> str:
        if self._opening and not self._past_think(final=final):
            return ""
        for stop in self._stop:
            at = self._held.find(stop)
            if at >= 0:
                self.stopped = True
                self._held = self._held[:at]
        keep = 0 if final or self.stopped else self._uncertain()
        out = self._held[: len(self._held) - keep]
        self._held = self._held[len(out) :]
        return out

    def _past_think(self, *, final: bool) -> bool:
        """Drop a leading think block. Returns False while it is undecided or open."""
        if not self._thinking:
            start = self._held.lstrip()
            if start.startswith(_THINK_OPEN):
                self._thinking = True
            elif not final and (not start or _THINK_OPEN.startswith(start)):
                return False
            else:
                self._opening = False
                return True
        _, closed, rest = self._held.partition(_THINK_CLOSE)
        if not closed:
            if final:
                self._held = ""
            return final
        self._held = rest.lstrip()
        self._opening = self._thinking = False
        return True

    def _uncertain(self) -> int:
        """Return how many trailing characters could be the start of a stop string."""
        longest = max((len(stop) for stop in self._stop), default=1) - 1
        for size in range(min(longest, len(self._held)), 0, -1):
            tail = self._held[-size:]
            if any(stop.startswith(tail) for stop in self._stop):
                return size
        return 0
