"""What a person says of an answer or a draft, if it is one that they may rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.ask.ends import Ended
from edgebox.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.api.services import Services
    from edgebox.console import messages
    from edgebox.console.questions import Questions
    from edgebox.console.viewer import Viewer
    from edgebox.live.calls import LiveCall


async def rate(
    services: Services,
    viewer: Viewer,
    questions: Questions,
    message: messages.Feedback,
    seen: Callable[[str], LiveCall | None],
) -> None:
    """Keep a thumb of somebody who asked, or who may see the call.

    Args:
        services: the objects that endpoints share.
        viewer: who rates.
        questions: of the operator.
        message: the thumb.
        seen: returns a call in progress, if the viewer may see it.

    Raises:
        NotFound: there is no such answer or draft, or it is none of the viewer's.
        StoreBusy: nothing was kept.
    """
    client_id, liked = viewer.client_id, message.rating == "up"
    if viewer.role == "program":  # as POST /api/v1/feedback: it sees all of its client
        subject = questions.remembered.known_as(message.id) or message.id
    elif message.what == "ask":
        subject = _asked(services, viewer, questions, message.id, seen)
    else:
        subject = await _drafted(services, viewer, message.id, seen)
    await services.threads.write(
        client_id,
        lambda: services.store.feedback.put(
            client_id, message.what, subject, liked=liked, reason=message.reason
        ),
    )
    if message.what == "ask" and not liked:
        services.asks.disliked(client_id, subject)
    services.metrics.feedback.labels(message.what, message.rating).inc()


def _asked(
    services: Services,
    viewer: Viewer,
    questions: Questions,
    ask_id: str,
    seen: Callable[[str], LiveCall | None],
) -> str:
    """Return the box's id of a question that the viewer asked, or about a call that they see."""
    if mine := questions.remembered.known_as(ask_id):
        return mine
    end = services.asks.end_of(viewer.client_id, ask_id)
    if isinstance(end, Ended) and (viewer.sees_all or seen(end.question.consultation_id)):
        return ask_id
    raise NotFound("There is no such answer.")


async def _drafted(
    services: Services,
    viewer: Viewer,
    consultation_id: str,
    seen: Callable[[str], LiveCall | None],
) -> str:
    """Return a consultation whose drafts the viewer sees, or saw as its operator."""
    if seen(consultation_id) is None:
        reviews = services.store.reviews
        drafts = await services.threads.read(
            viewer.client_id, lambda: reviews.latest(viewer.client_id, consultation_id)
        )
        if not any(viewer.sees_all or one.operator == viewer.operator for one in drafts):
            raise NotFound("There is no such draft.")
    return consultation_id
