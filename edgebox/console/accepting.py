"""A draft that was accepted, as it was or edited."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from edgebox.errors import NotFound
from edgebox.live.rolling import day_of
from edgebox.scoring.edits import edit_of
from edgebox.store.reviews import check_accepted
from edgebox.system.times import in_zone

if TYPE_CHECKING:
    from edgebox.api.services import Services
    from edgebox.console import messages
    from edgebox.console.viewer import Viewer
    from edgebox.live.calls import LiveCall
    from edgebox.store.reviews import Draft


async def accept(
    services: Services, viewer: Viewer, message: messages.Accept, call: LiveCall | None
) -> dict[str, Any]:
    """Keep what was accepted, and return what the screens are told.

    Args:
        services: the objects that endpoints share.
        viewer: who accepts it.
        message: the draft and the texts.
        call: its call, while it is in memory and the viewer may see it.

    Raises:
        NotFound: there is no such draft, or it is another operator's.
        InvalidFields: the texts are not those of the draft's kind.
        StoreBusy: nothing was kept.
    """
    client_id, reviews = viewer.client_id, services.store.reviews
    content = message.content.model_dump(exclude_none=True)

    def find() -> Draft | None:
        return reviews.get(client_id, message.draft_id)

    if call is not None:
        await services.live.keep_draft(call, message.draft_id)
    draft = await services.threads.read(client_id, find)
    # Of a call in memory, they see its drafts. Nobody's draft is no agent's afterwards.
    mine = draft is not None and (call or viewer.sees_all or draft.operator == viewer.operator)
    if draft is None or not mine or draft.consultation_id != message.consultation_id:
        raise NotFound("There is no such draft.")
    check_accepted(draft.kind, content, message.dropped)  # comparing a long text takes seconds
    # Of a call that is no longer in memory, its day is that of its drafts.
    on = day_of(call) if call else in_zone(draft.at).date()
    edit = await asyncio.to_thread(edit_of, draft.texts(), content, on)
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
    at = kept.accepted.at if kept.accepted else services.clock()
    texts = {"content": content} if kept.kind == "record" else content
    shown = call.draft(message.draft_id) if call else None
    if shown is not None:
        shown["accepted"] = {"at": at, **texts}  # for the next snapshot
    return {
        "type": "accepted",
        "consultation_id": message.consultation_id,
        "draft_id": message.draft_id,
        "at": at,
    }
