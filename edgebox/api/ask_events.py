"""What an asker sees of a question, event by event, whatever carries it: SSE or a socket."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeAlias

from edgebox.api import ask_answers
from edgebox.ask.question import Acknowledged, Answer, Evidence
from edgebox.contract.asks import AskAnswer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from edgebox.api.services import Services
    from edgebox.ask.asks import Asked
    from edgebox.ask.question import Event

Fields: TypeAlias = dict[str, Any] | AskAnswer
Named: TypeAlias = tuple[str, Fields]


class Told:
    """One admitted question on its way to its asker. Its end is counted, or that it had none.

    To be closed, whatever was read of it.

    Args:
        services: has the counters and the price of an hour.
        admitted: the question.
        request_id: of the request that asked it.
    """

    def __init__(self, services: Services, admitted: Asked, request_id: str) -> None:
        self._services = services
        self._admitted = admitted
        self._request_id = request_id
        self._over = False

    def close(self) -> None:
        """Give the question up, unless it has ended. Closing twice is harmless."""
        if not self._over:
            self._over = True
            self._services.metrics.asks.labels("abandoned").inc()
        self._admitted.close()

    async def events(self) -> AsyncGenerator[Named]:
        """Yield name and fields of each event of docs/api.md. The last one is ``done``."""
        admitted = self._admitted
        start = {
            "ask_id": admitted.id,
            "deadline": admitted.question.deadline,
            "cached": admitted.cached,
        }
        try:
            yield "start", start
            async with aclosing(admitted.events()) as events:
                async for event in events:
                    self._over = self._over or isinstance(event, Answer)
                    yield self._named(event)
        finally:
            self.close()

    def _named(self, event: Event) -> Named:
        match event:
            case Evidence(citations):
                listed = [ask_answers.citation(one).model_dump() for one in citations]
                return "evidence", {"citations": listed}
            case Acknowledged(text, by):
                return "ack", {"text": text, "by": by}
            case Answer():
                return "done", self._counted(event)
        return "delta", {"text": event.text}

    def _counted(self, end: Answer) -> AskAnswer:
        admitted = self._admitted
        self._services.metrics.ask_done(
            end, cached=admitted.cached, client=admitted.question.client_id
        )
        won = self._services.settings.cost.won_per_hour
        return ask_answers.answer(admitted.question, admitted.id, end, won, self._request_id)
