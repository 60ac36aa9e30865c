"""What the HTTP servers need beside uvicorn: signals, and work that a hang-up cancels."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator

    from starlette.types import Receive

T = TypeVar("T")

ABORT = "abort"
"""In the ``state`` of a request's scope: ends its connection at once, without another byte. ASGI
has no such call, and what an application leaves unfinished is an error to uvicorn."""

HANG_UP = "hang_up"
"""The same of a WebSocket: closes it with a code and a reason, also while its peer does not read.
ASGI's own close waits until it reads."""

FAULT = "handshake_fault"
"""In the ``state`` of a request at the path of the WebSocket: what is wrong with its handshake."""


class Server(uvicorn.Server):
    """Leaves signals to the composition root.

    uvicorn's own handlers raise the signal again when it has stopped, so nothing
    after ``serve()`` would run.
    """

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Install no handlers."""
        yield


class ClientGone(Exception):
    """The client hung up before its answer was ready."""


async def until_gone(receive: Receive, work: Coroutine[None, None, T]) -> T:
    """Await ``work``, but cancel it as soon as the client hangs up.

    Args:
        receive: of a request whose body has been read, so the next message is the hang-up.
        work: runs as a task.

    Raises:
        ClientGone: the client hung up; ``work`` was cancelled and has ended.
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
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
