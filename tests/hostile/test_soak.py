"""A box under everything at once for as long as there is time, and what grows meanwhile.

Real processes of API and worker over a fake engine. Clients ask for summaries, hang up in the
middle, hand in batches, read, send calls in progress; strangers hold connections, send no HTTP, or
read nothing; receivers refuse, hang and reset. In `tests/run` that lasts some seconds, and only how
it ends is checked; in `tests/run --hostile` HOSTILE_SECONDS, and then nothing may grow with time.
"""

import asyncio
import contextlib
import json
import os
import random
import socket
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path

import httpx

from support.boxes.api import BATCH, QUICK, TALK
from support.boxes.killed import CrashBox
from support.outside.receiver import HANG, RESET, Receiver, answer, on_a_thread
from support.polling import PATIENCE

SECONDS = float(os.environ.get("HOSTILE_SECONDS", "8"))
LONG = 240.0
"""From so many seconds on, slopes say more than their noise."""
EVERY = 2.0 if SECONDS < LONG else 5.0
STRANGERS = 40
STANDSTILL = 10.0
"""Seconds of the thirty that a look waits: a machine that stood still for so long is the cause."""
LIVE = "/api/v1/live/{}"


class Centre(Receiver):
    """Refuses, resets or never answers one first delivery in eight; the second try is good."""

    def __init__(self):
        super().__init__([answer(200)])
        self.seen, self.tries = {}, Counter()
        self.chance = random.Random(1)

    def give(self, request, _turn):
        name = request.headers["webhook-id"]
        self.seen.setdefault(name, set()).add(request.body)
        self.tries[name] += 1
        bad = self.tries[name] == 1 and self.chance.random() < 1 / 8
        self.requests.clear()  # the soak must not grow itself
        return self.chance.choice([answer(500), RESET, HANG]) if bad else answer(200)


@dataclass
class Sample:
    """One look: of the processes' memory (MiB), descriptors and threads, and of what is open."""

    at: float
    api_mib: float
    worker_mib: float
    api_descriptors: int
    worker_descriptors: int
    api_threads: int
    worker_threads: int
    in_flight: float
    open_rows: int
    waiting_callbacks: int
    database_mib: float


@dataclass
class Soak:
    box: CrashBox
    port: int
    ends: float
    chance: random.Random = field(default_factory=lambda: random.Random(2))
    statuses: dict = field(default_factory=dict)
    accepted: set = field(default_factory=set)
    samples: list = field(default_factory=list)
    slowest: float = 0.0
    unanswered: list = field(default_factory=list)
    """Looks that got no answer: when, and for how long the machine stood still meanwhile."""
    stood: float = 0.0

    @property
    def over(self):
        return time.monotonic() > self.ends

    async def run(self):
        began = time.monotonic()
        async with httpx.AsyncClient(base_url=self.box.url, timeout=30, trust_env=False) as http:
            self.http = http
            work = [
                *(self.always(self.summary, 0.25) for _ in range(2)),
                self.always(self.hang_up, 1.0),
                self.always(self.batch, 1.0),
                self.always(self.read, 0.5),
                self.always(self.call, 1.0),
                self.always(self.stranger, 0.3),
                self.always(self.wrong, 0.5),
            ]
            tasks = [asyncio.create_task(one) for one in [*work, self.beat()]]
            while not self.over:
                await asyncio.sleep(EVERY)
                self.stood = 0.0
                try:
                    self.samples.append(await asyncio.to_thread(self.look, began))
                except httpx.TimeoutException:
                    self.unanswered.append((time.monotonic() - began, self.stood))
            await asyncio.gather(*tasks)

    async def beat(self):
        """Notice that the machine stood still: no process of it could answer then."""
        while not self.over:
            began = time.monotonic()
            await asyncio.sleep(0.5)
            self.stood += max(0.0, time.monotonic() - began - 1.0)

    async def always(self, do, pause):
        while not self.over:
            with contextlib.suppress(httpx.HTTPError, OSError):
                await do()
            await asyncio.sleep(pause * self.chance.uniform(0.5, 1.5))

    async def ask(self, method, path, **more):
        began = time.monotonic()
        headers = self.box.headers() | more.pop("headers", {})
        found = await self.http.request(method, path, headers=headers, **more)
        self.slowest = max(self.slowest, time.monotonic() - began)
        kind = f"{method} {found.status_code}"
        self.statuses[kind] = self.statuses.get(kind, 0) + 1
        return found

    def text(self):
        return f"{TALK}\n고객: {self.chance.random()} 번이에요" * self.chance.choice((1, 1, 1, 30))

    async def summary(self):
        body = {"consultation_id": "CL-1", "conversation_text": self.text()}
        await self.ask("POST", QUICK, json=body)

    async def hang_up(self):
        body = {"consultation_id": "CL-2", "conversation_text": self.text()}
        headers = self.box.headers() | {"Accept": "text/event-stream"}
        async with self.http.stream("POST", QUICK, json=body, headers=headers) as events:
            await anext(events.aiter_raw(), None)

    async def batch(self):
        items = [
            {"consultation_id": f"CL-{n}", "conversation_text": self.text()}
            for n in range(self.chance.randint(1, 3))
        ]
        body = {"consultations": items, "callback_url": f"http://127.0.0.1:{self.port}/"}
        taken = await self.ask("POST", BATCH, json=body)
        if taken.status_code == 202:
            self.accepted.add(taken.json()["batch_id"])

    async def read(self):
        await self.ask("GET", "/api/v1/batches?limit=50")
        if self.accepted:
            await self.ask("GET", f"/api/v1/batches/{self.chance.choice(sorted(self.accepted))}")

    async def call(self):
        path = LIVE.format(f"CL-{time.time_ns()}")
        received = 0
        for _ in range(4):
            body = {"offset": received, "text": f"{TALK}\n"}
            put = await self.ask("PUT", path, json=body)
            received = put.json().get("received", 0)
        if self.chance.random() < 0.5:
            await self.ask("DELETE", path)
        else:
            ended = await self.ask("POST", f"{path}/end", json={"received": received})
            if ended.status_code == 202:
                self.accepted.add(ended.json()["batch_id"])

    async def wrong(self):
        broken = b"{" * self.chance.randint(1, 9000)
        kind = {"Content-Type": "application/json"}
        await self.ask("POST", QUICK, content=broken, headers=kind)
        await self.ask("GET", "/api/v1/batches", headers={"X-Bound-Key": "center-1:1:00"})

    async def stranger(self):
        """Hold a connection for some seconds: silent, half a head, a body, an unread answer."""
        if len(self.held) >= STRANGERS:
            self.held.pop(0).close()
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            peer.connect(("127.0.0.1", self.box.port))
        await asyncio.sleep(0.05)
        key = self.box.headers()["X-Bound-Key"]
        head = f"GET /api/v1/batches?limit=200 HTTP/1.1\r\nHost: a\r\nX-Bound-Key: {key}\r\n"
        with contextlib.suppress(OSError):
            peer.send(
                self.chance.choice(
                    [
                        b"",
                        b"GET / HTTP/1.1\r\nX-",
                        b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n{",
                        b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + b"1\r\na\r\n" * 500,
                        (head + "\r\n").encode(),
                        b"\x16\x03\x01\x02\x00",
                    ]
                )
            )
        self.held.append(peer)

    held: list = field(default_factory=list)

    def look(self, began):
        text = httpx.get(
            f"{self.box.url}/metrics", headers=self.box.headers(), timeout=30, trust_env=False
        ).text
        in_flight = sum(
            float(line.rpartition(" ")[2])
            for line in text.splitlines()
            if line.startswith(("edgebox_http_in_flight", "edgebox_quick_in_flight "))
        )
        api, worker = (process_of(self.box.running[name].pid) for name in ("api", "worker"))
        open_rows, waiting = self.box.open_work()
        return Sample(
            *(time.monotonic() - began, api[0], worker[0], api[1], worker[1], api[2], worker[2]),
            *(in_flight - 1, open_rows, waiting),  # without this look
            self.box.database.stat().st_size / 2**20,
        )


def process_of(pid):
    """Resident memory in MiB, descriptors, threads."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    descriptors = len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - only how many
    return int(status["VmRSS"].split()[0]) / 1024, descriptors, int(status["Threads"])


def slope(samples, name):
    """Units an hour, of the second half: what a process needs at first is no growth."""
    half = samples[len(samples) // 2 :]
    if len(half) < 3:
        return 0.0
    found = statistics.linear_regression(
        [one.at for one in half], [getattr(one, name) for one in half]
    )
    return found.slope * 3600


def test_nothing_grows_with_time_and_nothing_is_left(tmp_path):
    centre = Centre()
    with (
        on_a_thread(centre, socket.create_server(("127.0.0.1", 0))),
        CrashBox(tmp_path / "s", [f"127.0.0.1:{centre.port}"]) as box,
    ):
        box.until_up()
        pids = {name: process.pid for name, process in box.running.items()}
        soak = Soak(box, centre.port, time.monotonic() + SECONDS)
        try:
            asyncio.run(soak.run())
        finally:
            for peer in soak.held:
                peer.close()
            tell(soak)
        box.until(lambda: box.open_work()[0] == 0, SECONDS + PATIENCE, "the backlog")
        box.until(lambda: soak.look(0).in_flight == 0, PATIENCE, "what is in flight")
        assert {name: process.pid for name, process in box.running.items()} == pids
        states = {row.state for row in box.outbox()}
        box.until(
            lambda: soak.look(0).api_descriptors < soak.samples[0].api_descriptors + 10,
            PATIENCE,
            "its connections to end",
        )
        box.check_database()
    assert not [kind for kind in soak.statuses if " 5" in kind and " 503" not in kind]
    assert "PUT 503" not in soak.statuses, "calls that have ended take up no places"
    assert [at for at, stood in soak.unanswered if stood < STANDSTILL] == [], soak.unanswered
    assert states <= {"delivered", "pending"}
    assert all(len(bodies) == 1 for bodies in centre.seen.values()), "one id, one body"
    if SECONDS >= LONG:
        hours = SECONDS / 3600
        growth = {one.name: slope(soak.samples, one.name) * hours for one in fields(Sample)[1:]}
        # A measured limit each: the noise of allocators and of connections that come and go.
        assert growth["api_mib"] < 0.1 * soak.samples[-1].api_mib, growth
        assert growth["worker_mib"] < 0.1 * soak.samples[-1].worker_mib, growth
        for name in ("api_descriptors", "worker_descriptors", "api_threads", "worker_threads"):
            assert growth[name] < 5, growth
        assert growth["open_rows"] < 50, growth
        assert growth["waiting_callbacks"] < 50, growth


def tell(soak):
    """Print the figures, and leave the samples where HOSTILE_SOAK says."""
    if not soak.samples:
        return
    first, last = soak.samples[len(soak.samples) // 2], soak.samples[-1]
    print(f"{last.at:.0f} s, {sum(soak.statuses.values())} requests, slowest {soak.slowest:.2f} s")
    print(dict(sorted(soak.statuses.items())), f"{len(soak.accepted)} batches")
    print(f"looks without an answer (when, seconds that stood still): {soak.unanswered}")
    for one in fields(Sample)[1:]:
        name = one.name
        print(
            f"{name:>20}: {getattr(first, name):8.1f} at half time, {getattr(last, name):8.1f} at "
            f"the end, {slope(soak.samples, name):+8.2f} an hour"
        )
    if path := os.environ.get("HOSTILE_SOAK"):
        Path(path).write_text(json.dumps([vars(one) for one in soak.samples]))
