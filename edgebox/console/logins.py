"""Logins: is this password right, and is this name or address let try it."""

from __future__ import annotations

import math
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from edgebox.console.throttle import AddressThrottle, UnknownNames
from edgebox.errors import EdgeBoxError, LoginLocked, LoginRefused
from edgebox.store.acts import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.console.hashing import HashThread
    from edgebox.store.operators import Operator, Operators


class PasswordHashes(Protocol):
    """``console.passwords``."""

    def hashed(self, password: str) -> str: ...
    def matches(self, password: str, kept: str) -> bool: ...
    def is_outdated(self, kept: str) -> bool: ...


class Logins:
    """Holds passwords against accounts.

    1. An address with too many wrong tries is refused. A right one does not count: behind a proxy
       everybody has one address. Tries that are still looked at count.
    2. A name that is locked is refused; no hash is computed.
    3. One hash is computed, also for a name that is no account, and for a disabled one.
    4. A wrong password is counted and written into the audit. What was typed as a name is written
       only if there is such an account.

    The steps from 2 on run in the one thread for passwords, so tries at the same time cannot
    overtake the count.

    Args:
        operators: the accounts.
        thread: hashes.
        passwords: how they are hashed.
        clock: Unix seconds.
        monotonic: seconds that never jump.
    """

    def __init__(
        self,
        operators: Operators,
        thread: HashThread,
        passwords: PasswordHashes,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._operators = operators
        self._thread = thread
        self._passwords = passwords
        self._clock = clock
        self._addresses = AddressThrottle(monotonic=monotonic)
        self._unknown = UnknownNames(clock=clock)
        self._nobody = ""

    async def check(self, name: str, password: str, peer: str) -> Operator:
        """Return the account of a name and its password.

        Raises:
            LoginRefused: one of them is wrong, or the account is disabled.
            LoginLocked: too many tries.
            RateLimited: too many people log in at once.
            StoreBusy: the accounts cannot be read, or a wrong password cannot be counted.
        """
        return await self._counted(peer, lambda: self._check(name, password, peer))

    async def change(self, name: str, old: str, new: str, peer: str) -> Operator:
        """Set another password, which ends the account's sessions, and return the account.

        Raises:
            EdgeBoxError: as ``check``, about the old password.
        """

        def work() -> Operator:
            operator = self._check(name, old, peer)
            kept = self._passwords.hashed(new)
            self._operators.change_password(operator.name, kept, by=Actor(name, peer or None))
            return replace(operator, password=kept, must_change=False)

        return await self._counted(peer, work)

    async def _counted(self, peer: str, work: Callable[[], Operator]) -> Operator:
        self._addresses.take(peer)
        try:
            found = await self._thread.run(work)
        except (LoginRefused, LoginLocked):
            raise
        except EdgeBoxError:  # it was not looked at. One whose browser has gone was: it counts
            self._addresses.give_back(peer)
            raise
        self._addresses.give_back(peer)
        return found

    def _check(self, name: str, password: str, peer: str) -> Operator:
        if not self._nobody:
            self._nobody = self._passwords.hashed(secrets.token_urlsafe(32))
        found = self._operators.get(name)
        locked_until = found.locked_until if found else self._unknown.locked_until(name)
        self._refuse_locked(locked_until)
        right = self._passwords.matches(password, found.password if found else self._nobody)
        if found is None or not right or found.disabled:
            by = Actor(found.name if found else None, peer or None)
            locked_until = self._operators.failed(by.operator, by=by)
            if found is None:
                locked_until = self._unknown.failed(name)
            self._refuse_locked(locked_until)
            raise LoginRefused("The name or the password is wrong.")
        self._operators.succeeded(found.name)
        if self._passwords.is_outdated(found.password):
            kept = self._passwords.hashed(password)
            self._operators.keep_hash(found.name, found.password, kept)
            return replace(found, password=kept)
        return found

    def _refuse_locked(self, until: float) -> None:
        left = until - self._clock()
        if left > 0:
            raise LoginLocked(
                "Too many wrong passwords for this name.", retry_after=max(1, math.ceil(left))
            )
