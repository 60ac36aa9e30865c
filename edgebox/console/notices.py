"""What a screen is told beside what it shows: a message was refused, a question was cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

Tell: TypeAlias = Callable[[dict[str, Any]], None]
"""Gives a message to one screen."""


class TellAll(Protocol):
    """Gives a message to all screens of an operator, but one."""

    def __call__(self, message: dict[str, Any], *, but: Tell | None = None) -> None: ...


def notice(
    level: str,
    code: str,
    text: str,
    *,
    retry_after: float | None = None,
    consultation_id: str | None = None,
    ask_id: str | None = None,
) -> dict[str, Any]:
    """Return the message. ``code`` is a problem's type, or ``cancelled``."""
    return {
        "type": "notice",
        "level": level,
        "code": code,
        "text": text,
        "retry_after": retry_after,
        "consultation_id": consultation_id,
        "ask_id": ask_id,
    }


def cancelled(ask_id: str) -> dict[str, Any]:
    """Return what says that a question has ended without an answer."""
    return notice("info", "cancelled", "The question was cancelled.", ask_id=ask_id)
