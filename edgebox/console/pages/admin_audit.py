"""The audit: who looked at what, the sheet for the monthly check, and the export."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, get_args

from starlette.responses import StreamingResponse

from edgebox.console.asked import Asked, begin_of, end_of
from edgebox.console.forms import form_of
from edgebox.console.person import person_of
from edgebox.store.acts import Act, Action
from edgebox.store.audit import AuditFilter
from edgebox.system.addresses import peer_of
from edgebox.system.times import in_zone, rfc3339

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.api.services import Services
    from edgebox.console.services import ConsoleServices
    from edgebox.store.audit import AuditRow, Verdict

PATH = "/admin/audit"
MONTH = "/admin/audit/month"
EXPORT = "/admin/audit/export"
ROWS = 50
_CHECKED = 20_000
"""Newest rows whose chain the monthly sheet computes again; ``edgebox audit verify`` does all."""
ACTIONS = tuple(sorted({*get_args(Action), *(one.partition(".")[0] for one in get_args(Action))}))
_POOL = "console"


def routes(services: Services, console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of this file."""
    pages, guard = AuditPages(services, console), console.guard
    return [
        guard.page("GET", PATH, pages.list, "admin"),
        guard.page("GET", MONTH, pages.month, "admin"),
        guard.page("GET", EXPORT, pages.ask, "admin", proved=True),
        guard.page("POST", EXPORT, pages.export, "admin", proved=True),
    ]


class AuditPages:
    """The endpoints."""

    def __init__(self, services: Services, console: ConsoleServices) -> None:
        self._services = services
        self._console = console

    async def list(self, request: Request) -> Response:
        """``GET /admin/audit``."""
        asked, audit = Asked(request.query_params), self._services.store.audit
        wanted, before = filter_of(asked), asked.whole("before")

        def look() -> tuple[list[AuditRow], int | None, list[str]]:
            rows, following = ([], None) if asked.wrong else audit.page(wanted, before=before)
            return rows, following, audit.people()

        rows, following, people = await self._services.threads.read(_POOL, look)
        self._note(request)
        return self._console.templates.page(
            request,
            "admin/audit.html",
            422 if asked.wrong else 200,
            asked=asked,
            rows=[(row, _detail(row)) for row in rows],
            people=people,
            actions=ACTIONS,
            first=asked.address(PATH, before="") if before else None,
            following=asked.address(PATH, before=str(following)) if following else None,
            month=self._today().strftime("%Y-%m"),
            export=asked.address(EXPORT, before="", action="", who="", client=""),
        )

    async def month(self, request: Request) -> Response:
        """``GET /admin/audit/month``: a sheet to be printed and signed."""
        asked = Asked(request.query_params)
        month = asked.text("month") or self._today().strftime("%Y-%m")
        try:
            begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC).date()
            _ = begin - timedelta(days=1), begin + timedelta(days=31)  # are there such days?
        except (ValueError, OverflowError):
            asked.wrong.append("month")
            begin = self._today().replace(day=1)
        after = (begin + timedelta(days=31)).replace(day=1)
        audit = self._services.store.audit

        def look() -> tuple[list[tuple[str, str, int]], Verdict]:
            return audit.counted(begin_of(begin), begin_of(after)), audit.verify(_CHECKED)

        counted, verdict = await self._services.threads.read(_POOL, look)
        self._note(request, f"month {begin:%Y-%m}")
        return self._console.templates.page(
            request,
            "admin/audit_month.html",
            422 if asked.wrong else 200,
            wrong=asked.wrong,
            month=f"{begin:%Y-%m}",
            last_month=f"{begin - timedelta(days=1):%Y-%m}",
            people=[
                (who, [(action, n) for _, action, n in rows])
                for who, rows in groupby(counted, itemgetter(0))
            ],
            totals=_totals(counted),
            verdict=verdict,
            now=self._services.clock(),
        )

    async def ask(self, request: Request) -> Response:
        """``GET /admin/audit/export``."""
        return self._export_page(request, Asked(request.query_params))

    async def export(self, request: Request) -> Response:
        """``POST /admin/audit/export``: from, to. JSON, a row a line, the oldest first."""
        person, asked = person_of(request), Asked(await form_of(request))
        wanted = filter_of(asked)
        if asked.wrong:
            return self._export_page(request, asked, 422)
        audit, now = self._services.store.audit, self._services.clock()
        detail = {"from": asked.values.get("from", ""), "to": asked.values.get("to", "")}
        act = Act(now, person.actor, "audit.export", None, None, detail)
        await self._services.threads.write(_POOL, lambda: audit.append([act]))
        return StreamingResponse(
            self._lines(wanted),
            media_type="application/jsonl; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="edgebox-audit.jsonl"'},
        )

    async def _lines(self, wanted: AuditFilter) -> AsyncIterator[bytes]:
        rows = self._services.store.audit.rows()
        done = False

        def some() -> bytes:
            nonlocal done
            lines = []
            for row in rows:
                if wanted.since <= row.at < wanted.until:
                    shown = {**asdict(row), "at": rfc3339(row.at), "unix": row.at}
                    lines.append(json.dumps(shown, ensure_ascii=False))
                    if len(lines) == 500:
                        break
            else:
                done = True
            return "".join(f"{line}\n" for line in lines).encode()

        while not done:
            if part := await self._services.threads.read(_POOL, some):
                yield part

    def _export_page(self, request: Request, asked: Asked, status: int = 200) -> Response:
        return self._console.templates.page(request, "admin/audit_export.html", status, asked=asked)

    def _note(self, request: Request, subject: str | None = None) -> None:
        person, peer = person_of(request), peer_of(request.scope)
        self._services.reads.note("view.audit", None, peer, subject, person.name)

    def _today(self) -> date:
        return in_zone(self._services.clock()).date()


def filter_of(asked: Asked) -> AuditFilter:
    """Return what an address asks for."""
    since, until = asked.day("from"), asked.day("to")
    return AuditFilter(
        operator=asked.text("who"),
        client=asked.text("client"),
        action=asked.choice("action", ACTIONS),
        since=0.0 if since is None else begin_of(since),
        until=float("inf") if until is None else end_of(until),
    )


def _totals(counted: list[tuple[str, str, int]]) -> dict[str, int]:
    """Return what a monthly check looks at first, by the keys of its texts."""

    def of(*actions: str) -> int:
        return sum(n for _, action, n in counted if action in actions)

    return {
        "logins": of("session.login"),
        "refused": of("session.refused", "session.locked", "view.refused"),
        "views": of("view.call", "view.consultation", "results.read", "transcripts.read"),
        "exports": of("review.export", "audit.export"),
        "accounts": sum(n for _, action, n in counted if action.startswith("operators.")),
        "keys": sum(n for _, action, n in counted if action.startswith("keys.")),
    }


def _detail(row: AuditRow) -> str:
    """Return what else a row says, as short as it can be read."""
    told = {name: value for name, value in row.detail.items() if value != ""}
    if "until" in told:
        told["until"] = rfc3339(told["until"])
    return ", ".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in told.items()
    )
