"""How good what the box writes is, and how much of it there is: never about one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgebox.console.asked import Asked
from edgebox.console.person import person_of
from edgebox.scoring.share import FEWEST, Interval, wilson
from edgebox.system.addresses import peer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.api.services import Services
    from edgebox.console.services import ConsoleServices
    from edgebox.store.acts import Action

QUALITY = "/review/quality"
USAGE = "/review/usage"
PERIODS = ("7", "30", "90", "365")
"""Days that one can look back."""
_DAY = 86_400.0


def routes(services: Services, console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of this file."""
    pages, guard = FigurePages(services, console), console.guard
    return [
        guard.page("GET", QUALITY, pages.quality, "lead"),
        guard.page("GET", USAGE, pages.usage, "lead"),
    ]


@dataclass(frozen=True)
class Share:
    """A share of cases: the interval is None as long as there are fewer than FEWEST."""

    what: str
    hits: int
    of: int
    interval: Interval | None


class FigurePages:
    """The endpoints."""

    def __init__(self, services: Services, console: ConsoleServices) -> None:
        self._services = services
        self._console = console

    async def quality(self, request: Request) -> Response:
        """``GET /review/quality``."""
        return await self._page(request, "view.quality", "review/quality.html", self._quality)

    async def usage(self, request: Request) -> Response:
        """``GET /review/usage``."""
        return await self._page(request, "view.usage", "review/usage.html", self._usage)

    async def _page(
        self,
        request: Request,
        act: Action,
        template: str,
        look: Callable[[str, float], dict[str, Any]],
    ) -> Response:
        """Answer with the figures of some days, and note who looked at them.

        Args:
            request: says how many days.
            act: the name of it in the audit.
            template: of the page.
            look: reads the figures of a client since a time; called on a thread.
        """
        person, (days, wrong) = person_of(request), _days_of(request)
        client, since = person.client, self._services.clock() - int(days) * _DAY
        found = await self._services.threads.read(client, lambda: look(client, since))
        self._services.reads.note(act, client, peer_of(request.scope), None, person.name)
        return self._console.templates.page(
            request,
            template,
            422 if wrong else 200,
            wrong=wrong,
            days=days,
            periods=PERIODS,
            **found,
        )

    def _quality(self, client: str, since: float) -> dict[str, Any]:
        figures, feedback = self._services.store.figures, self._services.store.feedback
        return {
            "kinds": [
                _share(one.what, one.accepted - one.material, one.accepted)
                for one in figures.by_kind(client, since)
            ],
            "bands": [
                _share(one.what, one.material, one.accepted)
                for one in figures.by_score(client, since)
            ],
            "flags": [
                _share(one.what, one.material, one.accepted)
                for one in figures.by_flag(client, since)
            ],
            "thumbs": [
                _share(one.what, one.up, one.up + one.down)
                for one in feedback.counted(since, client)
            ],
            "reasons": feedback.reasons(since, client),
            "fewest": FEWEST,
        }

    def _usage(self, client: str, since: float) -> dict[str, Any]:
        figures = self._services.store.figures
        by_day = figures.by_day(client, since)
        return {
            "by_day": by_day,
            "most": max((day.consultations for day in by_day), default=0),
            "analysis": _quantiles(figures.analysis_seconds(client, since)),
            "accepting": _quantiles(figures.seconds_to_accept(client, since)),
            "summaries": figures.drafts_by_status(client, since),
        }


def _days_of(request: Request) -> tuple[str, bool]:
    """Return the days to look back, and whether others were asked for that there are not."""
    asked = Asked(request.query_params)
    return asked.choice("days", PERIODS) or "30", bool(asked.wrong)


def _share(what: str, hits: int, of: int) -> Share:
    return Share(what, hits, of, wilson(hits, of) if of >= FEWEST else None)


def _quantiles(ascending: Sequence[float]) -> dict[str, Any] | None:
    """Return p50 and p95 in seconds with their count; None of no values."""
    if not ascending:
        return None
    last = len(ascending) - 1
    return {
        "count": len(ascending),
        "p50": ascending[round(last * 0.5)],
        "p95": ascending[round(last * 0.95)],
    }
