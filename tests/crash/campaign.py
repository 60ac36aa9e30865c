"""The crash campaign: clients submit batches all the time while processes are killed.

    python -m crash.campaign [--cycles 200] [--seed 1] [--troubled]

Troubled, the receiver and the server that writes the analyses are on another machine, the link to
it is cut while processes are killed, and the wall clock jumps by 25 hours, ahead and back.

A seed determines which process is killed when, what happens to the link and the clock, which
batches are sent, and how the receiver misbehaves. It does not determine how the processes
interleave. A failure names its seed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import random
import socket
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import uvicorn

from crash.schedule import HOURS, Cycle, schedule
from edgebox.signing import verify_webhook
from edgebox.store.db import Store
from support.boxes.killed import BATCH, CrashBox
from support.boxes.moved import HOUR, MovedBox
from support.engines.crash import CrashEngine
from support.engines.fake import QUIET, role_health, serving
from support.outside.network import FAR, network
from support.outside.receiver import RESET, Receiver, answer

if TYPE_CHECKING:
    from support.outside.network import Link
    from support.outside.receiver import Request

MODEL = "mlm"
CLIENTS = 3
STUCK_SECONDS = 60.0  # without a new callback while some are missing
QUIET_SECONDS = 15.0
MISBEHAVES = 0.15  # share of first deliveries that are answered 500 or reset


@dataclass
class Figures:
    """The figures of a campaign.

    Attributes:
        lost: accepted consultations without a result in a callback.
        doubled: consultations with two different results, or batches under two ids.
        deliveries: callbacks that arrived, repetitions included.
        failed: consultations whose result is "poison".
        retried_posts: why submissions were sent again: the status, or no answer.
        resent: callbacks resent at the end by command, instead of waiting for minutes.
        cuts: how often the link was cut.
        jumps: how often the clock was set.
    """

    seed: int
    cycles: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    batches: int = 0
    consultations: int = 0
    lost: int = 0
    doubled: int = 0
    deliveries: int = 0
    repeated: int = 0
    failed: int = 0
    resent: int = 0
    retried_posts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    longest_drain: float = 0.0
    cuts: int = 0
    jumps: int = 0


class Hook(Receiver):
    """The centre's system: checks every signature, and refuses some first deliveries."""

    def __init__(self, seed: int) -> None:
        super().__init__([answer(200)])
        self.secret = self.receiver = ""
        self.forged = 0
        self.hours: tuple[float, ...] = (0.0,)
        self.bodies: dict[str, list[bytes]] = defaultdict(list)
        self._chance = random.Random(seed)

    def give(self, request: Request, _turn: int) -> bytes | str:
        """Record a callback, and return its answer."""
        # Signed at the box's time, which may have been another one when it was.
        self.forged += not any(
            verify_webhook(
                request.headers, request.body, [self.secret], time.time() + hours * HOUR, 300
            )
            for hours in self.hours
        )
        name = request.headers["webhook-id"]
        self.bodies[name].append(request.body)
        if len(self.bodies[name]) == 1 and self._chance.random() < MISBEHAVES:
            return self._chance.choice([answer(500), RESET])
        return answer(200)


@dataclass
class Campaign:
    """One campaign over one box.

    Args:
        box: not started.
        seed: of all random choices.
        cycles: how many times processes are killed.
        link: to the machine of the receiver, if there is to be trouble.
    """

    box: CrashBox
    hook: Hook
    seed: int
    cycles: int
    link: Link | None = None
    accepted: dict[str, list[str]] = field(default_factory=dict)
    stopping: bool = False

    async def run(self) -> Figures:
        """Kill and check, wait until all callbacks have arrived, then count.

        Raises:
            AssertionError: something was lost, doubled or damaged. The message names the seed.
        """
        figures = Figures(self.seed, cycles=self.cycles)
        began = time.monotonic()
        self.hook.secret = self.box.secret
        with self.box:
            await asyncio.to_thread(self.box.until_up)
            clients = [asyncio.create_task(self._client(n, figures)) for n in range(CLIENTS)]
            for cycle in schedule(self.seed, self.cycles):
                self._trouble(cycle, figures)
                await asyncio.sleep(cycle.wait)
                await asyncio.to_thread(self.box.kill, *cycle.victims)
                await asyncio.to_thread(self._check)
                await asyncio.to_thread(self.box.restart_dead)
            self._trouble(Cycle(0, (), cut=False, hours=0.0), figures)
            self.stopping = True
            await asyncio.gather(*clients)
            drain = time.monotonic()
            await self._drain(figures)
            figures.longest_drain = time.monotonic() - drain
            self._check()
        figures.kills = dict(self.box.kills)
        figures.seconds = time.monotonic() - began
        self._count(figures)
        return figures

    def _trouble(self, cycle: Cycle, figures: Figures) -> None:
        """Set the link and the clock as the cycle has them."""
        if self.link is None or not isinstance(self.box, MovedBox):
            return
        if cycle.cut:
            figures.cuts += not self.link.is_cut
            self.link.cut()
        else:
            self.link.heal()
        if cycle.hours != self.box.hours:
            figures.jumps += 1
            self.box.move(cycle.hours)

    async def _drain(self, figures: Figures) -> None:
        """Wait until all callbacks have arrived."""
        seen, since = -1, time.monotonic()
        while not await asyncio.to_thread(self._drained):
            arrived = sum(map(len, self.hook.bodies.values()))
            if arrived != seen:
                seen, since = arrived, time.monotonic()
            assert time.monotonic() - since < STUCK_SECONDS, self._said("callbacks are missing")
            if time.monotonic() - since > QUIET_SECONDS:
                await asyncio.to_thread(self._resend, figures)
            await asyncio.to_thread(self.box.restart_dead)
            await asyncio.sleep(0.2)

    def _resend(self, figures: Figures) -> None:
        """Resend callbacks that wait for minutes after a second failure."""
        with contextlib.closing(self._store()) as store:
            for row in store.outbox.list("pending", limit=10_000):
                if row.next_attempt_at > time.time() + STUCK_SECONDS:
                    self.box.edgebox("callbacks", "resend", row.batch_id)
                    figures.resent += 1

    async def _client(self, number: int, figures: Figures) -> None:
        """Submit batches of one to four, each again with its key until it is accepted."""
        chance = random.Random(f"{self.seed} {number}")
        hook = f"http://{self.hook.receiver}/{number}"
        posted = 0
        async with httpx.AsyncClient(base_url=self.box.url, timeout=10) as http:
            while not self.stopping:
                posted += 1
                key = f"{self.seed}-{number}-{posted}"
                names = [f"CL-{key}-{n}" for n in range(chance.randint(1, 4))]
                body = {
                    "consultations": [
                        {"consultation_id": name, "conversation_text": f"고객: {name} 문의"}
                        for name in names
                    ],
                    "callback_url": hook,
                }
                while True:
                    why = "unanswered"
                    with contextlib.suppress(httpx.HTTPError):
                        headers = self.box.headers() | {"Idempotency-Key": key}
                        taken = await http.post(BATCH, json=body, headers=headers)
                        if taken.status_code == 202:
                            self._accept(taken.json()["batch_id"], names)
                            break
                        # 401: the clock was set between the client's key and the box's look.
                        refused = (409, 503) if self.link is None else (401, 409, 503)
                        assert taken.status_code in refused, self._said(taken.text)
                        why = str(taken.status_code)
                    figures.retried_posts[why] = figures.retried_posts.get(why, 0) + 1
                    await asyncio.sleep(0.1)
                await asyncio.sleep(chance.uniform(0.1, 0.5))

    def _accept(self, batch_id: str, names: list[str]) -> None:
        assert self.accepted.setdefault(batch_id, names) == names, self._said(
            f"{batch_id} was given to two submissions"
        )

    def _check(self) -> None:
        """Check that the file is whole and holds at least the accepted batches."""
        counts = self.box.check_database()
        assert counts["batches"] >= len(self.accepted), self._said("an accepted batch is gone")

    def _drained(self) -> bool:
        arrived = {json.loads(bodies[0])["batch_id"] for bodies in list(self.hook.bodies.values())}
        if not self.accepted.keys() <= arrived:
            return False
        with contextlib.closing(self._store()) as store:
            open_rows = store.consultations.counts()
            return not (
                open_rows["pending"] + open_rows["running"] + store.outbox.counts()["pending"]
            )

    def _store(self) -> Store:
        return Store(self.box.database)

    def _count(self, figures: Figures) -> None:
        """Compare the accepted consultations with the callbacks that arrived."""
        results: dict[str, set[str]] = defaultdict(set)
        ids: dict[str, set[str]] = defaultdict(set)
        for webhook_id, bodies in self.hook.bodies.items():
            digests = {hashlib.sha256(body).hexdigest() for body in bodies}
            assert len(digests) == 1, self._said(f"{webhook_id} came with two different bodies")
            body = json.loads(bodies[0])
            ids[body["batch_id"]].add(webhook_id)
            for entry in body["results"]:
                results[entry["consultation_id"]].add(json.dumps(entry, sort_keys=True))
                if entry["status"] != "success":  # the engine was killed during three attempts
                    assert entry["error"]["code"] == "poison", self._said(str(entry))
                    figures.failed += 1
        assert not self.hook.forged, self._said(f"{self.hook.forged} callbacks with a wrong key")
        names = [name for batch in self.accepted.values() for name in batch]
        figures.batches, figures.consultations = len(self.accepted), len(names)
        figures.deliveries = sum(len(bodies) for bodies in self.hook.bodies.values())
        figures.repeated = figures.deliveries - len(self.hook.bodies)
        figures.lost = sum(not results[name] for name in names)
        figures.doubled = sum(len(found) > 1 for found in results.values())
        figures.doubled += sum(len(found) > 1 for found in ids.values())
        twice = [name for name, count in Counter(names).items() if count > 1]
        assert figures.failed <= len(names) / 50, self._said(f"{figures.failed} are poison")
        found = figures.lost + figures.doubled + len(twice)
        assert found == 0, self._said(str(figures))

    def _said(self, what: str) -> str:
        return f"seed {self.seed}: {what}\n{self.box.logs()}"


async def campaign(seed: int, cycles: int, link: Link | None = None) -> Figures:
    """Run a campaign in a new folder; with trouble if there is a link to another machine."""
    hook = Hook(seed)
    listening = link.listen() if link else socket.create_server(("127.0.0.1", 0))
    hook.receiver = ":".join(map(str, listening.getsockname()))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(await asyncio.start_server(hook.serve, sock=listening))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="eb-")))
        if link is None:
            box = CrashBox(folder / "state", [hook.receiver])
            return await Campaign(box, hook, seed, cycles).run()
        hook.hours = HOURS
        server = link.listen()
        engine = CrashEngine(roles={"mlm": role_health(MODEL)})
        await stack.enter_async_context(serving(uvicorn.Config(engine.app(), **QUIET), server))
        role = {
            "EDGEBOX_ENGINES__MLM__URL": f"http://{FAR}:{server.getsockname()[1]}",
            "EDGEBOX_ENGINES__MLM__URL_MODEL": MODEL,
        }
        moved = MovedBox.over(folder, hook.receiver, **role)
        return await Campaign(moved, hook, seed, cycles, link).run()


def main() -> None:
    """Run a campaign and print its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--troubled", action="store_true", help="break the network, set the clock")
    options = parser.parse_args()
    with network(options.seed) if options.troubled else nullcontext() as link:
        figures = asyncio.run(campaign(options.seed, options.cycles, link))
    print(json.dumps(vars(figures), indent=1))


if __name__ == "__main__":
    main()
