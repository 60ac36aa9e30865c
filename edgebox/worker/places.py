"""How many analyses a run has in flight at once, and how many more there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from edgebox.worker.leases import Leases

WANTED_PLACES = 2
"""Analyses beside the run's concurrency, for what somebody waits for: it does not wait until one of
the backlog has ended."""


class Limit(Protocol):
    """How many analyses are sent at once, as it is learned of the other side."""

    @property
    def limit(self) -> int: ...


class Places:
    """The places of one run: those of the backlog, and the further ones for what is wanted.

    Args:
        leases: what the run holds, under way or waiting for a full queue.
        concurrency: how many there are.
        learned: how many there are by now; None: as many as ``concurrency``.
    """

    def __init__(self, leases: Leases, concurrency: int, learned: Limit | None) -> None:
        self._leases = leases
        self._concurrency = concurrency
        self._learned = learned

    @property
    def limit(self) -> int:
        """The places of the backlog, without the further ones."""
        return self._concurrency if self._learned is None else self._learned.limit

    @property
    def taken(self) -> int:
        """The places of the backlog that are taken."""
        wanted = sum(one.wanted for one in self._leases.claimed())
        return len(self._leases) - min(wanted, WANTED_PLACES)

    @property
    def full(self) -> bool:
        """Whether only what somebody waits for may be claimed."""
        return self.taken >= self.limit

    @property
    def overfull(self) -> bool:
        """Whether more are in flight than are sent by now: those that are too many go back."""
        return self.taken > self.limit

    @property
    def all_taken(self) -> bool:
        """Whether nothing may be claimed, whoever waits for it."""
        return len(self._leases) >= self.limit + WANTED_PLACES
