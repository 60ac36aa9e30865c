"""A question from a screen: admitted, answered on all screens of its operator, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from edgebox.api.ask import stored_call
from edgebox.api.ask_events import Told
from edgebox.ask.question import Question
from edgebox.contract.asks import question_text
from edgebox.errors import BoxBusy, InvalidFields, NotFound
from edgebox.live.rolling import day_of

if TYPE_CHECKING:
    from datetime import date

    from edgebox.api.services import Services
    from edgebox.console import messages
    from edgebox.console.notices import Tell
    from edgebox.console.questions import Questions
    from edgebox.console.viewer import Viewer
    from edgebox.live.calls import LiveCall


async def ask(
    services: Services,
    viewer: Viewer,
    questions: Questions,
    message: messages.Ask,
    *,
    call: LiveCall | None,
    by: Tell,
    request_id: str,
) -> None:
    """Answer a question on the screens of an operator. The one before is cancelled.

    Args:
        services: the objects that endpoints share.
        viewer: who asks.
        questions: of the operator.
        message: what was asked.
        call: the call in progress that it is about, if it is one that the viewer may see.
        by: the screen that asks; it knows that the one before is cancelled.
        request_id: of the socket.

    Raises:
        NotFound: `[ask] enabled` is off, or there is no such call.
        InvalidFields: the question is empty or too long, or has control characters.
        TranscriptGone: retention has removed the call.
        BoxBusy: an answer could not begin in time.
        StoreBusy: the call cannot be read.
    """
    if services.settings.ask.enabled == "off":
        raise NotFound("Questions are turned off on this box.")
    services.metrics.asked(viewer.client_id, "ask")
    try:
        text = question_text(message.question)
    except PydanticCustomError as error:
        raise InvalidFields([("/question", error.message())]) from None
    arrived = services.monotonic()
    if call is None:
        transcript, on = await _stored(services, viewer, message.consultation_id)
    else:
        transcript, on = call.text, day_of(call)
    questions.cancel(questions.running, but=by)  # its place is free from now on
    question = Question(
        text=text,
        transcript=transcript,
        arrived=arrived,
        deadline=services.settings.ask.deadline_seconds,
        client_id=viewer.client_id,
        operator=viewer.operator,
        consultation_id=message.consultation_id,
        call_date=on,
        cache=message.cache,
    )
    try:
        admitted = services.asks.ask(question)
    except BoxBusy:
        services.metrics.asks.labels("refused").inc()
        raise
    told = Told(services, admitted, request_id)
    questions.begin(message.ask_id, message.consultation_id, text, told)


async def _stored(
    services: Services, viewer: Viewer, consultation_id: str
) -> tuple[str, date | None]:
    if not viewer.sees_all:
        raise NotFound("There is no such call.")
    stored = await stored_call(services, viewer.client_id, consultation_id)
    viewer.note(services, "transcripts.read", consultation_id)
    return stored
