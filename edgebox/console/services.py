"""The objects that the pages share; ``app.build_console`` builds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgebox.console.guard import Guard
    from edgebox.console.hashing import HashThread
    from edgebox.console.logins import Logins
    from edgebox.console.navigation import Navigation
    from edgebox.console.rendering import Templates
    from edgebox.console.sessions import Sessions
    from edgebox.console.static_files import StaticFiles


@dataclass(frozen=True, slots=True)
class ConsoleServices:
    """All that a page may need beside ``api.services.Services``.

    Attributes:
        sessions: who is logged in.
        logins: passwords.
        hashes: the thread for passwords.
        templates: makes pages.
        static: the files that pages load.
        navigation: the places of each role.
        guard: makes routes, and holds requests against what a route is for.
    """

    sessions: Sessions
    logins: Logins
    hashes: HashThread
    templates: Templates
    static: StaticFiles
    navigation: Navigation
    guard: Guard

    async def close(self) -> None:
        """End what runs by itself."""
        await self.sessions.close()
        self.hashes.close()
