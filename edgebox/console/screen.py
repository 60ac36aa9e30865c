"""What one screen sees, and what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgebox import __version__
from edgebox.api.ask import stored_call
from edgebox.api.ask_events import Told
from edgebox.api.problems import problem_of
from edgebox.ask.question import Question
from edgebox.console import messages
from edgebox.contract.asks import MAX_QUESTION
from edgebox.errors import BoxBusy, EdgeBoxError, InvalidFields, NotFound
from edgebox.system.problem import PROBLEM_TYPE

if TYPE_CHECKING:
    from edgebox.api.services import Services
    from edgebox.console.desk import Desk, Tell
    from edgebox.console.viewer import Viewer

BEAT_SECONDS = 10.0
"""Between two signs of life that a page's JavaScript sees; it does not see pings."""


class Screen:
    """One open screen of an operator.

    Args:
        services: the objects that endpoints share.
        viewer: who looks.
        desk: the operator's.
        tell: gives a message to this screen.
        request_id: of the socket.
    """

    def __init__(
        self, services: Services, viewer: Viewer, desk: Desk, tell: Tell, request_id: str
    ) -> None:
        self._services = services
        self._viewer = viewer
        self._desk = desk
        self._tell = tell
        self._request_id = request_id

    def join(self) -> bool:
        """Take a place at the desk; False if too many screens are open."""
        return self._desk.join(self._tell)

    def leave(self) -> None:
        """Give the place back."""
        self._desk.leave(self._tell)

    async def welcome(self) -> None:
        """Tell the screen everything that it shows."""
        settings = self._services.settings
        viewer = self._viewer
        self._tell(
            {
                "type": "welcome",
                "operator": {
                    "name": viewer.operator,
                    "display": viewer.display,
                    "role": viewer.role,
                },
                "calls": [],
                "drafts": [],
                "asks": self._desk.questions.states(),
                "settings": {
                    "language": settings.console.language,
                    "beat_seconds": BEAT_SECONDS,
                    "draft_seconds": settings.live.draft_seconds,
                },
                "release": __version__,
            }
        )

    async def act(self, message: messages.Act) -> None:
        """Do what a message says. What is refused becomes a notice on this screen."""
        try:
            await self._do(message)
        except EdgeBoxError as error:
            self._refused(error, message)

    async def _do(self, message: messages.Act) -> None:
        match message:
            case messages.Ask():
                await self._ask(message)
            case messages.Cancel():
                self._cancel(message)
            case messages.Feedback():
                await self._feedback(message)
            case _:
                raise NotFound("There is no such call.")

    async def _ask(self, message: messages.Ask) -> None:
        services, viewer, questions = self._services, self._viewer, self._desk.questions
        if message.ask_id == questions.running:
            return  # sent again after a reconnect
        text = message.question.strip()
        if not 0 < len(text) <= MAX_QUESTION:
            raise InvalidFields([("/question", f"Send 1 to {MAX_QUESTION} characters.")])
        arrived = services.monotonic()
        transcript, on = await self._transcript(message.consultation_id)
        question = Question(
            text=text,
            transcript=transcript,
            arrived=arrived,
            deadline=services.settings.ask.deadline_seconds,
            client_id=viewer.client_id,
            consultation_id=message.consultation_id,
            call_date=on,
            cache=message.cache,
        )
        await self._stop(questions.running)
        try:
            admitted = services.asks.ask(question)
        except BoxBusy:
            services.metrics.asks.labels("refused").inc()
            raise
        told = Told(services, admitted, self._request_id)
        questions.begin(message.ask_id, message.consultation_id, text, told)

    async def _transcript(self, consultation_id: str) -> tuple[str, Any]:
        services, viewer = self._services, self._viewer
        if not viewer.sees_all:
            raise NotFound("There is no such call.")
        stored = await stored_call(services, viewer.client_id, consultation_id)
        services.reads.note("transcripts.read", viewer.client_id, viewer.address, consultation_id)
        return stored

    def _cancel(self, message: messages.Cancel) -> None:
        if self._desk.questions.cancel(message.ask_id):
            self._say_cancelled(message.ask_id)

    async def _stop(self, ask_id: str) -> None:
        """Cancel the question before this one, and wait for its place."""
        await self._desk.questions.stop()
        if ask_id:
            self._say_cancelled(ask_id)

    def _say_cancelled(self, ask_id: str) -> None:
        """Tell the operator's other screens; this one knows."""
        notice = _notice("info", "cancelled", "The question was cancelled.", ask_id=ask_id)
        self._desk.tell(notice, but=self._tell)

    async def _feedback(self, message: messages.Feedback) -> None:
        services, client_id = self._services, self._viewer.client_id
        liked = message.rating == "up"
        subject = message.id
        if message.what == "ask":
            subject = self._desk.questions.known_as(subject)
        await services.threads.write(
            client_id,
            lambda: services.store.feedback.put(
                client_id, message.what, subject, liked=liked, reason=message.reason
            ),
        )
        if message.what == "ask" and not liked:
            services.asks.disliked(client_id, subject)
        services.metrics.feedback.labels(message.what, message.rating).inc()

    def _refused(self, error: EdgeBoxError, message: messages.Act) -> None:
        problem = problem_of(error, self._request_id)
        self._tell(
            _notice(
                "warning" if isinstance(error, BoxBusy) else "error",
                problem.type.removeprefix(PROBLEM_TYPE),
                problem.detail,
                retry_after=getattr(error, "retry_after", None),
                consultation_id=getattr(message, "consultation_id", None),
                ask_id=getattr(message, "ask_id", None),
            )
        )


def _notice(
    level: str,
    code: str,
    text: str,
    *,
    retry_after: float | None = None,
    consultation_id: str | None = None,
    ask_id: str | None = None,
) -> dict[str, Any]:
    return {
        "type": "notice",
        "level": level,
        "code": code,
        "text": text,
        "retry_after": retry_after,
        "consultation_id": consultation_id,
        "ask_id": ask_id,
    }
