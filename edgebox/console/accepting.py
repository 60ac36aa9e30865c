"""A draft that was accepted, as it was or edited."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from edgebox.errors import NotFound
from edgebox.scoring.edits import edit_of

if TYPE_CHECKING:
    from edgebox.api.services import Services
    from edgebox.console import messages
    from edgebox.console.viewer import Viewer
    from edgebox.store.reviews import Draft


async def accept(services: Services, viewer: Viewer, message: messages.Accept) -> dict[str, Any]:
    """Keep what was accepted, and return what the screens are told.

    Args:
        services: the objects that endpoints share.
        viewer: who accepts it.
        message: the draft and the texts.

    Raises:
        NotFound: there is no such draft, or it is another operator's.
        InvalidFields: the texts are not those of the draft's kind.
        StoreBusy: nothing was kept.
    """
    client_id, reviews = viewer.client_id, services.store.reviews
    content = message.content.model_dump(exclude_none=True)

    def find() -> Draft | None:
        return reviews.get(client_id, message.draft_id)

    draft = await services.threads.read(client_id, find)
    mine = draft is not None and (viewer.sees_all or draft.operator in {None, "", viewer.operator})
    if draft is None or not mine or draft.consultation_id != message.consultation_id:
        raise NotFound("There is no such draft.")
    edit = await asyncio.to_thread(edit_of, draft.texts(), content)
    kept = await services.threads.write(
        client_id,
        lambda: reviews.accept(
            client_id,
            message.draft_id,
            content=content,
            changed=edit.changed,
            material=edit.material,
            dropped=message.dropped,
            copied=message.copied,
            seconds=message.seconds,
            by=viewer.actor,
        ),
    )
    return {
        "type": "accepted",
        "consultation_id": message.consultation_id,
        "draft_id": message.draft_id,
        "at": kept.accepted.at if kept.accepted else services.clock(),
    }
