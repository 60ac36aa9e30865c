"""Which questions an operator has asked: they may rate them for longer than the texts are kept."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

MOST: Final = 50
"""Questions of one operator."""

MOST_OPERATORS: Final = 1000


class Remembered:
    """The ids of what one operator asked."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def add(self, ask_id: str, known_as: str, consultation_id: str) -> None:
        """Remember a question.

        Args:
            ask_id: the screen's own.
            known_as: the box's id of it.
            consultation_id: what it is about.
        """
        self._asked[ask_id] = known_as, consultation_id
        self._asked.move_to_end(ask_id)
        while len(self._asked) > MOST:
            self._asked.popitem(last=False)

    def known_as(self, ask_id: str) -> str | None:
        """Return the box's id of a question, by that or by the screen's; None if it is not one."""
        if ask_id in self._asked:
            return self._asked[ask_id][0]
        return next((known for known, _ in self._asked.values() if known == ask_id), None)

    def forget(self, consultation_id: str) -> None:
        """Forget what was asked about a call."""
        for ask_id, (_, about) in list(self._asked.items()):
            if about == consultation_id:
                del self._asked[ask_id]


class RememberedOfAll:
    """Those of all operators; the ones who asked longest ago are forgotten first."""

    def __init__(self) -> None:
        self._operators: OrderedDict[tuple[str, str], Remembered] = OrderedDict()

    def of(self, client_id: str, operator: str) -> Remembered:
        """Return those of an operator of a client."""
        key = client_id, operator
        found = self._operators.setdefault(key, Remembered())
        self._operators.move_to_end(key)
        while len(self._operators) > MOST_OPERATORS:
            self._operators.popitem(last=False)
        return found

    def forget(self, client_id: str, consultation_id: str) -> None:
        """Forget what the operators of a client asked about a call."""
        for (owner, _), remembered in self._operators.items():
            if owner == client_id:
                remembered.forget(consultation_id)
