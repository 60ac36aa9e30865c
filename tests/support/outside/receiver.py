"""A webhook receiver on real sockets that misbehaves on request."""

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET

HANG = "hang"
"""Read the request and never answer."""
RESET = "reset"
"""Read the request and reset the connection."""
DRIP = "drip"
"""Send a byte of an endless status line every 20 ms."""
DRIP_BODY = "drip body"
"""Answer 200 at once, then send a byte of the body every 20 ms."""


def answer(status: int, *headers: str) -> bytes:
    """Return a complete answer with a small body."""
    lines = [f"HTTP/1.1 {status} X", "Content-Length: 2", *headers, "", "ok"]
    return "\r\n".join(lines).encode()


@dataclass
class Request:
    """A received request."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Gives each connection the next of ``answers``, and repeats the last one."""

    answers: list[bytes | str]
    requests: list[Request] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    port: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self.tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._serve(reader, writer)
        writer.close()
        self.tasks.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        turn = self.connections
        self.connections += 1
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (item.split(": ", 1) for item in fields)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append(Request(line, headers, body))
        self.arrived.set()
        give = self.give(self.requests[-1], turn)
        if give == HANG:
            await asyncio.sleep(3600)
        elif give == RESET:
            writer.get_extra_info("socket").setsockopt(
                SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0)
            )
        elif give == DRIP:
            await self._drip(writer, b"HTTP/1.1 200 O" + b"K" * 100_000)
        elif give == DRIP_BODY:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            await self._drip(writer, b"x" * 1_000_000)
        else:
            writer.write(give)
            await writer.drain()

    def give(self, _request: Request, turn: int) -> bytes | str:
        """Return the answer for connection number ``turn``, counted from 0."""
        return self.answers[min(turn, len(self.answers) - 1)]

    async def _drip(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    async def end(self, server: asyncio.Server) -> None:
        """End the server, and the answers that are under way."""
        server.close()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def receiving(
    *answers: bytes | str, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    """Run a receiver on a free port of 127.0.0.1."""
    receiver = Receiver(list(answers) or [answer(200)])
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        await receiver.end(server)


@contextlib.contextmanager
def on_a_thread(
    receiver: Receiver, listening: socket.socket, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Run a receiver on a thread of its own, on a socket that listens."""
    loop = asyncio.new_event_loop()
    receiver.port = listening.getsockname()[1]
    server = loop.run_until_complete(asyncio.start_server(receiver.serve, sock=listening, ssl=tls))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    try:
        yield receiver
    finally:
        asyncio.run_coroutine_threadsafe(receiver.end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
