"""Clients that hang up: their work is cancelled, and nothing is sent to them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from starlette.types import Receive, Scope, Send

T = TypeVar("T")


class ClientGone(Exception):
    """The client hung up before its answer was ready."""


class NoAnswer(Response):
    """Sends nothing: there is nobody to send it to."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nothing."""


async def until_gone(receive: Receive, work: Coroutine[None, None, T]) -> T:
    """Await ``work``, but cancel it as soon as the client hangs up.

    Args:
        receive: of the request, whose body has been read: the next message is the hang-up.
        work: runs as a task of its own.

    Raises:
        ClientGone: it hung up; ``work`` was cancelled and has ended.
    """
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return await task
        raise ClientGone
    finally:
        for one in (task, gone):
            one.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
