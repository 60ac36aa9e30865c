"""What the budget of a connection costs an honest client.

    .venv/bin/python benchmarks/wire_budget.py [--rounds 6] [--out FILE]

Two processes of the API over an engine without a model that answers at once, alike but for one
thing: in the second one uvicorn's own protocol reads the connections. Both send an answer's body
without waiting for the acknowledgement of its head, so only the budget differs. The same requests
go to one and then to the other; the order alternates.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from edgebox.contract.paths import Paths
from edgebox.lab.bench.calls import call
from edgebox.lab.bench.report import percentile
from edgebox.processes import api
from edgebox.signing import bound_key
from edgebox.system.wire import GuardedConfig

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.boxes.served import running  # noqa: E402 - beside the box, no package
from support.engines.fake import role_health  # noqa: E402 - beside the box, no package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT_ONCE = 8
SETTLE_SECONDS = 8.0
"""Until the API has asked how fast the engine is."""
SIDES = ("budget", "uvicorn")


class PlainConfig(GuardedConfig):
    """The same settings with uvicorn's own protocol."""

    def load(self) -> None:
        """Choose it."""
        self.http, self.ws = "h11", "none"
        super().load()


async def serve(side: str) -> None:
    """Serve until standard input ends; print where, and the client's secret."""
    config = GuardedConfig if side == "budget" else PlainConfig
    with (
        mock.patch.object(api, "GuardedConfig", config),
        tempfile.TemporaryDirectory(prefix="wire-") as folder,
    ):
        limits = {"port": 0, "rate_per_minute": 1_000_000_000}
        async with running(Path(folder), api=limits) as box:
            speeds = {"prefill_tps": 1e6, "decode_tps": 1e6, "batch_decode_tps": 1e6}
            box.engine.roles["slm"] = role_health("small", parallel=AT_ONCE, **speeds)
            await box.until_ready()
            await asyncio.sleep(SETTLE_SECONDS)
            print(json.dumps({"address": box.address, "secret": box.secret}), flush=True)
            await asyncio.to_thread(sys.stdin.read)


class Side:
    """One of the two servers, and how requests to it are written."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.address = (str(said["address"][0]), int(said["address"][1]))
        self._secret = str(said["secret"])

    def health(self) -> bytes:
        """Return the smallest request."""
        return b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    def summary(self, number: int) -> bytes:
        """Return a request with a body of some 9 kB, each for another call."""
        talk = call(number % 50, 60)
        fields = {"consultation_id": f"W-{number}", "conversation_text": talk}
        body = json.dumps(fields, ensure_ascii=False).encode()
        key = bound_key("center-1", self._secret, time.time())
        head = (
            f"POST {Paths.QUICK_SUMMARY} HTTP/1.1\r\nHost: a\r\nX-Bound-Key: {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def exchange(connection: socket.socket, request: bytes) -> float:
    """Send a request, read its whole answer, and return the seconds."""
    began = time.perf_counter()
    connection.sendall(request)
    got = b""
    while b"\r\n\r\n" not in got:
        got += received(connection)
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += received(connection)
    took = time.perf_counter() - began
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"benchmarks/wire_budget.py: {head[:60]!r} {body[:200]!r}")
    return took


def received(connection: socket.socket) -> bytes:
    """Return what came."""
    data = connection.recv(65536)
    if not data:
        raise SystemExit("benchmarks/wire_budget.py: the server closed a connection")
    return data


def over(side: Side, request: Callable[[int], bytes], first: int, seconds: float) -> list[float]:
    """Send requests on one connection, one after the other; return what each took."""
    took: list[float] = []
    with socket.create_connection(side.address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            took.append(exchange(connection, request(first + len(took))))
    return took


def connecting(side: Side, seconds: float) -> list[float]:
    """Send each request on a connection of its own; return what each took with its connection."""
    took, request = [], side.health()
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        with socket.create_connection(side.address) as connection:
            exchange(connection, request)
        took.append(time.perf_counter() - began)
    return took


def measure(side: Side, turn: int, seconds: float) -> dict[str, dict[str, float]]:
    """Return requests a second and the 95th percentile of each kind of request."""
    kinds: dict[str, Callable[[int], bytes]] = {
        "health": lambda _number: side.health(),
        "summary": side.summary,
    }
    found: dict[str, list[float]] = {}
    for name, request in kinds.items():
        found[f"{name}, one connection"] = over(side, request, turn * 10**6, seconds)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            starts = [(turn * 10 + worker + 1) * 10**7 for worker in range(AT_ONCE)]
            parts = pool.map(
                over, [side] * AT_ONCE, [request] * AT_ONCE, starts, [seconds] * AT_ONCE
            )
            found[f"{name}, {AT_ONCE} connections"] = [one for part in parts for one in part]
    found["health, a connection each"] = connecting(side, seconds)
    return {
        name: {"a_second": len(took) / seconds, "p95": percentile(took, 0.95) or 0.0}
        for name, took in found.items()
    }


@contextmanager
def sides() -> Iterator[dict[str, Side]]:
    """Run both servers."""
    with ExitStack() as held:
        made = {}
        for name in SIDES:
            process = held.enter_context(
                subprocess.Popen(
                    [sys.executable, __file__, "--serve", name],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            held.callback(process.stdin.close)  # type: ignore[union-attr]
            made[name] = Side(json.loads(process.stdout.readline()))  # type: ignore[union-attr]
        yield made


def main() -> None:
    """Measure, print a table, and write the samples if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each kind of request")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--serve", choices=SIDES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.serve))
        return
    rounds: list[dict[str, dict[str, dict[str, float]]]] = []
    with sides() as both:
        for turn in range(options.rounds + 1):
            order = SIDES if turn % 2 else SIDES[::-1]
            found = {name: measure(both[name], turn, options.seconds) for name in order}
            if turn:  # the first warms both up
                rounds.append(found)
    if options.out:
        options.out.write_text(json.dumps(rounds, indent=1), encoding="utf-8")
    print(f"{'with the budget : without it':34}{'requests a second':>22}{'p95':>22}")
    for kind in rounds[0]["budget"]:
        cells = [f"{kind:34}"]
        for figure in ("a_second", "p95"):
            ratios = [one["budget"][kind][figure] / one["uvicorn"][kind][figure] for one in rounds]
            middle = statistics.median(ratios)
            cells.append(f"{middle:.3f} ({min(ratios):.3f} to {max(ratios):.3f})".rjust(22))
        print("".join(cells))


if __name__ == "__main__":
    main()
