"""Who watches which calls: screens register a function, and get what happens to their calls.

Event loop only. A function must not block: a screen puts messages into a queue of its own, so a
slow one never holds up another.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

from edgebox.errors import where

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from edgebox.live.calls import LiveCall

    Tell: TypeAlias = Callable[[dict[str, Any]], None]
    Unwatch: TypeAlias = Callable[[], None]

log = logging.getLogger("edgebox.live")


class Hub:
    """The screens, by operator and by the further calls that they have opened."""

    def __init__(self) -> None:
        self._screens: dict[tuple[str, str], list[Tell]] = defaultdict(list)
        self._followers: dict[tuple[str, str], list[Tell]] = defaultdict(list)
        self._looked: list[Callable[[str, str, str | None], None]] = []

    def on_look(self, told: Callable[[str, str, str | None], None]) -> None:
        """Call ``told(client_id, operator, consultation_id)`` when a screen begins to watch.

        ``consultation_id`` is None for all calls of the operator.
        """
        self._looked.append(told)

    def watch(self, client_id: str, operator: str, tell: Tell) -> Unwatch:
        """Have a screen told of its operator's calls.

        Args:
            client_id: the operator's client.
            operator: the account; not empty.
            tell: takes a message; returns at once.

        Returns:
            A function that ends it; calling it twice is harmless.
        """
        unwatch = _added(self._screens, (client_id, operator), tell)
        for looked in self._looked:
            looked(client_id, operator, None)
        return unwatch

    def follow(self, client_id: str, consultation_id: str, tell: Tell) -> Unwatch:
        """Have a screen told of one call that is not its operator's; as ``watch`` otherwise."""
        unwatch = _added(self._followers, (client_id, consultation_id), tell)
        for looked in self._looked:
            looked(client_id, "", consultation_id)
        return unwatch

    def watching(self, client_id: str, operator: str) -> int:
        """Return how many screens of an operator there are."""
        return len(self._screens.get((client_id, operator), ()))

    def audience(self, call: LiveCall) -> int:
        """Return how many screens show a call."""
        return len(self._of_call(call))

    def tell(self, client_id: str, operator: str, message: dict[str, Any]) -> None:
        """Tell every screen of an operator."""
        self._send(self._screens.get((client_id, operator), ()), message)

    def moved(self, call: LiveCall) -> None:
        """Tell those who follow a call that it is another operator's now: not all may go on."""
        followers = self._followers.get((call.client_id, call.consultation_id), ())
        self._send(followers, {"type": "call.moved", "consultation_id": call.consultation_id})

    def about(self, call: LiveCall, message: dict[str, Any], *, but: Collection[Tell] = ()) -> None:
        """Tell every screen that shows a call, once; but not some that know."""
        self._send([one for one in self._of_call(call) if one not in but], message)

    def _of_call(self, call: LiveCall) -> list[Tell]:
        screens = self._screens.get((call.client_id, call.operator), ()) if call.operator else ()
        followers = self._followers.get((call.client_id, call.consultation_id), ())
        return [*screens, *(one for one in followers if one not in screens)]

    def _send(self, screens: list[Tell] | tuple[Tell, ...], message: dict[str, Any]) -> None:
        for tell in list(screens):
            try:
                tell(message)
            except Exception as error:  # noqa: BLE001 - one screen's fault is not another's
                log.warning("a screen was not told: %s", where(error))


def _added(screens: dict[tuple[str, str], list[Tell]], key: tuple[str, str], tell: Tell) -> Unwatch:
    screens[key].append(tell)
    there = True

    def unwatch() -> None:
        nonlocal there
        if there:
            there = False
            screens[key].remove(tell)
            if not screens[key]:
                del screens[key]

    return unwatch
