"""What agents' screens at work cost a quick summary: the same requests with them and without.

    .venv/bin/python benchmarks/open_screens.py [--rounds 5] [--out FILE]

A whole box on the starter models. In every round the same summaries are requested twice, one after
the other with pauses, as by people: once while no screen is open, and once while each screen shows
a call in progress that is played at the speed of speech, with the drafts that the box writes for
it. The order alternates, and each pass has another beginning of the same calls, so that neither
answers from what the other one left in the cache.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import statistics
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
from agents import LINES_OF_A_SUMMARY, summary
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from edgebox.contract.paths import Paths
from edgebox.lab.bench.calls import call, utterances
from edgebox.lab.bench.report import percentile
from edgebox.signing import bound_key
from edgebox.store.db import Store
from edgebox_cli.common.box import Box
from edgebox_cli.demo.box import CLIENT, DemoBox
from edgebox_cli.demo.screen import PAGES
from edgebox_cli.live.sender import Sender, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
LINES_OF_A_CALL = 24
PAUSE_SECONDS = 1.0
SETTLE_SECONDS = 15.0
"""After screens open: their calls have a beginning by then, and first drafts."""


class Screens:
    """Screens that are open, each with a call that goes on. A context manager.

    Args:
        box: a running one.
        count: of screens.
        salt: of the calls.
    """

    def __init__(self, box: DemoBox, count: int, salt: int) -> None:
        self._box = box
        with contextlib.closing(Store(box.settings.database)) as store:
            client = store.clients.get(CLIENT)
        assert client is not None  # noqa: S101 - the demo's
        self._client = client
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=work, args=(number, salt), daemon=True)
            for number in range(count)
            for work in (self._watch, self._speak)
        ]
        self.messages: dict[str, int] = {}
        self.failures: list[str] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _watch(self, number: int, _salt: int) -> None:
        box = self._box
        key = bound_key(self._client.client_id, self._client.secrets[0], time.time())
        url = box.settings.api.local_url.replace("http", "ws", 1) + "/api/v1/live"
        with connect(
            url,
            subprotocols=[Subprotocol("edgebox.v1")],
            additional_headers={"X-Bound-Key": key},
            proxy=None,
        ) as socket:
            socket.send(json.dumps({"type": "hello", "operator": f"agent-{number}"}))
            while not self._stop.is_set():
                try:
                    message = json.loads(socket.recv(timeout=0.5))
                except TimeoutError:
                    continue
                except ConnectionClosed as error:
                    self.failures.append(str(error))
                    return
                with self._lock:
                    kind = message["type"]
                    self.messages[kind] = self.messages.get(kind, 0) + 1

    def _speak(self, number: int, salt: int) -> None:
        with contextlib.closing(Box(self._box.settings, self._client)) as wire:
            for turn in itertools.count():
                name = f"SCREEN-{salt}-{number}-{turn}"
                sender = Sender(wire, name, {"operator": f"agent-{number}"})
                lines = utterances(1000 * number + turn, LINES_OF_A_CALL, salt)
                for wait, words, whole in spoken(lines, 1.0):
                    if self._stop.wait(wait):
                        self._forget(name)
                        return
                    (sender.line if whole else sender.partial)(words)
                sender.end(analyse=False)

    def _forget(self, name: str) -> None:
        """End a call without the summary of its end, which the next pass would wait for."""
        key = bound_key(self._client.client_id, self._client.secrets[0], time.time())
        url = self._box.box.url + Paths.LIVE.format(consultation_id=name)
        answer = httpx.delete(url, headers={"X-Bound-Key": key}, trust_env=False)
        answer.raise_for_status()


def summaries(box: DemoBox, seeds: range, salt: int) -> Iterator[dict[str, Any]]:
    """Request one summary after the other; yield what each took, in seconds, and its status."""
    for seed in seeds:
        talk = call(seed, LINES_OF_A_SUMMARY, salt)
        yield asdict(summary(box, f"S-{salt}-{seed}", talk)) | {"seed": seed}
        time.sleep(PAUSE_SECONDS)


def main() -> None:
    """Measure, print a table, and write the samples if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--summaries", type=int, default=10, help="of a pass")
    parser.add_argument("--screens", type=int, default=10)
    parser.add_argument("--models", type=Path, default=ROOT / "gguf", help="folder of the GGUFs")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    samples: list[dict[str, Any]] = []
    told: dict[str, int] = {}
    with DemoBox(options.models, further=PAGES) as box:
        box.wait_until_ready(lambda: None)
        for number, _ in enumerate(summaries(box, range(900, 903), 99)):
            print(f"warming up {number + 1} of 3", flush=True)
        for turn in range(options.rounds):
            seeds = range(100 * turn, 100 * turn + options.summaries)
            order = ("none", "screens") if turn % 2 == 0 else ("screens", "none")
            for which in order:
                salt = 2 * turn + (which == "screens")
                if which == "screens":
                    with Screens(box, options.screens, salt) as screens:
                        time.sleep(SETTLE_SECONDS)
                        found = list(summaries(box, seeds, salt))
                    for kind, count in screens.messages.items():
                        told[kind] = told.get(kind, 0) + count
                    if screens.failures:
                        print("sockets closed:", screens.failures, flush=True)
                else:
                    found = list(summaries(box, seeds, salt))
                samples += [{"round": turn, "which": which} | sample for sample in found]
                print(_line(f"round {turn + 1}, {which}", found), flush=True)
    print()
    for which in ("none", "screens"):
        print(_line(which, [sample for sample in samples if sample["which"] == which]))
    pairs = _pairs(samples)
    print(f"the same call with screens / without: median {statistics.median(pairs):.2f}")
    print("messages to the screens:", json.dumps(told, sort_keys=True))
    if options.out:
        options.out.write_text(json.dumps(samples, indent=1), encoding="utf-8")


def _line(name: str, found: list[dict[str, Any]]) -> str:
    seconds = [sample["seconds"] for sample in found]
    by_status: dict[str, int] = {}
    for sample in found:
        by_status[sample["status"]] = by_status.get(sample["status"], 0) + 1
    return (
        f"{name}: p50 {percentile(seconds, 0.5):.2f} s, p95 {percentile(seconds, 0.95):.2f} s, "
        f"max {max(seconds):.2f} s, {by_status}"
    )


def _pairs(samples: list[dict[str, Any]]) -> list[float]:
    at = {(s["round"], s["seed"], s["which"]): s["seconds"] for s in samples}
    return [
        seconds / at[turn, seed, "none"]
        for (turn, seed, which), seconds in at.items()
        if which == "screens"
    ]


if __name__ == "__main__":
    main()
