"""Reads a call with the large model while a question about it is being typed.

The answer's prompt begins with the call, so the engine has read it when the question comes: on a
CPU that is most of the time until the first word. It is the least urgent patient work, one call at
a time, and only where the whole call would be in the prompt.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from edgebox.ask.evidence import choose
from edgebox.ask.prompts import answer_messages
from edgebox.errors import EngineError, where

if TYPE_CHECKING:
    import datetime as dt

    from edgebox.ask.writing import Kit

log = logging.getLogger("edgebox.ask")

PREPARE_PRIORITY: Final = 45
"""Patient, behind every answer and every record that somebody waits for."""


class Preparing:
    """Reads one call at a time.

    Args:
        kit: what questions are answered with.
    """

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._task: asyncio.Task[None] | None = None

    def begin(
        self, client_id: str, consultation_id: str, transcript: str, on: dt.date | None
    ) -> bool:
        """Begin to read a call; return whether it was begun: not while another one is read.

        Args:
            client_id: whose call it is.
            consultation_id: the client's own id of it.
            transcript: the call as received.
            on: the day of the call, if it is known.
        """
        free = self._task is None or self._task.done()
        if not (free and self._kit.monitor.reachable("mlm")):
            return False
        self._task = asyncio.create_task(self._read(client_id, consultation_id, transcript, on))
        return True

    async def close(self) -> None:
        """Stop reading."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _read(
        self, client_id: str, consultation_id: str, transcript: str, on: dt.date | None
    ) -> None:
        kit = self._kit
        health = kit.monitor.role("mlm")
        if health is None:
            return
        most = int(kit.settings.evidence_tokens / health.tokens_per_char)
        try:
            reading, findings = await kit.readings.read(client_id, consultation_id, transcript, "")
            if reading.empty:
                return
            shown = await kit.readings.work(lambda: choose(reading.places, findings, most, on))
            if not shown.whole:
                return
            await kit.client.complete(
                "mlm",
                answer_messages(shown.text),
                max_tokens=1,
                temperature=0.0,
                priority=PREPARE_PRIORITY,
                deadline=kit.settings.deadline_seconds,
                cache_salt=kit.salts.of(client_id),
                cache_tag=kit.salts.tag(client_id, consultation_id),
            )
        except EngineError:
            pass  # the question reads the call itself
        except Exception as error:  # noqa: BLE001 - of any text that people may say
            log.warning("A call was not read ahead: %s", where(error))
