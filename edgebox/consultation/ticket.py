"""One summary's place in the small model's time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

Priority = Literal["high", "normal", "low"]

ENGINE_PRIORITY: dict[Priority, int] = {"high": -10, "normal": 0, "low": 10}
BEYOND_SHARE = 14
"""The engine's priority of a request beyond its client's share, in order of arrival: the client's
own word there could keep one request, and with it the slack of all, waiting."""

GIVES_WAY = 48
"""The engine's priority of what gives way: in its patient class, after everybody who waits."""


class Owner(Protocol):
    """The queue that a ticket is in."""

    def release(self, ticket: Ticket) -> None:
        """Give its place back."""


@dataclass(slots=True, eq=False)
class Ticket:
    """A place in the engine's next seconds.

    Attributes:
        owner: where it is released.
        arrived: monotonic seconds at which the request arrived.
        work: engine seconds reserved for it.
        reading: those of them that are for reading its prompt.
        client: whose it is.
        engine_priority: lower is first.
        whole: engine seconds that its whole call takes, for the shares.
        done: engine seconds that it is taken to have had.
        call_date: the day of the call, if it is known.
        cache_tag: names the call, so that the engine can forget it.
        cache_salt: what was read is shared only between calls of the same salt.
        grows: the call will be summarised again with more text.
        on_given_up: called if this lost its place to others.
        given_up: whether it did.
    """

    owner: Owner
    transcript: str
    priority: Priority
    arrived: float
    work: float
    reading: float
    client: str
    engine_priority: int
    whole: float = 0.0
    done: float = 0.0
    call_date: date | None = None
    cache_salt: str = ""
    cache_tag: str = ""
    grows: bool = False
    on_given_up: Callable[[], None] | None = None
    given_up: bool = False

    @property
    def gives_way(self) -> bool:
        """Whether all others come first."""
        return self.engine_priority == GIVES_WAY

    @property
    def is_beyond_share(self) -> bool:
        """Whether it was admitted beyond its client's share."""
        return self.engine_priority == BEYOND_SHARE

    @property
    def left(self) -> float:
        """Engine seconds that it still needs; 0 if it takes longer than was reserved."""
        return max(0.0, self.work - self.done)

    @property
    def reading_left(self) -> float:
        """Engine seconds that it still needs for reading, which comes first."""
        return min(self.left, max(0.0, self.reading - self.done))

    def release(self) -> None:
        """Give the place back. Releasing a ticket twice is harmless."""
        self.owner.release(self)
