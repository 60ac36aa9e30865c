"""What one role spent on one class of sequences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Spent:
    """Tokens and seconds since the start.

    Attributes:
        read: prompt tokens read; again after a sequence was sent back.
        cached: prompt tokens that were in the cache.
        written: tokens generated.
        drafted: tokens of drafts that steps read; accepted: those of them that were written.
        prefill, decode: seconds of steps, by the sequences' shares of their tokens. Those of
            aborted steps are among them: they were spent.
    """

    read: int = 0
    cached: int = 0
    written: int = 0
    drafted: int = 0
    accepted: int = 0
    prefill: float = 0.0
    decode: float = 0.0
