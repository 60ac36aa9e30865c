"""Screens of a served box: sockets of ``edgebox.v1``, by another implementation than the box's."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx
    from websockets.asyncio.client import ClientConnection

    from support.boxes.served import Running

LIVE = "/api/v1/live"
LONGEST = 10.0
"""Seconds for which a message, or the end, is waited for."""


@dataclass
class Screen:
    """A socket, and everything that it was told.

    Attributes:
        welcome: the snapshot that it began with.
    """

    socket: ClientConnection
    told: list[dict[str, Any]] = field(default_factory=list)
    welcome: dict[str, Any] = field(default_factory=dict)

    async def send(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}, ensure_ascii=False))

    async def next(self, *kinds: str) -> dict[str, Any]:
        """Wait for the next message of one of the kinds; of any, without one."""
        while True:
            message = json.loads(await asyncio.wait_for(self.socket.recv(), LONGEST))
            self.told.append(message)
            if not kinds or message["type"] in kinds:
                return dict(message)

    async def code(self) -> int:
        """Read on until the box closes, and return its code."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(LONGEST):
                while True:
                    self.told.append(json.loads(await self.socket.recv()))
        await self.socket.wait_closed()
        assert self.socket.close_code is not None
        return self.socket.close_code


def url_of(box: Running) -> str:
    return "ws" + box.url.removeprefix("http") + LIVE


@asynccontextmanager
async def opened(box: Running, **options: Any) -> AsyncIterator[Screen]:
    """A socket without hello: of a program, unless other headers are given."""
    headers = options.pop("headers", None)
    async with connect(
        url_of(box),
        subprotocols=options.pop("subprotocols", ["edgebox.v1"]),
        additional_headers=box.headers() if headers is None else headers,
        compression=options.pop("compression", None),
        proxy=None,
        close_timeout=2,
        **options,
    ) as socket:
        yield Screen(socket)


@asynccontextmanager
async def screen(box: Running, operator: str = "", **options: Any) -> AsyncIterator[Screen]:
    """A socket that was welcomed: of a program, unless other headers are given."""
    async with opened(box, **options) as made:
        await made.send("hello", screen="test", **({"operator": operator} if operator else {}))
        made.welcome = await made.next("welcome")
        yield made


def of_page(box: Running, http: httpx.AsyncClient, **changed: str | None) -> dict[str, str]:
    """The headers with which a page of the box opens a socket, with those that are changed."""
    cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    headers = {"Origin": box.url, "Cookie": cookies or None, **changed}
    return {name: value for name, value in headers.items() if value is not None}
