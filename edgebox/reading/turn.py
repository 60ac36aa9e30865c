"""A turn of a call, as it was received."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as a client or a recogniser gives it.

    Attributes:
        speaker: the label, in any words; empty where there is none.
        text: what was said.
        start_ms: milliseconds from the beginning of the call, where known.
        written: it is not known when it was said, but when a record of it was written.
        channel: of a recording with several.
        place: offsets in the document; of a text that was joined, from its first word to its last.
        words: of a text that was joined, the offsets of each word in it and in the document.
        interim: a recogniser that listens on wrote it and writes it again.
    """

    speaker: str
    text: str
    start_ms: float | None = None
    channel: str = ""
    place: tuple[int, int] | None = None
    words: tuple[tuple[int, int, int, int], ...] = ()
    interim: bool = False
    written: bool = False
