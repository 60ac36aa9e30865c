"""What a client notices of a hostile one, on a whole box with its models.

    .venv/bin/python benchmarks/tenants.py [--rounds 2] [--seconds 90] [--out FILE]

The quiet client has a summary made, waits five seconds, and goes on; beside that it
hands in three consultations to analyse. The hostile one sends ten requests for each of its
summaries, without waiting for answers: summaries of long calls, each with ``priority: high``;
calls that begin as the quiet one's do, to see what is read already; or batches of 50 long calls. In
every round the quiet client is measured alone and then beside each of them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from agents import LINES_OF_A_SUMMARY

from edgebox.contract.paths import Paths
from edgebox.lab.bench.calls import call
from edgebox.lab.bench.report import percentile
from edgebox.signing import bound_key
from edgebox.store.db import Store
from edgebox_cli.demo.box import DemoBox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
PAUSE_SECONDS = 5.0
PATIENCE_SECONDS = 90.0
"""For the quiet client's analyses."""
PACE = 2.0
"""Requests a second of the hostile client: ten in the time of one of the quiet one's."""
AT_ONCE = 40
LONG_LINES = 120
SETTLE_SECONDS = 20.0


@dataclass
class Noticed:
    """What one client saw: statuses, seconds, tokens that had been read already.

    ``refused`` has the seconds from the beginning after which a summary was.
    """

    began: float = field(default_factory=time.monotonic)
    statuses: Counter[str] = field(default_factory=Counter)
    refused: list[float] = field(default_factory=list)
    summaries: list[float] = field(default_factory=list)
    analyses: list[float] = field(default_factory=list)
    cached: list[int] = field(default_factory=list)


class Client:
    """A client of the box.

    Args:
        url: the box's.
        name: the client's, and the beginning of its consultations' ids.
        secret: the client's.
    """

    def __init__(self, url: str, name: str, secret: str) -> None:
        limits = httpx.Limits(max_connections=AT_ONCE)
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=120, limits=limits)
        self._name, self._secret = name, secret
        self.noticed = Noticed()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        key = bound_key(self._name, self._secret, time.time())
        return self._http.request(method, path, json=body, headers={"X-Bound-Key": key})

    def summarise(self, name: str, talk: str, **more: str) -> None:
        """Ask for a summary and take down what came of it."""
        body = {"consultation_id": f"{self._name}-{name}", "conversation_text": talk} | more
        began = time.monotonic()
        answer = self._ask("POST", Paths.QUICK_SUMMARY, body)
        took = time.monotonic() - began
        if answer.status_code != 200:
            self.noticed.statuses[f"refused {answer.status_code}"] += 1
            self.noticed.refused.append(began - self.noticed.began)
            return
        said = answer.json()
        self.noticed.statuses[said["status"]] += 1
        self.noticed.summaries.append(took)
        self.noticed.cached.append((said.get("usage") or {}).get("cached_tokens", 0))

    def hand_in(self, name: str, talks: list[str]) -> str:
        """Hand a batch in; return its id, "" if it was refused."""
        items = [
            {"consultation_id": f"{self._name}-{name}-{number}", "conversation_text": talk}
            for number, talk in enumerate(talks)
        ]
        answer = self._ask("POST", Paths.BATCH_ANALYSIS, {"consultations": items})
        self.noticed.statuses[f"batch {answer.status_code}"] += 1
        return str(answer.json().get("batch_id", ""))

    def analyse(self, name: str, talks: list[str]) -> None:
        """Hand calls in, and take down the seconds until all are analysed."""
        began = time.monotonic()
        batch = self.hand_in(name, talks)
        while batch and time.monotonic() - began < PATIENCE_SECONDS:
            if self._ask("GET", Paths.BATCH.format(batch_id=batch)).json()["state"] == "completed":
                self.noticed.analyses.append(time.monotonic() - began)
                return
            time.sleep(0.5)
        self.noticed.statuses["analyses not done"] += 1


def live(quiet: Client, salt: int, seconds: float) -> Noticed:
    """Let the quiet client work for some seconds; return what it noticed."""
    quiet.noticed = Noticed()
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(1) as pool:
        talks = [call(3000 + one, LINES_OF_A_SUMMARY, salt) for one in range(3)]
        pool.submit(quiet.analyse, f"A-{salt}", talks)
        number = 0
        while time.monotonic() < end:
            talk = call(2000 + number, LINES_OF_A_SUMMARY, salt)
            quiet.summarise(f"S-{salt}-{number}", talk)
            number += 1
            time.sleep(PAUSE_SECONDS)
    return quiet.noticed


def summaries(hostile: Client, salt: int, number: int) -> None:
    """Ask for a summary of a long call."""
    talk = call(5000 + number, LONG_LINES, salt)
    hostile.summarise(f"S-{salt}-{number}", talk, priority="high")


def batches(hostile: Client, salt: int, number: int) -> None:
    """Hand in fifty long calls."""
    talks = [call(9000 + number * 50 + one, LONG_LINES, salt) for one in range(50)]
    hostile.hand_in(f"B-{salt}-{number}", talks)


def guesses(hostile: Client, salt: int, number: int) -> None:
    """Ask for a summary of what the quiet client's calls say."""
    hostile.summarise(
        f"G-{salt}-{number}", call(2000 + number % 10, LINES_OF_A_SUMMARY, salt), priority="high"
    )


@contextlib.contextmanager
def attacked(hostile: Client, act: Callable[[Client, int, int], None], salt: int) -> Iterator[None]:
    """Have ``act`` done PACE times a second until the block ends, and AT_ONCE at a time at most."""
    hostile.noticed = Noticed()
    done = threading.Event()

    def work() -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            number = 0
            while not done.wait(1 / PACE):
                pool.submit(act, hostile, salt, number)
                number += 1
            pool.shutdown(cancel_futures=True)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def line(name: str, parts: list[Noticed]) -> str:
    """Return one line of the table."""
    took = [one for part in parts for one in part.summaries]
    waits = [one for part in parts for one in part.analyses]
    counts = sum((part.statuses for part in parts), Counter[str]())
    cached = sorted({one for part in parts for one in part.cached})
    middle, high = percentile(took, 0.5) or 0.0, percentile(took, 0.95) or 0.0
    return (
        f"{name:11}{middle:5.2f} /{high:5.2f} s, analyses {percentile(waits, 0.5) or 0:5.1f} s; "
        f"{', '.join(f'{count} {status}' for status, count in sorted(counts.items()))}; "
        f"read already {cached[0] if cached else 0} to {cached[-1] if cached else 0}"
    )


def main() -> None:
    """Measure, print a table, and write what was noticed if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=90.0, help="of each part of a round")
    parser.add_argument("--models", type=Path, default=ROOT / "gguf", help="folder of the GGUFs")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    acts = {"summaries": summaries, "guesses": guesses, "batches": batches}
    quiet_saw: dict[str, list[Noticed]] = {name: [] for name in ("alone", *acts)}
    hostile_saw: dict[str, list[Noticed]] = {name: [] for name in acts}
    salt = 0
    for turn in range(options.rounds):
        with DemoBox(options.models) as box:
            box.wait_until_ready(lambda: None)
            with contextlib.closing(Store(box.settings.database)) as store:
                made = {name: store.clients.create(name) for name in ("quiet", "hostile")}
            clients = {name: Client(box.box.url, name, secret) for name, secret in made.items()}
            quiet, hostile = clients["quiet"], clients["hostile"]
            time.sleep(SETTLE_SECONDS)
            salt += 1
            quiet_saw["alone"].append(live(quiet, salt, options.seconds))
            for name, act in acts.items():
                salt += 1
                with attacked(hostile, act, salt):
                    time.sleep(2.0)
                    quiet_saw[name].append(live(quiet, salt, options.seconds))
                hostile_saw[name].append(hostile.noticed)
                time.sleep(SETTLE_SECONDS)
            print(f"round {turn + 1} of {options.rounds} done", flush=True)
    for name, parts in quiet_saw.items():
        print(line(name, parts))
        if name in hostile_saw:
            print(line("  hostile", hostile_saw[name]))
    if options.out:
        found = {"quiet": quiet_saw, "hostile": hostile_saw}
        plain = {
            side: {name: [vars(one) for one in parts] for name, parts in saw.items()}
            for side, saw in found.items()
        }
        options.out.write_text(json.dumps(plain, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
