"""The questions of one operator: one at a time, shown on all their screens.

A newer question cancels the older one. A question outlives the socket that asked it for a while,
so a screen that lost its connection finds it, with the text so far.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from edgebox.console.notices import cancelled
from edgebox.console.remembered import Remembered
from edgebox.contract.asks import AskAnswer
from edgebox.errors import where

if TYPE_CHECKING:
    from edgebox.api.ask_events import Fields, Told
    from edgebox.console.notices import Tell, TellAll

log = logging.getLogger("edgebox.console")

KEPT: Final = 5
"""Questions that have ended and are still shown to a screen that comes back."""


@dataclass(slots=True)
class Shown:
    """A question as its screens have it.

    Attributes:
        ask_id: the screen's own.
    """

    ask_id: str
    consultation_id: str
    question: str
    citations: list[dict[str, Any]] = field(default_factory=list)
    ack: dict[str, str] | None = None
    text: str = ""
    done: dict[str, Any] | None = None

    def add(self, name: str, fields: dict[str, Any]) -> None:
        """Note an event that the screens are told."""
        if name == "evidence":
            self.citations = fields["citations"]
        elif name == "ack":
            self.ack = fields
        elif name == "delta":
            self.text += fields["text"]
        elif name == "done":
            self.done = fields["done"]

    def asked(self) -> dict[str, Any]:
        """Return what was asked, and about which call."""
        return {"consultation_id": self.consultation_id, "question": self.question}

    def as_state(self) -> dict[str, Any]:
        """Return it as a screen that comes back gets it."""
        return {
            "ask_id": self.ask_id,
            **self.asked(),
            "state": "running" if self.done is None else "done",
            "citations": self.citations,
            "ack": self.ack,
            "text": self.text,
            "done": self.done,
        }


class Questions:
    """The questions of one operator.

    Args:
        tell: gives a message to all screens of the operator.
        remembered: what the operator asked before, also at an earlier desk.

    Attributes:
        remembered: the ids of what was asked.
    """

    def __init__(self, tell: TellAll, remembered: Remembered | None = None) -> None:
        self._tell = tell
        self.remembered = Remembered() if remembered is None else remembered
        self._shown: OrderedDict[str, Shown] = OrderedDict()
        self._task: asyncio.Task[None] | None = None
        self._told: Told | None = None
        self._running = ""

    @property
    def running(self) -> str:
        """The ask_id of the question that is being answered, or empty."""
        return self._running

    def states(self) -> list[dict[str, Any]]:
        """Return what a screen that comes back gets, oldest first."""
        return [shown.as_state() for shown in self._shown.values()]

    def begin(self, ask_id: str, consultation_id: str, question: str, told: Told) -> None:
        """Answer a question that was admitted. One that still runs is cancelled.

        Args:
            ask_id: the screen's own.
            consultation_id: what it is about.
            question: as it was asked.
            told: what the screens will see of it.
        """
        self.cancel(self._running)
        shown = self._shown[ask_id] = Shown(ask_id, consultation_id, question)
        self._shown.move_to_end(ask_id)
        while len(self._shown) > KEPT:
            self._shown.popitem(last=False)
        self._running = ask_id
        self._told = told
        self._task = asyncio.create_task(self._run(shown, told))

    def cancel(self, ask_id: str, *, but: Tell | None = None) -> None:
        """End a question at once, and give its place back. Nothing happens if it is not answered.

        Without its end it is forgotten, and the screens are told.

        Args:
            ask_id: the screen's own.
            but: a screen that knows.
        """
        if not ask_id or ask_id != self._running:
            return
        self._running = ""
        if self._told is not None:
            self._told.close()
        if self._task is not None:
            self._task.cancel()
        self._drop_unless_done(ask_id, but)

    def forget(self, consultation_id: str) -> None:
        """Forget what was asked about a call, and end what is being answered."""
        self.remembered.forget(consultation_id)
        for ask_id, shown in list(self._shown.items()):
            if shown.consultation_id == consultation_id:
                self.cancel(ask_id)
                self._shown.pop(ask_id, None)

    async def stop(self) -> None:
        """Cancel what runs, and wait until it has ended."""
        task = self._task
        self.cancel(self._running)
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self, shown: Shown, told: Told) -> None:
        try:
            async with aclosing(told.events()) as events:
                async for name, fields in events:
                    said = _said(fields)
                    if self._shown.get(shown.ask_id) is not shown:
                        return
                    if name == "start":
                        known_as = said["ask_id"]
                        self.remembered.add(shown.ask_id, known_as, shown.consultation_id)
                    shown.add(name, said)
                    # Another screen does not know yet what was asked.
                    asked = shown.asked() if name == "start" else {}
                    self._tell({"type": f"ask.{name}", **said, **asked, "ask_id": shown.ask_id})
        except Exception as error:  # noqa: BLE001 - a screen must not wait for ever
            log.error("A question of a screen failed: %s", where(error))  # noqa: TRY400 - ours
        finally:
            if self._running == shown.ask_id and self._shown.get(shown.ask_id) is shown:
                self._running = ""
                self._drop_unless_done(shown.ask_id)

    def _drop_unless_done(self, ask_id: str, but: Tell | None = None) -> None:
        shown = self._shown.get(ask_id)
        if shown is not None and shown.done is None:
            del self._shown[ask_id]
            self._tell(cancelled(ask_id), but=but)


def _said(fields: Fields) -> dict[str, Any]:
    return {"done": fields.model_dump(mode="json")} if isinstance(fields, AskAnswer) else fields
