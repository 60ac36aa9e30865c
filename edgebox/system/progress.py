"""How far a long copy or transfer is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives how far a job is."""

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """Show the progress.

        Args:
            phase: such as download, copy or verify.
            done: bytes.
            total: bytes; None where that is not known.
        """


def silent(phase: str, done: int, total: int | None) -> None:
    """Show nothing."""
    del phase, done, total
