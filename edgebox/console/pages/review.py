"""The lead's list of consultations, and one of them beside its call."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from edgebox.console.asked import Asked, begin_of, end_of
from edgebox.console.edited import compared
from edgebox.console.evidence import beside
from edgebox.console.person import person_of
from edgebox.errors import NotFound
from edgebox.scoring.quality import CAPS, WEIGHTS
from edgebox.store.listing import EDITED, Cursor, Filter
from edgebox.store.views import ConsultationState
from edgebox.system.addresses import peer_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.api.services import Services
    from edgebox.console.person import Person
    from edgebox.console.services import ConsoleServices
    from edgebox.store.acts import Action
    from edgebox.store.db import Store
    from edgebox.store.listing import Page, Whole
    from edgebox.store.reviews import Draft

LIST = "/review"
ONE = "/review/{row:whole}"
ROWS = 50
STATES: tuple[ConsultationState, ...] = get_args(ConsultationState)
FLAGS = (*CAPS, "copied_sentences")


def routes(services: Services, console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of this file."""
    pages, guard = ReviewPages(services, console), console.guard
    return [
        guard.page("GET", LIST, pages.list, "lead"),
        guard.page("GET", ONE, pages.one, "lead"),
    ]


@dataclass(frozen=True)
class _Seen:
    """A consultation with everything that is kept about it."""

    whole: Whole
    drafts: list[Draft]
    liked: dict[str, bool | None]
    names: dict[str, str]


class ReviewPages:
    """The endpoints."""

    def __init__(self, services: Services, console: ConsoleServices) -> None:
        self._services = services
        self._console = console

    async def list(self, request: Request) -> Response:
        """``GET /review``: the filter is in the address."""
        person, asked = person_of(request), Asked(request.query_params)
        wanted, before = filter_of(asked)
        page: Page | None = None
        client, store = person.client, self._services.store

        def look() -> tuple[Page | None, list[str], dict[str, str]]:
            found = None
            if not asked.wrong:
                found = store.listing.page(client, wanted, limit=ROWS, before=before)
            return found, store.listing.operators_of(client), names_of(store, client)

        page, operators, names = await self._services.threads.read(client, look)
        self._note(person, request, "view.consultations", wanted.consultation_id)
        return self._console.templates.page(
            request,
            "review/list.html",
            422 if asked.wrong else 200,
            asked=asked,
            page=page,
            states=STATES,
            edited=EDITED,
            flags=FLAGS,
            operators=operators,
            names=names,
            following=asked.address(LIST, before="{}.{}".format(*page.following))
            if page and page.following
            else None,
            first=asked.address(LIST, before="") if before else None,
            hides_names=asked.values.get("names") == "hidden",
            export=asked.address("/review/export", before=""),
        )

    async def one(self, request: Request) -> Response:
        """``GET /review/{row}``: the call, the record beside it, and why it has its score."""
        person, row_id = person_of(request), request.path_params["row"]
        client, store = person.client, self._services.store
        try:
            seen = await self._services.threads.read(client, lambda: _seen(store, client, row_id))
        except NotFound:
            self._note(person, request, "view.refused", f"/review/{row_id}")
            raise
        whole = seen.whole
        self._note(person, request, "view.consultation", whole.consultation_id)
        day = date.fromisoformat(whole.call_date) if whole.call_date else None
        shown, drafts = await asyncio.to_thread(
            lambda: (
                beside(whole.transcript, whole.result, day),
                [
                    _compared(draft)
                    for draft in seen.drafts
                    if draft.accepted and draft.row_id in (None, whole.row_id)
                ],
            )
        )
        return self._console.templates.page(
            request,
            "review/one.html",
            whole=whole,
            result=whole.result or {},
            metadata={
                name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                for name, value in whole.metadata.items()
            },
            drafts=drafts,
            liked=seen.liked,
            names=seen.names,
            beside=shown,
            why=why(whole.result),
        )

    def _note(self, person: Person, request: Request, action: Action, subject: str | None) -> None:
        self._services.reads.note(
            action, person.client, peer_of(request.scope), subject, person.name
        )


def filter_of(asked: Asked) -> tuple[Filter, Cursor | None]:
    """Return what an address asks for, and where to go on."""
    since, until = asked.day("from"), asked.day("to")
    pair = asked.pair("before")
    flag = asked.choice("flag", ("any", *FLAGS))
    wanted = Filter(
        consultation_id=asked.text("id"),
        since=None if since is None else begin_of(since),
        until=None if until is None else end_of(until),
        operator=asked.text("agent"),
        state=asked.choice("state", STATES),
        score_below=asked.number("score", 0, 1),
        flag="" if flag == "any" else flag,
        edited=asked.choice("edited", EDITED),
    )
    return wanted, None if pair is None else Cursor(*pair)


def names_of(store: Store, client_id: str) -> dict[str, str]:
    """Return how pages name the people of a client, by their login names."""
    return {one.name: one.display for one in store.operators.list(client_id)}


@dataclass(frozen=True)
class Why:
    """Where a score comes from.

    Attributes:
        parts: (name, value, weight) of each part.
        weighted: what the parts make together.
        flags: what was found wrong, those that cap the score first.
        caps: the cap of each flag that has one.
        lowest: the cap that counts; None without one.
        score: the result.
    """

    parts: tuple[tuple[str, float, float], ...]
    weighted: float
    flags: tuple[str, ...]
    caps: dict[str, float]
    lowest: float | None
    score: float


def why(result: dict[str, Any] | None) -> Why | None:
    """Explain the score of a result; None where there is none."""
    if not result or "quality" not in result:
        return None
    quality = result["quality"]
    caps = quality.get("caps", {})
    parts = tuple((name, quality[name], weight) for name, weight in WEIGHTS.items())
    return Why(
        parts,
        sum(value * weight for _, value, weight in parts),
        tuple(sorted(quality["flags"], key=lambda flag: (caps.get(flag, 1.0), flag))),
        caps,
        min(caps.values(), default=None),
        result["quality_score"],
    )


def _seen(store: Store, client_id: str, row_id: int) -> _Seen:
    whole = store.listing.whole(client_id, row_id)
    drafts = store.reviews.drafts_of(client_id, whole.consultation_id)
    kinds = ("record", "summary")
    return _Seen(
        whole,
        list(drafts),
        {kind: store.feedback.of(client_id, kind, whole.consultation_id) for kind in kinds},
        names_of(store, client_id),
    )


def _compared(draft: Draft) -> dict[str, Any]:
    """Return an accepted draft with the comparison of its texts; None where they are gone."""
    accepted, pieces = draft.accepted, None
    before = draft.texts()
    if accepted and accepted.content is not None and draft.content is not None:
        pieces = {
            name: compared(before.get(name, ""), text) for name, text in accepted.content.items()
        }
    return {"draft": draft, "accepted": accepted, "pieces": pieces}
