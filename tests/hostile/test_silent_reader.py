"""A streamed summary whose client does not read, over a real socket."""

import asyncio
import json
import socket
import time
from pathlib import Path

import pytest

from edgebox.system import unread
from support.boxes.api import QUICK, TALK
from support.boxes.served import Running, running
from support.polling import PATIENCE, eventually

pytestmark = pytest.mark.anyio


async def unread_stream(box: Running) -> socket.socket:
    """Return a connection whose buffers are full, and on which a stream was asked for."""
    loop = asyncio.get_running_loop()
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.setblocking(False)
    await loop.sock_connect(plain, box.address)
    while not unread.STALLED:
        await loop.sock_sendall(plain, b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
        await asyncio.sleep(0.01)
    body = json.dumps({"consultation_id": "CL-1", "conversation_text": TALK})
    asked = {"Host": "a", "Accept": "text/event-stream", "Content-Type": "application/json"}
    asked |= box.headers() | {"Content-Length": str(len(body))}
    lines = [f"POST {QUICK} HTTP/1.1", *(f"{name}: {value}" for name, value in asked.items())]
    await loop.sock_sendall(plain, ("\r\n".join(lines) + "\r\n\r\n" + body).encode())
    return plain


async def test_it_ends_by_itself_and_other_clients_are_answered(
    tmp_path: Path, anyio_backend: str, caplog: pytest.LogCaptureFixture
) -> None:
    quick = {"deadline_seconds": 0.5, "margin_seconds": 0.1, "max_in_flight": 1}
    async with running(tmp_path, quick=quick) as box:
        await box.until_ready()
        plain = await unread_stream(box)

        async def ended() -> bool:
            return await box.metric('edgebox_quick_summaries_total{status="abandoned"}') == 1

        began = time.monotonic()
        await eventually(ended)
        assert time.monotonic() - began < unread.STALL_SECONDS / 2
        assert await box.metric('edgebox_connections_refused_total{reason="unread_answer"}') == 1
        assert await box.metric("edgebox_quick_in_flight") == 0
        assert not unread.STALLED
        headers = box.headers() | {"Accept": "text/event-stream"}
        asked = {"consultation_id": "CL-2", "conversation_text": TALK}
        answer = await box.http.post(QUICK, json=asked, headers=headers)
        assert "event: done" in answer.text
        loop, tail = asyncio.get_running_loop(), b""
        while piece := await asyncio.wait_for(loop.sock_recv(plain, 1 << 20), PATIENCE):
            tail = piece  # what the kernel still held, then the end of the connection
        assert b"event:" not in tail
        plain.close()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
