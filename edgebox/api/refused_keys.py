"""Refused keys, for the administrator: why, in the log and in a file that the doctor reads.

A refusal only puts the key into a short queue, so that its answer takes the same time whatever is
wrong with it. What is wrong is found out later, for all that were refused meanwhile. Neither the
log nor the file grows with a flood: further refusals are counted.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from contextlib import suppress
from contextvars import Context
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from edgebox.api.key_faults import LONGEST, faults_of
from edgebox.system import ecs
from edgebox.system.files import open_file, write_text
from edgebox.system.logs import about

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from edgebox.signing import KeyHolder, Window

log = logging.getLogger("edgebox.api")

NAME = "refused-keys.json"
INTERVAL = 2.0
"""Seconds from a refusal to its line in the log."""
MOST_WAITING = 50
"""Refusals that are looked into in one INTERVAL: 80 µs each (measured)."""
LINES = 10
"""Lines in the log in one PERIOD."""
PERIOD = 60.0
REASONS = 5
"""Reasons that are kept for each client: the last ones."""
KEPT_SECONDS = 30 * 86_400.0
_LATEST = 253_402_300_799.0  # Unix seconds of the year 9999: the last time that can be shown
_FORGOTTEN = 86_400.0  # seconds without a refusal after which its count begins anew


@dataclass(frozen=True)
class RefusedKey:
    """A client's last key that was refused for one reason. Times are Unix seconds.

    Attributes:
        client: its id; None for keys that name no client of this box.
        reason: what was wrong with it.
        at: when it was refused.
        count: refusals for this reason that were looked into, since ``since``.
        since: the first of these.
    """

    client: str | None
    reason: str
    at: float
    count: int
    since: float


@dataclass(frozen=True)
class _Waiting:
    request_id: str
    key: str
    reason: str
    window: Window
    peer: str


class RefusedKeys:
    """Takes refusals, and reports them at most INTERVAL seconds later.

    Args:
        folder: the state folder, for the file.
        lookup: returns the client of an id, or None.
        window: returns the timestamps that are accepted now.
        run: runs a blocking call in a thread.
        monotonic: seconds that never jump.
    """

    def __init__(
        self,
        folder: Path,
        lookup: Callable[[str], KeyHolder | None],
        *,
        window: Callable[[], Window],
        run: Callable[[Callable[[], None]], Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        self._folder = folder
        self._lookup = lookup
        self._window = window
        self._run = run
        self._monotonic = monotonic
        self._waiting: list[_Waiting] = []
        self._last: dict[tuple[str | None, str], RefusedKey] = {}
        self._read = False
        self._changed = False
        self._period_began = float("-inf")
        self._lines = 0
        self._overflow = 0  # more than MOST_WAITING, since the last report
        self._unlogged = 0  # in this period
        self._reporting: asyncio.Task[None] | None = None

    def add(self, request_id: str, key: str, reason: str = "", peer: str = "") -> None:
        """Take a refusal.

        Args:
            request_id: of the request.
            key: the key that was sent, any text.
            reason: why it was refused, if the key itself does not show it.
            peer: the address that sent it.
        """
        if len(self._waiting) < MOST_WAITING:
            cut = key[: LONGEST + 1]
            self._waiting.append(_Waiting(request_id, cut, reason, self._window(), peer))
        else:
            self._overflow += 1
        if self._reporting is None:
            # An empty context: what it logs is not all about this request.
            self._reporting = asyncio.create_task(self._report_later(), context=Context())

    async def close(self) -> None:
        """Report what waits."""
        if self._reporting is not None:
            self._reporting.cancel()
            await asyncio.gather(self._reporting, return_exceptions=True)
            await self.report()

    async def report(self) -> None:
        """Write lines for the refusals that wait, and the file."""
        if not self._read:
            await self._run(self._read_file)
        self._begin_period()
        waiting, self._waiting = self._waiting, []
        self._unlogged += self._overflow
        self._overflow = 0
        for one in waiting:
            client, found = faults_of(one.key, self._lookup, one.window)
            self._note(client, one.reason or found, one)
            self._changed = True
        if self._changed:
            text = json.dumps([asdict(one) for one in self._last.values()])
            with suppress(OSError):  # a full disk: the log has them
                await self._run(lambda: write_text(self._folder / NAME, text, mode=0o600))
            self._changed = False

    def _read_file(self) -> None:
        """Take over what the file holds; begin a new one where it is damaged."""
        kept: list[RefusedKey] = []
        try:
            kept = _written(self._folder)
        except ValueError:
            log.warning(
                "refused-keys.json is damaged: it begins anew",
                extra=ecs.event("refused_keys_damaged"),
            )
        since = self._window().now - KEPT_SECONDS
        self._last = {(one.client, _kind(one.reason)): one for one in kept if one.at >= since}
        self._read = True

    async def _report_later(self) -> None:
        try:
            while self._waiting or self._overflow or self._unlogged:
                await asyncio.sleep(INTERVAL)
                await self.report()
        finally:
            self._reporting = None

    def _note(self, client: str | None, reason: str, refusal: _Waiting) -> None:
        kind = client, _kind(reason)
        before = self._last.get(kind)
        at = refusal.window.now
        if before is None or at - before.at > _FORGOTTEN:
            before = RefusedKey(client, reason, at, 0, at)
        self._last[kind] = RefusedKey(client, reason, at, before.count + 1, before.since)
        kinds = [one for one in self._last if one[0] == client]
        if len(kinds) > REASONS:
            del self._last[min(kinds, key=lambda one: self._last[one].at)]
        if self._lines >= LINES:
            self._unlogged += 1
            return
        self._lines += 1
        with about(request_id=refusal.request_id, peer=refusal.peer):
            fields = {"edgebox.client_id": client, "event.reason": reason}
            log.warning(
                "key refused: %s, client %s, from %s, request %s",
                reason,
                client or "unknown",
                refusal.peer or "unknown",
                refusal.request_id,
                extra=ecs.event("key_refused", fields),
            )

    def _begin_period(self) -> None:
        """Once a period is over, write how many refusals had no line in it, and begin another."""
        now = self._monotonic()
        if now - self._period_began >= PERIOD:
            if self._unlogged:
                fields = {"edgebox.lines_left_out": self._unlogged}
                log.warning(
                    "keys refused: %d more in the last minute",
                    self._unlogged,
                    extra=ecs.event("keys_refused", fields),
                )
            self._period_began, self._lines, self._unlogged = now, 0, 0


def _kind(reason: str) -> str:
    """Return a reason without its numbers: the seconds that a clock is off are one reason."""
    return re.sub(r"\d+", "0", reason)


def refused_keys(folder: Path, since: float) -> list[RefusedKey]:
    """Return the last refused keys of each client, the newest first.

    Empty where the file cannot be read: it is a help, and nothing depends on it.

    Args:
        folder: the state folder.
        since: Unix seconds; older ones are left out.
    """
    try:
        found = [one for one in _written(folder) if one.at >= since]
    except ValueError:
        return []
    return sorted(found, key=lambda one: one.at, reverse=True)


def _written(folder: Path) -> list[RefusedKey]:
    """Return what the file holds; nothing where it cannot be opened.

    Raises:
        ValueError: it holds something else than refused keys.
    """
    try:
        with os.fdopen(open_file(folder / NAME), encoding="utf-8") as file:
            entries = json.load(file)
        return [_entry(**entry) for entry in entries]
    except OSError:
        return []
    except (TypeError, RecursionError) as error:
        raise ValueError(NAME) from error


def _entry(client: object, reason: object, at: object, count: object, since: object) -> RefusedKey:
    if (
        (client is None or isinstance(client, str))
        and isinstance(reason, str)
        and isinstance(count, int)
        and isinstance(at, int | float)
        and isinstance(since, int | float)
        and 0 <= at <= _LATEST
        and 0 <= since <= _LATEST
    ):
        return RefusedKey(client, reason, at, count, since)
    raise ValueError(NAME)
