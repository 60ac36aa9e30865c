"""The engine's health, polled in the background so that no request waits for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from edgebox.errors import EngineError

if TYPE_CHECKING:
    from edgebox.engine_client import EngineClient, EngineHealth, RoleHealth
    from edgebox.settings import Role

POLL_SECONDS = 0.5
MISSED_POLLS = 3
"""Polls without an answer after which the engine counts as gone. A busy engine may answer late,
and one that is gone refuses each request at once anyway."""


class EngineMonitor:
    """Knows how the engine is, as of its last answer."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self._health: EngineHealth | None = None
        self._polled = False
        self._missed = 0

    @property
    def health(self) -> EngineHealth | None:
        """The engine's last answer; None before the first one, and while the engine is gone."""
        return self._health

    def role(self, role: Role) -> RoleHealth | None:
        """Return a role's model and speeds, or None while the engine is not ready."""
        return self._health.roles.get(role) if self._health and self._health.ready else None

    @property
    def has_backlog(self) -> bool:
        """Whether analyses for which nobody waits are on the engine, as of its last answer."""
        return self._health is not None and self._health.backlog > 0

    def reachable(self, role: Role) -> bool:
        """Whether a request for the role makes sense. Before the first poll it is simply tried.

        So is one to another server, unless that rests.
        """
        if self._client.is_remote(role):
            return not self.rest(role)
        return not self._polled or (self._health is not None and self._health.ready)

    def rest(self, role: Role) -> float:
        """Return the seconds for which another server of the role asked to be sent nothing."""
        return self._client.rest(role)

    async def watch(self) -> None:
        """Poll until cancelled."""
        while True:
            await self.poll()
            await asyncio.sleep(POLL_SECONDS)

    async def poll(self) -> None:
        """Ask the engine for its health once."""
        try:
            self._health = await self._client.health()
            self._missed = 0
        except EngineError:
            self._missed += 1
            if self._missed >= MISSED_POLLS:
                self._health = None
        self._polled = True
