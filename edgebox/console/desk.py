"""The desks of operators: their open screens, and what outlives a lost connection."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any, Final

from edgebox.console.questions import Questions
from edgebox.console.remembered import RememberedOfAll

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.console.notices import Tell
    from edgebox.console.remembered import Remembered

MOST_SCREENS: Final = 3
"""Of one operator. A reload may open the new one before the old one is gone."""
GRACE_SECONDS = 15.0
"""For which questions go on after the last screen has gone."""


class Desk:
    """One operator of one client.

    Args:
        grace: seconds that questions have after the last screen has gone.
        left: called after these.
        remembered: what the operator asked at earlier desks.
    """

    def __init__(
        self, grace: float, left: Callable[[], None], remembered: Remembered | None = None
    ) -> None:
        self._seconds = grace
        self._left = left
        self._screens: list[Tell] = []
        self._grace: asyncio.TimerHandle | None = None
        self.questions = Questions(self.tell, remembered)

    @property
    def screens(self) -> tuple[Tell, ...]:
        """Those that are open."""
        return tuple(self._screens)

    def join(self, tell: Tell) -> bool:
        """Add a screen; False if there are as many as may be."""
        if len(self._screens) >= MOST_SCREENS:
            return False
        self._screens.append(tell)
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        return True

    def leave(self, tell: Tell) -> None:
        """Remove a screen. After the last one, questions go on for some seconds."""
        self._screens.remove(tell)
        if not self._screens:
            self._grace = asyncio.get_running_loop().call_later(self._seconds, self._give_up)

    def tell(self, message: dict[str, Any], *, but: Tell | None = None) -> None:
        """Give a message to all screens, but one."""
        for tell in list(self._screens):
            if tell != but:
                tell(message)

    async def close(self) -> None:
        """Cancel what runs."""
        if self._grace is not None:
            self._grace.cancel()
        await self.questions.stop()

    def _give_up(self) -> None:
        self.questions.cancel(self.questions.running)
        self._left()


class Desks:
    """All desks. Event loop only."""

    def __init__(self) -> None:
        self._desks: dict[tuple[str, str, str], Desk] = {}
        self._remembered = RememberedOfAll()

    def __len__(self) -> int:
        return len(self._desks)

    def of(self, client_id: str, operator: str) -> Desk:
        """Return the desk of an operator.

        Without an operator, as programs may be, it is a desk of one socket and ends with it.
        """
        key = client_id, operator, "" if operator else secrets.token_hex(8)
        desk = self._desks.get(key)
        if desk is None:
            grace = GRACE_SECONDS if operator else 0.0
            remembered = self._remembered.of(client_id, operator) if operator else None
            desk = self._desks[key] = Desk(grace, lambda: self._forget(key), remembered)
        return desk

    def operators(self) -> list[tuple[str, str]]:
        """Return the operators with a screen, each with its client."""
        return [(client, operator) for client, operator, _ in self._desks if operator]

    def forget(self, client_id: str, consultation_id: str) -> None:
        """Forget what a client's operators asked about a call, with their screens open or not."""
        self._remembered.forget(client_id, consultation_id)
        for (owner, *_), desk in self._desks.items():
            if owner == client_id:
                desk.questions.forget(consultation_id)

    async def close(self) -> None:
        """Cancel what runs at any desk."""
        for desk in list(self._desks.values()):
            await desk.close()

    def _forget(self, key: tuple[str, str, str]) -> None:
        self._desks.pop(key, None)
