"""The agent's screen. The page is empty: ``static/agent/`` fills it over the socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox import __version__

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.console.services import ConsoleServices
    from edgebox.console.static_files import StaticFiles

PATH = "/agent"


def routes(console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of this file."""
    page = AgentPage(console)
    return [console.guard.page("GET", PATH, page.show, "agent", "lead")]


class AgentPage:
    """The endpoint."""

    def __init__(self, console: ConsoleServices) -> None:
        self._console = console
        self._modules = modules(console.static, console.templates.language)

    async def show(self, request: Request) -> Response:
        """``GET /agent``."""
        return self._console.templates.page(
            request, "agent.html", release=__version__, modules=self._modules
        )


def modules(static: StaticFiles, language: str) -> list[str]:
    """Return the addresses of the screen's modules.

    A browser would find them one import after the other, a round trip for each.
    """
    names = [f"words/{language}.js", *static.under("agent/")]
    return [static.address(name) for name in names if name != "agent/main.js"]
