"""What open screens cost while nothing happens, and how soon a line of a call is on its screen.

    .venv/bin/python benchmarks/idle_screens.py [--screens 300] [--calls 100] [--seconds 60]

A whole box on the starter models. First nothing is open, then the screens are, and the API's
memory and processor time are read. Then as many calls grow by a line a second each, and every line
is timed from the beginning of its PUT to its arrival on the socket of its screen, while the box
writes what drafts it has the time for.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from edgebox.contract.paths import Paths
from edgebox.lab.bench.report import percentile
from edgebox.signing import bound_key
from edgebox.store.db import Store
from edgebox_cli.demo.box import CLIENT, DemoBox
from edgebox_cli.demo.screen import PAGES

if TYPE_CHECKING:
    from edgebox.store.clients import Client

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
SETTLE_SECONDS = 10.0
FURTHER = "[live]\nmax_calls = 400\n"


def used(pid: int) -> tuple[float, float]:
    """Return a process' memory in MB and its processor time in seconds."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, (int(stat[11]) + int(stat[12])) / TICKS


class Screens:
    """Sockets of as many operators, each of which notes when a line comes.

    Args:
        box: a running one.
        client: whose operators they are.
    """

    def __init__(self, box: DemoBox, client: Client) -> None:
        self._url = box.settings.api.local_url
        self._client = client
        self._sockets: list[ClientConnection] = []
        self._readers: list[asyncio.Task[None]] = []
        self._awaited: dict[str, asyncio.Future[float]] = {}
        self.closed = 0

    def key(self) -> dict[str, str]:
        """Return the header with a key."""
        return {
            "X-Bound-Key": bound_key(self._client.client_id, self._client.secrets[0], time.time())
        }

    async def open(self, count: int) -> None:
        """Open the sockets, one after the other."""
        url = self._url.replace("http", "ws", 1) + "/api/v1/live"
        for number in range(count):
            socket = await connect(
                url,
                subprotocols=[Subprotocol("edgebox.v1")],
                additional_headers=self.key(),
                proxy=None,
            )
            await socket.send(json.dumps({"type": "hello", "operator": f"agent-{number}"}))
            self._sockets.append(socket)
            self._readers.append(asyncio.create_task(self._read(socket)))

    async def _read(self, socket: ClientConnection) -> None:
        async for text in socket:
            at = time.perf_counter()
            message: dict[str, Any] = json.loads(text)
            if message["type"] == "call.text":
                mark = f"{message['consultation_id']} {message['received']}"
                if (waits := self._awaited.pop(mark, None)) and not waits.done():
                    waits.set_result(at)
        self.closed += 1

    async def speak(self, http: httpx.AsyncClient, number: int, seconds: float) -> list[float]:
        """Let a call grow by a line a second; return how long each took to its screen."""
        name, received, took = f"IDLE-{number}", 0, []
        await asyncio.sleep(number / 100)  # people do not speak in step
        loop, end = asyncio.get_running_loop(), time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            line = "고객: 카드를 잃어버렸는데 재발급은 며칠이나 걸릴까요?\n"
            body = {"operator": f"agent-{number}", "offset": received, "text": line}
            received += len(line)
            came = self._awaited[f"{name} {received}"] = loop.create_future()
            path = Paths.LIVE.format(consultation_id=name)
            answer = await http.put(self._url + path, json=body, headers=self.key())
            answer.raise_for_status()
            async with asyncio.timeout(30):
                took.append(await came - began)
            await asyncio.sleep(max(0.0, began + 1 - time.perf_counter()))
        return took

    async def close(self) -> None:
        """Close the sockets."""
        await asyncio.gather(*(socket.close() for socket in self._sockets))
        await asyncio.gather(*self._readers, return_exceptions=True)


async def measure(box: DemoBox, screens: int, calls: int, seconds: float) -> None:
    """Measure, and print a line for each part."""
    with contextlib.closing(Store(box.settings.database)) as store:
        client = store.clients.get(CLIENT)
    assert client is not None  # noqa: S101 - the demo's
    pid = box.pids()["api"]

    async def over(what: str) -> float:
        await asyncio.sleep(SETTLE_SECONDS)
        before = used(pid)
        await asyncio.sleep(seconds)
        memory, processor = used(pid)
        share = (processor - before[1]) / seconds
        print(f"{what}: {memory:.0f} MB, {share:.1%} of a core", flush=True)
        return memory

    alone = await over("no screen")
    open_ones = Screens(box, client)
    began = time.perf_counter()
    await open_ones.open(screens)
    print(f"{screens} screens were open after {time.perf_counter() - began:.1f} s", flush=True)
    memory = await over(f"{screens} screens, nothing happens")
    print(f"a screen: {(memory - alone) * 1000 / screens:.0f} kB", flush=True)
    async with httpx.AsyncClient(
        trust_env=False, timeout=30, limits=httpx.Limits(max_connections=calls)
    ) as http:
        before = used(pid)[1]
        speaking = [open_ones.speak(http, number, seconds) for number in range(calls)]
        took = [one for found in await asyncio.gather(*speaking) for one in found]
    share = (used(pid)[1] - before) / seconds
    p50, p95 = ((percentile(took, of) or 0.0) * 1000 for of in (0.5, 0.95))
    print(
        f"{calls} calls, {len(took)} lines: to the screen p50 {p50:.0f} ms, p95 {p95:.0f} ms, "
        f"max {max(took) * 1000:.0f} ms; {share:.0%} of a core",
        f"sockets closed: {open_ones.closed}; the machine's load: {os.getloadavg()[0]:.1f}",
        sep="\n",
        flush=True,
    )
    await open_ones.close()


def main() -> None:
    """Start a box, measure, end it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--screens", type=int, default=300)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--models", type=Path, default=ROOT / "gguf", help="folder of the GGUFs")
    options = parser.parse_args()
    with DemoBox(options.models, further=PAGES + FURTHER) as box:
        box.wait_until_ready(lambda: None)
        asyncio.run(measure(box, options.screens, options.calls, options.seconds))


if __name__ == "__main__":
    main()
