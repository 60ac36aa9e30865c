"""Downloading accepted records with their calls, as cases of ``edgebox eval``."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from edgebox.console.asked import Asked, begin_of, end_of
from edgebox.console.forms import form_of
from edgebox.console.person import person_of
from edgebox.scoring.corrected import case_of
from edgebox.store.acts import Act

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.api.services import Services
    from edgebox.console.services import ConsoleServices

PATH = "/review/export"
MOST = 2_000
"""Records of one download."""


def routes(services: Services, console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of this file."""
    page, guard = ExportPage(services, console), console.guard
    return [
        guard.page("GET", PATH, page.ask, "lead", proved=True),
        guard.page("POST", PATH, page.export, "lead", proved=True),
    ]


class ExportPage:
    """The endpoints."""

    def __init__(self, services: Services, console: ConsoleServices) -> None:
        self._services = services
        self._console = console

    async def ask(self, request: Request) -> Response:
        """``GET /review/export``."""
        return self._page(request, Asked(request.query_params))

    async def export(self, request: Request) -> Response:
        """``POST /review/export``: from, to. What is downloaded is in the audit before it is."""
        person, asked = person_of(request), Asked(await form_of(request))
        since, until = asked.day("from"), asked.day("to")
        if asked.wrong:
            return self._page(request, asked, 422)
        begin = 0.0 if since is None else begin_of(since)
        end = self._services.clock() + 1 if until is None else end_of(until)
        client, store = person.client, self._services.store

        def begun() -> list[str]:
            ids = store.figures.accepted_ids(client, begin, end, MOST)
            span = {"from": asked.values.get("from", ""), "to": asked.values.get("to", "")}
            detail = {"records": len(ids), **span}
            now = self._services.clock()
            store.audit.append([Act(now, person.actor, "review.export", client, None, detail)])
            return ids

        ids = await self._services.threads.write(client, begun)
        name = f"edgebox-{client}-{since or 'first'}-{until or 'last'}.jsonl"
        return StreamingResponse(
            self._lines(client, ids),
            media_type="application/jsonl; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def _lines(self, client_id: str, ids: list[str]) -> AsyncIterator[bytes]:
        store, title = self._services.store, self._console.templates.text("export.label")

        def line(draft_id: str) -> bytes:
            found = store.figures.corrected(client_id, draft_id)
            if found is None:
                return b""
            case = case_of(
                f"{found.consultation_id} {draft_id}",
                found.transcript,
                found.shown,
                found.accepted,
                title=title,
                on=date.fromisoformat(found.call_date) if found.call_date else None,
            )
            return json.dumps(case, ensure_ascii=False).encode() + b"\n" if case else b""

        for draft_id in ids:
            yield await self._services.threads.read(client_id, partial(line, draft_id))

    def _page(self, request: Request, asked: Asked, status: int = 200) -> Response:
        return self._console.templates.page(
            request, "review/export.html", status, asked=asked, most=MOST
        )
