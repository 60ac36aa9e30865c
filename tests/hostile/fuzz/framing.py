"""The bytes of a connection: the same requests however they are cut, and none that is ambiguous."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import h11

from edgebox.system.framing import FRAMING_BYTES, MeasuredConnection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOKENS = (
    *(b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1\r\n", b"HTTP/1.0\r\n", b"Host: a\r\n", b"\r\n\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 4\r\n", b"Content-Length: 0\r\n"),
    *(b"Connection: close\r\n", b"Expect: 100-continue\r\n", b"Upgrade: h2c\r\n", b"\n", b"\r"),
    *(b"1\r\na\r\n", b"1\r\na\r\n" * 500, b"0\r\n\r\n", b"4;x=y\r\nabcd\r\n", b"ffffffff\r\n"),
    *(b"0\r\nA: b\r\n\r\n", b" chunked", b"identity", b", ", b"\0", b"CONNECT a:1 HTTP/1.1\r\n"),
)

HEAD = b"POST /x HTTP/1.1\r\nHost: a\r\n"


def seeds() -> list[bytes]:
    return [
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 2,
        HEAD + b"Content-Length: 4\r\n\r\nabcd" + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n3;a=b\r\nefg\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 300,
        HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
        b"GET / HTTP/1.1\nHost: a\n\n",
    ]


@dataclass
class Read:
    """What a connection's bytes were read as."""

    requests: list[tuple[bytes, bytes, tuple[tuple[bytes, bytes], ...]]] = field(
        default_factory=list
    )
    bodies: list[bytes] = field(default_factory=list)
    whole: int = 0
    refused: str = ""


def check(data: bytes) -> None:
    if not data:
        return  # h11 takes it for the end of the connection
    whole = _read([data])
    for method, _, headers in whole.requests:
        names = [name for name, _ in headers]
        assert method.isascii()
        assert not {b"content-length", b"transfer-encoding"} <= set(names)
        assert all(b"\r" not in value and b"\n" not in value for _, value in headers)
    if data and not whole.refused and len(whole.requests) == 1 and whole.whole == 0:
        framing = len(data) - len(whole.bodies[0])
        head = data.find(b"\r\n\r\n") + 4
        assert framing - head <= max(FRAMING_BYTES, len(whole.bodies[0])) + 4096, "all framing"
    for cut in (_read(_pieces(data, 1)), _read(_pieces(data, 7)), _read(_pieces(data, 1024))):
        done = min(whole.whole, cut.whole)
        assert cut.requests[:done] == whole.requests[:done]
        assert cut.bodies[:done] == whole.bodies[:done], "the cut of the bytes changed a body"
        if "framing" not in whole.refused + cut.refused:
            assert bool(cut.refused) == bool(whole.refused), (cut.refused, whole.refused)
            assert cut.requests == whole.requests
            assert cut.whole == whole.whole


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


def _read(pieces: Iterable[bytes]) -> Read:
    connection, read = MeasuredConnection(), Read()
    for piece in pieces:
        try:
            connection.receive_data(piece)
            while _next(connection, read):
                pass
        except h11.RemoteProtocolError as refusal:
            read.refused = str(refusal)
            break
        if connection.our_state in {h11.MUST_CLOSE, h11.CLOSED}:
            break
    return read


def _next(connection: MeasuredConnection, read: Read) -> bool:
    event = connection.next_event()
    if event is h11.NEED_DATA or event is h11.PAUSED:
        return False
    if isinstance(event, h11.Request):
        read.requests.append((event.method, event.target, tuple(event.headers)))
        read.bodies.append(b"")
    elif isinstance(event, h11.Data):
        read.bodies[-1] += bytes(event.data)
    elif isinstance(event, h11.EndOfMessage):
        read.whole += 1
        connection.send(h11.Response(status_code=404, headers=[("content-length", "0")]))
        connection.send(h11.EndOfMessage())
        if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
            return False
        connection.start_next_cycle()
    return True
