"""Requests whose target is a whole URL, as a client sends it that takes the box for a proxy.

A server has to accept that form, and to go by its host, not by the Host header (RFC 9112, 3.2.2).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_TARGET: Final = re.compile(rb"https?://(?:[^/?#@]*@)?([^/?#@]+)(/.*)?", re.IGNORECASE | re.DOTALL)


class AbsoluteForm:
    """Turns a target that is a whole URL into the path that every other request has.

    Args:
        app: what comes next.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and (target := _TARGET.fullmatch(scope.get("raw_path") or b"")):
            scope["raw_path"] = target[2] or b"/"
            scope["path"] = unquote(scope["raw_path"].decode("ascii"))
            MutableHeaders(scope=scope)["host"] = target[1].decode("latin-1")
        await self._app(scope, receive, send)
